/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections of NetworkManager: every row of the table there and back, every key that
 * NetworkManager-l2tp has, and the spellings of its editors. */
#include <string.h>

#include "profile/nm_settings.h"

/* A value other than the default, for any row. */
static char *other_value(const Field *field)
{
    switch (field->type) {
    case FIELD_TYPE_STRING:
        if (field->format == FIELD_FORMAT_UUID)
            return g_strdup("2d1c3e58-0a4b-4c1f-9b57-8a3f0d6f1e22");
        if (field->format == FIELD_FORMAT_HOST)
            return g_strdup("vpn.example.com");
        return g_strdup(field->format == FIELD_FORMAT_USER_NAME ? "anna" : "a \"b\" 'c' \\d ä=;#");
    case FIELD_TYPE_FILE:
        return g_strdup_printf("/home/anna/my certs/%s ä.pem", field->key);
    case FIELD_TYPE_ENUM:
        return g_strdup(strcmp(field->choices[0], field->default_text) == 0 ? field->choices[1]
                                                                           : field->choices[0]);
    case FIELD_TYPE_BOOLEAN:
        return g_strdup(strcmp(field->default_text, "yes") == 0 ? "no" : "yes");
    case FIELD_TYPE_UINT:
        return g_strdup_printf("%u", field->maximum);
    case FIELD_TYPE_STRINGS:
        return g_strdup(field->format == FIELD_FORMAT_DOMAIN ? "corp.example, lab"
                                                             : "aes256-sha1-modp1024, 3des-sha1");
    case FIELD_TYPE_ADDRESSES:
        return g_strdup("2001:db8::53, 10.0.0.53");
    case FIELD_TYPE_ROUTES:
        return g_strdup(field->format == FIELD_FORMAT_IPV4 ? "10.0.0.0/8, 172.16.0.0/12"
                                                           : "2001:db8::/32, fd00::/8");
    case FIELD_TYPE_SECRET:
        return g_strdup("p \"q\" 'r' \\s ä#");
    }
    g_assert_not_reached();
}

static void set_other(Profile *profile, const Field *field)
{
    g_autofree char *value = other_value(field);
    g_autoptr(GError) error = NULL;

    if (field_is_secret(field)) {
        g_autoptr(Secret) secret = secret_new(value, strlen(value));
        g_assert_true(profile_set_secret(profile, field->id, secret, &error));
    } else {
        g_assert_true(profile_set_text(profile, field->id, value, &error));
    }
    g_assert_no_error(error);
}

static void assert_same(Profile *a, Profile *b)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        g_autofree char *first = profile_get_text(a, (FieldId)i);
        g_autofree char *second = profile_get_text(b, (FieldId)i);
        g_assert_cmpstr(first, ==, second);
        if (field_is_secret(field_get((FieldId)i)))
            g_assert_true(secret_equal(profile_get_secret(a, (FieldId)i),
                                       profile_get_secret(b, (FieldId)i)) ||
                          (!profile_get_secret(a, (FieldId)i) &&
                           !profile_get_secret(b, (FieldId)i)));
    }
}

/* Without a word about it. */
static void assert_round_trip(Profile *profile)
{
    g_autoptr(NmSettings) settings = nm_settings_new();
    g_auto(NmReport) report = {NULL};
    g_autoptr(GError) error = NULL;

    nm_report_init(&report);
    g_assert_true(profile_to_nm(profile, settings, &error));
    g_assert_no_error(error);
    g_autoptr(Profile) again = profile_from_nm(settings, &report);
    g_assert_cmpuint(report.notes->len + report.warnings->len + report.refusals->len, ==, 0);
    assert_same(profile, again);
}

static Profile *named_profile(void)
{
    Profile *profile = profile_new();

    g_assert_true(profile_set_text(profile, FIELD_CONNECTION_NAME, "Firma", NULL));
    return profile;
}

