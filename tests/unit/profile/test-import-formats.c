/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What other programs and IT departments hand out.  The samples are those that the fuzzer begins
 * with (tests/fuzz/corpus/import), written by hand after
 *   Apple, "Device Management", object VPN and its PPP, IPSec, IPv4, DNS;
 *   [MS-RRASM] §2.2.2 and the Windows SDK's RASENTRY;
 *   the commands of Windows PowerShell's VpnClient module, whose names and values are not checked
 *   against its reference;
 *   ipsec.conf(5), ipsec.secrets(5), swanctl.conf(5), xl2tpd.conf(5), pppd(8);
 * what must come out of them is typed here. */
#include <string.h>

#include "samples.h"

static ImportResult *import(const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(TEST_SAMPLES, name, NULL);
    g_autofree char *data = NULL;
    g_autoptr(GError) problem = NULL;
    gsize length;
    Sample sample;

    g_file_get_contents(path, &data, &length, &problem);
    g_assert_no_error(problem);
    sample_split(&sample, name, data, length);
    return profile_import_files(sample.files, sample.count, error);
}

/* Everything but the UUID, secrets included, as lines. */
static char *describe(const Imported *imported)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < FIELD_COUNT; i++) {
        FieldId id = (FieldId)i;
        if (id == FIELD_CONNECTION_UUID || !profile_is_set(imported->profile, id))
            continue;
        const Secret *secret =
            field_is_secret(field_get(id)) ? profile_get_secret(imported->profile, id) : NULL;
        g_autofree char *value = secret ? g_strndup((const char *)secret_data(secret),
                                                    secret_length(secret))
                                        : profile_get_text(imported->profile, id);
        g_string_append_printf(text, "%s=%s\n", field_name(id), value);
    }
    return g_string_free(text, FALSE);
}

/* `warnings`: a part of each, in order; "" ends. */
static void check_warnings(GPtrArray *warnings, const char *const *wanted)
{
    guint count = g_strv_length((char **)wanted);

    for (guint i = 0; i < warnings->len; i++)
        g_test_message("warning: %s", (const char *)g_ptr_array_index(warnings, i));
    g_assert_cmpuint(warnings->len, ==, count);
    for (guint i = 0; i < count; i++)
        g_assert_nonnull(strstr(g_ptr_array_index(warnings, i), wanted[i]));
}

#define WARNINGS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_WARNINGS ((const char *const[]){NULL})

static const Imported *check(const ImportResult *result, guint index, const char *wanted,
                             const char *const *warnings)
{
    g_assert_cmpuint(index, <, result->profiles->len);
    const Imported *imported = g_ptr_array_index(result->profiles, index);
    g_autofree char *text = describe(imported);
    g_assert_cmpstr(text, ==, wanted);
    check_warnings(imported->warnings, warnings);
    return imported;
}

static void test_apple(void)
{
    g_autoptr(ImportResult) result = import("apple-shared-key.mobileconfig", NULL);

    g_assert_cmpuint(result->profiles->len, ==, 2);
    check(
        result, 0,
        "connection.name=Firma-München\nconnection.gateway=vpn.example.com\n"
        "ipsec.psk=gehöim <&>\nipsec.group-name=vpngroup\nppp.user=anna\n"
        "ppp.password=p<a>s&s\"w'ort\nipv4.default-route=no\nipv6.default-route=no\n"
        "dns.servers=10.0.0.53, 2001:db8::53\ndns.search=corp.example, lab.example\n",
        WARNINGS("Only the company's networks", "nothing like it: PPP DisconnectOnIdle, Proxies"));
    check(result, 1, "connection.name=Backup\nconnection.gateway=192.0.2.7\n",
          WARNINGS("comes from a token"));
    check_warnings(result->warnings, WARNINGS("\"New one\" is of the kind IKEv2",
                                              "com.apple.wifi.managed"));
}

