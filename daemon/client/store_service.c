/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causewayd's profiles and connections, followed by the signals of its object manager.
 *
 * The service leaves the bus when it has nothing to do and comes back with the next call.  So
 * its going means only that no connection is there any more: the profiles are shown as they
 * were, and are asked for again when it is back.  GLib's object manager client would forget
 * them, and waits for an answer on the main thread when a service returns. */
#include "client/store_service.h"

#include <gio/gunixfdlist.h>
#include <string.h>

#include "client/store_service_private.h"
#include "client/question.h"

#define OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"
#define MEETING_MS 5000

G_DEFINE_TYPE(VpnStoreService, vpn_store_service, VPN_TYPE_STORE)

static guint transient_signal;

static GHashTable *paths_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

char *store_service_uuid(const char *path)
{
    if (!g_str_has_prefix(path, SERVICE_PROFILES))
        return NULL;
    char *uuid = g_strdup(path + strlen(SERVICE_PROFILES));
    return g_strdelimit(uuid, "_", '-');
}

/* --- What the bus tells ------------------------------------------------------------------- */

static void take_string(GVariant *properties, const char *key, char **place)
{
    const char *value;

    if (g_variant_lookup(properties, key, "&s", &value)) {
        g_free(*place);
        *place = *value ? g_strdup(value) : NULL;
    }
}

static void take_strings(GVariant *properties, const char *key, char ***place)
{
    char **value;

    if (g_variant_lookup(properties, key, "^as", &value)) {
        g_strfreev(*place);
        *place = value;
    }
}

static void take_failure(GVariant *properties, VpnStatus *status)
{
    char *stage, *code, *message, *hint;

    if (!g_variant_lookup(properties, "Failure", "(ssss)", &stage, &code, &message, &hint))
        return;
    g_free(status->failure_stage);
    g_free(status->failure_code);
    g_free(status->failure_message);
    g_free(status->failure_hint);
    status->failure_stage = stage;
    status->failure_code = code;
    status->failure_message = message;
    status->failure_hint = hint;
}

void vpn_store_service_take(VpnItem *item, GVariant *properties)
{
    VpnStatus *status = vpn_item_edit_status(item);
    const char *word;

    if (g_variant_lookup(properties, "State", "&s", &word))
        vpn_state_from_name(word, &status->state);
    if (g_variant_lookup(properties, "Stage", "&s", &word))
        stage_from_name(word, &status->stage);
    g_variant_lookup(properties, "Since", "x", &status->since);
    take_failure(properties, status);
    /* Who gave it up knows why. */
    if (status->state == VPN_FAILED &&
        g_strcmp0(status->failure_code, failure_code_name(FAILURE_CANCELLED)) == 0) {
        vpn_status_clear(status);
        return;
    }
    take_string(properties, "Gateway", &status->gateway);
    take_string(properties, "Interface", &status->interface);
    take_string(properties, "DataPath", &status->data_path);
    take_string(properties, "PeerAddress", &status->peer_address);
    take_string(properties, "Ike", &status->ike);
    take_string(properties, "Esp", &status->esp);
    take_string(properties, "Nat", &status->nat);
    take_string(properties, "Authentication", &status->authentication);
    take_strings(properties, "LocalAddresses", &status->local_addresses);
    take_strings(properties, "Dns", &status->dns);
    g_variant_lookup(properties, "Mtu", "u", &status->mtu);
    g_variant_lookup(properties, "Reconnects", "u", &status->reconnects);
    g_variant_lookup(properties, "IkeRenewal", "x", &status->ike_renewal);
    g_variant_lookup(properties, "EspRenewal", "x", &status->esp_renewal);
    g_variant_lookup(properties, "Weak", "b", &status->weak);
}

static void take_profile(VpnItem *item, GVariant *properties)
{
    g_autofree const char **stored = NULL, **missing = NULL;
    const char *name = vpn_item_name(item), *gateway = vpn_item_gateway(item);
    const char *owner = vpn_item_owner(item);

    g_variant_lookup(properties, "Name", "&s", &name);
    g_variant_lookup(properties, "Gateway", "&s", &gateway);
    g_variant_lookup(properties, "User", "&s", &owner);
    g_variant_lookup(properties, "StoredSecrets", "^a&s", &stored);
    g_variant_lookup(properties, "MissingSecrets", "^a&s", &missing);
    g_autofree char *new_name = g_strdup(name), *new_gateway = g_strdup(gateway);
    g_autofree char *new_owner = g_strdup(owner);
    vpn_item_set_profile(item, new_name, new_gateway, new_owner);
    vpn_item_set_secrets(item, stored, missing);
}

