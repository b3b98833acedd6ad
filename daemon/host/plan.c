/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Computes a NetworkPlan, and refuses what a gateway must not be able to do to the machine. */
#include "host/plan.h"

#include "host/host.h"

#include <string.h>

static gboolean plan_refuse(GError **error, const char *what, const IpAddress *address)
{
    g_autofree char *text = ip_address_to_string(address);

    g_set_error(error, HOST_ERROR, HOST_ERROR_VALUES, "%s %s cannot be used", what, text);
    return FALSE;
}

/* An address, and none of those that the tunnel's own packets need. */
static gboolean plan_is_free(const NetworkPlan *plan, const IpAddress *address)
{
    return ip_address_is_usable(address) && !ip_address_equal(address, &plan->path.gateway) &&
           !ip_address_equal(address, &plan->path.source) &&
           !ip_address_equal(address, &plan->path.next_hop);
}

static gboolean plan_addresses(NetworkPlan *plan, const PlanSettings *settings,
                               const PlanNegotiated *negotiated, GError **error)
{
    IpAddress own = ip_address_from_ipv4(negotiated->address);
    IpAddress peer = ip_address_from_ipv4(negotiated->peer_address);

    if (settings->ipv4 && own.family != 0) {
        /* An address of the machine itself or of its gateway would cut it off. */
        if (!plan_is_free(plan, &own))
            return plan_refuse(error, "the address given by the gateway", &own);
        plan->ipv4_address = own;
        /* The peer gets a host route by its address.  Many gateways name their public address:
         * a route to it through the tunnel would send the tunnel's own packets into itself.
         * The next hop's would do the same, our own makes no sense. */
        if (plan_is_free(plan, &peer) && !ip_address_equal(&peer, &own))
            plan->ipv4_peer = peer;
    }
    /* RFC 5072 §4.1: an interface identifier is not zero and differs from the peer's. */
    if (settings->ipv6 && negotiated->ipv6 && negotiated->interface_id != 0 &&
        negotiated->interface_id != negotiated->peer_interface_id &&
        plan->mtu >= PLAN_MTU_MIN_IPV6) {
        plan->ipv6_address = ip_address_link_local(negotiated->interface_id);
        plan->ipv6_autoconf = TRUE;
    }
    if (plan->ipv6_address.family != 0 &&
        plan_is_free(plan, &negotiated->ipv6_global) &&
        !ip_address_is_link_local(&negotiated->ipv6_global))
        plan->ipv6_global = negotiated->ipv6_global;
    if (plan->ipv4_address.family == 0 && plan->ipv6_address.family == 0) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_VALUES, "the gateway gave no address");
        return FALSE;
    }
    return TRUE;
}

static void plan_routes(NetworkPlan *plan, const PlanSettings *settings)
{
    gboolean ipv4 = plan->ipv4_address.family != 0, ipv6 = plan->ipv6_address.family != 0;

    for (gsize i = 0; i < settings->n_routes && plan->routes->len < PLAN_ROUTES_MAX; i++)
        if (settings->routes[i].destination.address.family == AF_INET6 ? ipv6 : ipv4)
            g_array_append_val(plan->routes, settings->routes[i]);
    plan->ipv4_default_route = ipv4 && settings->ipv4_default_route;
    plan->ipv6_default_route = ipv6 && settings->ipv6_default_route;
    /* Who wants all traffic in the tunnel does not want half of it beside it. */
    plan->ipv6_unreachable = (settings->ipv4_default_route || settings->ipv6_default_route) &&
                             !settings->allow_ipv6_leak;
}

static void plan_add_dns(NetworkPlan *plan, const IpAddress *address)
{
    if (!ip_address_is_usable(address) || plan->dns->len >= PLAN_DNS_MAX)
        return;
    for (guint i = 0; i < plan->dns->len; i++)
        if (ip_address_equal(&g_array_index(plan->dns, IpAddress, i), address))
            return;
    g_array_append_val(plan->dns, *address);
}

/* Whether packets to an IPv6 address go into the tunnel, as far as the plan knows. */
static gboolean plan_leads_to(const NetworkPlan *plan, const IpAddress *address)
{
    if (plan->ipv6_default_route)
        return TRUE;
    for (guint i = 0; i < plan->routes->len; i++)
        if (ip_prefix_contains(&g_array_index(plan->routes, PlanRoute, i).destination, address))
            return TRUE;
    return FALSE;
}

