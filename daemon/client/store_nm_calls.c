/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls of NetworkManager's store. */
#include <string.h>

#include "client/client.h"
#include "client/store_nm_change.h"
#include "client/store_nm_kde.h"
#include "client/store_nm_private.h"
#include "client/store_service.h"
#include "connection.h"
#include "profile/nm_settings.h"
#include "profile/words.h"

/* NetworkManager calls a connection's file by the first name that it has, and fails where that is
 * too long for a file with what it puts behind it; later ones may be of any length. */
#define FIRST_NAME_MAX 200

static NMRemoteConnection *remote_of(VpnStore *store, VpnItem *item, GTask *task)
{
    NMClient *client = VPN_STORE_NM(store)->client;
    NMRemoteConnection *remote =
        client ? nm_client_get_connection_by_uuid(client, vpn_item_uuid(item)) : NULL;

    if (!remote) {
        g_task_return_new_error(task, CLIENT_ERROR, CLIENT_ERROR_NOT_FOUND,
                                "NetworkManager has no such connection any more");
        g_object_unref(task);
    }
    return remote;
}

static void profile_unref_pointer(gpointer profile)
{
    profile_unref(profile);
}

static void load(VpnStore *store, VpnItem *item, GTask *task)
{
    NMRemoteConnection *remote = remote_of(store, item, task);
    NmReport report;

    if (!remote)
        return;
    g_autoptr(NmSettings) settings = connection_read(NM_CONNECTION(remote));
    nm_report_init(&report);
    g_task_return_pointer(task, profile_from_nm(settings, &report), profile_unref_pointer);
    nm_report_clear(&report);
    g_object_unref(task);
}

static void on_added_connection(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(NMRemoteConnection) remote =
        nm_client_add_connection_finish(NM_CLIENT(source), result, &error);
    VpnStoreNm *self = g_task_get_source_object(task);
    Profile *profile = g_task_get_task_data(task);
    const char *name = profile_get_string(profile, FIELD_CONNECTION_NAME);

    if (remote && strcmp(nm_connection_get_id(NM_CONNECTION(remote)), name) != 0)
        store_nm_change_profile(self, remote, profile, g_steal_pointer(&task));
    else if (remote)
        g_task_return_pointer(task, g_strdup(nm_connection_get_uuid(NM_CONNECTION(remote))),
                              g_free);
    else
        g_task_return_error(task, g_steal_pointer(&error));
}

/* Secrets that do not come along are a person's: asked for, or found in the keyring. */
static void set_flags(NmSettings *settings, Profile *profile)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        FieldId id = (FieldId)i;
        if (field_is_secret(field_get(id)) && nm_settings_key(id))
            nm_settings_set_flags(settings, id,
                                  profile_get_secret(profile, id) ? 0 : NM_FLAG_AGENT_OWNED);
    }
}

static void save_new(VpnStoreNm *self, Profile *profile, gboolean everybody, GTask *task)
{
    g_autoptr(NmSettings) settings = nm_settings_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(NMConnection) connection = NULL;

    if (profile_to_nm(profile, settings, &error)) {
        g_free(settings->user);
        settings->user = everybody ? NULL : g_strdup(g_get_user_name());
        set_flags(settings, profile);
        g_autofree char *name = g_steal_pointer(&settings->id);
        settings->id = words_cut(name, FIRST_NAME_MAX);
        connection = connection_make(
            settings,
            store_nm_kde_service(g_getenv("XDG_CURRENT_DESKTOP"), self->serves_l2tp, profile),
            &error);
    }
    if (!connection) {
        g_task_return_error(task, g_steal_pointer(&error));
        g_object_unref(task);
        return;
    }
    g_task_set_task_data(task, profile_copy(profile), profile_unref_pointer);
    nm_client_add_connection_async(self->client, connection, TRUE, g_task_get_cancellable(task),
                                   on_added_connection, task);
}