static void test_apple_certificate(void)
{
    g_autoptr(ImportResult) result = import("apple-certificate.mobileconfig", NULL);
    const Imported *imported = check(
        result, 0,
        "connection.name=Certified\nconnection.gateway=vpn.example.com\nipsec.auth=certificate\n"
        "ipsec.key-passphrase=opensesame\nppp.user=anna\n", NO_WARNINGS);
    const ImportedFile *own = g_ptr_array_index(imported->files, 0);
    const ImportedFile *authority = g_ptr_array_index(imported->files, 1);

    g_assert_cmpint((int)own->field, ==, FIELD_IPSEC_CERTIFICATE);
    g_assert_cmpstr(own->name, ==, "anna-s-id.p12");
    g_assert_cmpmem(secret_data(own->content), secret_length(own->content),
                    "\x30\x82\x01\x00\x02\x03", 6);
    g_assert_cmpint((int)authority->field, ==, FIELD_IPSEC_CA);
    g_assert_cmpstr(authority->name, ==, "ca.cer");
    g_assert_cmpuint(imported->files->len, ==, 2);
}

static void test_apple_signed(void)
{
    g_autoptr(ImportResult) result = import("apple-signed.mobileconfig", NULL);

    check(result, 0,
          "connection.name=Signed\nconnection.gateway=vpn.example.net\nipsec.psk=signed\n"
          "ppp.user=anna\n",
          WARNINGS("signed by \"IT of Example\". Whether that is so was not"));
}

static void test_apple_binary(void)
{
    g_autoptr(ImportResult) result = import("apple-binary.mobileconfig", NULL);

    check(result, 0, "connection.name=Zentrale\nconnection.gateway=vpn.example.org\n"
          "ipsec.psk=keyä\nppp.user=jürgen\nppp.password=geheim\n",
          WARNINGS("nothing like it: Big, Half, When"));
}

static void test_apple_entities(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(import("apple-entities.mobileconfig", &error));
    g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT);
    g_assert_null(strstr(error->message, "root:"));
}

static void test_rasphone(void)
{
    g_autoptr(ImportResult) result = import("rasphone.pbk", NULL);

    g_assert_cmpuint(result->profiles->len, ==, 2);
    check(result, 0,
          "connection.name=Firma Zürich\nconnection.gateway=vpn.example.com\n"
          "ppp.refuse-pap=yes\nppp.refuse-chap=yes\nppp.refuse-mschap=yes\n"
          "ppp.refuse-mschapv2=no\nipv4.default-route=no\ndns.servers=10.1.0.53\n"
          "dns.search=corp.example\n",
          WARNINGS("Only the company's networks", "ask for the shared key",
                   "like it: the algorithms of this connection, the routes of this connection"));
    check(result, 1,
          "connection.name=Automatic\nconnection.gateway=192.0.2.9\nppp.refuse-pap=yes\n"
          "ppp.refuse-chap=no\nppp.refuse-mschap=no\nppp.refuse-mschapv2=no\n",
          WARNINGS("tries several kinds", "ask for the shared key"));
    check_warnings(result->warnings,
                   WARNINGS("\"Dial-up\"", "\"Tunnel 2\" is not an L2TP connection "
                                           "(IKEv2)"));
}

static void test_powershell_mail(void)
{
    g_autoptr(ImportResult) result = import("powershell-mail.txt", NULL);

    g_assert_cmpuint(result->profiles->len, ==, 1);
    check(result, 0,
          "connection.name=Firma (Büro)\nconnection.gateway=vpn.example.com\n"
          "ipsec.psk=it's $ecret \"now\"\nipsec.ike=aes256-sha256-modp2048\n"
          "ipsec.esp=aes256-sha256\nppp.refuse-pap=no\nppp.refuse-chap=yes\n"
          "ppp.refuse-mschapv2=no\nipv4.routes=10.0.0.0/8\nipv4.default-route=no\n"
          "ipv6.routes=2001:db8::/32\nipv6.default-route=no\ndns.search=corp.example\n",
          NO_WARNINGS);
    check_warnings(result->warnings,
                   WARNINGS("it is for \"Other\"", "TriggerDnsConfiguration is left out",
                            "\"Newer\" is of the kind Ikev2"));
}

