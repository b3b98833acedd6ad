/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the L2TP engine share: the tunnel itself and its two state machines.  Not
 * for drivers; they use l2tp/l2tp.h. */
#pragma once

#include "l2tp/auth.h"
#include "l2tp/l2tp.h"
#include "l2tp/message.h"
#include "l2tp/transport.h"

/* RFC 2661 §7.2.1.  wait-ctl-conn is missing because we never accept an SCCRQ.  The last two
 * are its "idle" after "Clean up", in which delivery goes on for a while (§5.7, §5.8). */
typedef enum {
    TUNNEL_IDLE,
    TUNNEL_WAIT_CTL_REPLY,
    TUNNEL_ESTABLISHED,
    TUNNEL_STOPPING, /* our StopCCN is on its way */
    TUNNEL_STOPPED,  /* only acknowledges */
} TunnelState;
#define TUNNEL_STATE_COUNT (TUNNEL_STOPPED + 1)

typedef enum {
    TUNNEL_EVENT_OPEN,
    TUNNEL_EVENT_CLOSE,
    TUNNEL_EVENT_SCCRQ,
    TUNNEL_EVENT_SCCRP, /* acceptable */
    TUNNEL_EVENT_SCCRP_BAD,
    TUNNEL_EVENT_SCCCN,
    TUNNEL_EVENT_STOPCCN,
    TUNNEL_EVENT_ERROR, /* a message that has to end the tunnel (§4.2, §7.1) */
} TunnelEvent;
#define TUNNEL_EVENT_COUNT (TUNNEL_EVENT_ERROR + 1)

typedef enum {
    TUNNEL_ACTION_NONE,
    TUNNEL_ACTION_SEND_SCCRQ,
    TUNNEL_ACTION_SEND_SCCCN, /* and the tunnel-open event to the call */
    TUNNEL_ACTION_SEND_STOPCCN,
    TUNNEL_ACTION_CLEAN_UP,
} TunnelAction;

typedef struct {
    TunnelAction action;
    TunnelState next;
} TunnelCell;

/* RFC 2661 §7.4.1, LAC side. */
typedef enum {
    CALL_IDLE,
    CALL_WAIT_TUNNEL,
    CALL_WAIT_REPLY,
    CALL_ESTABLISHED,
} CallState;
#define CALL_STATE_COUNT (CALL_ESTABLISHED + 1)

typedef enum {
    CALL_EVENT_OPEN, /* "Bearer Ring" */
    CALL_EVENT_TUNNEL_OPEN,
    CALL_EVENT_ICRP, /* acceptable */
    CALL_EVENT_ICRP_BAD,
    CALL_EVENT_ICRQ, /* or another message of this call that only we may send */
    CALL_EVENT_ICCN,
    CALL_EVENT_CDN,
    CALL_EVENT_CLOSE,
} CallEvent;
#define CALL_EVENT_COUNT (CALL_EVENT_CLOSE + 1)

typedef enum {
    CALL_ACTION_NONE,
    CALL_ACTION_OPEN_TUNNEL,
    CALL_ACTION_SEND_ICRQ,
    CALL_ACTION_SEND_ICCN,
    CALL_ACTION_SEND_CDN,
    CALL_ACTION_CLEAN_UP,
} CallAction;

typedef struct {
    CallAction action;
    CallState next;
} CallCell;

TunnelCell tunnel_cell(TunnelState state, TunnelEvent event);
CallCell call_cell(CallState state, CallEvent event);

/* Why a session or a tunnel is ended by us: what the peer is told and what the user is. */
typedef struct {
    guint16 result;
    L2tpError error; /* with result 2 */
    FailureCode code;
    char text[160];
} Reason;

struct L2tpTunnel {
    Entropy *entropy; /* borrowed */
    char *host_name;
    Secret *secret;
    gboolean hide;
    guint16 receive_window;
    Usec hello_interval;

    Transport *transport;
    TunnelState state;
    CallState call;
    L2tpSession session;
    guint8 challenge[L2TP_CHALLENGE_SIZE];
    guint32 peer_framing;
    guint32 serial_number;

    gboolean up;       /* ICCN was handed out */
    gboolean closing;  /* l2tp_tunnel_close() was called */
    gboolean finished; /* the last effect but SENDs was queued */
    Usec seen_at;      /* the last sign of life */
    Usec progress_at;  /* SCCRQ or ICRQ was queued; HELLOs of the peer are no progress */
    Usec close_at;     /* CLOSED is reported at the latest */
    Usec linger_until; /* in TUNNEL_STOPPED: late messages are acknowledged */

    GQueue effects; /* of Item */
    struct Item *current;
};

#define MARK_ICCN 1 /* the transport's mark of the message that makes us UP */

/* effects.c */
void effect_send(L2tpTunnel *tunnel, const guint8 *packet, gsize length);
void effect_session(L2tpTunnel *tunnel, L2tpEffectType type);
void effect_tunnel_up(L2tpTunnel *tunnel, const L2tpBytes *host_name);
/* The last effect: FAILED (the failure is taken), REDIRECT (the text is taken) or CLOSED.  Only
 * the first one of a tunnel's life is queued. */
void effect_failed(L2tpTunnel *tunnel, Failure *failure);
void effect_redirect(L2tpTunnel *tunnel, char *text);
void effect_closed(L2tpTunnel *tunnel);
void effects_clear(L2tpTunnel *tunnel);

/* control.c: the control connection. */
void control_open(L2tpTunnel *tunnel, Usec now);
void control_close(L2tpTunnel *tunnel, Usec now);
void control_message(L2tpTunnel *tunnel, Usec now, const L2tpMessage *message);
/* Ends the tunnel with a StopCCN and a failure. */
void control_error(L2tpTunnel *tunnel, Usec now, const Reason *reason);
/* No more of ours is to be delivered; late messages are acknowledged for a while. */
void control_stopped(L2tpTunnel *tunnel, Usec now);
void control_hello(L2tpTunnel *tunnel);
/* A writer for a message of ours. */
AvpWriter control_writer(L2tpTunnel *tunnel);

/* call.c: the one call. */
void call_open(L2tpTunnel *tunnel, Usec now);
void call_tunnel_open(L2tpTunnel *tunnel, Usec now);
/* Sends a CDN if there is a call to disconnect; the caller ends the tunnel. */
void call_close(L2tpTunnel *tunnel, Usec now);
void call_message(L2tpTunnel *tunnel, Usec now, const L2tpMessage *message);
/* A message of a call that cannot be accepted. */
void call_fault(L2tpTunnel *tunnel, Usec now, const L2tpMessage *message, const Reason *reason);
