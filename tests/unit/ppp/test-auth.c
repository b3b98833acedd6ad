/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PAP and CHAP from the first packet of the phase to the verdict. */
#include <string.h>

#include "talk.h"

#define PAP "0304 c023"
#define CHAP "0305 c223 05"
#define LCP_ACK "c021 02 77 len 0104 05b4 " CHAP " 0506 11223344"

#define ANY_8 "................"
#define ANY_16 ANY_8 ANY_8

/* --- PAP ---------------------------------------------------------------------------------- */

static void test_pap(void)
{
    g_autoptr(Talk) talk = talk_new("secret");

    /* Our first word leaves with the end of LCP. */
    talk_open_lcp(talk, PAP);
    talk_sends(talk, "c023 01 01 len 04 \"User\" 06 \"secret\"");
    /* Repeated with another identifier (RFC 1334 §2.2.1); the Ack to the first is good. */
    talk_wait(talk, 1500 * USEC_PER_MSEC);
    talk_sends(talk, "c023 01 02 len 04 \"User\" 06 \"secret\"");
    talk_wait(talk, 3000 * USEC_PER_MSEC);
    talk_sends(talk, "c023 01 03 len 04 \"User\" 06 \"secret\"");
    talk_hear(talk, "c023 02 00 len 00");
    talk_hear(talk, "c023 02 04 len 00");
    talk_hear(talk, "c023 02 01 0003 00");
    /* CHAP's Success is none for PAP. */
    talk_hear(talk, "c223 03 00 len");
    talk_hear(talk, "c223 03 03 len");
    talk_nothing(talk);
    talk_hear(talk, "c023 02 01 len 00");
    talk_network_phase(talk);
    /* The second Ack changes nothing, nor does a late Nak. */
    talk_hear(talk, "c023 02 02 len 00");
    talk_hear(talk, "c023 03 03 len 00");
    talk_nothing(talk);
}

static void test_pap_refused(void)
{
    static const struct {
        const char *packet, *detail;
    } ROWS[] = {
        {"c023 03 01 len 0a \"Go away :(\"", "Go away :("},
        {"c023 03 01 len 00", NULL},
        {"c023 03 01 len", NULL},
        /* A text without a length before it, and a length beyond the packet. */
        {"c023 03 01 len \"Wrong\"", "Wrong"},
        {"c023 03 01 len ff \"x\"", "\357\277\275x"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(Talk) talk = talk_new("secret");
        talk_open_lcp(talk, PAP);
        talk_sends(talk, "c023 01 01 len 04 \"User\" 06 \"secret\"");
        talk_hear(talk, ROWS[i].packet);
        talk_sends(talk, "c021 05 .. len");
        talk_failed(talk, STAGE_AUTHENTICATION, FAILURE_AUTHENTICATION_REFUSED, ROWS[i].detail);
    }
}

/* RFC 1334 §2.2.1: when the Nak is lost, the peer's hanging up says the same. */
static void test_hang_up_is_refusal(void)
{
    g_autoptr(Talk) talk = talk_new("secret");

    talk_open_lcp(talk, PAP);
    talk_sends(talk, "c023 01 01 len 04 \"User\" 06 \"secret\"");
    talk_hear(talk, "c021 05 09 len \"Authentication failed\"");
    talk_sends(talk, "c021 06 09 len");
    talk_failed(talk, STAGE_AUTHENTICATION, FAILURE_AUTHENTICATION_REFUSED, "Authentication failed");
}

/* Before we have said anything it means something else. */
static void test_hang_up_before_challenge(void)
{
    g_autoptr(Talk) talk = talk_new("secret");

    talk_open_lcp(talk, CHAP);
    talk_hear(talk, "c021 05 09 len \"Too many users\"");
    talk_sends(talk, "c021 06 09 len");
    talk_failed(talk, STAGE_AUTHENTICATION, FAILURE_GATEWAY_CLOSED, "Too many users");
}

/* The peer asks for PAP in LCP and rejects it afterwards. */
static void test_method_is_rejected(void)
{
    g_autoptr(Talk) talk = talk_new("secret");

    talk_open_lcp(talk, PAP);
    talk_sends(talk, "c023 01 01 len 04 \"User\" 06 \"secret\"");
    talk_hear(talk, "c021 08 01 len c023 01 01 0004");
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_AUTHENTICATION, FAILURE_PPP_NEGOTIATION, "*");
}

