/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksums, cutting, coalescing and MSS clamping. Checksums are recomputed here by a loop of
 * its own, and what is cut must be what was there before: the same bytes, in the same order. */
#include <glib.h>
#include <netinet/in.h>
#include <string.h>

#include "tunnel/checksum.h"
#include "tunnel/coalesce.h"
#include "tunnel/mss.h"
#include "tunnel/segment.h"

#define PREFIX_MAX 14
#define OUT_SIZE (256 * 1024)
#define SYN 0x02
#define PSH 0x08
#define ACK 0x10
#define CWR 0x80

/* ---- an independent view of packets */

/* RFC 1071 §4.1, word by word in big endian. */
static guint16 slow_sum(guint32 sum, const guint8 *data, gsize length)
{
    for (gsize i = 0; i < length; i++)
        sum += i % 2 == 0 ? (guint32)data[i] << 8 : data[i];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (guint16)sum;
}

static gsize ip_header_length(const guint8 *p)
{
    return p[0] >> 4 == 4 ? (gsize)(p[0] & 15) * 4 : 40;
}

/* The sum of the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1). */
static guint16 slow_pseudo(const guint8 *p, guint8 protocol, gsize transport_length)
{
    gboolean v4 = p[0] >> 4 == 4;
    guint32 sum = slow_sum(0, p + (v4 ? 12 : 8), v4 ? 8 : 32);

    return slow_sum(sum + protocol + (guint32)transport_length, NULL, 0);
}

static gboolean checksums_right(const guint8 *p, gsize length, gsize transport, guint8 protocol)
{
    guint16 sum = slow_pseudo(p, protocol, length - transport);

    if (p[0] >> 4 == 4 && slow_sum(0, p, ip_header_length(p)) != 0xffff)
        return FALSE;
    return slow_sum(sum, p + transport, length - transport) == 0xffff;
}

static guint32 get32(const guint8 *p)
{
    return (guint32)p[0] << 24 | (guint32)p[1] << 16 | (guint32)p[2] << 8 | p[3];
}

static void put16(guint8 *p, guint value)
{
    p[0] = (guint8)(value >> 8);
    p[1] = (guint8)value;
}

typedef struct {
    gboolean v6;
    gsize extension; /* bytes of IPv6 extension header */
    gsize options;   /* bytes of TCP options */
    guint8 flags;
    guint32 sequence;
    guint16 source_port;
    guint16 id;
    gboolean fragmentable;
} Kind;

/* A TCP packet with `data` bytes made from the sequence number; its checksum field holds the
 * pseudo-header's sum, as the kernel leaves it, or (complete) the whole. Returns its length. */
static gsize make_tcp(guint8 *p, const Kind *kind, gsize data, gboolean complete)
{
    gsize ip = kind->v6 ? 40 + kind->extension : 20;
    gsize tcp = 20 + kind->options, length = ip + tcp + data;
    guint8 *t = p + ip;

    memset(p, 0, ip + tcp);
    if (kind->v6) {
        p[0] = 0x60;
        p[3] = 7; /* flow label */
        put16(p + 4, (guint)(length - 40));
        p[6] = kind->extension ? 60 : IPPROTO_TCP;
        p[7] = 64;
        memset(p + 8, 0x20, 32);
        if (kind->extension) {
            p[40] = IPPROTO_TCP;
            p[41] = (guint8)(kind->extension / 8 - 1);
        }
    } else {
        p[0] = 0x45;
        put16(p + 2, (guint)length);
        put16(p + 4, kind->id);
        p[6] = kind->fragmentable ? 0 : 0x40;
        p[8] = 64;
        p[9] = IPPROTO_TCP;
        memcpy(p + 12, "\x0a\x4d\x00\x0a\x0a\x4d\x01\x02", 8);
        put16(p + 10, (guint16)~slow_sum(0, p, 20));
    }
    put16(t, kind->source_port);
    put16(t + 2, 443);
    put16(t + 4, kind->sequence >> 16);
    put16(t + 6, kind->sequence & 0xffff);
    t[11] = 9;
    t[12] = (guint8)(tcp / 4 << 4);
    t[13] = kind->flags;
    put16(t + 14, 501);
    memset(t + 20, 1, kind->options);
    for (gsize i = 0; i < data; i++)
        t[tcp + i] = (guint8)((kind->sequence + i) * 31 >> 3);

    guint16 sum = slow_pseudo(p, IPPROTO_TCP, tcp + data);
    put16(t + 16, complete ? (guint16)~slow_sum(sum, t, tcp + data) : sum);
    return length;
}

