/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LCP: options, refusals, loops, the restart timer, and what a hostile peer may try. */
#include <string.h>

#include "talk.h"

#define MSEC USEC_PER_MSEC

/* 2·RTT + 100 ms, doubling to 3 s, ten requests in all (RFC 1661 §4.6). */
static void test_silent_peer(void)
{
    static const guint WAITS[] = {200, 400, 800, 1600, 3000, 3000, 3000, 3000, 3000};
    g_autoptr(Talk) talk = talk_requested();
    guint8 first[64];

    memcpy(first, talk->sent, talk->sent_length);
    for (gsize i = 0; i < G_N_ELEMENTS(WAITS); i++) {
        talk_wait(talk, WAITS[i] * MSEC);
        talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
        /* The very same packet, so that an Ack to any of them is good. */
        g_assert_cmpmem(talk->sent, talk->sent_length, first, talk->sent_length);
    }
    talk_wait(talk, 3000 * MSEC);
    talk_failed(talk, STAGE_PPP, FAILURE_PPP_SILENT, NULL);
}

/* Every request is acknowledged, and none comes: each Ack starts the counter anew, but not for
 * ever. */
static void test_peer_that_only_acknowledges(void)
{
    g_autoptr(Talk) talk = talk_requested();
    Usec start = talk->now;
    PppEffect effect = {0};

    for (guint i = 0; i < 1000 && effect.type != PPP_EFFECT_FAILED; i++) {
        talk_echo(talk, 2);
        talk->now = ppp_link_deadline(talk->link);
        ppp_link_tick(talk->link, talk->now);
        g_assert_true(ppp_link_next(talk->link, &effect));
        if (effect.type == PPP_EFFECT_SEND) {
            memcpy(talk->sent, effect.packet, effect.length);
            talk->sent_length = effect.length;
        }
    }
    g_assert_cmpint(effect.type, ==, PPP_EFFECT_FAILED);
    g_assert_cmpuint(talk->now - start, >=, 30 * USEC_PER_SEC);
    g_assert_cmpuint(talk->now - start, <=, 34 * USEC_PER_SEC);
}

static void test_first_timer(void)
{
    static const struct {
        Usec rtt, wait;
    } ROWS[] = {{0, 300 * MSEC}, {10 * MSEC, 120 * MSEC}, {400 * MSEC, 900 * MSEC},
                {60 * USEC_PER_SEC, 3000 * MSEC}};

    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(Talk) talk = talk_new("secret");
        talk->config.rtt = ROWS[i].rtt;
        talk_open(talk);
        talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
        talk_wait(talk, ROWS[i].wait);
        talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
    }
}

/* The three-second hole: the peer starts late and has lost our request. */
static void test_late_peer(void)
{
    g_autoptr(Talk) talk = talk_requested();

    talk_pass(talk, 60 * MSEC);
    talk_hear(talk, "c021 01 01 len 0506 11223344");
    /* Our request again, at once and before our Ack: an open peer would take a request
     * behind the Ack for a new negotiation. */
    talk_sends(talk, "c021 01 id len 0104 0578 0506 ........");
    talk_sends(talk, "c021 02 01 len 0506 11223344");
    talk_nothing(talk);
    /* The timer starts again from its first value. */
    talk_wait(talk, 200 * MSEC);
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
}

/* Only the peer's first request tells that it has just begun. */
static void test_late_peer_goes_on(void)
{
    g_autoptr(Talk) talk = talk_requested();

    talk_pass(talk, 60 * MSEC);
    talk_hear(talk, "c021 01 01 len 9902");
    talk_sends(talk, "c021 01 id len 0104 0578 0506 ........");
    talk_sends(talk, "c021 04 01 len 9902");
    talk_pass(talk, 60 * MSEC);
    talk_hear(talk, "c021 01 02 len 9802");
    talk_sends(talk, "c021 04 02 len 9802");
    talk_nothing(talk);
}