/* PAP's Ack was lost, and the peer speaks IPCP already. */
static void test_pap_lost_ack(void)
{
    g_autoptr(Talk) talk = talk_new("secret");

    talk_open_lcp(talk, PAP);
    talk_sends(talk, "c023 01 01 len 04 \"User\" 06 \"secret\"");
    talk_hear(talk, "8021 01 01 len 0306 0a4d0001");
    talk_sends(talk, "c023 01 02 len 04 \"User\" 06 \"secret\"");
    talk_hear(talk, "c023 02 02 len 00");
    talk_network_phase(talk);
}

static void test_pap_silence(void)
{
    g_autoptr(Talk) talk = talk_new("secret");
    Usec start = talk->now;
    guint requests = 0;
    PppEffect effect = {0};

    talk_open_lcp(talk, PAP);
    while (effect.type != PPP_EFFECT_FAILED) {
        while (ppp_link_next(talk->link, &effect) && effect.type != PPP_EFFECT_FAILED)
            requests += effect.packet[0] == 0xc0 && effect.packet[1] == 0x23;
        if (effect.type == PPP_EFFECT_FAILED)
            break;
        talk->now = ppp_link_deadline(talk->link);
        g_assert_cmpuint(talk->now, <=, start + 60 * USEC_PER_SEC);
        ppp_link_tick(talk->link, talk->now);
    }
    g_assert_cmpint(effect.failure->code, ==, FAILURE_AUTHENTICATION_SILENT);
    g_assert_cmpuint(talk->now, ==, start + 60 * USEC_PER_SEC);
    /* Few: each may ring the telephone of a second factor. */
    g_assert_cmpuint(requests, >=, 5);
    g_assert_cmpuint(requests, <=, 11);
}

static void test_pap_password_asked_for(void)
{
    g_autoptr(Talk) talk = talk_new(NULL);
    g_autoptr(Secret) typed = secret_new("typed", 5);

    talk_open_lcp(talk, PAP);
    talk_secret_wanted(talk, PPP_SECRET_PASSWORD, NULL);
    talk_nothing(talk);
    /* The user may take an hour. */
    g_assert_true(ppp_link_deadline(talk->link) == USEC_NEVER);
    talk->now += 3600 * USEC_PER_SEC;
    ppp_link_secret(talk->link, talk->now, PPP_SECRET_NEW_PASSWORD, typed);
    talk_nothing(talk);
    ppp_link_secret(talk->link, talk->now, PPP_SECRET_PASSWORD, typed);
    talk_sends(talk, "c023 01 01 len 04 \"User\" 05 \"typed\"");
    /* Nobody asked a second time. */
    ppp_link_secret(talk->link, talk->now, PPP_SECRET_PASSWORD, typed);
    talk_nothing(talk);
}

static void test_user_gives_up(void)
{
    g_autoptr(Talk) talk = talk_new(NULL);

    talk_open_lcp(talk, CHAP);
    talk_secret_wanted(talk, PPP_SECRET_PASSWORD, NULL);
    ppp_link_secret(talk->link, talk->now, PPP_SECRET_PASSWORD, NULL);
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_AUTHENTICATION, FAILURE_SECRET_MISSING, "ppp.password");
}

static void test_pap_too_long(void)
{
    g_autofree char *password = g_strnfill(256, 'x');
    g_autoptr(Talk) talk = talk_new(password);

    talk_open_lcp(talk, PAP);
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_AUTHENTICATION, FAILURE_PROFILE_INVALID, "*");
}

/* --- CHAP --------------------------------------------------------------------------------- */

/* printf '\052s3cret\x01...\x10' | openssl md5 */
#define MD5_RESPONSE "c223 02 2a len 10 149d02cebaab6b4ffc2b965e7e8ec074 \"User\""
#define MD5_CHALLENGE "c223 01 2a len 10 0102030405060708090a0b0c0d0e0f10 \"gw\""

static void test_chap_md5(void)
{
    g_autoptr(Talk) talk = talk_new("s3cret");

    talk_open_lcp(talk, CHAP);
    talk_nothing(talk);
    talk_hear(talk, MD5_CHALLENGE);
    talk_sends(talk, MD5_RESPONSE);
    /* The peer did not get it and asks again: the same answer. */
    talk_hear(talk, MD5_CHALLENGE);
    talk_sends(talk, MD5_RESPONSE);
    /* A verdict on something else. */
    talk_hear(talk, "c223 03 29 len \"ok\"");
    talk_hear(talk, "c223 04 29 len \"no\"");
    /* Success has the code of PAP's Nak, and PAP is not what was agreed. */
    talk_hear(talk, "c023 03 2a len \"ok\"");
    talk_nothing(talk);
    talk_verdict(talk, 3, "ok");
    talk_network_phase(talk);
    talk_verdict(talk, 3, "ok");
    talk_nothing(talk);
}

