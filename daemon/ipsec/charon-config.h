/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The private instance's strongswan.conf, as text.  Pure; nothing of a profile goes into it. */
#pragma once

#include <glib.h>

typedef struct {
    const char *socket_path;
    guint16 port;
    guint16 port_nat_t;
    guint xfrm_acq_expires; /* seconds */
    const char *const *plugins; /* NULL-terminated */
    const char *token_module; /* path of a PKCS#11 library, or NULL */
} CharonConfig;

/* What the library of tokens is called in it. */
#define CHARON_TOKEN_MODULE "token"
/* For tokens, beside the others. */
#define CHARON_TOKEN_PLUGIN "pkcs11"

/* The plug-ins that Causeway needs, in charon's order. */
const char *const *charon_config_plugins(void);
/* NULL when a value could not be written without changing the file's meaning. */
char *charon_config_text(const CharonConfig *config);
