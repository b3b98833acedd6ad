/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a folder that only its owner may have written: read with care, replaced whole. */
#pragma once

#include "profile/profile.h"

/* The folder itself must belong to this process's user and be writable by nobody else; it is
 * made (mode 0700) when it is not there.  -1 on failure. */
int files_open_folder(const char *path, GError **error);
/* A regular file of ours, readable by us alone, no link, at most `limit` bytes; followed by a
 * zero byte that does not count.  Wiped by the caller if it is secret. */
char *files_read(int folder, const char *name, gsize limit, gsize *ret_length, GError **error);
/* Mode 0600, on disk when it returns; other readers see the old content or the new one.
 * Without `replace` an existing file is PROFILE_ERROR_EXISTS. */
gboolean files_write(int folder, const char *name, gboolean replace, const char *data,
                     gsize length, GError **error);
/* That it is not there is no error. */
gboolean files_remove(int folder, const char *name, GError **error);
/* Names that end in `suffix` and do not begin with a dot, sorted. */
char **files_list(int folder, const char *suffix, GError **error);