static void test_powershell_script(void)
{
    g_autoptr(ImportResult) result = import("powershell-script.ps1", NULL);

    g_assert_cmpuint(result->profiles->len, ==, 2);
    check(result, 0,
          "connection.name=Site of vpn.example.com\nconnection.gateway=vpn.example.com\n"
          "ipsec.psk=k`e\"y\nipsec.ike=aes256-sha384-ecp384\nipsec.esp=aes256gcm16-ecp384\n"
          "ppp.refuse-pap=yes\nppp.refuse-chap=no\nppp.refuse-mschapv2=no\n"
          "ipv4.default-route=no\nipv6.default-route=no\n",
          WARNINGS("nothing like it: IdleDisconnectSeconds"));
    check(result, 1, "connection.name=Asked\n", WARNINGS("ServerAddress: its value is computed",
                                                          "L2tpPsk: its value is computed"));
}

static void test_libreswan(void)
{
    g_autoptr(ImportResult) result = import("swan-libreswan", NULL);

    g_assert_cmpuint(result->profiles->len, ==, 1);
    check(result, 0,
          "connection.name=office\nconnection.gateway=vpn.example.com\n"
          "ipsec.psk=it's \\the 'key'\nipsec.remote-id=@fw.example.com\n"
          "ipsec.ike=aes256-sha1-modp2048, aes128-sha1-modp1024\n"
          "ipsec.esp=aes_gcm-null, aes128-sha1\nipsec.force-encapsulation=yes\n"
          "ipsec.ike-lifetime=28800\nipsec.esp-lifetime=3600\nppp.user=anna b\n"
          "ppp.password=pass # word\nppp.refuse-pap=yes\nppp.refuse-chap=no\nppp.mtu=1280\n"
          "ppp.mru=1280\nppp.echo-interval=30\n",
          WARNINGS("nothing like it: leftxauthclient, transmit window, up_sdelay"));
    check_warnings(result->warnings,
                   WARNINGS("ipsec.conf includes /etc/ipsec.d/*.conf", "ipsec.secrets includes",
                            "\"tunnel\" is left out: it does not carry L2TP",
                            "\"server\" is left out: it names no gateway"));
}

static void test_swanctl(void)
{
    g_autoptr(ImportResult) result = import("swan-swanctl", NULL);

    g_assert_cmpuint(result->profiles->len, ==, 1);
    check(result, 0,
          "connection.name=office\nconnection.gateway=198.51.100.7\n"
          "ipsec.psk=quoted \"key\" with } and # and \\\nipsec.group-name=sales\n"
          "ipsec.ike=aes256-sha256-modp2048, 3des-sha1-modp1024\nipsec.esp=aes256-sha1\n"
          "ipsec.force-encapsulation=yes\nipsec.ike-lifetime=14400\nipsec.esp-lifetime=3000\n"
          "l2tp.hide-avps=yes\nppp.user=anna\nppp.password=right one\n",
          WARNINGS("The tunnel itself has a secret", "nothing like it: vips"));
    check_warnings(result->warnings, WARNINGS("swanctl.conf includes conf.d/*.conf",
                                              "\"modern\" is left out: it uses IKEv2"));
}

