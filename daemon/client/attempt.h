/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One attempt to connect, with what a front end shows and is asked meanwhile.  Everything
 * happens on the thread-default main context. */
#pragma once

#include "base/failure.h"
#include "client/client.h"

typedef struct Attempt Attempt;

typedef struct {
    /* Another stage began; the ones before it are done. */
    void (*stage)(Attempt *attempt, Stage stage, gpointer data);
    /* To be answered by attempt_answer(), at any time. */
    void (*secret_wanted)(Attempt *attempt, const char *field, const char *message,
                          gboolean refused_before, gpointer data);
    /* The question that was asked last needs no answer any more. */
    void (*secret_cancelled)(Attempt *attempt, gpointer data);
    /* The end.  Connected: `failure_code` is NULL.  Else the five belong together. */
    void (*finished)(Attempt *attempt, const char *failure_stage, const char *failure_code,
                     const char *message, const char *hint, gpointer data);
} AttemptEvents;

/* `secrets` are for this connection alone: a NULL-terminated list of field names and as many
 * values; both may be NULL. */
Attempt *attempt_start(Client *client, CausewayProfile *profile, const char *const *fields,
                       const Secret *const *secrets, const AttemptEvents *events, gpointer data,
                       GError **error);
/* The connection, for what was negotiated; NULL before the bus has told of it. */
CausewayConnection *attempt_connection(Attempt *attempt);
/* NULL: the user gave up. */
void attempt_answer(Attempt *attempt, const Secret *secret);
/* Ends the connection; `finished` follows with "cancelled". */
void attempt_cancel(Attempt *attempt);
/* The connection itself stays. */
void attempt_free(Attempt *attempt);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Attempt, attempt_free)
