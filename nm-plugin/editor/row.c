/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One field of the table as a line of a form. */
#include "row.h"

#include <glib/gi18n-lib.h>
#include <libnma/nma-ui-utils.h>
#include <string.h>

#include "base/secret.h"
#include "client/sentences.h"
#include "toolkit.h"

/* A field with its sentence below it would otherwise be as wide as the sentence. */
#define SENTENCE_CHARACTERS 44
#define NUMBER_CHARACTERS 10

struct FieldRow {
    const Field *field;
    GtkWidget *label;   /* beside the control; of a yes or no the control itself has it */
    GtkWidget *control; /* what has the focus and the value */
    GtkWidget *chooser; /* of a FILE: what has the value; two rows may share one */
    CertificatePart part;
    GtkWidget *body;    /* the control with all that stands on its line, or NULL */
    GtkWidget *problem; /* a label, hidden while nothing is wrong */
    char *loaded;
    NMSettingSecretFlags loaded_flags;
    gboolean has_storage;
    gboolean is_unshowable;
    gboolean loading;
    gboolean visited;
    gboolean shown;
    void (*changed)(gpointer);
    gpointer data;
};

/* libnma takes the focus away from an entry whose secret is asked for each time, and who has no
 * pointer could never get at its menu again. */
static void update_editable(FieldRow *row)
{
    gboolean asked = row_get_flags(row) & NM_SETTING_SECRET_FLAG_NOT_SAVED;
    gboolean taken = !gtk_widget_get_can_focus(row->control);

    gtk_widget_set_can_focus(row->control, TRUE);
    /* It was given to another field, where the next key would do harm. */
    if (taken && !row->loading)
        gtk_widget_grab_focus(row->control);
    gtk_editable_set_editable(GTK_EDITABLE(row->control), !asked);
    gtk_entry_set_placeholder_text(GTK_ENTRY(row->control),
                                   asked                ? _("Asked for each time")
                                   : row->is_unshowable ? _("Stored; cannot be shown")
                                                        : NULL);
}

static void on_changed(FieldRow *row)
{
    if (row->has_storage)
        update_editable(row);
    if (!row->loading)
        row->changed(row->data);
}

static void on_left(FieldRow *row)
{
    row->visited = TRUE;
    on_changed(row);
}

/* --- Making the widgets --- */

static GtkWidget *make_choice(const Field *field)
{
    GtkWidget *combo = gtk_combo_box_text_new();

    for (guint i = 0; field->choices[i]; i++)
        gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(combo), field->choices[i],
                                  _(field_choice_label(field, i)));
    return combo;
}

static GtkWidget *make_entry(const Field *field)
{
    GtkWidget *entry = field_is_secret(field) ? toolkit_secret_entry_new() : gtk_entry_new();

    gtk_entry_set_activates_default(GTK_ENTRY(entry), TRUE);
    if (field_is_secret(field))
        return entry;
    const char *placeholder = sentence_placeholder(field);
    if (placeholder)
        gtk_entry_set_placeholder_text(GTK_ENTRY(entry), placeholder);
    if (field->type == FIELD_TYPE_UINT) {
        gtk_entry_set_input_purpose(GTK_ENTRY(entry), GTK_INPUT_PURPOSE_DIGITS);
        toolkit_set_width(entry, NUMBER_CHARACTERS);
        gtk_widget_set_halign(entry, GTK_ALIGN_START);
    } else {
        /* Names and algorithms are no words of a language. */
        gtk_entry_set_input_hints(GTK_ENTRY(entry),
                                  GTK_INPUT_HINT_NO_SPELLCHECK | GTK_INPUT_HINT_LOWERCASE);
    }
    return entry;
}

static GtkWidget *make_control(const Field *field)
{
    switch (field->type) {
    case FIELD_TYPE_BOOLEAN:
        return gtk_check_button_new_with_mnemonic(sentence_label(field));
    case FIELD_TYPE_ENUM:
        return make_choice(field);
    case FIELD_TYPE_STRING:
    case FIELD_TYPE_FILE:
    case FIELD_TYPE_UINT:
    case FIELD_TYPE_STRINGS:
    case FIELD_TYPE_ADDRESSES:
    case FIELD_TYPE_ROUTES:
    case FIELD_TYPE_SECRET:
        return make_entry(field);
    }
    g_assert_not_reached();
}

static GtkWidget *make_problem(void)
{
    GtkWidget *label = toolkit_paragraph_new(NULL, SENTENCE_CHARACTERS);

    toolkit_set_class(label, "error", TRUE);
    toolkit_set_class(label, "caption", TRUE);
    gtk_widget_set_margin_bottom(label, 6);
    toolkit_set_shown(label, FALSE);
    return label;
}