static void test_kde(void)
{
    g_autoptr(ImportResult) result = import("kde.nmconnection", NULL);
    const Imported *imported = g_ptr_array_index(result->profiles, 0);
    const Secret *psk = profile_get_secret(imported->profile, FIELD_IPSEC_PSK);

    g_assert_cmpstr(profile_get_string(imported->profile, FIELD_CONNECTION_NAME), ==, "KDE's one");
    g_assert_cmpstr(profile_get_string(imported->profile, FIELD_IPSEC_REMOTE_ID), ==, "@fw");
    g_assert_cmpmem(secret_data(psk), secret_length(psk), "geheim", 6);
    g_assert_false(profile_get_boolean(imported->profile, FIELD_IPV4_DEFAULT_ROUTE));
}

static void test_own(void)
{
    g_autoptr(ImportResult) result = import("own.conf", NULL);

    check(result, 0, "connection.name=Büro\nconnection.gateway=vpn.example.com\nipsec.psk=shared\n"
          "ppp.user=anna\nppp.mtu=1400\n", NO_WARNINGS);
}

/* ---- what must not be taken for more than it is ---- */

static ImportResult *import_text(const char *text, GError **error)
{
    return profile_import_text(text, strlen(text), error);
}

static void test_prose(void)
{
    static const char *const texts[] = {
        "",
        "Hello,\nplease use Add-VpnConnection as described in the handbook, don't forget it.\n",
        "Use \"Add-VpnConnection\" -- or so.",
        "conn\n",
        "{}",
        "<plist></plist>",
        "<plist><dict><key>PayloadContent</key></dict></plist>",
        "connections { remote_addrs = x",
        "connections {{ remote_addrs",
        ": PSK \"only a key\"",
        "bplist00",
        "[Entry]\nPhoneNumber=\nMEDIA=\n",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_test_message("%s", texts[i]);
        g_assert_null(import_text(texts[i], &error));
        g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT);
        g_test_message("-> %s", error->message);
    }
}

/* UTF-16 with its mark, as PowerShell's own redirection writes files. */
static void test_utf16(void)
{
    const char *text = "Add-VpnConnection -Name Zürich -ServerAddress h.example -TunnelType L2tp";
    gsize length;
    g_autofree char *coded = g_convert(text, -1, "UTF-16LE", "UTF-8", NULL, &length, NULL);
    g_autofree char *marked = g_malloc(length + 2);
    memcpy(marked, "\xff\xfe", 2);
    memcpy(marked + 2, coded, length);
    g_autoptr(ImportResult) result = profile_import_text(marked, length + 2, NULL);

    check(result, 0, "connection.name=Zürich\nconnection.gateway=h.example\n", NO_WARNINGS);
    const char *ansi =
        "Add-VpnConnection -Name Z\xfcrich -ServerAddress h.example -TunnelType L2tp";
    g_autoptr(ImportResult) second = import_text(ansi, NULL);
    check(second, 0, "connection.name=Zürich\nconnection.gateway=h.example\n", NO_WARNINGS);
}

static void nested_plist(GString *text, const char *open, const char *close, guint depth)
{
    g_string_assign(text, "<plist><!-- PayloadContent -->");
    for (guint i = 0; i < depth; i++)
        g_string_append(text, open);
    for (guint i = 0; i < depth; i++)
        g_string_append(text, close);
    g_string_append(text, "</plist>");
}

