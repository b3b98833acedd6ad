/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way to the gateway: the kernel's answer, and the answer that it would give without us. */
#include "host/path.h"

#include "host/interface.h"
#include "host/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

static int path_parse(const struct nlmsghdr *message, void *data)
{
    GatewayPath *path = data;
    const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);
    const struct nlattr *attribute, *inner;

    if (message->nlmsg_type != RTM_NEWROUTE)
        return MNL_CB_OK;
    mnl_attr_for_each(attribute, message, sizeof *rtm) {
        switch (mnl_attr_get_type(attribute)) {
        case RTA_OIF:
            path->ifindex = (int)mnl_attr_get_u32(attribute);
            break;
        case RTA_PREFSRC:
            netlink_get_address(attribute, rtm->rtm_family, &path->source);
            break;
        case RTA_GATEWAY:
            netlink_get_address(attribute, rtm->rtm_family, &path->next_hop);
            break;
        case RTA_METRICS:
            mnl_attr_for_each_nested(inner, attribute)
                if (mnl_attr_get_type(inner) == RTAX_MTU)
                    path->mtu = mnl_attr_get_u32(inner);
            break;
        default:
            break;
        }
    }
    return MNL_CB_OK;
}

/* `ifindex` 0: whichever interface the kernel takes. */
static int path_query(Netlink *netlink, const IpAddress *gateway, int ifindex, GatewayPath *path)
{
    char buffer[NETLINK_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct rtmsg *rtm = mnl_nlmsg_put_extra_header(message, sizeof *rtm);

    message->nlmsg_type = RTM_GETROUTE;
    rtm->rtm_family = (guint8)gateway->family;
    rtm->rtm_dst_len = (guint8)(8 * ip_address_size(gateway));
    netlink_put_address(message, RTA_DST, gateway);
    if (ifindex != 0)
        mnl_attr_put_u32(message, RTA_OIF, (guint32)ifindex);
    return netlink_talk(netlink, message, path_parse, path);
}

/* Completes what a route said by the interface's name and MTU. */
static gboolean path_finish(Netlink *netlink, GatewayPath *path, GError **error)
{
    char kind[16];
    guint mtu = 0;

    if (path->ifindex == 0 || if_indextoname((guint)path->ifindex, path->interface) == NULL ||
        interface_describe(netlink, path->ifindex, kind, &mtu) < 0) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_UNREACHABLE,
                    "the interface towards the gateway has gone");
        return FALSE;
    }
    if (path->mtu == 0)
        path->mtu = mtu;
    return TRUE;
}

static gboolean path_unreachable(GError **error, const IpAddress *gateway, const char *why)
{
    g_autofree char *text = ip_address_to_string(gateway);

    g_set_error(error, HOST_ERROR, HOST_ERROR_UNREACHABLE, "no route to %s: %s", text, why);
    return FALSE;
}

gboolean gateway_path_lookup(const IpAddress *gateway, GatewayPath *ret_path, GError **error)
{
    g_autoptr(Netlink) netlink = netlink_open(NETLINK_ROUTE, error);
    GatewayPath path = { .gateway = *gateway };
    int result;

    if (netlink == NULL)
        return FALSE;
    result = path_query(netlink, gateway, 0, &path);
    if (result < 0)
        return path_unreachable(error, gateway, g_strerror(-result));
    if (!path_finish(netlink, &path, error))
        return FALSE;
    *ret_path = path;
    return TRUE;
}

gboolean gateway_path_lookup_below(const IpAddress *gateway, int own_ifindex,
                                   GatewayPath *ret_path, GError **error)
{
    g_autoptr(Netlink) netlink = netlink_open(NETLINK_ROUTE, error);
    g_autoptr(GArray) routes = g_array_new(FALSE, TRUE, sizeof(Route));
    GatewayPath path = { .gateway = *gateway };
    const Route *route;
    int result;

    if (netlink == NULL)
        return FALSE;
    result = route_list(netlink, gateway->family, routes);
    if (result < 0)
        return netlink_fail(error, result, "listing routes");
    route = route_select(routes, gateway, own_ifindex);
    if (route == NULL)
        return path_unreachable(error, gateway, "no network");
    path.ifindex = route->ifindex;
    path.next_hop = route->next_hop;
    path.source = route->source;
    if (path.source.family == 0) {
        /* The kernel's own choice of the source depends on the interface only, whatever route
         * it finds there (own pinned one included). */
        GatewayPath chosen = { 0 };

        result = path_query(netlink, gateway, route->ifindex, &chosen);
        if (result < 0)
            return path_unreachable(error, gateway, g_strerror(-result));
        path.source = chosen.source;
        path.mtu = chosen.mtu;
    }
    if (!path_finish(netlink, &path, error))
        return FALSE;
    *ret_path = path;
    return TRUE;
}

gboolean gateway_path_equal(const GatewayPath *a, const GatewayPath *b)
{
    return ip_address_equal(&a->gateway, &b->gateway) && a->ifindex == b->ifindex &&
           ip_address_equal(&a->source, &b->source) && ip_address_equal(&a->next_hop, &b->next_hop);
}

guint gateway_path_pins(const IpAddress *gateway)
{
    g_autoptr(Netlink) netlink = netlink_open(NETLINK_ROUTE, NULL);
    g_autoptr(GArray) routes = g_array_new(FALSE, TRUE, sizeof(Route));

    if (netlink == NULL || route_list(netlink, gateway->family, routes) < 0)
        return 0;
    return route_count_pins(routes, gateway);
}