static void test_every_row(void)
{
    g_autoptr(Profile) all = named_profile();

    assert_round_trip(all);
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        g_autoptr(Profile) profile = named_profile();
        /* The one row that is refused on the way back. */
        if (field->id == FIELD_PPP_REQUIRE_MPPE)
            continue;
        set_other(profile, field);
        assert_round_trip(profile);
        set_other(all, field);
        assert_round_trip(all);
    }
}

static void test_own_keys(void)
{
    g_autoptr(NmSettings) settings = nm_settings_new();
    g_autoptr(Profile) profile = named_profile();

    profile_set_text(profile, FIELD_L2TP_DSCP, "46", NULL);
    profile_set_text(profile, FIELD_PPP_PFC, "no", NULL);
    profile_set_text(profile, FIELD_IPSEC_AUTH, "certificate", NULL);
    nm_settings_set(settings, "unit", "7");
    nm_settings_set(settings, "mtu", "1300");
    nm_settings_set(settings, "password-flags", "1");
    nm_settings_set(settings, "ipsec-gateway-id", "@old");
    g_assert_true(profile_to_nm(profile, settings, NULL));
    g_assert_cmpstr(g_hash_table_lookup(settings->data, "causeway-l2tp-dscp"), ==, "46");
    g_assert_cmpstr(g_hash_table_lookup(settings->data, "nopcomp"), ==, "yes");
    g_assert_cmpstr(g_hash_table_lookup(settings->data, "machine-auth-type"), ==, "tls");
    /* There it is off when it is not said. */
    g_assert_cmpstr(g_hash_table_lookup(settings->data, "ipsec-enabled"), ==, "yes");
    /* What is not ours stays; what is, and is at its default, goes. */
    g_assert_cmpstr(g_hash_table_lookup(settings->data, "unit"), ==, "7");
    g_assert_cmpuint(nm_settings_flags(settings, FIELD_PPP_PASSWORD), ==, NM_FLAG_AGENT_OWNED);
    g_assert_null(g_hash_table_lookup(settings->data, "mtu"));
    g_assert_null(g_hash_table_lookup(settings->data, "ipsec-gateway-id"));
    nm_settings_set_flags(settings, FIELD_L2TP_SECRET, NM_FLAG_NOT_SAVED);
    g_assert_cmpstr(g_hash_table_lookup(settings->data, "causeway-l2tp-secret-flags"), ==, "2");
}

typedef enum { TAKEN, NOTED, REFUSED, SILENT } Fate;

