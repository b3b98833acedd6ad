/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles as values: what is accepted, refused and handed on. */
#include <string.h>

#include "profile/keyfile.h"
#include "profile/profile.h"

/* A valid value that is not the default, for each type and format. */
static const char *sample(const Field *field)
{
    switch (field->type) {
    case FIELD_TYPE_STRING:
        if (field->format == FIELD_FORMAT_UUID)
            return "0c9f1a3e-52a1-4a9b-8d55-1d6a7e0f2b11";
        if (field->format == FIELD_FORMAT_USER_NAME)
            return "anna";
        return field->format == FIELD_FORMAT_HOST ? "vpn.bücher.example" : " a\\b=\"ö\";#[x] ";
    case FIELD_TYPE_FILE:
        return "/home/anna/a b;c.pem";
    case FIELD_TYPE_ENUM:
        return field->choices[1];
    case FIELD_TYPE_BOOLEAN:
        return strcmp(field->default_text, "yes") == 0 ? "no" : "yes";
    case FIELD_TYPE_UINT:
        return "900";
    case FIELD_TYPE_STRINGS:
        return field->format == FIELD_FORMAT_SUITES ? "aes256-sha1-modp1024, 3des-md5"
                                                    : "corp.example, example.org";
    case FIELD_TYPE_ADDRESSES:
        return "192.0.2.1, 2001:db8::1";
    case FIELD_TYPE_ROUTES:
        return field->format == FIELD_FORMAT_IPV4 ? "10.0.0.0/8, 192.0.2.7" : "2001:db8::/32";
    case FIELD_TYPE_SECRET:
        return NULL;
    }
    return NULL;
}

static Profile *full_profile(void)
{
    Profile *profile = profile_new();

    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        const char *text = field->format == FIELD_FORMAT_NAME ? "Büro = [1]; \\n" : sample(field);
        if (field->id == FIELD_L2TP_DSCP || field->id == FIELD_PPP_ECHO_FAILURES)
            text = "46";
        g_autoptr(GError) error = NULL;
        if (text)
            profile_set_text(profile, field->id, text, &error);
        g_assert_no_error(error);
    }
    return profile;
}

static void assert_same(Profile *a, Profile *b)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        g_autofree char *first = profile_get_text(a, (FieldId)i);
        g_autofree char *second = profile_get_text(b, (FieldId)i);
        g_assert_cmpstr(first, ==, second);
        g_assert_cmpint(profile_is_set(a, (FieldId)i), ==, profile_is_set(b, (FieldId)i));
    }
}

static void test_keyfile_round_trip(void)
{
    g_autoptr(Profile) profile = full_profile();
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    gsize length;
    g_autofree char *text = keyfile_format(profile, NULL, &length);
    g_autoptr(Profile) read = keyfile_parse(text, length, "stem", warnings, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(warnings->len, ==, 0);
    assert_same(profile, read);
}

static void test_settings_round_trip(void)
{
    g_autoptr(Profile) profile = full_profile();
    g_autoptr(Profile) read = profile_new();
    g_autoptr(GVariant) settings = g_variant_ref_sink(profile_to_settings(profile));
    g_autoptr(GError) error = NULL;
    g_autofree char *uuid = profile_get_text(profile, FIELD_CONNECTION_UUID);

    g_assert_true(profile_set_text(read, FIELD_CONNECTION_UUID, uuid, NULL));
    g_assert_true(profile_set_text(read, FIELD_CONNECTION_USER, "anna", NULL));
    profile_apply_settings(read, settings, &error);
    g_assert_no_error(error);
    assert_same(profile, read);
}

static void test_text_round_trip(void)
{
    g_autoptr(Profile) profile = full_profile();
    g_autoptr(Profile) read = profile_new();

    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        g_autofree char *text = profile_get_text(profile, field->id);
        if (!field_is_secret(field))
            g_assert_true(profile_set_named(read, field_name(field->id), text, NULL));
    }
    assert_same(profile, read);
}

