/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every kind of packet, cut at each length and with each bit flipped, into a link in each of
 * its phases.  The frame ends where memory does, so reading a byte too many crashes.  After
 * each packet the link must have kept its bounds, and still end when it is asked to. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "talk.h"

static const char *const PACKETS[] = {
    /* LCP */
    "c021 01 05 0018 0104 05b4 0206 00000000 0305 c22381 0506 11223344 0702 0802",
    "ff03 c021 01 05 0012 0104 05dc 0304 c023 0506 11223344",
    "c021 01 05 0016 1104 05dc 1305 01 0102 0d03 06 0408 c025 00000000",
    "c021 02 01 000e 0104 0578 0506 11223344",
    "c021 03 01 000e 0104 0500 0506 55667788",
    "c021 04 01 0008 0104 0578",
    "c021 05 09 0008 42796521",
    "c021 06 01 0004",
    "c021 07 01 000a 01 01 0006 1122",
    "c021 08 01 000e 8057 01 01 000a 010a 0000",
    "c021 09 01 000c 11223344 aabbccdd",
    "c021 0a 01 0008 11223344",
    "c021 0c 01 000c 00000000 4d535241",
    /* PAP */
    "c023 02 01 0005 00",
    "c023 03 01 0009 04 4e6f7065",
    /* CHAP */
    "c223 01 01 0017 10 000102030405060708090a0b0c0d0e0f 6777",
    "c223 03 01 0030 533d34303741353538393131354644304436323039463531304645394330343536363933"
    "32434441353620",
    "c223 04 01 0037 453d36343820523d3120433d3030303130323033303430353036303730383039306130"
    "62306330643065306620563d33204d3d58",
    /* IPCP, IPV6CP */
    "8021 01 05 0010 0206 002d 0f01 0306 0a4d0001",
    "8021 02 01 0016 0306 00000000 8106 00000000 8306 00000000",
    "8021 03 01 0016 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002",
    "8021 04 01 0010 8106 00000000 8306 00000000",
    "8021 05 01 0006 6e6f",
    "8057 01 05 000e 010a 0000000000000001",
    "8057 03 01 000e 010a 0000000000000002",
    /* others */
    "80fd 01 04 000a 1206 01000001",
    "0021 4500",
};

static guint8 *guard;

static void make_guard(void)
{
    gsize page = (gsize)sysconf(_SC_PAGESIZE);
    guint8 *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                          0);

    g_assert_true(memory != MAP_FAILED);
    g_assert_cmpint(mprotect(memory + page, page, PROT_NONE), ==, 0);
    guard = memory + page;
}

static Talk *starting(void)
{
    Talk *talk = talk_new("secret");

    talk->config.ipv6 = TRUE;
    talk_open(talk);
    talk_sends(talk, "c021 01 01 len 0104 0578 0506 ........");
    return talk;
}

static Talk *pap_sent(void)
{
    Talk *talk = talk_new("secret");

    talk_open_lcp(talk, "0304 c023");
    talk_sends(talk, "c023 01 01 len 04 \"User\" 06 \"secret\"");
    return talk;
}

static Talk *chap_answered(void)
{
    Talk *talk = talk_new("secret");

    talk_open_lcp(talk, "0305 c223 81");
    talk_hear(talk, "c223 01 01 len 10 5b5d7c7d7b3f2f3e3c2c602132262628");
    return talk;
}

static Talk *negotiating_network(void)
{
    Talk *talk = talk_new("secret");

    talk->config.ipv6 = TRUE;
    talk_open_lcp(talk, "");
    return talk;
}

static Talk *up(void)
{
    Talk *talk = negotiating_network();

    talk_sends(talk, "8021 01 .. len 0306 00000000 8106 00000000 8306 00000000");
    talk_hear(talk, "8021 03 01 len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
    talk_hear(talk, "8021 02 02 len 0306 0a4d000a 8106 0a4d0001 8306 0a4d0002");
    talk_hear(talk, "8021 01 05 len 0306 0a4d0001");
    return talk;
}

static Talk *closing(void)
{
    Talk *talk = up();

    ppp_link_close(talk->link, talk->now);
    return talk;
}

static Talk *(*const PHASES[])(void) = {starting,  pap_sent, chap_answered, negotiating_network,
                                        up, closing};

static void drain(Talk *talk, gboolean *over)
{
    PppEffect effect;
    guint count = 0;

    while (ppp_link_next(talk->link, &effect)) {
        g_assert_false(*over);
        g_assert_cmpuint(++count, <=, 24);
        if (effect.type == PPP_EFFECT_SEND)
            g_assert_cmpuint(effect.length, <=, 2 + 1400);
        *over = effect.type == PPP_EFFECT_FAILED || effect.type == PPP_EFFECT_CLOSED;
    }
}

static void try_packet(guint phase, const guint8 *packet, gsize length)
{
    g_autoptr(Talk) talk = PHASES[phase]();
    gboolean over = FALSE;

    memcpy(guard - length, packet, length);
    ppp_link_input(talk->link, talk->now, guard - length, length);
    drain(talk, &over);
    ppp_link_close(talk->link, talk->now);
    for (guint i = 0; i < 4 && !over; i++) {
        drain(talk, &over);
        if (over)
            break;
        talk->now = ppp_link_deadline(talk->link);
        ppp_link_tick(talk->link, talk->now);
    }
    drain(talk, &over);
    g_assert_true(over);
}

static gsize from_hex(const char *text, guint8 *bytes)
{
    gsize n = 0;

    for (const char *p = text; *p != '\0';) {
        if (*p == ' ') {
            p++;
            continue;
        }
        bytes[n++] = (guint8)(g_ascii_xdigit_value(p[0]) << 4 | g_ascii_xdigit_value(p[1]));
        p += 2;
    }
    return n;
}

static void test_sweep(gconstpointer data)
{
    guint phase = GPOINTER_TO_UINT(data);

    for (gsize i = 0; i < G_N_ELEMENTS(PACKETS); i++) {
        guint8 packet[256];
        gsize length = from_hex(PACKETS[i], packet);

        for (gsize cut = 0; cut <= length; cut++)
            try_packet(phase, packet, cut);
        for (gsize bit = 0; bit < length * 8; bit++) {
            packet[bit / 8] ^= (guint8)(1u << (bit % 8));
            try_packet(phase, packet, length);
            packet[bit / 8] ^= (guint8)(1u << (bit % 8));
        }
    }
}

static void drop_message(const char *domain, GLogLevelFlags level, const char *message,
                         gpointer data)
{
}

int main(int argc, char **argv)
{
    static const char *const NAMES[] = {"starting", "pap",     "chap",
                                        "network",  "up",      "closing"};

    g_test_init(&argc, &argv, NULL);
    /* A state change for each of a hundred thousand links would drown everything else. */
    g_log_set_handler(G_LOG_DOMAIN, G_LOG_LEVEL_DEBUG, drop_message, NULL);
    make_guard();
    for (guint i = 0; i < G_N_ELEMENTS(PHASES); i++) {
        g_autofree char *path = g_strdup_printf("/ppp/sweep/%s", NAMES[i]);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_sweep);
    }
    return g_test_run();
}
