/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls from the bus, from their arrival to their handler. */
#include "api/internal.h"

#include <string.h>

#include "api/errors.h"
#include "causeway-dbus-info.h"

#define ACTION(name) "org.causeway.Causeway1." name

typedef enum {
    ACCESS_VIEW,
    ACCESS_CONNECT,
    ACCESS_MODIFY, /* own or system, after the profile's owner */
    ACCESS_SYSTEM,
    ACCESS_ADD, /* decided by the arguments */
    ACCESS_LOG,
    ACCESS_ROOT, /* whatever polkit says */
} Access;

typedef struct {
    const char *interface;
    const char *method;
    Access access;
    ApiHandler handler;
} MethodRow;

/* A method that does not stand here is refused. */
static const MethodRow methods[] = {
    {API_MANAGER_INTERFACE, "AddProfile", ACCESS_ADD, api_manager_add_profile},
    {API_MANAGER_INTERFACE, "ConnectTransient", ACCESS_ROOT, api_manager_connect_transient},
    {API_MANAGER_INTERFACE, "Reload", ACCESS_SYSTEM, api_manager_reload},
    {API_MANAGER_INTERFACE, "GetProblems", ACCESS_SYSTEM, api_manager_get_problems},
    {API_MANAGER_INTERFACE, "ReadLog", ACCESS_LOG, api_manager_read_log},
    {API_PROFILE_INTERFACE, "GetSettings", ACCESS_VIEW, api_profile_get_settings},
    {API_PROFILE_INTERFACE, "Update", ACCESS_MODIFY, api_profile_update},
    {API_PROFILE_INTERFACE, "Delete", ACCESS_MODIFY, api_profile_delete},
    {API_PROFILE_INTERFACE, "SetSecret", ACCESS_MODIFY, api_profile_set_secret},
    {API_PROFILE_INTERFACE, "ClearSecret", ACCESS_MODIFY, api_profile_clear_secret},
    {API_PROFILE_INTERFACE, "Connect", ACCESS_CONNECT, api_profile_connect},
    {API_CONNECTION_INTERFACE, "GetStatistics", ACCESS_VIEW, api_connection_get_statistics},
    {API_CONNECTION_INTERFACE, "Disconnect", ACCESS_CONNECT, api_connection_disconnect},
};

static const char object_manager_xml[] =
    "<node><interface name='org.freedesktop.DBus.ObjectManager'>"
    "<method name='GetManagedObjects'><arg type='a{oa{sa{sv}}}' direction='out'/></method>"
    "<signal name='InterfacesAdded'><arg type='o'/><arg type='a{sa{sv}}'/></signal>"
    "<signal name='InterfacesRemoved'><arg type='o'/><arg type='as'/></signal>"
    "</interface></node>";

/* A call that is under way. */
typedef struct {
    ApiService *service;
    GDBusMethodInvocation *invocation;
    const MethodRow *row;
    Caller *caller;
} Call;

static void service_unref(ApiService *service)
{
    if (!g_ref_count_dec(&service->references))
        return;
    g_hash_table_unref(service->calls_of);
    g_object_unref(service->bus);
    g_free(service->version);
    g_free(service);
}

static gboolean on_idle(gpointer data)
{
    ApiService *service = data;

    service->idle_source = 0;
    service->settings.idle(service->settings.data);
    return G_SOURCE_REMOVE;
}

static gboolean busy(ApiService *service)
{
    GHashTableIter iter;
    gpointer connection;

    g_hash_table_iter_init(&iter, service->connections);
    while (g_hash_table_iter_next(&iter, NULL, &connection)) {
        if (api_connection_active(connection))
            return TRUE;
    }
    return service->calls > 0 || service->log_waiters->len > 0;
}

gboolean api_service_is_idle(ApiService *service)
{
    return service->idle_source == 0 && !busy(service);
}

void api_service_touch(ApiService *service)
{
    g_clear_handle_id(&service->idle_source, g_source_remove);
    if (!service->closed && service->settings.idle_seconds > 0 && !busy(service))
        service->idle_source = g_timeout_add_seconds(service->settings.idle_seconds, on_idle,
                                                     service);
}

static void call_free(Call *call)
{
    ApiService *service = call->service;

    service->calls--;
    if (call->caller)
        api_limits_call_over(service, call->caller);
    if (!service->closed)
        api_service_touch(service);
    caller_unref(call->caller);
    g_free(call);
    service_unref(service);
}

static void call_fail(Call *call, ApiError code, const char *message)
{
    g_dbus_method_invocation_return_error_literal(call->invocation, API_ERROR, (int)code, message);
    call_free(call);
}

static gboolean call_target(Call *call, ApiTarget *ret_target)
{
    const char *path = g_dbus_method_invocation_get_object_path(call->invocation);

    if (strcmp(path, API_ROOT) == 0)
        return TRUE;
    return api_objects_find(call->service, call->caller, path, ret_target);
}

