/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one incoming call, as its LAC (RFC 2661 §7.4.1). */
#include "l2tp/engine.h"

#include "l2tp/reason.h"

#include <string.h>

#define RESULT_ERROR 2
#define RESULT_ADMINISTRATIVE 3
#define RESULT_NO_FACILITIES 5 /* permanent condition */
#define STOPCCN_CLEAR 1

#define FRAMING_SYNC 1
#define FRAMING_ASYNC 2
#define CONNECT_SPEED 1000000000 /* bits per second; there is no line that it could be true of */

static const char *const state_names[CALL_STATE_COUNT] = {
    [CALL_IDLE] = "idle",
    [CALL_WAIT_TUNNEL] = "wait-tunnel",
    [CALL_WAIT_REPLY] = "wait-reply",
    [CALL_ESTABLISHED] = "established",
};

static const char *const event_names[CALL_EVENT_COUNT] = {
    [CALL_EVENT_OPEN] = "open",
    [CALL_EVENT_TUNNEL_OPEN] = "tunnel-open",
    [CALL_EVENT_ICRP] = "ICRP",
    [CALL_EVENT_ICRP_BAD] = "unacceptable ICRP",
    [CALL_EVENT_ICRQ] = "out of sequence",
    [CALL_EVENT_ICCN] = "ICCN",
    [CALL_EVENT_CDN] = "CDN",
    [CALL_EVENT_CLOSE] = "close",
};

#define NONE CALL_ACTION_NONE
#define OPEN_TUNNEL CALL_ACTION_OPEN_TUNNEL
#define ICRQ CALL_ACTION_SEND_ICRQ
#define ICCN CALL_ACTION_SEND_ICCN
#define CDN CALL_ACTION_SEND_CDN
#define CLEAN CALL_ACTION_CLEAN_UP

static const CallCell cells[CALL_STATE_COUNT][CALL_EVENT_COUNT] = {
    [CALL_IDLE] = {
        [CALL_EVENT_OPEN] = { OPEN_TUNNEL, CALL_WAIT_TUNNEL },
        [CALL_EVENT_TUNNEL_OPEN] = { NONE, CALL_IDLE },
        [CALL_EVENT_ICRP] = { CLEAN, CALL_IDLE },
        [CALL_EVENT_ICRP_BAD] = { CLEAN, CALL_IDLE },
        [CALL_EVENT_ICRQ] = { NONE, CALL_IDLE },
        [CALL_EVENT_ICCN] = { CLEAN, CALL_IDLE },
        [CALL_EVENT_CDN] = { CLEAN, CALL_IDLE },
        [CALL_EVENT_CLOSE] = { NONE, CALL_IDLE },
    },
    /* The RFC has no rows for messages of a call before its tunnel is there: out of sequence. */
    [CALL_WAIT_TUNNEL] = {
        [CALL_EVENT_OPEN] = { NONE, CALL_WAIT_TUNNEL },
        [CALL_EVENT_TUNNEL_OPEN] = { ICRQ, CALL_WAIT_REPLY },
        [CALL_EVENT_ICRP] = { CDN, CALL_IDLE },
        [CALL_EVENT_ICRP_BAD] = { CDN, CALL_IDLE },
        [CALL_EVENT_ICRQ] = { CDN, CALL_IDLE },
        [CALL_EVENT_ICCN] = { CDN, CALL_IDLE },
        [CALL_EVENT_CDN] = { CLEAN, CALL_IDLE },
        [CALL_EVENT_CLOSE] = { CLEAN, CALL_IDLE },
    },
    [CALL_WAIT_REPLY] = {
        [CALL_EVENT_OPEN] = { NONE, CALL_WAIT_REPLY },
        [CALL_EVENT_TUNNEL_OPEN] = { NONE, CALL_WAIT_REPLY },
        [CALL_EVENT_ICRP] = { ICCN, CALL_ESTABLISHED },
        [CALL_EVENT_ICRP_BAD] = { CDN, CALL_IDLE },
        [CALL_EVENT_ICRQ] = { CDN, CALL_IDLE },
        [CALL_EVENT_ICCN] = { CLEAN, CALL_IDLE },
        [CALL_EVENT_CDN] = { CLEAN, CALL_IDLE },
        [CALL_EVENT_CLOSE] = { CDN, CALL_IDLE },
    },
    [CALL_ESTABLISHED] = {
        [CALL_EVENT_OPEN] = { NONE, CALL_ESTABLISHED },
        [CALL_EVENT_TUNNEL_OPEN] = { NONE, CALL_ESTABLISHED },
        [CALL_EVENT_ICRP] = { CDN, CALL_IDLE },
        [CALL_EVENT_ICRP_BAD] = { CDN, CALL_IDLE },
        [CALL_EVENT_ICRQ] = { CDN, CALL_IDLE },
        [CALL_EVENT_ICCN] = { CDN, CALL_IDLE },
        [CALL_EVENT_CDN] = { CLEAN, CALL_IDLE },
        [CALL_EVENT_CLOSE] = { CDN, CALL_IDLE },
    },
};

