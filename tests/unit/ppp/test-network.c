/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network phase: IPCP, IPV6CP, and what is rejected beside them. */
#include <string.h>

#include "talk.h"

#define MSEC USEC_PER_MSEC
#define IPCP_REQUEST "8021 01 .. len 0306 00000000 8106 00000000 8306 00000000"
#define IPV6CP_REQUEST "8057 01 .. len 010a ................"

/* A link without authentication whose IPCP Configure-Request can be answered. */
static Talk *in_network_phase(gboolean ipv6)
{
    Talk *talk = talk_new("secret");

    talk->config.ipv6 = ipv6;
    talk_open_lcp(talk, "");
    if (ipv6) {
        guint8 ipcp[256];
        gsize length;
        talk_sends(talk, IPCP_REQUEST);
        memcpy(ipcp, talk->sent, length = talk->sent_length);
        talk_sends(talk, IPV6CP_REQUEST);
        memcpy(talk->sent, ipcp, talk->sent_length = length);
    } else {
        talk_sends(talk, IPCP_REQUEST);
    }
    talk_nothing(talk);
    return talk;
}

/* From there to NETWORK_UP with 10.77.0.10. */
static void bring_ipv4_up(Talk *talk)
{
    talk_hear(talk, "8021 03 id len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
    talk_sends(talk, "8021 01 .. len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
    talk_echo(talk, 2);
    talk_hear(talk, "8021 01 05 len 0306 0a4d0001");
    talk_sends(talk, "8021 02 05 len 0306 0a4d0001");
    talk_network_up(talk);
    g_assert_cmphex(talk->network.address, ==, talk_address("10.77.0.10"));
    g_assert_cmphex(talk->network.peer_address, ==, talk_address("10.77.0.1"));
}

/* --- IPCP --------------------------------------------------------------------------------- */

/* The address of the last time, accepted at once: one round trip. */
static void test_cached_address(void)
{
    g_autoptr(Talk) talk = talk_new("secret");

    talk->config.ipv4_address = talk_address("10.77.0.33");
    talk->config.dns = FALSE;
    talk->config.nbns = TRUE;
    talk_open_lcp(talk, "");
    talk_sends(talk, "8021 01 .. len 0306 0a4d0021 8206 00000000 8406 00000000");
    talk_hear(talk, "8021 03 id len 8206 0a4d0005 8406 0a4d0006");
    talk_sends(talk, "8021 01 .. len 0306 0a4d0021 8206 0a4d0005 8406 0a4d0006");
    talk_echo(talk, 2);
    talk_hear(talk, "8021 01 05 len 0306 0a4d0001");
    talk_sends(talk, "8021 02 05 len 0306 0a4d0001");
    talk_network_up(talk);
    g_assert_cmphex(talk->network.address, ==, talk_address("10.77.0.33"));
    g_assert_cmphex(talk->network.nbns[0], ==, talk_address("10.77.0.5"));
    g_assert_cmphex(talk->network.nbns[1], ==, talk_address("10.77.0.6"));
    g_assert_cmphex(talk->network.dns[0], ==, 0);
}

/* RFC 1661: Reject precedes Nak, so a peer without DNS costs one round trip more. */
static void test_dns_rejected(void)
{
    g_autoptr(Talk) talk = in_network_phase(FALSE);

    talk_hear(talk, "8021 04 id len 8106 00000000 8306 00000000");
    talk_sends(talk, "8021 01 .. len 0306 00000000");
    talk_hear(talk, "8021 03 id len 0306 0a4d000a");
    talk_sends(talk, "8021 01 .. len 0306 0a4d000a");
    talk_echo(talk, 2);
    talk_hear(talk, "8021 01 05 len");
    talk_sends(talk, "8021 02 05 len");
    talk_network_up(talk);
    g_assert_cmphex(talk->network.dns[0], ==, 0);
    g_assert_cmphex(talk->network.peer_address, ==, 0);
}

/* A peer that has one server Naks the second with zero: it is not asked for for ever. */
static void test_one_dns_server(void)
{
    g_autoptr(Talk) talk = in_network_phase(FALSE);

    talk_hear(talk, "8021 03 id len 0306 0a4d000a 8106 0a4d0001 8306 00000000");
    talk_sends(talk, "8021 01 .. len 0306 0a4d000a 8106 0a4d0001");
    talk_nothing(talk);
}

static void test_peers_options(void)
{
    static const struct {
        const char *options, *reply;
    } ROWS[] = {
        {"", "02"},
        {"0306 0a4d0001", "02"},
        {"0306 00000000", "04"},              /* we have no address to give */
        {"0206 002d 0f 01", "04"},            /* Van Jacobson's compression */
        {"010a 0a4d0001 00000000", "04"},     /* IP-Addresses, long deprecated */
        {"8106 00000000", "04"},              /* it asks us for a server */
        {"9002", "04"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(Talk) talk = in_network_phase(FALSE);
        g_autofree char *request = g_strdup_printf("8021 01 09 len %s", ROWS[i].options);
        g_autofree char *reply =
            g_strdup_printf("8021 %s 09 len %s", ROWS[i].reply, ROWS[i].options);
        talk_hear(talk, request);
        talk_sends(talk, reply);
        talk_nothing(talk);
    }
    g_autoptr(Talk) mixed = in_network_phase(FALSE);
    talk_hear(mixed, "8021 01 09 len 0206 002d 0f 01 0306 0a4d0001");
    talk_sends(mixed, "8021 04 09 len 0206 002d 0f 01");
    talk_hear(mixed, "8021 01 0a len 0305 0a4d00");
    talk_sends(mixed, "8021 03 0a len 0306 00000000");
}

static void test_no_address(void)
{
    g_autoptr(Talk) rejected = in_network_phase(FALSE);
    g_autoptr(Talk) zero = in_network_phase(FALSE);
    g_autoptr(Talk) endless = in_network_phase(FALSE);

    /* The option is rejected, and everything else agreed. */
    talk_echo(rejected, 4);
    talk_sends(rejected, "8021 01 .. len");
    talk_echo(rejected, 2);
    talk_hear(rejected, "8021 01 01 len 0306 0a4d0001");
    talk_sends(rejected, "8021 02 01 len 0306 0a4d0001");
    talk_sends(rejected, "c021 05 .. len");
    talk_failed(rejected, STAGE_NETWORK, FAILURE_NO_ADDRESS, NULL);
    /* 0.0.0.0 is acknowledged. */
    talk_echo(zero, 2);
    talk_hear(zero, "8021 01 01 len");
    talk_sends(zero, "8021 02 01 len");
    talk_sends(zero, "c021 05 .. len");
    talk_failed(zero, STAGE_NETWORK, FAILURE_NO_ADDRESS, NULL);
    /* 0.0.0.0 is offered again and again. */
    for (guint i = 0; i < 11; i++) {
        talk_hear(endless, "8021 03 id len 0306 00000000");
        talk_sends(endless, "8021 01 .. len 0306 00000000 8106 00000000 8306 00000000");
    }
    talk_hear(endless, "8021 03 id len 0306 00000000");
    talk_sends(endless, "c021 05 .. len");
    talk_failed(endless, STAGE_NETWORK, FAILURE_NO_ADDRESS, NULL);
}

static void test_silence(void)
{
    g_autoptr(Talk) talk = in_network_phase(FALSE);
    PppEffect effect = {0};
    Usec start = talk->now;

    while (effect.type != PPP_EFFECT_FAILED) {
        talk->now = ppp_link_deadline(talk->link);
        ppp_link_tick(talk->link, talk->now);
        /* LCP is alive: the peer answers Echo-Requests. */
        talk_hear(talk, "c021 0a 01 len 00000000");
        while (ppp_link_next(talk->link, &effect) && effect.type != PPP_EFFECT_FAILED)
            ;
    }
    g_assert_cmpint(effect.failure->code, ==, FAILURE_PPP_SILENT);
    g_assert_cmpint(effect.failure->stage, ==, STAGE_NETWORK);
    g_assert_cmpuint(talk->now - start, <, 30 * USEC_PER_SEC);
}

static void test_terminated(void)
{
    g_autoptr(Talk) early = in_network_phase(FALSE);
    g_autoptr(Talk) late = in_network_phase(FALSE);

    talk_hear(early, "8021 05 01 len \"No address\"");
    talk_sends(early, "8021 06 01 len");
    talk_sends(early, "c021 05 .. len");
    talk_failed(early, STAGE_NETWORK, FAILURE_GATEWAY_CLOSED, "No address");

    bring_ipv4_up(late);
    talk_hear(late, "8021 05 01 len");
    talk_network_down(late);
    talk_sends(late, "8021 06 01 len");
    talk_sends(late, "c021 05 .. len");
    talk_failed(late, STAGE_NETWORK, FAILURE_GATEWAY_CLOSED, NULL);
}

/* --- IPV6CP ------------------------------------------------------------------------------- */

/* Both leave in one burst; IPv4 does not wait for IPv6. */
static void test_ipv6_follows(void)
{
    g_autoptr(Talk) talk = in_network_phase(TRUE);

    bring_ipv4_up(talk);
    g_assert_false(talk->network.ipv6);
    talk_hear(talk, "8057 01 05 len 010a 0000000000000001");
    talk_sends(talk, "8057 02 05 len 010a 0000000000000001");
    /* <-- Nak with an identifier of the peer's choice */
    talk_hear(talk, "8057 03 01 len 010a 0000000000000002");
    talk_sends(talk, "8057 01 .. len 010a 0000000000000002");
    talk_echo(talk, 2);
    talk_network_up(talk);
    g_assert_cmphex(talk->network.address, ==, talk_address("10.77.0.10"));
    g_assert_true(talk->network.ipv6);
    g_assert_cmpmem(&talk->network.interface_id, 8, "\0\0\0\0\0\0\0\2", 8);
    g_assert_cmpmem(&talk->network.peer_interface_id, 8, "\0\0\0\0\0\0\0\1", 8);
    talk_nothing(talk);
}

/* pppd takes our second copy of a request that it had acknowledged for a new beginning (RFC 1661
 * §4.1, RCR in Opened).  IPv6 alone is no news meanwhile; a round trip later all is as it was. */
static void test_ipv4_negotiated_again(void)
{
    g_autoptr(Talk) talk = in_network_phase(TRUE);

    bring_ipv4_up(talk);
    talk_hear(talk, "8057 01 05 len 010a 0000000000000001");
    talk_sends(talk, "8057 02 05 len 010a 0000000000000001");
    talk_hear(talk, "8057 03 01 len 010a 0000000000000002");
    talk_sends(talk, "8057 01 .. len 010a 0000000000000002");
    talk_echo(talk, 2);
    talk_network_up(talk);
    g_assert_true(talk->network.ipv6);
    talk_hear(talk, "8021 01 06 len 0306 0a4d0001");
    talk_network_down(talk);
    talk_sends(talk, "8021 01 .. len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
    talk_sends(talk, "8021 02 06 len 0306 0a4d0001");
    talk_nothing(talk);
    talk_wait(talk, 200 * USEC_PER_MSEC);
    talk_sends(talk, "8021 01 .. len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
    talk_echo(talk, 2);
    talk_network_up(talk);
    g_assert_cmphex(talk->network.address, ==, talk_address("10.77.0.10"));
    g_assert_true(talk->network.ipv6);
    talk_nothing(talk);
}

/* IPv6 first: nobody is told that the network is up before IPv4 has come or failed. */
static void test_ipv6_comes_first(void)
{
    g_autoptr(Talk) talk = in_network_phase(TRUE);
    g_autoptr(Talk) without = in_network_phase(TRUE);
    Talk *both[] = {talk, without};

    for (guint i = 0; i < 2; i++) {
        talk_hear(both[i], "8057 03 01 len 010a 0000000000000002");
        talk_sends(both[i], "8057 01 .. len 010a 0000000000000002");
        talk_echo(both[i], 2);
        talk_hear(both[i], "8057 01 05 len 010a 0000000000000001");
        talk_sends(both[i], "8057 02 05 len 010a 0000000000000001");
        talk_nothing(both[i]);
    }
    talk->sent[3] = 1;
    bring_ipv4_up(talk);
    g_assert_true(talk->network.ipv6);
    talk_hear(without, "c021 08 01 len 8021 01 01 0004");
    talk_network_up(without);
    g_assert_true(without->network.ipv6);
    g_assert_cmphex(without->network.address, ==, 0);
}

/* IPv4 negotiated anew is no IPv6-only network: what is set stays until IPv4 is there again. */
static void test_ipv4_renegotiated_beside_ipv6(void)
{
    g_autoptr(Talk) talk = in_network_phase(TRUE);

    bring_ipv4_up(talk);
    talk_hear(talk, "8057 01 05 len 010a 0000000000000001");
    talk_sends(talk, "8057 02 05 len 010a 0000000000000001");
    talk_hear(talk, "8057 03 01 len 010a 0000000000000002");
    talk_sends(talk, "8057 01 .. len 010a 0000000000000002");
    talk_echo(talk, 2);
    talk_network_up(talk);
    g_assert_true(talk->network.ipv6);
    /* <-- Configure-Request in the open state */
    talk_hear(talk, "8021 01 06 len 0306 0a4d0002");
    talk_network_down(talk);
    talk_sends(talk, "8021 01 .. len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
    talk_sends(talk, "8021 02 06 len 0306 0a4d0002");
    talk->sent[3] = 3;
    talk_hear(talk, "8021 02 03 len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
    talk_network_up(talk);
    g_assert_cmphex(talk->network.address, ==, talk_address("10.77.0.10"));
    g_assert_cmphex(talk->network.peer_address, ==, talk_address("10.77.0.2"));
    g_assert_true(talk->network.ipv6);
    talk_nothing(talk);
}

static void test_ipv6_identifiers(void)
{
    g_autoptr(Talk) talk = talk_new("secret");
    g_autofree char *ours = NULL;

    talk->config.ipv4 = FALSE;
    talk->config.ipv6 = TRUE;
    talk_open_lcp(talk, "");
    talk_sends(talk, IPV6CP_REQUEST);
    /* RFC 5072 §4.1: the universal/local bit of a random identifier is clear. */
    g_assert_cmphex(talk->sent[8] & 0x02, ==, 0);
    /* Zero and our own are Nak'd with another, the wrong size too. */
    ours = g_strdup_printf("8057 01 02 len 010a %02x%02x%02x%02x%02x%02x%02x%02x", talk->sent[8],
                           talk->sent[9], talk->sent[10], talk->sent[11], talk->sent[12],
                           talk->sent[13], talk->sent[14], talk->sent[15]);
    talk_hear(talk, "8057 01 01 len 010a 0000000000000000");
    talk_sends(talk, "8057 03 01 len 010a ................");
    talk_hear(talk, ours);
    talk_sends(talk, "8057 03 02 len 010a ................");
    g_assert_cmpint(memcmp(talk->sent + 8, "\0\0\0\0\0\0\0\0", 8), !=, 0);
    talk_hear(talk, "8057 01 03 len 0106 11223344");
    talk_sends(talk, "8057 03 03 len 010a ................");
    talk_hear(talk, "8057 01 04 len 0204 004f");
    talk_sends(talk, "8057 04 04 len 0204 004f");
    /* IPv4 is not wanted here. */
    talk_hear(talk, "8021 01 01 len 0306 0a4d0001");
    talk_sends(talk, "c021 08 .. len 8021 01 01 000a 0306 0a4d0001");
    talk_nothing(talk);
}

/* Without the option the peer takes whatever we say (RFC 5072 §4.1 lets it). */
static void test_ipv6_option_rejected(void)
{
    g_autoptr(Talk) talk = talk_new("secret");

    talk->config.ipv4 = FALSE;
    talk->config.ipv6 = TRUE;
    talk_open_lcp(talk, "");
    talk_sends(talk, IPV6CP_REQUEST);
    /* A suggestion that is none: another random one. */
    talk_hear(talk, "8057 03 id len 010a 0000000000000000");
    talk_sends(talk, IPV6CP_REQUEST);
    g_assert_cmpint(memcmp(talk->sent + 8, "\0\0\0\0\0\0\0\0", 8), !=, 0);
    talk_hear(talk, "8057 03 id len 0106 00000000");
    talk_sends(talk, IPV6CP_REQUEST);
    talk_echo(talk, 4);
    talk_sends(talk, "8057 01 .. len");
    talk_echo(talk, 2);
    talk_hear(talk, "8057 01 05 len");
    talk_sends(talk, "8057 02 05 len");
    talk_network_up(talk);
    g_assert_cmphex(talk->network.peer_interface_id, ==, 0);
    talk_hear(talk, "8057 05 06 len \"No more\"");
    talk_network_down(talk);
    talk_sends(talk, "8057 06 06 len");
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_NETWORK, FAILURE_GATEWAY_CLOSED, "No more");
}

/* LCP itself is rejected: nonsense, and the end. */
static void test_lcp_rejected(void)
{
    g_autoptr(Talk) talk = in_network_phase(FALSE);

    talk_hear(talk, "c021 08 01 len c021 01 01 0004");
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_PPP, FAILURE_PPP_NEGOTIATION, "*");
}

/* Normal: the gateway knows no IPv6. */
static void test_ipv6_rejected(void)
{
    g_autoptr(Talk) talk = in_network_phase(TRUE);

    talk_hear(talk, "c021 08 01 len 8057 01 01 000e 010a 0000000000000000");
    talk_nothing(talk);
    bring_ipv4_up(talk);
    talk_nothing(talk);
}

static void test_ipv4_rejected(void)
{
    g_autoptr(Talk) talk = in_network_phase(TRUE);

    talk_hear(talk, "c021 08 01 len 8021 01 01 0004");
    talk_nothing(talk);
    talk_hear(talk, "8057 01 05 len 010a 0000000000000001");
    talk_sends(talk, "8057 02 05 len 010a 0000000000000001");
    talk_hear(talk, "8057 03 01 len 010a 0000000000000002");
    talk_sends(talk, "8057 01 .. len 010a 0000000000000002");
    talk_echo(talk, 2);
    talk_network_up(talk);
    g_assert_cmphex(talk->network.address, ==, 0);
    g_assert_true(talk->network.ipv6);
}

static void test_both_rejected(void)
{
    g_autoptr(Talk) talk = in_network_phase(TRUE);

    talk_hear(talk, "c021 08 01 len 8021 01 01 0004");
    talk_nothing(talk);
    talk_hear(talk, "c021 08 02 len 8057 01 01 0004");
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_NETWORK, FAILURE_NO_ADDRESS, "the gateway does not know IPv4");
}

/* pppd with noip and noipv6 hangs up before its second Protocol-Reject: the cause is the same. */
static void test_rejected_and_hung_up(void)
{
    g_autoptr(Talk) talk = in_network_phase(TRUE);

    talk_hear(talk, "c021 08 01 len 8021 01 01 0004");
    talk_nothing(talk);
    talk_hear(talk, "c021 05 02 len \"No network protocols running\"");
    talk_sends(talk, "c021 06 02 len");
    talk_failed(talk, STAGE_NETWORK, FAILURE_NO_ADDRESS, "the gateway does not know IPv4");
}

/* IPv4 fails first, IPv6 later: the user hears of IPv4. */
static void test_no_address_and_no_ipv6(void)
{
    g_autoptr(Talk) talk = in_network_phase(TRUE);

    talk_echo(talk, 2);
    talk_hear(talk, "8021 01 01 len");
    talk_sends(talk, "8021 02 01 len");
    talk_nothing(talk);
    talk_hear(talk, "c021 08 02 len 8057 01 01 0004");
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_NETWORK, FAILURE_NO_ADDRESS, NULL);
}

/* --- beside them -------------------------------------------------------------------------- */

static void test_protocol_reject(void)
{
    g_autoptr(Talk) talk = in_network_phase(FALSE);
    g_autoptr(GString) large = g_string_new("80fd 01 01 0578");

    /* CCP, as Windows offers it. */
    talk_hear(talk, "80fd 01 04 len 1206 01000001");
    talk_sends(talk, "c021 08 01 len 80fd 01 04 000a 1206 01000001");
    /* The identifier changes each time (RFC 1661 §5.7). */
    talk_hear(talk, "ff03 8031 01 05 len");
    talk_sends(talk, "c021 08 02 len 8031 01 05 0004");
    /* One-byte protocol field. */
    talk_hear(talk, "fd 0102");
    talk_sends(talk, "c021 08 03 len 00fd 0102");
    /* IP packets are not protocol packets, whether IPCP is up or not. */
    talk_hear(talk, "0021 4500");
    talk_hear(talk, "21 4500");
    talk_hear(talk, "0057 6000");
    talk_nothing(talk);
    /* Cut to the peer's MRU, 1460, and to what the path carries, 1400. */
    for (guint i = 0; i < 1396; i++)
        g_string_append(large, "aa");
    talk_hear(talk, large->str);
    PppEffect effect;
    g_assert_true(ppp_link_next(talk->link, &effect));
    g_assert_cmpuint(effect.length, ==, 2 + 1400);
    g_assert_cmpmem(effect.packet, 12, "\xc0\x21\x08\x04\x05\x78\x80\xfd\x01\x01\x05\x78", 12);
}

/* RFC 1661 §3.4, §5.7: before LCP is open nothing else is looked at, nor rejected. */
static void test_nothing_before_lcp(void)
{
    g_autoptr(Talk) talk = talk_new("secret");

    talk_open(talk);
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
    talk_hear(talk, "80fd 01 04 len");
    talk_hear(talk, "8021 01 01 len 0306 0a4d0001");
    talk_hear(talk, "c223 01 01 len 01 00");
    talk_hear(talk, "c021 08 01 len 8021 01 01 0004");
    talk_hear(talk, "c021 09 01 len 00000000");
    talk_nothing(talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp/network/cached-address", test_cached_address);
    g_test_add_func("/ppp/network/dns-rejected", test_dns_rejected);
    g_test_add_func("/ppp/network/one-dns-server", test_one_dns_server);
    g_test_add_func("/ppp/network/peers-options", test_peers_options);
    g_test_add_func("/ppp/network/no-address", test_no_address);
    g_test_add_func("/ppp/network/silence", test_silence);
    g_test_add_func("/ppp/network/terminated", test_terminated);
    g_test_add_func("/ppp/network/ipv6-follows", test_ipv6_follows);
    g_test_add_func("/ppp/network/ipv6-comes-first", test_ipv6_comes_first);
    g_test_add_func("/ppp/network/ipv4-renegotiated-beside-ipv6",
                    test_ipv4_renegotiated_beside_ipv6);
    g_test_add_func("/ppp/network/ipv6-identifiers", test_ipv6_identifiers);
    g_test_add_func("/ppp/network/ipv6-option-rejected", test_ipv6_option_rejected);
    g_test_add_func("/ppp/network/lcp-rejected", test_lcp_rejected);
    g_test_add_func("/ppp/network/ipv6-rejected", test_ipv6_rejected);
    g_test_add_func("/ppp/network/ipv4-rejected", test_ipv4_rejected);
    g_test_add_func("/ppp/network/ipv4-negotiated-again", test_ipv4_negotiated_again);
    g_test_add_func("/ppp/network/both-rejected", test_both_rejected);
    g_test_add_func("/ppp/network/rejected-and-hung-up", test_rejected_and_hung_up);
    g_test_add_func("/ppp/network/no-address-and-no-ipv6", test_no_address_and_no_ipv6);
    g_test_add_func("/ppp/network/protocol-reject", test_protocol_reject);
    g_test_add_func("/ppp/network/nothing-before-lcp", test_nothing_before_lcp);
    return g_test_run();
}