/* GATEWAYS.md's list, each key with a value that matters. */
static const struct {
    const char *key, *value;
    Fate fate;
    const char *field, *expected; /* of what was TAKEN */
} keys[] = {
    {"gateway", "vpn.example.com", TAKEN, "connection.gateway", "vpn.example.com"},
    {"user", "CORP\\anna", TAKEN, "ppp.user", "CORP\\anna"},
    {"domain", "CORP", TAKEN, "ppp.domain", "CORP"},
    {"user-auth-type", "password", SILENT, NULL, NULL},
    {"user-auth-type", "tls", REFUSED, NULL, NULL},
    {"user-ca", "/ca.pem", SILENT, NULL, NULL},
    {"user-cert", "/cert.pem", SILENT, NULL, NULL},
    {"user-key", "/key.pem", SILENT, NULL, NULL},
    {"ephemeral-port", "yes", TAKEN, "l2tp.ephemeral-port", "yes"},
    {"mtu", "1300", TAKEN, "ppp.mtu", "1300"},
    {"mtu", "100000", NOTED, "ppp.mtu", "1500"},
    {"mtu", "many", REFUSED, "ppp.mtu", "0"},
    {"mru", "1300", TAKEN, "ppp.mru", "1300"},
    {"mrru", "1600", NOTED, NULL, NULL},
    {"refuse-eap", "yes", NOTED, NULL, NULL},
    {"refuse-pap", "yes", TAKEN, "ppp.refuse-pap", "yes"},
    {"refuse-chap", "yes", TAKEN, "ppp.refuse-chap", "yes"},
    {"refuse-mschap", "yes", TAKEN, "ppp.refuse-mschap", "yes"},
    {"refuse-mschapv2", "yes", TAKEN, "ppp.refuse-mschapv2", "yes"},
    {"require-mppe", "yes", REFUSED, "ppp.require-mppe", "no"},
    {"require-mppe", "no", TAKEN, "ppp.require-mppe", "no"},
    {"require-mppe-40", "yes", REFUSED, NULL, NULL},
    {"require-mppe-128", "yes", REFUSED, NULL, NULL},
    {"require-mppe-128", "no", SILENT, NULL, NULL},
    {"mppe-stateful", "yes", NOTED, NULL, NULL},
    {"nobsdcomp", "yes", NOTED, NULL, NULL},
    {"nodeflate", "yes", NOTED, NULL, NULL},
    {"no-vj-comp", "yes", NOTED, NULL, NULL},
    {"nopcomp", "yes", TAKEN, "ppp.pfc", "no"},
    {"noaccomp", "yes", TAKEN, "ppp.acfc", "no"},
    {"lcp-echo-failure", "7", TAKEN, "ppp.echo-failures", "7"},
    {"lcp-echo-interval", "30", TAKEN, "ppp.echo-interval", "30"},
    {"xl2tpd-max-retries", "5", NOTED, NULL, NULL},
    {"unit", "3", NOTED, NULL, NULL},
    {"ipcp-peer-ip", "10.0.0.1", NOTED, NULL, NULL},
    {"ipsec-enabled", "yes", TAKEN, "ipsec.enabled", "yes"},
    {"machine-auth-type", "tls", TAKEN, "ipsec.auth", "certificate"},
    {"machine-auth-type", "psk", TAKEN, "ipsec.auth", "psk"},
    {"machine-auth-type", "magic", REFUSED, "ipsec.auth", "psk"},
    {"machine-ca", "/ca.pem", TAKEN, "ipsec.ca", "/ca.pem"},
    {"machine-cert", "file:///home/anna/my%20cert.pem", TAKEN, "ipsec.certificate",
     "/home/anna/my cert.pem"},
    {"machine-cert", "pkcs11:token=x;object=a%20b;type=cert", TAKEN, "ipsec.certificate",
     "pkcs11:token=x;object=a%20b;type=cert"},
    {"machine-key", "pkcs11:id=%01;type=private", TAKEN, "ipsec.key", "pkcs11:id=%01;type=private"},
    {"machine-cert", "pkcs11:token=x?pin-value=1234", REFUSED, "ipsec.certificate", ""},
    {"machine-cert", "pkcs11:token=x?module-path=/tmp/x.so", REFUSED, "ipsec.certificate", ""},
    {"machine-key", "/key.pem", TAKEN, "ipsec.key", "/key.pem"},
    {"machine-key", "/all.p12", TAKEN, "ipsec.certificate", "/all.p12"},
    {"ipsec-remote-id", "@fw", TAKEN, "ipsec.remote-id", "@fw"},
    {"ipsec-remote-id", "%any", TAKEN, "ipsec.remote-id", "%any"},
    {"ipsec-gateway-id", "10.0.0.1", TAKEN, "ipsec.remote-id", "10.0.0.1"},
    {"ipsec-group-name", "staff", TAKEN, "ipsec.group-name", "staff"},
    {"ipsec-ike", "aes256-sha1;modp1024", TAKEN, "ipsec.ike", "aes256-sha1-modp1024"},
    {"ipsec-ike", "aes256-sha2_256;dh14,3des-md5;dh2", TAKEN, "ipsec.ike",
     "aes256-sha2_256-dh14, 3des-md5-dh2"},
    {"ipsec-ike", "3des-sha1-modp1024!", TAKEN, "ipsec.ike", "3des-sha1-modp1024"},
    {"ipsec-ike", "aes256+aes128-sha1; modp2048", TAKEN, "ipsec.ike", "aes256-aes128-sha1-modp2048"},
    {"ipsec-ike", "aes256:sha1", REFUSED, "ipsec.ike", ""},
    {"ipsec-esp", "aes256-sha1,3des-sha1!", TAKEN, "ipsec.esp", "aes256-sha1, 3des-sha1"},
    {"ipsec-esp", "aes_gcm256-null;", TAKEN, "ipsec.esp", "aes_gcm256-null"},
    {"ipsec-ikelifetime", "28800", TAKEN, "ipsec.ike-lifetime", "28800"},
    {"ipsec-ikelifetime", "8h", TAKEN, "ipsec.ike-lifetime", "28800"},
    {"ipsec-salifetime", "60m", TAKEN, "ipsec.esp-lifetime", "3600"},
    {"ipsec-salifetime", "60", NOTED, "ipsec.esp-lifetime", "300"},
    {"ipsec-forceencaps", "yes", TAKEN, "ipsec.force-encapsulation", "yes"},
    {"ipsec-ipcomp", "yes", NOTED, NULL, NULL},
    {"ipsec-ikev2", "yes", REFUSED, NULL, NULL},
    {"ipsec-ikev2", "no", SILENT, NULL, NULL},
    {"ipsec-pfs", "no", NOTED, NULL, NULL},
    {"password-flags", "1", SILENT, NULL, NULL},
    {"user-certpass-flags", "1", SILENT, NULL, NULL},
    {"ipsec-psk-flags", "0", SILENT, NULL, NULL},
    {"machine-certpass-flags", "2", SILENT, NULL, NULL},
};

