/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong with something that was typed, in words for people who know no networks. */
#pragma once

#include "profile/schema.h"

/* What daemon/profile says is translated from now on, too. */
void sentences_begin(void);
/* A translated sentence, or NULL when `text` is fine for the field.  `text` is all of what was
 * typed: of a list, all of its elements.  "" is fine here, also for a field that is needed. */
char *sentence_for_text(const Field *field, const char *text);
/* Of a field that is needed and empty. */
char *sentence_for_missing(const Field *field);
/* Of a field that profile_validate() found not to agree with the others. */
char *sentence_for_rule(const Field *field);
/* The table's label and help in the user's language. */
const char *sentence_label(const Field *field);
const char *sentence_help(const Field *field);
/* What an empty text field means: "Automatic", "60", or NULL. */
const char *sentence_placeholder(const Field *field);
/* "seconds", or NULL. */
const char *sentence_unit(const Field *field);
/* The service speaks English: its sentence in the user's language, with the gateway's own words,
 * which stand in brackets at its end, behind it.  What is not known stays as it is. */
char *sentence_for_message(const char *message);