static VpnItem *know_profile(VpnStoreService *self, const char *uuid, GVariant *properties)
{
    VpnItem *item = vpn_store_find(VPN_STORE(self), uuid);

    if (item) {
        take_profile(item, properties);
        vpn_store_renamed(VPN_STORE(self), item);
        vpn_item_changed(item);
        return item;
    }
    item = vpn_item_new(VPN_STORE(self), uuid);
    take_profile(item, properties);
    vpn_store_add(VPN_STORE(self), item);
    return item;
}

/* A connection's object may be told of before its profile's: then it comes again with that. */
static void know_connection(VpnStoreService *self, const char *path, GVariant *properties)
{
    const char *uuid = NULL;

    if (g_variant_lookup(properties, "Uuid", "&s", &uuid))
        g_hash_table_replace(self->paths, g_strdup(path), g_strdup(uuid));
    else
        uuid = g_hash_table_lookup(self->paths, path);
    VpnItem *item = uuid ? vpn_store_find(VPN_STORE(self), uuid) : NULL;
    if (!item) {
        if (uuid)
            g_signal_emit(self, transient_signal, 0, uuid, properties);
        return;
    }
    vpn_store_service_take(item, properties);
    vpn_item_changed(item);
}

static void forget_connection(VpnStoreService *self, const char *path)
{
    const char *uuid = g_hash_table_lookup(self->paths, path);
    VpnItem *item = uuid ? vpn_store_find(VPN_STORE(self), uuid) : NULL;
    GHashTableIter iter;
    gpointer other_path, other_uuid;
    gboolean replaced = FALSE;

    /* A new attempt has an object of its own, which may be there before the old one goes. */
    g_hash_table_iter_init(&iter, self->paths);
    while (uuid && g_hash_table_iter_next(&iter, &other_path, &other_uuid))
        replaced |= strcmp(other_path, path) != 0 && strcmp(other_uuid, uuid) == 0;
    if (item && !replaced) {
        vpn_status_clear(vpn_item_edit_status(item));
        vpn_item_changed(item);
    } else if (uuid && !replaced) {
        g_signal_emit(self, transient_signal, 0, uuid, NULL);
    }
    g_hash_table_remove(self->paths, path);
}

static void forget_profile(VpnStoreService *self, const char *uuid)
{
    VpnItem *item = vpn_store_find(VPN_STORE(self), uuid);

    if (item)
        vpn_store_drop(VPN_STORE(self), item);
}

static void on_interfaces_added(VpnStoreService *self, GVariant *parameters)
{
    g_autoptr(GVariant) interfaces = NULL, properties = NULL;
    const char *path;

    g_variant_get(parameters, "(&o@a{sa{sv}})", &path, &interfaces);
    properties = g_variant_lookup_value(interfaces, PROFILE_INTERFACE, G_VARIANT_TYPE_VARDICT);
    if (properties) {
        g_autofree char *uuid = store_service_uuid(path);
        if (uuid)
            know_profile(self, uuid, properties);
        return;
    }
    properties = g_variant_lookup_value(interfaces, CONNECTION_INTERFACE, G_VARIANT_TYPE_VARDICT);
    if (properties)
        know_connection(self, path, properties);
}

static void on_interfaces_removed(VpnStoreService *self, GVariant *parameters)
{
    const char *path;

    g_variant_get(parameters, "(&oas)", &path, NULL);
    g_autofree char *uuid = store_service_uuid(path);
    if (uuid)
        forget_profile(self, uuid);
    else
        forget_connection(self, path);
}

static void on_properties_changed(VpnStoreService *self, const char *path, GVariant *parameters)
{
    g_autoptr(GVariant) properties = NULL;
    const char *interface;

    g_variant_get(parameters, "(&s@a{sv}as)", &interface, &properties, NULL);
    if (strcmp(interface, PROFILE_INTERFACE) == 0) {
        g_autofree char *uuid = store_service_uuid(path);
        if (uuid && vpn_store_find(VPN_STORE(self), uuid))
            know_profile(self, uuid, properties);
    } else if (strcmp(interface, CONNECTION_INTERFACE) == 0) {
        know_connection(self, path, properties);
    }
}

