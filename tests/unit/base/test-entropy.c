/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The seeded random source. */
#include "base/entropy.h"

#include <string.h>

/* RFC 8439 appendix A.1, test vector 1: the key stream of the all-zero key and nonce. */
static void test_rfc_key_stream(void)
{
    static const guint8 expected[] = {
        0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90, 0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28,
        0xbd, 0xd2, 0x19, 0xb8, 0xa0, 0x8d, 0xed, 0x1a, 0xa8, 0x36, 0xef, 0xcc, 0x8b, 0x77, 0x0d, 0xc7,
    };
    static const guint8 seed[ENTROPY_SEED_SIZE];
    g_autoptr(Entropy) entropy = entropy_new(seed);
    guint8 bytes[sizeof expected];

    entropy_fill(entropy, bytes, sizeof bytes);
    g_assert_cmpmem(bytes, sizeof bytes, expected, sizeof expected);
}

static void test_never_repeats_a_block(void)
{
    static const guint8 seed[ENTROPY_SEED_SIZE] = { 1 };
    g_autoptr(Entropy) entropy = entropy_new(seed);
    guint8 a[64], b[64];

    entropy_fill(entropy, a, sizeof a);
    entropy_fill(entropy, b, sizeof b);
    g_assert_cmpint(memcmp(a, b, sizeof a), !=, 0);
    /* A partly used block must not come back either. */
    entropy_u16(entropy);
    entropy_fill(entropy, a, 2);
    entropy_fill(entropy, b, 2);
    g_assert_cmpint(memcmp(a, b, 2), !=, 0);
}

static void test_nonzero(void)
{
    static const guint8 seed[ENTROPY_SEED_SIZE] = { 2 };
    g_autoptr(Entropy) entropy = entropy_new(seed);

    /* In 400,000 draws of 16 bits a zero is all but certain to have been passed over. */
    for (guint i = 0; i < 400000; i++)
        g_assert_cmpuint(entropy_u16_nonzero(entropy), !=, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/entropy/rfc8439", test_rfc_key_stream);
    g_test_add_func("/entropy/no-repeat", test_never_repeats_a_block);
    g_test_add_func("/entropy/nonzero", test_nonzero);
    return g_test_run();
}
