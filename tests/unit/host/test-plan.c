/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NetworkPlan on values: what a profile, a gateway and a path give, and what is refused. */
#include "host/host.h"
#include "host/plan.h"

#include <arpa/inet.h>
#include <string.h>

static GatewayPath path_example(void)
{
    GatewayPath path = { .ifindex = 2, .interface = "eth0", .mtu = 1500 };

    g_assert_true(ip_address_parse("198.51.100.1", &path.gateway));
    g_assert_true(ip_address_parse("192.168.1.20", &path.source));
    g_assert_true(ip_address_parse("192.168.1.1", &path.next_hop));
    return path;
}

static PlanNegotiated negotiated_example(void)
{
    return (PlanNegotiated){ .address = inet_addr("10.77.0.10"),
                             .peer_address = inet_addr("10.77.0.1"),
                             .dns = { inet_addr("10.77.0.53"), inet_addr("10.77.0.54") },
                             .mtu = 1420 };
}

static NetworkPlan *plan_example(const PlanSettings *settings, const PlanNegotiated *negotiated,
                                 GError **error)
{
    GatewayPath path = path_example();

    return network_plan_new("causeway0", settings, negotiated, &path, error);
}

static char *plan_text(const NetworkPlan *plan)
{
    g_autoptr(GVariant) variant = g_variant_ref_sink(network_plan_to_variant(plan));
    g_autoptr(GVariantDict) dict = g_variant_dict_new(variant);
    g_autoptr(GString) text = g_string_new(NULL);
    static const char *const keys[] = {
        "interface", "mtu", "gateway", "gateway-interface", "ipv4-address", "ipv4-peer",
        "ipv6-address", "ipv6-global", "ipv6-autoconf", "ipv4-default-route", "ipv6-default-route",
        "ipv6-unreachable", "routes", "dns", "search", "dns-default",
    };

    g_assert_cmpuint(g_variant_n_children(variant), ==, G_N_ELEMENTS(keys));
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(GVariant) value = g_variant_dict_lookup_value(dict, keys[i], NULL);
        g_autofree char *printed = NULL;

        g_assert_nonnull(value);
        printed = g_variant_print(value, FALSE);
        g_string_append_printf(text, "%s=%s\n", keys[i], printed);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void test_all_traffic(void)
{
    static const char *const search[] = { "corp.example", NULL };
    PlanSettings settings = { .ipv4 = TRUE, .ipv6 = TRUE, .ipv4_default_route = TRUE,
                              .ipv6_default_route = TRUE, .search = search };
    PlanNegotiated negotiated = negotiated_example();
    g_autoptr(GError) error = NULL;
    g_autoptr(NetworkPlan) plan = plan_example(&settings, &negotiated, &error);
    g_autofree char *text = NULL;

    g_assert_no_error(error);
    text = plan_text(plan);
    g_assert_cmpstr(text, ==,
                    "interface='causeway0'\nmtu=1420\ngateway='198.51.100.1'\n"
                    "gateway-interface='eth0'\nipv4-address='10.77.0.10'\n"
                    "ipv4-peer='10.77.0.1'\nipv6-address=''\nipv6-global=''\n"
                    "ipv6-autoconf=false\n"
                    "ipv4-default-route=true\nipv6-default-route=false\nipv6-unreachable=true\n"
                    "routes=[]\ndns=['10.77.0.53', '10.77.0.54']\nsearch=['corp.example']\n"
                    "dns-default=true\n");
}

static void test_split(void)
{
    static const char *const search[] = { "corp.example", "-bad", "a b", "line\nbreak", NULL };
    PlanRoute routes[2] = { { .metric = 7 } };
    PlanSettings settings = { .ipv4 = TRUE, .ipv6 = TRUE, .routes = routes, .n_routes = 2,
                              .search = search, .mtu = 1300 };
    PlanNegotiated negotiated = negotiated_example();
    static const guint8 id[8] = { 2, 0, 0, 0, 0, 0, 0, 9 };
    g_autoptr(NetworkPlan) plan = NULL;
    g_autofree char *text = NULL;

    g_assert_true(ip_prefix_parse("10.0.0.0/8", &routes[0].destination));
    g_assert_true(ip_prefix_parse("2001:db8::/32", &routes[1].destination));
    memcpy(&negotiated.interface_id, id, sizeof id);
    negotiated.ipv6 = TRUE;
    plan = plan_example(&settings, &negotiated, NULL);
    text = plan_text(plan);
    g_assert_cmpstr(text, ==,
                    "interface='causeway0'\nmtu=1300\ngateway='198.51.100.1'\n"
                    "gateway-interface='eth0'\nipv4-address='10.77.0.10'\n"
                    "ipv4-peer='10.77.0.1'\nipv6-address='fe80::200:0:0:9'\nipv6-global=''\n"
                    "ipv6-autoconf=true\n"
                    "ipv4-default-route=false\nipv6-default-route=false\nipv6-unreachable=false\n"
                    "routes=[('10.0.0.0/8', 7), ('2001:db8::/32', 0)]\n"
                    "dns=['10.77.0.53', '10.77.0.54']\nsearch=['corp.example']\n"
                    "dns-default=false\n");
    /* IPv6CP not open: its routes go, the rest stays. */
    negotiated.ipv6 = FALSE;
    g_clear_pointer(&plan, network_plan_free);
    plan = plan_example(&settings, &negotiated, NULL);
    g_assert_cmpuint(plan->routes->len, ==, 1);
    /* Servers without domains are for all names. */
    settings.search = NULL;
    g_clear_pointer(&plan, network_plan_free);
    plan = plan_example(&settings, &negotiated, NULL);
    g_assert_true(plan->dns_default);
}

static void test_hostile_address(void)
{
    static const char *const bad[] = { "127.0.0.1", "0.0.0.7", "224.0.0.5", "255.255.255.255",
                                       "198.51.100.1" /* the gateway */,
                                       "192.168.1.20" /* the machine itself */,
                                       "192.168.1.1" /* its router */ };
    PlanSettings settings = { .ipv4 = TRUE };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        PlanNegotiated negotiated = { .address = inet_addr(bad[i]) };
        g_autoptr(GError) error = NULL;

        g_assert_null(plan_example(&settings, &negotiated, &error));
        g_assert_error(error, HOST_ERROR, HOST_ERROR_VALUES);
        g_assert_nonnull(strstr(error->message, bad[i]));
    }
}

