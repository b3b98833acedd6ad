/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's doors: what a driver calls.  Packets go through the transport to the control
 * connection and the call; whatever these queue is handed out as effects afterwards. */
#include "l2tp/engine.h"

#include <string.h>

#define RESULT_ERROR 2
#define RESULT_CLEAR 1

L2tpTunnel *l2tp_tunnel_new(const L2tpConfig *config, Entropy *entropy)
{
    L2tpTunnel *tunnel = g_new0(L2tpTunnel, 1);
    const char *host_name = config->host_name && config->host_name[0] ? config->host_name
                                                                      : "localhost";

    tunnel->entropy = entropy;
    tunnel->host_name = g_strndup(host_name, 255);
    tunnel->secret = secret_copy(config->secret);
    tunnel->hide = config->hide_avps;
    tunnel->receive_window = config->receive_window == 0
                                 ? TRANSPORT_WINDOW_DEFAULT
                                 : MIN(config->receive_window, TRANSPORT_WINDOW_MAX);
    tunnel->hello_interval = config->hello_interval;
    /* Random, not counted up: whoever cannot read our packets shall not guess their IDs, and a
     * gateway that still has our last tunnel shall not mistake this one for it. */
    tunnel->session.tunnel_id = entropy_u16_nonzero(entropy);
    tunnel->session.session_id = entropy_u16_nonzero(entropy);
    tunnel->session.sequencing = config->sequencing;
    tunnel->serial_number = entropy_u32(entropy);
    tunnel->transport = transport_new(tunnel->receive_window, config->rtt);
    tunnel->close_at = USEC_NEVER;
    tunnel->linger_until = USEC_NEVER;
    g_queue_init(&tunnel->effects);
    return tunnel;
}

void l2tp_tunnel_free(L2tpTunnel *tunnel)
{
    if (!tunnel)
        return;
    effects_clear(tunnel);
    transport_free(tunnel->transport);
    secret_free(tunnel->secret);
    g_free(tunnel->host_name);
    explicit_bzero(tunnel->challenge, sizeof tunnel->challenge);
    g_free(tunnel);
}

/* Hands out what the transport has to send, and notices what follows from that. */
static void flush(L2tpTunnel *tunnel, Usec now)
{
    const guint8 *packet;
    gsize length;
    guint mark;

    /* Our StopCCN has been acknowledged. */
    if (tunnel->state == TUNNEL_STOPPING && transport_is_idle(tunnel->transport))
        control_stopped(tunnel, now);
    /* UP stands right behind the packet that makes it true: the first PPP frame may travel with
     * the ICCN, but must not overtake it in the driver's hands. */
    while (transport_next(tunnel->transport, now, &packet, &length, &mark)) {
        effect_send(tunnel, packet, length);
        if (mark == MARK_ICCN && tunnel->state == TUNNEL_ESTABLISHED) {
            tunnel->up = TRUE;
            effect_session(tunnel, L2TP_EFFECT_UP);
        }
    }
}

/* The peer acknowledges nothing any more. */
static void on_dead(L2tpTunnel *tunnel, Usec now)
{
    if (tunnel->state != TUNNEL_STOPPING)
        effect_failed(tunnel, tunnel->up
                ? failure_new(STAGE_CONNECTED, FAILURE_CONNECTION_LOST, NULL)
                : failure_new(STAGE_L2TP, FAILURE_L2TP_SILENT, NULL));
    control_stopped(tunnel, now);
}

/* Whether an answer is due that no retransmission watches over: the peer has acknowledged our
 * request, but did not reply. */
static gboolean waits_for_reply(const L2tpTunnel *tunnel)
{
    return (tunnel->state == TUNNEL_WAIT_CTL_REPLY || tunnel->state == TUNNEL_ESTABLISHED) &&
           !tunnel->up;
}

/* When a HELLO is due.  Not while a message of ours is under way: it shows as much. */
static Usec hello_at(const L2tpTunnel *tunnel)
{
    if (tunnel->state != TUNNEL_ESTABLISHED || tunnel->hello_interval == 0 ||
        !transport_is_idle(tunnel->transport))
        return USEC_NEVER;
    return usec_add(tunnel->seen_at, tunnel->hello_interval);
}

/* Each timer is a condition over `now`, not an event that could be missed: after a sleep they are
 * all looked at once, in the order in which their outcomes take precedence. */
static void run_timers(L2tpTunnel *tunnel, Usec now)
{
    if (transport_is_dead(tunnel->transport, now))
        on_dead(tunnel, now);
    if (waits_for_reply(tunnel) && usec_add(tunnel->progress_at, TRANSPORT_CYCLE) <= now &&
        transport_is_idle(tunnel->transport)) {
        Reason reason = { .result = RESULT_CLEAR, .code = FAILURE_L2TP_SILENT,
                          .text = "the request was acknowledged, but not answered" };
        control_error(tunnel, now, &reason);
    }
    if (hello_at(tunnel) <= now)
        control_hello(tunnel);
    if (tunnel->close_at <= now) {
        tunnel->close_at = USEC_NEVER;
        effect_closed(tunnel);
    }
    if (tunnel->linger_until <= now)
        tunnel->linger_until = USEC_NEVER;
}

