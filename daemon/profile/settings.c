/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole profile as one value on the bus, and what its fields must be together. */
#include "profile/profile.h"

#include <string.h>

GVariant *profile_to_settings(Profile *profile)
{
    GVariantBuilder settings, group;
    const char *open = NULL;

    g_variant_builder_init(&settings, G_VARIANT_TYPE("a{sa{sv}}"));
    /* The table is sorted by group. */
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        if (field_is_secret(field) || !profile_is_set(profile, field->id))
            continue;
        if (g_strcmp0(open, field->group) != 0) {
            if (open)
                g_variant_builder_add(&settings, "{s@a{sv}}", open, g_variant_builder_end(&group));
            open = field->group;
            g_variant_builder_init(&group, G_VARIANT_TYPE_VARDICT);
        }
        g_variant_builder_add(&group, "{sv}", field->key, profile_get_variant(profile, field->id));
    }
    if (open)
        g_variant_builder_add(&settings, "{s@a{sv}}", open, g_variant_builder_end(&group));
    return g_variant_builder_end(&settings);
}

static gboolean apply_one(Profile *profile, const char *group, const char *key, GVariant *value,
                          GError **error)
{
    g_autofree char *name = g_strconcat(group, ".", key, NULL);
    const Field *field = field_find_in_group(group, key);

    if (!field) /* for its message */
        return profile_set_named(profile, name, "", error);
    if (!(field->flags & FIELD_SERVICE))
        return profile_set_variant(profile, field->id, value, error);
    /* What was read may be written back, changed in other places. */
    g_autoptr(GVariant) current = g_variant_ref_sink(profile_get_variant(profile, field->id));
    if (g_variant_equal(current, value))
        return TRUE;
    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_INVALID_VALUE, "%s: cannot be changed", name);
    return FALSE;
}

static void take_over(Profile *profile, Profile *from)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        if (field_is_secret(field) || field->flags & FIELD_SERVICE)
            continue;
        g_autofree char *text = profile_is_set(from, field->id)
                                    ? profile_get_text(from, field->id) : g_strdup("");
        /* It was valid there. */
        if (!profile_set_text(profile, field->id, text, NULL))
            g_assert_not_reached();
    }
}

gboolean profile_apply_settings(Profile *profile, GVariant *settings, GError **error)
{
    g_autoptr(Profile) changed = profile_copy(profile);
    GVariantIter groups, keys;
    const char *group, *key;
    GVariant *values, *value;

    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        if (!field_is_secret(field) && !(field->flags & FIELD_SERVICE))
            profile_unset(changed, field->id);
    }
    g_variant_iter_init(&groups, settings);
    while (g_variant_iter_next(&groups, "{&s@a{sv}}", &group, &values)) {
        g_autoptr(GVariant) owned_values = values;
        g_variant_iter_init(&keys, owned_values);
        while (g_variant_iter_next(&keys, "{&sv}", &key, &value)) {
            g_autoptr(GVariant) owned_value = value;
            if (!apply_one(changed, group, key, owned_value, error))
                return FALSE;
        }
    }
    take_over(profile, changed);
    return TRUE;
}

static gboolean incomplete(GError **error, FieldId id, const char *problem)
{
    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_INCOMPLETE, "%s: %s", field_name(id), problem);
    return FALSE;
}

static gboolean validate_certificate(Profile *profile, GError **error)
{
    const char *certificate = profile_get_string(profile, FIELD_IPSEC_CERTIFICATE);

    if (!certificate)
        return incomplete(error, FIELD_IPSEC_CERTIFICATE,
                          "is missing, but ipsec.auth is certificate");
    /* A token has the key beside its certificate. */
    if (!profile_get_string(profile, FIELD_IPSEC_KEY) &&
        !g_str_has_prefix(certificate, FIELD_TOKEN_SCHEME) &&
        !g_str_has_suffix(certificate, ".p12") &&
        !g_str_has_suffix(certificate, ".pfx"))
        return incomplete(error, FIELD_IPSEC_KEY, "is missing beside the certificate");
    return TRUE;
}