static void test_every_key(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(NmSettings) settings = nm_settings_new();
        g_auto(NmReport) report = {NULL};
        g_autofree char *begin = g_strconcat(keys[i].key, ": ", NULL);

        nm_report_init(&report);
        nm_settings_set(settings, keys[i].key, keys[i].value);
        g_autoptr(Profile) profile = profile_from_nm(settings, &report);
        g_test_message("%s=%s", keys[i].key, keys[i].value);
        g_assert_cmpuint(report.warnings->len, ==, 0);
        g_assert_cmpuint(report.refusals->len, ==, keys[i].fate == REFUSED ? 1 : 0);
        g_assert_cmpuint(report.notes->len, ==, keys[i].fate == NOTED ? 1 : 0);
        if (keys[i].fate == REFUSED)
            g_assert_true(g_str_has_prefix(g_ptr_array_index(report.refusals, 0), begin));
        if (keys[i].fate == NOTED)
            g_assert_true(g_str_has_prefix(g_ptr_array_index(report.notes, 0), begin));
        if (keys[i].field) {
            g_autofree char *text = profile_get_text(profile, field_find(keys[i].field)->id);
            g_assert_cmpstr(text, ==, keys[i].expected);
        }
    }
}

static Profile *read_quietly(NmSettings *settings)
{
    g_auto(NmReport) report = {NULL};

    nm_report_init(&report);
    Profile *profile = profile_from_nm(settings, &report);
    g_assert_cmpuint(report.refusals->len, ==, 0);
    return profile;
}

static void assert_secret(Profile *profile, FieldId id, const char *bytes, gsize length)
{
    const Secret *secret = profile_get_secret(profile, id);

    g_assert_nonnull(secret);
    g_assert_cmpmem(secret_data(secret), secret_length(secret), bytes, length);
}

