/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows all items of a list: one function for those that come, change and go. */
#pragma once

#include "client/vpn_item.h"

typedef struct Watch Watch;
/* Called for each item that is there, and again whenever it changes. */
typedef void (*WatchFunc)(VpnItem *item, gboolean gone, gpointer data);

Watch *watch_new(GListModel *list, WatchFunc func, gpointer data);
void watch_free(Watch *watch);