gboolean profile_key_is_on_token(Profile *profile)
{
    const char *key = profile_get_string(profile, FIELD_IPSEC_KEY);
    const char *certificate = profile_get_string(profile, FIELD_IPSEC_CERTIFICATE);
    const char *place = key ? key : certificate;

    return profile_get_boolean(profile, FIELD_IPSEC_ENABLED) &&
           strcmp(profile_get_string(profile, FIELD_IPSEC_AUTH), "certificate") == 0 && place &&
           g_str_has_prefix(place, FIELD_TOKEN_SCHEME);
}

gboolean profile_validate(Profile *profile, GError **error)
{
    gboolean ipsec = profile_get_boolean(profile, FIELD_IPSEC_ENABLED);

    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        if ((field->flags & FIELD_REQUIRED) && !profile_is_set(profile, field->id))
            return incomplete(error, field->id, "is missing");
    }
    if (ipsec && strcmp(profile_get_string(profile, FIELD_IPSEC_AUTH), "certificate") == 0 &&
        !validate_certificate(profile, error))
        return FALSE;
    /* Without IPsec, PAP would put the password on the wire. */
    if ((profile_get_boolean(profile, FIELD_PPP_REFUSE_PAP) || !ipsec) &&
        profile_get_boolean(profile, FIELD_PPP_REFUSE_CHAP) &&
        profile_get_boolean(profile, FIELD_PPP_REFUSE_MSCHAP) &&
        profile_get_boolean(profile, FIELD_PPP_REFUSE_MSCHAPV2))
        return incomplete(error, FIELD_PPP_REFUSE_MSCHAPV2,
                          "every way of logging in is refused; allow one");
    if (profile_get_boolean(profile, FIELD_PPP_REQUIRE_MPPE))
        return incomplete(error, FIELD_PPP_REQUIRE_MPPE,
                          "MPPE is not available: it is IPsec that encrypts");
    if (strcmp(profile_get_string(profile, FIELD_IPV4_METHOD), "disabled") == 0 &&
        strcmp(profile_get_string(profile, FIELD_IPV6_METHOD), "auto") != 0)
        return incomplete(error, FIELD_IPV4_METHOD,
                          "is disabled and ipv6.method too: nothing would go through the tunnel");
    return TRUE;
}

const Field *profile_error_field(const GError *error)
{
    const char *end = strstr(error->message, ": ");
    g_autofree char *name = end ? g_strndup(error->message, (gsize)(end - error->message)) : NULL;

    return error->domain == PROFILE_ERROR && name ? field_find(name) : NULL;
}

const char **profile_missing_secrets(Profile *profile)
{
    GPtrArray *names = g_ptr_array_new();

    if (profile_get_boolean(profile, FIELD_IPSEC_ENABLED) &&
        strcmp(profile_get_string(profile, FIELD_IPSEC_AUTH), "psk") == 0 &&
        !profile_get_secret(profile, FIELD_IPSEC_PSK))
        g_ptr_array_add(names, (gpointer)field_name(FIELD_IPSEC_PSK));
    /* Whether a file's key is encrypted is seen when it is opened; a token opens to a PIN alone. */
    if (profile_key_is_on_token(profile) &&
        !profile_get_secret(profile, FIELD_IPSEC_KEY_PASSPHRASE))
        g_ptr_array_add(names, (gpointer)field_name(FIELD_IPSEC_KEY_PASSPHRASE));
    if (profile_get_boolean(profile, FIELD_L2TP_HIDE_AVPS) &&
        !profile_get_secret(profile, FIELD_L2TP_SECRET))
        g_ptr_array_add(names, (gpointer)field_name(FIELD_L2TP_SECRET));
    if (!profile_get_secret(profile, FIELD_PPP_PASSWORD))
        g_ptr_array_add(names, (gpointer)field_name(FIELD_PPP_PASSWORD));
    g_ptr_array_add(names, NULL);
    return (const char **)g_ptr_array_free(names, FALSE);
}
