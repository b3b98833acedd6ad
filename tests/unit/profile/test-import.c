/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections of NetworkManager-l2tp, as its editors write them. */
#include <string.h>

#include "profile/import.h"

static const char nm[] =
    "[connection]\nid=Firma\nuuid=2d1c3e58-0a4b-4c1f-9b57-8a3f0d6f1e22\ntype=vpn\n"
    "permissions=user:anna:;\n\n"
    "[vpn]\ngateway=vpn.example.com\nipsec-enabled=yes\nipsec-gateway-id=@fw\n"
    "ipsec-ike=aes256-sha1-modp1024!\nipsec-psk-flags=0\nlcp-echo-failure=5\n"
    "lcp-echo-interval=30\nmachine-auth-type=psk\nmtu=1400\nnoaccomp=yes\npassword-flags=1\n"
    "require-mppe=yes\nrefuse-mschap=no\nuser=anna\nsomething-new=1\n"
    "service-type=org.freedesktop.NetworkManager.l2tp\n\n"
    "[vpn-secrets]\nipsec-psk=0sZ2VoZWlt\npassword=pass word\n\n"
    "[ipv4]\ndns=10.0.0.53;\ndns-search=corp.example;\nmethod=auto\nnever-default=true\n"
    "route1=10.0.0.0/8\nroute2=172.16.0.0/12,0.0.0.0,50\nroute2_options=x\n\n"
    "[ipv6]\nmethod=disabled\n";

static gboolean warned(GPtrArray *warnings, const char *text)
{
    for (guint i = 0; i < warnings->len; i++) {
        if (strstr(g_ptr_array_index(warnings, i), text))
            return TRUE;
    }
    return FALSE;
}

static void test_nm(void)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(Profile) profile = profile_import(nm, strlen(nm), "stem", warnings, &error);
    const Secret *psk, *password;

    g_assert_no_error(error);
    g_assert_cmpstr(profile_get_string(profile, FIELD_CONNECTION_NAME), ==, "Firma");
    g_assert_cmpstr(profile_get_string(profile, FIELD_CONNECTION_UUID), ==,
                    "2d1c3e58-0a4b-4c1f-9b57-8a3f0d6f1e22");
    g_assert_cmpstr(profile_get_string(profile, FIELD_IPSEC_REMOTE_ID), ==, "@fw");
    g_assert_cmpstr(profile_get_strings(profile, FIELD_IPSEC_IKE)[0], ==, "aes256-sha1-modp1024");
    g_assert_cmpuint(profile_get_uint(profile, FIELD_PPP_MTU), ==, 1400);
    g_assert_cmpuint(profile_get_uint(profile, FIELD_PPP_ECHO_INTERVAL), ==, 30);
    g_assert_false(profile_get_boolean(profile, FIELD_PPP_ACFC));
    g_assert_true(profile_get_boolean(profile, FIELD_PPP_PFC));
    g_assert_false(profile_get_boolean(profile, FIELD_PPP_REFUSE_MSCHAP));
    g_assert_false(profile_get_boolean(profile, FIELD_PPP_REQUIRE_MPPE));
    g_assert_false(profile_get_boolean(profile, FIELD_IPV4_DEFAULT_ROUTE));
    g_assert_cmpstr(profile_get_strings(profile, FIELD_IPV4_ROUTES)[1], ==, "172.16.0.0/12");
    g_assert_cmpuint(g_strv_length((char **)profile_get_strings(profile, FIELD_IPV4_ROUTES)), ==,
                     2);
    g_assert_cmpstr(profile_get_strings(profile, FIELD_DNS_SERVERS)[0], ==, "10.0.0.53");
    g_assert_cmpstr(profile_get_strings(profile, FIELD_DNS_SEARCH)[0], ==, "corp.example");
    g_assert_cmpstr(profile_get_string(profile, FIELD_IPV6_METHOD), ==, "disabled");
    psk = profile_get_secret(profile, FIELD_IPSEC_PSK);
    g_assert_cmpmem(secret_data(psk), secret_length(psk), "geheim", 6);
    password = profile_get_secret(profile, FIELD_PPP_PASSWORD);
    g_assert_cmpmem(secret_data(password), secret_length(password), "pass word", 9);
    g_assert_true(profile_validate(profile, &error));
    g_assert_true(warned(warnings, "something-new"));
    g_assert_true(warned(warnings, "require-mppe"));
    /* A route's next hop, its cost and its options are nothing that a profile has. */
    g_assert_true(warned(warnings, "ipv4.route2, ipv4.route2_options"));
    g_assert_cmpuint(warnings->len, ==, 3);
}

