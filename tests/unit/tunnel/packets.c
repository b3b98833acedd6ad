/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets, and their checksums by a loop of the tests' own. */
#include "packets.h"

#include <netinet/in.h>
#include <string.h>

/* RFC 1071 §4.1, word by word in big endian. */
guint16 packet_sum(guint32 sum, const guint8 *data, gsize length)
{
    for (gsize i = 0; i < length; i++)
        sum += i % 2 == 0 ? (guint32)data[i] << 8 : data[i];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (guint16)sum;
}

gsize packet_ip_header(const guint8 *p)
{
    return p[0] >> 4 == 4 ? (gsize)(p[0] & 15) * 4 : 40;
}

/* The sum of the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1). */
guint16 packet_pseudo(const guint8 *p, guint8 protocol, gsize transport_length)
{
    gboolean v4 = p[0] >> 4 == 4;
    guint32 sum = packet_sum(0, p + (v4 ? 12 : 8), v4 ? 8 : 32);

    return packet_sum(sum + protocol + (guint32)transport_length, NULL, 0);
}

gboolean packet_checksums_right(const guint8 *p, gsize length, gsize transport, guint8 protocol)
{
    guint16 sum = packet_pseudo(p, protocol, length - transport);

    if (p[0] >> 4 == 4 && packet_sum(0, p, packet_ip_header(p)) != 0xffff)
        return FALSE;
    return packet_sum(sum, p + transport, length - transport) == 0xffff;
}

guint32 packet_get32(const guint8 *p)
{
    return (guint32)p[0] << 24 | (guint32)p[1] << 16 | (guint32)p[2] << 8 | p[3];
}

void packet_put16(guint8 *p, guint value)
{
    p[0] = (guint8)(value >> 8);
    p[1] = (guint8)value;
}

/* A TCP packet with `data` bytes made from the sequence number; its checksum field holds the
 * pseudo-header's sum, as the kernel leaves it, or (complete) the whole. Returns its length. */
gsize packet_make_tcp(guint8 *p, const PacketKind *kind, gsize data, gboolean complete)
{
    gsize ip = kind->v6 ? 40 + kind->extension : 20;
    gsize tcp = 20 + kind->options, length = ip + tcp + data;
    guint8 *t = p + ip;

    memset(p, 0, ip + tcp);
    if (kind->v6) {
        p[0] = 0x60;
        p[3] = 7; /* flow label */
        packet_put16(p + 4, (guint)(length - 40));
        p[6] = kind->extension ? 60 : IPPROTO_TCP;
        p[7] = 64;
        memset(p + 8, 0x20, 32);
        if (kind->extension) {
            p[40] = IPPROTO_TCP;
            p[41] = (guint8)(kind->extension / 8 - 1);
        }
    } else {
        p[0] = 0x45;
        packet_put16(p + 2, (guint)length);
        packet_put16(p + 4, kind->id);
        p[6] = kind->fragmentable ? 0 : 0x40;
        p[8] = 64;
        p[9] = IPPROTO_TCP;
        memcpy(p + 12, "\x0a\x4d\x00\x0a\x0a\x4d\x01\x02", 8);
        packet_put16(p + 10, (guint16)~packet_sum(0, p, 20));
    }
    packet_put16(t, kind->source_port);
    packet_put16(t + 2, 443);
    packet_put16(t + 4, kind->sequence >> 16);
    packet_put16(t + 6, kind->sequence & 0xffff);
    t[11] = 9;
    t[12] = (guint8)(tcp / 4 << 4);
    t[13] = kind->flags;
    packet_put16(t + 14, 501);
    memset(t + 20, 1, kind->options);
    for (gsize i = 0; i < data; i++)
        t[tcp + i] = (guint8)((kind->sequence + i) * 31 >> 3);

    guint16 sum = packet_pseudo(p, IPPROTO_TCP, tcp + data);
    packet_put16(t + 16, complete ? (guint16)~packet_sum(sum, t, tcp + data) : sum);
    return length;
}

struct virtio_net_hdr packet_header_for(const PacketKind *kind, gsize size)
{
    return (struct virtio_net_hdr){
        .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
        .gso_type = size == 0      ? VIRTIO_NET_HDR_GSO_NONE
                    : kind->v6     ? VIRTIO_NET_HDR_GSO_TCPV6
                                   : VIRTIO_NET_HDR_GSO_TCPV4,
        .gso_size = (guint16)size,
        .csum_start = (guint16)(kind->v6 ? 40 + kind->extension : 20),
        .csum_offset = 16,
    };
}
