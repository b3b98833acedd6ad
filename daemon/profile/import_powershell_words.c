/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of PowerShell: about_Quoting_Rules, about_Special_Characters, about_Parsing. */
#include "profile/import_powershell_words.h"

#include <string.h>

void word_clear(Word *word)
{
    if (word->text)
        explicit_bzero(word->text, strlen(word->text));
    g_clear_pointer(&word->text, g_free);
    *word = (Word){WORD_END, NULL, FALSE, FALSE};
}

/* PowerShell takes the typographic forms for the plain ones, which is why a command survives
 * Word and Outlook. */
static gboolean is_single_quote(gunichar letter)
{
    return letter == '\'' || (letter >= 0x2018 && letter <= 0x201b);
}

static gboolean is_double_quote(gunichar letter)
{
    return letter == '"' || (letter >= 0x201c && letter <= 0x201e);
}

static gboolean is_dash(gunichar letter)
{
    return letter == '-' || (letter >= 0x2013 && letter <= 0x2015);
}

static gboolean is_blank(gunichar letter)
{
    return letter == ' ' || letter == '\t' || letter == '\r' || letter == 0xa0;
}

static gunichar peek(const char *at)
{
    return *at ? g_utf8_get_char(at) : 0;
}

static gboolean is_name_letter(gunichar letter)
{
    return letter == '_' || (letter != 0 && g_unichar_isalnum(letter));
}

/* Behind a line break: the marks that a mail program puts before what is quoted. */
static const char *skip_quote_marks(const char *at)
{
    const char *p = at;

    while (*p == '>' || (p > at && *p == ' ' && p[1] == '>'))
        p++;
    return p;
}

#define COMMENT_MAX 8192

/* Over white space, continued lines and comments. */
static void skip_blanks(Words *words)
{
    for (;;) {
        gunichar letter = peek(words->at);
        if (is_blank(letter)) {
            words->at = g_utf8_next_char(words->at);
        } else if (letter == '`') {
            const char *p = words->at + 1;
            /* Blanks behind it are a mistake in PowerShell, and usual in mails. */
            while (is_blank(peek(p)))
                p = g_utf8_next_char(p);
            if (*p != '\n')
                return;
            words->at = skip_quote_marks(p + 1);
        } else if (g_str_has_prefix(words->at, "<#")) {
            const char *end = g_strstr_len(words->at, COMMENT_MAX, "#>");
            words->at = end ? end + 2 : words->at + 2;
        } else if (letter == '#') {
            words->at += strcspn(words->at, "\n");
        } else {
            return;
        }
    }
}

gboolean words_line_continues(const Words *words)
{
    Words ahead = {skip_quote_marks(words->at), words->variables};

    skip_blanks(&ahead);
    return is_dash(peek(ahead.at)) && g_ascii_isalpha(peek(g_utf8_next_char(ahead.at)));
}

/* $name or ${name}, in a text or by itself; `*at` stands behind the $. */
static char *take_name(const char **at)
{
    const char *begin = *at;
    gboolean braces = *begin == '{';
    const char *end = begin + braces;

    if (braces) {
        end += strcspn(end, "}\n");
        if (*end != '}')
            return NULL;
        *at = end + 1;
        return g_strndup(begin + 1, (gsize)(end - begin - 1));
    }
    while (is_name_letter(peek(end)) || (*end == ':' && is_name_letter(peek(end + 1))))
        end = g_utf8_next_char(end);
    *at = end;
    return end > begin ? g_strndup(begin, (gsize)(end - begin)) : NULL;
}

/* No setting is longer; a mark that is closed nowhere near is an apostrophe. */
#define QUOTED_MAX 4096
#define TEXT_MAX (2 * QUOTED_MAX)

static void put_variable(Words *words, GString *text, gboolean *ret_unknown)
{
    const char *at = words->at;
    g_autofree char *name = take_name(&at);
    g_autofree char *lower = name ? g_ascii_strdown(name, -1) : NULL;
    const char *value = lower ? g_hash_table_lookup(words->variables, lower) : NULL;

    if (!name && *at != '(') { /* a $ by itself */
        g_string_append_c(text, '$');
        return;
    }
    words->at = at;
    if (value && strlen(value) < TEXT_MAX - text->len)
        g_string_append(text, value);
    else
        *ret_unknown = TRUE;
}

static char unescape(char letter)
{
    static const char from[] = "0abefnrtv", to[] = "\0\a\b\033\f\n\r\t\v";
    const char *found = letter ? strchr(from, letter) : NULL;

    return found ? to[found - from] : letter;
}

static void take_escaped(Words *words, GString *text)
{
    const char *next = g_utf8_next_char(words->at);

    if ((guchar)*words->at < 0x80) {
        char letter = unescape(*words->at);
        if (letter != '\0')
            g_string_append_c(text, letter);
    } else {
        g_string_append_len(text, words->at, next - words->at);
    }
    words->at = next;
}

