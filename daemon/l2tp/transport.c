/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reliable delivery of control messages: window, retransmission, acknowledgement. */
#include "l2tp/transport.h"

#include <string.h>

/* A message of ours, from the moment it is queued until it is acknowledged.  Its Ns is given when
 * it is first sent, so a queue that is dropped leaves no gap in the numbers. */
typedef struct {
    guint8 *packet;
    gsize length;
    guint16 ns;
    guint mark;
    guint sent; /* times */
    Usec first_sent, last_sent;
} Outgoing;

/* A message of the peer that has overtaken another one.  RFC 2661 §5.8 lets us drop it; keeping
 * it spares the peer's timer, which may be a whole second. */
typedef struct {
    L2tpHeader header;
    GBytes *body;
} Early;

struct Transport {
    guint16 peer_tunnel_id;
    guint16 ns; /* of the next message that is sent for the first time */
    guint16 nr; /* what we expect next */
    GQueue queue;               /* of Outgoing, oldest first */
    guint flight;               /* so many from its head are sent and not acknowledged */
    guint resend_at, resend_to; /* these of the flight have to go again now */

    guint window, cwnd, ssthresh; /* messages */
    guint grown;                  /* acknowledgements since cwnd last grew (avoidance) */

    Usec srtt;         /* 0 unknown */
    gboolean measured; /* srtt is more than what we were told at first */
    gboolean heard;    /* the peer has sent something */
    Usec rto;          /* of the oldest message in flight, doubled as it is sent again */
    Usec retransmit_at;
    Usec ack_at; /* when a ZLB is due; USEC_NEVER: nothing to acknowledge */

    guint receive_window;
    GHashTable *early; /* Ns -> Early, less than receive_window of them */
    guint8 zlb[L2TP_CONTROL_HEADER_SIZE];
};

static void outgoing_free(Outgoing *message)
{
    g_free(message->packet);
    g_free(message);
}

static void early_free(gpointer data)
{
    Early *early = data;

    g_bytes_unref(early->body);
    g_free(early);
}

/* See the head of transport.h for the reasons. */
static Usec first_rto(const Transport *transport)
{
    Usec rtt = MIN(transport->srtt, TRANSPORT_RTO_FIRST_MAX);

    if (rtt == 0)
        return TRANSPORT_RTO_MIN;
    if (!transport->heard)
        return MIN(2 * rtt + TRANSPORT_RTO_UNHEARD, TRANSPORT_RTO_FIRST_MAX);
    if (transport->measured)
        return MIN(MAX(2 * rtt, TRANSPORT_RTO_MIN - MIN(rtt, TRANSPORT_RTO_MIN)),
            TRANSPORT_RTO_FIRST_MAX);
    return CLAMP(2 * rtt + 50 * USEC_PER_MSEC, TRANSPORT_RTO_MIN, TRANSPORT_RTO_FIRST_MAX);
}

Transport *transport_new(guint16 receive_window, Usec rtt)
{
    Transport *transport = g_new0(Transport, 1);

    g_queue_init(&transport->queue);
    transport->window = TRANSPORT_WINDOW_DEFAULT;
    transport->ssthresh = TRANSPORT_WINDOW_DEFAULT;
    transport->cwnd = 1; /* Appendix A: "CWND is initialized to one packet" */
    transport->srtt = rtt;
    transport->rto = first_rto(transport);
    transport->retransmit_at = USEC_NEVER;
    transport->ack_at = USEC_NEVER;
    transport->receive_window = receive_window;
    transport->early = g_hash_table_new_full(NULL, NULL, NULL, early_free);
    return transport;
}

void transport_free(Transport *transport)
{
    if (!transport)
        return;
    g_queue_clear_full(&transport->queue, (GDestroyNotify)outgoing_free);
    g_hash_table_unref(transport->early);
    g_free(transport);
}

void transport_set_counters(Transport *transport, guint16 ns, guint16 nr)
{
    transport->ns = ns;
    transport->nr = nr;
}

void transport_set_peer(Transport *transport, guint16 tunnel_id)
{
    transport->peer_tunnel_id = tunnel_id;
}

void transport_set_window(Transport *transport, guint16 window)
{
    transport->window = MAX(window, 1);
    transport->ssthresh = transport->window;
    transport->cwnd = MIN(transport->cwnd, transport->window);
}

gboolean transport_send(Transport *transport, const guint8 *packet, gsize length, guint mark)
{
    if (transport->queue.length >= TRANSPORT_QUEUE_MAX)
        return FALSE;

    Outgoing *message = g_new0(Outgoing, 1);
    message->packet = g_memdup2(packet, length);
    message->length = length;
    message->mark = mark;
    g_queue_push_tail(&transport->queue, message);
    return TRUE;
}

