/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be done in the window with the connection in sight. */
#include "window_actions.h"

#include <glib/gi18n.h>
#include <string.h>

#include "editor.h"
#include "export_dialog.h"
#include "import_view.h"
#include "keyring.h"
#include "log_view.h"
#include "qr.h"
#include "report.h"
#include "say.h"

static CausewayApplication *application_of(CausewayWindow *window)
{
    return CAUSEWAY_APPLICATION(g_application_get_default());
}

static void on_back(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    causeway_window_back(data);
}

static void on_search(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    causeway_window_search(data);
}

static void on_menu(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    causeway_window_menu(data);
}

static void on_toggle(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    VpnItem *item = causeway_window_item(data);
    CausewayDialer *dialer = causeway_application_dialer(application_of(data));

    if (!item)
        return;
    if (vpn_state_is_active(vpn_item_status(item)->state) || causeway_dialer_is_busy(dialer, item))
        causeway_dialer_disconnect(dialer, item);
    else
        causeway_dialer_connect(dialer, item);
}

static void on_pin(GSimpleAction *action, GVariant *value, gpointer data)
{
    CausewayApplication *application = application_of(data);
    VpnItem *item = causeway_window_item(data);
    g_autoptr(GError) error = NULL;

    if (!item)
        return;
    if (!preferences_pin(causeway_application_preferences(application), vpn_item_uuid(item),
                         g_variant_get_boolean(value), &error))
        causeway_window_toast(data, error->message);
    g_simple_action_set_state(action, value);
    causeway_application_sort(application);
}

/* --- What needs the settings -------------------------------------------------------------- */

typedef struct WithProfile WithProfile;
typedef void (*WithProfileFunc)(WithProfile *with, Profile *profile);

/* Whatever needs the settings of the connection in sight, which have to be asked for. */
struct WithProfile {
    CausewayWindow *window;
    VpnItem *item;
    FieldId field;
    WithProfileFunc func;
    Profile *profile; /* for those that go on later */
};

static WithProfile *with_new(CausewayWindow *window, VpnItem *item)
{
    WithProfile *with = g_new0(WithProfile, 1);

    with->window = g_object_ref(window);
    with->item = g_object_ref(item);
    return with;
}

static void with_free(WithProfile *with)
{
    g_object_unref(with->window);
    g_object_unref(with->item);
    g_clear_pointer(&with->profile, profile_unref);
    g_free(with);
}

static void tell(WithProfile *with, const GError *error)
{
    g_autofree char *message = say_error(error);

    causeway_window_toast(with->window, message);
    with_free(with);
}

static void on_loaded(GObject *source, GAsyncResult *result, gpointer data)
{
    WithProfile *with = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(Profile) profile = vpn_store_load_finish(VPN_STORE(source), result, &error);

    if (profile)
        with->func(with, profile);
    else
        tell(with, error);
}

static void with_profile(CausewayWindow *window, FieldId field, WithProfileFunc func)
{
    VpnItem *item = causeway_window_item(window);

    if (!item)
        return;
    WithProfile *with = with_new(window, item);
    with->field = field;
    with->func = func;
    vpn_store_load(vpn_item_store(item), item, NULL, on_loaded, with);
}

static void edit_profile(WithProfile *with, Profile *profile)
{
    editor_show(with->window, with->item, profile, with->field);
    with_free(with);
}

void window_actions_edit(CausewayWindow *window, FieldId field)
{
    with_profile(window, field, edit_profile);
}

static void on_edit(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    window_actions_edit(data, FIELD_CONNECTION_UUID);
}

static void show_code(WithProfile *with, Profile *profile)
{
    if (!qr_show(with->window, profile))
        causeway_window_toast(with->window, _("This connection is too large for a QR code."));
    with_free(with);
}

static void on_qr(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    with_profile(data, FIELD_CONNECTION_UUID, show_code);
}

/* --- Export ------------------------------------------------------------------------------- */

static void export_profile(WithProfile *with, Profile *profile)
{
    export_dialog_show(with->window, with->item, profile);
    with_free(with);
}

static void on_export(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    with_profile(data, FIELD_CONNECTION_UUID, export_profile);
}

/* --- Log and report ----------------------------------------------------------------------- */

static void on_report_log(GObject *source, GAsyncResult *result, gpointer data)
{
    WithProfile *with = data;
    guint64 next;
    g_autoptr(GError) error = NULL;
    /* A report without a log is better than none. */
    g_autoptr(GPtrArray) log = vpn_store_read_log_finish(VPN_STORE(source), result, &next, &error);
    g_autofree char *report = report_make(with->item, with->profile, log);

    gdk_clipboard_set_text(gtk_widget_get_clipboard(GTK_WIDGET(with->window)), report);
    causeway_window_toast(with->window, _("A report without secrets and names was copied"));
    with_free(with);
}

