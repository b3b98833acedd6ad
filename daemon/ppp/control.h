/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What LCP, IPCP and IPV6CP have in common (RFC 1661 §4, §5): the codes 1 to 7, identifiers,
 * option lists, counters and the restart timer around the automaton. */
#pragma once

#include "base/bytes.h"
#include "base/usec.h"
#include "ppp/automaton.h"

typedef struct PppLink PppLink;
typedef struct PppControl PppControl;

/* RFC 1661 §5. */
typedef enum {
    PPP_CONFIGURE_REQUEST = 1,
    PPP_CONFIGURE_ACK = 2,
    PPP_CONFIGURE_NAK = 3,
    PPP_CONFIGURE_REJECT = 4,
    PPP_TERMINATE_REQUEST = 5,
    PPP_TERMINATE_ACK = 6,
    PPP_CODE_REJECT = 7,
    /* LCP only. */
    PPP_PROTOCOL_REJECT = 8,
    PPP_ECHO_REQUEST = 9,
    PPP_ECHO_REPLY = 10,
    PPP_DISCARD_REQUEST = 11,
    PPP_IDENTIFICATION = 12, /* RFC 1570 §2.1 */
    PPP_TIME_REMAINING = 13, /* RFC 1570 §2.2 */
} PppCode;

#define PPP_HEADER_SIZE 4

/* RFC 1661 §4.6. */
#define PPP_MAX_CONFIGURE 10
#define PPP_MAX_TERMINATE 2
#define PPP_MAX_FAILURE 5
#define PPP_RESTART_MAX (3 * USEC_PER_SEC)
/* When nothing is known about the round trip time. */
#define PPP_RESTART_UNKNOWN (300 * USEC_PER_MSEC)

/* A peer that is slower is not waited for longer on that account. */
#define PPP_ANSWER_MAX (500 * USEC_PER_MSEC)

/* Negative replies without an Ack between them, ours after Max-Failure Naks have become
 * Rejects, or the peer's, after which the two sides will never agree. */
#define PPP_MAX_REFUSALS 12

/* How long a peer may acknowledge our requests without making one of its own.  Each Ack starts
 * the counter of RFC 1661 §4.1 anew, which alone would keep us asking for ever. */
#define PPP_MUTE_MAX (30 * USEC_PER_SEC)

/* A peer that repeats a request which we have acknowledged, while so many of ours have found no
 * answer, does not hear us: another five would not change that.  Gateways do so that still hold
 * an earlier tunnel from the same address and port, and deliver to that one. */
#define PPP_DEAF_REQUESTS 5

/* How often a peer may begin anew what is open already, in so long a time.  Each time takes the
 * network down and up again; one that does it for a reason does it once. */
#define PPP_RENEGOTIATIONS_MAX 10
#define PPP_RENEGOTIATIONS_TIME (60 * USEC_PER_SEC)

/* The longest option list that one of our requests can have. */
#define PPP_REQUEST_SIZE 64

typedef enum {
    PPP_VERDICT_ACK,
    PPP_VERDICT_NAK,    /* the wanted option has been written */
    PPP_VERDICT_REJECT, /* unknown, or known and not negotiable */
} PppVerdict;

typedef enum {
    PPP_END_SILENT,     /* no answer to Max-Configure requests */
    PPP_END_DIVERGED,   /* endless Naks, or a code without which nothing works was rejected */
    PPP_END_RESTLESS,   /* negotiated anew again and again */
    PPP_END_REJECTED,   /* Protocol-Reject */
    PPP_END_TERMINATED, /* the peer's Terminate-Request; text holds its reason */
    PPP_END_CLOSED,     /* our own Close is complete */
} PppEnd;

/* One protocol.  A member that is NULL has nothing to do. */
typedef struct {
    guint16 number;
    const char *name;
    /* Writes the options of our Configure-Request. */
    void (*build)(PppLink *link, Writer *options);
    /* A Configure-Request of the peer begins, brings an option (its value without the two
     * bytes of header), and has been acknowledged. */
    void (*request_begin)(PppLink *link, guint8 identifier);
    PppVerdict (*request_option)(PppLink *link, guint8 type, Reader value, Writer *nak);
    void (*request_acked)(PppLink *link);
    /* The peer refuses an option of our request. */
    void (*naked)(PppLink *link, guint8 type, Reader value);
    void (*rejected)(PppLink *link, guint8 type);
    /* The actions tlu and tld. */
    void (*up)(PppLink *link);
    void (*down)(PppLink *link);
    /* The peer's Terminate-Request has come and has had no effect yet. */
    void (*hang_up)(PppLink *link, const guint8 *text, gsize length);
    /* It is over; `text` is the peer's own, if any. */
    void (*end)(PppLink *link, PppEnd why, const guint8 *text, gsize length);
    /* A code above 7; FALSE if it is unknown.  `body` is what follows the header. */
    gboolean (*extra)(PppLink *link, guint8 code, guint8 identifier, Reader body);
} PppControlProtocol;

struct PppControl {
    PppLink *link;
    const PppControlProtocol *protocol;
    PppState state;
    guint8 identifier; /* of the newest request that we sent */
    gboolean waiting;  /* no valid reply has come to it yet */
    guint8 request[PPP_REQUEST_SIZE];
    gsize request_length;
    guint restart_count;
    Usec interval; /* current restart interval */
    Usec deadline;
    Usec sent_at;       /* when the last Configure-Request left */
    Usec asked_at;      /* when its first copy left */
    Usec acked_since;   /* the first Ack since the peer's last request; 0: none */
    guint peer_repeats; /* requests since the first that we acknowledged, without any answer */
    gboolean peer_seen; /* the peer's first Configure-Request of this negotiation has come */
    /* The peer's request that was acknowledged last. */
    guint8 acked_identifier;
    GByteArray *acked;
    Usec acked_at;
    gboolean acked_again; /* its Ack has been repeated in Opened */
    guint naks_sent;    /* to distinct requests of the peer since our last Ack to it */
    gint nak_identifier; /* of the last one; -1 none */
    guint refusals_sent; /* the same with our Rejects */
    guint refusals;     /* Naks and Rejects from the peer since its last Ack */
    guint renegotiations; /* since `renegotiated_since` */
    Usec renegotiated_since;
    gboolean over;      /* end() has been told */
    /* What the event that is being handled answers with. */
    guint8 reject_identifier;
    guint8 reply_code;
    guint8 reply_identifier;
    GByteArray *reply;
};

void ppp_control_init(PppControl *control, PppLink *link, const PppControlProtocol *protocol);
void ppp_control_clear(PppControl *control);
void ppp_control_event(PppControl *control, PppEvent event);
/* A packet from its code on; `length` may include padding (RFC 1661 §5). */
void ppp_control_input(PppControl *control, const guint8 *packet, gsize length);
void ppp_control_tick(PppControl *control);
Usec ppp_control_deadline(const PppControl *control);
/* The peer's LCP rejected this protocol (RFC 1661 §5.7). */
void ppp_control_protocol_rejected(PppControl *control);
/* patience.c: it acknowledges and asks for nothing, or speaks and hears nothing. */
gboolean ppp_control_is_given_up(const PppControl *control);
/* It begins anew, which is counted, and has done so too often. */
gboolean ppp_control_is_restless(PppControl *control);
/* Sends a packet with a header; the body may be empty. */
void ppp_control_send(PppControl *control, guint8 code, guint8 identifier, const void *body,
                      gsize length);
