/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The L2TP engine: one control connection with one incoming call, as a LAC (RFC 2661).
 *
 * The engine knows no clock, socket or timer: time comes in as `now`, effects come out of
 * l2tp_tunnel_next() in order.  Call l2tp_tunnel_next() until it returns FALSE after every
 * other call, and l2tp_tunnel_tick() when l2tp_tunnel_deadline() has come.
 *
 * Data messages do not pass through here: the driver tells them by the T bit and uses
 * l2tp/data.h. */
#pragma once

#include "base/entropy.h"
#include "base/failure.h"
#include "base/secret.h"
#include "base/usec.h"

typedef struct {
    const char *host_name; /* copied; ours, in the SCCRQ (§4.4.3) */
    const Secret *secret;  /* copied; tunnel authentication and hidden AVPs; NULL: none */
    gboolean hide_avps;    /* hide the AVPs that may be hidden (§4.3); needs a secret */
    guint16 receive_window; /* ours; 0: the default of 4 (§4.4.3) */
    Usec rtt;              /* round trip time seen so far, 0 unknown: first retransmission */
    Usec hello_interval;   /* idle time before a HELLO; 0: none */
    gboolean sequencing;   /* ask for sequence numbers on data messages (§5.4) */
} L2tpConfig;

typedef struct {
    guint16 tunnel_id, peer_tunnel_id;
    guint16 session_id, peer_session_id;
    gboolean sequencing; /* data messages carry Ns and Nr from the start */
} L2tpSession;

typedef enum {
    L2TP_EFFECT_SEND,      /* packet/length: a whole control message, to the peer's address */
    L2TP_EFFECT_TUNNEL_UP, /* SCCRP was accepted: session.tunnel_id and peer_tunnel_id are set,
                              host_name is the peer's; the driver may connect() to the source
                              address of the packet that it fed last */
    L2TP_EFFECT_SESSION,   /* session is complete: make the data path. It stands in the queue
                              before the ICCN, so PPP is ready when the peer hears of it */
    L2TP_EFFECT_UP,        /* ICCN was handed out: PPP may send */
    L2TP_EFFECT_REDIRECT,  /* text: the peer's StopCCN names another address (result 2,
                              error 7); nothing follows */
    L2TP_EFFECT_FAILED,    /* failure: the tunnel is over; but for SENDs (retransmissions, late
                              acknowledgements, §5.7) nothing follows */
    L2TP_EFFECT_CLOSED,    /* our own close is complete; nothing follows */
} L2tpEffectType;

/* Pointers in an effect belong to the engine and hold until its next call. */
typedef struct {
    L2tpEffectType type;
    const guint8 *packet;
    gsize length;
    L2tpSession session;
    const char *host_name; /* cleaned for print */
    const char *text;
    const Failure *failure;
} L2tpEffect;

typedef struct L2tpTunnel L2tpTunnel;

/* `entropy` is borrowed and must outlive the tunnel. */
L2tpTunnel *l2tp_tunnel_new(const L2tpConfig *config, Entropy *entropy);
void l2tp_tunnel_free(L2tpTunnel *tunnel);
/* Sends the SCCRQ. */
void l2tp_tunnel_open(L2tpTunnel *tunnel, Usec now);
/* CDN and StopCCN; L2TP_EFFECT_CLOSED follows when both are acknowledged or given up, unless
 * FAILED or REDIRECT came before. */
void l2tp_tunnel_close(L2tpTunnel *tunnel, Usec now);
/* A control message (T bit set).  Which source addresses are let in is the driver's matter: the
 * one that the SCCRQ went to, any port of it until the SCCRP (RFC 3193 §4.2), then that one. */
void l2tp_tunnel_input(L2tpTunnel *tunnel, Usec now, const guint8 *packet, gsize length);
void l2tp_tunnel_tick(L2tpTunnel *tunnel, Usec now);
Usec l2tp_tunnel_deadline(const L2tpTunnel *tunnel);
gboolean l2tp_tunnel_next(L2tpTunnel *tunnel, L2tpEffect *effect);
/* Data was received: the peer is alive, no HELLO is due. */
void l2tp_tunnel_seen(L2tpTunnel *tunnel, Usec now);
/* Smoothed round trip time of the control connection, 0 while unknown. */
Usec l2tp_tunnel_rtt(const L2tpTunnel *tunnel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(L2tpTunnel, l2tp_tunnel_free)
