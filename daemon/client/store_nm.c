/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NetworkManager's L2TP connections as a VpnStore. */
#include "client/store_nm.h"

#include <string.h>

#include "client/store_nm_private.h"
#include "client/store_service.h"
#include "connection.h"
#include "profile/nm_settings.h"

/* Only questions know it. */
#define NEW_PASSWORD_KEY "new-password"
#define NEW_PASSWORD_FIELD "ppp.new-password"

G_DEFINE_TYPE(VpnStoreNm, vpn_store_nm, VPN_TYPE_STORE)

/* --- What NetworkManager tells ------------------------------------------------------------ */

static gboolean is_ours(NMConnection *connection)
{
    NMSettingVpn *vpn = nm_connection_get_setting_vpn(connection);
    const char *service = vpn ? nm_setting_vpn_get_service_type(vpn) : NULL;

    return g_strcmp0(service, NM_SERVICE_CAUSEWAY) == 0 ||
           g_strcmp0(service, NM_SERVICE_L2TP) == 0;
}

/* What the system keeps, and what has to come from a person or a keyring. */
static void take_secrets(VpnItem *item, NmSettings *settings)
{
    NmReport report;

    nm_report_init(&report);
    g_autoptr(Profile) profile = profile_from_nm(settings, &report);
    g_autofree const char **needed = profile_missing_secrets(profile);
    g_autoptr(GPtrArray) stored = g_ptr_array_new(), missing = g_ptr_array_new();
    for (const char **name = needed; *name; name++) {
        guint flags = nm_settings_flags(settings, field_find(*name)->id);
        if (!(flags & NM_FLAG_NOT_REQUIRED))
            g_ptr_array_add(flags == 0 ? stored : missing, (gpointer)*name);
    }
    g_ptr_array_add(stored, NULL);
    g_ptr_array_add(missing, NULL);
    vpn_item_set_secrets(item, (const char *const *)stored->pdata,
                         (const char *const *)missing->pdata);
    nm_report_clear(&report);
}

static void take_connection(VpnItem *item, NMConnection *connection)
{
    g_autoptr(NmSettings) settings = connection_read(connection);
    const char *gateway = g_hash_table_lookup(settings->data, nm_settings_key(
                                                                  FIELD_CONNECTION_GATEWAY));

    vpn_item_set_profile(item, settings->id, gateway, settings->user);
    take_secrets(item, settings);
}

static void on_changed(NMConnection *connection, VpnStoreNm *self)
{
    VpnItem *item = vpn_store_find(VPN_STORE(self), nm_connection_get_uuid(connection));

    if (!item)
        return;
    take_connection(item, connection);
    vpn_store_renamed(VPN_STORE(self), item);
    vpn_item_changed(item);
}

static void on_added(NMClient *client, NMRemoteConnection *remote, VpnStoreNm *self)
{
    const char *uuid = nm_connection_get_uuid(NM_CONNECTION(remote));

    if (!is_ours(NM_CONNECTION(remote)) || vpn_store_find(VPN_STORE(self), uuid))
        return;
    VpnItem *item = vpn_item_new(VPN_STORE(self), uuid);
    take_connection(item, NM_CONNECTION(remote));
    vpn_store_add(VPN_STORE(self), item);
    g_signal_connect_object(remote, "changed", G_CALLBACK(on_changed), self, 0);
}

static void on_removed(NMClient *client, NMRemoteConnection *remote, VpnStoreNm *self)
{
    VpnItem *item = vpn_store_find(VPN_STORE(self), nm_connection_get_uuid(NM_CONNECTION(remote)));

    g_signal_handlers_disconnect_by_func(remote, on_changed, self);
    if (item)
        vpn_store_drop(VPN_STORE(self), item);
}

