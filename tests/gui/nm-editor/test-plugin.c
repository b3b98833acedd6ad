/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of the plug-in that needs no toolkit, loaded as nmcli loads it. */
#include <glib/gstdio.h>
#include <libnm/NetworkManager.h>
#include <libnm/nm-keyfile.h>
#include <string.h>

#define CAUSEWAY "org.freedesktop.NetworkManager.causeway"
#define L2TP "org.freedesktop.NetworkManager.l2tp"

static NMVpnEditorPlugin *plugin;
static char *folder;

static char *write_file(const char *name, const char *content)
{
    char *path = g_build_filename(folder, name, NULL);

    g_assert_true(g_file_set_contents(path, content, -1, NULL));
    return path;
}

static NMConnection *import(const char *name, const char *content)
{
    g_autofree char *path = write_file(name, content);
    g_autoptr(GError) error = NULL;
    NMConnection *connection = nm_vpn_editor_plugin_import(plugin, path, &error);

    g_assert_no_error(error);
    return connection;
}

static void assert_item(NMConnection *connection, const char *key, const char *value)
{
    g_assert_cmpstr(nm_setting_vpn_get_data_item(nm_connection_get_setting_vpn(connection), key),
                    ==, value);
}

static void assert_secret(NMConnection *connection, const char *key, const char *value)
{
    g_assert_cmpstr(nm_setting_vpn_get_secret(nm_connection_get_setting_vpn(connection), key), ==,
                    value);
}

static void test_about(void)
{
    g_autofree char *name = NULL, *description = NULL, *service = NULL;

    g_object_get(plugin, NM_VPN_EDITOR_PLUGIN_NAME, &name, NM_VPN_EDITOR_PLUGIN_DESCRIPTION,
                 &description, NM_VPN_EDITOR_PLUGIN_SERVICE, &service, NULL);
    g_assert_nonnull(strstr(name, "Causeway"));
    g_assert_cmpuint(strlen(description), >, 20);
    g_assert_cmpstr(service, ==, CAUSEWAY);
    g_assert_cmpint(nm_vpn_editor_plugin_get_capabilities(plugin), ==,
                    NM_VPN_EDITOR_PLUGIN_CAPABILITY_IMPORT |
                        NM_VPN_EDITOR_PLUGIN_CAPABILITY_EXPORT |
                        NM_VPN_EDITOR_PLUGIN_CAPABILITY_IPV6);
}

/* Without a toolkit there is no editor, and that is said. */
static void test_no_toolkit(void)
{
    g_autoptr(NMConnection) connection = nm_simple_connection_new();
    g_autoptr(GError) error = NULL;

    g_assert_null(nm_vpn_editor_plugin_get_editor(plugin, connection, &error));
    g_assert_error(error, NM_VPN_PLUGIN_ERROR, NM_VPN_PLUGIN_ERROR_FAILED);
}

static const char native[] =
    "[connection]\nid=Büro \"1\"\nuuid=0e0f8a3e-6d2c-4b0f-9a5e-0123456789ab\ntype=vpn\n"
    "permissions=user:somebody:;\ntimestamp=1700000000\n"
    "[vpn]\nservice-type=org.freedesktop.NetworkManager.l2tp\ngateway=gw.example.org\nuser=bob\n"
    "ipsec-enabled=yes\nipsec-gateway-id=older\nunknown-key=a;b\\\\c\nmrru=1600\n"
    "password-flags=1\nipsec-psk-flags=0\n"
    "[vpn-secrets]\nipsec-psk=\\s k\\\\e y;#\n"
    "[ipv4]\nmethod=auto\nnever-default=true\nroute1=10.0.0.0/8,0.0.0.0,50\ndns=192.0.2.1;\n"
    "[ipv6]\nmethod=ignore\n";

