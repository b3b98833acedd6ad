/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causewayd's profiles and connections as a VpnStore. */
#pragma once

#include "client/store.h"

/* On the system bus, which it waits for without blocking.  Nothing happens before
 * vpn_store_start(). */
VpnStore *vpn_store_service_new(void);
