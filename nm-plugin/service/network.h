/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a connection wants of the network (data/org.causeway.Causeway1.xml, Connection.Plan) in
 * NetworkManager's words.  Pure. */
#pragma once

#include <glib.h>

typedef struct {
    GVariant *config;     /* a{sv}: what concerns both families */
    GVariant *ip4, *ip6;  /* a{sv}, or NULL */
} Network;

/* Routes that stand in `own` (NULL-terminated, or NULL) are left out: NetworkManager has them from
 * the connection itself, with their metrics.  `banner` may be NULL.  FALSE: such a plan cannot be
 * used; `ret_network` is then untouched. */
gboolean network_from_plan(GVariant *plan, const char *const *own, const char *banner,
                           Network *ret_network);
/* Nothing of it leads anywhere yet: IPv6 alone, and no router has given an address. */
gboolean network_is_bare(const Network *network);
void network_clear(Network *network);
gboolean network_equal(const Network *a, const Network *b);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Network, network_clear)
