/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's L2TP session over a UDP socket, and the PPP channel that comes out of it.
 *
 * The tunnel and the session are made by connect() on PPPoL2TP sockets rather than by generic
 * netlink: the same effect on every kernel from 2.6.23 on, and both belong to descriptors, so
 * nothing is left behind by a kill -9.  A generic-netlink tunnel would need its own undo. */
#include "host/link.h"
#include "host/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_pppol2tp.h>
#include <linux/if_pppox.h>
#include <linux/ppp-ioctl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct HostChannel {
    int tunnel_fd;  /* PPPoL2TP socket with session 0: keeps the kernel's tunnel */
    int session_fd; /* PPPoL2TP socket of the session */
    int channel_fd; /* /dev/ppp attached to the session's channel */
};

static gboolean channel_fail(GError **error, const char *what)
{
    gboolean missing = errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT || errno == ENOENT ||
                       errno == ENXIO || errno == ENODEV;

    g_set_error(error, HOST_ERROR, missing ? HOST_ERROR_NO_PATH : HOST_ERROR_SYSTEM,
                "PPP over L2TP: %s: %s", what, g_strerror(errno));
    return FALSE;
}

static int pppol2tp_connect(int fd, int udp_fd, const struct sockaddr *peer,
                            const HostChannelSession *session, gboolean management)
{
    guint16 own = management ? 0 : session->session_id;
    guint16 other = management ? 0 : session->peer_session_id;

    union {
        struct sockaddr any;
        struct sockaddr_pppol2tp ipv4;
        struct sockaddr_pppol2tpin6 ipv6;
    } address = { 0 };

    if (peer->sa_family == AF_INET6) {
        address.ipv6.sa_family = AF_PPPOX;
        address.ipv6.sa_protocol = PX_PROTO_OL2TP;
        address.ipv6.pppol2tp.fd = udp_fd;
        memcpy(&address.ipv6.pppol2tp.addr, peer, sizeof address.ipv6.pppol2tp.addr);
        address.ipv6.pppol2tp.s_tunnel = session->tunnel_id;
        address.ipv6.pppol2tp.d_tunnel = session->peer_tunnel_id;
        address.ipv6.pppol2tp.s_session = own;
        address.ipv6.pppol2tp.d_session = other;
        return connect(fd, &address.any, sizeof address.ipv6);
    }
    address.ipv4.sa_family = AF_PPPOX;
    address.ipv4.sa_protocol = PX_PROTO_OL2TP;
    address.ipv4.pppol2tp.fd = udp_fd;
    memcpy(&address.ipv4.pppol2tp.addr, peer, sizeof address.ipv4.pppol2tp.addr);
    address.ipv4.pppol2tp.s_tunnel = session->tunnel_id;
    address.ipv4.pppol2tp.d_tunnel = session->peer_tunnel_id;
    address.ipv4.pppol2tp.s_session = own;
    address.ipv4.pppol2tp.d_session = other;
    return connect(fd, &address.any, sizeof address.ipv4);
}

static int pppol2tp_open(void)
{
    return socket(AF_PPPOX, SOCK_DGRAM | SOCK_CLOEXEC, PX_PROTO_OL2TP);
}

static gboolean channel_sequencing(int fd, GError **error)
{
    const int on = 1;

    if (setsockopt(fd, SOL_PPPOL2TP, PPPOL2TP_SO_SENDSEQ, &on, sizeof on) < 0 ||
        setsockopt(fd, SOL_PPPOL2TP, PPPOL2TP_SO_RECVSEQ, &on, sizeof on) < 0)
        return channel_fail(error, "sequence numbers");
    return TRUE;
}

static gboolean channel_attach(HostChannel *channel, GError **error)
{
    int index;

    if (ioctl(channel->session_fd, PPPIOCGCHAN, &index) < 0)
        return channel_fail(error, "PPPIOCGCHAN");
    channel->channel_fd = open("/dev/ppp", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (channel->channel_fd < 0)
        return channel_fail(error, "/dev/ppp");
    if (ioctl(channel->channel_fd, PPPIOCATTCHAN, &index) < 0)
        return channel_fail(error, "PPPIOCATTCHAN");
    return TRUE;
}

static gboolean channel_open(HostChannel *channel, int udp_fd, const struct sockaddr *peer,
                             socklen_t peer_length, const HostChannelSession *session,
                             GError **error)
{
    struct sockaddr_storage connected;
    socklen_t length = sizeof connected;

    /* The kernel sends to where the UDP socket is connected; the address in the PPPoL2TP
     * connect() is for information. */
    if (getpeername(udp_fd, (struct sockaddr *)&connected, &length) < 0 &&
        connect(udp_fd, peer, peer_length) < 0)
        return channel_fail(error, "connect");
    channel->tunnel_fd = pppol2tp_open();
    channel->session_fd = pppol2tp_open();
    if (channel->tunnel_fd < 0 || channel->session_fd < 0)
        return channel_fail(error, "socket");
    if (pppol2tp_connect(channel->tunnel_fd, udp_fd, peer, session, TRUE) < 0)
        return channel_fail(error, "tunnel");
    if (pppol2tp_connect(channel->session_fd, udp_fd, peer, session, FALSE) < 0)
        return channel_fail(error, "session");
    if (session->sequencing && !channel_sequencing(channel->session_fd, error))
        return FALSE;
    return channel_attach(channel, error);
}

HostChannel *host_channel_new(int udp_fd, const struct sockaddr *peer, socklen_t peer_length,
                              const HostChannelSession *session, GError **error)
{
    HostChannel *channel = g_new0(HostChannel, 1);

    channel->tunnel_fd = channel->session_fd = channel->channel_fd = -1;
    if (!channel_open(channel, udp_fd, peer, peer_length, session, error))
        g_clear_pointer(&channel, host_channel_free);
    return channel;
}

int host_channel_fd(const HostChannel *channel)
{
    return channel->channel_fd;
}

void host_channel_free(HostChannel *channel)
{
    /* From the top down: channel, session, tunnel. */
    const int fds[] = { channel->channel_fd, channel->session_fd, channel->tunnel_fd };

    for (gsize i = 0; i < G_N_ELEMENTS(fds); i++)
        if (fds[i] >= 0)
            close(fds[i]);
    g_free(channel);
}

gboolean host_kernel_path_available(void)
{
    /* The socket first: it loads l2tp_ppp and with it ppp_generic, which makes /dev/ppp. */
    int session_fd = pppol2tp_open();
    int ppp_fd = session_fd >= 0 ? open("/dev/ppp", O_RDWR | O_CLOEXEC) : -1;
    gboolean available = ppp_fd >= 0;

    if (ppp_fd >= 0)
        close(ppp_fd);
    if (session_fd >= 0)
        close(session_fd);
    return available;
}