/* Depth, number and growth are bounded. */
static void test_bounds(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    nested_plist(text, "<array>", "</array>", 10000);
    g_assert_null(import_text(text->str, &error));
    g_assert_nonnull(strstr(error->message, "property list is broken"));
    g_clear_error(&error);
    g_string_assign(text, "<plist><array><!-- PayloadContent -->");
    for (guint i = 0; i < 21000; i++)
        g_string_append(text, "<true/>");
    g_string_append(text, "</array></plist>");
    g_assert_null(import_text(text->str, &error));
    g_assert_nonnull(strstr(error->message, "too large"));
    g_clear_error(&error);
    /* A variable that doubles itself. */
    g_string_assign(text, "$a = 'xxxxxxxxxxxxxxxx'\n");
    for (guint i = 0; i < 64; i++)
        g_string_append(text, "$a = \"$a$a$a$a\"\n");
    g_string_append(text, "Add-VpnConnection -Name n -ServerAddress h -L2tpPsk $a\n");
    g_autoptr(ImportResult) result = import_text(text->str, NULL);
    check_warnings(((Imported *)g_ptr_array_index(result->profiles, 0))->warnings,
                   WARNINGS("several kinds", "L2tpPsk: its value is computed"));
    g_string_assign(text, "connections { remote_addrs {");
    for (guint i = 0; i < 1000; i++)
        g_string_append(text, "a {");
    g_assert_null(import_text(text->str, &error));
    g_assert_nonnull(strstr(error->message, "nest too deep"));
    g_clear_error(&error);
    g_string_set_size(text, IMPORT_FILE_MAX + 1);
    memset(text->str, 'x', text->len);
    g_assert_null(profile_import_text(text->str, text->len, &error));
    g_assert_nonnull(strstr(error->message, "too long"));
}

static void append_times(GString *text, const char *piece, guint times)
{
    while (times-- > 0)
        g_string_append(text, piece);
}

static gint64 import_begun(const char *begin, const char *piece)
{
    g_autoptr(GString) text = g_string_new(begin);
    gint64 started = g_get_monotonic_time();

    append_times(text, piece, (guint)(IMPORT_FILE_MAX / 4 / strlen(piece)));
    import_result_free(import_text(text->str, NULL));
    g_test_message("%s%s: %.3f s", begin, piece,
                   (double)(g_get_monotonic_time() - started) / G_USEC_PER_SEC);
    return g_get_monotonic_time() - started;
}

/* Half a megabyte of domains that are all different. */
static gint64 import_domains(void)
{
    g_autoptr(GString) text =
        g_string_new("[x]\nMEDIA=\nVpnStrategy=3\nType=2\nPhoneNumber=h\nIpDnsSuffix=");
    gint64 started = g_get_monotonic_time();

    for (guint i = 0; text->len < IMPORT_FILE_MAX - 16; i++)
        g_string_append_printf(text, "%x,", i);
    g_autoptr(ImportResult) result = import_text(text->str, NULL);
    Imported *imported = g_ptr_array_index(result->profiles, 0);
    gsize length = strlen(g_ptr_array_index(imported->warnings, 0));
    g_assert_cmpuint(length, <, 200);
    g_assert_nonnull(strstr(g_ptr_array_index(imported->warnings, 0), "too long"));
    /* What fits is there. */
    g_assert_cmpuint(g_strv_length((char **)profile_get_strings(imported->profile,
                                                                FIELD_DNS_SEARCH)), >, 1000);
    g_test_message("domains: %.3f s",
                   (double)(g_get_monotonic_time() - started) / G_USEC_PER_SEC);
    return g_get_monotonic_time() - started;
}

/* What repeats without an end: no time that grows with the square of the length. */
static void test_time(void)
{
    static const char *const pieces[][2] = {
        {"", "Add-VpnConnection -a \""},
        {"", "$a = '"},
        {"", "Add-VpnConnection -x @("},
        {"", "Add-VpnConnection `\n"},
        {"", "<# "},
        {"", "Add-VpnConnection x,("},
        {"", "Add-VpnConnection ("},
        {"", "Add-VpnConnection <# "},
        {"", "$x = @{ a = ("},
        {"", "a: PSK \""},
        {": PSK ", "::"},
        {"", ": PSK:"},
        {"", "[lac x]\n"},
        {"[lac x]\nlns=", "h,"},
        {"", "conn x\nalso=x\n"},
        {"conn x\nright=h\n", "also=x\n"},
        {"conn x\nrightprotoport=17/1701\nright=h\nike=", "a,"},
        {"", "connections { remote_addrs = \"\\"},
        {"connections { x { remote_addrs = h } }\nsecrets { ike {\n", "id=a\n"},
        {"[x]\nMEDIA=\nVpnStrategy=3\nType=2\nPhoneNumber=h\nIpDnsSuffix=", "a,"},
        {"[x]\nMEDIA=\nVpnStrategy=3\nType=2\nPhoneNumber=", "h"},
        {"mtu 1400\nmru 1400\nname x\n", "name "},
        {"<plist>PayloadContent", "<array>"},
        {"<plist>PayloadContent<array>", "<string>a</string>"},
    };
    gint64 spent = 0;

    g_assert_cmpint(import_domains(), <, 10 * G_USEC_PER_SEC);
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++)
        spent += import_begun(pieces[i][0], pieces[i][1]);
    /* Seconds here, hours with the square; generous for sanitizers and loaded machines. */
    g_assert_cmpint(spent, <, 60 * G_USEC_PER_SEC);
}

