/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparing secrets.  A file of its own: who compares none (causewayd) needs no nettle. */
#include <nettle/memops.h>

#include "base/secret.h"

gboolean secret_bytes_equal(const void *a, const void *b, gsize length)
{
    return memeql_sec(a, b, length) != 0;
}

gboolean secret_equal(const Secret *a, const Secret *b)
{
    if (!a || !b)
        return a == b;
    gsize length = secret_length(a);
    return length == secret_length(b) &&
           secret_bytes_equal(secret_data(a), secret_data(b), length);
}
