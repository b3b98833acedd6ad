/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a connection did not come about, or ended: a stage, a stable code, and what the peer
 * itself said.  The codes, their sentences and their hints stand in one table (failure.c);
 * the codes are part of the command line's and D-Bus's contract and never change. */
#pragma once

#include <glib.h>

typedef enum {
    STAGE_PREPARE,        /* profile, secrets, services on this machine */
    STAGE_RESOLVE,        /* the gateway's name, the route to it */
    STAGE_IPSEC,          /* IKE and ESP */
    STAGE_L2TP,           /* control connection and call */
    STAGE_PPP,            /* LCP */
    STAGE_AUTHENTICATION, /* PAP, CHAP, MS-CHAP */
    STAGE_NETWORK,        /* IPCP, IPV6CP, then addresses, routes and DNS on this machine */
    STAGE_CONNECTED,
} Stage;
#define STAGE_COUNT (STAGE_CONNECTED + 1)

typedef enum {
    FAILURE_INTERNAL,
    FAILURE_PROFILE_INVALID,
    FAILURE_SECRET_MISSING,
    FAILURE_CANCELLED,
    FAILURE_NAME_NOT_FOUND,
    FAILURE_NAME_LOOKUP_FAILED,
    FAILURE_NETWORK_UNREACHABLE,
    FAILURE_CHARON_MISSING,
    FAILURE_CHARON_FAILED,
    FAILURE_IKE_V1_MISSING,
    FAILURE_GATEWAY_SILENT,
    FAILURE_IKE_PORT_BLOCKED,
    FAILURE_NO_PROPOSAL_IKE,
    FAILURE_NO_PROPOSAL_ESP,
    FAILURE_PSK_WRONG,
    FAILURE_IDENTITY_MISMATCH,
    FAILURE_CERTIFICATE_UNUSABLE,
    FAILURE_CERTIFICATE_REJECTED,
    FAILURE_IKE_REJECTED,
    FAILURE_IPSEC_LOST,
    FAILURE_PORT_TAKEN,
    FAILURE_L2TP_SILENT,
    FAILURE_L2TP_REFUSED,
    FAILURE_L2TP_SECRET_WRONG,
    FAILURE_L2TP_PROTOCOL,
    FAILURE_PPP_SILENT,
    FAILURE_PPP_NEGOTIATION,
    FAILURE_AUTHENTICATION_REFUSED,
    FAILURE_AUTHENTICATION_SILENT,
    FAILURE_ACCOUNT_RESTRICTED_HOURS,
    FAILURE_ACCOUNT_DISABLED,
    FAILURE_PASSWORD_EXPIRED,
    FAILURE_PASSWORD_CHANGE_FAILED,
    FAILURE_DIAL_IN_DENIED,
    FAILURE_NO_AUTHENTICATION_METHOD,
    FAILURE_GATEWAY_NOT_AUTHENTIC,
    FAILURE_MPPE_MISSING,
    FAILURE_NO_ADDRESS,
    FAILURE_DATA_PATH_MISSING,
    FAILURE_NETWORK_SETUP,
    FAILURE_GATEWAY_CLOSED,
    FAILURE_CONNECTION_LOST,
    FAILURE_TUNNEL_DIED,
    FAILURE_TIMEOUT,
} FailureCode;
#define FAILURE_CODE_COUNT (FAILURE_TIMEOUT + 1)

typedef struct {
    Stage stage;
    FailureCode code;
    char *detail; /* the peer's or the system's own words, sanitised UTF-8, or NULL */
} Failure;

/* `detail` is copied, made valid UTF-8 without control characters, and cut at 512 bytes: it
 * may come from a hostile peer and ends on a terminal. */
Failure *failure_new(Stage stage, FailureCode code, const char *detail);
Failure *failure_new_printf(Stage stage, FailureCode code, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Bytes of a peer, of any length and content; NULL or 0 bytes give no detail. */
Failure *failure_new_peer(Stage stage, FailureCode code, const guint8 *text, gsize length);
Failure *failure_copy(const Failure *failure);
void failure_free(Failure *failure);
/* The same cleaning for any other text of a peer.  Never NULL. */
char *failure_clean_text(const guint8 *text, gsize length);

const char *stage_name(Stage stage); /* "ipsec" */
gboolean stage_from_name(const char *name, Stage *ret_stage);
const char *failure_code_name(FailureCode code); /* "psk-wrong" */
gboolean failure_code_from_name(const char *name, FailureCode *ret_code);
/* One sentence for somebody who knows no networking, and what to do; English, untranslated. */
const char *failure_code_message(FailureCode code);
const char *failure_code_hint(FailureCode code);
/* Whether trying again later by itself can help; never after a refused password. */
gboolean failure_code_is_transient(FailureCode code);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Failure, failure_free)
