/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of connections that NetworkManager has. */
#pragma once

#include "client/store_nm_private.h"

/* Both take the task and complete it, the first with the UUID, the second with TRUE. */
void store_nm_change_profile(VpnStoreNm *store, NMRemoteConnection *remote, Profile *profile,
                             GTask *task);
/* Stored for the system; NULL: not any more, then it is asked for. */
void store_nm_change_secret(VpnStoreNm *store, NMRemoteConnection *remote, FieldId field,
                            const Secret *secret, GTask *task);