static void save(VpnStore *store, VpnItem *item, Profile *profile, gboolean everybody, GTask *task)
{
    if (!item && !VPN_STORE_NM(store)->client) {
        g_task_return_new_error(task, CLIENT_ERROR, CLIENT_ERROR_OTHER,
                                "NetworkManager does not run");
        g_object_unref(task);
        return;
    }
    if (!item) {
        save_new(VPN_STORE_NM(store), profile, everybody, task);
        return;
    }
    NMRemoteConnection *remote = remote_of(store, item, task);
    if (remote)
        store_nm_change_profile(VPN_STORE_NM(store), remote, profile, task);
}

static void set_secret(VpnStore *store, VpnItem *item, const char *field, const Secret *secret,
                       GTask *task)
{
    NMRemoteConnection *remote = remote_of(store, item, task);
    const Field *row = field_find(field);

    if (!remote)
        return;
    if (row && nm_settings_key(row->id)) {
        store_nm_change_secret(VPN_STORE_NM(store), remote, row->id, secret, task);
        return;
    }
    g_task_return_new_error(task, CLIENT_ERROR, CLIENT_ERROR_INVALID,
                            "NetworkManager does not keep %s", field);
    g_object_unref(task);
}

static void on_deleted(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GError) error = NULL;

    if (nm_remote_connection_delete_finish(NM_REMOTE_CONNECTION(source), result, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, g_steal_pointer(&error));
}

static void delete_item(VpnStore *store, VpnItem *item, GTask *task)
{
    NMRemoteConnection *remote = remote_of(store, item, task);

    if (remote)
        nm_remote_connection_delete_async(remote, g_task_get_cancellable(task), on_deleted, task);
}

static void on_activated(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(NMActiveConnection) active =
        nm_client_activate_connection_finish(NM_CLIENT(source), result, &error);
    VpnStoreNm *self = g_task_get_source_object(task);
    const char *uuid = nm_connection_get_uuid(g_task_get_task_data(task));

    g_hash_table_remove(self->begun, uuid);
    if (active) {
        g_task_return_boolean(task, TRUE);
        return;
    }
    if (self->agent)
        store_nm_agent_forget(self->agent, uuid);
    g_task_return_error(task, g_steal_pointer(&error));
}

static void activate(GTask *task)
{
    VpnStoreNm *self = g_task_get_source_object(task);

    nm_client_activate_connection_async(self->client, g_task_get_task_data(task), NULL, NULL,
                                        g_task_get_cancellable(task), on_activated, task);
}

/* Without the service NetworkManager says itself what is wrong. */
static void on_met(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;

    if (!vpn_store_service_meet_finish(VPN_STORE(source), result, &error))
        g_debug("%s", error->message);
    activate(data);
}

static void free_text(gpointer text)
{
    secret_string_free(text);
}

/* Field name → Secret as NetworkManager's key → text. */
static GHashTable *texts_of(GHashTable *secrets)
{
    GHashTable *texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_text);
    GHashTableIter iter;
    gpointer field, secret;

    g_hash_table_iter_init(&iter, secrets);
    while (g_hash_table_iter_next(&iter, &field, &secret)) {
        const Field *row = field_find(field);
        const char *key = row ? nm_settings_key(row->id) : NULL;
        char *text = key ? nm_settings_secret_text(row->id, secret, NULL) : NULL;
        if (text)
            g_hash_table_insert(texts, g_strdup(key), text);
    }
    return texts;
}

static void connect_item(VpnStore *store, VpnItem *item, GHashTable *secrets, GTask *task)
{
    VpnStoreNm *self = VPN_STORE_NM(store);
    NMRemoteConnection *remote = remote_of(store, item, task);

    if (!remote)
        return;
    if (secrets) {
        g_autoptr(GHashTable) texts = texts_of(secrets);
        store_nm_agent_expect(self->agent, vpn_item_uuid(item), texts);
    }
    g_hash_table_add(self->begun, g_strdup(vpn_item_uuid(item)));
    g_task_set_task_data(task, g_object_ref(remote), g_object_unref);
    /* It tells whom it knows: met afterwards, a connection that fails at once would have gone. */
    vpn_store_service_meet(self->service, on_met, task);
}

