/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every window of ours owes to keyboards and screen readers. */
#include "access.h"

#include <adwaita.h>
#include <glib/gi18n.h>

static gboolean on_close_request(GtkWindow *window, gpointer unused)
{
    gtk_window_set_focus(window, NULL);
    return FALSE;
}

void unfocus_on_close(GtkWindow *window)
{
    g_signal_connect(window, "close-request", G_CALLBACK(on_close_request), NULL);
}

void destroy_window(GtkWindow *window)
{
    gtk_window_set_focus(window, NULL);
    gtk_window_destroy(window);
}

/* A window that is destroyed goes out of sight, and away when nobody holds it any more. */
gboolean window_is_closed(GtkWindow *window)
{
    return !gtk_widget_get_visible(GTK_WIDGET(window));
}

void keep_window(GtkNativeDialog *dialog, GtkWindow *window)
{
    g_object_set_data_full(G_OBJECT(dialog), "window", g_object_ref(window), g_object_unref);
}

void close_by_escape(GtkWindow *window)
{
    GtkEventController *keys = gtk_shortcut_controller_new();

    gtk_shortcut_controller_add_shortcut(
        GTK_SHORTCUT_CONTROLLER(keys),
        gtk_shortcut_new(gtk_shortcut_trigger_parse_string("Escape|<Control>w"),
                         gtk_named_action_new("window.close")));
    gtk_widget_add_controller(GTK_WIDGET(window), keys);
    unfocus_on_close(window);
}

static gboolean on_search_key(GtkWidget *window, GVariant *arguments, gpointer bar)
{
    gtk_search_bar_set_search_mode(bar, TRUE);
    return TRUE;
}

/* Wherever the focus is: the bar itself hears only what is typed into it. */
static gboolean on_end_key(GtkWidget *window, GVariant *arguments, gpointer bar)
{
    if (!gtk_search_bar_get_search_mode(bar))
        return FALSE;
    gtk_search_bar_set_search_mode(bar, FALSE);
    return TRUE;
}

void search_by_key(GtkWindow *window, GtkSearchBar *bar)
{
    GtkEventController *keys = gtk_shortcut_controller_new();

    gtk_shortcut_controller_add_shortcut(
        GTK_SHORTCUT_CONTROLLER(keys),
        gtk_shortcut_new(gtk_shortcut_trigger_parse_string("<Control>f"),
                         gtk_callback_action_new(on_search_key, bar, NULL)));
    gtk_shortcut_controller_add_shortcut(
        GTK_SHORTCUT_CONTROLLER(keys),
        gtk_shortcut_new(gtk_shortcut_trigger_parse_string("Escape"),
                         gtk_callback_action_new(on_end_key, bar, NULL)));
    gtk_widget_add_controller(GTK_WIDGET(window), keys);
}

void name_widget(GtkWidget *widget, const char *text)
{
    gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

void describe_widget(GtkWidget *widget, const char *text)
{
    gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                   -1);
    if (GTK_IS_EDITABLE(widget))
        gtk_accessible_update_property(
            GTK_ACCESSIBLE(gtk_editable_get_delegate(GTK_EDITABLE(widget))),
            GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

/* What says somewhere else on it what it is. */
static void name_by_itself(GtkWidget *widget)
{
    /* The row that it is in the list; its head is one of its own, which has a name. */
    if (ADW_IS_EXPANDER_ROW(widget))
        name_widget(widget, adw_preferences_row_get_title(ADW_PREFERENCES_ROW(widget)));
    else if (GTK_IS_EXPANDER(widget))
        name_widget(widget, gtk_expander_get_label(GTK_EXPANDER(widget)));
    else if (GTK_IS_SEARCH_ENTRY(widget))
        name_widget(widget, _("Search"));
}

void name_by_tooltips(GtkWidget *root)
{
    const char *tip = gtk_widget_get_tooltip_text(root);

    if (tip && (GTK_IS_BUTTON(root) || GTK_IS_MENU_BUTTON(root)))
        name_widget(root, tip);
    name_by_itself(root);
    for (GtkWidget *child = gtk_widget_get_first_child(root); child;
         child = gtk_widget_get_next_sibling(child))
        name_by_tooltips(child);
}
