/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent's side of one causeway-tunnel process.
 *
 * The process is started at once, while IKE is still running.  What it says is validated before
 * any of it is handed on; a process that says something invalid is killed.  Events are called
 * from the main context that was the thread's default when the object was made.  Exactly one of
 * `failed`, `redirected` and `closed` ends the stream, and nothing is called after it or after
 * tunnel_process_free(), which may be called from inside any event. */
#pragma once

#include <gio/gio.h>

#include "tunnel/protocol.h"

/* Any member may be NULL. Arguments hold for the time of the call. */
typedef struct {
    void (*ready)(gpointer user_data); /* the sandbox is in force */
    /* text: what brought it here, e.g. "MS-CHAPv2" with STAGE_NETWORK, or NULL */
    void (*stage)(Stage stage, const char *text, gpointer user_data);
    /* The gateway answers from another port than the one that was called. */
    void (*peer)(const struct sockaddr_storage *peer, gpointer user_data);
    /* Once: make the data path and hand it over by _give_kernel_path() or _give_tun(). The socket is
     * connected by now. Meanwhile PPP runs on over the socket; nothing waits. */
    void (*data_path_wanted)(const TunnelDataPath *data_path, gpointer user_data);
    /* The interface must carry this much from now on: the peer's MRU is smaller than the path's
     * MTU, or the path has changed. */
    void (*mtu)(guint16 mtu, gpointer user_data);
    void (*options)(const PppOptions *options, gpointer user_data); /* LCP is up (again) */
    void (*network_up)(const PppNetwork *network, gpointer user_data);
    void (*network_down)(gpointer user_data);
    /* Answer with _secret(). failure: why the last one was refused, or NULL. */
    void (*secret_wanted)(PppSecretKind kind, const Failure *failure, gpointer user_data);
    /* What routers and DHCPv6 servers inside have said, in place of what was told before. */
    void (*ipv6_settings)(const Dhcp6Settings *settings, gpointer user_data);
    void (*statistics)(const TunnelStatistics *statistics, gpointer user_data);
    void (*log)(const char *line, gpointer user_data);
    /* The gateway asks to be called at another address (StopCCN, result 2, error 7). */
    void (*redirected)(const char *text, gpointer user_data);
    void (*failed)(const Failure *failure, gpointer user_data); /* also when the process died */
    void (*closed)(gpointer user_data);                         /* _stop() is complete */
} TunnelProcessEvents;

typedef struct TunnelProcess TunnelProcess;

/* Starts the process. `program` NULL: the installed one, or what CAUSEWAY_TUNNEL names. `events`
 * is copied. NULL and `error` when it cannot be started. */
TunnelProcess *tunnel_process_new(const char *program, const TunnelProcessEvents *events,
                                  gpointer user_data, GError **error);
/* Kills the process if it is still there; no event follows. */
void tunnel_process_free(TunnelProcess *process);

/* The calls below never block and never fail: what goes wrong with the process is told by
 * `failed`.  They may be made before `ready`.  Descriptors stay the caller's, who may close
 * them at once (and must keep the UDP socket for the kernel path's netlink calls). */
void tunnel_process_configure(TunnelProcess *process, const TunnelConfig *config);
/* UDP socket, bound, guarded, not connected, and the gateway's address and port. */
void tunnel_process_give_socket(TunnelProcess *process, int fd, const struct sockaddr *peer);
/* IPsec is up. rtt: a round trip to the gateway as IKE saw it, 0 unknown. */
void tunnel_process_start(TunnelProcess *process, Usec rtt);
void tunnel_process_give_kernel_path(TunnelProcess *process, int channel_fd, int unit_fd);
/* offloads: what TUNSETOFFLOAD accepted, TUN_F_* bits. */
void tunnel_process_give_tun(TunnelProcess *process, int tun_fd, guint offloads);
/* secret NULL: the user gave up. */
void tunnel_process_secret(TunnelProcess *process, PppSecretKind kind, const Secret *secret);
/* After network_up with IPv6, when the link-local address is there; `fds`: the router
 * socket and the DHCPv6 socket of host/autoconf.h. */
void tunnel_process_give_ipv6(TunnelProcess *process, const TunnelIpv6 *ipv6, const int fds[2]);
/* Another SA or route under the socket: its MTU and offloads are found out anew. */
void tunnel_process_path_changed(TunnelProcess *process);
/* `statistics` follows. */
void tunnel_process_request_statistics(TunnelProcess *process);
/* Takes leave of the peer, at most a second, then kills; `closed` follows, whatever happens
 * (`failed` when the tunnel had failed before it heard of this). */
void tunnel_process_stop(TunnelProcess *process);
/* For logs and tests. */
GPid tunnel_process_pid(const TunnelProcess *process);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TunnelProcess, tunnel_process_free)
