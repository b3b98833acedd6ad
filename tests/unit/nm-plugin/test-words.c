/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans, secrets and failures in NetworkManager's words.  Numbers are in network order there:
 * what is expected is written as the bytes of the address. */
#include <string.h>

#include "service/network.h"
#include "service/words.h"

static const char full_plan[] =
    "{'interface': <'causeway0'>, 'mtu': <uint32 1400>, 'gateway': <'203.0.113.10'>,"
    " 'ipv4-address': <'10.77.0.10'>, 'ipv4-peer': <'10.77.0.1'>,"
    " 'ipv6-address': <'fe80::1'>, 'ipv6-global': <''>, 'ipv6-addresses': <['2001:db8:77::5']>,"
    " 'ipv4-default-route': <true>, 'ipv6-default-route': <true>, 'ipv6-unreachable': <true>,"
    " 'routes': <[('10.1.0.0/16', uint32 0), ('10.2.0.0/16', 0), ('2001:db8:9::/48', 0),"
    "             ('bad', 0), ('10.3.0.0/99x', 0)]>,"
    " 'dns': <['10.77.1.2', '2001:db8:1::2']>, 'search': <['lab', 'corp.example']>}";

static guint32 bytes(guint8 a, guint8 b, guint8 c, guint8 d)
{
    const guint8 address[] = {a, b, c, d};
    guint32 word;

    memcpy(&word, address, sizeof word);
    return word;
}

static guint32 lookup_uint(GVariant *dict, const char *key)
{
    guint32 value = 0;

    g_assert_true(g_variant_lookup(dict, key, "u", &value));
    return value;
}

static gboolean lookup_boolean(GVariant *dict, const char *key)
{
    gboolean value = FALSE;

    g_assert_true(g_variant_lookup(dict, key, "b", &value));
    return value;
}

/* As text, with numbers as they lie in memory. */
static void assert_value(GVariant *dict, const char *key, GVariant *expected)
{
    g_autoptr(GVariant) wanted = g_variant_ref_sink(expected);
    g_autoptr(GVariant) value = g_variant_lookup_value(dict, key, NULL);

    g_assert_nonnull(value);
    g_assert_cmpvariant(value, wanted);
}

static void test_full(void)
{
    static const char *const own[] = {"10.2.0.0/16", NULL};
    g_autoptr(GVariant) plan = g_variant_ref_sink(g_variant_new_parsed(full_plan));
    g_auto(Network) network = {NULL};

    g_assert_true(network_from_plan(plan, own, "careful", &network));
    assert_value(network.config, "tundev", g_variant_new_string("causeway0"));
    assert_value(network.config, "banner", g_variant_new_string("careful"));
    g_assert_cmpuint(lookup_uint(network.config, "gateway"), ==, bytes(203, 0, 113, 10));
    g_assert_cmpuint(lookup_uint(network.config, "mtu"), ==, 1400);
    g_assert_true(lookup_boolean(network.config, "has-ip4"));
    g_assert_true(lookup_boolean(network.config, "has-ip6"));

    g_assert_cmpuint(lookup_uint(network.ip4, "address"), ==, bytes(10, 77, 0, 10));
    g_assert_cmpuint(lookup_uint(network.ip4, "ptp"), ==, bytes(10, 77, 0, 1));
    g_assert_cmpuint(lookup_uint(network.ip4, "prefix"), ==, 32);
    g_assert_false(lookup_boolean(network.ip4, "never-default"));
    assert_value(network.ip4, "dns", g_variant_new_parsed("[%u]", bytes(10, 77, 1, 2)));
    assert_value(network.ip4, "domains", g_variant_new_parsed("['lab', 'corp.example']"));
    /* The connection's own is NetworkManager's; what is no route is left out. */
    assert_value(network.ip4, "routes",
                 g_variant_new_parsed("[[%u, 16, 0, 0]]", bytes(10, 1, 0, 0)));

    assert_value(network.ip6, "address",
                 g_variant_new_parsed("[byte 0x20, 0x01, 0x0d, 0xb8, 0, 0x77, 0, 0, 0, 0, 0, 0, 0,"
                                      " 0, 0, 5]"));
    g_assert_cmpuint(lookup_uint(network.ip6, "prefix"), ==, 64);
    g_autoptr(GVariant) routes = g_variant_lookup_value(network.ip6, "routes", NULL);
    /* One, and the two that outbid those that hold IPv6 back. */
    g_assert_cmpuint(g_variant_n_children(routes), ==, 3);
    g_assert_null(g_variant_lookup_value(network.ip6, "domains", NULL));
}

static void test_parts(void)
{
    g_autoptr(GVariant) alone = g_variant_ref_sink(g_variant_new_parsed(
        "{'interface': <'causeway0'>, 'gateway': <'2001:db8::1'>, 'ipv4-address': <''>,"
        " 'ipv6-global': <'2001:db8:77::9'>, 'search': <['six.lab']>}"));
    g_autoptr(GVariant) link = g_variant_ref_sink(g_variant_new_parsed(
        "{'interface': <'causeway0'>, 'gateway': <'203.0.113.10'>,"
        " 'ipv4-address': <'10.77.0.10'>, 'ipv6-address': <'fe80::1'>,"
        " 'ipv6-addresses': <@as []>}"));
    g_auto(Network) six = {NULL}, four = {NULL}, again = {NULL};

    g_assert_true(network_from_plan(alone, NULL, NULL, &six));
    g_assert_null(six.ip4);
    g_assert_cmpuint(lookup_uint(six.ip6, "prefix"), ==, 128);
    g_assert_true(lookup_boolean(six.ip6, "never-default"));
    assert_value(six.ip6, "domains", g_variant_new_parsed("['six.lab']"));
    g_assert_true(network_from_plan(link, NULL, NULL, &four));
    g_assert_null(four.ip6);
    g_assert_false(lookup_boolean(four.config, "has-ip6"));
    g_assert_null(g_variant_lookup_value(four.ip4, "ptp", NULL));
    g_assert_null(g_variant_lookup_value(four.config, "mtu", NULL));
    g_assert_true(network_from_plan(link, NULL, NULL, &again));
    g_assert_false(network_is_bare(&six));
    g_assert_false(network_is_bare(&four));
    g_assert_true(network_equal(&four, &again));
    g_assert_false(network_equal(&four, &six));
}

