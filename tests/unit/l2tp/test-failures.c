/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every way in which a tunnel fails: the code, what the peer is told, and the words that the
 * user gets. */
#include "wire.h"

#include <string.h>

#define MS USEC_PER_MSEC
#define SEC USEC_PER_SEC
#define assert_told(told, expected) g_assert_cmpstr((told), ==, (expected))

static Wire *opened(void)
{
    Wire *wire = wire_new(NULL);

    wire_open(wire);
    wire->nr = 1;
    return wire;
}

static Wire *calling(void)
{
    Wire *wire = opened();

    assert_told(wire_message(wire, 0, 2, WIRE_SCCRP), "TUNNEL_UP SCCCN(1,1) ICRQ(2,1)");
    wire->nr = 3;
    return wire;
}

/* A StopCCN in reply to the SCCRQ, its Result Code's value given. */
static void refuse(const char *value, const char *expected, const char *detail)
{
    g_autoptr(Wire) wire = opened();
    g_autofree char *result = wire_avp(1, value);
    g_autofree char *avps = g_strconcat("8008 0000 0009 1234 ", result, NULL);

    assert_told(wire_message(wire, 0, 4, avps), expected);
    g_assert_cmpstr(wire->detail, ==, detail);
}

static void test_stopccn(void)
{
    refuse("0001", "FAILED l2tp-refused ZLB(1,1)", "the control connection is cleared (result 1)");
    refuse("0002 0004 6e6f20726f6f6d", "FAILED l2tp-refused ZLB(1,1)",
        "general error (result 2, error 4): not enough resources at the moment: no room");
    refuse("0003", "FAILED l2tp-refused ZLB(1,1)",
        "a control connection exists already (result 3)");
    refuse("0004 0000 6e6f", "FAILED l2tp-secret-wrong ZLB(1,1)",
        "not authorized to establish a control connection (result 4, error 0): no");
    refuse("0005 0100", "FAILED l2tp-protocol ZLB(1,1)",
        "the protocol version is not supported (result 5, error 256): an unknown reason");
    /* Just beyond what is defined, and far. */
    refuse("0008", "FAILED l2tp-refused ZLB(1,1)", "an unknown reason (result 8)");
    refuse("0063", "FAILED l2tp-refused ZLB(1,1)", "an unknown reason (result 99)");
    refuse("0002 0009", "FAILED l2tp-refused ZLB(1,1)",
        "general error (result 2, error 9): an unknown reason");
    /* Escape sequences stay out of the user's terminal. */
    refuse("0001 0000 1b5b334a6869", "FAILED l2tp-refused ZLB(1,1)",
        "the control connection is cleared (result 1, error 0):  [3Jhi");
}

/* "Try another" with an address is no failure. */
static void test_redirect(void)
{
    g_autoptr(Wire) wire = opened();

    assert_told(wire_message(wire, 0, 4, "8008 0000 0009 1234 "
        "8012 0000 0001 0002 0007 31302e312e322e33"), "REDIRECT ZLB(1,1)");
    g_assert_cmpstr(wire->text, ==, "10.1.2.3");
    refuse("0002 0007 706c65617365206e6f", "FAILED l2tp-refused ZLB(1,1)",
        "general error (result 2, error 7): try another gateway: please no");
    refuse("0002 0007", "FAILED l2tp-refused ZLB(1,1)",
        "general error (result 2, error 7): try another gateway");
}

/* Some StopCCN are wrong in themselves: no Result Code, another's Tunnel ID, to Tunnel 0 or
 * 0xffff (xl2tpd 1.3.18, captured, refusing a hidden AVP). */
static void test_stopccn_odd(void)
{
    g_autoptr(Wire) bare = opened();
    assert_told(wire_message(bare, 0, 4, ""), "FAILED l2tp-refused ZLB(1,1)");
    g_assert_cmpstr(bare->detail, ==, "StopCCN without a reason");

    g_autoptr(Wire) foreign = opened();
    assert_told(wire_message(foreign, 0, 4, "8008 0000 0009 9999 8008 0000 0001 0006"),
        "FAILED l2tp-refused ZLB(1,1)");

    g_autoptr(Wire) zero = opened();
    zero->tunnel_id = 0;
    assert_told(wire_message(zero, 0, 2, WIRE_SCCRP), "");
    zero->ns = 0;
    assert_told(wire_message(zero, 0, 4, "8008 0000 0009 1234 8008 0000 0001 0006"),
        "FAILED l2tp-refused ZLB(1,1)");

    g_autoptr(Wire) xl2tpd = opened();
    g_autoptr(GByteArray) packet = wire_hex("c8020038ffff000000000001 8008000000000004"
        "8008000000090214 801c0000000100020006496e76616c69642048696464656e20415650");
    assert_told(wire_raw(xl2tpd, packet->data, packet->len), "FAILED l2tp-refused ZLB(1,1)");
    g_assert_cmpstr(xl2tpd->detail, ==,
        "general error (result 2, error 6): a vendor-specific error: Invalid Hidden AVP");
}

