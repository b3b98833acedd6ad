/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service's profiles and connections, for front ends. */
#include "client/client.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BUS_NAME "org.causeway.Causeway1"
#define ROOT "/org/causeway/Causeway1"
#define FLAGS G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION
/* A person may be typing a password. */
#define PATIENCE G_MAXINT

G_DEFINE_QUARK(causeway-client-error-quark, client_error)

struct Client {
    GDBusConnection *bus;
    GDBusObjectManager *objects;
    CausewayManager *manager;
};

static gboolean connect_to_service(Client *client, GError **error)
{
    client->bus = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, error);
    if (!client->bus)
        return FALSE;
    client->objects = causeway_object_manager_client_new_sync(
        client->bus, G_DBUS_OBJECT_MANAGER_CLIENT_FLAGS_NONE, BUS_NAME, ROOT, NULL, error);
    if (!client->objects)
        return FALSE;
    g_autofree char *owner = g_dbus_object_manager_client_get_name_owner(
        G_DBUS_OBJECT_MANAGER_CLIENT(client->objects));
    if (!owner) {
        g_set_error_literal(error, CLIENT_ERROR, CLIENT_ERROR_NO_SERVICE, "nobody has the name");
        return FALSE;
    }
    /* For its methods alone: each thing more would be a question on the bus that `up` waits for. */
    client->manager = causeway_manager_proxy_new_sync(
        client->bus,
        G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS |
            G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
        BUS_NAME, ROOT, NULL, error);
    return client->manager != NULL;
}

Client *client_new(GError **error)
{
    Client *client = g_new0(Client, 1);
    g_autoptr(GError) reason = NULL;

    if (connect_to_service(client, &reason))
        return client;
    g_dbus_error_strip_remote_error(reason);
    g_set_error(error, CLIENT_ERROR, CLIENT_ERROR_NO_SERVICE,
                "Causeway's service does not run and could not be started: %s", reason->message);
    client_free(client);
    return NULL;
}

void client_free(Client *client)
{
    if (!client)
        return;
    g_clear_object(&client->manager);
    g_clear_object(&client->objects);
    g_clear_object(&client->bus);
    g_free(client);
}

GDBusConnection *client_bus(Client *client)
{
    return client->bus;
}

CausewayManager *client_manager(Client *client)
{
    return client->manager;
}

GDBusObjectManager *client_objects(Client *client)
{
    return client->objects;
}

ClientErrorKind client_error_kind(const GError *error)
{
    static const struct {
        const char *name;
        ClientErrorKind kind;
    } names[] = {
        {"org.causeway.Causeway1.Error.NotAuthorized", CLIENT_ERROR_NOT_AUTHORIZED},
        {"org.freedesktop.DBus.Error.AccessDenied", CLIENT_ERROR_NOT_AUTHORIZED},
        {"org.freedesktop.NetworkManager.PermissionDenied", CLIENT_ERROR_NOT_AUTHORIZED},
        {"org.freedesktop.NetworkManager.Settings.PermissionDenied", CLIENT_ERROR_NOT_AUTHORIZED},
        {"org.causeway.Causeway1.Error.NotFound", CLIENT_ERROR_NOT_FOUND},
        {"org.causeway.Causeway1.Error.InvalidArgument", CLIENT_ERROR_INVALID},
        {"org.causeway.Causeway1.Error.Incomplete", CLIENT_ERROR_INVALID},
        {"org.causeway.Causeway1.Error.Exists", CLIENT_ERROR_EXISTS},
        {"org.causeway.Causeway1.Error.AlreadyActive", CLIENT_ERROR_ALREADY_ACTIVE},
        {"org.freedesktop.DBus.Error.ServiceUnknown", CLIENT_ERROR_NO_SERVICE},
        {"org.freedesktop.DBus.Error.NameHasNoOwner", CLIENT_ERROR_NO_SERVICE},
        {"org.freedesktop.DBus.Error.NoReply", CLIENT_ERROR_NO_SERVICE},
    };

    if (error->domain == CLIENT_ERROR)
        return (ClientErrorKind)error->code;
    if (error->domain == PROFILE_ERROR)
        return CLIENT_ERROR_INVALID;
    g_autofree char *name = g_dbus_error_get_remote_error(error);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_strcmp0(name, names[i].name) == 0)
            return names[i].kind;
    }
    return CLIENT_ERROR_OTHER;
}

char *client_error_message(const GError *error)
{
    g_autoptr(GError) copy = g_error_copy(error);

    g_dbus_error_strip_remote_error(copy);
    return g_strdup(copy->message);
}

static gint compare_profiles(gconstpointer a, gconstpointer b)
{
    CausewayProfile *first = *(CausewayProfile *const *)a, *second = *(CausewayProfile *const *)b;
    int order = g_utf8_collate(causeway_profile_get_name(first), causeway_profile_get_name(second));

    /* Everybody's have no user: they come after one's own. */
    return order ? order : strcmp(causeway_profile_get_user(second),
                                  causeway_profile_get_user(first));
}

