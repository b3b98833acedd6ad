/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MS-CHAP and MS-CHAPv2 from the first packet of the phase to the verdict. */
#include <string.h>

#include "ppp/mschap.h"
#include "talk.h"

#define CHAP "0305 c223 05"
#define MSCHAP "0305 c223 80"
#define MSCHAPV2 "0305 c223 81"

/* RFC 2759 §9.2's challenge. */
#define CHALLENGE "5b5d7c7d7b3f2f3e3c2c602132262628"
#define CHALLENGE_2 "000102030405060708090a0b0c0d0e0f"
#define ZEROS_24 "000000000000000000000000000000000000000000000000"
#define ANY_8 "................"
#define ANY_16 ANY_8 ANY_8
#define ANY_24 ANY_8 ANY_8 ANY_8

/* What an MS-CHAPv2 server that knows `password` writes into its Success for the Response
 * that was sent last; test-mschap.c checks the arithmetic against RFC 2759. */
static char *genuine(const Talk *talk, const char *challenge_hex, const char *password,
                     gsize peer_challenge_at)
{
    g_autoptr(Secret) secret = secret_new(password, strlen(password));
    guint8 challenge[16], response[24], digest[20];
    GString *text = g_string_new("S=");

    for (guint i = 0; i < 16; i++)
        challenge[i] = (guint8)(g_ascii_xdigit_value(challenge_hex[2 * i]) << 4 |
                                g_ascii_xdigit_value(challenge_hex[2 * i + 1]));
    mschapv2_response(talk->sent + peer_challenge_at, challenge, "User", secret, response, digest);
    g_assert_cmpmem(response, 24, talk->sent + peer_challenge_at + 24, 24);
    for (guint i = 0; i < 20; i++)
        g_string_append_printf(text, "%02X", digest[i]);
    return g_string_free(text, FALSE);
}

/* --- MS-CHAP ------------------------------------------------------------------------------ */

/* RFC 2433 appendix B.2, and no LAN Manager response. */
static void test_mschap(void)
{
    g_autoptr(Talk) talk = talk_new("MyPw");

    talk_open_lcp(talk, MSCHAP);
    talk_hear(talk, "c223 01 01 len 08 102db5df085d3041 \"gw\"");
    talk_sends(talk, "c223 02 01 len 31 " ZEROS_24
                     "4e9d3c8f9cfd385d5bf4d324679195 6c a4c351ab409a3d61 01 \"User\"");
    /* Another try with the challenge of the Failure. */
    talk_verdict(talk, 4, "E=691 R=1 C=102DB5DF085D3041 V=2");
    talk_secret_wanted(talk, PPP_SECRET_PASSWORD, "authentication-refused");
    g_autoptr(Secret) again = secret_new("MyPw", 4);
    ppp_link_secret(talk->link, talk->now, PPP_SECRET_PASSWORD, again);
    talk_sends(talk, "c223 02 02 len 31 " ZEROS_24
                     "4e9d3c8f9cfd385d5bf4d324679195 6c a4c351ab409a3d61 01 \"User\"");
    talk_verdict(talk, 3, "");
    talk_network_phase(talk);
}

static void test_challenge_of_wrong_size(void)
{
    g_autoptr(Talk) v1 = talk_new("MyPw");
    g_autoptr(Talk) v2 = talk_new("MyPw");

    talk_open_lcp(v1, MSCHAP);
    talk_hear(v1, "c223 01 01 len 10 " CHALLENGE);
    talk_sends(v1, "c021 05 .. len");
    talk_failed(v1, STAGE_AUTHENTICATION, FAILURE_PPP_NEGOTIATION,
                "MS-CHAP with a challenge of 16 bytes");
    talk_open_lcp(v2, MSCHAPV2);
    talk_hear(v2, "c223 01 01 len 08 102db5df085d3041");
    talk_sends(v2, "c021 05 .. len");
    talk_failed(v2, STAGE_AUTHENTICATION, FAILURE_PPP_NEGOTIATION,
                "MS-CHAPv2 with a challenge of 8 bytes");
}

/* --- MS-CHAPv2 ---------------------------------------------------------------------------- */

static Talk *answered_v2(const char *password)
{
    Talk *talk = talk_new(password);

    talk_open_lcp(talk, MSCHAPV2);
    talk_hear(talk, "c223 01 05 len 10 " CHALLENGE " \"gw\"");
    talk_sends(talk, "c223 02 05 len 31 " ANY_16 "0000000000000000" ANY_24 "00 \"User\"");
    talk_nothing(talk);
    return talk;
}

