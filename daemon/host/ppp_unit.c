/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PPP units by rtnetlink: so they have their name from the start, and nobody who watches the
 * machine's interfaces ever sees a "ppp0". */
#include "host/ppp_unit.h"

#include "host/interface.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ppp-ioctl.h>
#include <linux/ppp_defs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PPP_UNIT_TRIES 100

int ppp_unit_open(Netlink *netlink, const char *name)
{
    int fd = open("/dev/ppp", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    int result = -EBUSY;

    if (fd < 0)
        return -errno;
    /* The kernel answers EBUSY when somebody else is inside /dev/ppp at this very moment: it
     * only tries the lock.  The holder needs microseconds. */
    for (guint i = 0; i < PPP_UNIT_TRIES && result == -EBUSY; i++)
        result = interface_new_ppp(netlink, name, fd);
    if (result < 0) {
        close(fd);
        return result;
    }
    return fd;
}

static gboolean unit_fail(GError **error, const char *what)
{
    return netlink_fail(error, -errno, "PPP: %s", what);
}

gboolean ppp_unit_connect(int unit_fd, int channel_fd, GError **error)
{
    int unit;

    if (ioctl(unit_fd, PPPIOCGUNIT, &unit) < 0)
        return unit_fail(error, "PPPIOCGUNIT");
    if (ioctl(channel_fd, PPPIOCCONNECT, &unit) < 0)
        return unit_fail(error, "PPPIOCCONNECT");
    return TRUE;
}

gboolean ppp_unit_configure(int unit_fd, guint mru, gboolean ipv4, gboolean ipv6, GError **error)
{
    const struct {
        int protocol;
        gboolean pass;
    } protocols[] = { { PPP_IP, ipv4 }, { PPP_IPV6, ipv6 } };
    int value = (int)mru;

    if (ioctl(unit_fd, PPPIOCSMRU, &value) < 0)
        return unit_fail(error, "PPPIOCSMRU");
    /* No flags: the kernel's channel always sends FF 03 and two bytes of protocol, which every
     * peer must take (RFC 1661 §6.5, §6.6), and accepts the short forms. */
    for (gsize i = 0; i < G_N_ELEMENTS(protocols); i++) {
        struct npioctl np = { .protocol = protocols[i].protocol,
                              .mode = protocols[i].pass ? NPMODE_PASS : NPMODE_DROP };

        if (ioctl(unit_fd, PPPIOCSNPMODE, &np) < 0)
            return unit_fail(error, "PPPIOCSNPMODE");
    }
    return TRUE;
}
