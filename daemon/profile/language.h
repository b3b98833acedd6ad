/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The language of what this folder says.  It is read in windows as well as in terminals and logs:
 * who has a catalogue says how to look into it, once at the beginning; the service and the
 * command do not, and speak English. */
#pragma once

#include <glib.h>

/* What gettext() is: the text itself when there is nothing better. */
typedef const char *(*LanguageFunc)(const char *text);
void language_set(LanguageFunc translate);
const char *language_translate(const char *text) G_GNUC_FORMAT(1);

/* Who shows sentences has them from gettext. */
#ifndef _
#define _(text) language_translate(text)
#define N_(text) text
#endif
