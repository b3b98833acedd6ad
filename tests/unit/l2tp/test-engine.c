/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine as a whole: connecting, staying, closing. */
#include "wire.h"

#include <string.h>

#define MS USEC_PER_MSEC
#define SEC USEC_PER_SEC
#define assert_told(told, expected) g_assert_cmpstr((told), ==, (expected))

/* Two round trips after the SCCRQ's: SCCCN with ICRQ, and ICCN. */
static void test_connect(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_connect(wire);
    g_assert_cmpstr(wire->text, ==, "lns");
}

/* The SCCRQ, byte for byte (RFC 2661 §6.1): the few AVPs needed, in the RFC's order. */
static void test_sccrq(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_open(wire);
    g_autofree char *hex = g_strdup_printf("c802 0042 0000 0000 0000 0000 8008 0000 0000 0001 "
        "8008 0000 0002 0100 800c 0000 0007 6c6170746f70 800a 0000 0003 00000003 "
        "8008 0000 0009 %04x 8008 0000 000a 0004", wire->tunnel_id);
    g_autoptr(GByteArray) expected = wire_hex(hex);
    g_assert_cmpmem(wire->last->data, wire->last->len, expected->data, expected->len);
    g_assert_cmphex(wire->tunnel_id, !=, 0);
}

/* SCCCN, ICRQ and ICCN go to the peer's Tunnel ID; ICCN to its session. */
static void test_scccn_icrq_iccn(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_open(wire);
    wire->nr = 1;
    wire_message(wire, 0, 2, WIRE_SCCRP);
    g_autoptr(GByteArray) scccn = wire_hex("c802 0014 1234 0000 0001 0001 8008 0000 0000 0003");
    g_assert_cmpmem(wire->first->data, wire->first->len, scccn->data, scccn->len);
    g_autoptr(GByteArray) icrq = wire_hex("c802 0026 1234 0000 0002 0001 8008 0000 0000 000a");
    g_assert_cmpmem(wire->last->data, 20, icrq->data, icrq->len);
    g_assert_cmpmem(wire->last->data + 28, 6, "\x80\x0a\0\0\0\x0f", 6);
    wire->session_id = (guint16)(wire->last->data[26] << 8 | wire->last->data[27]);
    wire->nr = 3;
    wire_message(wire, wire->session_id, 11, WIRE_ICRP);
    g_autoptr(GByteArray) iccn = wire_hex("c802 0028 1234 0077 0003 0002 8008 0000 0000 000c "
        "800a 0000 0018 3b9aca00 800a 0000 0013 00000001");
    g_assert_cmpmem(wire->last->data, wire->last->len, iccn->data, iccn->len);
}

/* The Framing Type MUST be one that the peer advertised (RFC 2661 §4.4.3). */
static void test_framing_type(void)
{
    static const struct {
        const char *capabilities;
        guint8 type;
    } rows[] = { { "00000000", 1 }, { "00000001", 1 }, { "00000002", 2 }, { "00000003", 1 } };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Wire) wire = wire_new(NULL);
        g_autofree char *avps = g_strdup_printf("8008 0000 0002 0100 800a 0000 0003 %s "
            "8009 0000 0007 6c6e73 8008 0000 0009 1234", rows[i].capabilities);

        wire_open(wire);
        wire->nr = 1;
        wire_message(wire, 0, 2, avps);
        wire->nr = 3;
        wire_message(wire, 0, 11, WIRE_ICRP);
        g_assert_cmpuint(wire->last->data[wire->last->len - 1], ==, rows[i].type);
    }
}

static void test_sequencing_required(void)
{
    L2tpConfig config = { .host_name = "laptop", .sequencing = TRUE };
    g_autoptr(Wire) wire = wire_new(&config);

    wire_open(wire);
    wire->nr = 1;
    wire_message(wire, 0, 2, WIRE_SCCRP);
    wire->nr = 3;
    wire_message(wire, 0, 11, WIRE_ICRP);
    g_assert_cmpmem(wire->last->data + wire->last->len - 6, 6, "\x80\x06\0\0\0\x27", 6);
}

