/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data messages (RFC 2661 §3.1) and their sequence numbers (§5.4). */
#include "l2tp/sequence.h"

#include "wire.h"

static gboolean parse(const char *hex, L2tpData *data, GByteArray **ret_packet)
{
    *ret_packet = wire_hex(hex);
    return l2tp_data_parse((*ret_packet)->data, (*ret_packet)->len, data);
}

static void test_parse(void)
{
    static const struct {
        const char *packet;
        gboolean valid, sequenced;
        guint16 ns;
        gsize length;
    } rows[] = {
        { "0002 1234 0077 ff03c021", TRUE, FALSE, 0, 4 },
        { "0002 1234 0077", TRUE, FALSE, 0, 0 },
        { "4002 000c 1234 0077 ff03c021", TRUE, FALSE, 0, 4 },
        { "4002 000a 1234 0077 ff03c021", TRUE, FALSE, 0, 2 }, /* octets behind Length */
        { "0802 1234 0077 0005 0000 ff03", TRUE, TRUE, 5, 2 },
        { "4802 000e 1234 0077 0005 0000 ff03", TRUE, TRUE, 5, 2 },
        { "0202 1234 0077 0000 ff03", TRUE, FALSE, 0, 2 },      /* an offset of nothing */
        { "0202 1234 0077 0003 aaaaaa ff03", TRUE, FALSE, 0, 2 },
        { "0302 1234 0077 0000 ff03", TRUE, FALSE, 0, 2 },      /* with the priority bit */
        { "0202 1234 0077 0003 aaaa", FALSE, FALSE, 0, 0 },     /* offset beyond the packet */
        { "0202 1234 0077 ffff aaaa", FALSE, FALSE, 0, 0 },
        { "4202 000a 1234 0077 0001 aa", FALSE, FALSE, 0, 0 },  /* offset beyond Length */
        { "4002 000d 1234 0077 ff03c021", FALSE, FALSE, 0, 0 }, /* Length beyond the packet */
        { "4002 0003 1234 0077 ff03", FALSE, FALSE, 0, 0 },     /* Length within the header */
        { "4002 0007 1234 0077 ff03", FALSE, FALSE, 0, 0 },
        { "0001 1234 0077 ff03", FALSE, FALSE, 0, 0 },          /* L2F */
        { "0003 1234 0077 ff03", FALSE, FALSE, 0, 0 },
        { "8002 1234 0077 ff03", FALSE, FALSE, 0, 0 },          /* a control message */
        { "0002 1234 00", FALSE, FALSE, 0, 0 },
        { "0802 1234 0077 0005 00", FALSE, FALSE, 0, 0 },
        { "00", FALSE, FALSE, 0, 0 },
        { "", FALSE, FALSE, 0, 0 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) packet = NULL;
        L2tpData data;

        g_test_message("%s", rows[i].packet);
        g_assert_cmpint(parse(rows[i].packet, &data, &packet), ==, rows[i].valid);
        if (!rows[i].valid)
            continue;
        g_assert_cmphex(data.tunnel_id, ==, 0x1234);
        g_assert_cmphex(data.session_id, ==, 0x77);
        g_assert_cmpint(data.sequenced, ==, rows[i].sequenced);
        g_assert_cmpuint(data.ns, ==, rows[i].ns);
        g_assert_cmpuint(data.length, ==, rows[i].length);
        if (data.length >= 2)
            g_assert_cmpmem(data.payload, 2, "\xff\x03", 2);
    }
}

static void test_build(void)
{
    L2tpData data = { .tunnel_id = 0x1234, .session_id = 0x77, .length = 5 };
    g_autoptr(GByteArray) shortest = wire_hex("0002 1234 0077");
    g_autoptr(GByteArray) longest = wire_hex("4802 0011 1234 0077 00ff 0000");
    guint8 header[L2TP_DATA_HEADER_MAX];

    g_assert_cmpmem(header, l2tp_data_build(&data, FALSE, header), shortest->data, 6);
    data.sequenced = TRUE;
    data.ns = 0xff;
    g_assert_cmpmem(header, l2tp_data_build(&data, TRUE, header), longest->data, 12);
}

/* Test the T bit first: Meraki sends data without a Length, whose Tunnel ID is then no length. */
static void test_control_bit(void)
{
    g_assert_true(l2tp_packet_is_control((const guint8 *)"\xc8\x02", 2));
    g_assert_true(l2tp_packet_is_control((const guint8 *)"\x80", 1));
    g_assert_false(l2tp_packet_is_control((const guint8 *)"\x00\x02\x42\x80", 4));
    g_assert_false(l2tp_packet_is_control((const guint8 *)"\x40\x02", 2));
    g_assert_false(l2tp_packet_is_control(NULL, 0));
}

