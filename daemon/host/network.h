/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One connection's addresses, routes and DNS on the machine: a NetworkPlan applied, replaced
 * and undone.  Every change is journalled before it is made. */
#pragma once

#include "host/link.h"
#include "host/plan.h"

typedef struct HostNetwork HostNetwork;

/* `link` is borrowed and must outlive it. */
HostNetwork *host_network_new(Host *host, HostLink *link);
/* Undoes what is still applied (DNS without waiting for an answer), then frees. */
void host_network_free(HostNetwork *network);

/* Applies a plan, in place of the one applied before, if any: what both have in common is
 * not touched, so that a reconnect with the same values changes nothing.  Links, addresses and
 * routes are there when the function returns; the callback comes when DNS is there too.  After
 * an error everything is as it was before the first apply. */
void host_network_apply(HostNetwork *network, const NetworkPlan *plan, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer user_data);
gboolean host_network_apply_finish(HostNetwork *network, GAsyncResult *result, GError **error);

/* The tunnel's IPv6 addresses that others can answer to, of IpAddress: the plan's own and those
 * that the kernel has made out of router advertisements. */
const GArray *host_network_global_ipv6(const HostNetwork *network);
/* `callback` is called when they have become others; never from inside a call of the owner's. */
void host_network_watch_ipv6(HostNetwork *network, void (*callback)(gpointer user_data),
                             gpointer user_data);

/* The way to the gateway has changed (or the pinned route was taken away by somebody): moves
 * the pinned route.  No-op before apply. */
gboolean host_network_repin(HostNetwork *network, const GatewayPath *path, GError **error);

/* Takes everything back; never fails, what cannot be undone is logged. */
void host_network_undo(HostNetwork *network, GAsyncReadyCallback callback, gpointer user_data);
void host_network_undo_finish(HostNetwork *network, GAsyncResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostNetwork, host_network_free)
