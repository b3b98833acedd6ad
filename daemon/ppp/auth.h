/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Authenticating ourselves to the peer: the phase, its timers and secrets (auth.c), PAP
 * (RFC 1334, pap.c) and CHAP with its algorithms (RFC 1994, RFC 2433, RFC 2759, chap.c). */
#pragma once

#include "base/bytes.h"
#include "base/failure.h"
#include "base/secret.h"
#include "base/usec.h"
#include "ppp/ppp.h"

#define PPP_CHALLENGE_MAX 255
#define PPP_DIGEST_SIZE 20
#define PPP_CHALLENGE_KEY_SIZE 32

/* One Challenge and how it was answered. */
typedef struct {
    guint8 challenge[PPP_CHALLENGE_MAX];
    guint8 challenge_length; /* 0: none */
    guint8 identifier;
    guint8 response_code;
    GByteArray *response; /* body of the Response, NULL: none yet */
    guint8 expected[PPP_DIGEST_SIZE]; /* MS-CHAPv2: what proves that the peer knows it too */
    gboolean judged; /* its verdict has come */
} PppChapExchange;

typedef struct {
    PppMethod method;    /* agreed in LCP; 0: none */
    gboolean done;       /* the peer has accepted us once on this link */
    gboolean pending;    /* our credentials are on their way */
    gboolean need_secret; /* SECRET_WANTED has been queued and not answered */
    PppSecretKind wanted;
    Failure *refusal;    /* why the peer refused us the last time */
    guint tries;         /* passwords refused on this link */
    Usec deadline;       /* for the peer's next word */
    /* PAP: identifiers first to last belong to repetitions of one request. */
    guint8 pap_first, pap_last;
    gboolean pap_sent;
    Usec pap_interval;
    Usec pap_repeat;
    /* CHAP, the newest first.  A late copy of an old Challenge looks like a new one, and must
     * not make us forget the one whose verdict is on its way. */
    PppChapExchange exchanges[2];
    Usec chap_repeat; /* when the Response goes out once more; see ppp_chap_respond() */
} PppAuth;

/* What the configuration option of RFC 1661 §6.2 names; 0: unknown. */
PppMethod ppp_auth_method(guint16 protocol, guint8 algorithm);
/* The strongest of a set; 0 if it is empty. */
PppMethod ppp_auth_best(guint methods);
void ppp_auth_write_option(PppMethod method, Writer *options);
/* For the user: the method's name and why it is not used. */
char *ppp_auth_describe(guint16 protocol, guint8 algorithm, PppMethod method);
const char *ppp_auth_name(PppMethod method);

void ppp_auth_start(PppLink *link);
void ppp_auth_stop(PppLink *link);
void ppp_auth_clear(PppAuth *auth);
/* A packet of PAP or CHAP, from its code on. */
void ppp_auth_input(PppLink *link, guint16 protocol, const guint8 *packet, gsize length);
/* The peer already speaks a network protocol: it has accepted us, and the news was lost. */
void ppp_auth_network_seen(PppLink *link);
/* The peer gets our Ack of its LCP request only now: what we said before, it had to discard. */
void ppp_auth_peer_opens(PppLink *link);
/* The peer has sent something, whatever it is. */
void ppp_auth_peer_seen(PppLink *link);
void ppp_auth_secret(PppLink *link, PppSecretKind kind, const Secret *secret);
/* The peer has our credentials and has not accepted them. */
gboolean ppp_auth_is_pending(const PppLink *link);
void ppp_auth_tick(PppLink *link);
Usec ppp_auth_deadline(const PppLink *link);

/* Between auth.c, pap.c and chap.c. */
void ppp_auth_sent(PppLink *link);
void ppp_auth_succeeded(PppLink *link);
/* Takes the failure over.  With `retry` the user may try another secret of this kind. */
void ppp_auth_refused(PppLink *link, Failure *failure, gboolean retry, PppSecretKind kind);
void ppp_pap_send(PppLink *link);
void ppp_pap_input(PppLink *link, guint8 code, guint8 identifier, Reader body);
/* Answers the newest Challenge, if there is one. */
void ppp_chap_respond(PppLink *link);
/* Sends again every Response that has no verdict yet. */
void ppp_chap_repeat(PppLink *link);
/* Wipes the exchanges. */
void ppp_chap_forget(PppAuth *auth);
void ppp_chap_change_password(PppLink *link, const Secret *new_password);
void ppp_chap_input(PppLink *link, guint8 code, guint8 identifier, Reader body);
