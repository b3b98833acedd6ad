/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Applies a NetworkPlan and takes it back.
 *
 * All traffic is led into the tunnel by two half routes (0/1 and 128/1, ::/1 and 8000::/1),
 * which win over every default route whatever its metric and leave it in place, so that DHCP,
 * NetworkManager and router advertisements may go on changing it below us; more specific routes
 * (the local network's) still win.  Every route has a metric of its own, counted up when it is
 * taken: two connections' routes to the same place are two routes, and each takes back exactly
 * its own.
 *
 * Routes through the tunnel's interface and its addresses go with the interface; only the
 * pinned route and the unreachable ones outlive a kill -9, so these are journalled. */
#include "host/network.h"

#include "host/dns.h"
#include "host/host_internal.h"
#include "host/interface.h"
#include "host/monitor.h"
#include "host/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define METRIC_DEFAULT 50u
#define METRIC_UNREACHABLE 0x40000000u /* after everything that leads somewhere */
#define METRIC_TRIES 64u

typedef struct {
    Route wanted;  /* as the plan has it */
    guint32 metric; /* as it was added */
    guint64 entry; /* in the journal, or 0 */
} AppliedRoute;

typedef struct {
    IpAddress local, peer;
} AppliedAddress;

struct HostNetwork {
    Host *host;
    HostLink *link;
    NetworkPlan *plan; /* applied, or NULL */
    GArray *routes;    /* of AppliedRoute, in the order of adding */
    GArray *addresses; /* of AppliedAddress */
    HostDns *dns;
    guint generation;  /* counts applies and undos: a late DNS answer to an earlier one is told */
    Monitor *monitor;  /* while IPv6 addresses may come and go */
    GArray *global_ipv6; /* of IpAddress: those that there are now */
    void (*ipv6_changed)(gpointer user_data);
    gpointer ipv6_data;
};

/* The data of an apply's task. */
typedef struct {
    HostNetwork *network; /* a reference */
    guint generation;
} ApplyCall;

static const IpPrefix ipv4_halves[] = {
    { .address = { .family = AF_INET }, .length = 1 },
    { .address = { .family = AF_INET, .bytes = { 0x80 } }, .length = 1 },
};
static const IpPrefix ipv6_halves[] = {
    { .address = { .family = AF_INET6 }, .length = 1 },
    { .address = { .family = AF_INET6, .bytes = { 0x80 } }, .length = 1 },
};

static void wish_route(GArray *routes, const IpPrefix *destination, int ifindex, guint32 metric)
{
    Route route = { .destination = *destination, .ifindex = ifindex, .table = RT_TABLE_MAIN,
                    .type = ifindex != 0 ? RTN_UNICAST : RTN_UNREACHABLE,
                    .protocol = ROUTE_PROTOCOL,
                    .metric = metric != 0 ? metric : METRIC_DEFAULT };

    g_array_append_val(routes, route);
}

static void wish_pin(GArray *routes, const GatewayPath *path)
{
    Route route = { .destination = ip_prefix_host(&path->gateway), .next_hop = path->next_hop,
                    .source = path->source, .ifindex = path->ifindex, .table = RT_TABLE_MAIN,
                    .type = RTN_UNICAST, .protocol = ROUTE_PROTOCOL_PIN,
                    .metric = METRIC_DEFAULT };

    g_array_append_val(routes, route);
}

/* Every route that the plan wants, the pinned one first: there is no moment in which the
 * tunnel's packets would go into the tunnel. */
static GArray *network_wishes(const HostNetwork *network, const NetworkPlan *plan)
{
    GArray *routes = g_array_new(FALSE, TRUE, sizeof(Route));
    int ifindex = host_link_ifindex(network->link);

    wish_pin(routes, &plan->path);
    for (gsize i = 0; i < 2 && plan->ipv6_unreachable; i++)
        wish_route(routes, &ipv6_halves[i], 0, METRIC_UNREACHABLE);
    for (guint i = 0; i < plan->routes->len; i++) {
        const PlanRoute *route = &g_array_index(plan->routes, PlanRoute, i);

        wish_route(routes, &route->destination, ifindex, route->metric);
    }
    for (gsize i = 0; i < 2 && plan->ipv4_default_route; i++)
        wish_route(routes, &ipv4_halves[i], ifindex, 0);
    /* Without an address of its own, IPv6 through the tunnel would leave with another
     * interface's: nobody answers to that.  Until there is one it stays unreachable. */
    for (gsize i = 0; i < 2 && plan->ipv6_default_route && network->global_ipv6->len > 0; i++)
        wish_route(routes, &ipv6_halves[i], ifindex, 0);
    return routes;
}

static GVariant *route_to_details(const Route *route)
{
    g_autofree char *destination = ip_prefix_to_string(&route->destination);
    g_autofree char *next_hop = ip_address_to_string(&route->next_hop);
    g_autofree char *source = ip_address_to_string(&route->source);
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "destination", "s", destination);
    g_variant_dict_insert(&dict, "next-hop", "s", next_hop);
    g_variant_dict_insert(&dict, "source", "s", source);
    g_variant_dict_insert(&dict, "interface", "i", route->ifindex);
    g_variant_dict_insert(&dict, "metric", "u", route->metric);
    g_variant_dict_insert(&dict, "type", "u", (guint)route->type);
    g_variant_dict_insert(&dict, "protocol", "u", (guint)route->protocol);
    return g_variant_dict_end(&dict);
}

