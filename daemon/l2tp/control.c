/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control connection as its originator (RFC 2661 §7.2.1). */
#include "l2tp/engine.h"

#include "l2tp/reason.h"

#include <string.h>

#define PROTOCOL_VERSION 0x0100 /* version 1, revision 0 (RFC 2661 §4.4.3) */
#define FRAMING_ANY 3           /* asynchronous and synchronous */

#define RESULT_CLEAR 1
#define RESULT_ERROR 2
#define RESULT_NOT_AUTHORIZED 4
#define RESULT_VERSION 5
#define RESULT_STATE_MACHINE 7

/* How long l2tp_tunnel_close() waits for acknowledgements before it reports CLOSED: a gateway
 * that never answered is not waited for as long as one that did. */
#define CLOSE_PATIENCE (3 * USEC_PER_SEC)
#define CLOSE_PATIENCE_UNANSWERED (1 * USEC_PER_SEC)

static const char *const state_names[TUNNEL_STATE_COUNT] = {
    [TUNNEL_IDLE] = "idle",
    [TUNNEL_WAIT_CTL_REPLY] = "wait-ctl-reply",
    [TUNNEL_ESTABLISHED] = "established",
    [TUNNEL_STOPPING] = "stopping",
    [TUNNEL_STOPPED] = "stopped",
};

static const char *const event_names[TUNNEL_EVENT_COUNT] = {
    [TUNNEL_EVENT_OPEN] = "open",
    [TUNNEL_EVENT_CLOSE] = "close",
    [TUNNEL_EVENT_SCCRQ] = "SCCRQ",
    [TUNNEL_EVENT_SCCRP] = "SCCRP",
    [TUNNEL_EVENT_SCCRP_BAD] = "unacceptable SCCRP",
    [TUNNEL_EVENT_SCCCN] = "SCCCN",
    [TUNNEL_EVENT_STOPCCN] = "StopCCN",
    [TUNNEL_EVENT_ERROR] = "error",
};

#define SCCRQ TUNNEL_ACTION_SEND_SCCRQ
#define SCCCN TUNNEL_ACTION_SEND_SCCCN
#define STOP TUNNEL_ACTION_SEND_STOPCCN
#define CLEAN TUNNEL_ACTION_CLEAN_UP