static void test_mschapv2(void)
{
    g_autoptr(Talk) talk = answered_v2("clientPass");
    g_autofree char *digest = genuine(talk, CHALLENGE, "clientPass", 7);
    g_autofree char *text = g_strdup_printf("%s M=Welcome", digest);

    talk_verdict(talk, 3, text);
    talk_network_phase(talk);
    talk_verdict(talk, 3, text);
    talk_verdict(talk, 3, "S=nonsense");
    talk_nothing(talk);
}

/* RFC 2759 §8.8.  Whatever is not exactly the digest is an impostor's. */
static void test_impostors(void)
{
    static const char *const TEXTS[] = {
        "",
        "S=",
        "M=Welcome",
        "S=407A5589115FD0D6209F510FE9C04566932CDA5",
        "S=407A5589115FD0D6209F510FE9C04566932CDA56",
        "S=0000000000000000000000000000000000000000",
        "S=zz7A5589115FD0D6209F510FE9C04566932CDA56",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(TEXTS); i++) {
        g_autoptr(Talk) talk = answered_v2("clientPass");
        talk_verdict(talk, 3, TEXTS[i]);
        talk_sends(talk, "c021 05 .. len");
        talk_failed(talk, STAGE_AUTHENTICATION, FAILURE_GATEWAY_NOT_AUTHENTIC, NULL);
    }
    /* Right in each place but one. */
    for (gsize place = 2; place < 42; place++) {
        g_autoptr(Talk) talk = answered_v2("clientPass");
        g_autofree char *digest = genuine(talk, CHALLENGE, "clientPass", 7);
        digest[place] = digest[place] == '0' ? '1' : '0';
        talk_verdict(talk, 3, digest);
        talk_sends(talk, "c021 05 .. len");
        talk_failed(talk, STAGE_AUTHENTICATION, FAILURE_GATEWAY_NOT_AUTHENTIC, NULL);
    }
}

/* <-- Challenge 5; Response --> ; <-- Challenge 6; Response --> ; <-- Challenge 5, a late copy.
 * Then the verdict on 6. */
static void test_late_copy_of_old_challenge(void)
{
    g_autoptr(Talk) talk = answered_v2("clientPass");
    g_autofree guint8 *first = g_memdup2(talk->sent, talk->sent_length);
    gsize first_length = talk->sent_length;

    talk_hear(talk, "c223 01 06 len 10 " CHALLENGE_2 " \"gw\"");
    talk_sends(talk, "c223 02 06 len 31 " ANY_16 "0000000000000000" ANY_24 "00 \"User\"");
    g_autofree char *digest = genuine(talk, CHALLENGE_2, "clientPass", 7);
    g_autofree char *packet = g_strdup_printf("c223 03 06 len \"%s\"", digest);
    talk_hear(talk, "c223 01 05 len 10 " CHALLENGE " \"gw\"");
    talk_sends(talk, "c223 02 05 len 31 " ANY_16 "0000000000000000" ANY_24 "00 \"User\"");
    g_assert_cmpmem(talk->sent, talk->sent_length, first, first_length);
    talk_hear(talk, packet);
    talk_network_phase(talk);
}

/* The copy comes from before an LCP renegotiation, so it looks new: <-- Challenge 6; Response -->;
 * <-- Challenge 5; Response -->; and then the verdict on 6. */