/* A domain name of letters, digits, hyphens and underscores between dots: it ends in files and on
 * command lines, and systemd-resolved takes all of a link's domains or none (RFC 1035 §2.3.4: no
 * label is empty, nor longer than 63; the root's own name completes nothing). */
static gboolean plan_is_domain(const char *name)
{
    gsize length = strlen(name), label = 0;

    if (length == 0 || length > 253 || name[0] == '-')
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isalnum(name[i]) && strchr("-_.", name[i]) == NULL)
            return FALSE;
        if (name[i] == '.' && label == 0)
            return FALSE;
        label = name[i] == '.' ? 0 : label + 1;
        if (label > 63)
            return FALSE;
    }
    return TRUE;
}

static void plan_add_search(GPtrArray *search, const char *const *names)
{
    for (gsize i = 0; names != NULL && names[i] != NULL; i++)
        if (plan_is_domain(names[i]) && search->len < PLAN_SEARCH_MAX)
            g_ptr_array_add(search, g_strdup(names[i]));
}

static void plan_dns(NetworkPlan *plan, const PlanSettings *settings,
                     const PlanNegotiated *negotiated)
{
    g_autoptr(GPtrArray) search = g_ptr_array_new();

    for (gsize i = 0; i < settings->n_dns; i++)
        plan_add_dns(plan, &settings->dns[i]);
    for (guint i = 0; i < G_N_ELEMENTS(negotiated->dns) && !settings->ignore_peer_dns; i++) {
        IpAddress address = ip_address_from_ipv4(negotiated->dns[i]);

        if (plan->ipv4_address.family != 0)
            plan_add_dns(plan, &address);
    }
    /* A server to which the profile routes nothing would be asked in vain, or by another way. */
    for (gsize i = 0; i < negotiated->n_ipv6_dns && !settings->ignore_peer_dns; i++)
        if (plan->ipv6_address.family != 0 && plan_leads_to(plan, &negotiated->ipv6_dns[i]))
            plan_add_dns(plan, &negotiated->ipv6_dns[i]);
    plan_add_search(search, settings->search);
    if (plan->ipv6_address.family != 0 && !settings->ignore_peer_dns)
        plan_add_search(search, negotiated->search);
    g_ptr_array_add(search, NULL);
    /* Servers without a domain of their own are meant for everything. */
    plan->dns_default = plan->dns->len > 0 && (plan->ipv4_default_route ||
                                               plan->ipv6_default_route || search->len == 1);
    plan->search = (GStrv)g_ptr_array_free(g_steal_pointer(&search), FALSE);
}

NetworkPlan *network_plan_new(const char *interface, const PlanSettings *settings,
                              const PlanNegotiated *negotiated, const GatewayPath *path,
                              GError **error)
{
    g_autoptr(NetworkPlan) plan = g_new0(NetworkPlan, 1);
    guint mtu = negotiated->mtu != 0 ? negotiated->mtu : PLAN_MTU_MAX;

    plan->interface = g_strdup(interface);
    plan->path = *path;
    plan->routes = g_array_new(FALSE, TRUE, sizeof(PlanRoute));
    plan->dns = g_array_new(FALSE, TRUE, sizeof(IpAddress));
    /* The profile may lower what was negotiated, never raise it. */
    if (settings->mtu != 0)
        mtu = MIN(mtu, settings->mtu);
    plan->mtu = CLAMP(mtu, PLAN_MTU_MIN, PLAN_MTU_MAX);
    if (!plan_addresses(plan, settings, negotiated, error))
        return NULL;
    plan_routes(plan, settings);
    plan_dns(plan, settings, negotiated);
    return g_steal_pointer(&plan);
}

NetworkPlan *network_plan_copy(const NetworkPlan *plan)
{
    NetworkPlan *copy = g_memdup2(plan, sizeof *plan);

    copy->interface = g_strdup(plan->interface);
    copy->routes = g_array_copy(plan->routes);
    copy->dns = g_array_copy(plan->dns);
    copy->search = g_strdupv(plan->search);
    return copy;
}

