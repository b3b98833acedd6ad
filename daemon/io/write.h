/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All of something to a descriptor or into a new file.  errno says what went wrong. */
#pragma once

#include <glib.h>

/* Blocks while the other side is slow.  FALSE when not all could be written. */
gboolean io_write(int file, const void *data, gsize length);
/* Makes a file that only its owner can read.  FALSE (EEXIST) where there is anything of that name, be
 * it a link: an old file may be open elsewhere.  Nothing is left of one that could not be written.
 * `folder` is a descriptor or AT_FDCWD. */
gboolean io_write_new(int folder, const char *name, const void *data, gsize length);
