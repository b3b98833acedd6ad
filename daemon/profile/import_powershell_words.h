/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of PowerShell, as far as commands that make a VPN connection need them, and as mail
 * programs leave them: curly quotation marks, long dashes, "> " before lines.
 *
 * Nothing is executed.  A variable stands for the text it was given before; anything that would
 * have to be computed is marked as unknown. */
#pragma once

#include <glib.h>

typedef enum {
    WORD_END,       /* of the whole text */
    WORD_NEWLINE,   /* the end of a line that is not continued */
    WORD_SEPARATOR, /* ; | & ) } and whatever else ends a command */
    WORD_TEXT,      /* a bare word */
    WORD_QUOTED,    /* a text in quotation marks, with known variables put in */
    WORD_VARIABLE,  /* $name, without the $ */
    WORD_SPLAT,     /* @name, without the @ */
    WORD_OPTION,    /* -Name or -Name:, without the dash */
    WORD_HASH,      /* @{ */
    WORD_OPEN,      /* ( or @( or $( */
    WORD_COMMA,
    WORD_EQUALS,
} WordKind;

typedef struct {
    WordKind kind;
    char *text;       /* may be secret; NULL for the kinds without one */
    gboolean unknown; /* QUOTED: something in it would have to be computed */
    gboolean valued;  /* OPTION: a colon follows, and its value */
} Word;

typedef struct {
    const char *at;
    GHashTable *variables; /* lower-case name → text; borrowed */
} Words;

/* `ret_word` is cleared first. */
void words_next(Words *words, Word *ret_word);
/* Whether the next line goes on with an option: a command that a mail program broke. */
gboolean words_line_continues(const Words *words);
void word_clear(Word *word);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Word, word_clear)
