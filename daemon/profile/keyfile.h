/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles as text: the keyfile that is stored and exported, and the file of stored secrets. */
#pragma once

#include "profile/profile.h"

#define KEYFILE_MAX 65536 /* bytes */

/* `stem` is the file's name without its suffix: it names a profile that has no name, and gives
 * one without a UUID a UUID that stays the same.  What is not known is ignored and told in
 * `warnings` (of char *; or NULL); a known field with a bad value is an error. */
Profile *keyfile_parse(const char *data, gsize length, const char *stem, GPtrArray *warnings,
                       GError **error);
/* Without secrets.  Keys that Causeway does not know and comments are taken over from
 * `previous`, the text that is being replaced; NULL for none. */
char *keyfile_format(Profile *profile, const char *previous, gsize *ret_length);

/* "ipsec.psk=BASE64" a line.  The text is to be wiped; NULL when there are no secrets. */
char *secrets_format(Profile *profile);
/* Lines that cannot be understood are told in `warnings`, and never repeated there. */
void secrets_parse(Profile *profile, const char *data, gsize length, GPtrArray *warnings);
