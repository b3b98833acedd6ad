/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history.h"

static void test_rates(void)
{
    History history;

    history_clear(&history);
    history_add(&history, 1000000, 5000, 100);
    g_assert_cmpuint(history.count, ==, 0);
    history_add(&history, 2000000, 6000, 100);
    g_assert_cmpuint(history_rx(&history), ==, 1000);
    g_assert_cmpuint(history_tx(&history), ==, 0);
    /* Two seconds late: half of it per second. */
    history_add(&history, 4000000, 8000, 500);
    g_assert_cmpuint(history_rx(&history), ==, 1000);
    g_assert_cmpuint(history_tx(&history), ==, 200);
    g_assert_cmpuint(history.count, ==, 2);
}

/* A new interface counts from zero again. */
static void test_restart(void)
{
    History history;

    history_clear(&history);
    history_add(&history, 1000000, 5000000, 0);
    history_add(&history, 2000000, 10, 0);
    g_assert_cmpuint(history.count, ==, 0);
    history_add(&history, 3000000, 20, 0);
    g_assert_cmpuint(history_rx(&history), ==, 10);
}

/* The clock stands still, or the counts come twice. */
static void test_same_time(void)
{
    History history;

    history_clear(&history);
    history_add(&history, 1000000, 0, 0);
    history_add(&history, 1000000, 100, 0);
    g_assert_cmpuint(history.count, ==, 0);
}

static void test_length(void)
{
    History history;

    history_clear(&history);
    for (guint i = 0; i <= 3 * HISTORY_LENGTH; i++)
        history_add(&history, (gint64)i * 1000000, (guint64)i * i, 0);
    g_assert_cmpuint(history.count, ==, HISTORY_LENGTH);
    g_assert_cmpuint(history_rx(&history), ==, 2 * 3 * HISTORY_LENGTH - 1);
}

static void check_scale(guint64 rate, guint64 scale)
{
    History history;

    history_clear(&history);
    history_add(&history, 0, 0, 0);
    history_add(&history, 1000000, rate, 0);
    g_assert_cmpuint(history_scale(&history), ==, scale);
}

static void test_much_at_once(void)
{
    History history;

    history_clear(&history);
    history_add(&history, 0, 0, 0);
    history_add(&history, 1, G_MAXUINT64, G_MAXUINT64);
    g_assert_cmpuint(history_rx(&history), ==, G_GUINT64_CONSTANT(1000000000000000000));
    g_assert_cmpuint(history_scale(&history), ==, G_GUINT64_CONSTANT(1000000000000000000));
}

static void test_scale(void)
{
    check_scale(0, 10000);
    check_scale(10001, 20000);
    check_scale(20000, 20000);
    check_scale(20001, 30000);
    check_scale(30001, 50000);
    check_scale(99999, 100000);
    check_scale(1234567, 2000000);
    check_scale(G_GUINT64_CONSTANT(125000000), 200000000);
    /* Counts that no link can have. */
    check_scale(G_GUINT64_CONSTANT(2000000000000000000), G_GUINT64_CONSTANT(1000000000000000000));
    check_scale(G_MAXUINT64, G_GUINT64_CONSTANT(1000000000000000000));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gui/history/rates", test_rates);
    g_test_add_func("/gui/history/restart", test_restart);
    g_test_add_func("/gui/history/same-time", test_same_time);
    g_test_add_func("/gui/history/length", test_length);
    g_test_add_func("/gui/history/scale", test_scale);
    g_test_add_func("/gui/history/much-at-once", test_much_at_once);
    return g_test_run();
}
