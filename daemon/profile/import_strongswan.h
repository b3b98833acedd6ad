/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of strongSwan, Libreswan, xl2tpd and pppd say, before they are put together. */
#pragma once

#include "profile/import_build.h"

#define SWAN_ITEMS_MAX 500 /* of any kind in one input */

/* An IPsec connection in ipsec.conf's words; swanctl.conf's are translated to them. */
typedef struct {
    char *name;
    GHashTable *values; /* key → text */
    gboolean template;  /* others refer to it with also= */
} SwanConnection;

typedef struct {
    char **ids;  /* whom it is for; empty: anybody */
    char *type;  /* "PSK", "P12", "RSA" …, in capitals */
    char *file;  /* of a key; NULL for a PSK */
    char *value; /* secret */
} SwanSecret;

/* A connection of xl2tpd. */
typedef struct {
    char *name;
    GHashTable *values;
} SwanLac;

/* A file of pppd's options. */
typedef struct {
    char *file;
    GHashTable *values; /* option → its argument or "" */
    gboolean used;
} SwanOptions;

typedef struct {
    GPtrArray *connections; /* of SwanConnection * */
    GPtrArray *secrets;     /* of SwanSecret * */
    GPtrArray *lacs;        /* of SwanLac * */
    GPtrArray *options;     /* of SwanOptions * */
    GPtrArray *logins;      /* of SwanSecret *: chap-secrets; ids: client, server */
    GPtrArray *warnings;    /* of the result; borrowed */
} SwanFiles;

gboolean swan_is_ipsec_conf(const char *text);
gboolean swan_is_ipsec_secrets(const char *text);
gboolean swan_is_swanctl(const char *text);
gboolean swan_is_xl2tpd(const char *text);
gboolean swan_is_ppp_options(const char *text);

/* These cut `text` up; it is wiped by the caller. */
void swan_read_ipsec_conf(SwanFiles *files, char *text);
void swan_read_ipsec_secrets(SwanFiles *files, char *text);
gboolean swan_read_swanctl(SwanFiles *files, const char *text, GError **error);
void swan_read_xl2tpd(SwanFiles *files, char *text);
void swan_read_ppp_options(SwanFiles *files, const char *name, char *text);
void swan_read_logins(SwanFiles *files, char *text);

SwanConnection *swan_connection_new(SwanFiles *files, const char *name);
SwanSecret *swan_secret_new(GPtrArray *secrets);
GHashTable *swan_values_new(void);
void swan_connection_free(gpointer connection);
void swan_secret_free(gpointer secret);
void swan_lac_free(gpointer lac);
void swan_options_free(gpointer options);

/* Sets what a lac and its options say. */
void swan_apply_lac(Imported *imported, const SwanLac *lac);
void swan_apply_options(Imported *imported, const SwanOptions *options);