static char *conn_of_values(guint count, guint length)
{
    g_autoptr(GString) text = g_string_new("conn %default\n rightprotoport=17/1701\n");

    for (guint i = 0; i < count; i++) {
        g_string_append_printf(text, " k%u=", i);
        append_times(text, "v", length);
        g_string_append_c(text, '\n');
    }
    for (guint i = 0; i < 499; i++)
        g_string_append_printf(text, "conn c%u\n right=h%u\n", i, i);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* What everybody inherits is there five hundred times: it has bounds. */
static void test_inherited(void)
{
    g_autofree char *many = conn_of_values(40000, 1), *long_ones = conn_of_values(2, 200000);
    g_autoptr(ImportResult) first = import_text(many, NULL);
    g_autoptr(ImportResult) second = import_text(long_ones, NULL);

    g_assert_cmpuint(first->profiles->len, ==, IMPORT_PROFILES_MAX);
    g_assert_cmpuint(second->profiles->len, ==, IMPORT_PROFILES_MAX);
}

/* Sections that name each other thousands of times: no memory that grows with the power of it. */
static void test_also_again(void)
{
    g_autoptr(GString) text = g_string_new("conn a\n right=h1\n rightprotoport=17/1701\n also=");

    append_times(text, "b ", 20000);
    g_string_append(text, "\nconn b\n aggressive=yes\n also=");
    append_times(text, "c ", 20000);
    g_string_append(text, "\nconn c\n also=");
    append_times(text, "b ", 20000);
    g_autoptr(ImportResult) result = import_text(text->str, NULL);
    g_assert_cmpuint(result->profiles->len, ==, 1);
}

static void append_big_endian(GString *text, guint64 value, guint size)
{
    while (size-- > 0)
        g_string_append_c(text, (char)(value >> 8 * size));
}

/* One long text that is used a thousand times over. */
static void test_binary_again(void)
{
    g_autoptr(GString) data = g_string_new("bplist00\xaf\x11");
    g_autoptr(GError) error = NULL;
    gsize second, table;

    append_big_endian(data, 1000, 2);
    append_times(data, "\x01", 1000);
    second = data->len;
    g_string_append(data, "\x5f\x12");
    append_big_endian(data, 100000, 4);
    append_times(data, "a", 100000);
    table = data->len;
    append_big_endian(data, 8, 4);
    append_big_endian(data, (guint32)second, 4);
    append_big_endian(data, 0, 4);
    append_big_endian(data, 4 << 8 | 1, 4);
    append_big_endian(data, 0, 4);
    append_big_endian(data, 2, 4);
    append_big_endian(data, 0, 8);
    append_big_endian(data, 0, 4);
    append_big_endian(data, (guint32)table, 4);
    g_assert_null(profile_import_text(data->str, data->len, &error));
    g_assert_nonnull(strstr(error->message, "its property list is broken"));
}

static void test_several_kinds_at_once(void)
{
    static const char pbk[] = "[One]\nType=2\nVpnStrategy=3\nMEDIA=rastapi\nPhoneNumber=h1\n";
    static const char own[] = "[connection]\nname=Two\ngateway=h2\n";
    const ImportFile files[] = {{"a.pbk", pbk, sizeof pbk - 1},
                                {"b.conf", own, sizeof own - 1},
                                {"notes.txt", "hello", 5}};
    g_autoptr(ImportResult) result = profile_import_files(files, 3, NULL);

    g_assert_cmpuint(result->profiles->len, ==, 2);
    g_assert_cmpstr(result->format, ==,
                    "a connection of NetworkManager or Causeway and a phone book "
                    "of Windows");
    check_warnings(result->warnings, WARNINGS("notes.txt: there is nothing to import in it"));
}

/* The form for an editor: one profile, and what else there was. */
static void test_first_of_several(void)
{
    static const char text[] =
        "Add-VpnConnection -Name A -ServerAddress a.example -TunnelType L2tp\n"
        "Add-VpnConnection -Name B -ServerAddress b.example -TunnelType L2tp\n";
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Profile) profile = profile_import(text, sizeof text - 1, "stem", warnings, NULL);

    g_assert_cmpstr(profile_get_string(profile, FIELD_CONNECTION_NAME), ==, "A");
    check_warnings(warnings, WARNINGS("\"B\" is in the file too"));
}

