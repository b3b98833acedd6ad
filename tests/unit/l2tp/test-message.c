/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers and AVPs: what is let in, what is passed over, and what ends the tunnel. */
#include "l2tp/message.h"

#include "wire.h"

#include <string.h>

/* Parses a message given as Message Type and AVPs; the packet stays with the caller, because
 * values point into it. */
static L2tpVerdict parse(const char *avps, const Secret *secret, GByteArray **ret_bytes,
    L2tpMessage *message, L2tpFault *fault)
{
    *ret_bytes = wire_hex(avps);
    return l2tp_message_parse(reader_init((*ret_bytes)->data, (*ret_bytes)->len), 0, secret,
        message, fault);
}

static void check(const char *avps, L2tpVerdict verdict, L2tpError error, const char *text)
{
    g_autoptr(GByteArray) bytes = NULL;
    g_auto(L2tpMessage) message = { 0 };
    L2tpFault fault;

    g_test_message("%s", avps);
    g_assert_cmpint(parse(avps, NULL, &bytes, &message, &fault), ==, verdict);
    if (verdict == L2TP_VERDICT_FAULT) {
        g_assert_cmpint(fault.error, ==, error);
        g_assert_cmpstr(fault.text, ==, text);
    }
}

#define SCCRP "8008 0000 0000 0002 " WIRE_SCCRP " "

static void test_header(void)
{
    static const struct {
        const char *packet;
        gboolean valid;
        gsize body;
    } rows[] = {
        { "c802 000c 1234 0000 0001 0002", TRUE, 0 },
        { "c802 0014 1234 0000 0001 0002 8008000000000006", TRUE, 8 },
        { "c802 000c 1234 0000 0001 0002 8008000000000006", TRUE, 0 }, /* padded by its carrier */
        { "f8f2 000c 1234 0000 0001 0002", TRUE, 0 }, /* reserved bits are ignored (§3.1) */
        { "c802 000d 1234 0000 0001 0002", FALSE, 0 },
        { "c802 000b 1234 0000 0001 0002", FALSE, 0 },
        { "c802 0000 1234 0000 0001 0002", FALSE, 0 },
        { "8802 000c 1234 0000 0001 0002", FALSE, 0 }, /* without L */
        { "c002 000c 1234 0000 0001 0002", FALSE, 0 }, /* without S */
        { "4802 000c 1234 0000 0001 0002", FALSE, 0 }, /* data */
        { "c801 000c 1234 0000 0001 0002", FALSE, 0 }, /* L2F */
        { "c803 000c 1234 0000 0001 0002", FALSE, 0 }, /* L2TPv3 */
        { "c802 000c 1234 0000 0001 00", FALSE, 0 },
        { "", FALSE, 0 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) packet = wire_hex(rows[i].packet);
        L2tpHeader header;
        Reader body;

        g_test_message("%s", rows[i].packet);
        g_assert_cmpint(l2tp_header_parse(packet->data, packet->len, &header, &body), ==,
            rows[i].valid);
        if (!rows[i].valid)
            continue;
        g_assert_cmphex(header.tunnel_id, ==, 0x1234);
        g_assert_cmpuint(header.ns, ==, 1);
        g_assert_cmpuint(header.nr, ==, 2);
        g_assert_cmpuint(reader_left(&body), ==, rows[i].body);
    }
}

