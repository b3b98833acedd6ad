/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reliable delivery of control messages (RFC 2661 §5.8, Appendix A).
 *
 * Timers, all told here:
 *  - retransmission: the oldest message that is not acknowledged goes again after RTO, which
 *    doubles each time up to 8 s.  The first RTO is 2 · rtt + 50 ms, between 200 ms and 1 s, of
 *    a round trip time that another protocol saw; 200 ms while none is known.  For the SCCRQ it
 *    is 2 · rtt + 30 ms: one that has overtaken IKE's last message is lost for sure, and a
 *    duplicate is harmless.
 *    Of our own measurements it is 2 · rtt or 200 ms - rtt, whichever is more: a lost ICCN costs
 *    RTO and a round trip, and shall cost no more than 200 ms or 3 · rtt.
 *  - death: a message has been sent at least 6 times over at least 31 s in vain.  Both, so that
 *    a computer that slept for an hour tries again before it gives up.  31 s are what the RFC's
 *    recommended five tries from 1 s on amount to, and a call that stands is worth the wait.  A
 *    user before a gateway that has not said a word is not: IKE has just shown that it is there
 *    and how far away, so nobody answers because nobody listens.  Then it is the five tries over
 *    10 s: six of them, unless the first had to wait for more than 200 ms.
 *  - acknowledgement: 20 ms after a message came, unless one of ours carries it before.
 *
 * Messages are pulled out with transport_next(), so the caller decides in which order they stand
 * among its other effects. */
#pragma once

#include "base/usec.h"

#include "l2tp/message.h"

#define TRANSPORT_RTO_MIN (200 * USEC_PER_MSEC)
#define TRANSPORT_RTO_UNHEARD (30 * USEC_PER_MSEC)
#define TRANSPORT_RTO_FIRST_MAX (1 * USEC_PER_SEC)
#define TRANSPORT_RTO_CAP (8 * USEC_PER_SEC)
#define TRANSPORT_CYCLE (31 * USEC_PER_SEC)
#define TRANSPORT_TRIES 6
#define TRANSPORT_CYCLE_UNHEARD (10 * USEC_PER_SEC)
#define TRANSPORT_TRIES_UNHEARD 5
#define TRANSPORT_ACK_DELAY (20 * USEC_PER_MSEC)
#define TRANSPORT_WINDOW_DEFAULT 4 /* RFC 2661 §4.4.3 */
#define TRANSPORT_WINDOW_MAX 64    /* ours: bounds what a peer can make us hold */
#define TRANSPORT_QUEUE_MAX 32     /* of our own messages */

typedef struct Transport Transport;

typedef enum {
    TRANSPORT_DELIVER,   /* the next message in order: hand its body on, then ask
                            transport_next_received() for those that waited behind it */
    TRANSPORT_ACK_ONLY,  /* a ZLB */
    TRANSPORT_HELD,      /* early: kept, or left to be sent again */
    TRANSPORT_DUPLICATE, /* acknowledged again */
    TRANSPORT_INVALID,   /* Nr acknowledges what was never sent: discarded */
} TransportVerdict;

/* `rtt` 0: unknown.  `receive_window` is what our SCCRQ says. */
Transport *transport_new(guint16 receive_window, Usec rtt);
void transport_free(Transport *transport);
/* Where the counters begin; for tests of their wrap-around. */
void transport_set_counters(Transport *transport, guint16 ns, guint16 nr);
/* The Tunnel ID that all messages from now on are sent to. */
void transport_set_peer(Transport *transport, guint16 tunnel_id);
/* The peer's Receive Window Size, at least 1. */
void transport_set_window(Transport *transport, guint16 window);

/* Queues a message (copied).  `mark` comes back when it is first sent.  FALSE: the queue is
 * full. */
gboolean transport_send(Transport *transport, const guint8 *packet, gsize length, guint mark);
/* Half of the queue is kept for what matters: whether an answer that a peer can provoke at will
 * may still be queued. */
gboolean transport_has_room(const Transport *transport);
/* What goes out now, one packet a call; FALSE: nothing more.  The packet holds until the next
 * call.  `*ret_mark` is zero for all but a marked message's first transmission. */
gboolean transport_next(Transport *transport, Usec now, const guint8 **ret_packet,
    gsize *ret_length, guint *ret_mark);
TransportVerdict transport_receive(Transport *transport, Usec now, const L2tpHeader *header,
    Reader body);
/* A message that waited for an earlier one; the caller frees `*ret_body` with g_bytes_unref(). */
gboolean transport_next_received(Transport *transport, L2tpHeader *ret_header, GBytes **ret_body);
/* The pending acknowledgement is to leave at once. */
void transport_ack_now(Transport *transport, Usec now);
/* Forgets what is still to be sent; acknowledgements go on. */
void transport_drop_queue(Transport *transport);

Usec transport_deadline(const Transport *transport);
gboolean transport_is_idle(const Transport *transport); /* all of ours is acknowledged */
gboolean transport_is_dead(const Transport *transport, Usec now);
Usec transport_rtt(const Transport *transport);
