/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machinery around the automaton that LCP and the network control protocols share. */
#include "ppp/control.h"

#include <string.h>

#include "ppp/link.h"

/* How long to wait before our own request counts as lost when the peer speaks for the first
 * time and the round trip time is not known. */
#define LOST_UNKNOWN (100 * USEC_PER_MSEC)

/* Begins in Initial, whatever was before. */
void ppp_control_init(PppControl *control, PppLink *link, const PppControlProtocol *protocol)
{
    ppp_control_clear(control);
    *control = (PppControl){
        .link = link,
        .protocol = protocol,
        .state = PPP_INITIAL,
        .deadline = USEC_NEVER,
        .nak_identifier = -1,
        .reply = g_byte_array_new(),
        .acked = g_byte_array_new(),
    };
}

void ppp_control_clear(PppControl *control)
{
    g_clear_pointer(&control->reply, g_byte_array_unref);
    g_clear_pointer(&control->acked, g_byte_array_unref);
    control->state = PPP_INITIAL;
    control->deadline = USEC_NEVER;
}

void ppp_control_send(PppControl *control, guint8 code, guint8 identifier, const void *body,
                      gsize length)
{
    ppp_link_send(control->link, control->protocol->number, code, identifier, body, length);
}

/* Told once for each time that the protocol was up or on its way: several packets of one burst
 * may each end it. */
static void end(PppControl *control, PppEnd why, const guint8 *text, gsize length)
{
    if (control->over)
        return;
    control->over = TRUE;
    control->protocol->end(control->link, why, text, length);
}

/* --- timer and requests ------------------------------------------------------------------- */

/* RFC 1661 §4.6 allows a timer that starts from an estimate and backs off.  For the network
 * protocols the estimate counts how long this peer took to answer before: a copy of our request
 * that reaches a slow one after it has opened makes it negotiate anew, and for that time take
 * its interface down. */
static Usec first_interval(const PppControl *control)
{
    const PppLink *link = control->link;
    Usec rtt = link->rtt;

    if (rtt == 0)
        return PPP_RESTART_UNKNOWN;
    if (control->protocol->number != PPP_PROTOCOL_LCP)
        rtt = MAX(rtt, link->answer_time);
    return MIN(usec_add(MIN(rtt, PPP_RESTART_MAX) * 2, 100 * USEC_PER_MSEC), PPP_RESTART_MAX);
}

/* A valid answer to our request has come.  Counted from its first copy, so that a loss makes it
 * too long rather than too short. */
static void note_answer(PppControl *control)
{
    PppLink *link = control->link;
    Usec taken = link->now - control->asked_at;

    link->answer_time = MAX(link->answer_time, MIN(taken, PPP_ANSWER_MAX));
}

/* RFC 1661 §4.6: the Restart timer. */
static void start_timer(PppControl *control)
{
    control->deadline = usec_add(control->link->now, control->interval);
}

/* Initialize-Restart-Count; the cell says by its other action which counter is meant. */
static void initialize_count(PppControl *control, guint actions)
{
    control->restart_count = (actions & PPP_STR) ? PPP_MAX_TERMINATE : PPP_MAX_CONFIGURE;
    control->interval = first_interval(control);
}

static void send_configure_request(PppControl *control, gboolean again)
{
    /* RFC 1661 §5.1: the identifier changes when the options do, or when a valid reply has
     * come; a retransmission may keep it, and so an Ack to either copy is good. */
    if (!again) {
        Writer options = writer_init(control->request, sizeof control->request);
        control->protocol->build(control->link, &options);
        g_assert(writer_ok(&options));
        control->request_length = options.length;
        control->identifier++;
        control->asked_at = control->link->now;
    }
    control->waiting = TRUE;
    control->sent_at = control->link->now;
    if (control->restart_count > 0)
        control->restart_count--;
    start_timer(control);
    ppp_control_send(control, PPP_CONFIGURE_REQUEST, control->identifier, control->request,
                     control->request_length);
}

/* No text: the peer's administrator sees the reason in our silence about it, and the user has
 * it from us. */
static void send_terminate_request(PppControl *control)
{
    control->identifier++;
    if (control->restart_count > 0)
        control->restart_count--;
    start_timer(control);
    ppp_control_send(control, PPP_TERMINATE_REQUEST, control->identifier, NULL, 0);
}

/* --- the automaton's actions -------------------------------------------------------------- */

