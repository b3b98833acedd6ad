/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of host/ share of a Host. */
#pragma once

#include "host/journal.h"
#include "host/netlink.h"
#include "host/resolv_file.h"

struct Host {
    char *run_folder;
    int lock_fd;
    Netlink *netlink;
    Journal *journal;
    ResolvFile *resolv_file;
};

/* The kinds of journal entries, and what undoes them (undo.c). */
#define CHANGE_LINK "link"               /* name s */
#define CHANGE_ROUTE "route"             /* destination s, next-hop s, source s, interface i,
                                            metric u, type u, protocol u */
#define CHANGE_RESOLVCONF "resolvconf"   /* name s */
#define CHANGE_RESOLV_FILE "resolv-file" /* see resolv_file.h */

gboolean host_undo_change(const char *kind, GVariant *details, gpointer host);
