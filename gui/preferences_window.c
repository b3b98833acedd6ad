/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The application's own preferences. */
#include "preferences_window.h"

#include <glib/gi18n.h>

#include "access.h"

typedef struct {
    Preferences *preferences;
    AdwPreferencesWindow *window;
    Preference which;
    PreferenceChanged changed;
    gpointer data;
} Choice;

static const struct {
    const char *title, *subtitle;
} rows[PREFERENCE_COUNT] = {
    [PREFERENCE_TRAY] = {N_("Show in the tray"),
                         N_("Causeway stays there when its window is closed.")},
    [PREFERENCE_NOTIFY] = {N_("Notifications"),
                           N_("When a connection comes up, is lost, or fails.")},
    [PREFERENCE_AUTOSTART] = {N_("Start at log-in"), N_("In the tray, without a window.")},
};

static void on_active(GtkSwitch *toggle, GParamSpec *spec, gpointer data)
{
    Choice *choice = data;
    g_autoptr(GError) error = NULL;

    if (!preferences_set(choice->preferences, choice->which, gtk_switch_get_active(toggle),
                         &error)) {
        g_autofree char *escaped = g_markup_escape_text(error->message, -1);
        adw_preferences_window_add_toast(choice->window, adw_toast_new(escaped));
    }
    choice->changed(choice->which, choice->data);
}

static void choice_free(gpointer data, GClosure *closure)
{
    g_free(data);
}

void preferences_window_show(GtkWindow *parent, Preferences *preferences,
                             PreferenceChanged changed, gpointer data)
{
    GtkWidget *window = adw_preferences_window_new();
    GtkWidget *page = adw_preferences_page_new();
    GtkWidget *group = adw_preferences_group_new();

    for (guint i = 0; i < PREFERENCE_COUNT; i++) {
        Choice *choice = g_new0(Choice, 1);
        GtkWidget *row = adw_action_row_new();
        GtkWidget *toggle = gtk_switch_new();
        *choice = (Choice){preferences, ADW_PREFERENCES_WINDOW(window), (Preference)i, changed,
                           data};
        adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), _(rows[i].title));
        adw_action_row_set_subtitle(ADW_ACTION_ROW(row), _(rows[i].subtitle));
        gtk_widget_set_valign(toggle, GTK_ALIGN_CENTER);
        gtk_switch_set_active(GTK_SWITCH(toggle), preferences_get(preferences, (Preference)i));
        adw_action_row_add_suffix(ADW_ACTION_ROW(row), toggle);
        adw_action_row_set_activatable_widget(ADW_ACTION_ROW(row), toggle);
        g_signal_connect_data(toggle, "notify::active", G_CALLBACK(on_active), choice, choice_free,
                              0);
        adw_preferences_group_add(ADW_PREFERENCES_GROUP(group), row);
    }
    adw_preferences_page_add(ADW_PREFERENCES_PAGE(page), ADW_PREFERENCES_GROUP(group));
    adw_preferences_window_add(ADW_PREFERENCES_WINDOW(window), ADW_PREFERENCES_PAGE(page));
    adw_preferences_window_set_search_enabled(ADW_PREFERENCES_WINDOW(window), FALSE);
    gtk_window_set_default_size(GTK_WINDOW(window), 480, 340);
    close_by_escape(GTK_WINDOW(window));
    gtk_window_set_modal(GTK_WINDOW(window), TRUE);
    gtk_window_set_transient_for(GTK_WINDOW(window), parent);
    gtk_window_present(GTK_WINDOW(window));
}
