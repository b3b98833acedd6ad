/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hiding of AVP values: a stream of MD5 over the secret, chained through the cipher text. */
#include "l2tp/hiding.h"

#include "base/bytes.h"

#include <nettle/md5.h>
#include <string.h>

/* b1 = MD5(AV + S + RV), and bi = MD5(S + c(i-1)) after it (RFC 2661 §4.3).  Both directions
 * hash the cipher text, which is `before` for hiding and `in` for unhiding. */
static void transform(guint16 type, const Secret *secret, const guint8 *vector,
    gsize vector_length, const guint8 *in, guint8 *out, gsize length, gboolean hide)
{
    const guint8 number[2] = { (guint8)(type >> 8), (guint8)type };
    guint8 chunk_cipher[MD5_DIGEST_SIZE] = { 0 };
    guint8 block[MD5_DIGEST_SIZE];

    for (gsize start = 0; start < length; start += MD5_DIGEST_SIZE) {
        gsize n = MIN(length - start, MD5_DIGEST_SIZE);
        struct md5_ctx md5;

        md5_init(&md5);
        if (start == 0)
            md5_update(&md5, sizeof number, number);
        md5_update(&md5, secret_length(secret), secret_data(secret));
        if (start == 0)
            md5_update(&md5, vector_length, vector);
        else
            md5_update(&md5, sizeof chunk_cipher, chunk_cipher);
        md5_digest(&md5, sizeof block, block);
        for (gsize i = 0; i < n; i++) {
            guint8 byte = in[start + i];

            out[start + i] = byte ^ block[i];
            chunk_cipher[i] = hide ? out[start + i] : byte;
        }
    }
    explicit_bzero(block, sizeof block);
}

gsize l2tp_hide(guint16 type, const Secret *secret, const guint8 *vector, gsize vector_length,
    const guint8 *value, gsize length, const guint8 *padding, guint8 *hidden, gsize size)
{
    Writer writer = writer_init(hidden, size);

    writer_u16(&writer, (guint16)length);
    writer_bytes(&writer, value, length);
    gsize tail = writer.length % HIDING_PADDING_MAX;
    if (tail > 0)
        writer_bytes(&writer, padding, HIDING_PADDING_MAX - tail);
    if (length > G_MAXUINT16 || !writer_ok(&writer))
        return 0;
    transform(type, secret, vector, vector_length, hidden, hidden, writer.length, TRUE);
    return writer.length;
}

gboolean l2tp_unhide(guint16 type, const Secret *secret, const guint8 *vector,
    gsize vector_length, const guint8 *hidden, gsize length, guint8 *plain,
    const guint8 **ret_value, gsize *ret_length)
{
    transform(type, secret, vector, vector_length, hidden, plain, length, FALSE);

    Reader reader = reader_init(plain, length);
    guint16 original = reader_u16(&reader);
    const guint8 *value = reader_bytes(&reader, original);
    if (!value)
        return FALSE;
    *ret_value = value;
    *ret_length = original;
    return TRUE;
}