static void test_unknown_old_challenge(void)
{
    g_autoptr(Talk) talk = talk_new("clientPass");
    g_autoptr(Talk) impostor = talk_new("clientPass");

    talk_open_lcp(talk, MSCHAPV2);
    talk_hear(talk, "c223 01 06 len 10 " CHALLENGE_2 " \"gw\"");
    talk_sends(talk, "c223 02 06 len 31 " ANY_16 "0000000000000000" ANY_24 "00 \"User\"");
    g_autofree char *digest = genuine(talk, CHALLENGE_2, "clientPass", 7);
    g_autofree char *packet = g_strdup_printf("c223 03 06 len \"%s\"", digest);
    talk_hear(talk, "c223 01 05 len 10 " CHALLENGE " \"gw\"");
    talk_sends(talk, "c223 02 05 len 31 " ANY_16 "0000000000000000" ANY_24 "00 \"User\"");
    talk_hear(talk, packet);
    talk_network_phase(talk);
    /* What is left of the other is nothing: neither a verdict on it counts, nor its proof. */
    talk_hear(talk, "c223 04 05 len \"E=691 R=0\"");
    talk_nothing(talk);

    /* The proof for the one is none for the other. */
    talk_open_lcp(impostor, MSCHAPV2);
    talk_hear(impostor, "c223 01 06 len 10 " CHALLENGE_2 " \"gw\"");
    talk_sends(impostor, "c223 02 06 len 31 " ANY_16 "0000000000000000" ANY_24 "00 \"User\"");
    g_autofree char *other = genuine(impostor, CHALLENGE_2, "clientPass", 7);
    g_autofree char *wrong = g_strdup_printf("c223 03 05 len \"%s\"", other);
    talk_hear(impostor, "c223 01 05 len 10 " CHALLENGE " \"gw\"");
    talk_sends(impostor, "c223 02 05 len 31 " ANY_16 "0000000000000000" ANY_24 "00 \"User\"");
    talk_hear(impostor, wrong);
    talk_sends(impostor, "c021 05 .. len");
    talk_failed(impostor, STAGE_AUTHENTICATION, FAILURE_GATEWAY_NOT_AUTHENTIC, NULL);
}

/* LCP is negotiated again and we are let in again; then come late copies of what was said before:
 * <-- Challenge 5; Response -->, the same as then; <-- Success 5. */
static void test_copies_from_before_lcp(void)
{
    g_autoptr(Talk) talk = answered_v2("clientPass");
    g_autofree char *digest = genuine(talk, CHALLENGE, "clientPass", 7);
    g_autofree char *late = g_strdup_printf("c223 03 05 len \"%s\"", digest);
    g_autofree guint8 *first = g_memdup2(talk->sent, talk->sent_length);
    gsize first_length = talk->sent_length;

    talk_verdict(talk, 3, digest);
    talk_network_phase(talk);
    talk_hear(talk, "c021 01 78 len 0104 05b4 " MSCHAPV2 " 0506 11223344");
    talk_stage(talk, STAGE_PPP);
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
    talk_sends(talk, "c021 02 78 len 0104 05b4 " MSCHAPV2 " 0506 11223344");
    /* What was sent last is our Ack: that to our request has to be made up. */
    talk_wait(talk, 200 * USEC_PER_MSEC);
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
    talk_echo(talk, 2);
    talk_options(talk);
    talk_stage(talk, STAGE_AUTHENTICATION);
    talk_hear(talk, "c223 01 06 len 10 " CHALLENGE_2 " \"gw\"");
    talk_sends(talk, "c223 02 06 len 31 " ANY_16 "0000000000000000" ANY_24 "00 \"User\"");
    g_autofree char *second = genuine(talk, CHALLENGE_2, "clientPass", 7);
    talk_verdict(talk, 3, second);
    talk_network_phase(talk);
    talk_hear(talk, "c223 01 05 len 10 " CHALLENGE " \"gw\"");
    talk_sends(talk, "c223 02 05 len 31 " ANY_16 "0000000000000000" ANY_24 "00 \"User\"");
    g_assert_cmpmem(talk->sent, talk->sent_length, first, first_length);
    talk_hear(talk, late);
    talk_nothing(talk);
}

/* A peer that never changes its identifier, against RFC 1994 §4.1: the late copy of its first
 * Success is no forgery of the second. */
static void test_late_success_with_same_identifier(void)
{
    g_autoptr(Talk) talk = answered_v2("clientPass");
    g_autofree char *digest = genuine(talk, CHALLENGE, "clientPass", 7);

    talk_verdict(talk, 3, digest);
    talk_network_phase(talk);
    talk_hear(talk, "c223 01 05 len 10 " CHALLENGE_2 " \"gw\"");
    talk_sends(talk, "c223 02 05 len 31 " ANY_16 "0000000000000000" ANY_24 "00 \"User\"");
    g_autofree char *second = genuine(talk, CHALLENGE_2, "clientPass", 7);
    talk_verdict(talk, 3, digest);
    talk_nothing(talk);
    talk_verdict(talk, 3, second);
    talk_nothing(talk);
}

/* <-- Failure 5 (retry); the user types; <-- Challenge 5, a late copy, which must not become the
 * question that is answered. */
