/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that IT departments send for Windows PowerShell, in the middle of a mail or as a
 * script: Add-VpnConnection and its relatives. */
#include "profile/import_powershell.h"

#include <string.h>

#include "profile/import_formats.h"

#define VARIABLES_MAX 200
#define ARGUMENTS_MAX 40
#define PARENTHESES_MAX 200 /* words in them */

/* Options without a value. */
static const char *const switches[] = {
    "SplitTunneling", "AllUserConnection", "RememberCredential", "UseWinlogonCredential", "Force",
    "PassThru", "AsJob", "WhatIf", "Confirm", "RevertToDefault", NULL};

gboolean import_powershell_is(const ImportInput *input)
{
    return input->text && import_contains(input->text, "Add-VpnConnection");
}

/* ---- arguments ---- */

static void free_secret(gpointer text)
{
    secret_string_free(text);
}

static void argument_free(gpointer data)
{
    Argument *argument = data;

    g_free(argument->name);
    g_ptr_array_unref(argument->values);
    g_free(argument);
}

static Argument *argument_new(const char *name)
{
    Argument *argument = g_new0(Argument, 1);

    argument->name = g_strdup(name);
    argument->values = g_ptr_array_new_with_free_func(free_secret);
    return argument;
}

/* PowerShell takes any beginning of a name that fits one parameter only. */
static const char *full_name(const char *const *parameters, const char *given)
{
    const char *found = NULL;
    gsize length = strlen(given);

    for (guint i = 0; parameters[i]; i++) {
        if (g_ascii_strcasecmp(parameters[i], given) == 0)
            return parameters[i];
        if (g_ascii_strncasecmp(parameters[i], given, length) == 0) {
            if (found)
                return NULL;
            found = parameters[i];
        }
    }
    return found;
}

/* A word as a value: TRUE when it was one. */
static gboolean add_value(Reading *reading, Argument *argument, Word *word)
{
    if (word->kind == WORD_TEXT || word->kind == WORD_QUOTED) {
        argument->unknown |= word->unknown;
        g_ptr_array_add(argument->values, g_steal_pointer(&word->text));
        return TRUE;
    }
    if (word->kind != WORD_VARIABLE)
        return FALSE;
    g_autofree char *lower = g_ascii_strdown(word->text, -1);
    const char *value = g_hash_table_lookup(reading->variables, lower);
    if (!value && (strcmp(lower, "true") == 0 || strcmp(lower, "false") == 0))
        value = lower;
    if (value)
        g_ptr_array_add(argument->values, g_strdup(value));
    else
        argument->unknown = TRUE;
    return TRUE;
}

/* Values with commas between them, perhaps in parentheses; stops before what is none. */
static void take_values(Reading *reading, Argument *argument)
{
    g_auto(Word) word = {WORD_END, NULL, FALSE, FALSE};
    guint open = 0;

    for (guint words = 0; words < PARENTHESES_MAX; words++) {
        const char *before = reading->words.at;
        words_next(&reading->words, &word);
        if (word.kind == WORD_OPEN) {
            open++;
            continue;
        }
        if (open > 0 && word.kind == WORD_SEPARATOR) {
            if (--open == 0)
                break;
            continue;
        }
        if (open > 0 && (word.kind == WORD_NEWLINE || word.kind == WORD_COMMA))
            continue;
        /* In parentheses a bare word is a command: (Read-Host "Server"). */
        argument->unknown |= open > 0 && word.kind == WORD_TEXT;
        if (argument->values->len >= ARGUMENTS_MAX || !add_value(reading, argument, &word)) {
            if (word.kind == WORD_END || word.kind == WORD_SEPARATOR || open == 0) {
                reading->words.at = before;
                break;
            }
            /* ($x + 1), (Read-Host …) */
            argument->unknown = TRUE;
            continue;
        }
        if (open > 0)
            continue;
        before = reading->words.at;
        words_next(&reading->words, &word);
        if (word.kind != WORD_COMMA) {
            reading->words.at = before;
            break;
        }
    }
    if (open > 0)
        argument->unknown = TRUE;
}

