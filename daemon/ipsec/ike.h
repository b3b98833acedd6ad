/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IKE side as the rest of Causeway sees it: an IKE service that is held while somebody
 * needs it, and negotiations that bring ESP up between this machine and one gateway, keep it
 * up, and take it down.  Nothing here tells which program negotiates: today it is strongSwan's
 * charon (charon.c, negotiation.c); another one can stand behind the same functions.
 *
 * Everything is asynchronous and belongs to the main context that was the thread's default
 * when the object was made.  No function blocks, no callback is called from inside a function
 * of this header.  A callback may call any of them, ike_free() included. */
#pragma once

#include <gio/gio.h>

#include "base/failure.h"
#include "base/secret.h"

/* Every XFRM state and policy of ours carries a reqid of this range, chosen by the caller.  So
 * whoever cleans up after a killed daemon deletes the states and policies with such a reqid
 * (XFRM_MSG_DELSA, XFRM_MSG_DELPOLICY; per-socket policies go with their socket) and touches
 * nothing else. */
#define IKE_REQID_FIRST 0x43570001u
#define IKE_REQID_LAST 0x4357ffffu

/* ---- the service ---- */

typedef struct IkeService IkeService;

typedef enum {
    IKE_SERVICE_AUTO,    /* our own instance where one can be run, else the system's */
    IKE_SERVICE_PRIVATE, /* our own instance only */
    IKE_SERVICE_SYSTEM,  /* the system's only, as a guest */
} IkeServiceMode;

/* `runtime_directory` (e.g. "/run/causeway") must exist and belong to root; a folder with mode
 * 0700 is made below it.  `program` is the IKE program's path, NULL for the built-in one.
 * Nothing is started yet. */
IkeService *ike_service_new(IkeServiceMode mode, const char *runtime_directory,
                            const char *program);
/* Starts the service unless it runs, so that it gets ready while the gateway's name is being
 * resolved.  Holds are counted; a negotiation takes one of its own.  Some time after the last
 * one is gone the service ends. */
void ike_service_hold(IkeService *service);
void ike_service_release(IkeService *service);
/* Process id of our own instance; 0 when there is none.  For logs and tests. */
GPid ike_service_pid(IkeService *service);
/* Ends our own instance, which takes its states and policies out of the kernel, and calls `done`
 * when it is gone: within five seconds, at once if there is none.  For the daemon's own end. */
void ike_service_shutdown(IkeService *service, void (*done)(gpointer user_data),
                          gpointer user_data);
/* All negotiations must have been freed.  An instance that still runs is told to end. */
void ike_service_free(IkeService *service);
/* The service for one user's connections, NULL for everybody's: another charon of our own, since
 * all that is loaded into one (keys, certificates, whom to trust) counts for each connection in
 * it.  Of the system's charon there is only one.  It belongs to `service`. */
IkeService *ike_service_of_user(IkeService *service, const char *user);
/* The same for connections whose key is on the PKCS#11 token in that slot of the library `module`
 * (a path), which no other one loads.  It ends with the last of them, and with it the PIN. */
IkeService *ike_service_of_token(IkeService *service, const char *user, const char *module,
                                 guint slot);

/* ---- one negotiation and what comes of it ---- */

typedef struct Ike Ike;

typedef enum {
    IKE_AUTH_PSK,
    IKE_AUTH_CERTIFICATE,
} IkeAuth;

typedef enum {
    IKE_SECURITY_STRONG,     /* nothing that is weak by today's measure */
    IKE_SECURITY_COMPATIBLE, /* strong first, at the end what many gateways in the field need:
                                modp1536 and modp1024, 3DES */
    IKE_SECURITY_LEGACY,     /* also MD5, and rarer combinations of these */
} IkeSecurity;

