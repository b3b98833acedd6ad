/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two halves of NetworkManager's store share: store_nm.c follows it, store_nm_calls.c
 * calls it. */
#pragma once

#include "client/store_nm.h"
#include "client/store_nm_agent.h"

#define VPN_TYPE_STORE_NM (vpn_store_nm_get_type())
G_DECLARE_FINAL_TYPE(VpnStoreNm, vpn_store_nm, VPN, STORE_NM, VpnStore)

struct _VpnStoreNm {
    VpnStore parent;
    VpnStore *service;
    NMClient *client;
    StoreNmAgent *agent;
    GCancellable *cancellable;
    gulong transient;
    GHashTable *told;  /* UUIDs that causewayd itself tells of */
    GHashTable *asked; /* UUID → NetworkManager's key of the secret that it waits for */
    GHashTable *begun; /* UUIDs of which the call that connects has not been answered */
    gboolean starting, complete;
    gboolean serves_l2tp; /* NetworkManager-l2tp's connections are connected by Causeway */
};

/* Sets the functions that call NetworkManager. */
void store_nm_calls_init(VpnStoreClass *class);
