/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's data path as this process sees it: two descriptors of /dev/ppp through which
 * PPP's control protocols pass.  The user's packets never come here. */
#pragma once

#include "base/usec.h"

#define KERNEL_FRAME_MAX 4096 /* control frames; larger ones cannot be ours */

typedef struct {
    int channel; /* LCP, PAP, CHAP: protocols from 0xc000 on; -1 none */
    int unit;    /* the network control protocols; -1 none */
} KernelPath;

void kernel_path_init(KernelPath *path);
void kernel_path_set(KernelPath *path, int channel, int unit); /* takes both over */
void kernel_path_clear(KernelPath *path);
gboolean kernel_path_ready(const KernelPath *path);

/* A frame that begins with its two-byte protocol field. FALSE: it could not be sent. */
gboolean kernel_path_send(const KernelPath *path, const guint8 *frame, gsize length);
/* One frame from either descriptor. 0: nothing is there. */
gsize kernel_path_receive(const KernelPath *path, int fd, guint8 *frame, gsize size);
/* For how long no packet of a user has come in; USEC_NEVER when the kernel does not say. */
Usec kernel_path_idle(const KernelPath *path);
