/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gateway's name to numeric addresses, asynchronously. */
#pragma once

#include <gio/gio.h>

#include "base/failure.h"

typedef struct Resolve Resolve;

/* Exactly one of `addresses` (GInetAddress, at least one, IPv4 first: few gateways take L2TP
 * over IPv6) and `failure` is given; both belong to the caller of the callback. */
typedef void (*ResolveDone)(GPtrArray *addresses, const Failure *failure, gpointer user_data);

/* `host` is a name or a numeric address.  The callback comes from the main context, never
 * from inside this call. */
Resolve *resolve_start(const char *host, ResolveDone done, gpointer user_data);
/* Ends it, whether it is over or not; the callback does not come any more. */
void resolve_free(Resolve *resolve);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Resolve, resolve_free)
