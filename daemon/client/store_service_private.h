/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two halves of causewayd's store share: store_service.c follows the service,
 * store_service_calls.c calls it. */
#pragma once

#include "client/client.h"
#include "client/store.h"

#define SERVICE_NAME "org.causeway.Causeway1"
#define SERVICE_ROOT "/org/causeway/Causeway1"
#define SERVICE_PROFILES SERVICE_ROOT "/profile/"
#define SERVICE_AGENT SERVICE_ROOT "/agent"
#define PROFILE_INTERFACE SERVICE_NAME ".Profile"
#define CONNECTION_INTERFACE SERVICE_NAME ".Connection"

#define VPN_TYPE_STORE_SERVICE (vpn_store_service_get_type())
G_DECLARE_FINAL_TYPE(VpnStoreService, vpn_store_service, VPN, STORE_SERVICE, VpnStore)

struct _VpnStoreService {
    VpnStore parent;
    GDBusConnection *bus;
    GCancellable *cancellable;
    char *owner;       /* the service's unique name while it runs */
    GHashTable *paths; /* a connection's path → its UUID */
    GHashTable *asked; /* UUID → the agent's invocation that waits for an answer */
    CausewayAgent *agent;
    guint watch, signals;
    gboolean starting;
};

/* NULL when `path` is not a profile's. */
char *store_service_uuid(const char *path);
/* Sets the functions that call the service. */
void store_service_calls_init(VpnStoreClass *class);