static const char *call_action(Call *call, const ApiTarget *target)
{
    GVariant *parameters = g_dbus_method_invocation_get_parameters(call->invocation);

    switch (call->row->access) {
    case ACCESS_VIEW:
        return ACTION("view");
    case ACCESS_CONNECT:
    case ACCESS_ROOT: /* which is not asked about */
        return ACTION("connect");
    case ACCESS_MODIFY:
        return profile_get_string(target->profile, FIELD_CONNECTION_USER)
                   ? ACTION("modify-own") : ACTION("modify-system");
    case ACCESS_SYSTEM:
        return ACTION("modify-system");
    case ACCESS_ADD:
        return api_manager_add_action(call->caller, parameters);
    case ACCESS_LOG:
        return api_manager_log_action(parameters);
    }
    g_assert_not_reached();
}

static void on_authorized(const GError *error, gpointer data)
{
    Call *call = data;
    ApiTarget target = {NULL};

    if (error) {
        call_fail(call, API_ERROR_NOT_AUTHORIZED, error->message);
        return;
    }
    /* Looked up again: it may have gone while a person typed a password. */
    if (!call_target(call, &target)) {
        call_fail(call, API_ERROR_NOT_FOUND, "There is no such object");
        return;
    }
    call->row->handler(call->service, call->caller, &target, call->invocation);
    call_free(call);
}

static void call_properties(Call *call)
{
    const char *path = g_dbus_method_invocation_get_object_path(call->invocation);
    const char *method = g_dbus_method_invocation_get_method_name(call->invocation);
    GVariant *parameters = g_dbus_method_invocation_get_parameters(call->invocation);
    const char *interface, *name;

    g_variant_get_child(parameters, 0, "&s", &interface);
    g_autoptr(GVariant) all = api_objects_properties(call->service, call->caller, path, interface);
    if (!all) {
        call_fail(call, API_ERROR_NOT_FOUND, "There is no such object");
        return;
    }
    if (strcmp(method, "GetAll") == 0) {
        g_dbus_method_invocation_return_value(call->invocation, g_variant_new("(@a{sv})", all));
    } else if (strcmp(method, "Get") == 0) {
        g_variant_get_child(parameters, 1, "&s", &name);
        g_autoptr(GVariant) value = g_variant_lookup_value(all, name, NULL);
        if (!value) {
            call_fail(call, API_ERROR_NOT_FOUND, "There is no such property");
            return;
        }
        g_dbus_method_invocation_return_value(call->invocation, g_variant_new("(v)", value));
    } else {
        call_fail(call, API_ERROR_INVALID_ARGUMENT, "Properties cannot be set");
        return;
    }
    call_free(call);
}

static void call_run(Call *call)
{
    const char *interface = g_dbus_method_invocation_get_interface_name(call->invocation);
    const char *method = g_dbus_method_invocation_get_method_name(call->invocation);
    GDBusMessage *message = g_dbus_method_invocation_get_message(call->invocation);
    ApiTarget target = {NULL};

    if (strcmp(interface, "org.freedesktop.DBus.Properties") == 0) {
        call_properties(call);
        return;
    }
    if (strcmp(interface, "org.freedesktop.DBus.ObjectManager") == 0) {
        g_dbus_method_invocation_return_value(call->invocation,
                                              api_objects_managed(call->service, call->caller));
        call_free(call);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (strcmp(methods[i].interface, interface) == 0 &&
            strcmp(methods[i].method, method) == 0)
            call->row = &methods[i];
    }
    if (!call->row) {
        call_fail(call, API_ERROR_NOT_AUTHORIZED, "This method is not open to anybody");
        return;
    }
    if (call->row->access == ACCESS_ROOT && call->caller->uid != 0) {
        call_fail(call, API_ERROR_NOT_AUTHORIZED, "This method is for root alone");
        return;
    }
    if (!call_target(call, &target)) {
        call_fail(call, API_ERROR_NOT_FOUND, "There is no such object");
        return;
    }
    authority_check(call->service->authority, call->caller, call_action(call, &target),
                    (g_dbus_message_get_flags(message) &
                     G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION) != 0,
                    on_authorized, call);
}

static void on_caller(Caller *caller, const GError *error, gpointer data)
{
    Call *call = data;

    if (!caller) {
        call_fail(call, API_ERROR_NOT_AUTHORIZED, "The bus does not know who asks");
        return;
    }
    call->caller = caller_ref(caller);
    if (api_limits_call(call->service, caller))
        call_run(call);
    else
        call_fail(call, API_ERROR_TOO_MANY, "Too many of your calls wait for an answer");
}

static void on_method_call(GDBusConnection *bus, const char *sender, const char *path,
                           const char *interface, const char *method, GVariant *parameters,
                           GDBusMethodInvocation *invocation, gpointer data)
{
    ApiService *service = data;
    Call *call = g_new0(Call, 1);

    g_ref_count_inc(&service->references);
    service->calls++;
    call->service = service;
    call->invocation = invocation;
    api_service_touch(service);
    callers_find(service->callers, sender, on_caller, call);
}

/* Without getters and setters the properties, too, come as calls. */
static const GDBusInterfaceVTable vtable = {.method_call = on_method_call};

static char **enumerate_nobody(GDBusConnection *bus, const char *sender, const char *path,
                               gpointer data)
{
    /* Which objects there are is told by GetManagedObjects, to each caller its own. */
    return g_new0(char *, 1);
}

