/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A PPP unit: the kernel path's interface. */
#pragma once

#include "host/netlink.h"

/* Makes the interface, down and without channel; it goes when the last duplicate of the
 * descriptor is closed.  -EEXIST: the name is taken; -ENOENT, -ENXIO, -ENODEV, -EOPNOTSUPP: the
 * kernel has no PPP. */
int ppp_unit_open(Netlink *netlink, const char *name);
/* Joins the channel `channel_fd` to the unit. */
gboolean ppp_unit_connect(int unit_fd, int channel_fd, GError **error);
gboolean ppp_unit_configure(int unit_fd, guint mru, gboolean ipv4, gboolean ipv6, GError **error);
