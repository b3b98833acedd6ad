/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Link Control Protocol (RFC 1661 §5, §6). */
#pragma once

#include "ppp/control.h"
#include "ppp/ppp.h"

/* What one side asked for in its Configure-Request. */
typedef struct {
    guint16 mru;
    guint32 magic; /* 0: none */
    gboolean pfc, acfc;
    PppMethod method; /* how we are to authenticate ourselves; 0: not at all */
} PppLcpOptions;

typedef struct {
    PppControl control;
    PppLcpOptions ours;   /* asked for by us; what the peer rejected has gone from it */
    PppLcpOptions theirs; /* acknowledged by us */
    PppLcpOptions judged; /* of the Configure-Request that is being read */
    guint8 judged_identifier;
    gboolean send_mru;
    guint loops;            /* times that our own magic number came back */
    char *unwanted;         /* the method that the peer last asked for in vain, for the user */
    guint32 unwanted_id;    /* of the request that did, + 1; 0 none */
    guint32 unwanted_what;  /* protocol and algorithm */
    guint unwanted_count;   /* distinct requests in a row for this one */
    guint method_naks;      /* distinct requests in vain, for any */
    gboolean heard;         /* the peer has sent anything at all */
    Failure *hang_up;       /* what the peer's Terminate-Request means */
    gboolean hung_up;       /* there was one: no good-bye is due any more */
    Usec ack_repeat;        /* when our Ack counts as lost */
    gboolean ack_repeated;
} PppLcp;

void ppp_lcp_init(PppLink *link);
void ppp_lcp_clear(PppLcp *lcp);
/* The peer asked in vain for a method: that is what a later refusal of anything means.  Only with
 * `unwanted` set. */
Failure *ppp_lcp_no_method(PppLink *link);
/* A packet of the peer; `packet` is what follows the protocol field. */
void ppp_lcp_peer_seen(PppLcp *lcp, guint16 protocol, const guint8 *packet, gsize length);
void ppp_lcp_tick(PppLink *link);
void ppp_lcp_send_protocol_reject(PppLink *link, guint16 protocol, const guint8 *data,
                                  gsize length);