/* One that is leaving, or is not what we think, tells less. */
static gboolean is_whole(CausewayProfile *profile)
{
    return causeway_profile_get_name(profile) && causeway_profile_get_uuid(profile) &&
           causeway_profile_get_user(profile);
}

GPtrArray *client_profiles(Client *client)
{
    GPtrArray *profiles = g_ptr_array_new_with_free_func(g_object_unref);
    GList *objects = g_dbus_object_manager_get_objects(client->objects);

    for (GList *link = objects; link; link = link->next) {
        CausewayProfile *profile = causeway_object_get_profile(CAUSEWAY_OBJECT(link->data));
        if (profile && is_whole(profile))
            g_ptr_array_add(profiles, profile);
        else if (profile)
            g_object_unref(profile);
    }
    g_list_free_full(objects, g_object_unref);
    g_ptr_array_sort(profiles, compare_profiles);
    return profiles;
}

typedef enum {
    MATCH_NONE,
    MATCH_FOREIGN, /* another user's, which only root sees */
    MATCH_EVERYBODYS,
    MATCH_OWN,
    MATCH_UUID,
} Match;

static Match match(CausewayProfile *profile, const char *name)
{
    const char *user = causeway_profile_get_user(profile);

    if (strcmp(causeway_profile_get_uuid(profile), name) == 0)
        return MATCH_UUID;
    if (strcmp(causeway_profile_get_name(profile), name) != 0)
        return MATCH_NONE;
    if (*user == '\0')
        return MATCH_EVERYBODYS;
    return strcmp(user, g_get_user_name()) == 0 ? MATCH_OWN : MATCH_FOREIGN;
}

/* Any user may give a profile any name.  If root's "office" could be somebody else's, root would
 * connect to that one's gateway, or leave a password in a profile that its owner sends to a
 * gateway of his own: of others the UUID is asked for. */
CausewayProfile *client_find_profile(Client *client, const char *name, GError **error)
{
    g_autoptr(GPtrArray) profiles = client_profiles(client);
    CausewayProfile *best = NULL;
    Match best_match = MATCH_NONE;

    for (guint i = 0; i < profiles->len; i++) {
        CausewayProfile *profile = g_ptr_array_index(profiles, i);
        Match its = match(profile, name);
        if (its > best_match) {
            best_match = its;
            best = profile;
        }
    }
    if (best_match > MATCH_FOREIGN)
        return g_object_ref(best);
    if (best)
        g_set_error(error, CLIENT_ERROR, CLIENT_ERROR_NOT_FOUND,
                    "There is no profile \"%s\" but that of the user %s: call it %s", name,
                    causeway_profile_get_user(best), causeway_profile_get_uuid(best));
    else
        g_set_error(error, CLIENT_ERROR, CLIENT_ERROR_NOT_FOUND, "There is no profile \"%s\"",
                    name);
    return NULL;
}

gboolean client_renew(Client *client, CausewayProfile **profile, GError **error)
{
    g_autofree char *path = g_strdup(g_dbus_proxy_get_object_path(G_DBUS_PROXY(*profile)));

    /* What has come meanwhile. */
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_autofree char *owner = g_dbus_object_manager_client_get_name_owner(
        G_DBUS_OBJECT_MANAGER_CLIENT(client->objects));
    if (g_strcmp0(owner, g_dbus_proxy_get_name(G_DBUS_PROXY(*profile))) == 0)
        return TRUE;
    g_clear_object(profile);
    if (!owner) {
        g_clear_object(&client->manager);
        g_clear_object(&client->objects);
        g_clear_object(&client->bus);
        if (!connect_to_service(client, error))
            return FALSE;
    }
    g_autoptr(GDBusObject) object = g_dbus_object_manager_get_object(client->objects, path);
    *profile = object ? causeway_object_get_profile(CAUSEWAY_OBJECT(object)) : NULL;
    if (!*profile)
        g_set_error(error, CLIENT_ERROR, CLIENT_ERROR_NOT_FOUND, "This profile has gone");
    return *profile != NULL;
}

CausewayConnection *client_find_connection(Client *client, const char *uuid)
{
    GList *objects = g_dbus_object_manager_get_objects(client->objects);
    CausewayConnection *found = NULL;

    for (GList *link = objects; link && !found; link = link->next) {
        found = causeway_object_get_connection(CAUSEWAY_OBJECT(link->data));
        if (found && g_strcmp0(causeway_connection_get_uuid(found), uuid) != 0)
            g_clear_object(&found);
    }
    g_list_free_full(objects, g_object_unref);
    return found;
}

GPtrArray *client_transients(Client *client)
{
    GPtrArray *transients = g_ptr_array_new_with_free_func(g_object_unref);
    GList *objects = g_dbus_object_manager_get_objects(client->objects);

    for (GList *link = objects; link; link = link->next) {
        CausewayConnection *connection =
            causeway_object_get_connection(CAUSEWAY_OBJECT(link->data));
        if (!connection)
            continue;
        if (g_strcmp0(causeway_connection_get_profile(connection), "/") == 0)
            g_ptr_array_add(transients, connection);
        else
            g_object_unref(connection);
    }
    g_list_free_full(objects, g_object_unref);
    return transients;
}