/* A peer that spoke before our request can have reached it has not lost anything. */
static void test_early_peer(void)
{
    g_autoptr(Talk) talk = talk_requested();

    talk_pass(talk, 20 * MSEC);
    talk_hear(talk, "c021 01 01 len 0506 11223344");
    talk_sends(talk, "c021 02 01 len 0506 11223344");
    talk_nothing(talk);
    /* The peer's Ack has a full interval to come. */
    talk_pass(talk, 199 * MSEC);
    talk_wait(talk, 1 * MSEC);
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
}

static void test_empty_request(void)
{
    g_autoptr(Talk) talk = talk_requested();

    talk_hear(talk, "c021 01 09 len");
    talk_sends(talk, "c021 02 09 len");
    talk_nothing(talk);
}

/* Option lists that would make a careless parser loop or read on: nothing is answered. */
static void test_malformed_options(void)
{
    static const char *const PACKETS[] = {
        "c021 01 01 0008 0500 0000",      /* length 0 */
        "c021 01 01 0008 0501 0000",      /* length 1 */
        "c021 01 01 0008 05ff 0000",      /* past the packet */
        "c021 01 01 0009 0104 05b4 05",   /* a type without a length */
        "c021 01 01 0008 0506 1122 3344", /* past the length, inside the frame */
        "c021 01 01 0003",                /* packet length under 4 */
        "c021 01 01 0000",
        "c021 01 01 0020 0506 11223344", /* packet length beyond the frame */
        "c021 01 01 00",
        "c021 01",
        "c021",
        "c0",
        "",
        "ff03",
        "ff03 c0",
        "c022 01 01 0004", /* an even protocol */
        "c021 03 id 0008 0500 0000",
        "c021 04 id 0008 0501 0000",
        "c021 04 id 0008 05ff 0000",
    };
    g_autoptr(Talk) talk = talk_requested();

    for (gsize i = 0; i < G_N_ELEMENTS(PACKETS); i++) {
        talk_hear(talk, PACKETS[i]);
        talk_nothing(talk);
    }
    /* The link is as it was. */
    talk_echo(talk, 2);
    talk_hear(talk, "c021 01 01 len 0506 11223344");
    talk_sends(talk, "c021 02 01 len 0506 11223344");
    talk_options(talk);
}

static void test_framings(void)
{
    static const char *const PACKETS[] = {
        "c021 01 01 0006 0902",
        "ff03 c021 01 01 0006 0902",
        "c021 01 01 0006 0902 0000", /* padding */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(PACKETS); i++) {
        g_autoptr(Talk) talk = talk_requested();
        talk_hear(talk, PACKETS[i]);
        talk_sends(talk, "c021 04 01 len 0902");
    }
}

static void test_wrong_replies_are_ignored(void)
{
    g_autoptr(Talk) talk = talk_requested();
    guint8 right = talk->sent[3];

    /* Another identifier. */
    talk->sent[3] = (guint8)(right + 1);
    talk_echo(talk, 2);
    talk_echo(talk, 3);
    talk_echo(talk, 4);
    talk->sent[3] = right;
    /* Other options: the MRU changed, the last option missing, one more. */
    talk->sent[9] ^= 1;
    talk_echo(talk, 2);
    talk->sent[9] ^= 1;
    talk_hear(talk, "c021 02 id len 0104 0578");
    talk_hear(talk, "c021 02 id len");
    talk_nothing(talk);
    /* The right Ack counts, once. */
    talk_echo(talk, 2);
    talk_hear(talk, "c021 01 01 len");
    talk_sends(talk, "c021 02 01 len");
    talk_options(talk);
    talk_stage(talk, STAGE_NETWORK);
    talk_sends(talk, "8021 01 .. len 0306 00000000 8106 00000000 8306 00000000");
    talk_nothing(talk);
}

/* An Ack that comes twice, as it does when a request was repeated, must not restart LCP. */
static void test_second_ack(void)
{
    g_autoptr(Talk) talk = talk_requested();

    talk_echo(talk, 2);
    talk_echo(talk, 2);
    talk_hear(talk, "c021 01 01 len 0305 c223 05");
    talk_sends(talk, "c021 02 01 len 0305 c223 05");
    talk_options(talk);
    talk_stage(talk, STAGE_AUTHENTICATION);
    talk_echo(talk, 2);
    talk_nothing(talk);
}

