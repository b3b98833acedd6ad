/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keyfiles: .nmconnection files of NetworkManager-l2tp or of Causeway's plug-in, what
 * NetworkManager-l2tp's own editor exports, and profiles of our own. */
#include "profile/import_formats.h"

#include <string.h>

#include "profile/keyfile.h"
#include "profile/language.h"
#include "profile/nm_settings.h"
#include "profile/words.h"

/* What a hostile file may make us say, in bytes. */
#define LEFT_OUT_MAX 400

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

/* A domain behind "~" is looked up through the tunnel, but completes no names; "~." are all, which
 * the default route says here.  Behind a server's "#" stands its name for TLS. */
static void take_list(GPtrArray *list, GKeyFile *file, const char *group, const char *key)
{
    g_autofree char *text = g_key_file_get_string(file, group, key, NULL);
    g_auto(GStrv) words = words_split(text ? text : "");

    for (char **word = words; *word; word++) {
        const char *begin = *word + (**word == '~');
        gsize length = strcspn(begin, "#");
        if (length > 0 && strcmp(begin, ".") != 0)
            g_ptr_array_add(list, g_strndup(begin, length));
    }
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

/* What stands there has been read above, says what is so anyway, or means something only where it
 * was: whose it is there is not taken over, it is the importing user's. */
static gboolean is_known(GKeyFile *file, const char *group, const char *key)
{
    static const char *const known[] = {
        "connection.id", "connection.uuid", "connection.type", "connection.permissions",
        "connection.timestamp", "ipv4.method", "ipv6.method", "ipv4.never-default",
        "ipv6.never-default", "ipv4.ignore-auto-dns", "ipv6.ignore-auto-dns", "ipv4.dns", "ipv6.dns",
        "ipv4.dns-search", "ipv6.dns-search", "ipv6.addr-gen-mode", NULL};
    /* Defaults, which NetworkManager writes now and then. */
    static const char *const nothing[] = {"", "0", "-1", "false", "no", "none", NULL};
    g_autofree char *name = g_strconcat(group, ".", key, NULL);
    g_autofree char *value = g_key_file_get_string(file, group, key, NULL);

    return g_strv_contains(known, name) || !value || g_strv_contains(nothing, value) ||
           (strcmp(name, "connection.autoconnect") == 0 && strcmp(value, "true") != 0);
}

/* "10.0.0.0/8,10.1.1.1,50": where to and at what cost is the tunnel's matter here. */
static gboolean is_bare_route(GKeyFile *file, const char *group, const char *key)
{
    g_autofree char *text = g_key_file_get_string(file, group, key, NULL);

    return g_str_has_prefix(key, "route") && g_ascii_isdigit(key[strlen("route")]) &&
           !strchr(key, '_') && text && !strchr(text, ',');
}

static void tell_left_out(GKeyFile *file, GPtrArray *warnings)
{
    /* Their keys have been gone through one by one. */
    static const char *const read[] = {"vpn", "vpn-secrets", NULL};
    g_autoptr(GString) left_out = g_string_new(NULL);
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

    for (char **group = groups; *group; group++) {
        g_auto(GStrv) keys = g_key_file_get_keys(file, *group, NULL, NULL);
        for (char **key = keys; key && *key && !g_strv_contains(read, *group); key++) {
            if (!is_known(file, *group, *key) && !is_bare_route(file, *group, *key) &&
                left_out->len < LEFT_OUT_MAX)
                g_string_append_printf(left_out, "%s%s.%s", left_out->len > 0 ? ", " : "", *group,
                                       *key);
        }
    }
    if (left_out->len > 0)
        g_ptr_array_add(warnings, g_strdup_printf(_("Not taken over, because Causeway has nothing "
                                                    "like it: %s"), left_out->str));
}

/* What of it cannot be done is told. */
static Profile *import_nm(GKeyFile *file, const char *stem, GPtrArray *warnings)
{
    g_autoptr(NmSettings) settings = nm_settings_new();
    g_auto(NmReport) report = {NULL};

    settings->service = g_key_file_get_string(file, "vpn", "service-type", NULL);
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
    tell_left_out(file, warnings);
    return profile;
}

static GKeyFile *load(const ImportInput *input)
{
    g_autoptr(GKeyFile) file = g_key_file_new();

    if (!input->text || !g_key_file_load_from_data(file, input->text, strlen(input->text),
                                                   G_KEY_FILE_NONE, NULL))
        return NULL;
    return g_steal_pointer(&file);
}

/* What NetworkManager-l2tp's editor and "nmcli connection export" write with it says nowhere of what
 * kind it is, but in a comment. */
static gboolean is_export(GKeyFile *file)
{
    return g_key_file_has_key(file, "vpn", "gateway", NULL) &&
           !g_key_file_has_key(file, "vpn", "service-type", NULL) &&
           !g_key_file_has_key(file, "connection", "type", NULL);
}

/* "192.168.0.0/24 via 192.168.0.1 metric 1" as NetworkManager itself writes it. */
static void put_route(GKeyFile *file, guint number, const char *text)
{
    g_autofree char *key = g_strdup_printf("route%u", number);
    g_auto(GStrv) words = words_split(text);
    const char *via = NULL, *metric = NULL;

    for (char **word = words; word[0] && word[1]; word++) {
        if (strcmp(word[0], "via") == 0)
            via = word[1];
        else if (strcmp(word[0], "metric") == 0)
            metric = word[1];
    }
    g_autofree char *route =
        g_strconcat(words[0] ? words[0] : "", via || metric ? "," : "", via ? via : "",
                    metric ? "," : "", metric ? metric : "", NULL);
    g_key_file_set_string(file, "ipv4", key, route);
}

/* Into the words of .nmconnection files: there is a group ip4 with one list of routes. */
static void translate_export(GKeyFile *file)
{
    /* The latter is written always, and means nothing to a tunnel. */
    static const char *const others[] = {"routes", "dhcp-send-hostname", NULL};
    g_auto(GStrv) keys = g_key_file_get_keys(file, "ip4", NULL, NULL);
    g_auto(GStrv) routes = g_key_file_get_string_list(file, "ip4", "routes", NULL, NULL);

    g_key_file_set_string(file, "vpn", "service-type", NM_SERVICE_L2TP);
    for (char **key = keys; key && *key; key++) {
        g_autofree char *value = g_key_file_get_value(file, "ip4", *key, NULL);
        if (!g_strv_contains(others, *key))
            g_key_file_set_value(file, "ipv4", *key, value ? value : "");
    }
    for (guint i = 0; routes && routes[i]; i++)
        put_route(file, i + 1, routes[i]);
    g_key_file_remove_group(file, "ip4", NULL);
}

/* Other formats have groups too, but none that we know a key of. */
static gboolean has_field(GKeyFile *file)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        if (g_key_file_has_key(file, field->group, field->key, NULL))
            return TRUE;
    }
    return FALSE;
}

