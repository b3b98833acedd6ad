/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A negotiation's configuration: a checked copy of it, and what of it goes to charon. */
#pragma once

#include "ipsec/ike.h"
#include "ipsec/vici.h"

/* Of the names of all that we load. */
#define IKE_CONFIG_NAME_PREFIX "causeway-"

typedef struct {
    IkeConfig c; /* its pointers belong to this copy */
    char *name;  /* of everything that we load */
    char *name_pfs; /* of the child that is tried with perfect forward secrecy */
    char **ike_suites;
    char **esp_suites;
    gboolean own_esp; /* the suites are our ladder: PFS is for us to vary */
    gboolean own_ike_lifetime; /* not the user's */
    gboolean name_wanted; /* the gateway's certificate has to name `gateway_name` */
    GPtrArray *certificates; /* DER, GBytes */
    GPtrArray *authorities;
} IkeSetup;

IkeSetup *ike_setup_new(const IkeConfig *config, Failure **ret_failure);
void ike_setup_free(IkeSetup *setup);

/* Aggressive mode puts its key exchange into the first message, so that all suites offered in
 * one attempt have one group: the `index`th of those that occur, or NULL. */
const char *ike_setup_group(const IkeSetup *setup, guint index);

/* Whether the pre-shared key can be bound to this identity, and so no other key that a charon has
 * be taken for it. */
gboolean ike_setup_may_own(const IkeSetup *setup, const char *identity);

/* Whether the gateway wanted perfect forward secrecy the last time. */
gboolean ike_setup_remembers_pfs(const IkeSetup *setup);

/* One attempt's variations. */
typedef struct {
    guint16 nat_t_port;    /* local port to speak from, to port 4500, encapsulated; or 0 */
    const char *group;     /* aggressive mode: offer only suites of this group */
    const char *remote_id; /* demand this identity; NULL: the configured one, or any */
    GPtrArray *pinned;     /* demand one of these certificates (GBytes, DER); or NULL */
} IkeAttempt;

ViciWriter *ike_request_load_shared(const IkeSetup *setup, const IkeAttempt *attempt);
/* Whichever kind it is; both are answered by its id. */
ViciWriter *ike_request_load_key(const IkeSetup *setup);
ViciWriter *ike_request_load_conn(const IkeSetup *setup, const IkeAttempt *attempt);
ViciWriter *ike_request_initiate(const IkeSetup *setup, gboolean pfs);
ViciWriter *ike_request_terminate(const IkeSetup *setup);
/* `key` is "ike-id" or "child-id". */
ViciWriter *ike_request_terminate_id(const char *key, guint64 id);
ViciWriter *ike_request_rekey_child(guint64 id);
ViciWriter *ike_request_list_sas(const IkeSetup *setup);
/* X.509 certificates that have this identity, as their subject or beside it. */
ViciWriter *ike_request_list_certs(const char *identity);
/* `command`'s only argument is `key`=`value`. */
ViciWriter *ike_request_simple(const char *command, const char *key, const char *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IkeSetup, ike_setup_free)