static void test_bad_text(void)
{
    static const struct {
        const char *name, *text, *message;
    } rows[] = {
        {"ppp.mtu", "99", "ppp.mtu: 99 is below 576"},
        {"ppp.mtu", "1501", "ppp.mtu: 1501 is above 1500"},
        {"ppp.mtu", "many", "ppp.mtu: \"many\" is not a number"},
        {"ppp.mtu", "-1", "ppp.mtu: \"-1\" is not a number"},
        {"ppp.mtu", "99999999999999999999", "is not a number"},
        {"connection.reconnect", "maybe", "is neither yes nor no"},
        {"ipsec.auth", "password", "\"password\" is not one of psk, certificate"},
        {"connection.gateway", "-o", "neither a name"},
        {"connection.gateway", "a..b", "neither a name"},
        {"connection.gateway", "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd.de",
         "neither a name"}, /* a label of 64 letters */
        {"connection.gateway", "vpn.example.com;reboot", "neither a name"},
        {"connection.gateway", "vpn.example.com:500", "neither a name"},
        {"connection.name", "a/b", "slash"},
        {"connection.name", "..", "dot"},
        {"connection.name", "x ", "space"},
        {"ppp.user", "anna\nplugin /tmp/x.so", "control character"},
        {"ppp.user", "\xff", "UTF-8"},
        {"ipsec.certificate", "relative.pem", "begins with /"},
        {"ipsec.ike", "aes256 sha1\"", "is not a proposal"},
        {"ipv4.routes", "10.0.0.0/33", "is not a network"},
        {"ipv4.routes", "2001:db8::/32", "is not an IPv4 network"},
        {"ipv6.routes", "10.0.0.0/8", "is not an IPv6 network"},
        {"dns.servers", "192.0.2.1, dns.example", "is not an IP address"},
        {"dns.search", "-x", "is not a domain"},
        {"ppp.password", "geheim", "is a secret"},
        {"ppp.pasword", "x", "did you mean ppp.password?"},
    };
    g_autoptr(Profile) profile = full_profile();
    g_autoptr(Profile) before = profile_copy(profile);

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(profile_set_named(profile, rows[i].name, rows[i].text, &error));
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, rows[i].message));
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        g_assert_null(strstr(error->message, "geheim"));
    }
    assert_same(before, profile);
}

static void test_secrets(void)
{
    g_autoptr(Profile) profile = profile_new();
    g_autoptr(Profile) read = profile_new();
    g_autoptr(Secret) secret = secret_new("\xff=\n#", 4);
    g_autoptr(Secret) zero = secret_new("a\0b", 3);
    g_autoptr(Secret) empty = secret_new("", 0);
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autofree char *long_text = g_strnfill(256, 'x');
    g_autoptr(Secret) long_secret = secret_new(long_text, 256);

    g_assert_true(profile_set_secret(profile, FIELD_PPP_PASSWORD, secret, &error));
    g_assert_true(profile_set_secret(profile, FIELD_IPSEC_PSK, long_secret, &error));
    g_assert_false(profile_set_secret(profile, FIELD_PPP_PASSWORD, zero, NULL));
    g_assert_false(profile_set_secret(profile, FIELD_PPP_PASSWORD, empty, NULL));
    g_assert_false(profile_set_secret(profile, FIELD_PPP_PASSWORD, long_secret, NULL));
    g_assert_true(secret_equal(profile_get_secret(profile, FIELD_PPP_PASSWORD), secret));

    char *text = secrets_format(profile);
    secrets_parse(read, text, strlen(text), warnings);
    secret_string_free(text);
    g_assert_cmpuint(warnings->len, ==, 0);
    g_assert_true(secret_equal(profile_get_secret(read, FIELD_PPP_PASSWORD), secret));
    g_assert_true(secret_equal(profile_get_secret(read, FIELD_IPSEC_PSK), long_secret));

    const char *bad = "ppp.user=YQ==\nnonsense\nppp.password=\n\n# comment\nl2tp.secret=YWI=\n";
    secrets_parse(read, bad, strlen(bad), warnings);
    g_assert_cmpuint(warnings->len, ==, 3);
    g_assert_nonnull(profile_get_secret(read, FIELD_L2TP_SECRET));
    /* No list, text or settings give a secret away. */
    g_autoptr(GVariant) settings = g_variant_ref_sink(profile_to_settings(profile));
    g_autofree char *printed = g_variant_print(settings, FALSE);
    g_assert_null(strstr(printed, "psk"));
}

