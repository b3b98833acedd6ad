/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is on the other end. */
#include "api/callers.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

struct Callers {
    GDBusConnection *bus;
    GCancellable *cancellable;
    GHashTable *known; /* sender → Caller */
};

/* One question that is under way. */
typedef struct {
    Callers *callers;
    Caller *caller;
    CallerFunc func;
    gpointer data;
} Question;

Caller *caller_ref(Caller *caller)
{
    g_ref_count_inc(&caller->references);
    return caller;
}

void caller_unref(Caller *caller)
{
    if (!caller || !g_ref_count_dec(&caller->references))
        return;
    g_free(caller->sender);
    g_free(caller->user);
    g_free(caller);
}

static void forget(gpointer data)
{
    Caller *caller = data;

    g_bus_unwatch_name(caller->watch);
    caller_unref(caller);
}

Callers *callers_new(GDBusConnection *bus)
{
    Callers *callers = g_new0(Callers, 1);

    callers->bus = g_object_ref(bus);
    callers->cancellable = g_cancellable_new();
    callers->known = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, forget);
    return callers;
}

void callers_free(Callers *callers)
{
    if (!callers)
        return;
    g_cancellable_cancel(callers->cancellable);
    g_object_unref(callers->cancellable);
    g_hash_table_unref(callers->known);
    g_object_unref(callers->bus);
    g_free(callers);
}

static void on_vanished(GDBusConnection *bus, const char *name, gpointer data)
{
    Callers *callers = data;

    g_hash_table_remove(callers->known, name);
}

static void question_free(Question *question)
{
    caller_unref(question->caller);
    g_free(question);
}

/* The user database may be on a server somewhere: asked on a thread of its own. */
static void look_user_up(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    guint32 uid = GPOINTER_TO_UINT(data);
    struct passwd entry, *found = NULL;
    g_autofree char *buffer = g_malloc(65536);

    if (getpwuid_r(uid, &entry, buffer, 65536, &found) == 0 && found)
        g_task_return_pointer(task, g_strdup(found->pw_name), g_free);
    else
        g_task_return_pointer(task, g_strdup_printf("%u", uid), g_free);
}

static void on_user(GObject *source, GAsyncResult *result, gpointer data)
{
    Question *question = data;
    g_autoptr(GError) error = NULL;
    char *user = g_task_propagate_pointer(G_TASK(result), &error);

    if (!user) { /* cancelled: nobody is waiting any more */
        question_free(question);
        return;
    }
    Callers *callers = question->callers;
    Caller *caller = question->caller;
    Caller *known = g_hash_table_lookup(callers->known, caller->sender);
    if (known) {
        g_free(user);
    } else {
        known = caller_ref(caller);
        known->user = user;
        g_hash_table_insert(callers->known, known->sender, known);
        /* Should it be gone already, this forgets it again. */
        known->watch = g_bus_watch_name_on_connection(callers->bus, known->sender,
                                                      G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                                      on_vanished, callers, NULL);
    }
    question->func(known, NULL, question->data);
    question_free(question);
}

static void on_uid(GObject *source, GAsyncResult *result, gpointer data)
{
    Question *question = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result,
                                                              &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        question_free(question);
        return;
    }
    if (!reply) {
        question->func(NULL, error, question->data);
        question_free(question);
        return;
    }
    g_variant_get(reply, "(u)", &question->caller->uid);
    g_autoptr(GTask) task = g_task_new(NULL, question->callers->cancellable, on_user, question);
    g_task_set_task_data(task, GUINT_TO_POINTER(question->caller->uid), NULL);
    g_task_run_in_thread(task, look_user_up);
}

void callers_find(Callers *callers, const char *sender, CallerFunc func, gpointer data)
{
    Caller *known = g_hash_table_lookup(callers->known, sender);

    if (known) {
        func(known, NULL, data);
        return;
    }
    Question *question = g_new0(Question, 1);
    question->callers = callers;
    question->func = func;
    question->data = data;
    question->caller = g_new0(Caller, 1);
    g_ref_count_init(&question->caller->references);
    question->caller->sender = g_strdup(sender);
    g_dbus_connection_call(callers->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", "GetConnectionUnixUser",
                           g_variant_new("(s)", sender), G_VARIANT_TYPE("(u)"),
                           G_DBUS_CALL_FLAGS_NONE, -1, callers->cancellable, on_uid, question);
}

gboolean caller_sees(const Caller *caller, Profile *profile)
{
    const char *user = profile_get_string(profile, FIELD_CONNECTION_USER);

    return caller_is(caller, user ? user : "");
}

gboolean caller_is(const Caller *caller, const char *user)
{
    return caller->uid == 0 || *user == '\0' || strcmp(user, caller->user) == 0;
}

void callers_foreach(Callers *callers, void (*func)(Caller *caller, gpointer data), gpointer data)
{
    GHashTableIter iter;
    gpointer caller;

    g_hash_table_iter_init(&iter, callers->known);
    while (g_hash_table_iter_next(&iter, NULL, &caller))
        func(caller, data);
}
