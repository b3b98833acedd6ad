/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles that were made by other programs: .nmconnection files of NetworkManager-l2tp, whose
 * keys stand in the field table. */
#include "profile/import.h"

#include <string.h>

#include "profile/keyfile.h"
#include "profile/words.h"

#define NM_SERVICE "org.freedesktop.NetworkManager.l2tp"

static void warn(GPtrArray *warnings, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void warn(GPtrArray *warnings, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_ptr_array_add(warnings, g_strdup_vprintf(format, arguments));
    va_end(arguments);
}

/* Keys that say how that program works, not how the connection is, or that are always so. */
static gboolean is_harmless(const char *key)
{
    static const char *const harmless[] = {
        "service-type", "user-auth-type", "ephemeral-port", "nobsdcomp", "nodeflate", "no-vj-comp",
        "mppe-stateful", "mrru", "xl2tpd-max-retries", "unit", "ipcp-peer-ip", "refuse-eap",
        "ipsec-ipcomp", "ipsec-pfs", "require-mppe-40", "require-mppe-128", NULL};

    return g_strv_contains(harmless, key) || g_str_has_suffix(key, "-flags");
}

static const Field *find_nm(const char *key)
{
    /* KDE still writes the older name. */
    return field_find_nm(strcmp(key, "ipsec-gateway-id") == 0 ? "ipsec-remote-id" : key);
}

/* Their word for a choice into ours, their no into our yes. */
static char *translate(const Field *field, const char *text)
{
    gboolean boolean;

    for (guint i = 0; field->nm_choices && field->nm_choices[i]; i++) {
        if (strcmp(field->nm_choices[i], text) == 0)
            return g_strdup(field->choices[i]);
    }
    if ((field->flags & FIELD_NM_INVERTED) && words_boolean(text, &boolean))
        return g_strdup(boolean ? "no" : "yes");
    /* strongSwan's "and nothing else", which is always so here. */
    if (field->format == FIELD_FORMAT_SUITES && g_str_has_suffix(text, "!"))
        return g_strndup(text, strlen(text) - 1);
    return g_strdup(text);
}

/* A key that begins with 0s is base64, as in ipsec.secrets. */
static Secret *nm_secret(const Field *field, char *text)
{
    gsize length = 0;

    if (field->id != FIELD_IPSEC_PSK || !g_str_has_prefix(text, "0s"))
        return secret_new_take(text);
    guint8 *bytes = g_base64_decode(text + 2, &length);
    Secret *secret = secret_new(bytes, length);
    explicit_bzero(bytes, length);
    g_free(bytes);
    secret_string_free(text);
    return secret;
}

static void take_value(Profile *profile, const Field *field, char *text, GPtrArray *warnings)
{
    g_autoptr(GError) error = NULL;

    if (field_is_secret(field)) {
        g_autoptr(Secret) secret = nm_secret(field, text);
        if (secret_length(secret) > 0 && !profile_set_secret(profile, field->id, secret, &error))
            warn(warnings, "%s", error->message);
        return;
    }
    g_autofree char *value = translate(field, text);
    if (!profile_set_text(profile, field->id, value, &error))
        warn(warnings, "%s", error->message);
    g_free(text);
}

static void take_group(Profile *profile, GKeyFile *file, const char *group, GPtrArray *warnings)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);

    for (char **key = keys; key && *key; key++) {
        const Field *field = find_nm(*key);
        char *text = g_key_file_get_string(file, group, *key, NULL);
        if (field && text) {
            take_value(profile, field, g_steal_pointer(&text), warnings);
        } else if (!is_harmless(*key)) {
            g_autofree char *clean = g_utf8_make_valid(*key, -1);
            warn(warnings, "%s: is not taken over", clean);
        }
        secret_string_free(text);
    }
}

/* What is absent there may mean something else than what is absent here. */
static void take_defaults(Profile *profile, GKeyFile *file, GPtrArray *warnings)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        if (field->nm_default && !g_key_file_has_key(file, "vpn", field->nm_key, NULL))
            take_value(profile, field, g_strdup(field->nm_default), warnings);
    }
}

static void refuse_unsupported(GKeyFile *file, Profile *profile, GPtrArray *warnings)
{
    g_autofree char *user_auth = g_key_file_get_string(file, "vpn", "user-auth-type", NULL);

    if (g_strcmp0(user_auth, "tls") == 0)
        warn(warnings, "logging in by a user certificate (EAP-TLS) is not available");
    if (g_key_file_get_boolean(file, "vpn", "ipsec-ikev2", NULL))
        warn(warnings, "IKEv2 is not available; IKEv1 is used");
    if (profile_get_boolean(profile, FIELD_PPP_REQUIRE_MPPE)) {
        profile_unset(profile, FIELD_PPP_REQUIRE_MPPE);
        warn(warnings, "ppp.require-mppe: left out; IPsec already encrypts everything");
    }
}