static gboolean receive(L2tpSequence *sequence, guint16 ns)
{
    L2tpData data = { .sequenced = TRUE, .ns = ns };

    return l2tp_sequence_receive(sequence, &data);
}

static void test_sequence_order(void)
{
    L2tpSequence sequence;

    l2tp_sequence_init(&sequence, FALSE);
    g_assert_true(receive(&sequence, 0));
    g_assert_true(receive(&sequence, 1));
    g_assert_false(receive(&sequence, 1));
    g_assert_true(receive(&sequence, 5)); /* a gap is no reason to wait */
    g_assert_false(receive(&sequence, 3));
    g_assert_false(receive(&sequence, 0x8006)); /* half of the numbers away: old */
    g_assert_true(receive(&sequence, 0x7000));
    g_assert_true(receive(&sequence, 0xe000));
    g_assert_true(receive(&sequence, 2)); /* wrapped around */
    g_assert_false(receive(&sequence, 0xfffe));
}

/* A gateway whose counter begins anew: a few are lost, not half of all numbers. */
static void test_sequence_begins_anew(void)
{
    L2tpSequence sequence;

    l2tp_sequence_init(&sequence, FALSE);
    g_assert_true(receive(&sequence, 20000));
    for (guint16 ns = 0; ns < 4; ns++)
        g_assert_false(receive(&sequence, ns));
    g_assert_true(receive(&sequence, 4));
    g_assert_true(receive(&sequence, 5));
    g_assert_false(receive(&sequence, 5));
    /* Copies that come one by one, or with gaps, prove nothing. */
    g_assert_true(receive(&sequence, 100));
    for (guint16 ns = 10; ns < 50; ns = (guint16)(ns + 2))
        g_assert_false(receive(&sequence, ns));
    for (guint i = 0; i < 10; i++)
        g_assert_false(receive(&sequence, 99));
    for (guint16 ns = 60; ns < 64; ns++)
        g_assert_false(receive(&sequence, ns));
    g_assert_true(receive(&sequence, 101));
    g_assert_false(receive(&sequence, 64));
}

/* "the LNS controls enabling and disabling of sequence numbers" (RFC 2661 §5.4). */
static void test_sequence_follows_lns(void)
{
    const L2tpData bare = { 0 };
    L2tpData out = { 0 };
    L2tpSequence sequence;

    l2tp_sequence_init(&sequence, FALSE);
    l2tp_sequence_send(&sequence, &out);
    g_assert_false(out.sequenced);
    g_assert_true(receive(&sequence, 0));
    l2tp_sequence_send(&sequence, &out);
    g_assert_true(out.sequenced);
    g_assert_cmpuint(out.ns, ==, 0);
    g_assert_true(l2tp_sequence_receive(&sequence, &bare));
    l2tp_sequence_send(&sequence, &out);
    g_assert_false(out.sequenced);
    /* "picks up where it left off" */
    g_assert_true(receive(&sequence, 1));
    l2tp_sequence_send(&sequence, &out);
    g_assert_cmpuint(out.ns, ==, 1);
}

/* "If this AVP is present during session setup, sequence numbers MUST be present at all
 * times" (RFC 2661 §5.4). */
static void test_sequence_required(void)
{
    const L2tpData bare = { 0 };
    L2tpData out = { 0 };
    L2tpSequence sequence;

    l2tp_sequence_init(&sequence, TRUE);
    for (guint i = 0; i < 3; i++) {
        l2tp_sequence_send(&sequence, &out);
        g_assert_true(out.sequenced);
        g_assert_cmpuint(out.ns, ==, i);
        g_assert_true(l2tp_sequence_receive(&sequence, &bare));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/l2tp/data/parse", test_parse);
    g_test_add_func("/l2tp/data/build", test_build);
    g_test_add_func("/l2tp/data/control-bit", test_control_bit);
    g_test_add_func("/l2tp/data/sequence-order", test_sequence_order);
    g_test_add_func("/l2tp/data/sequence-begins-anew", test_sequence_begins_anew);
    g_test_add_func("/l2tp/data/sequence-follows-lns", test_sequence_follows_lns);
    g_test_add_func("/l2tp/data/sequence-required", test_sequence_required);
    return g_test_run();
}
