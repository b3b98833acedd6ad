/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Editing a connection of NetworkManager: what was edited changes, and nothing else does.  The
 * connections are read and written as NetworkManager itself writes them to its files. */
#include <string.h>

#include "client/store_nm_merge.h"
#include "connection.h"
#include "profile/nm_settings.h"

/* Everything that NetworkManager can keep and the field table cannot say, and older spellings. */
static const char full[] =
    "[connection]\nid=office\nuuid=2d1c3e58-0a4b-4c1f-9b57-8a3f0d6f1e22\ntype=vpn\n"
    "autoconnect=true\nautoconnect-priority=7\npermissions=user:anna:;user:ben:;\n"
    "secondaries=5f2a0e3c-7d11-4a6b-9d55-0d6f5e1b2c33;\nzone=work\nmetered=1\n\n"
    "[vpn]\ngateway=vpn.example.com\nipsec-enabled=yes\nipsec-gateway-id=@fw\n"
    "ipsec-ike=aes256-sha1-modp1024!\nipsec-psk-flags=1\nmru=1400\npassword-flags=2\n"
    "somebody-elses=thing\nuser=anna\npersistent=true\ntimeout=90\n"
    "service-type=org.freedesktop.NetworkManager.l2tp\n\n"
    "[ipv4]\naddress1=10.9.9.9/24\ndns=10.0.0.53;10.0.0.54;\ndns-priority=-50\n"
    "dns-search=corp.example;\nmethod=manual\nnever-default=true\n"
    "route1=10.0.0.0/8,10.1.1.1,50\nroute1_options=mtu=1300,table=77\n"
    "route2=172.16.0.0/12\nroute-metric=300\n\n"
    "[ipv6]\naddr-gen-mode=stable-privacy\ndns-search=six.example;\nip6-privacy=2\n"
    "method=auto\nroute1=2001:db8::/32,fe80::1\n\n[proxy]\nmethod=1\npac-url=http://pac.example/\n\n"
    "[user]\nuser.note=kept\n";

static NMConnection *read_keyfile(const char *text)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;

    g_key_file_load_from_data(file, text, strlen(text), G_KEY_FILE_NONE, &error);
    g_assert_no_error(error);
    NMConnection *connection = nm_keyfile_read(file, "/", NM_KEYFILE_HANDLER_FLAGS_NONE, NULL, NULL,
                                               &error);
    g_assert_no_error(error);
    return connection;
}

static char **write_lines(NMConnection *connection)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(nm_connection_verify(connection, &error));
    g_assert_no_error(error);
    g_autoptr(GKeyFile) file = nm_keyfile_write(connection, NM_KEYFILE_HANDLER_FLAGS_NONE, NULL,
                                                NULL, &error);
    g_assert_no_error(error);
    g_autofree char *text = g_key_file_to_data(file, NULL, NULL);
    return g_strsplit(text, "\n", -1);
}

static void list_missing(GString *all, const char *sign, char **from, char **in)
{
    for (char **line = from; *line; line++) {
        if (!g_strv_contains((const char *const *)in, *line))
            g_string_append_printf(all, "%s%s\n", sign, *line);
    }
}

/* FIELD=TEXT of `edits`, NULL-terminated; gives the lines that went and those that came. */
static char *edit(const char *text, const char *const *edits)
{
    g_autoptr(NMConnection) connection = read_keyfile(text);
    g_auto(GStrv) before = write_lines(connection);
    g_autoptr(NmSettings) settings = connection_read(connection);
    g_auto(NmReport) report = {NULL};
    g_autoptr(GError) error = NULL;

    nm_report_init(&report);
    g_autoptr(Profile) profile = profile_from_nm(settings, &report);
    for (; *edits; edits += 2) {
        profile_set_named(profile, edits[0], edits[1], &error);
        g_assert_no_error(error);
    }
    store_nm_merge(connection, profile);
    g_auto(GStrv) after = write_lines(connection);
    GString *difference = g_string_new(NULL);
    list_missing(difference, "-", before, after);
    list_missing(difference, "+", after, before);
    return g_string_free(difference, FALSE);
}

static void check(const char *text, const char *const *edits, const char *wanted)
{
    g_autofree char *difference = edit(text, edits);

    g_assert_cmpstr(difference, ==, wanted);
}

#define EDITS(...) (const char *const[]){__VA_ARGS__, NULL}