static void test_late_challenge_while_asking(void)
{
    g_autoptr(Talk) talk = answered_v2("typo");
    g_autoptr(Secret) right = secret_new("clientPass", 10);

    talk_verdict(talk, 4, "E=691 R=1 C=" CHALLENGE_2 " V=3");
    talk_secret_wanted(talk, PPP_SECRET_PASSWORD, "authentication-refused");
    talk_hear(talk, "c223 01 05 len 10 " CHALLENGE " \"gw\"");
    talk_nothing(talk);
    ppp_link_secret(talk->link, talk->now, PPP_SECRET_PASSWORD, right);
    talk_sends(talk, "c223 02 06 len 31 " ANY_16 "0000000000000000" ANY_24 "00 \"User\"");
    g_autofree char *digest = genuine(talk, CHALLENGE_2, "clientPass", 7);
    talk_verdict(talk, 3, digest);
    talk_network_phase(talk);
}

static void test_errors(void)
{
    static const struct {
        const char *message;
        FailureCode code;
        const char *detail;
    } ROWS[] = {
        {"E=646 R=0 C=" CHALLENGE_2 " V=3 M=Come back at eight", FAILURE_ACCOUNT_RESTRICTED_HOURS,
         "Come back at eight"},
        {"E=647 R=0 C=" CHALLENGE_2 " V=3", FAILURE_ACCOUNT_DISABLED, NULL},
        {"E=648 R=0 C=" CHALLENGE_2 " V=2", FAILURE_PASSWORD_EXPIRED, NULL},
        {"E=648 R=0 V=3", FAILURE_PASSWORD_EXPIRED, NULL},
        {"E=649 R=0", FAILURE_DIAL_IN_DENIED, NULL},
        {"E=691 R=0 C=" CHALLENGE_2 " V=3 M=", FAILURE_AUTHENTICATION_REFUSED, NULL},
        {"E=691 R=1", FAILURE_AUTHENTICATION_REFUSED, NULL},
        {"E=691 R=1 C=0001", FAILURE_AUTHENTICATION_REFUSED, NULL},
        {"E=691 R=0 M=E=648 R=1 C=" CHALLENGE_2 " V=3", FAILURE_AUTHENTICATION_REFUSED,
         "E=648 R=1 C=" CHALLENGE_2 " V=3"},
        {"E=648 R=0 M=x C=" CHALLENGE_2 " V=3", FAILURE_PASSWORD_EXPIRED,
         "x C=" CHALLENGE_2 " V=3"},
        {"E=0000000709 R=0", FAILURE_PASSWORD_CHANGE_FAILED, NULL},
        {"E=731 R=0", FAILURE_AUTHENTICATION_REFUSED, "error 731"},
        {"E=99999999999999999999999 R=0", FAILURE_AUTHENTICATION_REFUSED, "error 999999"},
        {"Access denied", FAILURE_AUTHENTICATION_REFUSED, "Access denied"},
        {"", FAILURE_AUTHENTICATION_REFUSED, NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(Talk) talk = answered_v2("clientPass");
        talk_verdict(talk, 4, ROWS[i].message);
        talk_sends(talk, "c021 05 .. len");
        talk_failed(talk, STAGE_AUTHENTICATION, ROWS[i].code, ROWS[i].detail);
    }
}

static void test_retry(void)
{
    g_autoptr(Talk) talk = answered_v2("wrong");
    g_autoptr(Secret) right = secret_new("clientPass", 10);

    talk_verdict(talk, 4, "E=691 R=1 C=" CHALLENGE_2 " V=3 M=Try again");
    talk_secret_wanted(talk, PPP_SECRET_PASSWORD, "authentication-refused");
    /* The same message twice asks once. */
    talk_verdict(talk, 4, "E=691 R=1 C=" CHALLENGE_2 " V=3 M=Try again");
    talk_nothing(talk);
    g_assert_true(ppp_link_deadline(talk->link) == USEC_NEVER);
    talk->now += 60 * USEC_PER_SEC;
    ppp_link_secret(talk->link, talk->now, PPP_SECRET_PASSWORD, right);
    /* Identifier + 1, the new challenge. */
    talk_sends(talk, "c223 02 06 len 31 " ANY_16 "0000000000000000" ANY_24 "00 \"User\"");
    g_autofree char *text = genuine(talk, CHALLENGE_2, "clientPass", 7);
    talk_verdict(talk, 3, text);
    talk_network_phase(talk);
}

/* pppd says R=1 and hangs up nevertheless: the refusal is what the user must hear of. */
static void test_retry_cut_short(void)
{
    g_autoptr(Talk) talk = answered_v2("wrong");
    g_autoptr(Talk) declined = answered_v2("wrong");

    talk_verdict(talk, 4, "E=691 R=1 C=" CHALLENGE_2 " V=0 M=Access denied");
    talk_secret_wanted(talk, PPP_SECRET_PASSWORD, "authentication-refused");
    talk_hear(talk, "c021 05 03 len \"Authentication failed\"");
    talk_sends(talk, "c021 06 03 len");
    talk_failed(talk, STAGE_AUTHENTICATION, FAILURE_AUTHENTICATION_REFUSED, "Access denied");

    talk_verdict(declined, 4, "E=691 R=1 C=" CHALLENGE_2 " V=3 M=Access denied");
    talk_secret_wanted(declined, PPP_SECRET_PASSWORD, "authentication-refused");
    ppp_link_secret(declined->link, declined->now, PPP_SECRET_PASSWORD, NULL);
    talk_sends(declined, "c021 05 .. len");
    talk_failed(declined, STAGE_AUTHENTICATION, FAILURE_AUTHENTICATION_REFUSED, "Access denied");
}

static void test_tries_are_bounded(void)
{
    g_autoptr(Talk) talk = answered_v2("wrong");
    g_autoptr(Secret) wrong = secret_new("wrong", 5);

    for (guint i = 0; i < 4; i++) {
        talk_verdict(talk, 4, "E=691 R=1 C=" CHALLENGE_2 " V=3");
        talk_secret_wanted(talk, PPP_SECRET_PASSWORD, "authentication-refused");
        ppp_link_secret(talk->link, talk->now, PPP_SECRET_PASSWORD, wrong);
        talk_sends(talk, "c223 02 .. len 31 " ANY_16 "0000000000000000" ANY_24 "00 \"User\"");
    }
    talk_verdict(talk, 4, "E=691 R=1 C=" CHALLENGE_2 " V=3");
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_AUTHENTICATION, FAILURE_AUTHENTICATION_REFUSED, NULL);
}

