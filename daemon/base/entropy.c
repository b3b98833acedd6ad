/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random bytes for the engines. */
#include "base/entropy.h"

#include <nettle/chacha.h>
#include <string.h>

struct Entropy {
    struct chacha_ctx chacha;
};

Entropy *entropy_new(const guint8 seed[ENTROPY_SEED_SIZE])
{
    static const guint8 nonce[CHACHA_NONCE96_SIZE];
    Entropy *entropy = g_new0(Entropy, 1);

    chacha_set_key(&entropy->chacha, seed);
    chacha_set_nonce96(&entropy->chacha, nonce);
    return entropy;
}

void entropy_free(Entropy *entropy)
{
    if (!entropy)
        return;
    explicit_bzero(entropy, sizeof *entropy);
    g_free(entropy);
}

void entropy_fill(Entropy *entropy, void *data, gsize length)
{
    memset(data, 0, length);
    chacha_crypt32(&entropy->chacha, length, data, data);
}

guint16 entropy_u16(Entropy *entropy)
{
    guint16 value;

    entropy_fill(entropy, &value, sizeof value);
    return value;
}

guint32 entropy_u32(Entropy *entropy)
{
    guint32 value;

    entropy_fill(entropy, &value, sizeof value);
    return value;
}

guint16 entropy_u16_nonzero(Entropy *entropy)
{
    guint16 value;

    do
        value = entropy_u16(entropy);
    while (value == 0);
    return value;
}

guint32 entropy_u32_nonzero(Entropy *entropy)
{
    guint32 value;

    do
        value = entropy_u32(entropy);
    while (value == 0);
    return value;
}
