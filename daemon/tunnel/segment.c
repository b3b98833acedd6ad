/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Segmentation of TCP and UDP super-packets.
 *
 * The checksum field of a packet that is still to be completed holds the folded sum of its
 * pseudo-header.  A piece differs in the length only, so its sum is derived from that field,
 * which is right for every chain of IPv6 headers. */
#include "tunnel/segment.h"

#include <netinet/in.h>
#include <string.h>

#include "tunnel/checksum.h"

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

#define IPV4_HEADER_MIN 20
#define IPV6_HEADER 40
#define TCP_HEADER_MIN 20
#define TCP_CHECKSUM 16
#define UDP_HEADER 8
#define UDP_CHECKSUM 6
#define TCP_FLAGS 13
#define FLAG_FIN 0x01
#define FLAG_PSH 0x08
#define FLAG_CWR 0x80

typedef struct {
    gboolean v4, tcp;
    gsize transport; /* where TCP or UDP begins */
    gsize payload;   /* where its data begins */
    gsize size;      /* data of a piece */
    gsize checksum;  /* where its field is */
} Shape;

static void put_u16(guint8 *at, gsize value)
{
    at[0] = (guint8)(value >> 8);
    at[1] = (guint8)value;
}

static guint32 get_u32(const guint8 *at)
{
    return (guint32)at[0] << 24 | (guint32)at[1] << 16 | (guint32)at[2] << 8 | at[3];
}

static void put_u32(guint8 *at, guint32 value)
{
    put_u16(at, value >> 16);
    put_u16(at + 2, value & 0xffff);
}

static void put_prefix(guint8 *out, const guint8 *prefix, gsize length)
{
    if (length > 0)
        memcpy(out, prefix, length);
}

static void complete_checksum(guint8 *transport, gsize length, gsize offset)
{
    guint16 value = (guint16)~checksum_fold(checksum_add(0, transport, length));

    /* Zero means "none" in UDP and is sent as its other form (RFC 768). */
    if (value == 0 && offset == UDP_CHECKSUM)
        value = 0xffff;
    memcpy(transport + offset, &value, sizeof value);
}

static gboolean shape_of(const struct virtio_net_hdr *header, const guint8 *packet, gsize length,
                         Shape *ret_shape)
{
    guint8 type = header->gso_type & (guint8)~VIRTIO_NET_HDR_GSO_ECN;
    Shape shape = { .tcp = type != VIRTIO_NET_HDR_GSO_UDP_L4, .transport = header->csum_start,
                    .size = header->gso_size };
    gsize minimum = shape.tcp ? TCP_HEADER_MIN : UDP_HEADER;

    if (!(header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) || length < IPV4_HEADER_MIN)
        return FALSE;
    shape.v4 = packet[0] >> 4 == 4;
    gsize ip_header = shape.v4 ? (gsize)(packet[0] & 0x0f) * 4 : IPV6_HEADER;
    if ((!shape.v4 && packet[0] >> 4 != 6) || ip_header < IPV4_HEADER_MIN ||
        (shape.v4 ? shape.transport != ip_header : shape.transport < ip_header) ||
        (type == VIRTIO_NET_HDR_GSO_TCPV4 && !shape.v4) ||
        (type == VIRTIO_NET_HDR_GSO_TCPV6 && shape.v4))
        return FALSE;
    if (length < shape.transport || length - shape.transport < minimum)
        return FALSE;

    gsize header_length = shape.tcp ? (gsize)(packet[shape.transport + 12] >> 4) * 4 : UDP_HEADER;
    shape.payload = shape.transport + header_length;
    shape.checksum = shape.tcp ? TCP_CHECKSUM : UDP_CHECKSUM;
    if (header_length < minimum || shape.payload >= length ||
        header->csum_offset != shape.checksum || shape.size == 0)
        return FALSE;
    *ret_shape = shape;
    return TRUE;
}

