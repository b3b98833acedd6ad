/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls of causewayd's store.  They go to the well-known name, so that a service that has
 * left for want of work comes back. */
#include <gio/gunixfdlist.h>
#include <string.h>

#include "client/store_service_private.h"
#include "client/question.h"

#define MANAGER_INTERFACE SERVICE_NAME ".Manager"
#define FLAGS G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION
/* A person may be typing a password. */
#define PATIENCE G_MAXINT

static char *profile_path(const char *uuid)
{
    char *path = g_strconcat(SERVICE_PROFILES, uuid, NULL);

    return g_strdelimit(path, "-", '_');
}

/* Calls that answer nothing, or nothing that is wanted. */
static void on_called(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish(
        G_DBUS_CONNECTION(source), NULL, result, &error);

    if (reply)
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, g_steal_pointer(&error));
}

static gboolean have_bus(VpnStoreService *self, GTask *task)
{
    if (self->bus)
        return TRUE;
    g_task_return_new_error(task, CLIENT_ERROR, CLIENT_ERROR_NO_SERVICE, "There is no system bus");
    g_object_unref(task);
    return FALSE;
}

/* `type` is what the answer has to be of; another one is an error. */
static void call(VpnStoreService *self, const char *path, const char *interface,
                 const char *method, GVariant *parameters, GUnixFDList *list, const char *type,
                 GAsyncReadyCallback callback, GTask *task)
{
    g_autoptr(GVariant) held = parameters ? g_variant_ref_sink(parameters) : NULL;

    if (!have_bus(self, task))
        return;
    g_dbus_connection_call_with_unix_fd_list(self->bus, SERVICE_NAME, path, interface, method, held,
                                             G_VARIANT_TYPE(type), FLAGS, PATIENCE, list,
                                             g_task_get_cancellable(task), callback, task);
}

static void call_profile(VpnStore *store, VpnItem *item, const char *method, GVariant *parameters,
                         const char *type, GAsyncReadyCallback callback, GTask *task)
{
    g_autofree char *path = profile_path(vpn_item_uuid(item));

    call(VPN_STORE_SERVICE(store), path, PROFILE_INTERFACE, method, parameters, NULL, type, callback,
         task);
}

/* NULL when the item has no connection that the service has told of. */
static const char *connection_path(VpnStoreService *self, VpnItem *item)
{
    GHashTableIter iter;
    gpointer path, uuid;

    g_hash_table_iter_init(&iter, self->paths);
    while (g_hash_table_iter_next(&iter, &path, &uuid)) {
        if (strcmp(uuid, vpn_item_uuid(item)) == 0)
            return path;
    }
    return NULL;
}

static void call_connection(VpnStore *store, VpnItem *item, const char *method, const char *type,
                            GAsyncReadyCallback callback, GTask *task)
{
    VpnStoreService *self = VPN_STORE_SERVICE(store);
    g_autofree char *path = g_strdup(connection_path(self, item));

    if (!path) {
        g_task_return_new_error(task, CLIENT_ERROR, CLIENT_ERROR_NOT_FOUND, "Not connected");
        g_object_unref(task);
        return;
    }
    call(self, path, CONNECTION_INTERFACE, method, NULL, NULL, type, callback, task);
}

static void profile_unref_pointer(gpointer profile)
{
    profile_unref(profile);
}

static void on_loaded(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    VpnItem *item = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(Profile) profile = profile_new();
    g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish(
        G_DBUS_CONNECTION(source), NULL, result, &error);
    g_autoptr(GVariant) settings = reply ? g_variant_get_child_value(reply, 0) : NULL;

    if (settings &&
        profile_set_text(profile, FIELD_CONNECTION_UUID, vpn_item_uuid(item), &error) &&
        profile_set_text(profile, FIELD_CONNECTION_USER, vpn_item_owner(item), &error) &&
        profile_apply_settings(profile, settings, &error))
        g_task_return_pointer(task, profile_ref(profile), profile_unref_pointer);
    else
        g_task_return_error(task, g_steal_pointer(&error));
}