/* What real gateways send: every one must be understood, whatever else it carries. */
static void test_real_sccrp(void)
{
    static const struct {
        const char *gateway, *avps, *host;
        guint16 tunnel, window;
    } rows[] = {
        /* Captured from xl2tpd 1.3.18, with a challenge and a response. */
        { "xl2tpd",
          "8008000000000002 8008000000020100 800a00000003 00000003 800a00000004 00000000"
          "0008000000060690 800800000007766d 00130000000878656c6572616e63652e636f6d"
          "800800000009489b 80080000000a0004 80160000000dc454723322fad383a8ff4c4e1b8d5b77"
          "80160000000b00b8656a9b0eb86df051d9f537239cd2", "vm", 0x489b, 4 },
        /* By hand after Windows Server's: its order, Firmware Revision, a window of 8. */
        { "Windows",
          "8008000000000002 8008000000020100 800a00000003 00000001 800a00000004 00000000"
          "0008000000060601 8012000000075652 4153312e6c616e2e6578 000f000000084d6963726f736f6674"
          "8008000000090005 80080000000a0008", "VRAS1.lan.ex", 5, 8 },
        /* By hand after RouterOS: no bearer, host name as configured, a small window. */
        { "MikroTik",
          "8008000000000002 8008000000020100 800a00000003 00000001 800e000000074d696b726f54696b"
          "000e000000084d696b726f54696b 8008000000090021 80080000000a0004 0008000000060001",
          "MikroTik", 0x21, 4 },
        /* By hand after IOS: Cisco's own AVPs (vendor 9) without the M bit, a large window. */
        { "Cisco",
          "8008000000000002 8008000000020100 0008000000061130 8009000000076c6e73 "
          "001800000008436973636f2053797374656d732c20496e63 800800000009a1b2 80080000000a4e52"
          "0008000900010001 000a0009000200000003 000c00090005616263646566 800a00000003 00000000"
          "800a00000004 00000000", "lns", 0xa1b2, 0x4e52 },
        /* A vendor's AVP with a number that RFC 2661 uses otherwise (Broadband Forum's
         * Agent-Remote-Id is 3561/2), which must not be taken for Protocol Version. */
        { "vendor 3561",
          "8008000000000002 8008000000020100 00160de90002 4445552e5153432e4350323530353732"
          "800a00000003 00000003 8009000000076c6e73 8008000000091234", "lns", 0x1234, 0 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) bytes = NULL;
        g_auto(L2tpMessage) message = { 0 };
        L2tpFault fault;

        g_test_message("%s", rows[i].gateway);
        L2tpVerdict verdict = parse(rows[i].avps, NULL, &bytes, &message, &fault);
        g_assert_cmpstr(fault.text, ==, "");
        g_assert_cmpint(verdict, ==, L2TP_VERDICT_OK);
        g_assert_cmpint(message.type, ==, L2TP_SCCRP);
        g_assert_cmphex(message.protocol_version, ==, 0x0100);
        g_assert_cmpmem(message.host_name.data, message.host_name.length, rows[i].host,
            strlen(rows[i].host));
        g_assert_cmphex(message.assigned_tunnel_id, ==, rows[i].tunnel);
        g_assert_cmpuint(message.receive_window_size, ==, rows[i].window);
    }
}

static void test_length_0_to_5(void)
{
    for (guint length = 0; length < 6; length++) {
        g_autofree char *avps = g_strdup_printf(SCCRP "%04x 0000 0008", 0x8000 | length);
        g_autofree char *optional = g_strdup_printf(SCCRP "%04x 0000 0008", length);

        check(avps, L2TP_VERDICT_FAULT, L2TP_ERROR_LENGTH, "an AVP's length is wrong");
        check(optional, L2TP_VERDICT_FAULT, L2TP_ERROR_LENGTH, "an AVP's length is wrong");
    }
}

static void test_length_beyond(void)
{
    check(SCCRP "000a 0000 0008 616263", L2TP_VERDICT_FAULT, L2TP_ERROR_LENGTH,
        "an AVP's length is wrong");
    check(SCCRP "0009 0000 0008 616263", L2TP_VERDICT_OK, 0, NULL);
    check(SCCRP "0009 0000 00", L2TP_VERDICT_FAULT, L2TP_ERROR_LENGTH,
        "an AVP's length is wrong");
}

/* 1023, the longest there is. */
static void test_length_1023(void)
{
    GString *avps = g_string_new(SCCRP "03ff 0000 0008 ");

    for (guint i = 0; i < 1016; i++)
        g_string_append(avps, "61");
    check(avps->str, L2TP_VERDICT_FAULT, L2TP_ERROR_LENGTH, "an AVP's length is wrong");
    g_string_append(avps, "61");
    check(avps->str, L2TP_VERDICT_OK, 0, NULL);
    g_string_free(avps, TRUE);
}

static void test_first_is_not_message_type(void)
{
    check("8008 0000 0002 0100 8008 0000 0000 0002", L2TP_VERDICT_FAULT, L2TP_ERROR_VALUE,
        "the first AVP is not a Message Type");
    check("8008 0009 0000 0002", L2TP_VERDICT_FAULT, L2TP_ERROR_VALUE,
        "the first AVP is not a Message Type");
    check("c008 0000 0000 0002", L2TP_VERDICT_FAULT, L2TP_ERROR_VALUE,
        "the first AVP is not a Message Type");
    check("8007 0000 0000 02", L2TP_VERDICT_FAULT, L2TP_ERROR_VALUE,
        "the first AVP is not a Message Type");
}

