/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every window of ours owes to keyboards and screen readers. */
#pragma once

#include <gtk/gtk.h>

void close_by_escape(GtkWindow *window);
/* Buttons that are only an icon are called by their tooltips: GTK 4.8 does not do so itself. */
void name_by_tooltips(GtkWidget *root);
