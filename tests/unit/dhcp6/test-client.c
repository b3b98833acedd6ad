/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The DHCPv6 exchanges (RFC 8415 §18.2), their retransmissions (§15) and their ends. */
#include "talk.h"

#include <string.h>

#define ADDRESS "20010db80077000000000000000019c8"
#define OTHER "20010db80077000000000000000020aa"
#define DNS "0017 0010 20010db8000100000000000000000002"
#define SEARCH "0018 0009 03736978036c616200"
/* IA_NA 1 with T1 and T2, and in it one address with its lifetimes (§21.4, §21.6). */
#define IA(t1, t2, address, preferred, valid) \
    "0003 0028 00000001 " t1 t2 " 0005 0018 " address preferred valid " "
#define LEASE IA("0000012c", "000001e0", ADDRESS, "00000258", "00000258")
#define RAPID "000e 0000 "
#define IA_STATUS(code) "0003 0012 00000001 00000000 00000000 000d 0002 " code " "

#define SEC USEC_PER_SEC

/* "nothing is said": no router, no word. */
static void test_silence(void)
{
    g_autoptr(Talk) talk = talk_new();

    g_assert_cmpuint(dhcp6_client_deadline(talk->client), ==, USEC_NEVER);
    talk_router(talk, FALSE, FALSE);
    talk_run(talk, talk->now + 3600 * SEC);
    g_assert_cmpuint(talk->sent, ==, 0);
    g_assert_cmpuint(talk->told, ==, 0);
}

static void test_information(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_autofree char *client = NULL, *elapsed = NULL, *request = NULL, *ia = NULL;

    talk_router(talk, FALSE, TRUE);
    g_assert_cmpuint(talk->sent, ==, 0);
    g_assert_true(talk_run_to_message(talk, SEC)); /* INF_MAX_DELAY */
    g_assert_cmpuint(talk_type(talk), ==, 11);
    client = talk_option(talk, 1);
    g_assert_cmpstr(client, ==, "0004aa0000000000000000000000000000bb"); /* RFC 6355 §4 */
    elapsed = talk_option(talk, 8);
    g_assert_cmpstr(elapsed, ==, "0000");
    request = talk_option(talk, 6);
    g_assert_cmpstr(request, ==, "0017001800200053"); /* 23, 24, 32, 83 */
    ia = talk_option(talk, 3);
    g_assert_null(ia);
    talk_answer(talk, 7, DNS SEARCH);
    talk_assert_dns(talk, "2001:db8:1::2");
    talk_assert_search(talk, "six.lab");
    talk_assert_address(talk, "");
    /* IRT_DEFAULT: a day. */
    g_assert_false(talk_run_to_message(talk, 86399 * SEC));
    g_assert_true(talk_run_to_message(talk, 2 * SEC + SEC));
    /* What is missing in the new answer is not true any more (RFC 8415 §18.2.10). */
    talk_answer(talk, 7, SEARCH);
    talk_run(talk, talk->now + 2 * SEC);
    talk_assert_dns(talk, "");
    talk_assert_search(talk, "six.lab");
}

static void test_refresh_time(void)
{
    static const struct {
        const char *option;
        Usec after;
    } rows[] = {
        { "0020 0004 00000001", 600 * SEC },   /* IRT_MINIMUM */
        { "0020 0004 00000e10", 3600 * SEC },
        { "0020 0004 ffffffff", 86400 * SEC }, /* our maximum */
        { "0020 0002 0e10", 86400 * SEC },     /* no option of that form: the default */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Talk) talk = talk_new();

        talk_router(talk, FALSE, TRUE);
        g_assert_true(talk_run_to_message(talk, SEC));
        talk_answer(talk, 7, rows[i].option);
        g_assert_false(talk_run_to_message(talk, rows[i].after - 1));
        g_assert_true(talk_run_to_message(talk, SEC + 1));
    }
}

/* §15: doubled each time, a tenth more or less; and an end, where RFC 8415 has none. */
static void assert_gives_up(Talk *talk, guint8 type, guint tries)
{
    Usec previous = 0;

    for (guint i = 0; i < tries; i++) {
        Usec before = talk->now;

        g_assert_true(talk_run_to_message(talk, 80 * SEC));
        g_assert_cmpuint(talk_type(talk), ==, type);
        Usec waited = talk->now - before;
        if (i == 1) {
            g_assert_cmpuint(waited, >=, type == 1 ? SEC + 1 : SEC * 9 / 10);
            g_assert_cmpuint(waited, <=, SEC * 11 / 10);
        } else if (i > 1) {
            g_assert_cmpuint(waited, >=, previous * 19 / 10 - 1);
            g_assert_cmpuint(waited, <=, previous * 21 / 10 + 1);
        }
        previous = waited;
    }
}

