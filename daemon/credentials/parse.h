/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens what a user brought. */
#pragma once

#include "credentials/protocol.h"

/* The contents of the files. */
typedef struct {
    GBytes *certificate; /* NULL: not given */
    GBytes *private_key;
    GBytes *ca;
    const Secret *passphrase; /* borrowed */
    gboolean key_on_token;    /* and not in `private_key` */
    gint64 now;
} CredentialsContents;

/* Reads the files of a request, with the rights of its user; what is on a token is left out.
 * FALSE: one cannot be read, which `ret_result` tells. */
gboolean credentials_read(const CredentialsRequest *request, CredentialsContents *ret_contents,
                          CredentialsResult *ret_result);
void credentials_contents_clear(CredentialsContents *contents);

/* Always a result, which the caller clears. */
void credentials_parse(const CredentialsContents *contents, CredentialsResult *ret_result);

/* Those of `candidates` (GBytes, DER) that are for `name`, a host's name or address; an empty
 * `certificate` when none is. */
void credentials_match(const char *name, GPtrArray *candidates, CredentialsResult *ret_result);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CredentialsContents, credentials_contents_clear)
