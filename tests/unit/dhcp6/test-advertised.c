/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Name servers and search domains of router advertisements (RFC 8106), names and addresses. */
#include "talk.h"

#include <arpa/inet.h>
#include <string.h>

#define DNS_1 "20010db8000100000000000000000002"
#define DNS_2 "20010db8000100000000000000000003"
/* RFC 8106 §5.1, §5.2; names as in RFC 1035 §3.1, padded with zeros to units of eight. */
#define RDNSS_600 "19 03 0000 00000258 " DNS_1
#define RDNSS_BOTH "19 05 0000 0000012c " DNS_1 DNS_2
#define DNSSL_600 "1f 04 0000 00000258 04636f7270076578616d706c6500 036c616200 0000000000"

static void test_both(void)
{
    g_autoptr(Talk) talk = talk_new();

    talk_options(talk, RDNSS_600);
    talk_assert_dns(talk, "2001:db8:1::2");
    talk->now += USEC_PER_SEC;
    talk_options(talk, DNSSL_600);
    talk_assert_search(talk, "corp.example lab");
    talk_assert_dns(talk, "2001:db8:1::2");
    talk_assert_address(talk, "");
    g_assert_cmpuint(talk->sent, ==, 0);
    g_assert_cmpuint(talk->told, ==, 2);
    /* Told again the same, nothing is told on. */
    talk_options(talk, RDNSS_600 DNSSL_600);
    talk_run(talk, talk->now + 10 * USEC_PER_SEC);
    g_assert_cmpuint(talk->told, ==, 2);
}

/* Each has the time that it was given last. */
static void test_lifetimes(void)
{
    g_autoptr(Talk) talk = talk_new();
    Usec begin = talk->now;

    talk_options(talk, RDNSS_BOTH);
    talk_run(talk, begin + 100 * USEC_PER_SEC);
    talk_options(talk, RDNSS_600);
    talk_run(talk, begin + 299 * USEC_PER_SEC);
    talk_assert_dns(talk, "2001:db8:1::2 2001:db8:1::3");
    talk_run(talk, begin + 301 * USEC_PER_SEC);
    talk_assert_dns(talk, "2001:db8:1::2");
    talk_run(talk, begin + 701 * USEC_PER_SEC);
    talk_assert_dns(talk, "");
    g_assert_cmpuint(dhcp6_client_deadline(talk->client), ==, USEC_NEVER);
}

/* "A value of zero means that the RDNSS addresses MUST no longer be used" (RFC 8106 §5.1), all
 * ones are for ever. */
static void test_lifetime_ends(void)
{
    g_autoptr(Talk) talk = talk_new();

    talk_options(talk, "1903 0000 ffffffff " DNS_1);
    talk_run(talk, talk->now + 1000000 * USEC_PER_SEC);
    talk_assert_dns(talk, "2001:db8:1::2");
    talk_options(talk, "1903 0000 00000000 " DNS_1);
    talk_assert_dns(talk, "");
    talk_options(talk, "1903 0000 00000000 " DNS_2);
    talk_run(talk, talk->now + 10 * USEC_PER_SEC);
    g_assert_cmpuint(talk->told, ==, 2);
}

static void test_malformed(void)
{
    static const char *const rows[] = {
        "",
        "19",
        "1900 0000 00000258 " DNS_1,               /* length zero ends all */
        "1900 0000 00000258 " RDNSS_600,
        "1901 0000 00000258",                      /* no address */
        "1902 0000 00000258 20010db800010000",     /* half an address */
        "1904 0000 00000258 " DNS_1 "20010db800010000",
        "1903 0000 00000258 20010db80001",         /* cut */
        "1905 0000 00000258 " DNS_1,
        "1903 0000 00000258 ff020000000000000000000000000001", /* multicast */
        "1903 0000 00000258 00000000000000000000000000000001", /* loopback */
        "1903 0000 00000258 00000000000000000000ffff0a000001", /* IPv4 */
        "1903 0000 00000258 fe800000000000000000000000000001", /* of the link alone */
        "1f01 0000 00000258",
        "1f02 0000 00000258 0000000000000000",     /* padding only */
        "1f02 0000 00000258 036c6162ff000000",     /* no end */
        "1f02 0000 00000258 07636f7270206f72",     /* a label beyond the option */
        "1f02 0000 00000258 c00c000000000000",     /* compressed */
        "1f02 0000 00000258 056c2e61622f0000",     /* dot and slash in a label */
        "1f02 0000 00000258 032d616200000000",     /* a hyphen first */
        "0303 0000 00000258 " DNS_1,               /* another option */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Talk) talk = talk_new();

        g_test_message("%s", rows[i]);
        talk_options(talk, rows[i]);
        g_assert_cmpuint(talk->told, ==, 0);
        /* What is behind a bad option that has a length is still read; what is in front, too. */
        talk_options(talk, RDNSS_600);
        g_assert_cmpuint(talk->told, ==, 1);
    }
}

