/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user's keyring, where NetworkManager's agents keep secrets that are the user's own. */
#pragma once

/* NULL: it has none, or cannot be asked.  To be wiped by the caller. */
char *keyring_find(const char *uuid, const char *key);