static VpnState state_of(NMVpnConnection *vpn)
{
    switch (nm_vpn_connection_get_vpn_state(vpn)) {
    case NM_VPN_CONNECTION_STATE_ACTIVATED:
        return VPN_CONNECTED;
    case NM_VPN_CONNECTION_STATE_FAILED:
        return VPN_FAILED;
    case NM_VPN_CONNECTION_STATE_UNKNOWN:
    case NM_VPN_CONNECTION_STATE_DISCONNECTED:
        return VPN_DISCONNECTED;
    case NM_VPN_CONNECTION_STATE_PREPARE:
    case NM_VPN_CONNECTION_STATE_NEED_AUTH:
    case NM_VPN_CONNECTION_STATE_CONNECT:
    case NM_VPN_CONNECTION_STATE_IP_CONFIG_GET:
        return VPN_CONNECTING;
    }
    return VPN_CONNECTING;
}

static void take_addresses(VpnStatus *status, NMActiveConnection *active)
{
    NMIPConfig *config = nm_active_connection_get_ip4_config(active);
    GPtrArray *addresses = config ? nm_ip_config_get_addresses(config) : NULL;
    g_autoptr(GPtrArray) texts = g_ptr_array_new();

    for (guint i = 0; addresses && i < addresses->len; i++)
        g_ptr_array_add(texts, (gpointer)nm_ip_address_get_address(addresses->pdata[i]));
    g_ptr_array_add(texts, NULL);
    g_strfreev(status->local_addresses);
    status->local_addresses = g_strdupv((char **)texts->pdata);
    g_strfreev(status->dns);
    status->dns = config ? g_strdupv((char **)nm_ip_config_get_nameservers(config)) : NULL;
}

/* What the plug-in's service has refused; NULL: nothing that is to be seen in the connection. */
static char *refusal(VpnStoreNm *self, const char *uuid)
{
    NMRemoteConnection *remote = nm_client_get_connection_by_uuid(self->client, uuid);
    NmReport report;
    char *text = NULL;

    if (!remote)
        return NULL;
    g_autoptr(NmSettings) settings = connection_read(NM_CONNECTION(remote));
    nm_report_init(&report);
    profile_unref(profile_from_nm(settings, &report));
    if (report.refusals->len > 0)
        text = g_strdup(g_ptr_array_index(report.refusals, 0));
    else if (nm_settings_leave_ipsec_open(settings))
        text = g_strdup(nm_settings_left_open());
    nm_report_clear(&report);
    return text;
}

/* causewayd was not asked. */
static void explain(VpnStoreNm *self, VpnItem *item, NMActiveConnectionStateReason reason)
{
    VpnStatus *status = vpn_item_edit_status(item);

    g_free(status->failure_message);
    g_clear_pointer(&status->failure_code, g_free);
    status->failure_message = reason == NM_ACTIVE_CONNECTION_STATE_REASON_NO_SECRETS
                                  ? NULL
                                  : refusal(self, vpn_item_uuid(item));
    if (status->failure_message)
        return;
    status->failure_message = g_strdup("NetworkManager could not connect.");
    status->failure_code = g_strdup(VPN_FAILURE_NETWORKMANAGER);
}

/* Told why, while it is perhaps being put away still. */
static gboolean has_failed(const VpnStatus *status)
{
    return status->state == VPN_FAILED ||
           (status->state == VPN_DISCONNECTING && status->failure_code && *status->failure_code);
}

/* A state by NetworkManager alone, of a connection that another plug-in runs, or where
 * causewayd has not spoken yet: it knows more. */
static void take_active(VpnStoreNm *self, VpnItem *item, NMVpnConnection *vpn)
{
    VpnStatus *status = vpn_item_edit_status(item);
    VpnState state = state_of(vpn);

    if (g_hash_table_contains(self->told, vpn_item_uuid(item)))
        return;
    if (state == VPN_CONNECTED && status->state != state)
        status->since = g_get_real_time() / G_USEC_PER_SEC;
    /* What causewayd said of a failure outlives its connection, and that NetworkManager would now
     * have another secret (a new attempt is prepared first). */
    if (status->state == VPN_FAILED && (state == VPN_DISCONNECTED || state == VPN_FAILED))
        return;
    if (has_failed(status) &&
        nm_vpn_connection_get_vpn_state(vpn) == NM_VPN_CONNECTION_STATE_NEED_AUTH)
        return;
    status->state = state;
    if (state == VPN_CONNECTED)
        take_addresses(status, NM_ACTIVE_CONNECTION(vpn));
    if (state == VPN_FAILED && (!status->failure_message || !*status->failure_message))
        explain(self, item, nm_active_connection_get_state_reason(NM_ACTIVE_CONNECTION(vpn)));
    vpn_item_changed(item);
}

