/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of unknown origin: its letters, its lines and its words. */
#include "profile/import_build.h"

#include <string.h>

/* Windows writes both; a text without a mark and with bytes that are no UTF-8 is of the code
 * page that most of its users have. */
char *import_decode(const guint8 *data, gsize length)
{
    const char *from = NULL;
    gsize skip = 0, size = 0;

    if (length >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
        skip = 3;
    } else if (length >= 2 && (memcmp(data, "\xff\xfe", 2) == 0 ||
                               memcmp(data, "\xfe\xff", 2) == 0)) {
        from = data[0] == 0xff ? "UTF-16LE" : "UTF-16BE";
        skip = 2;
    }
    const char *text = (const char *)data + skip;
    length -= skip;
    if (!from && memchr(text, 0, length))
        return NULL;
    if (!from && g_utf8_validate_len(text, length, NULL))
        return g_strndup(text, length);
    char *decoded = g_convert(text, (gssize)length, "UTF-8", from ? from : "WINDOWS-1252", NULL,
                              &size, NULL);
    if (decoded && strlen(decoded) != size) {
        explicit_bzero(decoded, size);
        g_clear_pointer(&decoded, g_free);
    }
    return decoded;
}

char *import_next_line(char **cursor)
{
    char *line = *cursor;

    if (!line || *line == '\0')
        return NULL;
    gsize length = strcspn(line, "\r\n");
    *cursor = line + length;
    if (**cursor != '\0')
        *(*cursor)++ = '\0';
    return g_strstrip(line);
}

char *import_next_word(char **cursor)
{
    char *word = *cursor;

    if (!word)
        return NULL;
    word += strspn(word, " \t");
    if (*word == '\0')
        return NULL;
    char quote = *word == '"' || *word == '\'' ? *word : '\0';
    char *end = quote ? strchr(word + 1, quote) : word + strcspn(word, " \t");
    if (quote && !end) /* never closed: it is a letter like others */
        end = word + strcspn(word, " \t");
    else if (quote)
        word++;
    *cursor = *end ? end + 1 : end;
    *end = '\0';
    return word;
}

gboolean import_contains(const char *text, const char *word)
{
    gsize length = strlen(word);

    for (; *text; text++) {
        if (g_ascii_strncasecmp(text, word, length) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean import_in(const char *const *list, const char *word)
{
    for (; *list; list++) {
        if (g_ascii_strcasecmp(*list, word) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean import_seconds(const char *text, guint *ret_seconds)
{
    char *end;
    guint64 value = g_ascii_strtoull(text, &end, 10);
    guint unit = *end == '\0' || strcmp(end, "s") == 0 ? 1
                 : strcmp(end, "m") == 0               ? 60
                 : strcmp(end, "h") == 0               ? 3600
                 : strcmp(end, "d") == 0               ? 86400
                                                       : 0;

    if (end == text || !g_ascii_isdigit(*text) || unit == 0 || value > G_MAXUINT / 86400)
        return FALSE;
    *ret_seconds = (guint)value * unit;
    return TRUE;
}

char *import_stem(const char *name)
{
    static const char *const endings[] = {
        ".conf", ".nmconnection", ".mobileconfig", ".pbk", ".ps1", ".txt", ".secrets", ".xml",
        ".eml", ".plist", ".client", ".causeway", NULL};

    for (guint i = 0; endings[i]; i++) {
        gsize length = strlen(name), ending = strlen(endings[i]);
        if (length > ending && g_ascii_strcasecmp(name + length - ending, endings[i]) == 0)
            return g_strndup(name, length - ending);
    }
    return g_strdup(name);
}
