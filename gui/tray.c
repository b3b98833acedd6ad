/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An icon in the tray. */
#include "tray.h"

#include <glib/gi18n.h>
#include <string.h>

#include "say.h"
#include "tray-dbus.h"
#include "tray_menu.h"
#include "watch.h"

#define WATCHER "org.kde.StatusNotifierWatcher"
#define WATCHER_PATH "/StatusNotifierWatcher"
#define ITEM_PATH "/StatusNotifierItem"
#define MENU_PATH "/StatusNotifierItem/Menu"

/* Its connection to the bus is its own: trays take an icon away when the name goes that brought
 * it, and the application's stays. */
struct Tray {
    CausewayApplication *application;
    GDBusConnection *bus;
    GListModel *list;
    gulong rearranged;
    TrayOrgKdeStatusNotifierItem *item;
    TrayComCanonicalDbusmenu *menu;
    TrayMenu *layout;
    Watch *items;
    GCancellable *cancellable;
    guint watch, signals, revision, update_source;
    gboolean shown;
};

/* --- What is shown ------------------------------------------------------------------------ */

static void add(Tray *tray, TrayKind kind, const char *label)
{
    TrayEntry entry = {.kind = kind, .label = (char *)label, .enabled = kind != TRAY_STATUS};

    tray_menu_add(tray->layout, &entry);
}

static void add_connections(Tray *tray)
{
    CausewayDialer *dialer = causeway_application_dialer(tray->application);
    guint count = g_list_model_get_n_items(tray->list);

    for (guint i = 0; i < count; i++) {
        g_autoptr(VpnItem) item = g_list_model_get_item(tray->list, i);
        VpnState state = vpn_item_status(item)->state;
        TrayEntry entry = {
            .kind = TRAY_CONNECTION,
            .label = (char *)vpn_item_name(item),
            .uuid = (char *)vpn_item_uuid(item),
            .active = vpn_state_is_active(state) || causeway_dialer_is_busy(dialer, item),
            .enabled = state != VPN_DISCONNECTING,
        };
        tray_menu_add(tray->layout, &entry);
    }
    if (count > 0)
        add(tray, TRAY_SEPARATOR, NULL);
}

static gboolean is_right_to_left(const char *text)
{
    for (; *text; text = g_utf8_next_char(text)) {
        GUnicodeScript script = g_unichar_get_script(g_utf8_get_char(text));
        if (script == G_UNICODE_SCRIPT_HEBREW || script == G_UNICODE_SCRIPT_ARABIC ||
            script == G_UNICODE_SCRIPT_SYRIAC || script == G_UNICODE_SCRIPT_THAANA)
            return TRUE;
    }
    return FALSE;
}

/* A name that runs the other way keeps to itself (Unicode's isolates). */
static char *make_line(VpnItem *item, const char *words)
{
    const char *name = vpn_item_name(item);

    g_autofree char *apart =
        is_right_to_left(name) ? g_strconcat("\u2068", name, "\u2069", NULL) : NULL;
    return g_strdup_printf(_("%s: %s"), apart ? apart : name, words);
}

/* The state that matters most, and a line about it. */
static VpnState summarize(Tray *tray, char **ret_line)
{
    static const VpnState order[] = {VPN_RECONNECTING, VPN_CONNECTING, VPN_CONNECTED, VPN_FAILED,
                                     VPN_DISCONNECTING};
    CausewayDialer *dialer = causeway_application_dialer(tray->application);

    for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
        for (guint j = 0; j < g_list_model_get_n_items(tray->list); j++) {
            g_autoptr(VpnItem) item = g_list_model_get_item(tray->list, j);
            const VpnStatus *status = vpn_item_status(item);
            gboolean busy = causeway_dialer_is_busy(dialer, item);
            if (busy ? order[i] != VPN_CONNECTING : status->state != order[i])
                continue;
            *ret_line = make_line(item, busy ? say_stage_doing(STAGE_PREPARE) : say_status(status));
            return order[i];
        }
    }
    *ret_line = g_strdup(say_state(VPN_DISCONNECTED));
    return VPN_DISCONNECTED;
}

/* A tooltip's text is markup, and a name may be anything. */
static GVariant *make_tip(const char *icon, const char *line)
{
    g_autofree char *escaped = g_markup_escape_text(line, -1);

    return g_variant_ref_sink(g_variant_new(
        "(s@a(iiay)ss)", icon, g_variant_new_array(G_VARIANT_TYPE("(iiay)"), NULL, 0), "Causeway",
        escaped));
}

