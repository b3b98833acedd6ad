/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Coalescing, and MSS clamping: what was merged is cut again, and must be what came. */
#include <netinet/in.h>
#include <string.h>

#include "packets.h"
#include "tunnel/coalesce.h"
#include "tunnel/mss.h"
#include "tunnel/segment.h"

#define OUT_SIZE (256 * 1024)

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
    PacketKind kind = { .v6 = data != NULL, .flags = ACK, .options = 12,
                        .sequence = G_MAXUINT32 - 5000,
                        .source_port = 1, .id = 65530 };
    Written written;

    for (guint i = 0; i < 40; i++) {
        gsize bytes = i == 39 ? 77 : 1300;
        if (i == 39)
            kind.flags |= PSH;
        lengths[i] = packet_make_tcp(packets[i], &kind, bytes, TRUE);
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
typedef void (*Breaker)(PacketKind *kind, guint8 *packet, gsize *length);

static void break_nothing(PacketKind *kind, guint8 *packet, gsize *length) {}
static void break_checksum(PacketKind *kind, guint8 *packet, gsize *length) { packet[60] ^= 1; }
static void break_ip_checksum(PacketKind *kind, guint8 *packet, gsize *length) { packet[10] ^= 1; }
static void break_gap(PacketKind *kind, guint8 *packet, gsize *length)
{
    kind->sequence += 100;
    *length = packet_make_tcp(packet, kind, 1000, TRUE);
}
static void break_flags(PacketKind *kind, guint8 *packet, gsize *length)
{
    PacketKind fin = *kind;
    fin.flags |= 0x01;
    *length = packet_make_tcp(packet, &fin, 1000, TRUE);
}
static void break_options(PacketKind *kind, guint8 *packet, gsize *length)
{
    PacketKind other = *kind;
    other.options = 16;
    *length = packet_make_tcp(packet, &other, 1000, TRUE);
}
static void break_longer(PacketKind *kind, guint8 *packet, gsize *length)
{
    *length = packet_make_tcp(packet, kind, 1001, TRUE);
    kind->sequence++;
}
static void break_id(PacketKind *kind, guint8 *packet, gsize *length)
{
    PacketKind other = *kind;
    other.id += 7;
    *length = packet_make_tcp(packet, &other, 1000, TRUE);
}
static void break_fragment(PacketKind *kind, guint8 *packet, gsize *length)
{
    packet[6] |= 0x20;
    packet_put16(packet + 10, 0);
    packet_put16(packet + 10, (guint16)~packet_sum(0, packet, 20));
}
static void break_empty(PacketKind *kind, guint8 *packet, gsize *length)
{
    *length = packet_make_tcp(packet, kind, 0, TRUE);
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
    PacketKind kind = { .flags = ACK, .options = 12, .sequence = 1000, .fragmentable = TRUE,
                        .id = 5 };
    Written written;

    for (guint i = 0; i < 4; i++) {
        lengths[i] = packet_make_tcp(packets[i], &kind, 1000, TRUE);
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
    PacketKind kinds[FLOWS];
    Written written;

    for (guint i = 0; i < ALL; i++) {
        PacketKind *kind = &kinds[i % FLOWS];
        if (i < FLOWS)
            *kind = (PacketKind){ .v6 = i % 2, .flags = ACK, .sequence = i * 77,
                                  .source_port = (guint16)i };
        lengths[i] = packet_make_tcp(packets[i], kind, 600, TRUE);
        kind->sequence += 600;
        kind->id++;
    }
    written_init(&written);
    run_row(&written, packets, lengths, ALL);
    for (guint i = 0; i < ALL; i++) {
        const GByteArray *piece = g_ptr_array_index(written.packets, i);
        guint flow = piece->data[packet_ip_header(piece->data) + 1];
        g_assert_cmpuint(packet_get32(piece->data + packet_ip_header(piece->data) + 4), ==,
                         flow * 77 + 600 * seen[flow]++);
    }
    written_clear(&written);
}

/* Packets of another kind pass untouched; every truncation of a good one does, too. */
static void test_plain(void)
{
    PacketKind kind = { .flags = ACK, .sequence = 1 };
    guint8 packet[2048];
    gsize length = packet_make_tcp(packet, &kind, 500, TRUE);

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
    PacketKind kind = { .v6 = v6, .flags = SYN, .options = 12, .sequence = 5 };
    gsize length = packet_make_tcp(p, &kind, 0, complete), ip = v6 ? 40 : 20;
    guint8 *option = p + ip + 20 + nops;

    option[0] = 2;
    option[1] = 4;
    packet_put16(option + 2, mss);
    if (complete) {
        packet_put16(p + ip + 16, 0);
        guint16 pseudo = packet_pseudo(p, IPPROTO_TCP, 32);
        packet_put16(p + ip + 16, (guint16)~packet_sum(pseudo, p + ip, 32));
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
            g_assert_true(packet_checksums_right(p, length, ip, IPPROTO_TCP));
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
