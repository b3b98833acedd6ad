/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all stores have in common: the sorted list, and a task around each call. */
#include "client/store.h"

#include <string.h>

typedef struct {
    GSequence *items; /* VpnItem by name */
    GHashTable *by_uuid; /* uuid → GSequenceIter */
    VpnStoreAvailability availability;
    char *problem;
} VpnStorePrivate;

static void list_model_init(GListModelInterface *interface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE(VpnStore, vpn_store, G_TYPE_OBJECT,
                                 G_ADD_PRIVATE(VpnStore)
                                 G_IMPLEMENT_INTERFACE(G_TYPE_LIST_MODEL, list_model_init))

enum { SIGNAL_AVAILABILITY, SIGNAL_SECRET_WANTED, SIGNAL_SECRET_CANCELLED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static VpnStorePrivate *own(VpnStore *store)
{
    return vpn_store_get_instance_private(store);
}

static void vpn_store_finalize(GObject *object)
{
    VpnStorePrivate *private = own(VPN_STORE(object));

    g_hash_table_unref(private->by_uuid);
    g_sequence_free(private->items);
    g_free(private->problem);
    G_OBJECT_CLASS(vpn_store_parent_class)->finalize(object);
}

static void vpn_store_class_init(VpnStoreClass *class)
{
    G_OBJECT_CLASS(class)->finalize = vpn_store_finalize;
    signals[SIGNAL_AVAILABILITY] = g_signal_new("availability", VPN_TYPE_STORE, G_SIGNAL_RUN_LAST,
                                                0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SIGNAL_SECRET_WANTED] = g_signal_new(
        "secret-wanted", VPN_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4,
        VPN_TYPE_ITEM, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_BOOLEAN);
    signals[SIGNAL_SECRET_CANCELLED] = g_signal_new("secret-cancelled", VPN_TYPE_STORE,
                                                    G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                    G_TYPE_NONE, 1, VPN_TYPE_ITEM);
}

static void vpn_store_init(VpnStore *store)
{
    VpnStorePrivate *private = own(store);

    private->items = g_sequence_new(g_object_unref);
    private->by_uuid = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static GType get_item_type(GListModel *model)
{
    return VPN_TYPE_ITEM;
}

static guint get_n_items(GListModel *model)
{
    return (guint)g_sequence_get_length(own(VPN_STORE(model))->items);
}

static gpointer get_item(GListModel *model, guint position)
{
    GSequenceIter *iter = g_sequence_get_iter_at_pos(own(VPN_STORE(model))->items, (int)position);

    return g_sequence_iter_is_end(iter) ? NULL : g_object_ref(g_sequence_get(iter));
}

static void list_model_init(GListModelInterface *interface)
{
    interface->get_item_type = get_item_type;
    interface->get_n_items = get_n_items;
    interface->get_item = get_item;
}

void vpn_store_add(VpnStore *store, VpnItem *item)
{
    VpnStorePrivate *private = own(store);
    GSequenceIter *iter = g_sequence_insert_sorted(private->items, item, vpn_item_compare, NULL);

    g_hash_table_replace(private->by_uuid, g_strdup(vpn_item_uuid(item)), iter);
    g_list_model_items_changed(G_LIST_MODEL(store), (guint)g_sequence_iter_get_position(iter), 0,
                               1);
}

void vpn_store_drop(VpnStore *store, VpnItem *item)
{
    VpnStorePrivate *private = own(store);
    GSequenceIter *iter = g_hash_table_lookup(private->by_uuid, vpn_item_uuid(item));
    g_autoptr(VpnItem) held = g_object_ref(item);

    g_return_if_fail(iter);
    guint position = (guint)g_sequence_iter_get_position(iter);
    g_hash_table_remove(private->by_uuid, vpn_item_uuid(held));
    g_sequence_remove(iter);
    g_list_model_items_changed(G_LIST_MODEL(store), position, 1, 0);
}

/* The sequence is not sorted at this moment: the place is looked for anew. */
void vpn_store_renamed(VpnStore *store, VpnItem *item)
{
    VpnStorePrivate *private = own(store);
    GSequenceIter *iter = g_hash_table_lookup(private->by_uuid, vpn_item_uuid(item));
    guint before = (guint)g_sequence_iter_get_position(iter);
    guint length = get_n_items(G_LIST_MODEL(store));

    g_sequence_sort_changed(iter, vpn_item_compare, NULL);
    if ((guint)g_sequence_iter_get_position(iter) != before)
        g_list_model_items_changed(G_LIST_MODEL(store), 0, length, length);
}

VpnItem *vpn_store_find(VpnStore *store, const char *uuid)
{
    GSequenceIter *iter = uuid ? g_hash_table_lookup(own(store)->by_uuid, uuid) : NULL;

    return iter ? g_sequence_get(iter) : NULL;
}

void vpn_store_set_availability(VpnStore *store, VpnStoreAvailability availability,
                                const char *problem)
{
    VpnStorePrivate *private = own(store);

    if (private->availability == availability && g_strcmp0(private->problem, problem) == 0)
        return;
    private->availability = availability;
    g_free(private->problem);
    private->problem = g_strdup(problem);
    g_signal_emit(store, signals[SIGNAL_AVAILABILITY], 0);
}

void vpn_store_want_secret(VpnStore *store, VpnItem *item, const char *field, const char *message,
                           gboolean refused)
{
    g_signal_emit(store, signals[SIGNAL_SECRET_WANTED], 0, item, field, message, refused);
}

void vpn_store_cancel_secret(VpnStore *store, VpnItem *item)
{
    g_signal_emit(store, signals[SIGNAL_SECRET_CANCELLED], 0, item);
}

const char *vpn_store_name(VpnStore *store)
{
    return VPN_STORE_GET_CLASS(store)->name;
}

void vpn_store_start(VpnStore *store)
{
    VPN_STORE_GET_CLASS(store)->start(store);
}

VpnStoreAvailability vpn_store_availability(VpnStore *store)
{
    return own(store)->availability;
}

const char *vpn_store_problem(VpnStore *store)
{
    return own(store)->problem;
}

static void secret_free_pointer(gpointer secret)
{
    secret_free(secret);
}

GHashTable *vpn_secrets_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, secret_free_pointer);
}

void vpn_log_line_free(VpnLogLine *line)
{
    g_free(line->text);
    g_free(line);
}

void vpn_store_load(VpnStore *store, VpnItem *item, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer data)
{
    VPN_STORE_GET_CLASS(store)->load(store, item, g_task_new(store, cancellable, callback, data));
}

Profile *vpn_store_load_finish(VpnStore *store, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void vpn_store_save(VpnStore *store, VpnItem *item, Profile *profile, gboolean everybody,
                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    VPN_STORE_GET_CLASS(store)->save(store, item, profile, everybody,
                                     g_task_new(store, cancellable, callback, data));
}

char *vpn_store_save_finish(VpnStore *store, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void vpn_store_remove(VpnStore *store, VpnItem *item, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data)
{
    VPN_STORE_GET_CLASS(store)->remove(store, item,
                                       g_task_new(store, cancellable, callback, data));
}

void vpn_store_set_secret(VpnStore *store, VpnItem *item, const char *field,
                          const Secret *secret, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data)
{
    VPN_STORE_GET_CLASS(store)->set_secret(store, item, field, secret,
                                           g_task_new(store, cancellable, callback, data));
}

void vpn_store_connect(VpnStore *store, VpnItem *item, GHashTable *secrets,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    VPN_STORE_GET_CLASS(store)->connect(store, item, secrets,
                                        g_task_new(store, cancellable, callback, data));
}

void vpn_store_disconnect(VpnStore *store, VpnItem *item, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data)
{
    VPN_STORE_GET_CLASS(store)->disconnect(store, item,
                                           g_task_new(store, cancellable, callback, data));
}

gboolean vpn_store_finish(VpnStore *store, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

void vpn_store_statistics(VpnStore *store, VpnItem *item, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data)
{
    VPN_STORE_GET_CLASS(store)->statistics(store, item,
                                           g_task_new(store, cancellable, callback, data));
}

gboolean vpn_store_statistics_finish(VpnStore *store, GAsyncResult *result,
                                     VpnStatistics *ret_statistics, GError **error)
{
    g_autofree VpnStatistics *statistics = g_task_propagate_pointer(G_TASK(result), error);

    if (!statistics)
        return FALSE;
    *ret_statistics = *statistics;
    return TRUE;
}

typedef struct {
    GPtrArray *lines;
    guint64 next;
} Log;

static void log_free(gpointer data)
{
    Log *log = data;

    g_clear_pointer(&log->lines, g_ptr_array_unref);
    g_free(log);
}

void vpn_store_return_log(GTask *task, GPtrArray *lines, guint64 next)
{
    Log *log = g_new0(Log, 1);

    log->lines = lines;
    log->next = next;
    g_task_return_pointer(task, log, log_free);
}

void vpn_store_read_log(VpnStore *store, VpnItem *item, guint64 after, gboolean wait,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
    VPN_STORE_GET_CLASS(store)->read_log(store, item, after, wait,
                                         g_task_new(store, cancellable, callback, data));
}

GPtrArray *vpn_store_read_log_finish(VpnStore *store, GAsyncResult *result, guint64 *ret_next,
                                     GError **error)
{
    Log *log = g_task_propagate_pointer(G_TASK(result), error);

    if (!log)
        return NULL;
    GPtrArray *lines = g_steal_pointer(&log->lines);
    *ret_next = log->next;
    log_free(log);
    return lines;
}

void vpn_store_answer(VpnStore *store, VpnItem *item, const Secret *secret)
{
    VPN_STORE_GET_CLASS(store)->answer(store, item, secret);
}

void vpn_store_hand_over(VpnStore *store, VpnItem *item, GHashTable *secrets)
{
    if (VPN_STORE_GET_CLASS(store)->hand_over && g_hash_table_size(secrets) > 0)
        VPN_STORE_GET_CLASS(store)->hand_over(store, item, secrets);
}
