/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles for other programs: what is written, read again by our importers and by Python's own
 * reader of property lists; and that no value can be anything but a value. */
#include <glib/gstdio.h>
#include <string.h>

#include "profile/export_build.h"
#include "profile/import.h"

/* Everything that some format gives a meaning. */
#define NASTY "a'b\"c`d$(reboot)$x]]>&amp;<b>\\n\\ %PATH% #;{}=\xc3\xbc\xe2\x80\x99\xe2\x80\x9d "
#define NASTY_LINES NASTY "\nsecond\r\nthird\t\\"

static Profile *nasty_profile(void)
{
    static const struct {
        FieldId id;
        const char *text;
    } values[] = {
        {FIELD_CONNECTION_NAME, "N'a\"me `$(x)` ]]> & B\xc3\xbcro \xe2\x80\x99s"},
        {FIELD_CONNECTION_GATEWAY, "vpn.example.com"},
        {FIELD_IPSEC_GROUP_NAME, NASTY "group"},
        {FIELD_IPSEC_REMOTE_ID, NASTY "fw"},
        {FIELD_IPSEC_IKE, "aes256-sha256-modp2048, aes128-sha1-modp1024"},
        {FIELD_IPSEC_ESP, "aes256-sha1"},
        {FIELD_IPSEC_FORCE_ENCAPSULATION, "yes"},
        {FIELD_IPSEC_IKE_LIFETIME, "28800"},
        {FIELD_IPSEC_ESP_LIFETIME, "3600"},
        {FIELD_L2TP_HIDE_AVPS, "yes"},
        {FIELD_L2TP_DSCP, "46"},
        {FIELD_PPP_USER, NASTY "anna"},
        {FIELD_PPP_REFUSE_PAP, "yes"},
        {FIELD_PPP_REFUSE_CHAP, "no"},
        {FIELD_PPP_MTU, "1280"},
        {FIELD_IPV4_ROUTES, "10.0.0.0/8, 172.16.0.0/12"},
        {FIELD_IPV4_DEFAULT_ROUTE, "no"},
        {FIELD_IPV6_ROUTES, "2001:db8::/32"},
        {FIELD_IPV6_DEFAULT_ROUTE, "no"},
        {FIELD_DNS_SERVERS, "10.0.0.53, 2001:db8::53"},
        {FIELD_DNS_SEARCH, "corp.example"},
    };
    Profile *profile = profile_new();
    g_autoptr(Secret) psk = secret_new(NASTY_LINES "psk", strlen(NASTY_LINES "psk"));
    g_autoptr(Secret) password = secret_new(NASTY_LINES "pw", strlen(NASTY_LINES "pw"));
    g_autoptr(GError) error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        profile_set_text(profile, values[i].id, values[i].text, &error);
        g_assert_no_error(error);
    }
    profile_set_secret(profile, FIELD_IPSEC_PSK, psk, &error);
    profile_set_secret(profile, FIELD_PPP_PASSWORD, password, &error);
    g_assert_no_error(error);
    return profile;
}

static ImportResult *read_again(const ExportResult *result)
{
    ImportFile files[8];
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < result->files->len; i++) {
        const ExportFile *file = g_ptr_array_index(result->files, i);
        files[i] = (ImportFile){file->name, (const char *)secret_data(file->text),
                                secret_length(file->text)};
        g_test_message("%s:\n%s", file->name, files[i].data);
    }
    ImportResult *again = profile_import_files(files, result->files->len, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(again->profiles->len, ==, 1);
    return again;
}

