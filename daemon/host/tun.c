/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes a TUN device whose reader gets super-packets.
 *
 * Its queue discipline is the system's default (fq_codel on Debian): causeway-tunnel reads as
 * fast as the path below takes, and what waits, waits there, where fq_codel sees it. */
#include "host/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

static int tun_configure(int fd, const char *name, guint *ret_offloads)
{
    static const guint offloads[] = {
        TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_USO4 | TUN_F_USO6, /* from 6.2 */
        TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6,
        0,
    };
    const int header = TUN_HEADER_SIZE;
    struct ifreq request = { 0 };

    g_strlcpy(request.ifr_name, name, sizeof request.ifr_name);
    request.ifr_flags = (short)(IFF_TUN | IFF_NO_PI | IFF_VNET_HDR | IFF_TUN_EXCL);
    if (ioctl(fd, TUNSETIFF, &request) < 0 || ioctl(fd, TUNSETVNETHDRSZ, &header) < 0)
        return -errno;
    for (gsize i = 0; i < G_N_ELEMENTS(offloads); i++) {
        if (ioctl(fd, TUNSETOFFLOAD, (unsigned long)offloads[i]) == 0) {
            *ret_offloads = offloads[i];
            return 0;
        }
    }
    return -errno;
}

int tun_open(const char *name, guint *ret_offloads)
{
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    int result;

    if (fd < 0)
        return -errno;
    result = tun_configure(fd, name, ret_offloads);
    if (result < 0) {
        close(fd);
        return result;
    }
    return fd;
}
