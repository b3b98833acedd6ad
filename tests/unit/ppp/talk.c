/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scripted conversations. */
#include "talk.h"

#include <arpa/inet.h>
#include <string.h>

Talk *talk_new(const char *password)
{
    static const guint8 SEED[ENTROPY_SEED_SIZE] = {1};
    Talk *talk = g_new0(Talk, 1);

    talk->entropy = entropy_new(SEED);
    talk->now = 1000 * USEC_PER_SEC;
    talk->config = (PppConfig){
        .user = "User",
        .password = password ? secret_new(password, strlen(password)) : NULL,
        .methods = PPP_METHOD_PAP | PPP_METHOD_CHAP_MD5 | PPP_METHOD_MSCHAP | PPP_METHOD_MSCHAPV2,
        .mru = 1400,
        .mtu = 1400,
        .ipv4 = TRUE,
        .dns = TRUE,
        .rtt = 50 * USEC_PER_MSEC,
        .echo_interval = 5 * USEC_PER_SEC,
        .echo_failures = 3,
    };
    return talk;
}

void talk_free(Talk *talk)
{
    ppp_link_free(talk->link);
    entropy_free(talk->entropy);
    secret_free((Secret *)talk->config.password);
    g_free(talk->wanted_because);
    g_free(talk);
}

/* --- the wire in writing ------------------------------------------------------------------ */

typedef struct {
    guint8 bytes[4096];
    gboolean any[4096];
    gsize length;
} Packet;

static void parse(const Talk *talk, const char *text, Packet *packet)
{
    gssize length_at = -1;

    packet->length = 0;
    memset(packet->any, 0, sizeof packet->any);
    for (const char *p = text; *p != '\0';) {
        if (*p == ' ') {
            p++;
        } else if (*p == '"') {
            for (p++; *p != '"'; p++)
                packet->bytes[packet->length++] = (guint8)*p;
            p++;
        } else if (g_str_has_prefix(p, "id")) {
            packet->bytes[packet->length++] = talk->sent[3];
            p += 2;
        } else if (g_str_has_prefix(p, "len")) {
            length_at = (gssize)packet->length;
            packet->length += 2;
            p += 3;
        } else if (g_str_has_prefix(p, "..")) {
            packet->any[packet->length++] = TRUE;
            p += 2;
        } else {
            g_assert_cmpint(g_ascii_xdigit_value(p[0]), >=, 0);
            g_assert_cmpint(g_ascii_xdigit_value(p[1]), >=, 0);
            packet->bytes[packet->length++] =
                (guint8)(g_ascii_xdigit_value(p[0]) << 4 | g_ascii_xdigit_value(p[1]));
            p += 2;
        }
    }
    if (length_at >= 0) {
        /* Code and identifier stand before the length. */
        gsize length = packet->length - (gsize)length_at + 2;
        packet->bytes[length_at] = (guint8)(length >> 8);
        packet->bytes[length_at + 1] = (guint8)length;
    }
}

static char *to_hex(const guint8 *data, gsize length)
{
    GString *text = g_string_new(NULL);

    for (gsize i = 0; i < length; i++)
        g_string_append_printf(text, "%02x", data[i]);
    return g_string_free(text, FALSE);
}

void talk_hear(Talk *talk, const char *text)
{
    Packet packet;

    parse(talk, text, &packet);
    ppp_link_input(talk->link, talk->now, packet.bytes, packet.length);
}

void talk_echo(Talk *talk, guint8 code)
{
    g_autofree guint8 *copy = g_memdup2(talk->sent, talk->sent_length);

    copy[2] = code;
    ppp_link_input(talk->link, talk->now, copy, talk->sent_length);
}

/* --- effects ------------------------------------------------------------------------------ */

static char *describe(const PppEffect *effect)
{
    static const char *const NAMES[] = {
        "SEND",         "STAGE",  "OPTIONS", "SECRET_WANTED", "NETWORK_UP",
        "NETWORK_DOWN", "FAILED", "CLOSED",
    };
    g_autofree char *hex = to_hex(effect->packet, effect->length);

    return g_strdup_printf("%s %s%s%s %s", NAMES[effect->type], hex,
                           effect->type == PPP_EFFECT_STAGE ? stage_name(effect->stage) : "",
                           effect->failure ? failure_code_name(effect->failure->code) : "",
                           effect->failure && effect->failure->detail ? effect->failure->detail
                                                                      : "");
}

static void next(Talk *talk, PppEffectType type, PppEffect *effect)
{
    if (!ppp_link_next(talk->link, effect))
        g_error("no effect is left, but one of type %d was expected", type);
    if (effect->type != type) {
        g_autofree char *text = describe(effect);
        g_error("effect of type %d expected, got %s", type, text);
    }
}

