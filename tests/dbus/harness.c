/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A system bus of our own, and the service on it. */
#include "harness.h"

#include <gio/gunixfdlist.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

static void on_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
    *(gboolean *)data = TRUE;
}

static void on_vanished(GDBusConnection *bus, const char *name, gpointer data)
{
    *(gboolean *)data = FALSE;
}

static void await_name(Harness *harness)
{
    gboolean there = FALSE;
    guint watch = g_bus_watch_name_on_connection(harness->bus, NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                 on_appeared, on_vanished, &there, NULL);

    while (!there)
        g_main_context_iteration(NULL, TRUE);
    g_bus_unwatch_name(watch);
}

/* A test that is killed takes its processes along. */
static void die_with_parent(gpointer data)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocessLauncher *launcher_new(GSubprocessFlags flags)
{
    GSubprocessLauncher *launcher = g_subprocess_launcher_new(flags);

    g_subprocess_launcher_set_child_setup(launcher, die_with_parent, NULL, NULL);
    return launcher;
}

void harness_start_service(Harness *harness, const char *idle)
{
    g_autofree char *profiles = g_build_filename(harness->folder, "profiles", NULL);
    g_autofree char *secrets = g_build_filename(harness->folder, "secrets", NULL);
    g_autoptr(GError) error = NULL;

    g_autoptr(GSubprocessLauncher) launcher = launcher_new(G_SUBPROCESS_FLAGS_STDERR_SILENCE |
                                                           G_SUBPROCESS_FLAGS_STDOUT_SILENCE);

    harness->service = g_subprocess_launcher_spawn(launcher, &error, TEST_SERVICE, profiles,
                                                   secrets, idle, NULL);
    g_assert_no_error(error);
    await_name(harness);
}

void harness_stop_service(Harness *harness)
{
    g_subprocess_send_signal(harness->service, SIGTERM);
    g_assert_true(g_subprocess_wait_check(harness->service, NULL, NULL));
    g_clear_object(&harness->service);
}

void harness_start(Harness *harness)
{
    g_autoptr(GError) error = NULL;

    if (geteuid() != 0)
        g_error("this test must be run as root");
    harness->folder = g_dir_make_tmp("causeway-test-XXXXXX", &error);
    g_assert_no_error(error);
    g_autoptr(GSubprocessLauncher) launcher = launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                           G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    harness->bus_process = g_subprocess_launcher_spawn(
        launcher, &error, "dbus-daemon", "--nofork", "--nopidfile", "--print-address",
        "--config-file=" TEST_BUS_CONFIG, NULL);
    g_assert_no_error(error);
    g_autoptr(GDataInputStream) output = g_data_input_stream_new(
        g_subprocess_get_stdout_pipe(harness->bus_process));
    g_autofree char *address = g_data_input_stream_read_line(output, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_nonnull(address);
    g_setenv("DBUS_SYSTEM_BUS_ADDRESS", address, TRUE);
    harness->bus = g_dbus_connection_new_for_address_sync(
        address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                     G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, &error);
    g_assert_no_error(error);
    harness_start_service(harness, NULL);
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;

    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *inner = g_build_filename(path, name, NULL);
        remove_tree(inner);
    }
    g_remove(path);
}

void harness_stop(Harness *harness)
{
    if (harness->service)
        harness_stop_service(harness);
    g_clear_object(&harness->bus);
    g_subprocess_force_exit(harness->bus_process);
    g_subprocess_wait(harness->bus_process, NULL, NULL);
    g_clear_object(&harness->bus_process);
    remove_tree(harness->folder);
    g_free(harness->folder);
}

GVariant *harness_call(Harness *harness, const char *path, const char *interface,
                       const char *method, GVariant *parameters, GError **error)
{
    return g_dbus_connection_call_sync(harness->bus, NAME, path, interface, method, parameters,
                                       NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, error);
}