static void on_deactivated(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GError) error = NULL;

    if (nm_client_deactivate_connection_finish(NM_CLIENT(source), result, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, g_steal_pointer(&error));
}

static NMActiveConnection *active_of(VpnStoreNm *self, VpnItem *item)
{
    const GPtrArray *active = self->client ? nm_client_get_active_connections(self->client) : NULL;

    for (guint i = 0; active && i < active->len; i++) {
        if (g_strcmp0(nm_active_connection_get_uuid(active->pdata[i]), vpn_item_uuid(item)) == 0)
            return active->pdata[i];
    }
    return NULL;
}

static void disconnect_item(VpnStore *store, VpnItem *item, GTask *task)
{
    VpnStoreNm *self = VPN_STORE_NM(store);
    NMActiveConnection *active = active_of(self, item);

    if (active) {
        nm_client_deactivate_connection_async(self->client, active, g_task_get_cancellable(task),
                                              on_deactivated, task);
        return;
    }
    g_task_return_new_error(task, CLIENT_ERROR, CLIENT_ERROR_NOT_FOUND, "Not connected");
    g_object_unref(task);
}

static guint64 read_count(const char *interface, const char *name)
{
    g_autofree char *path = g_build_filename("/sys/class/net", interface, "statistics", name, NULL);
    g_autofree char *text = NULL;

    /* The kernel's memory: nothing that could wait. */
    return g_file_get_contents(path, &text, NULL, NULL) ? g_ascii_strtoull(text, NULL, 10) : 0;
}

static void statistics(VpnStore *store, VpnItem *item, GTask *task)
{
    const char *interface = vpn_item_status(item)->interface;

    if (interface && !strchr(interface, '/')) {
        VpnStatistics *counts = g_new0(VpnStatistics, 1);
        counts->rx_bytes = read_count(interface, "rx_bytes");
        counts->tx_bytes = read_count(interface, "tx_bytes");
        counts->rx_packets = read_count(interface, "rx_packets");
        counts->tx_packets = read_count(interface, "tx_packets");
        g_task_return_pointer(task, counts, g_free);
    } else {
        g_task_return_new_error(task, CLIENT_ERROR, CLIENT_ERROR_NOT_FOUND, "No interface");
    }
    g_object_unref(task);
}

static void read_log(VpnStore *store, VpnItem *item, guint64 after, gboolean wait, GTask *task)
{
    /* causewayd writes it whoever has it connect; it knows a connection by the same UUID. */
    VPN_STORE_GET_CLASS(VPN_STORE_NM(store)->service)->read_log(VPN_STORE_NM(store)->service, item,
                                                                after, wait, task);
}

static void on_handed_over(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;

    if (!vpn_store_finish(VPN_STORE(source), result, &error))
        g_debug("The desktop's agent was not given the secrets: %s", error->message);
}

/* Elsewhere than in KDE the desktop's agent asks for all of them with the plug-in's own dialog. */
static void hand_over(VpnStore *store, VpnItem *item, GHashTable *secrets)
{
    VpnStoreNm *self = VPN_STORE_NM(store);

    if (!store_nm_kde_is(g_getenv("XDG_CURRENT_DESKTOP")))
        return;
    GTask *task = g_task_new(store, self->cancellable, on_handed_over, NULL);
    NMRemoteConnection *remote = remote_of(store, item, task);
    if (remote) {
        g_autoptr(GHashTable) texts = texts_of(secrets);
        store_nm_change_agents(self, remote, texts, task);
    }
}

void store_nm_calls_init(VpnStoreClass *class)
{
    class->load = load;
    class->save = save;
    class->remove = delete_item;
    class->set_secret = set_secret;
    class->connect = connect_item;
    class->disconnect = disconnect_item;
    class->statistics = statistics;
    class->read_log = read_log;
    class->hand_over = hand_over;
}
