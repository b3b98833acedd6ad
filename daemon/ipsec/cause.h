/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What charon's log tells about a negotiation: how far it came, and why it failed.  Pure: lines
 * in, a verdict out.  The words are those of strongSwan 5.9.8's level 1; they are not
 * translated and hardly ever change, yet nothing but the sentence shown to the user depends on
 * them. */
#pragma once

#include <glib.h>

#include "base/failure.h"

/* What we sent last; silence means something else at each. */
/* How the detail begins when the gateway has deleted what was being negotiated. */
#define CAUSE_DELETED "received DELETE for IKE_SA"

typedef enum {
    CAUSE_NOTHING,    /* not a packet yet */
    CAUSE_OFFER,      /* main mode's first message: the proposals */
    CAUSE_KEYS,       /* its third: key exchange */
    CAUSE_PROOF,      /* its fifth: identity and proof of the key, encrypted */
    CAUSE_AGGRESSIVE, /* aggressive mode's first: all of it */
    CAUSE_QUICK,      /* quick mode's first: phase 2 */
} CausePoint;

typedef struct {
    gboolean certificates;
    CausePoint point;
    guint sent;     /* packets */
    guint received;
    gboolean retransmitted; /* since the last answer */
    /* The verdict so far; rank 0: none, 1: a guess, 2: the peer's or charon's own word. */
    guint rank;
    FailureCode code;
    char *detail;
} Cause;

void cause_init(Cause *cause, gboolean certificates);
void cause_clear(Cause *cause);
void cause_line(Cause *cause, const char *text);
/* The failure that the lines so far amount to, when the negotiation has failed (`timed_out`:
 * by our own deadline). */
Failure *cause_failure(const Cause *cause, gboolean timed_out);