static void test_validate(void)
{
    static const struct {
        const char *fields[5], *message;
    } rows[] = {
        {{"connection.name=x", "ppp.user=a"}, "connection.gateway: is missing"},
        {{"connection.name=x", "connection.gateway=h", NULL}, "ppp.user: is missing"},
        {{"connection.name=x", "connection.gateway=h", "ppp.user=a", "ipsec.auth=certificate"},
         "ipsec.certificate: is missing"},
        {{"connection.name=x", "connection.gateway=h", "ppp.user=a", "ppp.require-mppe=yes"},
         "MPPE is not available"},
        {{"connection.name=x", "connection.gateway=h", "ppp.user=a", "ppp.refuse-chap=yes"}, NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) profile = profile_new();
        g_autoptr(GError) error = NULL;
        for (guint j = 0; j < 5 && rows[i].fields[j]; j++) {
            g_auto(GStrv) pair = g_strsplit(rows[i].fields[j], "=", 2);
            g_assert_true(profile_set_named(profile, pair[0], pair[1], NULL));
        }
        g_assert_cmpint(profile_validate(profile, &error), ==, rows[i].message == NULL);
        if (rows[i].message)
            g_assert_nonnull(strstr(error->message, rows[i].message));
    }
}

static void test_missing_secrets(void)
{
    static const struct {
        const char *fields[4], *missing;
    } rows[] = {
        {{NULL}, "ipsec.psk ppp.password"},
        {{"ipsec.enabled=no"}, "ppp.password"},
        {{"l2tp.hide-avps=yes"}, "ipsec.psk l2tp.secret ppp.password"},
        {{"ipsec.auth=certificate", "ipsec.certificate=/c.pem", "ipsec.key=/k.pem"}, "ppp.password"},
        {{"ipsec.auth=certificate", "ipsec.certificate=pkcs11:token=a"},
         "ipsec.key-passphrase ppp.password"},
        {{"ipsec.auth=certificate", "ipsec.certificate=/c.pem", "ipsec.key=pkcs11:token=a"},
         "ipsec.key-passphrase ppp.password"},
        {{"ipsec.auth=certificate", "ipsec.certificate=pkcs11:token=a", "ipsec.key=/k.pem"},
         "ppp.password"},
        {{"ipsec.auth=certificate", "ipsec.certificate=/c.p12", "ipsec.ca=pkcs11:token=a"},
         "ppp.password"},
        {{"ipsec.auth=psk", "ipsec.certificate=pkcs11:token=a"}, "ipsec.psk ppp.password"},
        {{"ipsec.auth=certificate", "ipsec.certificate=pkcs11:token=a", "ipsec.enabled=no"},
         "ppp.password"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) profile = profile_new();
        for (guint j = 0; j < 4 && rows[i].fields[j]; j++) {
            g_auto(GStrv) pair = g_strsplit(rows[i].fields[j], "=", 2);
            g_assert_true(profile_set_named(profile, pair[0], pair[1], NULL));
        }
        g_autofree const char **missing = profile_missing_secrets(profile);
        g_autofree char *text = g_strjoinv(" ", (char **)missing);
        g_assert_cmpstr(text, ==, rows[i].missing);
    }
}

