/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts that people typed: what they mean and what is wrong with them. */
#pragma once

#include "profile/profile.h"

/* How many letters must be changed to get from one word to the other; both are cut at 64. */
guint words_distance(const char *a, const char *b);
/* yes, no, true, false, on, off, 1, 0. */
gboolean words_boolean(const char *text, gboolean *ret_value);
/* Splits at commas, semicolons and white space; no empty elements. */
char **words_split(const char *text);
/* NULL when `text`, or one element of a list, is fine for the row; else what is wrong with it
 * in words, to be freed. */
char *words_problem(const Field *field, const char *text);
