/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The question that "causeway diagnose" asks a gateway, and the answers to it.  The expected
 * bytes are typed from RFC 2408 §3 and RFC 2409 appendix A. */
#include <string.h>

#include "cli/probe.h"

static const guint8 COOKIE[8] = {1, 2, 3, 4, 5, 6, 7, 8};

/* ISAKMP header, SA payload, one proposal, one transform with number 7. */
static const guint8 CHOSEN[] = {
    1, 2, 3, 4, 5, 6, 7, 8, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf, 1, 1, /* cookies */
    1, 0x10, 2, 0, 0, 0, 0, 0, 0, 0, 0, 80,                     /* SA, 1.0, main mode, length */
    0, 0, 0, 52, 0, 0, 0, 1, 0, 0, 0, 1,                        /* SA: IPsec, identity only */
    0, 0, 0, 40, 1, 1, 0, 1,                                    /* proposal 1, ISAKMP, no SPI */
    0, 0, 0, 32, 7, 1, 0, 0,                                    /* transform 7 */
    0x80, 1, 0, 7, 0x80, 14, 1, 0, 0x80, 2, 0, 2, 0x80, 3, 0, 1, 0x80, 4, 0, 2, 0x80, 11, 0, 1,
};

static const guint8 NO_PROPOSAL[] = {
    1, 2, 3, 4, 5, 6, 7, 8, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf, 1, 1,
    11, 0x10, 5, 0, 9, 9, 9, 9, 0, 0, 0, 40,   /* notification, informational */
    0, 0, 0, 12, 0, 0, 0, 1, 1, 0, 0, 14,      /* NO-PROPOSAL-CHOSEN */
};

static void test_question(void)
{
    guint8 plain[PROBE_MESSAGE_MAX], encapsulated[PROBE_MESSAGE_MAX];
    gsize length = probe_build(plain, sizeof plain, COOKIE, FALSE);
    /* The first transform: AES-256 (7, key 256), SHA2-256 (4), PSK (1), group 14, 28800 s. */
    static const guint8 first[] = {3, 0, 0, 36, 1, 1, 0, 0, 0x80, 1, 0, 7, 0x80, 14, 1, 0,
                                   0x80, 2, 0, 4, 0x80, 3, 0, 1, 0x80, 4, 0, 14, 0x80, 11, 0, 1,
                                   0x80, 12, 0x70, 0x80};

    g_assert_cmpmem(plain, 8, COOKIE, 8);
    g_assert_cmpuint(plain[16], ==, 1);
    g_assert_cmpuint(plain[17], ==, 0x10);
    g_assert_cmpuint(plain[18], ==, 2);
    g_assert_cmpuint((gsize)plain[26] << 8 | plain[27], ==, length);
    g_assert_cmpuint((gsize)plain[30] << 8 | plain[31], ==, length - 28);
    g_assert_cmpuint((gsize)plain[42] << 8 | plain[43], ==, length - 40);
    g_assert_cmpmem(plain + 48, sizeof first, first, sizeof first);
    /* The same once more for certificates (RSA signatures: 3). */
    g_assert_cmpuint(plain[47], ==, 22);
    g_assert_cmpuint(plain[length - 32 + 19], ==, 3);
    /* The last transform says that none follows: 32 bytes, as 3DES has no key length. */
    g_assert_cmpuint(plain[length - 32], ==, 0);
    g_assert_cmpuint(plain[length - 29], ==, 32);

    /* RFC 3947 §4: four zero bytes stand before it on port 4500. */
    g_assert_cmpuint(probe_build(encapsulated, sizeof encapsulated, COOKIE, TRUE), ==, length + 4);
    g_assert_cmpmem(encapsulated, 4, "\0\0\0\0", 4);
    g_assert_cmpmem(encapsulated + 4, length, plain, length);
}

static void test_answers(void)
{
    const char *suite = NULL;
    guint8 marked[sizeof CHOSEN + 4] = {0};
    guint8 other[sizeof CHOSEN];

    g_assert_cmpint(probe_parse(CHOSEN, sizeof CHOSEN, COOKIE, FALSE, &suite), ==, PROBE_CHOSEN);
    g_assert_cmpstr(suite, ==, "AES-256, SHA-1, MODP-1024");
    memcpy(marked + 4, CHOSEN, sizeof CHOSEN);
    g_assert_cmpint(probe_parse(marked, sizeof marked, COOKIE, TRUE, &suite), ==, PROBE_CHOSEN);
    g_assert_cmpint(probe_parse(NO_PROPOSAL, sizeof NO_PROPOSAL, COOKIE, FALSE, &suite), ==,
                    PROBE_NO_PROPOSAL);

    /* Somebody else's conversation is no answer. */
    memcpy(other, CHOSEN, sizeof other);
    other[3]++;
    g_assert_cmpint(probe_parse(other, sizeof other, COOKIE, FALSE, &suite), ==, PROBE_SILENT);
    memcpy(other, CHOSEN, sizeof other);
    other[52] = 18; /* the same for certificates */
    g_assert_cmpint(probe_parse(other, sizeof other, COOKIE, FALSE, &suite), ==, PROBE_CHOSEN);
    g_assert_cmpstr(suite, ==, "AES-256, SHA-1, MODP-1024");
    other[52] = 99; /* a transform that was not offered */
    g_assert_cmpint(probe_parse(other, sizeof other, COOKIE, FALSE, &suite), ==, PROBE_OTHER);
}

/* Cut anywhere, or with any bit flipped, it is read within its bounds: each copy has just the
 * size that is told. */
static void test_damaged(void)
{
    const char *suite = NULL;

    for (gsize length = 0; length < sizeof CHOSEN; length++) {
        g_autofree guint8 *copy = g_memdup2(CHOSEN, length);
        ProbeResult result = probe_parse(copy, length, COOKIE, FALSE, &suite);
        g_assert_cmpint(result, !=, PROBE_CHOSEN);
    }
    for (gsize bit = 0; bit < sizeof CHOSEN * 8; bit++) {
        g_autofree guint8 *copy = g_memdup2(CHOSEN, sizeof CHOSEN);
        copy[bit / 8] ^= (guint8)(1u << (bit % 8));
        ProbeResult result = probe_parse(copy, sizeof CHOSEN, COOKIE, FALSE, &suite);
        /* Its first eight bytes are what makes it ours. */
        g_assert_true(bit >= 64 || result == PROBE_SILENT);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/probe/question", test_question);
    g_test_add_func("/probe/answers", test_answers);
    g_test_add_func("/probe/damaged", test_damaged);
    return g_test_run();
}