/* @{ Name = "x"; ServerAddress = "y" } */
static GPtrArray *take_table(Reading *reading)
{
    GPtrArray *arguments = g_ptr_array_new_with_free_func(argument_free);
    g_auto(Word) word = {WORD_END, NULL, FALSE, FALSE};

    while (arguments->len < ARGUMENTS_MAX) {
        words_next(&reading->words, &word);
        if (word.kind == WORD_NEWLINE)
            continue;
        if (word.kind == WORD_SEPARATOR && reading->words.at[-1] == ';')
            continue;
        if (word.kind != WORD_TEXT && word.kind != WORD_QUOTED)
            break;
        Argument *argument = argument_new(word.text);
        g_ptr_array_add(arguments, argument);
        words_next(&reading->words, &word);
        if (word.kind != WORD_EQUALS)
            break;
        take_values(reading, argument);
    }
    return arguments;
}

/* The parameters of a table, by the names that the command has for them. */
static void add_splatted(Reading *reading, const Cmdlet *cmdlet, const char *name,
                         GPtrArray *arguments)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    GPtrArray *table = g_hash_table_lookup(reading->tables, lower);

    if (!table)
        import_tell(reading->result->warnings, "%s: what @%s stands for is not in the text.",
                    cmdlet->name, name);
    for (guint i = 0; table && i < table->len; i++) {
        const Argument *from = g_ptr_array_index(table, i);
        const char *full = full_name(cmdlet->parameters, from->name);
        Argument *argument = argument_new(full ? full : from->name);
        argument->unknown = from->unknown;
        for (guint j = 0; j < from->values->len; j++)
            g_ptr_array_add(argument->values, g_strdup(g_ptr_array_index(from->values, j)));
        g_ptr_array_add(arguments, argument);
    }
}

static void take_option(Reading *reading, const Cmdlet *cmdlet, const Word *word,
                        GPtrArray *arguments)
{
    const char *full = full_name(cmdlet->parameters, word->text);
    Argument *argument = argument_new(full ? full : word->text);

    g_ptr_array_add(arguments, argument);
    if (word->valued || !full || !import_in(switches, full)) {
        take_values(reading, argument);
        return;
    }
    /* Set-VpnConnection -SplitTunneling $true: there it is no switch. */
    const char *before = reading->words.at;
    g_auto(Word) next = {WORD_END, NULL, FALSE, FALSE};
    words_next(&reading->words, &next);
    if (next.kind == WORD_VARIABLE)
        add_value(reading, argument, &next);
    else
        reading->words.at = before;
}

/* Everything up to the end of the command; the line may have been broken by a mail program. */
static GPtrArray *take_arguments(Reading *reading, const Cmdlet *cmdlet, gboolean *ret_named)
{
    GPtrArray *arguments = g_ptr_array_new_with_free_func(argument_free);
    g_auto(Word) word = {WORD_END, NULL, FALSE, FALSE};
    guint positional = 0;

    while (arguments->len < ARGUMENTS_MAX) {
        const char *before = reading->words.at;
        words_next(&reading->words, &word);
        if (word.kind == WORD_NEWLINE && words_line_continues(&reading->words))
            continue;
        if (word.kind == WORD_END || word.kind == WORD_NEWLINE || word.kind == WORD_SEPARATOR)
            break;
        *ret_named |= word.kind == WORD_OPTION || word.kind == WORD_SPLAT;
        if (word.kind == WORD_OPTION) {
            take_option(reading, cmdlet, &word, arguments);
        } else if (word.kind == WORD_SPLAT) {
            add_splatted(reading, cmdlet, word.text, arguments);
        } else if (word.kind == WORD_TEXT || word.kind == WORD_QUOTED ||
                   word.kind == WORD_VARIABLE) {
            /* More than these no command takes: it is prose. */
            if (positional >= 2)
                break;
            Argument *argument = argument_new(cmdlet->parameters[positional++]);
            g_ptr_array_add(arguments, argument);
            reading->words.at = before;
            take_values(reading, argument);
        }
    }
    return arguments;
}

/* ---- the text ---- */

/* $name = "text" or $name = @{ … }; `reading->words.at` stands at the $. */
static void take_assignment(Reading *reading)
{
    g_auto(Word) word = {WORD_END, NULL, FALSE, FALSE};

    words_next(&reading->words, &word);
    if (word.kind != WORD_VARIABLE)
        return;
    g_autofree char *name = g_ascii_strdown(word.text, -1);
    words_next(&reading->words, &word);
    if (word.kind != WORD_EQUALS || g_hash_table_size(reading->variables) >= VARIABLES_MAX ||
        g_hash_table_size(reading->tables) >= VARIABLES_MAX)
        return;
    const char *before = reading->words.at;
    words_next(&reading->words, &word);
    g_hash_table_remove(reading->variables, name);
    g_hash_table_remove(reading->tables, name);
    /* $x = Add-VpnConnection …: a command, which is looked at as such. */
    if (word.kind == WORD_TEXT || word.kind == WORD_NEWLINE)
        reading->words.at = before;
    if (word.kind == WORD_HASH)
        g_hash_table_insert(reading->tables, g_steal_pointer(&name), take_table(reading));
    else if (word.kind == WORD_QUOTED && !word.unknown)
        g_hash_table_insert(reading->variables, g_steal_pointer(&name),
                            g_steal_pointer(&word.text));
}

