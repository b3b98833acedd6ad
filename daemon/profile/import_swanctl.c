/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swanctl.conf(5): sections in braces, "key = value" lines, # comments, "quoted values". */
#include "profile/import_strongswan.h"

#include <string.h>

#include "profile/language.h"

#define DEPTH_MAX 8
#define PATH_MAX_BYTES 1024
#define IDS_MAX 50 /* of one secret */

typedef struct {
    const char *at;
    SwanFiles *files;
    GString *path;           /* "connections.office.local." */
    gsize ends[DEPTH_MAX];   /* its length before each section that is open */
    guint depth;
    SwanConnection *connection; /* the one whose section is open */
    SwanSecret *secret;
} Parser;

gboolean swan_is_swanctl(const char *text)
{
    return (strstr(text, "connections") && strstr(text, "{") && strstr(text, "remote_addrs")) ||
           (strstr(text, "secrets") && strstr(text, "{") && strstr(text, "secret") &&
            strstr(text, "="));
}

static void skip_space(Parser *parser)
{
    for (;;) {
        parser->at += strspn(parser->at, " \t\r\n");
        if (*parser->at != '#')
            return;
        parser->at += strcspn(parser->at, "\n");
    }
}

/* Keys of swanctl.conf and what ipsec.conf calls the same.  NULL: means nothing here. */
static const struct {
    const char *from, *to;
} names[] = {
    {"remote_addrs", "right"},          {"proposals", "ike"},
    {"aggressive", "aggressive"},       {"encap", "forceencaps"},
    {"rekey_time", "ikelifetime"},      {"children.mode", "type"},
    {"children.esp_proposals", "esp"},  {"children.rekey_time", "lifetime"},
    {"children.remote_ts", "rightsubnet"}, {"children.local_ts", "leftsubnet"},
    {"local.auth", "leftauth"},         {"local.id", "leftid"},
    {"local.certs", "leftcert"},        {"local.cert", "leftcert"},
    {"remote.id", "rightid"},           {"remote.cacerts", "rightca"},
    {"remote.auth", NULL},              {"version", "version"},
    {"local_addrs", NULL},              {"local_port", NULL},
    {"remote_port", "remote_port"},     {"mobike", NULL},
    {"dpd_delay", NULL},                {"dpd_timeout", NULL},
    {"fragmentation", NULL},            {"keyingtries", NULL},
    {"unique", NULL},                   {"reauth_time", NULL},
    {"over_time", NULL},                {"rand_time", NULL},
    {"send_cert", NULL},                {"send_certreq", NULL},
    {"children.start_action", NULL},    {"children.dpd_action", NULL},
    {"children.close_action", NULL},    {"children.life_time", NULL},
    {"children.rand_time", NULL},
};

static void take_connection_value(Parser *parser, const char *key, const char *value)
{
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i].from, key) == 0) {
            if (names[i].to)
                g_hash_table_insert(parser->connection->values, g_strdup(names[i].to),
                                    g_strdup(value));
            return;
        }
    }
    g_hash_table_insert(parser->connection->values, g_strdup(key), g_strdup(value));
}

static void take_secret_value(Parser *parser, const char *key, const char *value)
{
    if (strcmp(key, "secret") == 0) {
        secret_string_free(parser->secret->value);
        parser->secret->value = g_strdup(value);
    } else if (strcmp(key, "file") == 0) {
        g_free(parser->secret->file);
        parser->secret->file = g_strdup(value);
    } else if (g_str_has_prefix(key, "id") && g_strv_length(parser->secret->ids) < IDS_MAX) {
        g_autofree char *old = g_strjoinv("\x1f", parser->secret->ids);
        g_autofree char *all = *old ? g_strconcat(old, "\x1f", value, NULL) : g_strdup(value);
        g_strfreev(parser->secret->ids);
        parser->secret->ids = g_strsplit(all, "\x1f", -1);
    }
}

/* "connections.office.local-1.auth" is "local.auth" of the connection "office". */
static void take_value(Parser *parser, const char *name, const char *value)
{
    g_auto(GStrv) path = g_strsplit(parser->path->str, "/", -1);
    guint depth = g_strv_length(path);
    g_autoptr(GString) key = g_string_new(NULL);

    if (parser->secret && depth == 3)
        take_secret_value(parser, name, value);
    if (!parser->connection || depth < 3)
        return;
    /* The last element is empty: the path ends in a slash. */
    if (depth > 3) {
        gboolean local = g_str_has_prefix(path[2], "local");
        gboolean remote = g_str_has_prefix(path[2], "remote");
        g_string_append_printf(key, "%s.", local ? "local" : remote ? "remote" : path[2]);
    }
    g_string_append(key, name);
    take_connection_value(parser, key->str, value);
}

