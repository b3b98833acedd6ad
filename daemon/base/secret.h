/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes that must not be seen: wiped when freed, compared in constant time, and with no way
 * to print them.  A Secret may hold zero bytes; NULL means that there is none. */
#pragma once

#include <glib.h>

typedef struct Secret Secret;

Secret *secret_new(const void *data, gsize length);
/* Takes a string over: copies it, wipes it and frees it.  NULL gives NULL. */
Secret *secret_new_take(char *string);
Secret *secret_copy(const Secret *secret);
void secret_free(Secret *secret);
/* The bytes, followed by a zero byte that does not count. */
const guint8 *secret_data(const Secret *secret);
gsize secret_length(const Secret *secret);
gboolean secret_equal(const Secret *a, const Secret *b);
/* Constant time, over any memory. */
gboolean secret_bytes_equal(const void *a, const void *b, gsize length);
/* Wipes a string's bytes and frees it. */
void secret_string_free(char *string);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Secret, secret_free)
