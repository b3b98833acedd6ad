/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Coalescing of TCP segments. */
#include "tunnel/coalesce.h"

#include <netinet/in.h>
#include <string.h>

#include "tunnel/checksum.h"

/* Flows that are open within one batch; the oldest makes room for another. */
#define FLOWS 8
/* Segments of one super-packet: as many as Linux accepts in one of its own (MAX_SKB_FRAGS is
 * lower, but a TUN copies them together). */
#define PARTS 64
#define PACKET_MAX 65535

#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define TCP_HEADER_MIN 20
#define TCP_FLAGS 13
#define TCP_CHECKSUM 16
#define FLAG_PSH 0x08
#define FLAG_ACK 0x10
#define IPV4_DF 0x40

/* A TCP segment and where its parts are. */
typedef struct {
    guint8 *packet;
    gsize transport; /* length of the IP header */
    gsize payload;   /* length of both headers */
    gsize length;    /* of all, as IP says */
    guint32 sequence;
} Segment;

typedef struct {
    Segment head; /* its headers will be those of all */
    struct iovec parts[PARTS];
    guint n_parts; /* 0: this place is free */
    gsize data;    /* in all parts */
    gsize size;    /* of the first one: no other may be longer */
    guint32 next;  /* sequence number */
    guint16 id;    /* IPv4 identification of the last */
} Flow;

struct Coalescer {
    CoalesceWriter writer;
    gpointer user_data;
    Flow flows[FLOWS];
    guint oldest;
};

Coalescer *coalescer_new(CoalesceWriter writer, gpointer user_data)
{
    Coalescer *coalescer = g_new0(Coalescer, 1);

    coalescer->writer = writer;
    coalescer->user_data = user_data;
    return coalescer;
}

void coalescer_free(Coalescer *coalescer)
{
    g_free(coalescer);
}

static gsize get_u16(const guint8 *at)
{
    return (gsize)(at[0] << 8 | at[1]);
}

static void put_u16(guint8 *at, gsize value)
{
    at[0] = (guint8)(value >> 8);
    at[1] = (guint8)value;
}

static void write_plain(Coalescer *coalescer, guint8 *packet, gsize length)
{
    const struct virtio_net_hdr header = { 0 };
    const struct iovec part = { packet, length };

    coalescer->writer(&header, &part, 1, coalescer->user_data);
}

static void close_flow(Coalescer *coalescer, Flow *flow)
{
    Segment *head = &flow->head;
    struct virtio_net_hdr header = { 0 };
    gsize total = head->payload + flow->data;

    if (flow->n_parts == 1) {
        write_plain(coalescer, head->packet, head->length);
    } else if (flow->n_parts > 1) {
        gboolean v4 = head->transport == IPV4_HEADER;
        put_u16(head->packet + (v4 ? 2 : 4), v4 ? total : total - IPV6_HEADER);
        if (v4)
            checksum_ipv4_header(head->packet, IPV4_HEADER);

        guint16 partial = checksum_fold(
            checksum_pseudo(head->packet, IPPROTO_TCP, total - head->transport));
        memcpy(head->packet + head->transport + TCP_CHECKSUM, &partial, sizeof partial);
        header.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
        header.gso_type = v4 ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_TCPV6;
        header.hdr_len = (guint16)head->payload;
        header.gso_size = (guint16)flow->size;
        header.csum_start = (guint16)head->transport;
        header.csum_offset = TCP_CHECKSUM;
        coalescer->writer(&header, flow->parts, flow->n_parts, coalescer->user_data);
    }
    flow->n_parts = 0;
}

/* ---- reading a packet */

/* The IP header's length, for those without options, extensions and fragments; 0 otherwise. */
static gsize plain_ip(const guint8 *packet, gsize length, gsize *ret_total)
{
    if (length >= IPV4_HEADER && packet[0] == 0x45) {
        *ret_total = get_u16(packet + 2);
        gboolean whole = (packet[6] & ~IPV4_DF) == 0 && packet[7] == 0;
        return packet[9] == IPPROTO_TCP && whole && *ret_total <= length ? IPV4_HEADER : 0;
    }
    if (length >= IPV6_HEADER && packet[0] >> 4 == 6) {
        *ret_total = IPV6_HEADER + get_u16(packet + 4);
        return packet[6] == IPPROTO_TCP && *ret_total <= length ? IPV6_HEADER : 0;
    }
    return 0;
}

static gboolean read_segment(guint8 *packet, gsize length, Segment *ret_segment)
{
    Segment segment = { .packet = packet };

    segment.transport = plain_ip(packet, length, &segment.length);
    if (segment.transport == 0 || segment.length < segment.transport + TCP_HEADER_MIN)
        return FALSE;

    const guint8 *tcp = packet + segment.transport;
    gsize header_length = (gsize)(tcp[12] >> 4) * 4;
    if (header_length < TCP_HEADER_MIN || header_length > segment.length - segment.transport)
        return FALSE;
    segment.payload = segment.transport + header_length;
    segment.sequence = (guint32)(get_u16(tcp + 4) << 16 | get_u16(tcp + 6));
    *ret_segment = segment;
    return TRUE;
}

/* Only segments that say nothing but "here is more" are merged, and only when they came whole:
 * a merged packet gets a new checksum, which would make a broken one good. */
