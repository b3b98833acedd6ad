/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One link as the engine's own files see it, and what they may ask of it. */
#pragma once

#include "ppp/auth.h"
#include "ppp/control.h"
#include "ppp/echo.h"
#include "ppp/ipcp.h"
#include "ppp/ipv6cp.h"
#include "ppp/lcp.h"
#include "ppp/ppp.h"

/* Protocol fields (RFC 1661 §2, RFC 1332 §2, RFC 5072 §2). */
typedef enum {
    PPP_PROTOCOL_IPV4 = 0x0021,
    PPP_PROTOCOL_IPV6 = 0x0057,
    PPP_PROTOCOL_IPCP = 0x8021,
    PPP_PROTOCOL_IPV6CP = 0x8057,
    PPP_PROTOCOL_LCP = 0xc021,
    PPP_PROTOCOL_PAP = 0xc023,
    PPP_PROTOCOL_CHAP = 0xc223,
} PppProtocol;

#define PPP_DEFAULT_MRU 1500 /* RFC 1661 §6.1 */
#define PPP_LEAST_MRU 128

/* RFC 1661 §3.2, without the phases that only the lower layer knows. */
typedef enum {
    PPP_PHASE_DEAD,
    PPP_PHASE_ESTABLISH,
    PPP_PHASE_AUTHENTICATE,
    PPP_PHASE_NETWORK,
    PPP_PHASE_TERMINATE,
} PppPhase;

struct PppLink {
    PppConfig config; /* user and password are NULL here: they have members of their own */
    char *user;
    Secret *password;
    Entropy *entropy;
    guint8 challenge_key[PPP_CHALLENGE_KEY_SIZE]; /* see respond_mschapv2() */
    Usec rtt;
    Usec answer_time; /* the longest that the peer took to answer a Configure-Request */
    Usec now; /* as handed in by the call that is running */
    PppPhase phase;
    gboolean over;       /* FAILED or CLOSED has been queued: nothing may follow */
    gboolean network_up; /* NETWORK_UP was the last word about the network */
    guint8 protocol_reject_identifier;
    PppLcp lcp;
    PppAuth auth;
    PppIpcp ipcp;
    PppIpv6cp ipv6cp;
    PppEcho echo;
    Failure *network_failure; /* of the network protocol that will not come up */
    GQueue effects; /* of QueuedEffect */
    gpointer current; /* the one whose pointers the driver may still read */
};

/* How much may follow the protocol field of a packet that we send. */
gsize ppp_link_send_limit(const PppLink *link);
/* Queues a packet with the header that all control protocols share. */
void ppp_link_send(PppLink *link, guint16 protocol, guint8 code, guint8 identifier,
                   const void *body, gsize length);
/* Ends the link; takes the failure over.  Says good-bye to a peer that is there. */
void ppp_link_fail(PppLink *link, Failure *failure);
void ppp_link_want_secret(PppLink *link, PppSecretKind kind, const Failure *failure);

/* What the protocols tell the link. */
void ppp_link_lcp_up(PppLink *link);
void ppp_link_lcp_down(PppLink *link);
void ppp_link_lcp_closed(PppLink *link);
void ppp_link_authenticated(PppLink *link);
/* A network protocol has come up or gone down. */
void ppp_link_network_changed(PppLink *link);
/* A network protocol will not come up, or not again; takes the failure over.  If nothing is
 * left, the link ends with the failure of IPv4, which is what the user came for. */
void ppp_link_network_lost(PppLink *link, gboolean ipv4, Failure *failure);
