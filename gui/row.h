/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection in the list: its state, its name, and a switch. */
#pragma once

#include <gtk/gtk.h>

#include "dialer.h"

#define CAUSEWAY_TYPE_ROW (causeway_row_get_type())
G_DECLARE_FINAL_TYPE(CausewayRow, causeway_row, CAUSEWAY, ROW, GtkListBoxRow)

GtkWidget *causeway_row_new(VpnItem *item, CausewayDialer *dialer);
VpnItem *causeway_row_item(CausewayRow *row);
