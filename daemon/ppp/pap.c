/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Password Authentication Protocol (RFC 1334 §2). */
#include <string.h>

#include "ppp/link.h"

enum {
    AUTHENTICATE_REQUEST = 1,
    AUTHENTICATE_ACK = 2,
    AUTHENTICATE_NAK = 3,
};

/* Each repetition is a log-in of its own to the peer's directory, and FreeRADIUS delays a refusal
 * by a second: sent earlier, one mistyped password would count several times towards the
 * account's lock. */
#define REPEAT_LEAST (1500 * USEC_PER_MSEC)

static void start_repeat(PppLink *link)
{
    PppAuth *auth = &link->auth;

    if (auth->pap_interval == 0)
        auth->pap_interval = MAX(REPEAT_LEAST, MIN(link->rtt, USEC_PER_SEC) * 4);
    auth->pap_repeat = usec_add(link->now, auth->pap_interval);
}

/* The password goes out in clear, as PAP has it: whoever allows PAP relies on IPsec.  It
 * passes through no buffer that is not wiped. */
void ppp_pap_send(PppLink *link)
{
    PppAuth *auth = &link->auth;
    gsize user_length = strlen(link->user);
    gsize password_length = secret_length(link->password);
    guint8 body[2 + 255 + 255];
    Writer writer = writer_init(body, sizeof body);

    /* RFC 1334 §2.2.1: both have a length field of one byte. */
    if (user_length > 255 || password_length > 255) {
        ppp_link_fail(link, failure_new(STAGE_AUTHENTICATION, FAILURE_PROFILE_INVALID,
                                        "PAP carries at most 255 bytes of name and of password"));
        return;
    }
    writer_u8(&writer, (guint8)user_length);
    writer_bytes(&writer, link->user, user_length);
    writer_u8(&writer, (guint8)password_length);
    writer_bytes(&writer, secret_data(link->password), password_length);
    /* RFC 1334 §2.2.1: the identifier must change with each request; the reply to any of the
     * repetitions is good. */
    auth->pap_last++;
    if (!auth->pap_sent)
        auth->pap_first = auth->pap_last;
    auth->pap_sent = TRUE;
    start_repeat(link);
    /* The deadline runs from the first request. */
    if (!auth->pending)
        ppp_auth_sent(link);
    ppp_link_send(link, PPP_PROTOCOL_PAP, AUTHENTICATE_REQUEST, auth->pap_last, body,
                  writer.length);
    explicit_bzero(body, sizeof body);
}

/* Msg-Length and Message; some peers leave both out, some write only the text. */
static Failure *refusal(Reader body)
{
    Reader copy = body;
    gsize length = reader_u8(&copy);
    const guint8 *text = reader_bytes(&copy, length);

    if (!reader_ok(&copy)) {
        text = body.data;
        length = body.length;
    }
    return failure_new_peer(STAGE_AUTHENTICATION, FAILURE_AUTHENTICATION_REFUSED, text, length);
}

/* The verdict on any of our requests; both codes are final (RFC 1334 §2.2.2). */
void ppp_pap_input(PppLink *link, guint8 code, guint8 identifier, Reader body)
{
    PppAuth *auth = &link->auth;
    /* Identifiers wrap; how far one lies back does not. */
    guint8 age = (guint8)(auth->pap_last - identifier);

    if (!auth->pap_sent || age > (guint8)(auth->pap_last - auth->pap_first))
        return;
    /* RFC 1334 §2.2.2: a repeated verdict changes nothing. */
    if (!auth->pending)
        return;
    if (code == AUTHENTICATE_ACK)
        ppp_auth_succeeded(link);
    else if (code == AUTHENTICATE_NAK)
        ppp_auth_refused(link, refusal(body), FALSE, PPP_SECRET_PASSWORD);
}
