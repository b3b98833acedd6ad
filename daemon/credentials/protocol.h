/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What causewayd and causeway-credentials say to each other: one request, one result, each a
 * GVariant that ends with its stream.  The result is not trusted: it is taken for text. */
#pragma once

#include <glib.h>

#include "base/secret.h"

/* Of a request or a result, in bytes: what three files of a megabyte may become as text. */
#define CREDENTIALS_MESSAGE_MAX (5u << 20)

typedef struct {
    const char *user;        /* with whose rights the files are read; NULL: the process's own */
    const char *certificate; /* files: PEM, DER or PKCS#12; or URIs of RFC 7512; NULL: not given */
    const char *private_key;
    const char *ca;
    const Secret *passphrase; /* or a token's PIN; NULL: not given */
    gboolean typed;           /* by a person, just now */
    gint64 now;               /* seconds since 1970, for the dates of the certificate */
    /* Another question, for which all of the above stays empty: which of `candidates` (of GBytes,
     * DER) are a certificate for this name or address? */
    const char *name;
    GPtrArray *candidates;
} CredentialsRequest;

/* What names an object on a PKCS#11 token rather than a file. */
#define CREDENTIALS_TOKEN_SCHEME "pkcs11:"

typedef enum {
    CREDENTIALS_OPENED,
    CREDENTIALS_PASSPHRASE_MISSING,
    CREDENTIALS_PASSPHRASE_WRONG,
    CREDENTIALS_PASSPHRASE_FRESH, /* only one that is typed now is tried */
    CREDENTIALS_EXPIRED,
    CREDENTIALS_NOT_YET_VALID,
    CREDENTIALS_UNUSABLE, /* for any other reason, which is told */
} CredentialsVerdict;

typedef struct {
    CredentialsVerdict verdict;
    gint64 time;       /* EXPIRED: since when; NOT_YET_VALID: until when */
    char *words;       /* UNUSABLE: why; with a date: whose certificate it is; PASSPHRASE_…: what
                          of a token, "": it is of a file */
    char *certificate; /* PEM, the one that belongs to the key first, or those that are for the
                          name; "" unless OPENED */
    char *private_key; /* PEM, not encrypted; "": it is on a token */
    char *ca;          /* PEM; "": none given */
    char *module;      /* the library for the key's token, "": it is on none */
    char *key_id;      /* CKA_ID, in hexadecimal digits */
    guint32 slot;
} CredentialsResult;

gboolean credentials_is_token(const char *name_or_null);

GBytes *credentials_request_pack(const CredentialsRequest *request);
/* `ret_request` owns its parts; FALSE leaves it untouched. */
gboolean credentials_request_unpack(GBytes *bytes, CredentialsRequest *ret_request);
void credentials_request_clear(CredentialsRequest *request);

GBytes *credentials_result_pack(const CredentialsResult *result);
gboolean credentials_result_unpack(GBytes *bytes, CredentialsResult *ret_result);
void credentials_result_clear(CredentialsResult *result);

/* Bytes that wipe themselves; takes `data` over. */
GBytes *credentials_bytes_take(gpointer data, gsize length);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CredentialsRequest, credentials_request_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CredentialsResult, credentials_result_clear)
