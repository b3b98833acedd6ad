/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Secrets in the desktop's keyring (libsecret), by a connection's UUID and the field's name.
 * A desktop without one is no error: nothing is found there, and storing says so. */
#pragma once

#include <gio/gio.h>

#include "base/secret.h"

/* Gives field name → Secret of those of `fields` that are there. */
void keyring_lookup(const char *uuid, const char *const *fields, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer data);
GHashTable *keyring_lookup_finish(GAsyncResult *result, GError **error);
/* `name` is the connection's, for people who look into their keyring. */
void keyring_store(const char *uuid, const char *name, const char *field, const Secret *secret,
                   GAsyncReadyCallback callback, gpointer data);
gboolean keyring_store_finish(GAsyncResult *result, GError **error);
/* Why it was not stored, as a sentence; to be freed. */
char *keyring_problem(const GError *error);
/* `field` NULL: all of the connection.  Without an answer. */
void keyring_forget(const char *uuid, const char *field);
