/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One connection's name servers, given to whoever manages /etc/resolv.conf. */
#pragma once

#include "host/link.h"
#include "host/plan.h"

typedef enum {
    DNS_RESOLVED,   /* systemd-resolved, over D-Bus */
    DNS_RESOLVCONF, /* Debian's resolvconf or openresolv */
    DNS_FILE,       /* nobody: the file itself */
} DnsBackend;

/* From what `resolv_conf` is and says, and `nsswitch` (text of /etc/nsswitch.conf, may be NULL).
 * `target`: where the symbolic link leads in the end, or NULL when it is an ordinary file. */
DnsBackend dns_backend_choose(const char *target, const char *resolv_conf, const char *nsswitch);

typedef struct HostDns HostDns;

HostDns *host_dns_new(Host *host, const char *interface, int ifindex);
/* Frees; what is set and not reverted stays. */
void host_dns_free(HostDns *dns);
/* A plan without servers sets nothing and succeeds.  */
void host_dns_set(HostDns *dns, const NetworkPlan *plan, GCancellable *cancellable,
                  GAsyncReadyCallback callback, gpointer user_data);
gboolean host_dns_set_finish(GAsyncResult *result, GError **error);
/* Takes it back, also what is just being set.  Starts at once; the callback (or NULL) comes when
 * it is done.  The HostDns may be freed before, the Host not. */
void host_dns_revert(HostDns *dns, GAsyncReadyCallback callback, gpointer user_data);
gboolean host_dns_revert_finish(GAsyncResult *result, GError **error);
/* How long a resolvconf may run before it is ended and counts as failed; tests shorten it. */
extern guint dns_resolvconf_msec;
/* Undoes a journal entry of kind CHANGE_RESOLVCONF, waiting for the program. */
gboolean dns_resolvconf_delete(const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostDns, host_dns_free)