/* A host route to any of these would cut the tunnel or the machine off. */
static void test_hostile_peer(void)
{
    static const char *const bad[] = { "198.51.100.1", "192.168.1.20", "192.168.1.1",
                                       "10.77.0.10" /* our own */, "127.0.0.1", "0.0.0.0",
                                       "239.0.0.1" };
    PlanSettings settings = { .ipv4 = TRUE };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        PlanNegotiated negotiated = negotiated_example();
        g_autoptr(NetworkPlan) plan = NULL;

        negotiated.peer_address = inet_addr(bad[i]);
        plan = plan_example(&settings, &negotiated, NULL);
        g_assert_nonnull(plan);
        g_assert_cmpint(plan->ipv4_peer.family, ==, 0);
        g_assert_cmpint(plan->ipv4_address.family, ==, AF_INET);
    }
}

static void test_no_address(void)
{
    PlanSettings settings = { .ipv4 = TRUE, .ipv6 = TRUE };
    PlanNegotiated negotiated = { .peer_address = inet_addr("10.77.0.1") };
    g_autoptr(GError) error = NULL;
    g_autoptr(NetworkPlan) plan = NULL;

    g_assert_null(plan_example(&settings, &negotiated, &error));
    g_assert_error(error, HOST_ERROR, HOST_ERROR_VALUES);
    g_clear_error(&error);
    /* Both interface identifiers are the same, or ours is zero: no IPv6 either. */
    negotiated.ipv6 = TRUE;
    g_assert_null(plan_example(&settings, &negotiated, &error));
    g_clear_error(&error);
    negotiated.interface_id = negotiated.peer_interface_id = 5;
    g_assert_null(plan_example(&settings, &negotiated, &error));
    g_clear_error(&error);
    negotiated.peer_interface_id = 6;
    plan = plan_example(&settings, &negotiated, &error);
    g_assert_no_error(error);
    g_assert_cmpint(plan->ipv4_address.family, ==, 0);
    g_assert_cmpint(plan->ipv6_address.family, ==, AF_INET6);
    /* The profile doesn't want it. */
    settings.ipv6 = FALSE;
    g_assert_null(plan_example(&settings, &negotiated, &error));
}

