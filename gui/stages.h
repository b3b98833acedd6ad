/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of a connection as a list with marks. */
#pragma once

#include <gtk/gtk.h>

#include "client/vpn_item.h"

/* Fills an empty box. */
void stages_fill(GtkBox *box);
void stages_show(GtkBox *box, const VpnStatus *status);