static void test_stopccn_when_up(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_connect(wire);
    /* As an LNS that shuts down: with an address, too, this is an end and no redirection. */
    assert_told(wire_message(wire, 0, 4, "8008 0000 0009 1234 8012 0000 0001 0002 0007 "
        "31302e312e322e33"), "FAILED gateway-closed ZLB(4,3)");
    assert_told(wire_close(wire), "");
    /* Its retransmissions are acknowledged for 31 s. */
    assert_told(wire_tick(wire, 30 * SEC), "");
    assert_told(wire_numbered(wire, 2, 4, 0, 4, "8008 0000 0009 1234 8008 0000 0001 0006"),
        "ZLB(4,3)");
    assert_told(wire_tick(wire, 1 * SEC), "");
    assert_told(wire_numbered(wire, 2, 4, 0, 4, "8008 0000 0009 1234 8008 0000 0001 0006"), "");
}

static void refuse_call(const char *avps, const char *detail)
{
    g_autoptr(Wire) wire = calling();

    assert_told(wire_message(wire, 0, 14, avps), "FAILED l2tp-refused StopCCN(3,2)");
    g_assert_cmpstr(wire->detail, ==, detail);
}

static void test_cdn(void)
{
    refuse_call("8008 0000 000e 0077 8008 0000 0001 0004",
        "no facilities are free for the call at the moment (result 4)");
    refuse_call("8008 0000 000e 0077 8008 0000 0001 0003 800e 0000 000c 0010 45 5072697665",
        "disconnected for administrative reasons (result 3); Q.931 cause 16: Prive");
    /* RFC 3145, also as 3Com's draft of it. */
    refuse_call("8008 0000 000e 0077 8008 0000 0001 0003 000e 0000 002e 0010 c223 02 6e6f21",
        "disconnected for administrative reasons (result 3); "
        "PPP: authentication failed (cause 16, protocol c223); PPP: no!");
    refuse_call("8008 0000 000e 0077 8008 0000 0001 0003 000b 002b 002e 0008 c021 00",
        "disconnected for administrative reasons (result 3); "
        "PPP: LCP echo timed out (cause 8, protocol c021)");
    refuse_call("8008 0000 000e 0077 8008 0000 0001 000c 000b 0000 002e 0015 c021 00",
        "an unknown reason (result 12); PPP: an unknown reason (cause 21, protocol c021)");
    refuse_call("", "CDN without a reason");
}

static void test_cdn_when_up(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_connect(wire);
    /* MikroTik's: a Result Code of 8 bytes. */
    assert_told(wire_message(wire, wire->session_id, 14,
        "8008 0000 0001 0003 8008 0000 000e 0077"), "FAILED gateway-closed StopCCN(4,3)");
    g_assert_cmpstr(wire->detail, ==, "disconnected for administrative reasons (result 3)");
    wire->nr = 5;
    assert_told(wire_zlb(wire), "");
}

static void test_silent(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_open(wire);
    Usec start = wire->now;
    while (strstr(wire->told, "FAILED") == NULL)
        wire_tick(wire, l2tp_tunnel_deadline(wire->tunnel) - wire->now);
    assert_told(wire->told, "FAILED l2tp-silent");
    g_assert_cmpuint(wire->now - start, ==, 10 * SEC);
}

/* Acknowledged, but never answered: no retransmission would notice. */
static void test_acknowledged_only(void)
{
    g_autoptr(Wire) wire = opened();

    assert_told(wire_zlb(wire), "");
    g_assert_cmpuint(l2tp_tunnel_deadline(wire->tunnel) - wire->now, ==, 31 * SEC);
    assert_told(wire_tick(wire, 31 * SEC), "FAILED l2tp-silent StopCCN(1,0)");

    g_autoptr(Wire) call = calling();
    assert_told(wire_zlb(call), "");
    assert_told(wire_tick(call, 31 * SEC), "FAILED l2tp-silent StopCCN(3,1)");
}