static gboolean may_merge(const Segment *segment)
{
    const guint8 *tcp = segment->packet + segment->transport;

    if ((tcp[TCP_FLAGS] & ~FLAG_PSH) != FLAG_ACK || (tcp[12] & 0x0f) != 0 ||
        segment->length == segment->payload)
        return FALSE;
    if (segment->transport == IPV4_HEADER &&
        checksum_fold(checksum_add(0, segment->packet, IPV4_HEADER)) != 0xffff)
        return FALSE;

    gsize tcp_length = segment->length - segment->transport;
    guint64 sum = checksum_pseudo(segment->packet, IPPROTO_TCP, tcp_length);
    return checksum_fold(checksum_add(sum, tcp, tcp_length)) == 0xffff;
}

static gboolean same_flow(const Segment *a, const Segment *b)
{
    gsize addresses = a->transport == IPV4_HEADER ? 12 : 8;

    return a->transport == b->transport &&
           memcmp(a->packet + addresses, b->packet + addresses, a->transport - addresses) == 0 &&
           memcmp(a->packet + a->transport, b->packet + b->transport, 4) == 0;
}

static Flow *find_flow(Coalescer *coalescer, const Segment *segment)
{
    for (guint i = 0; i < FLOWS; i++) {
        Flow *flow = &coalescer->flows[i];
        if (flow->n_parts > 0 && same_flow(&flow->head, segment))
            return flow;
    }
    return NULL;
}

/* All that segment_cut() copies from the first header to the others must agree. */
static gboolean same_headers(const Flow *flow, const Segment *segment)
{
    const guint8 *a = flow->head.packet, *b = segment->packet;
    gsize t = segment->transport;

    if (flow->head.payload != segment->payload)
        return FALSE;
    if (t == IPV4_HEADER) {
        /* Type of service, DF, time to live; identification counts on, or means nothing
         * (RFC 6864 §4.1) and then need not be kept. */
        guint16 id = (guint16)get_u16(b + 4);
        if (a[1] != b[1] || a[6] != b[6] || a[8] != b[8] ||
            (!(b[6] & IPV4_DF) && id != (guint16)(flow->id + 1)))
            return FALSE;
    } else if (memcmp(a, b, 4) != 0 || a[7] != b[7]) {
        return FALSE; /* traffic class, flow label, hop limit */
    }
    /* Acknowledgement, window, urgent pointer, options. */
    return memcmp(a + t + 8, b + t + 8, 4) == 0 && memcmp(a + t + 14, b + t + 14, 2) == 0 &&
           memcmp(a + t + 18, b + t + 18, segment->payload - t - 18) == 0;
}

static gboolean continues(const Flow *flow, const Segment *segment)
{
    gsize data = segment->length - segment->payload;

    return segment->sequence == flow->next && data <= flow->size && flow->n_parts < PARTS &&
           flow->head.payload + flow->data + data <= PACKET_MAX && same_headers(flow, segment);
}

/* ---- merging */

static void open_flow(Coalescer *coalescer, const Segment *segment)
{
    Flow *flow = NULL;

    for (guint i = 0; i < FLOWS && !flow; i++) {
        if (coalescer->flows[i].n_parts == 0)
            flow = &coalescer->flows[i];
    }
    if (!flow) {
        flow = &coalescer->flows[coalescer->oldest];
        coalescer->oldest = (coalescer->oldest + 1) % FLOWS;
        close_flow(coalescer, flow);
    }
    flow->head = *segment;
    flow->data = flow->size = segment->length - segment->payload;
    flow->next = segment->sequence + (guint32)flow->data;
    flow->id = (guint16)get_u16(segment->packet + 4);
    flow->parts[0] = (struct iovec){ segment->packet, segment->length };
    flow->n_parts = 1;
}

static void append(Flow *flow, const Segment *segment)
{
    gsize data = segment->length - segment->payload;

    flow->parts[flow->n_parts++] = (struct iovec){ segment->packet + segment->payload, data };
    flow->data += data;
    flow->next += (guint32)data;
    flow->id = (guint16)get_u16(segment->packet + 4);
    flow->head.packet[flow->head.transport + TCP_FLAGS] |=
        segment->packet[segment->transport + TCP_FLAGS] & FLAG_PSH;
}

/* Fragments, options and extension headers may hide the continuation of a flow. */
static gboolean may_be_tcp(const guint8 *packet, gsize length)
{
    if (length >= IPV4_HEADER && packet[0] >> 4 == 4)
        return packet[9] == IPPROTO_TCP;
    if (length >= IPV6_HEADER && packet[0] >> 4 == 6)
        return packet[6] != IPPROTO_UDP && packet[6] != IPPROTO_ICMPV6;
    return FALSE;
}

void coalescer_add(Coalescer *coalescer, guint8 *packet, gsize length)
{
    Segment segment;

    if (!read_segment(packet, length, &segment)) {
        if (may_be_tcp(packet, length))
            coalescer_flush(coalescer);
        write_plain(coalescer, packet, length);
        return;
    }

    Flow *flow = find_flow(coalescer, &segment);
    gboolean merge = may_merge(&segment);
    if (flow && (!merge || !continues(flow, &segment))) {
        close_flow(coalescer, flow);
        flow = NULL;
    }
    if (!merge) {
        write_plain(coalescer, packet, length);
        return;
    }

    gboolean pushed = packet[segment.transport + TCP_FLAGS] & FLAG_PSH;
    if (flow)
        append(flow, &segment);
    else if (pushed)
        write_plain(coalescer, packet, length);
    else
        open_flow(coalescer, &segment);
    /* Nothing may follow a push or a shorter segment within one packet. */
    if (flow && (pushed || segment.length - segment.payload < flow->size))
        close_flow(coalescer, flow);
}

void coalescer_flush(Coalescer *coalescer)
{
    for (guint i = 0; i < FLOWS; i++)
        close_flow(coalescer, &coalescer->flows[i]);
}