static GDBusInterfaceInfo *node_interface(const char *path)
{
    if (g_str_has_prefix(path, API_PROFILES))
        return (GDBusInterfaceInfo *)&org_causeway_causeway1_profile_interface;
    return (GDBusInterfaceInfo *)&org_causeway_causeway1_connection_interface;
}

static GDBusInterfaceInfo **introspect_node(GDBusConnection *bus, const char *sender,
                                            const char *path, const char *node, gpointer data)
{
    GDBusInterfaceInfo **infos = g_new0(GDBusInterfaceInfo *, 2);

    if (node)
        infos[0] = g_dbus_interface_info_ref(node_interface(path));
    return infos;
}

static const GDBusInterfaceVTable *dispatch_node(GDBusConnection *bus, const char *sender,
                                                 const char *path, const char *interface,
                                                 const char *node, gpointer *ret_data,
                                                 gpointer data)
{
    *ret_data = data;
    return node ? &vtable : NULL;
}

static gboolean register_objects(ApiService *service, GError **error)
{
    static const GDBusSubtreeVTable subtree = {enumerate_nobody, introspect_node, dispatch_node,
                                               {NULL}};
    static const char *const subtrees[] = {API_PROFILES, API_CONNECTIONS};
    g_autoptr(GDBusNodeInfo) manager = g_dbus_node_info_new_for_xml(object_manager_xml, error);
    GDBusInterfaceInfo *infos[] = {
        (GDBusInterfaceInfo *)&org_causeway_causeway1_manager_interface,
        manager ? manager->interfaces[0] : NULL,
    };

    if (!manager)
        return FALSE;
    for (guint i = 0; i < 2; i++) {
        service->registrations[i] = g_dbus_connection_register_object(
            service->bus, API_ROOT, infos[i], &vtable, service, NULL, error);
        if (service->registrations[i] == 0)
            return FALSE;
        service->registrations[i + 2] = g_dbus_connection_register_subtree(
            service->bus, subtrees[i], &subtree,
            G_DBUS_SUBTREE_FLAGS_DISPATCH_TO_UNENUMERATED_NODES, service, NULL, error);
        if (service->registrations[i + 2] == 0)
            return FALSE;
    }
    return TRUE;
}

ApiService *api_service_new(GDBusConnection *bus, ProfileStore *store, ConnectionManager *manager,
                            const ApiSettings *settings, GError **error)
{
    ApiService *service = g_new0(ApiService, 1);

    g_ref_count_init(&service->references);
    service->bus = g_object_ref(bus);
    service->store = store;
    service->manager = manager;
    service->settings = *settings;
    service->version = g_strdup(settings->version);
    service->callers = callers_new(bus);
    service->authority = authority_new(bus);
    service->calls_of = g_hash_table_new(NULL, NULL);
    service->log_waiters = api_manager_waiters_new();
    service->transients = api_transients_new();
    service->connections = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                                 api_connection_free);
    api_objects_init(service);
    api_objects_sync(service);
    if (!register_objects(service, error)) {
        api_service_free(service);
        return NULL;
    }
    api_service_touch(service);
    return service;
}

void api_service_autoconnect(ApiService *service)
{
    g_autoptr(GPtrArray) profiles = profile_store_list(service->store);

    for (guint i = 0; i < profiles->len; i++) {
        Profile *profile = g_ptr_array_index(profiles, i);
        g_autoptr(GError) error = NULL;
        const char *uuid = profile_get_string(profile, FIELD_CONNECTION_UUID);
        const char *name = profile_get_string(profile, FIELD_CONNECTION_NAME);
        if (!profile_get_boolean(profile, FIELD_CONNECTION_AUTOCONNECT) ||
            g_hash_table_contains(service->connections, uuid))
            continue;
        if (!profile_validate(profile, &error)) {
            g_warning("\"%s\" cannot be connected automatically: %s", name, error->message);
            continue;
        }
        if (!api_limits_autoconnect(service, profile)) {
            g_warning("\"%s\" is not connected automatically: its user has too many that are",
                      name);
            continue;
        }
        ApiConnection *connection = api_connection_new(service, profile, NULL, NULL);
        connection_be_patient(connection->connection);
        api_connection_start(connection);
    }
    api_service_touch(service);
}

void api_service_free(ApiService *service)
{
    if (!service)
        return;
    service->closed = TRUE;
    api_manager_close(service);
    for (guint i = 0; i < 2; i++) {
        if (service->registrations[i])
            g_dbus_connection_unregister_object(service->bus, service->registrations[i]);
        if (service->registrations[i + 2])
            g_dbus_connection_unregister_subtree(service->bus, service->registrations[i + 2]);
    }
    g_clear_handle_id(&service->idle_source, g_source_remove);
    g_clear_handle_id(&service->reap_source, g_source_remove);
    g_hash_table_unref(service->connections);
    callers_free(service->callers);
    authority_free(service->authority);
    g_ptr_array_unref(service->log_waiters);
    g_ptr_array_unref(service->transients);
    g_hash_table_unref(service->objects);
    service_unref(service);
}
