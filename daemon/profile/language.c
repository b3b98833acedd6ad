/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The language of what this folder says. */
#include "profile/language.h"

static LanguageFunc chosen;

void language_set(LanguageFunc translate)
{
    chosen = translate;
}

const char *language_translate(const char *text)
{
    return chosen ? chosen(text) : text;
}
