/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The objects on the bus: where they are, their properties, and who is told about them.
 *
 * Signals go to each caller by itself, so that nobody learns of another user's profiles. */
#include "api/internal.h"

#include <string.h>

/* What callers were told. */
typedef struct {
    Profile *profile; /* for its owner */
    const char *interface;
    GVariant *properties;
    gboolean found; /* during a comparison */
} ApiObject;

static void object_free(gpointer data)
{
    ApiObject *object = data;

    profile_unref(object->profile);
    g_variant_unref(object->properties);
    g_free(object);
}

void api_objects_init(ApiService *service)
{
    service->objects = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, object_free);
}

char *api_profile_path(const char *uuid)
{
    char *path = g_strconcat(API_PROFILES "/", uuid, NULL);

    return g_strdelimit(path, "-", '_');
}

static Profile *find_profile(ApiService *service, const char *path)
{
    if (!g_str_has_prefix(path, API_PROFILES "/"))
        return NULL;
    g_autofree char *uuid = g_strdup(path + strlen(API_PROFILES "/"));
    return profile_store_find(service->store, g_strdelimit(uuid, "_", '-'));
}

static ApiConnection *find_connection(ApiService *service, const char *path)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, service->connections);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        if (strcmp(((ApiConnection *)value)->path, path) == 0)
            return value;
    }
    return NULL;
}

gboolean api_objects_find(ApiService *service, const Caller *caller, const char *path,
                          ApiTarget *ret_target)
{
    ApiTarget target = {NULL};

    target.connection = find_connection(service, path);
    target.profile = target.connection ? target.connection->profile : find_profile(service, path);
    if (!target.profile || !caller_sees(caller, target.profile))
        return FALSE;
    *ret_target = target;
    return TRUE;
}

static const char *text_of(Profile *profile, FieldId id)
{
    const char *text = profile_get_string(profile, id);

    return text ? text : "";
}

static GVariant *stored_secrets(Profile *profile)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_STRING_ARRAY);
    for (guint i = 0; i < FIELD_COUNT; i++) {
        if (field_is_secret(field_get((FieldId)i)) && profile_get_secret(profile, (FieldId)i))
            g_variant_builder_add(&builder, "s", field_name((FieldId)i));
    }
    return g_variant_builder_end(&builder);
}

static GVariant *profile_properties(ApiService *service, Profile *profile)
{
    const char *uuid = text_of(profile, FIELD_CONNECTION_UUID);
    const ApiConnection *connection = api_connection_of_profile(service, uuid);
    g_autofree const char **missing = profile_missing_secrets(profile);
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&builder, "{sv}", "Uuid", g_variant_new_string(uuid));
    g_variant_builder_add(&builder, "{sv}", "Name",
                          g_variant_new_string(text_of(profile, FIELD_CONNECTION_NAME)));
    g_variant_builder_add(&builder, "{sv}", "Gateway",
                          g_variant_new_string(text_of(profile, FIELD_CONNECTION_GATEWAY)));
    g_variant_builder_add(&builder, "{sv}", "User",
                          g_variant_new_string(text_of(profile, FIELD_CONNECTION_USER)));
    g_variant_builder_add(&builder, "{sv}", "StoredSecrets", stored_secrets(profile));
    g_variant_builder_add(&builder, "{sv}", "MissingSecrets", g_variant_new_strv(missing, -1));
    g_variant_builder_add(&builder, "{sv}", "Connection",
                          g_variant_new_object_path(connection ? connection->path : "/"));
    return g_variant_builder_end(&builder);
}

typedef struct {
    ApiService *service;
    Profile *profile;
    const char *path;
    const char *interface;
    const char *signal;
    GVariant *parameters;
} Telling;

static void tell_one(Caller *caller, gpointer data)
{
    Telling *telling = data;
    g_autoptr(GError) error = NULL;

    if (!caller_sees(caller, telling->profile))
        return;
    if (!g_dbus_connection_emit_signal(telling->service->bus, caller->sender, telling->path,
                                       telling->interface, telling->signal, telling->parameters,
                                       &error))
        g_debug("%s: %s", telling->signal, error->message);
}

static void tell(ApiService *service, Profile *profile, const char *path, const char *interface,
                 const char *signal, GVariant *parameters)
{
    g_autoptr(GVariant) owned = g_variant_ref_sink(parameters);
    Telling telling = {service, profile, path, interface, signal, owned};

    callers_foreach(service->callers, tell_one, &telling);
}