static void load(VpnStore *store, VpnItem *item, GTask *task)
{
    g_task_set_task_data(task, g_object_ref(item), g_object_unref);
    call_profile(store, item, "GetSettings", NULL, "(a{sa{sv}})", on_loaded, task);
}

static void set_secret_at(VpnStoreService *self, const char *path, const char *field,
                          const Secret *secret, GAsyncReadyCallback callback, GTask *task)
{
    g_autoptr(GError) error = NULL;

    if (!secret) {
        call(self, path, PROFILE_INTERFACE, "ClearSecret", g_variant_new("(s)", field), NULL,
             "()", callback, task);
        return;
    }
    int file = client_secret_file(secret, &error);
    if (file < 0) {
        g_task_return_error(task, g_steal_pointer(&error));
        g_object_unref(task);
        return;
    }
    g_autoptr(GUnixFDList) list = g_unix_fd_list_new_from_array(&file, 1);
    call(self, path, PROFILE_INTERFACE, "SetSecret", g_variant_new("(sh)", field, 0), list,
         "()", callback, task);
}

static void set_secret(VpnStore *store, VpnItem *item, const char *field, const Secret *secret,
                       GTask *task)
{
    g_autofree char *path = profile_path(vpn_item_uuid(item));

    set_secret_at(VPN_STORE_SERVICE(store), path, field, secret, on_called, task);
}

/* Saving goes through several calls: the fields, then a secret after the other. */
typedef struct {
    Profile *profile;
    char *path;
    guint next; /* the field to look at next */
} Saving;

static void saving_free(gpointer data)
{
    Saving *saving = data;

    profile_unref(saving->profile);
    g_free(saving->path);
    g_free(saving);
}

static void on_secret_saved(GObject *source, GAsyncResult *result, gpointer data);

static void save_next_secret(GTask *task)
{
    Saving *saving = g_task_get_task_data(task);

    while (saving->next < FIELD_COUNT) {
        const Field *field = field_get((FieldId)saving->next++);
        const Secret *secret = field_is_secret(field)
                                   ? profile_get_secret(saving->profile, field->id)
                                   : NULL;
        if (secret) {
            set_secret_at(g_task_get_source_object(task), saving->path, field_name(field->id),
                          secret, on_secret_saved, task);
            return;
        }
    }
    g_task_return_pointer(task, store_service_uuid(saving->path), g_free);
    g_object_unref(task);
}

static void on_secret_saved(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish(
        G_DBUS_CONNECTION(source), NULL, result, &error);

    if (reply) {
        save_next_secret(data);
        return;
    }
    g_task_return_error(data, g_steal_pointer(&error));
    g_object_unref(data);
}

static void on_saved(GObject *source, GAsyncResult *result, gpointer data)
{
    GTask *task = data;
    Saving *saving = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish(
        G_DBUS_CONNECTION(source), NULL, result, &error);

    if (!reply) {
        g_task_return_error(task, g_steal_pointer(&error));
        g_object_unref(task);
        return;
    }
    /* A new one has been given its place. */
    if (!saving->path)
        g_variant_get(reply, "(o)", &saving->path);
    save_next_secret(task);
}

static void save(VpnStore *store, VpnItem *item, Profile *profile, gboolean everybody, GTask *task)
{
    Saving *saving = g_new0(Saving, 1);

    saving->profile = profile_ref(profile);
    g_task_set_task_data(task, saving, saving_free);
    if (item) {
        saving->path = profile_path(vpn_item_uuid(item));
        call_profile(store, item, "Update",
                     g_variant_new("(@a{sa{sv}})", profile_to_settings(profile)), "()", on_saved,
                     task);
        return;
    }
    g_autoptr(GVariant) settings = client_new_settings(profile, everybody);
    call(VPN_STORE_SERVICE(store), SERVICE_ROOT, MANAGER_INTERFACE, "AddProfile",
         g_variant_new("(@a{sa{sv}})", settings), NULL, "(o)", on_saved, task);
}

static void delete_profile(VpnStore *store, VpnItem *item, GTask *task)
{
    call_profile(store, item, "Delete", NULL, "()", on_called, task);
}

