/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows all items of a list. */
#include "watch.h"

struct Watch {
    GListModel *list;
    gulong handler;
    GHashTable *items; /* VpnItem → its handler's id */
    WatchFunc func;
    gpointer data;
};

static void on_changed(VpnItem *item, Watch *watch)
{
    watch->func(item, FALSE, watch->data);
}

static void forget(Watch *watch, VpnItem *item)
{
    g_signal_handlers_disconnect_by_func(item, on_changed, watch);
}

/* A sort tells of items as gone and come again that only move: so the two sets are compared. */
static void on_items_changed(GListModel *list, guint position, guint removed, guint added,
                             Watch *watch)
{
    g_autoptr(GHashTable) now = g_hash_table_new_full(NULL, NULL, g_object_unref, NULL);
    GHashTableIter iter;
    gpointer item;

    for (guint i = 0; i < g_list_model_get_n_items(list); i++)
        g_hash_table_add(now, g_list_model_get_item(list, i));
    g_hash_table_iter_init(&iter, watch->items);
    while (g_hash_table_iter_next(&iter, &item, NULL)) {
        if (g_hash_table_contains(now, item))
            continue;
        forget(watch, item);
        watch->func(item, TRUE, watch->data);
        g_hash_table_iter_remove(&iter);
    }
    g_hash_table_iter_init(&iter, now);
    while (g_hash_table_iter_next(&iter, &item, NULL)) {
        if (!g_hash_table_add(watch->items, g_object_ref(item)))
            continue;
        g_signal_connect(item, "changed", G_CALLBACK(on_changed), watch);
        watch->func(item, FALSE, watch->data);
    }
}

Watch *watch_new(GListModel *list, WatchFunc func, gpointer data)
{
    Watch *watch = g_new0(Watch, 1);

    watch->list = g_object_ref(list);
    watch->items = g_hash_table_new_full(NULL, NULL, g_object_unref, NULL);
    watch->func = func;
    watch->data = data;
    watch->handler = g_signal_connect(list, "items-changed", G_CALLBACK(on_items_changed), watch);
    on_items_changed(list, 0, 0, 0, watch);
    return watch;
}

void watch_free(Watch *watch)
{
    GHashTableIter iter;
    gpointer item;

    if (!watch)
        return;
    g_signal_handler_disconnect(watch->list, watch->handler);
    g_hash_table_iter_init(&iter, watch->items);
    while (g_hash_table_iter_next(&iter, &item, NULL))
        forget(watch, item);
    g_hash_table_unref(watch->items);
    g_object_unref(watch->list);
    g_free(watch);
}
