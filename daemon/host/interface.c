/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network interfaces and their addresses over rtnetlink. */
#include "host/interface.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char *kind;
    guint mtu;
    HostStatistics statistics;
    gboolean has_statistics;
} LinkAnswer;

static struct nlmsghdr *link_request(char *buffer, guint16 type, int ifindex,
                                     struct ifinfomsg **ret_info)
{
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof *info);

    message->nlmsg_type = type;
    info->ifi_family = AF_UNSPEC;
    info->ifi_index = ifindex;
    if (ret_info != NULL)
        *ret_info = info;
    return message;
}

static int index_parse(const struct nlmsghdr *message, void *data)
{
    const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);

    if (message->nlmsg_type == RTM_NEWLINK)
        *(int *)data = info->ifi_index;
    return MNL_CB_OK;
}

int interface_index(Netlink *netlink, const char *name)
{
    char buffer[NETLINK_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct nlmsghdr *message = link_request(buffer, RTM_GETLINK, 0, NULL);
    int ifindex = -ENODEV;

    mnl_attr_put_strz(message, IFLA_IFNAME, name);
    int result = netlink_talk(netlink, message, index_parse, &ifindex);
    return result < 0 ? result : ifindex;
}

int interface_set(Netlink *netlink, int ifindex, gboolean up, guint mtu)
{
    char buffer[NETLINK_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct ifinfomsg *info;
    struct nlmsghdr *message = link_request(buffer, RTM_NEWLINK, ifindex, &info);

    info->ifi_change = IFF_UP;
    info->ifi_flags = up ? IFF_UP : 0;
    if (mtu != 0)
        mnl_attr_put_u32(message, IFLA_MTU, mtu);
    return netlink_talk(netlink, message, NULL, NULL);
}

int interface_new_ppp(Netlink *netlink, const char *name, int ppp_fd)
{
    char buffer[NETLINK_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct nlmsghdr *message = link_request(buffer, RTM_NEWLINK, 0, NULL);
    struct nlattr *info, *data;

    message->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
    mnl_attr_put_strz(message, IFLA_IFNAME, name);
    info = mnl_attr_nest_start(message, IFLA_LINKINFO);
    mnl_attr_put_strz(message, IFLA_INFO_KIND, "ppp");
    data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
    mnl_attr_put_u32(message, IFLA_PPP_DEV_FD, (guint32)ppp_fd);
    mnl_attr_nest_end(message, data);
    mnl_attr_nest_end(message, info);
    return netlink_talk(netlink, message, NULL, NULL);
}

int interface_delete(Netlink *netlink, int ifindex)
{
    char buffer[NETLINK_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));

    return netlink_talk(netlink, link_request(buffer, RTM_DELLINK, ifindex, NULL), NULL, NULL);
}

static int link_parse(const struct nlmsghdr *message, void *data)
{
    LinkAnswer *answer = data;
    const struct nlattr *attribute, *inner;

    if (message->nlmsg_type != RTM_NEWLINK)
        return MNL_CB_OK;
    mnl_attr_for_each(attribute, message, sizeof(struct ifinfomsg)) {
        guint16 type = mnl_attr_get_type(attribute);

        if (type == IFLA_MTU) {
            answer->mtu = mnl_attr_get_u32(attribute);
        } else if (type == IFLA_LINKINFO) {
            mnl_attr_for_each_nested(inner, attribute)
                if (mnl_attr_get_type(inner) == IFLA_INFO_KIND)
                    g_strlcpy(answer->kind, mnl_attr_get_str(inner), 16);
        } else if (type == IFLA_STATS64 &&
                   mnl_attr_get_payload_len(attribute) >= 4 * sizeof(guint64)) {
            struct rtnl_link_stats64 stats = { 0 };

            memcpy(&stats, mnl_attr_get_payload(attribute),
                   MIN(sizeof stats, mnl_attr_get_payload_len(attribute)));
            answer->statistics = (HostStatistics){
                .rx_bytes = stats.rx_bytes, .tx_bytes = stats.tx_bytes,
                .rx_packets = stats.rx_packets, .tx_packets = stats.tx_packets };
            answer->has_statistics = TRUE;
        }
    }
    return MNL_CB_OK;
}

static int link_query(Netlink *netlink, int ifindex, LinkAnswer *answer)
{
    char buffer[NETLINK_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));

    return netlink_talk(netlink, link_request(buffer, RTM_GETLINK, ifindex, NULL), link_parse,
                        answer);
}

static int inet6_parse(const struct nlmsghdr *message, void *data)
{
    const struct nlattr *attribute, *inner;

    if (message->nlmsg_type != RTM_NEWLINK)
        return MNL_CB_OK;
    mnl_attr_for_each(attribute, message, sizeof(struct ifinfomsg)) {
        if (mnl_attr_get_type(attribute) != IFLA_AF_SPEC)
            continue;
        mnl_attr_for_each_nested(inner, attribute) {
            const struct nlattr *value;

            if (mnl_attr_get_type(inner) != AF_INET6)
                continue;
            mnl_attr_for_each_nested(value, inner)
                if (mnl_attr_get_type(value) == IFLA_INET6_FLAGS)
                    *(guint32 *)data = mnl_attr_get_u32(value);
        }
    }
    return MNL_CB_OK;
}

int interface_inet6_flags(Netlink *netlink, int ifindex, guint32 *ret_flags)
{
    char buffer[NETLINK_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));

    return netlink_talk(netlink, link_request(buffer, RTM_GETLINK, ifindex, NULL), inet6_parse,
                        ret_flags);
}

