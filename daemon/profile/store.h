/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The profiles of this machine: a folder of keyfiles and a folder of their stored secrets,
 * both of root alone.  What cannot be read is reported and left alone, never lost. */
#pragma once

#include "profile/profile.h"

typedef struct ProfileStore ProfileStore;

/* "/etc/causeway/profiles", "/etc/causeway/secrets"; made when they are not there.  Reads
 * them; a bad file is a problem, not an error. */
ProfileStore *profile_store_new(const char *profiles, const char *secrets, GError **error);
void profile_store_free(ProfileStore *store);
/* Reads both folders again; on failure what is known stays. */
gboolean profile_store_reload(ProfileStore *store, GError **error);

/* Sorted by name; Profile * of the store's, which must be copied before they are changed. */
GPtrArray *profile_store_list(ProfileStore *store);
/* NULL when there is none. */
Profile *profile_store_find(ProfileStore *store, const char *uuid);
/* Adds or replaces the profile with its UUID, and its secrets; keeps a copy.  The name must be
 * new among the profiles of the same owner.  On failure nothing has changed. */
gboolean profile_store_save(ProfileStore *store, Profile *profile, GError **error);
gboolean profile_store_remove(ProfileStore *store, const char *uuid, GError **error);
/* What was found wrong when the folders were read: "office.conf: ppp.mtu: 99 is below 576". */
const char *const *profile_store_problems(ProfileStore *store);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProfileStore, profile_store_free)
