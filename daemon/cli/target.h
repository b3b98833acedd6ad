/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A profile in the store that a program is for: "causeway" has causewayd's (target.c), its
 * companion "causeway-networkmanager" NetworkManager's (nm_target.c).  The commands that are in
 * both are written on this.  Every function waits for the answer. */
#pragma once

#include "cli/cli.h"

typedef struct Target Target;

/* The profile called `name`, also by its UUID; NULL after a message, with `*ret_exit` set. */
Target *target_open(const char *name, int *ret_exit);
/* The store, where a profile is to be made. */
Target *target_open_store(int *ret_exit);
void target_free(Target *target);

/* char * of every profile's name. */
GPtrArray *target_names(Target *target);
/* Secrets of `profile` are stored too. */
gboolean target_add(Target *target, Profile *profile, gboolean everybody, GError **error);

/* Of one that target_open() gave. */
Profile *target_load(Target *target, GError **error);
gboolean target_update(Target *target, Profile *profile, GError **error);
/* NULL clears. */
gboolean target_set_secret(Target *target, const char *field, const Secret *secret,
                           GError **error);
gboolean target_remove(Target *target, GError **error);
/* Names of fields: which secrets are stored, and which a connection needs beside them.  They hold
 * until something is waited for; NULL when it is not known. */
const char *const *target_stored_secrets(Target *target);
const char *const *target_missing_secrets(Target *target);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Target, target_free)