/* The header of piece `index`, which carries `data` bytes from `position` of the whole. */
static void head_piece(const Shape *shape, const guint8 *whole, gsize length, guint8 *piece,
                       guint index, gsize position, gsize data)
{
    guint8 *transport = piece + shape->transport;
    gsize all = length - shape->transport, own = shape->payload - shape->transport + data;
    gboolean last = shape->payload + position + data == length;
    guint16 partial;

    if (shape->v4) {
        put_u16(piece + 2, shape->payload + data);
        put_u16(piece + 4, (gsize)(guint16)((piece[4] << 8 | piece[5]) + index));
        checksum_ipv4_header(piece, shape->transport);
    } else {
        put_u16(piece + 4, shape->payload + data - IPV6_HEADER);
    }
    if (shape->tcp) {
        put_u32(transport + 4, get_u32(whole + shape->transport + 4) + (guint32)position);
        if (!last)
            transport[TCP_FLAGS] &= (guint8) ~(FLAG_FIN | FLAG_PSH);
        if (index > 0) /* RFC 3168 §6.1.2: said once */
            transport[TCP_FLAGS] &= (guint8)~FLAG_CWR;
    } else {
        put_u16(transport + 4, own);
    }
    memcpy(&partial, transport + shape->checksum, sizeof partial);
    guint64 sum = checksum_add_u16(partial, (guint16)~all);
    partial = checksum_fold(checksum_add_u16(sum, (guint16)own));
    memcpy(transport + shape->checksum, &partial, sizeof partial);
}

static gboolean cut(const Shape *shape, const guint8 *packet, gsize length, const guint8 *prefix,
                    gsize prefix_length, guint8 *out, gsize size, SegmentResult *ret_result)
{
    gsize data = length - shape->payload;
    gsize pieces = (data + shape->size - 1) / shape->size;
    guint index = 0;
    gsize used = 0;

    if (pieces * (prefix_length + shape->payload) + data > size)
        return FALSE;
    for (gsize position = 0; position < data; position += shape->size, index++) {
        gsize part = MIN(shape->size, data - position);
        guint8 *piece = out + used + prefix_length;

        put_prefix(out + used, prefix, prefix_length);
        memcpy(piece, packet, shape->payload);
        memcpy(piece + shape->payload, packet + shape->payload + position, part);
        head_piece(shape, packet, length, piece, index, position, part);
        complete_checksum(piece + shape->transport, shape->payload - shape->transport + part,
                          shape->checksum);
        used += prefix_length + shape->payload + part;
    }
    ret_result->length = used;
    ret_result->stride = MIN(used, prefix_length + shape->payload + shape->size);
    return TRUE;
}

gboolean segment_cut(const struct virtio_net_hdr *header, const guint8 *packet, gsize length,
                     const guint8 *prefix, gsize prefix_length, guint8 *out, gsize size,
                     SegmentResult *ret_result)
{
    guint8 type = header->gso_type & (guint8)~VIRTIO_NET_HDR_GSO_ECN;
    Shape shape;

    if (type == VIRTIO_NET_HDR_GSO_TCPV4 || type == VIRTIO_NET_HDR_GSO_TCPV6 ||
        type == VIRTIO_NET_HDR_GSO_UDP_L4)
        return shape_of(header, packet, length, &shape) &&
               cut(&shape, packet, length, prefix, prefix_length, out, size, ret_result);
    if (type != VIRTIO_NET_HDR_GSO_NONE || length == 0 || length > size ||
        prefix_length > size - length)
        return FALSE;

    put_prefix(out, prefix, prefix_length);
    memcpy(out + prefix_length, packet, length);
    if (header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
        gsize start = header->csum_start, offset = header->csum_offset;
        if (start >= length || offset > length - start || length - start - offset < 2)
            return FALSE;
        complete_checksum(out + prefix_length + start, length - start, offset);
    }
    ret_result->length = ret_result->stride = prefix_length + length;
    return TRUE;
}
