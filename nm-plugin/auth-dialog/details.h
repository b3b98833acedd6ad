/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an agent tells an auth dialog: its options, and the connection's data and secrets, which
 * come on standard input; and what is to be asked for, worked out from them. */
#pragma once

#include "profile/nm_settings.h"

typedef struct {
    char *uuid, *name, *service;
    gboolean reprompt, interactive, external;
    char **hints; /* keys of secrets, and "x-vpn-message:" with what the gateway says */
    NmSettings *settings;
} Details;

/* One secret. */
typedef struct {
    const char *key;   /* as NetworkManager knows it; static */
    const char *label; /* in the user's language; static */
    char *value;       /* what is known already, or what was typed; NULL for nothing */
    gboolean ask;
    gboolean wrong; /* it was given before, and refused */
    gboolean is_new; /* to be chosen: it replaces an expired one */
} Question;

/* FALSE: `error` says what is wrong with the options or the input.  Reads up to DONE. */
gboolean details_read(Details *details, int argc, char **argv, int input, GError **error);
void details_clear(Details *details);

/* Finds a secret that the user's keyring holds; to be wiped by the caller. */
typedef char *(*DetailsKeyring)(const char *uuid, const char *key);
/* Of Question: those that the connection needs, and those that were asked for by name. */
GPtrArray *details_questions(const Details *details, DetailsKeyring keyring);
/* Whether there is anything to ask. */
gboolean details_any(const GPtrArray *questions);
/* Why it is asked, in the user's language. */
char *details_reason(const Details *details, const GPtrArray *questions);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Details, details_clear)