/* NetworkManager-l2tp's own file, in and out and in again, loses nothing. */
static void test_native(void)
{
    g_autoptr(NMConnection) first = import("l2tp.nmconnection", native);
    g_autofree char *path = g_build_filename(folder, "out.nmconnection", NULL);
    g_autoptr(GError) error = NULL;
    GStatBuf status;

    assert_item(first, "ipsec-gateway-id", "older");
    assert_item(first, "unknown-key", "a;b\\c");
    assert_secret(first, "ipsec-psk", "  k\\e y;#");
    g_assert_cmpstr(nm_connection_get_id(first), ==, "Büro \"1\"");
    g_assert_cmpstr(nm_setting_vpn_get_service_type(nm_connection_get_setting_vpn(first)), ==,
                    L2TP);
    /* A copy: its identifier may be in use here, and its user somebody else's. */
    g_assert_cmpstr(nm_connection_get_uuid(first), !=, "0e0f8a3e-6d2c-4b0f-9a5e-0123456789ab");
    g_assert_true(g_uuid_string_is_valid(nm_connection_get_uuid(first)));
    NMSettingConnection *about = nm_connection_get_setting_connection(first);
    g_assert_cmpuint(nm_setting_connection_get_num_permissions(about), ==, 0);

    nm_vpn_editor_plugin_export(plugin, path, first, &error);
    g_assert_no_error(error);
    g_assert_cmpint(g_stat(path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0600);
    g_autoptr(NMConnection) second = nm_vpn_editor_plugin_import(plugin, path, &error);
    g_assert_no_error(error);
    g_object_set(nm_connection_get_setting_connection(second), NM_SETTING_CONNECTION_UUID,
                 nm_connection_get_uuid(first), NULL);
    g_assert_true(nm_connection_compare(first, second, NM_SETTING_COMPARE_FLAG_EXACT));
}

/* A secret of the user's keyring is in the file too when the connection holds it. */
static void test_native_secrets(void)
{
    g_autoptr(NMConnection) first = import("l2tp.nmconnection", native);
    g_autofree char *path = g_build_filename(folder, "secrets.nmconnection", NULL);
    g_autoptr(GError) error = NULL;

    nm_setting_vpn_add_secret(nm_connection_get_setting_vpn(first), "password", "g\"h ;\\ ä");
    nm_vpn_editor_plugin_export(plugin, path, first, &error);
    g_assert_no_error(error);
    g_autoptr(NMConnection) second = nm_vpn_editor_plugin_import(plugin, path, &error);
    g_assert_no_error(error);
    assert_secret(second, "password", "g\"h ;\\ ä");
    assert_secret(second, "ipsec-psk", "  k\\e y;#");
}

/* A profile of Causeway's own: what NetworkManager has places for stands there. */
static void test_profile(void)
{
    g_autoptr(NMConnection) connection = import(
        "mine.conf", "[connection]\nname=Mine\ngateway=192.0.2.5\n[ipsec]\nremote-id=@gw\n"
                     "[l2tp]\nhello=30\n[ppp]\nuser=al ice\nmtu=1400\n"
                     "[ipv4]\nroutes=10.0.0.0/8, 172.16.0.0/12\ndefault-route=no\n"
                     "[dns]\nservers=192.0.2.53\nsearch=corp.example\n");
    NMSettingIPConfig *ipv4 = nm_connection_get_setting_ip4_config(connection);
    g_autoptr(GError) error = NULL;

    nm_connection_verify(connection, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(nm_connection_get_id(connection), ==, "Mine");
    g_assert_cmpstr(nm_setting_vpn_get_service_type(nm_connection_get_setting_vpn(connection)), ==,
                    CAUSEWAY);
    assert_item(connection, "gateway", "192.0.2.5");
    assert_item(connection, "user", "al ice");
    assert_item(connection, "ipsec-enabled", "yes");
    assert_item(connection, "ipsec-remote-id", "@gw");
    assert_item(connection, "mtu", "1400");
    assert_item(connection, "causeway-l2tp-hello", "30");
    assert_item(connection, "password-flags", "1");
    g_assert_true(nm_setting_ip_config_get_never_default(ipv4));
    g_assert_cmpuint(nm_setting_ip_config_get_num_routes(ipv4), ==, 2);
    g_assert_cmpstr(nm_ip_route_get_dest(nm_setting_ip_config_get_route(ipv4, 1)), ==,
                    "172.16.0.0");
    g_assert_cmpuint(nm_ip_route_get_prefix(nm_setting_ip_config_get_route(ipv4, 1)), ==, 12);
    g_assert_cmpstr(nm_setting_ip_config_get_dns(ipv4, 0), ==, "192.0.2.53");
    g_assert_cmpstr(nm_setting_ip_config_get_dns_search(ipv4, 0), ==, "corp.example");
}

#define PLIST "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>PayloadContent</key><array>"
#define PLIST_END \
    "</array><key>PayloadType</key><string>Configuration</string></dict></plist>"
#define APPLE_VPN \
    "<dict><key>PayloadType</key><string>com.apple.vpn.managed</string>" \
    "<key>UserDefinedName</key><string>Work</string><key>VPNType</key><string>L2TP</string>" \
    "<key>PPP</key><dict><key>CommRemoteAddress</key><string>vpn.work.example</string>" \
    "<key>AuthName</key><string>eve</string></dict><key>IPSec</key><dict>"

static void test_apple(void)
{
    g_autoptr(NMConnection) connection = import(
        "work.mobileconfig",
        PLIST APPLE_VPN "<key>AuthenticationMethod</key><string>SharedSecret</string>"
                        "<key>SharedSecret</key><data>c2VzYW1l</data></dict></dict>" PLIST_END);

    g_assert_cmpstr(nm_connection_get_id(connection), ==, "Work");
    assert_item(connection, "gateway", "vpn.work.example");
    assert_item(connection, "user", "eve");
    assert_secret(connection, "ipsec-psk", "sesame");
    /* It was in the file, so it need not be asked for. */
    assert_item(connection, "ipsec-psk-flags", NULL);
    assert_item(connection, "password-flags", "1");
}

/* The certificate inside an Apple profile is put where NetworkManager's plug-ins keep theirs. */
static void test_apple_certificate(void)
{
    g_autoptr(NMConnection) connection = import(
        "work.mobileconfig",
        PLIST APPLE_VPN
        "<key>AuthenticationMethod</key><string>Certificate</string>"
        "<key>PayloadCertificateUUID</key><string>0E0F8A3E-6D2C-4B0F-9A5E-0123456789AB</string>"
        "</dict></dict>"
        "<dict><key>PayloadType</key><string>com.apple.security.pkcs12</string>"
        "<key>PayloadUUID</key><string>0E0F8A3E-6D2C-4B0F-9A5E-0123456789AB</string>"
        "<key>Password</key><string>open sesame</string>"
        "<key>PayloadContent</key><data>bm90IHJlYWxseSBvbmU=</data></dict>" PLIST_END);
    const char *path = nm_setting_vpn_get_data_item(nm_connection_get_setting_vpn(connection),
                                                    "machine-cert");
    g_autofree char *content = NULL;
    GStatBuf status;

    g_assert_nonnull(path);
    g_assert_true(g_str_has_prefix(path, folder));
    g_assert_nonnull(strstr(path, "/networkmanagement/certificates/"));
    g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, "not really one");
    g_assert_cmpint(g_stat(path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0600);
    assert_item(connection, "machine-auth-type", "tls");
    assert_secret(connection, "machine-certpass", "open sesame");
}

static void test_profile_out(void)
{
    g_autoptr(NMConnection) connection = import("l2tp.nmconnection", native);
    g_autofree char *path = g_build_filename(folder, "out.conf", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;

    nm_vpn_editor_plugin_export(plugin, path, connection, &error);
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "gateway=gw.example.org\n"));
    g_assert_nonnull(strstr(text, "remote-id=older\n"));
    g_assert_nonnull(strstr(text, "routes=10.0.0.0/8\n"));
    g_autoptr(NMConnection) back = nm_vpn_editor_plugin_import(plugin, path, &error);
    g_assert_no_error(error);
    assert_item(back, "ipsec-remote-id", "older");
}

/* For an iPhone and for Windows; read again by the importers, which others' files test. */
static void test_others_out(void)
{
    static const char *const names[] = {"out.mobileconfig", "out.ps1"};
    static const char *const beginnings[] = {"<?xml", "Add-VpnConnection"};
    g_autoptr(NMConnection) connection = import("l2tp.nmconnection", native);

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        g_autofree char *text = NULL;
        g_autoptr(GError) error = NULL;
        nm_vpn_editor_plugin_export(plugin, path, connection, &error);
        g_assert_no_error(error);
        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_assert_nonnull(strstr(text, beginnings[i]));
        g_autoptr(NMConnection) back = nm_vpn_editor_plugin_import(plugin, path, &error);
        g_assert_no_error(error);
        assert_item(back, "gateway", "gw.example.org");
        assert_secret(back, "ipsec-psk", "  k\\e y;#");
    }
}