static void show_icon(Tray *tray, VpnState state, const char *line)
{
    TrayOrgKdeStatusNotifierItem *item = tray->item;
    const char *icon = say_icon(state);
    g_autoptr(GVariant) tip = make_tip(icon, line);
    GVariant *old_tip = tray_org_kde_status_notifier_item_get_tool_tip(item);
    gboolean new_icon = g_strcmp0(tray_org_kde_status_notifier_item_get_icon_name(item), icon) != 0;
    gboolean new_tip = !old_tip || !g_variant_equal(old_tip, tip);

    tray_org_kde_status_notifier_item_set_icon_name(item, icon);
    tray_org_kde_status_notifier_item_set_icon_accessible_desc(item, line);
    tray_org_kde_status_notifier_item_set_tool_tip(item, tip);
    if (new_icon)
        tray_org_kde_status_notifier_item_emit_new_icon(item);
    if (new_tip)
        tray_org_kde_status_notifier_item_emit_new_tool_tip(item);
}

/* A menu that is open stays as it is where only words and marks are others: some trays make a
 * menu whose layout changed anew, under somebody's pointer. */
static void tell_menu(Tray *tray)
{
    GVariant *changes = tray_menu_changes(tray->layout);

    if (tray_menu_is_rearranged(tray->layout))
        tray_com_canonical_dbusmenu_emit_layout_updated(tray->menu, ++tray->revision, 0);
    if (changes)
        tray_com_canonical_dbusmenu_emit_items_properties_updated(
            tray->menu, changes, g_variant_new_array(G_VARIANT_TYPE("(ias)"), NULL, 0));
}

/* Many changes come together: they are told once. */
static gboolean update(gpointer data)
{
    Tray *tray = data;
    g_autofree char *line = NULL;
    VpnState state = summarize(tray, &line);

    tray->update_source = 0;
    tray_menu_clear(tray->layout);
    add(tray, TRAY_STATUS, line);
    add(tray, TRAY_SEPARATOR, NULL);
    add_connections(tray);
    add(tray, TRAY_OPEN, _("Open Causeway"));
    add(tray, TRAY_QUIT, _("Quit"));
    show_icon(tray, state, line);
    tell_menu(tray);
    return G_SOURCE_REMOVE;
}

static void update_soon(Tray *tray)
{
    if (tray->update_source == 0)
        tray->update_source = g_idle_add(update, tray);
}

static void on_item(VpnItem *item, gboolean gone, gpointer data)
{
    update_soon(data);
}

/* To the watch a mere move, as after pinning, is no news. */
static void on_rearranged(GListModel *list, guint position, guint removed, guint added, Tray *tray)
{
    update_soon(tray);
}

/* --- The menu ----------------------------------------------------------------------------- */

static gboolean on_get_layout(TrayComCanonicalDbusmenu *menu, GDBusMethodInvocation *invocation,
                              gint parent, gint depth, const char *const *names, Tray *tray)
{
    GVariant *layout = tray_menu_layout(tray->layout, parent, depth, names);

    if (layout)
        tray_com_canonical_dbusmenu_complete_get_layout(menu, invocation, tray->revision, layout);
    else
        g_dbus_method_invocation_return_error(invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                              "There is no item %d", parent);
    return TRUE;
}

static gboolean on_get_group(TrayComCanonicalDbusmenu *menu, GDBusMethodInvocation *invocation,
                             GVariant *ids, const char *const *names, Tray *tray)
{
    gsize count;
    const gint32 *array = g_variant_get_fixed_array(ids, &count, sizeof(gint32));

    tray_com_canonical_dbusmenu_complete_get_group_properties(
        menu, invocation, tray_menu_properties(tray->layout, array, count, names));
    return TRUE;
}

static gboolean on_get_property(TrayComCanonicalDbusmenu *menu, GDBusMethodInvocation *invocation,
                                gint id, const char *name, Tray *tray)
{
    g_autoptr(GVariant) value = tray_menu_property(tray->layout, id, name);

    if (value)
        tray_com_canonical_dbusmenu_complete_get_property(menu, invocation,
                                                          g_variant_new_variant(value));
    else
        g_dbus_method_invocation_return_error(invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                              "Item %d has no %s", id, name);
    return TRUE;
}