static void on_signal(GDBusConnection *bus, const char *sender, const char *path,
                      const char *interface, const char *signal, GVariant *parameters,
                      gpointer data)
{
    VpnStoreService *self = data;

    if (strcmp(signal, "InterfacesAdded") == 0 &&
        g_variant_is_of_type(parameters, G_VARIANT_TYPE("(oa{sa{sv}})")))
        on_interfaces_added(self, parameters);
    else if (strcmp(signal, "InterfacesRemoved") == 0 &&
             g_variant_is_of_type(parameters, G_VARIANT_TYPE("(oas)")))
        on_interfaces_removed(self, parameters);
    else if (strcmp(signal, "PropertiesChanged") == 0 &&
             g_variant_is_of_type(parameters, G_VARIANT_TYPE("(sa{sv}as)")))
        on_properties_changed(self, path, parameters);
}

/* All that is there: profiles first, as connections belong to them. */
static void know_everything(VpnStoreService *self, GVariant *objects)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GListModel *list = G_LIST_MODEL(self);
    const char *path;
    GVariant *interfaces;
    GVariantIter iter;

    for (guint pass = 0; pass < 2; pass++) {
        g_variant_iter_init(&iter, objects);
        while (g_variant_iter_next(&iter, "{&o@a{sa{sv}}}", &path, &interfaces)) {
            g_autoptr(GVariant) properties = g_variant_lookup_value(
                interfaces, pass == 0 ? PROFILE_INTERFACE : CONNECTION_INTERFACE,
                G_VARIANT_TYPE_VARDICT);
            char *uuid = pass == 0 && properties ? store_service_uuid(path) : NULL;
            if (uuid) {
                know_profile(self, uuid, properties);
                g_hash_table_add(seen, uuid);
            } else if (properties && pass == 1) {
                know_connection(self, path, properties);
            }
            g_variant_unref(interfaces);
        }
    }
    for (guint i = g_list_model_get_n_items(list); i > 0; i--) {
        g_autoptr(VpnItem) item = g_list_model_get_item(list, i - 1);
        if (!g_hash_table_contains(seen, vpn_item_uuid(item)))
            vpn_store_drop(VPN_STORE(self), item);
    }
}

static void on_managed_objects(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result,
                                                              &error);

    if (!reply) {
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
            g_autofree char *message = client_error_message(error);
            VPN_STORE_SERVICE(data)->starting = FALSE;
            vpn_store_set_availability(VPN_STORE(data), VPN_STORE_ABSENT, message);
        }
        return;
    }
    VpnStoreService *self = data;
    g_autoptr(GVariant) objects = g_variant_get_child_value(reply, 0);
    self->starting = FALSE;
    know_everything(self, objects);
    vpn_store_set_availability(VPN_STORE(self), VPN_STORE_READY, NULL);
}

/* Also tells the service that we are to be told of changes, and starts it. */
static void ask_for_everything(VpnStoreService *self)
{
    g_dbus_connection_call(self->bus, SERVICE_NAME, SERVICE_ROOT, OBJECT_MANAGER,
                           "GetManagedObjects", NULL, G_VARIANT_TYPE("(a{oa{sa{sv}}})"),
                           G_DBUS_CALL_FLAGS_NONE, -1, self->cancellable, on_managed_objects,
                           self);
}

static void on_answered(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result,
                                                              &error);

    if (reply)
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, g_steal_pointer(&error));
}

void vpn_store_service_meet(VpnStore *store, GAsyncReadyCallback callback, gpointer data)
{
    VpnStoreService *self = VPN_STORE_SERVICE(store);
    GTask *task = g_task_new(store, NULL, callback, data);

    if (self->owner || !self->bus) {
        g_task_return_boolean(task, TRUE);
        g_object_unref(task);
        return;
    }
    /* What it tells is taken when its name appears. */
    g_dbus_connection_call(self->bus, SERVICE_NAME, SERVICE_ROOT, OBJECT_MANAGER,
                           "GetManagedObjects", NULL, NULL, G_DBUS_CALL_FLAGS_NONE,
                           MEETING_MS, self->cancellable, on_answered, task);
}

