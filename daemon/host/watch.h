/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens to the machine under a connection: its way to the gateway changes, it sleeps. */
#pragma once

#include "host/path.h"

#include <gio/gio.h>

typedef enum {
    HOST_WATCH_PATH,  /* path: the new way, or NULL while there is none.  Comes once per real
                         change, however many messages the kernel sent, and again when the
                         pinned route was taken away (the path is then the old one) */
    HOST_WATCH_SLEEP, /* about to sleep; logind waits until host_watch_sleep_ready() */
    HOST_WATCH_WAKE,  /* awake again; slept: how long */
} HostWatchEvent;

typedef struct HostWatch HostWatch;

/* In the main context of the creator. */
typedef void (*HostWatchCallback)(HostWatch *watch, HostWatchEvent event, const GatewayPath *path,
                                  guint64 slept_usec, gpointer user_data);

/* `path` as it is now; `system_bus` may be NULL: sleep is then seen from the clocks alone
 * (CLOCK_BOOTTIME runs ahead of CLOCK_MONOTONIC), without a warning before. */
HostWatch *host_watch_new(const GatewayPath *path, GDBusConnection *system_bus,
                          HostWatchCallback callback, gpointer user_data, GError **error);
/* The tunnel's own interface, whose routes don't count; 0: none. */
void host_watch_set_link(HostWatch *watch, int ifindex);
/* Lets the machine sleep. */
void host_watch_sleep_ready(HostWatch *watch);
void host_watch_free(HostWatch *watch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostWatch, host_watch_free)
