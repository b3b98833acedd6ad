/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection as a file for another computer or program.  The service gives no secret back: those
 * that are wanted come from the keyring, or are typed. */
#include "export_dialog.h"

#include <glib/gi18n.h>
#include <string.h>

#include "access.h"
#include "keyring.h"
#include "profile/export.h"
#include "profile/words.h"
#include "say.h"
#include "typed.h"

/* Of a file that is proposed, without its ending: longer ones there are not. */
#define FILE_NAME_MAX 200

typedef struct {
    CausewayWindow *parent;
    VpnItem *item;
    Profile *profile;
    GtkWindow *dialog;
    AdwToastOverlay *toasts;
    AdwComboRow *format;
    AdwActionRow *warning;
    GtkWidget *export;
    GtkSwitch *with_secrets;
    GPtrArray *rows; /* of the secrets that it has: AdwPasswordEntryRow with "field" */
    GCancellable *cancellable; /* cancelled when the widgets go */
} ExportDialog;

/* In the order of profile_export_formats. */
static const struct {
    const char *name, *purpose;
} formats[] = {
    {"Causeway", N_("For Causeway on another computer")},
    {"NetworkManager", N_("For another Linux computer with NetworkManager and its L2TP plug-in")},
    {N_("Apple profile"), N_("For macOS, iPhone and iPad")},
    {"PowerShell", N_("For Windows: a script that adds the connection")},
    {"strongSwan, xl2tpd", N_("For Linux without NetworkManager: a folder of configuration files")},
};

static void export_dialog_free(gpointer data)
{
    ExportDialog *dialog = data;

    g_object_unref(dialog->parent);
    g_object_unref(dialog->item);
    profile_unref(dialog->profile);
    g_ptr_array_unref(dialog->rows);
    g_object_unref(dialog->cancellable);
    g_free(dialog);
}

static void on_destroyed(GtkWidget *window, ExportDialog *dialog)
{
    g_cancellable_cancel(dialog->cancellable);
}

/* --- What is in it ------------------------------------------------------------------------ */

static gboolean set_secret(Profile *profile, GtkEditable *row, GError **error)
{
    const Field *field = field_find(g_object_get_data(G_OBJECT(row), "field"));
    g_autoptr(Secret) secret = typed_secret(gtk_editable_get_text(row));

    return !secret || profile_set_secret(profile, field->id, secret, error);
}

static ExportResult *make(ExportDialog *dialog, GError **error)
{
    g_autoptr(Profile) profile = profile_copy(dialog->profile);
    gboolean secrets = gtk_switch_get_active(dialog->with_secrets);

    for (guint i = 0; secrets && i < dialog->rows->len; i++) {
        if (!set_secret(profile, g_ptr_array_index(dialog->rows, i), error))
            return NULL;
    }
    return profile_export(profile,
                          profile_export_formats[adw_combo_row_get_selected(dialog->format)],
                          secrets, error);
}

/* What is wrong, or what will be missing, before anything is written. */
static void show_warning(ExportDialog *dialog)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ExportResult) result = make(dialog, &error);
    g_autofree char *words = NULL;

    if (result) {
        g_ptr_array_add(result->warnings, NULL);
        words = g_strjoinv("\n", (char **)result->warnings->pdata);
    }
    const char *text = result ? words : error->message;
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(dialog->warning), text);
    gtk_widget_set_visible(GTK_WIDGET(dialog->warning), *text != '\0');
    gtk_widget_set_sensitive(dialog->export, result != NULL);
}

static void on_edited(GtkEditable *row, ExportDialog *dialog)
{
    if (!gtk_widget_in_destruction(GTK_WIDGET(row)))
        show_warning(dialog);
}

static void on_format(ExportDialog *dialog)
{
    guint format = adw_combo_row_get_selected(dialog->format);

    adw_action_row_set_subtitle(ADW_ACTION_ROW(dialog->format), _(formats[format].purpose));
    show_warning(dialog);
}

static void on_found(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GHashTable) found = keyring_lookup_finish(result, &error);

    /* The dialog has gone then; or the keyring is locked, and they can be typed. */
    if (!found)
        return;
    ExportDialog *dialog = data;
    for (guint i = 0; i < dialog->rows->len; i++) {
        GtkEditable *row = g_ptr_array_index(dialog->rows, i);
        const Secret *secret = g_hash_table_lookup(found, g_object_get_data(G_OBJECT(row),
                                                                            "field"));
        if (secret && *gtk_editable_get_text(row) == '\0')
            gtk_editable_set_text(row, (const char *)secret_data(secret));
    }
}

