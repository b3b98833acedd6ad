/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where profiles are kept and connections are run, behind one interface: causewayd
 * (store_service.h) or NetworkManager (store_nm.h).
 *
 * A VpnStore is a GListModel of VpnItem, sorted by name, that follows what happens by signals
 * of the bus.  Nothing here waits: every call ends in a callback on the thread-default main
 * context.  Signals:
 *
 *   "availability"       (void)  vpn_store_availability() has changed
 *   "secret-wanted"      (VpnItem *, const char *field, const char *message, gboolean refused)
 *                        to be answered by vpn_store_answer(), at any time
 *   "secret-cancelled"   (VpnItem *)  the question needs no answer any more */
#pragma once

#include <gio/gio.h>

#include "base/secret.h"
#include "client/vpn_item.h"
#include "profile/profile.h"

typedef enum {
    VPN_STORE_STARTING,
    VPN_STORE_READY,
    VPN_STORE_ABSENT, /* vpn_store_problem() says why */
} VpnStoreAvailability;

typedef struct {
    guint64 rx_bytes, tx_bytes, rx_packets, tx_packets;
} VpnStatistics;

/* A line of the log: microseconds since 1970, syslog's priority, UTF-8 without control bytes. */
typedef struct {
    gint64 time;
    guint priority;
    char *text;
} VpnLogLine;
void vpn_log_line_free(VpnLogLine *line);

/* Secrets for one connection alone: field name → Secret. */
GHashTable *vpn_secrets_new(void);

#define VPN_TYPE_STORE (vpn_store_get_type())
G_DECLARE_DERIVABLE_TYPE(VpnStore, vpn_store, VPN, STORE, GObject)

/* Each function completes the task that it gets, which it owns, with what its finish returns. */
struct _VpnStoreClass {
    GObjectClass parent_class;
    const char *name;
    void (*start)(VpnStore *store);
    void (*load)(VpnStore *store, VpnItem *item, GTask *task);
    void (*save)(VpnStore *store, VpnItem *item, Profile *profile, gboolean everybody,
                 GTask *task);
    void (*remove)(VpnStore *store, VpnItem *item, GTask *task);
    void (*set_secret)(VpnStore *store, VpnItem *item, const char *field, const Secret *secret,
                       GTask *task);
    void (*connect)(VpnStore *store, VpnItem *item, GHashTable *secrets, GTask *task);
    void (*disconnect)(VpnStore *store, VpnItem *item, GTask *task);
    void (*statistics)(VpnStore *store, VpnItem *item, GTask *task);
    void (*read_log)(VpnStore *store, VpnItem *item, guint64 after, gboolean wait, GTask *task);
    void (*answer)(VpnStore *store, VpnItem *item, const Secret *secret);
    void (*hand_over)(VpnStore *store, VpnItem *item, GHashTable *secrets); /* or NULL */
};

/* "causeway" or "networkmanager". */
const char *vpn_store_name(VpnStore *store);
/* (Again) from the beginning; the list fills by and by. */
void vpn_store_start(VpnStore *store);
VpnStoreAvailability vpn_store_availability(VpnStore *store);
/* NULL unless ABSENT. */
const char *vpn_store_problem(VpnStore *store);
/* Not referenced; NULL when there is none.  So it is for no UUID: what has just gone may have lost
 * its own. */
VpnItem *vpn_store_find(VpnStore *store, const char *uuid);

/* The fields, secrets apart. */
void vpn_store_load(VpnStore *store, VpnItem *item, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer data);
Profile *vpn_store_load_finish(VpnStore *store, GAsyncResult *result, GError **error);
/* Without an item a new one, for everybody or for the caller.  Secrets of `profile` are stored
 * with it, for the system.  Gives the UUID. */
void vpn_store_save(VpnStore *store, VpnItem *item, Profile *profile, gboolean everybody,
                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
char *vpn_store_save_finish(VpnStore *store, GAsyncResult *result, GError **error);
void vpn_store_remove(VpnStore *store, VpnItem *item, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data);
/* Stores a secret for the system; NULL forgets it. */
void vpn_store_set_secret(VpnStore *store, VpnItem *item, const char *field,
                          const Secret *secret, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data);
/* Done when it has begun; the item's status tells how it goes on.  Without `secrets`, not even
 * an empty table, NetworkManager asks other agents instead of this store's owner. */
void vpn_store_connect(VpnStore *store, VpnItem *item, GHashTable *secrets,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
void vpn_store_disconnect(VpnStore *store, VpnItem *item, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data);
/* Of remove, set_secret, connect and disconnect. */
gboolean vpn_store_finish(VpnStore *store, GAsyncResult *result, GError **error);
void vpn_store_statistics(VpnStore *store, VpnItem *item, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer data);
gboolean vpn_store_statistics_finish(VpnStore *store, GAsyncResult *result,
                                     VpnStatistics *ret_statistics, GError **error);
/* Lines after number `after`; with `wait` not before there is one.  `item` NULL: of all.  Gives
 * VpnLogLine and the number to go on with. */
void vpn_store_read_log(VpnStore *store, VpnItem *item, guint64 after, gboolean wait,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GPtrArray *vpn_store_read_log_finish(VpnStore *store, GAsyncResult *result, guint64 *ret_next,
                                     GError **error);
/* NULL: the user gave up. */
void vpn_store_answer(VpnStore *store, VpnItem *item, const Secret *secret);
/* Secrets of this user's keyring (field name → Secret) that have proved right: a desktop whose own
 * windows can connect but not ask for all of them is given them.  Nobody hears what came of it. */
void vpn_store_hand_over(VpnStore *store, VpnItem *item, GHashTable *secrets);

/* For implementations.  Take `item` over; keep the order; tell of a changed name. */
void vpn_store_add(VpnStore *store, VpnItem *item);
void vpn_store_drop(VpnStore *store, VpnItem *item);
void vpn_store_renamed(VpnStore *store, VpnItem *item);
void vpn_store_set_availability(VpnStore *store, VpnStoreAvailability availability,
                                const char *problem);
void vpn_store_want_secret(VpnStore *store, VpnItem *item, const char *field, const char *message,
                           gboolean refused);
void vpn_store_cancel_secret(VpnStore *store, VpnItem *item);
/* What a log task returns. */
void vpn_store_return_log(GTask *task, GPtrArray *lines, guint64 next);
