/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An independent view of packets, for the tests of what moves them. */
#pragma once

#include <glib.h>
#include <linux/virtio_net.h>

#define SYN 0x02
#define PSH 0x08
#define ACK 0x10
#define CWR 0x80

typedef struct {
    gboolean v6;
    gsize extension; /* bytes of IPv6 extension header */
    gsize options;   /* bytes of TCP options */
    guint8 flags;
    guint32 sequence;
    guint16 source_port;
    guint16 id;
    gboolean fragmentable;
} PacketKind;

/* RFC 1071 §4.1, word by word in big endian. */
guint16 packet_sum(guint32 sum, const guint8 *data, gsize length);
gsize packet_ip_header(const guint8 *packet);
/* The sum of the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1). */
guint16 packet_pseudo(const guint8 *packet, guint8 protocol, gsize transport_length);
gboolean packet_checksums_right(const guint8 *packet, gsize length, gsize transport,
                                guint8 protocol);
guint32 packet_get32(const guint8 *bytes);
void packet_put16(guint8 *bytes, guint value);
/* A TCP packet with `data` bytes made from the sequence number; its checksum field holds the
 * pseudo-header's sum, as the kernel leaves it, or (complete) the whole. Returns its length. */
gsize packet_make_tcp(guint8 *packet, const PacketKind *kind, gsize data, gboolean complete);
struct virtio_net_hdr packet_header_for(const PacketKind *kind, gsize size);
