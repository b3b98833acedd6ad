/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service's log as it grows. */
#pragma once

#include "window.h"

/* `item` NULL: of all connections. */
void log_view_show(CausewayWindow *window, VpnStore *store, VpnItem *item);
