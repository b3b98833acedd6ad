/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parent orders. An order out of its time is as bad as one out of form. */
#include "tunnel/pump.h"

#include <string.h>

static gboolean configure(Pump *pump, TunnelMessage *message)
{
    if (pump->configured)
        return FALSE;
    pump->configured = TRUE;
    pump->config = message->config;
    memset(&message->config, 0, sizeof message->config); /* its secrets are ours now */
    return TRUE;
}

static gboolean take_socket(Pump *pump, TunnelMessage *message)
{
    /* The one that the sandbox lets us connect. */
    if (pump->carrier || message->fds[0] != TUNNEL_CARRIER_FD)
        return FALSE;
    pump->carrier = carrier_new(message->fds[0]);
    message->fds[0] = -1;
    pump->peer = message->peer;
    carrier_set_peer(pump->carrier, &pump->peer);
    return TRUE;
}

static gboolean begin(Pump *pump, TunnelMessage *message)
{
    const TunnelConfig *c = &pump->config;

    if (!pump->configured || !pump->carrier || pump->started)
        return FALSE;
    pump->started = TRUE;
    pump->ike_rtt = message->rtt;

    L2tpConfig config = {
        .host_name = c->host_name,
        .secret = c->l2tp_secret,
        .hide_avps = c->hide_avps,
        .receive_window = c->receive_window,
        .rtt = message->rtt,
        .hello_interval = c->hello_interval,
        .sequencing = c->sequencing,
    };
    TunnelMessage stage;
    tunnel_message_init(&stage, TUNNEL_STAGE);
    stage.stage = STAGE_L2TP;
    pump_say(pump, &stage);

    pump->l2tp = l2tp_tunnel_new(&config, pump->entropy);
    g_clear_pointer(&pump->config.l2tp_secret, secret_free);
    l2tp_tunnel_open(pump->l2tp, pump->now);
    return TRUE;
}

static gboolean take_kernel_path(Pump *pump, TunnelMessage *message)
{
    kernel_path_set(&pump->kernel, message->fds[0], message->fds[1]);
    message->fds[0] = message->fds[1] = -1;
    if (pump->carrier)
        carrier_receive_merged(pump->carrier, FALSE);
    pump_path_taken(pump);
    return TRUE;
}

static gboolean take_user_path(Pump *pump, TunnelMessage *message)
{
    g_clear_pointer(&pump->user, user_path_free);
    pump->user = user_path_new(message->fds[0]);
    pump_log(pump, "path: user space, offloads 0x%x", message->offloads);
    message->fds[0] = -1;
    pump_update_path(pump);
    pump_path_taken(pump);
    return TRUE;
}

static gboolean take_secret(Pump *pump, TunnelMessage *message)
{
    if (!pump->ppp)
        return FALSE;
    ppp_link_secret(pump->ppp, pump->now, message->secret_kind, message->secret);
    return TRUE;
}

static gboolean path_changed(Pump *pump)
{
    /* connect() again: the socket's cached route is the old one. */
    if (pump->peer_known) {
        carrier_connect(pump->carrier, &pump->peer);
        carrier_probe_offload(pump->carrier);
    }
    if (pump->session.session_id != 0)
        pump_measure(pump);
    return TRUE;
}

static gboolean tell_statistics(Pump *pump)
{
    TunnelMessage message;
    TunnelStatistics *s = &message.statistics;

    tunnel_message_init(&message, TUNNEL_STATISTICS);
    if (pump->user) {
        const UserPathCounters *counters = user_path_counters(pump->user);
        s->rx_bytes = counters->rx_bytes;
        s->rx_packets = counters->rx_packets;
        s->rx_dropped = counters->rx_dropped;
        s->tx_bytes = counters->tx_bytes;
        s->tx_packets = counters->tx_packets;
        s->tx_dropped = counters->tx_dropped;
    }
    if (pump->carrier) {
        CarrierState state = carrier_state(pump->carrier);
        s->tx_dropped += state.tx_dropped;
        s->segmentation_offload = state.segmentation_offload;
        s->receive_offload = state.receive_offload;
    }
    s->rtt = pump->l2tp ? l2tp_tunnel_rtt(pump->l2tp) : 0;
    pump_say(pump, &message);
    return TRUE;
}

gboolean pump_obey(Pump *pump, TunnelMessage *message)
{
    switch (message->type) {
    case TUNNEL_CONFIGURE:
        return configure(pump, message);
    case TUNNEL_SOCKET:
        return take_socket(pump, message);
    case TUNNEL_START:
        return begin(pump, message);
    case TUNNEL_KERNEL_PATH:
        return take_kernel_path(pump, message);
    case TUNNEL_USER_PATH:
        return take_user_path(pump, message);
    case TUNNEL_SECRET:
        return take_secret(pump, message);
    case TUNNEL_PATH_CHANGED:
        return path_changed(pump);
    case TUNNEL_STATISTICS_WANTED:
        return tell_statistics(pump);
    case TUNNEL_IPV6:
        return pump_ipv6_take(pump, message);
    case TUNNEL_STOP:
        if (!pump->stopping)
            pump_close(pump);
        return TRUE;
    case TUNNEL_READY:
    case TUNNEL_STAGE:
    case TUNNEL_PEER:
    case TUNNEL_DATA_PATH_WANTED:
    case TUNNEL_OPTIONS:
    case TUNNEL_NETWORK_UP:
    case TUNNEL_NETWORK_DOWN:
    case TUNNEL_SECRET_WANTED:
    case TUNNEL_STATISTICS:
    case TUNNEL_LOG:
    case TUNNEL_FAILED:
    case TUNNEL_REDIRECTED:
    case TUNNEL_CLOSED:
    case TUNNEL_MTU:
    case TUNNEL_IPV6_SETTINGS:
        return FALSE; /* our own words */
    }
    return FALSE;
}