/* The control, with its unit behind it. */
static GtkWidget *make_body(FieldRow *row)
{
    const char *unit = sentence_unit(row->field);

    if (!unit) {
        gtk_widget_set_hexpand(row->control, TRUE);
        return row->control;
    }
    GtkWidget *body = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    GtkWidget *word = gtk_label_new(unit);
    toolkit_set_class(word, "dim-label", TRUE);
    toolkit_append(body, row->control);
    toolkit_append(body, word);
    gtk_widget_set_hexpand(body, TRUE);
    return body;
}

static FieldRow *make_row(const Field *field, void (*changed)(gpointer), gpointer data)
{
    FieldRow *row = g_new0(FieldRow, 1);

    row->field = field;
    row->changed = changed;
    row->data = data;
    row->shown = TRUE;
    row->loaded = g_strdup("");
    row->problem = g_object_ref_sink(make_problem());
    return row;
}

static void describe(FieldRow *row)
{
    gtk_widget_set_tooltip_text(row->control, sentence_help(row->field));
    if (row->chooser) {
        GtkWidget *label = certificates_label(row->chooser, row->part);
        GtkWidget *combo = toolkit_find_combo(row->control);
        toolkit_describe(combo ? combo : row->control, gtk_label_get_text(GTK_LABEL(label)),
                         sentence_help(row->field), label);
    } else {
        toolkit_describe(row->control, sentence_label(row->field), sentence_help(row->field),
                         row->label);
    }
    toolkit_on_leave(row->control, G_CALLBACK(on_left), row);
}

FieldRow *row_new(const Field *field, void (*changed)(gpointer), gpointer data)
{
    FieldRow *row = make_row(field, changed, data);

    row->control = g_object_ref_sink(make_control(field));
    row->body = g_object_ref_sink(make_body(row));
    if (field->type != FIELD_TYPE_BOOLEAN) {
        row->label = g_object_ref_sink(gtk_label_new_with_mnemonic(sentence_label(field)));
        gtk_label_set_mnemonic_widget(GTK_LABEL(row->label), row->control);
        gtk_label_set_xalign(GTK_LABEL(row->label), 1);
    }
    describe(row);
    g_signal_connect_swapped(row->control,
                             field->type == FIELD_TYPE_BOOLEAN ? "toggled" : "changed",
                             G_CALLBACK(on_changed), row);
    return row;
}

FieldRow *row_new_file(const Field *field, GtkWidget *chooser, CertificatePart part,
                       void (*changed)(gpointer), gpointer data)
{
    FieldRow *row = make_row(field, changed, data);

    row->chooser = g_object_ref(chooser);
    row->part = part;
    row->control = g_object_ref(certificates_button(chooser, part));
    /* The chooser has both lines, so the second of two rows has only its sentence to show. */
    if (part == CERTIFICATE_PART_CERTIFICATE)
        row->body = g_object_ref(chooser);
    describe(row);
    g_signal_connect_swapped(chooser, "changed", G_CALLBACK(on_changed), row);
    return row;
}

void row_free(FieldRow *row)
{
    toolkit_disconnect(row->control, row);
    if (row->chooser)
        g_signal_handlers_disconnect_by_data(row->chooser, row);
    g_object_unref(row->control);
    g_clear_object(&row->chooser);
    g_clear_object(&row->body);
    g_clear_object(&row->label);
    g_object_unref(row->problem);
    secret_string_free(row->loaded);
    g_free(row);
}

int row_attach(FieldRow *row, GtkWidget *grid, int line)
{
    if (row->label)
        gtk_grid_attach(GTK_GRID(grid), row->label, 0, line, 1, 1);
    if (row->body && row->chooser)
        gtk_grid_attach(GTK_GRID(grid), row->body, 0, line, 2, 1);
    else if (row->body)
        gtk_grid_attach(GTK_GRID(grid), row->body, 1, line, 1, 1);
    gtk_grid_attach(GTK_GRID(grid), row->problem, 1, line + 1, 1, 1);
    return line + 2;
}

void row_join(FieldRow *row, GtkSizeGroup *labels)
{
    if (row->label)
        gtk_size_group_add_widget(labels, row->label);
}

/* --- Mnemonics --- */

/* Where in the label the letter stands that shall be underlined: the first letter of a word, else
 * any letter, that no other row has.  Scripts without letters of that kind get none. */
static const char *find_mnemonic(const char *label, GString *taken)
{
    for (guint pass = 0; pass < 2; pass++) {
        gboolean begins = TRUE;
        for (const char *p = label; *p; p = g_utf8_next_char(p)) {
            gunichar letter = g_unichar_tolower(g_utf8_get_char(p));
            char utf8[7] = {0};
            g_unichar_to_utf8(letter, utf8);
            gboolean usable = g_unichar_isalnum(letter) && !g_unichar_iswide(letter) &&
                              !strstr(taken->str, utf8);
            if (usable && (begins || pass == 1)) {
                g_string_append(taken, utf8);
                return p;
            }
            begins = g_unichar_isspace(letter);
        }
    }
    return NULL;
}

