/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of protocol.c's table that stand in a file of their own: how the messages IPV6 and
 * IPV6_SETTINGS are packed, unpacked and judged. */
#pragma once

#include "tunnel/protocol.h"

GVariant *tunnel_pack_ipv6(const TunnelMessage *message);
void tunnel_unpack_ipv6(TunnelMessage *message, GVariant *body);
GVariant *tunnel_pack_settings(const TunnelMessage *message);
void tunnel_unpack_settings(TunnelMessage *message, GVariant *body);
gboolean tunnel_valid_settings(const TunnelMessage *message);
