/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One attempt at one address of the gateway: socket, IPsec, L2TP and PPP, data path; from
 * there on it is the running tunnel, until it fails or is stopped.
 *
 * It owns everything that ends with the attempt (tunnel process, IKE negotiation, socket,
 * kernel session); the network interface and what is set on it belong to the connection and
 * outlive it. */
#pragma once

#include "connection/tunnel_process.h"
#include "host/link.h"
#include "host/plan.h"
#include "ipsec/ike.h"
#include "profile/profile.h"

typedef struct Attempt Attempt;

/* All called from the main context and, but for `stage`, `log` and `link_wanted`, never from
 * inside a function below; after `failed`, `redirected` or `closed` nothing follows.
 * attempt_free() may be called from any but `link_wanted`. */
typedef struct {
    void (*stage)(Stage stage, const char *text, gpointer user_data);
    /* The interface of that kind, made now unless it is there; NULL sets `error`.  One of the
     * other kind gives way, unless addresses and routes stand on it: then it is an error. */
    HostLink *(*link_wanted)(HostLinkKind kind, gpointer user_data, GError **error);
    /* For the private key; the attempt is over.  `fresh`: what is stored is no answer. */
    void (*passphrase_wanted)(const Failure *reason, gboolean fresh, gpointer user_data);
    void (*secret_wanted)(PppSecretKind kind, const Failure *refused, gpointer user_data);
    /* Comes again when the values change, also during a connection. */
    void (*network_up)(const PlanNegotiated *negotiated, const GatewayPath *path,
                       gpointer user_data);
    void (*ike_changed)(const IkeInfo *info, gpointer user_data);
    void (*log)(const char *line, gpointer user_data);
    void (*redirected)(const char *text, gpointer user_data);
    void (*failed)(const Failure *failure, gpointer user_data);
    void (*closed)(gpointer user_data);
} AttemptEvents;

typedef struct {
    Host *host;
    IkeService *service; /* NULL: plain L2TP */
    const char *tunnel_program;
    Profile *profile;
    const Secret *psk, *password, *key_passphrase; /* may be NULL */
    gboolean passphrase_typed; /* by a person, for this very attempt */
    guint32 reqid;
    guint32 ipv4_address; /* asked for first, network order; 0: any */
    const char *remembered_ike, *remembered_esp; /* suites of the last time, or NULL */
    gboolean any_port;    /* another local port than 1701, whatever the profile says */
    int link_ifindex;     /* of the interface that is there already; 0: none */
} AttemptConfig;

/* Starts what needs no address yet: the IKE service and the tunnel process.  `config` and
 * what it points to must outlive the call only, but for host, service and profile. */
Attempt *attempt_new(const AttemptConfig *config, const AttemptEvents *events,
                     gpointer user_data);
/* Ends everything at once; the peer is not told. */
void attempt_free(Attempt *attempt);
void attempt_start(Attempt *attempt, const IpAddress *gateway);
/* Tells the peer good-bye, L2TP first, then IKE; `closed` follows within some four seconds. */
void attempt_stop(Attempt *attempt);
/* As attempt_stop(), but for nobody: then it frees itself and calls `done`.  No other event
 * follows; the interface may go before it. */
void attempt_leave(Attempt *attempt, void (*done)(Attempt *attempt, gpointer user_data),
                   gpointer user_data);
void attempt_secret(Attempt *attempt, PppSecretKind kind, const Secret *secret);
/* Around the setting of the interface's link-local address: what routers and servers inside the
 * tunnel then say comes by `network_up`.  No-op for an address that was begun with. */
void attempt_prepare_ipv6(Attempt *attempt, const IpAddress *link_local);
void attempt_begin_ipv6(Attempt *attempt);
/* "kernel", "user", or NULL before there is a data path. */
const char *attempt_data_path(const Attempt *attempt);
/* NULL before the start. */
const GatewayPath *attempt_path(const Attempt *attempt);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Attempt, attempt_free)
