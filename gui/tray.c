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

struct Tray {
    CausewayApplication *application;
    GDBusConnection *bus;
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
    GListModel *items = causeway_application_items(tray->application);
    CausewayDialer *dialer = causeway_application_dialer(tray->application);

    for (guint i = 0; i < g_list_model_get_n_items(items); i++) {
        g_autoptr(VpnItem) item = g_list_model_get_item(items, i);
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
    if (g_list_model_get_n_items(items) > 0)
        add(tray, TRAY_SEPARATOR, NULL);
}

/* The state that matters most, and a line about it. */
static VpnState summarize(Tray *tray, char **ret_line)
{
    static const VpnState order[] = {VPN_RECONNECTING, VPN_CONNECTING, VPN_CONNECTED, VPN_FAILED,
                                     VPN_DISCONNECTING, VPN_DISCONNECTED};
    GListModel *items = causeway_application_items(tray->application);

    for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
        for (guint j = 0; j < g_list_model_get_n_items(items); j++) {
            g_autoptr(VpnItem) item = g_list_model_get_item(items, j);
            if (vpn_item_status(item)->state != order[i] || order[i] == VPN_DISCONNECTED)
                continue;
            *ret_line = g_strdup_printf("%s: %s", vpn_item_name(item),
                                        say_status(vpn_item_status(item)));
            return order[i];
        }
    }
    *ret_line = g_strdup(say_state(VPN_DISCONNECTED));
    return VPN_DISCONNECTED;
}

static void show_icon(Tray *tray, VpnState state, const char *line)
{
    const char *icon = say_icon(state);
    g_autoptr(GVariant) tip = g_variant_ref_sink(g_variant_new(
        "(s@a(iiay)ss)", icon, g_variant_new_array(G_VARIANT_TYPE("(iiay)"), NULL, 0), "Causeway",
        line));

    gboolean new_icon = g_strcmp0(tray_org_kde_status_notifier_item_get_icon_name(tray->item),
                                  icon) != 0;
    tray_org_kde_status_notifier_item_set_icon_name(tray->item, icon);
    tray_org_kde_status_notifier_item_set_icon_accessible_desc(tray->item, line);
    tray_org_kde_status_notifier_item_set_tool_tip(tray->item, tip);
    if (new_icon)
        tray_org_kde_status_notifier_item_emit_new_icon(tray->item);
    tray_org_kde_status_notifier_item_emit_new_tool_tip(tray->item);
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
    tray_com_canonical_dbusmenu_emit_layout_updated(tray->menu, ++tray->revision, 0);
    return G_SOURCE_REMOVE;
}

static void on_item(VpnItem *item, gboolean gone, gpointer data)
{
    Tray *tray = data;

    if (tray->update_source == 0)
        tray->update_source = g_idle_add(update, tray);
}

/* --- The menu ----------------------------------------------------------------------------- */

static gboolean on_get_layout(TrayComCanonicalDbusmenu *menu, GDBusMethodInvocation *invocation,
                              gint parent, gint depth, const char *const *names, Tray *tray)
{
    GVariant *layout = tray_menu_layout(tray->layout, parent, depth);

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
        menu, invocation, tray_menu_properties(tray->layout, array, count));
    return TRUE;
}

static gboolean on_get_property(TrayComCanonicalDbusmenu *menu, GDBusMethodInvocation *invocation,
                                gint id, const char *name, Tray *tray)
{
    g_autoptr(GVariant) all = g_variant_ref_sink(tray_menu_properties(tray->layout, &id, 1));
    g_autoptr(GVariant) one = NULL, value = NULL;

    if (g_variant_n_children(all) > 0) {
        g_variant_get_child(all, 0, "(i@a{sv})", NULL, &one);
        value = g_variant_lookup_value(one, name, NULL);
    }
    if (value)
        tray_com_canonical_dbusmenu_complete_get_property(menu, invocation,
                                                          g_variant_new_variant(value));
    else
        g_dbus_method_invocation_return_error(invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                              "Item %d has no %s", id, name);
    return TRUE;
}

static void choose(Tray *tray, gint id)
{
    const TrayEntry *entry = tray_menu_find(tray->layout, id);
    GActionGroup *actions = G_ACTION_GROUP(tray->application);

    if (!entry || !entry->enabled)
        return;
    switch (entry->kind) {
    case TRAY_CONNECTION:
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
    GVariantIter iter;
    const char *event;
    gint32 id, chosen = 0;

    g_variant_iter_init(&iter, events);
    while (g_variant_iter_next(&iter, "(i&svu)", &id, &event, NULL, NULL)) {
        if (strcmp(event, "clicked") == 0)
            chosen = id;
    }
    tray_com_canonical_dbusmenu_complete_event_group(
        menu, invocation, g_variant_new_array(G_VARIANT_TYPE_INT32, NULL, 0));
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

Tray *tray_new(CausewayApplication *application)
{
    Tray *tray = g_new0(Tray, 1);
    GDBusConnection *bus = g_application_get_dbus_connection(G_APPLICATION(application));

    tray->application = application;
    tray->cancellable = g_cancellable_new();
    tray->layout = tray_menu_new();
    make_menu(tray);
    make_item(tray);
    tray->items = watch_new(causeway_application_items(application), on_item, tray);
    update(tray);
    if (bus) {
        tray->bus = g_object_ref(bus);
        export(tray);
    }
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
    watch_free(tray->items);
    unexport(tray->item);
    unexport(tray->menu);
    tray_menu_free(tray->layout);
    g_object_unref(tray->cancellable);
    g_clear_object(&tray->bus);
    g_free(tray);
}

gboolean tray_is_shown(Tray *tray)
{
    return tray->shown;
}