static void test_bad(void)
{
    static const char *const bad[] = {
        "", "just words\n", "[connection]\ntype=wifi\n[wifi]\nssid=x\n",
        "[vpn]\nservice-type=org.freedesktop.NetworkManager.openvpn\n"};
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *path = write_file("bad", bad[i]);
        g_assert_null(nm_vpn_editor_plugin_import(plugin, path, &error));
        g_assert_error(error, NM_VPN_PLUGIN_ERROR, NM_VPN_PLUGIN_ERROR_FAILED);
        g_test_message("%s", error->message);
        g_clear_error(&error);
    }
    g_assert_null(nm_vpn_editor_plugin_import(plugin, "/dev/zero", &error));
    g_assert_error(error, NM_VPN_PLUGIN_ERROR, NM_VPN_PLUGIN_ERROR_FAILED);
    g_clear_error(&error);
    g_assert_null(nm_vpn_editor_plugin_import(plugin, "/nowhere/at all", &error));
    g_assert_error(error, NM_VPN_PLUGIN_ERROR, NM_VPN_PLUGIN_ERROR_FAILED);
    g_clear_error(&error);
    g_autoptr(NMConnection) connection = import("l2tp.nmconnection", native);
    g_assert_false(nm_vpn_editor_plugin_export(plugin, "/nowhere/at all", connection, &error));
    g_assert_error(error, NM_VPN_PLUGIN_ERROR, NM_VPN_PLUGIN_ERROR_FAILED);
}