/* What each format can say, in the order of profile_export_formats; FIELD_COUNT ends. */
static const FieldId said[][24] = {
    {FIELD_CONNECTION_NAME, FIELD_CONNECTION_UUID, FIELD_CONNECTION_GATEWAY, FIELD_IPSEC_GROUP_NAME,
     FIELD_IPSEC_REMOTE_ID, FIELD_IPSEC_PSK, FIELD_IPSEC_IKE, FIELD_IPSEC_ESP, FIELD_L2TP_DSCP,
     FIELD_PPP_USER, FIELD_PPP_PASSWORD, FIELD_PPP_MTU, FIELD_IPV4_ROUTES, FIELD_DNS_SERVERS,
     FIELD_COUNT},
    {FIELD_CONNECTION_NAME, FIELD_CONNECTION_UUID, FIELD_CONNECTION_GATEWAY, FIELD_IPSEC_GROUP_NAME,
     FIELD_IPSEC_REMOTE_ID, FIELD_IPSEC_PSK, FIELD_IPSEC_IKE, FIELD_IPSEC_ESP, FIELD_L2TP_DSCP,
     FIELD_PPP_USER, FIELD_PPP_PASSWORD, FIELD_PPP_REFUSE_PAP, FIELD_PPP_MTU, FIELD_IPV4_ROUTES,
     FIELD_IPV4_DEFAULT_ROUTE, FIELD_IPV6_ROUTES, FIELD_DNS_SERVERS, FIELD_DNS_SEARCH, FIELD_COUNT},
    {FIELD_CONNECTION_NAME, FIELD_CONNECTION_GATEWAY, FIELD_IPSEC_GROUP_NAME, FIELD_IPSEC_PSK,
     FIELD_PPP_USER, FIELD_PPP_PASSWORD, FIELD_IPV4_DEFAULT_ROUTE, FIELD_IPV6_DEFAULT_ROUTE,
     FIELD_DNS_SERVERS, FIELD_DNS_SEARCH, FIELD_COUNT},
    {FIELD_CONNECTION_NAME, FIELD_CONNECTION_GATEWAY, FIELD_IPSEC_PSK, FIELD_PPP_REFUSE_PAP,
     FIELD_PPP_REFUSE_CHAP, FIELD_IPV4_ROUTES, FIELD_IPV4_DEFAULT_ROUTE, FIELD_IPV6_ROUTES,
     FIELD_IPV6_DEFAULT_ROUTE, FIELD_DNS_SEARCH, FIELD_COUNT},
    {FIELD_CONNECTION_GATEWAY, FIELD_IPSEC_GROUP_NAME, FIELD_IPSEC_REMOTE_ID, FIELD_IPSEC_PSK,
     FIELD_IPSEC_IKE, FIELD_IPSEC_ESP, FIELD_IPSEC_FORCE_ENCAPSULATION, FIELD_IPSEC_IKE_LIFETIME,
     FIELD_IPSEC_ESP_LIFETIME, FIELD_L2TP_HIDE_AVPS, FIELD_PPP_USER, FIELD_PPP_PASSWORD,
     FIELD_PPP_REFUSE_PAP, FIELD_PPP_MTU, FIELD_IPV4_DEFAULT_ROUTE, FIELD_COUNT},
};

static void check_field(Profile *before, Profile *after, FieldId id)
{
    if (field_is_secret(field_get(id))) {
        g_assert_true(secret_equal(profile_get_secret(before, id), profile_get_secret(after, id)));
        return;
    }
    g_autofree char *first = profile_get_text(before, id);
    g_autofree char *second = profile_get_text(after, id);
    g_assert_cmpstr(first, ==, second);
}

static void test_round_trip(gconstpointer data)
{
    guint format = GPOINTER_TO_UINT(data);
    g_autoptr(Profile) profile = nasty_profile();
    g_autoptr(GError) error = NULL;
    g_autoptr(ExportResult) result = profile_export(profile, profile_export_formats[format], TRUE,
                                                    &error);
    g_assert_no_error(error);
    g_autoptr(ImportResult) again = read_again(result);
    Profile *copy = ((Imported *)g_ptr_array_index(again->profiles, 0))->profile;

    for (guint i = 0; said[format][i] != FIELD_COUNT; i++) {
        g_test_message("%s", field_name(said[format][i]));
        check_field(profile, copy, said[format][i]);
    }
}

static gboolean contains(const ExportResult *result, const char *text)
{
    for (guint i = 0; i < result->files->len; i++) {
        const ExportFile *file = g_ptr_array_index(result->files, i);
        if (strstr((const char *)secret_data(file->text), text))
            return TRUE;
    }
    return FALSE;
}

/* Neither as they are nor in base64; with secrets, one of both is found, so this can fail. */
static void test_no_secrets(gconstpointer data)
{
    guint format = GPOINTER_TO_UINT(data);
    g_autoptr(Profile) profile = nasty_profile();
    g_autoptr(Secret) psk = secret_new("QQQQpskQQQQ", 11), password = secret_new("WWWWpwWWWW", 10);

    profile_set_secret(profile, FIELD_IPSEC_PSK, psk, NULL);
    profile_set_secret(profile, FIELD_PPP_PASSWORD, password, NULL);
    for (guint secrets = 0; secrets < 2; secrets++) {
        g_autoptr(ExportResult) result = profile_export(profile, profile_export_formats[format],
                                                        secrets, NULL);
        gboolean found = contains(result, "QQQQpskQQQQ") || contains(result, "UVFRUXBza1FRUVE=");
        g_assert_cmpint(found, ==, secrets == 1);
        /* Windows asks for it itself. */
        found = contains(result, "WWWWpwWWWW");
        g_assert_cmpint(found, ==,
                        secrets == 1 && strcmp(profile_export_formats[format], "powershell") != 0);
    }
}

