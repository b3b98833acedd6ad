/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ipsec.conf(5) and ipsec.secrets(5), as strongSwan and Libreswan read them. */
#include "profile/import_strongswan.h"

#include <string.h>

/* No setting is longer, and no section has more of them. */
#define VALUE_MAX 2048
#define VALUES_MAX 200

static char *first_word(const char *line)
{
    return g_strndup(line, strcspn(line, " \t"));
}

/* Begins a line with this word? */
static gboolean has_line(const char *text, const char *word, const char *also)
{
    gsize length = strlen(word);

    for (const char *p = text; p; p = strchr(p, '\n'), p = p ? p + 1 : NULL) {
        if (strncmp(p, word, length) == 0 && (p[length] == ' ' || p[length] == '\t')) {
            const char *rest = p + length + strspn(p + length, " \t");
            if (!also || g_str_has_prefix(rest, also))
                return TRUE;
        }
    }
    return FALSE;
}

gboolean swan_is_ipsec_conf(const char *text)
{
    return has_line(text, "conn", NULL) || has_line(text, "config", "setup");
}

/* A colon that stands by itself, and what follows it is a kind of secret. */
static const char *find_type(const char *line)
{
    static const char *const types[] = {"PSK", "RSA", "ECDSA", "P12", "PIN", "XAUTH", "EAP", "NTLM",
                                        NULL};
    const char *colon = line;

    while ((colon = strchr(colon, ':')) != NULL) {
        if (colon == line || g_ascii_isspace(colon[-1])) {
            g_autofree char *word = first_word(colon + 1 + strspn(colon + 1, " \t"));
            if (import_in(types, word))
                return colon;
        }
        colon++;
    }
    return NULL;
}

gboolean swan_is_ipsec_secrets(const char *text)
{
    char *copy = g_strdup(text), *cursor = copy, *line;
    gboolean found = FALSE;

    while (!found && (line = import_next_line(&cursor)) != NULL)
        found = *line != '#' && find_type(line) != NULL;
    secret_string_free(copy);
    return found;
}

/* A comment begins at the line's begin or behind white space, and not in quotation marks. */
static void cut_comment(char *line)
{
    gboolean quoted = FALSE;

    for (char *p = line; *p; p++) {
        if (*p == '"')
            quoted = !quoted;
        if (*p == '#' && !quoted && (p == line || g_ascii_isspace(p[-1]))) {
            *p = '\0';
            g_strchomp(line);
            return;
        }
    }
}

static void take_parameter(SwanConnection *connection, char *line)
{
    char *equals = strchr(line, '=');

    if (!connection || !equals)
        return;
    *equals = '\0';
    g_strstrip(line);
    char *value = g_strstrip(equals + 1);
    gsize length = strlen(value);
    if (length >= 2 && value[0] == '"' && value[length - 1] == '"') {
        value[length - 1] = '\0';
        value++;
    }
    g_autofree char *key = g_ascii_strdown(line, -1);
    const char *before = g_hash_table_lookup(connection->values, key);
    /* Others may inherit it all, each of them once more. */
    if (strlen(value) + (before ? strlen(before) : 0) > VALUE_MAX ||
        (!before && g_hash_table_size(connection->values) >= VALUES_MAX))
        return;
    /* also= may be said several times. */
    char *whole = before && strcmp(key, "also") == 0 ? g_strconcat(before, " ", value, NULL)
                                                     : g_strdup(value);
    g_hash_table_insert(connection->values, g_steal_pointer(&key), whole);
}

void swan_read_ipsec_conf(SwanFiles *files, char *text)
{
    SwanConnection *connection = NULL;
    char *cursor = text, *line;

    while ((line = import_next_line(&cursor)) != NULL) {
        cut_comment(line);
        g_autofree char *word = first_word(line);
        char *rest = g_strstrip(line + strlen(word));
        if (strcmp(word, "conn") == 0 && *rest) {
            connection = swan_connection_new(files, rest);
        } else if (strcmp(word, "config") == 0 || strcmp(word, "ca") == 0) {
            connection = NULL;
        } else if (strcmp(word, "include") == 0) {
            import_tell(files->warnings,
                        "ipsec.conf includes %s, which was not looked at; give that "
                        "file too if the connection is in it.",
                        rest);
        } else {
            take_parameter(connection, line);
        }
    }
}

static void take_secret(SwanFiles *files, char *line)
{
    const char *colon = find_type(line);

    if (!colon)
        return;
    gsize at = (gsize)(colon - line);
    char *cursor = line + at + 1;
    line[at] = '\0';
    SwanSecret *secret = swan_secret_new(files->secrets);
    if (!secret)
        return;
    const char *type = import_next_word(&cursor);
    secret->type = g_ascii_strup(type ? type : "", -1);
    if (strcmp(secret->type, "PSK") != 0)
        secret->file = g_strdup(import_next_word(&cursor));
    const char *value = import_next_word(&cursor);
    secret->value = g_strdup(value ? value : "");
    g_autoptr(GStrvBuilder) ids = g_strv_builder_new();
    char *id_cursor = line, *id;
    while ((id = import_next_word(&id_cursor)) != NULL)
        g_strv_builder_add(ids, id);
    g_strfreev(secret->ids);
    secret->ids = g_strv_builder_end(ids);
}

void swan_read_ipsec_secrets(SwanFiles *files, char *text)
{
    char *cursor = text, *line;

    while ((line = import_next_line(&cursor)) != NULL) {
        if (*line == '#')
            continue;
        if (g_str_has_prefix(line, "include"))
            import_tell(files->warnings,
                        "ipsec.secrets includes%s, which was not looked at; give that "
                        "file too if the key is in it.",
                        line + strlen("include"));
        else
            take_secret(files, line);
    }
}