static gboolean errno_means_no_ipv6(int result)
{
    return result == -EOPNOTSUPP || result == -EAFNOSUPPORT || result == -EACCES ||
           result == -ENODEV;
}

static gboolean network_add_route(HostNetwork *network, const Route *wanted, GError **error)
{
    gboolean lasting = wanted->ifindex != host_link_ifindex(network->link);
    AppliedRoute applied = { .wanted = *wanted };
    Route route = *wanted;
    int result = -EEXIST;

    for (guint i = 0; i < METRIC_TRIES && result == -EEXIST; i++) {
        route.metric = wanted->metric + i;
        if (lasting) {
            applied.entry = journal_add(network->host->journal, CHANGE_ROUTE,
                                        route_to_details(&route), error);
            if (applied.entry == 0)
                return FALSE;
        }
        result = route_add(network->host->netlink, &route);
        if (result < 0)
            journal_remove(network->host->journal, applied.entry);
    }
    if (result < 0) {
        g_autofree char *text = route_to_string(wanted);

        /* Where there is no IPv6 none can leak. */
        if (wanted->type == RTN_UNREACHABLE && errno_means_no_ipv6(result))
            return TRUE;
        return netlink_fail(error, result, "route %s", text);
    }
    applied.metric = route.metric;
    g_array_append_val(network->routes, applied);
    return TRUE;
}

static void network_delete_route(HostNetwork *network, guint index)
{
    AppliedRoute *applied = &g_array_index(network->routes, AppliedRoute, index);
    Route route = applied->wanted;
    int result;

    route.metric = applied->metric;
    result = route_delete(network->host->netlink, &route);
    /* Gone already: with its interface, or by somebody's hand. */
    if (result == 0 || result == -ESRCH || result == -ENODEV || result == -ENETDOWN) {
        journal_remove(network->host->journal, applied->entry);
    } else {
        g_autofree char *text = route_to_string(&route);

        g_warning("route %s stays: %s", text, g_strerror(-result));
    }
    g_array_remove_index(network->routes, index);
}

static gboolean array_has_route(const GArray *routes, const Route *wanted)
{
    for (guint i = 0; i < routes->len; i++)
        if (route_equal(&g_array_index(routes, Route, i), wanted))
            return TRUE;
    return FALSE;
}

/* Adds what is wanted and not there, then removes what is there and not wanted: in this order
 * the pinned route moves without a gap. */