gboolean transport_has_room(const Transport *transport)
{
    return transport->queue.length < TRANSPORT_QUEUE_MAX / 2;
}

/* Stamps and counts a transmission. */
static void transmit(Transport *transport, Usec now, Outgoing *message)
{
    if (message->sent++ == 0) {
        message->first_sent = now;
        message->ns = transport->ns++;
    }
    message->last_sent = now;
    /* "the Nr value MUST be updated with the sequence number of the next expected message"
     * (RFC 2661 §5.8). */
    l2tp_header_patch(message->packet, transport->peer_tunnel_id, message->ns, transport->nr);
    transport->ack_at = USEC_NEVER;
}

/* The retransmission timer has run out. */
static void back_off(Transport *transport, Usec now)
{
    const Outgoing *oldest = g_queue_peek_head(&transport->queue);

    /* Appendix A: half of CWND is saved in SSTHRESH and CWND is set to one.  The first time, a
     * flight of two goes again as a whole: SCCCN and ICRQ travel together, and a peer that
     * discards what comes early would otherwise cost us a further round trip. */
    transport->resend_at = 0;
    transport->resend_to = oldest->sent == 1 ? MIN(transport->flight, 2) : 1;
    transport->ssthresh = MAX(transport->cwnd / 2, 1);
    transport->cwnd = 1;
    transport->grown = 0;
    /* "MUST employ an exponential backoff interval"; the cap "MUST be no less than 8 seconds"
     * (RFC 2661 §5.8). */
    transport->rto = MIN(2 * transport->rto, TRANSPORT_RTO_CAP);
    transport->retransmit_at = usec_add(now, transport->rto);
}

/* The message that has to go out now, or NULL: first what is to be repeated, then what is new and
 * fits into both windows (§5.8: the peer's; Appendix A: CWND). */
static Outgoing *choose(Transport *transport, Usec now)
{
    if (transport->flight > 0 && transport->retransmit_at <= now)
        back_off(transport, now);
    if (transport->resend_at < transport->resend_to)
        return g_queue_peek_nth(&transport->queue, transport->resend_at++);
    if (transport->flight >= MIN(transport->cwnd, transport->window) ||
        transport->flight >= transport->queue.length)
        return NULL;
    if (transport->flight == 0)
        transport->retransmit_at = usec_add(now, transport->rto);
    return g_queue_peek_nth(&transport->queue, transport->flight++);
}

gboolean transport_next(Transport *transport, Usec now, const guint8 **ret_packet,
    gsize *ret_length, guint *ret_mark)
{
    Outgoing *message = choose(transport, now);

    *ret_mark = 0;
    if (message) {
        transmit(transport, now, message);
        *ret_mark = message->sent == 1 ? message->mark : 0;
        *ret_packet = message->packet;
        *ret_length = message->length;
        return TRUE;
    }
    if (transport->ack_at <= now) {
        /* A ZLB takes no sequence number: Ns is not incremented (RFC 2661 §5.8). */
        l2tp_zlb_build(transport->zlb, transport->peer_tunnel_id, transport->ns, transport->nr);
        transport->ack_at = USEC_NEVER;
        *ret_packet = transport->zlb;
        *ret_length = sizeof transport->zlb;
        return TRUE;
    }
    return FALSE;
}

/* Smoothing as TCP's (RFC 6298 §2), without the variance: the factor of two above it is there
 * for that, and connecting gives only two or three samples anyway. */
static void measure(Transport *transport, Usec sample)
{
    /* What we were told before is another protocol's: the first own sample replaces it. */
    transport->srtt = transport->measured ? transport->srtt - transport->srtt / 8 + sample / 8
                                          : sample;
    transport->srtt = MAX(transport->srtt, 1);
    transport->measured = TRUE;
}

static void grow_window(Transport *transport)
{
    /* Appendix A: by one for each acknowledgement while in slow start, then by 1/CWND. */
    if (transport->cwnd < transport->ssthresh) {
        transport->cwnd++;
    } else if (++transport->grown >= transport->cwnd) {
        transport->grown = 0;
        transport->cwnd++;
    }
    transport->cwnd = MIN(transport->cwnd, transport->window);
}

/* Takes `count` acknowledged messages off the queue. */
static void acknowledge(Transport *transport, Usec now, guint count)
{
    for (guint i = 0; i < count; i++) {
        Outgoing *message = g_queue_pop_head(&transport->queue);

        /* Karn: what was sent twice tells nothing about the round trip, but that it is no
         * longer than since the first time; better than nothing. */
        if (i + 1 == count && message->sent == 1)
            measure(transport, now - message->last_sent);
        else if (transport->srtt == 0)
            transport->srtt = now - message->first_sent;
        outgoing_free(message);
        transport->flight--;
    }
    grow_window(transport);
    transport->resend_at = transport->resend_to = 0;
    transport->rto = first_rto(transport);
    /* What was sent together with an acknowledged message has been waiting as long. */
    const Outgoing *oldest = g_queue_peek_head(&transport->queue);
    transport->retransmit_at = transport->flight > 0 ? usec_add(oldest->last_sent, transport->rto)
                                                     : USEC_NEVER;
}

