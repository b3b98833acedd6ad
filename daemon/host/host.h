/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine, as causewayd changes it: one Host per daemon. */
#pragma once

#include <gio/gio.h>

#define HOST_ERROR (host_error_quark())
typedef enum {
    HOST_ERROR_SYSTEM,      /* a system call failed (-> FAILURE_NETWORK_SETUP) */
    HOST_ERROR_VALUES,      /* what was negotiated cannot be used (-> FAILURE_NO_ADDRESS) */
    HOST_ERROR_UNREACHABLE, /* no route (-> FAILURE_NETWORK_UNREACHABLE) */
    HOST_ERROR_PORT_TAKEN,  /* -> FAILURE_PORT_TAKEN */
    HOST_ERROR_NO_PATH,     /* the kernel lacks TUN, or PPP and L2TP, or XFRM
                               (-> FAILURE_DATA_PATH_MISSING) */
    HOST_ERROR_BUSY,        /* another causewayd is alive on the same run folder */
} HostError;
GQuark host_error_quark(void);

typedef struct Host Host;

/* `run_folder` (/run/causeway) is made when it is not there.  Takes its lock, then undoes what
 * a dead causewayd left behind: pinned routes, unreachable routes, DNS, interfaces, XFRM.
 * What could not be undone is logged and kept for the next time. */
Host *host_new(const char *run_folder, GError **error);
void host_free(Host *host);

/* Whether the kernel has PPP over L2TP: asks for it by opening a PPPoL2TP socket and /dev/ppp,
 * which loads the modules where they may be loaded.  FALSE also when /dev/ppp is forbidden. */
gboolean host_kernel_path_available(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Host, host_free)