static gboolean network_set_routes(HostNetwork *network, const GArray *wanted, GError **error)
{
    for (guint i = 0; i < wanted->len; i++) {
        const Route *route = &g_array_index(wanted, Route, i);
        gboolean there = FALSE;

        for (guint j = 0; j < network->routes->len && !there; j++)
            there = route_equal(&g_array_index(network->routes, AppliedRoute, j).wanted, route);
        if (!there && !network_add_route(network, route, error))
            return FALSE;
    }
    for (guint i = network->routes->len; i-- > 0;)
        if (!array_has_route(wanted, &g_array_index(network->routes, AppliedRoute, i).wanted))
            network_delete_route(network, i);
    return TRUE;
}

static gboolean has_address(const GArray *addresses, const AppliedAddress *wanted)
{
    for (guint i = 0; i < addresses->len; i++) {
        const AppliedAddress *there = &g_array_index(addresses, AppliedAddress, i);

        if (ip_address_equal(&there->local, &wanted->local) &&
            ip_address_equal(&there->peer, &wanted->peer))
            return TRUE;
    }
    return FALSE;
}

/* The new ones first: an interface that loses its last address loses all its routes. */
static gboolean network_set_addresses(HostNetwork *network, const NetworkPlan *plan,
                                      GError **error)
{
    Netlink *netlink = network->host->netlink;
    int ifindex = host_link_ifindex(network->link);
    const AppliedAddress wishes[] = {
        { .local = plan->ipv4_address, .peer = plan->ipv4_peer },
        { .local = plan->ipv6_address },
        { .local = plan->ipv6_global },
    };
    g_autoptr(GArray) wanted = g_array_new(FALSE, TRUE, sizeof(AppliedAddress));

    for (gsize i = 0; i < G_N_ELEMENTS(wishes); i++) {
        if (wishes[i].local.family == 0)
            continue;
        g_array_append_val(wanted, wishes[i]);
        if (has_address(network->addresses, &wishes[i]))
            continue;
        int result = interface_add_address(netlink, ifindex, &wishes[i].local, &wishes[i].peer);
        if (result < 0 && result != -EEXIST)
            return netlink_fail(error, result, "address of %s", host_link_name(network->link));
        g_array_append_val(network->addresses, wishes[i]);
    }
    for (guint i = network->addresses->len; i-- > 0;) {
        const AppliedAddress *there = &g_array_index(network->addresses, AppliedAddress, i);

        if (has_address(wanted, there))
            continue;
        interface_delete_address(netlink, ifindex, &there->local, &there->peer);
        /* Another link, behind which the prefixes may be others. */
        if (there->local.family == AF_INET6 && ip_address_is_link_local(&there->local))
            interface_forget_autoconf(netlink, ifindex);
        g_array_remove_index(network->addresses, i);
    }
    return TRUE;
}

/* IPv6 of the tunnel's interface: no address of the kernel's making but those out of a router
 * advertisement, whose interface identifier is then that of the link-local address. */
static void network_set_ipv6_options(const HostNetwork *network, const NetworkPlan *plan)
{
    const char *name = host_link_name(network->link);
    gboolean ipv6 = plan->ipv6_address.family != 0;
    const struct {
        const char *key;
        int value;
    } options[] = {
        { "disable_ipv6", !ipv6 },
        { "addr_gen_mode", 1 },                        /* IN6_ADDR_GEN_MODE_NONE */
        { "accept_ra", plan->ipv6_autoconf ? 2 : 0 },  /* also where forwarding is on */
        { "accept_ra_defrtr", 0 },                     /* routes are the plan's matter */
        { "autoconf", plan->ipv6_autoconf },
        { "use_tempaddr", 0 },
        { "router_solicitation_delay", 0 },            /* nobody to collide with */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        int result = interface_set_option("ipv6", name, options[i].key, options[i].value);

        if (result < 0 && result != -ENOENT && ipv6)
            g_warning("%s: %s: %s", name, options[i].key, g_strerror(-result));
    }
}

static gboolean network_set_link(HostNetwork *network, const NetworkPlan *plan, GError **error)
{
    int result;

    network_set_ipv6_options(network, plan);
    /* A new address to the same peer would go with the old one, to which the kernel has made it
     * the second. */
    interface_set_option("ipv4", host_link_name(network->link), "promote_secondaries", 1);
    result = interface_set(network->host->netlink, host_link_ifindex(network->link), TRUE,
                           plan->mtu);
    if (result < 0)
        return netlink_fail(error, result, "interface %s", host_link_name(network->link));
    return network_set_addresses(network, plan, error);
}

