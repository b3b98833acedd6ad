/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RequestName and ReleaseName (D-Bus specification, "Message Bus Messages"). */
#include "api/bus_name.h"

#define BUS_NAME "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"
#define DO_NOT_QUEUE 4u
#define PRIMARY_OWNER 1u
#define ALREADY_OWNER 4u
#define PATIENCE_MSEC 2000

struct BusName {
    GDBusConnection *bus;
    char *name;
    BusNameDone lost, done;
    gpointer user_data;
    gboolean held;
    guint subscription;
    gulong closed;
    guint idle;
    GCancellable *cancellable;
};

static void tell_lost(BusName *name)
{
    if (name->held)
        name->lost(name->user_data);
    name->held = FALSE;
}

static void on_name_lost(GDBusConnection *bus, const char *sender, const char *path,
                         const char *interface, const char *signal, GVariant *parameters,
                         gpointer user_data)
{
    tell_lost(user_data);
}

static void on_closed(GDBusConnection *bus, gboolean vanished, GError *error, gpointer user_data)
{
    tell_lost(user_data);
}

static void on_requested(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    guint32 answer = 0;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (reply)
        g_variant_get(reply, "(u)", &answer);
    if (answer != PRIMARY_OWNER && answer != ALREADY_OWNER)
        tell_lost(user_data);
}

void bus_name_take_back(BusName *name)
{
    name->held = TRUE; /* or about to be */
    g_dbus_connection_call(name->bus, BUS_NAME, BUS_PATH, BUS_NAME, "RequestName",
                           g_variant_new("(su)", name->name, DO_NOT_QUEUE),
                           G_VARIANT_TYPE("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, name->cancellable,
                           on_requested, name);
}

BusName *bus_name_own(GDBusConnection *bus, const char *well_known, BusNameDone lost,
                      gpointer user_data)
{
    BusName *name = g_new0(BusName, 1);

    name->bus = g_object_ref(bus);
    name->name = g_strdup(well_known);
    name->lost = lost;
    name->user_data = user_data;
    name->cancellable = g_cancellable_new();
    name->closed = g_signal_connect(bus, "closed", G_CALLBACK(on_closed), name);
    name->subscription = g_dbus_connection_signal_subscribe(
        bus, BUS_NAME, BUS_NAME, "NameLost", BUS_PATH, well_known, G_DBUS_SIGNAL_FLAGS_NONE,
        on_name_lost, name, NULL);
    bus_name_take_back(name);
    return name;
}

static gboolean on_drained(gpointer user_data)
{
    BusName *name = user_data;

    name->idle = 0;
    name->done(name->user_data);
    return G_SOURCE_REMOVE;
}

/* The bus keeps the order of what it sends to us: its answer comes after all earlier calls, which
 * wait in the main loop by then with a higher priority. */
static void on_answered(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    GVariant *reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    BusName *name = user_data;

    g_clear_pointer(&reply, g_variant_unref);
    if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && name->idle == 0)
        name->idle = g_idle_add_full(G_PRIORITY_LOW, on_drained, name, NULL);
}

void bus_name_drain(BusName *name, BusNameDone done)
{
    name->done = done;
    g_dbus_connection_call(name->bus, BUS_NAME, BUS_PATH, "org.freedesktop.DBus.Peer", "Ping", NULL,
                           NULL, G_DBUS_CALL_FLAGS_NONE, PATIENCE_MSEC, name->cancellable,
                           on_answered, name);
}

void bus_name_release(BusName *name, BusNameDone done)
{
    name->done = done;
    name->held = FALSE;
    g_dbus_connection_call(name->bus, BUS_NAME, BUS_PATH, BUS_NAME, "ReleaseName",
                           g_variant_new("(s)", name->name), NULL, G_DBUS_CALL_FLAGS_NONE,
                           PATIENCE_MSEC, name->cancellable, on_answered, name);
}

void bus_name_free(BusName *name)
{
    if (!name)
        return;
    g_cancellable_cancel(name->cancellable);
    g_signal_handler_disconnect(name->bus, name->closed);
    g_dbus_connection_signal_unsubscribe(name->bus, name->subscription);
    g_clear_handle_id(&name->idle, g_source_remove);
    if (name->held && !g_dbus_connection_is_closed(name->bus)) {
        GVariant *reply = g_dbus_connection_call_sync(
            name->bus, BUS_NAME, BUS_PATH, BUS_NAME, "ReleaseName",
            g_variant_new("(s)", name->name), NULL, G_DBUS_CALL_FLAGS_NONE, PATIENCE_MSEC, NULL,
            NULL);
        g_clear_pointer(&reply, g_variant_unref);
    }
    g_object_unref(name->cancellable);
    g_object_unref(name->bus);
    g_free(name->name);
    g_free(name);
}