static void test_secrets(void)
{
    g_autoptr(NmSettings) settings = nm_settings_new();

    nm_settings_set_secret(settings, "password", "pass \\ \"word\"");
    nm_settings_set_secret(settings, "machine-certpass", "open");
    nm_settings_set_secret(settings, "no-secret", "true");
    nm_settings_set(settings, "ipsec-psk", "in the data");
    g_autoptr(Profile) old = read_quietly(settings);
    assert_secret(old, FIELD_PPP_PASSWORD, "pass \\ \"word\"", 13);
    assert_secret(old, FIELD_IPSEC_KEY_PASSPHRASE, "open", 4);
    assert_secret(old, FIELD_IPSEC_PSK, "in the data", 11);
    nm_settings_set_secret(settings, "ipsec-psk", "0sAP9nZWhlaW0="); /* 00 ff "geheim" */
    /* Zero bytes are in no text: there the profile, too, has base64, and means the bytes. */
    g_autoptr(Profile) zero = read_quietly(settings);
    assert_secret(zero, FIELD_IPSEC_PSK, "0sAP9nZWhlaW0=", 14);
    g_assert_true(profile_to_nm(zero, settings, NULL));
    g_assert_cmpstr(g_hash_table_lookup(settings->secrets, "ipsec-psk"), ==, "0sAP9nZWhlaW0=");
    /* Theirs have no other way to write bytes: what reads like ours of doing so is a plain text. */
    nm_settings_set_secret(settings, "ipsec-psk", "0x12");
    g_autoptr(Profile) hexadecimal = read_quietly(settings);
    assert_secret(hexadecimal, FIELD_IPSEC_PSK, "0sMHgxMg==", 10);
    /* A key that reads "0x12" is not the byte 18. */
    nm_settings_set_secret(settings, "ipsec-psk", "0sMHgxMg==");
    g_autoptr(Profile) digits = read_quietly(settings);
    assert_secret(digits, FIELD_IPSEC_PSK, "0sMHgxMg==", 10);
    nm_settings_set_secret(settings, "ipsec-psk", "0s/2dlaGVpbQ==");
    g_autoptr(Profile) binary = read_quietly(settings);
    assert_secret(binary, FIELD_IPSEC_PSK, "0s/2dlaGVpbQ==", 14);
    /* ... and written so again, as is one that would be taken for base64, or has a line break. */
    g_assert_true(profile_to_nm(binary, settings, NULL));
    g_assert_cmpstr(g_hash_table_lookup(settings->secrets, "ipsec-psk"), ==, "0s/2dlaGVpbQ==");
    g_assert_null(g_hash_table_lookup(settings->data, "ipsec-psk"));
    static const char *const awkward[] = {"two\nlines", "0s", "0x1", "0sAA=="};
    for (gsize i = 0; i < G_N_ELEMENTS(awkward); i++) {
        g_autoptr(Profile) profile = named_profile();
        g_autoptr(Secret) secret = secret_new(awkward[i], strlen(awkward[i]));
        g_assert_true(profile_set_secret(profile, FIELD_IPSEC_PSK, secret, NULL));
        assert_round_trip(profile);
    }
    /* What a profile has as base64 of a text is that text. */
    g_autoptr(Secret) encoded = secret_new("0sZ2VoZWlt", 10);
    g_assert_true(profile_set_secret(binary, FIELD_IPSEC_PSK, encoded, NULL));
    g_assert_true(profile_to_nm(binary, settings, NULL));
    g_assert_cmpstr(g_hash_table_lookup(settings->secrets, "ipsec-psk"), ==, "geheim");
    g_autoptr(Secret) bytes = secret_new("\377", 1);
    g_autoptr(GError) error = NULL;
    g_assert_true(profile_set_secret(binary, FIELD_PPP_PASSWORD, bytes, NULL));
    g_assert_false(profile_to_nm(binary, settings, &error));
    g_assert_true(g_str_has_prefix(error->message, "ppp.password: "));
}

