/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Causeway's words for secrets and failures in NetworkManager's. */
#pragma once

#include <libnm/NetworkManager.h>

#include "base/secret.h"

/* The key under which NetworkManager is asked for a secret that causewayd asks for
 * ("ppp.password" → "password"); static, NULL for none.  A password that is to replace an expired
 * one is asked for as "new-password". */
const char *words_secret_key(const char *field);
/* What is put to the user: the gateway's own sentence, or one of ours. */
char *words_question(const char *field, const char *message, gboolean refused_before);
/* An answer as bytes; a shared key may be base64. */
Secret *words_secret(const char *field, const char *text);
/* The field of the secret that was wrong, so that another one may help; NULL for none. */
const char *words_wrong_secret(const char *code);
/* NetworkManager knows four reasons. */
NMVpnPluginFailure words_failure_reason(const char *stage, const char *code);