static void test_login_methods(void)
{
    g_autoptr(Profile) profile = profile_new();
    g_autoptr(GError) error = NULL;

    g_assert_true(profile_set_named(profile, "connection.name", "x", NULL));
    g_assert_true(profile_set_named(profile, "connection.gateway", "h", NULL));
    g_assert_true(profile_set_named(profile, "ppp.user", "a", NULL));
    g_assert_true(profile_set_named(profile, "ppp.refuse-chap", "yes", NULL));
    g_assert_true(profile_set_named(profile, "ppp.refuse-mschapv2", "yes", NULL));
    g_assert_true(profile_validate(profile, &error)); /* PAP is left */
    g_assert_true(profile_set_named(profile, "ipsec.enabled", "no", NULL));
    g_assert_false(profile_validate(profile, &error)); /* but not in clear */
}

static void test_routes(void)
{
    ProfileRoute route;

    g_assert_true(profile_route_parse("10.1.2.0/24", &route));
    g_assert_false(route.ipv6);
    g_assert_cmpuint(route.prefix, ==, 24);
    g_assert_cmpmem(route.address, 4, "\x0a\x01\x02\x00", 4);
    g_assert_true(profile_route_parse("2001:db8::/32", &route));
    g_assert_true(route.ipv6);
    g_assert_true(profile_route_parse("192.0.2.1", &route));
    g_assert_cmpuint(route.prefix, ==, 32);
    g_assert_false(profile_route_parse("10.0.0.0/", &route));
    g_assert_false(profile_route_parse("10.0.0.0/8/8", &route));
    g_assert_false(profile_route_parse("10.0.0.0/-1", &route));
    g_assert_false(profile_route_parse("", &route));
}

static void test_unknown_kept(void)
{
    const char *text = "# mine\n[connection]\nname=x\nfuture=1\n\n[later]\nkey=value\n";
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Profile) profile = keyfile_parse(text, strlen(text), "x", warnings, NULL);
    gsize length;

    g_assert_cmpuint(warnings->len, ==, 2);
    g_assert_true(profile_set_named(profile, "connection.gateway", "192.0.2.1", NULL));
    g_autofree char *written = keyfile_format(profile, text, &length);
    g_assert_nonnull(strstr(written, "# mine"));
    g_assert_nonnull(strstr(written, "future=1"));
    g_assert_nonnull(strstr(written, "[later]\nkey=value"));
    g_assert_nonnull(strstr(written, "gateway=192.0.2.1"));
}

static void test_stem_uuid(void)
{
    g_autoptr(Profile) first = keyfile_parse("", 0, "office", NULL, NULL);
    g_autoptr(Profile) again = keyfile_parse("", 0, "office", NULL, NULL);
    g_autoptr(Profile) other = keyfile_parse("", 0, "home", NULL, NULL);

    g_assert_cmpstr(profile_get_string(first, FIELD_CONNECTION_NAME), ==, "office");
    g_assert_cmpstr(profile_get_string(first, FIELD_CONNECTION_UUID), ==,
                    profile_get_string(again, FIELD_CONNECTION_UUID));
    g_assert_cmpstr(profile_get_string(first, FIELD_CONNECTION_UUID), !=,
                    profile_get_string(other, FIELD_CONNECTION_UUID));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile/keyfile-round-trip", test_keyfile_round_trip);
    g_test_add_func("/profile/settings-round-trip", test_settings_round_trip);
    g_test_add_func("/profile/text-round-trip", test_text_round_trip);
    g_test_add_func("/profile/bad-text", test_bad_text);
    g_test_add_func("/profile/secrets", test_secrets);
    g_test_add_func("/profile/validate", test_validate);
    g_test_add_func("/profile/missing-secrets", test_missing_secrets);
    g_test_add_func("/profile/login-methods", test_login_methods);
    g_test_add_func("/profile/routes", test_routes);
    g_test_add_func("/profile/unknown-kept", test_unknown_kept);
    g_test_add_func("/profile/stem-uuid", test_stem_uuid);
    return g_test_run();
}
