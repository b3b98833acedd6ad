/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The escaper of each format.  What they are given is UTF-8 without zero bytes. */
#include <string.h>

#include "profile/export_build.h"

/* The longest replacement of one byte is "&quot;". */
static GString *buffer_for(const char *text)
{
    return g_string_sized_new(strlen(text) * 6 + 8);
}

/* XML 1.0 §2.2: no control characters but these, no surrogates, no U+FFFE and U+FFFF; §2.11: a
 * carriage return must be written as a reference, or it becomes a line feed. */
char *quote_xml(const char *text)
{
    GString *quoted = buffer_for(text);

    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar letter = g_utf8_get_char(p);
        if ((letter < 0x20 && letter != '\t' && letter != '\n' && letter != '\r') ||
            letter == 0xfffe || letter == 0xffff) {
            secret_string_free(g_string_free(quoted, FALSE));
            return NULL;
        }
        switch (letter) {
        case '&':
            g_string_append(quoted, "&amp;");
            break;
        case '<':
            g_string_append(quoted, "&lt;");
            break;
        case '>': /* also for the sake of "]]>" */
            g_string_append(quoted, "&gt;");
            break;
        case '"':
            g_string_append(quoted, "&quot;");
            break;
        case '\'':
            g_string_append(quoted, "&#39;");
            break;
        case '\r':
            g_string_append(quoted, "&#13;");
            break;
        default:
            g_string_append_unichar(quoted, letter);
        }
    }
    return g_string_free(quoted, FALSE);
}

/* about_Quoting_Rules: in single quotation marks all is literal but the mark itself, which is
 * doubled; PowerShell takes the typographic ones for the same mark. */
char *quote_powershell(const char *text)
{
    GString *quoted = buffer_for(text);

    g_string_append_c(quoted, '\'');
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar letter = g_utf8_get_char(p);
        if (letter == '\'' || (letter >= 0x2018 && letter <= 0x201b))
            g_string_append_unichar(quoted, letter);
        g_string_append_unichar(quoted, letter);
    }
    g_string_append_c(quoted, '\'');
    return g_string_free(quoted, FALSE);
}

char *quote_swanctl(const char *text)
{
    GString *quoted = buffer_for(text);

    g_string_append_c(quoted, '"');
    for (const char *p = text; *p; p++) {
        if (*p == '"' || *p == '\\')
            g_string_append_printf(quoted, "\\%c", *p);
        else if (*p == '\n' || *p == '\r' || *p == '\t')
            g_string_append(quoted, *p == '\n' ? "\\n" : *p == '\r' ? "\\r" : "\\t");
        else
            g_string_append_c(quoted, *p);
    }
    g_string_append_c(quoted, '"');
    return g_string_free(quoted, FALSE);
}

static gboolean has_other_control(const char *text)
{
    for (; *text; text++) {
        if (g_ascii_iscntrl(*text) && !strchr("\n\r\t", *text))
            return TRUE;
    }
    return FALSE;
}

/* pppd(8), "OPTIONS FILES": a backslash takes a letter as it is, or names a control character;
 * the same as above, but for the other control characters, which are better not tried. */
char *quote_ppp(const char *text)
{
    return has_other_control(text) ? NULL : quote_swanctl(text);
}
