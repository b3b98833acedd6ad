/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "client/store_service.h"
#include "report.h"

static void free_line(gpointer line)
{
    vpn_log_line_free(line);
}

static void test_redacted(void)
{
    g_autoptr(VpnStore) store = vpn_store_service_new();
    g_autoptr(VpnItem) item = vpn_item_new(store, "11111111-2222-4333-8444-555555555555");
    g_autoptr(Profile) profile = profile_new();
    g_autoptr(Secret) secret = secret_new("sesame", 6);
    g_autoptr(GPtrArray) log = g_ptr_array_new_with_free_func(free_line);
    VpnLogLine names = {500000, 6, g_strdup("search domains corp.acme.example and ber.example")};
    VpnLogLine line = {1000000, 6, g_strdup("anna.b at vpn.example.com (192.0.2.7) said no")};

    VpnLogLine older = {0, 6, g_strdup("from 198.51.100.9[500], 2001:db8::1 and 192.168.7.10: 10:20:30 "
                                       "fe80::1 in 5.9.8, 198.51.100.9:500 and 2001:db8::2: again")};

    g_ptr_array_add(log, g_memdup2(&older, sizeof older));
    g_ptr_array_add(log, g_memdup2(&names, sizeof names));
    g_ptr_array_add(log, g_memdup2(&line, sizeof line));
    g_assert_true(profile_set_text(profile, FIELD_CONNECTION_NAME, "Acme office", NULL));
    g_assert_true(profile_set_text(profile, FIELD_CONNECTION_GATEWAY, "vpn.example.com", NULL));
    g_assert_true(profile_set_text(profile, FIELD_PPP_USER, "anna.b", NULL));
    g_assert_true(profile_set_text(profile, FIELD_PPP_MTU, "1300", NULL));
    g_assert_true(profile_set_text(profile, FIELD_DNS_SEARCH, "corp.acme.example, ber.example",
                                   NULL));
    g_assert_true(profile_set_secret(profile, FIELD_PPP_PASSWORD, secret, NULL));
    vpn_item_set_profile(item, "Acme office", "vpn.example.com", "anna");
    vpn_item_edit_status(item)->state = VPN_FAILED;
    vpn_item_edit_status(item)->failure_code = g_strdup("psk-wrong");
    vpn_item_edit_status(item)->gateway = g_strdup("192.0.2.7");
    g_autofree char *report = report_make(item, profile, log);
    static const char *const private[] = {"anna", "vpn.example.com", "192.0.2.7", "Acme", "sesame",
                                          "11111111-2222", "198.51.100.9", "2001:db8",
                                          "acme", "ber.example"};
    for (gsize i = 0; i < G_N_ELEMENTS(private); i++)
        g_assert_null(strstr(report, private[i]));
    g_assert_nonnull(strstr(report, "failure: psk-wrong\n"));
    g_assert_nonnull(strstr(report, "ppp.mtu: 1300\n"));
    g_assert_nonnull(strstr(report, "and 192.168.7.10: 10:20:30 fe80::1 in 5.9.8, ADDRESS-"));
    g_assert_nonnull(strstr(report, "00:00:01.000 USER at GATEWAY (GATEWAY-ADDRESS) said no\n"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gui/report/redacted", test_redacted);
    return g_test_run();
}