/* With a window of one everything takes its turn, and nothing is forgotten. */
static void test_peer_window_one(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_open(wire);
    wire->nr = 1;
    assert_told(wire_message(wire, 0, 2, "8008 0000 0002 0100 800a 0000 0003 00000003 "
        "8009 0000 0007 6c6e73 8008 0000 0009 1234 8008 0000 000a 0001"), "TUNNEL_UP SCCCN(1,1)");
    wire->nr = 2;
    assert_told(wire_zlb(wire), "ICRQ(2,1)");
    /* An ICRP that does not acknowledge the ICRQ: ICCN and UP wait for that. */
    assert_told(wire_message(wire, 0, 11, WIRE_ICRP), "SESSION");
    wire->nr = 3;
    assert_told(wire_zlb(wire), "ICCN(3,2) UP");
}

/* The SCCRP is lost: the SCCRQ goes again, early, and the duplicate SCCRP is acknowledged. */
static void test_sccrp_lost(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_open(wire);
    assert_told(wire_tick(wire, 199 * MS), "");
    assert_told(wire_tick(wire, 1 * MS), "SCCRQ(0,0)");
    wire->nr = 1;
    assert_told(wire_message(wire, 0, 2, WIRE_SCCRP), "TUNNEL_UP SCCCN(1,1) ICRQ(2,1)");
    assert_told(wire_numbered(wire, 0, 1, 0, 2, WIRE_SCCRP), "ZLB(3,1)");
}

static void test_out_of_order(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_open(wire);
    /* A HELLO overtakes the SCCRP. */
    assert_told(wire_numbered(wire, 1, 1, 0, 6, ""), "");
    assert_told(wire_numbered(wire, 0, 1, 0, 2, WIRE_SCCRP), "TUNNEL_UP SCCCN(1,2) ICRQ(2,2)");
}

static void test_hello_in_every_state(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_open(wire);
    wire->nr = 1;
    assert_told(wire_message(wire, 0, 6, ""), "");
    assert_told(wire_tick(wire, 20 * MS), "ZLB(1,1)");
    assert_told(wire_message(wire, 0, 2, WIRE_SCCRP), "TUNNEL_UP SCCCN(1,2) ICRQ(2,2)");
    wire->nr = 3;
    assert_told(wire_message(wire, 0, 6, ""), "");
    assert_told(wire_message(wire, 0, 11, WIRE_ICRP), "SESSION ICCN(3,4) UP");
    wire->nr = 4;
    assert_told(wire_message(wire, 0, 6, ""), "");
    assert_told(wire_tick(wire, 20 * MS), "ZLB(4,5)");
    assert_told(wire_close(wire), "CDN(4,5) StopCCN(5,5)");
    assert_told(wire_message(wire, 0, 6, ""), "");
    assert_told(wire_tick(wire, 20 * MS), "ZLB(6,6)");
    wire->nr = 6;
    assert_told(wire_message(wire, 0, 6, ""), "CLOSED ZLB(6,7)");
    assert_told(wire_message(wire, 0, 6, ""), "ZLB(6,8)");
}

static void test_our_hello(void)
{
    L2tpConfig config = { .host_name = "laptop", .hello_interval = 60 * SEC };
    g_autoptr(Wire) wire = wire_new(&config);

    wire_connect(wire);
    g_assert_cmpuint(l2tp_tunnel_deadline(wire->tunnel) - wire->now, ==, 60 * SEC);
    wire->now += 50 * SEC;
    l2tp_tunnel_seen(wire->tunnel, wire->now); /* data came */
    assert_told(wire_tick(wire, 59 * SEC), "");
    assert_told(wire_tick(wire, 1 * SEC), "HELLO(4,2)");
    wire->nr = 5;
    assert_told(wire_zlb(wire), "");
    g_assert_cmpuint(l2tp_tunnel_deadline(wire->tunnel) - wire->now, ==, 60 * SEC);
}

static void test_no_hello(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_connect(wire);
    g_assert_cmpuint(l2tp_tunnel_deadline(wire->tunnel), ==, USEC_NEVER);
    assert_told(wire_tick(wire, 3600 * SEC), "");
}

