/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A TUN device with virtio-net headers. */
#pragma once

#include <glib.h>

#define TUN_HEADER_SIZE 10 /* struct virtio_net_hdr */

/* Makes the device, down and without address; it goes when the last duplicate of the descriptor
 * is closed.  -EBUSY or -EEXIST: the name is taken; -ENODEV, -ENOENT: the kernel has no TUN.
 * The descriptor is non-blocking and close-on-exec.  `ret_offloads`: TUN_F_* bits that hold. */
int tun_open(const char *name, guint *ret_offloads);
