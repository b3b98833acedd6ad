/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile put into a connection of NetworkManager. */
#include <string.h>

#include "profile/nm_settings.h"
#include "profile/words.h"

/* Our word for a value into theirs. */
static char *translate(const Field *field, const char *text)
{
    for (guint i = 0; field->nm_choices && field->nm_choices[i]; i++) {
        if (strcmp(field->choices[i], text) == 0)
            return g_strdup(field->nm_choices[i]);
    }
    if (field->flags & FIELD_NM_INVERTED)
        return g_strdup(strcmp(text, "yes") == 0 ? "no" : "yes");
    if (field->format == FIELD_FORMAT_SUITES) {
        /* "a, b" is how we write it; ipsec.conf takes no blanks. */
        g_auto(GStrv) parts = words_split(text);
        return g_strjoinv(",", parts);
    }
    return g_strdup(text);
}

/* What stands for itself is left out: connections stay short, and what NetworkManager-l2tp does
 * by default is done there.  Whether there is IPsec, the two take differently when it is absent. */
static void put_text(Profile *profile, const Field *field, NmSettings *settings)
{
    g_autofree char *text = profile_get_text(profile, field->id);
    g_autofree char *value = translate(field, text);
    g_autofree char *absent =
        field->nm_default ? g_strdup(field->nm_default) : translate(field, field->default_text);

    nm_settings_set(settings, nm_settings_key(field->id),
                    strcmp(value, absent) == 0 && field->id != FIELD_IPSEC_ENABLED ? NULL : value);
}

/* Anything but plain text is written as base64, and so is what would be taken for that. */
static gboolean is_plain(const Secret *bytes)
{
    const char *text = (const char *)secret_data(bytes);
    g_autoptr(Secret) meant = words_psk_bytes(bytes);

    if (!g_utf8_validate(text, (gssize)secret_length(bytes), NULL) ||
        g_str_has_prefix(text, "0s") || !secret_equal(meant, bytes))
        return FALSE;
    for (const char *p = text; *p; p++) {
        if (g_ascii_iscntrl(*p))
            return FALSE;
    }
    return TRUE;
}

static char *psk_text(const Secret *psk)
{
    g_autoptr(Secret) bytes = words_psk_bytes(psk);

    if (is_plain(bytes))
        return g_strdup((const char *)secret_data(bytes));
    char *base64 = g_base64_encode(secret_data(bytes), secret_length(bytes));
    char *text = g_strconcat("0s", base64, NULL);
    secret_string_free(base64);
    return text;
}

char *nm_settings_secret_text(FieldId id, const Secret *secret, GError **error)
{
    const char *text = (const char *)secret_data(secret);

    if (id == FIELD_IPSEC_PSK)
        return psk_text(secret);
    if (g_utf8_validate(text, (gssize)secret_length(secret), NULL))
        return g_strdup(text);
    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID_VALUE,
                "%s: NetworkManager cannot store what is not UTF-8 text", field_name(id));
    return NULL;
}

static gboolean put_secret(Profile *profile, const Field *field, NmSettings *settings,
                           GError **error)
{
    const Secret *secret = profile_get_secret(profile, field->id);
    const char *key = nm_settings_key(field->id);
    char *text = secret ? nm_settings_secret_text(field->id, secret, error) : NULL;

    if (field->id == FIELD_IPSEC_PSK) /* the older place */
        nm_settings_set(settings, key, NULL);
    if (secret && !text)
        return FALSE;
    nm_settings_set_secret(settings, key, text);
    secret_string_free(text);
    return TRUE;
}

/* ---- the families ---- */

static void put_family(Profile *profile, NmFamily *family, FieldId method, FieldId default_route)
{
    /* Another word for auto, such as manual, stays. */
    const char *wanted = profile_get_string(profile, method);
    gboolean known =
        !family->method || g_strv_contains(field_get(method)->choices, family->method);

    if (known || strcmp(wanted, "auto") != 0) {
        g_free(family->method);
        family->method = g_strdup(wanted);
    }
    family->never_default = !profile_get_boolean(profile, default_route);
    family->ignore_auto_dns = profile_get_boolean(profile, FIELD_DNS_IGNORE_PEER);
    g_ptr_array_set_size(family->routes, 0);
    g_ptr_array_set_size(family->dns, 0);
    g_ptr_array_set_size(family->search, 0);
}

/* What the families cannot say, or not in this order, is said beside them, as a whole. */
static void put_list(Profile *profile, FieldId id, GPtrArray *ipv4, GPtrArray *ipv6,
                     NmSettings *settings)
{
    const char *const *texts = profile_get_strings(profile, id);
    g_autofree char *text = profile_get_text(profile, id);
    gboolean whole = TRUE;

    for (guint i = 0; texts[i]; i++) {
        GPtrArray *place = strchr(texts[i], ':') ? ipv6 : ipv4;
        if (nm_settings_has_place(profile, id, texts[i]))
            g_ptr_array_add(place, g_strdup(texts[i]));
        else
            whole = FALSE;
        /* IPv4 first is how they are read again. */
        whole = whole && (ipv4 == ipv6 || place == ipv6 || ipv6->len == 0);
    }
    nm_settings_set(settings, nm_settings_key(id), whole ? NULL : text);
}

static void put_families(Profile *profile, NmSettings *settings)
{
    NmFamily *ipv4 = &settings->ipv4, *ipv6 = &settings->ipv6;

    put_family(profile, ipv4, FIELD_IPV4_METHOD, FIELD_IPV4_DEFAULT_ROUTE);
    put_family(profile, ipv6, FIELD_IPV6_METHOD, FIELD_IPV6_DEFAULT_ROUTE);
    put_list(profile, FIELD_IPV4_ROUTES, ipv4->routes, ipv4->routes, settings);
    put_list(profile, FIELD_IPV6_ROUTES, ipv6->routes, ipv6->routes, settings);
    put_list(profile, FIELD_DNS_SERVERS, ipv4->dns, ipv6->dns, settings);
    gboolean in_ipv4 = strcmp(ipv4->method, "disabled") != 0;
    GPtrArray *search = in_ipv4 ? ipv4->search : ipv6->search;
    put_list(profile, FIELD_DNS_SEARCH, search, search, settings);
}

static void put_string(char **place, const char *text)
{
    g_free(*place);
    *place = g_strdup(text);
}

gboolean profile_to_nm(Profile *profile, NmSettings *settings, GError **error)
{
    put_string(&settings->id, profile_get_string(profile, FIELD_CONNECTION_NAME));
    put_string(&settings->uuid, profile_get_string(profile, FIELD_CONNECTION_UUID));
    put_string(&settings->user, profile_get_string(profile, FIELD_CONNECTION_USER));
    nm_settings_set(settings, "ipsec-gateway-id", NULL);
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        if (field_is_secret(field)) {
            if (!put_secret(profile, field, settings, error))
                return FALSE;
        } else if (nm_settings_key(field->id) && !nm_settings_in_families(field->id)) {
            put_text(profile, field, settings);
        }
    }
    put_families(profile, settings);
    return TRUE;
}
