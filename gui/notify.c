/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells of what happens to connections while nobody looks at the window. */
#include "notify.h"

#include <glib/gi18n.h>

#include "faults.h"
#include "say.h"
#include "watch.h"
#include "window.h"

struct Notifier {
    CausewayApplication *application;
    Watch *watch;
    GHashTable *states; /* UUID → VpnState that was seen last */
    GHashTable *told;   /* UUIDs of which a notification is out */
    GHashTable *due;    /* UUID → words that are about to be told; static */
    guint due_source;
};

/* A notification takes the place of the one before it only once GLib has been told that one's
 * number: of two at once both would stay, one upon the other. */
#define GATHER_MS 300

const char *notifier_words(VpnState before, VpnState after)
{
    if (before == after)
        return NULL;
    switch (after) {
    case VPN_CONNECTED:
        return before == VPN_RECONNECTING ? _("Connected again") : _("Connected");
    case VPN_RECONNECTING:
        return _("Connection lost, reconnecting…");
    case VPN_FAILED:
        return _("Connection failed");
    case VPN_DISCONNECTED:
        /* What one did oneself needs no telling; that is seen as "disconnecting" first. */
        return before == VPN_CONNECTED || before == VPN_RECONNECTING ? _("Disconnected") : NULL;
    case VPN_CONNECTING:
    case VPN_DISCONNECTING:
        return NULL;
    }
    g_assert_not_reached();
}

static gboolean is_looked_at(Notifier *notifier)
{
    for (GList *link = gtk_application_get_windows(GTK_APPLICATION(notifier->application)); link;
         link = link->next) {
        if (gtk_window_is_active(link->data))
            return TRUE;
    }
    return FALSE;
}

/* To some desktops' notifications a body is markup, to others it is text, and GNotification tells
 * neither which nor them (Desktop Notifications Specification, "Markup"). */
static char *body_of(VpnItem *item, const char *words)
{
    const VpnStatus *status = vpn_item_status(item);
    Fault fault;

    if (status->state != VPN_FAILED)
        return g_strdup(words);
    fault_of(status, &fault);
    return say_unmarked(fault.message);
}

static void add_buttons(GNotification *notification, VpnItem *item)
{
    const char *uuid = vpn_item_uuid(item);
    VpnState state = vpn_item_status(item)->state;

    g_notification_set_default_action_and_target(notification, "app.show", "s", uuid);
    if (vpn_state_is_active(state))
        g_notification_add_button_with_target(notification, _("Disconnect"), "app.disconnect", "s",
                                              uuid);
    else
        g_notification_add_button_with_target(
            notification, state == VPN_FAILED ? _("Try Again") : _("Connect"), "app.connect", "s",
            uuid);
}

/* One per connection: the newest replaces the older. */
static void tell(Notifier *notifier, VpnItem *item, const char *words)
{
    VpnState state = vpn_item_status(item)->state;
    g_autoptr(GNotification) notification = g_notification_new(vpn_item_name(item));
    g_autoptr(GIcon) icon = g_themed_icon_new(say_icon(state));
    g_autofree char *body = body_of(item, words);

    g_notification_set_body(notification, body);
    g_notification_set_icon(notification, icon);
    if (state == VPN_FAILED)
        g_notification_set_priority(notification, G_NOTIFICATION_PRIORITY_HIGH);
    add_buttons(notification, item);
    g_hash_table_add(notifier->told, g_strdup(vpn_item_uuid(item)));
    g_application_send_notification(G_APPLICATION(notifier->application), vpn_item_uuid(item),
                                    notification);
}

static gboolean tell_due(gpointer data)
{
    Notifier *notifier = data;
    GHashTableIter iter;
    gpointer uuid, words;

    notifier->due_source = 0;
    g_hash_table_iter_init(&iter, notifier->due);
    while (g_hash_table_iter_next(&iter, &uuid, &words)) {
        VpnItem *item = causeway_application_find(notifier->application, uuid);
        if (item && !is_looked_at(notifier))
            tell(notifier, item, words);
    }
    g_hash_table_remove_all(notifier->due);
    return G_SOURCE_REMOVE;
}

static void tell_soon(Notifier *notifier, const char *uuid, const char *words)
{
    g_hash_table_replace(notifier->due, g_strdup(uuid), (gpointer)words);
    if (notifier->due_source == 0)
        notifier->due_source = g_timeout_add(GATHER_MS, tell_due, notifier);
}

/* What it said, and its buttons, are over. */
static void take_back(Notifier *notifier, const char *uuid)
{
    g_hash_table_remove(notifier->due, uuid);
    if (g_hash_table_remove(notifier->told, uuid))
        g_application_withdraw_notification(G_APPLICATION(notifier->application), uuid);
}

static void on_item(VpnItem *item, gboolean gone, gpointer data)
{
    Notifier *notifier = data;
    const char *uuid = vpn_item_uuid(item);
    VpnState after = vpn_item_status(item)->state;
    gpointer known;

    if (gone) {
        g_hash_table_remove(notifier->states, uuid);
        take_back(notifier, uuid);
        return;
    }
    gboolean seen = g_hash_table_lookup_extended(notifier->states, uuid, NULL, &known);
    VpnState before = seen ? (VpnState)GPOINTER_TO_INT(known) : after;
    g_hash_table_insert(notifier->states, g_strdup(uuid), GINT_TO_POINTER((int)after));
    if (before == after)
        return;
    const char *words = notifier_words(before, after);
    if (words && !is_looked_at(notifier) &&
        preferences_get(causeway_application_preferences(notifier->application), PREFERENCE_NOTIFY))
        tell_soon(notifier, uuid, words);
    else
        take_back(notifier, uuid);
}

Notifier *notifier_new(CausewayApplication *application)
{
    Notifier *notifier = g_new0(Notifier, 1);

    notifier->application = application;
    notifier->states = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    notifier->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    notifier->due = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    notifier->watch = watch_new(causeway_application_items(application), on_item, notifier);
    return notifier;
}

void notifier_free(Notifier *notifier)
{
    if (!notifier)
        return;
    watch_free(notifier->watch);
    g_clear_handle_id(&notifier->due_source, g_source_remove);
    g_hash_table_unref(notifier->due);
    g_hash_table_unref(notifier->states);
    g_hash_table_unref(notifier->told);
    g_free(notifier);
}

void notifier_problem(Notifier *notifier, const char *message)
{
    g_autoptr(GNotification) notification = g_notification_new(_("Causeway"));
    g_autofree char *body = say_unmarked(message);

    g_notification_set_body(notification, body);
    g_notification_set_default_action(notification, "app.open");
    g_application_send_notification(G_APPLICATION(notifier->application), "problem", notification);
}
