/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One netlink socket for short, synchronous questions to the kernel.  The kernel answers
 * before sendmsg() has returned, so none of these calls waits for anything but the kernel. */
#pragma once

#include "host/host.h"
#include "host/inet.h"

#include <libmnl/libmnl.h>

#define NETLINK_BUFFER 8192
#define NETLINK_DUMP_TRIES 10

typedef struct Netlink Netlink;

/* NETLINK_ROUTE or NETLINK_XFRM; HOST_ERROR_NO_PATH when the kernel has no such family. */
Netlink *netlink_open(int family, GError **error);
void netlink_close(Netlink *netlink);
/* Sends one request and hands every message of the answer to `callback` (NULL: none is wanted),
 * which returns MNL_CB_OK.  0, or the kernel's -errno.  NLM_F_REQUEST and _ACK are set here. */
int netlink_talk(Netlink *netlink, struct nlmsghdr *message, mnl_cb_t callback, void *data);
/* The same for a list of what there is, again when it has changed while it was being read (-EINTR
 * of netlink_talk()); what the callback had put into `found` (may be NULL) is then taken out. */
int netlink_dump(Netlink *netlink, struct nlmsghdr *message, mnl_cb_t callback, void *data,
                 GArray *found);
/* Sets `error` to "WHAT: strerror" and returns FALSE. */
gboolean netlink_fail(GError **error, int negative_errno, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

void netlink_put_address(struct nlmsghdr *message, guint16 type, const IpAddress *address);
/* FALSE when the attribute's length is not that of the family. */
gboolean netlink_get_address(const struct nlattr *attribute, int family, IpAddress *ret_address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Netlink, netlink_close)