static void test_close(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_connect(wire);
    assert_told(wire_close(wire), "CDN(4,2) StopCCN(5,2)");
    g_assert_cmpmem(wire->first->data + 20, 14, "\x80\x08\0\0\0\1\0\3\x80\x08\0\0\0\x0e", 14);
    wire->nr = 6;
    assert_told(wire_zlb(wire), "CLOSED");
    assert_told(wire_close(wire), "");
    /* Late messages are acknowledged for a full cycle (RFC 2661 §5.7), then no more. */
    assert_told(wire_tick(wire, 30 * SEC), "");
    assert_told(wire_numbered(wire, 1, 6, 0, 6, ""), "ZLB(6,2)");
    assert_told(wire_tick(wire, 2 * SEC), "");
    g_assert_cmpuint(l2tp_tunnel_deadline(wire->tunnel), ==, USEC_NEVER);
    assert_told(wire_numbered(wire, 1, 6, 0, 6, ""), "");
}

/* CDN and StopCCN are lost: sent again, and CLOSED comes in time all the same. */
static void test_close_unacknowledged(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);
    gboolean closed = FALSE;
    guint sends = 0;

    wire_connect(wire);
    Usec start = wire->now;
    wire_close(wire);
    while (l2tp_tunnel_deadline(wire->tunnel) != USEC_NEVER) {
        const char *told = wire_tick(wire, l2tp_tunnel_deadline(wire->tunnel) - wire->now);

        if (strstr(told, "CLOSED")) {
            g_assert_false(closed);
            closed = TRUE;
            g_assert_cmpuint(wire->now - start, ==, 3 * SEC);
        }
        sends += strstr(told, "CDN") != NULL;
        g_assert_cmpuint(wire->now - start, <=, 70 * SEC);
    }
    g_assert_true(closed);
    g_assert_cmpuint(sends, >=, 5);
}

static void test_close_while_unanswered(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_open(wire);
    assert_told(wire_close(wire), "");
    assert_told(wire_tick(wire, 1 * SEC), "CLOSED SCCRQ(0,0)");
}

/* Closed before the SCCRP: it is answered with a StopCCN to the ID that it brings. */
static void test_close_before_sccrp(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_open(wire);
    wire_close(wire);
    wire->nr = 1;
    assert_told(wire_message(wire, 0, 2, WIRE_SCCRP), "StopCCN(1,1)");
    g_assert_cmpmem(wire->last->data + 4, 2, "\x12\x34", 2);
    wire->nr = 2;
    assert_told(wire_zlb(wire), "CLOSED");
}

static void test_close_before_open(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    assert_told(wire_close(wire), "CLOSED");
    assert_told(wire_open(wire), "");
}

/* Both stop at once: each acknowledges, and our own close is what counts. */
static void test_stopccn_crossed(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_connect(wire);
    wire_close(wire);
    assert_told(wire_message(wire, 0, 4, "8008 0000 0009 1234 8008 0000 0001 0001"),
        "CLOSED ZLB(6,3)");
    /* Repeated, because our acknowledgement was lost. */
    assert_told(wire_numbered(wire, 2, 6, 0, 4, "8008 0000 0009 1234 8008 0000 0001 0001"),
        "ZLB(6,3)");
}

static void test_cdn_crossed(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_connect(wire);
    wire_close(wire);
    assert_told(wire_message(wire, wire->session_id, 14,
        "8008 0000 0001 0003 8008 0000 000e 0077"), "");
    wire->nr = 6;
    assert_told(wire_zlb(wire), "CLOSED ZLB(6,3)");
}

/* Set-Link-Info comes from Meraki and others; WAN-Error-Notify should not, and does no harm. */
static void test_sli_and_wen(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_connect(wire);
    assert_told(wire_message(wire, wire->session_id, 16,
        "8010 0000 0023 0000 ffffffff ffffffff"), "");
    assert_told(wire_message(wire, wire->session_id, 15, "8020 0000 0022 0000 "
        "000000000000000000000000000000000000000000000000"), "");
    assert_told(wire_tick(wire, 20 * MS), "ZLB(4,4)");
}

