/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A change of a profile put into the connection of NetworkManager that it was read from. */
#pragma once

#include <libnm/NetworkManager.h>

#include "profile/profile.h"

/* Only what `profile` says otherwise than `connection` does is touched: who may use it, whether
 * it starts by itself, addresses, the cost and the next hop of routes, zone, proxy, where secrets
 * are kept, and keys that are nobody's field stay as they are, and so do other spellings of what
 * has not changed.  Secrets of `profile` are not looked at. */
void store_nm_merge(NMConnection *connection, Profile *profile);
