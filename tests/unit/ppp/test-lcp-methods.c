/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LCP: which way of logging in the two sides agree on, and peers that are silent or deaf to it. */
#include <string.h>

#include "talk.h"

#define MSEC USEC_PER_MSEC

static void test_method_nak(void)
{
    static const struct {
        guint methods;
        const char *asked, *nak;
    } ROWS[] = {
        {0xf, "0304 c227", "0305 c223 81"},                      /* EAP */
        {0xf, "0304 c027", "0305 c223 81"},                      /* SPAP */
        {0xf, "0305 c223 06", "0305 c223 81"},                   /* CHAP with SHA-1 */
        {0xf, "0303 c2", "0305 c223 81"},                        /* too short */
        {0xf, "0302", "0305 c223 81"},                           /* empty */
        {0xf, "0306 c223 05 00", "0305 c223 81"},                /* too long */
        {0xf, "0305 c023 00", "0305 c223 81"},                   /* PAP, too long */
        {0xf & ~PPP_METHOD_MSCHAPV2, "0304 c227", "0305 c223 05"},
        {PPP_METHOD_MSCHAP | PPP_METHOD_PAP, "0304 c227", "0305 c223 80"},
        {PPP_METHOD_PAP, "0305 c223 81", "0304 c023"},
        {PPP_METHOD_CHAP_MD5, "0304 c023", "0305 c223 05"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(Talk) talk = talk_new("secret");
        g_autofree char *request = g_strdup_printf("c021 01 01 len %s", ROWS[i].asked);
        g_autofree char *nak = g_strdup_printf("c021 03 01 len %s", ROWS[i].nak);

        talk->config.methods = ROWS[i].methods;
        talk_open(talk);
        talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
        talk_hear(talk, request);
        talk_sends(talk, nak);
        talk_nothing(talk);
    }
}

static void test_allowed_methods_are_accepted(void)
{
    static const char *const OPTIONS[] = {"0304 c023", "0305 c223 05", "0305 c223 80",
                                          "0305 c223 81"};

    for (gsize i = 0; i < G_N_ELEMENTS(OPTIONS); i++) {
        g_autoptr(Talk) talk = talk_new("secret");
        talk_open_lcp(talk, OPTIONS[i]);
    }
}

/* No silent fall-back: the password is not sent, and the user learns what to change. */
static void test_insisting_on_pap(void)
{
    g_autoptr(Talk) talk = talk_new("secret");

    talk->config.methods = PPP_METHOD_MSCHAPV2 | PPP_METHOD_CHAP_MD5;
    talk_open(talk);
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
    talk_hear(talk, "c021 01 01 len 0304 c023");
    talk_sends(talk, "c021 03 01 len 0305 c223 81");
    /* The same request again: our Nak was lost; it does not count as insisting. */
    for (guint i = 0; i < 7; i++) {
        talk_hear(talk, "c021 01 01 len 0304 c023");
        talk_sends(talk, "c021 03 01 len 0305 c223 81");
    }
    talk_hear(talk, "c021 01 02 len 0304 c023");
    talk_sends(talk, "c021 03 02 len 0305 c223 81");
    talk_hear(talk, "c021 01 03 len 0304 c023");
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_PPP, FAILURE_NO_AUTHENTICATION_METHOD,
                "the gateway asks for PAP, which ppp.refuse-pap forbids");
}

/* pppd hangs up when its last method is Nak'd. */
static void test_peer_gives_up_on_methods(void)
{
    g_autoptr(Talk) talk = talk_new("secret");

    talk->config.methods = PPP_METHOD_MSCHAPV2;
    talk_open(talk);
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
    talk_hear(talk, "c021 01 01 len 0304 c227");
    talk_sends(talk, "c021 03 01 len 0305 c223 81");
    talk_hear(talk, "c021 05 02 len \"peer refused to authenticate\"");
    talk_sends(talk, "c021 06 02 len");
    talk_failed(talk, STAGE_PPP, FAILURE_NO_AUTHENTICATION_METHOD,
                "the gateway asks for EAP, which is not supported");
}

/* pppd 2.4.9 with require-chap: it drops the option, opens LCP, and only then says what it thinks
 * of that. */
static void drop_method(Talk *talk)
{
    talk->config.methods = PPP_METHOD_MSCHAPV2 | PPP_METHOD_PAP;
    talk_open(talk);
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
    /* <-- Configure-Ack */
    talk_echo(talk, 2);
    /* <-- Configure-Request { MRU 1410, ACCM 0, CHAP MD5, magic }; Nak { MS-CHAPv2 } --> */
    talk_hear(talk, "c021 01 01 len 0104 0582 0206 00000000 0305 c223 05 0506 11223344");
    talk_sends(talk, "c021 03 01 len 0305 c223 81");
    /* <-- Configure-Request without it; Ack --> */
    talk_hear(talk, "c021 01 02 len 0104 0582 0206 00000000 0506 11223344");
    talk_sends(talk, "c021 02 02 len 0104 0582 0206 00000000 0506 11223344");
    talk_options(talk);
    talk_stage(talk, STAGE_NETWORK);
    talk_sends(talk, "8021 01 .. len 0306 00000000 8106 00000000 8306 00000000");
    talk_nothing(talk);
}

