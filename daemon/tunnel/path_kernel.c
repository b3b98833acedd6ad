/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PPP's control frames through the kernel's channel and unit. */
#include "tunnel/path_kernel.h"

#include <errno.h>
#include <linux/ppp_defs.h>
#include <linux/ppp-ioctl.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Protocol numbers from here on belong to the link, those below to the network layer
 * (RFC 1661 §2); the kernel parts them at the same place. */
#define LINK_PROTOCOLS 0xc0

void kernel_path_init(KernelPath *path)
{
    path->channel = path->unit = -1;
}

void kernel_path_clear(KernelPath *path)
{
    if (path->channel >= 0)
        close(path->channel);
    if (path->unit >= 0)
        close(path->unit);
    kernel_path_init(path);
}

void kernel_path_set(KernelPath *path, int channel, int unit)
{
    kernel_path_clear(path);
    path->channel = channel;
    path->unit = unit;
}

gboolean kernel_path_ready(const KernelPath *path)
{
    return path->channel >= 0 && path->unit >= 0;
}

gboolean kernel_path_send(const KernelPath *path, const guint8 *frame, gsize length)
{
    ssize_t written;

    if (length < 2)
        return FALSE;
    do
        written = write(frame[0] >= LINK_PROTOCOLS ? path->channel : path->unit, frame, length);
    while (written < 0 && errno == EINTR);
    return written == (ssize_t)length;
}

gsize kernel_path_receive(const KernelPath *path, int fd, guint8 *frame, gsize size)
{
    ssize_t n;

    do
        n = read(fd, frame, size);
    while (n < 0 && errno == EINTR);
    return n > 0 ? (gsize)n : 0;
}

Usec kernel_path_idle(const KernelPath *path)
{
    struct ppp_idle64 idle;

    if (path->unit < 0 || ioctl(path->unit, PPPIOCGIDLE64, &idle) != 0 || idle.recv_idle < 0)
        return USEC_NEVER;
    return (Usec)idle.recv_idle * USEC_PER_SEC;
}