static void test_message_type_unknown(void)
{
    check("8008 0000 0000 0014", L2TP_VERDICT_FAULT, L2TP_ERROR_UNKNOWN_AVP,
        "unknown Message Type 20");
    check("8008 0000 0000 0005", L2TP_VERDICT_FAULT, L2TP_ERROR_UNKNOWN_AVP,
        "unknown Message Type 5");
    check("8008 0000 0000 ffff", L2TP_VERDICT_FAULT, L2TP_ERROR_UNKNOWN_AVP,
        "unknown Message Type 65535");
    check("0008 0000 0000 0014", L2TP_VERDICT_IGNORE, 0, NULL);
    check("0008 0000 0000 0000", L2TP_VERDICT_IGNORE, 0, NULL);
}

static void test_unknown_avp(void)
{
    check(SCCRP "8008 0000 0063 0001", L2TP_VERDICT_FAULT, L2TP_ERROR_UNKNOWN_AVP,
        "unknown mandatory AVP: vendor 0 attribute 99");
    check(SCCRP "8008 0137 0001 0001", L2TP_VERDICT_FAULT, L2TP_ERROR_UNKNOWN_AVP,
        "unknown mandatory AVP: vendor 311 attribute 1");
    check(SCCRP "8008 0009 002e 0001", L2TP_VERDICT_FAULT, L2TP_ERROR_UNKNOWN_AVP,
        "unknown mandatory AVP: vendor 9 attribute 46");
    check(SCCRP "8008 002b 0006 0001", L2TP_VERDICT_FAULT, L2TP_ERROR_UNKNOWN_AVP,
        "unknown mandatory AVP: vendor 43 attribute 6");
    check(SCCRP "0008 0000 0063 0001", L2TP_VERDICT_OK, 0, NULL);
    check(SCCRP "0008 0000 0014 0001", L2TP_VERDICT_OK, 0, NULL); /* 20 was never assigned */
    /* A reserved bit makes a known AVP an unknown one (RFC 2661 §4.1). */
    check(SCCRP "a008 0000 0006 0001", L2TP_VERDICT_FAULT, L2TP_ERROR_UNKNOWN_AVP,
        "unknown mandatory AVP: vendor 0 attribute 6");
    check(SCCRP "2008 0000 0006 0001", L2TP_VERDICT_OK, 0, NULL);
}

/* "A malformed yet recoverable non-mandatory AVP ... should be ignored" (RFC 2661 §7.1); its
 * example is a Rx Connect Speed of two octets. */
static void test_malformed(void)
{
    check("8008 0000 0000 000c 800a 0000 0018 00000001 800a 0000 0013 00000001 "
          "0008 0000 0026 0001", L2TP_VERDICT_OK, 0, NULL);
    check(SCCRP "8007 0000 000b", L2TP_VERDICT_FAULT, L2TP_ERROR_LENGTH,
        "an AVP's length is wrong");
    check(SCCRP "8006 0000 000b", L2TP_VERDICT_FAULT, L2TP_ERROR_LENGTH,
        "Challenge has a length of 0");
    check("8008 0000 0000 0002 800a 0000 0009 00001234", L2TP_VERDICT_FAULT, L2TP_ERROR_LENGTH,
        "Assigned Tunnel ID has a length of 4");
}

static void test_missing(void)
{
    check("8008 0000 0000 0002 8008 0000 0002 0100 800a 0000 0003 00000003 8009 0000 0007 6c6e73",
        L2TP_VERDICT_FAULT, L2TP_ERROR_VENDOR, "Assigned Tunnel ID is missing");
    check("8008 0000 0000 0002 800a 0000 0003 00000003 8009 0000 0007 6c6e73 8008 0000 0009 1234",
        L2TP_VERDICT_FAULT, L2TP_ERROR_VENDOR, "Protocol Version is missing");
    check("8008 0000 0000 000b", L2TP_VERDICT_FAULT, L2TP_ERROR_VENDOR,
        "Assigned Session ID is missing");
    /* Set-Link-Info of Meraki, WAN-Error-Notify, HELLO. */
    check("8008 0000 0000 0010 8010 0000 0023 0000 ffffffff ffffffff", L2TP_VERDICT_OK, 0, NULL);
    check("8008 0000 0000 000f 8020 0000 0022 0000 000000010000000200000003000000040000000500"
          "000006",
        L2TP_VERDICT_OK, 0, NULL);
    check("8008 0000 0000 0006", L2TP_VERDICT_OK, 0, NULL);
}

