/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles that were made by other programs. */
#pragma once

#include "profile/profile.h"

/* Whatever kind of file it is: a NetworkManager connection of NetworkManager-l2tp, or a profile
 * of Causeway's own.  `stem` names a profile that has no name.  What cannot be taken over is
 * told in `warnings` (of char *).  Secrets that stand in the file come along. */
Profile *profile_import(const char *data, gsize length, const char *stem, GPtrArray *warnings,
                        GError **error);
