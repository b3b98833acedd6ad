/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The peer's side of the wire, by hand. */
#include "wire.h"

#include <string.h>

static const char *message_name(const guint8 *packet, gsize length)
{
    static const char *const names[] = { "0", "SCCRQ", "SCCRP", "SCCCN", "StopCCN", "5", "HELLO",
        "OCRQ", "OCRP", "OCCN", "ICRQ", "ICRP", "ICCN", "13", "CDN", "WEN", "SLI" };

    if (length == 12)
        return "ZLB";
    g_assert_cmpuint(length, >=, 20);
    guint type = (guint)packet[18] << 8 | packet[19];
    g_assert_cmpuint(type, <, G_N_ELEMENTS(names));
    return names[type];
}

static guint16 u16_at(const guint8 *packet, gsize offset)
{
    return (guint16)(packet[offset] << 8 | packet[offset + 1]);
}

static void tell_send(Wire *wire, GString *line, const L2tpEffect *effect)
{
    const guint8 *p = effect->packet;

    /* RFC 2661 §3.1: T, L and S set, version 2, nothing else. */
    g_assert_cmpuint(effect->length, >=, 12);
    g_assert_cmphex(u16_at(p, 0), ==, 0xc802);
    g_assert_cmpuint(u16_at(p, 2), ==, effect->length);
    g_string_append_printf(line, "%s(%u,%u)", message_name(p, effect->length), u16_at(p, 8),
        u16_at(p, 10));
    g_byte_array_set_size(wire->last, 0);
    g_byte_array_append(wire->last, p, (guint)effect->length);
    if (wire->first->len == 0)
        g_byte_array_append(wire->first, p, (guint)effect->length);
}

static const char *tell(Wire *wire)
{
    g_autoptr(GString) line = g_string_new(NULL);
    L2tpEffect effect;

    g_byte_array_set_size(wire->first, 0);
    while (l2tp_tunnel_next(wire->tunnel, &effect)) {
        if (line->len > 0)
            g_string_append_c(line, ' ');
        switch (effect.type) {
        case L2TP_EFFECT_SEND:
            tell_send(wire, line, &effect);
            break;
        case L2TP_EFFECT_TUNNEL_UP:
            g_string_append(line, "TUNNEL_UP");
            g_free(wire->text);
            wire->text = g_strdup(effect.host_name);
            break;
        case L2TP_EFFECT_SESSION:
            g_string_append(line, "SESSION");
            break;
        case L2TP_EFFECT_UP:
            g_string_append(line, "UP");
            break;
        case L2TP_EFFECT_REDIRECT:
            g_string_append(line, "REDIRECT");
            g_free(wire->text);
            wire->text = g_strdup(effect.text);
            break;
        case L2TP_EFFECT_FAILED:
            g_string_append_printf(line, "FAILED %s", failure_code_name(effect.failure->code));
            g_free(wire->detail);
            wire->detail = g_strdup(effect.failure->detail);
            break;
        case L2TP_EFFECT_CLOSED:
            g_string_append(line, "CLOSED");
            break;
        }
    }
    g_free(wire->told);
    wire->told = g_strdup(line->str);
    return wire->told;
}

Wire *wire_new(const L2tpConfig *config)
{
    static const guint8 seed[ENTROPY_SEED_SIZE] = { 7 };
    static const L2tpConfig plain = { .host_name = "laptop" };
    Wire *wire = g_new0(Wire, 1);

    wire->entropy = entropy_new(seed);
    wire->tunnel = l2tp_tunnel_new(config ? config : &plain, wire->entropy);
    wire->now = 1000 * USEC_PER_SEC;
    wire->last = g_byte_array_new();
    wire->first = g_byte_array_new();
    return wire;
}

void wire_free(Wire *wire)
{
    l2tp_tunnel_free(wire->tunnel);
    entropy_free(wire->entropy);
    g_byte_array_unref(wire->last);
    g_byte_array_unref(wire->first);
    g_free(wire->detail);
    g_free(wire->text);
    g_free(wire->told);
    g_free(wire);
}

static void drop(const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
}

