/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gateway's PPP: LCP (RFC 1661), PAP (RFC 1334), CHAP (RFC 1994), MS-CHAPv2 (RFC 2759) and
 * IPCP (RFC 1332, RFC 1877), from the server's side. */
#pragma once

#include "world.h"

struct Lns;

typedef enum { SERVER_PAP, SERVER_CHAP_MD5, SERVER_MSCHAPV2 } ServerMethod;

typedef struct {
    const char *user, *password;
    ServerMethod method;      /* asked for first */
    gboolean any_method;      /* takes another if the client would rather */
    gboolean waits;           /* for the client's first Configure-Request */
    gboolean compresses;      /* takes ACFC and PFC, and uses them */
    gboolean refuses_dns;     /* Configure-Reject for RFC 1877's options */
    gboolean offers_ccp;      /* as Windows does */
    gboolean renegotiates;    /* LCP once more, when IPCP is up */
    gboolean challenges_again; /* CHAP in mid-session */
    guint16 mru;              /* 0: not named */
    Usec restart;             /* restart timer, 0: the default of 3 s (RFC 1661 §4.6) */
} ServerOptions;

typedef struct Server Server;

Server *server_new(World *world, const ServerOptions *options, struct Lns *lns);
void server_free(Server *server);
void server_up(Server *server);
void server_down(Server *server);
void server_input(Server *server, const guint8 *frame, gsize length);
void server_tick(Server *server);
Usec server_deadline(const Server *server);
/* User packets that came through. */
guint server_packets(const Server *server);
/* User packets with an address that is not the client's. */
guint server_strangers(const Server *server);
gboolean server_is_open(const Server *server);