/* Forgets applied routes that somebody has deleted, so that they are added again. */
static void network_forget_lost_of(HostNetwork *network, int family)
{
    g_autoptr(GArray) there = g_array_new(FALSE, TRUE, sizeof(Route));

    if (route_list(network->host->netlink, family, there) < 0)
        return;
    for (guint i = network->routes->len; i-- > 0;) {
        AppliedRoute *applied = &g_array_index(network->routes, AppliedRoute, i);
        gboolean found = applied->wanted.destination.address.family != family;

        for (guint j = 0; j < there->len && !found; j++) {
            const Route *route = &g_array_index(there, Route, j);

            found = route->protocol == applied->wanted.protocol &&
                    route->metric == applied->metric &&
                    route->type == applied->wanted.type &&
                    ip_prefix_equal(&route->destination, &applied->wanted.destination);
        }
        if (!found) {
            journal_remove(network->host->journal, applied->entry);
            g_array_remove_index(network->routes, i);
        }
    }
}

static void network_forget_lost(HostNetwork *network)
{
    network_forget_lost_of(network, AF_INET);
    network_forget_lost_of(network, AF_INET6);
}

/* TRUE: they are others than before. */
static gboolean network_look_ipv6(HostNetwork *network)
{
    g_autoptr(GArray) now = g_array_new(FALSE, TRUE, sizeof(IpAddress));
    gboolean same;

    interface_global_ipv6(network->host->netlink, host_link_ifindex(network->link), now);
    same = now->len == network->global_ipv6->len;
    for (guint i = 0; i < now->len && same; i++)
        same = ip_address_equal(&g_array_index(now, IpAddress, i),
                                &g_array_index(network->global_ipv6, IpAddress, i));
    g_array_unref(network->global_ipv6);
    network->global_ipv6 = g_steal_pointer(&now);
    return !same;
}

/* Addresses have come or gone, perhaps the tunnel's IPv6 address by router advertisement.  A
 * pinned route that was lost with the network below is not put back here: which is the right one
 * now, host_network_repin() is told. */
static void network_changed(gpointer user_data)
{
    HostNetwork *network = user_data;
    gboolean news = network_look_ipv6(network);
    g_autoptr(GArray) wanted = network_wishes(network, network->plan);
    g_autoptr(GError) error = NULL;

    if (!network_set_routes(network, wanted, &error))
        g_warning("%s", error->message);
    if (news && network->ipv6_changed != NULL)
        network->ipv6_changed(network->ipv6_data); /* may free the network */
}

static gboolean network_set(HostNetwork *network, const NetworkPlan *plan, GError **error)
{
    g_autoptr(GArray) wanted = NULL;

    g_clear_pointer(&network->monitor, monitor_free);
    if (plan->ipv6_autoconf || plan->ipv6_default_route) {
        network->monitor = monitor_new(network_changed, network, error);
        if (network->monitor == NULL)
            return FALSE;
    }
    if (!network_set_link(network, plan, error))
        return FALSE;
    network_look_ipv6(network);
    network_forget_lost(network);
    wanted = network_wishes(network, plan);
    return network_set_routes(network, wanted, error);
}

HostNetwork *host_network_new(Host *host, HostLink *link)
{
    HostNetwork *network = g_rc_box_new0(HostNetwork);

    network->host = host;
    network->link = link;
    network->routes = g_array_new(FALSE, TRUE, sizeof(AppliedRoute));
    network->addresses = g_array_new(FALSE, TRUE, sizeof(AppliedAddress));
    network->global_ipv6 = g_array_new(FALSE, TRUE, sizeof(IpAddress));
    network->dns = host_dns_new(host, host_link_name(link), host_link_ifindex(link));
    return network;
}

