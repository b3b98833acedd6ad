/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the front end that started a connection for a secret. */
#include "api/internal.h"

#include "api/memory_file.h"

typedef struct {
    ApiConnection *connection; /* gone when `cancellable` is cancelled */
    GCancellable *cancellable;
    const char *field; /* interned */
} Request;

static void on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
    Request *request = data;
    g_autoptr(GUnixFDList) list = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(Secret) secret = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish(
        G_DBUS_CONNECTION(source), &list, result, &error);

    if (reply) {
        gint32 handle;
        g_variant_get(reply, "(h)", &handle);
        secret = memory_file_read(list, handle, &error);
    }
    if (!g_cancellable_is_cancelled(request->cancellable)) {
        if (!secret)
            g_message("%s was asked for and not given: %s", request->field, error->message);
        connection_secret(request->connection->connection, request->field, secret);
    }
    g_object_unref(request->cancellable);
    g_free(request);
}

void api_agent_ask(ApiConnection *connection, const char *field, const char *message)
{
    gpointer interned = (gpointer)g_intern_string(field);
    /* An adding that adds nothing: it was asked for before, and the answer was refused. */
    gboolean first = g_hash_table_add(connection->asked, interned);
    guint32 flags = first && !connection_wants_fresh_secret(connection->connection) ? 0 : 1;

    if (connection_secret_is_untried(connection->connection))
        flags |= 2;

    if (!connection->agent_sender) {
        connection_secret(connection->connection, field, NULL);
        return;
    }
    Request *request = g_new0(Request, 1);
    request->connection = connection;
    request->cancellable = g_object_ref(connection->agent_cancellable);
    request->field = interned;
    /* A person may take any time to answer. */
    g_dbus_connection_call_with_unix_fd_list(
        connection->service->bus, connection->agent_sender, connection->agent_path,
        API_AGENT_INTERFACE, "RequestSecret",
        g_variant_new("(sssu)", connection->uuid, field, message ? message : "", flags),
        G_VARIANT_TYPE("(h)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, NULL,
        request->cancellable, on_answer, request);
}

void api_agent_cancel(ApiConnection *connection)
{
    if (!connection->agent_sender || g_hash_table_size(connection->asked) == 0)
        return;
    g_cancellable_cancel(connection->agent_cancellable);
    g_hash_table_remove_all(connection->asked);
    g_dbus_connection_call(connection->service->bus, connection->agent_sender,
                           connection->agent_path, API_AGENT_INTERFACE, "Cancel",
                           g_variant_new("(s)", connection->uuid), NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, NULL, NULL);
}
