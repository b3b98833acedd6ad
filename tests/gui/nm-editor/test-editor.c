/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The editor as people use it: connections are opened, fields found by their labels and filled,
 * and what is saved is compared.  Keys and words are NetworkManager-l2tp's, typed from its
 * documentation; those of Causeway's own begin with causeway-. */
#include <libnma/nma-cert-chooser.h>
#include <string.h>

#include "checks.h"

static void test_new(void)
{
    Host *host = host_open(host_connection(CAUSEWAY, NULL));

    /* Nothing was typed, so nothing is marked; and yet it cannot be saved. */
    g_assert_false(host_shows(host, "still empty"));
    assert_refuses(host, "gateway: ", "still empty");
    host_enter(host_find(host, "Gateway"), "  vpn.example.com ");
    g_assert_cmpuint(host->changes, >=, 1);
    assert_refuses(host, "user: ", "User name");
    host_enter(host_find(host, "User name"), "alice");
    assert_saves(host);
    assert_dump(host->connection, "gateway=vpn.example.com\nipsec-enabled=yes\n"
                                  "ipsec-psk-flags=1\npassword-flags=1\nuser=alice");
    host_enter(host_find(host, "Password"), " corre\"ct horse\\ ");
    host_enter(host_find(host, "Shared key"), "Schlüssel; #1");
    assert_saves(host);
    assert_dump(host->connection,
                "gateway=vpn.example.com\nipsec-enabled=yes\nipsec-psk-flags=1\npassword-flags=1\n"
                "user=alice\n!ipsec-psk=Schlüssel; #1\n!password= corre\"ct horse\\ ");
    g_assert_cmpstr(nm_setting_vpn_get_service_type(
                        nm_connection_get_setting_vpn(host->connection)), ==, CAUSEWAY);
    host_close(host);
}

/* A key, what is typed or chosen for it, and what must stand there afterwards. */
static const struct {
    const char *label, *typed, *key, *value;
} rows[] = {
    {"Gateway", "192.0.2.7", "gateway", "192.0.2.7"},
    {"User name", "DOM\\älice o'x", "user", "DOM\\älice o'x"},
    {"Group name", "sales", "ipsec-group-name", "sales"},
    {"Own identity", "@laptop", "causeway-ipsec-local-id", "@laptop"},
    {"Gateway identity", "vpn.internal", "ipsec-remote-id", "vpn.internal"},
    {"Phase 1 algorithms", "aes256-sha1-modp1024, 3des-sha1-modp1024", "ipsec-ike",
     "aes256-sha1-modp1024,3des-sha1-modp1024"},
    {"Phase 2 algorithms", "aes256-sha1", "ipsec-esp", "aes256-sha1"},
    {"Security", "Weak ones too", "causeway-ipsec-security", "legacy"},
    {"Force UDP encapsulation", "yes", "ipsec-forceencaps", "yes"},
    {"Phase 1 lifetime", "3600", "ipsec-ikelifetime", "3600"},
    {"Phase 2 lifetime", "1200", "ipsec-salifetime", "1200"},
    {"Local port", "11701", "causeway-l2tp-local-port", "11701"},
    {"Any local port", "yes", "ephemeral-port", "yes"},
    {"Data path", "Causeway itself", "causeway-l2tp-data-path", "user"},
    {"DSCP", "46", "causeway-l2tp-dscp", "46"},
    {"Hello interval", "30", "causeway-l2tp-hello", "30"},
    {"Number the packets", "yes", "causeway-l2tp-sequencing", "yes"},
    {"Windows domain", "CORP", "domain", "CORP"},
    {"Refuse PAP", "yes", "refuse-pap", "yes"},
    {"Refuse CHAP", "yes", "refuse-chap", "yes"},
    {"Refuse MS-CHAP", "yes", "refuse-mschap", "yes"},
    {"Refuse MS-CHAPv2", "yes", "refuse-mschapv2", "yes"},
    {"MTU", "1400", "mtu", "1400"},
    {"MRU", "1300", "mru", "1300"},
    {"Compress the protocol field", "no", "nopcomp", "yes"},
    {"Compress the address field", "no", "noaccomp", "yes"},
    {"Echo interval", "20", "lcp-echo-interval", "20"},
    {"Echo failures", "7", "lcp-echo-failure", "7"},
};