/* A call of the peer's own is refused (result 5) and ours goes on. */
static void test_call_from_lns(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_connect(wire);
    assert_told(wire_message(wire, 0, 10, "8008 0000 000e 0099 800a 0000 000f 00000001"),
        "CDN(4,3)");
    g_assert_cmpmem(wire->last->data + 6, 2, "\0\x99", 2);
    g_assert_cmpmem(wire->last->data + 20, 8, "\x80\x08\0\0\0\1\0\5", 8);
    wire->nr = 5;
    assert_told(wire_message(wire, 0, 7, "8008 0000 000e 009a 800a 0000 000f 00000001 "
        "800a 0000 0010 00000001 800a 0000 0011 00000001 800a 0000 0012 00000001 "
        "800a 0000 0013 00000001 8009 0000 0015 313233"), "CDN(5,4)");
    wire->nr = 6;
    /* And one that cannot be understood. */
    assert_told(wire_message(wire, 0, 7, "8008 0000 000e 009a"), "CDN(6,5)");
    wire->nr = 7;
    assert_told(wire_message(wire, wire->session_id, 14,
        "8008 0000 0001 0003 8008 0000 000e 0077"), "FAILED gateway-closed StopCCN(7,6)");
}

/* A flood of such calls does not fill our memory, nor keep us from stopping. */
static void test_call_flood(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_connect(wire);
    for (guint i = 0; i < 1000; i++)
        wire_message(wire, 0, 10, "8008 0000 000e 0099 800a 0000 000f 00000001");
    wire_close(wire);
    for (guint i = 0; i < 100 && !strstr(wire->told, "StopCCN"); i++) {
        wire->nr++;
        wire_zlb(wire);
    }
    g_assert_nonnull(strstr(wire->told, "StopCCN"));
}

/* Messages for other tunnels, or sessions that are none of ours. */
static void test_not_ours(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_connect(wire);
    wire->tunnel_id ^= 1;
    assert_told(wire_numbered(wire, 2, 4, 0, 4, "8008 0000 0009 1234 8008 0000 0001 0001"), "");
    wire->tunnel_id = 0;
    assert_told(wire_numbered(wire, 2, 4, 0, 4, "8008 0000 0009 1234 8008 0000 0001 0001"), "");
}

static void test_cdn_of_another_session(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_connect(wire);
    assert_told(wire_message(wire, (guint16)(wire->session_id ^ 1), 14,
        "8008 0000 0001 0003 8008 0000 000e 0099"), "");
    assert_told(wire_message(wire, 0, 14, "8008 0000 0001 0003 8008 0000 000e 0099"), "");
    assert_told(wire_message(wire, 0, 14, "8008 0000 0001 0003 8008 0000 000e 0077"),
        "FAILED gateway-closed StopCCN(4,5)");
}

/* Out of sequence, but about a session that is none of ours. */
static void test_stray_call_message(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);
    guint16 other;

    wire_connect(wire);
    other = (guint16)(wire->session_id ^ 1);
    assert_told(wire_message(wire, other, 12,
        "800a 0000 0018 00000001 800a 0000 0013 00000001"), "");
    assert_told(wire_message(wire, other, 11, WIRE_ICRP), "");
    assert_told(wire_message(wire, other, 8, "8008 0000 000e 0077"), "");
    assert_told(wire_message(wire, other, 11, ""), "");
    assert_told(wire_tick(wire, 20 * MS), "ZLB(4,6)");
}

/* Ours is bounded, whatever the driver wishes; 0 is the default of 4. */
static void test_receive_window(void)
{
    static const guint16 rows[][2] = { { 0, 4 }, { 1, 1 }, { 64, 64 }, { 65, 64 }, { 9999, 64 } };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        L2tpConfig config = { .host_name = "laptop", .receive_window = rows[i][0] };
        g_autoptr(Wire) wire = wire_new(&config);

        wire_open(wire);
        g_assert_cmpuint(wire->last->data[wire->last->len - 1], ==, rows[i][1]);
    }
}

/* The driver asks what the transport has measured. */
static void test_rtt(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_open(wire);
    g_assert_cmpuint(l2tp_tunnel_rtt(wire->tunnel), ==, 0);
    wire->now += 80 * MS;
    wire->nr = 1;
    wire_message(wire, 0, 2, WIRE_SCCRP);
    g_assert_cmpuint(l2tp_tunnel_rtt(wire->tunnel), ==, 80 * MS);
}

static void test_unknown_message(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_connect(wire);
    g_autofree char *hex = g_strdup_printf("c802 0014 %04x 0000 0002 0004 0008 0000 0000 0015",
        wire->tunnel_id);
    g_autoptr(GByteArray) packet = wire_hex(hex);
    assert_told(wire_raw(wire, packet->data, packet->len), "");
    assert_told(wire_tick(wire, 20 * MS), "ZLB(4,3)");
}

