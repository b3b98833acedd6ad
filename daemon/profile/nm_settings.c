/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection of NetworkManager as a value, and what its keys are called. */
#include "profile/nm_settings.h"

#include <string.h>

#include "profile/language.h"

static void family_init(NmFamily *family)
{
    family->routes = g_ptr_array_new_with_free_func(g_free);
    family->dns = g_ptr_array_new_with_free_func(g_free);
    family->search = g_ptr_array_new_with_free_func(g_free);
}

static void family_clear(NmFamily *family)
{
    g_free(family->method);
    g_ptr_array_unref(family->routes);
    g_ptr_array_unref(family->dns);
    g_ptr_array_unref(family->search);
}

NmSettings *nm_settings_new(void)
{
    NmSettings *settings = g_new0(NmSettings, 1);

    /* Old connections have the shared key among the data. */
    settings->data = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify)secret_string_free);
    settings->secrets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                              (GDestroyNotify)secret_string_free);
    family_init(&settings->ipv4);
    family_init(&settings->ipv6);
    return settings;
}

void nm_settings_free(NmSettings *settings)
{
    if (!settings)
        return;
    g_free(settings->service);
    g_free(settings->id);
    g_free(settings->uuid);
    g_free(settings->user);
    g_free(settings->user_name);
    g_hash_table_unref(settings->data);
    g_hash_table_unref(settings->secrets);
    family_clear(&settings->ipv4);
    family_clear(&settings->ipv6);
    g_free(settings);
}

static void table_set(GHashTable *table, const char *key, const char *value)
{
    if (value && *value)
        g_hash_table_insert(table, g_strdup(key), g_strdup(value));
    else
        g_hash_table_remove(table, key);
}

void nm_settings_set(NmSettings *settings, const char *key, const char *value)
{
    table_set(settings->data, key, value);
}

void nm_settings_set_secret(NmSettings *settings, const char *key, const char *value)
{
    table_set(settings->secrets, key, value);
}

gboolean nm_settings_in_families(FieldId id)
{
    const char *group = field_get(id)->group;

    return strcmp(group, "ipv4") == 0 || strcmp(group, "ipv6") == 0 || strcmp(group, "dns") == 0;
}

/* One that is off takes no addresses: NetworkManager refuses such a connection. */
static gboolean is_on(Profile *profile, FieldId method)
{
    return strcmp(profile_get_string(profile, method), "auto") == 0;
}

gboolean nm_settings_has_place(Profile *profile, FieldId id, const char *element)
{
    gboolean ipv4 = is_on(profile, FIELD_IPV4_METHOD), ipv6 = is_on(profile, FIELD_IPV6_METHOD);

    if (id == FIELD_DNS_SEARCH)
        return ipv4 || ipv6;
    return strchr(element, ':') ? ipv6 : ipv4;
}

const char *nm_settings_key(FieldId id)
{
    static const char *keys[FIELD_COUNT];
    const Field *field = field_get(id);

    if (field->nm_key)
        return field->nm_key;
    if (id == FIELD_CONNECTION_NAME || id == FIELD_CONNECTION_UUID ||
        id == FIELD_CONNECTION_USER || (nm_settings_in_families(id) && !field_is_list(field)))
        return NULL;
    if (!keys[id]) {
        g_autofree char *key = g_strconcat("causeway-", field->group, "-", field->key, NULL);
        keys[id] = g_intern_string(key);
    }
    return keys[id];
}

const Field *nm_settings_field(const char *key)
{
    /* KDE still writes the older name. */
    if (strcmp(key, "ipsec-gateway-id") == 0)
        return field_get(FIELD_IPSEC_REMOTE_ID);
    for (guint i = 0; i < FIELD_COUNT; i++) {
        if (g_strcmp0(nm_settings_key((FieldId)i), key) == 0)
            return field_get((FieldId)i);
    }
    return NULL;
}

guint nm_settings_flags(const NmSettings *settings, FieldId id)
{
    g_autofree char *key = g_strconcat(nm_settings_key(id), "-flags", NULL);
    const char *text = g_hash_table_lookup(settings->data, key);
    guint64 flags = 0;

    return text && g_ascii_string_to_unsigned(text, 10, 0, 7, &flags, NULL) ? (guint)flags : 0;
}

void nm_settings_set_flags(NmSettings *settings, FieldId id, guint flags)
{
    g_autofree char *key = g_strconcat(nm_settings_key(id), "-flags", NULL);
    g_autofree char *text = g_strdup_printf("%u", flags);

    nm_settings_set(settings, key, text);
}

gboolean nm_settings_leave_ipsec_open(const NmSettings *settings)
{
    return g_strcmp0(settings->service, NM_SERVICE_L2TP) == 0 &&
           !g_hash_table_contains(settings->data, nm_settings_key(FIELD_IPSEC_ENABLED));
}

const char *nm_settings_left_open(void)
{
    return _("ipsec-enabled: is not set, and what was encrypted before is not connected in clear. "
             "KDE's settings leave it out where they find no strongSwan. Switch encryption on in "
             "Causeway's editor, and give the shared key again; or set it to \"no\" if that is meant.");
}

void nm_report_init(NmReport *report)
{
    report->notes = g_ptr_array_new_with_free_func(g_free);
    report->warnings = g_ptr_array_new_with_free_func(g_free);
    report->refusals = g_ptr_array_new_with_free_func(g_free);
}

void nm_report_clear(NmReport *report)
{
    g_clear_pointer(&report->notes, g_ptr_array_unref);
    g_clear_pointer(&report->warnings, g_ptr_array_unref);
    g_clear_pointer(&report->refusals, g_ptr_array_unref);
}
