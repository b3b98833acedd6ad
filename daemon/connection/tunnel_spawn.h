/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The start of a causeway-tunnel process. */
#pragma once

#include <glib.h>

/* Starts `program` with nothing but `child_end`, which becomes its TUNNEL_SOCKET_FD and must be
 * above that.  0 or an errno. */
int tunnel_spawn(const char *program, int child_end, GPid *ret_pid);