static void test_hiding(void)
{
    g_autoptr(Secret) secret = secret_new("sesame", 6);
    L2tpConfig config = { .host_name = "laptop", .secret = secret, .hide_avps = TRUE };
    g_autoptr(Wire) wire = wire_new(&config);

    wire_open(wire);
    /* The SCCRQ hides nothing: the peer finds the secret by our Host Name. */
    for (guint i = 12; i + 6 <= wire->last->len;
         i += (guint)(wire->last->data[i] & 3) << 8 | wire->last->data[i + 1])
        g_assert_cmphex(wire->last->data[i] & 0x40, ==, 0);
    g_assert_cmpmem(wire->last->data + wire->last->len - 22, 6, "\x80\x16\0\0\0\x0b", 6);
    g_autoptr(GChecksum) md5 = g_checksum_new(G_CHECKSUM_MD5);
    g_checksum_update(md5, (const guchar *)"\2sesame", 7);
    g_checksum_update(md5, wire->last->data + wire->last->len - 16, 16);
    g_autofree char *response = wire_avp(13, g_checksum_get_string(md5));
    g_autofree char *avps = g_strconcat(WIRE_SCCRP " ", response, NULL);
    wire->nr = 1;
    assert_told(wire_message(wire, 0, 2, avps), "TUNNEL_UP SCCCN(1,1) ICRQ(2,1)");
    /* ICRQ: Message Type, Random Vector, then both hidden: 6 + 16. */
    const guint8 *p = wire->last->data + 20;
    g_assert_cmpuint(wire->last->len, ==, 20 + 22 + 22 + 22);
    g_assert_cmpmem(p, 6, "\x80\x16\0\0\0\x24", 6);
    g_assert_cmpmem(p + 22, 6, "\xc0\x16\0\0\0\x0e", 6);
    g_assert_cmpmem(p + 44, 6, "\xc0\x16\0\0\0\x0f", 6);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/l2tp/engine/connect", test_connect);
    g_test_add_func("/l2tp/engine/sccrq", test_sccrq);
    g_test_add_func("/l2tp/engine/scccn-icrq-iccn", test_scccn_icrq_iccn);
    g_test_add_func("/l2tp/engine/framing-type", test_framing_type);
    g_test_add_func("/l2tp/engine/sequencing-required", test_sequencing_required);
    g_test_add_func("/l2tp/engine/peer-window-one", test_peer_window_one);
    g_test_add_func("/l2tp/engine/sccrp-lost", test_sccrp_lost);
    g_test_add_func("/l2tp/engine/out-of-order", test_out_of_order);
    g_test_add_func("/l2tp/engine/hello-in-every-state", test_hello_in_every_state);
    g_test_add_func("/l2tp/engine/our-hello", test_our_hello);
    g_test_add_func("/l2tp/engine/no-hello", test_no_hello);
    g_test_add_func("/l2tp/engine/close", test_close);
    g_test_add_func("/l2tp/engine/close-unacknowledged", test_close_unacknowledged);
    g_test_add_func("/l2tp/engine/close-while-unanswered", test_close_while_unanswered);
    g_test_add_func("/l2tp/engine/close-before-sccrp", test_close_before_sccrp);
    g_test_add_func("/l2tp/engine/close-before-open", test_close_before_open);
    g_test_add_func("/l2tp/engine/stopccn-crossed", test_stopccn_crossed);
    g_test_add_func("/l2tp/engine/cdn-crossed", test_cdn_crossed);
    g_test_add_func("/l2tp/engine/sli-and-wen", test_sli_and_wen);
    g_test_add_func("/l2tp/engine/call-from-lns", test_call_from_lns);
    g_test_add_func("/l2tp/engine/call-flood", test_call_flood);
    g_test_add_func("/l2tp/engine/not-ours", test_not_ours);
    g_test_add_func("/l2tp/engine/cdn-of-another-session", test_cdn_of_another_session);
    g_test_add_func("/l2tp/engine/stray-call-message", test_stray_call_message);
    g_test_add_func("/l2tp/engine/receive-window", test_receive_window);
    g_test_add_func("/l2tp/engine/rtt", test_rtt);
    g_test_add_func("/l2tp/engine/unknown-message", test_unknown_message);
    g_test_add_func("/l2tp/engine/hiding", test_hiding);
    return g_test_run();
}