/* What is typed is saved under the right key, and nothing else changes. */
static void test_typed(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        Host *host = host_open(host_connection(L2TP, BASE, NULL));
        NMConnection *expected = host_connection(L2TP, BASE, NULL);
        GtkWidget *control = host_find(host, rows[i].label);
        g_test_message("%s", rows[i].label);
        g_assert_nonnull(control);
        g_assert_true(host_is_shown(host, control));
        host->changes = 0;
        host_enter(control, rows[i].typed);
        g_assert_cmpuint(host->changes, >, 0);
        assert_saves(host);
        nm_setting_vpn_add_data_item(nm_connection_get_setting_vpn(expected), rows[i].key,
                                     rows[i].value);
        g_autofree char *dump = host_dump(expected);
        assert_dump(host->connection, dump);
        g_object_unref(expected);
        host_close(host);
    }
}

/* What was typed before is shown, stays as it is when something else is changed, and goes when
 * it is taken out. */
static void test_loaded(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        gboolean needed = i < 2;
        Host *host = host_open(host_connection(L2TP, BASE, rows[i].key, rows[i].value, NULL));
        GtkWidget *control = host_find(host, rows[i].label);
        g_autofree char *before = host_dump(host->connection);
        g_test_message("%s", rows[i].label);
        assert_saves(host);
        assert_dump(host->connection, before);
        /* Another value and back again: as if nothing had happened. */
        host_enter(host_find(host, "Gateway"), "other.example.org");
        assert_saves(host);
        host_enter(host_find(host, "Gateway"), i == 0 ? "192.0.2.7" : "gw.example.org");
        assert_saves(host);
        assert_dump(host->connection, before);
        if (GTK_IS_ENTRY(control) && !needed) {
            NMConnection *base = host_connection(L2TP, BASE, NULL);
            g_autofree char *without = host_dump(base);
            g_assert_cmpuint(strlen(host_text(control)), >, 0);
            host_enter(control, "");
            assert_saves(host);
            assert_dump(host->connection, without);
            g_object_unref(base);
        }
        host_close(host);
    }
}

