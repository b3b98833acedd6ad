/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One field of the table as a row that can be edited. */
#include "field_row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "access.h"
#include "profile/words.h"

struct FieldRow {
    const Field *field;
    GtkWidget *widget;
    GtkSwitch *toggle; /* BOOLEAN */
    char *title;
    GtkWidget *problem; /* a row of its own below it, in sight while something is wrong */
    GtkLabel *sentence;
    gboolean shown;
    FieldRowChanged changed;
    gpointer data;
    gboolean setting;
};

static void tell(FieldRow *row)
{
    if (!row->setting && !gtk_widget_in_destruction(row->widget))
        row->changed(row, row->data);
}

static void on_changed(FieldRow *row)
{
    tell(row);
}

/* --- Explanations ------------------------------------------------------------------------- */

/* Rows with an entry have no room for a sentence: it comes when it is asked for. */
static GtkWidget *make_help(const Field *field)
{
    GtkWidget *button = gtk_menu_button_new();
    GtkWidget *popover = gtk_popover_new();
    GtkWidget *label = gtk_label_new(_(field->help));

    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(label), 40);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_popover_set_child(GTK_POPOVER(popover), label);
    gtk_menu_button_set_popover(GTK_MENU_BUTTON(button), popover);
    gtk_menu_button_set_icon_name(GTK_MENU_BUTTON(button), "help-about-symbolic");
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    gtk_widget_add_css_class(button, "flat");
    gtk_widget_set_tooltip_text(button, _("What is this?"));
    return button;
}

/* --- Kinds of rows ------------------------------------------------------------------------ */

static void make_switch(FieldRow *row)
{
    row->widget = adw_action_row_new();
    row->toggle = GTK_SWITCH(gtk_switch_new());
    gtk_widget_set_valign(GTK_WIDGET(row->toggle), GTK_ALIGN_CENTER);
    adw_action_row_set_subtitle(ADW_ACTION_ROW(row->widget), _(row->field->help));
    adw_action_row_add_suffix(ADW_ACTION_ROW(row->widget), GTK_WIDGET(row->toggle));
    adw_action_row_set_activatable_widget(ADW_ACTION_ROW(row->widget), GTK_WIDGET(row->toggle));
    g_signal_connect_swapped(row->toggle, "notify::active", G_CALLBACK(on_changed), row);
}

static void on_setup_choice(GtkSignalListItemFactory *factory, GtkListItem *item)
{
    gtk_list_item_set_child(item, gtk_label_new(NULL));
}

static void on_bind_choice(GtkSignalListItemFactory *factory, GtkListItem *item)
{
    gtk_label_set_text(GTK_LABEL(gtk_list_item_get_child(item)),
                       gtk_string_object_get_string(gtk_list_item_get_item(item)));
}

void choice_show_whole(AdwComboRow *row)
{
    g_autoptr(GtkListItemFactory) factory = gtk_signal_list_item_factory_new();

    g_signal_connect(factory, "setup", G_CALLBACK(on_setup_choice), NULL);
    g_signal_connect(factory, "bind", G_CALLBACK(on_bind_choice), NULL);
    adw_combo_row_set_list_factory(row, adw_combo_row_get_factory(row));
    adw_combo_row_set_factory(row, factory);
}

static void make_choice(FieldRow *row)
{
    g_autoptr(GtkStringList) list = gtk_string_list_new(NULL);

    for (guint i = 0; row->field->choices[i]; i++)
        gtk_string_list_append(list, _(field_choice_label(row->field, i)));
    row->widget = adw_combo_row_new();
    adw_action_row_set_subtitle(ADW_ACTION_ROW(row->widget), _(row->field->help));
    adw_combo_row_set_model(ADW_COMBO_ROW(row->widget), G_LIST_MODEL(list));
    choice_show_whole(ADW_COMBO_ROW(row->widget));
    g_signal_connect_swapped(row->widget, "notify::selected", G_CALLBACK(on_changed), row);
}

static GtkWidget *flat_button(const char *icon, const char *tip)
{
    GtkWidget *button = gtk_button_new_from_icon_name(icon);

    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    gtk_widget_add_css_class(button, "flat");
    gtk_widget_set_tooltip_text(button, tip);
    return button;
}

static void on_file_chosen(GtkNativeDialog *dialog, int response, GtkEditable *entry)
{
    g_autoptr(GFile) file = response == GTK_RESPONSE_ACCEPT
                                ? gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog))
                                : NULL;
    g_autofree char *path = file ? g_file_get_path(file) : NULL;

    if (path)
        gtk_editable_set_text(entry, path);
    g_object_unref(dialog);
}

