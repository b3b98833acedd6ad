/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The L2TP socket: guarded by XFRM first, then bound, never shared.
 *
 * Two tunnels on one port would take each other's packets, so there is no SO_REUSEADDR: the
 * first connection has 1701, the second, to whatever gateway, another port.
 *
 * SO_BINDTODEVICE keeps the outer packets on the interface that leads to the gateway, whatever
 * routes come later: also through the moment in which the tunnel's routes are there and the
 * pinned one has been taken away by somebody.  The pinned route is needed all the same, for
 * IKE's packets, which are not ours to bind.
 *
 * Of two interfaces in one network (a docked laptop's cable and Wi-Fi) the kernel answers ARP
 * questions for each one's address on both, and so the gateway's packets may come in by the other:
 * a bound socket would not get them.  There IP_UNICAST_IF says which way packets go, and nothing
 * about the way they come. */
#include "host/l2tp_socket.h"

#include "host/host.h"
#include "host/interface.h"
#include "host/port_holder.h"

#include <errno.h>
#include <linux/ipsec.h>
#include <linux/xfrm.h>
#include <string.h>
#include <unistd.h>

#define L2TP_SOCKET_BUFFER (4 << 20) /* some 3000 packets: 30 ms at 1 Gb/s */
#define EPHEMERAL_FIRST 49152u /* RFC 6335 §6 */
#define EPHEMERAL_COUNT 16384u
#define EPHEMERAL_TRIES 64

static gboolean socket_fail(GError **error, const char *what)
{
    g_set_error(error, HOST_ERROR, HOST_ERROR_SYSTEM, "L2TP socket: %s: %s", what,
                g_strerror(errno));
    return FALSE;
}

/* The selector is all zero but for its family: it matches every packet of this socket.  One that
 * did not match would fall through to the global policies, that is, to clear. */
static gboolean socket_guard(int fd, int family, guint32 reqid, GError **error)
{
    struct {
        struct xfrm_userpolicy_info info;
        struct xfrm_user_tmpl tmpl;
    } policy = { 0 };
    static const guint8 directions[] = { XFRM_POLICY_OUT, XFRM_POLICY_IN };

    policy.info.sel.family = (guint16)family;
    policy.info.lft.soft_byte_limit = policy.info.lft.hard_byte_limit = XFRM_INF;
    policy.info.lft.soft_packet_limit = policy.info.lft.hard_packet_limit = XFRM_INF;
    policy.info.action = XFRM_POLICY_ALLOW;
    policy.info.share = XFRM_SHARE_ANY;
    policy.tmpl.id.proto = IPPROTO_ESP;
    policy.tmpl.family = (guint16)family;
    policy.tmpl.mode = XFRM_MODE_TRANSPORT;
    policy.tmpl.reqid = reqid;
    policy.tmpl.aalgos = policy.tmpl.ealgos = policy.tmpl.calgos = ~0u;
    for (gsize i = 0; i < G_N_ELEMENTS(directions); i++) {
        policy.info.dir = directions[i];
        if (setsockopt(fd, family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP,
                       family == AF_INET6 ? IPV6_XFRM_POLICY : IP_XFRM_POLICY, &policy,
                       sizeof policy) < 0) {
            g_set_error(error, HOST_ERROR,
                        errno == ENOPROTOOPT || errno == EPROTONOSUPPORT || errno == EINVAL
                            ? HOST_ERROR_NO_PATH : HOST_ERROR_SYSTEM,
                        "the kernel refuses to guard the L2TP socket by IPsec: %s",
                        g_strerror(errno));
            return FALSE;
        }
    }
    return TRUE;
}

static int socket_bind(int fd, const GatewayPath *path, guint16 port)
{
    struct sockaddr_storage address;
    socklen_t length =
        ip_address_to_sockaddr(&path->source, port, (guint32)path->ifindex, &address);

    return bind(fd, (struct sockaddr *)&address, length) < 0 ? -errno : 0;
}

/* A port of our own choice, not port 0: the kernel takes a port that it chose itself away again
 * when a connect() is dissolved, as l2tp_socket_mtu() does. */
static int socket_bind_any(int fd, const GatewayPath *path, guint16 *ret_port)
{
    int result = -EADDRINUSE;

    for (guint i = 0; i < EPHEMERAL_TRIES && result == -EADDRINUSE; i++) {
        *ret_port = (guint16)(EPHEMERAL_FIRST + g_random_int_range(0, EPHEMERAL_COUNT));
        result = socket_bind(fd, path, *ret_port);
    }
    return result;
}

static gboolean socket_bind_choice(int fd, const L2tpSocketConfig *config, guint16 *ret_port,
                                   GError **error)
{
    guint16 port = config->port != 0 ? config->port : L2TP_PORT;
    int result = -EADDRINUSE;

    if (config->choice != L2TP_PORT_ANY)
        result = socket_bind(fd, &config->path, port);
    if (result == -EADDRINUSE && config->choice == L2TP_PORT_FIXED) {
        g_autofree char *holder = port_holder_find(port);

        g_set_error(error, HOST_ERROR, HOST_ERROR_PORT_TAKEN, "UDP port %u is taken by %s", port,
                    holder != NULL ? holder : "another program");
        return FALSE;
    }
    if (result == -EADDRINUSE)
        result = socket_bind_any(fd, &config->path, &port);
    if (result < 0) {
        errno = -result;
        return socket_fail(error, "bind");
    }
    *ret_port = port;
    return TRUE;
}

/* Beyond the system's limit where that is allowed (not in a container), else up to it: a
 * smaller buffer is slower, not wrong. */
static void socket_set_buffer(int fd, int force, int ordinary)
{
    const int size = L2TP_SOCKET_BUFFER;

    if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof size) < 0 &&
        setsockopt(fd, SOL_SOCKET, ordinary, &size, sizeof size) < 0)
        g_debug("L2TP socket: buffer: %s", g_strerror(errno));
}

