/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who holds a UDP port. */
#pragma once

#include <glib.h>

/* "xl2tpd (process 812)", or NULL when that cannot be found out. */
char *port_holder_find(guint16 port);
