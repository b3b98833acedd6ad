/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libnm's connections as the plain value that the profile's key map works on, and back. */
#include "connection.h"

#include <string.h>

/* --- Out of libnm's objects --- */

static void read_item(const char *key, const char *value, gpointer settings)
{
    nm_settings_set(settings, key, value);
}

static void read_secret(const char *key, const char *value, gpointer settings)
{
    nm_settings_set_secret(settings, key, value);
}

NmSettings *connection_read_vpn(NMSettingVpn *setting)
{
    NmSettings *settings = nm_settings_new();

    if (!setting)
        return settings;
    nm_setting_vpn_foreach_data_item(setting, read_item, settings);
    nm_setting_vpn_foreach_secret(setting, read_secret, settings);
    settings->service = g_strdup(nm_setting_vpn_get_service_type(setting));
    settings->user_name = g_strdup(nm_setting_vpn_get_user_name(setting));
    return settings;
}

static void read_family(NMSettingIPConfig *setting, NmFamily *family)
{
    if (!setting)
        return;
    family->method = g_strdup(nm_setting_ip_config_get_method(setting));
    family->never_default = nm_setting_ip_config_get_never_default(setting);
    family->ignore_auto_dns = nm_setting_ip_config_get_ignore_auto_dns(setting);
    for (guint i = 0; i < nm_setting_ip_config_get_num_routes(setting); i++) {
        NMIPRoute *route = nm_setting_ip_config_get_route(setting, (int)i);
        g_ptr_array_add(family->routes, g_strdup_printf("%s/%u", nm_ip_route_get_dest(route),
                                                        nm_ip_route_get_prefix(route)));
    }
    for (guint i = 0; i < nm_setting_ip_config_get_num_dns(setting); i++)
        g_ptr_array_add(family->dns, g_strdup(nm_setting_ip_config_get_dns(setting, (int)i)));
    for (guint i = 0; i < nm_setting_ip_config_get_num_dns_searches(setting); i++)
        g_ptr_array_add(family->search,
                        g_strdup(nm_setting_ip_config_get_dns_search(setting, (int)i)));
}

/* Whatever is not exactly one user has no rights of its own by which files could be read. */
static void read_permissions(NMSettingConnection *setting, NmSettings *settings)
{
    guint count = setting ? nm_setting_connection_get_num_permissions(setting) : 0;
    const char *type = NULL, *user = NULL, *detail;

    if (count == 0)
        return;
    if (count == 1 &&
        nm_setting_connection_get_permission(setting, 0, &type, &user, &detail) &&
        g_strcmp0(type, "user") == 0 && user && *user)
        settings->user = g_strdup(user);
    settings->shared = settings->user == NULL;
}

NmSettings *connection_read(NMConnection *connection)
{
    NmSettings *settings = connection_read_vpn(nm_connection_get_setting_vpn(connection));

    settings->id = g_strdup(nm_connection_get_id(connection));
    settings->uuid = g_strdup(nm_connection_get_uuid(connection));
    read_permissions(nm_connection_get_setting_connection(connection), settings);
    read_family(nm_connection_get_setting_ip4_config(connection), &settings->ipv4);
    read_family(nm_connection_get_setting_ip6_config(connection), &settings->ipv6);
    return settings;
}

/* --- Into them --- */

static gboolean write_family(NMConnection *connection, NMSetting *setting, int family,
                             const NmFamily *from, GError **error)
{
    NMSettingIPConfig *ip = NM_SETTING_IP_CONFIG(setting);

    nm_connection_add_setting(connection, setting);
    g_object_set(setting, NM_SETTING_IP_CONFIG_METHOD, from->method ? from->method : "auto",
                 NM_SETTING_IP_CONFIG_NEVER_DEFAULT, from->never_default,
                 NM_SETTING_IP_CONFIG_IGNORE_AUTO_DNS, from->ignore_auto_dns, NULL);
    for (guint i = 0; i < from->routes->len; i++) {
        ProfileRoute route;
        g_auto(GStrv) parts = g_strsplit(g_ptr_array_index(from->routes, i), "/", 2);
        if (!profile_route_parse(g_ptr_array_index(from->routes, i), &route))
            continue;
        NMIPRoute *nm_route = nm_ip_route_new(family, parts[0], route.prefix, NULL, -1, error);
        if (!nm_route)
            return FALSE;
        nm_setting_ip_config_add_route(ip, nm_route);
        nm_ip_route_unref(nm_route);
    }
    for (guint i = 0; i < from->dns->len; i++)
        nm_setting_ip_config_add_dns(ip, g_ptr_array_index(from->dns, i));
    for (guint i = 0; i < from->search->len; i++)
        nm_setting_ip_config_add_dns_search(ip, g_ptr_array_index(from->search, i));
    return TRUE;
}

static void write_vpn(NMSettingVpn *setting, const NmSettings *settings)
{
    GHashTableIter iterator;
    gpointer key, value;

    g_hash_table_iter_init(&iterator, settings->data);
    while (g_hash_table_iter_next(&iterator, &key, &value))
        nm_setting_vpn_add_data_item(setting, key, value);
    g_hash_table_iter_init(&iterator, settings->secrets);
    while (g_hash_table_iter_next(&iterator, &key, &value))
        nm_setting_vpn_add_secret(setting, key, value);
}

NMConnection *connection_make(const NmSettings *settings, const char *service, GError **error)
{
    g_autoptr(NMConnection) connection = nm_simple_connection_new();
    NMSetting *about = nm_setting_connection_new();
    NMSetting *vpn = nm_setting_vpn_new();

    nm_connection_add_setting(connection, about);
    g_object_set(about, NM_SETTING_CONNECTION_ID, settings->id,
                 NM_SETTING_CONNECTION_UUID, settings->uuid,
                 NM_SETTING_CONNECTION_TYPE, NM_SETTING_VPN_SETTING_NAME,
                 NM_SETTING_CONNECTION_AUTOCONNECT, FALSE, NULL);
    if (settings->user)
        nm_setting_connection_add_permission(NM_SETTING_CONNECTION(about), "user", settings->user,
                                             NULL);
    nm_connection_add_setting(connection, vpn);
    g_object_set(vpn, NM_SETTING_VPN_SERVICE_TYPE, service, NULL);
    write_vpn(NM_SETTING_VPN(vpn), settings);
    if (!write_family(connection, nm_setting_ip4_config_new(), AF_INET, &settings->ipv4, error) ||
        !write_family(connection, nm_setting_ip6_config_new(), AF_INET6, &settings->ipv6, error))
        return NULL;
    return g_steal_pointer(&connection);
}

/* --- One field --- */

void connection_sync_field(NMSettingVpn *setting, const NmSettings *settings, const Field *field)
{
    const char *name = nm_settings_key(field->id);
    g_autofree const char **keys = nm_setting_vpn_get_data_keys(setting, NULL);
    const char *value = g_hash_table_lookup(settings->data, name);
    const char *secret = g_hash_table_lookup(settings->secrets, name);

    for (guint i = 0; keys && keys[i]; i++) {
        if (nm_settings_field(keys[i]) == field)
            nm_setting_vpn_remove_data_item(setting, keys[i]);
    }
    if (value)
        nm_setting_vpn_add_data_item(setting, name, value);
    if (!field_is_secret(field))
        return;
    nm_setting_vpn_remove_secret(setting, name);
    if (secret)
        nm_setting_vpn_add_secret(setting, name, secret);
}
