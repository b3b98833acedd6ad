/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The authentication phase (RFC 1661 §3.5), seen from the side that is authenticated. */
#include "ppp/auth.h"

#include <string.h>

#include "ppp/link.h"

/* How long the peer may take for its verdict: its user directory may be slow, and a second
 * factor may have to be confirmed on a telephone. */
#define VERDICT_TIMEOUT (60 * USEC_PER_SEC)
/* PAP's requests back off to this; each may ring the telephone of a second factor again. */
#define PAP_INTERVAL_MAX (16 * USEC_PER_SEC)
/* A peer that lets one try for ever, and a driver that answers by itself, must end. */
#define MAX_TRIES 5

typedef struct {
    PppMethod method;
    guint16 protocol;
    guint8 algorithm; /* RFC 1994 §3, RFC 2433 §2, RFC 2759 §3; 0 for PAP */
    const char *name;
    const char *setting;
} MethodRow;

/* In order of preference. */
static const MethodRow methods[] = {
    {PPP_METHOD_MSCHAPV2, PPP_PROTOCOL_CHAP, 0x81, "MS-CHAPv2", "ppp.refuse-mschapv2"},
    {PPP_METHOD_CHAP_MD5, PPP_PROTOCOL_CHAP, 0x05, "CHAP", "ppp.refuse-chap"},
    {PPP_METHOD_MSCHAP, PPP_PROTOCOL_CHAP, 0x80, "MS-CHAP", "ppp.refuse-mschap"},
    {PPP_METHOD_PAP, PPP_PROTOCOL_PAP, 0x00, "PAP", "ppp.refuse-pap"},
};

/* NULL for 0, no method at all, which a peer may choose as well. */
static const MethodRow *row_of(PppMethod method)
{
    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (methods[i].method == method)
            return &methods[i];
    }
    return NULL;
}

/* What the peer asks for in LCP.  EAP and others that we do not speak are 0, as is CHAP with
 * an algorithm of its own. */
PppMethod ppp_auth_method(guint16 protocol, guint8 algorithm)
{
    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (methods[i].protocol == protocol && methods[i].algorithm == algorithm)
            return methods[i].method;
    }
    return 0;
}

/* MS-CHAPv2 first: it alone lets the peer prove itself, too. */
PppMethod ppp_auth_best(guint allowed)
{
    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (methods[i].method & allowed)
            return methods[i].method;
    }
    return 0;
}

const char *ppp_auth_name(PppMethod method)
{
    const MethodRow *row = row_of(method);

    return row ? row->name : NULL;
}

/* RFC 1661 §6.2, RFC 1334 §2.1, RFC 1994 §3. */
void ppp_auth_write_option(PppMethod method, Writer *options)
{
    const MethodRow *row = row_of(method);

    g_assert(row != NULL);
    gboolean chap = row->protocol == PPP_PROTOCOL_CHAP;

    writer_u8(options, 3);
    writer_u8(options, chap ? 5 : 4);
    writer_u16(options, row->protocol);
    if (chap)
        writer_u8(options, row->algorithm);
}

/* The user can change a setting, or ask the administrator for a method by its name. */
char *ppp_auth_describe(guint16 protocol, guint8 algorithm, PppMethod method)
{
    const MethodRow *row = row_of(method);

    if (row)
        return g_strdup_printf("%s, which %s forbids", row->name, row->setting);
    switch (protocol) {
    case 0xc227:
        return g_strdup("EAP, which is not supported");
    case 0xc027:
        return g_strdup("Shiva PAP, which is not supported");
    case PPP_PROTOCOL_CHAP:
        return g_strdup_printf("CHAP with algorithm %u, which is not supported", algorithm);
    default:
        return g_strdup_printf("protocol 0x%04x, which is not supported", protocol);
    }
}

/* --- the phase ---------------------------------------------------------------------------- */

/* Every wait of this phase ends by this deadline, whoever has to speak next. */
static void expect_word(PppLink *link)
{
    /* After the first success the link lives on while it is authenticated again. */
    link->auth.deadline = link->auth.done ? USEC_NEVER : usec_add(link->now, VERDICT_TIMEOUT);
}

/* A missing password is asked for as soon as it is known that one is needed: the user types
 * while the peer prepares its challenge. */
void ppp_auth_start(PppLink *link)
{
    PppAuth *auth = &link->auth;

    auth->method = link->lcp.theirs.method;
    expect_word(link);
    if (!link->password) {
        auth->need_secret = TRUE;
        auth->wanted = PPP_SECRET_PASSWORD;
        auth->deadline = USEC_NEVER;
        ppp_link_want_secret(link, PPP_SECRET_PASSWORD, NULL);
        return;
    }
    /* PAP's first word is ours; CHAP's is the peer's. */
    if (auth->method == PPP_METHOD_PAP)
        ppp_pap_send(link);
}

void ppp_auth_clear(PppAuth *auth)
{
    ppp_chap_forget(auth);
    failure_free(auth->refusal);
    explicit_bzero(auth, sizeof *auth);
    auth->deadline = auth->pap_repeat = auth->chap_repeat = USEC_NEVER;
}

/* LCP has gone down: all is to be done again, but a peer cannot give itself more tries by
 * negotiating anew. */
void ppp_auth_stop(PppLink *link)
{
    guint tries = link->auth.tries;

    ppp_auth_clear(&link->auth);
    link->auth.tries = tries;
}