static void test_nobody_answers(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_autofree char *elapsed = NULL;

    talk_router(talk, FALSE, TRUE);
    assert_gives_up(talk, 11, 6);
    /* Five intervals: 31 s, a tenth more or less each. */
    elapsed = talk_option(talk, 8);
    g_assert_cmpuint(g_ascii_strtoull(elapsed, NULL, 16), >, 2400);
    g_assert_cmpuint(g_ascii_strtoull(elapsed, NULL, 16), <, 4100);
    g_assert_false(talk_run_to_message(talk, 24 * 3600 * SEC));
    g_assert_cmpuint(talk->told, ==, 0);
    /* The same said again is no news. */
    talk_router(talk, FALSE, TRUE);
    g_assert_false(talk_run_to_message(talk, 24 * 3600 * SEC));
    /* "some external event" (§18.2.1) */
    talk_router(talk, TRUE, TRUE);
    assert_gives_up(talk, 1, 6);
    assert_gives_up(talk, 11, 6);
    g_assert_false(talk_run_to_message(talk, 24 * 3600 * SEC));
}

static Talk *talk_bound(void)
{
    Talk *talk = talk_new();

    talk_router(talk, TRUE, FALSE);
    g_assert_true(talk_run_to_message(talk, SEC));
    g_assert_cmpuint(talk_type(talk), ==, 1);
    talk_answer(talk, 7, RAPID LEASE DNS);
    talk_assert_address(talk, "2001:db8:77::19c8");
    return talk;
}

static void test_four_messages(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_autofree char *ia = NULL, *rapid = NULL, *request = NULL, *server = NULL, *wish = NULL;

    talk_router(talk, TRUE, TRUE);
    g_assert_true(talk_run_to_message(talk, SEC));
    ia = talk_option(talk, 3);
    g_assert_cmpstr(ia, ==, "000000010000000000000000");
    rapid = talk_option(talk, 14);
    g_assert_cmpstr(rapid, ==, "");
    request = talk_option(talk, 6);
    g_assert_cmpstr(request, ==, "001700180052"); /* 23, 24, 82; 32 MUST NOT be here */
    /* A Reply without Rapid Commit does not count (§18.2.1). */
    talk_answer(talk, 7, LEASE);
    g_assert_cmpuint(talk->told, ==, 0);
    /* Offers are collected until the first RT is over; one without an address is none. */
    talk_answer(talk, 2, "0007 0001 63 " IA_STATUS("0002"));
    talk_answer(talk, 2, "0007 0001 05 " LEASE);
    talk_answer(talk, 2, "0007 0001 01 " IA("00000000", "00000000", OTHER, "00000258", "00000258"));
    g_assert_cmpuint(talk->sent, ==, 1);
    g_assert_true(talk_run_to_message(talk, 2 * SEC));
    g_assert_cmpuint(talk_type(talk), ==, 3);
    server = talk_option(talk, 2);
    g_assert_cmpstr(server, ==, TALK_SERVER);
    wish = talk_option(talk, 3);
    g_assert_cmpstr(wish, ==, "000000010000000000000000" "00050018" ADDRESS "0000000000000000");
    talk_answer(talk, 7, LEASE DNS SEARCH);
    talk_assert_address(talk, "2001:db8:77::19c8");
    talk_assert_dns(talk, "2001:db8:1::2");
    g_assert_cmpuint(talk->told, ==, 1);
}

static void test_preference_255(void)
{
    g_autoptr(Talk) talk = talk_new();

    talk_router(talk, TRUE, FALSE);
    g_assert_true(talk_run_to_message(talk, SEC));
    talk_answer(talk, 2, "0007 0001 ff " LEASE);
    g_assert_true(talk_run_to_message(talk, 1));
    g_assert_cmpuint(talk_type(talk), ==, 3);
}