/* Some trays move the mark themselves when it is clicked, whatever comes of it. */
static void put_mark_right(Tray *tray, gint id)
{
    tray_com_canonical_dbusmenu_emit_items_properties_updated(
        tray->menu, tray_menu_properties(tray->layout, &id, 1, NULL),
        g_variant_new_array(G_VARIANT_TYPE("(ias)"), NULL, 0));
}

static void choose(Tray *tray, gint id)
{
    const TrayEntry *entry = tray_menu_find(tray->layout, id);
    GActionGroup *actions = G_ACTION_GROUP(tray->application);

    if (!entry || !entry->enabled)
        return;
    switch (entry->kind) {
    case TRAY_CONNECTION:
        put_mark_right(tray, id);
        g_action_group_activate_action(actions, entry->active ? "disconnect" : "connect",
                                       g_variant_new_string(entry->uuid));
        break;
    case TRAY_OPEN:
        g_action_group_activate_action(actions, "open", NULL);
        break;
    case TRAY_QUIT:
        g_action_group_activate_action(actions, "quit", NULL);
        break;
    case TRAY_STATUS:
    case TRAY_SEPARATOR:
        break;
    }
}

static gboolean on_event(TrayComCanonicalDbusmenu *menu, GDBusMethodInvocation *invocation, gint id,
                         const char *event, GVariant *event_data, guint timestamp, Tray *tray)
{
    tray_com_canonical_dbusmenu_complete_event(menu, invocation);
    /* Last, as "quit" leaves nothing. */
    if (strcmp(event, "clicked") == 0)
        choose(tray, id);
    return TRUE;
}

static gboolean on_event_group(TrayComCanonicalDbusmenu *menu, GDBusMethodInvocation *invocation,
                               GVariant *events, Tray *tray)
{
    GVariantBuilder unknown;
    GVariantIter iter;
    const char *event;
    gint32 id, chosen = 0;

    g_variant_builder_init(&unknown, G_VARIANT_TYPE("ai"));
    g_variant_iter_init(&iter, events);
    while (g_variant_iter_next(&iter, "(i&svu)", &id, &event, NULL, NULL)) {
        if (id != 0 && !tray_menu_find(tray->layout, id))
            g_variant_builder_add(&unknown, "i", id);
        else if (strcmp(event, "clicked") == 0)
            chosen = id;
    }
    tray_com_canonical_dbusmenu_complete_event_group(menu, invocation,
                                                     g_variant_builder_end(&unknown));
    if (chosen > 0)
        choose(tray, chosen);
    return TRUE;
}

static gboolean on_about_to_show(TrayComCanonicalDbusmenu *menu, GDBusMethodInvocation *invocation,
                                 gint id, Tray *tray)
{
    tray_com_canonical_dbusmenu_complete_about_to_show(menu, invocation, FALSE);
    return TRUE;
}

static gboolean on_about_to_show_group(TrayComCanonicalDbusmenu *menu,
                                       GDBusMethodInvocation *invocation, GVariant *ids, Tray *tray)
{
    tray_com_canonical_dbusmenu_complete_about_to_show_group(
        menu, invocation, g_variant_new_array(G_VARIANT_TYPE_INT32, NULL, 0),
        g_variant_new_array(G_VARIANT_TYPE_INT32, NULL, 0));
    return TRUE;
}

static void make_menu(Tray *tray)
{
    static const char *const none[] = {NULL};

    tray->menu = tray_com_canonical_dbusmenu_skeleton_new();
    tray_com_canonical_dbusmenu_set_version(tray->menu, 3);
    tray_com_canonical_dbusmenu_set_status(tray->menu, "normal");
    tray_com_canonical_dbusmenu_set_icon_theme_path(tray->menu, none);
    tray_com_canonical_dbusmenu_set_text_direction(
        tray->menu, gtk_widget_get_default_direction() == GTK_TEXT_DIR_RTL ? "rtl" : "ltr");
    g_signal_connect(tray->menu, "handle-get-layout", G_CALLBACK(on_get_layout), tray);
    g_signal_connect(tray->menu, "handle-get-group-properties", G_CALLBACK(on_get_group), tray);
    g_signal_connect(tray->menu, "handle-get-property", G_CALLBACK(on_get_property), tray);
    g_signal_connect(tray->menu, "handle-event", G_CALLBACK(on_event), tray);
    g_signal_connect(tray->menu, "handle-event-group", G_CALLBACK(on_event_group), tray);
    g_signal_connect(tray->menu, "handle-about-to-show", G_CALLBACK(on_about_to_show), tray);
    g_signal_connect(tray->menu, "handle-about-to-show-group", G_CALLBACK(on_about_to_show_group),
                     tray);
}