gboolean vpn_store_service_meet_finish(VpnStore *store, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

static void on_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
    VpnStoreService *self = data;

    g_free(self->owner);
    self->owner = g_strdup(owner);
    /* The first question is what started it. */
    if (!self->starting)
        ask_for_everything(self);
}

/* Nobody waits for an answer any more, and who comes back may ask anew. */
static void take_back_questions(VpnStoreService *self)
{
    g_autoptr(GHashTable) asked = g_steal_pointer(&self->asked);
    GHashTableIter iter;
    gpointer uuid, question;

    self->asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_iter_init(&iter, asked);
    while (g_hash_table_iter_next(&iter, &uuid, &question)) {
        VpnItem *item = vpn_store_find(VPN_STORE(self), uuid);
        question_answer(question, self->agent, NULL);
        if (item)
            vpn_store_cancel_secret(VPN_STORE(self), item);
    }
}

/* A service that leaves by itself leaves nothing behind; why something failed is still told.  True
 * of what it was taken from. */
static gboolean lose(VpnItem *item)
{
    VpnStatus *status = vpn_item_edit_status(item);
    VpnState state = status->state;

    if (state == VPN_DISCONNECTED || state == VPN_FAILED)
        return FALSE;
    vpn_status_clear(status);
    if (state != VPN_DISCONNECTING) {
        status->state = VPN_FAILED;
        status->failure_code = g_strdup(VPN_FAILURE_SERVICE_LOST);
        status->failure_message = g_strdup("Causeway's service ended unexpectedly.");
    }
    vpn_item_changed(item);
    return TRUE;
}

static void on_vanished(GDBusConnection *bus, const char *name, gpointer data)
{
    VpnStoreService *self = data;
    GListModel *list = G_LIST_MODEL(self);
    g_autoptr(GHashTable) paths = g_steal_pointer(&self->paths);
    gboolean lost = FALSE;
    GHashTableIter iter;
    gpointer uuid;

    self->paths = paths_new();
    g_clear_pointer(&self->owner, g_free);
    take_back_questions(self);
    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(VpnItem) item = g_list_model_get_item(list, i);
        lost |= lose(item);
    }
    g_hash_table_iter_init(&iter, paths);
    while (g_hash_table_iter_next(&iter, NULL, &uuid)) {
        if (!vpn_store_find(VPN_STORE(self), uuid))
            g_signal_emit(self, transient_signal, 0, uuid, NULL);
    }
    /* Started again, it takes back what it changed on this computer. */
    if (lost)
        ask_for_everything(self);
}

/* --- The agent ---------------------------------------------------------------------------- */

static gboolean on_request(CausewayAgent *agent, GDBusMethodInvocation *invocation,
                           GUnixFDList *list, const char *uuid, const char *field,
                           const char *message, guint flags, gpointer data)
{
    VpnStoreService *self = data;
    VpnItem *item = vpn_store_find(VPN_STORE(self), uuid);

    if (!question_is_welcome(invocation, self->owner,
                             !item || g_hash_table_contains(self->asked, uuid)))
        return TRUE;
    g_hash_table_insert(self->asked, g_strdup(uuid), invocation);
    vpn_store_want_secret(VPN_STORE(self), item, field, message, (flags & 1) != 0);
    return TRUE;
}

/* Whether there was a question. */
static gboolean answer_about(VpnStoreService *self, const char *uuid, const Secret *secret)
{
    GDBusMethodInvocation *question = NULL;
    g_autofree char *key = NULL;

    if (!g_hash_table_steal_extended(self->asked, uuid, (gpointer *)&key, (gpointer *)&question))
        return FALSE;
    question_answer(question, self->agent, secret);
    return TRUE;
}

static void answer(VpnStore *store, VpnItem *item, const Secret *secret)
{
    answer_about(VPN_STORE_SERVICE(store), vpn_item_uuid(item), secret);
}

static gboolean on_cancel(CausewayAgent *agent, GDBusMethodInvocation *invocation,
                          const char *uuid, gpointer data)
{
    VpnStoreService *self = data;
    VpnItem *item = vpn_store_find(VPN_STORE(self), uuid);

    /* Also of a profile that has just been removed. */
    if (question_is_cancelled(invocation, agent, self->owner) &&
        answer_about(self, uuid, NULL) && item)
        vpn_store_cancel_secret(VPN_STORE(self), item);
    return TRUE;
}

