/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One field of the table as a row that can be edited.
 *
 * A FieldRow knows the field's text as a person writes it (of a secret: what was typed) and
 * tells of every change by a person, not of those by field_row_set(). */
#pragma once

#include <adwaita.h>

#include "profile/schema.h"

typedef struct FieldRow FieldRow;
typedef void (*FieldRowChanged)(FieldRow *row, gpointer data);

/* The row's own label would give way to the explanation until three letters are left of it. */
void choice_show_whole(AdwComboRow *row);
/* `stored`: of a secret, that there is one already. */
FieldRow *field_row_new(const Field *field, gboolean stored, FieldRowChanged changed,
                        gpointer data);
/* The widget must have gone, or go with its window. */
void field_row_free(FieldRow *row);
GtkWidget *field_row_widget(FieldRow *row);
/* Another row, to follow upon it: what is wrong, while something is. */
GtkWidget *field_row_problem(FieldRow *row);
void field_row_set_shown(FieldRow *row, gboolean shown);
const Field *field_row_field(FieldRow *row);
/* To be wiped (of a secret) and freed. */
char *field_row_get(FieldRow *row);
void field_row_set(FieldRow *row, const char *text);
/* What is wrong with it; NULL: nothing. */
void field_row_show_problem(FieldRow *row, const char *problem);
