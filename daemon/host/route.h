/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes in the main table. */
#pragma once

#include "host/netlink.h"

/* rtm_protocol of every route that Causeway makes: who looks at the table sees whose it is, and
 * what is ours can be told from what the machine would do without us. */
#define ROUTE_PROTOCOL 201     /* through a tunnel, or unreachable */
#define ROUTE_PROTOCOL_PIN 202 /* to a gateway, outside */

typedef struct {
    IpPrefix destination; /* address.family is set, also for the default route */
    IpAddress next_hop;   /* none: on the link */
    IpAddress source;     /* preferred; none: the kernel's choice */
    int ifindex;          /* 0 for an unreachable route */
    guint32 metric;
    guint32 table;
    guint8 type;          /* RTN_UNICAST, RTN_UNREACHABLE … */
    guint8 protocol;      /* 0 in a deletion: whichever */
} Route;

/* Only if there is none with the same destination and metric: -EEXIST.  0 or -errno. */
int route_add(Netlink *netlink, const Route *route);
/* -ESRCH when it is not there. */
int route_delete(Netlink *netlink, const Route *route);
/* Every route of a family, of all tables, as an array of Route. */
int route_list(Netlink *netlink, int family, GArray *routes);
gboolean route_equal(const Route *a, const Route *b);
char *route_to_string(const Route *route);

/* What the main table among `routes` says of `address`: the longest prefix, then the lowest
 * metric; NULL when nothing matches or what matches is not a way (unreachable).  Passed over are
 * Causeway's pinned routes, every route through `own_ifindex`, and, when another connection has
 * pinned the same address (`own_ifindex` 0: any has), the half routes of all connections: a tunnel
 * is not the way to its own gateway. */
const Route *route_select(const GArray *routes, const IpAddress *address, int own_ifindex);
/* How many pinned routes to `address` are among `routes`. */
guint route_count_pins(const GArray *routes, const IpAddress *address);