/* Nor does the peer get more of the user's passwords by negotiating LCP anew. */
static void test_tries_outlive_lcp(void)
{
    g_autoptr(Talk) talk = answered_v2("wrong");
    g_autoptr(Secret) wrong = secret_new("wrong", 5);

    for (guint i = 0; i < 4; i++) {
        talk_verdict(talk, 4, "E=691 R=1 C=" CHALLENGE_2 " V=3");
        talk_secret_wanted(talk, PPP_SECRET_PASSWORD, "authentication-refused");
        g_autofree char *request = g_strdup_printf("c021 01 %02x len " MSCHAPV2, 0x20 + i);
        g_autofree char *ack = g_strdup_printf("c021 02 %02x len " MSCHAPV2, 0x20 + i);
        talk_hear(talk, request);
        talk_stage(talk, STAGE_PPP);
        talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
        talk_echo(talk, 2);
        talk_sends(talk, ack);
        talk_options(talk);
        talk_stage(talk, STAGE_AUTHENTICATION);
        /* The question of before is void. */
        ppp_link_secret(talk->link, talk->now, PPP_SECRET_PASSWORD, wrong);
        talk_nothing(talk);
        talk_hear(talk, "c223 01 05 len 10 " CHALLENGE " \"gw\"");
        talk_sends(talk, "c223 02 05 len 31 " ANY_16 "0000000000000000" ANY_24 "00 \"User\"");
    }
    talk_verdict(talk, 4, "E=691 R=1 C=" CHALLENGE_2 " V=3");
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_AUTHENTICATION, FAILURE_AUTHENTICATION_REFUSED, NULL);
}

/* RFC 2759 §7: code 7, length 586, the response made with the new password. */
static void test_expired_password(void)
{
    g_autoptr(Talk) talk = answered_v2("clientPass");
    g_autoptr(Secret) new_password = secret_new("n3w", 3);
    PppEffect effect;

    talk_verdict(talk, 4, "E=648 R=1 C=" CHALLENGE_2 " V=3 M=Password expired");
    talk_secret_wanted(talk, PPP_SECRET_NEW_PASSWORD, "password-expired");
    ppp_link_secret(talk->link, talk->now, PPP_SECRET_NEW_PASSWORD, new_password);
    g_assert_true(ppp_link_next(talk->link, &effect));
    g_assert_cmpint(effect.type, ==, PPP_EFFECT_SEND);
    g_assert_cmpuint(effect.length, ==, 2 + 586);
    memcpy(talk->sent, effect.packet, effect.length);
    g_assert_cmpmem(talk->sent, 6, "\xc2\x23\x07\x06\x02\x4a", 6);
    g_assert_cmpmem(talk->sent + 2 + 584, 2, "\0", 2);
    g_autofree char *text = genuine(talk, CHALLENGE_2, "n3w", 2 + 4 + 516 + 16);
    talk_verdict(talk, 3, text);
    talk_network_phase(talk);
}