/* Cells that are not named stay as they are: {NONE, the same state}. */
static const struct {
    TunnelState state;
    TunnelEvent event;
    TunnelCell cell;
} rows[] = {
    { TUNNEL_IDLE, TUNNEL_EVENT_OPEN, { SCCRQ, TUNNEL_WAIT_CTL_REPLY } },
    { TUNNEL_IDLE, TUNNEL_EVENT_CLOSE, { CLEAN, TUNNEL_STOPPED } },
    { TUNNEL_IDLE, TUNNEL_EVENT_SCCRQ, { STOP, TUNNEL_STOPPING } },
    { TUNNEL_IDLE, TUNNEL_EVENT_SCCRP, { STOP, TUNNEL_STOPPING } },
    { TUNNEL_IDLE, TUNNEL_EVENT_SCCRP_BAD, { STOP, TUNNEL_STOPPING } },
    { TUNNEL_IDLE, TUNNEL_EVENT_SCCCN, { CLEAN, TUNNEL_IDLE } },
    { TUNNEL_IDLE, TUNNEL_EVENT_STOPCCN, { CLEAN, TUNNEL_STOPPED } },
    { TUNNEL_IDLE, TUNNEL_EVENT_ERROR, { STOP, TUNNEL_STOPPING } },

    { TUNNEL_WAIT_CTL_REPLY, TUNNEL_EVENT_SCCRP, { SCCCN, TUNNEL_ESTABLISHED } },
    { TUNNEL_WAIT_CTL_REPLY, TUNNEL_EVENT_SCCRP_BAD, { STOP, TUNNEL_STOPPING } },
    /* The RFC's row is about a tie-breaker, which we never send; an SCCRQ within our own tunnel
     * is out of sequence (§7.1). */
    { TUNNEL_WAIT_CTL_REPLY, TUNNEL_EVENT_SCCRQ, { STOP, TUNNEL_STOPPING } },
    { TUNNEL_WAIT_CTL_REPLY, TUNNEL_EVENT_SCCCN, { STOP, TUNNEL_STOPPING } },
    { TUNNEL_WAIT_CTL_REPLY, TUNNEL_EVENT_STOPCCN, { CLEAN, TUNNEL_STOPPED } },
    { TUNNEL_WAIT_CTL_REPLY, TUNNEL_EVENT_CLOSE, { STOP, TUNNEL_STOPPING } },
    { TUNNEL_WAIT_CTL_REPLY, TUNNEL_EVENT_ERROR, { STOP, TUNNEL_STOPPING } },

    { TUNNEL_ESTABLISHED, TUNNEL_EVENT_CLOSE, { STOP, TUNNEL_STOPPING } },
    { TUNNEL_ESTABLISHED, TUNNEL_EVENT_SCCRQ, { STOP, TUNNEL_STOPPING } },
    { TUNNEL_ESTABLISHED, TUNNEL_EVENT_SCCRP, { STOP, TUNNEL_STOPPING } },
    { TUNNEL_ESTABLISHED, TUNNEL_EVENT_SCCRP_BAD, { STOP, TUNNEL_STOPPING } },
    { TUNNEL_ESTABLISHED, TUNNEL_EVENT_SCCCN, { STOP, TUNNEL_STOPPING } },
    { TUNNEL_ESTABLISHED, TUNNEL_EVENT_STOPCCN, { CLEAN, TUNNEL_STOPPED } },
    { TUNNEL_ESTABLISHED, TUNNEL_EVENT_ERROR, { STOP, TUNNEL_STOPPING } },

    /* Both sides stopped at once. */
    { TUNNEL_STOPPING, TUNNEL_EVENT_STOPCCN, { CLEAN, TUNNEL_STOPPED } },
};

#undef SCCRQ
#undef SCCCN
#undef STOP
#undef CLEAN

TunnelCell tunnel_cell(TunnelState state, TunnelEvent event)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].state == state && rows[i].event == event)
            return rows[i].cell;
    }
    return (TunnelCell){ TUNNEL_ACTION_NONE, state };
}

/* The one place where the state changes. */
static TunnelAction step(L2tpTunnel *tunnel, TunnelEvent event)
{
    TunnelCell cell = tunnel_cell(tunnel->state, event);

    if (cell.next != tunnel->state)
        g_debug("l2tp: control connection %s -> %s (%s)", state_names[tunnel->state],
            state_names[cell.next], event_names[event]);
    tunnel->state = cell.next;
    return cell.action;
}

AvpWriter control_writer(L2tpTunnel *tunnel)
{
    return (AvpWriter){ .secret = tunnel->secret, .entropy = tunnel->entropy,
                        .hide = tunnel->hide };
}

static void queue_message(L2tpTunnel *tunnel, AvpWriter *writer)
{
    gsize length = l2tp_message_end(writer);

    /* Our own messages fit; a full queue means a peer that lets nothing through. */
    if (length > 0)
        transport_send(tunnel->transport, writer->writer.data, length, 0);
}

/* The AVPs stand in the order of RFC 2661 §6.1: some gateways are strict about it.  None is
 * hidden: the peer finds the secret by our Host Name (xl2tpd only when it meets a Challenge). */
static void send_sccrq(L2tpTunnel *tunnel)
{
    guint8 buffer[L2TP_MESSAGE_MAX];
    AvpWriter writer = control_writer(tunnel);

    writer.hide = FALSE;
    l2tp_message_begin(&writer, buffer, sizeof buffer, 0, L2TP_SCCRQ);
    avp_write_u16(&writer, AVP_PROTOCOL_VERSION, PROTOCOL_VERSION);
    avp_write_bytes(&writer, AVP_HOST_NAME, tunnel->host_name, strlen(tunnel->host_name));
    avp_write_u32(&writer, AVP_FRAMING_CAPABILITIES, FRAMING_ANY);
    avp_write_u16(&writer, AVP_ASSIGNED_TUNNEL_ID, tunnel->session.tunnel_id);
    avp_write_u16(&writer, AVP_RECEIVE_WINDOW_SIZE, tunnel->receive_window);
    if (tunnel->secret) {
        entropy_fill(tunnel->entropy, tunnel->challenge, sizeof tunnel->challenge);
        avp_write_bytes(&writer, AVP_CHALLENGE, tunnel->challenge, sizeof tunnel->challenge);
    }
    queue_message(tunnel, &writer);
}