/* As KDE 5.27's editor writes it. */
static void test_kde(void)
{
    static const char *const data[][2] = {
        {"gateway", "203.0.113.1"}, {"user", "anna"}, {"password-flags", "0"},
        {"ipsec-enabled", "yes"}, {"ipsec-gateway-id", "@fw"}, {"ipsec-psk-flags", "0"},
        {"ipsec-group-name", "staff"}, {"ipsec-forceencaps", "yes"},
        {"ipsec-ike", "aes256-sha1-modp1024"}, {"ipsec-esp", "aes256-sha1"},
        {"refuse-eap", "yes"}, {"refuse-pap", "yes"}, {"mppe-stateful", "no"},
        {"lcp-echo-failure", "5"}, {"lcp-echo-interval", "30"},
    };
    g_autoptr(NmSettings) settings = nm_settings_new();

    for (gsize i = 0; i < G_N_ELEMENTS(data); i++)
        nm_settings_set(settings, data[i][0], data[i][1]);
    nm_settings_set_secret(settings, "ipsec-psk", "geheim");
    settings->id = g_strdup("Büro/\"Zentrale\"\n");
    g_autoptr(Profile) profile = read_quietly(settings);
    g_assert_cmpstr(profile_get_string(profile, FIELD_CONNECTION_NAME), ==, "Büro_\"Zentrale\"");
    g_assert_cmpstr(profile_get_string(profile, FIELD_IPSEC_REMOTE_ID), ==, "@fw");
    g_assert_cmpstr(profile_get_string(profile, FIELD_IPSEC_GROUP_NAME), ==, "staff");
    /* NetworkManager-l2tp logs in by what is not refused; it says so of this one, too. */
    g_assert_false(profile_get_boolean(profile, FIELD_PPP_REFUSE_MSCHAP));
    g_assert_true(profile_validate(profile, NULL));
}

