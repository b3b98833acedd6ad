/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From charon's words to a failure. */
#include "ipsec/cause.h"

#include <string.h>

#define POINT(p) (1u << (p))
#define PHASE_1                                                                                   \
    (POINT(CAUSE_NOTHING) | POINT(CAUSE_OFFER) | POINT(CAUSE_KEYS) | POINT(CAUSE_PROOF) |         \
     POINT(CAUSE_AGGRESSIVE))
#define PHASE_2 POINT(CAUSE_QUICK)
#define ANYWHERE (PHASE_1 | PHASE_2)
#define AT_PROOF (POINT(CAUSE_PROOF) | POINT(CAUSE_AGGRESSIVE))

typedef struct {
    const char *words;  /* contained in the line */
    guint points;       /* where they mean it; 0: nowhere, nor what follows in this table */
    guint rank;
    FailureCode code;
    FailureCode with_certificates; /* the same words when certificates are in use */
} Row;

#define ROW(words, points, rank, code) { words, points, rank, code, code }

/* The first row that fits a line counts. */
static const Row rows[] = {
    ROW("IKE version 1 not supported", ANYWHERE, 2, FAILURE_IKE_V1_MISSING),

    /* The peer's own notifies (RFC 2408 §3.14.1). */
    ROW("received NO_PROPOSAL_CHOSEN error notify", PHASE_1, 2, FAILURE_NO_PROPOSAL_IKE),
    ROW("received NO_PROPOSAL_CHOSEN error notify", PHASE_2, 2, FAILURE_NO_PROPOSAL_ESP),
    ROW("received INVALID_KEY_INFORMATION error notify", PHASE_1, 2, FAILURE_NO_PROPOSAL_IKE),
    ROW("received INVALID_KEY_INFORMATION error notify", PHASE_2, 2, FAILURE_NO_PROPOSAL_ESP),
    ROW("received ATTRIBUTES_NOT_SUPPORTED error notify", PHASE_1, 2, FAILURE_NO_PROPOSAL_IKE),
    ROW("received ATTRIBUTES_NOT_SUPPORTED error notify", PHASE_2, 2, FAILURE_NO_PROPOSAL_ESP),
    ROW("received BAD_PROPOSAL_SYNTAX error notify", PHASE_1, 2, FAILURE_NO_PROPOSAL_IKE),
    ROW("received BAD_PROPOSAL_SYNTAX error notify", PHASE_2, 2, FAILURE_NO_PROPOSAL_ESP),
    /* The first message of aggressive mode proves nothing yet: a group that is not known, or
     * no aggressive mode at all. */
    ROW("received AUTHENTICATION_FAILED error notify", POINT(CAUSE_AGGRESSIVE), 2,
        FAILURE_IKE_REJECTED),
    ROW("received INVALID_ID_INFORMATION error notify", POINT(CAUSE_AGGRESSIVE), 2,
        FAILURE_IKE_REJECTED),
    ROW("received INVALID_ID_INFORMATION error notify", PHASE_1, 2, FAILURE_IDENTITY_MISMATCH),
    /* What a gateway answers that could not decrypt our fifth message: the key differs. */
    { "received PAYLOAD_MALFORMED error notify", AT_PROOF, 2, FAILURE_PSK_WRONG,
      FAILURE_IKE_REJECTED },
    { "received INVALID_PAYLOAD_TYPE error notify", AT_PROOF, 2, FAILURE_PSK_WRONG,
      FAILURE_IKE_REJECTED },
    { "received INVALID_HASH_INFORMATION error notify", AT_PROOF, 2, FAILURE_PSK_WRONG,
      FAILURE_CERTIFICATE_REJECTED },
    { "received AUTHENTICATION_FAILED error notify", PHASE_1, 2, FAILURE_PSK_WRONG,
      FAILURE_CERTIFICATE_REJECTED },
    ROW("received INVALID_CERT_ENCODING error notify", ANYWHERE, 2, FAILURE_CERTIFICATE_REJECTED),
    ROW("received INVALID_CERTIFICATE error notify", ANYWHERE, 2, FAILURE_CERTIFICATE_REJECTED),
    ROW("received INVALID_CERT_AUTHORITY error notify", ANYWHERE, 2,
        FAILURE_CERTIFICATE_REJECTED),
    ROW("received CERTIFICATE_UNAVAILABLE error notify", ANYWHERE, 2,
        FAILURE_CERTIFICATE_REJECTED),
    { "received INVALID_SIGNATURE error notify", ANYWHERE, 2, FAILURE_PSK_WRONG,
      FAILURE_CERTIFICATE_REJECTED },
    ROW(" error notify", ANYWHERE, 2, FAILURE_IKE_REJECTED),

    /* What charon found out. */
    { "could not decrypt payloads", AT_PROOF, 2, FAILURE_PSK_WRONG, FAILURE_IKE_REJECTED },
    ROW("calculated HASH does not match HASH payload", ANYWHERE, 2, FAILURE_PSK_WRONG),
    ROW("IDir '", PHASE_1, 2, FAILURE_IDENTITY_MISMATCH),
    /* First it looks by identities, which is not where ours is; this is the second time. */
    ROW("no shared key found for '", 0, 0, FAILURE_SECRET_MISSING),
    ROW("no shared key found for ", ANYWHERE, 2, FAILURE_SECRET_MISSING),
    ROW("no private key found for", ANYWHERE, 2, FAILURE_CERTIFICATE_UNUSABLE),
    ROW("private key found for '", ANYWHERE, 2, FAILURE_CERTIFICATE_UNUSABLE),
    ROW("configuration uses unsupported authentication", ANYWHERE, 2,
        FAILURE_CERTIFICATE_UNUSABLE),
    ROW("no issuer certificate found for", ANYWHERE, 1, FAILURE_CERTIFICATE_REJECTED),
    ROW("subject certificate invalid", ANYWHERE, 1, FAILURE_CERTIFICATE_REJECTED),
    ROW("issuer certificate invalid", ANYWHERE, 1, FAILURE_CERTIFICATE_REJECTED),
    ROW("certificate was revoked", ANYWHERE, 2, FAILURE_CERTIFICATE_REJECTED),
    ROW("public key found for '", ANYWHERE, 1, FAILURE_CERTIFICATE_REJECTED),
    ROW("signature validation failed", ANYWHERE, 1, FAILURE_CERTIFICATE_REJECTED),
    ROW("constraint check failed", ANYWHERE, 1, FAILURE_CERTIFICATE_REJECTED),
    ROW("no matching proposal found", PHASE_2, 1, FAILURE_NO_PROPOSAL_ESP),
    ROW("no proposal found", PHASE_1, 1, FAILURE_NO_PROPOSAL_IKE),
    ROW("peer selected invalid traffic selectors", ANYWHERE, 2, FAILURE_IKE_REJECTED),
    ROW(CAUSE_DELETED, ANYWHERE, 1, FAILURE_IKE_REJECTED),
    ROW("Network is unreachable", ANYWHERE, 1, FAILURE_NETWORK_UNREACHABLE),
    ROW("No route to host", ANYWHERE, 1, FAILURE_NETWORK_UNREACHABLE),

    /* This machine's own faults. */
    ROW("DH group not supported", ANYWHERE, 2, FAILURE_CHARON_FAILED),
    ROW("allocating SPI from kernel failed", ANYWHERE, 2, FAILURE_CHARON_FAILED),
    ROW("in kernel", ANYWHERE, 2, FAILURE_CHARON_FAILED),
};

