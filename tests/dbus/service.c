/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service's bus side by itself, for tests: service PROFILES SECRETS [IDLE-SECONDS].  It
 * ends on SIGTERM, and when it was idle. */
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>

#include "api/api.h"
#include "api/log.h"

static gboolean on_terminate(gpointer data)
{
    g_main_loop_quit(data);
    return G_SOURCE_REMOVE;
}

static void on_idle(gpointer data)
{
    g_main_loop_quit(data);
}

int main(int argc, char **argv)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(GError) error = NULL;
    ApiSettings settings = {.version = "0.0.test", .idle = on_idle, .data = loop};

    g_log_set_writer_func(log_writer, NULL, NULL);
    settings.idle_seconds = argc > 3 ? (guint)g_ascii_strtoull(argv[3], NULL, 10) : 0;
    g_autoptr(GDBusConnection) bus = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, &error);
    g_autoptr(ProfileStore) store = bus ? profile_store_new(argv[1], argv[2], &error) : NULL;
    ConnectionSettings connection_settings = {.runtime_directory = NULL};
    ConnectionManager *manager = connection_manager_new(&connection_settings, &error);
    ApiService *service = store ? api_service_new(bus, store, manager, &settings, &error) : NULL;
    if (!service) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    /* Before the name: whoever waits for that may stop us at once. */
    g_unix_signal_add(SIGTERM, on_terminate, loop);
    guint name = g_bus_own_name_on_connection(bus, API_BUS_NAME, G_BUS_NAME_OWNER_FLAGS_NONE, NULL,
                                              NULL, NULL, NULL);
    api_service_autoconnect(service);
    g_main_loop_run(loop);
    g_bus_unown_name(name);
    api_service_free(service);
    connection_manager_free(manager);
    return 0;
}
