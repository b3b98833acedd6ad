/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One attempt to connect. */
#include "client/attempt.h"
#include "client/question.h"

#include <gio/gunixfdlist.h>
#include <string.h>

#define AGENT_PATH "/org/causeway/Causeway1/agent"

struct Attempt {
    Client *client;
    const AttemptEvents *events;
    gpointer data;
    CausewayAgent *agent;
    GDBusMethodInvocation *question;
    GCancellable *cancellable;
    char *path; /* of the connection, once the service has named it */
    CausewayConnection *connection;
    gulong added_handler, removed_handler, changed_handler;
    gboolean have_stage;
    Stage stage;
    gboolean over;
    gboolean cancelling;
};

static void finish(Attempt *attempt, const char *stage, const char *code, const char *message,
                   const char *hint)
{
    if (attempt->over)
        return;
    attempt->over = TRUE;
    attempt->events->finished(attempt, stage, code, message, hint, attempt->data);
}

static void finish_cancelled(Attempt *attempt)
{
    finish(attempt, stage_name(attempt->stage), failure_code_name(FAILURE_CANCELLED),
           failure_code_message(FAILURE_CANCELLED), failure_code_hint(FAILURE_CANCELLED));
}

static void look(Attempt *attempt)
{
    const char *state = causeway_connection_get_state(attempt->connection);
    Stage stage;

    if (attempt->over || !state)
        return;
    if (stage_from_name(causeway_connection_get_stage(attempt->connection), &stage) &&
        (!attempt->have_stage || stage != attempt->stage)) {
        attempt->have_stage = TRUE;
        attempt->stage = stage;
        if (strcmp(state, "failed") != 0)
            attempt->events->stage(attempt, stage, attempt->data);
    }
    if (strcmp(state, "connected") == 0) {
        finish(attempt, NULL, NULL, NULL, NULL);
    } else if (strcmp(state, "disconnected") == 0) {
        finish_cancelled(attempt);
    } else if (strcmp(state, "failed") == 0) {
        GVariant *failure = causeway_connection_get_failure(attempt->connection);
        const char *failed = stage_name(attempt->stage), *message = "", *hint = "";
        const char *code = failure_code_name(FAILURE_INTERNAL);
        if (failure)
            g_variant_get(failure, "(&s&s&s&s)", &failed, &code, &message, &hint);
        finish(attempt, failed, code, message, hint);
    }
}

static void on_properties(GDBusProxy *proxy, GVariant *changed, const char *const *invalidated,
                          gpointer data)
{
    look(data);
}

static void follow(Attempt *attempt, GDBusObject *object)
{
    if (attempt->connection || !attempt->path ||
        strcmp(g_dbus_object_get_object_path(object), attempt->path) != 0)
        return;
    attempt->connection = causeway_object_get_connection(CAUSEWAY_OBJECT(object));
    if (!attempt->connection)
        return;
    attempt->changed_handler = g_signal_connect(attempt->connection, "g-properties-changed",
                                                G_CALLBACK(on_properties), attempt);
    look(attempt);
}

static void on_added(GDBusObjectManager *manager, GDBusObject *object, gpointer data)
{
    follow(data, object);
}

static char *service_owner(Attempt *attempt)
{
    return g_dbus_object_manager_client_get_name_owner(
        G_DBUS_OBJECT_MANAGER_CLIENT(client_objects(attempt->client)));
}

static void on_removed(GDBusObjectManager *manager, GDBusObject *object, gpointer data)
{
    Attempt *attempt = data;

    if (g_strcmp0(attempt->path, g_dbus_object_get_object_path(object)) != 0)
        return;
    g_autofree char *owner = service_owner(attempt);
    if (attempt->cancelling)
        finish_cancelled(attempt);
    else if (!owner)
        finish(attempt, stage_name(attempt->stage), failure_code_name(FAILURE_INTERNAL),
               "Causeway's service ended unexpectedly.", failure_code_hint(FAILURE_INTERNAL));
    else
        finish(attempt, stage_name(attempt->stage), failure_code_name(FAILURE_CANCELLED),
               "The connection was ended from elsewhere.", "");
}

static gboolean on_request(CausewayAgent *agent, GDBusMethodInvocation *invocation,
                           GUnixFDList *list, const char *uuid, const char *field,
                           const char *message, guint flags, gpointer data)
{
    Attempt *attempt = data;

    g_autofree char *owner = service_owner(attempt);
    if (!question_is_welcome(invocation, owner, attempt->question || attempt->over))
        return TRUE;
    attempt->question = invocation;
    attempt->events->secret_wanted(attempt, field, message, (flags & 1) != 0, attempt->data);
    return TRUE;
}

static gboolean on_cancel(CausewayAgent *agent, GDBusMethodInvocation *invocation,
                          const char *uuid, gpointer data)
{
    Attempt *attempt = data;
    g_autofree char *owner = service_owner(attempt);

    if (question_is_cancelled(invocation, agent, owner) && attempt->question) {
        attempt->events->secret_cancelled(attempt, attempt->data);
        attempt_answer(attempt, NULL);
    }
    return TRUE;
}

