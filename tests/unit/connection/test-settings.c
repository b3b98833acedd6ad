/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile's fields as the tunnel, IKE and the network plan are told them. */
#include "connection/settings.h"

#include <arpa/inet.h>
#include <string.h>

static Profile *profile_with(const char *const *pairs)
{
    Profile *profile = profile_new();

    for (guint i = 0; pairs[i]; i += 2) {
        g_autoptr(GError) error = NULL;
        profile_set_named(profile, pairs[i], pairs[i + 1], &error);
        g_assert_no_error(error);
    }
    return profile;
}

static guint methods_of(const char *const *pairs)
{
    g_autoptr(Profile) profile = profile_with(pairs);
    g_auto(TunnelConfig) config = { 0 };

    settings_tunnel(profile, NULL, &config);
    return config.methods;
}

static void test_methods(void)
{
    const char *const plain[] = { "ipsec.enabled", "no", NULL };
    const char *const usual[] = { NULL };
    const char *const only_chap[] = { "ppp.refuse-pap", "yes", "ppp.refuse-mschapv2", "yes", NULL };

    /* The password itself never travels without IPsec. */
    g_assert_cmpuint(methods_of(plain), ==, PPP_METHOD_CHAP_MD5 | PPP_METHOD_MSCHAPV2);
    g_assert_cmpuint(methods_of(usual), ==,
                     PPP_METHOD_PAP | PPP_METHOD_CHAP_MD5 | PPP_METHOD_MSCHAPV2);
    g_assert_cmpuint(methods_of(only_chap), ==, PPP_METHOD_CHAP_MD5);
}

static void test_domain(void)
{
    const char *const pairs[] = { "ppp.user", "anna", "ppp.domain", "FIRMA", NULL };
    g_autoptr(Profile) profile = profile_with(pairs);
    g_auto(TunnelConfig) config = { 0 };

    settings_tunnel(profile, NULL, &config);
    g_assert_cmpstr(config.user, ==, "FIRMA\\anna");
}

static void check_psk(const char *text, const void *expected, gsize length)
{
    const char *const pairs[] = { NULL };
    g_autoptr(Profile) profile = profile_with(pairs);
    g_autoptr(Secret) psk = secret_new(text, strlen(text));
    g_auto(IkeMaterial) material = { 0 };

    settings_ike_material(profile, psk, &material);
    g_assert_cmpmem(secret_data(material.psk), secret_length(material.psk), expected, length);
}

/* The spellings that ipsec.secrets(5) describes. */
static void test_psk_spellings(void)
{
    check_psk("plain key", "plain key", 9);
    check_psk("0sAQIDBA==", "\1\2\3\4", 4);
    check_psk("0x0102fF", "\1\2\377", 3);
    /* Not what they look like: taken as they stand. */
    check_psk("0x123", "0x123", 5);
    check_psk("0xzz", "0xzz", 4);
    check_psk("0s", "0s", 2);
    check_psk("0x", "0x", 2);
}

/* Networks that are named by an address in them, and domains of any letters. */
static void test_plan(void)
{
    const char *const pairs[] = { "ipv4.routes", "192.168.10.1/24, 10.9.8.7",
                                  "ipv6.routes", "2001:db8::1/33", "dns.servers", "10.0.0.53",
                                  "dns.search", "b\xc3\xbcro.example, lab", NULL };
    g_autoptr(Profile) profile = profile_with(pairs);
    const PlanNegotiated negotiated = { .address = htonl(0x0a4d000a), .ipv6 = TRUE,
                                        .interface_id = 1, .peer_interface_id = 2 };
    GatewayPath path = { .ifindex = 1, .interface = "eth0" };
    g_autoptr(GError) error = NULL;
    g_autoptr(NetworkPlan) plan = settings_plan(profile, "causeway0", &negotiated, &path, &error);
    static const char *const expected[] = { "192.168.10.0/24", "10.9.8.7/32", "2001:db8::/33" };

    g_assert_no_error(error);
    g_assert_cmpuint(plan->routes->len, ==, G_N_ELEMENTS(expected));
    for (guint i = 0; i < plan->routes->len; i++) {
        g_autofree char *text =
            ip_prefix_to_string(&g_array_index(plan->routes, PlanRoute, i).destination);
        g_assert_cmpstr(text, ==, expected[i]);
    }
    /* RFC 3492 */
    g_assert_cmpstr(plan->search[0], ==, "xn--bro-hoa.example");
    g_assert_cmpstr(plan->search[1], ==, "lab");
    g_assert_null(plan->search[2]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/settings/methods", test_methods);
    g_test_add_func("/settings/domain", test_domain);
    g_test_add_func("/settings/psk", test_psk_spellings);
    g_test_add_func("/settings/plan", test_plan);
    return g_test_run();
}
