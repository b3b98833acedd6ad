/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One field of the table as a line of a form: its label, what it is changed with, and room for
 * the sentence that says what is wrong with it.
 *
 * A row's text is what a keyfile would hold: "" for a field that is not set, "yes", "psk",
 * "1400".  Of a secret it is the secret itself. */
#pragma once

#include <gtk/gtk.h>
#include <libnm/NetworkManager.h>

#include "certificates.h"
#include "profile/schema.h"

typedef struct FieldRow FieldRow;

/* `changed` comes as changed(data). */
FieldRow *row_new(const Field *field, void (*changed)(gpointer), gpointer data);
/* A FILE field in a chooser of certificates.h, which the row of its certificate puts into the
 * form. */
FieldRow *row_new_file(const Field *field, GtkWidget *chooser, CertificatePart part,
                       void (*changed)(gpointer), gpointer data);
void row_free(FieldRow *row);
/* Into a grid of two columns; the line behind it. */
int row_attach(FieldRow *row, GtkWidget *grid, int line);
/* Labels in the group are equally wide. */
void row_join(FieldRow *row, GtkSizeGroup *labels);
/* The letter that Alt+ goes to the row with; one that is not in `taken` (lower case, appended
 * to) if there is any. */
void row_set_mnemonic(FieldRow *row, GString *taken);

const Field *row_field(FieldRow *row);
/* Shows the value and takes it for the one that is stored. */
void row_load(FieldRow *row, const char *text);
/* To be wiped and freed. */
char *row_get_text(FieldRow *row);
/* As if it was typed. */
void row_set_text(FieldRow *row, const char *text);
/* Whether its text is another than the loaded one. */
gboolean row_is_changed(FieldRow *row);
/* Of a secret: where it is to be stored. */
void row_load_flags(FieldRow *row, NMSettingSecretFlags flags);
NMSettingSecretFlags row_get_flags(FieldRow *row);
gboolean row_flags_changed(FieldRow *row);
/* A secret that no text field can show is kept until something is typed. */
void row_set_unshowable(FieldRow *row);
/* Secrets only. */
void row_set_visible_text(FieldRow *row, gboolean visible);

void row_set_shown(FieldRow *row, gboolean shown);
gboolean row_is_shown(FieldRow *row);
/* NULL: nothing is wrong. */
void row_set_problem(FieldRow *row, const char *problem);
const char *row_problem(FieldRow *row);
/* Whether somebody has been in it: an empty field of a new connection is no mistake yet. */
gboolean row_was_visited(FieldRow *row);
GtkWidget *row_control(FieldRow *row);