/* What the format cannot say is told; what is no text is refused where text is needed. */
static void test_telling(void)
{
    g_autoptr(Profile) profile = nasty_profile();
    g_autoptr(ExportResult) result = profile_export(profile, "mobileconfig", FALSE, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_cmpuint(result->warnings->len, ==, 1);
    const char *warning = g_ptr_array_index(result->warnings, 0);
    g_assert_nonnull(strstr(warning, "no place for: "));
    g_assert_nonnull(strstr(warning, "ipv4.routes"));
    g_assert_nonnull(strstr(warning, "l2tp.dscp"));
    g_assert_null(strstr(warning, "ppp.user"));
    g_autoptr(Secret) bytes = secret_new("\xff\xfe", 2), bell = secret_new("a\a", 2);
    profile_set_secret(profile, FIELD_PPP_PASSWORD, bytes, NULL);
    for (guint i = 0; profile_export_formats[i]; i++) {
        if (strcmp(profile_export_formats[i], "powershell") == 0)
            continue;
        g_assert_null(profile_export(profile, profile_export_formats[i], TRUE, &error));
        g_assert_nonnull(strstr(error->message, "password"));
        g_clear_error(&error);
    }
    g_autoptr(Secret) feed = secret_new("\fa", 2);
    profile_set_secret(profile, FIELD_PPP_PASSWORD, feed, NULL);
    g_assert_null(profile_export(profile, "causeway", TRUE, &error));
    g_clear_error(&error);
    profile_set_secret(profile, FIELD_PPP_PASSWORD, bell, NULL);
    g_assert_null(profile_export(profile, "mobileconfig", TRUE, &error));
    g_assert_nonnull(strstr(error->message, "XML"));
    g_clear_error(&error);
    g_assert_null(profile_export(profile, "strongswan", TRUE, &error));
    g_clear_error(&error);
    g_assert_null(profile_export(profile, "no\xffne", TRUE, &error));
    g_assert_nonnull(strstr(error->message, "there are causeway, nmconnection"));
}

/* XML 1.0 §2.4, §4.6; about_Quoting_Rules; strongswan.conf(5); pppd(8). */
/* No less is demanded of the gateway there than here. */
static void test_gateway_identity(void)
{
    g_autoptr(Profile) profile = profile_new();

    profile_set_text(profile, FIELD_CONNECTION_NAME, "office", NULL);
    profile_set_text(profile, FIELD_CONNECTION_GATEWAY, "vpn.example.com", NULL);
    profile_set_text(profile, FIELD_IPSEC_AUTH, "certificate", NULL);
    profile_set_text(profile, FIELD_IPSEC_CERTIFICATE, "/home/anna/anna.pem", NULL);
    g_autoptr(ExportResult) result = profile_export(profile, "strongswan", FALSE, NULL);
    g_assert_true(contains(result, "auth = pubkey\n            id = \"vpn.example.com\"\n"));
    profile_set_text(profile, FIELD_IPSEC_REMOTE_ID, "%any", NULL);
    g_autoptr(ExportResult) any = profile_export(profile, "strongswan", FALSE, NULL);
    g_assert_true(contains(any, "auth = pubkey\n            id = \"%any\"\n"));
}

static void test_escapers(void)
{
    static const struct {
        char *(*quote)(const char *text);
        const char *text, *wanted;
    } rows[] = {
        {quote_xml, "a<b>&\"'", "a&lt;b&gt;&amp;&quot;&#39;"},
        {quote_xml, "]]>\r\n\t", "]]&gt;&#13;\n\t"},
        {quote_xml, "\xc3\xbc", "\xc3\xbc"},
        {quote_xml, "\x1b", NULL},
        {quote_xml, "\xef\xbf\xbf", NULL},
        {quote_powershell, "", "''"},
        {quote_powershell, "it's $x `n \"q\"", "'it''s $x `n \"q\"'"},
        {quote_powershell, "\xe2\x80\x99;reboot", "'\xe2\x80\x99\xe2\x80\x99;reboot'"},
        {quote_powershell, "two\nlines", "'two\nlines'"},
        {quote_swanctl, "a\"b\\c\nd}#", "\"a\\\"b\\\\c\\nd}#\""},
        {quote_ppp, "a\"b\\c # d", "\"a\\\"b\\\\c # d\""},
        {quote_ppp, "a\nb", "\"a\\nb\""},
        {quote_ppp, "\x01", NULL},
        {quote_ppp, "", "\"\""},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *quoted = rows[i].quote(rows[i].text);
        g_assert_cmpstr(quoted, ==, rows[i].wanted);
        secret_string_free(quoted);
    }
}

/* A reader that is not ours. */
static void test_plistlib(void)
{
    static const char script[] =
        "import plistlib,sys\n"
        "p=plistlib.load(sys.stdin.buffer)['PayloadContent'][0]\n"
        "w=lambda s:sys.stdout.buffer.write((s if isinstance(s,bytes) else s.encode())+b'\\0')\n"
        "w(p['UserDefinedName']);w(p['PPP']['AuthName']);w(p['PPP']['AuthPassword'])\n"
        "w(p['IPSec']['SharedSecret']);w(p['VPNType']);w(str(p['IPv4']['OverridePrimary']))\n";
    g_autoptr(Profile) profile = nasty_profile();
    g_autoptr(ExportResult) result = profile_export(profile, "mobileconfig", TRUE, NULL);
    const ExportFile *file = g_ptr_array_index(result->files, 0);
    g_autofree char *path = NULL, *output = NULL;
    g_autoptr(GError) error = NULL;
    int handle = g_file_open_tmp("export-XXXXXX", &path, &error), status;

    g_assert_no_error(error);
    g_close(handle, NULL);
    g_file_set_contents(path, (const char *)secret_data(file->text),
                        (gssize)secret_length(file->text), &error);
    g_assert_no_error(error);
    g_autofree char *quoted = g_shell_quote(script), *from = g_shell_quote(path);
    g_autofree char *inner = g_strdup_printf("exec python3 -c %s <%s", quoted, from);
    char *argv[] = {(char *)"/bin/sh", (char *)"-c", inner, NULL};
    g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, &status, &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
    const char *wanted[] = {"N'a\"me `$(x)` ]]> & B\xc3\xbcro \xe2\x80\x99s", NASTY "anna",
                            NASTY_LINES "pw", NASTY_LINES "psk", "L2TP", "0"};
    const char *at = output;
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_assert_cmpstr(at, ==, wanted[i]);
        at += strlen(at) + 1;
    }
    g_unlink(path);
}