/* Nothing but the answer to a challenge.  The ICRQ is queued right behind it and leaves in the same
 * flight: the peer takes both in order, and a round trip is saved (§7.2.1, §7.4.1). */
static void send_scccn(L2tpTunnel *tunnel, const L2tpMessage *sccrp)
{
    guint8 buffer[L2TP_MESSAGE_MAX];
    AvpWriter writer = control_writer(tunnel);

    l2tp_message_begin(&writer, buffer, sizeof buffer, 0, L2TP_SCCCN);
    /* A response MUST be sent to a challenge (RFC 2661 §5.1.1). */
    if (l2tp_message_has(sccrp, AVP_CHALLENGE)) {
        guint8 response[L2TP_RESPONSE_SIZE];

        l2tp_auth_response(L2TP_SCCCN, tunnel->secret, sccrp->challenge.data,
            sccrp->challenge.length, response);
        avp_write_bytes(&writer, AVP_CHALLENGE_RESPONSE, response, sizeof response);
    }
    queue_message(tunnel, &writer);
}

/* "all active sessions are implicitly cleared" (RFC 2661 §6.4), so a CDN before it is a courtesy
 * that some gateways need to free the address at once. */
static void send_stopccn(L2tpTunnel *tunnel, const Reason *reason)
{
    guint8 buffer[L2TP_MESSAGE_MAX];
    guint8 value[4 + sizeof reason->text];
    Writer result = writer_init(value, sizeof value);
    AvpWriter writer = control_writer(tunnel);

    writer_u16(&result, reason->result);
    if (reason->result == RESULT_ERROR || reason->result == RESULT_VERSION) {
        /* With result 5 the error is "highest version supported" (RFC 2661 §4.4.2). */
        writer_u16(&result, reason->result == RESULT_VERSION ? PROTOCOL_VERSION
                                                             : (guint16)reason->error);
        writer_bytes(&result, reason->text, strlen(reason->text));
    }
    l2tp_message_begin(&writer, buffer, sizeof buffer, 0, L2TP_STOPCCN);
    /* "MUST be the same as the Assigned Tunnel ID AVP first sent to the receiving peer"
     * (RFC 2661 §4.4.3). */
    avp_write_u16(&writer, AVP_ASSIGNED_TUNNEL_ID, tunnel->session.tunnel_id);
    avp_write_bytes(&writer, AVP_RESULT_CODE, value, result.length);
    queue_message(tunnel, &writer);
}

void control_hello(L2tpTunnel *tunnel)
{
    guint8 buffer[L2TP_MESSAGE_MAX];
    AvpWriter writer = control_writer(tunnel);

    /* "The Session ID in a HELLO message MUST be 0" (RFC 2661 §6.5). */
    l2tp_message_begin(&writer, buffer, sizeof buffer, 0, L2TP_HELLO);
    queue_message(tunnel, &writer);
}

void control_open(L2tpTunnel *tunnel, Usec now)
{
    if (step(tunnel, TUNNEL_EVENT_OPEN) != TUNNEL_ACTION_SEND_SCCRQ)
        return;
    tunnel->seen_at = now;
    tunnel->progress_at = now;
    send_sccrq(tunnel);
}

void control_stopped(L2tpTunnel *tunnel, Usec now)
{
    tunnel->state = TUNNEL_STOPPED;
    tunnel->call = CALL_IDLE;
    tunnel->linger_until = usec_add(now, TRANSPORT_CYCLE);
    transport_drop_queue(tunnel->transport);
    transport_ack_now(tunnel->transport, now);
    if (tunnel->closing)
        effect_closed(tunnel);
}