char *harness_refused(Harness *harness, const char *path, const char *interface,
                      const char *method, GVariant *parameters, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *expected = g_strconcat(NAME ".Error.", name, NULL);
    g_autoptr(GVariant) reply = harness_call(harness, path, interface, method, parameters, &error);

    g_assert_null(reply);
    g_autofree char *remote = g_dbus_error_get_remote_error(error);
    g_assert_cmpstr(remote, ==, expected);
    g_dbus_error_strip_remote_error(error);
    return g_strdup(error->message);
}

GVariant *harness_settings(const char *name, const char *gateway)
{
    return g_variant_new_parsed("{'connection': {'name': <%s>, 'gateway': <%s>}, "
                                "'ppp': {'user': <'anna'>}}", name, gateway);
}

char *harness_add(Harness *harness, const char *name, const char *gateway)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = harness_call(
        harness, ROOT, MANAGER, "AddProfile",
        g_variant_new("(@a{sa{sv}})", harness_settings(name, gateway)), &error);
    char *path;

    g_assert_no_error(error);
    g_variant_get(reply, "(o)", &path);
    return path;
}

GVariant *harness_call_with_file(Harness *harness, const char *path, const char *method,
                                 GVariant *parameters, int file, GError **error)
{
    g_autoptr(GUnixFDList) list = g_unix_fd_list_new_from_array(&file, 1);

    return g_dbus_connection_call_with_unix_fd_list_sync(
        harness->bus, NAME, path, PROFILE, method, parameters, NULL, G_DBUS_CALL_FLAGS_NONE, -1,
        list, NULL, NULL, error);
}

int harness_memory_file(const char *text)
{
    int file = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    g_assert_cmpint(file, >=, 0);
    g_assert_cmpint(write(file, text, strlen(text)), ==, (ssize_t)strlen(text));
    return file;
}

void harness_as_nobody(const char *what)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher = launcher_new(G_SUBPROCESS_FLAGS_NONE);
    g_autoptr(GSubprocess) child = g_subprocess_launcher_spawn(launcher, &error, "/proc/self/exe",
                                                               "--nobody", what, NULL);

    g_assert_no_error(error);
    g_subprocess_wait_check(child, NULL, &error);
    g_assert_no_error(error);
}

GDBusConnection *harness_become_nobody(void)
{
    g_autoptr(GError) error = NULL;

    if (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0)
        g_error("cannot become nobody");
    GDBusConnection *bus = g_dbus_connection_new_for_address_sync(
        g_getenv("DBUS_SYSTEM_BUS_ADDRESS"),
        G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
            G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, &error);
    g_assert_no_error(error);
    return bus;
}

typedef struct {
    const char *name, *value;
    gboolean reached;
} Awaited;

static void on_properties(GDBusConnection *bus, const char *sender, const char *path,
                          const char *interface, const char *signal, GVariant *parameters,
                          gpointer data)
{
    Awaited *awaited = data;
    g_autoptr(GVariant) changed = g_variant_get_child_value(parameters, 1);
    const char *value;

    if (g_variant_lookup(changed, awaited->name, "&s", &value) &&
        strcmp(value, awaited->value) == 0)
        awaited->reached = TRUE;
}

void harness_await(Harness *harness, const char *path, const char *interface, const char *name,
                   const char *value)
{
    Awaited awaited = {name, value, FALSE};
    g_autoptr(GError) error = NULL;
    guint subscription = g_dbus_connection_signal_subscribe(
        harness->bus, NAME, "org.freedesktop.DBus.Properties", "PropertiesChanged", path, NULL,
        G_DBUS_SIGNAL_FLAGS_NONE, on_properties, &awaited, NULL);
    /* It may be so already. */
    g_autoptr(GVariant) reply = harness_call(harness, path, "org.freedesktop.DBus.Properties",
                                             "Get", g_variant_new("(ss)", interface, name),
                                             &error);
    g_assert_no_error(error);
    g_autoptr(GVariant) boxed = g_variant_get_child_value(reply, 0);
    g_autoptr(GVariant) now = g_variant_get_variant(boxed);
    if (strcmp(g_variant_get_string(now, NULL), value) == 0)
        awaited.reached = TRUE;
    while (!awaited.reached)
        g_main_context_iteration(NULL, TRUE);
    g_dbus_connection_signal_unsubscribe(harness->bus, subscription);
}