CausewayConnection *client_find_transient(Client *client, const char *name)
{
    g_autoptr(GPtrArray) transients = client_transients(client);

    for (guint i = 0; i < transients->len; i++) {
        CausewayConnection *connection = g_ptr_array_index(transients, i);
        if (g_strcmp0(causeway_connection_get_name(connection), name) == 0 ||
            g_strcmp0(causeway_connection_get_uuid(connection), name) == 0)
            return g_object_ref(connection);
    }
    return NULL;
}

Profile *client_load(CausewayProfile *proxy, GError **error)
{
    g_autoptr(GVariant) settings = NULL;
    g_autoptr(Profile) profile = profile_new();

    if (!causeway_profile_call_get_settings_sync(proxy, FLAGS, PATIENCE, &settings, NULL, error) ||
        !profile_set_text(profile, FIELD_CONNECTION_UUID, causeway_profile_get_uuid(proxy),
                          error) ||
        !profile_set_text(profile, FIELD_CONNECTION_USER, causeway_profile_get_user(proxy),
                          error) ||
        !profile_apply_settings(profile, settings, error))
        return NULL;
    return g_steal_pointer(&profile);
}

static gboolean store_secrets(CausewayProfile *proxy, Profile *profile, GError **error)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        const Secret *secret = field_is_secret(field) ? profile_get_secret(profile, field->id)
                                                      : NULL;
        if (secret && !client_set_secret(proxy, field_name(field->id), secret, error))
            return FALSE;
    }
    return TRUE;
}

/* The owner's name is the service's to say, but that there is none may be asked for. */
GVariant *client_new_settings(Profile *profile, gboolean everybody)
{
    g_autoptr(GVariant) settings = g_variant_ref_sink(profile_to_settings(profile));
    GVariantDict connection;

    if (!everybody)
        return g_steal_pointer(&settings);
    g_autoptr(GVariant) group = g_variant_lookup_value(settings, "connection",
                                                       G_VARIANT_TYPE_VARDICT);
    g_variant_dict_init(&connection, group);
    g_variant_dict_insert(&connection, "user", "s", "");
    g_autoptr(GVariant) changed = g_variant_ref_sink(g_variant_dict_end(&connection));
    GVariantBuilder builder;
    GVariantIter iter;
    const char *name;
    GVariant *values;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sa{sv}}"));
    g_variant_iter_init(&iter, settings);
    while (g_variant_iter_next(&iter, "{&s@a{sv}}", &name, &values)) {
        g_variant_builder_add(&builder, "{s@a{sv}}", name,
                              strcmp(name, "connection") == 0 ? changed : values);
        g_variant_unref(values);
    }
    return g_variant_ref_sink(g_variant_builder_end(&builder));
}

CausewayProfile *client_add(Client *client, Profile *profile, gboolean everybody, GError **error)
{
    g_autofree char *path = NULL;
    g_autoptr(GVariant) settings = client_new_settings(profile, everybody);

    if (!causeway_manager_call_add_profile_sync(client->manager, settings, FLAGS, PATIENCE, &path,
                                                NULL, error))
        return NULL;
    g_autoptr(CausewayProfile) proxy = causeway_profile_proxy_new_sync(
        client->bus, G_DBUS_PROXY_FLAGS_NONE, BUS_NAME, path, NULL, error);
    if (!proxy || !store_secrets(proxy, profile, error))
        return NULL;
    return g_steal_pointer(&proxy);
}

gboolean client_update(CausewayProfile *proxy, Profile *profile, GError **error)
{
    return causeway_profile_call_update_sync(proxy, profile_to_settings(profile), FLAGS, PATIENCE,
                                             NULL, error);
}

int client_secret_file(const Secret *secret, GError **error)
{
    int file = memfd_create("secret", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    /* A memory file takes all or nothing of so little. */
    if (file < 0 ||
        write(file, secret_data(secret), secret_length(secret)) != (ssize_t)secret_length(secret) ||
        fcntl(file, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
        g_set_error(error, CLIENT_ERROR, CLIENT_ERROR_OTHER, "No memory for a secret: %s",
                    g_strerror(errno));
        if (file >= 0)
            close(file);
        return -1;
    }
    return file;
}

gboolean client_set_secret(CausewayProfile *proxy, const char *field, const Secret *secret,
                           GError **error)
{
    if (!secret)
        return causeway_profile_call_clear_secret_sync(proxy, field, FLAGS, PATIENCE, NULL, error);
    int file = client_secret_file(secret, error);
    if (file < 0)
        return FALSE;
    g_autoptr(GUnixFDList) list = g_unix_fd_list_new_from_array(&file, 1);
    return causeway_profile_call_set_secret_sync(proxy, field, g_variant_new_handle(0), FLAGS,
                                                 PATIENCE, list, NULL, NULL, error);
}

gboolean client_remove(CausewayProfile *proxy, GError **error)
{
    return causeway_profile_call_delete_sync(proxy, FLAGS, PATIENCE, NULL, error);
}

gboolean client_disconnect(CausewayConnection *connection, GError **error)
{
    return causeway_connection_call_disconnect_sync(connection, FLAGS, PATIENCE, NULL, error);
}