static void on_with_secrets(ExportDialog *dialog)
{
    gboolean secrets = gtk_switch_get_active(dialog->with_secrets);

    for (guint i = 0; i < dialog->rows->len; i++)
        gtk_widget_set_visible(g_ptr_array_index(dialog->rows, i), secrets);
    if (secrets)
        keyring_lookup(vpn_item_uuid(dialog->item), vpn_item_missing_secrets(dialog->item),
                       dialog->cancellable, on_found, dialog);
    show_warning(dialog);
}

/* --- Writing ------------------------------------------------------------------------------ */

/* One file, or the files of a folder, one after the other. */
typedef struct {
    ExportDialog *dialog;
    GtkWindow *held;
    ExportResult *result;
    GFile *place;
    guint next;
    gboolean secrets; /* are in it */
} Writing;

static void writing_end(Writing *writing, const GError *error)
{
    gboolean closed = window_is_closed(writing->held);
    g_autofree char *message = error ? say_error(error) : NULL;
    const char *done = writing->secrets ? _("Exported")
                                        : _("Exported without its shared key and password");

    if (error && !closed) {
        g_autofree char *escaped = g_markup_escape_text(message, -1);
        adw_toast_overlay_add_toast(writing->dialog->toasts, adw_toast_new(escaped));
    } else {
        causeway_window_toast(writing->dialog->parent, error ? message : done);
    }
    if (!error)
        destroy_window(writing->held);
    export_result_free(writing->result);
    g_object_unref(writing->place);
    /* Perhaps the last of it. */
    g_object_unref(writing->held);
    g_free(writing);
}

static void write_next(Writing *writing);

static void on_written(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;

    if (g_file_replace_contents_finish(G_FILE(source), result, NULL, &error))
        write_next(data);
    else
        writing_end(data, error);
}

static void free_secret(gpointer secret)
{
    secret_free(secret);
}

/* For its owner alone, and no old file that others may read or have open. */
static void write_next(Writing *writing)
{
    if (writing->next == writing->result->files->len) {
        writing_end(writing, NULL);
        return;
    }
    gboolean single = writing->result->files->len == 1;
    const ExportFile *file = g_ptr_array_index(writing->result->files, writing->next++);
    Secret *text = secret_copy(file->text);
    g_autoptr(GBytes) bytes = g_bytes_new_with_free_func(secret_data(text), secret_length(text),
                                                         free_secret, text);
    g_autoptr(GFile) path = single ? g_object_ref(writing->place)
                                   : g_file_get_child(writing->place, file->name);
    g_file_replace_contents_bytes_async(path, bytes, NULL, FALSE,
                                        G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION,
                                        NULL, on_written, writing);
}

static void on_folder_made(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;

    if (g_file_make_directory_finish(G_FILE(source), result, &error))
        write_next(data);
    else
        writing_end(data, error);
}

static void on_chosen(GtkNativeDialog *chooser, int response, GtkWindow *window)
{
    ExportDialog *dialog = g_object_get_data(G_OBJECT(window), "export-dialog");
    g_autoptr(GFile) place = response == GTK_RESPONSE_ACCEPT
                                 ? gtk_file_chooser_get_file(GTK_FILE_CHOOSER(chooser))
                                 : NULL;
    g_autoptr(GError) error = NULL;
    ExportResult *result = place ? make(dialog, &error) : NULL;

    g_object_unref(chooser);
    if (!result)
        return;
    Writing *writing = g_new0(Writing, 1);
    *writing = (Writing){dialog, g_object_ref(window), result, g_steal_pointer(&place), 0,
                         gtk_switch_get_active(dialog->with_secrets)};
    if (result->files->len == 1)
        write_next(writing);
    else
        g_file_make_directory_async(writing->place, G_PRIORITY_DEFAULT, NULL, on_folder_made,
                                    writing);
}

static char *file_name(ExportDialog *dialog, const ExportResult *result)
{
    /* A slash in it would be a folder's end. */
    g_autofree char *begin =
        g_strdelimit(words_cut(vpn_item_name(dialog->item), FILE_NAME_MAX), "/", '-');
    guint format = adw_combo_row_get_selected(dialog->format);
    const ExportFile *file = g_ptr_array_index(result->files, 0);
    const char *ending = strrchr(file->name, '.');

    if (result->files->len > 1)
        return g_steal_pointer(&begin);
    /* Our own has a type of its own on desktops. */
    if (strcmp(profile_export_formats[format], "causeway") == 0)
        ending = ".causeway";
    return g_strconcat(begin, ending ? ending : "", NULL);
}