/* Unknown options are rejected all at once and as they came; what could be Nak'd waits. */
static void test_reject_precedes_nak(void)
{
    g_autoptr(Talk) talk = talk_requested();

    /* MRU 0, callback, MRRU, endpoint discriminator, quality protocol. */
    talk_hear(talk, "c021 01 07 len 0104 0000 0d03 06 1104 05dc 1305 01 0102 0408 c025 00000000");
    talk_sends(talk, "c021 04 07 len 0d03 06 1104 05dc 1305 01 0102 0408 c025 00000000");
    talk_hear(talk, "c021 01 08 len 0104 0000");
    talk_sends(talk, "c021 03 08 len 0104 05dc");
    talk_nothing(talk);
}

static void test_accm_is_accepted(void)
{
    g_autoptr(Talk) talk = talk_requested();

    talk_hear(talk, "c021 01 01 len 0206 00000000 0104 05dc");
    talk_sends(talk, "c021 02 01 len 0206 00000000 0104 05dc");
}

static void test_compression_is_as_configured(void)
{
    g_autoptr(Talk) plain = talk_requested();
    g_autoptr(Talk) wanted = talk_new("secret");

    /* What the peer can receive is acknowledged, to save a round trip, and not used. */
    talk_echo(plain, 2);
    talk_hear(plain, "c021 01 01 len 0702 0802");
    talk_sends(plain, "c021 02 01 len 0702 0802");
    talk_options(plain);
    g_assert_false(plain->options.pfc);
    g_assert_false(plain->options.acfc);

    wanted->config.pfc = wanted->config.acfc = TRUE;
    talk_open(wanted);
    talk_sends(wanted, "c021 01 .. len 0104 0578 0506 ........ 0702 0802");
    /* The peer rejects PFC as the receiver and asks for it as the sender. */
    talk_hear(wanted, "c021 04 id len 0702");
    talk_sends(wanted, "c021 01 .. len 0104 0578 0506 ........ 0802");
    talk_echo(wanted, 2);
    talk_hear(wanted, "c021 01 01 len 0104 0500 0702");
    talk_sends(wanted, "c021 02 01 len 0104 0500 0702");
    talk_options(wanted);
    g_assert_true(wanted->options.pfc);
    g_assert_false(wanted->options.acfc);
    g_assert_cmpuint(wanted->options.peer_mru, ==, 0x500);
    g_assert_cmpuint(wanted->options.mru, ==, 1400);
}

static void test_refusals_of_our_options(void)
{
    g_autoptr(Talk) talk = talk_requested();

    /* <-- Nak: another MRU, out of bounds; we stay within ours. */
    talk_hear(talk, "c021 03 id len 0104 0010");
    talk_sends(talk, "c021 01 .. len 0104 0080 0506 ........");
    talk_hear(talk, "c021 03 id len 0104 0500");
    talk_sends(talk, "c021 01 .. len 0104 0500 0506 ........");
    /* <-- Nak: another magic number, but not the one that the peer names. */
    guint8 magic[4];
    memcpy(magic, talk->sent + 12, 4);
    talk_hear(talk, "c021 03 id len 0506 cafebabe");
    talk_sends(talk, "c021 01 .. len 0104 0500 0506 ........");
    g_assert_cmpint(memcmp(magic, talk->sent + 12, 4), !=, 0);
    g_assert_cmpint(memcmp("\xca\xfe\xba\xbe", talk->sent + 12, 4), !=, 0);
    /* <-- Reject of one, then of the other. */
    talk_hear(talk, "c021 04 id len 0104 0500");
    talk_sends(talk, "c021 01 .. len 0506 ........");
    talk_echo(talk, 4);
    talk_sends(talk, "c021 01 .. len");
    talk_echo(talk, 2);
    talk_nothing(talk);
}