/* HELLOs of the peer are no answer. */
static void test_hellos_only(void)
{
    g_autoptr(Wire) wire = calling();

    for (guint i = 0; i < 30; i++) {
        assert_told(wire_message(wire, 0, 6, ""), "");
        wire_tick(wire, 1 * SEC);
        g_assert_null(strstr(wire->told, "FAILED"));
    }
    assert_told(wire_tick(wire, 1 * SEC), "FAILED l2tp-silent StopCCN(3,31)");
}

static void test_lost(void)
{
    L2tpConfig config = { .host_name = "laptop", .hello_interval = 60 * SEC };
    g_autoptr(Wire) wire = wire_new(&config);

    wire_connect(wire);
    assert_told(wire_tick(wire, 60 * SEC), "HELLO(4,2)");
    Usec start = wire->now;
    while (strstr(wire->told, "FAILED") == NULL)
        wire_tick(wire, l2tp_tunnel_deadline(wire->tunnel) - wire->now);
    assert_told(wire->told, "FAILED connection-lost");
    g_assert_cmpuint(wire->now - start, ==, 31 * SEC);
}

/* A faulty SCCRP: the StopCCN says why, the user reads it. */
static void bad_sccrp(const char *avps, const char *expected, const char *result_hex,
    const char *detail)
{
    g_autoptr(Wire) wire = opened();
    g_autoptr(GByteArray) result = wire_hex(result_hex);

    assert_told(wire_message(wire, 0, 2, avps), expected);
    g_assert_cmpmem(wire->last->data + 34, result->len, result->data, result->len);
    g_assert_cmpstr(wire->detail, ==, detail);
}

static void test_bad_sccrp(void)
{
    const char *expected = "FAILED l2tp-protocol StopCCN(1,1)";

    bad_sccrp("8008 0000 0002 0200 800a 0000 0003 00000003 8009 0000 0007 6c6e73 "
              "8008 0000 0009 1234", expected, "0005 0100", "the gateway speaks version 2 of L2TP");
    bad_sccrp("8008 0000 0002 0100 800a 0000 0003 00000003 8009 0000 0007 6c6e73 "
              "8008 0000 0009 0000", expected, "0002 0003", "Assigned Tunnel ID is zero");
    bad_sccrp("8008 0000 0002 0100 800a 0000 0003 00000003 8009 0000 0007 6c6e73", expected,
        "0002 0006", "Assigned Tunnel ID is missing");
    bad_sccrp("8008 0000 0002 0100 800a 0000 0003 00000003 8009 0000 0007 6c6e73 "
              "8008 0000 0009 1234 8008 0000 000a 0000", expected, "0002 0003",
        "Receive Window Size is zero");
    bad_sccrp(WIRE_SCCRP " 8008 0000 0063 0001", expected, "0002 0008",
        "unknown mandatory AVP: vendor 0 attribute 99");
    bad_sccrp(WIRE_SCCRP " 8016 0000 0024 000102030405060708090a0b0c0d0e0f "
              "c016 0000 0004 e13bf5a3cdc4c21b5a4ea47596ab0952",
        "FAILED l2tp-secret-wrong StopCCN(1,1)", "0002 0003",
        "hidden Bearer Capabilities cannot be read");
}

/* A faulty ICRP takes the call down, then the tunnel. */
static void bad_icrp(const char *avps, const char *result_hex, const char *detail)
{
    g_autoptr(Wire) wire = calling();
    g_autoptr(GByteArray) result = wire_hex(result_hex);

    assert_told(wire_message(wire, 0, 11, avps),
        "FAILED l2tp-protocol CDN(3,2) StopCCN(4,2)");
    g_assert_cmpmem(wire->first->data + 26, result->len, result->data, result->len);
    g_assert_cmpstr(wire->detail, ==, detail);
}

static void test_bad_icrp(void)
{
    bad_icrp("8008 0000 000e 0000", "0002 0003", "Assigned Session ID is zero");
    bad_icrp("", "0002 0006", "Assigned Session ID is missing");
    bad_icrp("8008 0000 000e 0077 8008 0009 0001 0001", "0002 0008",
        "unknown mandatory AVP: vendor 9 attribute 1");
}

static void test_unknown_mandatory_message(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_connect(wire);
    assert_told(wire_message(wire, 0, 20, ""), "FAILED l2tp-protocol StopCCN(4,3)");
    g_assert_cmpstr(wire->detail, ==, "unknown Message Type 20");
}

