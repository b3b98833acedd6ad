/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causewayd's profiles and connections as a VpnStore. */
#pragma once

#include "client/store.h"

/* Also emits "transient" (const char *uuid, GVariant *properties): a connection of no profile,
 * such as NetworkManager has it run, has changed; NULL: it has gone.
 *
 * On the system bus, which it waits for without blocking.  Nothing happens before
 * vpn_store_start(). */
VpnStore *vpn_store_service_new(void);
/* Has it started, and knows that it tells us of everything. */
void vpn_store_service_meet(VpnStore *store, GAsyncReadyCallback callback, gpointer data);
gboolean vpn_store_service_meet_finish(VpnStore *store, GAsyncResult *result, GError **error);
/* Puts a Connection's properties into the status of an item, which is of any store. */
void vpn_store_service_take(VpnItem *item, GVariant *properties);