static void test_refusals_of_compression(void)
{
    g_autoptr(Talk) talk = talk_new("secret");

    talk->config.pfc = talk->config.acfc = TRUE;
    talk_open(talk);
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........ 0702 0802");
    /* A Nak of what has no value can only mean that it is not wanted; and the peer wishes to
     * be authenticated by us, which we do not do. */
    talk_hear(talk, "c021 03 id len 0702 0305 c22305");
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........ 0802");
    talk_hear(talk, "c021 03 id len 0802");
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
    /* A Nak that names no better value is worth nothing. */
    talk_hear(talk, "c021 03 id len 0103 05");
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
    /* A Reject of what was not asked for. */
    talk_hear(talk, "c021 04 id len 0802 1104 05dc");
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
}

/* RFC 1661 §6: a known option of the wrong length is Nak'd with the right one. */
static void test_wrong_lengths(void)
{
    g_autoptr(Talk) talk = talk_requested();

    talk_hear(talk, "c021 01 01 len 0103 05 0204 0000 0504 1122 0703 00 0803 00");
    talk_sends(talk, "c021 03 01 len 0104 05dc 0206 00000000 0506 ........ 0702 0802");
    talk_nothing(talk);
}

/* A list of bad options must not grow beyond the peer's MRU on its way back. */
static void test_long_list(void)
{
    g_autoptr(Talk) talk = talk_requested();
    g_autoptr(GString) request = g_string_new("c021 01 01 len");
    PppEffect effect;

    for (guint i = 0; i < 700; i++)
        g_string_append(request, "0502");
    talk_hear(talk, request->str);
    g_assert_true(ppp_link_next(talk->link, &effect));
    g_assert_cmpint(effect.type, ==, PPP_EFFECT_SEND);
    g_assert_cmphex(effect.packet[2], ==, 3);
    g_assert_cmpuint(effect.length, <=, 2 + 1400);
}

/* The peer answered once and then no more: it may do better the next time. */
static void test_silence_after_a_while(void)
{
    g_autoptr(Talk) talk = talk_requested();
    g_autoptr(Talk) methods = talk_requested();
    Talk *both[] = {talk, methods};

    talk_hear(talk, "c021 01 01 len");
    talk_hear(methods, "c021 01 01 len 0304 c227");
    for (guint i = 0; i < 2; i++) {
        PppEffect effect = {0};
        while (effect.type != PPP_EFFECT_FAILED) {
            while (ppp_link_next(both[i]->link, &effect) && effect.type != PPP_EFFECT_FAILED)
                ;
            if (effect.type == PPP_EFFECT_FAILED)
                break;
            both[i]->now = ppp_link_deadline(both[i]->link);
            ppp_link_tick(both[i]->link, both[i]->now);
        }
        g_assert_cmpint(effect.failure->code, ==, i == 0 ? FAILURE_PPP_SILENT
                                                         : FAILURE_NO_AUTHENTICATION_METHOD);
    }
}

static void test_round_trip_becomes_known(void)
{
    g_autoptr(Talk) talk = talk_requested();

    ppp_link_set_rtt(talk->link, 300 * MSEC);
    talk_hear(talk, "c021 03 id len 0104 0500");
    talk_sends(talk, "c021 01 .. len 0104 0500 0506 ........");
    talk_wait(talk, 700 * MSEC);
    talk_sends(talk, "c021 01 .. len 0104 0500 0506 ........");
}

/* Values that a careless driver may hand in. */
static void test_odd_configuration(void)
{
    g_autoptr(Talk) talk = talk_new("secret");
    g_autoptr(Talk) nothing = talk_new("secret");

    talk->config.mru = talk->config.mtu = 0;
    talk_open(talk);
    talk_sends(talk, "c021 01 .. len 0506 ........");

    nothing->config.ipv4 = FALSE;
    talk_open_lcp(nothing, "");
    talk_sends(nothing, "c021 05 .. len");
    talk_failed(nothing, STAGE_NETWORK, FAILURE_PROFILE_INVALID, "*");
}

static void test_endless_naks_from_peer(void)
{
    g_autoptr(Talk) talk = talk_requested();
    guint rounds = 0;

    for (; rounds < 11; rounds++) {
        talk_hear(talk, "c021 03 id len 0506 00000001");
        talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
    }
    talk_hear(talk, "c021 03 id len 0506 00000001");
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_PPP, FAILURE_PPP_NEGOTIATION, "*");
}

