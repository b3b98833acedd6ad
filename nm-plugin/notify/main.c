/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nm-causeway-notify: in a user's session, from its beginning to its end.  NetworkManager has no
 * place for sentences, and its plug-in's service is root's and in no session; so desktops say no
 * more than that a VPN failed.  This says why, and what to do. */
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <locale.h>

#include "causes.h"
#include "client/sentences.h"
#include "ends.h"
#include "notice.h"

#define OWN_NAME "org.causeway.Notify"
#define APPLICATION "org.causeway.Causeway"
#define APPLICATION_PATH "/org/causeway/Causeway"
#define NOTIFICATIONS "org.freedesktop.Notifications"
#define NOTIFICATIONS_PATH "/org/freedesktop/Notifications"

typedef struct {
    GMainLoop *loop;
    GDBusConnection *session;
    Causes *causes;
    Ends *ends;
    gboolean application; /* causeway-gui runs, and tells by itself */
    GHashTable *shown;    /* UUID → the notification's number, to be replaced by the next */
    char *token;          /* with which a window may come to the front */
} Notify;

typedef struct {
    Notify *notify;
    char *uuid, *title, *body;
} Notice;

static void notice_free(Notice *notice)
{
    g_free(notice->uuid);
    g_free(notice->title);
    g_free(notice->body);
    g_free(notice);
}

/* --- Showing ------------------------------------------------------------------------------ */

/* What a person has chosen in the application's preferences (gui/preferences.c). */
static gboolean is_wanted(void)
{
    g_autofree char *path =
        g_build_filename(g_get_user_config_dir(), "causeway", "gui.conf", NULL);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;

    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
        return TRUE;
    gboolean wanted = g_key_file_get_boolean(file, "application", "notifications", &error);
    return error || wanted;
}

static void on_shown(GObject *source, GAsyncResult *result, gpointer data)
{
    Notice *notice = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    guint32 number;

    if (reply) {
        g_variant_get(reply, "(u)", &number);
        g_hash_table_replace(notice->notify->shown, g_strdup(notice->uuid),
                             GUINT_TO_POINTER(number));
    } else {
        g_message("cannot notify: %s", error->message);
    }
    notice_free(notice);
}

static GVariant *parameters_of(const Notice *notice, gboolean markup)
{
    g_autofree char *escaped = markup ? g_markup_escape_text(notice->body, -1) : NULL;
    GVariantBuilder actions, hints;

    g_variant_builder_init(&actions, G_VARIANT_TYPE_STRING_ARRAY);
    g_variant_builder_add(&actions, "s", "default");
    g_variant_builder_add(&actions, "s", "Causeway");
    g_variant_builder_init(&hints, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&hints, "{sv}", "desktop-entry", g_variant_new_string(APPLICATION));
    return g_variant_new(
        "(susssasa{sv}i)", "Causeway",
        GPOINTER_TO_UINT(g_hash_table_lookup(notice->notify->shown, notice->uuid)), APPLICATION,
        notice->title, escaped ? escaped : notice->body, &actions, &hints, -1);
}

/* A server that knows markup takes < and & for it. */
static void on_capabilities(GObject *source, GAsyncResult *result, gpointer data)
{
    Notice *notice = data;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, NULL);
    g_autofree const char **words = NULL;

    if (reply)
        g_variant_get(reply, "(^a&s)", &words);
    g_dbus_connection_call(notice->notify->session, NOTIFICATIONS, NOTIFICATIONS_PATH,
                           NOTIFICATIONS, "Notify",
                           parameters_of(notice, words && g_strv_contains(words, "body-markup")),
                           G_VARIANT_TYPE("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_shown,
                           notice);
}

static void on_end(const char *uuid, GVariant *settings, gpointer data)
{
    Notify *notify = data;
    g_autoptr(Cause) cause = causes_take(notify->causes, uuid);
    Notice *notice = g_new0(Notice, 1);

    notice->notify = notify;
    notice->uuid = g_strdup(uuid);
    if (cause) {
        notice->title = g_strdup(cause->name);
        notice->body = notice_of_cause(cause);
    } else if (settings) {
        notice->body = notice_of_settings(settings, &notice->title);
    }
    if (!notice->body || notify->application || !is_wanted()) {
        notice_free(notice);
        return;
    }
    g_dbus_connection_call(notify->session, NOTIFICATIONS, NOTIFICATIONS_PATH, NOTIFICATIONS,
                           "GetCapabilities", NULL, G_VARIANT_TYPE("(as)"),
                           G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_capabilities, notice);
}