static gboolean socket_keep_way(int fd, const GatewayPath *path, GError **error)
{
    g_autoptr(Netlink) netlink = netlink_open(NETLINK_ROUTE, NULL);
    const guint32 index = htonl((guint32)path->ifindex);

    if (netlink != NULL && path->source.family == AF_INET &&
        interface_shares_network(netlink, path->ifindex, &path->source) &&
        setsockopt(fd, IPPROTO_IP, IP_UNICAST_IF, &index, sizeof index) == 0)
        return TRUE;
    if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, path->interface,
                   (socklen_t)strlen(path->interface) + 1) < 0)
        return socket_fail(error, path->interface);
    return TRUE;
}

/* The upper six bits of the byte that IPv4 once called Type of Service (RFC 2474 §3). */
static gboolean socket_mark(int fd, int family, guint dscp, GError **error)
{
    const int class = (int)(dscp << 2);

    if (dscp != 0 && setsockopt(fd, family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP,
                                family == AF_INET6 ? IPV6_TCLASS : IP_TOS, &class,
                                sizeof class) < 0)
        return socket_fail(error, "DSCP");
    return TRUE;
}

static gboolean socket_prepare(int fd, const L2tpSocketConfig *config, guint16 *ret_port,
                               GError **error)
{
    if (config->reqid != 0 && !socket_guard(fd, config->path.source.family, config->reqid, error))
        return FALSE;
    if (!socket_keep_way(fd, &config->path, error) ||
        !socket_mark(fd, config->path.source.family, config->dscp, error))
        return FALSE;
    socket_set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
    socket_set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
    return socket_bind_choice(fd, config, ret_port, error);
}

int l2tp_socket_open(const L2tpSocketConfig *config, guint16 *ret_port, GError **error)
{
    int fd = socket(config->path.source.family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                    IPPROTO_UDP);

    if (fd < 0) {
        socket_fail(error, "socket");
        return -1;
    }
    if (!socket_prepare(fd, config, ret_port, error)) {
        close(fd);
        return -1;
    }
    return fd;
}

gboolean l2tp_socket_mtu(int fd, const IpAddress *gateway, guint16 port, guint *ret_mtu,
                         GError **error)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    gboolean connected = getpeername(fd, (struct sockaddr *)&address, &length) == 0;
    gboolean ipv6 = gateway->family == AF_INET6;
    const struct sockaddr none = { .sa_family = AF_UNSPEC };
    int mtu = 0;
    int result;

    /* Also a connected socket connects again: its route was found before the SA was there. */
    if (!connected)
        length = ip_address_to_sockaddr(gateway, port, 0, &address);
    if (connect(fd, (struct sockaddr *)&address, length) < 0)
        return socket_fail(error, "connect");
    length = sizeof mtu;
    result = getsockopt(fd, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_MTU : IP_MTU, &mtu,
                        &length);
    if (!connected && connect(fd, &none, sizeof none) < 0)
        return socket_fail(error, "disconnect");
    if (result < 0)
        return socket_fail(error, "MTU");
    *ret_mtu = (guint)MAX(mtu, 0);
    return TRUE;
}