int interface_statistics(Netlink *netlink, int ifindex, HostStatistics *ret_statistics)
{
    char kind[16] = "";
    LinkAnswer answer = { .kind = kind };
    int result = link_query(netlink, ifindex, &answer);

    if (result == 0 && !answer.has_statistics)
        result = -ENODATA;
    if (result == 0)
        *ret_statistics = answer.statistics;
    return result;
}

int interface_describe(Netlink *netlink, int ifindex, char ret_kind[16], guint *ret_mtu)
{
    char kind[16] = "";
    LinkAnswer answer = { .kind = kind };
    int result = link_query(netlink, ifindex, &answer);

    if (result == 0) {
        memcpy(ret_kind, kind, 16);
        *ret_mtu = answer.mtu;
    }
    return result;
}

static int address_request(Netlink *netlink, guint16 type, guint16 flags, int ifindex,
                           const IpAddress *local, const IpAddress *peer)
{
    char buffer[NETLINK_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(message, sizeof *ifa);
    gboolean link_local = ip_address_is_link_local(local) && local->family == AF_INET6;

    message->nlmsg_type = type;
    message->nlmsg_flags = flags;
    ifa->ifa_family = (guint8)local->family;
    /* A link-local prefix of 64 bits, so that fe80:: is on the link; anything else is a host. */
    ifa->ifa_prefixlen = link_local ? 64 : (guint8)(8 * ip_address_size(local));
    ifa->ifa_scope = link_local ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
    ifa->ifa_index = (guint32)ifindex;
    netlink_put_address(message, IFA_LOCAL, local);
    netlink_put_address(message, IFA_ADDRESS, peer->family != 0 ? peer : local);
    /* IPV6CP has made sure that both ends differ: no duplicate address detection, which would
     * cost a second (RFC 5072 §4.1). */
    if (local->family == AF_INET6)
        mnl_attr_put_u32(message, IFA_FLAGS, IFA_F_NODAD);
    return netlink_talk(netlink, message, NULL, NULL);
}

int interface_add_address(Netlink *netlink, int ifindex, const IpAddress *local,
                          const IpAddress *peer)
{
    return address_request(netlink, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifindex, local, peer);
}

int interface_delete_address(Netlink *netlink, int ifindex, const IpAddress *local,
                             const IpAddress *peer)
{
    return address_request(netlink, RTM_DELADDR, 0, ifindex, local, peer);
}

typedef struct {
    const IpAddress *wanted; /* anywhere; or NULL: */
    int ifindex;             /* the global ones of this interface, */
    gboolean autoconf_only;  /* of the kernel's making */
    GArray *addresses;
    gboolean found;
} AddressSearch;

static int address_match(const struct nlmsghdr *message, void *data)
{
    AddressSearch *search = data;
    const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(message);
    const struct nlattr *attribute;
    IpAddress address;

    if (message->nlmsg_type != RTM_NEWADDR)
        return MNL_CB_OK;
    gboolean listed = search->wanted == NULL && (int)ifa->ifa_index == search->ifindex &&
                      ifa->ifa_scope == RT_SCOPE_UNIVERSE && !(ifa->ifa_flags & IFA_F_TENTATIVE) &&
                      !(search->autoconf_only && (ifa->ifa_flags & IFA_F_PERMANENT));
    mnl_attr_for_each(attribute, message, sizeof *ifa) {
        guint16 type = mnl_attr_get_type(attribute);

        if (listed && type == IFA_ADDRESS &&
            netlink_get_address(attribute, ifa->ifa_family, &address))
            g_array_append_val(search->addresses, address);
        if (search->wanted != NULL &&
            type == (ifa->ifa_family == AF_INET6 ? IFA_ADDRESS : IFA_LOCAL) &&
            netlink_get_address(attribute, ifa->ifa_family, &address) &&
            ip_address_equal(&address, search->wanted))
            search->found = TRUE;
    }
    return MNL_CB_OK;
}

static void address_search(Netlink *netlink, int family, AddressSearch *search)
{
    char buffer[NETLINK_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(message, sizeof *ifa);

    message->nlmsg_type = RTM_GETADDR;
    ifa->ifa_family = (guint8)family;
    netlink_dump(netlink, message, address_match, search, search->addresses);
}

gboolean interface_owns_address(Netlink *netlink, const IpAddress *address)
{
    AddressSearch search = { .wanted = address };

    address_search(netlink, address->family, &search);
    return search.found;
}

typedef struct {
    int ifindex;
    const IpAddress *address;
    gboolean found;
} NetworkSearch;

static int network_match(const struct nlmsghdr *message, void *data)
{
    NetworkSearch *search = data;
    const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(message);
    const struct nlattr *attribute;
    IpPrefix network = { .length = ifa->ifa_prefixlen };

    if (message->nlmsg_type != RTM_NEWADDR || (int)ifa->ifa_index == search->ifindex)
        return MNL_CB_OK;
    mnl_attr_for_each(attribute, message, sizeof *ifa) {
        if (mnl_attr_get_type(attribute) == IFA_ADDRESS &&
            netlink_get_address(attribute, ifa->ifa_family, &network.address) &&
            network.length < 8 * ip_address_size(&network.address) &&
            ip_prefix_contains(&network, search->address))
            search->found = TRUE;
    }
    return MNL_CB_OK;
}

gboolean interface_shares_network(Netlink *netlink, int ifindex, const IpAddress *address)
{
    char buffer[NETLINK_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(message, sizeof *ifa);
    NetworkSearch search = { .ifindex = ifindex, .address = address };

    message->nlmsg_type = RTM_GETADDR;
    ifa->ifa_family = (guint8)address->family;
    netlink_dump(netlink, message, network_match, &search, NULL);
    return search.found;
}

void interface_global_ipv6(Netlink *netlink, int ifindex, GArray *addresses)
{
    AddressSearch search = { .ifindex = ifindex, .addresses = addresses };

    address_search(netlink, AF_INET6, &search);
}

static void delete_autoconf(Netlink *netlink, int ifindex, const IpAddress *address)
{
    char buffer[NETLINK_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(message, sizeof *ifa);

    message->nlmsg_type = RTM_DELADDR;
    ifa->ifa_family = AF_INET6;
    ifa->ifa_prefixlen = 64; /* RFC 4862 §5.5.3 d: no other makes an address */
    ifa->ifa_index = (guint32)ifindex;
    netlink_put_address(message, IFA_ADDRESS, address);
    netlink_talk(netlink, message, NULL, NULL);
}

void interface_forget_autoconf(Netlink *netlink, int ifindex)
{
    g_autoptr(GArray) addresses = g_array_new(FALSE, TRUE, sizeof(IpAddress));
    AddressSearch search = { .ifindex = ifindex, .autoconf_only = TRUE, .addresses = addresses };

    address_search(netlink, AF_INET6, &search);
    for (guint i = 0; i < addresses->len; i++)
        delete_autoconf(netlink, ifindex, &g_array_index(addresses, IpAddress, i));
}

int interface_set_option(const char *family, const char *interface, const char *key, int value)
{
    g_autofree char *path =
        g_strdup_printf("/proc/sys/net/%s/conf/%s/%s", family, interface, key);
    char text[16];
    int length = g_snprintf(text, sizeof text, "%d\n", value);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int result = 0;

    if (fd < 0)
        return -errno;
    if (write(fd, text, (gsize)length) != length)
        result = -errno;
    close(fd);
    return result;
}
