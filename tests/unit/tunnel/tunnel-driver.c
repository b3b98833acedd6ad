/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plays causewayd for one causeway-tunnel: plain L2TP to a real gateway, without IPsec, over the
 * user path.  For the lab, where it shows that the tunnel process works by itself:
 *
 *   tunnel-driver TUNNEL GATEWAY USER PASSWORD [OPTION…] -- COMMAND…
 *
 * When the network is up, COMMAND runs; its status is the driver's.  Options: acfc, pfc,
 * no-offload (a TUN without super-packets), sequencing, secret=TEXT (the tunnel's).  It prints
 * a line for each event, with milliseconds since START. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connection/tunnel_process.h"

#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

typedef struct {
    GMainLoop *loop;
    TunnelProcess *process;
    TunnelConfig config;
    struct sockaddr_in gateway;
    int socket, tun;
    guint offloads;
    char name[IFNAMSIZ];
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

static void open_tun(Driver *driver, gboolean offload)
{
    struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR };
    static const guint wanted[] = {
        TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN | TUN_F_USO4 | TUN_F_USO6,
        TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN,
    };

    driver->tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    g_strlcpy(request.ifr_name, "causeway%d", IFNAMSIZ);
    if (driver->tun < 0 || ioctl(driver->tun, TUNSETIFF, &request) != 0)
        g_error("no TUN");
    g_strlcpy(driver->name, request.ifr_name, IFNAMSIZ);
    for (guint i = 0; offload && i < G_N_ELEMENTS(wanted) && driver->offloads == 0; i++) {
        if (ioctl(driver->tun, TUNSETOFFLOAD, wanted[i]) == 0)
            driver->offloads = wanted[i];
    }
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

    tell(driver, "data path: tunnel %u/%u session %u/%u path MTU %u MTU %u sequencing %d",
         path->session.tunnel_id, path->session.peer_tunnel_id, path->session.session_id,
         path->session.peer_session_id, path->path_mtu, path->mtu, path->session.sequencing);
    driver->mtu = path->mtu;
    tunnel_process_give_tun(driver->process, driver->tun, driver->offloads);
}

static void on_mtu(guint16 mtu, gpointer user_data)
{
    Driver *driver = user_data;

    tell(driver, "MTU %u", mtu);
    driver->mtu = mtu;
}

static void on_options(const PppOptions *options, gpointer user_data)
{
    tell(user_data, "options: peer's MRU %u, ours %u, pfc %d, acfc %d", options->peer_mru,
         options->mru, options->pfc, options->acfc);
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
    g_autoptr(GError) error = NULL;

    inet_ntop(AF_INET, &network->address, own, sizeof own);
    inet_ntop(AF_INET, &network->peer_address, peer, sizeof peer);
    inet_ntop(AF_INET, &network->dns[0], dns, sizeof dns);
    tell(driver, "network up: %s, peer %s, DNS %s", own, peer, dns);
    if (driver->command_pid != 0)
        return;
    shell("ip link set %s mtu %u up && ip address add %s/32 dev %s && "
          "ip route add 10.77.0.0/16 dev %s",
          driver->name, driver->mtu, own, driver->name, driver->name);
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

static gboolean read_option(Driver *driver, const char *option, gboolean *offload)
{
    if (g_str_equal(option, "acfc"))
        driver->config.acfc = TRUE;
    else if (g_str_equal(option, "pfc"))
        driver->config.pfc = TRUE;
    else if (g_str_equal(option, "sequencing"))
        driver->config.sequencing = TRUE;
    else if (g_str_equal(option, "no-offload"))
        *offload = FALSE;
    else if (g_str_has_prefix(option, "secret="))
        driver->config.l2tp_secret = secret_new(option + 7, strlen(option + 7));
    else
        return FALSE;
    return TRUE;
}

static void prepare(Driver *driver, char **argv)
{
    gboolean offload = TRUE;
    struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(1701) };
    int size = 4 << 20;

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
        if (!read_option(driver, *argv, &offload))
            g_error("no option %s", *argv);
    }
    if (!*argv || !argv[1])
        g_error("no command");
    driver->command = argv + 1;

    open_tun(driver, offload);
    driver->socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (bind(driver->socket, (struct sockaddr *)&any, sizeof any) != 0)
        g_error("no socket");
    setsockopt(driver->socket, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    setsockopt(driver->socket, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
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
    tunnel_config_clear(&driver.config);
    g_main_loop_unref(driver.loop);
    return driver.status;
}