static void test_change_refused(void)
{
    g_autoptr(Talk) talk = answered_v2("clientPass");
    g_autoptr(Secret) new_password = secret_new("n3w", 3);
    PppEffect effect;

    talk_verdict(talk, 4, "E=648 R=0 C=" CHALLENGE_2 " V=3");
    talk_secret_wanted(talk, PPP_SECRET_NEW_PASSWORD, "password-expired");
    ppp_link_secret(talk->link, talk->now, PPP_SECRET_NEW_PASSWORD, new_password);
    g_assert_true(ppp_link_next(talk->link, &effect));
    talk->sent[3] = effect.packet[3];
    talk_verdict(talk, 4, "E=709 R=0 C=" CHALLENGE_2 " V=3 M=Too short");
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_AUTHENTICATION, FAILURE_PASSWORD_CHANGE_FAILED, "Too short");
}

static void test_new_password_too_long(void)
{
    g_autoptr(Talk) talk = answered_v2("clientPass");
    g_autofree char *text = g_strnfill(257, 'x');
    g_autoptr(Secret) too_long = secret_new(text, 257);

    talk_verdict(talk, 4, "E=648 R=0 C=" CHALLENGE_2 " V=3");
    talk_secret_wanted(talk, PPP_SECRET_NEW_PASSWORD, "password-expired");
    ppp_link_secret(talk->link, talk->now, PPP_SECRET_NEW_PASSWORD, too_long);
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_AUTHENTICATION, FAILURE_PASSWORD_CHANGE_FAILED, "*");
}

static void test_password_asked_for_after_challenge(void)
{
    g_autoptr(Talk) talk = talk_new(NULL);
    g_autoptr(Secret) typed = secret_new("clientPass", 10);

    talk_open_lcp(talk, MSCHAPV2);
    talk_secret_wanted(talk, PPP_SECRET_PASSWORD, NULL);
    talk_hear(talk, "c223 01 05 len 10 " CHALLENGE);
    talk_hear(talk, "c223 01 06 len 10 " CHALLENGE_2);
    talk_nothing(talk);
    /* The newest challenge is answered. */
    ppp_link_secret(talk->link, talk->now, PPP_SECRET_PASSWORD, typed);
    talk_sends(talk, "c223 02 06 len 31 " ANY_16 "0000000000000000" ANY_24 "00 \"User\"");
    g_autofree char *text = genuine(talk, CHALLENGE_2, "clientPass", 7);
    talk_verdict(talk, 3, text);
    talk_network_phase(talk);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp/auth/late-old-challenge", test_late_copy_of_old_challenge);
    g_test_add_func("/ppp/auth/unknown-old-challenge", test_unknown_old_challenge);
    g_test_add_func("/ppp/auth/copies-from-before-lcp", test_copies_from_before_lcp);
    g_test_add_func("/ppp/auth/late-success-same-identifier", test_late_success_with_same_identifier);
    g_test_add_func("/ppp/auth/late-challenge-while-asking", test_late_challenge_while_asking);
    g_test_add_func("/ppp/auth/mschap", test_mschap);
    g_test_add_func("/ppp/auth/challenge-of-wrong-size", test_challenge_of_wrong_size);
    g_test_add_func("/ppp/auth/mschapv2", test_mschapv2);
    g_test_add_func("/ppp/auth/impostors", test_impostors);
    g_test_add_func("/ppp/auth/errors", test_errors);
    g_test_add_func("/ppp/auth/retry", test_retry);
    g_test_add_func("/ppp/auth/retry-cut-short", test_retry_cut_short);
    g_test_add_func("/ppp/auth/tries-are-bounded", test_tries_are_bounded);
    g_test_add_func("/ppp/auth/tries-outlive-lcp", test_tries_outlive_lcp);
    g_test_add_func("/ppp/auth/expired-password", test_expired_password);
    g_test_add_func("/ppp/auth/change-refused", test_change_refused);
    g_test_add_func("/ppp/auth/new-password-too-long", test_new_password_too_long);
    g_test_add_func("/ppp/auth/password-after-challenge", test_password_asked_for_after_challenge);
    return g_test_run();
}
