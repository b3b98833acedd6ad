/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a profile means to those who carry it out: pure translations of its fields. */
#pragma once

#include "host/plan.h"
#include "ipsec/ike.h"
#include "profile/profile.h"
#include "tunnel/protocol.h"

/* Fills `ret_config`; the caller clears it with tunnel_config_clear().  `password` is the
 * profile's or the one that was just asked for, or NULL. */
void settings_tunnel(Profile *profile, const Secret *password, TunnelConfig *ret_config);

/* Strings and blobs that an IkeConfig only borrows. */
typedef struct {
    GBytes *certificate, *private_key, *ca;
    char *ike_proposals, *esp_proposals;
    Secret *psk;
    char *token_key; /* its key is on a token; else NULL */
    guint token_slot;
    Secret *token_pin;
} IkeMaterial;

void ike_material_clear(IkeMaterial *material);
/* All but what stands in files. */
void settings_ike_material(Profile *profile, const Secret *psk, IkeMaterial *ret_material);
/* Addresses, port and reqid are left to the caller.  `material` must outlive `ret_config`. */
void settings_ike(Profile *profile, const IkeMaterial *material, IkeConfig *ret_config);

/* A plan for what was negotiated; NULL sets `error` (HOST_ERROR). */
NetworkPlan *settings_plan(Profile *profile, const char *interface,
                           const PlanNegotiated *negotiated, const GatewayPath *path,
                           GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TunnelConfig, tunnel_config_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IkeMaterial, ike_material_clear)
