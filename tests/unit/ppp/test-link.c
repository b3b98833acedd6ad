/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link from its first packet to its last, as gateways really talk. */
#include "talk.h"

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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp/link/to-network", test_to_network);
    return g_test_run();
}
