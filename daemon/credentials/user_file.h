/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a file that a profile names with the rights of the profile's user, so that a profile
 * cannot make a root service show or use what its user may not read. */
#pragma once

#include <gio/gio.h>

/* Larger ones are refused: a certificate chain or a PKCS#12 container is far below. */
#define USER_FILE_MAX (1024 * 1024)

/* `user` is an account's name; NULL: with the caller's own rights (system-wide profiles, which
 * only an administrator can make).  Only regular files are read.  Blocks while the disk is
 * read, for ever where a network drive has gone. */
GBytes *user_file_read(const char *user, const char *path, GError **error);
