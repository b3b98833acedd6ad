/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An attempt from inside: shared by attempt.c (its life), attempt_credentials.c, attempt_data_path.c and
 * attempt_leave.c. */
#pragma once

#include "connection/attempt.h"
#include "connection/credentials.h"
#include "connection/settings.h"
#include "connection/inner_ipv6.h"

typedef enum {
    ATTEMPT_PREPARED, /* the helpers are starting; no address yet */
    ATTEMPT_RUNNING,
    ATTEMPT_CLOSING_TUNNEL,
    ATTEMPT_CLOSING_IKE,
    ATTEMPT_OVER,
} AttemptState;

struct Attempt {
    AttemptEvents events;
    gpointer user_data;
    void (*left)(Attempt *attempt, gpointer user_data); /* attempt_leave() */
    gpointer left_data;
    AttemptState state;
    Stage stage;

    Host *host;
    IkeService *services; /* of everybody; NULL: plain L2TP */
    IkeService *service;  /* the one that is for this attempt */
    gboolean holds;       /* it */
    Profile *profile;
    Secret *psk, *password, *key_passphrase;
    gboolean passphrase_typed;
    guint32 reqid;
    guint32 ipv4_address;
    char *remembered_ike, *remembered_esp;
    IkeMaterial material;
    Credentials *credentials; /* files or certificates that are being looked into */
    gboolean material_ready;
    guint16 ike_port; /* IKE is to start as soon as the material is ready; 0: not yet */
    gboolean any_port;
    int link_ifindex;

    TunnelProcess *tunnel;
    Ike *ike;
    IpAddress gateway;
    GatewayPath path;
    int socket;
    HostChannel *channel; /* kernel path */
    HostLink *link;       /* borrowed */
    guint mtu;
    PppNetwork network;
    gboolean network_up;
    InnerIpv6 ipv6;

    Failure *pending; /* to be told from the main context */
    guint idle;
    guint prepare_link; /* the source that will */
    gboolean ike_began;
    guint deadline;
};

/* attempt.c: ends the attempt and tells `failed`. */
void attempt_fail(Attempt *attempt, const Failure *failure);
/* The stage's failure for an error of host/. */
Failure *attempt_host_failure(Stage stage, const GError *error);

/* Ends the attempt and tells that a passphrase is wanted. */
void attempt_want_passphrase(Attempt *attempt, const Failure *reason, gboolean fresh);
/* Has its IKE service started, if it is not held yet. */
void attempt_hold_service(Attempt *attempt);
/* Starts IKE, if that waits for it. */
void attempt_material_ready(Attempt *attempt);

/* attempt_credentials.c */
/* Gets ready what IKE proves itself with. */
void attempt_open_credentials(Attempt *attempt);
/* Has certificates of the gateway looked into, for the name that the user typed. */
void attempt_vouch(Ike *ike, GPtrArray *certificates, gpointer data);

/* attempt_data_path.c */
/* Makes the interface ahead of its need. */
void attempt_prepare_link(Attempt *attempt);
/* Makes the data path and hands it to the tunnel process, or fails the attempt. */
void attempt_make_data_path(Attempt *attempt, const TunnelDataPath *data_path);