/* A key of bytes that are no text: what the profile writes as base64 arrives as what it means. */
static void test_binary_key(void)
{
    static const char key[] = "0sAP9nZWhlaW0=";

    for (guint i = 0; profile_export_formats[i]; i++) {
        g_autoptr(Profile) profile = profile_new();
        g_autoptr(Secret) psk = secret_new(key, strlen(key));
        g_autoptr(GError) error = NULL;
        profile_set_text(profile, FIELD_CONNECTION_NAME, "x", NULL);
        profile_set_text(profile, FIELD_CONNECTION_GATEWAY, "vpn.example.com", NULL);
        g_assert_true(profile_set_secret(profile, FIELD_IPSEC_PSK, psk, NULL));
        g_autoptr(ExportResult) result =
            profile_export(profile, profile_export_formats[i], TRUE, &error);
        if (strcmp(profile_export_formats[i], "powershell") == 0) {
            /* Windows takes text. */
            g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID_VALUE);
            continue;
        }
        g_assert_no_error(error);
        g_autoptr(ImportResult) again = read_again(result);
        const Imported *imported = g_ptr_array_index(again->profiles, 0);
        g_assert_true(secret_equal(profile_get_secret(imported->profile, FIELD_IPSEC_PSK), psk));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; profile_export_formats[i]; i++) {
        g_autofree char *path = g_strconcat("/export/round-trip/", profile_export_formats[i], NULL);
        g_autofree char *secrets = g_strconcat("/export/no-secrets/", profile_export_formats[i],
                                               NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_round_trip);
        g_test_add_data_func(secrets, GUINT_TO_POINTER(i), test_no_secrets);
    }
    g_test_add_func("/export/telling", test_telling);
    g_test_add_func("/export/gateway-identity", test_gateway_identity);
    g_test_add_func("/export/escapers", test_escapers);
    g_test_add_func("/export/plistlib", test_plistlib);
    g_test_add_func("/export/binary-key", test_binary_key);
    return g_test_run();
}