/* RFC 1661 §4.6, Max-Failure. */
static void test_endless_naks_by_us(void)
{
    g_autoptr(Talk) talk = talk_requested();

    for (guint i = 1; i <= 5; i++) {
        g_autofree char *request = g_strdup_printf("c021 01 %02x len 0104 0000", i);
        g_autofree char *nak = g_strdup_printf("c021 03 %02x len 0104 05dc", i);
        talk_hear(talk, request);
        talk_sends(talk, nak);
    }
    for (guint i = 6; i <= 12; i++) {
        talk_hear(talk, "c021 01 06 len 0104 0000");
        talk_sends(talk, "c021 04 06 len 0104 0000");
    }
    talk_hear(talk, "c021 01 06 len 0104 0000");
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_PPP, FAILURE_PPP_NEGOTIATION, "*");
}

/* The same request again and again: our Nak is lost on its way, which is no reason for a Reject. */
static void test_lost_naks(void)
{
    g_autoptr(Talk) talk = talk_requested();

    for (guint i = 0; i < 8; i++) {
        talk_hear(talk, "c021 01 01 len 0104 0000");
        talk_sends(talk, "c021 03 01 len 0104 05dc");
    }
    talk_hear(talk, "c021 01 02 len 0104 05dc");
    talk_sends(talk, "c021 02 02 len 0104 05dc");
}

/* Everything that we send comes back (RFC 1661 §6.4). */
static void test_looped_line(void)
{
    g_autoptr(Talk) talk = talk_requested();
    guint rounds = 0;
    PppEffect effect = {0};
    g_autoptr(GQueue) wire = g_queue_new();

    g_queue_push_tail(wire, g_bytes_new(talk->sent, talk->sent_length));
    while (effect.type != PPP_EFFECT_FAILED) {
        g_autoptr(GBytes) packet = g_queue_pop_head(wire);
        gsize length;
        const guint8 *data = g_bytes_get_data(packet, &length);

        g_assert_cmpuint(++rounds, <, 20);
        ppp_link_input(talk->link, talk->now, data, length);
        while (ppp_link_next(talk->link, &effect)) {
            if (effect.type == PPP_EFFECT_SEND)
                g_queue_push_tail(wire, g_bytes_new(effect.packet, effect.length));
            if (effect.type == PPP_EFFECT_FAILED) {
                g_assert_cmpint(effect.failure->code, ==, FAILURE_PPP_NEGOTIATION);
                g_assert_nonnull(strstr(effect.failure->detail, "own packets"));
                break;
            }
        }
    }
    g_queue_clear_full(wire, (GDestroyNotify)g_bytes_unref);
}

/* --- the other codes ---------------------------------------------------------------------- */

static void test_code_reject(void)
{
    g_autoptr(Talk) talk = talk_requested();

    /* An unknown code is rejected with the packet in it. */
    talk_hear(talk, "c021 63 01 len 112233");
    talk_sends(talk, "c021 07 01 len 63 01 0007 112233");
    talk_hear(talk, "c021 64 01 len");
    talk_sends(talk, "c021 07 02 len 64 01 0004");
    /* Identification, time remaining, discard: nothing to say. */
    talk_hear(talk, "c021 0c 01 len 00000000 \"MSRASV5.20\"");
    talk_hear(talk, "c021 0d 01 len 00000000 00000e10 \"an hour\"");
    talk_hear(talk, "c021 0b 01 len 00000000");
    talk_nothing(talk);
    /* The peer rejects an echo: no matter.  It rejects Configure-Request: no PPP. */
    talk_hear(talk, "c021 07 01 len 09 01 0008 00000000");
    talk_hear(talk, "c021 07 02 len");
    talk_nothing(talk);
    talk_hear(talk, "c021 07 03 len 01 01 0004");
    talk_failed(talk, STAGE_PPP, FAILURE_PPP_NEGOTIATION, "*");
}

