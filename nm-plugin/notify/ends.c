/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VPN connections that ended in NetworkManager.  Its active connection goes with the news, so what
 * it is about is taken from the news of its coming, or asked for when it was there before. */
#include "ends.h"

#include <libnm/NetworkManager.h>
#include <string.h>

#define CONNECTION_ACTIVE NM_DBUS_INTERFACE_ACTIVE_CONNECTION
#define SETTINGS_CONNECTION NM_DBUS_INTERFACE_SETTINGS_CONNECTION

struct Ends {
    GDBusConnection *bus;
    EndsFunc func;
    gpointer data;
    GCancellable *cancellable;
    guint added, signal, watch;
    GHashTable *active; /* object → Active */
};

typedef struct {
    Ends *ends; /* not to be touched when cancelled */
    GCancellable *cancellable;
    gint references; /* the table's, and one for each call under way */
    gboolean over, told;
    gboolean unanswered; /* ended for want of a secret: nothing that it says was at fault */
    char *uuid;
    char *settings_path;
} Active;

static void active_unref(gpointer data)
{
    Active *active = data;

    if (--active->references > 0)
        return;
    g_object_unref(active->cancellable);
    g_free(active->uuid);
    g_free(active->settings_path);
    g_free(active);
}

static void on_settings(GObject *source, GAsyncResult *result, gpointer data)
{
    Active *active = data;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);
    g_autoptr(GVariant) settings = reply ? g_variant_get_child_value(reply, 0) : NULL;

    if (!g_cancellable_is_cancelled(active->cancellable))
        active->ends->func(active->uuid, active->unanswered ? NULL : settings,
                           active->ends->data);
    active_unref(active);
}

static void tell(Active *active)
{
    if (!active->over || active->told || !active->uuid ||
        g_cancellable_is_cancelled(active->cancellable))
        return;
    active->told = TRUE;
    active->references++;
    g_dbus_connection_call(active->ends->bus, NM_DBUS_SERVICE, active->settings_path,
                           SETTINGS_CONNECTION, "GetSettings", NULL,
                           G_VARIANT_TYPE("(a{sa{sv}})"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
                           active->cancellable, on_settings, active);
}

static void take_properties(Active *active, GVariant *properties)
{
    if (!active->uuid &&
        g_variant_lookup(properties, "Connection", "o", &active->settings_path))
        g_variant_lookup(properties, "Uuid", "s", &active->uuid);
}

static void on_properties(GObject *source, GAsyncResult *result, gpointer data)
{
    Active *active = data;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);
    g_autoptr(GVariant) properties = reply ? g_variant_get_child_value(reply, 0) : NULL;

    if (properties && !active->settings_path)
        take_properties(active, properties);
    tell(active);
    active_unref(active);
}

static Active *add(Ends *ends, const char *path)
{
    Active *active = g_new0(Active, 1);

    active->ends = ends;
    active->cancellable = g_object_ref(ends->cancellable);
    active->references = 1;
    g_hash_table_replace(ends->active, g_strdup(path), active);
    return active;
}

/* One that is refused at once has gone before a question could be answered. */
static void on_added(GDBusConnection *bus, const char *sender, const char *path,
                     const char *interface, const char *signal, GVariant *parameters,
                     gpointer data)
{
    g_autoptr(GVariant) interfaces = NULL;
    const char *object;

    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(oa{sa{sv}})")))
        return;
    g_variant_get(parameters, "(&o@a{sa{sv}})", &object, &interfaces);
    g_autoptr(GVariant) vpn = g_variant_lookup_value(interfaces, NM_DBUS_INTERFACE_VPN_CONNECTION,
                                                     G_VARIANT_TYPE_VARDICT);
    g_autoptr(GVariant) properties =
        g_variant_lookup_value(interfaces, CONNECTION_ACTIVE, G_VARIANT_TYPE_VARDICT);
    if (vpn && properties)
        take_properties(add(data, object), properties);
}

static Active *know(Ends *ends, const char *path)
{
    Active *active = g_hash_table_lookup(ends->active, path);

    if (active)
        return active;
    active = add(ends, path);
    active->references++;
    g_dbus_connection_call(ends->bus, NM_DBUS_SERVICE, path, "org.freedesktop.DBus.Properties",
                           "GetAll", g_variant_new("(s)", CONNECTION_ACTIVE),
                           G_VARIANT_TYPE("(a{sv})"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
                           ends->cancellable, on_properties, active);
    return active;
}

static void on_state(GDBusConnection *bus, const char *sender, const char *path,
                     const char *interface, const char *signal, GVariant *parameters,
                     gpointer data)
{
    Ends *ends = data;
    guint32 state, reason;

    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(uu)")))
        return;
    g_variant_get(parameters, "(uu)", &state, &reason);
    Active *active = know(ends, path);
    if (state != NM_VPN_CONNECTION_STATE_FAILED && state != NM_VPN_CONNECTION_STATE_DISCONNECTED)
        return;
    active->over = reason != NM_ACTIVE_CONNECTION_STATE_REASON_USER_DISCONNECTED;
    active->unanswered = reason == NM_ACTIVE_CONNECTION_STATE_REASON_NO_SECRETS;
    tell(active);
    g_hash_table_remove(ends->active, path);
}

/* The next one begins to count its objects anew. */
static void on_vanished(GDBusConnection *bus, const char *name, gpointer data)
{
    g_hash_table_remove_all(((Ends *)data)->active);
}

Ends *ends_new(GDBusConnection *bus, EndsFunc func, gpointer data)
{
    Ends *ends = g_new0(Ends, 1);

    ends->bus = g_object_ref(bus);
    ends->func = func;
    ends->data = data;
    ends->cancellable = g_cancellable_new();
    ends->active = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, active_unref);
    ends->added = g_dbus_connection_signal_subscribe(
        bus, NM_DBUS_SERVICE, "org.freedesktop.DBus.ObjectManager", "InterfacesAdded",
        "/org/freedesktop", NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_added, ends, NULL);
    ends->signal = g_dbus_connection_signal_subscribe(
        bus, NM_DBUS_SERVICE, NM_DBUS_INTERFACE_VPN_CONNECTION, "VpnStateChanged", NULL, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, on_state, ends, NULL);
    ends->watch = g_bus_watch_name_on_connection(bus, NM_DBUS_SERVICE,
                                                 G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_vanished,
                                                 ends, NULL);
    return ends;
}

void ends_free(Ends *ends)
{
    if (!ends)
        return;
    g_cancellable_cancel(ends->cancellable);
    g_bus_unwatch_name(ends->watch);
    g_dbus_connection_signal_unsubscribe(ends->bus, ends->added);
    g_dbus_connection_signal_unsubscribe(ends->bus, ends->signal);
    g_hash_table_unref(ends->active);
    g_object_unref(ends->cancellable);
    g_object_unref(ends->bus);
    g_free(ends);
}
