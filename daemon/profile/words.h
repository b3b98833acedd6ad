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
/* As much of a text as fits into so many bytes, letters whole.  To be freed. */
char *words_cut(const char *text, gsize bytes);
/* "office 2": a name like `name` that is no longer than names may be.  To be freed. */
char *words_numbered(const char *name, guint number);
/* NULL when `text`, or one element of a list, is fine for the row; else what is wrong with it
 * in words, to be freed. */
char *words_problem(const Field *field, const char *text);
/* A shared key of any bytes as a profile holds it: these bytes, or "0s" and base64 of them where
 * they are no text (UTF-8 without a zero byte) or would be taken for something else.  To be
 * freed. */
Secret *words_psk(const void *bytes, gsize length);
/* The bytes that a profile's shared key means: "0s" and base64, "0x" and hexadecimal digits are
 * strongSwan's ways of writing a key that is not text; what does not decode is meant as it
 * stands.  To be freed. */
Secret *words_psk_bytes(const Secret *psk);
