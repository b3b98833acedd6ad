/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes in the main table. */
#pragma once

#include "host/netlink.h"

/* rtm_protocol of every route that Causeway makes: who looks at the table sees whose it is, and
 * what is ours can be told from what the machine would do without us. */
#define ROUTE_PROTOCOL 201

typedef struct {
    IpPrefix destination; /* address.family is set, also for the default route */
    IpAddress next_hop;   /* none: on the link */
    IpAddress source;     /* preferred; none: the kernel's choice */
    int ifindex;          /* 0 for an unreachable route */
    guint32 metric;
    guint32 table;
    guint8 type;          /* RTN_UNICAST, RTN_UNREACHABLE … */
    guint8 protocol;
} Route;

/* Only if there is none with the same destination and metric: -EEXIST.  0 or -errno. */
int route_add(Netlink *netlink, const Route *route);
/* -ESRCH when it is not there. */
int route_delete(Netlink *netlink, const Route *route);
/* Every route of a family, of all tables, as an array of Route. */
int route_list(Netlink *netlink, int family, GArray *routes);
gboolean route_equal(const Route *a, const Route *b);
char *route_to_string(const Route *route);

/* What the table `routes` says of `address`: the longest prefix, then the lowest metric; NULL
 * when nothing matches or what matches is not a way (unreachable).  Causeway's own pinned routes
 * and every route through `own_ifindex` are passed over. */
const Route *route_select(const GArray *routes, const IpAddress *address, int own_ifindex);
