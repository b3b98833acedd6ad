/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KDE wants of NetworkManager's connections.
 *
 * Its applet starts, its settings edit and its agent asks for the kinds of VPN alone that it has a
 * plug-in of its own for: NetworkManager-l2tp's is among them, Causeway's is not.  Its agent asks
 * for the password but never for the shared key. */
#pragma once

#include "profile/profile.h"

/* `desktop` is $XDG_CURRENT_DESKTOP or NULL. */
gboolean store_nm_kde_is(const char *desktop);
/* The service of a new connection.  `serves_l2tp`: NetworkManager has Causeway connect what is
 * NetworkManager-l2tp's, too. */
const char *store_nm_kde_service(const char *desktop, gboolean serves_l2tp, Profile *profile);
