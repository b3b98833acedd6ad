/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user path alone, as one end of a pair of the same: a TUN, a UDP socket, nothing to
 * negotiate.  For tests/bench/throughput.
 *
 *   throughput-path NAME LOCAL REMOTE MTU      makes the TUN, says "ready", runs until killed */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/tun.h"
#include "l2tp/data.h"
#include "tunnel/path_user.h"

#define PORT 1710 /* a gateway may have 1701, and l2tpns has 1702, too */

static void received(guint8 *packet, gsize length, const struct sockaddr_storage *from,
                     gpointer user_data)
{
    L2tpData data;

    if (l2tp_data_parse(packet, length, &data) && data.length > 4)
        user_path_deliver(user_data, packet + (data.payload - packet) + 4, data.length - 4);
}

static Carrier *make_carrier(const char *local, const char *remote)
{
    struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons(PORT) };
    struct sockaddr_storage peer = { 0 };
    struct sockaddr_in *to = (struct sockaddr_in *)&peer;
    int size = 4 << 20, fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    *to = own;
    if (inet_pton(AF_INET, local, &own.sin_addr) != 1 ||
        inet_pton(AF_INET, remote, &to->sin_addr) != 1 ||
        bind(fd, (struct sockaddr *)&own, sizeof own) != 0)
        g_error("no socket: %s", g_strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);

    Carrier *carrier = carrier_new(fd);
    if (!carrier_connect(carrier, &peer))
        g_error("not connected");
    carrier_receive_merged(carrier, TRUE);
    return carrier;
}

static void G_GNUC_NORETURN run(Carrier *carrier, UserPath *path)
{
    guint16 ns = 0;

    for (;;) {
        gboolean blocked = user_path_blocked(path);
        struct pollfd fds[] = {
            { carrier_fd(carrier), blocked ? POLLIN | POLLOUT : POLLIN, 0 },
            { blocked ? -1 : user_path_fd(path), POLLIN, 0 },
        };

        if (poll(fds, G_N_ELEMENTS(fds), -1) < 0)
            g_error("poll");
        for (guint i = 0; fds[0].revents & POLLIN && i < 4; i++) {
            gboolean more = carrier_receive(carrier, received, path);
            user_path_flush(path);
            if (!more)
                break;
        }
        if (fds[1].revents || fds[0].revents & POLLOUT)
            user_path_send(path, carrier, &ns);
    }
}

int main(int argc, char **argv)
{
    L2tpData data = { .tunnel_id = 1, .session_id = 1 };
    UserPathHeader header = { 0 };
    guint offloads = 0;

    if (argc != 5) {
        fprintf(stderr, "usage: throughput-path NAME LOCAL REMOTE MTU\n");
        return 2;
    }
    header.length = l2tp_data_build(&data, FALSE, header.bytes);
    header.bytes[header.length++] = 0xff;
    header.bytes[header.length++] = 0x03;

    int tun = tun_open(argv[1], &offloads);
    if (tun < 0)
        g_error("no TUN: %s", g_strerror(-tun));
    Carrier *carrier = make_carrier(argv[2], argv[3]);
    UserPath *path = user_path_new(tun);
    user_path_configure(path, &header, (guint16)atoi(argv[4]));
    puts("ready");
    fflush(stdout);
    run(carrier, path);
}
