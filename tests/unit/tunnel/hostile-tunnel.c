/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in a tunnel process's place after a gateway has taken it over.  Its configuration's
 * host name says what it does to its parent. */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tunnel/protocol.h"

static void send_bytes(const void *data, gsize length)
{
    (void)!send(TUNNEL_SOCKET_FD, data, length, MSG_NOSIGNAL);
}

static void send_message(TunnelMessageType type)
{
    TunnelMessage message;

    tunnel_message_init(&message, type);
    tunnel_message_send(TUNNEL_SOCKET_FD, &message);
}

static void say_forged(const char *text)
{
    g_autoptr(GVariant) variant = g_variant_parse(G_VARIANT_TYPE("(yv)"), text, NULL, NULL, NULL);

    send_bytes(g_variant_get_data(variant), g_variant_get_size(variant));
}

static void send_descriptor(void)
{
    int fd = memfd_create("gift", 0);
    struct iovec part = { (void *)"x", 1 };
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = { 0 };
    struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
                             .msg_controllen = sizeof control };
    struct cmsghdr *c = CMSG_FIRSTHDR(&header);

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(c), &fd, sizeof fd);
    sendmsg(TUNNEL_SOCKET_FD, &header, MSG_NOSIGNAL);
}

#define NETWORK \
    "(byte 0x45, <(uint32 0x0a00000a, uint32 0, uint32 0, uint32 0, uint32 0, uint32 0, false, " \
    "uint64 0, uint64 0)>)"
#define DATA_PATH \
    "(byte 0x43, <(uint16 1, uint16 2, uint16 3, uint16 4, false, uint16 1500, uint16 1400)>)"

/* Of the right form, at the wrong time. */
static gboolean act_out_of_turn(const char *what)
{
    if (g_str_equal(what, "network-on-no-path"))
        say_forged(NETWORK);
    else if (g_str_equal(what, "mtu-of-no-path"))
        say_forged("(byte 0x4d, <(uint16 1400,)>)");
    else if (g_str_equal(what, "ipv6-on-no-path"))
        say_forged("(byte 0x4e, <(@ay [], @aay [], ['lab'])>)");
    else if (g_str_equal(what, "path-before-start"))
        say_forged(DATA_PATH);
    else if (g_str_equal(what, "secret-before-start"))
        say_forged("(byte 0x47, <(byte 0x00, @m(yqms) nothing)>)");
    else if (g_str_equal(what, "two-paths")) {
        say_forged(DATA_PATH);
        say_forged(DATA_PATH);
    } else
        return FALSE;
    return TRUE;
}

static void act(const char *what)
{
    char garbage[TUNNEL_MESSAGE_MAX * 2];

    memset(garbage, 0xa5, sizeof garbage);
    if (act_out_of_turn(what))
        return;
    if (g_str_equal(what, "garbage"))
        send_bytes(garbage, 100);
    else if (g_str_equal(what, "too-long"))
        send_bytes(garbage, sizeof garbage);
    else if (g_str_equal(what, "parents-word"))
        send_message(TUNNEL_STOP);
    else if (g_str_equal(what, "descriptor"))
        send_descriptor();
    else if (g_str_equal(what, "loopback-dns"))
        say_forged("(byte 0x45, <(uint32 0x0a00000a, uint32 0, uint32 0x0100007f, uint32 0, "
                   "uint32 0, uint32 0, false, uint64 0, uint64 0)>)");
    else if (g_str_equal(what, "search-domain-of-two-lines"))
        say_forged("(byte 0x4e, <(@ay [], @aay [], ['lab\nnameserver'])>)");
    else if (g_str_equal(what, "escape-sequence"))
        say_forged("(byte 0x49, <('\\u001b]0;owned\\u0007',)>)");
    else if (g_str_equal(what, "not-its-stage"))
        say_forged("(byte 0x4a, <(byte 0x02, uint16 1, @ms nothing)>)");
    else if (g_str_equal(what, "crash"))
        raise(SIGTRAP);
    else if (g_str_equal(what, "exit"))
        _exit(9);
    else if (g_str_equal(what, "close"))
        close(TUNNEL_SOCKET_FD);
    else if (g_str_equal(what, "chatter")) {
        for (guint i = 0; i < 2000; i++)
            say_forged("(byte 0x49, <('nothing new',)>)");
        _exit(9);
    } else if (g_str_equal(what, "flood")) {
        for (;;)
            send_message(TUNNEL_NETWORK_DOWN);
    }
}

int main(void)
{
    g_auto(TunnelMessage) message;
    struct pollfd poll_fd = { TUNNEL_SOCKET_FD, POLLIN, 0 };

    poll(&poll_fd, 1, -1);
    if (tunnel_message_receive(TUNNEL_SOCKET_FD, TUNNEL_TO_TUNNEL, &message) != TUNNEL_IO_DONE ||
        message.type != TUNNEL_CONFIGURE)
        return 1;
    send_message(TUNNEL_READY);
    act(message.config.host_name);
    /* Then it neither listens nor goes. */
    for (;;)
        pause();
}
