/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gateway: an L2TP network server (RFC 2661) with a PPP server behind it.  Written from the
 * RFCs for the simulation, with the habits of real ones as options. */
#pragma once

#include "server.h"

typedef struct {
    const char *secret;    /* tunnel secret, NULL: none */
    gboolean challenge;    /* challenges the client */
    guint16 window;        /* announced; 0: the AVP is left out */
    gboolean keeps_early;  /* queues a message that came too early, or drops it */
    gboolean lazy_acks;    /* acknowledges after 100 ms, or at once */
    gboolean data_length;  /* data messages carry Length */
    gboolean data_offset;  /* and an Offset of three octets */
    gboolean sequencing;   /* and numbers, from the start */
    gboolean vendor_avps;  /* unknown AVPs without the M bit everywhere */
    gboolean set_link_info; /* SLI after the ICCN */
    Usec hello;            /* interval, 0: none */
    Usec retransmit;       /* first timeout, 0: the default of 1 s (RFC 2661 §5.8) */
    ServerOptions ppp;
} LnsOptions;

typedef struct Lns Lns;

Lns *lns_new(World *world, const LnsOptions *options);
void lns_free(Lns *lns);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lns, lns_free)
Server *lns_server(Lns *lns);
/* The call was connected; the client has stopped the tunnel. */
gboolean lns_is_connected(const Lns *lns);
gboolean lns_is_stopped(const Lns *lns);
/* An administrator's end: StopCCN, or CDN. */
void lns_stop(Lns *lns);
void lns_disconnect(Lns *lns);
/* From the server: a PPP frame (protocol field first) for the client. */
void lns_send_frame(Lns *lns, const guint8 *frame, gsize length);