/* What NetworkManager keeps beside the VPN is not left out silently, but for its defaults. */
static void test_nm_left_out(void)
{
    const char *text = "[connection]\nid=x\ntype=vpn\nautoconnect=true\nzone=work\n"
                       "secondaries=2d1c3e58-0a4b-4c1f-9b57-8a3f0d6f1e22\ntimestamp=7\n"
                       "[vpn]\ngateway=h\npersistent=true\n"
                       "service-type=org.freedesktop.NetworkManager.l2tp\n"
                       "[ipv4]\nmethod=auto\ndns-priority=0\nmay-fail=false\nroute-metric=50\n"
                       "[ipv6]\nmethod=auto\naddr-gen-mode=default\n[proxy]\nmethod=1\n";
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Profile) profile = profile_import(text, strlen(text), "x", warnings, NULL);

    g_assert_nonnull(profile);
    g_assert_true(warned(warnings, ": connection.autoconnect, connection.zone, "
                                   "connection.secondaries, ipv4.route-metric, proxy.method"));
    g_assert_cmpuint(warnings->len, ==, 1);
}

/* Words of NetworkManager's for name servers and domains: what of them a profile has is taken. */
static void test_nm_names(void)
{
    const char *text = "[connection]\nid=x\ntype=vpn\n[vpn]\ngateway=h\n"
                       "service-type=org.freedesktop.NetworkManager.l2tp\n"
                       "[ipv4]\nmethod=auto\ndns=10.0.0.53#dns.example;10.0.0.54;\n"
                       "dns-search=~corp.example;lab.example;~.;\n";
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Profile) profile = profile_import(text, strlen(text), "x", warnings, NULL);
    g_autofree char *servers = profile_get_text(profile, FIELD_DNS_SERVERS);
    g_autofree char *domains = profile_get_text(profile, FIELD_DNS_SEARCH);

    g_assert_cmpstr(servers, ==, "10.0.0.53, 10.0.0.54");
    g_assert_cmpstr(domains, ==, "corp.example, lab.example");
    g_assert_cmpuint(warnings->len, ==, 0);
}

/* A file's name that is cut off still says what is in it, and is its own. */
static void test_file_names(void)
{
    g_autofree char *long_name = g_strnfill(300, 'n');
    g_autofree char *text = g_strdup_printf(
        "<plist><dict><key>PayloadContent</key><array><dict>"
        "<key>PayloadType</key><string>com.apple.vpn.managed</string>"
        "<key>VPNType</key><string>L2TP</string><key>PPP</key><dict>"
        "<key>CommRemoteAddress</key><string>h</string></dict><key>IPSec</key><dict>"
        "<key>AuthenticationMethod</key><string>Certificate</string>"
        "<key>PayloadCertificateUUID</key><string>u</string></dict></dict>"
        "<dict><key>PayloadUUID</key><string>u</string>"
        "<key>PayloadCertificateFileName</key><string>../%s/%s.p12</string>"
        "<key>PayloadContent</key><data>AAAA</data></dict>"
        "<dict><key>PayloadType</key><string>com.apple.security.root</string>"
        "<key>PayloadCertificateFileName</key><string>%s.p12</string>"
        "<key>PayloadContent</key><data>BBBB</data></dict></array></dict></plist>",
        long_name, long_name, long_name);
    g_autoptr(GError) error = NULL;
    g_autoptr(ImportResult) result = profile_import_text(text, strlen(text), &error);

    g_assert_no_error(error);
    const Imported *imported = g_ptr_array_index(result->profiles, 0);
    const ImportedFile *file = g_ptr_array_index(imported->files, 0);
    g_assert_cmpuint(strlen(file->name), ==, 100);
    g_assert_true(g_str_has_prefix(file->name, "nnn"));
    g_assert_true(g_str_has_suffix(file->name, "n.p12"));
    /* Two of one name would be one file. */
    const ImportedFile *second = g_ptr_array_index(imported->files, 1);
    g_autofree char *expected = g_strconcat("2-", file->name, NULL);
    g_assert_cmpstr(second->name, ==, expected);
}