static void test_mtu(void)
{
    static const struct {
        guint negotiated, profile, result;
        gboolean ipv6;
    } cases[] = {
        { 1420, 0, 1420, TRUE }, { 0, 0, 1500, TRUE },      { 1, 0, 576, FALSE },
        { 65535, 0, 1500, TRUE }, { 1420, 1400, 1400, TRUE }, { 1400, 1420, 1400, TRUE },
        { 1420, 100, 576, FALSE }, { 1279, 0, 1279, FALSE }, { 1280, 0, 1280, TRUE },
    };
    PlanSettings settings = { .ipv4 = TRUE, .ipv6 = TRUE };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        PlanNegotiated negotiated = negotiated_example();
        g_autoptr(NetworkPlan) plan = NULL;

        negotiated.mtu = cases[i].negotiated;
        negotiated.ipv6 = TRUE;
        negotiated.interface_id = 5;
        settings.mtu = cases[i].profile;
        plan = plan_example(&settings, &negotiated, NULL);
        g_assert_cmpuint(plan->mtu, ==, cases[i].result);
        g_assert_cmpint(plan->ipv6_address.family != 0, ==, cases[i].ipv6);
    }
}

static void test_dns(void)
{
    IpAddress own[PLAN_DNS_MAX + 3];
    PlanSettings settings = { .ipv4 = TRUE, .dns = own, .n_dns = 1 };
    PlanNegotiated negotiated = negotiated_example();
    g_autoptr(NetworkPlan) plan = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(own); i++)
        own[i] = ip_address_from_ipv4(htonl(0x0a000001 + (guint32)i));
    /* The profile's first, then the peer's; an impossible or repeated one is left out. */
    negotiated.dns[0] = inet_addr("127.0.0.53");
    negotiated.dns[1] = inet_addr("10.0.0.1");
    plan = plan_example(&settings, &negotiated, NULL);
    g_assert_cmpuint(plan->dns->len, ==, 1);
    negotiated.dns[1] = inet_addr("10.77.0.53");
    g_clear_pointer(&plan, network_plan_free);
    plan = plan_example(&settings, &negotiated, NULL);
    g_assert_cmpuint(plan->dns->len, ==, 2);
    settings.ignore_peer_dns = TRUE;
    g_clear_pointer(&plan, network_plan_free);
    plan = plan_example(&settings, &negotiated, NULL);
    g_assert_cmpuint(plan->dns->len, ==, 1);
    settings.n_dns = G_N_ELEMENTS(own);
    g_clear_pointer(&plan, network_plan_free);
    plan = plan_example(&settings, &negotiated, NULL);
    g_assert_cmpuint(plan->dns->len, ==, PLAN_DNS_MAX);
}

static void test_ipv6_leak(void)
{
    PlanSettings settings = { .ipv4 = TRUE, .ipv4_default_route = TRUE };
    PlanNegotiated negotiated = negotiated_example();
    g_autoptr(NetworkPlan) plan = plan_example(&settings, &negotiated, NULL);

    g_assert_true(plan->ipv6_unreachable);
    settings.allow_ipv6_leak = TRUE;
    g_clear_pointer(&plan, network_plan_free);
    plan = plan_example(&settings, &negotiated, NULL);
    g_assert_false(plan->ipv6_unreachable);
    settings.allow_ipv6_leak = settings.ipv4_default_route = FALSE;
    g_clear_pointer(&plan, network_plan_free);
    plan = plan_example(&settings, &negotiated, NULL);
    g_assert_false(plan->ipv6_unreachable);
}

static void test_copy(void)
{
    PlanSettings settings = { .ipv4 = TRUE };
    PlanNegotiated negotiated = negotiated_example();
    g_autoptr(NetworkPlan) plan = plan_example(&settings, &negotiated, NULL);
    g_autoptr(NetworkPlan) copy = network_plan_copy(plan);

    g_assert_true(network_plan_equal(plan, copy));
    g_assert_true(network_plan_equal_dns(plan, copy));
    copy->path.ifindex = 9;
    g_assert_false(network_plan_equal(plan, copy));
    g_array_set_size(copy->dns, 1);
    g_assert_false(network_plan_equal_dns(plan, copy));
}

/* What routers and DHCPv6 servers add: an address, servers to which packets are routed, search
 * domains behind the profile's. */
