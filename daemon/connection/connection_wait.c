/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time between two attempts; and a connection that is made by itself, when the computer starts:
 * before there is a network, before there are name servers, while the gateway itself starts. */
#include "connection/connection_private.h"

#include "connection/policy.h"

/* A network comes in several steps, name servers last. */
#define SETTLE_MSEC 1000

void connection_forget_retry(Connection *connection)
{
    g_clear_handle_id(&connection->retry, g_source_remove);
    g_clear_pointer(&connection->awaited, monitor_free);
}

static gboolean on_retry(gpointer data)
{
    Connection *connection = data;

    connection->retry = 0;
    connection_forget_retry(connection);
    connection_begin_attempt(connection);
    return G_SOURCE_REMOVE;
}

void connection_retry_soon(Connection *connection, guint msec)
{
    g_clear_handle_id(&connection->retry, g_source_remove);
    connection->retry = g_timeout_add(msec, on_retry, connection);
}

void connection_retry_now(Connection *connection)
{
    if (!connection->retry)
        return;
    connection->attempts = 0;
    connection_forget_retry(connection);
    connection_begin_attempt(connection);
}

void connection_be_patient(Connection *connection)
{
    connection->patient = TRUE;
}

/* Any address will do for the question, of either family (RFC 5737 §3, RFC 3849 §2). */
static gboolean has_way_out(void)
{
    static const char *const anywhere[] = { "192.0.2.1", "2001:db8::1" };

    for (guint i = 0; i < G_N_ELEMENTS(anywhere); i++) {
        IpAddress address;
        GatewayPath path;
        if (ip_address_parse(anywhere[i], &address) && gateway_path_lookup(&address, &path, NULL))
            return TRUE;
    }
    return FALSE;
}

/* Some resolvers say without a network that there is no such name. */
static gboolean is_without_network(const Failure *failure)
{
    return failure->code == FAILURE_NETWORK_UNREACHABLE ||
           failure->code == FAILURE_NAME_LOOKUP_FAILED ||
           (failure->code == FAILURE_NAME_NOT_FOUND && !has_way_out());
}

gboolean connection_may_wait(Connection *connection)
{
    return connection->patient && !connection->was_connected &&
           (policy_reconnect(connection->failure, FALSE) ||
            is_without_network(connection->failure));
}

static void on_news(gpointer data)
{
    Connection *connection = data;

    if (connection->retry && has_way_out())
        connection_retry_soon(connection, SETTLE_MSEC);
}

void connection_await_network(Connection *connection)
{
    g_autoptr(GError) error = NULL;

    if (connection->was_connected || !is_without_network(connection->failure))
        return;
    connection_log(connection, "waiting for a network");
    connection->awaited = monitor_new(on_news, connection, &error);
    if (!connection->awaited)
        connection_log(connection, error->message);
}
