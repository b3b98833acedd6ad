/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnel authentication: MD5 over identifier, secret and challenge (RFC 1994 §4.1). */
#include "l2tp/auth.h"

#include <nettle/md5.h>
#include <string.h>

void l2tp_auth_response(L2tpMessageType message, const Secret *secret, const guint8 *challenge,
    gsize length, guint8 ret_response[L2TP_RESPONSE_SIZE])
{
    /* "For purposes of the ID value in the CHAP response calculation, the value of the Message
     * Type AVP for this message is used" (RFC 2661 §4.4.3). */
    const guint8 identifier = (guint8)message;
    struct md5_ctx md5;

    md5_init(&md5);
    md5_update(&md5, 1, &identifier);
    md5_update(&md5, secret_length(secret), secret_data(secret));
    md5_update(&md5, length, challenge);
    md5_digest(&md5, L2TP_RESPONSE_SIZE, ret_response);
}

gboolean l2tp_auth_verify(L2tpMessageType message, const Secret *secret, const guint8 *challenge,
    gsize challenge_length, const guint8 *response, gsize response_length)
{
    guint8 expected[L2TP_RESPONSE_SIZE];

    if (response_length != sizeof expected)
        return FALSE;
    l2tp_auth_response(message, secret, challenge, challenge_length, expected);
    gboolean equal = secret_bytes_equal(expected, response, sizeof expected);
    explicit_bzero(expected, sizeof expected);
    return equal;
}
