/* SPDX-License-Identifier: GPL-2.0-or-later */
/* May this caller do that?  Asked of polkit, never waiting for it: a password dialog that is
 * open must not keep the service from anything. */
#pragma once

#include "api/callers.h"

typedef struct Authority Authority;
/* `error` is NULL when it may. */
typedef void (*AuthorityFunc)(const GError *error, gpointer data);

Authority *authority_new(GDBusConnection *bus);
void authority_free(Authority *authority);
/* `interactive`: polkit may ask the user for a password.  Root is not asked about.  `func` is
 * called later or at once, but never after authority_free(). */
void authority_check(Authority *authority, const Caller *caller, const char *action,
                     gboolean interactive, AuthorityFunc func, gpointer data);
