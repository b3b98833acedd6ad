/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several connections that were found in what IT has sent. */
#include "import_list.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "access.h"
#include "client/client.h"
#include "io/write.h"
#include "keep.h"
#include "keyring.h"
#include "profile/words.h"
#include "say.h"

typedef struct {
    CausewayWindow *parent;
    ImportResult *result;
    GPtrArray *checks; /* GtkCheckButton, of each profile */
    GtkWindow *dialog;
    AdwToastOverlay *toasts;
    AdwComboRow *keep;
    GtkSwitch *everybody;
    AdwActionRow *folder_row;
    GtkWidget *import;
    char *folder; /* for certificates that lie in the files */
    GtkWindow *held; /* while the service is being asked */
    guint next;      /* profile to be saved */
    char *last;      /* UUID of the one that was saved last */
    GHashTable *keyring_secrets;
    guint storing;
} ImportList;

static void import_list_free(gpointer data)
{
    ImportList *list = data;

    g_object_unref(list->parent);
    import_result_free(list->result);
    g_ptr_array_unref(list->checks);
    g_clear_pointer(&list->keyring_secrets, g_hash_table_unref);
    g_free(list->folder);
    g_free(list->last);
    g_free(list);
}

static const Imported *imported_at(ImportList *list, guint index)
{
    return g_ptr_array_index(list->result->profiles, index);
}

static gboolean is_wanted(ImportList *list, guint index)
{
    return gtk_check_button_get_active(g_ptr_array_index(list->checks, index));
}

static void on_checked(ImportList *list)
{
    gboolean any = FALSE;

    for (guint i = 0; i < list->checks->len; i++)
        any |= is_wanted(list, i);
    gtk_widget_set_sensitive(list->import, any);
}

/* --- Saving, one after the other ---------------------------------------------------------- */

static void save_next(ImportList *list);

/* Told where it is seen: somebody who has waited long may have closed the dialog. */
static void fail(ImportList *list, const char *message)
{
    g_autofree char *escaped = g_markup_escape_text(message, -1);
    GtkWindow *window = g_steal_pointer(&list->held);

    if (window_is_closed(window)) {
        causeway_window_toast(list->parent, message);
    } else {
        adw_toast_overlay_add_toast(list->toasts, adw_toast_new(escaped));
        gtk_widget_set_sensitive(GTK_WIDGET(window), TRUE);
    }
    g_object_unref(window);
}

static void finish(ImportList *list)
{
    GtkWindow *window = g_steal_pointer(&list->held);

    if (list->last)
        causeway_window_select(list->parent, list->last);
    destroy_window(window);
    g_object_unref(window);
}

/* It is not to be made twice when a later one fails and the button is pressed again. */
static void done_with(ImportList *list)
{
    gtk_check_button_set_active(g_ptr_array_index(list->checks, list->next), FALSE);
    gtk_widget_set_sensitive(g_ptr_array_index(list->checks, list->next), FALSE);
    list->next++;
    save_next(list);
}

static void on_kept(GObject *source, GAsyncResult *result, gpointer data)
{
    ImportList *list = data;
    g_autoptr(GError) error = NULL;

    if (!keyring_store_finish(result, &error)) {
        g_autofree char *message = keyring_problem(error);
        causeway_window_toast(list->parent, message);
    }
    if (--list->storing == 0)
        done_with(list);
}

static void on_saved(GObject *source, GAsyncResult *result, gpointer data)
{
    ImportList *list = data;
    g_autoptr(GError) error = NULL;
    char *uuid = vpn_store_save_finish(VPN_STORE(source), result, &error);
    GHashTableIter iter;
    gpointer field, secret;

    if (!uuid) {
        g_autofree char *message = say_error(error);
        fail(list, message);
        return;
    }
    g_free(list->last);
    list->last = uuid;
    list->storing = g_hash_table_size(list->keyring_secrets);
    if (list->storing == 0)
        done_with(list);
    else
        g_hash_table_iter_init(&iter, list->keyring_secrets);
    while (list->storing > 0 && g_hash_table_iter_next(&iter, &field, &secret))
        keyring_store(uuid, profile_get_string(imported_at(list, list->next)->profile,
                                               FIELD_CONNECTION_NAME),
                      field, secret, on_kept, list);
}

