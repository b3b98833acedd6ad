/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch.h"

typedef struct {
    guint seen, gone;
} Counts;

static void on_item(VpnItem *item, gboolean gone, gpointer data)
{
    Counts *counts = data;

    if (gone)
        counts->gone++;
    else
        counts->seen++;
}

static void test_watch(void)
{
    g_autoptr(GListStore) list = g_list_store_new(VPN_TYPE_ITEM);
    g_autoptr(VpnItem) first = vpn_item_new(NULL, "a");
    g_autoptr(VpnItem) second = vpn_item_new(NULL, "b");
    Counts counts = {0};

    g_list_store_append(list, first);
    Watch *watch = watch_new(G_LIST_MODEL(list), on_item, &counts);
    g_assert_cmpuint(counts.seen, ==, 1);
    g_list_store_append(list, second);
    g_assert_cmpuint(counts.seen, ==, 2);
    vpn_item_changed(first);
    g_assert_cmpuint(counts.seen, ==, 3);
    /* A new order is no news. */
    gpointer both[] = {second, first};
    g_list_store_splice(list, 0, 2, both, 2);
    g_assert_cmpuint(counts.seen, ==, 3);
    g_assert_cmpuint(counts.gone, ==, 0);
    g_list_store_remove(list, 0);
    g_assert_cmpuint(counts.gone, ==, 1);
    vpn_item_changed(second);
    g_assert_cmpuint(counts.seen, ==, 3);
    watch_free(watch);
    vpn_item_changed(first);
    g_assert_cmpuint(counts.seen, ==, 3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gui/watch", test_watch);
    return g_test_run();
}