/* Once the first RT is over, the first offer is taken at once (§18.2.1). */
static void test_late_offer(void)
{
    g_autoptr(Talk) talk = talk_new();

    talk_router(talk, TRUE, FALSE);
    g_assert_true(talk_run_to_message(talk, SEC));
    g_assert_true(talk_run_to_message(talk, 2 * SEC));
    g_assert_cmpuint(talk_type(talk), ==, 1);
    talk_answer(talk, 2, LEASE);
    g_assert_true(talk_run_to_message(talk, 1));
    g_assert_cmpuint(talk_type(talk), ==, 3);
}

static void test_renewal(void)
{
    g_autoptr(Talk) talk = talk_bound();
    g_autofree char *server = NULL, *none = NULL;
    Usec bound = talk->now;

    g_assert_true(talk_run_to_message(talk, 400 * SEC));
    g_assert_cmpuint(talk->now - bound, ==, 300 * SEC); /* T1 */
    g_assert_cmpuint(talk_type(talk), ==, 5);
    server = talk_option(talk, 2);
    g_assert_cmpstr(server, ==, TALK_SERVER);
    talk_answer(talk, 7, LEASE DNS);
    bound = talk->now;
    /* The server falls silent: T1, repeated until T2, then anybody is asked. */
    g_assert_true(talk_run_to_message(talk, 400 * SEC));
    g_assert_cmpuint(talk->now - bound, ==, 300 * SEC);
    while (talk_type(talk) == 5)
        g_assert_true(talk_run_to_message(talk, 200 * SEC));
    g_assert_cmpuint(talk->now - bound, ==, 480 * SEC); /* T2 */
    g_assert_cmpuint(talk_type(talk), ==, 6);
    none = talk_option(talk, 2);
    g_assert_null(none);
    talk_run(talk, bound + 599 * SEC);
    talk_assert_address(talk, "2001:db8:77::19c8");
    /* The end of the valid lifetime: address and servers go, discovery begins anew. */
    talk_run(talk, bound + 603 * SEC);
    talk_assert_address(talk, "");
    talk_assert_dns(talk, "");
    g_assert_cmpuint(talk_type(talk), ==, 1);
}

static void test_rebound(void)
{
    g_autoptr(Talk) talk = talk_bound();

    while (talk_type(talk) != 6)
        g_assert_true(talk_run_to_message(talk, 400 * SEC));
    talk_answer(talk, 7, IA("00000000", "00000000", OTHER, "000003e8", "000007d0"));
    talk_run(talk, talk->now + 2 * SEC);
    talk_assert_address(talk, "2001:db8:77::20aa");
    /* T1 left to us: half of the preferred lifetime. */
    Usec bound = talk->now;
    g_assert_true(talk_run_to_message(talk, 600 * SEC));
    g_assert_cmpuint(talk->now - bound, ==, 498 * SEC);
}

/* A lease of a few seconds is renewed before it ends, and not without pause. */
static void test_short_lease(void)
{
    g_autoptr(Talk) talk = talk_bound();

    while (talk_type(talk) != 6)
        g_assert_true(talk_run_to_message(talk, 400 * SEC));
    talk_answer(talk, 7, IA("00000001", "00000002", OTHER, "00000004", "00000008"));
    Usec bound = talk->now;
    for (guint i = 0; i < 5; i++) {
        g_assert_true(talk_run_to_message(talk, 8 * SEC));
        g_assert_cmpuint(talk->now - bound, ==, 4 * SEC);
        g_assert_cmpuint(talk_type(talk), ==, 5);
        talk_answer(talk, 7, IA("00000001", "00000002", OTHER, "00000004", "00000008"));
        bound = talk->now;
        talk_assert_address(talk, "2001:db8:77::20aa");
    }
}

static void test_no_binding(void)
{
    g_autoptr(Talk) talk = talk_bound();

    g_assert_true(talk_run_to_message(talk, 400 * SEC));
    talk_answer(talk, 7, IA_STATUS("0003"));
    g_assert_true(talk_run_to_message(talk, 1));
    g_assert_cmpuint(talk_type(talk), ==, 3);
    talk_assert_address(talk, "2001:db8:77::19c8");
    talk_answer(talk, 7, LEASE);
    g_assert_false(talk_run_to_message(talk, 299 * SEC));
}

