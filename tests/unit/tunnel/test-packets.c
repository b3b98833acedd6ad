/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksums and cutting: what is cut must be what was there before, the same bytes in the same
 * order. */
#include <netinet/in.h>
#include <string.h>

#include "packets.h"
#include "tunnel/checksum.h"
#include "tunnel/segment.h"

#define PREFIX_MAX 14
#define OUT_SIZE (256 * 1024)

/* ---- checksum */

static void test_checksum(void)
{
    /* RFC 1071 §3 */
    const guint8 example[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
    guint8 block[600];
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);

    g_assert_cmphex(GUINT16_FROM_BE(checksum_fold(checksum_add(0, example, sizeof example))), ==,
                    0xddf2);
    for (gsize length = 0; length < sizeof block; length++) {
        for (gsize i = 0; i < length; i++)
            block[i] = length % 3 == 0 ? 0xff : (guint8)g_rand_int(rand);
        gsize cut = length / 2 & ~(gsize)1;
        guint64 sum = checksum_add(checksum_add(0, block, cut), block + cut, length - cut);
        g_assert_cmphex(GUINT16_FROM_BE(checksum_fold(sum)), ==, packet_sum(0, block, length));
    }
}

/* ---- cutting */

static void check_piece(const PacketKind *kind, const guint8 *piece, gsize length,
                        const guint8 *whole, gsize whole_length, gsize position, guint index)
{
    gsize ip = kind->v6 ? 40 + kind->extension : 20, headers = ip + 20 + kind->options;
    gboolean last = position + length - headers == whole_length - headers;
    guint8 flags = kind->flags;

    g_assert_true(packet_checksums_right(piece, length, ip, IPPROTO_TCP));
    g_assert_cmpuint(piece[kind->v6 ? 4 : 2] << 8 | piece[kind->v6 ? 5 : 3], ==,
                     kind->v6 ? length - 40 : length);
    g_assert_cmpuint(packet_get32(piece + ip + 4), ==, kind->sequence + (guint32)position);
    g_assert_cmpmem(piece + headers, length - headers, whole + headers + position,
                    length - headers);
    if (!last)
        flags &= (guint8)~PSH;
    if (index > 0)
        flags &= (guint8)~CWR;
    g_assert_cmphex(piece[ip + 13], ==, flags);
    if (!kind->v6)
        g_assert_cmpuint((guint16)(piece[4] << 8 | piece[5]), ==, (guint16)(kind->id + index));
}

static void test_cut_tcp(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(2);
    g_autofree guint8 *whole = g_malloc(66000);
    g_autofree guint8 *out = g_malloc(OUT_SIZE);
    guint8 prefix[PREFIX_MAX];

    for (guint round = 0; round < 300; round++) {
        PacketKind kind = { .v6 = g_rand_boolean(rand), .flags = ACK | PSH | CWR,
                      .options = 4 * (gsize)g_rand_int_range(rand, 0, 11),
                      .sequence = g_rand_int(rand), .id = (guint16)g_rand_int(rand) };
        if (kind.v6)
            kind.extension = 8 * (gsize)g_rand_int_range(rand, 0, 3);
        gsize size = (gsize)g_rand_int_range(rand, 88, 9000);
        gsize data = (gsize)g_rand_int_range(rand, 1, 65000 - 120);
        gsize prefix_length = (gsize)g_rand_int_range(rand, 0, PREFIX_MAX);
        struct virtio_net_hdr header = packet_header_for(&kind, size);
        gsize length = packet_make_tcp(whole, &kind, data, FALSE), position = 0;
        SegmentResult result;

        memset(prefix, 0xab, sizeof prefix);
        g_assert_true(segment_cut(&header, whole, length, prefix, prefix_length, out, OUT_SIZE,
                                  &result));
        gsize headers = length - data;
        guint index = 0;
        for (gsize at = 0; at < result.length; at += result.stride, index++) {
            gsize piece = MIN(result.stride, result.length - at) - prefix_length;
            g_assert_cmpmem(out + at, prefix_length, prefix, prefix_length);
            check_piece(&kind, out + at + prefix_length, piece, whole, length, position, index);
            position += piece - headers;
        }
        g_assert_cmpuint(position, ==, data);
    }
}

