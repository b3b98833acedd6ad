/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What GTK 3 and GTK 4 spell differently.  The editor is one source for both: it uses these and
 * whatever is the same in the two, and never asks which one it is built for. */
#pragma once

#include <gtk/gtk.h>

/* Text fields, buttons. */
const char *toolkit_get_text(GtkWidget *entry);
void toolkit_set_text(GtkWidget *entry, const char *text);
gboolean toolkit_get_active(GtkWidget *check_button);
void toolkit_set_active(GtkWidget *check_button, gboolean active);
/* With an underline before the letter to press. */
void toolkit_set_check_label(GtkWidget *check_button, const char *label);
/* As wide as so many characters, and no wider. */
void toolkit_set_width(GtkWidget *entry, int characters);
/* For secrets: memory that is wiped and not swapped, where the toolkit has such. */
GtkWidget *toolkit_secret_entry_new(void);
/* With an icon alone: `name` is what it is called for who cannot see it. */
GtkWidget *toolkit_icon_button_new(const char *icon, const char *name);

/* Containers. */
/* Beginning at its left edge (right, where one writes from there), wrapped into lines. */
GtkWidget *toolkit_paragraph_new(const char *text, int characters);
void toolkit_append(GtkWidget *box, GtkWidget *child);
/* As wide as its child, at most `height` pixels high, then it scrolls. */
GtkWidget *toolkit_scroller_new(GtkWidget *child, int height);
/* The child is taken out of `parent` before that is destroyed; who holds a reference has it
 * whole then. */
void toolkit_let_outlive(GtkWidget *child, GtkWidget *parent);
/* The first child that is a combo box, or NULL. */
GtkWidget *toolkit_find_combo(GtkWidget *parent);
/* `needs_attention` marks the page's tab. */
void toolkit_stack_mark(GtkWidget *stack, GtkWidget *child, gboolean needs_attention);

/* Shown or not, whatever a host does that shows all of its children. */
void toolkit_set_shown(GtkWidget *widget, gboolean shown);
/* Once, when a tree of widgets is complete. */
void toolkit_show_tree(GtkWidget *root);
void toolkit_set_class(GtkWidget *widget, const char *css_class, gboolean set);

/* What assistive technologies say; `problem` may be NULL.  `label` is the one whose mnemonic the
 * widget has, or NULL: where the toolkit takes the name from there, it must not be said twice. */
void toolkit_describe(GtkWidget *widget, const char *name, const char *description,
                      GtkWidget *label);
void toolkit_set_invalid(GtkWidget *widget, const char *description, const char *problem);

/* left(data) is called when the keyboard focus leaves the widget. */
void toolkit_on_leave(GtkWidget *widget, GCallback left, gpointer data);
/* No handler of the widget's with this data is called any more. */
void toolkit_disconnect(GtkWidget *widget, gpointer data);
/* Alt+Down opens the menu behind an entry's icon, which otherwise only a pointer can do. */
void toolkit_icon_opens_by_key(GtkWidget *entry);
