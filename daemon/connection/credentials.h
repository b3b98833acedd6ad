/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent's side of causeway-credentials: certificate, key and PKCS#12 files opened by a
 * process that can do nothing else. */
#pragma once

#include "base/failure.h"
#include "credentials/protocol.h"

typedef struct Credentials Credentials;

/* Called once, from the main context, never from inside credentials_open().  `failure` is NULL
 * when `result` holds what was asked for; otherwise `result` tells no more than the verdict.
 * Both are borrowed. */
typedef void (*CredentialsDone)(const CredentialsResult *result, const Failure *failure,
                                gpointer user_data);

/* `program` NULL: the installed one; `msec`: how long it may take, 0: ten seconds. */
Credentials *credentials_open(const char *program, const CredentialsRequest *request, guint msec,
                              CredentialsDone done, gpointer user_data);
/* `done` is not called any more. */
void credentials_free(Credentials *credentials);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Credentials, credentials_free)