static void begin_section(Parser *parser, const char *name)
{
    g_auto(GStrv) path = g_strsplit(parser->path->str, "/", -1);

    if (parser->depth == 1 && strcmp(path[0], "connections") == 0)
        parser->connection = swan_connection_new(parser->files, name);
    if (parser->depth == 1 && strcmp(path[0], "secrets") == 0 &&
        (parser->secret = swan_secret_new(parser->files->secrets)) != NULL)
        parser->secret->type = g_strdup(g_str_has_prefix(name, "ike")      ? "PSK"
                                        : g_str_has_prefix(name, "pkcs12") ? "P12"
                                        : g_str_has_prefix(name, "private") ||
                                                g_str_has_prefix(name, "rsa")
                                            ? "RSA" : "OTHER");
    parser->ends[parser->depth++] = parser->path->len;
    g_string_append_printf(parser->path, "%s/", name);
}

static void end_section(Parser *parser)
{
    g_string_truncate(parser->path, parser->ends[--parser->depth]);
    if (parser->depth < 2) {
        parser->connection = NULL;
        parser->secret = NULL;
    }
}

/* Up to the line's end, or what stands in quotation marks; wiped and freed by the caller. */
static char *read_value(Parser *parser)
{
    parser->at += strspn(parser->at, " \t");
    if (*parser->at != '"') {
        gsize length = strcspn(parser->at, "\r\n#}");
        char *value = g_strchomp(g_strndup(parser->at, length));
        parser->at += length;
        return value;
    }
    const char *p = parser->at + 1;
    while (*p && *p != '"')
        p += *p == '\\' && p[1] ? 2 : 1;
    gsize length = (gsize)(p - parser->at - 1);
    char *value = g_malloc(length + 1), *to = value;
    for (const char *from = parser->at + 1; from < p; from++) {
        if (*from == '\\') {
            from++;
            *to++ = *from == 'n' ? '\n' : *from == 'r' ? '\r' : *from == 't' ? '\t' : *from;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    parser->at = *p ? p + 1 : p;
    return value;
}

static gboolean read_statement(Parser *parser, GError **error)
{
    gsize length = strcspn(parser->at, " \t\r\n={}:#");
    g_autofree char *name = g_strndup(parser->at, MIN(length, 200));
    const char *problem = NULL;

    g_strdelimit(name, "/", '-');
    parser->at += length;
    if (strcmp(name, "include") == 0) {
        g_autofree char *value = read_value(parser);
        import_tell(parser->files->warnings, "swanctl.conf includes %s, which was not looked at; "
                    "give that file too if the connection is in it.", value);
        return TRUE;
    }
    skip_space(parser);
    if (*parser->at == ':') {
        import_tell(parser->files->warnings,
                    "The section %s takes values over from others, which is "
                    "not done here.",
                    name);
        parser->at += strcspn(parser->at, "{\n");
    }
    if (length == 0)
        problem = N_("a name is missing");
    else if (*parser->at == '{' &&
             (parser->depth == DEPTH_MAX || parser->path->len > PATH_MAX_BYTES))
        problem = N_("sections nest too deep");
    else if (*parser->at != '{' && *parser->at != '=')
        problem = N_("neither a section nor a value");
    if (problem) {
        g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT,
                    _("The configuration of strongSwan cannot be read: %s"), _(problem));
        return FALSE;
    }
    if (*parser->at++ == '{') {
        begin_section(parser, name);
        return TRUE;
    }
    char *value = read_value(parser);
    take_value(parser, name, value);
    secret_string_free(value);
    return TRUE;
}

gboolean swan_read_swanctl(SwanFiles *files, const char *text, GError **error)
{
    g_autoptr(GString) path = g_string_new(NULL);
    Parser parser = {.at = text, .files = files, .path = path};

    for (skip_space(&parser); *parser.at; skip_space(&parser)) {
        if (*parser.at == '}') {
            parser.at++;
            if (parser.depth > 0)
                end_section(&parser);
        } else if (!read_statement(&parser, error)) {
            return FALSE;
        }
    }
    return TRUE;
}
