/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a tunnel process gives up before it reads the first byte from outside: descriptors,
 * privileges, the file system, the network of its own, and nearly all system calls. */
#pragma once

#include <glib.h>

/* Developers' builds, whose checks need a little more memory and a few more system calls. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ADDRESS_SANITIZER 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define WITH_ADDRESS_SANITIZER 1
#endif

/* A tunnel holds ten descriptors at most. */
#define SANDBOX_DESCRIPTORS_MAX 32

/* Closes everything but the parent's socket and the standard descriptors, which are made to
 * lead nowhere: a descriptor received later must not become somebody's stderr. */
gboolean sandbox_close_descriptors(void);

/* In force when it returns TRUE; what could not be had on this system, beside what must be, is
 * named in `ret_missing` (NULL: nothing), words parted by ", ".  FALSE: do not go on. */
gboolean sandbox_enter(char **ret_missing);

/* The last step alone: the system call filter. */
gboolean sandbox_filter(void);