gboolean ppp_auth_is_pending(const PppLink *link)
{
    return link->auth.pending;
}

void ppp_auth_sent(PppLink *link)
{
    link->auth.pending = TRUE;
    expect_word(link);
}

/* The first time it opens the network phase; later ones, when the peer challenges us in mid
 * session, change nothing. */
void ppp_auth_succeeded(PppLink *link)
{
    PppAuth *auth = &link->auth;

    auth->pending = FALSE;
    auth->deadline = auth->pap_repeat = auth->chap_repeat = USEC_NEVER;
    g_clear_pointer(&auth->refusal, failure_free);
    if (auth->done)
        return;
    auth->done = TRUE;
    ppp_link_authenticated(link);
}

/* What the peer said is kept while the user is asked: if there is no further try, that is
 * what has to be reported, not that somebody closed a window. */
void ppp_auth_refused(PppLink *link, Failure *failure, gboolean retry, PppSecretKind kind)
{
    PppAuth *auth = &link->auth;

    auth->pap_repeat = auth->chap_repeat = USEC_NEVER;
    if (!retry || ++auth->tries >= MAX_TRIES) {
        ppp_link_fail(link, failure);
        return;
    }
    failure_free(auth->refusal);
    auth->refusal = failure;
    auth->need_secret = TRUE;
    auth->wanted = kind;
    /* The peer has switched its short timeouts off (RFC 2759 §6), and so do we. */
    auth->deadline = USEC_NEVER;
    ppp_link_want_secret(link, kind, failure);
}

/* An answer that nobody waits for, or of the wrong kind, is ignored: the link may have gone on
 * while the user was typing. */
void ppp_auth_secret(PppLink *link, PppSecretKind kind, const Secret *secret)
{
    PppAuth *auth = &link->auth;

    if (!auth->need_secret || auth->wanted != kind)
        return;
    auth->need_secret = FALSE;
    if (!secret) {
        Failure *failure = auth->refusal ? g_steal_pointer(&auth->refusal)
                                         : failure_new(STAGE_AUTHENTICATION,
                                                       FAILURE_SECRET_MISSING, "ppp.password");
        ppp_link_fail(link, failure);
        return;
    }
    expect_word(link);
    if (kind == PPP_SECRET_NEW_PASSWORD) {
        ppp_chap_change_password(link, secret);
        return;
    }
    secret_free(link->password);
    link->password = secret_copy(secret);
    /* CHAP's challenge may have come meanwhile, or may yet come. */
    if (auth->method == PPP_METHOD_PAP)
        ppp_pap_send(link);
    else
        ppp_chap_respond(link);
}

/* RFC 1994 §4.2 and RFC 1334 §2.2.1: the authenticator must allow a repeated answer after the
 * phase is over, because its verdict may have been lost.  Without this a lost Success would
 * keep both sides waiting for each other. */
void ppp_auth_network_seen(PppLink *link)
{
    PppAuth *auth = &link->auth;

    if (!auth->pending || auth->need_secret)
        return;
    if (auth->method == PPP_METHOD_PAP)
        ppp_pap_send(link);
    else
        ppp_chap_repeat(link);
}

/* RFC 1661 §3.4: so this is no second try that it could count. */
void ppp_auth_peer_opens(PppLink *link)
{
    if (link->auth.pending && !link->auth.need_secret && link->auth.method == PPP_METHOD_PAP)
        ppp_pap_send(link);
}

void ppp_auth_peer_seen(PppLink *link)
{
    link->auth.chap_repeat = USEC_NEVER;
}

void ppp_auth_input(PppLink *link, guint16 protocol, const guint8 *packet, gsize length)
{
    PppAuth *auth = &link->auth;
    Reader reader = reader_init(packet, length);
    guint8 code = reader_u8(&reader);
    guint8 identifier = reader_u8(&reader);
    guint16 total = reader_u16(&reader);
    const MethodRow *row = row_of(auth->method);

    if (!reader_ok(&reader) || total < PPP_HEADER_SIZE || total > length)
        return;
    /* RFC 1661 §3.5: not before the phase begins, and only what was agreed on. */
    if (!row || row->protocol != protocol)
        return;
    Reader body = reader_sub(&reader, total - PPP_HEADER_SIZE);
    /* Nothing beyond the length field is looked at: it is padding (RFC 1334 §2.2). */
    if (protocol == PPP_PROTOCOL_PAP)
        ppp_pap_input(link, code, identifier, body);
    else
        ppp_chap_input(link, code, identifier, body);
}

void ppp_auth_tick(PppLink *link)
{
    PppAuth *auth = &link->auth;

    if (link->now >= auth->deadline) {
        ppp_link_fail(link, failure_new(STAGE_AUTHENTICATION, FAILURE_AUTHENTICATION_SILENT, NULL));
        return;
    }
    if (link->now >= auth->pap_repeat) {
        auth->pap_interval = MIN(auth->pap_interval * 2, PAP_INTERVAL_MAX);
        ppp_pap_send(link);
    }
    if (link->now >= auth->chap_repeat)
        ppp_chap_repeat(link);
}

Usec ppp_auth_deadline(const PppLink *link)
{
    const PppAuth *auth = &link->auth;

    return MIN(auth->deadline, MIN(auth->pap_repeat, auth->chap_repeat));
}