void talk_sends(Talk *talk, const char *text)
{
    PppEffect effect;
    Packet packet;
    gboolean equal;

    next(talk, PPP_EFFECT_SEND, &effect);
    g_assert_cmpuint(effect.length, <=, sizeof talk->sent);
    memcpy(talk->sent, effect.packet, effect.length);
    talk->sent_length = effect.length;
    parse(talk, text, &packet);
    equal = packet.length == effect.length;
    for (gsize i = 0; equal && i < packet.length; i++)
        equal = packet.any[i] || packet.bytes[i] == effect.packet[i];
    if (!equal) {
        g_autofree char *got = to_hex(effect.packet, effect.length);
        g_error("expected %s, sent %s", text, got);
    }
}

void talk_stage(Talk *talk, Stage stage)
{
    PppEffect effect;

    next(talk, PPP_EFFECT_STAGE, &effect);
    g_assert_cmpstr(stage_name(effect.stage), ==, stage_name(stage));
}

void talk_options(Talk *talk)
{
    PppEffect effect;

    next(talk, PPP_EFFECT_OPTIONS, &effect);
    talk->options = effect.options;
}

void talk_network_up(Talk *talk)
{
    PppEffect effect;

    next(talk, PPP_EFFECT_NETWORK_UP, &effect);
    talk->network = effect.network;
}

void talk_network_down(Talk *talk)
{
    PppEffect effect;

    next(talk, PPP_EFFECT_NETWORK_DOWN, &effect);
}

void talk_failed(Talk *talk, Stage stage, FailureCode code, const char *detail)
{
    PppEffect effect;

    next(talk, PPP_EFFECT_FAILED, &effect);
    g_assert_cmpstr(failure_code_name(effect.failure->code), ==, failure_code_name(code));
    g_assert_cmpstr(stage_name(effect.failure->stage), ==, stage_name(stage));
    if (g_strcmp0(detail, "*") != 0)
        g_assert_cmpstr(effect.failure->detail, ==, detail);
    talk_nothing(talk);
    g_assert_true(ppp_link_deadline(talk->link) == USEC_NEVER);
}

void talk_secret_wanted(Talk *talk, PppSecretKind kind, const char *failure_code)
{
    PppEffect effect;

    next(talk, PPP_EFFECT_SECRET_WANTED, &effect);
    g_assert_cmpint(effect.secret_kind, ==, kind);
    g_assert_cmpstr(effect.failure ? failure_code_name(effect.failure->code) : NULL, ==,
                    failure_code);
}

void talk_closed(Talk *talk)
{
    PppEffect effect;

    next(talk, PPP_EFFECT_CLOSED, &effect);
    talk_nothing(talk);
}

void talk_nothing(Talk *talk)
{
    PppEffect effect;

    if (ppp_link_next(talk->link, &effect)) {
        g_autofree char *text = describe(&effect);
        g_error("nothing expected, got %s", text);
    }
}

/* --- time --------------------------------------------------------------------------------- */

void talk_wait(Talk *talk, Usec expected)
{
    g_assert_cmpuint(usec_until(ppp_link_deadline(talk->link), talk->now), ==, expected);
    talk->now += expected;
    ppp_link_tick(talk->link, talk->now);
}

void talk_pass(Talk *talk, Usec time)
{
    talk->now += time;
    g_assert_cmpuint(ppp_link_deadline(talk->link), >, talk->now);
    ppp_link_tick(talk->link, talk->now);
    talk_nothing(talk);
}

/* --- openings ----------------------------------------------------------------------------- */

void talk_open(Talk *talk)
{
    talk->link = ppp_link_new(&talk->config, talk->entropy);
    ppp_link_open(talk->link, talk->now);
    talk_stage(talk, STAGE_PPP);
}

void talk_open_lcp(Talk *talk, const char *authentication)
{
    g_autofree char *request =
        g_strdup_printf("c021 01 77 len 0104 05b4 %s 0506 11223344", authentication);
    g_autofree char *ack =
        g_strdup_printf("c021 02 77 len 0104 05b4 %s 0506 11223344", authentication);

    talk_open(talk);
    /* LCP Configure-Request { MRU 1400, magic } --> */
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
    /* <-- LCP Configure-Ack */
    talk_echo(talk, 2);
    talk_nothing(talk);
    /* <-- LCP Configure-Request; LCP Configure-Ack --> */
    talk_hear(talk, request);
    talk_sends(talk, ack);
    talk_options(talk);
    talk_stage(talk, authentication[0] != '\0' ? STAGE_AUTHENTICATION : STAGE_NETWORK);
}

guint32 talk_address(const char *dotted)
{
    struct in_addr address;

    g_assert_cmpint(inet_pton(AF_INET, dotted, &address), ==, 1);
    return address.s_addr;
}

Talk *talk_requested(void)
{
    Talk *talk = talk_new("secret");

    talk_open(talk);
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
    talk_nothing(talk);
    return talk;
}

void talk_network_phase(Talk *talk)
{
    talk_stage(talk, STAGE_NETWORK);
    talk_sends(talk, "8021 01 .. len 0306 00000000 8106 00000000 8306 00000000");
    talk_nothing(talk);
}

void talk_verdict(Talk *talk, guint8 code, const char *text)
{
    g_autofree char *packet = g_strdup_printf("c223 %02x id len \"%s\"", code, text);

    talk_hear(talk, packet);
}
