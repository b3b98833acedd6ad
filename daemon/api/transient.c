/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections of profiles that are in no store: NetworkManager keeps its own. */
#include "api/internal.h"

#include <string.h>

#include "api/errors.h"
#include "api/log.h"

/* As many as the log has lines, so that none of these outlives what is known of its owner. */
#define REMEMBERED LOG_LINES_MAX

typedef struct {
    char *uuid, *user;
} Remembered;

static void remembered_free(gpointer data)
{
    Remembered *remembered = data;

    g_free(remembered->uuid);
    g_free(remembered->user);
    g_free(remembered);
}

GPtrArray *api_transients_new(void)
{
    return g_ptr_array_new_with_free_func(remembered_free);
}

const char *api_transient_user(ApiService *service, const char *uuid)
{
    for (guint i = service->transients->len; i > 0; i--) {
        const Remembered *remembered = g_ptr_array_index(service->transients, i - 1);
        if (strcmp(remembered->uuid, uuid) == 0)
            return remembered->user;
    }
    return NULL;
}

/* Its log outlives it. */
static void remember(ApiService *service, const char *uuid, const char *user)
{
    Remembered *remembered = g_new0(Remembered, 1);

    remembered->uuid = g_strdup(uuid);
    remembered->user = g_strdup(user ? user : "");
    g_ptr_array_add(service->transients, remembered);
    if (service->transients->len > REMEMBERED)
        g_ptr_array_remove_index(service->transients, 0);
}

/* Whether a profile or a connection has it already; a profile that was imported here keeps the
 * UUID that it had there. */
static gboolean uuid_is_taken(ApiService *service, const char *uuid)
{
    const ApiConnection *there = g_hash_table_lookup(service->connections, uuid);

    return profile_store_find(service->store, uuid) || (there && api_connection_active(there));
}

static gboolean set_identity(ApiService *service, Profile *profile, GVariant *settings,
                             const char *user, GError **error)
{
    g_autoptr(GVariant) group = g_variant_lookup_value(settings, "connection",
                                                       G_VARIANT_TYPE_VARDICT);
    const char *uuid;

    /* Another type, or no UUID at all, is told by the profile. */
    if (group && g_variant_lookup(group, "uuid", "&s", &uuid) &&
        !profile_set_text(profile, FIELD_CONNECTION_UUID, uuid, error))
        return FALSE;
    return profile_set_text(profile, FIELD_CONNECTION_USER, user ? user : "", error);
}

/* A new one for what is connected twice. */
static void settle_uuid(ApiService *service, Profile *profile)
{
    if (uuid_is_taken(service, profile_get_string(profile, FIELD_CONNECTION_UUID))) {
        g_autofree char *uuid = g_uuid_string_random();
        profile_set_text(profile, FIELD_CONNECTION_UUID, uuid, NULL);
    }
}

void api_manager_connect_transient(ApiService *service, Caller *caller, const ApiTarget *target,
                                   GDBusMethodInvocation *invocation)
{
    g_autoptr(GVariant) settings = g_variant_get_child_value(
        g_dbus_method_invocation_get_parameters(invocation), 0);
    g_autoptr(Profile) profile = profile_new();
    g_auto(ApiOptions) options = {NULL};
    g_autoptr(GError) error = NULL;

    if (!api_options_read(profile, invocation, TRUE, &options, &error) ||
        !set_identity(service, profile, settings, options.user, &error) ||
        !profile_apply_settings(profile, settings, &error) ||
        !profile_validate(profile, &error)) {
        api_return_error(invocation, error);
        return;
    }
    settle_uuid(service, profile);
    ApiConnection *connection = api_connection_new(
        service, profile, options.agent ? caller->sender : NULL, options.agent);
    connection->uid = caller->uid;
    connection->transient = TRUE;
    remember(service, connection->uuid, options.user);
    if (options.report)
        connection_report_network(connection->connection);
    api_connection_bind(connection, caller->sender);
    api_connection_start(connection);
    g_dbus_method_invocation_return_value(invocation, g_variant_new("(o)", connection->path));
}
