/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine goes to sleep and wakes: the conversation with logind, on a bus of the test's own.
 * No logind can be made to sleep here; this one does what org.freedesktop.login1(5) says. */
#include "host/watch.h"

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <unistd.h>

#define LOGIND_PATH "/org/freedesktop/login1"
#define LOGIND_INTERFACE "org.freedesktop.login1.Manager"

static const char logind_xml[] =
    "<node><interface name='" LOGIND_INTERFACE "'>"
    "<method name='Inhibit'><arg type='s' direction='in'/><arg type='s' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='h' direction='out'/>"
    "</method><signal name='PrepareForSleep'><arg type='b'/></signal></interface></node>";

typedef struct {
    GTestDBus *test_bus;
    GDBusConnection *logind, *client;
    GDBusMethodInvocation *asked; /* an Inhibit that is not answered yet */
    gboolean answers;             /* by itself, at once */
    gboolean refuses;
    guint inhibits;
    guint locks_held; /* locks of which somebody holds the other end */
    HostWatch *watch;
    guint events[3];
} Fixture;

static gboolean lock_let_go(int fd, GIOCondition condition, gpointer data)
{
    Fixture *fixture = data;

    fixture->locks_held--;
    close(fd);
    return G_SOURCE_REMOVE;
}

static void answer(Fixture *fixture)
{
    GDBusMethodInvocation *invocation = g_steal_pointer(&fixture->asked);
    g_autoptr(GUnixFDList) fds = g_unix_fd_list_new();
    int ends[2];

    if (fixture->refuses) {
        g_dbus_method_invocation_return_dbus_error(
            invocation, "org.freedesktop.DBus.Error.AccessDenied", "not here");
        return;
    }
    g_assert_cmpint(pipe2(ends, O_CLOEXEC), ==, 0);
    g_unix_fd_list_append(fds, ends[1], NULL);
    close(ends[1]);
    fixture->locks_held++;
    g_unix_fd_add(ends[0], G_IO_HUP, lock_let_go, fixture);
    g_dbus_method_invocation_return_value_with_unix_fd_list(invocation, g_variant_new("(h)", 0),
                                                            fds);
}

static void inhibit(GDBusConnection *bus, const char *sender, const char *path,
                    const char *interface, const char *method, GVariant *parameters,
                    GDBusMethodInvocation *invocation, gpointer user_data)
{
    Fixture *fixture = user_data;
    const char *what, *mode;

    g_variant_get(parameters, "(&s&s&s&s)", &what, NULL, NULL, &mode);
    g_assert_cmpstr(what, ==, "sleep");
    g_assert_cmpstr(mode, ==, "delay");
    g_assert_null(fixture->asked);
    fixture->inhibits++;
    fixture->asked = invocation;
    if (fixture->answers)
        answer(fixture);
}

static void seen(HostWatch *watch, HostWatchEvent event, const GatewayPath *path,
                 guint64 slept_usec, gpointer user_data)
{
    Fixture *fixture = user_data;

    fixture->events[event]++;
    if (event == HOST_WATCH_WAKE)
        g_assert_cmpuint(slept_usec, ==, 0); /* the clocks say that nobody slept */
}

static gboolean too_long(gpointer data)
{
    g_error("nothing happens");
    return G_SOURCE_REMOVE;
}

/* Until `*counter` is `wanted`. */
static void await(const guint *counter, guint wanted)
{
    guint timeout = g_timeout_add_seconds(20, too_long, NULL);

    while (*counter != wanted)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(timeout);
}

static void ask_bus(GDBusConnection *connection)
{
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        connection, "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetId", NULL, NULL,
        G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);

    g_assert_nonnull(reply);
}

/* Until all that either side has sent is with the other: the bus keeps the order. */
static void settle(Fixture *fixture)
{
    for (guint i = 0; i < 2; i++) {
        ask_bus(fixture->client);
        ask_bus(fixture->logind);
        ask_bus(fixture->client);
        while (g_main_context_iteration(NULL, FALSE))
            continue;
    }
}

static GDBusConnection *connect_bus(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    GDBusConnection *bus = g_dbus_connection_new_for_address_sync(
        g_test_dbus_get_bus_address(fixture->test_bus),
        G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
            G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
        NULL, NULL, &error);

    g_assert_no_error(error);
    return bus;
}