/* Counted by NetworkManager. */
static guint64 number_of(NMActiveConnection *active)
{
    const char *path = nm_object_get_path(NM_OBJECT(active));

    return g_ascii_strtoull(strrchr(path, '/') + 1, NULL, 10);
}

/* A new attempt is there before the last one has been put away, which says nothing any more. */
static gboolean is_replaced(VpnStoreNm *self, const char *uuid, guint64 number)
{
    const GPtrArray *all = nm_client_get_active_connections(self->client);

    for (guint i = 0; i < all->len; i++) {
        if (g_strcmp0(nm_active_connection_get_uuid(all->pdata[i]), uuid) == 0 &&
            number_of(all->pdata[i]) > number)
            return TRUE;
    }
    return FALSE;
}

static void on_vpn_state(NMVpnConnection *vpn, guint state, guint reason, VpnStoreNm *self)
{
    NMActiveConnection *active = NM_ACTIVE_CONNECTION(vpn);
    VpnItem *item = vpn_store_find(VPN_STORE(self), nm_active_connection_get_uuid(active));

    if (item && !is_replaced(self, vpn_item_uuid(item), number_of(active)))
        take_active(self, item, vpn);
}

static void on_active_added(NMClient *client, NMActiveConnection *active, VpnStoreNm *self)
{
    if (!NM_IS_VPN_CONNECTION(active))
        return;
    g_signal_connect_object(active, "vpn-state-changed", G_CALLBACK(on_vpn_state), self, 0);
    on_vpn_state(NM_VPN_CONNECTION(active), 0, 0, self);
}

static void on_active_removed(NMClient *client, NMActiveConnection *active, VpnStoreNm *self)
{
    VpnItem *item = vpn_store_find(VPN_STORE(self), nm_active_connection_get_uuid(active));

    g_signal_handlers_disconnect_by_func(active, on_vpn_state, self);
    if (!item || is_replaced(self, vpn_item_uuid(item), 0))
        return;
    /* Unless it is about to be connected again: the secrets that were just given are for that. */
    if (self->agent && !g_hash_table_contains(self->begun, vpn_item_uuid(item)))
        store_nm_agent_forget(self->agent, vpn_item_uuid(item));
    if (vpn_item_status(item)->state == VPN_FAILED)
        return;
    vpn_status_clear(vpn_item_edit_status(item));
    vpn_item_changed(item);
}

/* What NetworkManager makes of a failure: it puts the connection away. */
static gboolean only_ends(GVariant *properties)
{
    const char *word = NULL;

    return g_variant_lookup(properties, "State", "&s", &word) &&
           (strcmp(word, "disconnecting") == 0 || strcmp(word, "disconnected") == 0);
}

/* Of a connection that NetworkManager has causewayd run.  NULL: it has gone. */
static void on_transient(VpnStore *service, const char *uuid, GVariant *properties,
                         VpnStoreNm *self)
{
    VpnItem *item = vpn_store_find(VPN_STORE(self), uuid);

    if (!properties) {
        g_hash_table_remove(self->told, uuid);
        if (!item || vpn_item_status(item)->state == VPN_FAILED)
            return;
        vpn_status_clear(vpn_item_edit_status(item));
    } else {
        g_hash_table_add(self->told, g_strdup(uuid));
        if (!item || (vpn_item_status(item)->state == VPN_FAILED && only_ends(properties)))
            return;
        vpn_store_service_take(item, properties);
    }
    vpn_item_changed(item);
}

/* --- Beginning ---------------------------------------------------------------------------- */

