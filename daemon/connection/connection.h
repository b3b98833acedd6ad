/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One connection's life: resolve, IPsec, L2TP and PPP, the machine's network, and the way
 * back.  Everything happens on the thread-default main context that was current when the
 * manager was made; no function here blocks. */
#pragma once

#include <gio/gio.h>

#include "base/failure.h"
#include "base/secret.h"
#include "profile/profile.h"

typedef enum {
    CONNECTION_DISCONNECTED,
    CONNECTION_CONNECTING,
    CONNECTION_CONNECTED,
    CONNECTION_RECONNECTING, /* was connected, is being taken up again; the interface stays */
    CONNECTION_DISCONNECTING,
    CONNECTION_FAILED, /* over; `failure` says why */
} ConnectionState;
#define CONNECTION_STATE_COUNT (CONNECTION_FAILED + 1)

/* A view of a connection; strings belong to it and hold until its next `changed`.  What is
 * not known yet is NULL, empty or 0. */
typedef struct {
    ConnectionState state;
    Stage stage;       /* the one that runs, or the one that failed */
    gint64 since_unix; /* seconds since 1970 at which `state` was entered */
    const Failure *failure;
    const char *gateway;   /* the numeric address in use */
    const char *interface; /* "causeway0" */
    const char *data_path; /* "kernel" or "user" */
    const char *const *local_addresses; /* NULL-terminated; "10.77.0.10", "fe80::…" */
    const char *peer_address;
    const char *const *dns; /* NULL-terminated */
    guint mtu;
    const char *ike; /* negotiated suites, "AES-256-CBC, HMAC-SHA2-256, MODP-2048" */
    const char *esp;
    gboolean weak;   /* one of the two is weak by today's measure */
    const char *nat; /* "none", "local", "remote", "both" */
    const char *authentication; /* "MS-CHAPv2" */
    guint reconnects;
    /* When the keys of the exchange and of the data are renewed, seconds since 1970. */
    gint64 ike_renewal_unix, esp_renewal_unix;
} ConnectionStatus;

typedef struct {
    guint64 rx_bytes, tx_bytes; /* through the interface, since it was made */
    guint64 rx_packets, tx_packets;
} ConnectionStatistics;

typedef struct ConnectionManager ConnectionManager;
typedef struct Connection Connection;

/* Called from the main context, never from inside a call to this header's functions. */
typedef struct {
    void (*changed)(Connection *connection, gpointer data);
    /* `field` is "ppp.password", "ppp.new-password", "ipsec.psk", "ipsec.key-passphrase" or
     * "l2tp.secret"; `message` is the gateway's or our own sentence, or NULL.  Answered by
     * connection_secret(), at any time. */
    void (*secret_wanted)(Connection *connection, const char *field, const char *message,
                          gpointer data);
} ConnectionEvents;

typedef struct {
    const char *runtime_directory; /* "/run/causeway": journal, private charon */
    const char *state_file;        /* what worked the last time; NULL: forget */
    const char *tunnel_path;       /* the causeway-tunnel executable */
    const char *charon_mode;       /* "auto", "private" or "system" */
    const char *charon_path;       /* the private instance's executable, or NULL */
    GDBusConnection *system_bus;   /* or NULL: sleep is then seen from the clocks alone */
} ConnectionSettings;

/* Undoes at once what a dead predecessor left on this machine.  NULL with `error` when another
 * causewayd is at work or the rights are missing. */
ConnectionManager *connection_manager_new(const ConnectionSettings *settings, GError **error);
/* All connections must have been freed. */
void connection_manager_free(ConnectionManager *manager);
/* Stops every connection, telling the gateways, then the IKE service; `done` is called once when
 * all has ended, perhaps before this function returns. */
typedef void (*ConnectionManagerDone)(gpointer data);
void connection_manager_stop(ConnectionManager *manager, ConnectionManagerDone done,
                             gpointer data);

/* A profile may have one connection; the profile is copied.  Secrets of the profile are taken
 * from it, and asked for when they are missing and needed. */
Connection *connection_new(ConnectionManager *manager, Profile *profile,
                           const ConnectionEvents *events, gpointer data);
/* Ends at once whatever it does, restores the machine's network, and calls nothing more; a
 * gateway that is still there is told behind the scenes. */
void connection_free(Connection *connection);
/* Before it is started: addresses, routes and name servers are told in connection_plan() and set
 * by the owner, not by us. */
void connection_report_network(Connection *connection);
/* a{sv}, floating: what network_plan_to_variant() says, and "ipv6-addresses" as.  NULL: nothing
 * is to be set by the owner, or not yet. */
GVariant *connection_plan(Connection *connection);
/* Before it is started: nobody waits for it, so what may come right by itself (no network yet, a
 * gateway that does not answer) is waited for, for as long as it takes. */
void connection_be_patient(Connection *connection);
void connection_start(Connection *connection);
/* CONNECTION_DISCONNECTED follows; the gateway is told, for at most a second. */
void connection_stop(Connection *connection);
/* Of what was asked for last: a person is to type it, whatever is stored.  A token that has heard
 * a wrong PIN must not be given the same one again. */
gboolean connection_wants_fresh_secret(Connection *connection);
/* Nor was it tried this time: the stored one may be right, only that nobody has typed it. */
gboolean connection_secret_is_untried(Connection *connection);
/* NULL: the user gave up; the connection fails with FAILURE_SECRET_MISSING. */
void connection_secret(Connection *connection, const char *field, const Secret *secret);
const ConnectionStatus *connection_status(Connection *connection);
/* Asynchronous counters would be stale at once: read from the kernel by the interface's name. */
void connection_statistics(Connection *connection, ConnectionStatistics *ret_statistics);

const char *connection_state_name(ConnectionState state); /* "reconnecting" */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Connection, connection_free)