/* --- The icon ----------------------------------------------------------------------------- */

static gboolean on_activate(TrayOrgKdeStatusNotifierItem *item, GDBusMethodInvocation *invocation,
                            gint x, gint y, Tray *tray)
{
    tray_org_kde_status_notifier_item_complete_activate(item, invocation);
    g_action_group_activate_action(G_ACTION_GROUP(tray->application), "open", NULL);
    return TRUE;
}

static gboolean on_secondary(TrayOrgKdeStatusNotifierItem *item, GDBusMethodInvocation *invocation,
                             gint x, gint y, Tray *tray)
{
    tray_org_kde_status_notifier_item_complete_secondary_activate(item, invocation);
    g_action_group_activate_action(G_ACTION_GROUP(tray->application), "open", NULL);
    return TRUE;
}

static gboolean on_ayatana_secondary(TrayOrgKdeStatusNotifierItem *item,
                                     GDBusMethodInvocation *invocation, guint timestamp, Tray *tray)
{
    tray_org_kde_status_notifier_item_complete_xayatana_secondary_activate(item, invocation);
    g_action_group_activate_action(G_ACTION_GROUP(tray->application), "open", NULL);
    return TRUE;
}

static gboolean on_token(TrayOrgKdeStatusNotifierItem *item, GDBusMethodInvocation *invocation,
                         const char *token, Tray *tray)
{
    causeway_application_set_token(tray->application, token);
    tray_org_kde_status_notifier_item_complete_provide_xdg_activation_token(item, invocation);
    return TRUE;
}

static gboolean on_scroll(TrayOrgKdeStatusNotifierItem *item, GDBusMethodInvocation *invocation,
                          gint delta, const char *orientation, Tray *tray)
{
    tray_org_kde_status_notifier_item_complete_scroll(item, invocation);
    return TRUE;
}

/* The host shows the menu itself. */
static gboolean on_context_menu(TrayOrgKdeStatusNotifierItem *item,
                                GDBusMethodInvocation *invocation, gint x, gint y, Tray *tray)
{
    tray_org_kde_status_notifier_item_complete_context_menu(item, invocation);
    return TRUE;
}

static void make_item(Tray *tray)
{
    tray->item = tray_org_kde_status_notifier_item_skeleton_new();
    tray_org_kde_status_notifier_item_set_category(tray->item, "Communications");
    tray_org_kde_status_notifier_item_set_id(tray->item, CAUSEWAY_ID);
    tray_org_kde_status_notifier_item_set_title(tray->item, "Causeway");
    tray_org_kde_status_notifier_item_set_status(tray->item, "Active");
    tray_org_kde_status_notifier_item_set_icon_theme_path(tray->item, "");
    tray_org_kde_status_notifier_item_set_overlay_icon_name(tray->item, "");
    tray_org_kde_status_notifier_item_set_attention_icon_name(tray->item, "");
    tray_org_kde_status_notifier_item_set_attention_movie_name(tray->item, "");
    tray_org_kde_status_notifier_item_set_item_is_menu(tray->item, FALSE);
    tray_org_kde_status_notifier_item_set_menu(tray->item, MENU_PATH);
    g_signal_connect(tray->item, "handle-activate", G_CALLBACK(on_activate), tray);
    g_signal_connect(tray->item, "handle-secondary-activate", G_CALLBACK(on_secondary), tray);
    g_signal_connect(tray->item, "handle-xayatana-secondary-activate",
                     G_CALLBACK(on_ayatana_secondary), tray);
    g_signal_connect(tray->item, "handle-provide-xdg-activation-token", G_CALLBACK(on_token), tray);
    g_signal_connect(tray->item, "handle-context-menu", G_CALLBACK(on_context_menu), tray);
    g_signal_connect(tray->item, "handle-scroll", G_CALLBACK(on_scroll), tray);
}

/* --- The tray ----------------------------------------------------------------------------- */

static void set_shown(Tray *tray, gboolean shown)
{
    if (tray->shown == shown)
        return;
    tray->shown = shown;
    causeway_application_tray_changed(tray->application);
}

