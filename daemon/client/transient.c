/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection of a profile that is in no store. */
#include "client/transient.h"

#include <gio/gunixfdlist.h>
#include <string.h>

#include "client/client.h"
#include "client/question.h"

#define BUS_NAME "org.causeway.Causeway1"
#define ROOT "/org/causeway/Causeway1"
#define AGENT_PATH ROOT "/agent"

struct Transient {
    GDBusConnection *bus;
    const TransientEvents *events;
    gpointer data;
    GCancellable *cancellable;
    CausewayAgent *agent;
    GDBusMethodInvocation *question;
    guint watch, removed;
    char *owner; /* the service's unique name, while it is there */
    char *path;
    CausewayConnection *connection;
    gboolean over;
};

/* Outlives a Transient that is freed while its call is under way. */
typedef struct {
    GDBusConnection *bus;
    GCancellable *cancellable;
    Transient *transient; /* not to be touched when cancelled */
} Call;

static void call_free(Call *call)
{
    g_object_unref(call->bus);
    g_object_unref(call->cancellable);
    g_free(call);
}

static void tell_gone(Transient *transient, const GError *error)
{
    if (transient->over)
        return;
    transient->over = TRUE;
    transient->events->gone(transient, error, transient->data);
}

static void disconnect_path(GDBusConnection *bus, const char *path)
{
    /* No answer is wanted: when this fails it has gone already. */
    g_dbus_connection_call(bus, BUS_NAME, path, BUS_NAME ".Connection", "Disconnect", NULL, NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
}

static void on_properties(GDBusProxy *proxy, GVariant *changed, const char *const *invalidated,
                          gpointer data)
{
    Transient *transient = data;

    if (!transient->over)
        transient->events->changed(transient, transient->data);
}

static void on_proxy(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    CausewayConnection *connection = causeway_connection_proxy_new_finish(result, &error);

    if (!connection && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    Transient *transient = data;
    if (!connection) {
        tell_gone(transient, error);
        return;
    }
    transient->connection = connection;
    /* It ended before it could be looked at. */
    if (!causeway_connection_get_state(connection)) {
        tell_gone(transient, NULL);
        return;
    }
    g_signal_connect(connection, "g-properties-changed", G_CALLBACK(on_properties), transient);
    on_properties(G_DBUS_PROXY(connection), NULL, NULL, transient);
}

static void on_started(GObject *source, GAsyncResult *result, gpointer data)
{
    Call *call = data;
    Transient *transient = call->transient;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish(
        G_DBUS_CONNECTION(source), NULL, result, &error);
    const char *path;

    if (reply)
        g_variant_get(reply, "(&o)", &path);
    if (g_cancellable_is_cancelled(call->cancellable)) {
        if (reply)
            disconnect_path(call->bus, path);
    } else if (!reply) {
        tell_gone(transient, error);
    } else {
        transient->path = g_strdup(path);
        causeway_connection_proxy_new(transient->bus, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
                                      BUS_NAME, path, transient->cancellable, on_proxy, transient);
    }
    call_free(call);
}

static void on_removed(GDBusConnection *bus, const char *sender, const char *object,
                       const char *interface, const char *signal, GVariant *parameters,
                       gpointer data)
{
    Transient *transient = data;
    const char *path;

    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(oas)")))
        return;
    g_variant_get(parameters, "(&oas)", &path, NULL);
    if (g_strcmp0(path, transient->path) == 0)
        tell_gone(transient, NULL);
}

static void on_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
    Transient *transient = data;

    g_free(transient->owner);
    transient->owner = g_strdup(owner);
}

static void on_vanished(GDBusConnection *bus, const char *name, gpointer data)
{
    Transient *transient = data;

    /* Not there yet is no end: the call starts it. */
    if (!transient->owner)
        return;
    g_clear_pointer(&transient->owner, g_free);
    g_autoptr(GError) error = g_error_new_literal(CLIENT_ERROR, CLIENT_ERROR_NO_SERVICE,
                                                  "Causeway's service ended unexpectedly.");
    tell_gone(transient, error);
}

/* ---- questions ---- */

static gboolean on_request(CausewayAgent *agent, GDBusMethodInvocation *invocation,
                           GUnixFDList *list, const char *uuid, const char *field,
                           const char *message, guint flags, gpointer data)
{
    Transient *transient = data;

    if (!question_is_welcome(invocation, transient->owner,
                             transient->question || transient->over))
        return TRUE;
    transient->question = invocation;
    transient->events->secret_wanted(
        transient, field, message, flags & (TRANSIENT_REFUSED_BEFORE | TRANSIENT_UNTRIED),
        transient->data);
    return TRUE;
}

static gboolean on_cancel(CausewayAgent *agent, GDBusMethodInvocation *invocation,
                          const char *uuid, gpointer data)
{
    Transient *transient = data;

    if (question_is_cancelled(invocation, agent, transient->owner) && transient->question) {
        transient->events->secret_cancelled(transient, transient->data);
        transient_answer(transient, NULL);
    }
    return TRUE;
}

void transient_answer(Transient *transient, const Secret *secret)
{
    if (transient->question)
        question_answer(g_steal_pointer(&transient->question), transient->agent, secret);
}

/* ---- the beginning and the end ---- */

static gboolean put_secrets(Profile *profile, GVariantBuilder *builder, GUnixFDList *list,
                            GError **error)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        const Secret *secret =
            field_is_secret(field) ? profile_get_secret(profile, field->id) : NULL;
        if (secret && !question_put_secret(builder, list, field_name(field->id), secret, error))
            return FALSE;
    }
    return TRUE;
}