static struct virtio_net_hdr header_for(const Kind *kind, gsize size)
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
        g_assert_cmphex(GUINT16_FROM_BE(checksum_fold(sum)), ==, slow_sum(0, block, length));
    }
}

/* ---- cutting */

static void check_piece(const Kind *kind, const guint8 *piece, gsize length, const guint8 *whole,
                        gsize whole_length, gsize position, guint index)
{
    gsize ip = kind->v6 ? 40 + kind->extension : 20, headers = ip + 20 + kind->options;
    gboolean last = position + length - headers == whole_length - headers;
    guint8 flags = kind->flags;

    g_assert_true(checksums_right(piece, length, ip, IPPROTO_TCP));
    g_assert_cmpuint(piece[kind->v6 ? 4 : 2] << 8 | piece[kind->v6 ? 5 : 3], ==,
                     kind->v6 ? length - 40 : length);
    g_assert_cmpuint(get32(piece + ip + 4), ==, kind->sequence + (guint32)position);
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
        Kind kind = { .v6 = g_rand_boolean(rand), .flags = ACK | PSH | CWR,
                      .options = 4 * (gsize)g_rand_int_range(rand, 0, 11),
                      .sequence = g_rand_int(rand), .id = (guint16)g_rand_int(rand) };
        if (kind.v6)
            kind.extension = 8 * (gsize)g_rand_int_range(rand, 0, 3);
        gsize size = (gsize)g_rand_int_range(rand, 88, 9000);
        gsize data = (gsize)g_rand_int_range(rand, 1, 65000 - 120);
        gsize prefix_length = (gsize)g_rand_int_range(rand, 0, PREFIX_MAX);
        struct virtio_net_hdr header = header_for(&kind, size);
        gsize length = make_tcp(whole, &kind, data, FALSE), position = 0;
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
    put16(whole + 20, 5000);
    put16(whole + 22, 53);
    put16(whole + 24, 1008);
    for (gsize i = 0; i < 1000; i++)
        whole[28 + i] = (guint8)i;
    put16(whole + 26, slow_pseudo(whole, IPPROTO_UDP, 1008));
    g_assert_true(segment_cut(&header, whole, sizeof whole, NULL, 0, out, sizeof out, &result));
    g_assert_cmpuint(result.stride, ==, 328);
    for (gsize at = 0; at < result.length; at += result.stride) {
        gsize piece = MIN(result.stride, result.length - at);
        g_assert_true(checksums_right(out + at, piece, 20, IPPROTO_UDP));
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
    Kind kind = { .flags = ACK, .sequence = 1 };
    guint8 packet[2000], out[2000];
    struct virtio_net_hdr header = header_for(&kind, 0);
    gsize length = make_tcp(packet, &kind, 501, FALSE);
    SegmentResult result;

    g_assert_true(segment_cut(&header, packet, length, (const guint8 *)"pre", 3, out, sizeof out,
                              &result));
    g_assert_cmpuint(result.length, ==, length + 3);
    g_assert_cmpuint(result.stride, ==, length + 3);
    g_assert_true(checksums_right(out + 3, length, 20, IPPROTO_TCP));

    header.flags = 0;
    g_assert_true(segment_cut(&header, packet, length, NULL, 0, out, sizeof out, &result));
    g_assert_cmpmem(out, result.length, packet, length);

    guint8 zero[28] = { 0x45 };
    header = (struct virtio_net_hdr){ .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 20,
                                      .csum_offset = 6 };
    put16(zero + 20, 0xffff);
    g_assert_true(segment_cut(&header, zero, sizeof zero, NULL, 0, out, sizeof out, &result));
    g_assert_cmphex(out[26] << 8 | out[27], ==, 0xffff);
}

static void test_cut_refused(void)
{
    Kind kind = { .flags = ACK, .sequence = 1 };
    guint8 packet[4096];
    g_autofree guint8 *out = g_malloc(OUT_SIZE);
    gsize length = make_tcp(packet, &kind, 3000, FALSE);
    const struct virtio_net_hdr good = header_for(&kind, 1000);
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

/* ---- coalescing */

typedef struct {
    GPtrArray *packets; /* GByteArray, cut again */
    GArray *counts;     /* pieces of each written packet */
} Written;

static void written_init(Written *written)
{
    written->packets = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref);
    written->counts = g_array_new(FALSE, FALSE, sizeof(guint));
}

static void written_clear(Written *written)
{
    g_ptr_array_unref(written->packets);
    g_array_unref(written->counts);
}

static void collect(const struct virtio_net_hdr *header, const struct iovec *parts, guint n_parts,
                    gpointer user_data)
{
    Written *written = user_data;
    g_autoptr(GByteArray) whole = g_byte_array_new();
    g_autofree guint8 *out = g_malloc(OUT_SIZE);
    SegmentResult result;
    guint n = 0;

    for (guint i = 0; i < n_parts; i++)
        g_byte_array_append(whole, parts[i].iov_base, (guint)parts[i].iov_len);
    g_assert_true(segment_cut(header, whole->data, whole->len, NULL, 0, out, OUT_SIZE, &result));
    for (gsize at = 0; at < result.length; at += result.stride, n++) {
        GByteArray *piece = g_byte_array_new();
        g_byte_array_append(piece, out + at, (guint)MIN(result.stride, result.length - at));
        g_ptr_array_add(written->packets, piece);
    }
    g_array_append_val(written->counts, n);
}

static guint count_at(const Written *written, guint i)
{
    return g_array_index(written->counts, guint, i);
}

/* Adds packets of a flow one behind the other and says how they were written. */
static void run_row(Written *written, guint8 (*packets)[2048], const gsize *lengths, guint n)
{
    g_autoptr(Coalescer) coalescer = coalescer_new(collect, written);
    g_autofree guint8 *copies = g_memdup2(packets, n * sizeof packets[0]);

    for (guint i = 0; i < n; i++)
        coalescer_add(coalescer, copies + i * sizeof packets[0], lengths[i]);
    coalescer_flush(coalescer);
    g_assert_cmpuint(written->packets->len, ==, n);
}

static void assert_same(const Written *written, guint8 (*packets)[2048], const gsize *lengths)
{
    for (guint i = 0; i < written->packets->len; i++) {
        const GByteArray *piece = g_ptr_array_index(written->packets, i);
        g_assert_cmpmem(piece->data, piece->len, packets[i], lengths[i]);
    }
}

static void test_merge(gconstpointer data)
{
    guint8 packets[40][2048];
    gsize lengths[40];
    Kind kind = { .v6 = data != NULL, .flags = ACK, .options = 12, .sequence = G_MAXUINT32 - 5000,
                  .source_port = 1, .id = 65530 };
    Written written;

    for (guint i = 0; i < 40; i++) {
        gsize bytes = i == 39 ? 77 : 1300;
        if (i == 39)
            kind.flags |= PSH;
        lengths[i] = make_tcp(packets[i], &kind, bytes, TRUE);
        kind.sequence += (guint32)bytes;
        kind.id++;
    }
    written_init(&written);
    run_row(&written, packets, lengths, 40);
    g_assert_cmpuint(written.counts->len, ==, 1);
    g_assert_cmpuint(count_at(&written, 0), ==, 40);
    assert_same(&written, packets, lengths);
    written_clear(&written);
}

/* What breaks a row in two, between its second and third packet of four. */
typedef void (*Breaker)(Kind *kind, guint8 *packet, gsize *length);

static void break_nothing(Kind *kind, guint8 *packet, gsize *length) {}
static void break_checksum(Kind *kind, guint8 *packet, gsize *length) { packet[60] ^= 1; }
static void break_ip_checksum(Kind *kind, guint8 *packet, gsize *length) { packet[10] ^= 1; }
static void break_gap(Kind *kind, guint8 *packet, gsize *length)
{
    kind->sequence += 100;
    *length = make_tcp(packet, kind, 1000, TRUE);
}
static void break_flags(Kind *kind, guint8 *packet, gsize *length)
{
    Kind fin = *kind;
    fin.flags |= 0x01;
    *length = make_tcp(packet, &fin, 1000, TRUE);
}
static void break_options(Kind *kind, guint8 *packet, gsize *length)
{
    Kind other = *kind;
    other.options = 16;
    *length = make_tcp(packet, &other, 1000, TRUE);
}
static void break_longer(Kind *kind, guint8 *packet, gsize *length)
{
    *length = make_tcp(packet, kind, 1001, TRUE);
    kind->sequence++;
}
static void break_id(Kind *kind, guint8 *packet, gsize *length)
{
    Kind other = *kind;
    other.id += 7;
    *length = make_tcp(packet, &other, 1000, TRUE);
}
static void break_fragment(Kind *kind, guint8 *packet, gsize *length)
{
    packet[6] |= 0x20;
    put16(packet + 10, 0);
    put16(packet + 10, (guint16)~slow_sum(0, packet, 20));
}
static void break_empty(Kind *kind, guint8 *packet, gsize *length)
{
    *length = make_tcp(packet, kind, 0, TRUE);
    kind->sequence -= 1000;
}

static const struct {
    const char *name;
    Breaker breaker;
    guint rows[4]; /* pieces of each packet written */
} breakers[] = {
    { "nothing", break_nothing, { 4 } },
    { "tcp-checksum", break_checksum, { 2, 1, 1 } },
    { "ip-checksum", break_ip_checksum, { 2, 1, 1 } },
    { "gap", break_gap, { 2, 2 } },
    { "fin", break_flags, { 2, 1, 1 } },
    { "options", break_options, { 2, 1, 1 } },
    { "longer", break_longer, { 2, 2 } },
    { "id", break_id, { 2, 1, 1 } },
    { "fragment", break_fragment, { 2, 1, 1 } },
    { "empty", break_empty, { 2, 1, 1 } },
};

static void test_break(gconstpointer data)
{
    guint which = GPOINTER_TO_UINT(data), rows = 0;
    guint8 packets[4][2048];
    gsize lengths[4];
    Kind kind = { .flags = ACK, .options = 12, .sequence = 1000, .fragmentable = TRUE, .id = 5 };
    Written written;

    for (guint i = 0; i < 4; i++) {
        lengths[i] = make_tcp(packets[i], &kind, 1000, TRUE);
        if (i == 2)
            breakers[which].breaker(&kind, packets[i], &lengths[i]);
        kind.sequence += 1000;
        kind.id++;
    }
    written_init(&written);
    run_row(&written, packets, lengths, 4);
    assert_same(&written, packets, lengths);
    for (; rows < written.counts->len; rows++)
        g_assert_cmpuint(count_at(&written, rows), ==, breakers[which].rows[rows]);
    g_assert_true(rows == 4 || breakers[which].rows[rows] == 0);
    written_clear(&written);
}

/* More flows than there are places, in turns; each comes out whole and in order. */
static void test_many_flows(void)
{
    enum { FLOWS = 13, EACH = 5, ALL = FLOWS * EACH };
    static guint8 packets[ALL][2048];
    gsize lengths[ALL];
    guint seen[FLOWS] = { 0 };
    Kind kinds[FLOWS];
    Written written;

    for (guint i = 0; i < ALL; i++) {
        Kind *kind = &kinds[i % FLOWS];
        if (i < FLOWS)
            *kind = (Kind){ .v6 = i % 2, .flags = ACK, .sequence = i * 77, .source_port = (guint16)i };
        lengths[i] = make_tcp(packets[i], kind, 600, TRUE);
        kind->sequence += 600;
        kind->id++;
    }
    written_init(&written);
    run_row(&written, packets, lengths, ALL);
    for (guint i = 0; i < ALL; i++) {
        const GByteArray *piece = g_ptr_array_index(written.packets, i);
        guint flow = piece->data[ip_header_length(piece->data) + 1];
        g_assert_cmpuint(get32(piece->data + ip_header_length(piece->data) + 4), ==,
                         flow * 77 + 600 * seen[flow]++);
    }
    written_clear(&written);
}

/* Packets of another kind pass untouched; every truncation of a good one does, too. */
static void test_plain(void)
{
    Kind kind = { .flags = ACK, .sequence = 1 };
    guint8 packet[2048];
    gsize length = make_tcp(packet, &kind, 500, TRUE);

    for (gsize cut = 1; cut < length; cut++) {
        g_autofree guint8 *copy = g_memdup2(packet, cut);
        Written written;
        written_init(&written);
        g_autoptr(Coalescer) coalescer = coalescer_new(collect, &written);
        coalescer_add(coalescer, copy, cut);
        coalescer_flush(coalescer);
        const GByteArray *piece = g_ptr_array_index(written.packets, 0);
        g_assert_cmpmem(piece->data, piece->len, packet, cut);
        written_clear(&written);
    }
}

/* ---- MSS */

static gsize make_syn(guint8 *p, gboolean v6, guint16 mss, gsize nops, gboolean complete)
{
    Kind kind = { .v6 = v6, .flags = SYN, .options = 12, .sequence = 5 };
    gsize length = make_tcp(p, &kind, 0, complete), ip = v6 ? 40 : 20;
    guint8 *option = p + ip + 20 + nops;

    option[0] = 2;
    option[1] = 4;
    put16(option + 2, mss);
    if (complete) {
        put16(p + ip + 16, 0);
        put16(p + ip + 16, (guint16)~slow_sum(slow_pseudo(p, IPPROTO_TCP, 32), p + ip, 32));
    }
    return length;
}

static void test_mss(void)
{
    for (guint v6 = 0; v6 < 2; v6++) {
        for (gsize nops = 0; nops < 9; nops++) {
            guint8 p[128];
            gsize ip = v6 ? 40 : 20, length = make_syn(p, v6, 1460, nops, TRUE);
            const guint8 *mss = p + ip + 20 + nops + 2;

            g_assert_false(mss_clamp(p, length, 1500 + (v6 ? 20 : 0), FALSE));
            g_assert_true(mss_clamp(p, length, 1400, FALSE));
            g_assert_cmpuint(mss[0] << 8 | mss[1], ==, v6 ? 1340 : 1360);
            g_assert_true(checksums_right(p, length, ip, IPPROTO_TCP));
            g_assert_false(mss_clamp(p, length, 1400, FALSE));
        }
    }
}

static void test_mss_partial(void)
{
    guint8 p[128], before[2];
    gsize length = make_syn(p, FALSE, 9000, 0, FALSE);

    memcpy(before, p + 36, 2);
    g_assert_true(mss_clamp(p, length, 1400, TRUE));
    g_assert_cmpmem(p + 36, 2, before, 2);
}

static void test_mss_left_alone(void)
{
    guint8 p[128], copy[128];
    gsize length = make_syn(p, FALSE, 9000, 0, TRUE);

#define LEFT_ALONE(size, ...)                                \
    do {                                                     \
        memcpy(copy, p, sizeof copy);                        \
        __VA_ARGS__;                                         \
        g_assert_false(mss_clamp(copy, size, 1400, FALSE));  \
    } while (0)
    LEFT_ALONE(length, copy[33] = ACK);     /* no SYN */
    LEFT_ALONE(length, copy[9] = 17);       /* UDP */
    LEFT_ALONE(length, copy[7] = 1);        /* a fragment behind the first */
    LEFT_ALONE(length, copy[41] = 0);       /* an option of no length */
    LEFT_ALONE(length, copy[41] = 3);       /* not an MSS */
    LEFT_ALONE(length, copy[41] = 255);     /* beyond the header */
    LEFT_ALONE(length, copy[40] = 0);       /* end of options */
    LEFT_ALONE(length, copy[32] = 0xf0);    /* a header beyond the packet */
    LEFT_ALONE(length, copy[32] = 0x10);
    LEFT_ALONE(length, copy[0] = 0x4f);
    LEFT_ALONE(length, copy[0] = 0x41);
    for (gsize cut = 0; cut < 52; cut++)
        LEFT_ALONE(cut, (void)0);
#undef LEFT_ALONE
    g_assert_true(mss_clamp(p, length, 1400, FALSE));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tunnel/packets/checksum", test_checksum);
    g_test_add_func("/tunnel/packets/cut-tcp", test_cut_tcp);
    g_test_add_func("/tunnel/packets/cut-udp", test_cut_udp);
    g_test_add_func("/tunnel/packets/single", test_single);
    g_test_add_func("/tunnel/packets/cut-refused", test_cut_refused);
    g_test_add_data_func("/tunnel/packets/merge-ipv4", NULL, test_merge);
    g_test_add_data_func("/tunnel/packets/merge-ipv6", "", test_merge);
    for (guint i = 0; i < G_N_ELEMENTS(breakers); i++) {
        g_autofree char *path = g_strdup_printf("/tunnel/packets/break/%s", breakers[i].name);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_break);
    }
    g_test_add_func("/tunnel/packets/many-flows", test_many_flows);
    g_test_add_func("/tunnel/packets/plain", test_plain);
    g_test_add_func("/tunnel/packets/mss", test_mss);
    g_test_add_func("/tunnel/packets/mss-partial", test_mss_partial);
    g_test_add_func("/tunnel/packets/mss-left-alone", test_mss_left_alone);
    return g_test_run();
}
