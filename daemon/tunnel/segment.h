/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cuts super-packets of the kernel (TSO, USO) into IP packets, and completes checksums that the
 * kernel left to its "hardware".  Pure: memory in, memory out. */
#pragma once

#include <glib.h>
#include <linux/virtio_net.h>

typedef struct {
    gsize length; /* written in all */
    gsize stride; /* of each piece but the last, prefix included */
} SegmentResult;

/* Writes every piece of `packet` behind a copy of `prefix`, one behind the other.  header: what
 * the TUN put in front of the packet.  FALSE: the packet is not what its header says, or does
 * not fit into `size`. */
gboolean segment_cut(const struct virtio_net_hdr *header, const guint8 *packet, gsize length,
                     const guint8 *prefix, gsize prefix_length, guint8 *out, gsize size,
                     SegmentResult *ret_result);
