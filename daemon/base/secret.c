/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes that must not be seen. */
#include "base/secret.h"

#include <string.h>

struct Secret {
    gsize length;
    guint8 data[];
};

Secret *secret_new(const void *data, gsize length)
{
    Secret *secret = g_malloc0(sizeof *secret + length + 1);

    secret->length = length;
    if (length > 0)
        memcpy(secret->data, data, length);
    return secret;
}

Secret *secret_new_take(char *string)
{
    if (!string)
        return NULL;
    Secret *secret = secret_new(string, strlen(string));
    secret_string_free(string);
    return secret;
}

Secret *secret_copy(const Secret *secret)
{
    return secret ? secret_new(secret->data, secret->length) : NULL;
}

void secret_free(Secret *secret)
{
    if (!secret)
        return;
    explicit_bzero(secret, sizeof *secret + secret->length + 1);
    g_free(secret);
}

const guint8 *secret_data(const Secret *secret)
{
    return secret->data;
}

gsize secret_length(const Secret *secret)
{
    return secret->length;
}

void secret_string_free(char *string)
{
    if (!string)
        return;
    explicit_bzero(string, strlen(string));
    g_free(string);
}
