/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One VPN connection for NetworkManager: its plug-in interface on the bus, causewayd behind it. */
#pragma once

#include <libnm/NetworkManager.h>

#define CAUSEWAY_TYPE_SERVICE (causeway_service_get_type())
G_DECLARE_FINAL_TYPE(CausewayService, causeway_service, CAUSEWAY, SERVICE, NMVpnServicePlugin)

/* Takes `bus_name` on the system bus; waits for the bus alone. */
CausewayService *causeway_service_new(const char *bus_name, GError **error);