/* The only place where a state changes. */
static void set_state(PppControl *control, PppState state, PppEvent event)
{
    if (control->state == state)
        return;
    g_debug("%s: %s -> %s (%s)", control->protocol->name, ppp_state_name(control->state),
            ppp_state_name(state), ppp_event_name(event));
    control->state = state;
}

/* RFC 1661 §5.2 to §5.6, §5.8: a reply has the identifier of what it answers. */
static void send_reply(PppControl *control, guint8 code, const guint8 *body, gsize length)
{
    ppp_control_send(control, code, control->reply_identifier, body, length);
}

/* The replies of one event; at most one of these bits is set in a cell. */
static void act_reply(PppControl *control, guint actions)
{
    if (actions & PPP_SCA) {
        control->naks_sent = control->refusals_sent = 0;
        control->nak_identifier = -1;
        control->acked_identifier = control->reply_identifier;
        control->acked_again = FALSE;
        control->acked_at = control->link->now;
        g_byte_array_set_size(control->acked, 0);
        g_byte_array_append(control->acked, control->reply->data, control->reply->len);
        if (control->protocol->request_acked)
            control->protocol->request_acked(control->link);
    }
    if (actions & PPP_SCN) {
        control->refusals_sent++;
        /* RFC 1661 §4.6: Max-Failure is about a peer that does not converge.  One that repeats
         * its request has only missed our Nak, and a Reject would tell it something else. */
        if (control->reply_code == PPP_CONFIGURE_NAK &&
            control->nak_identifier != control->reply_identifier) {
            control->nak_identifier = control->reply_identifier;
            control->naks_sent++;
        }
    }
    if (actions & (PPP_SCA | PPP_SCN | PPP_SER))
        send_reply(control, control->reply_code, control->reply->data, control->reply->len);
    if (actions & PPP_STA)
        send_reply(control, PPP_TERMINATE_ACK, NULL, 0);
    if (actions & PPP_SCJ) {
        /* RFC 1661 §5.6: the identifier must change for each Code-Reject, and the rejected
         * packet is cut to the peer's MRU. */
        gsize limit = ppp_link_send_limit(control->link) - PPP_HEADER_SIZE;
        ppp_control_send(control, PPP_CODE_REJECT, ++control->reject_identifier,
                         control->reply->data, MIN(control->reply->len, limit));
    }
}

/* Why the automaton finished (tlf), from the event that finished it. */
static PppEnd end_of(PppEvent event, PppState old)
{
    if (event == PPP_RXJ_MINUS)
        return PPP_END_DIVERGED;
    if (event == PPP_TO_MINUS && old != PPP_CLOSING && old != PPP_STOPPING)
        return PPP_END_SILENT;
    return PPP_END_CLOSED;
}

/* Our request left a while ago, and only now the peer begins to speak: had it been there to
 * hear us, its Ack would have come first.  A side that starts late has lost our request, and
 * waiting for the timer would cost up to three seconds. */
static gboolean request_was_lost(const PppControl *control)
{
    const PppLink *link = control->link;
    Usec threshold = link->rtt > 0 ? link->rtt - link->rtt / 4 : LOST_UNKNOWN;

    return control->state == PPP_REQ_SENT && control->waiting && !control->peer_seen &&
           link->now - control->sent_at >= threshold;
}

/* One step of the automaton: the new state first, so that whoever is told by an action sees
 * where the protocol is now, and may cause further events. */
void ppp_control_event(PppControl *control, PppEvent event)
{
    PppState old = control->state;
    const PppTransition *transition = ppp_automaton_lookup(old, event);
    guint actions = transition->actions;

    if (transition->next == PPP_ILLEGAL)
        return;
    if (old == PPP_OPENED && (actions & PPP_SCR) && ppp_control_is_restless(control)) {
        end(control, PPP_END_RESTLESS, NULL, 0);
        return;
    }
    set_state(control, (PppState)transition->next, event);
    if (event == PPP_DOWN) {
        control->peer_seen = FALSE;
        control->acked_since = 0;
    }
    if (event == PPP_RCR_PLUS && old == PPP_ACK_SENT)
        control->peer_repeats++;
    else if (control->state != PPP_ACK_SENT)
        control->peer_repeats = 0;
    if (event == PPP_RCA || event == PPP_RCN)
        note_answer(control);
    if (event == PPP_RCA && control->acked_since == 0)
        control->acked_since = control->link->now;
    if (actions & PPP_TLD)
        control->protocol->down(control->link);
    if (actions & PPP_IRC)
        initialize_count(control, actions);
    if (actions & PPP_ZRC) {
        control->restart_count = 0;
        control->interval = first_interval(control);
        start_timer(control);
    }
    /* RFC 1661 §4.1 leaves the order open.  Our request goes first: a peer that hears our Ack
     * before a repeated request would take the latter for a new negotiation. */
    if (actions & PPP_SCR)
        send_configure_request(control, event == PPP_TO_PLUS);
    if (actions & PPP_STR)
        send_terminate_request(control);
    act_reply(control, actions);
    if (!ppp_automaton_has_timer(control->state))
        control->deadline = USEC_NEVER;
    else if (old == PPP_REQ_SENT && control->state == PPP_ACK_SENT && event == PPP_RCR_PLUS) {
        /* The peer's Ack is probably on its way.  A repetition sent behind our own Ack could
         * reach an open peer and restart the negotiation. */
        control->interval = first_interval(control);
        start_timer(control);
    }
    if (actions & PPP_TLU) {
        control->over = FALSE;
        control->protocol->up(control->link);
    }
    if (actions & PPP_TLF)
        end(control, end_of(event, old), NULL, 0);
}

