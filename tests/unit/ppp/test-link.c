/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link from its first packet to its last, as gateways really talk. */
#include <string.h>

#include "talk.h"

#define MSEC USEC_PER_MSEC

/* A pppd that wants CHAP: the whole way. */
static void test_to_network(void)
{
    g_autoptr(Talk) talk = talk_new("clientPass");

    talk_open_lcp(talk, "0305 c223 05");
    talk_nothing(talk);
    /* <-- CHAP Challenge; CHAP Response --> : MD5(01 | "clientPass" | challenge) by
     * printf '\001clientPass\xde\xad\xbe\xef' | openssl md5 */
    talk_hear(talk, "c223 01 01 len 04 deadbeef \"gw\"");
    talk_sends(talk, "c223 02 01 len 10 a887e9633fcfee19c5635b6463ec0009 \"User\"");
    /* <-- CHAP Success; IPCP Configure-Request { 0.0.0.0, DNS } --> */
    talk_hear(talk, "c223 03 01 len \"Welcome\"");
    talk_stage(talk, STAGE_NETWORK);
    talk_sends(talk, "8021 01 .. len 0306 00000000 8106 00000000 8306 00000000");
    /* <-- IPCP Configure-Nak */
    talk_hear(talk, "8021 03 id len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
    talk_sends(talk, "8021 01 .. len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
    /* <-- IPCP Configure-Request { 10.77.0.1 } */
    talk_hear(talk, "8021 01 05 len 0306 0a4d0001");
    talk_sends(talk, "8021 02 05 len 0306 0a4d0001");
    talk_nothing(talk);
    /* <-- IPCP Configure-Ack of the packet before the last */
    talk_hear(talk, "8021 02 02 len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
    talk_network_up(talk);
    g_assert_cmphex(talk->network.address, ==, talk_address("10.77.0.10"));
    g_assert_cmphex(talk->network.peer_address, ==, talk_address("10.77.0.1"));
    g_assert_cmphex(talk->network.dns[0], ==, talk_address("10.77.0.1"));
    g_assert_cmphex(talk->network.dns[1], ==, talk_address("10.77.0.2"));
    g_assert_false(talk->network.ipv6);
    talk_nothing(talk);
}

/* A link without authentication, up with IPv4, five round trips after it was opened. */
static Talk *up(void)
{
    Talk *talk = talk_new("secret");

    talk_open_lcp(talk, "");
    talk_sends(talk, "8021 01 .. len 0306 00000000 8106 00000000 8306 00000000");
    talk_hear(talk, "8021 03 id len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
    talk_sends(talk, "8021 01 .. len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
    talk_echo(talk, 2);
    talk_hear(talk, "8021 01 05 len 0306 0a4d0001");
    talk_sends(talk, "8021 02 05 len 0306 0a4d0001");
    talk_network_up(talk);
    talk_nothing(talk);
    return talk;
}

/* RFC 1661 §3.4: LCP is negotiated anew while IPCP is up.  What was learnt is kept: the
 * address and servers are asked for again, so it costs no round trip more than needed. */
static void test_lcp_renegotiated(void)
{
    g_autoptr(Talk) talk = up();

    talk_hear(talk, "c021 01 20 len 0305 c223 05 0506 55667788");
    talk_network_down(talk);
    talk_stage(talk, STAGE_PPP);
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
    guint8 request[64];
    gsize length = talk->sent_length;
    memcpy(request, talk->sent, length);
    talk_sends(talk, "c021 02 20 len 0305 c223 05 0506 55667788");
    talk_nothing(talk);
    /* IPCP's packets of before are late. */
    talk_hear(talk, "8021 01 06 len 0306 0a4d0001");
    talk_nothing(talk);
    memcpy(talk->sent, request, length);
    talk->sent_length = length;
    talk_echo(talk, 2);
    talk_options(talk);
    /* This time the peer wants to know who we are. */
    talk_stage(talk, STAGE_AUTHENTICATION);
    talk_hear(talk, "c223 01 01 len 01 00 \"gw\"");
    talk_sends(talk, "c223 02 01 len 10 ................................ \"User\"");
    talk_hear(talk, "c223 03 01 len");
    talk_stage(talk, STAGE_NETWORK);
    talk_sends(talk, "8021 01 .. len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
    talk_echo(talk, 2);
    talk_hear(talk, "8021 01 07 len 0306 0a4d0001");
    talk_sends(talk, "8021 02 07 len 0306 0a4d0001");
    talk_network_up(talk);
    talk_nothing(talk);
}

/* IPCP alone is negotiated anew, e.g. for another address. */
static void test_ipcp_renegotiated(void)
{
    g_autoptr(Talk) talk = up();

    talk_hear(talk, "8021 01 06 len 0306 0a4d0001");
    talk_network_down(talk);
    talk_sends(talk, "8021 01 .. len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
    talk_sends(talk, "8021 02 06 len 0306 0a4d0001");
    talk_nothing(talk);
    talk_hear(talk, "8021 03 02 len 0306 0a4d000b");
    talk_nothing(talk); /* an identifier of the past */
    talk_hear(talk, "8021 03 03 len 0306 0a4d000b");
    talk_sends(talk, "8021 01 .. len 0306 0a4d000b 8106 0a4d0001 8306 0a4d0002");
    talk_echo(talk, 2);
    talk_network_up(talk);
    g_assert_cmphex(talk->network.address, ==, talk_address("10.77.0.11"));
}

/* The peer's request comes again and again under another identifier.  Each time is a new
 * negotiation, and the machine's network would go down and up with it for ever. */
static void test_ipcp_restless(void)
{
    g_autoptr(Talk) talk = up();

    for (guint i = 0; i < 10; i++) {
        g_autofree char *request = g_strdup_printf("8021 01 %02x len 0306 0a4d0001", 0x40 + i);
        g_autofree char *ack = g_strdup_printf("8021 02 %02x len 0306 0a4d0001", 0x40 + i);
        guint8 own[64];
        talk_hear(talk, request);
        talk_network_down(talk);
        talk_sends(talk, "8021 01 .. len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
        gsize length = talk->sent_length;
        memcpy(own, talk->sent, length);
        talk_sends(talk, ack);
        memcpy(talk->sent, own, length);
        talk->sent_length = length;
        talk_echo(talk, 2);
        talk_network_up(talk);
    }
    talk_hear(talk, "8021 01 60 len 0306 0a4d0001");
    talk_network_down(talk);
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_NETWORK, FAILURE_PPP_NEGOTIATION,
                "the gateway negotiates IPv4 anew all the time");
    talk_nothing(talk);
}

/* Now and then it may. */
static void test_ipcp_seldom(void)
{
    g_autoptr(Talk) talk = up();

    for (guint i = 0; i < 30; i++) {
        g_autofree char *request = g_strdup_printf("8021 01 %02x len 0306 0a4d0001", 0x40 + i);
        talk->now += 10 * USEC_PER_SEC;
        talk_hear(talk, request);
        talk_network_down(talk);
        talk_sends(talk, "8021 01 .. len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
        guint8 identifier = talk->sent[3];
        talk_sends(talk, "8021 02 .. len 0306 0a4d0001");
        g_autofree char *ack = g_strdup_printf(
            "8021 02 %02x len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002", identifier);
        talk_hear(talk, ack);
        talk_network_up(talk);
        talk_nothing(talk);
    }
}

/* pppd repeats a request after three seconds if our Ack was lost.  It gets the Ack; the link
 * stays up.  If it asks once more, it has begun anew. */
static void test_lost_ack(void)
{
    g_autoptr(Talk) talk = up();

    talk_hear(talk, "8021 01 05 len 0306 0a4d0001");
    talk_sends(talk, "8021 02 05 len 0306 0a4d0001");
    talk_nothing(talk);
    talk_hear(talk, "c021 01 77 len 0104 05b4 0506 11223344");
    talk_sends(talk, "c021 02 77 len 0104 05b4 0506 11223344");
    talk_nothing(talk);
    talk_hear(talk, "8021 01 05 len 0306 0a4d0001");
    talk_network_down(talk);
    talk_sends(talk, "8021 01 .. len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
    talk_sends(talk, "8021 02 05 len 0306 0a4d0001");
    talk_hear(talk, "8021 02 03 len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
    talk_network_up(talk);
    talk_nothing(talk);
}

/* Same identifier, other options; same options, other identifier: begun anew. */
static void test_no_lost_ack(void)
{
    g_autoptr(Talk) other_options = up();
    g_autoptr(Talk) other_identifier = up();

    talk_hear(other_options, "8021 01 05 len 0306 0a4d0002");
    talk_network_down(other_options);
    talk_hear(other_identifier, "8021 01 06 len 0306 0a4d0001");
    talk_network_down(other_identifier);
}

static void test_terminated(void)
{
    g_autoptr(Talk) talk = up();

    talk_hear(talk, "c021 05 42 len \"Link inactive\" 0d0a 1b \"[31m\"");
    talk_network_down(talk);
    talk_sends(talk, "c021 06 42 len");
    /* The peer's text without what could write to a terminal. */
    talk_failed(talk, STAGE_CONNECTED, FAILURE_GATEWAY_CLOSED, "Link inactive   [31m");
    /* It is over, whatever comes. */
    talk_hear(talk, "c021 01 01 len");
    ppp_link_tick(talk->link, talk->now + 3600 * USEC_PER_SEC);
    ppp_link_close(talk->link, talk->now);
    talk_nothing(talk);
}

static void test_close_when_up(void)
{
    g_autoptr(Talk) talk = up();

    ppp_link_close(talk->link, talk->now);
    talk_network_down(talk);
    talk_sends(talk, "c021 05 .. len");
    /* Packets under way are not answered any more. */
    talk_hear(talk, "8021 01 06 len 0306 0a4d0001");
    talk_hear(talk, "c021 09 01 len 00000000");
    talk_nothing(talk);
    talk_echo(talk, 6);
    talk_closed(talk);
}

/* Idle for 5 s, then 3 requests a second apart, then it is dead: 8 s after the last frame. */
static void test_dead_peer(void)
{
    g_autoptr(Talk) talk = up();

    talk_wait(talk, 5000 * MSEC);
    talk_sends(talk, "c021 09 .. len ........");
    talk_wait(talk, 1000 * MSEC);
    talk_sends(talk, "c021 09 .. len ........");
    talk_wait(talk, 1000 * MSEC);
    talk_sends(talk, "c021 09 .. len ........");
    talk_wait(talk, 1000 * MSEC);
    talk_network_down(talk);
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_CONNECTED, FAILURE_CONNECTION_LOST, NULL);
}

/* The same before IPCP has come to an end: the user never was connected. */
static void test_peer_dies_early(void)
{
    g_autoptr(Talk) talk = talk_new("secret");
    PppEffect effect = {0};

    talk_open_lcp(talk, "");
    while (effect.type != PPP_EFFECT_FAILED) {
        if (!ppp_link_next(talk->link, &effect)) {
            talk->now = ppp_link_deadline(talk->link);
            ppp_link_tick(talk->link, talk->now);
        }
    }
    g_assert_cmpint(effect.failure->code, ==, FAILURE_CONNECTION_LOST);
    g_assert_cmpint(effect.failure->stage, ==, STAGE_NETWORK);
}

static void test_living_peer(void)
{
    g_autoptr(Talk) talk = up();

    talk_wait(talk, 5000 * MSEC);
    talk_sends(talk, "c021 09 .. len ........");
    talk_wait(talk, 1000 * MSEC);
    talk_sends(talk, "c021 09 .. len ........");
    /* The answer to the first; the count begins anew. */
    talk_hear(talk, "c021 0a 01 len 11223344");
    talk_wait(talk, 5000 * MSEC);
    talk_sends(talk, "c021 09 .. len ........");
    /* Data on the driver's own path, then a frame of any kind: both count. */
    ppp_link_seen(talk->link, talk->now + 500 * MSEC);
    talk->now += 500 * MSEC;
    talk_pass(talk, 4999 * MSEC);
    talk_hear(talk, "0021 4500");
    talk_pass(talk, 4999 * MSEC);
    talk_wait(talk, 1 * MSEC);
    for (guint i = 0; i < 2; i++) {
        talk_sends(talk, "c021 09 .. len ........");
        talk_wait(talk, 1000 * MSEC);
    }
    talk_sends(talk, "c021 09 .. len ........");
    talk_nothing(talk);
}

/* While LCP is negotiated anew, and while the peer asks its directory about us, it owes us no
 * echo. */
static void test_no_echo_outside_the_network_phase(void)
{
    g_autoptr(Talk) talk = up();
    Usec end = talk->now + 12 * USEC_PER_SEC;
    PppEffect effect;

    talk_hear(talk, "c021 01 20 len 0305 c223 05");
    while (ppp_link_deadline(talk->link) < end) {
        talk->now = ppp_link_deadline(talk->link);
        ppp_link_tick(talk->link, talk->now);
        while (ppp_link_next(talk->link, &effect)) {
            if (effect.type == PPP_EFFECT_SEND)
                g_assert_cmphex(effect.packet[2], !=, 9);
        }
    }
}

/* Until LCP is open again the peer's MRU is the default, whatever it was (RFC 1661 §6.1). */
static void test_mru_is_forgotten(void)
{
    g_autoptr(Talk) talk = up();
    g_autoptr(GString) unknown = g_string_new("c021 63 01 len");
    PppEffect effect;
    gsize length = 0;

    for (guint i = 0; i < 600; i++)
        g_string_append(unknown, "aa");
    for (guint round = 0; round < 2; round++) {
        /* Small in the first round; in the second a request that is not acknowledged. */
        talk_hear(talk, round == 0 ? "c021 01 20 len 0104 0100" : "c021 01 21 len 9902");
        talk_hear(talk, unknown->str);
        while (ppp_link_next(talk->link, &effect)) {
            if (effect.type != PPP_EFFECT_SEND)
                continue;
            if (effect.packet[2] == 7)
                length = effect.length;
            if (effect.packet[2] == 1) {
                talk->sent_length = effect.length;
                memcpy(talk->sent, effect.packet, effect.length);
            }
        }
        g_assert_cmpuint(length, ==, round == 0 ? 2 + 256 : 2 + 608);
        /* Our request is acknowledged, so that LCP is open in between. */
        if (round == 0)
            talk_echo(talk, 2);
    }
}

/* The lid was closed for an hour: the peer gets all its tries. */
static void test_sleep(void)
{
    g_autoptr(Talk) talk = up();

    talk->now += 3600 * USEC_PER_SEC;
    ppp_link_tick(talk->link, talk->now);
    talk_sends(talk, "c021 09 .. len ........");
    talk_nothing(talk);
    g_assert_cmpuint(ppp_link_deadline(talk->link), ==, talk->now + 1000 * MSEC);
}

static void test_echo_reply(void)
{
    g_autoptr(Talk) talk = up();
    g_autoptr(GString) large = g_string_new("c021 09 07 05dc 11223344");

    talk_hear(talk, "c021 09 05 len 11223344 \"ping\"");
    talk_sends(talk, "c021 0a 05 len ........ \"ping\"");
    /* Our own magic number: the line is looped (RFC 1661 §5.8). */
    talk_echo(talk, 9);
    talk_hear(talk, "c021 09 06 len 1122");
    talk_nothing(talk);
    /* No longer than the peer's MRU, 1460, and the path, 1400. */
    for (guint i = 0; i < 1492; i++)
        g_string_append(large, "aa");
    talk_hear(talk, large->str);
    PppEffect effect;
    g_assert_true(ppp_link_next(talk->link, &effect));
    g_assert_cmpuint(effect.length, ==, 2 + 1400);
    g_assert_cmphex(effect.packet[4] << 8 | effect.packet[5], ==, 1400);
}

/* A driver that does not empty the queue loses packets, not order or memory. */
static void test_bounded_queue(void)
{
    g_autoptr(Talk) talk = up();
    PppEffect effect;
    guint effects = 0;

    for (guint i = 0; i < 10000; i++)
        talk_hear(talk, "c021 09 05 len 11223344");
    talk_hear(talk, "c021 05 42 len \"Bye\"");
    while (ppp_link_next(talk->link, &effect))
        effects++;
    g_assert_cmpuint(effects, <, 100);
    g_assert_cmpint(effect.type, ==, PPP_EFFECT_FAILED);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp/link/to-network", test_to_network);
    g_test_add_func("/ppp/link/lcp-renegotiated", test_lcp_renegotiated);
    g_test_add_func("/ppp/link/ipcp-renegotiated", test_ipcp_renegotiated);
    g_test_add_func("/ppp/link/ipcp-restless", test_ipcp_restless);
    g_test_add_func("/ppp/link/ipcp-seldom", test_ipcp_seldom);
    g_test_add_func("/ppp/link/lost-ack", test_lost_ack);
    g_test_add_func("/ppp/link/no-lost-ack", test_no_lost_ack);
    g_test_add_func("/ppp/link/terminated", test_terminated);
    g_test_add_func("/ppp/link/close-when-up", test_close_when_up);
    g_test_add_func("/ppp/link/dead-peer", test_dead_peer);
    g_test_add_func("/ppp/link/peer-dies-early", test_peer_dies_early);
    g_test_add_func("/ppp/link/living-peer", test_living_peer);
    g_test_add_func("/ppp/link/no-echo-outside", test_no_echo_outside_the_network_phase);
    g_test_add_func("/ppp/link/mru-is-forgotten", test_mru_is_forgotten);
    g_test_add_func("/ppp/link/sleep", test_sleep);
    g_test_add_func("/ppp/link/echo-reply", test_echo_reply);
    g_test_add_func("/ppp/link/bounded-queue", test_bounded_queue);
    return g_test_run();
}