/* The same identifier over another challenge is another question.  The expected value is from
 * printf '\052s3cret\x11\x02...\x10' | openssl md5 */
static void test_chap_identifier_reused(void)
{
    g_autoptr(Talk) talk = talk_new("s3cret");

    talk_open_lcp(talk, CHAP);
    talk_hear(talk, MD5_CHALLENGE);
    talk_sends(talk, MD5_RESPONSE);
    talk_hear(talk, "c223 01 2a len 10 1102030405060708090a0b0c0d0e0f10");
    talk_sends(talk, "c223 02 2a len 10 015f562c793fcf5875fc4fac34fd6059 \"User\"");
}

/* RFC 1994 §2: at any time, while IPCP is up. */
static void test_chap_again_in_mid_session(void)
{
    g_autoptr(Talk) talk = talk_new("s3cret");

    talk_open_lcp(talk, CHAP);
    talk_hear(talk, "c223 01 07 len 01 00 \"gw\"");
    talk_sends(talk, "c223 02 07 len 10 " ANY_16 " \"User\"");
    talk_verdict(talk, 3, "");
    talk_network_phase(talk);
    talk_hear(talk, "8021 01 01 len 0306 0a4d0001");
    talk_sends(talk, "8021 02 01 len 0306 0a4d0001");
    talk_hear(talk, MD5_CHALLENGE);
    talk_sends(talk, MD5_RESPONSE);
    /* No stage changes, and no deadline: the link is up. */
    talk_verdict(talk, 3, "still you");
    talk_nothing(talk);
    talk_hear(talk, MD5_CHALLENGE);
    talk_sends(talk, MD5_RESPONSE);
    talk_verdict(talk, 4, "Account closed");
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_AUTHENTICATION, FAILURE_AUTHENTICATION_REFUSED, "Account closed");
}

/* In mid-session nobody waits for the verdict: no news is good news. */
static void test_chap_again_without_verdict(void)
{
    g_autoptr(Talk) talk = talk_new("s3cret");

    talk->config.echo_interval = 0;
    talk_open_lcp(talk, CHAP);
    talk_hear(talk, MD5_CHALLENGE);
    talk_sends(talk, MD5_RESPONSE);
    talk_verdict(talk, 3, "");
    talk_network_phase(talk);
    talk_hear(talk, "c223 01 2b len 01 00");
    talk_sends(talk, "c223 02 2b len 10 " ANY_16 " \"User\"");
    /* IPCP's own timer is all that runs. */
    g_assert_cmpuint(ppp_link_deadline(talk->link), <=, talk->now + 3 * USEC_PER_SEC);
    talk->now += 120 * USEC_PER_SEC;
    ppp_link_tick(talk->link, talk->now);
    talk_sends(talk, "8021 01 .. len 0306 00000000 8106 00000000 8306 00000000");
    talk_nothing(talk);
}

static void test_chap_refused(void)
{
    g_autoptr(Talk) talk = talk_new("s3cret");

    talk_open_lcp(talk, CHAP);
    talk_hear(talk, MD5_CHALLENGE);
    talk_sends(talk, MD5_RESPONSE);
    /* Even if it looks like Microsoft's: with MD5 there is no retry. */
    talk_verdict(talk, 4, "E=691 R=1 M=No");
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_AUTHENTICATION, FAILURE_AUTHENTICATION_REFUSED, "E=691 R=1 M=No");
}

static void test_chap_malformed(void)
{
    static const char *const PACKETS[] = {
        "c223 01 01 len",         "c223 01 01 len 10 0102", "c223 01 01 0003",
        "c223 01 01 0040 04 01",  "c223 05 01 len",         "c223 02 01 len 01 00",
        "c223 03 01 len",         "c223 04 01 len",         "c223 01",
        "c023 02 01 len 00",
    };
    g_autoptr(Talk) talk = talk_new("s3cret");

    talk_open_lcp(talk, CHAP);
    for (gsize i = 0; i < G_N_ELEMENTS(PACKETS); i++) {
        talk_hear(talk, PACKETS[i]);
        talk_nothing(talk);
    }
    talk_hear(talk, MD5_CHALLENGE);
    talk_sends(talk, MD5_RESPONSE);
}