/* Never over another file: "office.p12", "2-office.p12", … until there is none. */
static gboolean save_file(ImportList *list, const ImportedFile *file, Profile *profile,
                          GError **error)
{
    for (guint number = 1; number < 100; number++) {
        g_autofree char *name = number == 1 ? g_strdup(file->name)
                                            : g_strdup_printf("%u-%s", number, file->name);
        g_autofree char *path = g_build_filename(list->folder, name, NULL);
        if (io_write_new(AT_FDCWD, path, secret_data(file->content), secret_length(file->content)))
            return profile_set_text(profile, file->field, path, error);
        if (errno != EEXIST)
            break;
    }
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s: %s", list->folder,
                g_strerror(errno));
    return FALSE;
}

static gboolean save_files(ImportList *list, const Imported *imported, Profile *profile,
                           GError **error)
{
    if (imported->files->len > 0)
        g_mkdir_with_parents(list->folder, 0700);
    for (guint i = 0; i < imported->files->len; i++) {
        if (!save_file(list, g_ptr_array_index(imported->files, i), profile, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean is_taken(GListModel *items, const char *name)
{
    for (guint i = 0; i < g_list_model_get_n_items(items); i++) {
        g_autoptr(VpnItem) item = g_list_model_get_item(items, i);
        if (strcmp(vpn_item_name(item), name) == 0)
            return TRUE;
    }
    return FALSE;
}

/* "office", "office 2", … until one is free. */
static void choose_name(GListModel *items, Profile *profile)
{
    g_autofree char *name = profile_get_text(profile, FIELD_CONNECTION_NAME);
    g_autofree char *free_name = g_strdup(name);

    for (guint number = 2; is_taken(items, free_name); number++) {
        g_free(free_name);
        free_name = words_numbered(name, number);
    }
    profile_set_text(profile, FIELD_CONNECTION_NAME, free_name, NULL);
}

static void save_next(ImportList *list)
{
    CausewayApplication *application = CAUSEWAY_APPLICATION(g_application_get_default());
    g_autoptr(GError) error = NULL;

    while (list->next < list->checks->len && !is_wanted(list, list->next))
        list->next++;
    /* Who closes the dialog wants no more of them. */
    if (list->next == list->checks->len || window_is_closed(list->held)) {
        finish(list);
        return;
    }
    const Imported *imported = imported_at(list, list->next);
    g_autoptr(Profile) profile = profile_copy(imported->profile);
    /* Whose it was elsewhere, and who it is, says nothing here. */
    profile_unset(profile, FIELD_CONNECTION_USER);
    profile_unset(profile, FIELD_CONNECTION_UUID);
    choose_name(causeway_application_items(application), profile);
    if (!save_files(list, imported, profile, &error)) {
        fail(list, error->message);
        return;
    }
    g_clear_pointer(&list->keyring_secrets, g_hash_table_unref);
    list->keyring_secrets = keep_take_secrets(keep_get(list->keep), profile);
    vpn_store_save(causeway_application_store(application), NULL, profile,
                   gtk_switch_get_active(list->everybody), NULL, on_saved, list);
}

static void on_import(ImportList *list)
{
    if (list->held)
        return;
    list->held = g_object_ref(list->dialog);
    list->next = 0;
    gtk_widget_set_sensitive(GTK_WIDGET(list->dialog), FALSE);
    save_next(list);
}

/* --- What is shown ------------------------------------------------------------------------ */

static void add_sentences(AdwExpanderRow *expander, GPtrArray *sentences)
{
    for (guint i = 0; i < sentences->len; i++) {
        GtkWidget *row = adw_action_row_new();
        adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
        adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), g_ptr_array_index(sentences, i));
        adw_expander_row_add_row(expander, row);
    }
}

static char *subtitle_of(const Imported *imported)
{
    const char *gateway = profile_get_string(imported->profile, FIELD_CONNECTION_GATEWAY);
    const char *user = profile_get_string(imported->profile, FIELD_PPP_USER);

    if (!gateway)
        return g_strdup(_("There is no gateway in it"));
    return user ? g_strdup_printf(_("%s, %s"), gateway, user) : g_strdup(gateway);
}

static GtkWidget *make_row(ImportList *list, const Imported *imported)
{
    const char *name = profile_get_string(imported->profile, FIELD_CONNECTION_NAME);
    gboolean usable = profile_get_string(imported->profile, FIELD_CONNECTION_GATEWAY) != NULL;
    GtkWidget *row = adw_expander_row_new(), *check = gtk_check_button_new();
    g_autofree char *subtitle = subtitle_of(imported);

    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), name);
    adw_expander_row_set_subtitle(ADW_EXPANDER_ROW(row), subtitle);
    gtk_widget_set_valign(check, GTK_ALIGN_CENTER);
    gtk_check_button_set_active(GTK_CHECK_BUTTON(check), usable);
    gtk_widget_set_sensitive(check, usable);
    gtk_accessible_update_property(GTK_ACCESSIBLE(check), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
    g_signal_connect_swapped(check, "toggled", G_CALLBACK(on_checked), list);
    adw_expander_row_add_prefix(ADW_EXPANDER_ROW(row), check);
    g_ptr_array_add(list->checks, g_object_ref(check));
    add_sentences(ADW_EXPANDER_ROW(row), imported->warnings);
    adw_expander_row_set_enable_expansion(ADW_EXPANDER_ROW(row), imported->warnings->len > 0);
    return row;
}

static void set_folder(ImportList *list, char *folder)
{
    g_autofree char *valid = g_utf8_make_valid(folder, -1);

    g_free(list->folder);
    list->folder = folder;
    adw_action_row_set_subtitle(list->folder_row, valid);
}

static void on_folder(GtkNativeDialog *chooser, int response, ImportList *list)
{
    g_autoptr(GFile) file = response == GTK_RESPONSE_ACCEPT
                                ? gtk_file_chooser_get_file(GTK_FILE_CHOOSER(chooser))
                                : NULL;
    char *path = file ? g_file_get_path(file) : NULL;

    if (path)
        set_folder(list, path);
    g_object_unref(chooser);
}

static void on_choose_folder(ImportList *list)
{
    GtkFileChooserNative *chooser = gtk_file_chooser_native_new(
        _("Choose a Folder…"), list->dialog, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, NULL, NULL);

    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(chooser), TRUE);
    g_signal_connect(chooser, "response", G_CALLBACK(on_folder), list);
    keep_window(GTK_NATIVE_DIALOG(chooser), list->dialog);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(chooser));
}

