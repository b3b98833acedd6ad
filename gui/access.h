/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every window of ours owes to keyboards and screen readers. */
#pragma once

#include <gtk/gtk.h>

/* And by Ctrl+W, which the application's own windows have anyway. */
void close_by_escape(GtkWindow *window);
/* Ctrl+F begins a search, and Escape ends it before it closes the window. */
void search_by_key(GtkWindow *window, GtkSearchBar *bar);
/* Takes the focus away first: a libadwaita password row that has it while its window goes asks
 * for what is not there any more. */
void destroy_window(GtkWindow *window);
/* The same for whoever else closes it. */
void unfocus_on_close(GtkWindow *window);
/* Whether it was closed while something holds it still: nobody sees what it would say. */
gboolean window_is_closed(GtkWindow *window);
/* The window, and what belongs to it, stays as long as the dialog, which may outlive it on the
 * screen: other programs show some of them. */
void keep_window(GtkNativeDialog *dialog, GtkWindow *window);
/* What a screen reader calls it. */
void name_widget(GtkWidget *widget, const char *text);
/* Of an entry's row, too, what in it has the keys: accessibility calls the row the entry. */
void describe_widget(GtkWidget *widget, const char *text);
/* Buttons that are only an icon are called by their tooltips, rows that open by their titles: GTK
 * 4.8 and libadwaita 1.2 do not do so themselves. */
void name_by_tooltips(GtkWidget *root);