void l2tp_tunnel_open(L2tpTunnel *tunnel, Usec now)
{
    call_open(tunnel, now);
    flush(tunnel, now);
}

void l2tp_tunnel_close(L2tpTunnel *tunnel, Usec now)
{
    if (tunnel->closing)
        return;
    control_close(tunnel, now);
    flush(tunnel, now);
}

static void on_fault(L2tpTunnel *tunnel, Usec now, const L2tpMessage *message,
    const L2tpFault *fault)
{
    Reason reason = {
        .result = RESULT_ERROR,
        .error = fault->error,
        .code = fault->secret ? FAILURE_L2TP_SECRET_WRONG : FAILURE_L2TP_PROTOCOL,
    };

    g_snprintf(reason.text, sizeof reason.text, "%s", fault->text);
    /* A StopCCN ends the tunnel whatever else it says. */
    if (message->type == L2TP_STOPCCN)
        control_message(tunnel, now, message);
    else if (message->type != 0 && l2tp_message_type_is_call(message->type))
        call_fault(tunnel, now, message, &reason);
    else
        control_error(tunnel, now, &reason);
}

/* One message, in order and for the first time. */
static void deliver(L2tpTunnel *tunnel, Usec now, const L2tpHeader *header, Reader body)
{
    g_auto(L2tpMessage) message = { 0 };
    L2tpFault fault;

    switch (l2tp_message_parse(body, header->session_id, tunnel->secret, &message, &fault)) {
    case L2TP_VERDICT_OK:
        if (l2tp_message_type_is_call(message.type))
            call_message(tunnel, now, &message);
        else
            control_message(tunnel, now, &message);
        break;
    case L2TP_VERDICT_IGNORE:
        break;
    case L2TP_VERDICT_FAULT:
        on_fault(tunnel, now, &message, &fault);
        break;
    }
}

/* Whether a message is for this tunnel.  A StopCCN that refuses an SCCRQ may come from a peer
 * that has not taken our Tunnel ID in: with 0, or with 0xffff from xl2tpd 1.3. */
static gboolean is_addressed(const L2tpTunnel *tunnel, const L2tpHeader *header, Reader body)
{
    static const guint8 stopccn[] = { 0, 0, 0, 0, 0, L2TP_STOPCCN };

    if (header->tunnel_id == tunnel->session.tunnel_id)
        return TRUE;
    if ((header->tunnel_id != 0 && header->tunnel_id != 0xffff) ||
        tunnel->state != TUNNEL_WAIT_CTL_REPLY)
        return FALSE;
    reader_skip(&body, 2);
    const guint8 *type = reader_bytes(&body, sizeof stopccn);
    return type && memcmp(type, stopccn, sizeof stopccn) == 0;
}

void l2tp_tunnel_input(L2tpTunnel *tunnel, Usec now, const guint8 *packet, gsize length)
{
    L2tpHeader header;
    Reader body;
    GBytes *held;

    if (!l2tp_header_parse(packet, length, &header, &body) ||
        !is_addressed(tunnel, &header, body))
        return;
    if (tunnel->state == TUNNEL_STOPPED && tunnel->linger_until == USEC_NEVER)
        return;
    TransportVerdict verdict = transport_receive(tunnel->transport, now, &header, body);
    /* A ZLB or a duplicate shows as well as anything that the peer is alive (§6.5). */
    if (verdict != TRANSPORT_INVALID)
        tunnel->seen_at = now;
    if (verdict == TRANSPORT_DELIVER) {
        deliver(tunnel, now, &header, body);
        while (transport_next_received(tunnel->transport, &header, &held)) {
            gsize size;
            const guint8 *bytes = g_bytes_get_data(held, &size);

            deliver(tunnel, now, &header, reader_init(bytes, size));
            g_bytes_unref(held);
        }
    }
    /* After the tunnel's end there is nothing an acknowledgement could travel with. */
    if (tunnel->state == TUNNEL_STOPPED)
        transport_ack_now(tunnel->transport, now);
    flush(tunnel, now);
}

void l2tp_tunnel_tick(L2tpTunnel *tunnel, Usec now)
{
    run_timers(tunnel, now);
    flush(tunnel, now);
}

Usec l2tp_tunnel_deadline(const L2tpTunnel *tunnel)
{
    /* The same conditions as in run_timers(), solved for the time. */
    Usec deadline = transport_deadline(tunnel->transport);

    deadline = MIN(deadline, hello_at(tunnel));
    deadline = MIN(deadline, tunnel->close_at);
    deadline = MIN(deadline, tunnel->linger_until);
    if (waits_for_reply(tunnel) && transport_is_idle(tunnel->transport))
        deadline = MIN(deadline, usec_add(tunnel->progress_at, TRANSPORT_CYCLE));
    return deadline;
}

void l2tp_tunnel_seen(L2tpTunnel *tunnel, Usec now)
{
    tunnel->seen_at = MAX(tunnel->seen_at, now);
}

Usec l2tp_tunnel_rtt(const L2tpTunnel *tunnel)
{
    return transport_rtt(tunnel->transport);
}