static void test_secrets(void)
{
    static const struct {
        const char *label, *key;
    } secrets[] = {
        {"Password", "password"},
        {"Shared key", "ipsec-psk"},
        {"Tunnel secret", "causeway-l2tp-secret"},
        {"Key passphrase", "machine-certpass"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(secrets); i++) {
        Host *host = host_open(host_connection(CAUSEWAY, BASE, NULL));
        NMSettingSecretFlags flags = NM_SETTING_SECRET_FLAG_NONE;
        g_test_message("%s", secrets[i].label);
        host_enter(host_find(host, secrets[i].label), "p\"ä ss");
        assert_saves(host);
        NMSettingVpn *vpn = nm_connection_get_setting_vpn(host->connection);
        g_assert_cmpstr(nm_setting_vpn_get_secret(vpn, secrets[i].key), ==, "p\"ä ss");
        g_assert_true(nm_setting_get_secret_flags(NM_SETTING(vpn), secrets[i].key, &flags, NULL));
        g_assert_cmpint(flags, ==, NM_SETTING_SECRET_FLAG_AGENT_OWNED);
        /* Not among the data, where everybody could read it. */
        g_assert_null(nm_setting_vpn_get_data_item(vpn, secrets[i].key));
        host_enter(host_find(host, secrets[i].label), "");
        assert_saves(host);
        vpn = nm_connection_get_setting_vpn(host->connection);
        g_assert_null(nm_setting_vpn_get_secret(vpn, secrets[i].key));
        host_close(host);
    }
}

/* Stored with the connection, as base64 where it is no text, and asked for each time. */
static void test_secrets_stored(void)
{
    Host *host = host_open(host_connection(L2TP, BASE, "password-flags", "0", "ipsec-psk-flags",
                                           "0", "!password", "geheim", "!ipsec-psk",
                                           "0sAAECAwQFBgcICQ==", NULL));
    g_autofree char *before = host_dump(host->connection);

    g_assert_cmpstr(host_text(host_find(host, "Password")), ==, "geheim");
    g_assert_cmpstr(host_text(host_find(host, "Shared key")), ==,
                    "0sAAECAwQFBgcICQ==");
    g_assert_false(gtk_entry_get_visibility(GTK_ENTRY(host_find(host, "Password"))));
    host_enter(host_find(host, "Show passwords"), "yes");
    g_assert_true(gtk_entry_get_visibility(GTK_ENTRY(host_find(host, "Password"))));
    assert_saves(host);
    assert_dump(host->connection, before);
    host_close(host);

    host = host_open(host_connection(L2TP, BASE, "password-flags", "2", NULL));
    /* Nothing can be typed, but its menu can be reached without a pointer. */
    g_assert_false(gtk_editable_get_editable(GTK_EDITABLE(host_find(host, "Password"))));
    g_assert_true(gtk_widget_get_can_focus(host_find(host, "Password")));
    g_assert_true(gtk_editable_get_editable(GTK_EDITABLE(host_find(host, "Shared key"))));
    assert_saves(host);
    assert_dump(host->connection,
                "gateway=gw.example.org\nipsec-enabled=yes\npassword-flags=2\nuser=bob");
    host_close(host);

    /* The older place of the shared key is left when a new one is typed. */
    host = host_open(host_connection(L2TP, BASE, "ipsec-psk", "old", NULL));
    g_assert_cmpstr(host_text(host_find(host, "Shared key")), ==, "old");
    host_enter(host_find(host, "Shared key"), "new");
    assert_saves(host);
    assert_dump(host->connection, "gateway=gw.example.org\nipsec-enabled=yes\nipsec-psk-flags=0\n"
                                  "user=bob\n!ipsec-psk=new");
    host_close(host);
}

/* libnma makes these. */
#define OWN "Computer certificate"
#define AUTHORITY "CA certificate"

static GtkWidget *chooser(Host *host, const char *label)
{
    return gtk_widget_get_ancestor(host_find(host, label), NMA_TYPE_CERT_CHOOSER);
}

/* What the chooser's dialog does when it is closed. */
static void pick_certificate(Host *host, const char *label, const char *uri)
{
    nma_cert_chooser_set_cert_uri(NMA_CERT_CHOOSER(chooser(host, label)), uri);
    g_signal_emit_by_name(chooser(host, label), "changed");
}

static void test_certificates(void)
{
    Host *host = host_open(host_connection(L2TP, BASE, NULL));

    g_assert_false(host_is_shown(host, chooser(host, OWN)));
    host_enter(host_find(host, "Gateway authentication"), "Certificates");
    g_assert_true(host_is_shown(host, chooser(host, OWN)));
    g_assert_false(host_is_shown(host, host_find(host, "Shared key")));
    assert_refuses(host, "machine-cert: ", "Choose the file");
    g_assert_true(host_shows(host, "Choose the file"));
    pick_certificate(host, OWN, "file:///home/b%20c/my.pem");
    assert_refuses(host, "machine-key: ", "private key");
    nma_cert_chooser_set_key_uri(NMA_CERT_CHOOSER(chooser(host, OWN)), "file:///home/b%20c/my.key");
    g_signal_emit_by_name(chooser(host, OWN), "changed");
    pick_certificate(host, AUTHORITY, "file:///etc/100%25.pem");
    assert_saves(host);
    assert_dump(host->connection,
                "gateway=gw.example.org\nipsec-enabled=yes\nmachine-auth-type=tls\n"
                "machine-ca=/etc/100%.pem\nmachine-cert=/home/b c/my.pem\n"
                "machine-key=/home/b c/my.key\nuser=bob");
    g_autoptr(NMConnection) saved = nm_simple_connection_new_clone(host->connection);
    host_close(host);

    /* Opened again they are shown, and stay. */
    host = host_open(g_object_ref(saved));
    g_autofree char *key = nma_cert_chooser_get_key(NMA_CERT_CHOOSER(chooser(host, OWN)), NULL);
    g_assert_cmpstr(key, ==, "/home/b c/my.key");
    g_autofree char *before = host_dump(saved);
    assert_saves(host);
    assert_dump(host->connection, before);
    host_close(host);
}

/* One file in all three places, as NetworkManager-l2tp writes it. */
static void test_container(void)
{
    Host *host = host_open(host_connection(L2TP, BASE, "machine-auth-type", "tls", "machine-cert",
                                           "/p/me.p12", "machine-key", "/p/me.p12", "machine-ca",
                                           "/p/me.p12", NULL));
    g_autofree char *before = host_dump(host->connection);

    host_enter(host_find(host, "MTU"), "1400");
    assert_saves(host);
    nm_setting_vpn_remove_data_item(nm_connection_get_setting_vpn(host->connection), "mtu");
    assert_dump(host->connection, before);
    pick_certificate(host, OWN, "file:///p/new.p12");
    host_enter(host_find(host, "MTU"), "");
    assert_saves(host);
    assert_dump(host->connection, "gateway=gw.example.org\nipsec-enabled=yes\n"
                                  "machine-auth-type=tls\nmachine-cert=/p/new.p12\nuser=bob");
    host_close(host);
}

static void test_foreign_keys(void)
{
    /* KDE's older name, keys that Causeway has no use for, and some that nobody knows. */
    Host *host = host_open(host_connection(
        L2TP, BASE, "ipsec-gateway-id", "old.example", "nodeflate", "yes", "mrru", "1600",
        "from-the-future", "a=b\\;c", "user-certpass-flags", "1", "!user-certpass", "x", NULL));
    g_autofree char *before = host_dump(host->connection);

    g_object_set(nm_connection_get_setting_vpn(host->connection), NM_SETTING_VPN_PERSISTENT, TRUE,
                 NULL);
    host_close(host_open(nm_simple_connection_new_clone(host->connection)));
    g_assert_cmpstr(host_text(host_find(host, "Gateway identity")), ==, "old.example");
    assert_saves(host);
    assert_dump(host->connection, before);
    host_enter(host_find(host, "Gateway identity"), "new.example");
    assert_saves(host);
    NMSettingVpn *vpn = nm_connection_get_setting_vpn(host->connection);
    g_assert_null(nm_setting_vpn_get_data_item(vpn, "ipsec-gateway-id"));
    g_assert_cmpstr(nm_setting_vpn_get_data_item(vpn, "ipsec-remote-id"), ==, "new.example");
    g_assert_cmpstr(nm_setting_vpn_get_data_item(vpn, "from-the-future"), ==, "a=b\\;c");
    g_assert_cmpstr(nm_setting_vpn_get_secret(vpn, "user-certpass"), ==, "x");
    g_assert_cmpstr(nm_setting_vpn_get_service_type(vpn), ==, L2TP);
    host_close(host);
}

static void test_refused(void)
{
    Host *host = host_open(host_connection(L2TP, BASE, "require-mppe", "yes", "ipsec-ikev2", "yes",
                                           "nobsdcomp", "yes", NULL));

    g_assert_true(host_shows(host, "ipsec-ikev2"));
    g_assert_true(host_shows(host, "require-mppe"));
    /* Nobody asked for it yet. */
    assert_saves(host);
    g_assert_nonnull(nm_setting_vpn_get_data_item(nm_connection_get_setting_vpn(host->connection),
                                                  "require-mppe"));
    g_signal_emit_by_name(host_find(host, "Leave It Out"), "clicked");
    g_assert_false(host_shows(host, "require-mppe"));
    assert_saves(host);
    assert_dump(host->connection,
                "gateway=gw.example.org\nipsec-enabled=yes\nnobsdcomp=yes\nuser=bob");
    host_close(host);
}

static void test_faults(void)
{
    static const struct {
        const char *label, *typed, *key, *words;
    } faults[] = {
        {"Gateway", "vpn example com", "gateway: ", "cannot be the name"},
        {"Gateway", "", "gateway: ", "still empty"},
        {"User name", "", "user: ", "still empty"},
        {"MTU", "99", "mtu: ", "from 576 to 1500"},
        {"MTU", "many", "mtu: ", "from 576 to 1500"},
        {"DSCP", "64", "causeway-l2tp-dscp: ", "from 0 to 63"},
        {"Hello interval", "4", "causeway-l2tp-hello: ", "switch this off"},
        {"Phase 1 algorithms", "aes256 \"; left=%any", "ipsec-ike: ", "administrator"},
        {"Gateway identity", "a\tb", "ipsec-remote-id: ", "invisible"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(faults); i++) {
        Host *host = host_open(host_connection(L2TP, BASE, NULL));
        g_autofree char *before = host_dump(host->connection);
        host_enter(host_find(host, faults[i].label), faults[i].typed);
        g_assert_true(host_shows(host, faults[i].words));
        assert_refuses(host, faults[i].key, faults[i].words);
        assert_dump(host->connection, before);
        host_close(host);
    }
}

/* Every way of logging in refused; and the mark goes when the fault does. */
static void test_faults_together(void)
{
    Host *host = host_open(host_connection(L2TP, BASE, "refuse-pap", "yes", "refuse-chap", "yes",
                                           "refuse-mschap", "yes", NULL));

    assert_saves(host);
    host_enter(host_find(host, "Refuse MS-CHAPv2"), "yes");
    assert_refuses(host, "refuse-mschapv2: ", "Every way to log in");
    g_assert_true(host_shows(host, "Every way to log in"));
    host_enter(host_find(host, "Refuse CHAP"), "no");
    g_assert_false(host_shows(host, "Every way to log in"));
    assert_saves(host);
    host_close(host);
}

/* A value that somebody wrote by hand and that is none is shown, marked, and can be put right. */
static void test_bad_values(void)
{
    Host *host = host_open(host_connection(L2TP, BASE, "mtu", "big", "refuse-pap", "perhaps",
                                           NULL));

    g_assert_cmpstr(host_text(host_find(host, "MTU")), ==, "big");
    assert_refuses(host, "mtu: ", "576");
    host_enter(host_find(host, "MTU"), "");
    assert_saves(host);
    assert_dump(host->connection, "gateway=gw.example.org\nipsec-enabled=yes\nuser=bob");
    host_close(host);
}

static void test_plain(void)
{
    Host *host = host_open(host_connection(L2TP, BASE_BUT_IPSEC, NULL));

    /* NetworkManager-l2tp's plain L2TP. */
    g_assert_false(host_is_shown(host, host_find(host, "Shared key")));
    assert_saves(host);
    assert_dump(host->connection, "gateway=gw.example.org\nuser=bob");
    host_enter(host_find(host, "Encrypt with IPsec"), "yes");
    g_assert_true(host_is_shown(host, host_find(host, "Shared key")));
    assert_saves(host);
    assert_dump(host->connection, "gateway=gw.example.org\nipsec-enabled=yes\nuser=bob");
    host_close(host);
}

static Host *open_refused(void)
{
    Host *host = host_open(host_connection(L2TP, BASE, "machine-auth-type", "tls", "require-mppe",
                                           "yes", NULL));

    host_show(host, 600, 500);
    return host;
}

/* Programs let go of the editor and of its widgets in either order, and whoever is quick may still
 * press a button of an editor that has gone. */
static void test_either_ends_first(void)
{
    Host *host = open_refused();
    NMVpnEditor *editor = g_object_ref(host->editor);

    host_close(host);
    g_object_unref(editor);
    host = open_refused();
    NMConnection *connection = g_object_ref(host->connection);
    GtkWidget *button = g_object_ref(host_find(host, "Leave It Out"));
    g_object_unref(host->editor);
    g_signal_emit_by_name(button, "clicked");
    g_object_unref(button);
    host->editor = nm_vpn_editor_plugin_get_editor(host_plugin(), connection, NULL);
    g_object_unref(connection);
    host_close(host);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (!host_init()) {
        g_printerr("no display\n");
        return 1;
    }
    g_test_add_func("/nm-editor/new", test_new);
    g_test_add_func("/nm-editor/typed", test_typed);
    g_test_add_func("/nm-editor/loaded", test_loaded);
    g_test_add_func("/nm-editor/secrets", test_secrets);
    g_test_add_func("/nm-editor/secrets-stored", test_secrets_stored);
    g_test_add_func("/nm-editor/certificates", test_certificates);
    g_test_add_func("/nm-editor/container", test_container);
    g_test_add_func("/nm-editor/foreign-keys", test_foreign_keys);
    g_test_add_func("/nm-editor/refused", test_refused);
    g_test_add_func("/nm-editor/faults", test_faults);
    g_test_add_func("/nm-editor/faults-together", test_faults_together);
    g_test_add_func("/nm-editor/bad-values", test_bad_values);
    g_test_add_func("/nm-editor/plain", test_plain);
    g_test_add_func("/nm-editor/either-ends-first", test_either_ends_first);
    return g_test_run();
}