/* All strings and objects are copied (or referenced) by ike_new(). */
typedef struct {
    const char *uuid;          /* names what we load; letters, digits, '-', '_', '.' only */
    const char *gateway;       /* numeric address */
    const char *local_address; /* numeric; the one that is routed to the gateway */
    guint16 local_port;        /* UDP port that the L2TP socket is bound to */
    guint16 remote_port;       /* 1701 */
    guint32 reqid;             /* IKE_REQID_FIRST … IKE_REQID_LAST, of this negotiation alone */

    IkeAuth auth;
    const Secret *psk;      /* raw bytes; a leading "0s" or "0x" has been decoded before */
    const char *group_name; /* asks for aggressive mode, sent as key id; NULL or "": main mode */
    const char *local_id;   /* NULL: the local address, or the certificate's subject */
    /* NULL: whoever knows the key is welcome, or who has a certificate of `ca` that names
     * `gateway_name`; "%any": whoever has one.  IkeInfo tells the identity. */
    const char *remote_id;
    const char *gateway_name; /* what the user typed for `gateway`; NULL: that itself */

    GBytes *certificate;            /* contents of a file, PEM or DER; may hold a chain */
    GBytes *private_key;            /* PEM or DER, not encrypted; NULL: it is on a token */
    const char *token_key;          /* its CKA_ID, in hexadecimal digits */
    guint token_slot;               /* of ike_service_of_token() */
    const Secret *token_pin;        /* known to be right: tokens count wrong ones */
    GBytes *ca;                     /* PEM (several allowed) or DER; NULL: any that charon trusts */

    const char *ike_proposals; /* the user's, in strongSwan's or Libreswan's spelling; NULL: ours */
    const char *esp_proposals;
    IkeSecurity security;          /* which of our own proposals are offered */
    const char *remembered_ike;    /* IkeInfo's suites of the last time, offered first; or NULL */
    const char *remembered_esp;
    gboolean force_encapsulation;
    gboolean pfs;            /* offer perfect forward secrecy too (never instead) */
    guint ike_lifetime;      /* seconds; 0: ours */
    guint esp_lifetime;
} IkeConfig;

/* What was agreed on.  Valid during the callback only. */
typedef struct {
    const char *ike_suite; /* "aes256-sha256-modp2048" */
    const char *esp_suite; /* "aes256-sha1" */
    gboolean ike_weak;     /* to be shown as weak */
    gboolean esp_weak;
    gboolean aggressive;
    gboolean nat_local;    /* we are behind NAT */
    gboolean nat_remote;   /* the gateway is */
    gboolean encapsulated; /* ESP in UDP: 8 bytes more a packet */
    const char *local_id;
    const char *remote_id; /* whatever the gateway called itself */
    guint16 ike_port;      /* the gateway's: 500 or 4500 */
    guint32 reqid;
    guint ike_expires;     /* seconds until re-authentication or rekeying; 0 unknown */
    guint esp_expires;
    guint esp_iv;          /* shape of an ESP packet, bytes (for the MTU) */
    guint esp_icv;
    guint esp_align;
    guint rtt_msec;        /* least round trip seen in the exchange; 0 unknown */
} IkeInfo;

typedef struct {
    /* A line for "causeway up --verbose" and the log; no secrets in it. */
    void (*progress)(Ike *ike, const char *text, gpointer user_data);
    /* The ESP states are in the kernel; L2TP may start. */
    void (*established)(Ike *ike, const IkeInfo *info, gpointer user_data);
    /* Rekeyed, authenticated again, or made anew after the gateway had dropped it. */
    void (*changed)(Ike *ike, const IkeInfo *info, gpointer user_data);
    /* It was established, is gone, and could not be brought back.  Everything of it has been
     * taken out of the service; ike_start() may be called again. */
    void (*lost)(Ike *ike, const Failure *failure, gpointer user_data);
    /* It did not come about.  As for `lost`, ike_start() may be called again. */
    void (*failed)(Ike *ike, const Failure *failure, gpointer user_data);
    /* After ike_stop(), always, within three seconds. */
    void (*stopped)(Ike *ike, gpointer user_data);
    /* The gateway has proved who it is, but that is not the name it is known by: which of these
     * certificates (GBytes, DER), all of which have its identity, are for `gateway_name`?  To be
     * answered by ike_vouch().  NULL: such a gateway is refused. */
    void (*vouch_wanted)(Ike *ike, GPtrArray *certificates, gpointer user_data);
} IkeEvents;

/* Refuses what can be seen to be wrong beforehand: sets `ret_failure` (STAGE_PREPARE or
 * STAGE_IPSEC) and returns NULL. */
Ike *ike_new(IkeService *service, const IkeConfig *config, const IkeEvents *events,
             gpointer user_data, Failure **ret_failure);
/* Those that are (PEM), or NULL: none.  From then on the gateway has to have one of these. */
void ike_vouch(Ike *ike, GBytes *certificates);
/* Ends in `established`, `failed` or, after ike_stop(), `stopped`. */
void ike_start(Ike *ike);
/* Takes the SAs down (the gateway is told) and unloads everything, in whatever state. */
void ike_stop(Ike *ike);
/* Calls nothing any more.  What is still loaded is unloaded behind the scenes. */
void ike_free(Ike *ike);

/* Whether a user's proposals can be understood, for editors: the error names the bad token. */
gboolean ike_check_proposals(const char *ike_or_null, const char *esp_or_null, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IkeService, ike_service_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ike, ike_free)