/* All but DNS, newest first. */
static void network_clear(HostNetwork *network)
{
    int ifindex = host_link_ifindex(network->link);

    g_clear_pointer(&network->monitor, monitor_free);
    while (network->routes->len > 0)
        network_delete_route(network, network->routes->len - 1);
    while (network->addresses->len > 0) {
        AppliedAddress *there =
            &g_array_index(network->addresses, AppliedAddress, network->addresses->len - 1);

        interface_delete_address(network->host->netlink, ifindex, &there->local, &there->peer);
        g_array_set_size(network->addresses, network->addresses->len - 1);
    }
    if (network->plan != NULL)
        interface_set(network->host->netlink, ifindex, FALSE, 0);
    g_clear_pointer(&network->plan, network_plan_free);
}

static void network_release(gpointer data)
{
    HostNetwork *network = data;

    host_dns_free(network->dns);
    g_array_unref(network->routes);
    g_array_unref(network->addresses);
    g_array_unref(network->global_ipv6);
}

void host_network_free(HostNetwork *network)
{
    if (network == NULL)
        return;
    network->generation++;
    if (network->plan != NULL)
        host_dns_revert(network->dns, NULL, NULL);
    network_clear(network);
    g_rc_box_release_full(network, network_release);
}

static void apply_call_free(gpointer data)
{
    ApplyCall *call = data;

    g_rc_box_release_full(call->network, network_release);
    g_free(call);
}

/* Everything back after a failed apply. */
static void network_fail(HostNetwork *network)
{
    host_dns_revert(network->dns, NULL, NULL);
    network_clear(network);
}

static void apply_dns_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GTask *task = user_data;
    const ApplyCall *call = g_task_get_task_data(task);
    GError *error = NULL;

    if (host_dns_set_finish(result, &error)) {
        g_task_return_boolean(task, TRUE);
    } else {
        if (call->generation == call->network->generation)
            network_fail(call->network);
        g_task_return_error(task, error);
    }
    g_object_unref(task);
}

void host_network_apply(HostNetwork *network, const NetworkPlan *plan, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer user_data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, user_data);
    ApplyCall *call = g_new0(ApplyCall, 1);
    g_autoptr(NetworkPlan) previous = g_steal_pointer(&network->plan);
    GError *error = NULL;

    call->network = g_rc_box_acquire(network);
    call->generation = ++network->generation;
    g_task_set_task_data(task, call, apply_call_free);
    network->plan = network_plan_copy(plan);
    if (!network_set(network, network->plan, &error)) {
        network_fail(network);
        g_task_return_error(task, error);
        g_object_unref(task);
    } else if (previous != NULL && network_plan_equal_dns(previous, plan)) {
        g_task_return_boolean(task, TRUE);
        g_object_unref(task);
    } else {
        host_dns_set(network->dns, plan, cancellable, apply_dns_done, task);
    }
}

gboolean host_network_apply_finish(HostNetwork *network, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

const GArray *host_network_global_ipv6(const HostNetwork *network)
{
    return network->global_ipv6;
}

void host_network_watch_ipv6(HostNetwork *network, void (*callback)(gpointer user_data),
                             gpointer user_data)
{
    network->ipv6_changed = callback;
    network->ipv6_data = user_data;
}

gboolean host_network_repin(HostNetwork *network, const GatewayPath *path, GError **error)
{
    g_autoptr(GArray) wanted = NULL;

    if (network->plan == NULL)
        return TRUE;
    network->plan->path = *path;
    network_forget_lost(network);
    wanted = network_wishes(network, network->plan);
    return network_set_routes(network, wanted, error);
}

static void undo_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GTask *task = user_data;

    host_dns_revert_finish(result, NULL);
    g_task_return_boolean(task, TRUE);
    g_object_unref(task);
}

void host_network_undo(HostNetwork *network, GAsyncReadyCallback callback, gpointer user_data)
{
    GTask *task = g_task_new(NULL, NULL, callback, user_data);

    network->generation++;
    network_clear(network);
    host_dns_revert(network->dns, undo_done, task);
}

void host_network_undo_finish(HostNetwork *network, GAsyncResult *result)
{
    g_task_propagate_boolean(G_TASK(result), NULL);
}