/* Which messages must carry what, typed a second time from RFC 2661 §6.1 to §6.14. */
static void test_schema(void)
{
    static const struct {
        L2tpMessageType type;
        const char *required, *optional; /* attribute numbers */
    } rows[] = {
        { L2TP_SCCRQ, "2 3 7 9", "4 5 6 8 10 11" },
        { L2TP_SCCRP, "2 3 7 9", "4 6 8 10 11 13" },
        { L2TP_SCCCN, "", "13" },
        { L2TP_STOPCCN, "1 9", "" },
        { L2TP_HELLO, "", "" },
        { L2TP_ICRQ, "14 15", "18 21 22 23 25" },
        { L2TP_ICRP, "14", "" },
        { L2TP_ICCN, "19 24", "26 27 28 29 30 31 32 33 37 38 39" },
        { L2TP_OCRQ, "14 15 16 17 18 19 21", "23" },
        { L2TP_OCRP, "14", "25" },
        { L2TP_OCCN, "19 24", "38 39" },
        { L2TP_CDN, "1 14", "12 46" },
        { L2TP_WEN, "34", "" },
        { L2TP_SLI, "35", "" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GString) required = g_string_new(NULL);
        g_autoptr(GString) optional = g_string_new(NULL);

        for (guint type = 0; type < AVP_TYPE_COUNT + 10; type++) {
            const AvpRule *rule = avp_rule(type);
            if (rule && rule->required & 1u << rows[i].type)
                g_string_append_printf(required, "%s%u", required->len ? " " : "", type);
            if (rule && rule->optional & 1u << rows[i].type)
                g_string_append_printf(optional, "%s%u", optional->len ? " " : "", type);
        }
        g_assert_cmpstr(required->str, ==, rows[i].required);
        g_assert_cmpstr(optional->str, ==, rows[i].optional);
    }
}

/* Which may not be hidden, and which are sent without the M bit (RFC 2661 §4.4). */
static void test_schema_bits(void)
{
    g_autoptr(GString) plain = g_string_new(NULL);
    g_autoptr(GString) optional = g_string_new(NULL);

    for (guint type = 0; type < AVP_TYPE_COUNT; type++) {
        const AvpRule *rule = avp_rule(type);
        if (rule && !rule->may_hide)
            g_string_append_printf(plain, "%u ", type);
        if (rule && !rule->mandatory)
            g_string_append_printf(optional, "%u ", type);
    }
    g_assert_cmpstr(plain->str, ==, "0 1 2 5 7 10 12 36 39 ");
    g_assert_cmpstr(optional->str, ==, "5 6 8 25 26 27 28 29 30 31 32 33 37 38 46 ");
}

static void test_hidden(void)
{
    g_autoptr(Secret) secret = secret_new("sesame", 6);
    g_autoptr(Secret) wrong = secret_new("other", 5);
    g_autoptr(GByteArray) bytes = NULL;
    g_autoptr(GByteArray) again = NULL;
    g_auto(L2tpMessage) message = { 0 };
    g_auto(L2tpMessage) unread = { 0 };
    L2tpFault fault;
    /* ICRP-like: Assigned Tunnel ID 0x1234 hidden (the vector of test-secret.c). */
    const char *avps = "8008 0000 0000 0002 8008 0000 0002 0100 800a 0000 0003 00000003 "
                       "8009 0000 0007 6c6e73 8016 0000 0024 000102030405060708090a0b0c0d0e0f "
                       "c016 0000 0009 e13bf5a3cdc4c21b5a4ea47596ab0952";

    g_assert_cmpint(parse(avps, secret, &bytes, &message, &fault), ==, L2TP_VERDICT_OK);
    g_assert_cmphex(message.assigned_tunnel_id, ==, 0x1234);
    g_assert_cmpint(parse(avps, wrong, &again, &unread, &fault), ==, L2TP_VERDICT_FAULT);
    g_assert_true(fault.secret);
    check(avps, L2TP_VERDICT_FAULT, L2TP_ERROR_VALUE, "hidden Assigned Tunnel ID cannot be read");
}

static void test_hidden_wrongly(void)
{
    /* Without a Random Vector before it; and Host Name, which may not be hidden. */
    check("8008 0000 0000 0002 c016 0000 0009 e13bf5a3cdc4c21b5a4ea47596ab0952 "
          "8016 0000 0024 000102030405060708090a0b0c0d0e0f", L2TP_VERDICT_FAULT,
        L2TP_ERROR_VALUE, "Assigned Tunnel ID must not be hidden here");
    check("8008 0000 0000 0002 8016 0000 0024 000102030405060708090a0b0c0d0e0f "
          "c016 0000 0007 e13bf5a3cdc4c21b5a4ea47596ab0952", L2TP_VERDICT_FAULT,
        L2TP_ERROR_VALUE, "Host Name must not be hidden here");
}