static void on_export(ExportDialog *dialog)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ExportResult) result = make(dialog, &error);

    if (!result)
        return;
    g_autofree char *name = file_name(dialog, result);
    GtkFileChooserNative *chooser = gtk_file_chooser_native_new(
        _("Export"), dialog->dialog, GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(chooser), name);
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(chooser), TRUE);
    g_signal_connect_object(chooser, "response", G_CALLBACK(on_chosen), dialog->dialog, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(chooser));
}

/* --- The window --------------------------------------------------------------------------- */

static void add_secret(ExportDialog *dialog, AdwPreferencesGroup *group, const char *name)
{
    GtkWidget *row = adw_password_entry_row_new();

    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), say_field(name));
    g_object_set_data_full(G_OBJECT(row), "field", g_strdup(name), g_free);
    gtk_widget_set_visible(row, FALSE);
    g_signal_connect(row, "changed", G_CALLBACK(on_edited), dialog);
    adw_preferences_group_add(group, row);
    g_ptr_array_add(dialog->rows, g_object_ref(row));
}

static void add_secrets(ExportDialog *dialog, AdwPreferencesGroup *group)
{
    const char *const *lists[] = {vpn_item_stored_secrets(dialog->item),
                                  vpn_item_missing_secrets(dialog->item)};

    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        for (const char *const *name = lists[i]; *name; name++) {
            if (field_find(*name))
                add_secret(dialog, group, *name);
        }
    }
}

static void fill_formats(AdwComboRow *row)
{
    g_autoptr(GtkStringList) list = gtk_string_list_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++)
        gtk_string_list_append(list, _(formats[i].name));
    adw_combo_row_set_model(row, G_LIST_MODEL(list));
}

void export_dialog_show(CausewayWindow *window, VpnItem *item, Profile *profile)
{
    g_autoptr(GtkBuilder) builder =
        gtk_builder_new_from_resource("/org/causeway/Causeway/export_dialog.ui");
    ExportDialog *dialog = g_new0(ExportDialog, 1);
    GObject *title = gtk_builder_get_object(builder, "title");

    g_assert(g_strv_length((char **)profile_export_formats) == G_N_ELEMENTS(formats));
    dialog->parent = g_object_ref(window);
    dialog->item = g_object_ref(item);
    dialog->profile = profile_copy(profile);
    dialog->rows = g_ptr_array_new_with_free_func(g_object_unref);
    dialog->cancellable = g_cancellable_new();
    dialog->dialog = GTK_WINDOW(gtk_builder_get_object(builder, "dialog"));
    dialog->toasts = ADW_TOAST_OVERLAY(gtk_builder_get_object(builder, "toasts"));
    dialog->format = ADW_COMBO_ROW(gtk_builder_get_object(builder, "format"));
    dialog->warning = ADW_ACTION_ROW(gtk_builder_get_object(builder, "warning"));
    dialog->export = GTK_WIDGET(gtk_builder_get_object(builder, "export"));
    dialog->with_secrets = GTK_SWITCH(gtk_builder_get_object(builder, "with_secrets"));
    adw_window_title_set_subtitle(ADW_WINDOW_TITLE(title), vpn_item_name(item));
    add_secrets(dialog, ADW_PREFERENCES_GROUP(gtk_builder_get_object(builder, "secrets")));
    fill_formats(dialog->format);
    on_format(dialog);
    g_signal_connect_swapped(dialog->format, "notify::selected", G_CALLBACK(on_format), dialog);
    g_signal_connect_swapped(dialog->with_secrets, "notify::active",
                             G_CALLBACK(on_with_secrets), dialog);
    g_signal_connect_swapped(dialog->export, "clicked", G_CALLBACK(on_export), dialog);
    g_signal_connect(dialog->dialog, "destroy", G_CALLBACK(on_destroyed), dialog);
    g_object_set_data_full(G_OBJECT(dialog->dialog), "export-dialog", dialog, export_dialog_free);
    gtk_window_set_default_widget(dialog->dialog, dialog->export);
    close_by_escape(dialog->dialog);
    name_by_tooltips(GTK_WIDGET(dialog->dialog));
    gtk_window_set_transient_for(dialog->dialog, GTK_WINDOW(window));
    gtk_window_present(dialog->dialog);
}
