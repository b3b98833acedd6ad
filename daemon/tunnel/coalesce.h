/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts consecutive segments of TCP flows together, so that the kernel takes many at once.
 *
 * What comes out again is what came in: the same bytes of each flow in the same order, in
 * packets that segment_cut() would cut at the same places.  Anything that is not plainly the
 * next segment of a flow goes through untouched, after what it might overtake.  Pure but for
 * the writer. */
#pragma once

#include <glib.h>
#include <linux/virtio_net.h>
#include <sys/uio.h>

/* One packet, in parts, and the header that a TUN wants in front of it. */
typedef void (*CoalesceWriter)(const struct virtio_net_hdr *header, const struct iovec *parts,
                               guint n_parts, gpointer user_data);

typedef struct Coalescer Coalescer;

Coalescer *coalescer_new(CoalesceWriter writer, gpointer user_data);
void coalescer_free(Coalescer *coalescer);
/* A whole IP packet. Its memory must hold until the flush; its headers may be changed. */
void coalescer_add(Coalescer *coalescer, guint8 *packet, gsize length);
void coalescer_flush(Coalescer *coalescer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Coalescer, coalescer_free)
