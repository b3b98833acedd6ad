/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles that were made by other programs: .nmconnection files of NetworkManager-l2tp or of
 * Causeway's plug-in. */
#include "profile/import.h"

#include <string.h>

#include "profile/keyfile.h"
#include "profile/nm_settings.h"
#include "profile/words.h"

/* Everything that stands in a group but NetworkManager's own keys. */
static void take_group(NmSettings *settings, GKeyFile *file, const char *group,
                       void (*set)(NmSettings *settings, const char *key, const char *value))
{
    static const char *const own[] = {"service-type", "persistent", "timeout", "user-name", NULL};
    g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);

    for (char **key = keys; key && *key; key++) {
        char *text = g_key_file_get_string(file, group, *key, NULL);
        if (text && !g_strv_contains(own, *key))
            set(settings, *key, text);
        secret_string_free(text);
    }
}

static void take_list(GPtrArray *list, GKeyFile *file, const char *group, const char *key)
{
    g_autofree char *text = g_key_file_get_string(file, group, key, NULL);
    g_auto(GStrv) words = words_split(text ? text : "");

    for (char **word = words; *word; word++)
        g_ptr_array_add(list, g_strdup(*word));
}

/* routeN=NETWORK/PREFIX,NEXT-HOP,METRIC; beside them stand routeN_options. */
static void take_routes(GPtrArray *routes, GKeyFile *file, const char *group)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);

    for (char **key = keys; key && *key; key++) {
        if (!g_str_has_prefix(*key, "route") || !g_ascii_isdigit((*key)[strlen("route")]) ||
            strchr(*key, '_'))
            continue;
        g_autofree char *text = g_key_file_get_string(file, group, *key, NULL);
        g_auto(GStrv) parts = g_strsplit(text ? text : "", ",", 2);
        if (parts[0] && *parts[0])
            g_ptr_array_add(routes, g_strdup(parts[0]));
    }
}

static void take_family(NmFamily *family, GKeyFile *file, const char *group)
{
    family->method = g_key_file_get_string(file, group, "method", NULL);
    family->never_default = g_key_file_get_boolean(file, group, "never-default", NULL);
    family->ignore_auto_dns = g_key_file_get_boolean(file, group, "ignore-auto-dns", NULL);
    take_routes(family->routes, file, group);
    take_list(family->dns, file, group, "dns");
    take_list(family->search, file, group, "dns-search");
}

static void move_all(GPtrArray *from, GPtrArray *to)
{
    for (guint i = 0; i < from->len; i++)
        g_ptr_array_add(to, g_strdup(g_ptr_array_index(from, i)));
}

/* Whose it is there is not taken over: it is the importing user's. */
static Profile *import_nm(GKeyFile *file, const char *stem, GPtrArray *warnings)
{
    g_autoptr(NmSettings) settings = nm_settings_new();
    g_auto(NmReport) report = {NULL};

    settings->id = g_key_file_get_string(file, "connection", "id", NULL);
    settings->uuid = g_key_file_get_string(file, "connection", "uuid", NULL);
    settings->user_name = g_key_file_get_string(file, "vpn", "user-name", NULL);
    if (!settings->id || !*settings->id) {
        g_free(settings->id);
        settings->id = g_strdup(stem);
    }
    take_group(settings, file, "vpn", nm_settings_set);
    take_group(settings, file, "vpn-secrets", nm_settings_set_secret);
    take_family(&settings->ipv4, file, "ipv4");
    take_family(&settings->ipv6, file, "ipv6");
    nm_report_init(&report);
    Profile *profile = profile_from_nm(settings, &report);
    /* What cannot be done is left out of the profile, and said. */
    move_all(report.refusals, warnings);
    move_all(report.warnings, warnings);
    return profile;
}

Profile *profile_import(const char *data, gsize length, const char *stem, GPtrArray *warnings,
                        GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();

    if (length <= KEYFILE_MAX && !memchr(data, 0, length) &&
        g_key_file_load_from_data(file, data, length, G_KEY_FILE_NONE, NULL)) {
        g_autofree char *service = g_key_file_get_string(file, "vpn", "service-type", NULL);
        if (g_strcmp0(service, NM_SERVICE_L2TP) == 0 ||
            g_strcmp0(service, NM_SERVICE_CAUSEWAY) == 0)
            return import_nm(file, stem, warnings);
        if (service || g_key_file_has_key(file, "connection", "type", NULL)) {
            g_autofree char *clean = g_utf8_make_valid(service ? service : "no VPN", -1);
            g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT,
                        "This NetworkManager connection is not L2TP (%s)", clean);
            return NULL;
        }
    }
    return keyfile_parse(data, length, stem, warnings, error);
}