static void test_cut_udp(void)
{
    guint8 whole[28 + 1000], out[4096];
    struct virtio_net_hdr header = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .gso_type = 5,
                                     .gso_size = 300, .csum_start = 20, .csum_offset = 6 };
    SegmentResult result;
    gsize sent = 0;

    memset(whole, 0, sizeof whole);
    memcpy(whole, "\x45\0\x04\x04\0\x01\x40\0\x40\x11\0\0\x0a\0\0\1\x0a\0\0\2", 20);
    packet_put16(whole + 20, 5000);
    packet_put16(whole + 22, 53);
    packet_put16(whole + 24, 1008);
    for (gsize i = 0; i < 1000; i++)
        whole[28 + i] = (guint8)i;
    packet_put16(whole + 26, packet_pseudo(whole, IPPROTO_UDP, 1008));
    g_assert_true(segment_cut(&header, whole, sizeof whole, NULL, 0, out, sizeof out, &result));
    g_assert_cmpuint(result.stride, ==, 328);
    for (gsize at = 0; at < result.length; at += result.stride) {
        gsize piece = MIN(result.stride, result.length - at);
        g_assert_true(packet_checksums_right(out + at, piece, 20, IPPROTO_UDP));
        g_assert_cmpuint(out[at + 24] << 8 | out[at + 25], ==, piece - 20);
        g_assert_cmpmem(out + at + 28, piece - 28, whole + 28 + sent, piece - 28);
        sent += piece - 28;
    }
    g_assert_cmpuint(sent, ==, 1000);
}

/* A packet that is not to be cut, with and without a checksum to be completed; a UDP checksum
 * that comes out as zero is sent as 0xffff (RFC 768). */
static void test_single(void)
{
    PacketKind kind = { .flags = ACK, .sequence = 1 };
    guint8 packet[2000], out[2000];
    struct virtio_net_hdr header = packet_header_for(&kind, 0);
    gsize length = packet_make_tcp(packet, &kind, 501, FALSE);
    SegmentResult result;

    g_assert_true(segment_cut(&header, packet, length, (const guint8 *)"pre", 3, out, sizeof out,
                              &result));
    g_assert_cmpuint(result.length, ==, length + 3);
    g_assert_cmpuint(result.stride, ==, length + 3);
    g_assert_true(packet_checksums_right(out + 3, length, 20, IPPROTO_TCP));

    header.flags = 0;
    g_assert_true(segment_cut(&header, packet, length, NULL, 0, out, sizeof out, &result));
    g_assert_cmpmem(out, result.length, packet, length);

    guint8 zero[28] = { 0x45 };
    header = (struct virtio_net_hdr){ .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 20,
                                      .csum_offset = 6 };
    packet_put16(zero + 20, 0xffff);
    g_assert_true(segment_cut(&header, zero, sizeof zero, NULL, 0, out, sizeof out, &result));
    g_assert_cmphex(out[26] << 8 | out[27], ==, 0xffff);
}

static void test_cut_refused(void)
{
    PacketKind kind = { .flags = ACK, .sequence = 1 };
    guint8 packet[4096];
    g_autofree guint8 *out = g_malloc(OUT_SIZE);
    gsize length = packet_make_tcp(packet, &kind, 3000, FALSE);
    const struct virtio_net_hdr good = packet_header_for(&kind, 1000);
    struct virtio_net_hdr bad;
    SegmentResult result;

#define REFUSED(size, ...)                                                                  \
    do {                                                                                    \
        bad = good;                                                                         \
        __VA_ARGS__;                                                                        \
        g_assert_false(segment_cut(&bad, packet, length, NULL, 0, out, size, &result));     \
    } while (0)
    g_assert_true(segment_cut(&good, packet, length, NULL, 0, out, OUT_SIZE, &result));
    REFUSED(OUT_SIZE, bad.gso_size = 0);
    REFUSED(OUT_SIZE, bad.flags = 0);
    REFUSED(OUT_SIZE, bad.csum_start = 24);
    REFUSED(OUT_SIZE, bad.csum_start = 65535);
    REFUSED(OUT_SIZE, bad.csum_offset = 6);
    REFUSED(OUT_SIZE, bad.gso_type = VIRTIO_NET_HDR_GSO_TCPV6);
    REFUSED(OUT_SIZE, bad.gso_type = VIRTIO_NET_HDR_GSO_UDP);
    REFUSED(3100, bad.gso_size = 1000);
    REFUSED(OUT_SIZE, bad.gso_type = VIRTIO_NET_HDR_GSO_NONE; bad.csum_start = (guint16)length);
    REFUSED(OUT_SIZE, bad.gso_type = VIRTIO_NET_HDR_GSO_NONE; bad.csum_offset = 4000);
#undef REFUSED
    for (gsize cut = 0; cut < 41; cut++)
        g_assert_false(segment_cut(&good, packet, cut, NULL, 0, out, OUT_SIZE, &result));
    packet[32] = 0x40; /* a TCP header of 16 bytes */
    g_assert_false(segment_cut(&good, packet, length, NULL, 0, out, OUT_SIZE, &result));
    packet[32] = 0xf0;
    packet[0] = 0x4f;
    g_assert_false(segment_cut(&good, packet, length, NULL, 0, out, OUT_SIZE, &result));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tunnel/packets/checksum", test_checksum);
    g_test_add_func("/tunnel/packets/cut-tcp", test_cut_tcp);
    g_test_add_func("/tunnel/packets/cut-udp", test_cut_udp);
    g_test_add_func("/tunnel/packets/single", test_single);
    g_test_add_func("/tunnel/packets/cut-refused", test_cut_refused);
    return g_test_run();
}