static void forget_all(VpnStoreNm *self)
{
    GListModel *list = G_LIST_MODEL(self);

    while (g_list_model_get_n_items(list) > 0) {
        g_autoptr(VpnItem) item = g_list_model_get_item(list, 0);
        vpn_store_drop(VPN_STORE(self), item);
    }
}

static void on_running(NMClient *client, GParamSpec *spec, VpnStoreNm *self)
{
    if (!nm_client_get_nm_running(client)) {
        forget_all(self);
        vpn_store_set_availability(VPN_STORE(self), VPN_STORE_ABSENT,
                                   "NetworkManager does not run");
        return;
    }
    const GPtrArray *connections = nm_client_get_connections(client);
    const GPtrArray *active = nm_client_get_active_connections(client);
    for (guint i = 0; i < connections->len; i++)
        on_added(client, connections->pdata[i], self);
    for (guint i = 0; i < active->len; i++)
        on_active_added(client, active->pdata[i], self);
    vpn_store_set_availability(VPN_STORE(self), VPN_STORE_READY, NULL);
}

static void on_registered(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(VpnStoreNm) self = data;
    g_autoptr(GError) error = NULL;

    if (!nm_secret_agent_old_register_finish(NM_SECRET_AGENT_OLD(source), result, &error))
        g_debug("NetworkManager takes no agent: %s", error->message);
    if (self->client) /* else it is over */
        on_running(self->client, NULL, self);
}

static void on_agent(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;

    if (g_async_initable_init_finish(G_ASYNC_INITABLE(source), result, &error)) {
        /* Not to be cancelled: libnm 1.42 goes on listening to the cancellable afterwards. */
        nm_secret_agent_old_register_async(NM_SECRET_AGENT_OLD(source), NULL, on_registered,
                                           g_object_ref(data));
    } else if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_debug("No agent for NetworkManager: %s", error->message);
        on_running(VPN_STORE_NM(data)->client, NULL, data);
    }
}

/* The name that front ends know a secret by. */
static const char *name_of_key(const char *key)
{
    const Field *field = nm_settings_field(key);

    if (strcmp(key, NEW_PASSWORD_KEY) == 0)
        return NEW_PASSWORD_FIELD;
    return field && field_is_secret(field) ? field_name(field->id) : NULL;
}

/* What has been told as a failure is put right from there, in either store: it is not also asked
 * for again. */
static void on_ask(const char *uuid, const char *key, const char *message, gboolean refused,
                   gpointer data)
{
    VpnStoreNm *self = data;
    VpnItem *item = vpn_store_find(VPN_STORE(self), uuid);
    const char *name = name_of_key(key);

    if (!item || !name || has_failed(vpn_item_status(item))) {
        store_nm_agent_answer(self->agent, uuid, key, NULL);
        return;
    }
    g_hash_table_replace(self->asked, g_strdup(uuid), g_strdup(key));
    vpn_store_want_secret(VPN_STORE(self), item, name, message, refused);
}

static void on_ask_cancelled(const char *uuid, gpointer data)
{
    VpnStoreNm *self = data;
    VpnItem *item = vpn_store_find(VPN_STORE(self), uuid);

    if (g_hash_table_remove(self->asked, uuid) && item)
        vpn_store_cancel_secret(VPN_STORE(self), item);
}

static const StoreNmAgentEvents agent_events = {
    .ask = on_ask,
    .cancelled = on_ask_cancelled,
};

static void on_client(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(NMClient) client = nm_client_new_finish(result, &error);

    if (!client) {
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
            VPN_STORE_NM(data)->starting = FALSE;
            vpn_store_set_availability(data, VPN_STORE_ABSENT, error->message);
        }
        return;
    }
    VpnStoreNm *self = data;
    self->starting = FALSE;
    self->client = g_steal_pointer(&client);
    self->agent = store_nm_agent_new(&agent_events, self);
    /* Connections are told once the agent is there, as the first of them may be started at once. */
    g_async_initable_init_async(G_ASYNC_INITABLE(self->agent), G_PRIORITY_DEFAULT,
                                self->cancellable, on_agent, self);
    g_signal_connect_object(self->client, "connection-added", G_CALLBACK(on_added), self, 0);
    g_signal_connect_object(self->client, "connection-removed", G_CALLBACK(on_removed), self, 0);
    g_signal_connect_object(self->client, "active-connection-added", G_CALLBACK(on_active_added),
                            self, 0);
    g_signal_connect_object(self->client, "active-connection-removed",
                            G_CALLBACK(on_active_removed), self, 0);
    g_signal_connect_object(self->client, "notify::nm-running", G_CALLBACK(on_running), self, 0);
}