static void test_terminate_while_negotiating(void)
{
    static const guint8 STATES[] = {6, 7, 8};

    for (gsize i = 0; i < G_N_ELEMENTS(STATES); i++) {
        g_autoptr(Talk) talk = talk_requested();
        if (STATES[i] == 7)
            talk_echo(talk, 2);
        if (STATES[i] == 8) {
            talk_hear(talk, "c021 01 01 len");
            talk_sends(talk, "c021 02 01 len");
        }
        talk_hear(talk, "c021 05 21 len \"No lines\"");
        talk_sends(talk, "c021 06 21 len");
        talk_failed(talk, STAGE_PPP, FAILURE_GATEWAY_CLOSED, "No lines");
    }
}

static void test_close(void)
{
    g_autoptr(Talk) talk = talk_requested();
    g_autoptr(Talk) unopened = talk_new("secret");
    g_autoptr(Talk) deaf = talk_requested();

    ppp_link_close(talk->link, talk->now);
    talk_sends(talk, "c021 05 .. len");
    /* A Terminate-Request of the peer crosses ours. */
    talk_hear(talk, "c021 05 07 len");
    talk_sends(talk, "c021 06 07 len");
    talk_hear(talk, "c021 01 08 len 0104 0000");
    talk_nothing(talk);
    talk_echo(talk, 6);
    talk_closed(talk);

    unopened->link = ppp_link_new(&unopened->config, unopened->entropy);
    ppp_link_close(unopened->link, unopened->now);
    talk_closed(unopened);

    ppp_link_close(deaf->link, deaf->now);
    talk_sends(deaf, "c021 05 .. len");
    talk_wait(deaf, 200 * MSEC);
    talk_sends(deaf, "c021 05 .. len");
    talk_wait(deaf, 400 * MSEC);
    talk_closed(deaf);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp/lcp/silent-peer", test_silent_peer);
    g_test_add_func("/ppp/lcp/peer-that-only-acknowledges", test_peer_that_only_acknowledges);
    g_test_add_func("/ppp/lcp/first-timer", test_first_timer);
    g_test_add_func("/ppp/lcp/late-peer", test_late_peer);
    g_test_add_func("/ppp/lcp/late-peer-goes-on", test_late_peer_goes_on);
    g_test_add_func("/ppp/lcp/early-peer", test_early_peer);
    g_test_add_func("/ppp/lcp/empty-request", test_empty_request);
    g_test_add_func("/ppp/lcp/malformed-options", test_malformed_options);
    g_test_add_func("/ppp/lcp/framings", test_framings);
    g_test_add_func("/ppp/lcp/wrong-replies", test_wrong_replies_are_ignored);
    g_test_add_func("/ppp/lcp/second-ack", test_second_ack);
    g_test_add_func("/ppp/lcp/reject-precedes-nak", test_reject_precedes_nak);
    g_test_add_func("/ppp/lcp/accm", test_accm_is_accepted);
    g_test_add_func("/ppp/lcp/compression", test_compression_is_as_configured);
    g_test_add_func("/ppp/lcp/refusals", test_refusals_of_our_options);
    g_test_add_func("/ppp/lcp/refusals-of-compression", test_refusals_of_compression);
    g_test_add_func("/ppp/lcp/wrong-lengths", test_wrong_lengths);
    g_test_add_func("/ppp/lcp/long-list", test_long_list);
    g_test_add_func("/ppp/lcp/silence-after-a-while", test_silence_after_a_while);
    g_test_add_func("/ppp/lcp/round-trip-becomes-known", test_round_trip_becomes_known);
    g_test_add_func("/ppp/lcp/odd-configuration", test_odd_configuration);
    g_test_add_func("/ppp/lcp/endless-naks-from-peer", test_endless_naks_from_peer);
    g_test_add_func("/ppp/lcp/endless-naks-by-us", test_endless_naks_by_us);
    g_test_add_func("/ppp/lcp/lost-naks", test_lost_naks);
    g_test_add_func("/ppp/lcp/looped-line", test_looped_line);
    g_test_add_func("/ppp/lcp/code-reject", test_code_reject);
    g_test_add_func("/ppp/lcp/terminate", test_terminate_while_negotiating);
    g_test_add_func("/ppp/lcp/close", test_close);
    return g_test_run();
}
