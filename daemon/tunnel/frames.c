/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between datagrams and PPP frames: who a packet is for, and what goes in front of one. */
#include <string.h>

#include "tunnel/pump.h"

#define PPP_ADDRESS 0xff /* all stations (RFC 1661 §3.1, RFC 1662) */
#define PPP_CONTROL 0x03
#define PPP_IPV4 0x0021
#define PPP_IPV6 0x0057
#define FRAME_MAX 2048 /* of the engine's own frames */

/* ---- out */

static L2tpData data_out(const Pump *pump)
{
    return (L2tpData){ .tunnel_id = pump->session.peer_tunnel_id,
                       .session_id = pump->session.peer_session_id };
}

/* Control frames keep FF 03 and the long protocol field: LCP must (RFC 1661 §6.6), the others
 * are few. */
void pump_send_frame(Pump *pump, const guint8 *frame, gsize length)
{
    guint8 packet[L2TP_DATA_HEADER_MAX + 2 + FRAME_MAX];
    L2tpData data = data_out(pump);

    if (length > FRAME_MAX || pump->session.session_id == 0)
        return;
    if (kernel_path_ready(&pump->kernel) && kernel_path_send(&pump->kernel, frame, length))
        return;

    l2tp_sequence_send(&pump->sequence, &data);
    gsize at = l2tp_data_build(&data, FALSE, packet);
    packet[at++] = PPP_ADDRESS;
    packet[at++] = PPP_CONTROL;
    memcpy(packet + at, frame, length);
    carrier_send_one(pump->carrier, packet, at + length);
}

void pump_update_path(Pump *pump)
{
    UserPathHeader header = { 0 };
    L2tpData data = data_out(pump);

    if (!pump->user || pump->session.session_id == 0)
        return;
    /* Ns is filled in for each packet, from the counter of our own frames. */
    data.sequenced = header.sequenced = pump->sequence.sending;
    header.length = l2tp_data_build(&data, FALSE, header.bytes);
    header.ns_offset = 6; /* behind flags, tunnel id and session id, without Length */
    if (!pump->options.acfc) {
        header.bytes[header.length++] = PPP_ADDRESS;
        header.bytes[header.length++] = PPP_CONTROL;
    }
    header.short_field = pump->options.pfc;
    user_path_configure(pump->user, &header, pump->mtu);
    carrier_receive_merged(pump->carrier, TRUE);
}

/* ---- in */

/* The protocol of a frame as the peer may write it, with or without FF 03, in one byte or two
 * (RFC 1661 §6.5, §6.6). Returns the header's length, 0: no frame. */
static gsize frame_header(const guint8 *frame, gsize length, guint16 *ret_protocol)
{
    gsize at = length >= 2 && frame[0] == PPP_ADDRESS && frame[1] == PPP_CONTROL ? 2 : 0;

    if (length > at && frame[at] & 1) {
        *ret_protocol = frame[at];
        return at + 1;
    }
    if (length < at + 2)
        return 0;
    *ret_protocol = (guint16)(frame[at] << 8 | frame[at + 1]);
    return at + 2;
}

static void frame_received(Pump *pump, guint8 *frame, gsize length)
{
    guint16 protocol = 0;
    gsize header = frame_header(frame, length, &protocol);

    if (header == 0 || !pump->ppp)
        return;
    if (protocol == PPP_IPV4 || protocol == PPP_IPV6) {
        if (pump->user && pump->network_up)
            user_path_deliver(pump->user, frame + header, length - header);
        return;
    }
    ppp_link_input(pump->ppp, pump->now, frame, length);
    pump_effects(pump);
}

/* Before the ICCN has left, what may be the gateway's first Configure-Request is kept: asking
 * for it again would cost the three seconds of its restart timer. */
static void keep_early(Pump *pump, const guint8 *packet, gsize length)
{
    if (pump->n_early == EARLY_FRAMES || length > EARLY_FRAME_SIZE)
        return;
    EarlyFrame *early = &pump->early[pump->n_early++];
    memcpy(early->data, packet, length);
    early->length = length;
}

static void data_received(Pump *pump, guint8 *packet, gsize length)
{
    L2tpData data;

    if (!l2tp_data_parse(packet, length, &data))
        return;
    if (!pump->ppp) {
        keep_early(pump, packet, length);
        return;
    }
    if (data.tunnel_id != pump->session.tunnel_id || data.session_id != pump->session.session_id)
        return;
    gboolean sending = pump->sequence.sending;
    gboolean current = l2tp_sequence_receive(&pump->sequence, &data);
    /* The LNS decides whether data is numbered, at any time (RFC 2661 §5.4). */
    if (sending != pump->sequence.sending) {
        pump_update_path(pump);
        pump_measure(pump);
    }
    if (!current)
        return;
    frame_received(pump, packet + (data.payload - packet), data.length);
}

void pump_feed_early(Pump *pump)
{
    guint n = pump->n_early;

    pump->n_early = 0;
    for (guint i = 0; i < n; i++)
        data_received(pump, pump->early[i].data, pump->early[i].length);
}

/* Any port of the gateway's address until the SCCRP, then its port alone (RFC 3193 §4.2). */
static void packet_received(guint8 *packet, gsize length, const struct sockaddr_storage *from,
                            gpointer user_data)
{
    Pump *pump = user_data;

    if (!carrier_address_equal(from, &pump->peer, pump->peer_known))
        return;
    if (!l2tp_packet_is_control(packet, length)) {
        data_received(pump, packet, length);
    } else if (pump->l2tp) {
        pump->source = *from;
        l2tp_tunnel_input(pump->l2tp, pump->now, packet, length);
        pump_effects(pump);
    }
}

gboolean pump_receive(Pump *pump)
{
    guint64 before = pump->user ? user_path_counters(pump->user)->rx_packets : 0;
    gboolean more = carrier_receive(pump->carrier, packet_received, pump);

    if (!pump->user)
        return more;
    user_path_flush(pump->user);
    if (user_path_counters(pump->user)->rx_packets != before) {
        l2tp_tunnel_seen(pump->l2tp, pump->now);
        if (pump->ppp)
            ppp_link_seen(pump->ppp, pump->now);
    }
    return more;
}
