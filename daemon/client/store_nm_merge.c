/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A change of a profile put into the connection of NetworkManager that it was read from. */
#include "client/store_nm_merge.h"

#include <string.h>

#include "connection.h"
#include "profile/nm_settings.h"

typedef struct {
    Profile *before, *after;
    NmSettings *settings; /* what a new connection of `after` would say */
    NMConnection *connection;
} Merge;

static gboolean has_changed(const Merge *merge, FieldId id)
{
    g_autofree char *before = profile_get_text(merge->before, id);
    g_autofree char *after = profile_get_text(merge->after, id);

    return strcmp(before, after) != 0;
}

static gboolean any_changed(const Merge *merge, const FieldId *ids, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        if (has_changed(merge, ids[i]))
            return TRUE;
    }
    return FALSE;
}

/* --- The VPN's own data --- */

/* What stands for all of them in one place is read from more than one key. */
static gboolean belongs_to_change(const Merge *merge, FieldId id)
{
    static const FieldId files[] = {FIELD_IPSEC_CERTIFICATE, FIELD_IPSEC_KEY, FIELD_IPSEC_CA};

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        if (files[i] == id)
            return any_changed(merge, files, G_N_ELEMENTS(files));
    }
    return has_changed(merge, id);
}

static void merge_data(const Merge *merge)
{
    NMSettingVpn *vpn = nm_connection_get_setting_vpn(merge->connection);

    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        if (!field_is_secret(field) && nm_settings_key(field->id) &&
            !nm_settings_in_families(field->id) && belongs_to_change(merge, field->id))
            connection_sync_field(vpn, merge->settings, field);
    }
    /* It stands in for a missing key, which may be meant now. */
    if (has_changed(merge, FIELD_PPP_USER))
        g_object_set(vpn, NM_SETTING_VPN_USER_NAME, NULL, NULL);
    if (has_changed(merge, FIELD_CONNECTION_NAME))
        g_object_set(nm_connection_get_setting_connection(merge->connection),
                     NM_SETTING_CONNECTION_ID, merge->settings->id, NULL);
}

/* --- The families --- */

static gboolean contains(const GPtrArray *list, const char *text)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *)list, text, g_str_equal, NULL);
}

/* What a profile could not say has not been in the list that was edited. */
static gboolean was_removed(const Merge *merge, FieldId id, const GPtrArray *wanted,
                            const char *text)
{
    return g_strv_contains(profile_get_strings(merge->before, id), text) &&
           !contains(wanted, text);
}

static char *route_text(NMIPRoute *route)
{
    return g_strdup_printf("%s/%u", nm_ip_route_get_dest(route), nm_ip_route_get_prefix(route));
}

/* A route that stays keeps its next hop, its cost and its attributes. */
static void merge_routes(const Merge *merge, NMSettingIPConfig *ip, FieldId id,
                         const GPtrArray *wanted)
{
    g_autoptr(GPtrArray) there = g_ptr_array_new_with_free_func(g_free);

    for (guint i = nm_setting_ip_config_get_num_routes(ip); i > 0; i--) {
        g_autofree char *text = route_text(nm_setting_ip_config_get_route(ip, (int)i - 1));
        if (was_removed(merge, id, wanted, text))
            nm_setting_ip_config_remove_route(ip, (int)i - 1);
        else
            g_ptr_array_add(there, g_steal_pointer(&text));
    }
    for (guint i = 0; i < wanted->len; i++) {
        const char *text = g_ptr_array_index(wanted, i);
        g_auto(GStrv) parts = g_strsplit(text, "/", 2);
        ProfileRoute parsed;
        if (contains(there, text) || !profile_route_parse(text, &parsed))
            continue;
        NMIPRoute *route = nm_ip_route_new(id == FIELD_IPV4_ROUTES ? AF_INET : AF_INET6, parts[0],
                                           parsed.prefix, NULL, -1, NULL);
        if (route) {
            nm_setting_ip_config_add_route(ip, route);
            nm_ip_route_unref(route);
        }
    }
}

/* Name servers and domains are asked in their order, so the list is made anew: first those that
 * a profile could not say. */
static void merge_names(const Merge *merge, NMSettingIPConfig *ip, FieldId id,
                        const GPtrArray *wanted)
{
    gboolean servers = id == FIELD_DNS_SERVERS;
    guint count = servers ? nm_setting_ip_config_get_num_dns(ip)
                          : nm_setting_ip_config_get_num_dns_searches(ip);
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < count; i++) {
        const char *text = servers ? nm_setting_ip_config_get_dns(ip, (int)i)
                                   : nm_setting_ip_config_get_dns_search(ip, (int)i);
        if (!contains(wanted, text) && !was_removed(merge, id, wanted, text))
            g_ptr_array_add(all, g_strdup(text));
    }
    for (guint i = 0; i < wanted->len; i++)
        g_ptr_array_add(all, g_strdup(g_ptr_array_index(wanted, i)));
    if (servers)
        nm_setting_ip_config_clear_dns(ip);
    else
        nm_setting_ip_config_clear_dns_searches(ip);
    for (guint i = 0; i < all->len; i++) {
        if (servers)
            nm_setting_ip_config_add_dns(ip, g_ptr_array_index(all, i));
        else
            nm_setting_ip_config_add_dns_search(ip, g_ptr_array_index(all, i));
    }
}

