/* SPDX-License-Identifier: GPL-2.0-or-later */
/* connection.h for tests of the bus: connections that touch neither network nor machine and
 * do what their gateway's name says.
 *
 *   up.test        passes every stage and is connected
 *   refused.test   fails in the stage ipsec, with words of the gateway
 *   asks.test      asks for ppp.password until it is "right"
 *   hangs.test     stays in the stage ipsec until it is stopped
 *   noisy.test     the same, and puts what has no place there into the log */
#include <string.h>

#include "connection/connection.h"

struct ConnectionManager {
    guint running;
};

struct Connection {
    ConnectionManager *manager;
    Profile *profile;
    const ConnectionEvents *events;
    gpointer data;
    ConnectionStatus status;
    Failure *failure;
    guint source;
    gboolean asking, report;
};

const char *connection_state_name(ConnectionState state)
{
    static const char *const names[CONNECTION_STATE_COUNT] = {
        [CONNECTION_DISCONNECTED] = "disconnected",   [CONNECTION_CONNECTING] = "connecting",
        [CONNECTION_CONNECTED] = "connected",         [CONNECTION_RECONNECTING] = "reconnecting",
        [CONNECTION_DISCONNECTING] = "disconnecting", [CONNECTION_FAILED] = "failed",
    };

    return names[state];
}

ConnectionManager *connection_manager_new(const ConnectionSettings *settings, GError **error)
{
    return g_new0(ConnectionManager, 1);
}

void connection_manager_free(ConnectionManager *manager)
{
    g_assert_cmpuint(manager->running, ==, 0);
    g_free(manager);
}

Connection *connection_new(ConnectionManager *manager, Profile *profile,
                           const ConnectionEvents *events, gpointer data)
{
    Connection *connection = g_new0(Connection, 1);

    manager->running++;
    connection->manager = manager;
    connection->profile = profile_copy(profile);
    connection->events = events;
    connection->data = data;
    return connection;
}

void connection_free(Connection *connection)
{
    connection->manager->running--;
    g_clear_handle_id(&connection->source, g_source_remove);
    profile_unref(connection->profile);
    failure_free(connection->failure);
    g_free(connection);
}

static void enter(Connection *connection, ConnectionState state, Stage stage)
{
    if (connection->status.state != state)
        connection->status.since_unix = g_get_real_time() / G_USEC_PER_SEC;
    connection->status.state = state;
    connection->status.stage = stage;
    connection->events->changed(connection, connection->data);
}

static void fail(Connection *connection, FailureCode code, const char *detail)
{
    connection->failure = failure_new(connection->status.stage, code, detail);
    connection->status.failure = connection->failure;
    enter(connection, CONNECTION_FAILED, connection->status.stage);
}

static gboolean is(Connection *connection, const char *gateway)
{
    return strcmp(profile_get_string(connection->profile, FIELD_CONNECTION_GATEWAY), gateway) == 0;
}

static void fill(ConnectionStatus *status)
{
    static const char *const addresses[] = {"10.77.0.10", NULL};
    static const char *const dns[] = {"10.77.0.1", NULL};

    status->gateway = "192.0.2.1";
    status->interface = "causeway0";
    status->data_path = "user";
    status->local_addresses = addresses;
    status->peer_address = "10.77.0.1";
    status->dns = dns;
    status->mtu = 1400;
    status->ike = "AES-256-CBC, HMAC-SHA2-256, MODP-2048";
    status->esp = "AES-256-CBC, HMAC-SHA1";
    status->nat = "none";
    status->authentication = "MS-CHAPv2";
    status->esp_renewal_unix = g_get_real_time() / G_USEC_PER_SEC + 43 * 60 + 59;
    status->ike_renewal_unix = status->esp_renewal_unix + 3600;
    status->reconnects = 2;
}

static gboolean step(gpointer data)
{
    Connection *connection = data;
    Stage stage = connection->status.stage;

    connection->source = 0;
    if (stage == STAGE_IPSEC && is(connection, "refused.test")) {
        fail(connection, FAILURE_PSK_WRONG, "AUTHENTICATION_FAILED\x1b[2J");
    } else if (stage == STAGE_IPSEC && (is(connection, "hangs.test") || is(connection, "noisy.test"))) {
        return G_SOURCE_REMOVE;
    } else if (stage == STAGE_AUTHENTICATION && is(connection, "asks.test") &&
               !connection->asking) {
        connection->asking = TRUE;
        connection->events->secret_wanted(connection, "ppp.password", "Type it, please",
                                          connection->data);
    } else if (stage == STAGE_NETWORK) {
        fill(&connection->status);
        enter(connection, CONNECTION_CONNECTED, STAGE_CONNECTED);
    } else {
        connection->source = g_idle_add(step, connection);
        enter(connection, CONNECTION_CONNECTING, stage + 1);
    }
    return G_SOURCE_REMOVE;
}

void connection_report_network(Connection *connection)
{
    connection->report = TRUE;
}

GVariant *connection_plan(Connection *connection)
{
    if (!connection->report || connection->status.state != CONNECTION_CONNECTED)
        return NULL;
    return g_variant_new_parsed("{'interface': <'causeway0'>, 'ipv4-address': <'10.77.0.10'>}");
}

void connection_start(Connection *connection)
{
    connection->status.state = CONNECTION_CONNECTING;
    connection->status.stage = STAGE_PREPARE;
    connection->source = g_idle_add(step, connection);
    g_log_structured("causeway", G_LOG_LEVEL_MESSAGE, "CAUSEWAY_PROFILE",
                     profile_get_string(connection->profile, FIELD_CONNECTION_UUID), "MESSAGE",
                     "connecting to %s%s",
                     profile_get_string(connection->profile, FIELD_CONNECTION_GATEWAY),
                     is(connection, "noisy.test")
                         ? "\x1b[2J\nroot logged in\xc2\x9b\xe2\x80\xae\xff" : "");
}

static gboolean ended(gpointer data)
{
    Connection *connection = data;

    connection->source = 0;
    enter(connection, CONNECTION_DISCONNECTED, connection->status.stage);
    return G_SOURCE_REMOVE;
}

void connection_stop(Connection *connection)
{
    g_clear_handle_id(&connection->source, g_source_remove);
    connection->status.state = CONNECTION_DISCONNECTING;
    connection->source = g_idle_add(ended, connection);
}

void connection_be_patient(Connection *connection)
{
}

gboolean connection_wants_fresh_secret(Connection *connection)
{
    return FALSE;
}

gboolean connection_secret_is_untried(Connection *connection)
{
    return FALSE;
}

void connection_secret(Connection *connection, const char *field, const Secret *secret)
{
    g_assert_cmpstr(field, ==, "ppp.password");
    g_assert_true(connection->asking);
    connection->asking = FALSE;
    if (!secret) {
        fail(connection, FAILURE_SECRET_MISSING, NULL);
        return;
    }
    if (secret_length(secret) == 5 && memcmp(secret_data(secret), "right", 5) == 0)
        connection->status.stage = STAGE_NETWORK;
    connection->source = g_idle_add(step, connection);
}

const ConnectionStatus *connection_status(Connection *connection)
{
    return &connection->status;
}

void connection_statistics(Connection *connection, ConnectionStatistics *ret_statistics)
{
    *ret_statistics = (ConnectionStatistics){.rx_bytes = 1000, .tx_bytes = 2000, .rx_packets = 10,
                                             .tx_packets = 20};
}
