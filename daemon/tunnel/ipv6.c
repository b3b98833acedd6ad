/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv6 settings inside the tunnel: what routers and DHCPv6 servers say goes into the engine of
 * dhcp6/, what that makes of it goes to the parent.
 *
 * Messages come in by the kernel's ways, from the descriptors that the parent opened, which are
 * the same whatever carries the packets.  They go out as PPP frames of this process's own making:
 * so the last one, which gives the address back, still leaves while the parent is already taking
 * the interface down. */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "tunnel/checksum.h"
#include "tunnel/pump.h"

/* Messages that are read before other descriptors get their turn. */
#define READS_PER_TURN 16
#define ROUTER_ADVERTISEMENT 134 /* RFC 4861 §4.2 */
#define PPP_IPV6 0x0057          /* RFC 5072 §2 */
#define PROTOCOL_UDP 17
#define IPV6_HEADER 40
#define UDP_HEADER 8
#define FRAME_MAX (2 + IPV6_HEADER + UDP_HEADER + 512)
/* Of the kernel's IFLA_INET6_FLAGS (net/if_inet6.h, which user space does not get). */
#define RA_OTHER 0x80
#define RA_MANAGED 0x40

/* ---- in */

static void router_options(Pump *pump, const struct nlmsghdr *header, gsize length)
{
    const struct nduseroptmsg *message = NLMSG_DATA(header);

    if (length < NLMSG_LENGTH(sizeof *message) || message->nduseropt_family != AF_INET6 ||
        message->nduseropt_icmp_type != ROUTER_ADVERTISEMENT ||
        message->nduseropt_opts_len > length - NLMSG_LENGTH(sizeof *message))
        return;
    dhcp6_client_router_options(pump->dhcp6, pump->now, (const guint8 *)(message + 1),
                                message->nduseropt_opts_len);
}

/* The attribute of that type in a row of them, or NULL. */
static const struct rtattr *find_attribute(const void *row, gsize length, guint16 type)
{
    const struct rtattr *attribute = row;
    int left = (int)length;

    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        if ((attribute->rta_type & NLA_TYPE_MASK) == type)
            return attribute;
    }
    return NULL;
}

static void router_flags(Pump *pump, const struct nlmsghdr *header, gsize length)
{
    const struct ifinfomsg *info = NLMSG_DATA(header);
    guint32 flags;

    if (length < NLMSG_SPACE(sizeof *info) || info->ifi_family != AF_INET6)
        return;
    const struct rtattr *outer = find_attribute(
        (const guint8 *)header + NLMSG_SPACE(sizeof *info), length - NLMSG_SPACE(sizeof *info),
        IFLA_PROTINFO);
    const struct rtattr *inner =
        outer ? find_attribute(RTA_DATA(outer), RTA_PAYLOAD(outer), IFLA_INET6_FLAGS) : NULL;
    if (!inner || RTA_PAYLOAD(inner) != sizeof flags)
        return;
    memcpy(&flags, RTA_DATA(inner), sizeof flags);
    dhcp6_client_router(pump->dhcp6, pump->now, (flags & RA_MANAGED) != 0,
                        (flags & RA_OTHER) != 0);
}

/* One message a datagram: the parent's filter lets the kernel's own notifications in, which come
 * alone. */
static void router_message(Pump *pump, const guint8 *data, gsize size)
{
    const struct nlmsghdr *header = (const struct nlmsghdr *)(gconstpointer)data;

    if (size < sizeof *header || header->nlmsg_len < sizeof *header || header->nlmsg_len > size)
        return;
    if (header->nlmsg_type == RTM_NEWNDUSEROPT)
        router_options(pump, header, header->nlmsg_len);
    else if (header->nlmsg_type == RTM_NEWLINK)
        router_flags(pump, header, header->nlmsg_len);
}

/* ---- out */