void cause_init(Cause *cause, gboolean certificates)
{
    *cause = (Cause){ .certificates = certificates };
}

void cause_clear(Cause *cause)
{
    g_clear_pointer(&cause->detail, g_free);
}

/* "generating ID_PROT request 0 [ KE No NAT-D NAT-D ]": the payloads tell which message. */
static void cause_generating(Cause *cause, const char *text)
{
    if (g_str_has_prefix(text, "QUICK_MODE request"))
        cause->point = CAUSE_QUICK;
    else if (g_str_has_prefix(text, "AGGRESSIVE request"))
        cause->point = strstr(text, "[ SA ") ? CAUSE_AGGRESSIVE : CAUSE_PROOF;
    else if (!g_str_has_prefix(text, "ID_PROT request"))
        return;
    else if (strstr(text, "[ SA "))
        cause->point = CAUSE_OFFER;
    else if (strstr(text, "[ KE "))
        cause->point = CAUSE_KEYS;
    else if (strstr(text, "[ ID "))
        cause->point = CAUSE_PROOF;
}

static void cause_verdict(Cause *cause, guint rank, FailureCode code, const char *text)
{
    if (rank <= cause->rank)
        return;
    cause->rank = rank;
    cause->code = code;
    g_free(cause->detail);
    cause->detail = g_strdup(text);
}

void cause_line(Cause *cause, const char *text)
{
    if (g_str_has_prefix(text, "generating "))
        cause_generating(cause, text + strlen("generating "));
    else if (g_str_has_prefix(text, "sending packet: "))
        cause->sent++;
    else if (g_str_has_prefix(text, "sending retransmit "))
        cause->retransmitted = TRUE;
    if (g_str_has_prefix(text, "received packet: ")) {
        cause->received++;
        cause->retransmitted = FALSE;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Row *row = &rows[i];
        if (row->points == 0 && strstr(text, row->words))
            return;
        if ((row->points & POINT(cause->point)) && strstr(text, row->words)) {
            cause_verdict(cause, row->rank,
                          cause->certificates ? row->with_certificates : row->code, text);
            return;
        }
    }
}

/* Nobody said anything: what fell silent tells. */
static Failure *cause_silence(const Cause *cause)
{
    if (cause->received == 0)
        return failure_new(STAGE_IPSEC, FAILURE_GATEWAY_SILENT,
                           cause->point == CAUSE_AGGRESSIVE
                               ? "in aggressive mode many gateways stay silent, too, when they do "
                                 "not know the group name"
                               : NULL);
    switch (cause->point) {
    case CAUSE_PROOF:
        if (cause->certificates)
            return failure_new(STAGE_IPSEC, FAILURE_CERTIFICATE_REJECTED,
                               "the gateway fell silent when it was shown the certificate");
        return failure_new(STAGE_IPSEC, FAILURE_PSK_WRONG,
                           "the gateway fell silent when the key was to be proved: the key is "
                           "wrong, or it expects another identity");
    case CAUSE_QUICK:
        return failure_new(STAGE_IPSEC, FAILURE_TIMEOUT,
                           "no answer to the proposals of phase 2");
    case CAUSE_NOTHING:
    case CAUSE_OFFER:
    case CAUSE_KEYS:
    case CAUSE_AGGRESSIVE:
        return failure_new(STAGE_IPSEC, FAILURE_TIMEOUT,
                           "the gateway fell silent during the key exchange");
    }
    return failure_new(STAGE_IPSEC, FAILURE_TIMEOUT, NULL);
}

Failure *cause_failure(const Cause *cause, gboolean timed_out)
{
    if (cause->rank > 0)
        return failure_new(STAGE_IPSEC, cause->code, cause->detail);
    if (timed_out || cause->retransmitted)
        return cause_silence(cause);
    return failure_new(STAGE_IPSEC, FAILURE_IKE_REJECTED, NULL);
}