/* The owner is said beside the settings. */
static GVariant *settings_of(Profile *profile)
{
    g_autoptr(Profile) copy = profile_copy(profile);

    profile_unset(copy, FIELD_CONNECTION_USER);
    return profile_to_settings(copy);
}

static GVariant *parameters_of(Profile *profile, const char *user, GUnixFDList *list,
                               GError **error)
{
    GVariantBuilder secrets;
    GVariantDict options;

    g_variant_builder_init(&secrets, G_VARIANT_TYPE("a{sh}"));
    if (!put_secrets(profile, &secrets, list, error)) {
        g_variant_builder_clear(&secrets);
        return NULL;
    }
    g_variant_dict_init(&options, NULL);
    g_variant_dict_insert_value(&options, "secrets", g_variant_builder_end(&secrets));
    g_variant_dict_insert(&options, "agent", "o", AGENT_PATH);
    g_variant_dict_insert(&options, "network", "s", "report");
    g_variant_dict_insert(&options, "user", "s", user ? user : "");
    return g_variant_new("(@a{sa{sv}}@a{sv})", settings_of(profile),
                         g_variant_dict_end(&options));
}

Transient *transient_start(GDBusConnection *bus, Profile *profile, const char *user,
                           const TransientEvents *events, gpointer data, GError **error)
{
    g_autoptr(GUnixFDList) list = g_unix_fd_list_new();
    GVariant *parameters = parameters_of(profile, user, list, error);

    if (!parameters)
        return NULL;
    g_autoptr(GVariant) owned = g_variant_ref_sink(parameters);
    g_autoptr(Transient) transient = g_new0(Transient, 1);
    transient->bus = g_object_ref(bus);
    transient->events = events;
    transient->data = data;
    transient->cancellable = g_cancellable_new();
    transient->agent = causeway_agent_skeleton_new();
    g_signal_connect(transient->agent, "handle-request-secret", G_CALLBACK(on_request), transient);
    g_signal_connect(transient->agent, "handle-cancel", G_CALLBACK(on_cancel), transient);
    if (!g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(transient->agent), bus,
                                          AGENT_PATH, error))
        return NULL;
    transient->watch = g_bus_watch_name_on_connection(bus, BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                      on_appeared, on_vanished, transient, NULL);
    transient->removed = g_dbus_connection_signal_subscribe(
        bus, BUS_NAME, "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved", ROOT, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, on_removed, transient, NULL);
    Call *call = g_new0(Call, 1);
    call->bus = g_object_ref(bus);
    call->cancellable = g_object_ref(transient->cancellable);
    call->transient = transient;
    /* Not cancelled with the rest: what it makes after all is to be ended. */
    g_dbus_connection_call_with_unix_fd_list(bus, BUS_NAME, ROOT, BUS_NAME ".Manager",
                                             "ConnectTransient", owned, G_VARIANT_TYPE("(o)"),
                                             G_DBUS_CALL_FLAGS_NONE, -1, list, NULL, on_started,
                                             call);
    return g_steal_pointer(&transient);
}

CausewayConnection *transient_connection(Transient *transient)
{
    return transient->connection;
}

void transient_free(Transient *transient)
{
    if (!transient)
        return;
    transient->over = TRUE;
    g_cancellable_cancel(transient->cancellable);
    transient_answer(transient, NULL);
    g_clear_handle_id(&transient->watch, g_bus_unwatch_name);
    if (transient->removed)
        g_dbus_connection_signal_unsubscribe(transient->bus, transient->removed);
    if (transient->path)
        disconnect_path(transient->bus, transient->path);
    if (transient->connection)
        g_signal_handlers_disconnect_by_data(transient->connection, transient);
    g_signal_handlers_disconnect_by_data(transient->agent, transient);
    if (g_dbus_interface_skeleton_get_connection(G_DBUS_INTERFACE_SKELETON(transient->agent)))
        g_dbus_interface_skeleton_unexport(G_DBUS_INTERFACE_SKELETON(transient->agent));
    g_clear_object(&transient->connection);
    g_clear_object(&transient->agent);
    g_clear_object(&transient->cancellable);
    g_clear_object(&transient->bus);
    g_free(transient->owner);
    g_free(transient->path);
    g_free(transient);
}
