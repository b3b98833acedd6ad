/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which gateway a certificate's identity stands for. */
#include "ipsec/identity.h"

static const struct {
    const char *identity, *gateway;
    gboolean same;
} rows[] = {
    /* what it calls itself */
    { "vpn.example.com", "vpn.example.com", TRUE },
    { "VPN.Example.com", "vpn.example.com.", TRUE },
    { "vpn.example.com", "vpn.example.org", FALSE },
    { "192.0.2.1", "192.0.2.1", TRUE },
    { "192.0.2.10", "192.0.2.1", FALSE },
    { "2001:db8::1", "2001:0db8:0::1", TRUE },
    { "admin@vpn.example.com", "vpn.example.com", FALSE },
    { "*.example.com", "vpn.example.com", FALSE },
    { "", "vpn.example.com", FALSE },
    { NULL, "vpn.example.com", FALSE },
    { "xn--bro-hoa.example", "büro.example", TRUE },
    /* what its subject says */
    { "O=Lab, CN=gw.lab", "gw.lab", TRUE },
    { "CN=gw.lab", "gw.lab", TRUE },
    { "C=DE, O=Lab, CN=GW.LAB, E=a@b.c", "gw.lab", TRUE },
    { "O=Lab, CN=192.0.2.1", "192.0.2.1", TRUE },
    { "O=Lab, CN=gw.lab", "192.0.2.1", FALSE },
    { "O=Lab, CN=gw.lab.evil.org", "gw.lab", FALSE },
    { "O=Lab, CN=client", "gw.lab", FALSE },
    { "O=gw.lab, OU=gw.lab", "gw.lab", FALSE },
    { "O=Lab, CN=", "gw.lab", FALSE },
    { "O=Lab, CN=*.example.com", "vpn.example.com", TRUE },
    { "O=Lab, CN=*.example.com", "a.vpn.example.com", FALSE },
    { "O=Lab, CN=*.example.com", "example.com", FALSE },
    { "O=Lab, CN=*.com", "example.com", FALSE },
    { "O=Lab, CN=*", "gw.lab", FALSE },
    /* a comma in another value makes a second one */
    { "O=Lab, CN=gw.lab, CN=evil", "gw.lab", FALSE },
    { "O=Lab, XCN=gw.lab", "gw.lab", FALSE },
};

static void test_rows(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s, %s", rows[i].identity, rows[i].gateway);
        g_assert_cmpint(identity_is_of(rows[i].identity, rows[i].gateway), ==, rows[i].same);
    }
    g_assert_false(identity_is_of("gw.lab", NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/rows", test_rows);
    return g_test_run();
}