static void test_nothing(void)
{
    check(full, (const char *const[]){NULL}, "");
    check(full, EDITS("ppp.mru", "1400"), "");
}

static void test_data(void)
{
    check(full, EDITS("ppp.mru", "1300"), "-mru=1400\n+mru=1300\n");
    check(full, EDITS("ppp.mru", ""), "-mru=1400\n");
    check(full, EDITS("ipsec.remote-id", "@new"),
          "-ipsec-gateway-id=@fw\n+ipsec-remote-id=@new\n");
    check(full, EDITS("connection.name", "home"), "-id=office\n+id=home\n");
    check(full, EDITS("l2tp.dscp", "46"), "+causeway-l2tp-dscp=46\n");
}

/* What a route has beside its destination stays with it. */
static void test_routes(void)
{
    check(full, EDITS("ipv4.routes", "10.0.0.0/8, 172.16.0.0/12, 192.0.2.0/24"),
          "+route3=192.0.2.0/24\n");
    check(full, EDITS("ipv4.routes", "10.0.0.0/8"), "-route2=172.16.0.0/12\n");
    check(full, EDITS("ipv4.routes", "172.16.0.0/12"),
          "-route1=10.0.0.0/8,10.1.1.1,50\n-route1_options=mtu=1300,table=77\n"
          "-route2=172.16.0.0/12\n+route1=172.16.0.0/12\n");
    check(full, EDITS("ipv4.default-route", "yes"), "-never-default=true\n");
}

static void test_names(void)
{
    check(full, EDITS("dns.servers", "10.0.0.54, 10.0.0.53"),
          "-dns=10.0.0.53;10.0.0.54;\n+dns=10.0.0.54;10.0.0.53;\n");
    check(full, EDITS("dns.ignore-peer", "yes"), "+ignore-auto-dns=true\n+ignore-auto-dns=true\n");
}

/* It takes along what NetworkManager refuses to keep there, and gives it back. */
static void test_off(void)
{
    check(full, EDITS("ipv6.method", "disabled"),
          "-dns-search=corp.example;\n-dns-search=six.example;\n-method=auto\n"
          "-route1=2001:db8::/32,fe80::1\n+causeway-ipv6-routes=2001:db8::/32\n"
          "+dns-search=corp.example;six.example;\n+method=disabled\n");
    static const char off[] = "[connection]\nid=x\nuuid=2d1c3e58-0a4b-4c1f-9b57-8a3f0d6f1e22\n"
                              "type=vpn\n[vpn]\ngateway=h\ncauseway-ipv6-routes=2001:db8::/32\n"
                              "service-type=org.freedesktop.NetworkManager.causeway\n"
                              "[ipv4]\nmethod=auto\n[ipv6]\nmethod=disabled\n";
    check(off, EDITS("ipv6.method", "auto"),
          "-causeway-ipv6-routes=2001:db8::/32\n-method=disabled\n+route1=2001:db8::/32\n");
}

/* Three keys that one file may stand for. */
static void test_container(void)
{
    static const char text[] =
        "[connection]\nid=x\nuuid=2d1c3e58-0a4b-4c1f-9b57-8a3f0d6f1e22\ntype=vpn\n[vpn]\n"
        "gateway=h\nipsec-enabled=yes\nmachine-auth-type=tls\nmachine-ca=/a.p12\n"
        "machine-cert=/a.p12\nmachine-key=/a.p12\nipsec-remote-id=@fw\n"
        "service-type=org.freedesktop.NetworkManager.l2tp\n[ipv4]\nmethod=auto\n"
        "[ipv6]\nmethod=auto\n";

    check(text, EDITS("ppp.mru", "1300"), "+mru=1300\n");
    check(text, EDITS("ipsec.certificate", "/b.pem", "ipsec.key", "/b.key"),
          "-machine-ca=/a.p12\n-machine-cert=/a.p12\n-machine-key=/a.p12\n"
          "+machine-cert=/b.pem\n+machine-key=/b.key\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/merge/nothing", test_nothing);
    g_test_add_func("/merge/data", test_data);
    g_test_add_func("/merge/routes", test_routes);
    g_test_add_func("/merge/names", test_names);
    g_test_add_func("/merge/off", test_off);
    g_test_add_func("/merge/container", test_container);
    return g_test_run();
}
