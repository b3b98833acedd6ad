/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ESP states and policies in the kernel that carry one of our reqids: charon makes and removes
 * them, unless it was killed. */
#pragma once

#include <glib.h>

/* ipsec/ike.h takes its reqids from here. */
#define HOST_REQID_FIRST 0x43570000u
#define HOST_REQID_LAST 0x4357ffffu

/* How many states and policies have a reqid in the range; -1 with an error.  A kernel without
 * XFRM has none. */
int xfrm_count(guint32 first, guint32 last, GError **error);
/* Deletes them; those that are gone already are no error. */
gboolean xfrm_flush(guint32 first, guint32 last, GError **error);