static void setup(Fixture *fixture, gconstpointer data)
{
    static const GDBusInterfaceVTable vtable = { .method_call = inhibit };
    g_autoptr(GDBusNodeInfo) info = g_dbus_node_info_new_for_xml(logind_xml, NULL);
    g_autoptr(GVariant) reply = NULL;
    GatewayPath path = { .ifindex = 1 };
    g_autoptr(GError) error = NULL;

    fixture->answers = TRUE;
    fixture->test_bus = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(fixture->test_bus);
    fixture->logind = connect_bus(fixture);
    fixture->client = connect_bus(fixture);
    g_assert_cmpuint(g_dbus_connection_register_object(fixture->logind, LOGIND_PATH,
                                                       info->interfaces[0], &vtable, fixture,
                                                       NULL, NULL), !=, 0);
    reply = g_dbus_connection_call_sync(fixture->logind, "org.freedesktop.DBus", "/",
                                        "org.freedesktop.DBus", "RequestName",
                                        g_variant_new("(su)", "org.freedesktop.login1", 0), NULL,
                                        G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
    g_assert_nonnull(reply);
    g_assert_true(ip_address_parse("127.0.0.1", &path.gateway));
    fixture->watch = host_watch_new(&path, fixture->client, seen, fixture, &error);
    g_assert_no_error(error);
}

static void teardown(Fixture *fixture, gconstpointer data)
{
    host_watch_free(fixture->watch);
    /* What the watch asked last is still on its way, and answered into this fixture. */
    settle(fixture);
    await(&fixture->locks_held, 0);
    g_dbus_connection_close_sync(fixture->client, NULL, NULL);
    g_dbus_connection_close_sync(fixture->logind, NULL, NULL);
    g_object_unref(fixture->client);
    g_object_unref(fixture->logind);
    g_test_dbus_down(fixture->test_bus);
    g_object_unref(fixture->test_bus);
}

static void prepare_for_sleep(Fixture *fixture, gboolean begins)
{
    g_assert_true(g_dbus_connection_emit_signal(fixture->logind, NULL, LOGIND_PATH,
                                                LOGIND_INTERFACE, "PrepareForSleep",
                                                g_variant_new("(b)", begins), NULL));
}

/* Sleep waits until we are ready; after waking the next sleep waits again. */
static void test_rounds(Fixture *fixture, gconstpointer data)
{
    for (guint round = 1; round <= 3; round++) {
        await(&fixture->inhibits, round);
        settle(fixture);
        prepare_for_sleep(fixture, TRUE);
        await(&fixture->events[HOST_WATCH_SLEEP], round);
        settle(fixture);
        g_assert_cmpuint(fixture->locks_held, ==, 1);
        host_watch_sleep_ready(fixture->watch);
        await(&fixture->locks_held, 0);
        /* Not before it is over: logind takes no lock for a sleep that has begun. */
        settle(fixture);
        g_assert_cmpuint(fixture->inhibits, ==, round);
        prepare_for_sleep(fixture, FALSE);
        await(&fixture->events[HOST_WATCH_WAKE], round);
    }
    g_assert_cmpuint(fixture->events[HOST_WATCH_PATH], ==, 0);
}

/* logind's answer comes when we are ready already: the lock is not kept through that sleep. */
static void test_late_lock(Fixture *fixture, gconstpointer data)
{
    fixture->answers = FALSE;
    await(&fixture->inhibits, 1);
    prepare_for_sleep(fixture, TRUE);
    await(&fixture->events[HOST_WATCH_SLEEP], 1);
    host_watch_sleep_ready(fixture->watch);
    answer(fixture);
    settle(fixture);
    await(&fixture->locks_held, 0);
    fixture->answers = TRUE;
    prepare_for_sleep(fixture, FALSE);
    await(&fixture->inhibits, 2);
    settle(fixture);
    g_assert_cmpuint(fixture->locks_held, ==, 1);
}

/* Where policy does not let us delay sleep, it is still told of, and the next time asked again. */
static void test_refused(Fixture *fixture, gconstpointer data)
{
    fixture->refuses = TRUE;
    await(&fixture->inhibits, 1);
    prepare_for_sleep(fixture, TRUE);
    await(&fixture->events[HOST_WATCH_SLEEP], 1);
    host_watch_sleep_ready(fixture->watch);
    prepare_for_sleep(fixture, FALSE);
    await(&fixture->events[HOST_WATCH_WAKE], 1);
    await(&fixture->inhibits, 2);
}

/* The end of a sleep that we never heard the beginning of is none. */
static void test_end_alone(Fixture *fixture, gconstpointer data)
{
    await(&fixture->inhibits, 1);
    prepare_for_sleep(fixture, FALSE);
    settle(fixture);
    g_assert_cmpuint(fixture->events[HOST_WATCH_WAKE], ==, 0);
    g_assert_cmpuint(fixture->locks_held, ==, 1);
}

/* The lock goes with the watch, also one that is still under way. */
static void test_free(Fixture *fixture, gconstpointer data)
{
    gboolean under_way = GPOINTER_TO_INT(data);

    fixture->answers = !under_way;
    await(&fixture->inhibits, 1);
    settle(fixture);
    g_clear_pointer(&fixture->watch, host_watch_free);
    if (under_way)
        answer(fixture);
    settle(fixture);
    await(&fixture->locks_held, 0);
    prepare_for_sleep(fixture, TRUE);
    settle(fixture);
    g_assert_cmpuint(fixture->events[HOST_WATCH_SLEEP], ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/host/sleep/rounds", Fixture, NULL, setup, test_rounds, teardown);
    g_test_add("/host/sleep/late-lock", Fixture, NULL, setup, test_late_lock, teardown);
    g_test_add("/host/sleep/refused", Fixture, NULL, setup, test_refused, teardown);
    g_test_add("/host/sleep/end-alone", Fixture, NULL, setup, test_end_alone, teardown);
    g_test_add("/host/sleep/free", Fixture, NULL, setup, test_free, teardown);
    g_test_add("/host/sleep/free-under-way", Fixture, GINT_TO_POINTER(1), setup, test_free,
               teardown);
    return g_test_run();
}
