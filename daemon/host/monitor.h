/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells when the kernel has changed links, addresses or routes. */
#pragma once

#include <gio/gio.h>

typedef struct Monitor Monitor;

/* `callback` comes once for all messages that are waiting: it looks at the state itself instead
 * of following the messages, so none can be missed, a full queue (ENOBUFS) included. */
typedef void (*MonitorCallback)(gpointer user_data);

/* In the thread-default main context. */
Monitor *monitor_new(MonitorCallback callback, gpointer user_data, GError **error);
void monitor_free(Monitor *monitor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Monitor, monitor_free)