/* There, IPsec is off unless it is asked for. */
static void test_nm_default(void)
{
    const char *text = "[connection]\nid=x\ntype=vpn\n[vpn]\ngateway=h\n"
                       "service-type=org.freedesktop.NetworkManager.l2tp\n";
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Profile) profile = profile_import(text, strlen(text), "x", warnings, NULL);

    g_assert_false(profile_get_boolean(profile, FIELD_IPSEC_ENABLED));
}

/* As NetworkManager-l2tp 1.20.8's "nmcli connection export" writes it: no type, a group ip4, booleans
 * of keyfiles. */
static void test_nm_export(void)
{
    const char *text = "#org.freedesktop.NetworkManager.l2tp\n\n[connection]\nid=Office\n\n"
                       "[vpn]\ngateway=vpn.example.org\nuser=alice\nmtu=1300\nrefuse-pap=true\n"
                       "nopcomp=true\nmachine-auth-type=tls\nmachine-cert=pkcs11:token=a;id=%01\n"
                       "machine-ca=/ca.pem\nipsec-enabled=true\n"
                       "ipsec-ike=aes256-sha1-modp2048\n\n"
                       "[ip4]\nmethod=auto\ndns=192.0.2.1;192.0.2.2;\ndns-search=example.org;\n"
                       "routes=192.0.2.0/24;198.51.100.0/24 via 192.0.2.9 metric 7;\n"
                       "ignore-auto-routes=false\nignore-auto-dns=true\n"
                       "dhcp-send-hostname=true\nnever-default=true\n";
    static const char *const wanted[] = {
        "connection.name", "Office", "connection.gateway", "vpn.example.org", "ppp.user", "alice",
        "ppp.mtu", "1300", "ppp.refuse-pap", "yes", "ppp.pfc", "no", "ipsec.enabled", "yes",
        "ipsec.auth", "certificate", "ipsec.certificate", "pkcs11:token=a;id=%01", "ipsec.ca",
        "/ca.pem", "ipsec.ike", "aes256-sha1-modp2048", "dns.servers", "192.0.2.1, 192.0.2.2",
        "dns.search", "example.org", "dns.ignore-peer", "yes", "ipv4.default-route", "no",
        "ipv4.routes", "192.0.2.0/24, 198.51.100.0/24", NULL};
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Profile) profile = profile_import(text, strlen(text), "x", warnings, NULL);

    g_assert_nonnull(profile);
    for (guint i = 0; wanted[i]; i += 2) {
        g_autofree char *seen = profile_get_text(profile, field_find(wanted[i])->id);
        g_assert_cmpstr(seen, ==, wanted[i + 1]);
    }
    g_assert_true(warned(warnings, "ipv4.route2"));
}

static void test_other_kinds(void)
{
    static const char *const texts[] = {
        "[connection]\nid=x\ntype=vpn\n[vpn]\nservice-type=org.freedesktop.NetworkManager.openvpn\n",
        "[connection]\nid=x\ntype=wifi\n", "\x7f\x45LF", "[", "no keyfile at all"};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GError) error = NULL;
        g_assert_null(profile_import(texts[i], strlen(texts[i]), "x", warnings, &error));
        g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/import/nm", test_nm);
    g_test_add_func("/import/nm-names", test_nm_names);
    g_test_add_func("/import/file-names", test_file_names);
    g_test_add_func("/import/nm-default", test_nm_default);
    g_test_add_func("/import/nm-left-out", test_nm_left_out);
    g_test_add_func("/import/nm-export", test_nm_export);
    g_test_add_func("/import/other-kinds", test_other_kinds);
    return g_test_run();
}
