/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The editor's pages: the first one with the few fields that everybody has, and one for each
 * group of the field table.  Which fields there are, and what they are called, says the table
 * alone; fields that NetworkManager has pages of its own for are not among them. */
#pragma once

#include "row.h"

typedef struct Form Form;

Form *form_new(void (*changed)(gpointer), gpointer data);
void form_free(Form *form);
/* Belongs to the form. */
GtkWidget *form_widget(Form *form);
/* NULL for a field that has no row. */
FieldRow *form_row(Form *form, FieldId id);

/* Shows what belongs to the choices made so far, and hides the rest. */
void form_update_shown(Form *form);
/* Takes all marks from the rows, or marks the tabs of those pages where a row has one. */
void form_clear_problems(Form *form);
void form_mark_pages(Form *form);
/* A sentence above the pages with more about it, and a button that does what it says. */
void form_show_notice(Form *form, const char *text, const char *details, const char *button,
                      GCallback clicked, gpointer data);
void form_hide_notice(Form *form);