static void start(VpnStore *store)
{
    VpnStoreNm *self = VPN_STORE_NM(store);

    if (self->starting || self->client)
        return;
    self->starting = TRUE;
    GSList *plugins = nm_vpn_plugin_info_list_load();
    self->complete = nm_vpn_plugin_info_list_find_by_service(plugins, NM_SERVICE_CAUSEWAY) != NULL;
    NMVpnPluginInfo *l2tp = nm_vpn_plugin_info_list_find_by_service(plugins, NM_SERVICE_L2TP);
    self->serves_l2tp =
        l2tp && strcmp(nm_vpn_plugin_info_get_service(l2tp), NM_SERVICE_CAUSEWAY) == 0;
    g_slist_free_full(plugins, g_object_unref);
    nm_client_new_async(self->cancellable, on_client, self);
}

gboolean vpn_store_nm_is_complete(VpnStore *store)
{
    return VPN_STORE_NM(store)->complete &&
           vpn_store_availability(store) == VPN_STORE_READY;
}

static void answer(VpnStore *store, VpnItem *item, const Secret *secret)
{
    VpnStoreNm *self = VPN_STORE_NM(store);
    const char *key = g_hash_table_lookup(self->asked, vpn_item_uuid(item));

    if (!key)
        return;
    const Field *field = nm_settings_field(key);
    char *text = !secret ? NULL
                 : field ? nm_settings_secret_text(field->id, secret, NULL)
                         : g_strndup((const char *)secret_data(secret), secret_length(secret));
    store_nm_agent_answer(self->agent, vpn_item_uuid(item), key, text);
    secret_string_free(text);
    g_hash_table_remove(self->asked, vpn_item_uuid(item));
}

/* --- The object --------------------------------------------------------------------------- */

static void vpn_store_nm_dispose(GObject *object)
{
    VpnStoreNm *self = VPN_STORE_NM(object);

    g_cancellable_cancel(self->cancellable);
    if (self->service)
        g_clear_signal_handler(&self->transient, self->service);
    g_clear_object(&self->service);
    if (self->agent)
        store_nm_agent_disown(self->agent);
    g_clear_object(&self->agent);
    g_clear_object(&self->client);
    G_OBJECT_CLASS(vpn_store_nm_parent_class)->dispose(object);
}

static void vpn_store_nm_finalize(GObject *object)
{
    VpnStoreNm *self = VPN_STORE_NM(object);

    g_object_unref(self->cancellable);
    g_hash_table_unref(self->told);
    g_hash_table_unref(self->asked);
    g_hash_table_unref(self->begun);
    G_OBJECT_CLASS(vpn_store_nm_parent_class)->finalize(object);
}

static void vpn_store_nm_class_init(VpnStoreNmClass *class)
{
    VpnStoreClass *store = VPN_STORE_CLASS(class);

    G_OBJECT_CLASS(class)->dispose = vpn_store_nm_dispose;
    G_OBJECT_CLASS(class)->finalize = vpn_store_nm_finalize;
    store->name = "networkmanager";
    store->start = start;
    store->answer = answer;
    store_nm_calls_init(store);
}

static void vpn_store_nm_init(VpnStoreNm *self)
{
    self->cancellable = g_cancellable_new();
    self->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->begun = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

VpnStore *vpn_store_nm_new(VpnStore *service)
{
    VpnStoreNm *self = g_object_new(VPN_TYPE_STORE_NM, NULL);

    self->service = g_object_ref(service);
    self->transient = g_signal_connect(service, "transient", G_CALLBACK(on_transient), self);
    return VPN_STORE(self);
}
