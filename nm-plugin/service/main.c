/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nm-causeway-service: started by NetworkManager, once for each connection. */
#include <glib-unix.h>
#include <locale.h>
#include <stdio.h>
#include <sys/prctl.h>

#include "profile/nm_settings.h"
#include "service.h"

/* NetworkManager gives every connection a bus name of its own, so nobody comes back to one that
 * has ended. */
#define LINGER_SECONDS 5

typedef struct {
    GMainLoop *loop;
    gboolean persist;
    guint linger;
} Main;

static gboolean on_signal(gpointer data)
{
    g_main_loop_quit(data);
    return G_SOURCE_CONTINUE;
}

static void on_quit(NMVpnServicePlugin *plugin, gpointer data)
{
    Main *run = data;

    if (!run->persist)
        g_main_loop_quit(run->loop);
}

/* It started us and was not yet far enough to be watched by libnm: nobody comes any more. */
static void on_networkmanager_gone(GDBusConnection *bus, const char *name, gpointer data)
{
    g_main_loop_quit(data);
}

static gboolean on_lingered(gpointer data)
{
    Main *run = data;

    run->linger = 0;
    g_main_loop_quit(run->loop);
    return G_SOURCE_REMOVE;
}

static void on_state(NMVpnServicePlugin *plugin, guint state, gpointer data)
{
    Main *run = data;

    g_clear_handle_id(&run->linger, g_source_remove);
    if (state == NM_VPN_SERVICE_STATE_STOPPED && !run->persist)
        run->linger = g_timeout_add_seconds(LINGER_SECONDS, on_lingered, run);
}

int main(int argc, char **argv)
{
    g_autofree char *bus_name = NULL;
    gboolean persist = FALSE, debug = FALSE;
    const GOptionEntry entries[] = {
        {"bus-name", 0, 0, G_OPTION_ARG_STRING, &bus_name, "D-Bus name to take", "NAME"},
        {"persist", 0, 0, G_OPTION_ARG_NONE, &persist, "Stay when there is nothing to do", NULL},
        {"debug", 0, 0, G_OPTION_ARG_NONE, &debug, "Log more", NULL},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- Causeway for NetworkManager");
    g_autoptr(GError) error = NULL;

    setlocale(LC_ALL, "");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "nm-causeway-service: %s\n", error->message);
        return 2;
    }
    /* It has passwords in its memory. */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (debug)
        g_log_set_debug_enabled(TRUE);
    g_autoptr(CausewayService) service =
        causeway_service_new(bus_name ? bus_name : NM_SERVICE_CAUSEWAY, &error);
    if (!service) {
        g_warning("cannot be on the bus: %s", error->message);
        return 1;
    }
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    Main run = {.loop = loop, .persist = persist};
    g_signal_connect(service, "quit", G_CALLBACK(on_quit), &run);
    g_signal_connect(service, "state-changed", G_CALLBACK(on_state), &run);
    g_autoptr(GDBusConnection) bus =
        nm_vpn_service_plugin_get_connection(NM_VPN_SERVICE_PLUGIN(service));
    guint watch = persist ? 0
                          : g_bus_watch_name_on_connection(
                                bus, NM_DBUS_SERVICE, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                on_networkmanager_gone, loop, NULL);
    guint terminated = g_unix_signal_add(SIGTERM, on_signal, loop);
    guint interrupted = g_unix_signal_add(SIGINT, on_signal, loop);
    g_main_loop_run(loop);
    g_source_remove(terminated);
    g_source_remove(interrupted);
    g_clear_handle_id(&run.linger, g_source_remove);
    g_clear_handle_id(&watch, g_bus_unwatch_name);
    nm_vpn_service_plugin_shutdown(NM_VPN_SERVICE_PLUGIN(service));
    /* What was said last is still to be sent. */
    g_dbus_connection_flush_sync(bus, NULL, NULL);
    return 0;
}