/* --- Clicks ------------------------------------------------------------------------------- */

static const char *find_shown(Notify *notify, guint32 number)
{
    GHashTableIter iter;
    gpointer uuid, value;

    g_hash_table_iter_init(&iter, notify->shown);
    while (g_hash_table_iter_next(&iter, &uuid, &value)) {
        if (GPOINTER_TO_UINT(value) == number)
            return uuid;
    }
    return NULL;
}

static void show_application(Notify *notify, const char *uuid)
{
    GVariantBuilder target, platform;

    g_variant_builder_init(&target, G_VARIANT_TYPE("av"));
    g_variant_builder_add(&target, "v", g_variant_new_string(uuid));
    g_variant_builder_init(&platform, G_VARIANT_TYPE_VARDICT);
    if (notify->token)
        g_variant_builder_add(&platform, "{sv}", "activation-token",
                              g_variant_new_string(notify->token));
    /* No answer is wanted: where the application is not installed there is nothing to show. */
    g_dbus_connection_call(notify->session, APPLICATION, APPLICATION_PATH,
                           "org.freedesktop.Application", "ActivateAction",
                           g_variant_new("(sava{sv})", "show", &target, &platform), NULL,
                           G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
}

static void on_notification_signal(GDBusConnection *bus, const char *sender, const char *path,
                                   const char *interface, const char *signal,
                                   GVariant *parameters, gpointer data)
{
    Notify *notify = data;
    const char *uuid, *word;
    guint32 number;

    if (g_strcmp0(signal, "NotificationClosed") == 0) {
        if (g_variant_is_of_type(parameters, G_VARIANT_TYPE("(uu)"))) {
            g_variant_get(parameters, "(uu)", &number, NULL);
            uuid = find_shown(notify, number);
            if (uuid)
                g_hash_table_remove(notify->shown, uuid);
        }
        return;
    }
    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(us)")))
        return;
    g_variant_get(parameters, "(u&s)", &number, &word);
    uuid = find_shown(notify, number);
    if (!uuid)
        return;
    if (g_strcmp0(signal, "ActivationToken") == 0) {
        g_free(notify->token);
        notify->token = g_strdup(word);
    } else if (g_strcmp0(signal, "ActionInvoked") == 0) {
        show_application(notify, uuid);
        g_clear_pointer(&notify->token, g_free);
    }
}

/* --- Beginning and end -------------------------------------------------------------------- */

static void on_application(GDBusConnection *bus, const char *name, const char *owner,
                           gpointer data)
{
    ((Notify *)data)->application = TRUE;
}

static void on_no_application(GDBusConnection *bus, const char *name, gpointer data)
{
    ((Notify *)data)->application = FALSE;
}

/* Another one is there already, or the session has ended. */
static void on_name_lost(GDBusConnection *bus, const char *name, gpointer data)
{
    g_main_loop_quit(((Notify *)data)->loop);
}

int main(int argc, char **argv)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(GError) error = NULL;

    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, LOCALEDIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    sentences_begin();
    g_autoptr(GDBusConnection) session = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, &error);
    g_autoptr(GDBusConnection) system =
        session ? g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, &error) : NULL;
    if (!system) {
        g_printerr("nm-causeway-notify: %s\n", error->message);
        return 1;
    }
    Notify notify = {.loop = loop, .session = session};
    notify.shown = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    notify.causes = causes_new(system);
    notify.ends = ends_new(system, on_end, &notify);
    guint watch = g_bus_watch_name_on_connection(session, APPLICATION,
                                                 G_BUS_NAME_WATCHER_FLAGS_NONE, on_application,
                                                 on_no_application, &notify, NULL);
    guint clicks = g_dbus_connection_signal_subscribe(
        session, NOTIFICATIONS, NOTIFICATIONS, NULL, NOTIFICATIONS_PATH, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, on_notification_signal, &notify, NULL);
    guint name = g_bus_own_name_on_connection(session, OWN_NAME,
                                              G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE, NULL,
                                              on_name_lost, &notify, NULL);
    g_main_loop_run(loop);
    g_bus_unown_name(name);
    g_dbus_connection_signal_unsubscribe(session, clicks);
    g_bus_unwatch_name(watch);
    ends_free(notify.ends);
    causes_free(notify.causes);
    g_hash_table_unref(notify.shown);
    g_free(notify.token);
    return 0;
}