/* A valid lifetime of zero takes the address back at once (§18.2.10.1). */
static void test_taken_back(void)
{
    g_autoptr(Talk) talk = talk_bound();

    g_assert_true(talk_run_to_message(talk, 400 * SEC));
    talk_answer(talk, 7, IA("00000000", "00000000", ADDRESS, "00000000", "00000000"));
    talk_run(talk, talk->now + 2 * SEC);
    talk_assert_address(talk, "");
    g_assert_cmpuint(talk_type(talk), ==, 1);
}

/* What is not for us, or not valid, changes nothing (§16.3, §16.10, §21.4, §21.6). */
static void test_refused_answers(void)
{
    static const char *const rows[] = {
        RAPID IA("000001e0", "0000012c", ADDRESS, "00000258", "00000258"), /* T1 > T2 */
        RAPID IA("00000000", "00000000", ADDRESS, "00000259", "00000258"), /* preferred > valid */
        RAPID IA("00000000", "00000000", ADDRESS, "00000000", "00000000"),
        RAPID IA("00000000", "00000000", "fe800000000000000000000000000001", "00000258", "00000258"),
        RAPID IA("00000000", "00000000", "ff020000000000000000000000000001", "00000258", "00000258"),
        RAPID IA("00000000", "00000000", "00000000000000000000000000000001", "00000258", "00000258"),
        RAPID "0003 0028 00000002 00000000 00000000 0005 0018 " ADDRESS "00000258 00000258", /* IAID */
        RAPID "0003 0008 00000001 00000000",
        RAPID "0003 0028 00000001 00000000 00000000 0005 0018 " ADDRESS "00000258", /* cut */
        RAPID "000d 0002 0001 " LEASE,             /* UnspecFail */
        RAPID "000d 0001 00 " LEASE,               /* a status that is none */
        RAPID "0003 002e 00000001 00000000 00000000 0005 0018 " ADDRESS "00000258 00000258"
              "000d 0002 0002",                    /* NoAddrsAvail */
        RAPID "0003 002e 00000001 00000000 00000000 0005 001e " ADDRESS "00000258 00000258"
              "000d 0002 0001",                    /* the address with a status of failure */
        RAPID LEASE "0017 ffff 00",                /* an option beyond the message */
        RAPID LEASE "00",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Talk) talk = talk_new();

        g_test_message("%s", rows[i]);
        talk_router(talk, TRUE, FALSE);
        g_assert_true(talk_run_to_message(talk, SEC));
        talk_answer(talk, 7, rows[i]);
        talk_assert_address(talk, "");
        g_assert_true(talk_run_to_message(talk, 2 * SEC)); /* the timer runs on */
        g_assert_cmpuint(talk_type(talk), ==, 1);
    }
}

static void test_not_to_us(void)
{
    g_autoptr(Talk) talk = talk_new();

    talk_router(talk, TRUE, FALSE);
    g_assert_true(talk_run_to_message(talk, SEC));
    /* One byte of the type, the transaction, the client's identity changed; no server. */
    for (guint at = 0; at <= 8; at++) {
        g_autofree char *client = talk_option(talk, 1);
        g_autofree char *hex = g_strdup_printf(
            "07 %02x%02x%02x 0001 0012 %s 0002 000a " TALK_SERVER RAPID LEASE,
            talk->last->data[1], talk->last->data[2], talk->last->data[3], client);
        g_autoptr(GByteArray) bytes = talk_hex(hex);

        bytes->data[at] ^= 0x10;
        dhcp6_client_input(talk->client, talk->now, bytes->data, bytes->len);
        talk_effects(talk);
        g_assert_cmpuint(talk->told, ==, 0);
    }
    g_autofree char *anonymous = g_strdup_printf("07 %02x%02x%02x 0002 000a " TALK_SERVER RAPID LEASE,
                                                 talk->last->data[1], talk->last->data[2],
                                                 talk->last->data[3]);
    g_autoptr(GByteArray) bytes = talk_hex(anonymous);
    dhcp6_client_input(talk->client, talk->now, bytes->data, bytes->len);
    talk_effects(talk);
    g_assert_cmpuint(talk->told, ==, 0);
}

