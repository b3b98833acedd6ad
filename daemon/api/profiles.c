/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The methods of the interface Profile.  Each works on a copy that replaces the profile only
 * when all of it is right. */
#include "api/internal.h"

#include <string.h>

#include "api/errors.h"
#include "api/memory_file.h"

static const char *uuid_of(Profile *profile)
{
    return profile_get_string(profile, FIELD_CONNECTION_UUID);
}

static void save_and_return(ApiService *service, Profile *changed,
                            GDBusMethodInvocation *invocation)
{
    g_autoptr(GError) error = NULL;

    if (!profile_store_save(service->store, changed, &error)) {
        api_return_error(invocation, error);
        return;
    }
    api_objects_sync(service);
    g_dbus_method_invocation_return_value(invocation, NULL);
}

void api_profile_get_settings(ApiService *service, Caller *caller, const ApiTarget *target,
                              GDBusMethodInvocation *invocation)
{
    g_dbus_method_invocation_return_value(
        invocation, g_variant_new("(@a{sa{sv}})", profile_to_settings(target->profile)));
}

void api_profile_update(ApiService *service, Caller *caller, const ApiTarget *target,
                        GDBusMethodInvocation *invocation)
{
    g_autoptr(GVariant) settings = g_variant_get_child_value(
        g_dbus_method_invocation_get_parameters(invocation), 0);
    g_autoptr(Profile) changed = profile_copy(target->profile);
    g_autoptr(GError) error = NULL;

    if (profile_apply_settings(changed, settings, &error))
        save_and_return(service, changed, invocation);
    else
        api_return_error(invocation, error);
}

void api_profile_delete(ApiService *service, Caller *caller, const ApiTarget *target,
                        GDBusMethodInvocation *invocation)
{
    g_autofree char *uuid = g_strdup(uuid_of(target->profile));
    g_autoptr(GError) error = NULL;

    if (!profile_store_remove(service->store, uuid, &error)) {
        api_return_error(invocation, error);
        return;
    }
    if (api_connection_of_profile(service, uuid))
        g_hash_table_remove(service->connections, uuid);
    api_objects_sync(service);
    g_dbus_method_invocation_return_value(invocation, NULL);
}

void api_profile_set_secret(ApiService *service, Caller *caller, const ApiTarget *target,
                            GDBusMethodInvocation *invocation)
{
    g_autoptr(Profile) changed = profile_copy(target->profile);
    g_autoptr(GError) error = NULL;
    const char *name;
    gint32 handle;

    g_variant_get(g_dbus_method_invocation_get_parameters(invocation), "(&sh)", &name, &handle);
    const Field *field = api_secret_field(name, &error);
    g_autoptr(Secret) secret = field ? memory_file_read(
        g_dbus_message_get_unix_fd_list(g_dbus_method_invocation_get_message(invocation)), handle,
        &error) : NULL;
    if (secret && profile_set_secret(changed, field->id, secret, &error))
        save_and_return(service, changed, invocation);
    else
        api_return_error(invocation, error);
}

void api_profile_clear_secret(ApiService *service, Caller *caller, const ApiTarget *target,
                              GDBusMethodInvocation *invocation)
{
    g_autoptr(Profile) changed = profile_copy(target->profile);
    g_autoptr(GError) error = NULL;
    const char *name;

    g_variant_get(g_dbus_method_invocation_get_parameters(invocation), "(&s)", &name);
    const Field *field = api_secret_field(name, &error);
    if (!field) {
        api_return_error(invocation, error);
        return;
    }
    profile_unset(changed, field->id);
    save_and_return(service, changed, invocation);
}

void api_profile_connect(ApiService *service, Caller *caller, const ApiTarget *target,
                         GDBusMethodInvocation *invocation)
{
    g_autoptr(Profile) profile = profile_copy(target->profile);
    g_auto(ApiOptions) options = {NULL};
    g_autoptr(GError) error = NULL;
    const ApiConnection *old = g_hash_table_lookup(service->connections, uuid_of(profile));

    if (!api_options_read(profile, invocation, FALSE, &options, &error) ||
        !profile_validate(profile, &error)) {
        api_return_error(invocation, error);
        return;
    }
    if (old && api_connection_active(old)) {
        g_dbus_method_invocation_return_error(
            invocation, API_ERROR, API_ERROR_ALREADY_ACTIVE, "\"%s\" is connected already",
            profile_get_string(profile, FIELD_CONNECTION_NAME));
        return;
    }
    if (!api_limits_connection(service, caller)) {
        g_dbus_method_invocation_return_error_literal(
            invocation, API_ERROR, API_ERROR_TOO_MANY,
            "You have too many connections; disconnect one first");
        return;
    }
    ApiConnection *connection = api_connection_new(
        service, profile, options.agent ? caller->sender : NULL, options.agent);
    connection->uid = caller->uid;
    api_connection_start(connection);
    g_dbus_method_invocation_return_value(invocation, g_variant_new("(o)", connection->path));
}