static gboolean is_word_letter(char letter)
{
    return g_ascii_isalnum(letter) || letter == '-' || letter == '_';
}

/* The command that begins here, and where its arguments do.  Mail programs turn the dash into a
 * longer one. */
static const Cmdlet *command_at(const char *at, const char **ret_arguments)
{
    for (guint i = 0; powershell_cmdlets[i].name; i++) {
        const char *name = powershell_cmdlets[i].name, *p = at;
        for (; *name; name++) {
            if (*name == '-' && (guchar)*p >= 0x80 && g_utf8_get_char(p) >= 0x2013 &&
                g_utf8_get_char(p) <= 0x2015)
                p = g_utf8_next_char(p);
            else if (g_ascii_tolower(*p) == g_ascii_tolower(*name))
                p++;
            else
                break;
        }
        if (*name == '\0' && !is_word_letter(*p)) {
            *ret_arguments = p;
            return &powershell_cmdlets[i];
        }
    }
    return NULL;
}

/* Another command about VPN connections, with options: its length, or 0. */
static gsize other_command_at(const char *at)
{
    gsize length = 0, blanks;

    if (g_ascii_strncasecmp(at, "Add-Vpn", 7) != 0 && g_ascii_strncasecmp(at, "Set-Vpn", 7) != 0)
        return 0;
    while (length < 80 && is_word_letter(at[length]))
        length++;
    blanks = strspn(at + length, " \t");
    return blanks > 0 && strchr("-@'\"", at[length + blanks]) ? length : 0;
}

/* Prose and other commands around are passed over: in them an apostrophe is no quotation mark. */
static void read_text(Reading *reading, const char *text)
{
    gboolean line_begins = TRUE, word_begins = TRUE, named;

    reading->words = (Words){text, reading->variables};
    while (*reading->words.at) {
        const char *at = reading->words.at, *arguments;
        const Cmdlet *cmdlet = word_begins ? command_at(at, &arguments) : NULL;
        if (cmdlet) {
            reading->words.at = arguments;
            named = FALSE;
            g_autoptr(GPtrArray) given = take_arguments(reading, cmdlet, &named);
            line_begins = word_begins = TRUE;
            /* A name in prose is mentioned, not run: no option follows it. */
            if (named || (cmdlet->unnamed && given->len == 2))
                cmdlet->run(reading, given);
            else
                reading->words.at = arguments;
            continue;
        }
        gsize other = word_begins ? other_command_at(at) : 0;
        if (other > 0) {
            import_tell(reading->result->warnings,
                        "%.*s is left out: Causeway has nothing like it.", (int)other, at);
            reading->words.at += other;
            continue;
        }
        if (*at == '$' && line_begins) {
            take_assignment(reading);
            line_begins = FALSE;
            if (reading->words.at > at)
                continue;
        }
        if (*at == '#' && line_begins) {
            reading->words.at += strcspn(at, "\n");
            continue;
        }
        line_begins = *at == '\n' || (line_begins && strchr(" \t\r>", *at));
        word_begins = !is_word_letter(*at) && *at != '"' && *at != '\'';
        reading->words.at = g_utf8_next_char(at);
    }
}

gboolean import_powershell_read(const ImportInput *const *inputs, gsize count,
                                ImportResult *result, GError **error)
{
    Reading reading = {
        .result = result,
        .variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_secret),
        .tables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify)g_ptr_array_unref),
        .connections = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };

    for (gsize i = 0; i < count; i++) {
        g_autofree char *stem = import_stem(inputs[i]->name);
        reading.stem = stem;
        read_text(&reading, inputs[i]->text);
    }
    g_hash_table_unref(reading.variables);
    g_hash_table_unref(reading.tables);
    g_hash_table_unref(reading.connections);
    return TRUE;
}
