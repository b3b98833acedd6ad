/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/resolv.conf on a machine where nobody manages it: rewritten while a connection is up,
 * exactly restored afterwards.
 *
 * There is one file and there may be several connections, so the file has one owner in
 * causewayd.  It keeps the original once, writes what all connections together want, and
 * restores the original after the last.  Whatever somebody else has written in the meantime is
 * left alone.
 *
 * A symbolic link (to NetworkManager's, connman's … file) is replaced, not followed: its target
 * stays in the hands of its owner, who may go on writing it, and putting the link back gives
 * the newest version.  A file that cannot be renamed over (a bind mount) is written in place. */
#pragma once

#include "host/journal.h"
#include "host/plan.h"

typedef struct ResolvFile ResolvFile;

/* `journal` is borrowed. */
ResolvFile *resolv_file_new(const char *path, Journal *journal);
void resolv_file_free(ResolvFile *file);
/* What the connection on `interface` wants from now on; the newest connection comes first. */
gboolean resolv_file_set(ResolvFile *file, const char *interface, const NetworkPlan *plan,
                         GError **error);
void resolv_file_unset(ResolvFile *file, const char *interface);
/* Undoes a journal entry of kind CHANGE_RESOLV_FILE; TRUE when there is nothing left to undo. */
gboolean resolv_file_restore(GVariant *details);

/* The text for the file.  `plans`: of NetworkPlan, newest first.  The original's servers and
 * domains follow when no plan is for all names; its other lines ("options") are kept. */
char *resolv_file_compose(const char *original, const GPtrArray *plans);
