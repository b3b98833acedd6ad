/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a connection shows of itself. */
#include "connection/connection_private.h"

static const char *const state_names[CONNECTION_STATE_COUNT] = {
    [CONNECTION_DISCONNECTED] = "disconnected",
    [CONNECTION_CONNECTING] = "connecting",
    [CONNECTION_CONNECTED] = "connected",
    [CONNECTION_RECONNECTING] = "reconnecting",
    [CONNECTION_DISCONNECTING] = "disconnecting",
    [CONNECTION_FAILED] = "failed",
};

const char *connection_state_name(ConnectionState state)
{
    g_return_val_if_fail((guint)state < CONNECTION_STATE_COUNT, NULL);
    return state_names[state];
}

const ConnectionStatus *connection_status(Connection *connection)
{
    static const char *const none[] = { NULL };
    gboolean have = connection->plan != NULL;
    gboolean up = connection->state == CONNECTION_CONNECTED;

    connection->status = (ConnectionStatus){
        .state = connection->state,
        .stage = connection->stage,
        .since_unix = connection->since,
        .failure = connection->failure,
        .gateway = connection->gateway,
        .interface = connection->link ? host_link_name(connection->link) : NULL,
        .data_path = connection->data_path,
        .local_addresses = have ? (const char *const *)connection->local_addresses->pdata : none,
        .peer_address = connection->peer_address,
        .dns = have ? (const char *const *)connection->dns->pdata : none,
        .mtu = have ? connection->plan->mtu : 0,
        .ike = connection->ike,
        .esp = connection->esp,
        .weak = connection->weak,
        .nat = connection->nat,
        .authentication = connection->authentication,
        .reconnects = connection->reconnects,
        .ike_renewal_unix = up ? connection->ike_renewal : 0,
        .esp_renewal_unix = up ? connection->esp_renewal : 0,
    };
    return &connection->status;
}

void connection_statistics(Connection *connection, ConnectionStatistics *ret_statistics)
{
    HostStatistics host = { 0 };

    if (connection->link)
        host_link_statistics(connection->link, &host, NULL);
    *ret_statistics = (ConnectionStatistics){
        .rx_bytes = host.rx_bytes,
        .tx_bytes = host.tx_bytes,
        .rx_packets = host.rx_packets,
        .tx_packets = host.tx_packets,
    };
}