/* NetworkManager-l2tp's rightid=%any, for its own connections alone. */
static void test_identity(void)
{
    static const struct {
        const char *service, *auth, *expected;
    } rows[] = {
        {NM_SERVICE_L2TP, "tls", "%any"},
        {NM_SERVICE_L2TP, "psk", NULL},
        {NM_SERVICE_CAUSEWAY, "tls", NULL},
        {NULL, "tls", NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(NmSettings) settings = nm_settings_new();
        settings->service = g_strdup(rows[i].service);
        nm_settings_set(settings, "machine-auth-type", rows[i].auth);
        g_autoptr(Profile) profile = read_quietly(settings);
        g_assert_cmpstr(profile_get_string(profile, FIELD_IPSEC_REMOTE_ID), ==, rows[i].expected);
    }
}

/* There, no IPsec unless it says so; here, IPsec unless it says otherwise. */
static void test_absent_ipsec(void)
{
    static const struct {
        const char *service, *value;
        gboolean expected;
    } rows[] = {
        {NM_SERVICE_L2TP, NULL, FALSE},    {NM_SERVICE_L2TP, "yes", TRUE},
        {NM_SERVICE_CAUSEWAY, NULL, TRUE}, {NM_SERVICE_CAUSEWAY, "no", FALSE},
        {NULL, NULL, TRUE},                {NULL, "no", FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(NmSettings) settings = nm_settings_new();
        g_autoptr(NmSettings) written = nm_settings_new();
        settings->service = g_strdup(rows[i].service);
        nm_settings_set(settings, "ipsec-enabled", rows[i].value);
        g_autoptr(Profile) profile = read_quietly(settings);
        g_assert_cmpint(profile_get_boolean(profile, FIELD_IPSEC_ENABLED), ==, rows[i].expected);
        g_assert_true(profile_to_nm(profile, written, NULL));
        g_assert_cmpstr(g_hash_table_lookup(written->data, "ipsec-enabled"), ==,
                        rows[i].expected ? "yes" : "no");
    }
}

static void test_families(void)
{
    g_autoptr(NmSettings) settings = nm_settings_new();
    g_autoptr(Profile) profile = named_profile();

    /* An order that two lists cannot keep, and routes of a family that is off. */
    profile_set_text(profile, FIELD_DNS_SERVERS, "10.0.0.1, 2001:db8::1, 10.0.0.2", NULL);
    profile_set_text(profile, FIELD_IPV6_ROUTES, "2001:db8::/32", NULL);
    assert_round_trip(profile);
    profile_set_text(profile, FIELD_IPV6_METHOD, "ignore", NULL);
    assert_round_trip(profile);
    g_assert_true(profile_to_nm(profile, settings, NULL));
    g_assert_cmpstr(settings->ipv6.method, ==, "ignore");
    g_assert_cmpuint(settings->ipv6.routes->len, ==, 0);
    g_assert_cmpuint(settings->ipv4.dns->len, ==, 2);
    /* Somebody has edited NetworkManager's own list since: it is the one that counts. */
    g_ptr_array_set_size(settings->ipv4.dns, 1);
    g_autoptr(Profile) edited = read_quietly(settings);
    g_autofree char *servers = profile_get_text(edited, FIELD_DNS_SERVERS);
    g_assert_cmpstr(servers, ==, "10.0.0.1");
}

static GPtrArray *texts_of(const char *const *texts)
{
    GPtrArray *array = g_ptr_array_new_with_free_func(g_free);

    for (; *texts; texts++)
        g_ptr_array_add(array, g_strdup(*texts));
    return array;
}

/* What NetworkManager has in its own settings it sets itself, whether or not a profile knows a word
 * for it: none of it is a reason not to connect, and the rest is taken. */
static void test_families_beyond(void)
{
    static const char *const search[] = {"corp.example", "~lab.example", "~.", "büro.example",
                                         NULL};
    static const char *const servers[] = {"10.0.0.53", "10.0.0.54#dns.example", NULL};
    g_autoptr(NmSettings) settings = nm_settings_new();
    g_autoptr(GPtrArray) routes = g_ptr_array_new_with_free_func(g_free);
    g_auto(NmReport) report = {NULL};

    nm_report_init(&report);
    for (guint i = 0; i < 2000; i++)
        g_ptr_array_add(routes, g_strdup_printf("10.%u.%u.0/24", i / 250, i % 250));
    g_ptr_array_unref(settings->ipv4.search);
    g_ptr_array_unref(settings->ipv4.dns);
    g_ptr_array_unref(settings->ipv4.routes);
    settings->ipv4.search = texts_of(search);
    settings->ipv4.dns = texts_of(servers);
    settings->ipv4.routes = g_ptr_array_ref(routes);
    g_autoptr(Profile) profile = profile_from_nm(settings, &report);
    g_autofree char *domains = profile_get_text(profile, FIELD_DNS_SEARCH);
    g_autofree char *addresses = profile_get_text(profile, FIELD_DNS_SERVERS);
    g_assert_cmpuint(report.refusals->len, ==, 0);
    g_assert_cmpstr(domains, ==, "corp.example, büro.example");
    g_assert_cmpstr(addresses, ==, "10.0.0.53");
    g_assert_cmpuint(g_strv_length((char **)profile_get_strings(profile, FIELD_IPV4_ROUTES)), >,
                     400);
    g_assert_cmpuint(report.warnings->len, ==, 4);
    g_assert_true(g_str_has_prefix(g_ptr_array_index(report.warnings, 0), "ipv4.routes: "));
}

/* Whatever stands in a connection: clean sentences, and a profile that holds together. */
static void test_sweep(void)
{
    static const char *const parts[] = {"", "-", "\n", "\xff", "yes", "0s", ";", "!", "%any", "0",
                                        "4294967296", "file://", "/", "ä", "\x1b[31m", "h"};

    for (guint i = 0; i < FIELD_COUNT + G_N_ELEMENTS(keys); i++) {
        const char *key = i < FIELD_COUNT ? nm_settings_key((FieldId)i) : keys[i - FIELD_COUNT].key;
        for (gsize j = 0; key && j < G_N_ELEMENTS(parts) * G_N_ELEMENTS(parts); j++) {
            g_autofree char *value = g_strconcat(parts[j % G_N_ELEMENTS(parts)],
                                                 parts[j / G_N_ELEMENTS(parts)], NULL);
            g_autoptr(NmSettings) settings = nm_settings_new();
            g_auto(NmReport) report = {NULL};
            nm_report_init(&report);
            nm_settings_set(settings, key, value);
            nm_settings_set_secret(settings, key, value);
            settings->id = g_strdup(value);
            settings->user = g_strdup(value);
            g_autoptr(Profile) profile = profile_from_nm(settings, &report);
            g_assert_nonnull(profile_get_string(profile, FIELD_CONNECTION_NAME));
            for (guint k = 0; k < report.refusals->len; k++)
                g_assert_true(g_utf8_validate(g_ptr_array_index(report.refusals, k), -1, NULL));
        }
    }
}

/* With whose rights would they be read? */
static void test_several_users(void)
{
    g_autoptr(NmSettings) settings = nm_settings_new();
    g_auto(NmReport) report = {NULL};

    nm_report_init(&report);
    nm_settings_set(settings, "gateway", "vpn.example.com");
    settings->shared = TRUE;
    profile_unref(profile_from_nm(settings, &report));
    g_assert_cmpuint(report.refusals->len, ==, 0);

    nm_settings_set(settings, "machine-auth-type", "tls");
    nm_settings_set(settings, "machine-ca", "/etc/ssl/ca.pem");
    nm_settings_set(settings, "machine-key", "file:///root/key.pem");
    g_autoptr(Profile) profile = profile_from_nm(settings, &report);
    g_assert_cmpuint(report.refusals->len, ==, 2);
    for (guint i = 0; i < report.refusals->len; i++) {
        const char *text = g_ptr_array_index(report.refusals, i);
        g_assert_true(g_str_has_prefix(text, "machine-ca: ") ||
                      g_str_has_prefix(text, "machine-key: "));
    }
    g_assert_null(profile_get_string(profile, FIELD_IPSEC_CA));
    g_assert_null(profile_get_string(profile, FIELD_IPSEC_KEY));

    /* A token's PIN is what entitles, whoever has it. */
    nm_settings_set(settings, "machine-key", "pkcs11:token=Card;object=vpn");
    nm_settings_set(settings, "machine-ca", "pkcs11:token=Card;object=root");
    g_autoptr(Profile) token = profile_from_nm(settings, &report);
    g_assert_cmpuint(report.refusals->len, ==, 2);
    g_assert_cmpstr(profile_get_string(token, FIELD_IPSEC_KEY), ==, "pkcs11:token=Card;object=vpn");
    g_assert_true(profile_key_is_on_token(token));
}

/* Who has a connection in NetworkManager is not sent to commands and fields that know nothing of
 * it, and each key that is named is one. */
static void test_hints(void)
{
    static const char *const commands[] = {"set-secret", "causeway edit", "causeway up"};

    for (guint code = 0; code < FAILURE_CODE_COUNT; code++) {
        const char *hint = nm_failure_hint((FailureCode)code);
        g_assert_nonnull(hint);
        for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
            g_assert_null(strstr(hint, commands[i]));
        for (guint i = 0; i < FIELD_COUNT; i++)
            g_assert_null(strstr(hint, field_name((FieldId)i)));
        g_auto(GStrv) words = g_strsplit_set(hint, " ,().;=\"", -1);
        for (guint i = 0; words[i]; i++) {
            gboolean ours = g_str_has_prefix(words[i], "causeway-") ||
                            g_str_has_prefix(words[i], "ipsec-") ||
                            g_str_has_prefix(words[i], "machine-");
            g_assert_true(!ours || nm_settings_field(words[i]));
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nm/every-row", test_every_row);
    g_test_add_func("/nm/own-keys", test_own_keys);
    g_test_add_func("/nm/every-key", test_every_key);
    g_test_add_func("/nm/secrets", test_secrets);
    g_test_add_func("/nm/kde", test_kde);
    g_test_add_func("/nm/identity", test_identity);
    g_test_add_func("/nm/absent-ipsec", test_absent_ipsec);
    g_test_add_func("/nm/families", test_families);
    g_test_add_func("/nm/families-beyond", test_families_beyond);
    g_test_add_func("/nm/several-users", test_several_users);
    g_test_add_func("/nm/hints", test_hints);
    g_test_add_func("/nm/sweep", test_sweep);
    return g_test_run();
}