static void fill(ImportList *list, GtkBuilder *builder)
{
    AdwPreferencesGroup *group =
        ADW_PREFERENCES_GROUP(gtk_builder_get_object(builder, "connections"));
    gboolean files = FALSE;

    for (guint i = 0; i < list->result->profiles->len; i++) {
        adw_preferences_group_add(group, make_row(list, imported_at(list, i)));
        files |= imported_at(list, i)->files->len > 0;
    }
    add_sentences(ADW_EXPANDER_ROW(gtk_builder_get_object(builder, "warnings")),
                  list->result->warnings);
    gtk_widget_set_visible(GTK_WIDGET(gtk_builder_get_object(builder, "warnings_group")),
                           list->result->warnings->len > 0);
    gtk_widget_set_visible(GTK_WIDGET(list->folder_row), files);
    set_folder(list, g_build_filename(g_get_user_data_dir(), "causeway", "certificates", NULL));
    keep_fill(list->keep, KEEP_KEYRING);
    on_checked(list);
}

void import_list_show(CausewayWindow *window, ImportResult *result)
{
    g_autoptr(GtkBuilder) builder =
        gtk_builder_new_from_resource("/org/causeway/Causeway/import_list.ui");
    ImportList *list = g_new0(ImportList, 1);

    list->parent = g_object_ref(window);
    list->result = result;
    list->checks = g_ptr_array_new_with_free_func(g_object_unref);
    list->dialog = GTK_WINDOW(gtk_builder_get_object(builder, "dialog"));
    list->toasts = ADW_TOAST_OVERLAY(gtk_builder_get_object(builder, "toasts"));
    list->keep = ADW_COMBO_ROW(gtk_builder_get_object(builder, "keep"));
    list->everybody = GTK_SWITCH(gtk_builder_get_object(builder, "everybody"));
    list->folder_row = ADW_ACTION_ROW(gtk_builder_get_object(builder, "folder"));
    list->import = GTK_WIDGET(gtk_builder_get_object(builder, "import"));
    fill(list, builder);
    g_signal_connect_swapped(list->import, "clicked", G_CALLBACK(on_import), list);
    g_signal_connect_swapped(gtk_builder_get_object(builder, "choose_folder"), "clicked",
                             G_CALLBACK(on_choose_folder), list);
    g_object_set_data_full(G_OBJECT(list->dialog), "import-list", list, import_list_free);
    gtk_window_set_default_widget(list->dialog, list->import);
    close_by_escape(list->dialog);
    name_by_tooltips(GTK_WIDGET(list->dialog));
    gtk_window_set_transient_for(list->dialog, GTK_WINDOW(window));
    gtk_window_present(list->dialog);
    gtk_widget_grab_focus(list->import);
}