void control_close(L2tpTunnel *tunnel, Usec now)
{
    static const Reason reason = { .result = RESULT_CLEAR };
    gboolean answered = tunnel->state == TUNNEL_ESTABLISHED;

    /* No failure follows any more, whatever the peer says to it. */
    tunnel->closing = TRUE;
    call_close(tunnel, now);
    switch (step(tunnel, TUNNEL_EVENT_CLOSE)) {
    case TUNNEL_ACTION_SEND_STOPCCN:
        send_stopccn(tunnel, &reason);
        tunnel->close_at = usec_add(now, answered ? CLOSE_PATIENCE : CLOSE_PATIENCE_UNANSWERED);
        break;
    case TUNNEL_ACTION_CLEAN_UP:
        control_stopped(tunnel, now);
        break;
    case TUNNEL_ACTION_NONE:
    case TUNNEL_ACTION_SEND_SCCRQ:
    case TUNNEL_ACTION_SEND_SCCCN:
        break;
    }
}

/* The tunnel is over by our own decision.  The failure is told at once; that the StopCCN is
 * delivered is a matter of the transport from here on (§7.1). */
static void stop(L2tpTunnel *tunnel, Usec now, TunnelEvent event, const Reason *reason)
{
    Stage stage = tunnel->up ? STAGE_CONNECTED : STAGE_L2TP;

    if (step(tunnel, event) != TUNNEL_ACTION_SEND_STOPCCN)
        return;
    tunnel->call = CALL_IDLE;
    send_stopccn(tunnel, reason);
    effect_failed(tunnel, failure_new(stage, reason->code, reason->text));
}

void control_error(L2tpTunnel *tunnel, Usec now, const Reason *reason)
{
    stop(tunnel, now, TUNNEL_EVENT_ERROR, reason);
}

/* FALSE: the SCCRP is not acceptable. */
static gboolean check_authentication(const L2tpTunnel *tunnel, const L2tpMessage *sccrp,
    Reason *reason)
{
    reason->result = RESULT_NOT_AUTHORIZED;
    reason->code = FAILURE_L2TP_SECRET_WRONG;
    if (tunnel->secret && !l2tp_auth_verify(L2TP_SCCRP, tunnel->secret, tunnel->challenge,
            sizeof tunnel->challenge, sccrp->challenge_response.data,
            sccrp->challenge_response.length)) {
        /* "If the expected response and response received from a peer does not match,
         * establishment of the tunnel MUST be disallowed" (RFC 2661 §5.1.1). */
        g_strlcpy(reason->text, l2tp_message_has(sccrp, AVP_CHALLENGE_RESPONSE)
                ? "the gateway's challenge response is wrong"
                : "the gateway did not answer our challenge", sizeof reason->text);
        return FALSE;
    }
    if (!tunnel->secret && l2tp_message_has(sccrp, AVP_CHALLENGE)) {
        g_strlcpy(reason->text, "the gateway asks for a tunnel secret and none is set",
            sizeof reason->text);
        return FALSE;
    }
    return TRUE;
}

static gboolean check_sccrp(const L2tpTunnel *tunnel, const L2tpMessage *sccrp, Reason *reason)
{
    *reason = (Reason){ .result = RESULT_ERROR, .error = L2TP_ERROR_VALUE,
                        .code = FAILURE_L2TP_PROTOCOL };
    /* The high octet is the version, the low one a revision (RFC 2661 §4.4.3). */
    if (sccrp->protocol_version >> 8 != PROTOCOL_VERSION >> 8) {
        reason->result = RESULT_VERSION;
        g_snprintf(reason->text, sizeof reason->text, "the gateway speaks version %u of L2TP",
            sccrp->protocol_version >> 8);
        return FALSE;
    }
    if (sccrp->assigned_tunnel_id == 0) {
        g_strlcpy(reason->text, "Assigned Tunnel ID is zero", sizeof reason->text);
        return FALSE;
    }
    /* "A value of 0 for the Receive Window Size AVP is invalid" (RFC 2661 §5.8). */
    if (l2tp_message_has(sccrp, AVP_RECEIVE_WINDOW_SIZE) && sccrp->receive_window_size == 0) {
        g_strlcpy(reason->text, "Receive Window Size is zero", sizeof reason->text);
        return FALSE;
    }
    return check_authentication(tunnel, sccrp, reason);
}