/* RFC 8200 §3, RFC 768; RFC 8415 §7.1, §7.2. */
static void send_message(Pump *pump, const guint8 *message, gsize length)
{
    static const guint8 servers[16] = { 0xff, 0x02, [13] = 0x01, [15] = 0x02 };
    guint8 frame[FRAME_MAX];
    guint8 *packet = frame + 2, *udp = packet + IPV6_HEADER;
    guint16 transport = (guint16)(UDP_HEADER + length);
    Writer writer = writer_init(frame, sizeof frame);

    writer_u16(&writer, PPP_IPV6);
    writer_u32(&writer, 6u << 28);
    writer_u16(&writer, transport);
    writer_u8(&writer, PROTOCOL_UDP);
    writer_u8(&writer, 1); /* to the other end of the link and no further */
    writer_u32(&writer, 0xfe800000);
    writer_u32(&writer, 0);
    writer_bytes(&writer, &pump->network.interface_id, sizeof pump->network.interface_id);
    writer_bytes(&writer, servers, sizeof servers);
    writer_u16(&writer, DHCP6_CLIENT_PORT);
    writer_u16(&writer, DHCP6_SERVER_PORT);
    writer_u16(&writer, transport);
    writer_u16(&writer, 0);
    writer_bytes(&writer, message, length);
    if (!writer_ok(&writer))
        return;
    guint16 sum = (guint16)~checksum_fold(
        checksum_add(checksum_pseudo(packet, PROTOCOL_UDP, transport), udp, transport));
    /* RFC 8200 §8.1: zero is sent as all ones. */
    sum = sum == 0 ? 0xffff : sum;
    memcpy(udp + 6, &sum, sizeof sum);
    pump_send_frame(pump, frame, writer.length);
}

static void effects(Pump *pump)
{
    Dhcp6Effect effect;

    while (dhcp6_client_next(pump->dhcp6, &effect)) {
        switch (effect.type) {
        case DHCP6_EFFECT_SEND:
            send_message(pump, effect.packet, effect.length);
            break;
        case DHCP6_EFFECT_SETTINGS:
            if (!pump->over && !pump->stopping) {
                TunnelMessage message;
                tunnel_message_init(&message, TUNNEL_IPV6_SETTINGS);
                message.settings = g_memdup2(effect.settings, sizeof *effect.settings);
                pump_say(pump, &message);
            }
            break;
        }
    }
}

/* ---- for the pump */

gboolean pump_ipv6_take(Pump *pump, TunnelMessage *message)
{
    if (pump->stopping || pump->over || !pump->network_up || !pump->network.ipv6)
        return TRUE; /* crossed with the end of it */
    pump_ipv6_clear(pump);
    pump->router_fd = message->fds[0];
    pump->dhcp6_fd = message->fds[1];
    message->fds[0] = message->fds[1] = -1;
    pump->dhcp6 = dhcp6_client_new(message->ipv6.identity, pump->entropy);
    dhcp6_client_router(pump->dhcp6, pump->now, message->ipv6.managed, message->ipv6.other);
    effects(pump);
    return TRUE;
}

void pump_ipv6_read(Pump *pump, int *fd)
{
    _Alignas(struct nlmsghdr) guint8 data[4096];

    for (guint i = 0; i < READS_PER_TURN && !pump->quit && *fd >= 0; i++) {
        ssize_t length = read(*fd, data, sizeof data);

        if (length < 0 && errno == EAGAIN)
            return;
        /* Too many at once: some are lost, others follow. */
        if (length < 0 && (errno == EINTR || errno == ENOBUFS))
            continue;
        if (length < 0) {
            close(*fd);
            *fd = -1;
            return;
        }
        if (fd == &pump->router_fd)
            router_message(pump, data, (gsize)length);
        else
            dhcp6_client_input(pump->dhcp6, pump->now, data, (gsize)length);
        effects(pump);
    }
}

void pump_ipv6_tick(Pump *pump)
{
    if (!pump->dhcp6 || !pump->network_up || pump->now < dhcp6_client_deadline(pump->dhcp6))
        return;
    dhcp6_client_tick(pump->dhcp6, pump->now);
    effects(pump);
}

Usec pump_ipv6_deadline(const Pump *pump)
{
    /* While the network is being renegotiated it stands still. */
    return pump->dhcp6 && pump->network_up ? dhcp6_client_deadline(pump->dhcp6) : USEC_NEVER;
}

void pump_ipv6_close(Pump *pump)
{
    if (!pump->dhcp6)
        return;
    dhcp6_client_close(pump->dhcp6, pump->now);
    effects(pump);
    pump_ipv6_clear(pump);
}

void pump_ipv6_clear(Pump *pump)
{
    g_clear_pointer(&pump->dhcp6, dhcp6_client_free);
    if (pump->router_fd >= 0)
        close(pump->router_fd);
    if (pump->dhcp6_fd >= 0)
        close(pump->dhcp6_fd);
    pump->router_fd = pump->dhcp6_fd = -1;
}