/* One timeout at most in each call, however late it comes: after an hour's sleep the peer gets
 * all its remaining tries. */
void ppp_control_tick(PppControl *control)
{
    if (control->link->now < control->deadline)
        return;
    if (control->restart_count == 0 || ppp_control_is_given_up(control)) {
        ppp_control_event(control, PPP_TO_MINUS);
        return;
    }
    control->interval = MIN(control->interval * 2, PPP_RESTART_MAX);
    ppp_control_event(control, PPP_TO_PLUS);
}

Usec ppp_control_deadline(const PppControl *control)
{
    return control->deadline;
}

/* --- packets from the peer ---------------------------------------------------------------- */

/* Takes the next option out of a list (RFC 1661 §6).  A length under two or past the list's
 * end sets the list's sticky error, and so ends every loop over it. */
static gboolean next_option(Reader *list, guint8 *ret_type, Reader *ret_value)
{
    if (!reader_ok(list) || reader_left(list) == 0)
        return FALSE;
    *ret_type = reader_u8(list);
    guint8 length = reader_u8(list);
    if (length < 2)
        list->failed = TRUE;
    else
        *ret_value = reader_sub(list, length - 2u);
    return reader_ok(list);
}

/* Judged before anything is done: a list that ends in nonsense is not half accepted. */
static gboolean options_are_valid(Reader list)
{
    guint8 type;
    Reader value;

    while (next_option(&list, &type, &value))
        ;
    return reader_ok(&list);
}

/* As it came, for a Reject (RFC 1661 §5.4: the options must not be modified). */
static void append_option(GByteArray *list, guint8 type, Reader value)
{
    guint8 header[2] = {type, (guint8)(value.length + 2)};

    g_byte_array_append(list, header, sizeof header);
    if (value.length > 0)
        g_byte_array_append(list, value.data, (guint)value.length);
}

/* Judges each option and prepares the reply: Reject before Nak before Ack (RFC 1661 §5.2 to
 * §5.4).  Returns TRUE when it is an Ack. */
static gboolean judge_request(PppControl *control, Reader body)
{
    const PppControlProtocol *protocol = control->protocol;
    g_autoptr(GByteArray) nak = g_byte_array_new();
    g_autoptr(GByteArray) reject = g_byte_array_new();
    Reader list = body;
    Reader value;
    guint8 type;

    while (next_option(&list, &type, &value)) {
        guint8 wanted[PPP_REQUEST_SIZE];
        Writer writer = writer_init(wanted, sizeof wanted);
        PppVerdict verdict = protocol->request_option(control->link, type, value, &writer);

        /* RFC 1661 §4.6: after Max-Failure Naks without an Ack, Naks become Rejects. */
        if (verdict == PPP_VERDICT_NAK && control->naks_sent >= PPP_MAX_FAILURE)
            verdict = PPP_VERDICT_REJECT;
        switch (verdict) {
        case PPP_VERDICT_ACK:
            break;
        case PPP_VERDICT_NAK:
            /* A long list of bad options must not grow on its way back; what does not fit is
             * Nak'd the next time. */
            if (nak->len + writer.length > ppp_link_send_limit(control->link) - PPP_HEADER_SIZE)
                break;
            g_byte_array_append(nak, wanted, (guint)writer.length);
            break;
        case PPP_VERDICT_REJECT:
            append_option(reject, type, value);
            break;
        }
    }
    g_byte_array_set_size(control->reply, 0);
    if (reject->len > 0) {
        control->reply_code = PPP_CONFIGURE_REJECT;
        g_byte_array_append(control->reply, reject->data, reject->len);
        return FALSE;
    }
    if (nak->len > 0) {
        control->reply_code = PPP_CONFIGURE_NAK;
        g_byte_array_append(control->reply, nak->data, nak->len);
        return FALSE;
    }
    /* An empty request is acknowledged by an empty Ack (SoftEther sends one). */
    control->reply_code = PPP_CONFIGURE_ACK;
    if (body.length > 0)
        g_byte_array_append(control->reply, body.data, (guint)body.length);
    return TRUE;
}