#undef NONE
#undef OPEN_TUNNEL
#undef ICRQ
#undef ICCN
#undef CDN
#undef CLEAN

CallCell call_cell(CallState state, CallEvent event)
{
    return cells[state][event];
}

/* The one place where the state changes. */
static CallAction step(L2tpTunnel *tunnel, CallEvent event)
{
    CallCell cell = call_cell(tunnel->call, event);

    if (cell.next != tunnel->call)
        g_debug("l2tp: call %s -> %s (%s)", state_names[tunnel->call], state_names[cell.next],
            event_names[event]);
    tunnel->call = cell.next;
    return cell.action;
}

static void queue_message(L2tpTunnel *tunnel, AvpWriter *writer, guint mark)
{
    gsize length = l2tp_message_end(writer);

    if (length > 0)
        transport_send(tunnel->transport, writer->writer.data, length, mark);
}

static void send_icrq(L2tpTunnel *tunnel)
{
    guint8 buffer[L2TP_MESSAGE_MAX];
    AvpWriter writer = control_writer(tunnel);

    /* No Session ID is assigned by the peer yet: 0 (RFC 2661 §5.3). */
    l2tp_message_begin(&writer, buffer, sizeof buffer, 0, L2TP_ICRQ);
    avp_write_u16(&writer, AVP_ASSIGNED_SESSION_ID, tunnel->session.session_id);
    avp_write_u32(&writer, AVP_CALL_SERIAL_NUMBER, tunnel->serial_number);
    queue_message(tunnel, &writer, 0);
}

static void send_iccn(L2tpTunnel *tunnel)
{
    guint8 buffer[L2TP_MESSAGE_MAX];
    AvpWriter writer = control_writer(tunnel);
    /* The Framing Type MUST be one that the peer's Framing Capabilities named (RFC 2661
     * §4.4.3); some name none and mean any. */
    gboolean async = (tunnel->peer_framing & (FRAMING_SYNC | FRAMING_ASYNC)) == FRAMING_ASYNC;

    l2tp_message_begin(&writer, buffer, sizeof buffer, tunnel->session.peer_session_id,
        L2TP_ICCN);
    avp_write_u32(&writer, AVP_TX_CONNECT_SPEED, CONNECT_SPEED);
    avp_write_u32(&writer, AVP_FRAMING_TYPE, async ? FRAMING_ASYNC : FRAMING_SYNC);
    if (tunnel->session.sequencing)
        avp_write_bytes(&writer, AVP_SEQUENCING_REQUIRED, NULL, 0);
    queue_message(tunnel, &writer, MARK_ICCN);
}

static void send_cdn(L2tpTunnel *tunnel, guint16 peer_session_id, guint16 session_id,
    const Reason *reason)
{
    guint8 buffer[L2TP_MESSAGE_MAX];
    guint8 value[4 + sizeof reason->text];
    Writer result = writer_init(value, sizeof value);
    AvpWriter writer = control_writer(tunnel);

    writer_u16(&result, reason->result);
    if (reason->result == RESULT_ERROR) {
        writer_u16(&result, (guint16)reason->error);
        writer_bytes(&result, reason->text, strlen(reason->text));
    }
    l2tp_message_begin(&writer, buffer, sizeof buffer, peer_session_id, L2TP_CDN);
    avp_write_bytes(&writer, AVP_RESULT_CODE, value, result.length);
    avp_write_u16(&writer, AVP_ASSIGNED_SESSION_ID, session_id);
    queue_message(tunnel, &writer, 0);
}

/* Before the control connection is there, nobody has heard of the call. */
static void disconnect(L2tpTunnel *tunnel, const Reason *reason)
{
    if (tunnel->state == TUNNEL_ESTABLISHED)
        send_cdn(tunnel, tunnel->session.peer_session_id, tunnel->session.session_id, reason);
}

/* "Bearer Ring or Ready to indicate incoming conn." of the RFC: the user wants to connect. */
void call_open(L2tpTunnel *tunnel, Usec now)
{
    if (step(tunnel, CALL_EVENT_OPEN) == CALL_ACTION_OPEN_TUNNEL)
        control_open(tunnel, now);
}

void call_tunnel_open(L2tpTunnel *tunnel, Usec now)
{
    if (step(tunnel, CALL_EVENT_TUNNEL_OPEN) != CALL_ACTION_SEND_ICRQ)
        return;
    tunnel->progress_at = now;
    send_icrq(tunnel);
}

void call_close(L2tpTunnel *tunnel, Usec now)
{
    static const Reason reason = { .result = RESULT_ADMINISTRATIVE };

    if (step(tunnel, CALL_EVENT_CLOSE) == CALL_ACTION_SEND_CDN)
        disconnect(tunnel, &reason);
}

/* The call's end is the tunnel's end, because there is only one. */
static void end_with(L2tpTunnel *tunnel, Usec now, CallAction action, const Reason *reason)
{
    Reason tunnel_reason = *reason;

    if (action == CALL_ACTION_NONE)
        return;
    if (action == CALL_ACTION_SEND_CDN)
        disconnect(tunnel, reason);
    tunnel_reason.result = STOPCCN_CLEAR;
    control_error(tunnel, now, &tunnel_reason);
}