NetworkPlan *network_plan_reported(const NetworkPlan *plan)
{
    NetworkPlan *rest = network_plan_copy(plan);

    rest->ipv4_address = rest->ipv4_peer = rest->ipv6_global = ip_address_none();
    rest->ipv4_default_route = rest->ipv6_default_route = rest->dns_default = FALSE;
    g_array_set_size(rest->routes, 0);
    g_array_set_size(rest->dns, 0);
    g_clear_pointer(&rest->search, g_strfreev);
    rest->search = g_new0(char *, 1);
    return rest;
}

void network_plan_free(NetworkPlan *plan)
{
    if (plan == NULL)
        return;
    g_free(plan->interface);
    g_clear_pointer(&plan->routes, g_array_unref);
    g_clear_pointer(&plan->dns, g_array_unref);
    g_strfreev(plan->search);
    g_free(plan);
}

gboolean network_plan_equal(const NetworkPlan *a, const NetworkPlan *b)
{
    g_autoptr(GVariant) left = g_variant_ref_sink(network_plan_to_variant(a));
    g_autoptr(GVariant) right = g_variant_ref_sink(network_plan_to_variant(b));

    return g_variant_equal(left, right) && gateway_path_equal(&a->path, &b->path);
}

gboolean network_plan_equal_dns(const NetworkPlan *a, const NetworkPlan *b)
{
    if (a->dns->len != b->dns->len || a->dns_default != b->dns_default ||
        !g_strv_equal((const char *const *)a->search, (const char *const *)b->search))
        return FALSE;
    for (guint i = 0; i < a->dns->len; i++)
        if (!ip_address_equal(&g_array_index(a->dns, IpAddress, i),
                              &g_array_index(b->dns, IpAddress, i)))
            return FALSE;
    return TRUE;
}

static void plan_put_address(GVariantDict *dict, const char *key, const IpAddress *address)
{
    g_autofree char *text = ip_address_to_string(address);

    g_variant_dict_insert(dict, key, "s", address->family != 0 ? text : "");
}

GVariant *network_plan_to_variant(const NetworkPlan *plan)
{
    GVariantDict dict;
    GVariantBuilder routes, dns;

    g_variant_dict_init(&dict, NULL);
    g_variant_builder_init(&routes, G_VARIANT_TYPE("a(su)"));
    g_variant_builder_init(&dns, G_VARIANT_TYPE("as"));
    for (guint i = 0; i < plan->routes->len; i++) {
        const PlanRoute *route = &g_array_index(plan->routes, PlanRoute, i);
        g_autofree char *text = ip_prefix_to_string(&route->destination);

        g_variant_builder_add(&routes, "(su)", text, route->metric);
    }
    for (guint i = 0; i < plan->dns->len; i++) {
        g_autofree char *text =
            ip_address_to_string(&g_array_index(plan->dns, IpAddress, i));

        g_variant_builder_add(&dns, "s", text);
    }
    g_variant_dict_insert(&dict, "interface", "s", plan->interface);
    g_variant_dict_insert(&dict, "mtu", "u", plan->mtu);
    plan_put_address(&dict, "gateway", &plan->path.gateway);
    g_variant_dict_insert(&dict, "gateway-interface", "s", plan->path.interface);
    plan_put_address(&dict, "ipv4-address", &plan->ipv4_address);
    plan_put_address(&dict, "ipv4-peer", &plan->ipv4_peer);
    plan_put_address(&dict, "ipv6-address", &plan->ipv6_address);
    plan_put_address(&dict, "ipv6-global", &plan->ipv6_global);
    g_variant_dict_insert(&dict, "ipv6-autoconf", "b", plan->ipv6_autoconf);
    g_variant_dict_insert(&dict, "ipv4-default-route", "b", plan->ipv4_default_route);
    g_variant_dict_insert(&dict, "ipv6-default-route", "b", plan->ipv6_default_route);
    g_variant_dict_insert(&dict, "ipv6-unreachable", "b", plan->ipv6_unreachable);
    g_variant_dict_insert(&dict, "routes", "a(su)", &routes);
    g_variant_dict_insert(&dict, "dns", "as", &dns);
    g_variant_dict_insert(&dict, "search", "^as", plan->search);
    g_variant_dict_insert(&dict, "dns-default", "b", plan->dns_default);
    return g_variant_dict_end(&dict);
}