void wire_be_quiet(void)
{
    g_log_set_handler(G_LOG_DOMAIN, G_LOG_LEVEL_DEBUG, drop, NULL);
}

GByteArray *wire_hex(const char *hex)
{
    GByteArray *bytes = g_byte_array_new();

    for (const char *p = hex; *p; p++) {
        if (*p == ' ')
            continue;
        g_assert_true(g_ascii_isxdigit(p[0]) && g_ascii_isxdigit(p[1]));
        guint8 byte = (guint8)(g_ascii_xdigit_value(p[0]) << 4 | g_ascii_xdigit_value(p[1]));
        g_byte_array_append(bytes, &byte, 1);
        p++;
    }
    return bytes;
}

char *wire_avp(guint type, const char *value_hex)
{
    g_autoptr(GByteArray) value = wire_hex(value_hex);

    return g_strdup_printf("%04x 0000 %04x %s ", 0x8000 | (6 + value->len), type, value_hex);
}

const char *wire_open(Wire *wire)
{
    l2tp_tunnel_open(wire->tunnel, wire->now);
    tell(wire);
    /* Assigned Tunnel ID is looked up in the SCCRQ by its own header. */
    for (guint i = 12; i + 8 <= wire->last->len; i++) {
        if (memcmp(wire->last->data + i, "\x80\x08\0\0\0\x09", 6) == 0)
            wire->tunnel_id = u16_at(wire->last->data, i + 6);
    }
    return wire->told;
}

const char *wire_close(Wire *wire)
{
    l2tp_tunnel_close(wire->tunnel, wire->now);
    return tell(wire);
}

const char *wire_tick(Wire *wire, Usec later)
{
    wire->now += later;
    l2tp_tunnel_tick(wire->tunnel, wire->now);
    return tell(wire);
}

const char *wire_raw(Wire *wire, const guint8 *packet, gsize length)
{
    /* On the heap in its own size, so that a sanitizer sees a byte too many. */
    g_autofree guint8 *copy = g_memdup2(packet, length);

    l2tp_tunnel_input(wire->tunnel, wire->now, copy, length);
    return tell(wire);
}

const char *wire_numbered(Wire *wire, guint16 ns, guint16 nr, guint16 session_id, guint type,
    const char *avps_hex)
{
    g_autofree char *header = type == 0
        ? g_strdup_printf("c802 000c %04x %04x %04x %04x", wire->tunnel_id, session_id, ns, nr)
        : g_strdup_printf("c802 0000 %04x %04x %04x %04x 8008 0000 0000 %04x", wire->tunnel_id,
              session_id, ns, nr, type);
    g_autoptr(GByteArray) packet = wire_hex(header);
    g_autoptr(GByteArray) avps = wire_hex(avps_hex);

    g_byte_array_append(packet, avps->data, avps->len);
    packet->data[2] = (guint8)(packet->len >> 8);
    packet->data[3] = (guint8)packet->len;
    return wire_raw(wire, packet->data, packet->len);
}

const char *wire_message(Wire *wire, guint16 session_id, guint type, const char *avps_hex)
{
    return wire_numbered(wire, wire->ns++, wire->nr, session_id, type, avps_hex);
}

const char *wire_zlb(Wire *wire)
{
    return wire_numbered(wire, wire->ns, wire->nr, 0, 0, "");
}

void wire_connect(Wire *wire)
{
    g_assert_cmpstr(wire_open(wire), ==, "SCCRQ(0,0)");
    wire->nr = 1;
    g_assert_cmpstr(wire_message(wire, 0, 2, WIRE_SCCRP), ==, "TUNNEL_UP SCCCN(1,1) ICRQ(2,1)");
    /* ICRQ: Assigned Session ID comes right behind the Message Type. */
    g_assert_cmpmem(wire->last->data + 20, 6, "\x80\x08\0\0\0\x0e", 6);
    wire->session_id = u16_at(wire->last->data, 26);
    wire->nr = 3;
    g_assert_cmpstr(wire_message(wire, wire->session_id, 11, WIRE_ICRP), ==,
        "SESSION ICCN(3,2) UP");
    wire->nr = 4;
    g_assert_cmpstr(wire_zlb(wire), ==, "");
}
