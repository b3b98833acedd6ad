/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands share: messages and exit codes. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "base/failure.h"

/* Unicode's marks that hold until they are ended (UAX #9 §2): those that letters are written
 * with, such as joiners, stay. */
static gboolean turns_direction(gunichar c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

char *cli_plain(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
    GString *plain = g_string_new(NULL);

    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        GUnicodeType type = g_unichar_type(c);
        gboolean harmful = type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
                           type == G_UNICODE_PARAGRAPH_SEPARATOR || turns_direction(c);
        g_string_append_unichar(plain, harmful ? 0xfffd : c);
    }
    return g_string_free(plain, FALSE);
}

void cli_complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *clean = failure_clean_text((const guint8 *)text, strlen(text));
    fprintf(stderr, "causeway: %s\n", clean);
}

void cli_note(const char *text)
{
    g_autofree char *clean = failure_clean_text((const guint8 *)text, strlen(text));

    fprintf(stderr, "note: %s\n", clean);
}

int cli_usage(const char *command)
{
    for (const Command *row = commands; row->name; row++) {
        if (strcmp(row->name, command) == 0)
            fprintf(stderr, "usage: causeway %s%s%s\n", row->name, *row->synopsis ? " " : "",
                    row->synopsis);
    }
    return EXIT_USAGE;
}

int cli_error(const GError *error)
{
    g_autofree char *message = client_error_message(error);
    ClientErrorKind kind = client_error_kind(error);

    cli_complain("%s", message);
    switch (kind) {
    case CLIENT_ERROR_NOT_AUTHORIZED:
        return EXIT_NOT_AUTHORIZED;
    case CLIENT_ERROR_NOT_FOUND:
        fprintf(stderr, "hint: \"causeway list\" shows the profiles there are\n");
        return EXIT_NO_PROFILE;
    case CLIENT_ERROR_NO_SERVICE:
        fprintf(stderr, "hint: the service starts by itself where Causeway is installed "
                        "completely. Restart the computer; if that does not help, \"sudo "
                        "systemctl status causewayd\" tells whoever looks after it why\n");
        return EXIT_FAILED;
    case CLIENT_ERROR_INVALID:
    case CLIENT_ERROR_EXISTS:
        return EXIT_USAGE;
    case CLIENT_ERROR_ALREADY_ACTIVE:
    case CLIENT_ERROR_OTHER:
        return EXIT_FAILED;
    }
    g_assert_not_reached();
}

void cli_failure(const char *stage, const char *code, const char *message, const char *hint)
{
    g_autofree char *plain = cli_plain(message), *plain_hint = cli_plain(hint);

    fprintf(stderr, "causeway: %s: %s: %s\n", stage ? stage : "", code ? code : "", plain);
    if (*plain_hint)
        fprintf(stderr, "hint: %s\n", plain_hint);
}

gboolean cli_take_option(int *argc, char **argv, const char *option)
{
    for (int i = 0; i < *argc; i++) {
        if (strcmp(argv[i], option) == 0) {
            memmove(&argv[i], &argv[i + 1], sizeof *argv * (gsize)(*argc - i));
            (*argc)--;
            return TRUE;
        }
    }
    return FALSE;
}

gboolean cli_take_value(int *argc, char **argv, const char *option, const char **ret_value)
{
    gsize length = strlen(option);

    for (int i = 0; i < *argc; i++) {
        gboolean joined = strncmp(argv[i], option, length) == 0 && argv[i][length] == '=';
        int words = joined ? 1 : 2;
        if (!joined && strcmp(argv[i], option) != 0)
            continue;
        if (!joined && i + 1 == *argc) {
            cli_complain("%s needs a value", option);
            return FALSE;
        }
        *ret_value = joined ? argv[i] + length + 1 : argv[i + 1];
        memmove(&argv[i], &argv[i + words], sizeof *argv * (gsize)(*argc - i - words));
        *argc -= words;
        return TRUE;
    }
    return TRUE;
}

gboolean cli_has_options(int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (argv[i][0] == '-') {
            cli_complain("there is no option %s", argv[i]);
            return TRUE;
        }
    }
    return FALSE;
}