void attempt_answer(Attempt *attempt, const Secret *secret)
{
    if (attempt->question)
        question_answer(g_steal_pointer(&attempt->question), attempt->agent, secret);
}

static void on_connect(GObject *source, GAsyncResult *result, gpointer data)
{
    Attempt *attempt = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;

    if (!causeway_profile_call_connect_finish(CAUSEWAY_PROFILE(source), &path, NULL, result,
                                              &error)) {
        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            return;
        g_autofree char *message = client_error_message(error);
        ClientErrorKind kind = client_error_kind(error);
        finish(attempt, stage_name(STAGE_PREPARE),
               kind == CLIENT_ERROR_NOT_AUTHORIZED ? "not-authorized"
               : kind == CLIENT_ERROR_ALREADY_ACTIVE ? "already-active"
               : kind == CLIENT_ERROR_INVALID ? failure_code_name(FAILURE_PROFILE_INVALID)
                                              : failure_code_name(FAILURE_INTERNAL),
               message,
               kind == CLIENT_ERROR_INVALID ? failure_code_hint(FAILURE_PROFILE_INVALID) : "");
        return;
    }
    attempt->path = g_steal_pointer(&path);
    g_autoptr(GDBusObject) object = g_dbus_object_manager_get_object(
        client_objects(attempt->client), attempt->path);
    if (object)
        follow(attempt, object);
    if (attempt->cancelling)
        attempt_cancel(attempt);
}

static GVariant *secret_handles(const char *const *fields, const Secret *const *secrets,
                                GUnixFDList *list, GError **error)
{
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{sh}"));
    for (gsize i = 0; fields && fields[i]; i++) {
        if (!question_put_secret(&builder, list, fields[i], secrets[i], error)) {
            g_variant_builder_clear(&builder);
            return NULL;
        }
    }
    return g_variant_builder_end(&builder);
}

Attempt *attempt_start(Client *client, CausewayProfile *profile, const char *const *fields,
                       const Secret *const *secrets, const AttemptEvents *events, gpointer data,
                       GError **error)
{
    g_autoptr(GUnixFDList) list = g_unix_fd_list_new();
    GVariant *handles = secret_handles(fields, secrets, list, error);
    GVariantDict options;

    if (!handles)
        return NULL;
    g_variant_dict_init(&options, NULL);
    g_variant_dict_insert_value(&options, "secrets", handles);
    g_variant_dict_insert(&options, "agent", "o", AGENT_PATH);
    g_autoptr(GVariant) dict = g_variant_ref_sink(g_variant_dict_end(&options));
    Attempt *attempt = g_new0(Attempt, 1);
    attempt->client = client;
    attempt->events = events;
    attempt->data = data;
    attempt->cancellable = g_cancellable_new();
    attempt->agent = causeway_agent_skeleton_new();
    g_signal_connect(attempt->agent, "handle-request-secret", G_CALLBACK(on_request), attempt);
    g_signal_connect(attempt->agent, "handle-cancel", G_CALLBACK(on_cancel), attempt);
    if (!g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(attempt->agent),
                                          client_bus(client), AGENT_PATH, error)) {
        attempt_free(attempt);
        return NULL;
    }
    attempt->added_handler = g_signal_connect(client_objects(client), "object-added",
                                              G_CALLBACK(on_added), attempt);
    attempt->removed_handler = g_signal_connect(client_objects(client), "object-removed",
                                                G_CALLBACK(on_removed), attempt);
    causeway_profile_call_connect(profile, dict,
                                  G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, G_MAXINT,
                                  list, attempt->cancellable, on_connect, attempt);
    return attempt;
}

CausewayConnection *attempt_connection(Attempt *attempt)
{
    return attempt->connection;
}

static void on_disconnect(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;

    /* When this fails, the connection has gone already, which the bus tells. */
    if (!causeway_connection_call_disconnect_finish(CAUSEWAY_CONNECTION(source), result, &error))
        g_debug("%s", error->message);
}

void attempt_cancel(Attempt *attempt)
{
    attempt->cancelling = TRUE;
    if (attempt->connection)
        causeway_connection_call_disconnect(attempt->connection,
                                            G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION,
                                            G_MAXINT, NULL, on_disconnect, NULL);
}

void attempt_free(Attempt *attempt)
{
    if (!attempt)
        return;
    attempt->over = TRUE;
    g_cancellable_cancel(attempt->cancellable);
    attempt_answer(attempt, NULL);
    g_clear_signal_handler(&attempt->added_handler, client_objects(attempt->client));
    g_clear_signal_handler(&attempt->removed_handler, client_objects(attempt->client));
    if (attempt->connection)
        g_clear_signal_handler(&attempt->changed_handler, attempt->connection);
    g_signal_handlers_disconnect_by_data(attempt->agent, attempt);
    if (g_dbus_interface_skeleton_get_connection(G_DBUS_INTERFACE_SKELETON(attempt->agent)))
        g_dbus_interface_skeleton_unexport(G_DBUS_INTERFACE_SKELETON(attempt->agent));
    g_clear_object(&attempt->cancellable);
    g_clear_object(&attempt->agent);
    g_clear_object(&attempt->connection);
    g_free(attempt->path);
    g_free(attempt);
}
