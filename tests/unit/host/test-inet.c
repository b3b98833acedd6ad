/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses and prefixes. */
#include "host/inet.h"

#include <arpa/inet.h>
#include <string.h>

static IpAddress address(const char *text)
{
    IpAddress result;

    g_assert_true(ip_address_parse(text, &result));
    return result;
}

static void test_usable(void)
{
    static const char *const good[] = { "10.0.0.1", "192.168.1.1", "169.254.1.1", "223.255.255.255",
                                        "2001:db8::1", "fe80::1", "fd00::1" };
    static const char *const bad[] = { "0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1",
                                       "240.0.0.1", "255.255.255.255", "::", "::1", "ff02::1",
                                       "::ffff:10.0.0.1" };

    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        IpAddress parsed = address(good[i]);

        g_assert_true(ip_address_is_usable(&parsed));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        IpAddress parsed = address(bad[i]);

        g_assert_false(ip_address_is_usable(&parsed));
    }
}

static void test_parse(void)
{
    static const char *const bad[] = { "", "10.0.0", "10.0.0.0.1", "10.0.0.256", "::g", "x" };
    static const char *const bad_prefixes[] = { "10.0.0.1/8", "10.0.0.0/33", "::/129", "10.0.0.0/",
                                                "10.0.0.0/-1", "10.0.0.0/8x", "2001:db8::1/64" };
    IpAddress parsed;
    IpPrefix prefix;

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(ip_address_parse(bad[i], &parsed));
    for (gsize i = 0; i < G_N_ELEMENTS(bad_prefixes); i++)
        g_assert_false(ip_prefix_parse(bad_prefixes[i], &prefix));
    g_assert_true(ip_prefix_parse("10.1.2.3", &prefix));
    g_assert_cmpuint(prefix.length, ==, 32);
    g_assert_true(ip_prefix_parse("::/0", &prefix));
    g_assert_cmpuint(prefix.length, ==, 0);
}

static void test_contains(void)
{
    static const struct {
        const char *prefix, *address;
        gboolean inside;
    } cases[] = {
        { "0.0.0.0/0", "8.8.8.8", TRUE },    { "0.0.0.0/1", "127.255.255.255", TRUE },
        { "0.0.0.0/1", "128.0.0.0", FALSE }, { "128.0.0.0/1", "200.0.0.1", TRUE },
        { "10.0.0.0/8", "10.255.0.1", TRUE }, { "10.0.0.0/8", "11.0.0.1", FALSE },
        { "192.168.4.0/22", "192.168.7.255", TRUE }, { "192.168.4.0/22", "192.168.8.0", FALSE },
        { "10.1.2.3/32", "10.1.2.3", TRUE }, { "10.1.2.3/32", "10.1.2.2", FALSE },
        { "8000::/1", "fe80::1", TRUE },     { "::/1", "fe80::1", FALSE },
        { "0.0.0.0/0", "::1", FALSE },       { "2001:db8::/33", "2001:db8:8000::1", FALSE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        IpAddress inside = address(cases[i].address);
        IpPrefix prefix;

        g_assert_true(ip_prefix_parse(cases[i].prefix, &prefix));
        g_assert_cmpint(ip_prefix_contains(&prefix, &inside), ==, cases[i].inside);
    }
}

/* RFC 5072 §5: fe80::/64 and the 64 bits of the identifier as they are. */
static void test_link_local(void)
{
    static const guint8 id[8] = { 0x02, 0x11, 0x22, 0xff, 0xfe, 0x33, 0x44, 0x55 };
    guint64 identifier;
    IpAddress result;
    g_autofree char *text = NULL;

    memcpy(&identifier, id, sizeof identifier);
    result = ip_address_link_local(identifier);
    text = ip_address_to_string(&result);
    g_assert_cmpstr(text, ==, "fe80::211:22ff:fe33:4455");
    g_assert_true(ip_address_is_link_local(&result));
}

static void test_sockaddr(void)
{
    IpAddress in = address("2001:db8::7"), out;
    struct sockaddr_storage storage;
    struct sockaddr_in6 in6;

    g_assert_cmpuint(ip_address_to_sockaddr(&in, 1701, 3, &storage), ==, sizeof in6);
    memcpy(&in6, &storage, sizeof in6);
    g_assert_cmpuint(ntohs(in6.sin6_port), ==, 1701);
    g_assert_cmpuint(in6.sin6_scope_id, ==, 0); /* not link-local: no scope */
    g_assert_true(ip_address_from_sockaddr((struct sockaddr *)&storage, &out));
    g_assert_true(ip_address_equal(&in, &out));
    storage.ss_family = AF_UNIX;
    g_assert_false(ip_address_from_sockaddr((struct sockaddr *)&storage, &out));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/host/inet/usable", test_usable);
    g_test_add_func("/host/inet/parse", test_parse);
    g_test_add_func("/host/inet/contains", test_contains);
    g_test_add_func("/host/inet/link-local", test_link_local);
    g_test_add_func("/host/inet/sockaddr", test_sockaddr);
    return g_test_run();
}