/* --- Beginning ---------------------------------------------------------------------------- */

static void on_bus(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) bus = g_bus_get_finish(result, &error);

    if (!bus) {
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
            VPN_STORE_SERVICE(data)->starting = FALSE;
            vpn_store_set_availability(VPN_STORE(data), VPN_STORE_ABSENT, error->message);
        }
        return;
    }
    VpnStoreService *self = data;
    self->bus = g_steal_pointer(&bus);
    /* A restarted bus is no reason for a window to close. */
    g_dbus_connection_set_exit_on_close(self->bus, FALSE);
    self->agent = causeway_agent_skeleton_new();
    g_signal_connect(self->agent, "handle-request-secret", G_CALLBACK(on_request), self);
    g_signal_connect(self->agent, "handle-cancel", G_CALLBACK(on_cancel), self);
    if (!g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(self->agent), self->bus,
                                          SERVICE_AGENT, &error))
        g_warning("No agent for secrets: %s", error->message);
    self->signals = g_dbus_connection_signal_subscribe(self->bus, SERVICE_NAME, NULL, NULL, NULL,
                                                       NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_signal,
                                                       self, NULL);
    self->watch = g_bus_watch_name_on_connection(self->bus, SERVICE_NAME,
                                                 G_BUS_NAME_WATCHER_FLAGS_NONE, on_appeared,
                                                 on_vanished, self, NULL);
    ask_for_everything(self);
}

static void start(VpnStore *store)
{
    VpnStoreService *self = VPN_STORE_SERVICE(store);

    if (self->starting)
        return;
    self->starting = TRUE;
    vpn_store_set_availability(store, VPN_STORE_STARTING, NULL);
    if (self->bus)
        ask_for_everything(self);
    else
        g_bus_get(G_BUS_TYPE_SYSTEM, self->cancellable, on_bus, self);
}

/* --- The object --------------------------------------------------------------------------- */

static void give_up(gpointer key, gpointer invocation, gpointer unused)
{
    g_dbus_method_invocation_return_error_literal(invocation, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                  "Not answered");
}

static void vpn_store_service_dispose(GObject *object)
{
    VpnStoreService *self = VPN_STORE_SERVICE(object);

    g_cancellable_cancel(self->cancellable);
    g_clear_handle_id(&self->watch, g_bus_unwatch_name);
    if (self->signals > 0)
        g_dbus_connection_signal_unsubscribe(self->bus, self->signals);
    self->signals = 0;
    g_hash_table_foreach(self->asked, give_up, NULL);
    g_hash_table_remove_all(self->asked);
    if (self->agent)
        g_signal_handlers_disconnect_by_data(self->agent, self);
    if (self->agent &&
        g_dbus_interface_skeleton_get_connection(G_DBUS_INTERFACE_SKELETON(self->agent)))
        g_dbus_interface_skeleton_unexport(G_DBUS_INTERFACE_SKELETON(self->agent));
    g_clear_object(&self->agent);
    g_clear_object(&self->bus);
    G_OBJECT_CLASS(vpn_store_service_parent_class)->dispose(object);
}

static void vpn_store_service_finalize(GObject *object)
{
    VpnStoreService *self = VPN_STORE_SERVICE(object);

    g_object_unref(self->cancellable);
    g_hash_table_unref(self->paths);
    g_hash_table_unref(self->asked);
    g_free(self->owner);
    G_OBJECT_CLASS(vpn_store_service_parent_class)->finalize(object);
}

static void vpn_store_service_class_init(VpnStoreServiceClass *class)
{
    VpnStoreClass *store = VPN_STORE_CLASS(class);

    G_OBJECT_CLASS(class)->dispose = vpn_store_service_dispose;
    G_OBJECT_CLASS(class)->finalize = vpn_store_service_finalize;
    transient_signal = g_signal_new("transient", VPN_TYPE_STORE_SERVICE, G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING,
                                    G_TYPE_VARIANT);
    store->name = "causeway";
    store->start = start;
    store->answer = answer;
    store_service_calls_init(store);
}

static void vpn_store_service_init(VpnStoreService *self)
{
    self->cancellable = g_cancellable_new();
    self->paths = paths_new();
    self->asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

VpnStore *vpn_store_service_new(void)
{
    return g_object_new(VPN_TYPE_STORE_SERVICE, NULL);
}
