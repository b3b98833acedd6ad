/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The delays between attempts: immediate, then within a quarter of 1, 2, 4 … 60 s. */
#include "connection/backoff.h"

static void test_bounds(void)
{
    static const guint seconds[] = { 0, 1, 2, 4, 8, 16, 32, 60, 60, 60 };

    for (guint i = 0; i < G_N_ELEMENTS(seconds); i++) {
        Usec nominal = seconds[i] * USEC_PER_SEC;
        Usec least = backoff_delay(i, 0), most = backoff_delay(i, G_MAXUINT32);

        g_assert_cmpuint(least, ==, nominal * 3 / 4);
        g_assert_cmpuint(most, ==, MIN(nominal * 5 / 4, 60 * USEC_PER_SEC));
    }
    g_assert_cmpuint(backoff_delay(G_MAXUINT, G_MAXUINT32), ==, 60 * USEC_PER_SEC);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/backoff/bounds", test_bounds);
    return g_test_run();
}
