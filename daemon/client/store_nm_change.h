/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of connections that NetworkManager has. */
#pragma once

#include "client/store_nm_private.h"

/* They take the task and complete it, the first with the UUID, the others with TRUE. */
void store_nm_change_profile(VpnStoreNm *store, NMRemoteConnection *remote, Profile *profile,
                             GTask *task);
/* Stored for the system; NULL: not any more, then it is asked for. */
void store_nm_change_secret(VpnStoreNm *store, NMRemoteConnection *remote, FieldId field,
                            const Secret *secret, GTask *task);
/* NetworkManager's key → text, of secrets that are an agent's: NetworkManager has the desktop's agent
 * store them.  Those that are not are left out. */
void store_nm_change_agents(VpnStoreNm *store, NMRemoteConnection *remote, GHashTable *texts,
                            GTask *task);