static void on_icrp(L2tpTunnel *tunnel, Usec now, const L2tpMessage *message)
{
    Reason reason = { .result = RESULT_ERROR, .error = L2TP_ERROR_VALUE,
                      .code = FAILURE_L2TP_PROTOCOL };
    gboolean acceptable = message->assigned_session_id != 0;
    gboolean expected = tunnel->call == CALL_WAIT_REPLY;

    g_snprintf(reason.text, sizeof reason.text, "%s",
        !expected ? "ICRP came out of sequence" : "Assigned Session ID is zero");
    CallAction action = step(tunnel, acceptable ? CALL_EVENT_ICRP : CALL_EVENT_ICRP_BAD);
    if (action != CALL_ACTION_SEND_ICCN) {
        end_with(tunnel, now, action, &reason);
        return;
    }
    tunnel->session.peer_session_id = message->assigned_session_id;
    /* The data path is made before the peer hears that it may send. */
    effect_session(tunnel, L2TP_EFFECT_SESSION);
    send_iccn(tunnel);
}

static void on_cdn(L2tpTunnel *tunnel, Usec now, const L2tpMessage *message)
{
    static const Reason reason = { .result = STOPCCN_CLEAR };

    step(tunnel, CALL_EVENT_CDN); /* in every state: clean up */
    effect_failed(tunnel, l2tp_reason_cdn(message, tunnel->up));
    control_error(tunnel, now, &reason);
}

/* A call of the peer's own: we are no LNS and have no line to place a call on (§7.5.1: "not
 * acceptable: Send CDN"). */
static void refuse(L2tpTunnel *tunnel, const L2tpMessage *message)
{
    static const Reason reason = { .result = RESULT_NO_FACILITIES };

    if (message->assigned_session_id != 0 && transport_has_room(tunnel->transport))
        send_cdn(tunnel, message->assigned_session_id, entropy_u16_nonzero(tunnel->entropy),
            &reason);
}

/* Session ID 0 in a reply's header is a slip of some gateways; there is only one call that it
 * can be about. */
static gboolean is_ours(const L2tpTunnel *tunnel, const L2tpMessage *message)
{
    return message->session_id == tunnel->session.session_id || message->session_id == 0;
}

/* A CDN with Session ID 0 names the session by the ID that its sender assigned, which may be one
 * that we never heard of (RFC 2661 §4.4.4). */
static gboolean is_cdn_ours(const L2tpTunnel *tunnel, const L2tpMessage *message)
{
    if (message->session_id != 0)
        return message->session_id == tunnel->session.session_id;
    return tunnel->session.peer_session_id == 0 ||
           message->assigned_session_id == tunnel->session.peer_session_id;
}

void call_message(L2tpTunnel *tunnel, Usec now, const L2tpMessage *message)
{
    Reason reason = { .result = RESULT_ERROR, .error = L2TP_ERROR_VENDOR,
                      .code = FAILURE_L2TP_PROTOCOL };
    gboolean request = message->type == L2TP_ICRQ || message->type == L2TP_OCRQ;

    if (tunnel->state == TUNNEL_STOPPING || tunnel->state == TUNNEL_STOPPED)
        return;
    if (message->type == L2TP_CDN) {
        if (is_cdn_ours(tunnel, message))
            on_cdn(tunnel, now, message);
    } else if (request && message->session_id == 0 && tunnel->state == TUNNEL_ESTABLISHED) {
        refuse(tunnel, message);
    } else if (message->type == L2TP_ICRP) {
        if (is_ours(tunnel, message))
            on_icrp(tunnel, now, message);
    } else if (message->type != L2TP_WEN && message->type != L2TP_SLI) {
        /* WEN is the LAC's to send and SLI about asynchronous lines: both are let pass. */
        if (!request && !is_ours(tunnel, message))
            return;
        g_snprintf(reason.text, sizeof reason.text, "message type %u came out of sequence",
            (guint)message->type);
        end_with(tunnel, now, step(tunnel, message->type == L2TP_ICCN ? CALL_EVENT_ICCN
                                                                      : CALL_EVENT_ICRQ),
            &reason);
    }
}

void call_fault(L2tpTunnel *tunnel, Usec now, const L2tpMessage *message, const Reason *reason)
{
    gboolean request = message->type == L2TP_ICRQ || message->type == L2TP_OCRQ;

    if (tunnel->state == TUNNEL_STOPPING || tunnel->state == TUNNEL_STOPPED)
        return;
    /* A CDN ends the call whatever else it says. */
    if (message->type == L2TP_CDN)
        call_message(tunnel, now, message);
    else if (request && message->session_id == 0)
        refuse(tunnel, message);
    else if (is_ours(tunnel, message))
        end_with(tunnel, now, step(tunnel, CALL_EVENT_ICRP_BAD), reason);
}
