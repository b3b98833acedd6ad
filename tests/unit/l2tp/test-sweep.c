/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every stored packet, cut at every length and with every bit flipped, into a live engine in
 * each of its states: it answers with few effects, and nothing follows a last one. */
#include "wire.h"

#include <string.h>

typedef enum { STATE_WAITING, STATE_CALLING, STATE_UP, STATE_CLOSING, STATE_COUNT } State;

/* Type, session (1: ours) and AVPs; put behind a header that fits the state. */
static const struct {
    const char *name;
    guint type;
    gboolean session;
    const char *avps;
} packets[] = {
    { "zlb", 0, FALSE, "" },
    { "sccrp", 2, FALSE, WIRE_SCCRP },
    { "sccrp-xl2tpd", 2, FALSE,
      "8008000000020100800a0000000300000003800a00000004000000000008000000060690800800000007766d"
      "00130000000878656c6572616e63652e636f6d800800000009489b80080000000a0004" },
    { "sccrp-cisco", 2, FALSE,
      "8008000000020100 0008000000061130 8009000000076c6e73 800800000009a1b2 80080000000a4e52"
      "0008000900010001 000a0009000200000003 000c00090005616263646566 800a00000003 00000003" },
    { "sccrp-hidden", 2, FALSE,
      "8008 0000 0002 0100 800a 0000 0003 00000003 8009 0000 0007 6c6e73 "
      "8016 0000 0024 000102030405060708090a0b0c0d0e0f "
      "c016 0000 0009 e13bf5a3cdc4c21b5a4ea47596ab0952" },
    { "icrp", 11, TRUE, WIRE_ICRP },
    { "hello", 6, FALSE, "" },
    { "stopccn", 4, FALSE, "8008 0000 0009 1234 8012 0000 0001 0002 0007 31302e312e322e33" },
    { "cdn", 14, TRUE,
      "8008 0000 000e 0077 800d 0000 0001 0003 0004 6e6f21 800e 0000 000c 0010 45 5072697665 "
      "000e 0000 002e 0010 c223 02 6e6f21" },
    { "ocrq", 7, FALSE, "8008 0000 000e 009a 800a 0000 000f 00000001 800a 0000 0010 00000001 "
                        "800a 0000 0011 00000001 800a 0000 0012 00000001 "
                        "800a 0000 0013 00000001 8009 0000 0015 313233" },
    { "sli", 16, TRUE, "8010 0000 0023 0000 ffffffff ffffffff" },
};

static Wire *prepare(State state)
{
    Wire *wire = wire_new(NULL);

    if (state == STATE_UP || state == STATE_CLOSING) {
        wire_connect(wire);
        if (state == STATE_CLOSING)
            wire_close(wire);
        return wire;
    }
    wire_open(wire);
    wire->nr = 1;
    if (state == STATE_CALLING) {
        wire_message(wire, 0, 2, WIRE_SCCRP);
        wire->session_id = (guint16)(wire->last->data[26] << 8 | wire->last->data[27]);
        wire->nr = 3;
    }
    return wire;
}

static GByteArray *make(const Wire *wire, gsize index)
{
    g_autofree char *hex = packets[index].type == 0
        ? g_strdup_printf("c802 000c %04x 0000 %04x %04x", wire->tunnel_id, wire->ns, wire->nr)
        : g_strdup_printf("c802 0000 %04x %04x %04x %04x 8008 0000 0000 %04x %s",
              wire->tunnel_id, packets[index].session ? wire->session_id : 0, wire->ns, wire->nr,
              packets[index].type, packets[index].avps);
    GByteArray *packet = wire_hex(hex);

    packet->data[2] = (guint8)(packet->len >> 8);
    packet->data[3] = (guint8)packet->len;
    return packet;
}

static void check(Wire *wire)
{
    const char *told = wire->told;
    const char *failed = strstr(told, "FAILED");
    guint effects = *told != '\0';

    for (const char *p = told; *p; p++)
        effects += *p == ' ';
    g_assert_cmpuint(effects, <=, 6);
    if (failed) {
        g_assert_null(strstr(failed, "UP"));
        g_assert_null(strstr(failed, "SESSION"));
        g_assert_null(strstr(failed, "CLOSED"));
        g_assert_null(strstr(wire_close(wire), "CLOSED"));
    }
    /* It comes to rest by itself: no timer without end. */
    for (guint i = 0; l2tp_tunnel_deadline(wire->tunnel) != USEC_NEVER; i++) {
        g_assert_cmpuint(i, <, 60);
        Usec deadline = l2tp_tunnel_deadline(wire->tunnel);
        wire_tick(wire, deadline > wire->now ? deadline - wire->now : 0);
    }
}

static void test_flips(gconstpointer data)
{
    gsize index = GPOINTER_TO_SIZE(data);

    for (State state = STATE_WAITING; state < STATE_COUNT; state++) {
        for (gsize bit = 0;; bit++) {
            g_autoptr(Wire) wire = prepare(state);
            g_autoptr(GByteArray) packet = make(wire, index);

            if (bit >= packet->len * 8)
                break;
            packet->data[bit / 8] ^= (guint8)(0x80 >> bit % 8);
            wire_raw(wire, packet->data, packet->len);
            check(wire);
        }
    }
}

/* Both as it is cut, and with a Length that says so. */
static void test_cuts(gconstpointer data)
{
    gsize index = GPOINTER_TO_SIZE(data);

    for (State state = STATE_WAITING; state < STATE_COUNT; state++) {
        for (gsize length = 0;; length++) {
            g_autoptr(Wire) wire = prepare(state);
            g_autoptr(Wire) other = prepare(state);
            g_autoptr(GByteArray) packet = make(wire, index);

            if (length > packet->len)
                break;
            wire_raw(wire, packet->data, length);
            if (length < packet->len)
                g_assert_cmpstr(wire->told, ==, "");
            check(wire);
            packet->data[2] = (guint8)(length >> 8);
            packet->data[3] = (guint8)length;
            wire_raw(other, packet->data, length);
            check(other);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    wire_be_quiet();
    for (gsize i = 0; i < G_N_ELEMENTS(packets); i++) {
        g_autofree char *flips = g_strdup_printf("/l2tp/sweep/%s/flips", packets[i].name);
        g_autofree char *cuts = g_strdup_printf("/l2tp/sweep/%s/cuts", packets[i].name);

        g_test_add_data_func(flips, GSIZE_TO_POINTER(i), test_flips);
        g_test_add_data_func(cuts, GSIZE_TO_POINTER(i), test_cuts);
    }
    return g_test_run();
}