static void test_peer_drops_method(void)
{
    g_autoptr(Talk) talk = talk_new("secret");
    g_autoptr(Talk) silent = talk_new("secret");
    g_autoptr(Talk) other = talk_new("secret");
    PppEffect effect = {0};

    drop_method(talk);
    talk_hear(talk, "c021 05 03 len \"peer refused to authenticate\"");
    talk_sends(talk, "c021 06 03 len");
    talk_failed(talk, STAGE_PPP, FAILURE_NO_AUTHENTICATION_METHOD,
                "the gateway asks for CHAP, which ppp.refuse-chap forbids");

    /* Another may just not answer. */
    silent->config.echo_interval = 0;
    drop_method(silent);
    while (effect.type != PPP_EFFECT_FAILED) {
        if (!ppp_link_next(silent->link, &effect)) {
            silent->now = ppp_link_deadline(silent->link);
            ppp_link_tick(silent->link, silent->now);
        }
    }
    g_assert_cmpint(effect.failure->code, ==, FAILURE_NO_AUTHENTICATION_METHOD);

    /* One that lets us in all the same closes for another reason later. */
    drop_method(other);
    talk_hear(other, "8021 01 01 len 0306 0a4d0001");
    talk_sends(other, "8021 02 01 len 0306 0a4d0001");
    talk_hear(other, "8021 03 id len 0306 0a4d000a");
    talk_sends(other, "8021 01 .. len 0306 0a4d000a 8106 00000000 8306 00000000");
    talk_echo(other, 2);
    talk_network_up(other);
    talk_hear(other, "c021 05 03 len \"Good night\"");
    talk_network_down(other);
    talk_sends(other, "c021 06 03 len");
    talk_failed(other, STAGE_CONNECTED, FAILURE_GATEWAY_CLOSED, "Good night");
}

/* How long it takes to give up when the peer says its request again after 3 s, or does not. */
static Usec give_up_after(gboolean repeats)
{
    g_autoptr(Talk) talk = talk_requested();
    Usec begin = talk->now, repeat_at = begin + 3000 * MSEC;
    PppEffect effect = {0};

    talk_hear(talk, "c021 01 01 len");
    while (effect.type != PPP_EFFECT_FAILED) {
        if (ppp_link_next(talk->link, &effect))
            continue;
        if (repeats && ppp_link_deadline(talk->link) > repeat_at) {
            repeats = FALSE;
            talk->now = repeat_at;
            talk_hear(talk, "c021 01 01 len");
            continue;
        }
        talk->now = ppp_link_deadline(talk->link);
        ppp_link_tick(talk->link, talk->now);
    }
    g_assert_cmpint(effect.failure->code, ==, FAILURE_PPP_SILENT);
    return talk->now - begin;
}

/* A gateway that still holds an earlier tunnel from our port speaks, but never hears us: there is
 * no sense in ten tries.  One that only fell silent gets them. */
static void test_deaf_peer(void)
{
    g_assert_cmpuint(give_up_after(TRUE), <, 7000 * MSEC);
    g_assert_cmpuint(give_up_after(FALSE), >, 10000 * MSEC);
}

/* It takes the method that we offer instead, and then falls silent: no quarrel about methods. */
static void test_silence_after_agreement(void)
{
    g_autoptr(Talk) talk = talk_new("secret");
    PppEffect effect = {0};

    talk->config.methods = PPP_METHOD_MSCHAPV2;
    talk_open(talk);
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
    talk_hear(talk, "c021 01 01 len 0304 c023");
    talk_sends(talk, "c021 03 01 len 0305 c223 81");
    talk_hear(talk, "c021 01 02 len 0305 c223 81");
    talk_sends(talk, "c021 02 02 len 0305 c223 81");
    while (effect.type != PPP_EFFECT_FAILED) {
        if (!ppp_link_next(talk->link, &effect)) {
            talk->now = ppp_link_deadline(talk->link);
            ppp_link_tick(talk->link, talk->now);
        }
    }
    g_assert_cmpint(effect.failure->code, ==, FAILURE_PPP_SILENT);
}

static void test_no_method_allowed(void)
{
    g_autoptr(Talk) talk = talk_new("secret");

    talk->config.methods = 0;
    talk_open(talk);
    talk_sends(talk, "c021 01 .. len 0104 0578 0506 ........");
    talk_hear(talk, "c021 01 01 len 0305 c223 81");
    talk_sends(talk, "c021 05 .. len");
    talk_failed(talk, STAGE_PPP, FAILURE_NO_AUTHENTICATION_METHOD,
                "the gateway asks for MS-CHAPv2, which ppp.refuse-mschapv2 forbids");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp/lcp/method-nak", test_method_nak);
    g_test_add_func("/ppp/lcp/allowed-methods", test_allowed_methods_are_accepted);
    g_test_add_func("/ppp/lcp/insisting-on-pap", test_insisting_on_pap);
    g_test_add_func("/ppp/lcp/peer-gives-up-on-methods", test_peer_gives_up_on_methods);
    g_test_add_func("/ppp/lcp/peer-drops-method", test_peer_drops_method);
    g_test_add_func("/ppp/lcp/silence-after-agreement", test_silence_after_agreement);
    g_test_add_func("/ppp/lcp/no-method-allowed", test_no_method_allowed);
    g_test_add_func("/ppp/lcp/deaf-peer", test_deaf_peer);
    return g_test_run();
}