static void set_or_warn(Profile *profile, FieldId id, const char *text, GPtrArray *warnings)
{
    g_autoptr(GError) error = NULL;

    /* An empty one would take away what stands there: a new profile's UUID. */
    if (text && *text && !profile_set_text(profile, id, text, &error))
        warn(warnings, "%s", error->message);
}

/* NetworkManager's own groups: routeN=NETWORK/PREFIX,NEXT-HOP,METRIC. */
static void take_routes(Profile *profile, GKeyFile *file, const char *group, FieldId id,
                        GPtrArray *warnings)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
    g_autoptr(GString) routes = g_string_new(NULL);

    for (char **key = keys; key && *key; key++) {
        if (!g_str_has_prefix(*key, "route") || !g_ascii_isdigit((*key)[strlen("route")]) ||
            strchr(*key, '_'))
            continue;
        g_autofree char *text = g_key_file_get_string(file, group, *key, NULL);
        g_auto(GStrv) parts = g_strsplit(text ? text : "", ",", 2);
        if (parts[0])
            g_string_append_printf(routes, "%s ", parts[0]);
    }
    set_or_warn(profile, id, routes->str, warnings);
}

static void take_network(Profile *profile, GKeyFile *file, GPtrArray *warnings)
{
    static const struct {
        const char *group;
        FieldId routes, default_route, method;
    } families[] = {
        {"ipv4", FIELD_IPV4_ROUTES, FIELD_IPV4_DEFAULT_ROUTE, FIELD_IPV4_METHOD},
        {"ipv6", FIELD_IPV6_ROUTES, FIELD_IPV6_DEFAULT_ROUTE, FIELD_IPV6_METHOD},
    };
    g_autoptr(GString) servers = g_string_new(NULL);
    g_autoptr(GString) search = g_string_new(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(families); i++) {
        const char *group = families[i].group;
        g_autofree char *method = g_key_file_get_string(file, group, "method", NULL);
        g_autofree char *dns = g_key_file_get_string(file, group, "dns", NULL);
        g_autofree char *domains = g_key_file_get_string(file, group, "dns-search", NULL);
        take_routes(profile, file, group, families[i].routes, warnings);
        if (g_key_file_get_boolean(file, group, "never-default", NULL))
            set_or_warn(profile, families[i].default_route, "no", warnings);
        if (g_strcmp0(method, "disabled") == 0 ||
            (g_strcmp0(method, "ignore") == 0 && i == 1))
            set_or_warn(profile, families[i].method, method, warnings);
        if (g_key_file_get_boolean(file, group, "ignore-auto-dns", NULL))
            set_or_warn(profile, FIELD_DNS_IGNORE_PEER, "yes", warnings);
        g_string_append_printf(servers, "%s ", dns ? dns : "");
        g_string_append_printf(search, "%s ", domains ? domains : "");
    }
    set_or_warn(profile, FIELD_DNS_SERVERS, servers->str, warnings);
    set_or_warn(profile, FIELD_DNS_SEARCH, search->str, warnings);
}

static Profile *import_nm(GKeyFile *file, const char *stem, GPtrArray *warnings, GError **error)
{
    g_autoptr(Profile) profile = profile_new();
    g_autofree char *id = g_key_file_get_string(file, "connection", "id", NULL);
    g_autofree char *uuid = g_key_file_get_string(file, "connection", "uuid", NULL);

    take_group(profile, file, "vpn", warnings);
    take_group(profile, file, "vpn-secrets", warnings);
    take_defaults(profile, file, warnings);
    take_network(profile, file, warnings);
    refuse_unsupported(file, profile, warnings);
    set_or_warn(profile, FIELD_CONNECTION_NAME, id, warnings);
    set_or_warn(profile, FIELD_CONNECTION_UUID, uuid, warnings);
    if (!profile_is_set(profile, FIELD_CONNECTION_NAME) &&
        !profile_set_text(profile, FIELD_CONNECTION_NAME, stem, error))
        return NULL;
    return g_steal_pointer(&profile);
}

Profile *profile_import(const char *data, gsize length, const char *stem, GPtrArray *warnings,
                        GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();

    if (length <= KEYFILE_MAX && !memchr(data, 0, length) &&
        g_key_file_load_from_data(file, data, length, G_KEY_FILE_NONE, NULL)) {
        g_autofree char *service = g_key_file_get_string(file, "vpn", "service-type", NULL);
        if (g_strcmp0(service, NM_SERVICE) == 0)
            return import_nm(file, stem, warnings, error);
        if (service || g_key_file_has_key(file, "connection", "type", NULL)) {
            g_autofree char *clean = g_utf8_make_valid(service ? service : "no VPN", -1);
            g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT,
                        "This NetworkManager connection is not L2TP (%s)", clean);
            return NULL;
        }
    }
    return keyfile_parse(data, length, stem, warnings, error);
}
