/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every cut and every flipped bit of a good answer and of good options: whatever comes of it is
 * refused, or is settings that are in order. */
#include "talk.h"

#include <string.h>

static const char answer[] =
    "07 000000 0001 0012 0004aa0000000000000000000000000000bb 0002 000a " TALK_SERVER
    "000e 0000 0007 0001 ff 000d 0002 0000 0003 0028 00000001 0000012c 000001e0"
    "0005 0018 20010db80077000000000000000019c8 00000258 00000258"
    "0017 0020 20010db8000100000000000000000002 20010db8000100000000000000000003"
    "0018 0012 03736978036c616200 04636f7270026c7800 0020 0004 00000e10";
static const char options[] =
    "1905 0000 00000258 20010db8000100000000000000000002 20010db8000100000000000000000003"
    "1f04 0000 00000258 04636f7270076578616d706c6500 036c616200 0000000000"
    "0304 40c0 00000708 00000708 00000000 20010db8007700000000000000000000";

/* At the end of its memory, so that a read beyond it is one beyond an allocation. */
static void feed_answer(const guint8 *data, gsize length)
{
    g_autoptr(Talk) talk = talk_new();

    talk_router(talk, TRUE, TRUE);
    g_assert_true(talk_run_to_message(talk, USEC_PER_SEC));
    guint8 *copy = g_memdup2(data, length);
    if (length >= 4 && copy[1] == 0 && copy[2] == 0 && copy[3] == 0)
        memcpy(copy + 1, talk->last->data + 1, 3);
    dhcp6_client_input(talk->client, talk->now, copy, length);
    g_free(copy);
    talk_effects(talk); /* which asserts that settings are valid */
    talk_run(talk, talk->now + 700 * USEC_PER_SEC);
    g_assert_cmpuint(talk->sent, <, 60);
}

static void feed_options(const guint8 *data, gsize length)
{
    g_autoptr(Talk) talk = talk_new();
    guint8 *copy = g_memdup2(data, length);

    dhcp6_client_router_options(talk->client, talk->now, copy, length);
    g_free(copy);
    talk_effects(talk);
    talk_run(talk, talk->now + 700 * USEC_PER_SEC);
    g_assert_cmpuint(talk->sent, ==, 0);
}

static void sweep(const char *hex, void (*feed)(const guint8 *data, gsize length))
{
    g_autoptr(GByteArray) bytes = talk_hex(hex);

    for (guint length = 0; length <= bytes->len; length++)
        feed(bytes->data, length);
    for (guint bit = 0; bit < bytes->len * 8; bit++) {
        bytes->data[bit / 8] ^= (guint8)(1 << bit % 8);
        feed(bytes->data, bytes->len);
        bytes->data[bit / 8] ^= (guint8)(1 << bit % 8);
    }
}

static void test_answer(void)
{
    g_autoptr(Talk) talk = talk_new();
    g_autoptr(GByteArray) bytes = talk_hex(answer);

    /* The good one is good. */
    talk_router(talk, TRUE, FALSE);
    g_assert_true(talk_run_to_message(talk, USEC_PER_SEC));
    memcpy(bytes->data + 1, talk->last->data + 1, 3);
    dhcp6_client_input(talk->client, talk->now, bytes->data, bytes->len);
    talk_effects(talk);
    talk_assert_address(talk, "2001:db8:77::19c8");
    talk_assert_search(talk, "six.lab corp.lx");
    sweep(answer, feed_answer);
}

static void test_options(void)
{
    g_autoptr(Talk) talk = talk_new();

    talk_options(talk, options);
    talk_assert_dns(talk, "2001:db8:1::2 2001:db8:1::3");
    talk_assert_search(talk, "corp.example lab");
    sweep(options, feed_options);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dhcp6/sweep/answer", test_answer);
    g_test_add_func("/dhcp6/sweep/options", test_options);
    return g_test_run();
}