/* A server that offers and never gives: ten Requests, then anew, three times. */
static void test_endless_offers(void)
{
    g_autoptr(Talk) talk = talk_new();
    guint requests = 0, solicits = 0;

    talk_router(talk, TRUE, FALSE);
    while (talk_run_to_message(talk, 3600 * SEC)) {
        g_assert_cmpuint(talk->sent, <, 100);
        if (talk_type(talk) == 1) {
            solicits++;
            talk_answer(talk, 2, "0007 0001 ff " LEASE);
        } else {
            requests++;
        }
    }
    g_assert_cmpuint(requests, ==, 40);
    g_assert_cmpuint(solicits, ==, 4);
}

/* However short its lifetimes are, a server cannot make us send all the time. */
static void test_short_lifetimes(void)
{
    g_autoptr(Talk) talk = talk_new();
    Usec end = talk->now + 600 * SEC;

    talk_router(talk, TRUE, FALSE);
    while (talk->now < end && talk_run_to_message(talk, 60 * SEC))
        talk_answer(talk, 7, RAPID IA("00000001", "00000001", ADDRESS, "00000001", "000000ff"));
    g_assert_cmpuint(talk->sent, <=, 62);
    g_assert_cmpuint(talk->sent, >=, 55);
}

static void test_release(void)
{
    g_autoptr(Talk) talk = talk_bound();
    g_autofree char *ia = NULL, *server = NULL;
    guint told = talk->told;

    dhcp6_client_close(talk->client, talk->now);
    talk_effects(talk);
    g_assert_cmpuint(talk_type(talk), ==, 8);
    ia = talk_option(talk, 3);
    g_assert_cmpstr(ia, ==, "000000010000000000000000" "00050018" ADDRESS "0000000000000000");
    server = talk_option(talk, 2);
    g_assert_cmpstr(server, ==, TALK_SERVER);
    g_assert_cmpuint(dhcp6_client_deadline(talk->client), ==, USEC_NEVER);
    g_assert_cmpuint(talk->told, ==, told);
    /* Without a lease there is nothing to give back. */
    g_autoptr(Talk) idle = talk_new();
    talk_router(idle, FALSE, TRUE);
    dhcp6_client_close(idle->client, idle->now);
    talk_effects(idle);
    g_assert_cmpuint(idle->sent, ==, 0);
}

/* RFC 8106 §5.3.1: DHCPv6 first, then the advertisement; nothing twice. */
static void test_both_sources(void)
{
    g_autoptr(Talk) talk = talk_new();

    talk_options(talk, "1905 0000 00000258 20010db8000100000000000000000009"
                       "20010db8000100000000000000000002 1f03 0000 00000258 03534958036c616200 00000000000000");
    talk_assert_dns(talk, "2001:db8:1::9 2001:db8:1::2");
    talk_router(talk, FALSE, TRUE);
    g_assert_true(talk_run_to_message(talk, SEC));
    talk_answer(talk, 7, DNS "0018 0009 04636f7270026c6200" SEARCH);
    talk_run(talk, talk->now + 2 * SEC);
    talk_assert_dns(talk, "2001:db8:1::2 2001:db8:1::9");
    talk_assert_search(talk, "corp.lb six.lab");
}

/* A night's sleep: everything has run out when it ends. */
static void test_sleep(void)
{
    g_autoptr(Talk) talk = talk_bound();

    talk->now += 8 * 3600 * SEC;
    dhcp6_client_tick(talk->client, talk->now);
    talk_effects(talk);
    talk_assert_address(talk, "");
    g_assert_true(talk_run_to_message(talk, 2 * SEC));
    g_assert_cmpuint(talk_type(talk), ==, 1);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } tests[] = {
        { "silence", test_silence }, { "information", test_information },
        { "refresh-time", test_refresh_time }, { "nobody-answers", test_nobody_answers },
        { "four-messages", test_four_messages }, { "preference-255", test_preference_255 },
        { "late-offer", test_late_offer }, { "renewal", test_renewal },
        { "rebound", test_rebound }, { "no-binding", test_no_binding },
        { "short-lease", test_short_lease },
        { "taken-back", test_taken_back }, { "refused-answers", test_refused_answers },
        { "not-to-us", test_not_to_us }, { "endless-offers", test_endless_offers },
        { "short-lifetimes", test_short_lifetimes }, { "release", test_release },
        { "both-sources", test_both_sources }, { "sleep", test_sleep },
    };

    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/dhcp6/client/%s", tests[i].name);
        g_test_add_func(path, tests[i].run);
    }
    return g_test_run();
}
