/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why connections failed.  causewayd tells whoever has asked it for its objects of what the
 * caller may see: connections of its own user and of everybody. */
#include "causes.h"

#include <string.h>

#define NAME "org.causeway.Causeway1"
#define ROOT "/org/causeway/Causeway1"
#define CONNECTION NAME ".Connection"
#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"

struct Causes {
    GDBusConnection *bus;
    GCancellable *cancellable;
    guint watch, signals;
    GHashTable *paths;  /* object → Known, while causewayd has it */
    GHashTable *failed; /* UUID → Cause */
};

typedef struct {
    char *uuid, *name;
} Known;

static void known_free(gpointer data)
{
    Known *known = data;

    g_free(known->uuid);
    g_free(known->name);
    g_free(known);
}

void cause_free(Cause *cause)
{
    if (!cause)
        return;
    g_free(cause->name);
    g_free(cause->code);
    g_free(cause->message);
    g_free(cause->hint);
    g_free(cause);
}

/* An empty one stands for an attempt that goes on. */
static void take_failure(Causes *causes, const Known *known, GVariant *properties)
{
    const char *code, *message, *hint;

    if (!g_variant_lookup(properties, "Failure", "(&s&s&s&s)", NULL, &code, &message, &hint))
        return;
    if (!*code) {
        g_hash_table_remove(causes->failed, known->uuid);
        return;
    }
    Cause *cause = g_new0(Cause, 1);
    cause->name = g_strdup(known->name);
    cause->code = g_strdup(code);
    cause->message = g_strdup(message);
    cause->hint = g_strdup(hint);
    g_hash_table_replace(causes->failed, g_strdup(known->uuid), cause);
}

/* All that a connection's object says, or what has changed of it.  One with a profile is
 * causewayd's own: whoever connected it is told. */
static void take(Causes *causes, const char *path, GVariant *properties)
{
    const char *uuid, *name = "", *profile = "/";

    g_variant_lookup(properties, "Profile", "&o", &profile);
    if (strcmp(profile, "/") != 0)
        return;
    if (g_variant_lookup(properties, "Uuid", "&s", &uuid)) {
        Known *known = g_new0(Known, 1);
        g_variant_lookup(properties, "Name", "&s", &name);
        known->uuid = g_strdup(uuid);
        known->name = g_strdup(name);
        g_hash_table_replace(causes->paths, g_strdup(path), known);
    }
    const Known *known = g_hash_table_lookup(causes->paths, path);
    if (known)
        take_failure(causes, known, properties);
}

static void take_interfaces(Causes *causes, const char *path, GVariant *interfaces)
{
    g_autoptr(GVariant) properties =
        g_variant_lookup_value(interfaces, CONNECTION, G_VARIANT_TYPE_VARDICT);

    if (properties)
        take(causes, path, properties);
}

static void on_signal(GDBusConnection *bus, const char *sender, const char *path,
                      const char *interface, const char *signal, GVariant *parameters,
                      gpointer data)
{
    Causes *causes = data;
    g_autoptr(GVariant) value = NULL;
    const char *word;

    if (strcmp(signal, "InterfacesAdded") == 0 &&
        g_variant_is_of_type(parameters, G_VARIANT_TYPE("(oa{sa{sv}})"))) {
        g_variant_get(parameters, "(&o@a{sa{sv}})", &word, &value);
        take_interfaces(causes, word, value);
    } else if (strcmp(signal, "InterfacesRemoved") == 0 &&
               g_variant_is_of_type(parameters, G_VARIANT_TYPE("(oas)"))) {
        g_variant_get(parameters, "(&oas)", &word, NULL);
        g_hash_table_remove(causes->paths, word);
    } else if (strcmp(signal, "PropertiesChanged") == 0 &&
               g_variant_is_of_type(parameters, G_VARIANT_TYPE("(sa{sv}as)"))) {
        g_variant_get(parameters, "(&s@a{sv}as)", &word, &value, NULL);
        if (strcmp(word, CONNECTION) == 0)
            take(causes, path, value);
    }
}

static void on_objects(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    g_autoptr(GVariantIter) iter = NULL;
    const char *path;
    GVariant *interfaces;

    if (!reply) {
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            g_debug("%s", error->message);
        return;
    }
    g_variant_get(reply, "(a{oa{sa{sv}}})", &iter);
    while (g_variant_iter_next(iter, "{&o@a{sa{sv}}}", &path, &interfaces)) {
        take_interfaces(data, path, interfaces);
        g_variant_unref(interfaces);
    }
}

static void on_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
    Causes *causes = data;

    g_dbus_connection_call(bus, owner, ROOT, OBJECT_MANAGER, "GetManagedObjects", NULL,
                           G_VARIANT_TYPE("(a{oa{sa{sv}}})"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
                           causes->cancellable, on_objects, causes);
}

/* What it said last holds on until NetworkManager has noticed. */
static void on_vanished(GDBusConnection *bus, const char *name, gpointer data)
{
    g_hash_table_remove_all(((Causes *)data)->paths);
}

Causes *causes_new(GDBusConnection *bus)
{
    Causes *causes = g_new0(Causes, 1);

    causes->bus = g_object_ref(bus);
    causes->cancellable = g_cancellable_new();
    causes->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, known_free);
    causes->failed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify)cause_free);
    causes->signals = g_dbus_connection_signal_subscribe(bus, NAME, NULL, NULL, NULL, NULL,
                                                         G_DBUS_SIGNAL_FLAGS_NONE, on_signal,
                                                         causes, NULL);
    causes->watch = g_bus_watch_name_on_connection(bus, NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                   on_appeared, on_vanished, causes, NULL);
    return causes;
}

void causes_free(Causes *causes)
{
    if (!causes)
        return;
    g_cancellable_cancel(causes->cancellable);
    g_bus_unwatch_name(causes->watch);
    g_dbus_connection_signal_unsubscribe(causes->bus, causes->signals);
    g_hash_table_unref(causes->paths);
    g_hash_table_unref(causes->failed);
    g_object_unref(causes->cancellable);
    g_object_unref(causes->bus);
    g_free(causes);
}

Cause *causes_take(Causes *causes, const char *uuid)
{
    g_autofree char *key = NULL;
    Cause *cause = NULL;

    g_hash_table_steal_extended(causes->failed, uuid, (gpointer *)&key, (gpointer *)&cause);
    return cause;
}