/* The very request that we have acknowledged, once more: the Ack was lost, or the peer's timer
 * is shorter than the round trip.  RFC 1661 §4.1 would take an open link down for it, routes
 * and all, and pppd, which waits in Ack-Sent, needs nothing but the Ack.  Only once: a peer
 * that comes a third time has really begun anew. */
static gboolean repeat_ack(PppControl *control, guint8 identifier, Reader body)
{
    const GByteArray *acked = control->acked;

    if (control->state != PPP_OPENED || control->acked_again ||
        identifier != control->acked_identifier || body.length != acked->len ||
        (acked->len > 0 && memcmp(body.data, acked->data, acked->len) != 0))
        return FALSE;
    control->acked_again = TRUE;
    ppp_control_send(control, PPP_CONFIGURE_ACK, identifier, acked->data, acked->len);
    return TRUE;
}

/* RFC 1661 §5.1. */
static void receive_request(PppControl *control, guint8 identifier, Reader body)
{
    const PppControlProtocol *protocol = control->protocol;

    if (!options_are_valid(body) || repeat_ack(control, identifier, body))
        return;
    control->reply_identifier = identifier;
    /* In these states the table looks at no option: nothing may be learnt from them. */
    if (control->state == PPP_CLOSED || control->state == PPP_CLOSING ||
        control->state == PPP_STOPPING) {
        ppp_control_event(control, PPP_RCR_PLUS);
        return;
    }
    if (request_was_lost(control)) {
        control->interval = first_interval(control);
        ppp_control_event(control, PPP_TO_PLUS);
    }
    control->peer_seen = TRUE;
    control->acked_since = 0;
    if (protocol->request_begin)
        protocol->request_begin(control->link, identifier);
    gboolean acceptable = judge_request(control, body);
    /* An option can end the link by itself: a looped line, no method in common. */
    if (control->link->over)
        return;
    /* Our patience has its end too: Rejects that change nothing would go on for ever. */
    if (!acceptable && control->refusals_sent >= PPP_MAX_REFUSALS) {
        end(control, PPP_END_DIVERGED, NULL, 0);
        return;
    }
    ppp_control_event(control, acceptable ? PPP_RCR_PLUS : PPP_RCR_MINUS);
}

/* A reply to a request: only the newest one counts, and only once.  (RFC 1661 §5.2, §5.3,
 * §5.4: other packets are invalid and silently discarded.) */
static gboolean reply_is_expected(const PppControl *control, guint8 identifier)
{
    if (control->state < PPP_REQ_SENT)
        return TRUE; /* these states answer a stray reply by Terminate-Ack, or not at all */
    return control->waiting && identifier == control->identifier;
}

/* RFC 1661 §5.2. */
static void receive_ack(PppControl *control, guint8 identifier, Reader body)
{
    if (!reply_is_expected(control, identifier))
        return;
    /* RFC 1661 §5.2: the options must exactly match those of the request. */
    if (control->state >= PPP_REQ_SENT &&
        (body.length != control->request_length ||
         (body.length > 0 && memcmp(body.data, control->request, body.length) != 0)))
        return;
    control->waiting = FALSE;
    control->refusals = 0;
    control->reply_identifier = identifier;
    ppp_control_event(control, PPP_RCA);
}

/* RFC 1661 §5.4: a Reject of what was not asked for is invalid. */
static gboolean was_requested(const PppControl *control, guint8 wanted)
{
    Reader list = reader_init(control->request, control->request_length);
    Reader value;
    guint8 type;

    while (next_option(&list, &type, &value)) {
        if (type == wanted)
            return TRUE;
    }
    return FALSE;
}

/* Configure-Nak (RFC 1661 §5.3) and Configure-Reject (§5.4).  A Nak may bring options that we
 * did not ask for: the peer would like us to. */