static void on_choose_file(GtkButton *button, FieldRow *row)
{
    GtkWindow *window = GTK_WINDOW(gtk_widget_get_root(row->widget));
    GtkFileChooserNative *dialog = gtk_file_chooser_native_new(
        _(row->field->label), window, GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
    const char *path = gtk_editable_get_text(GTK_EDITABLE(row->widget));

    if (g_path_is_absolute(path)) {
        g_autoptr(GFile) file = g_file_new_for_path(path);
        gtk_file_chooser_set_file(GTK_FILE_CHOOSER(dialog), file, NULL);
    }
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    /* The editor may be closed by then. */
    g_signal_connect_object(dialog, "response", G_CALLBACK(on_file_chosen), row->widget, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

static void make_entry(FieldRow *row)
{
    row->widget = field_is_secret(row->field) ? adw_password_entry_row_new()
                                              : adw_entry_row_new();
    if (row->field->type == FIELD_TYPE_UINT)
        adw_entry_row_set_input_purpose(ADW_ENTRY_ROW(row->widget), GTK_INPUT_PURPOSE_DIGITS);
    /* A file is chosen, or what is on a token is named. */
    if (row->field->type == FIELD_TYPE_FILE) {
        GtkWidget *choose = flat_button("document-open-symbolic", _("Choose a File…"));
        g_signal_connect(choose, "clicked", G_CALLBACK(on_choose_file), row);
        adw_entry_row_add_suffix(ADW_ENTRY_ROW(row->widget), choose);
    }
    adw_entry_row_add_suffix(ADW_ENTRY_ROW(row->widget), make_help(row->field));
    g_signal_connect_swapped(row->widget, "changed", G_CALLBACK(on_changed), row);
}

static void make_problem(FieldRow *row)
{
    GtkWidget *label = gtk_label_new(NULL);

    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_widget_add_css_class(label, "error");
    gtk_widget_add_css_class(label, "caption");
    gtk_widget_add_css_class(label, "problem");
    row->sentence = GTK_LABEL(label);
    row->problem = g_object_ref_sink(adw_preferences_row_new());
    gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(row->problem), FALSE);
    gtk_list_box_row_set_child(GTK_LIST_BOX_ROW(row->problem), label);
    gtk_widget_set_focusable(row->problem, FALSE);
    gtk_widget_set_visible(row->problem, FALSE);
}

static char *make_title(const Field *field, gboolean stored)
{
    if (stored)
        return g_strdup_printf(_("%s (saved)"), _(field->label));
    if (field->unit && strcmp(field->unit, "s") == 0)
        return g_strdup_printf(_("%s (seconds)"), _(field->label));
    if (field->unit)
        return g_strdup_printf(_("%s (bytes)"), _(field->label));
    return g_strdup(_(field->label));
}

FieldRow *field_row_new(const Field *field, gboolean stored, FieldRowChanged changed,
                        gpointer data)
{
    FieldRow *row = g_new0(FieldRow, 1);

    row->field = field;
    row->changed = changed;
    row->data = data;
    row->setting = TRUE;
    row->title = make_title(field, stored);
    switch (field->type) {
    case FIELD_TYPE_BOOLEAN:
        make_switch(row);
        break;
    case FIELD_TYPE_ENUM:
        make_choice(row);
        break;
    case FIELD_TYPE_FILE:
    case FIELD_TYPE_STRING:
    case FIELD_TYPE_UINT:
    case FIELD_TYPE_STRINGS:
    case FIELD_TYPE_ADDRESSES:
    case FIELD_TYPE_ROUTES:
    case FIELD_TYPE_SECRET:
        make_entry(row);
        break;
    }
    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row->widget), FALSE);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row->widget), row->title);
    g_object_ref_sink(row->widget);
    make_problem(row);
    row->shown = TRUE;
    row->setting = FALSE;
    return row;
}

void field_row_free(FieldRow *row)
{
    if (!row)
        return;
    g_signal_handlers_disconnect_by_data(row->widget, row);
    g_object_unref(row->widget);
    g_object_unref(row->problem);
    g_free(row->title);
    g_free(row);
}

GtkWidget *field_row_widget(FieldRow *row)
{
    return row->widget;
}

GtkWidget *field_row_problem(FieldRow *row)
{
    return row->problem;
}

const Field *field_row_field(FieldRow *row)
{
    return row->field;
}

char *field_row_get(FieldRow *row)
{
    if (row->toggle)
        return g_strdup(gtk_switch_get_active(row->toggle) ? "yes" : "no");
    if (row->field->type == FIELD_TYPE_ENUM)
        return g_strdup(row->field->choices[adw_combo_row_get_selected(
            ADW_COMBO_ROW(row->widget))]);
    return g_strdup(gtk_editable_get_text(GTK_EDITABLE(row->widget)));
}

static void set_choice(FieldRow *row, const char *text)
{
    for (guint i = 0; row->field->choices[i]; i++) {
        if (strcmp(row->field->choices[i], text) == 0)
            adw_combo_row_set_selected(ADW_COMBO_ROW(row->widget), i);
    }
}

void field_row_set(FieldRow *row, const char *text)
{
    gboolean value = FALSE;

    row->setting = TRUE;
    if (row->toggle) {
        words_boolean(text, &value);
        gtk_switch_set_active(row->toggle, value);
    } else if (row->field->type == FIELD_TYPE_ENUM) {
        set_choice(row, text);
    } else if (strcmp(gtk_editable_get_text(GTK_EDITABLE(row->widget)), text) != 0) {
        gtk_editable_set_text(GTK_EDITABLE(row->widget), text);
    }
    row->setting = FALSE;
}

static void show_problem_row(FieldRow *row)
{
    const char *sentence = gtk_label_get_text(row->sentence);

    gtk_widget_set_visible(row->problem, row->shown && *sentence);
}

void field_row_set_shown(FieldRow *row, gboolean shown)
{
    row->shown = shown;
    gtk_widget_set_visible(row->widget, shown);
    show_problem_row(row);
}

/* Who does not see the row below hears it where the keys go. */
static GtkAccessible *spoken(FieldRow *row)
{
    return GTK_ACCESSIBLE(GTK_IS_EDITABLE(row->widget)
                              ? GTK_WIDGET(gtk_editable_get_delegate(GTK_EDITABLE(row->widget)))
                              : row->widget);
}

void field_row_show_problem(FieldRow *row, const char *problem)
{
    if (problem)
        gtk_widget_add_css_class(row->widget, "error");
    else
        gtk_widget_remove_css_class(row->widget, "error");
    gtk_accessible_update_state(spoken(row), GTK_ACCESSIBLE_STATE_INVALID,
                                problem ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE,
                                -1);
    describe_widget(row->widget, problem ? problem : "");
    gtk_label_set_text(row->sentence, problem ? problem : "");
    name_widget(row->problem, problem ? problem : "");
    show_problem_row(row);
}
