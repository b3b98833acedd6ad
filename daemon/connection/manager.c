/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the connections of one daemon share. */
#include "connection/manager.h"

struct ConnectionManager {
    Host *host;
    IkeService *ike_service;
    IkeServiceMode ike_mode;
    char *runtime_directory;
    char *tunnel_path;
    char *state_file;
    char *charon_path;
    GDBusConnection *system_bus;
    GHashTable *connections;
    GHashTable *reqids; /* in use */
    GHashTable *leaving; /* Attempt → reqid */
    guint32 next_reqid;
    ConnectionManagerDone stopped;
    gpointer stopped_data;
};

static IkeServiceMode mode_from_name(const char *name)
{
    if (g_strcmp0(name, "private") == 0)
        return IKE_SERVICE_PRIVATE;
    return g_strcmp0(name, "system") == 0 ? IKE_SERVICE_SYSTEM : IKE_SERVICE_AUTO;
}

ConnectionManager *connection_manager_new(const ConnectionSettings *settings, GError **error)
{
    Host *host = host_new(settings->runtime_directory, error);

    if (!host)
        return NULL;
    ConnectionManager *manager = g_new0(ConnectionManager, 1);
    manager->host = host;
    manager->ike_mode = mode_from_name(settings->charon_mode);
    manager->runtime_directory = g_strdup(settings->runtime_directory);
    manager->state_file = g_strdup(settings->state_file);
    manager->tunnel_path = g_strdup(settings->tunnel_path);
    manager->charon_path = g_strdup(settings->charon_path);
    manager->system_bus = settings->system_bus ? g_object_ref(settings->system_bus) : NULL;
    manager->connections = g_hash_table_new(NULL, NULL);
    manager->reqids = g_hash_table_new(NULL, NULL);
    manager->leaving = g_hash_table_new(NULL, NULL);
    manager->next_reqid = IKE_REQID_FIRST;
    return manager;
}

void connection_manager_free(ConnectionManager *manager)
{
    if (!manager)
        return;
    g_return_if_fail(g_hash_table_size(manager->connections) == 0);
    GHashTableIter iter;
    gpointer attempt;
    g_hash_table_iter_init(&iter, manager->leaving);
    while (g_hash_table_iter_next(&iter, &attempt, NULL))
        attempt_free(attempt);
    g_clear_pointer(&manager->ike_service, ike_service_free);
    g_hash_table_unref(manager->leaving);
    host_free(manager->host);
    g_clear_object(&manager->system_bus);
    g_hash_table_unref(manager->connections);
    g_hash_table_unref(manager->reqids);
    g_free(manager->runtime_directory);
    g_free(manager->state_file);
    g_free(manager->tunnel_path);
    g_free(manager->charon_path);
    g_free(manager);
}

static gboolean is_active(Connection *connection)
{
    ConnectionState state = connection_status(connection)->state;

    return state != CONNECTION_DISCONNECTED && state != CONNECTION_FAILED;
}

void connection_manager_stop(ConnectionManager *manager, ConnectionManagerDone done,
                             gpointer data)
{
    GHashTableIter iter;
    gpointer connection;

    manager->stopped = done;
    manager->stopped_data = data;
    g_hash_table_iter_init(&iter, manager->connections);
    while (g_hash_table_iter_next(&iter, &connection, NULL))
        connection_stop(connection);
    manager_changed(manager);
}

void manager_changed(ConnectionManager *manager)
{
    GHashTableIter iter;
    gpointer connection;

    if (!manager->stopped)
        return;
    g_hash_table_iter_init(&iter, manager->connections);
    while (g_hash_table_iter_next(&iter, &connection, NULL)) {
        if (is_active(connection))
            return;
    }
    if (g_hash_table_size(manager->leaving) > 0)
        return;
    ConnectionManagerDone done = g_steal_pointer(&manager->stopped);
    if (manager->ike_service)
        ike_service_shutdown(manager->ike_service, done, manager->stopped_data);
    else
        done(manager->stopped_data);
}

Host *manager_host(ConnectionManager *manager)
{
    return manager->host;
}

IkeService *manager_ike_service(ConnectionManager *manager)
{
    if (!manager->ike_service)
        manager->ike_service =
            ike_service_new(manager->ike_mode, manager->runtime_directory, manager->charon_path);
    return manager->ike_service;
}

const char *manager_tunnel_path(ConnectionManager *manager)
{
    return manager->tunnel_path;
}

const char *manager_state_file(ConnectionManager *manager)
{
    return manager->state_file;
}

GDBusConnection *manager_system_bus(ConnectionManager *manager)
{
    return manager->system_bus;
}

void manager_add(ConnectionManager *manager, Connection *connection)
{
    g_hash_table_add(manager->connections, connection);
}

void manager_remove(ConnectionManager *manager, Connection *connection)
{
    g_hash_table_remove(manager->connections, connection);
    manager_changed(manager);
}

guint32 manager_take_reqid(ConnectionManager *manager)
{
    guint32 reqid;

    do {
        reqid = manager->next_reqid;
        manager->next_reqid = reqid == IKE_REQID_LAST ? IKE_REQID_FIRST : reqid + 1;
    } while (!g_hash_table_add(manager->reqids, GUINT_TO_POINTER(reqid)));
    return reqid;
}

void manager_give_reqid(ConnectionManager *manager, guint32 reqid)
{
    g_hash_table_remove(manager->reqids, GUINT_TO_POINTER(reqid));
}

static void on_left(Attempt *attempt, gpointer data)
{
    ConnectionManager *manager = data;

    manager_give_reqid(manager,
                       GPOINTER_TO_UINT(g_hash_table_lookup(manager->leaving, attempt)));
    g_hash_table_remove(manager->leaving, attempt);
    manager_changed(manager);
}

void manager_adopt(ConnectionManager *manager, Attempt *attempt, guint32 reqid)
{
    g_hash_table_insert(manager->leaving, attempt, GUINT_TO_POINTER(reqid));
    attempt_leave(attempt, on_left, manager);
}
