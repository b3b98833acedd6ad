/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our end: the L2TP and PPP engines, joined as the tunnel process joins them, with a user who
 * sends a packet now and then and waits for its echo. */
#pragma once

#include "l2tp/sequence.h"
#include "l2tp/l2tp.h"
#include "ppp/ppp.h"
#include "world.h"

typedef struct {
    World *world;
    Entropy *entropy;
    L2tpTunnel *l2tp;
    PppLink *ppp;
    PppConfig ppp_config;
    L2tpSession session;
    L2tpSequence sequence;
    Secret *password, *secret;
    GPtrArray *early; /* GBytes: data that came before ICCN was handed out */

    Usec opened_at, tunnel_at, up_at, network_at;
    gboolean network_up, closing, closed, redirected;
    Failure *failure; /* the first one */
    PppNetwork network;
    guint pings, pongs;
    Usec ping_at;
} Client;

typedef struct {
    const char *user, *password;
    const char *secret; /* NULL: none */
    gboolean hide, sequencing;
    guint methods;
    Usec rtt;   /* told to the engine */
    Usec hello; /* 0: none */
} ClientOptions;

Client *client_new(World *world, const ClientOptions *options);
void client_free(Client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Client, client_free)
void client_open(Client *client);
void client_close(Client *client);
/* Connected and three packets went there and back. */
gboolean client_is_content(const Client *client);