static void receive_refusal(PppControl *control, guint8 code, guint8 identifier, Reader body)
{
    const PppControlProtocol *protocol = control->protocol;
    Reader list = body;
    Reader value;
    guint8 type;

    if (!reply_is_expected(control, identifier) || !options_are_valid(body))
        return;
    control->reply_identifier = identifier;
    if (control->state >= PPP_REQ_SENT) {
        control->waiting = FALSE;
        /* A peer that refuses for ever must not keep us busy for ever. */
        if (++control->refusals >= PPP_MAX_REFUSALS) {
            end(control, PPP_END_DIVERGED, NULL, 0);
            return;
        }
        while (next_option(&list, &type, &value)) {
            if (code == PPP_CONFIGURE_NAK)
                protocol->naked(control->link, type, value);
            else if (was_requested(control, type))
                protocol->rejected(control->link, type);
        }
        if (control->link->over)
            return;
    }
    ppp_control_event(control, PPP_RCN);
}

/* RFC 1661 §5.5: acknowledged in every state.  The table would let a negotiation go on that the
 * peer has just given up; we believe the peer. */
static void receive_terminate_request(PppControl *control, guint8 identifier, Reader body)
{
    gboolean told = control->state >= PPP_REQ_SENT;

    control->reply_identifier = identifier;
    /* RFC 1661 §5.5: the data field is free; peers write their reason into it. */
    if (told && control->protocol->hang_up)
        control->protocol->hang_up(control->link, body.data, body.length);
    ppp_control_event(control, PPP_RTR);
    if (told)
        end(control, PPP_END_TERMINATED, body.data, body.length);
}

/* RFC 1661 §5.6. */
static void receive_code_reject(PppControl *control, Reader body)
{
    guint8 rejected = reader_u8(&body);

    if (!reader_ok(&body))
        return;
    /* RFC 1661 §4.3: without these nothing works. */
    if (rejected >= PPP_CONFIGURE_REQUEST && rejected <= PPP_CODE_REJECT) {
        gboolean told = control->state >= PPP_REQ_SENT;
        ppp_control_event(control, PPP_RXJ_MINUS);
        if (told)
            end(control, PPP_END_DIVERGED, NULL, 0);
    } else {
        ppp_control_event(control, PPP_RXJ_PLUS);
    }
}

/* A protocol's own codes, or else an unknown one. */
static void receive_other(PppControl *control, guint8 code, guint8 identifier, Reader body,
                          const guint8 *packet, gsize length)
{
    control->reply_identifier = identifier;
    if (control->protocol->extra && control->protocol->extra(control->link, code, identifier, body))
        return;
    g_byte_array_set_size(control->reply, 0);
    g_byte_array_append(control->reply, packet, (guint)length);
    ppp_control_event(control, PPP_RUC);
}

void ppp_control_input(PppControl *control, const guint8 *packet, gsize length)
{
    Reader reader = reader_init(packet, length);
    guint8 code = reader_u8(&reader);
    guint8 identifier = reader_u8(&reader);
    guint16 total = reader_u16(&reader);

    /* RFC 1661 §5: a length that the frame cannot hold is discarded; padding is ignored. */
    if (!reader_ok(&reader) || total < PPP_HEADER_SIZE || total > length)
        return;
    /* The lower layer is not up. */
    if (control->state < PPP_CLOSED)
        return;
    Reader body = reader_sub(&reader, total - PPP_HEADER_SIZE);
    switch (code) {
    case PPP_CONFIGURE_REQUEST:
        receive_request(control, identifier, body);
        break;
    case PPP_CONFIGURE_ACK:
        receive_ack(control, identifier, body);
        break;
    case PPP_CONFIGURE_NAK:
    case PPP_CONFIGURE_REJECT:
        receive_refusal(control, code, identifier, body);
        break;
    case PPP_TERMINATE_REQUEST:
        receive_terminate_request(control, identifier, body);
        break;
    case PPP_TERMINATE_ACK:
        ppp_control_event(control, PPP_RTA);
        break;
    case PPP_CODE_REJECT:
        receive_code_reject(control, body);
        break;
    default:
        receive_other(control, code, identifier, body, packet, total);
        break;
    }
}

void ppp_control_protocol_rejected(PppControl *control)
{
    /* Told first: the automaton alone would not say why it finished. */
    end(control, PPP_END_REJECTED, NULL, 0);
    if (!control->link->over)
        ppp_control_event(control, PPP_RXJ_MINUS);
}