static void tell_changes(ApiService *service, const char *path, ApiObject *object,
                         GVariant *properties)
{
    GVariantBuilder changed;
    GVariantIter iter;
    const char *key;
    GVariant *value;
    guint count = 0;

    g_variant_builder_init(&changed, G_VARIANT_TYPE_VARDICT);
    g_variant_iter_init(&iter, properties);
    while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
        g_autoptr(GVariant) now = value;
        g_autoptr(GVariant) before = g_variant_lookup_value(object->properties, key, NULL);
        if (!before || !g_variant_equal(before, now)) {
            g_variant_builder_add(&changed, "{sv}", key, now);
            count++;
        }
    }
    GVariant *parameters = g_variant_ref_sink(
        g_variant_new("(s@a{sv}as)", object->interface, g_variant_builder_end(&changed), NULL));
    if (count > 0)
        tell(service, object->profile, path, "org.freedesktop.DBus.Properties",
             "PropertiesChanged", parameters);
    g_variant_unref(parameters);
}

static GVariant *interfaces_and_properties(const char *interface, GVariant *properties)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sa{sv}}"));
    g_variant_builder_add(&builder, "{s@a{sv}}", interface, properties);
    return g_variant_builder_end(&builder);
}

/* Takes `path` and the floating `properties`. */
static void sync_one(ApiService *service, Profile *profile, char *path, const char *interface,
                     GVariant *properties)
{
    g_autoptr(GVariant) owned = g_variant_ref_sink(properties);
    ApiObject *object = g_hash_table_lookup(service->objects, path);

    if (object) {
        tell_changes(service, path, object, owned);
        g_variant_unref(object->properties);
        profile_unref(object->profile);
    } else {
        object = g_new0(ApiObject, 1);
        object->interface = interface;
        g_hash_table_insert(service->objects, g_strdup(path), object);
        tell(service, profile, API_ROOT, "org.freedesktop.DBus.ObjectManager", "InterfacesAdded",
             g_variant_new("(o@a{sa{sv}})", path, interfaces_and_properties(interface, owned)));
    }
    object->properties = g_steal_pointer(&owned);
    object->profile = profile_ref(profile);
    object->found = TRUE;
    g_free(path);
}

static void sync_connections(ApiService *service)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, service->connections);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        ApiConnection *connection = value;
        sync_one(service, connection->profile, g_strdup(connection->path),
                 API_CONNECTION_INTERFACE, api_connection_properties(connection));
    }
}

static void sync_profiles(ApiService *service)
{
    g_autoptr(GPtrArray) profiles = profile_store_list(service->store);

    for (guint i = 0; i < profiles->len; i++) {
        Profile *profile = g_ptr_array_index(profiles, i);
        sync_one(service, profile, api_profile_path(text_of(profile, FIELD_CONNECTION_UUID)),
                 API_PROFILE_INTERFACE, profile_properties(service, profile));
    }
}

static void sync_removed(ApiService *service)
{
    GHashTableIter iter;
    gpointer path, value;

    g_hash_table_iter_init(&iter, service->objects);
    while (g_hash_table_iter_next(&iter, &path, &value)) {
        ApiObject *object = value;
        const char *interfaces[] = {object->interface, NULL};
        if (!object->found) {
            tell(service, object->profile, API_ROOT, "org.freedesktop.DBus.ObjectManager",
                 "InterfacesRemoved", g_variant_new("(o^as)", path, interfaces));
            g_hash_table_iter_remove(&iter);
        }
    }
}

void api_objects_sync(ApiService *service)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, service->objects);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        ((ApiObject *)value)->found = FALSE;
    /* Connections first: a profile that names one must not be ahead of it. */
    sync_connections(service);
    sync_profiles(service);
    sync_removed(service);
}

GVariant *api_objects_managed(ApiService *service, const Caller *caller)
{
    GVariantBuilder builder;
    GHashTableIter iter;
    gpointer path, value;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{oa{sa{sv}}}"));
    g_hash_table_iter_init(&iter, service->objects);
    while (g_hash_table_iter_next(&iter, &path, &value)) {
        const ApiObject *object = value;
        if (caller_sees(caller, object->profile))
            g_variant_builder_add(&builder, "{o@a{sa{sv}}}", path,
                                  interfaces_and_properties(object->interface,
                                                            object->properties));
    }
    return g_variant_new("(@a{oa{sa{sv}}})", g_variant_builder_end(&builder));
}

GVariant *api_objects_properties(ApiService *service, const Caller *caller, const char *path,
                                 const char *interface)
{
    if (strcmp(path, API_ROOT) == 0 && strcmp(interface, API_MANAGER_INTERFACE) == 0) {
        GVariantDict properties;
        g_variant_dict_init(&properties, NULL);
        g_variant_dict_insert(&properties, "Version", "s", service->version);
        return g_variant_ref_sink(g_variant_dict_end(&properties));
    }
    const ApiObject *object = g_hash_table_lookup(service->objects, path);
    if (!object || strcmp(object->interface, interface) != 0 ||
        !caller_sees(caller, object->profile))
        return NULL;
    return g_variant_ref(object->properties);
}
