/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way from this machine to the gateway: which interface, next hop and source address. */
#pragma once

#include "host/inet.h"

#include <net/if.h>

typedef struct {
    IpAddress gateway;
    IpAddress source;   /* what our packets to it carry */
    IpAddress next_hop; /* none: the gateway is on the link itself */
    int ifindex;
    char interface[IF_NAMESIZE];
    guint mtu; /* of the route or, without one of its own, of the interface */
} GatewayPath;

/* Asks the kernel where it would send now.  HOST_ERROR_UNREACHABLE when nowhere. */
gboolean gateway_path_lookup(const IpAddress *gateway, GatewayPath *ret_path, GError **error);
/* The same without what this connection itself has routed: no pinned route, none through its
 * interface `own_ifindex` (0: it has none yet).  This is the question to ask after the machine's
 * network has changed.  The answer comes from the main table: an administrator's own policy
 * rules are not followed. */
gboolean gateway_path_lookup_below(const IpAddress *gateway, int own_ifindex,
                                   GatewayPath *ret_path, GError **error);
/* Whether packets take the same way: interface, next hop and source are equal. */
gboolean gateway_path_equal(const GatewayPath *a, const GatewayPath *b);
/* How many pinned routes to the gateway there are, of all connections together. */
guint gateway_path_pins(const IpAddress *gateway);
