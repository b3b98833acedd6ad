/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plays causewayd for one causeway-tunnel: plain L2TP to a real gateway, without IPsec.  For the
 * lab, where it shows that the tunnel process works by itself, and what it costs:
 *
 *   tunnel-driver TUNNEL GATEWAY USER PASSWORD [OPTION…] -- COMMAND…
 *
 * When the network is up, COMMAND runs; its status is the driver's.  Options: kernel
 * (the kernel's data path instead of the user path), acfc, pfc, sequencing, secret=TEXT (the
 * tunnel's).  It prints a line for each event, with milliseconds since START. */
#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connection/tunnel_process.h"
#include "host/l2tp_socket.h"
#include "host/link.h"

typedef struct {
    GMainLoop *loop;
    TunnelProcess *process;
    TunnelConfig config;
    struct sockaddr_in gateway;
    int socket;
    gboolean kernel;
    Host *host;
    HostLink *link;
    HostChannel *channel;
    guint mtu;
    gint64 began;
    char **command;
    GPid command_pid;
    int status;
} Driver;

static void G_GNUC_PRINTF(2, 3) tell(Driver *driver, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    printf("%8.1f %s\n", (double)(g_get_monotonic_time() - driver->began) / 1000, text);
    fflush(stdout);
}

static void G_GNUC_PRINTF(1, 2) shell(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (system(line) != 0)
        g_error("failed: %s", line);
}

static void on_ready(gpointer user_data)
{
    tell(user_data, "ready");
}

static void on_stage(Stage stage, const char *text, gpointer user_data)
{
    tell(user_data, "stage %s %s", stage_name(stage), text ? text : "");
}

static void on_peer(const struct sockaddr_storage *peer, gpointer user_data)
{
    tell(user_data, "peer port %u", ntohs(((const struct sockaddr_in *)peer)->sin_port));
}

static void on_data_path(const TunnelDataPath *path, gpointer user_data)
{
    Driver *driver = user_data;
    g_autoptr(GError) error = NULL;
    const L2tpSession *s = &path->session;
    const HostChannelSession session = { s->tunnel_id, s->peer_tunnel_id, s->session_id,
                                         s->peer_session_id, s->sequencing };

    tell(driver, "data path: tunnel %u/%u session %u/%u path MTU %u MTU %u sequencing %d",
         path->session.tunnel_id, path->session.peer_tunnel_id, path->session.session_id,
         path->session.peer_session_id, path->path_mtu, path->mtu, path->session.sequencing);
    driver->mtu = path->mtu;
    if (!driver->kernel) {
        tunnel_process_give_tun(driver->process, host_link_fd(driver->link),
                                host_link_offloads(driver->link));
        return;
    }
    driver->channel = host_channel_new(driver->socket, (struct sockaddr *)&driver->gateway,
                                       sizeof driver->gateway, &session, &error);
    if (!driver->channel || !host_link_attach(driver->link, driver->channel, &error))
        g_error("%s", error->message);
    tunnel_process_give_kernel_path(driver->process, host_channel_fd(driver->channel),
                                    host_link_fd(driver->link));
    tell(driver, "kernel path given");
}

static void on_mtu(guint16 mtu, gpointer user_data)
{
    Driver *driver = user_data;

    tell(driver, "MTU %u", mtu);
    driver->mtu = mtu;
}

static void on_options(const PppOptions *options, gpointer user_data)
{
    Driver *driver = user_data;
    g_autoptr(GError) error = NULL;

    tell(driver, "options: peer's MRU %u, ours %u, pfc %d, acfc %d", options->peer_mru,
         options->mru, options->pfc, options->acfc);
    if (driver->kernel && !host_link_configure_ppp(driver->link, options->mru, TRUE, FALSE, &error))
        g_error("%s", error->message);
}

static void command_ended(GPid pid, int status, gpointer user_data)
{
    Driver *driver = user_data;

    driver->status = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    tell(driver, "command ended with %d", driver->status);
    tunnel_process_request_statistics(driver->process);
}

static void on_network_up(const PppNetwork *network, gpointer user_data)
{
    Driver *driver = user_data;
    char own[INET_ADDRSTRLEN], peer[INET_ADDRSTRLEN], dns[INET_ADDRSTRLEN];
    const char *name = host_link_name(driver->link);
    g_autoptr(GError) error = NULL;

    inet_ntop(AF_INET, &network->address, own, sizeof own);
    inet_ntop(AF_INET, &network->peer_address, peer, sizeof peer);
    inet_ntop(AF_INET, &network->dns[0], dns, sizeof dns);
    tell(driver, "network up: %s, peer %s, DNS %s", own, peer, dns);
    if (driver->command_pid != 0)
        return;
    shell("ip link set %s mtu %u up && ip address add %s peer %s dev %s && "
          "ip route add 10.77.0.0/16 dev %s",
          name, driver->mtu, own, peer, name, name);
    if (!g_spawn_async(NULL, driver->command, NULL,
                       G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, NULL, NULL,
                       &driver->command_pid, &error))
        g_error("%s", error->message);
    g_child_watch_add(driver->command_pid, command_ended, driver);
}

static void on_network_down(gpointer user_data)
{
    tell(user_data, "network down");
}

static void on_secret_wanted(PppSecretKind kind, const Failure *failure, gpointer user_data)
{
    Driver *driver = user_data;

    tell(driver, "secret wanted: %d %s", kind, failure ? failure_code_name(failure->code) : "");
    tunnel_process_secret(driver->process, kind, NULL);
}

static void on_statistics(const TunnelStatistics *s, gpointer user_data)
{
    Driver *driver = user_data;

    tell(driver,
         "statistics: rx %" G_GUINT64_FORMAT " packets %" G_GUINT64_FORMAT " bytes %" G_GUINT64_FORMAT
         " dropped, tx %" G_GUINT64_FORMAT " packets %" G_GUINT64_FORMAT " bytes %" G_GUINT64_FORMAT
         " dropped, rtt %" G_GUINT64_FORMAT " us, GSO %d GRO %d",
         s->rx_packets, s->rx_bytes, s->rx_dropped, s->tx_packets, s->tx_bytes, s->tx_dropped,
         s->rtt, s->segmentation_offload, s->receive_offload);
    tunnel_process_stop(driver->process);
}

static void on_log(const char *line, gpointer user_data)
{
    tell(user_data, "log: %s", line);
}

static void on_failed(const Failure *failure, gpointer user_data)
{
    Driver *driver = user_data;

    tell(driver, "failed: %s: %s: %s", stage_name(failure->stage), failure_code_name(failure->code),
         failure->detail ? failure->detail : "");
    driver->status = 70;
    g_main_loop_quit(driver->loop);
}

static void on_redirected(const char *text, gpointer user_data)
{
    Driver *driver = user_data;

    tell(driver, "redirected: %s", text);
    driver->status = 71;
    g_main_loop_quit(driver->loop);
}

static void on_closed(gpointer user_data)
{
    Driver *driver = user_data;

    tell(driver, "closed");
    g_main_loop_quit(driver->loop);
}

static gboolean read_option(Driver *driver, const char *option)
{
    if (g_str_equal(option, "acfc"))
        driver->config.acfc = TRUE;
    else if (g_str_equal(option, "pfc"))
        driver->config.pfc = TRUE;
    else if (g_str_equal(option, "sequencing"))
        driver->config.sequencing = TRUE;
    else if (g_str_equal(option, "kernel"))
        driver->kernel = TRUE;
    else if (g_str_has_prefix(option, "secret="))
        driver->config.l2tp_secret = secret_new(option + 7, strlen(option + 7));
    else
        return FALSE;
    return TRUE;
}

static void prepare(Driver *driver, char **argv)
{
    g_autofree char *folder = g_dir_make_tmp("tunnel-driver-XXXXXX", NULL);
    g_autoptr(GError) error = NULL;
    L2tpSocketConfig config = { .choice = L2TP_PORT_PREFERRED };
    IpAddress gateway;
    guint16 port;

    driver->config.host_name = g_strdup("driver");
    driver->config.user = g_strdup(argv[3]);
    driver->config.password = secret_new(argv[4], strlen(argv[4]));
    driver->config.methods =
        PPP_METHOD_PAP | PPP_METHOD_CHAP_MD5 | PPP_METHOD_MSCHAP | PPP_METHOD_MSCHAPV2;
    driver->config.ipv4 = driver->config.dns = TRUE;
    driver->config.echo_interval = 5 * USEC_PER_SEC;
    driver->config.echo_failures = 3;
    driver->config.hello_interval = 30 * USEC_PER_SEC;
    for (argv += 5; *argv && !g_str_equal(*argv, "--"); argv++) {
        if (!read_option(driver, *argv))
            g_error("no option %s", *argv);
    }
    if (!*argv || !argv[1])
        g_error("no command");
    driver->command = argv + 1;

    driver->host = host_new(folder, &error);
    if (!driver->host)
        g_error("%s", error->message);
    driver->link = host_link_new(driver->host, driver->kernel ? HOST_LINK_PPP : HOST_LINK_TUN,
                                 &error);
    if (!driver->link)
        g_error("%s", error->message);
    ip_address_from_sockaddr((struct sockaddr *)&driver->gateway, &gateway);
    if (!gateway_path_lookup(&gateway, &config.path, &error))
        g_error("%s", error->message);
    driver->socket = l2tp_socket_open(&config, &port, &error);
    if (driver->socket < 0)
        g_error("%s", error->message);
}

int main(int argc, char **argv)
{
    static const TunnelProcessEvents events = {
        .ready = on_ready,
        .stage = on_stage,
        .peer = on_peer,
        .data_path_wanted = on_data_path,
        .mtu = on_mtu,
        .options = on_options,
        .network_up = on_network_up,
        .network_down = on_network_down,
        .secret_wanted = on_secret_wanted,
        .statistics = on_statistics,
        .log = on_log,
        .redirected = on_redirected,
        .failed = on_failed,
        .closed = on_closed,
    };
    Driver driver = { .gateway = { .sin_family = AF_INET, .sin_port = htons(1701) } };
    g_autoptr(GError) error = NULL;

    if (argc < 7 || inet_pton(AF_INET, argv[2], &driver.gateway.sin_addr) != 1) {
        fprintf(stderr, "usage: %s TUNNEL GATEWAY USER PASSWORD [OPTION…] -- COMMAND…\n", argv[0]);
        return 2;
    }
    prepare(&driver, argv);
    driver.loop = g_main_loop_new(NULL, FALSE);
    driver.began = g_get_monotonic_time();
    driver.process = tunnel_process_new(argv[1], &events, &driver, &error);
    if (!driver.process)
        g_error("%s", error->message);
    tunnel_process_configure(driver.process, &driver.config);
    tunnel_process_give_socket(driver.process, driver.socket, (struct sockaddr *)&driver.gateway);
    tunnel_process_start(driver.process, 0);
    g_main_loop_run(driver.loop);

    tunnel_process_free(driver.process);
    g_clear_pointer(&driver.channel, host_channel_free);
    host_link_free(driver.link);
    host_free(driver.host);
    tunnel_config_clear(&driver.config);
    g_main_loop_unref(driver.loop);
    return driver.status;
}
