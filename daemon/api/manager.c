/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The methods of the interface Manager. */
#include "api/internal.h"

#include <string.h>

#include "api/errors.h"
#include "api/log.h"

#define ACTION(name) "org.causeway.Causeway1." name

/* A call of ReadLog that waits for a line. */
typedef struct {
    GDBusMethodInvocation *invocation;
    char *sender;
    guint32 uid;
    char *uuid; /* NULL: all lines */
    guint64 after;
    guint watch;
    ApiService *service;
} Waiter;

/* Whose profile AddProfile is to make: "" for everybody. */
static char *wanted_user(const Caller *caller, GVariant *settings)
{
    g_autoptr(GVariant) group = g_variant_lookup_value(settings, "connection",
                                                       G_VARIANT_TYPE_VARDICT);
    g_autoptr(GVariant) user = group ? g_variant_lookup_value(group, "user", NULL) : NULL;

    if (!user)
        return g_strdup(caller->uid == 0 ? "" : caller->user);
    /* A wrong type is told by the profile itself later. */
    return g_strdup(g_variant_is_of_type(user, G_VARIANT_TYPE_STRING)
                        ? g_variant_get_string(user, NULL) : "");
}

const char *api_manager_add_action(const Caller *caller, GVariant *parameters)
{
    g_autoptr(GVariant) settings = g_variant_get_child_value(parameters, 0);
    g_autofree char *user = wanted_user(caller, settings);
    gboolean own = caller->uid != 0 && strcmp(user, caller->user) == 0;

    return own ? ACTION("modify-own") : ACTION("modify-system");
}

const char *api_manager_log_action(GVariant *parameters)
{
    const char *uuid;

    g_variant_get_child(parameters, 0, "&s", &uuid);
    return *uuid ? ACTION("view") : ACTION("read-log");
}

/* The two fields that profile_apply_settings() leaves to the service. */
static gboolean set_identity(Profile *profile, const Caller *caller, GVariant *settings,
                             GError **error)
{
    g_autoptr(GVariant) group = g_variant_lookup_value(settings, "connection",
                                                       G_VARIANT_TYPE_VARDICT);
    g_autoptr(GVariant) uuid = group ? g_variant_lookup_value(group, "uuid", NULL) : NULL;

    if (uuid && !profile_set_variant(profile, FIELD_CONNECTION_UUID, uuid, error))
        return FALSE;
    g_autofree char *user = wanted_user(caller, settings);
    return profile_set_text(profile, FIELD_CONNECTION_USER, user, error);
}

void api_manager_add_profile(ApiService *service, Caller *caller, const ApiTarget *target,
                             GDBusMethodInvocation *invocation)
{
    g_autoptr(GVariant) settings = g_variant_get_child_value(
        g_dbus_method_invocation_get_parameters(invocation), 0);
    g_autoptr(Profile) profile = profile_new();
    g_autoptr(GError) error = NULL;

    if (!set_identity(profile, caller, settings, &error) ||
        !profile_apply_settings(profile, settings, &error)) {
        api_return_error(invocation, error);
        return;
    }
    const char *uuid = profile_get_string(profile, FIELD_CONNECTION_UUID);
    if (uuid && profile_store_find(service->store, uuid)) {
        g_dbus_method_invocation_return_error(invocation, API_ERROR, API_ERROR_EXISTS,
                                              "connection.uuid: %s is in use", uuid);
        return;
    }
    if (!api_limits_profile(service, caller)) {
        g_dbus_method_invocation_return_error_literal(
            invocation, API_ERROR, API_ERROR_TOO_MANY,
            "You have too many profiles; remove one first");
        return;
    }
    if (!profile_store_save(service->store, profile, &error)) {
        api_return_error(invocation, error);
        return;
    }
    api_objects_sync(service);
    g_autofree char *path = api_profile_path(uuid);
    g_dbus_method_invocation_return_value(invocation, g_variant_new("(o)", path));
}

void api_manager_reload(ApiService *service, Caller *caller, const ApiTarget *target,
                        GDBusMethodInvocation *invocation)
{
    g_autoptr(GError) error = NULL;

    if (!profile_store_reload(service->store, &error)) {
        api_return_error(invocation, error);
        return;
    }
    api_objects_sync(service);
    g_dbus_method_invocation_return_value(invocation, NULL);
}

void api_manager_get_problems(ApiService *service, Caller *caller, const ApiTarget *target,
                              GDBusMethodInvocation *invocation)
{
    g_dbus_method_invocation_return_value(
        invocation, g_variant_new("(^as)", profile_store_problems(service->store)));
}

