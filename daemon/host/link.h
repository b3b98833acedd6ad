/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tunnel's network interface, "causewayN": a TUN device or a PPP unit.
 *
 * causewayd holds it, the tunnel process gets duplicates of its descriptor: the interface
 * lives through reconnects and through the death of the tunnel process, and goes when
 * causewayd frees it or dies. */
#pragma once

#include "host/host.h"

#include <sys/socket.h>

typedef enum {
    HOST_LINK_TUN, /* user path: packets with a virtio-net header of 10 bytes */
    HOST_LINK_PPP, /* kernel path: the unit, which carries the NCPs' frames */
} HostLinkKind;

typedef struct HostLink HostLink;

typedef struct {
    guint64 rx_bytes, tx_bytes, rx_packets, tx_packets;
} HostStatistics;

/* HOST_ERROR_NO_PATH when the kernel has no such interfaces. */
HostLink *host_link_new(Host *host, HostLinkKind kind, GError **error);
void host_link_free(HostLink *link);
Host *host_link_host(const HostLink *link);
HostLinkKind host_link_kind(const HostLink *link);
const char *host_link_name(const HostLink *link);
int host_link_ifindex(const HostLink *link);
/* TUN or unit; belongs to the link, to be passed on by SCM_RIGHTS; non-blocking. */
int host_link_fd(const HostLink *link);
/* What the kernel takes off the TUN's user: TUN_F_* bits, so whether super-packets of UDP come
 * too.  0 for a PPP unit. */
guint host_link_offloads(const HostLink *link);
/* Since the interface was made; rx is what came out of the tunnel. */
gboolean host_link_statistics(const HostLink *link, HostStatistics *ret_statistics, GError **error);

/* The kernel path's session: kernel L2TP over the UDP socket, PPPoL2TP, PPP channel. */
typedef struct HostChannel HostChannel;

typedef struct {
    guint16 tunnel_id, peer_tunnel_id;
    guint16 session_id, peer_session_id;
    gboolean sequencing; /* send and want sequence numbers on data (RFC 2661 §5.4) */
} HostChannelSession;

/* `udp_fd` is the L2TP socket, connected to the peer already or to be connected to `peer`.
 * From here on data messages of that session go to the kernel; control messages and data of
 * unknown sessions stay readable on `udp_fd`.  The kernel keeps using `udp_fd` until every
 * duplicate of it is closed. */
HostChannel *host_channel_new(int udp_fd, const struct sockaddr *peer, socklen_t peer_length,
                              const HostChannelSession *session, GError **error);
/* PPP frames with protocols from 0xc000 on (LCP, PAP, CHAP, EAP): to be passed on. */
int host_channel_fd(const HostChannel *channel);
/* Free the channel before its UDP socket is closed; the link may stay. */
void host_channel_free(HostChannel *channel);

/* Joins a channel to a PPP link; an earlier one has been freed before.  Until then a unit's
 * frames go nowhere.  May come right after host_channel_new(). */
gboolean host_link_attach(HostLink *link, HostChannel *channel, GError **error);
/* After LCP: what we are ready to receive, and which network protocols may pass. */
gboolean host_link_configure_ppp(HostLink *link, guint mru, gboolean ipv4, gboolean ipv6,
                                 GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostLink, host_link_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostChannel, host_channel_free)