static void test_chap_silence(void)
{
    g_autoptr(Talk) talk = talk_new("s3cret");
    g_autoptr(Talk) mute = talk_new("s3cret");

    /* After our answer. */
    talk_open_lcp(talk, CHAP);
    talk_wait(talk, 200 * USEC_PER_MSEC);
    talk_sends(talk, LCP_ACK);
    talk_pass(talk, 10 * USEC_PER_SEC);
    talk_hear(talk, MD5_CHALLENGE);
    talk_sends(talk, MD5_RESPONSE);
    talk_wait(talk, 1500 * USEC_PER_MSEC);
    talk_sends(talk, MD5_RESPONSE);
    talk_wait(talk, 58500 * USEC_PER_MSEC);
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_AUTHENTICATION, FAILURE_AUTHENTICATION_SILENT, NULL);

    /* A peer that never challenges. */
    talk_open_lcp(mute, CHAP);
    talk_wait(mute, 200 * USEC_PER_MSEC);
    talk_sends(mute, LCP_ACK);
    talk_wait(mute, 59800 * USEC_PER_MSEC);
    talk_sends(mute, "c021 05 .. len");
    talk_failed(mute, STAGE_AUTHENTICATION, FAILURE_AUTHENTICATION_SILENT, NULL);
}

/* Our LCP Ack is lost, and the peer, which has to speak next, does not: once more, never twice. */
static void test_lcp_ack_repeated_once(void)
{
    g_autoptr(Talk) talk = talk_new("s3cret");
    g_autoptr(Talk) slow = talk_new("s3cret");

    talk_open_lcp(talk, CHAP);
    /* Its Ack to a copy of our request, from before ours. */
    talk_hear(talk, "c021 02 01 len 0104 0578 0506 11223344");
    talk_wait(talk, 200 * USEC_PER_MSEC);
    talk_sends(talk, LCP_ACK);
    talk_pass(talk, 5 * USEC_PER_SEC);
    /* RFC 1661 §4.1: one that had been open takes this as a reason to begin anew. */
    talk_hear(talk, "c021 01 78 len 0104 05b4 " CHAP " 0506 11223344");
    talk_stage(talk, STAGE_PPP);
    talk_sends(talk, "c021 01 02 len 0104 0578 0506 ........");
    talk_sends(talk, "c021 02 78 len 0104 05b4 " CHAP " 0506 11223344");
    talk_hear(talk, "c021 04 02 len 0104 0578");
    talk_sends(talk, "c021 01 03 len 0506 ........");
    talk_echo(talk, 2);
    talk_options(talk);
    talk_stage(talk, STAGE_AUTHENTICATION);
    talk_pass(talk, 5 * USEC_PER_SEC);

    /* Two round trips and a little, where those take longer. */
    slow->config.rtt = 300 * USEC_PER_MSEC;
    talk_open_lcp(slow, CHAP);
    talk_wait(slow, 700 * USEC_PER_MSEC);
    talk_sends(slow, LCP_ACK);
}

/* Not for a peer that has sent anything since, nor while PAP's verdict is awaited. */
static void test_lcp_ack_not_repeated(void)
{
    g_autoptr(Talk) alive = talk_new("s3cret");
    g_autoptr(Talk) pap = talk_new("secret");

    talk_open_lcp(alive, CHAP);
    talk_hear(alive, "c021 09 01 len 11223344");
    talk_sends(alive, "c021 0a 01 len ........");
    talk_pass(alive, 10 * USEC_PER_SEC);

    talk_open_lcp(pap, PAP);
    talk_sends(pap, "c023 01 01 len 04 \"User\" 06 \"secret\"");
    talk_pass(pap, 1400 * USEC_PER_MSEC);
    /* That the peer's own timer asks for it tells that PAP was in vain. */
    talk_hear(pap, "c021 01 77 len 0104 05b4 " PAP " 0506 11223344");
    talk_sends(pap, "c021 02 77 len 0104 05b4 " PAP " 0506 11223344");
    talk_sends(pap, "c023 01 02 len 04 \"User\" 06 \"secret\"");
    talk_nothing(pap);
}

/* Success was lost and the peer goes on to IPCP.  Its packet is not answered yet (RFC 1661
 * §3.5), but it brings the Response out again, and with it the Success (RFC 1994 §4.2). */
static void test_lost_success(void)
{
    g_autoptr(Talk) talk = talk_new("s3cret");

    talk_open_lcp(talk, CHAP);
    talk_hear(talk, "8021 01 01 len 0306 0a4d0001");
    talk_nothing(talk);
    talk_hear(talk, MD5_CHALLENGE);
    talk_sends(talk, MD5_RESPONSE);
    talk_hear(talk, "8021 01 01 len 0306 0a4d0001");
    talk_sends(talk, MD5_RESPONSE);
    talk_nothing(talk);
    talk_verdict(talk, 3, "");
    talk_network_phase(talk);
}