static void waiter_free(gpointer data)
{
    Waiter *waiter = data;

    g_bus_unwatch_name(waiter->watch);
    g_free(waiter->sender);
    g_free(waiter->uuid);
    g_free(waiter);
}

GPtrArray *api_manager_waiters_new(void)
{
    return g_ptr_array_new_with_free_func(waiter_free);
}

static gboolean answer(GDBusMethodInvocation *invocation, const char *uuid, guint64 after,
                       gboolean wait)
{
    guint64 next = 0;
    g_autoptr(GVariant) lines = g_variant_ref_sink(log_read(uuid, after, &next));

    if (wait && g_variant_n_children(lines) == 0)
        return FALSE;
    g_dbus_method_invocation_return_value(invocation, g_variant_new("(t@a(xus))", next, lines));
    return TRUE;
}

static void on_lines(gpointer data)
{
    ApiService *service = data;

    for (guint i = service->log_waiters->len; i > 0; i--) {
        Waiter *waiter = g_ptr_array_index(service->log_waiters, i - 1);
        if (answer(waiter->invocation, waiter->uuid, waiter->after, TRUE))
            g_ptr_array_remove_index(service->log_waiters, i - 1);
    }
    if (service->log_waiters->len == 0)
        log_listen(NULL, NULL);
}

static void on_waiter_vanished(GDBusConnection *bus, const char *name, gpointer data)
{
    Waiter *waiter = data;
    ApiService *service = waiter->service;

    g_dbus_method_invocation_return_error_literal(waiter->invocation, API_ERROR,
                                                  API_ERROR_CANCELLED, "The caller is gone");
    g_ptr_array_remove(service->log_waiters, waiter);
    api_service_touch(service);
}

void api_manager_close(ApiService *service)
{
    log_listen(NULL, NULL);
    for (guint i = 0; i < service->log_waiters->len; i++) {
        Waiter *waiter = g_ptr_array_index(service->log_waiters, i);
        g_dbus_method_invocation_return_error_literal(waiter->invocation, API_ERROR,
                                                      API_ERROR_CANCELLED, "The service ends");
    }
    g_ptr_array_set_size(service->log_waiters, 0);
}

static guint waiters_of(ApiService *service, guint32 uid)
{
    guint count = 0;

    for (guint i = 0; i < service->log_waiters->len; i++)
        count += ((const Waiter *)g_ptr_array_index(service->log_waiters, i))->uid == uid;
    return count;
}

/* Also of a connection that is in no store, and of one that has gone: a person wants to know why
 * it failed.  A profile that got such a one's UUID does not make its lines anybody else's. */
static gboolean may_read(ApiService *service, const Caller *caller, const char *uuid)
{
    Profile *profile = profile_store_find(service->store, uuid);
    const char *user = api_transient_user(service, uuid);

    if (!profile && !user)
        return FALSE;
    return (!profile || caller_sees(caller, profile)) && (!user || caller_is(caller, user));
}

void api_manager_read_log(ApiService *service, Caller *caller, const ApiTarget *target,
                          GDBusMethodInvocation *invocation)
{
    const char *uuid;
    guint64 after;
    gboolean wait;

    g_variant_get(g_dbus_method_invocation_get_parameters(invocation), "(&stb)", &uuid, &after,
                  &wait);
    if (*uuid && !may_read(service, caller, uuid)) {
        g_dbus_method_invocation_return_error_literal(invocation, API_ERROR, API_ERROR_NOT_FOUND,
                                                      "There is no such profile");
        return;
    }
    if (answer(invocation, *uuid ? uuid : NULL, after, wait))
        return;
    if (!api_limits_waiter(waiters_of(service, caller->uid), service->log_waiters->len)) {
        g_dbus_method_invocation_return_error_literal(invocation, API_ERROR, API_ERROR_TOO_MANY,
                                                      "Too many are waiting for the log");
        return;
    }
    Waiter *waiter = g_new0(Waiter, 1);
    waiter->service = service;
    waiter->invocation = invocation;
    waiter->sender = g_strdup(caller->sender);
    waiter->uid = caller->uid;
    waiter->uuid = *uuid ? g_strdup(uuid) : NULL;
    waiter->after = after;
    waiter->watch = g_bus_watch_name_on_connection(service->bus, caller->sender,
                                                   G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                                   on_waiter_vanished, waiter, NULL);
    g_ptr_array_add(service->log_waiters, waiter);
    log_listen(on_lines, service);
}