/* RFC 2661 §7.2.1, §7.4.1: what is out of sequence clears the tunnel. */
static void test_out_of_sequence(void)
{
    static const struct {
        guint type;
        const char *avps, *told, *words;
    } rows[] = {
        { 1, WIRE_SCCRP, "FAILED l2tp-protocol StopCCN(4,3)", "SCCRQ came out of sequence" },
        { 2, WIRE_SCCRP, "FAILED l2tp-protocol StopCCN(4,3)", "SCCRP came out of sequence" },
        { 3, "", "FAILED l2tp-protocol StopCCN(4,3)", "SCCCN came out of sequence" },
        { 8, "8008 0000 000e 0077", "FAILED l2tp-protocol CDN(4,3) StopCCN(5,3)" },
        { 9, "800a 0000 0018 00000001 800a 0000 0013 00000001",
          "FAILED l2tp-protocol CDN(4,3) StopCCN(5,3)" },
        { 11, WIRE_ICRP, "FAILED l2tp-protocol CDN(4,3) StopCCN(5,3)" },
        { 12, "800a 0000 0018 00000001 800a 0000 0013 00000001",
          "FAILED l2tp-protocol CDN(4,3) StopCCN(5,3)" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Wire) wire = wire_new(NULL);

        wire_connect(wire);
        g_test_message("type %u", rows[i].type);
        assert_told(wire_message(wire, rows[i].type >= 7 ? wire->session_id : 0, rows[i].type,
            rows[i].avps), rows[i].told);
        if (rows[i].words)
            g_assert_cmpstr(wire->detail, ==, rows[i].words);
    }
    g_autoptr(Wire) early = opened();
    assert_told(wire_message(early, 0, 11, WIRE_ICRP), "FAILED l2tp-protocol StopCCN(1,1)");
    g_autoptr(Wire) icrq = opened();
    assert_told(wire_message(icrq, 0, 10, "8008 0000 000e 0099 800a 0000 000f 00000001"),
        "FAILED l2tp-protocol StopCCN(1,1)");
    g_autoptr(Wire) iccn = calling();
    assert_told(wire_message(iccn, iccn->session_id, 12,
        "800a 0000 0018 00000001 800a 0000 0013 00000001"), "FAILED l2tp-protocol StopCCN(3,2)");
}

/* Our StopCCN crosses one of the peer's: the first failure stands, whatever the second says. */
static void test_failed_then_redirected(void)
{
    g_autoptr(Wire) wire = opened();

    assert_told(wire_message(wire, 0, 2, WIRE_SCCRP " 8008 0000 0063 0001"),
        "FAILED l2tp-protocol StopCCN(1,1)");
    assert_told(wire_message(wire, 0, 4, "8008 0000 0009 1234 "
        "8012 0000 0001 0002 0007 31302e312e322e33"), "ZLB(2,2)");
}

/* After the end only acknowledgements: whatever comes, no second failure, no new state. */
static void test_nothing_follows(void)
{
    g_autoptr(Wire) wire = wire_new(NULL);

    wire_connect(wire);
    wire_message(wire, 0, 4, "8008 0000 0009 1234 8008 0000 0001 0001");
    for (guint type = 1; type <= 16; type++) {
        if (type != 5 && type != 13)
            g_assert_true(g_str_has_prefix(wire_message(wire, 0, type, WIRE_SCCRP " " WIRE_ICRP),
                "ZLB("));
    }
    assert_told(wire_open(wire), "");
    assert_told(wire_tick(wire, 100 * SEC), "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/l2tp/failures/stopccn", test_stopccn);
    g_test_add_func("/l2tp/failures/redirect", test_redirect);
    g_test_add_func("/l2tp/failures/stopccn-odd", test_stopccn_odd);
    g_test_add_func("/l2tp/failures/stopccn-when-up", test_stopccn_when_up);
    g_test_add_func("/l2tp/failures/cdn", test_cdn);
    g_test_add_func("/l2tp/failures/cdn-when-up", test_cdn_when_up);
    g_test_add_func("/l2tp/failures/silent", test_silent);
    g_test_add_func("/l2tp/failures/acknowledged-only", test_acknowledged_only);
    g_test_add_func("/l2tp/failures/hellos-only", test_hellos_only);
    g_test_add_func("/l2tp/failures/lost", test_lost);
    g_test_add_func("/l2tp/failures/bad-sccrp", test_bad_sccrp);
    g_test_add_func("/l2tp/failures/bad-icrp", test_bad_icrp);
    g_test_add_func("/l2tp/failures/unknown-mandatory-message", test_unknown_mandatory_message);
    g_test_add_func("/l2tp/failures/out-of-sequence", test_out_of_sequence);
    g_test_add_func("/l2tp/failures/failed-then-redirected", test_failed_then_redirected);
    g_test_add_func("/l2tp/failures/nothing-follows", test_nothing_follows);
    return g_test_run();
}