/* Where the text ends whose opening mark is before `at`; NULL when it ends nowhere near. */
static const char *find_closing(const char *at, gboolean doubled)
{
    const char *begin = at;

    while (*at && at - begin < QUOTED_MAX) {
        gunichar letter = peek(at);
        const char *next = g_utf8_next_char(at);
        if (doubled && letter == '`' && *next) {
            at = g_utf8_next_char(next);
        } else if (doubled ? is_double_quote(letter) : is_single_quote(letter)) {
            gunichar following = peek(next);
            if (!(doubled ? is_double_quote(following) : is_single_quote(following)))
                return at;
            at = g_utf8_next_char(next);
        } else {
            at = next;
        }
    }
    return NULL;
}

/* `words->at` stands behind the opening mark. */
static void take_quoted(Words *words, gboolean doubled, Word *word)
{
    /* Of its full size from the beginning: growing would leave copies of a secret behind. */
    GString *text = g_string_sized_new(TEXT_MAX + 1);
    const char *end = find_closing(words->at, doubled);

    word->kind = WORD_QUOTED;
    word->unknown = end == NULL;
    while (end && words->at < end) {
        gunichar letter = peek(words->at);
        const char *next = g_utf8_next_char(words->at);
        words->at = next;
        if (doubled ? is_double_quote(letter) : is_single_quote(letter)) {
            /* Two of them stand for the second. */
            g_string_append_unichar(text, peek(next));
            words->at = g_utf8_next_char(next);
        } else if (doubled && letter == '`' && next < end) {
            take_escaped(words, text);
        } else if (doubled && letter == '$') {
            put_variable(words, text, &word->unknown);
        } else {
            g_string_append_unichar(text, letter);
        }
        if (text->len > TEXT_MAX - 8) {
            word->unknown = TRUE;
            break;
        }
    }
    if (end)
        words->at = g_utf8_next_char(end);
    word->text = g_string_free(text, FALSE);
}

static gboolean ends_bare(gunichar letter)
{
    return letter == 0 || is_blank(letter) || is_double_quote(letter) || is_single_quote(letter) ||
           (letter < 0x80 && strchr("\n;|&(){},=", (int)letter));
}

static void take_bare(Words *words, Word *word)
{
    const char *end = words->at;

    while (!ends_bare(peek(end))) {
        if (*end == '`' && end[1] != '\0')
            end++;
        end = g_utf8_next_char(end);
    }
    GString *text = g_string_sized_new((gsize)(end - words->at) + 1);
    word->kind = WORD_TEXT;
    while (words->at < end) {
        gunichar letter = peek(words->at);
        words->at = g_utf8_next_char(words->at);
        if (letter == '`' && words->at < end)
            take_escaped(words, text);
        else
            g_string_append_unichar(text, letter);
    }
    word->text = g_string_free(text, FALSE);
}

static void take_option(Words *words, Word *word)
{
    const char *begin = words->at, *end = begin;

    while (g_ascii_isalnum(*end))
        end++;
    word->kind = WORD_OPTION;
    word->text = g_strndup(begin, (gsize)(end - begin));
    word->valued = *end == ':';
    words->at = end + word->valued;
}

static gboolean take_sigil(Words *words, gunichar letter, Word *word)
{
    const char *at = g_utf8_next_char(words->at);

    if ((letter == '@' && (*at == '{' || *at == '(')) || (letter == '$' && *at == '(')) {
        word->kind = *at == '{' ? WORD_HASH : WORD_OPEN;
        words->at = at + 1;
        return TRUE;
    }
    if (letter != '@' && letter != '$')
        return FALSE;
    char *name = take_name(&at);
    if (!name)
        return FALSE;
    word->kind = letter == '@' ? WORD_SPLAT : WORD_VARIABLE;
    word->text = name;
    words->at = at;
    return TRUE;
}

void words_next(Words *words, Word *ret_word)
{
    word_clear(ret_word);
    skip_blanks(words);
    gunichar letter = peek(words->at);
    if (letter == 0)
        return;
    const char *next = g_utf8_next_char(words->at);
    if (letter == '\n') {
        words->at = skip_quote_marks(next);
        ret_word->kind = WORD_NEWLINE;
    } else if (is_single_quote(letter) || is_double_quote(letter)) {
        words->at = next;
        take_quoted(words, is_double_quote(letter), ret_word);
    } else if (take_sigil(words, letter, ret_word)) {
        return;
    } else if (is_dash(letter) && g_ascii_isalpha(peek(next))) {
        words->at = next;
        take_option(words, ret_word);
    } else if (letter < 0x80 && strchr(";|&){}(,=", (int)letter)) {
        words->at = next;
        ret_word->kind = letter == '('   ? WORD_OPEN
                         : letter == ',' ? WORD_COMMA
                         : letter == '=' ? WORD_EQUALS
                                         : WORD_SEPARATOR;
    } else {
        take_bare(words, ret_word);
        /* A letter that begins nothing above and ends a bare word: over it. */
        if (*ret_word->text == '\0' && words->at < next)
            words->at = next;
    }
}