static void on_host(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result,
                                                              &error);
    g_autoptr(GVariant) value = NULL;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (reply)
        g_variant_get(reply, "(v)", &value);
    set_shown(data, value && g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN) &&
                        g_variant_get_boolean(value));
}

static void ask_for_host(Tray *tray)
{
    g_dbus_connection_call(tray->bus, WATCHER, WATCHER_PATH, "org.freedesktop.DBus.Properties",
                           "Get", g_variant_new("(ss)", WATCHER, "IsStatusNotifierHostRegistered"),
                           G_VARIANT_TYPE("(v)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
                           tray->cancellable, on_host, tray);
}

static void on_host_signal(GDBusConnection *bus, const char *sender, const char *path,
                           const char *interface, const char *signal, GVariant *parameters,
                           gpointer data)
{
    if (strstr(signal, "Host"))
        ask_for_host(data);
}

static void on_registered(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result,
                                                              &error);

    if (reply)
        ask_for_host(data);
    else if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_message("The tray does not take our icon: %s", error->message);
}

static void on_watcher(GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
    Tray *tray = data;

    g_dbus_connection_call(bus, WATCHER, WATCHER_PATH, WATCHER, "RegisterStatusNotifierItem",
                           g_variant_new("(s)", g_dbus_connection_get_unique_name(bus)), NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, tray->cancellable, on_registered,
                           tray);
}

static void on_watcher_gone(GDBusConnection *bus, const char *name, gpointer data)
{
    set_shown(data, FALSE);
}

static void export(Tray *tray)
{
    g_autoptr(GError) error = NULL;

    if (!g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(tray->item), tray->bus,
                                          ITEM_PATH, &error) ||
        !g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(tray->menu), tray->bus,
                                          MENU_PATH, &error)) {
        g_warning("No icon in the tray: %s", error->message);
        return;
    }
    tray->signals = g_dbus_connection_signal_subscribe(
        tray->bus, WATCHER, WATCHER, NULL, WATCHER_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
        on_host_signal, tray, NULL);
    tray->watch = g_bus_watch_name_on_connection(tray->bus, WATCHER, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                 on_watcher, on_watcher_gone, tray, NULL);
}

static void on_bus(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    GDBusConnection *bus = g_dbus_connection_new_for_address_finish(result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        return;
    } else if (!bus) {
        g_message("No icon in the tray: %s", error->message);
        return;
    }
    Tray *tray = data;
    tray->bus = bus;
    export(tray);
}

Tray *tray_new(CausewayApplication *application)
{
    Tray *tray = g_new0(Tray, 1);
    g_autofree char *address = g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SESSION, NULL, NULL);

    tray->application = application;
    tray->cancellable = g_cancellable_new();
    tray->layout = tray_menu_new();
    tray->list = g_object_ref(causeway_application_items(application));
    make_menu(tray);
    make_item(tray);
    update(tray);
    tray->items = watch_new(tray->list, on_item, tray);
    tray->rearranged = g_signal_connect(tray->list, "items-changed", G_CALLBACK(on_rearranged),
                                        tray);
    if (address)
        g_dbus_connection_new_for_address(address,
                                          G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                              G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                          NULL, tray->cancellable, on_bus, tray);
    return tray;
}

static void unexport(gpointer skeleton)
{
    if (g_dbus_interface_skeleton_get_connection(skeleton))
        g_dbus_interface_skeleton_unexport(skeleton);
    g_object_unref(skeleton);
}

void tray_free(Tray *tray)
{
    if (!tray)
        return;
    g_cancellable_cancel(tray->cancellable);
    g_clear_handle_id(&tray->watch, g_bus_unwatch_name);
    if (tray->signals > 0)
        g_dbus_connection_signal_unsubscribe(tray->bus, tray->signals);
    g_clear_handle_id(&tray->update_source, g_source_remove);
    g_signal_handler_disconnect(tray->list, tray->rearranged);
    g_object_unref(tray->list);
    watch_free(tray->items);
    unexport(tray->item);
    unexport(tray->menu);
    tray_menu_free(tray->layout);
    g_object_unref(tray->cancellable);
    if (tray->bus)
        g_dbus_connection_close(tray->bus, NULL, NULL, NULL);
    g_clear_object(&tray->bus);
    g_free(tray);
}

gboolean tray_is_shown(Tray *tray)
{
    return tray->shown;
}