static void test_file_name(void)
{
    g_autoptr(NMConnection) connection = import("l2tp.nmconnection", native);
    g_object_set(nm_connection_get_setting_connection(connection), NM_SETTING_CONNECTION_ID,
                 "a/b ../c", NULL);
    g_autofree char *name = nm_vpn_editor_plugin_get_suggested_filename(plugin, connection);

    g_assert_cmpstr(name, ==, "a_b .._c.nmconnection");
}

/* A library that shows more than its factory would meddle with other plug-ins in the program. */
static void test_symbols(void)
{
    static const struct {
        const char *soname, *symbol;
    } libraries[] = {
        {"libnm-vpn-plugin-causeway.so", "nm_vpn_editor_plugin_factory"},
        {"libnm-vpn-plugin-causeway-editor.so", "causeway_vpn_editor_new"},
        {"libnm-gtk4-vpn-plugin-causeway-editor.so", "causeway_vpn_editor_new"},
    };
    g_autofree char *place = g_path_get_dirname(g_getenv("NM_PLUGIN"));

    for (guint i = 0; i < G_N_ELEMENTS(libraries); i++) {
        g_autofree char *path = g_build_filename(place, libraries[i].soname, NULL);
        const char *nm[] = {"nm", "-D", "--defined-only", "--format=posix", path, NULL};
        const char *needed[] = {"readelf", "-d", path, NULL};
        g_autofree char *symbols = NULL, *libraries_needed = NULL;
        g_assert_true(g_spawn_sync(NULL, (char **)nm, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                                   &symbols, NULL, NULL, NULL));
        g_auto(GStrv) lines = g_strsplit(g_strstrip(symbols), "\n", -1);
        g_assert_cmpuint(g_strv_length(lines), ==, 1);
        g_assert_true(g_str_has_prefix(lines[0], libraries[i].symbol));
        g_assert_true(g_spawn_sync(NULL, (char **)needed, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                                   &libraries_needed, NULL, NULL, NULL));
        g_assert_nonnull(strstr(libraries_needed, "libnm.so"));
        g_assert_true(strstr(libraries_needed, "libgtk-3") != NULL || i != 1);
        g_assert_true(strstr(libraries_needed, "libgtk-4") != NULL || i != 2);
        g_assert_true(strstr(libraries_needed, "libgtk") == NULL || i != 0);
    }
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("nm-plugin-XXXXXX", NULL);
    g_setenv("XDG_DATA_HOME", folder, TRUE);
    plugin = nm_vpn_editor_plugin_load_from_file(g_getenv("NM_PLUGIN"), CAUSEWAY, -1, NULL, NULL,
                                                 &error);
    g_assert_no_error(error);
    g_test_add_func("/nm-plugin/about", test_about);
    g_test_add_func("/nm-plugin/no-toolkit", test_no_toolkit);
    g_test_add_func("/nm-plugin/native", test_native);
    g_test_add_func("/nm-plugin/native-secrets", test_native_secrets);
    g_test_add_func("/nm-plugin/profile", test_profile);
    g_test_add_func("/nm-plugin/profile-out", test_profile_out);
    g_test_add_func("/nm-plugin/others-out", test_others_out);
    g_test_add_func("/nm-plugin/apple", test_apple);
    g_test_add_func("/nm-plugin/apple-certificate", test_apple_certificate);
    g_test_add_func("/nm-plugin/bad", test_bad);
    g_test_add_func("/nm-plugin/file-name", test_file_name);
    g_test_add_func("/nm-plugin/symbols", test_symbols);
    int status = g_test_run();
    const char *remove[] = {"rm", "-r", folder, NULL};
    g_spawn_sync(NULL, (char **)remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
    return status;
}
