/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes in the main table: add, delete, list, and the longest-prefix question over a list. */
#include "host/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>

static int route_request(Netlink *netlink, const Route *route, guint16 type, guint16 flags)
{
    char buffer[NETLINK_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct rtmsg *rtm = mnl_nlmsg_put_extra_header(message, sizeof *rtm);
    gboolean on_link = route->next_hop.family == 0 && route->destination.address.family == AF_INET;

    message->nlmsg_type = type;
    message->nlmsg_flags = flags;
    rtm->rtm_family = (guint8)route->destination.address.family;
    rtm->rtm_dst_len = route->destination.length;
    rtm->rtm_table = RT_TABLE_MAIN;
    rtm->rtm_protocol = route->protocol;
    rtm->rtm_type = route->type;
    rtm->rtm_scope = on_link && route->type == RTN_UNICAST ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
    /* A next hop is what some route has said before: it is on that interface's link, whatever
     * other routes say of its address by now. */
    if (route->next_hop.family != 0)
        rtm->rtm_flags = RTNH_F_ONLINK;
    netlink_put_address(message, RTA_DST, &route->destination.address);
    netlink_put_address(message, RTA_GATEWAY, &route->next_hop);
    netlink_put_address(message, RTA_PREFSRC, &route->source);
    if (route->ifindex != 0)
        mnl_attr_put_u32(message, RTA_OIF, (guint32)route->ifindex);
    if (route->metric != 0)
        mnl_attr_put_u32(message, RTA_PRIORITY, route->metric);
    return netlink_talk(netlink, message, NULL, NULL);
}

int route_add(Netlink *netlink, const Route *route)
{
    return route_request(netlink, route, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
}

int route_delete(Netlink *netlink, const Route *route)
{
    return route_request(netlink, route, RTM_DELROUTE, 0);
}

/* One leg is enough to know the interface: the first of a multipath route. */
static void route_read_multipath(const struct nlattr *attribute, Route *route)
{
    const struct rtnexthop *hop = mnl_attr_get_payload(attribute);
    gsize length = mnl_attr_get_payload_len(attribute);
    const struct nlattr *attr; /* the name that libmnl's macro wants */

    if (length < sizeof *hop || hop->rtnh_len < sizeof *hop || hop->rtnh_len > length)
        return;
    route->ifindex = hop->rtnh_ifindex;
    mnl_attr_for_each_payload((const struct nlattr *)(hop + 1), hop->rtnh_len - sizeof *hop) {
        if (mnl_attr_get_type(attr) == RTA_GATEWAY)
            netlink_get_address(attr, route->destination.address.family, &route->next_hop);
    }
}

static int route_parse(const struct nlmsghdr *message, void *data)
{
    const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);
    const struct nlattr *attribute;
    GArray *routes = data;
    Route route = { .type = rtm->rtm_type, .protocol = rtm->rtm_protocol, .table = rtm->rtm_table };
    int family = rtm->rtm_family;

    if (message->nlmsg_type != RTM_NEWROUTE || (family != AF_INET && family != AF_INET6) ||
        (rtm->rtm_flags & RTM_F_CLONED))
        return MNL_CB_OK;
    route.destination.address.family = family;
    route.destination.length = rtm->rtm_dst_len;
    mnl_attr_for_each(attribute, message, sizeof *rtm) {
        switch (mnl_attr_get_type(attribute)) {
        case RTA_DST:
            netlink_get_address(attribute, family, &route.destination.address);
            break;
        case RTA_GATEWAY:
            netlink_get_address(attribute, family, &route.next_hop);
            break;
        case RTA_PREFSRC:
            netlink_get_address(attribute, family, &route.source);
            break;
        case RTA_OIF:
            route.ifindex = (int)mnl_attr_get_u32(attribute);
            break;
        case RTA_PRIORITY:
            route.metric = mnl_attr_get_u32(attribute);
            break;
        case RTA_TABLE:
            route.table = mnl_attr_get_u32(attribute);
            break;
        case RTA_MULTIPATH:
            route_read_multipath(attribute, &route);
            break;
        default:
            break;
        }
    }
    g_array_append_val(routes, route);
    return MNL_CB_OK;
}

int route_list(Netlink *netlink, int family, GArray *routes)
{
    char buffer[NETLINK_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct rtmsg *rtm = mnl_nlmsg_put_extra_header(message, sizeof *rtm);

    message->nlmsg_type = RTM_GETROUTE;
    rtm->rtm_family = (guint8)family;
    return netlink_dump(netlink, message, route_parse, routes, routes);
}

gboolean route_equal(const Route *a, const Route *b)
{
    return ip_prefix_equal(&a->destination, &b->destination) && a->metric == b->metric &&
           ip_address_equal(&a->next_hop, &b->next_hop) && a->ifindex == b->ifindex &&
           ip_address_equal(&a->source, &b->source) && a->type == b->type;
}

char *route_to_string(const Route *route)
{
    g_autofree char *destination = ip_prefix_to_string(&route->destination);
    g_autofree char *next_hop = ip_address_to_string(&route->next_hop);

    return g_strdup_printf("%s%s via %s interface %d metric %u",
                           route->type == RTN_UNREACHABLE ? "unreachable " : "", destination,
                           next_hop, route->ifindex, route->metric);
}

guint route_count_pins(const GArray *routes, const IpAddress *address)
{
    guint count = 0;

    for (guint i = 0; i < routes->len; i++) {
        const Route *route = &g_array_index(routes, Route, i);

        if (route->protocol == ROUTE_PROTOCOL_PIN &&
            ip_address_equal(&route->destination.address, address))
            count++;
    }
    return count;
}

const Route *route_select(const GArray *routes, const IpAddress *address, int own_ifindex)
{
    gboolean shared = route_count_pins(routes, address) > (own_ifindex != 0 ? 1 : 0);
    const Route *best = NULL;

    for (guint i = 0; i < routes->len; i++) {
        const Route *route = &g_array_index(routes, Route, i);
        gboolean ours = route->protocol == ROUTE_PROTOCOL;

        if (route->table != RT_TABLE_MAIN || !ip_prefix_contains(&route->destination, address) ||
            (own_ifindex != 0 && route->ifindex == own_ifindex) ||
            route->protocol == ROUTE_PROTOCOL_PIN ||
            (ours && route->type == RTN_UNREACHABLE) ||
            (ours && shared && route->destination.length == 1))
            continue;
        if (best == NULL || route->destination.length > best->destination.length ||
            (route->destination.length == best->destination.length &&
             route->metric < best->metric))
            best = route;
    }
    return best != NULL && best->type == RTN_UNICAST ? best : NULL;
}