static void test_paths(void)
{
    g_autofree char *path = g_build_filename(TEST_SAMPLES, "own.conf", NULL);
    const char *paths[] = {path, NULL};
    g_autoptr(ImportResult) result = profile_import_paths(paths, NULL);
    static const struct {
        const char *path, *problem;
    } bad[] = {{"/no/such/file", "No such file"}, {"/dev/zero", "too large"}};

    g_assert_cmpuint(result->profiles->len, ==, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        const char *one[] = {bad[i].path, NULL};
        g_autoptr(GError) error = NULL;
        g_assert_null(profile_import_paths(one, &error));
        g_assert_nonnull(strstr(error->message, bad[i].problem));
    }
    /* The samples' folder: several formats, one file of them broken, which does not take the
     * others along. */
    const char *folder[] = {TEST_SAMPLES, NULL};
    g_autoptr(ImportResult) all = profile_import_paths(folder, NULL);
    gboolean told = FALSE;
    for (guint i = 0; i < all->warnings->len; i++)
        told |= g_str_has_prefix(g_ptr_array_index(all->warnings, i),
                                 "apple-entities.mobileconfig: This is not a profile: its property list is broken");
    g_assert_true(told);
    g_assert_cmpuint(all->profiles->len, >=, 10);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/import/apple", test_apple);
    g_test_add_func("/import/apple-certificate", test_apple_certificate);
    g_test_add_func("/import/apple-signed", test_apple_signed);
    g_test_add_func("/import/inherited", test_inherited);
    g_test_add_func("/import/also-again", test_also_again);
    g_test_add_func("/import/binary-again", test_binary_again);
    g_test_add_func("/import/apple-binary", test_apple_binary);
    g_test_add_func("/import/apple-entities", test_apple_entities);
    g_test_add_func("/import/rasphone", test_rasphone);
    g_test_add_func("/import/powershell-mail", test_powershell_mail);
    g_test_add_func("/import/powershell-script", test_powershell_script);
    g_test_add_func("/import/libreswan", test_libreswan);
    g_test_add_func("/import/swanctl", test_swanctl);
    g_test_add_func("/import/kde", test_kde);
    g_test_add_func("/import/own", test_own);
    g_test_add_func("/import/prose", test_prose);
    g_test_add_func("/import/utf16", test_utf16);
    g_test_add_func("/import/bounds", test_bounds);
    g_test_add_func("/import/time", test_time);
    g_test_add_func("/import/several-kinds-at-once", test_several_kinds_at_once);
    g_test_add_func("/import/first-of-several", test_first_of_several);
    g_test_add_func("/import/paths", test_paths);
    return g_test_run();
}
