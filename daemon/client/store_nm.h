/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NetworkManager's L2TP connections as a VpnStore, so that its settings, applets and nmcli show
 * the same ones. */
#pragma once

#include "client/store.h"

/* `service` is causewayd's store: it tells of what NetworkManager has it run.  ABSENT where
 * NetworkManager does not run; then it is taken up as soon as it does. */
VpnStore *vpn_store_nm_new(VpnStore *service);
/* Whether NetworkManager knows Causeway's plug-in, so that new connections can be kept there. */
gboolean vpn_store_nm_is_complete(VpnStore *store);
