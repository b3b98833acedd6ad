/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets for what routers and DHCPv6 servers say inside the tunnel. */
#include "host/autoconf.h"

#include "host/host_internal.h"
#include "host/interface.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <unistd.h>

#define DHCP6_CLIENT_PORT 546 /* RFC 8415 §7.2 */
/* Of the kernel's IFLA_INET6_FLAGS (net/if_inet6.h, which user space does not get). */
#define RA_OTHER 0x80
#define RA_MANAGED 0x40

static int socket_fail(int fd, const char *what, GError **error)
{
    g_set_error(error, HOST_ERROR, HOST_ERROR_SYSTEM, "%s: %s", what, g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Loads are in network order, the messages' fields in the machine's. */
static gboolean attach_filter(int fd, int ifindex)
{
    const guint32 drop = 0, accept = G_MAXUINT32;
    struct sock_filter code[] = {
        /* nlmsg_pid and nlmsg_seq are zero in what nobody asked for. */
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_pid)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 7),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_seq)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 5),
        /* Both messages have the interface's number at the same place. */
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                 NLMSG_HDRLEN + offsetof(struct ifinfomsg, ifi_index)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl((guint32)ifindex), 0, 3),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWNDUSEROPT), 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWLINK), 1, 0),
        BPF_STMT(BPF_RET | BPF_K, drop),
        BPF_STMT(BPF_RET | BPF_K, accept),
    };
    const struct sock_fprog program = { .len = G_N_ELEMENTS(code), .filter = code };
    const int on = 1;

    G_STATIC_ASSERT(offsetof(struct ifinfomsg, ifi_index) ==
                    offsetof(struct nduseroptmsg, nduseropt_ifindex));
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof on) == 0;
}

int host_autoconf_router_socket(const HostLink *link, GError **error)
{
    const struct sockaddr_nl address = { .nl_family = AF_NETLINK };
    const int groups[] = { RTNLGRP_ND_USEROPT, RTNLGRP_IPV6_IFINFO };
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

    /* The filter before the groups: nothing else is ever in the queue. */
    if (fd < 0 || !attach_filter(fd, host_link_ifindex(link)) ||
        bind(fd, (const struct sockaddr *)&address, sizeof address) < 0)
        return socket_fail(fd, "rtnetlink", error);
    for (gsize i = 0; i < G_N_ELEMENTS(groups); i++) {
        if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i], sizeof groups[i]) < 0)
            return socket_fail(fd, "rtnetlink group", error);
    }
    return fd;
}

int host_autoconf_dhcp6_socket(const HostLink *link, const IpAddress *link_local, GError **error)
{
    struct sockaddr_storage address;
    socklen_t length = ip_address_to_sockaddr(link_local, DHCP6_CLIENT_PORT,
                                              (guint32)host_link_ifindex(link), &address);
    const int on = 1;
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP);

    /* The scope in a link-local address binds the socket to the interface as well. Others have
     * the same port at other addresses, or at all. */
    if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        bind(fd, (const struct sockaddr *)&address, length) < 0)
        return socket_fail(fd, "DHCPv6 client port", error);
    return fd;
}

gboolean host_autoconf_flags(const HostLink *link, gboolean *ret_managed, gboolean *ret_other)
{
    guint32 flags = 0;
    gboolean ok = interface_inet6_flags(host_link_host(link)->netlink, host_link_ifindex(link),
                                        &flags) == 0;

    *ret_managed = (flags & RA_MANAGED) != 0;
    *ret_other = (flags & RA_OTHER) != 0;
    return ok;
}
