/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is on PKCS#11 tokens (smart cards, USB keys), named by URIs of RFC 7512.
 *
 * Tokens are spoken to through libraries of their makers, which p11-kit knows.  One of them does
 * whatever it likes in the process that loads it, so that is a child of its own, which has no
 * capability, sees no file's contents, and says what it found in a message like our own.
 *
 * It stays root's, not the user's: the service of smart cards lets in who sits at the computer,
 * which a service's child does not, and the IKE service has to find what was found here.  So what
 * entitles a user is the PIN, without which no key is used, a system-wide one included. */
#pragma once

#include "credentials/protocol.h"

typedef struct {
    CredentialsVerdict verdict;
    char *words;         /* as in CredentialsResult */
    GBytes *certificate; /* DER; NULL: was not to be on a token */
    GBytes *ca;
    char *module; /* as in CredentialsResult; NULL: the key was not to be on a token */
    char *key_id;
    guint32 slot;
} CredentialsToken;

/* Whether the request names a token at all. */
gboolean credentials_wants_token(const CredentialsRequest *request);
/* Loads the libraries, in this process.  At most one PIN is tried, at most once: tokens lock
 * themselves. */
void credentials_token_find(const CredentialsRequest *request, CredentialsToken *ret_token);
/* The same by a child.  Only before the sandbox, and from a process of one thread. */
void credentials_token_ask(const CredentialsRequest *request, CredentialsToken *ret_token);
void credentials_token_clear(CredentialsToken *token);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CredentialsToken, credentials_token_clear)
