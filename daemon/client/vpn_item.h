/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One VPN connection as a front end shows it, whoever keeps its profile.
 *
 * A VpnItem lives as long as its profile does; its store fills it and emits "changed" after
 * every change.  Strings and lists belong to the item and hold until it changes. */
#pragma once

#include <gio/gio.h>

#include "base/failure.h"
#include "profile/schema.h"

typedef enum {
    VPN_DISCONNECTED,
    VPN_CONNECTING,
    VPN_CONNECTED,
    VPN_RECONNECTING,
    VPN_DISCONNECTING,
    VPN_FAILED,
} VpnState;
#define VPN_STATE_COUNT (VPN_FAILED + 1)

const char *vpn_state_name(VpnState state);
gboolean vpn_state_from_name(const char *name, VpnState *ret_state);
/* Something runs that can be stopped. */
gboolean vpn_state_is_active(VpnState state);

typedef struct {
    VpnState state;
    Stage stage;
    gint64 since; /* when the state was entered, seconds since 1970; 0: not known */
    /* FAILED: a stage's name, a code, a sentence and a hint of the service; else NULL or empty. */
    char *failure_stage, *failure_code, *failure_message, *failure_hint;
    /* What was negotiated; NULL, empty or 0 where it is not known. */
    char *gateway, *interface, *data_path, *peer_address, *ike, *esp, *nat, *authentication;
    char **local_addresses, **dns;
    guint mtu;
    guint reconnects;
    gint64 ike_renewal, esp_renewal; /* when keys are renewed, seconds since 1970 */
    gboolean weak;
} VpnStatus;

/* Failures' codes of the stores' own: the service left while it had something to do;
 * NetworkManager failed before causewayd had a word to say. */
#define VPN_FAILURE_SERVICE_LOST "service-lost"
#define VPN_FAILURE_NETWORKMANAGER "networkmanager"

void vpn_status_clear(VpnStatus *status);
/* Connected by causewayd without IPsec: plain L2TP. */
gboolean vpn_status_is_clear(const VpnStatus *status);

#define VPN_TYPE_ITEM (vpn_item_get_type())
G_DECLARE_FINAL_TYPE(VpnItem, vpn_item, VPN, ITEM, GObject)

typedef struct _VpnStore VpnStore;

/* The store is not held: it outlives its items. */
VpnItem *vpn_item_new(VpnStore *store, const char *uuid);
VpnStore *vpn_item_store(VpnItem *item);
const char *vpn_item_uuid(VpnItem *item);
const char *vpn_item_name(VpnItem *item);
const char *vpn_item_gateway(VpnItem *item);
/* Of this computer; "" for everybody. */
const char *vpn_item_owner(VpnItem *item);
/* Names of fields: what is stored with the profile, and what a connection needs beside that. */
const char *const *vpn_item_stored_secrets(VpnItem *item);
const char *const *vpn_item_missing_secrets(VpnItem *item);
const VpnStatus *vpn_item_status(VpnItem *item);

/* For stores: they set, then tell once. */
void vpn_item_set_profile(VpnItem *item, const char *name, const char *gateway, const char *owner);
void vpn_item_set_secrets(VpnItem *item, const char *const *stored, const char *const *missing);
VpnStatus *vpn_item_edit_status(VpnItem *item);
void vpn_item_changed(VpnItem *item);
/* By name as people sort, then by UUID. */
gint vpn_item_compare(gconstpointer a, gconstpointer b, gpointer unused);