/* IPv6 alone, before a router has said anything. */
static void test_bare(void)
{
    g_autoptr(GVariant) plan = g_variant_ref_sink(g_variant_new_parsed(
        "{'interface': <'causeway0'>, 'gateway': <'203.0.113.10'>, 'ipv4-address': <''>,"
        " 'ipv6-address': <'fe80::1'>, 'ipv6-global': <''>, 'ipv6-addresses': <@as []>}"));
    g_auto(Network) network = {NULL};

    g_assert_true(network_from_plan(plan, NULL, NULL, &network));
    g_assert_true(network_is_bare(&network));
}

static void test_unusable(void)
{
    static const char *const plans[] = {
        "@a{sv} {}",
        "{'interface': <''>, 'gateway': <'203.0.113.10'>}",
        "{'interface': <'causeway0'>, 'gateway': <'gw.lab'>}",
        "{'interface': <uint32 5>, 'gateway': <'203.0.113.10'>}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(plans); i++) {
        g_autoptr(GVariant) plan = g_variant_ref_sink(g_variant_new_parsed(plans[i]));
        g_auto(Network) network = {NULL};
        g_assert_false(network_from_plan(plan, NULL, NULL, &network));
        g_assert_null(network.config);
    }
}

static void test_secrets(void)
{
    g_assert_cmpstr(words_secret_key("ppp.password"), ==, "password");
    g_assert_cmpstr(words_secret_key("ppp.new-password"), ==, "new-password");
    g_assert_cmpstr(words_secret_key("ipsec.psk"), ==, "ipsec-psk");
    g_assert_cmpstr(words_secret_key("ipsec.key-passphrase"), ==, "machine-certpass");
    g_assert_cmpstr(words_secret_key("l2tp.secret"), ==, "causeway-l2tp-secret");
    g_assert_null(words_secret_key("ppp.user"));
    g_assert_null(words_secret_key("no.such"));
    g_autoptr(Secret) psk = words_secret("ipsec.psk", "0s/2dlaGVpbQ==");
    g_assert_cmpmem(secret_data(psk), secret_length(psk), "0s/2dlaGVpbQ==", 14);
    g_autoptr(Secret) password = words_secret("ppp.password", "0s/2dlaGVpbQ==");
    g_assert_cmpuint(secret_length(password), ==, 14);
    g_assert_cmpstr(words_wrong_secret("authentication-refused"), ==, "ppp.password");
    g_assert_cmpstr(words_wrong_secret("psk-wrong"), ==, "ipsec.psk");
    g_assert_null(words_wrong_secret("gateway-silent"));
    g_assert_null(words_wrong_secret("of another version"));
    g_autofree char *clean = words_question("ppp.password", "Token \x1b[2J?", FALSE);
    g_assert_null(strchr(clean, '\x1b'));
    g_assert_nonnull(strstr(clean, "Token"));
    /* The gateway's words are its own; of tokens causewayd speaks in parts of sentences. */
    g_autofree char *raw = words_question("ppp.password", "code?", FALSE);
    g_assert_cmpstr(raw, ==, "code?");
    g_autofree char *pin = words_question("ipsec.key-passphrase", "the PIN is wrong", TRUE);
    g_assert_cmpstr(pin, ==, "The PIN is wrong.");
    g_autofree char *again = words_question("ppp.password", "", TRUE);
    g_assert_nonnull(strstr(again, "did not accept"));
}

static void test_reasons(void)
{
    static const struct {
        const char *stage, *code;
        NMVpnPluginFailure reason;
    } rows[] = {
        {"authentication", "authentication-refused", NM_VPN_PLUGIN_FAILURE_LOGIN_FAILED},
        {"ipsec", "psk-wrong", NM_VPN_PLUGIN_FAILURE_LOGIN_FAILED},
        {"prepare", "secret-missing", NM_VPN_PLUGIN_FAILURE_LOGIN_FAILED},
        {"network", "no-address", NM_VPN_PLUGIN_FAILURE_BAD_IP_CONFIG},
        {"ipsec", "gateway-silent", NM_VPN_PLUGIN_FAILURE_CONNECT_FAILED},
        {"ipsec", "of another version", NM_VPN_PLUGIN_FAILURE_CONNECT_FAILED},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpint(words_failure_reason(rows[i].stage, rows[i].code), ==, rows[i].reason);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nm-plugin/full", test_full);
    g_test_add_func("/nm-plugin/parts", test_parts);
    g_test_add_func("/nm-plugin/bare", test_bare);
    g_test_add_func("/nm-plugin/unusable", test_unusable);
    g_test_add_func("/nm-plugin/secrets", test_secrets);
    g_test_add_func("/nm-plugin/reasons", test_reasons);
    return g_test_run();
}