void row_set_mnemonic(FieldRow *row, GString *taken)
{
    if (row->chooser)
        return; /* libnma's own */
    const char *label = sentence_label(row->field);
    const char *at = find_mnemonic(label, taken);
    g_autoptr(GString) marked = g_string_new(NULL);

    for (const char *p = label; *p; p++) {
        if (p == at || *p == '_')
            g_string_append_c(marked, '_');
        g_string_append_c(marked, *p);
    }
    if (row->label)
        gtk_label_set_text_with_mnemonic(GTK_LABEL(row->label), marked->str);
    else
        toolkit_set_check_label(row->control, marked->str);
}

/* --- Values --- */

const Field *row_field(FieldRow *row)
{
    return row->field;
}

void row_set_text(FieldRow *row, const char *text)
{
    const char *effective = *text ? text : row->field->default_text;

    if (row->chooser)
        certificates_set(row->chooser, row->part, text);
    else if (row->field->type == FIELD_TYPE_BOOLEAN)
        toolkit_set_active(row->control, strcmp(effective, "yes") == 0);
    else if (row->field->type == FIELD_TYPE_ENUM)
        gtk_combo_box_set_active_id(GTK_COMBO_BOX(row->control), effective);
    else
        toolkit_set_text(row->control, text);
}

char *row_get_text(FieldRow *row)
{
    if (row->chooser)
        return certificates_get(row->chooser, row->part);
    if (row->field->type == FIELD_TYPE_BOOLEAN)
        return g_strdup(toolkit_get_active(row->control) ? "yes" : "no");
    if (row->field->type == FIELD_TYPE_ENUM)
        return g_strdup(gtk_combo_box_get_active_id(GTK_COMBO_BOX(row->control)));
    if (field_is_secret(row->field))
        return g_strdup(toolkit_get_text(row->control));
    /* What was copied from a message often brings spaces along. */
    return g_strstrip(g_strdup(toolkit_get_text(row->control)));
}

void row_load(FieldRow *row, const char *text)
{
    row->loading = TRUE;
    row_set_text(row, text);
    row->loading = FALSE;
    secret_string_free(row->loaded);
    /* As it is shown: a field that nobody touches is then never written anew. */
    row->loaded = row_get_text(row);
}

gboolean row_is_changed(FieldRow *row)
{
    char *text = row_get_text(row);
    gboolean changed = strcmp(text ? text : "", row->loaded ? row->loaded : "") != 0;

    secret_string_free(text);
    return changed;
}

void row_load_flags(FieldRow *row, NMSettingSecretFlags flags)
{
    g_assert(field_is_secret(row->field));
    row->loading = TRUE;
    if (row->has_storage) {
        nma_utils_update_password_storage(row->control, flags, NULL, NULL);
    } else {
        nma_utils_setup_password_storage(row->control, flags, NULL, NULL, FALSE, FALSE);
        toolkit_icon_opens_by_key(row->control);
        row->has_storage = TRUE;
    }
    row->loading = FALSE;
    update_editable(row);
    row->loaded_flags = nma_utils_menu_to_secret_flags(row->control);
}

NMSettingSecretFlags row_get_flags(FieldRow *row)
{
    return row->has_storage ? nma_utils_menu_to_secret_flags(row->control)
                            : NM_SETTING_SECRET_FLAG_NONE;
}

gboolean row_flags_changed(FieldRow *row)
{
    return row_get_flags(row) != row->loaded_flags;
}

void row_set_unshowable(FieldRow *row)
{
    row->is_unshowable = TRUE;
}

void row_set_visible_text(FieldRow *row, gboolean visible)
{
    gtk_entry_set_visibility(GTK_ENTRY(row->control), visible);
}

/* --- How it looks --- */

void row_set_shown(FieldRow *row, gboolean shown)
{
    row->shown = shown;
    if (row->body)
        toolkit_set_shown(row->body, shown);
    if (row->label)
        toolkit_set_shown(row->label, shown);
    toolkit_set_shown(row->problem, shown && row_problem(row));
}

gboolean row_is_shown(FieldRow *row)
{
    return row->shown;
}

void row_set_problem(FieldRow *row, const char *problem)
{
    if (g_strcmp0(problem, row_problem(row)) == 0)
        return;
    gtk_label_set_text(GTK_LABEL(row->problem), problem ? problem : "");
    toolkit_set_shown(row->problem, row->shown && problem);
    toolkit_set_class(row->control, "error", problem != NULL);
    toolkit_set_invalid(row->control, sentence_help(row->field), problem);
}

const char *row_problem(FieldRow *row)
{
    const char *text = gtk_label_get_text(GTK_LABEL(row->problem));

    return *text ? text : NULL;
}

gboolean row_was_visited(FieldRow *row)
{
    return row->visited;
}

GtkWidget *row_control(FieldRow *row)
{
    return row->control;
}
