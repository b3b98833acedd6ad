/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection from inside: shared by connection.c (its life), connection_network.c (what it
 * does to the machine) and connection_status.c (what it shows). */
#pragma once

#include "connection/attempt.h"
#include "connection/connection.h"
#include "connection/manager.h"
#include "connection/memory.h"
#include "connection/resolve.h"
#include "host/monitor.h"
#include "host/network.h"
#include "host/watch.h"

/* Counted (g_rc_box), because the answer to an asynchronous call may come after
 * connection_free(): `freed` is set then, and nothing is touched any more. */
struct Connection {
    gboolean freed;
    ConnectionManager *manager;
    Profile *profile;
    ConnectionEvents events;
    gpointer data;
    guint32 reqid;
    gboolean report; /* the network plan is set by the owner */
    gboolean patient; /* a first connection, too, is tried again and again */

    ConnectionState state;
    Stage stage;
    gint64 since;
    Failure *failure;
    gboolean was_connected;
    Memory memory;        /* what worked the last time */
    gboolean left_rudely; /* the gateway may still hold the lost tunnel */
    guint reconnects, attempts, redirects, restarts;

    Resolve *resolve;
    GArray *addresses; /* of IpAddress; the gateway's */
    guint address_index;
    Attempt *attempt;
    guint retry; /* source of the next attempt */
    Monitor *awaited; /* with it, where there is no network: any news of one */

    HostLink *link;
    HostNetwork *network;
    NetworkPlan *plan;
    GCancellable *applying;
    HostWatch *watch;
    gboolean attempt_closing, network_closing; /* what connection_stop() still waits for */

    Secret *psk, *password, *key_passphrase; /* the profile's, or given since */
    gboolean passphrase_typed;               /* and not used yet */
    char *secret_field, *secret_message;     /* what is asked for now */
    Failure *refusal;                        /* why the last password was not taken */
    gboolean secret_told, secret_fresh;      /* by somebody, not out of a store */

    /* status */
    ConnectionStatus status;
    char *gateway, *data_path, *ike, *esp, *authentication, *peer_address;
    const char *nat;
    gboolean weak;
    gint64 ike_renewal, esp_renewal; /* seconds since 1970; 0: not known */
    GPtrArray *local_addresses, *dns;
    guint changed;
};

/* connection.c */
void connection_log(Connection *connection, const char *line);
void connection_set_state(Connection *connection, ConnectionState state, Stage stage);
/* The attempt is over, or is ended now: another one, or the end. */
void connection_fail(Connection *connection, const Failure *failure);
void connection_fail_from_error(Connection *connection, Stage stage, FailureCode code,
                                const GError *error);
/* A connection that is still being made begins again at once, over the network as it is now,
 * unless it has done so too often.  FALSE: it is not being made. */
gboolean connection_restart(Connection *connection);
/* For asynchronous calls: the reference that was taken with g_rc_box_acquire(). */
void connection_unref(Connection *connection);
/* The status has become another: the owner is told from the main context, once for several
 * changes of one turn. */
void connection_tell(Connection *connection);
/* The network is set: the connection is complete. */
void connection_complete(Connection *connection);
/* The network is as it was. */
void connection_network_closed(Connection *connection);

/* Starts an attempt, or asks for what it needs first. */
void connection_begin_attempt(Connection *connection);
/* Ends in FAILED for that reason; the gateway is told. */
void connection_end(Connection *connection, const Failure *failure);

/* connection_secrets.c */
/* FALSE: one is missing and has been asked for; connection_begin_attempt() follows the answer. */
gboolean connection_have_secrets(Connection *connection);
/* The gateway wants (another) one. */
void connection_ask_password(Connection *connection, PppSecretKind kind, const Failure *refused);
/* The private key is encrypted, or on a token; `fresh`: what is stored is no answer. */
void connection_ask_passphrase(Connection *connection, const Failure *reason, gboolean fresh);

/* connection_wait.c */
/* The next attempt begins then; at once: a way to the gateway has come up, if it waits; never. */
void connection_retry_soon(Connection *connection, guint msec);
void connection_retry_now(Connection *connection);
void connection_forget_retry(Connection *connection);
/* Whether a connection that never was up is tried again. */
gboolean connection_may_wait(Connection *connection);
/* While it waits for its next attempt: has that come as soon as there is a network. */
void connection_await_network(Connection *connection);

/* connection_network.c */
void connection_network_apply(Connection *connection, const PlanNegotiated *negotiated,
                              const GatewayPath *path);
/* The way that the attempt has taken is looked after, while there is no network yet. */
void connection_network_watch_attempt(Connection *connection);
/* The tunnel is dead: the way to the gateway at that address (perhaps a new one) is kept out of
 * it. */
void connection_network_repin(Connection *connection, const IpAddress *gateway);
/* The name servers behind the dead tunnel cannot be asked for the gateway's address: the
 * machine's own ones come back until the tunnel does.  Addresses and routes stay. */
void connection_network_release_dns(Connection *connection);
/* connection_network_closed() follows, unless the connection is freed before. */
void connection_network_undo(Connection *connection);
/* Takes back what is left, at once. */
void connection_network_forget(Connection *connection);