static void merge_method(const Merge *merge, NMSettingIPConfig *ip, FieldId method,
                         const NmFamily *family)
{
    if (!has_changed(merge, method))
        return;
    g_object_set(ip, NM_SETTING_IP_CONFIG_METHOD, family->method, NULL);
    /* One that is off has no addresses, or NetworkManager refuses it. */
    if (strcmp(profile_get_string(merge->after, method), "auto") != 0) {
        g_object_set(ip, NM_SETTING_IP_CONFIG_GATEWAY, NULL, NULL);
        nm_setting_ip_config_clear_addresses(ip);
    }
}

/* A family that is switched on or off takes the lists along. */
static gboolean list_changed(const Merge *merge, FieldId id)
{
    return has_changed(merge, id) || has_changed(merge, FIELD_IPV4_METHOD) ||
           has_changed(merge, FIELD_IPV6_METHOD);
}

static void merge_family(const Merge *merge, NMSettingIPConfig *ip, const NmFamily *family,
                         gboolean ipv4)
{
    FieldId routes = ipv4 ? FIELD_IPV4_ROUTES : FIELD_IPV6_ROUTES;
    FieldId method = ipv4 ? FIELD_IPV4_METHOD : FIELD_IPV6_METHOD;

    merge_method(merge, ip, method, family);
    if (has_changed(merge, ipv4 ? FIELD_IPV4_DEFAULT_ROUTE : FIELD_IPV6_DEFAULT_ROUTE))
        g_object_set(ip, NM_SETTING_IP_CONFIG_NEVER_DEFAULT, family->never_default, NULL);
    if (has_changed(merge, FIELD_DNS_IGNORE_PEER))
        g_object_set(ip, NM_SETTING_IP_CONFIG_IGNORE_AUTO_DNS, family->ignore_auto_dns, NULL);
    if (list_changed(merge, routes))
        merge_routes(merge, ip, routes, family->routes);
    if (list_changed(merge, FIELD_DNS_SERVERS))
        merge_names(merge, ip, FIELD_DNS_SERVERS, family->dns);
    if (list_changed(merge, FIELD_DNS_SEARCH))
        merge_names(merge, ip, FIELD_DNS_SEARCH, family->search);
}

static void merge_families(const Merge *merge)
{
    static const FieldId all[] = {
        FIELD_IPV4_METHOD, FIELD_IPV4_ROUTES,        FIELD_IPV4_DEFAULT_ROUTE, FIELD_IPV6_METHOD,
        FIELD_IPV6_ROUTES, FIELD_IPV6_DEFAULT_ROUTE, FIELD_DNS_SERVERS,        FIELD_DNS_SEARCH,
        FIELD_DNS_IGNORE_PEER,
    };
    NMConnection *connection = merge->connection;

    if (!any_changed(merge, all, G_N_ELEMENTS(all)))
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        if (field_is_list(field_get(all[i])) && list_changed(merge, all[i]))
            connection_sync_field(nm_connection_get_setting_vpn(connection), merge->settings,
                                  field_get(all[i]));
    }
    if (!nm_connection_get_setting_ip4_config(connection))
        nm_connection_add_setting(connection, nm_setting_ip4_config_new());
    if (!nm_connection_get_setting_ip6_config(connection))
        nm_connection_add_setting(connection, nm_setting_ip6_config_new());
    merge_family(merge, nm_connection_get_setting_ip4_config(connection), &merge->settings->ipv4,
                 TRUE);
    merge_family(merge, nm_connection_get_setting_ip6_config(connection), &merge->settings->ipv6,
                 FALSE);
}

void store_nm_merge(NMConnection *connection, Profile *profile)
{
    g_autoptr(NmSettings) settings = connection_read(connection);
    g_autoptr(Profile) without_secrets = profile_copy(profile);
    NmReport report;

    for (guint i = 0; i < FIELD_COUNT; i++) {
        if (field_is_secret(field_get((FieldId)i)))
            profile_unset(without_secrets, (FieldId)i);
    }
    nm_report_init(&report);
    g_autoptr(Profile) before = profile_from_nm(settings, &report);
    nm_report_clear(&report);
    /* It fails for secrets alone. */
    if (!profile_to_nm(without_secrets, settings, NULL))
        g_assert_not_reached();
    Merge merge = {before, without_secrets, settings, connection};
    merge_data(&merge);
    merge_families(&merge);
}
