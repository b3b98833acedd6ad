/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PPP engine: one link from LCP to a configured network (RFC 1661, 1332, 1877, 5072, 1334,
 * 1994, 2433, 2759), as a client that authenticates itself and never asks the peer to.
 *
 * The engine knows no clock, socket or timer: time comes in as `now`, effects come out of
 * ppp_link_next() in order.  Call ppp_link_next() until it returns FALSE after every other
 * call, and ppp_link_tick() when ppp_link_deadline() has come. */
#pragma once

#include "base/entropy.h"
#include "base/failure.h"
#include "base/secret.h"
#include "base/usec.h"

typedef enum {
    PPP_METHOD_PAP = 1 << 0,
    PPP_METHOD_CHAP_MD5 = 1 << 1,
    PPP_METHOD_MSCHAP = 1 << 2,
    PPP_METHOD_MSCHAPV2 = 1 << 3,
} PppMethod;

typedef struct {
    const char *user;       /* copied; DOMAIN\user is sent whole, only the user part is hashed */
    const Secret *password; /* copied; NULL: asked for by PPP_EFFECT_SECRET_WANTED */
    guint methods;          /* PppMethod bits that may be used */
    guint16 mru;            /* what we are ready to receive, bytes of PPP payload */
    guint16 mtu;            /* what the path below can carry, bytes of PPP payload */
    gboolean pfc, acfc;     /* offer and use header compression (RFC 1661 §6.5, §6.6) */
    gboolean ipv4, ipv6;
    guint32 ipv4_address;   /* asked for first, network order; 0: whatever the peer gives */
    gboolean dns, nbns;     /* ask for servers (RFC 1877) */
    Usec rtt;               /* round trip time seen so far, 0 unknown: first restart timer */
    Usec echo_interval;     /* idle time before an Echo-Request; 0: none */
    guint echo_failures;    /* unanswered ones, one second apart, before the link is dead */
} PppConfig;

typedef struct {
    guint32 address;      /* ours, network order; 0 when IPv4 is not up */
    guint32 peer_address; /* network order; 0 unknown */
    guint32 dns[2];       /* network order; 0 none */
    guint32 nbns[2];
    gboolean ipv6;             /* IPV6CP is open */
    guint64 interface_id;      /* ours, in memory order (RFC 5072 §4.1) */
    guint64 peer_interface_id;
} PppNetwork;

typedef struct {
    guint16 peer_mru; /* what the peer is ready to receive (1500 unless it said otherwise) */
    guint16 mru;      /* ours, as acknowledged */
    gboolean pfc;     /* we may send a one-byte protocol field */
    gboolean acfc;    /* we may leave FF 03 out */
} PppOptions;

typedef enum {
    PPP_SECRET_PASSWORD,     /* none was configured, or the peer lets us try another */
    PPP_SECRET_NEW_PASSWORD, /* the old one has expired and the peer takes a new one */
} PppSecretKind;

typedef enum {
    PPP_EFFECT_SEND,          /* packet/length: protocol field (2 bytes) and what follows it;
                                 the driver adds or leaves out FF 03 and may compress */
    PPP_EFFECT_STAGE,         /* stage: the phase that begins (PPP, AUTHENTICATION, NETWORK) */
    PPP_EFFECT_OPTIONS,       /* options: LCP has come up (again) */
    PPP_EFFECT_SECRET_WANTED, /* secret_kind, failure: why the last one was refused, or NULL */
    PPP_EFFECT_NETWORK_UP,    /* network: IPv4 and/or IPv6 are usable (again, when one follows) */
    PPP_EFFECT_NETWORK_DOWN,  /* packets must not be sent until NETWORK_UP comes again */
    PPP_EFFECT_FAILED,        /* failure: the link is over; nothing follows */
    PPP_EFFECT_CLOSED,        /* our own close is complete; nothing follows */
} PppEffectType;

/* Pointers in an effect belong to the engine and hold until its next call. */
typedef struct {
    PppEffectType type;
    const guint8 *packet;
    gsize length;
    Stage stage;
    PppOptions options;
    PppNetwork network;
    PppSecretKind secret_kind;
    const char *method; /* with STAGE NETWORK: the method that succeeded, "MS-CHAPv2", or NULL */
    const Failure *failure;
} PppEffect;

typedef struct PppLink PppLink;

/* `entropy` is borrowed and must outlive the link. */
PppLink *ppp_link_new(const PppConfig *config, Entropy *entropy);
void ppp_link_free(PppLink *link);
/* The lower layer is up: sends the first Configure-Request. */
void ppp_link_open(PppLink *link, Usec now);
/* Terminates in order; PPP_EFFECT_CLOSED follows at the latest after 2 tries. */
void ppp_link_close(PppLink *link, Usec now);
/* A frame as it came: with or without FF 03, with a one- or two-byte protocol field. */
void ppp_link_input(PppLink *link, Usec now, const guint8 *frame, gsize length);
void ppp_link_tick(PppLink *link, Usec now);
Usec ppp_link_deadline(const PppLink *link);
gboolean ppp_link_next(PppLink *link, PppEffect *effect);
/* Answers PPP_EFFECT_SECRET_WANTED; NULL: the user gave up. */
void ppp_link_secret(PppLink *link, Usec now, PppSecretKind kind, const Secret *secret);
/* Data was received by a path that does not go through ppp_link_input(): the peer is alive. */
void ppp_link_seen(PppLink *link, Usec now);
/* The lower layer's round trip time became known or changed. */
void ppp_link_set_rtt(PppLink *link, Usec rtt);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PppLink, ppp_link_free)