gboolean import_keyfile_is(const ImportInput *input)
{
    g_autoptr(GKeyFile) file = load(input);

    return file && (g_key_file_has_key(file, "connection", "type", NULL) ||
                    g_key_file_has_key(file, "vpn", "service-type", NULL) || is_export(file) ||
                    has_field(file));
}

/* Keyfiles of our own may bring secrets along, which they could not where they are stored. */
static Profile *read_own(const ImportInput *input, const char *stem, GPtrArray *warnings,
                         GError **error)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
    Profile *profile = keyfile_parse(input->text, strlen(input->text), stem, all, error);

    for (guint i = 0; i < all->len; i++) {
        const char *warning = g_ptr_array_index(all, i);
        if (!strstr(warning, ": a secret has no place"))
            g_ptr_array_add(warnings, g_strdup(warning));
    }
    return profile;
}

static Profile *read_keyfile(const ImportInput *input, const char *stem, GPtrArray *warnings,
                             GError **error)
{
    g_autoptr(GKeyFile) file = load(input);

    if (is_export(file))
        translate_export(file);
    g_autofree char *service = g_key_file_get_string(file, "vpn", "service-type", NULL);
    if (g_strcmp0(service, NM_SERVICE_L2TP) == 0 || g_strcmp0(service, NM_SERVICE_CAUSEWAY) == 0)
        return import_nm(file, stem, warnings);
    if (service || g_key_file_has_key(file, "connection", "type", NULL)) {
        g_autofree char *clean = g_utf8_make_valid(service ? service : "no VPN", -1);
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT,
                    _("This NetworkManager connection is not L2TP (%s)"), clean);
        return NULL;
    }
    return read_own(input, stem, warnings, error);
}

gboolean import_keyfile_read(const ImportInput *const *inputs, gsize count, ImportResult *result,
                             GError **error)
{
    for (gsize i = 0; i < count; i++) {
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        g_autofree char *stem = import_stem(*inputs[i]->name ? inputs[i]->name : "imported");
        g_autoptr(Profile) profile = read_keyfile(inputs[i], stem, warnings, error);
        if (!profile)
            return FALSE;
        Imported *imported = import_begin(result);
        if (!imported)
            return TRUE;
        profile_unref(imported->profile);
        imported->profile = g_steal_pointer(&profile);
        for (guint j = 0; j < warnings->len; j++)
            import_tell(imported->warnings, "%s", (const char *)g_ptr_array_index(warnings, j));
        import_end(imported, NULL, stem);
    }
    return TRUE;
}
