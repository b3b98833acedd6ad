/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a tunnel process gives up before it reads the first byte from outside: descriptors,
 * privileges, the file system, the network of its own, and nearly all system calls. */
#pragma once

#include <glib.h>

/* Closes everything but the parent's socket and the standard descriptors, which are made to
 * lead nowhere: a descriptor received later must not become somebody's stderr. */
gboolean sandbox_close_descriptors(void);

/* In force when it returns TRUE; what could not be had on this system, beside what must be, is
 * named in `ret_missing` (NULL: nothing), words parted by ", ".  FALSE: do not go on. */
gboolean sandbox_enter(char **ret_missing);

/* The last step alone: the system call filter. */
gboolean sandbox_filter(void);
