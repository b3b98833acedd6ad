/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of connections that NetworkManager has: read, changed and written back as a whole.
 *
 * What libnm remembers of a connection may be older than the change before this one, so it is
 * read anew.  An update that brings no secrets leaves the stored ones alone, but one that brings
 * any replaces all of them, so the others have to go along. */
#include "client/store_nm_change.h"

#include <string.h>

#include "client/store_nm_merge.h"
#include "profile/nm_settings.h"

#define NM_SERVICE "org.freedesktop.NetworkManager"
#define CONNECTION_INTERFACE NM_SERVICE ".Settings.Connection"

typedef struct {
    VpnStoreNm *store;
    NMRemoteConnection *remote;
    NMConnection *connection; /* once it has been read */
    Profile *profile;         /* or */
    GHashTable *texts;        /* or: for the desktop's agent */
    FieldId field;            /* or */
    Secret *secret;
} Change;

static void change_free(gpointer data)
{
    Change *change = data;

    g_object_unref(change->store);
    g_object_unref(change->remote);
    g_clear_object(&change->connection);
    g_clear_pointer(&change->profile, profile_unref);
    g_clear_pointer(&change->texts, g_hash_table_unref);
    secret_free(change->secret);
    g_free(change);
}

/* Takes `error`. */
static void fail(GTask *task, GError *error)
{
    g_task_return_error(task, error);
    g_object_unref(task);
}

static void on_updated(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Change *change = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        nm_remote_connection_update2_finish(NM_REMOTE_CONNECTION(source), result, &error);

    if (!reply)
        g_task_return_error(task, g_steal_pointer(&error));
    else if (change->profile)
        g_task_return_pointer(task, g_strdup(nm_connection_get_uuid(change->connection)), g_free);
    else
        g_task_return_boolean(task, TRUE);
}

/* It stays in memory or on the disk, wherever it has been. */
static void update(GTask *task)
{
    Change *change = g_task_get_task_data(task);

    nm_remote_connection_update2(
        change->remote, nm_connection_to_dbus(change->connection, NM_CONNECTION_SERIALIZE_ALL),
        NM_SETTINGS_UPDATE2_FLAG_NONE, NULL, g_task_get_cancellable(task), on_updated, task);
}

/* --- Secrets --- */

static gboolean is_not_the_systems(NMSetting *setting, const char *secret,
                                   NMSettingSecretFlags flags, gpointer data)
{
    return flags != NM_SETTING_SECRET_FLAG_NONE;
}

static gboolean put_secret(Change *change, GError **error)
{
    NMSettingVpn *vpn = nm_connection_get_setting_vpn(change->connection);
    const char *key = nm_settings_key(change->field);
    g_autofree char *flags = g_strconcat(key, "-flags", NULL);
    char *text = change->secret ? nm_settings_secret_text(change->field, change->secret, error)
                                : NULL;

    if (change->secret && !text)
        return FALSE;
    nm_setting_vpn_remove_data_item(vpn, key); /* the older place of shared keys */
    nm_setting_vpn_remove_secret(vpn, key);
    nm_setting_vpn_add_data_item(vpn, flags, text ? "0" : "1");
    if (text)
        nm_setting_vpn_add_secret(vpn, key, text);
    secret_string_free(text);
    return TRUE;
}

/* What NetworkManager is given of those it hands on to an agent. */
static gboolean put_texts(Change *change)
{
    NMSettingVpn *vpn = nm_connection_get_setting_vpn(change->connection);
    GHashTableIter iter;
    gpointer key, text;
    gboolean any = FALSE;

    g_hash_table_iter_init(&iter, change->texts);
    while (g_hash_table_iter_next(&iter, &key, &text)) {
        NMSettingSecretFlags flags = NM_SETTING_SECRET_FLAG_NONE;
        nm_setting_get_secret_flags(NM_SETTING(vpn), key, &flags, NULL);
        if (flags != NM_SETTING_SECRET_FLAG_AGENT_OWNED)
            continue;
        nm_setting_vpn_add_secret(vpn, key, text);
        any = TRUE;
    }
    return any;
}

static void on_secrets(GObject *source, GAsyncResult *result, gpointer data)
{
    GTask *task = data;
    Change *change = g_task_get_task_data(task);
    GError *error = NULL;
    g_autoptr(GVariant) secrets =
        nm_remote_connection_get_secrets_finish(NM_REMOTE_CONNECTION(source), result, &error);

    if (secrets)
        nm_connection_update_secrets(change->connection, NM_SETTING_VPN_SETTING_NAME, secrets,
                                     &error);
    if (error) {
        fail(task, error);
        return;
    }
    /* What an agent has added is the agent's. */
    nm_connection_clear_secrets_with_flags(change->connection, is_not_the_systems, NULL);
    if (change->texts ? put_texts(change) : put_secret(change, &error)) {
        update(task);
    } else if (error) {
        fail(task, error);
    } else {
        g_task_return_boolean(task, TRUE);
        g_object_unref(task);
    }
}

/* --- Either --- */

static void on_settings(GObject *source, GAsyncResult *result, gpointer data)
{
    GTask *task = data;
    Change *change = g_task_get_task_data(task);
    GError *error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result,
                                                              &error);
    g_autoptr(GVariant) settings = reply ? g_variant_get_child_value(reply, 0) : NULL;

    if (settings)
        change->connection = nm_simple_connection_new_from_dbus(settings, &error);
    if (!change->connection) {
        fail(task, error);
    } else if (change->profile) {
        store_nm_merge(change->connection, change->profile);
        update(task);
    } else {
        store_nm_agent_add_nothing(change->store->agent,
                                   nm_connection_get_uuid(change->connection));
        nm_remote_connection_get_secrets_async(change->remote, NM_SETTING_VPN_SETTING_NAME,
                                               g_task_get_cancellable(task), on_secrets, task);
    }
}

static void begin(VpnStoreNm *store, Change *change, GTask *task)
{
    change->store = g_object_ref(store);
    g_task_set_task_data(task, change, change_free);
    g_dbus_connection_call(nm_client_get_dbus_connection(store->client), NM_SERVICE,
                           nm_connection_get_path(NM_CONNECTION(change->remote)),
                           CONNECTION_INTERFACE,
                           "GetSettings", NULL, G_VARIANT_TYPE("(a{sa{sv}})"),
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, g_task_get_cancellable(task),
                           on_settings, task);
}

void store_nm_change_profile(VpnStoreNm *store, NMRemoteConnection *remote, Profile *profile,
                             GTask *task)
{
    Change *change = g_new0(Change, 1);

    change->remote = g_object_ref(remote);
    change->profile = profile_copy(profile);
    begin(store, change, task);
}

void store_nm_change_secret(VpnStoreNm *store, NMRemoteConnection *remote, FieldId field,
                            const Secret *secret, GTask *task)
{
    Change *change = g_new0(Change, 1);

    change->remote = g_object_ref(remote);
    change->field = field;
    change->secret = secret_copy(secret);
    begin(store, change, task);
}

void store_nm_change_agents(VpnStoreNm *store, NMRemoteConnection *remote, GHashTable *texts,
                            GTask *task)
{
    Change *change = g_new0(Change, 1);

    change->remote = g_object_ref(remote);
    change->texts = g_hash_table_ref(texts);
    begin(store, change, task);
}
