/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that edits connections, as nm-connection-editor and GNOME Settings are: it loads the
 * plug-in by libnm and shows the editor in a window.  It knows the editor only by what is on the
 * screen: labels, and what stands beside them. */
#pragma once

#include <gtk/gtk.h>
#include <libnm/NetworkManager.h>

typedef struct {
    NMConnection *connection;
    NMVpnEditor *editor;
    GtkWidget *window;
    guint changes; /* how often the editor said that something changed */
} Host;

/* FALSE: there is no display. */
gboolean host_init(void);
NMVpnEditorPlugin *host_plugin(void);

/* A connection of the service type, with the keys and values that follow and a NULL behind them;
 * "!key" is a secret's. */
NMConnection *host_connection(const char *service, ...) G_GNUC_NULL_TERMINATED;
/* Takes the connection over. */
Host *host_open(NMConnection *connection);
void host_close(Host *host);
/* Until nothing is left to be done. */
void host_settle(void);
void host_show(Host *host, int width, int height);
gboolean host_save(Host *host, GError **error);
/* The data as "key=value" lines in order, then the secrets as "!key=value". */
char *host_dump(NMConnection *connection);

/* What a label belongs to, or the check box with it; NULL when there is none.  `root` NULL: the
 * whole editor. */
GtkWidget *host_find(Host *host, const char *label);
GtkWidget *host_find_type(GtkWidget *root, GType type, guint number);
/* Whether the widget is to be seen, on whatever page of the editor. */
gboolean host_is_shown(Host *host, GtkWidget *widget);
/* Whether a label with these words is. */
gboolean host_shows(Host *host, const char *words);
/* "yes" and "no", a choice's label, or text. */
void host_enter(GtkWidget *control, const char *text);
const char *host_text(GtkWidget *entry);
/* All widgets below `root`, that one included. */
void host_each(GtkWidget *root, void (*each)(GtkWidget *, gpointer), gpointer data);
/* Brings the stack's page of that name to the front. */
void host_turn_to(Host *host, const char *page);
gboolean host_picture(Host *host, const char *path);