/* A router that names more than there is room for, and new ones all the time. */
static void test_bounds(void)
{
    g_autoptr(Talk) talk = talk_new();

    for (guint i = 0; i < 300; i++) {
        g_autofree char *hex = g_strdup_printf(
            "1903 0000 00000258 20010db80001000000000000%08x 1f02 0000 00000258 04 %02x616263 00 0000",
            i + 1, 'a' + i % 26);
        talk_options(talk, hex);
        talk_run(talk, talk->now + 10 * USEC_PER_MSEC);
    }
    g_assert_cmpuint(talk->settings.n_dns, ==, DHCP6_DNS_MAX);
    g_assert_cmpuint(talk->settings.n_search, ==, DHCP6_SEARCH_MAX);
    /* Three seconds: no more than one change each. */
    g_assert_cmpuint(talk->told, <=, 4);
}

static void test_names(void)
{
    static const struct {
        const char *name;
        gboolean valid;
    } rows[] = {
        { "lab", TRUE }, { "corp.example", TRUE }, { "_tcp.a-b.example", TRUE },
        { "", FALSE }, { ".", FALSE }, { "a..b", FALSE }, { "a.", FALSE }, { ".a", FALSE },
        { "-a", FALSE }, { "a.-b", FALSE }, { "a b", FALSE }, { "a/b", FALSE }, { "a\nb", FALSE },
        { "b\xc3\xbc" "cher", FALSE },
        { "a23456789012345678901234567890123456789012345678901234567890123", TRUE },
        { "a234567890123456789012345678901234567890123456789012345678901234", FALSE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].name);
        g_assert_cmpint(dhcp6_name_is_domain(rows[i].name), ==, rows[i].valid);
    }
}

/* 253 characters are a name, 254 are none (RFC 1035 §3.1), on the wire and as text. */
static void test_long_names(void)
{
    for (guint last = 60; last <= 62; last++) {
        g_autoptr(GByteArray) wire = g_byte_array_new();
        g_autofree char *label = g_strnfill(63, 'a');
        g_autofree char *end = g_strnfill(last, 'b');
        g_autofree char *text = g_strdup_printf("%s.%s.%s.%s", label, label, label, end);
        const guint8 zero = 0, size = 63, end_size = (guint8)last;
        Dhcp6Names names = { 0 };

        for (guint i = 0; i < 3; i++) {
            g_byte_array_append(wire, &size, 1);
            g_byte_array_append(wire, (const guint8 *)label, 63);
        }
        g_byte_array_append(wire, &end_size, 1);
        g_byte_array_append(wire, (const guint8 *)end, last);
        g_byte_array_append(wire, &zero, 1);
        dhcp6_names_read(&names, reader_init(wire->data, wire->len));
        g_assert_cmpint(dhcp6_name_is_domain(text), ==, strlen(text) <= 253);
        g_assert_cmpuint(names.n, ==, strlen(text) <= 253 ? 1 : 0);
        if (names.n > 0)
            g_assert_cmpstr(names.names[0], ==, text);
    }
}

static void test_addresses(void)
{
    static const struct {
        const char *address;
        gboolean global;
    } rows[] = {
        { "2001:db8::1", TRUE }, { "fd00::1", TRUE }, { "64:ff9b::a00:1", TRUE },
        { "::", FALSE }, { "::1", FALSE }, { "::10.0.0.1", FALSE }, { "::ffff:10.0.0.1", FALSE },
        { "fe80::1", FALSE }, { "febf::1", FALSE }, { "fec0::1", FALSE }, { "ff02::1", FALSE },
        { "ff0e::1", FALSE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint8 address[16];

        g_test_message("%s", rows[i].address);
        g_assert_cmpint(inet_pton(AF_INET6, rows[i].address, address), ==, 1);
        g_assert_cmpint(dhcp6_address_is_global(address), ==, rows[i].global);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dhcp6/advertised/both", test_both);
    g_test_add_func("/dhcp6/advertised/lifetimes", test_lifetimes);
    g_test_add_func("/dhcp6/advertised/lifetime-ends", test_lifetime_ends);
    g_test_add_func("/dhcp6/advertised/malformed", test_malformed);
    g_test_add_func("/dhcp6/advertised/bounds", test_bounds);
    g_test_add_func("/dhcp6/advertised/names", test_names);
    g_test_add_func("/dhcp6/advertised/long-names", test_long_names);
    g_test_add_func("/dhcp6/advertised/addresses", test_addresses);
    return g_test_run();
}