/* "The L2TP peer MUST place this value in the Tunnel ID header field of all control and data
 * messages that it subsequently transmits" (RFC 2661 §4.4.3). */
static void learn_peer(L2tpTunnel *tunnel, const L2tpMessage *sccrp)
{
    tunnel->session.peer_tunnel_id = sccrp->assigned_tunnel_id;
    transport_set_peer(tunnel->transport, sccrp->assigned_tunnel_id);
}

static void on_sccrp(L2tpTunnel *tunnel, Usec now, const L2tpMessage *sccrp)
{
    Reason reason;

    /* Whatever we answer now, it can be addressed; also a StopCCN that has been waiting. */
    if (tunnel->session.peer_tunnel_id == 0)
        learn_peer(tunnel, sccrp);
    if (tunnel->state == TUNNEL_ESTABLISHED || tunnel->state == TUNNEL_IDLE) {
        reason = (Reason){ .result = RESULT_STATE_MACHINE, .code = FAILURE_L2TP_PROTOCOL,
                           .text = "SCCRP came out of sequence" };
        stop(tunnel, now, TUNNEL_EVENT_SCCRP, &reason);
        return;
    }
    if (!check_sccrp(tunnel, sccrp, &reason)) {
        stop(tunnel, now, TUNNEL_EVENT_SCCRP_BAD, &reason);
        return;
    }
    if (step(tunnel, TUNNEL_EVENT_SCCRP) != TUNNEL_ACTION_SEND_SCCCN)
        return;
    tunnel->peer_framing = sccrp->framing_capabilities;
    if (l2tp_message_has(sccrp, AVP_RECEIVE_WINDOW_SIZE))
        transport_set_window(tunnel->transport, sccrp->receive_window_size);
    effect_tunnel_up(tunnel, &sccrp->host_name);
    send_scccn(tunnel, sccrp);
    call_tunnel_open(tunnel, now);
}

static void on_stopccn(L2tpTunnel *tunnel, Usec now, const L2tpMessage *message)
{
    char *redirect = tunnel->up ? NULL : l2tp_reason_redirect(message);

    if (step(tunnel, TUNNEL_EVENT_STOPCCN) != TUNNEL_ACTION_CLEAN_UP) {
        g_free(redirect);
        return;
    }
    /* Crossed with ours, the first reason stands: effects after the last one are dropped. */
    if (!tunnel->closing) {
        if (redirect)
            effect_redirect(tunnel, g_steal_pointer(&redirect));
        else
            effect_failed(tunnel, l2tp_reason_stopccn(message, tunnel->up));
    }
    g_free(redirect);
    control_stopped(tunnel, now);
}

void control_message(L2tpTunnel *tunnel, Usec now, const L2tpMessage *message)
{
    Reason reason = { .result = RESULT_STATE_MACHINE, .code = FAILURE_L2TP_PROTOCOL };

    if (message->type == L2TP_SCCRP) {
        on_sccrp(tunnel, now, message);
    } else if (message->type == L2TP_STOPCCN) {
        on_stopccn(tunnel, now, message);
    } else if (message->type == L2TP_SCCRQ || message->type == L2TP_SCCCN) {
        gboolean request = message->type == L2TP_SCCRQ;

        g_snprintf(reason.text, sizeof reason.text, "%s came out of sequence",
            request ? "SCCRQ" : "SCCCN");
        stop(tunnel, now, request ? TUNNEL_EVENT_SCCRQ : TUNNEL_EVENT_SCCCN, &reason);
    }
    /* A HELLO is answered by its acknowledgement alone, in every state (RFC 2661 §6.5). */
}