/* The Response, or the verdict on it, is lost, and the peer is silent: once more, never twice. */
static void test_response_repeated_once(void)
{
    g_autoptr(Talk) talk = talk_new("s3cret");
    g_autoptr(Talk) slow = talk_new("s3cret");

    talk_open_lcp(talk, CHAP);
    talk_hear(talk, MD5_CHALLENGE);
    talk_sends(talk, MD5_RESPONSE);
    talk_pass(talk, 1400 * USEC_PER_MSEC);
    talk_wait(talk, 100 * USEC_PER_MSEC);
    talk_sends(talk, MD5_RESPONSE);
    talk_pass(talk, 50 * USEC_PER_SEC);
    talk_verdict(talk, 3, "");
    talk_network_phase(talk);

    /* Four round trips, where those take longer. */
    slow->config.rtt = 600 * USEC_PER_MSEC;
    talk_open_lcp(slow, CHAP);
    talk_hear(slow, MD5_CHALLENGE);
    talk_sends(slow, MD5_RESPONSE);
    talk_wait(slow, 2400 * USEC_PER_MSEC);
    talk_sends(slow, MD5_RESPONSE);
}

/* Whoever has sent anything since is there, and may be waiting for a second factor: it is left
 * in peace.  So is one that has a verdict, and one that asks in mid-session. */
static void test_response_not_repeated(void)
{
    g_autoptr(Talk) alive = talk_new("s3cret");
    g_autoptr(Talk) session = talk_new("s3cret");

    talk_open_lcp(alive, CHAP);
    talk_hear(alive, MD5_CHALLENGE);
    talk_sends(alive, MD5_RESPONSE);
    talk_hear(alive, "c021 09 01 len 11223344");
    talk_sends(alive, "c021 0a 01 len ........");
    talk_pass(alive, 59 * USEC_PER_SEC);

    session->config.echo_interval = 0;
    session->config.ipv4 = FALSE;
    session->config.ipv6 = TRUE;
    talk_open_lcp(session, CHAP);
    talk_hear(session, "c223 01 07 len 01 00 \"gw\"");
    talk_sends(session, "c223 02 07 len 10 " ANY_16 " \"User\"");
    talk_verdict(session, 3, "");
    talk_stage(session, STAGE_NETWORK);
    talk_sends(session, "8057 01 .. len 010a ................");
    talk_echo(session, 2);
    talk_hear(session, "8057 01 01 len 010a 0102030405060708");
    talk_sends(session, "8057 02 01 len 010a 0102030405060708");
    talk_network_up(session);
    talk_hear(session, MD5_CHALLENGE);
    talk_sends(session, MD5_RESPONSE);
    g_assert_true(ppp_link_deadline(session->link) == USEC_NEVER);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp/auth/pap", test_pap);
    g_test_add_func("/ppp/auth/pap-refused", test_pap_refused);
    g_test_add_func("/ppp/auth/hang-up-is-refusal", test_hang_up_is_refusal);
    g_test_add_func("/ppp/auth/hang-up-before-challenge", test_hang_up_before_challenge);
    g_test_add_func("/ppp/auth/method-is-rejected", test_method_is_rejected);
    g_test_add_func("/ppp/auth/pap-lost-ack", test_pap_lost_ack);
    g_test_add_func("/ppp/auth/pap-silence", test_pap_silence);
    g_test_add_func("/ppp/auth/pap-password-asked-for", test_pap_password_asked_for);
    g_test_add_func("/ppp/auth/user-gives-up", test_user_gives_up);
    g_test_add_func("/ppp/auth/pap-too-long", test_pap_too_long);
    g_test_add_func("/ppp/auth/chap-md5", test_chap_md5);
    g_test_add_func("/ppp/auth/chap-identifier-reused", test_chap_identifier_reused);
    g_test_add_func("/ppp/auth/chap-in-mid-session", test_chap_again_in_mid_session);
    g_test_add_func("/ppp/auth/chap-again-without-verdict", test_chap_again_without_verdict);
    g_test_add_func("/ppp/auth/chap-refused", test_chap_refused);
    g_test_add_func("/ppp/auth/chap-malformed", test_chap_malformed);
    g_test_add_func("/ppp/auth/chap-silence", test_chap_silence);
    g_test_add_func("/ppp/auth/lcp-ack-repeated-once", test_lcp_ack_repeated_once);
    g_test_add_func("/ppp/auth/lcp-ack-not-repeated", test_lcp_ack_not_repeated);
    g_test_add_func("/ppp/auth/lost-success", test_lost_success);
    g_test_add_func("/ppp/auth/response-repeated-once", test_response_repeated_once);
    g_test_add_func("/ppp/auth/response-not-repeated", test_response_not_repeated);
    return g_test_run();
}