static void test_ipv6_settings(void)
{
    static const char *const own[] = { "corp.example", NULL };
    /* A label of 64 letters */
    static const char *const told[] = {
        "six.lab", "bad domain", ".", "a..b", ".lab",
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd.lab", NULL };
    const IpAddress dns[] = { { AF_INET6, { 0x20, 1, 0x0d, 0xb8, [15] = 2 } },
                              { AF_INET6, { 0xfd, [15] = 1 } } };
    PlanRoute route = { 0 };
    PlanSettings settings = { .ipv4 = TRUE, .ipv6 = TRUE, .ipv6_default_route = TRUE,
                              .search = own };
    PlanNegotiated negotiated = negotiated_example();
    g_autoptr(NetworkPlan) plan = NULL;

    negotiated.ipv6 = TRUE;
    negotiated.interface_id = 9;
    negotiated.ipv6_dns = dns;
    negotiated.n_ipv6_dns = 2;
    negotiated.search = told;
    g_assert_true(ip_address_parse("2001:db8::5", &negotiated.ipv6_global));
    plan = plan_example(&settings, &negotiated, NULL);
    g_assert_true(ip_address_equal(&plan->ipv6_global, &negotiated.ipv6_global));
    g_assert_cmpuint(plan->dns->len, ==, 4);
    g_assert_cmpuint(g_strv_length(plan->search), ==, 2);
    g_assert_cmpstr(plan->search[1], ==, "six.lab");

    /* A server that the profile routes elsewhere is left out. */
    g_clear_pointer(&plan, network_plan_free);
    settings.ipv6_default_route = FALSE;
    settings.routes = &route;
    settings.n_routes = 1;
    g_assert_true(ip_prefix_parse("2001:db8::/32", &route.destination));
    plan = plan_example(&settings, &negotiated, NULL);
    g_assert_cmpuint(plan->dns->len, ==, 3);

    g_clear_pointer(&plan, network_plan_free);
    settings.ignore_peer_dns = TRUE;
    plan = plan_example(&settings, &negotiated, NULL);
    g_assert_cmpuint(plan->dns->len, ==, 0);
    g_assert_cmpuint(g_strv_length(plan->search), ==, 1);

    /* No IPv6, nothing of it; and never an address that would cut the machine off. */
    g_clear_pointer(&plan, network_plan_free);
    g_assert_true(ip_address_parse("ff02::1", &negotiated.ipv6_global));
    plan = plan_example(&settings, &negotiated, NULL);
    g_assert_cmpint(plan->ipv6_global.family, ==, 0);
    g_clear_pointer(&plan, network_plan_free);
    g_assert_true(ip_address_parse("2001:db8::5", &negotiated.ipv6_global));
    negotiated.ipv6 = FALSE;
    settings.ignore_peer_dns = FALSE;
    plan = plan_example(&settings, &negotiated, NULL);
    g_assert_cmpint(plan->ipv6_global.family, ==, 0);
    g_assert_cmpuint(plan->dns->len, ==, 2);
    g_assert_cmpuint(g_strv_length(plan->search), ==, 1);
}

/* Reported to NetworkManager: what is still to be done here. */
static void test_reported(void)
{
    static const char *const search[] = { "corp.example", NULL };
    PlanRoute route = { 0 };
    PlanSettings settings = { .ipv4 = TRUE, .ipv6 = TRUE, .ipv4_default_route = TRUE,
                              .ipv6_default_route = TRUE, .search = search, .routes = &route,
                              .n_routes = 1 };
    PlanNegotiated negotiated = negotiated_example();

    g_assert_true(ip_prefix_parse("10.0.0.0/8", &route.destination));
    negotiated.ipv6 = TRUE;
    negotiated.interface_id = 9;
    g_autoptr(NetworkPlan) plan = plan_example(&settings, &negotiated, NULL);
    g_autoptr(NetworkPlan) rest = network_plan_reported(plan);

    g_assert_cmpint(rest->ipv4_address.family, ==, 0);
    g_assert_cmpint(rest->ipv6_global.family, ==, 0);
    g_assert_cmpuint(rest->routes->len + rest->dns->len + g_strv_length(rest->search), ==, 0);
    g_assert_false(rest->ipv4_default_route || rest->ipv6_default_route);
    g_assert_cmpuint(rest->mtu, ==, plan->mtu);
    g_assert_true(rest->ipv6_unreachable == plan->ipv6_unreachable);
    g_assert_true(ip_address_equal(&rest->ipv6_address, &plan->ipv6_address));
    g_assert_true(gateway_path_equal(&rest->path, &plan->path));
    g_assert_cmpuint(plan->dns->len, >, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/host/plan/all-traffic", test_all_traffic);
    g_test_add_func("/host/plan/split", test_split);
    g_test_add_func("/host/plan/hostile-address", test_hostile_address);
    g_test_add_func("/host/plan/hostile-peer", test_hostile_peer);
    g_test_add_func("/host/plan/no-address", test_no_address);
    g_test_add_func("/host/plan/mtu", test_mtu);
    g_test_add_func("/host/plan/dns", test_dns);
    g_test_add_func("/host/plan/ipv6-leak", test_ipv6_leak);
    g_test_add_func("/host/plan/ipv6-settings", test_ipv6_settings);
    g_test_add_func("/host/plan/copy", test_copy);
    g_test_add_func("/host/plan/reported", test_reported);
    return g_test_run();
}
