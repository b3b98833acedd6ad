/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data path in user space: a TUN with virtio headers on one side, trains of datagrams on
 * the other.
 *
 * Out: the kernel hands over what TCP wrote as super-packets of up to 64 KB; each is cut here,
 * its pieces headed and sent in one call.  In: consecutive segments of a TCP flow are put
 * together again within one batch, so that the kernel is entered once for many. */
#pragma once

#include "tunnel/protocol.h"
#include "tunnel/carrier.h"

/* L2TP (with Ns, Nr) and PPP in front of each packet. */
typedef struct {
    guint8 bytes[16];
    gsize length;         /* without the protocol field */
    gboolean short_field; /* the protocol field takes one byte (RFC 1661 §6.5) */
    gboolean sequenced;   /* Ns stands at ns_offset (RFC 2661 §3.1) */
    gsize ns_offset;
} UserPathHeader;

typedef struct {
    guint64 rx_bytes, rx_packets, rx_dropped;
    guint64 tx_bytes, tx_packets, tx_dropped;
} UserPathCounters;

typedef struct UserPath UserPath;

/* Takes the TUN over. */
UserPath *user_path_new(int tun);
void user_path_free(UserPath *path);
int user_path_fd(const UserPath *path);
/* mtu: of the interface; TCP's MSS is held to it in both directions. */
void user_path_configure(UserPath *path, const UserPathHeader *header, guint16 mtu);
/* Sends on what applications have written, at most some batches of it. `ns` counts on when the
 * header is sequenced. */
void user_path_send(UserPath *path, Carrier *carrier, guint16 *ns);
/* The carrier is full: call user_path_send() when its socket is writable, not before. The rest
 * stays in the TUN's queue, where the kernel's queueing discipline decides what is dropped. */
gboolean user_path_blocked(const UserPath *path);
/* One IP packet from the gateway. It is written, or kept in place until the flush: its memory
 * must hold until then, and may be changed. */
void user_path_deliver(UserPath *path, guint8 *packet, gsize length);
/* The end of a batch. */
void user_path_flush(UserPath *path);
const UserPathCounters *user_path_counters(const UserPath *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(UserPath, user_path_free)