/* FALSE: Nr is ahead of all that we have sent. */
static gboolean take_nr(Transport *transport, Usec now, guint16 nr)
{
    guint16 oldest = (guint16)(transport->ns - transport->flight);
    guint16 count = (guint16)(nr - oldest);

    if (count >= 0x8000) /* an old one, overtaken on its way */
        return TRUE;
    if (count > transport->flight)
        return FALSE;
    if (count > 0)
        acknowledge(transport, now, count);
    return TRUE;
}

/* Kept once, and only up to a size: both bound what a peer can make us hold. */
static void hold(Transport *transport, const L2tpHeader *header, Reader body)
{
    gpointer key = GUINT_TO_POINTER(header->ns);

    if (g_hash_table_contains(transport->early, key) || reader_left(&body) > L2TP_MESSAGE_MAX)
        return;
    Early *early = g_new0(Early, 1);
    gsize length;
    const guint8 *bytes = reader_rest(&body, &length);
    early->header = *header;
    early->body = g_bytes_new(bytes, length);
    g_hash_table_insert(transport->early, key, early);
}

TransportVerdict transport_receive(Transport *transport, Usec now, const L2tpHeader *header,
    Reader body)
{
    guint16 ahead = (guint16)(header->ns - transport->nr);

    transport->heard = TRUE;
    /* Before anything else is believed of the message: one with an "invalid value in its header"
     * should be discarded (RFC 2661 §7.1). */
    if (!take_nr(transport, now, header->nr))
        return TRANSPORT_INVALID;
    if (reader_left(&body) == 0)
        return TRANSPORT_ACK_ONLY;
    if (ahead >= 0x8000) {
        /* "receipt of duplicate messages MUST be acknowledged" (RFC 2661 §5.8): our earlier
         * acknowledgement was lost. */
        transport->ack_at = now;
        return TRANSPORT_DUPLICATE;
    }
    transport->ack_at = MIN(transport->ack_at, usec_add(now, TRANSPORT_ACK_DELAY));
    if (ahead > 0) {
        if (ahead < transport->receive_window)
            hold(transport, header, body);
        return TRANSPORT_HELD;
    }
    transport->nr++;
    return TRANSPORT_DELIVER;
}

gboolean transport_next_received(Transport *transport, L2tpHeader *ret_header, GBytes **ret_body)
{
    Early *early;

    if (!g_hash_table_steal_extended(transport->early, GUINT_TO_POINTER(transport->nr), NULL,
            (gpointer *)&early))
        return FALSE;
    transport->nr++;
    *ret_header = early->header;
    *ret_body = early->body;
    g_free(early);
    return TRUE;
}

void transport_ack_now(Transport *transport, Usec now)
{
    if (transport->ack_at != USEC_NEVER)
        transport->ack_at = now;
}

void transport_drop_queue(Transport *transport)
{
    /* Acknowledgements of what was in flight will still come; they count as old then. */
    g_queue_clear_full(&transport->queue, (GDestroyNotify)outgoing_free);
    transport->flight = 0;
    transport->resend_at = transport->resend_to = 0;
    transport->retransmit_at = USEC_NEVER;
}

/* When the oldest message will have been tried for long enough. */
static Usec death_at(const Transport *transport)
{
    const Outgoing *oldest = g_queue_peek_head((GQueue *)&transport->queue);

    guint tries = transport->heard ? TRANSPORT_TRIES : TRANSPORT_TRIES_UNHEARD;
    Usec cycle = transport->heard ? TRANSPORT_CYCLE : TRANSPORT_CYCLE_UNHEARD;

    if (transport->flight == 0 || oldest->sent < tries)
        return USEC_NEVER;
    return MAX(usec_add(oldest->first_sent, cycle),
        usec_add(oldest->last_sent, TRANSPORT_RTO_FIRST_MAX));
}

Usec transport_deadline(const Transport *transport)
{
    Usec deadline = MIN(transport->retransmit_at, transport->ack_at);

    return MIN(deadline, death_at(transport));
}

gboolean transport_is_idle(const Transport *transport)
{
    return transport->queue.length == 0;
}

gboolean transport_is_dead(const Transport *transport, Usec now)
{
    return death_at(transport) <= now;
}

Usec transport_rtt(const Transport *transport)
{
    return transport->srtt;
}