static GVariant *secret_handles(GHashTable *secrets, GUnixFDList *list, GError **error)
{
    GVariantBuilder builder;
    GHashTableIter iter;
    gpointer field, secret;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sh}"));
    g_hash_table_iter_init(&iter, secrets);
    while (g_hash_table_iter_next(&iter, &field, &secret)) {
        if (!question_put_secret(&builder, list, field, secret, error)) {
            g_variant_builder_clear(&builder);
            return NULL;
        }
    }
    return g_variant_builder_end(&builder);
}

static void connect_item(VpnStore *store, VpnItem *item, GHashTable *secrets, GTask *task)
{
    g_autoptr(GUnixFDList) list = g_unix_fd_list_new();
    g_autoptr(GHashTable) none = vpn_secrets_new();
    g_autoptr(GError) error = NULL;
    GVariant *handles = secret_handles(secrets ? secrets : none, list, &error);
    GVariantDict options;

    if (!handles) {
        g_task_return_error(task, g_steal_pointer(&error));
        g_object_unref(task);
        return;
    }
    g_variant_dict_init(&options, NULL);
    g_variant_dict_insert_value(&options, "secrets", handles);
    g_variant_dict_insert(&options, "agent", "o", SERVICE_AGENT);
    g_autofree char *path = profile_path(vpn_item_uuid(item));
    call(VPN_STORE_SERVICE(store), path, PROFILE_INTERFACE, "Connect",
         g_variant_new("(@a{sv})", g_variant_dict_end(&options)), list, "(o)", on_called, task);
}

static void disconnect_item(VpnStore *store, VpnItem *item, GTask *task)
{
    call_connection(store, item, "Disconnect", "()", on_called, task);
}

static void on_statistics(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish(
        G_DBUS_CONNECTION(source), NULL, result, &error);

    if (!reply) {
        g_task_return_error(task, g_steal_pointer(&error));
        return;
    }
    VpnStatistics *statistics = g_new0(VpnStatistics, 1);
    g_variant_get(reply, "(tttt)", &statistics->rx_bytes, &statistics->tx_bytes,
                  &statistics->rx_packets, &statistics->tx_packets);
    g_task_return_pointer(task, statistics, g_free);
}

static void statistics(VpnStore *store, VpnItem *item, GTask *task)
{
    call_connection(store, item, "GetStatistics", "(tttt)", on_statistics, task);
}

static void line_free(gpointer line)
{
    vpn_log_line_free(line);
}

static void on_log(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish(
        G_DBUS_CONNECTION(source), NULL, result, &error);
    g_autoptr(GVariantIter) iter = NULL;
    guint64 next;
    VpnLogLine line;
    const char *text;

    if (!reply) {
        g_task_return_error(task, g_steal_pointer(&error));
        return;
    }
    GPtrArray *lines = g_ptr_array_new_with_free_func(line_free);
    g_variant_get(reply, "(ta(xus))", &next, &iter);
    while (g_variant_iter_next(iter, "(xu&s)", &line.time, &line.priority, &text)) {
        /* It may quote what a gateway said. */
        line.text = failure_clean_text((const guint8 *)text, strlen(text));
        g_ptr_array_add(lines, g_memdup2(&line, sizeof line));
    }
    vpn_store_return_log(task, lines, next);
}

static void read_log(VpnStore *store, VpnItem *item, guint64 after, gboolean wait, GTask *task)
{
    call(VPN_STORE_SERVICE(store), SERVICE_ROOT, MANAGER_INTERFACE, "ReadLog",
         g_variant_new("(stb)", item ? vpn_item_uuid(item) : "", after, wait), NULL, "(ta(xus))", on_log,
         task);
}

void store_service_calls_init(VpnStoreClass *class)
{
    class->load = load;
    class->save = save;
    class->remove = delete_profile;
    class->set_secret = set_secret;
    class->connect = connect_item;
    class->disconnect = disconnect_item;
    class->statistics = statistics;
    class->read_log = read_log;
}
