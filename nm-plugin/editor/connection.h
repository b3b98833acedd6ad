/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libnm's connections as the plain value that the profile's key map works on, and back. */
#pragma once

#include <libnm/NetworkManager.h>

#include "profile/nm_settings.h"

/* The VPN's data and secrets alone; `setting` may be NULL. */
NmSettings *connection_read_vpn(NMSettingVpn *setting);
/* With its name, owner, addresses, routes and name servers. */
NmSettings *connection_read(NMConnection *connection);
/* A complete connection of the given service. */
NMConnection *connection_make(const NmSettings *settings, const char *service, GError **error);

/* Makes what `setting` says about a field the same as in `settings`, older names included. */
void connection_sync_field(NMSettingVpn *setting, const NmSettings *settings, const Field *field);
