/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the PPP server share. */
#pragma once

#include "base/bytes.h"
#include "lns.h"

#define LCP 0xc021
#define IPCP 0x8021
#define CCP 0x80fd
#define IPV4 0x0021
#define PAP 0xc023
#define CHAP 0xc223

#define RESTART (3 * USEC_PER_SEC) /* RFC 1661 §4.6's default */
#define TRIES 10

enum { REQUEST = 1, ACK, NAK, REJECT, TERM_REQUEST, TERM_ACK, CODE_REJECT, PROTOCOL_REJECT,
    ECHO_REQUEST, ECHO_REPLY };

/* A control protocol, as far as a server needs it: both requests acknowledged means open. */
typedef struct {
    guint16 protocol;
    guint8 id;
    gboolean running, ours_acked, theirs_acked;
    guint tries;
    Usec resend_at;
} Control;

struct Server {
    World *world;
    ServerOptions options;
    Lns *lns;
    gboolean up, authenticated, refused, renegotiated, challenged_again;
    gboolean asks_auth, acfc, pfc;
    ServerMethod method;
    Control lcp, ipcp, ccp;
    guint32 magic;
    guint8 chap_id, challenge[16];
    Usec challenge_at, later_at, terminate_at;
    guint challenges;
    guint8 result[128]; /* the answer to the last CHAP response, which a repeated one gets too */
    gsize result_length;
    guint packets, strangers, terminations;
};

/* server.c */
Usec server_restart(const Server *server);
void server_send(Server *server, guint16 protocol, guint8 code, guint8 id, const guint8 *body,
    gsize length);
/* The client is let in: IPCP, and CCP if it is offered. */
void server_network_start(Server *server);

/* login.c */
void login_challenge(Server *server);       /* a new one */
void login_challenge_again(Server *server); /* the same, not answered yet */
void login_chap_input(Server *server, guint8 code, guint8 id, Reader *reader);
void login_pap_input(Server *server, guint8 code, guint8 id, Reader *reader);