/* MikroTik, Android and others send the Result Code alone. */
static void test_result_code(void)
{
    static const struct {
        const char *value;
        guint16 result;
        gboolean has_error;
        guint16 error;
        const char *text;
    } rows[] = {
        { "0003", 3, FALSE, 0, "" },
        { "0003 0004", 3, TRUE, 4, "" },
        { "0003 0004 6e6f", 3, TRUE, 4, "no" },
        { "0003 00", 3, FALSE, 0, "" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *avp = wire_avp(1, rows[i].value);
        g_autofree char *avps = g_strconcat("8008 0000 0000 000e 8008 0000 000e 0077 ", avp, NULL);
        g_autoptr(GByteArray) bytes = NULL;
        g_auto(L2tpMessage) message = { 0 };
        L2tpFault fault;
        L2tpResult result;

        /* wire_avp() counts the odd octet of the last row too. */
        g_assert_cmpint(parse(avps, NULL, &bytes, &message, &fault), ==, L2TP_VERDICT_OK);
        g_assert_true(l2tp_message_result(&message, &result));
        g_assert_cmpuint(result.result, ==, rows[i].result);
        g_assert_cmpint(result.has_error, ==, rows[i].has_error);
        g_assert_cmpuint(result.error, ==, rows[i].error);
        g_assert_cmpmem(result.text.data, result.text.length, rows[i].text,
            strlen(rows[i].text));
    }
}

/* What was said first stands; an AVP of another message says nothing. */
static void test_repeated_and_misplaced(void)
{
    g_autoptr(GByteArray) bytes = NULL;
    g_auto(L2tpMessage) message = { 0 };
    L2tpFault fault;

    g_assert_cmpint(parse(SCCRP "8008 0000 0009 9999 8008 0000 000e 0001", NULL, &bytes, &message,
        &fault), ==, L2TP_VERDICT_OK);
    g_assert_cmphex(message.assigned_tunnel_id, ==, 0x1234);
    g_assert_false(l2tp_message_has(&message, AVP_ASSIGNED_SESSION_ID));
}

static void test_writer_bounds(void)
{
    guint8 buffer[64];
    guint8 value[AVP_VALUE_MAX + 1] = { 0 };
    AvpWriter writer = { 0 };

    l2tp_message_begin(&writer, buffer, sizeof buffer, 0, L2TP_SCCRQ);
    avp_write_bytes(&writer, AVP_HOST_NAME, value, 60);
    g_assert_cmpuint(l2tp_message_end(&writer), ==, 0);
    guint8 large[2048];
    l2tp_message_begin(&writer, large, sizeof large, 0, L2TP_SCCRQ);
    avp_write_bytes(&writer, AVP_HOST_NAME, value, sizeof value);
    g_assert_cmpuint(l2tp_message_end(&writer), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/l2tp/message/header", test_header);
    g_test_add_func("/l2tp/message/real-sccrp", test_real_sccrp);
    g_test_add_func("/l2tp/message/avp-length-0-to-5", test_length_0_to_5);
    g_test_add_func("/l2tp/message/avp-length-beyond", test_length_beyond);
    g_test_add_func("/l2tp/message/avp-length-1023", test_length_1023);
    g_test_add_func("/l2tp/message/first-is-not-message-type", test_first_is_not_message_type);
    g_test_add_func("/l2tp/message/type-unknown", test_message_type_unknown);
    g_test_add_func("/l2tp/message/avp-unknown", test_unknown_avp);
    g_test_add_func("/l2tp/message/avp-malformed", test_malformed);
    g_test_add_func("/l2tp/message/avp-missing", test_missing);
    g_test_add_func("/l2tp/message/schema", test_schema);
    g_test_add_func("/l2tp/message/schema-bits", test_schema_bits);
    g_test_add_func("/l2tp/message/hidden", test_hidden);
    g_test_add_func("/l2tp/message/hidden-wrongly", test_hidden_wrongly);
    g_test_add_func("/l2tp/message/result-code", test_result_code);
    g_test_add_func("/l2tp/message/repeated-and-misplaced", test_repeated_and_misplaced);
    g_test_add_func("/l2tp/message/writer-bounds", test_writer_bounds);
    return g_test_run();
}
