/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a connection's secrets are kept, as a choice in a row. */
#pragma once

#include <adwaita.h>

#include "client/store.h"

typedef enum {
    KEEP_KEYRING, /* in the desktop's keyring, of this user */
    KEEP_SYSTEM,  /* with the profile, so that it can connect before anybody logs in */
    KEEP_NEVER,   /* asked for each time */
} Keep;

void keep_fill(AdwComboRow *row, Keep selected);
Keep keep_get(AdwComboRow *row);

/* Takes out of a new profile the secrets that are not to be stored with it; gives those for the
 * keyring, by field name. */
GHashTable *keep_take_secrets(Keep keep, Profile *profile);

typedef void (*KeepDone)(const GError *error, gpointer data);
/* Puts `secrets` (field name → Secret) where they belong and takes them away elsewhere.  With
 * NEVER all that is kept of the fields is forgotten. */
void keep_secrets(Keep keep, VpnItem *item, GHashTable *secrets, KeepDone done, gpointer data);