static void make_report(WithProfile *with, Profile *profile)
{
    with->profile = profile_ref(profile);
    vpn_store_read_log(vpn_item_store(with->item), with->item, 0, FALSE, NULL, on_report_log, with);
}

static void on_report(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    with_profile(data, FIELD_CONNECTION_UUID, make_report);
}

static void on_log(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    VpnItem *item = causeway_window_item(data);

    if (item)
        log_view_show(data, vpn_item_store(item), item);
}

static void on_log_all(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    log_view_show(data, causeway_application_store(application_of(data)), NULL);
}

/* --- Import ------------------------------------------------------------------------------- */

static void on_import(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    import_view_choose(data);
}

static void on_paste(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    import_view_paste(data);
}

/* --- Removing ----------------------------------------------------------------------------- */

/* The keyring forgets it when it has gone, and not before: who may not remove it keeps his
 * password. */
static void on_removed(GObject *source, GAsyncResult *result, gpointer data)
{
    WithProfile *with = data;
    g_autoptr(GError) error = NULL;

    if (!vpn_store_finish(VPN_STORE(source), result, &error)) {
        tell(with, error);
        return;
    }
    keyring_forget(vpn_item_uuid(with->item), NULL);
    causeway_window_back(with->window);
    with_free(with);
}

static void on_remove_answer(AdwMessageDialog *dialog, const char *response, gpointer data)
{
    CausewayWindow *window = data;
    VpnItem *item = g_object_get_data(G_OBJECT(dialog), "item");

    if (strcmp(response, "remove") != 0)
        return;
    vpn_store_remove(vpn_item_store(item), item, NULL, on_removed, with_new(window, item));
}

static void on_remove(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    VpnItem *item = causeway_window_item(data);

    if (!item)
        return;
    g_autofree char *heading = g_strdup_printf(_("Remove “%s”?"), vpn_item_name(item));
    GtkWidget *dialog = adw_message_dialog_new(
        data, heading, _("Its settings, its shared key and its password are deleted."));
    adw_message_dialog_add_responses(ADW_MESSAGE_DIALOG(dialog), "cancel", _("Cancel"), "remove",
                                     _("Remove"), NULL);
    adw_message_dialog_set_response_appearance(ADW_MESSAGE_DIALOG(dialog), "remove",
                                               ADW_RESPONSE_DESTRUCTIVE);
    adw_message_dialog_set_default_response(ADW_MESSAGE_DIALOG(dialog), "cancel");
    g_object_set_data_full(G_OBJECT(dialog), "item", g_object_ref(item), g_object_unref);
    g_signal_connect_object(dialog, "response", G_CALLBACK(on_remove_answer), data, 0);
    gtk_window_present(GTK_WINDOW(dialog));
}

/* --- All of them -------------------------------------------------------------------------- */

static const GActionEntry entries[] = {
    {.name = "back", .activate = on_back},
    {.name = "search", .activate = on_search},
    {.name = "menu", .activate = on_menu},
    {.name = "toggle", .activate = on_toggle},
    {.name = "edit", .activate = on_edit},
    {.name = "qr", .activate = on_qr},
    {.name = "export", .activate = on_export},
    {.name = "report", .activate = on_report},
    {.name = "log", .activate = on_log},
    {.name = "log-all", .activate = on_log_all},
    {.name = "import", .activate = on_import},
    {.name = "paste", .activate = on_paste},
    {.name = "remove", .activate = on_remove},
    {.name = "pin", .state = "false", .change_state = on_pin},
};

void window_actions_add(CausewayWindow *window)
{
    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    import_view_accept_drops(window);
}

void window_actions_update(CausewayWindow *window)
{
    static const char *const of_item[] = {"toggle", "edit",   "qr",     "export",
                                          "report", "log",  "remove", "pin"};
    VpnItem *item = causeway_window_item(window);
    GActionMap *map = G_ACTION_MAP(window);

    for (gsize i = 0; i < G_N_ELEMENTS(of_item); i++) {
        GAction *action = g_action_map_lookup_action(map, of_item[i]);
        g_simple_action_set_enabled(G_SIMPLE_ACTION(action), item != NULL);
    }
    if (item)
        g_simple_action_set_state(
            G_SIMPLE_ACTION(g_action_map_lookup_action(map, "pin")),
            g_variant_new_boolean(preferences_is_pinned(
                causeway_application_preferences(application_of(window)), vpn_item_uuid(item))));
}
