/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every public method, with good and bad input, as root calls them; and what another user may
 * not.  There is no polkit on this bus: then only root may change anything. */
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static Harness harness;

static GVariant *call(const char *path, const char *interface, const char *method,
                      GVariant *parameters)
{
    g_autoptr(GError) error = NULL;
    GVariant *reply = harness_call(&harness, path, interface, method, parameters, &error);

    g_assert_no_error(error);
    return reply;
}

static void done(GVariant *reply)
{
    g_variant_unref(reply);
}

/* Everything that is on disk, to see that nothing changed. */
static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *snapshot(void)
{
    GString *text = g_string_new(NULL);
    const char *const folders[] = {"profiles", "secrets"};

    for (guint i = 0; i < 2; i++) {
        g_autofree char *path = g_build_filename(harness.folder, folders[i], NULL);
        g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
        g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
        const char *name;
        while ((name = g_dir_read_name(folder)))
            g_ptr_array_add(names, g_strdup(name));
        g_ptr_array_sort(names, compare_names);
        for (guint j = 0; j < names->len; j++) {
            g_autofree char *file = g_build_filename(path, g_ptr_array_index(names, j), NULL);
            g_autofree char *content = NULL;
            g_assert_true(g_file_get_contents(file, &content, NULL, NULL));
            g_string_append_printf(text, "%s\n%s\n", file, content);
        }
    }
    return g_string_free(text, FALSE);
}

static GVariant *property(const char *path, const char *interface, const char *name)
{
    g_autoptr(GVariant) reply = call(path, "org.freedesktop.DBus.Properties", "Get",
                                     g_variant_new("(ss)", interface, name));
    g_autoptr(GVariant) boxed = g_variant_get_child_value(reply, 0);

    return g_variant_get_variant(boxed);
}

static void test_add_and_read(void)
{
    g_autofree char *path = harness_add(&harness, "Büro, 1. Stock", "vpn.example.com");
    g_autoptr(GVariant) reply = call(path, PROFILE, "GetSettings", NULL);
    g_autoptr(GVariant) settings = g_variant_get_child_value(reply, 0);
    g_autoptr(GVariant) group = g_variant_lookup_value(settings, "connection", NULL);
    g_autoptr(GVariant) user = property(path, PROFILE, "User");
    g_autoptr(GVariant) missing = property(path, PROFILE, "MissingSecrets");
    const char *name;

    g_assert_true(g_variant_lookup(group, "name", "&s", &name));
    g_assert_cmpstr(name, ==, "Büro, 1. Stock");
    g_assert_cmpstr(g_variant_get_string(user, NULL), ==, "");
    g_autofree const char **names = g_variant_get_strv(missing, NULL);
    g_assert_true(g_strv_contains(names, "ipsec.psk"));
    g_assert_true(g_strv_contains(names, "ppp.password"));
    done(call(path, PROFILE, "Delete", NULL));
    g_free(harness_refused(&harness, path, PROFILE, "GetSettings", NULL, "NotFound"));
}

static void test_add_bad(void)
{
    static const struct {
        const char *settings, *error, *message;
    } rows[] = {
        {"@a{sa{sv}} {}", "Incomplete", "connection.name"},
        {"{'connection': {'name': <'x'>, 'gateway': <'a b'>}}", "InvalidArgument",
         "connection.gateway: \"a b\""},
        {"{'connection': {'name': <'../x'>}}", "InvalidArgument", "connection.name"},
        {"{'connection': {'name': <'x\\n[ipsec]'>}}", "InvalidArgument", "control character"},
        {"{'connection': {'name': <5>}}", "InvalidArgument", "type \"i\" instead of \"s\""},
        {"{'connection': {'name': <'x'>, 'user': <5>}}", "InvalidArgument", "connection.user"},
        {"{'connection': {'name': <'x'>, 'uuid': <'nope'>}}", "InvalidArgument", "UUID"},
        {"{'connection': {'name': <'x'>}, 'ppp': {'mtu': <uint32 99>}}", "InvalidArgument",
         "ppp.mtu: 99 is below 576"},
        {"{'connection': {'name': <'x'>}, 'ppp': {'password': <'geheim'>}}", "InvalidArgument",
         "ppp.password: is a secret"},
        {"{'connection': {'name': <'x'>}, 'ppp': {'pasword': <'x'>}}", "InvalidArgument",
         "did you mean ppp.password?"},
        {"{'connection': {'name': <'x'>}, 'ipv4': {'routes': <['10.0.0.0/33']>}}",
         "InvalidArgument", "10.0.0.0/33"},
    };
    g_autofree char *before = snapshot();

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        GVariant *settings = g_variant_new_parsed(rows[i].settings);
        g_autofree char *message = harness_refused(&harness, ROOT, MANAGER, "AddProfile",
                                                   g_variant_new("(@a{sa{sv}})", settings),
                                                   rows[i].error);
        g_assert_nonnull(strstr(message, rows[i].message));
        g_assert_null(strstr(message, "geheim"));
    }
    g_autofree char *after = snapshot();
    g_assert_cmpstr(before, ==, after);
}

static void test_update(void)
{
    g_autofree char *path = harness_add(&harness, "update", "vpn.example.com");
    g_autofree char *other = harness_add(&harness, "other", "vpn.example.com");
    g_autoptr(GVariant) reply = call(path, PROFILE, "GetSettings", NULL);

    /* What was read may be written back. */
    done(call(path, PROFILE, "Update", reply));
    done(call(path, PROFILE, "Update",
              g_variant_new("(@a{sa{sv}})", harness_settings("renamed", "192.0.2.7"))));
    g_autoptr(GVariant) gateway = property(path, PROFILE, "Gateway");
    g_assert_cmpstr(g_variant_get_string(gateway, NULL), ==, "192.0.2.7");

    g_autofree char *before = snapshot();
    g_free(harness_refused(&harness, path, PROFILE, "Update",
                           g_variant_new("(@a{sa{sv}})", harness_settings("other", "192.0.2.7")),
                           "Exists"));
    g_free(harness_refused(&harness, path, PROFILE, "Update",
                           g_variant_new_parsed("({'connection': {'name': <'x'>, 'uuid': "
                                                "<'11111111-2222-4333-8444-555555555555'>}},)"),
                           "InvalidArgument"));
    g_free(harness_refused(&harness, path, PROFILE, "Update",
                           g_variant_new_parsed("({'connection': {'name': <'x'>, 'user': "
                                                "<'nobody'>}},)"), "InvalidArgument"));
    g_autofree char *after = snapshot();
    g_assert_cmpstr(before, ==, after);
    done(call(path, PROFILE, "Delete", NULL));
    done(call(other, PROFILE, "Delete", NULL));
}

static void refused_file(const char *path, GVariant *parameters, int file, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = harness_call_with_file(&harness, path, "SetSecret", parameters,
                                                       file, &error);

    g_assert_null(reply);
    g_autofree char *name = g_dbus_error_get_remote_error(error);
    g_assert_cmpstr(name, ==, NAME ".Error.InvalidArgument");
    g_assert_nonnull(strstr(error->message, expected));
}

static void test_secrets(void)
{
    g_autofree char *path = harness_add(&harness, "secrets", "vpn.example.com");
    g_autofree char *long_text = g_strnfill(5000, 'x');
    g_autoptr(GError) error = NULL;
    int pipe_ends[2];

    g_autoptr(GVariant) reply = harness_call_with_file(
        &harness, path, "SetSecret", g_variant_new("(sh)", "ipsec.psk", 0),
        harness_memory_file("geheim=\n1"), &error);
    g_assert_no_error(error);
    g_assert_nonnull(reply);
    g_autofree char *before = snapshot();
    g_assert_nonnull(strstr(before, "ipsec.psk=Z2VoZWltPQox"));
    g_autoptr(GVariant) settings = call(path, PROFILE, "GetSettings", NULL);
    g_autofree char *text = g_variant_print(settings, FALSE);
    g_assert_null(strstr(text, "geheim"));

    refused_file(path, g_variant_new("(sh)", "ppp.user", 0), harness_memory_file("x"),
                 "not a secret");
    refused_file(path, g_variant_new("(sh)", "ppp.password", 0), harness_memory_file(""),
                 "is empty");
    refused_file(path, g_variant_new("(sh)", "ppp.password", 0), harness_memory_file(long_text),
                 "too long");
    refused_file(path, g_variant_new("(sh)", "ppp.password", 7), harness_memory_file("x"),
                 "descriptor");
    /* A pipe that nobody writes to: reading it would never end. */
    g_assert_true(g_unix_open_pipe(pipe_ends, FD_CLOEXEC, NULL));
    refused_file(path, g_variant_new("(sh)", "ppp.password", 0), pipe_ends[0], "memory file");
    close(pipe_ends[1]);
    refused_file(path, g_variant_new("(sh)", "ppp.password", 0), g_open("/proc/version", O_RDONLY),
                 "memory file");
    g_free(harness_refused(&harness, path, PROFILE, "SetSecret",
                           g_variant_new("(sh)", "ppp.password", 0), "InvalidArgument"));
    g_free(harness_refused(&harness, path, PROFILE, "ClearSecret", g_variant_new("(s)", "x.y"),
                           "InvalidArgument"));
    g_autofree char *after = snapshot();
    g_assert_cmpstr(before, ==, after);

    done(call(path, PROFILE, "ClearSecret", g_variant_new("(s)", "ipsec.psk")));
    g_autofree char *cleared = snapshot();
    g_assert_null(strstr(cleared, "ipsec.psk="));
    done(call(path, PROFILE, "Delete", NULL));
}

static char *connect_to(const char *path)
{
    g_autoptr(GVariant) reply = call(path, PROFILE, "Connect", g_variant_new_parsed("(@a{sv} {},)"));
    char *connection;

    g_variant_get(reply, "(o)", &connection);
    return connection;
}

static void test_connect(void)
{
    g_autofree char *path = harness_add(&harness, "up", "up.test");
    g_autofree char *connection = connect_to(path);
    guint64 values[4];

    harness_await(&harness, connection, CONNECTION, "State", "connected");
    g_autoptr(GVariant) all = call(connection, "org.freedesktop.DBus.Properties", "GetAll",
                                   g_variant_new("(s)", CONNECTION));
    g_autofree char *text = g_variant_print(all, FALSE);
    g_assert_nonnull(strstr(text, "'10.77.0.10'"));
    g_autoptr(GVariant) named = property(path, PROFILE, "Connection");
    g_assert_cmpstr(g_variant_get_string(named, NULL), ==, connection);
    g_autoptr(GVariant) statistics = call(connection, CONNECTION, "GetStatistics", NULL);
    g_variant_get(statistics, "(tttt)", &values[0], &values[1], &values[2], &values[3]);
    g_assert_cmpuint(values[1], ==, 2000);
    g_free(harness_refused(&harness, path, PROFILE, "Connect",
                           g_variant_new_parsed("(@a{sv} {},)"), "AlreadyActive"));
    done(call(connection, CONNECTION, "Disconnect", NULL));
    harness_await(&harness, path, PROFILE, "Name", "up");
    done(call(path, PROFILE, "Delete", NULL));
    g_free(harness_refused(&harness, connection, CONNECTION, "Disconnect", NULL, "NotFound"));
}

static void test_connect_bad(void)
{
    g_autofree char *path = harness_add(&harness, "bad", "up.test");

    g_free(harness_refused(&harness, path, PROFILE, "Connect",
                           g_variant_new_parsed("({'agnt': <'x'>},)"), "InvalidArgument"));
    g_free(harness_refused(&harness, path, PROFILE, "Connect",
                           g_variant_new_parsed("({'agent': <'x'>},)"), "InvalidArgument"));
    g_free(harness_refused(&harness, path, PROFILE, "Connect",
                           g_variant_new_parsed("({'secrets': <{'ppp.password': handle 3}>},)"),
                           "InvalidArgument"));
    done(call(path, PROFILE, "Update",
              g_variant_new_parsed("({'connection': {'name': <'bad'>, 'gateway': <'up.test'>}},)")));
    g_autofree char *message = harness_refused(&harness, path, PROFILE, "Connect",
                                               g_variant_new_parsed("(@a{sv} {},)"), "Incomplete");
    g_assert_cmpstr(message, ==, "ppp.user: is missing");
    done(call(path, PROFILE, "Delete", NULL));
}

static void test_failure(void)
{
    g_autofree char *path = harness_add(&harness, "refused", "refused.test");
    g_autofree char *connection = connect_to(path);
    const char *stage, *code, *message, *hint;

    harness_await(&harness, connection, CONNECTION, "State", "failed");
    g_autoptr(GVariant) failure = property(connection, CONNECTION, "Failure");
    g_variant_get(failure, "(&s&s&s&s)", &stage, &code, &message, &hint);
    g_assert_cmpstr(stage, ==, "ipsec");
    g_assert_cmpstr(code, ==, "psk-wrong");
    g_assert_nonnull(strstr(message, "AUTHENTICATION_FAILED"));
    g_assert_null(strchr(message, '\x1b'));
    g_assert_cmpstr(hint, !=, "");
    done(call(path, PROFILE, "Delete", NULL));
}

static void test_log(void)
{
    g_autofree char *path = harness_add(&harness, "log", "refused.test");
    g_autofree char *connection = connect_to(path);
    g_autoptr(GVariant) uuid = property(path, PROFILE, "Uuid");
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GVariant) lines = NULL;

    harness_await(&harness, connection, CONNECTION, "State", "failed");
    reply = call(ROOT, MANAGER, "ReadLog",
                 g_variant_new("(stb)", g_variant_get_string(uuid, NULL), (guint64)0, FALSE));
    lines = g_variant_get_child_value(reply, 1);
    g_autofree char *text = g_variant_print(lines, FALSE);
    g_assert_nonnull(strstr(text, "connecting to refused.test"));
    g_assert_cmpuint(g_variant_n_children(lines), ==, 1);
    g_free(harness_refused(&harness, ROOT, MANAGER, "ReadLog",
                           g_variant_new("(stb)", "not-a-uuid", (guint64)0, FALSE), "NotFound"));
    done(call(path, PROFILE, "Delete", NULL));
}

static void on_reply(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;

    *(GVariant **)data = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    g_assert_no_error(error);
}

/* An answer that waits for a line, and one that is given up. */
static void test_log_wait(void)
{
    g_autofree char *path = harness_add(&harness, "wait", "up.test");
    g_autoptr(GVariant) uuid = property(path, PROFILE, "Uuid");
    g_autoptr(GVariant) reply = NULL;
    g_autoptr(GError) error = NULL;
    GVariant *parameters = g_variant_ref_sink(
        g_variant_new("(stb)", g_variant_get_string(uuid, NULL), (guint64)0, TRUE));
    g_autoptr(GDBusConnection) other = g_dbus_connection_new_for_address_sync(
        g_getenv("DBUS_SYSTEM_BUS_ADDRESS"),
        G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
            G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, &error);

    g_assert_no_error(error);
    g_dbus_connection_set_exit_on_close(other, FALSE);
    g_dbus_connection_call(other, NAME, ROOT, MANAGER, "ReadLog", parameters, NULL,
                           G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
    g_assert_true(g_dbus_connection_flush_sync(other, NULL, NULL));
    g_assert_true(g_dbus_connection_close_sync(other, NULL, NULL));
    g_dbus_connection_call(harness.bus, NAME, ROOT, MANAGER, "ReadLog", parameters, NULL,
                           G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_reply, &reply);
    g_variant_unref(parameters);
    /* Answered in between: whoever waits holds nobody up. */
    done(call(path, PROFILE, "GetSettings", NULL));
    g_assert_null(reply);
    g_autofree char *connection G_GNUC_UNUSED = connect_to(path);
    while (!reply)
        g_main_context_iteration(NULL, TRUE);
    g_autofree char *text = g_variant_print(reply, FALSE);
    g_assert_nonnull(strstr(text, "connecting to up.test"));
    g_assert_cmpstr(connection, !=, "/");
    done(call(path, PROFILE, "Delete", NULL));
}

static void test_reload(void)
{
    g_autofree char *file = g_build_filename(harness.folder, "profiles", "broken.conf", NULL);
    g_autofree char *good = g_build_filename(harness.folder, "profiles", "good.conf", NULL);
    g_autoptr(GVariant) problems = NULL;

    g_assert_true(g_file_set_contents(file, "[ppp]\nmtu=99\n", -1, NULL));
    g_chmod(file, 0600);
    g_assert_true(g_file_set_contents(good, "[connection]\ngateway=up.test\n[x]\ny=z\n", -1, NULL));
    g_chmod(good, 0600);
    done(call(ROOT, MANAGER, "Reload", NULL));
    problems = call(ROOT, MANAGER, "GetProblems", NULL);
    g_autofree char *text = g_variant_print(problems, FALSE);
    g_assert_nonnull(strstr(text, "broken.conf: ppp.mtu: 99 is below 576"));
    g_assert_nonnull(strstr(text, "good.conf: x.y: no such field; ignored"));
    g_assert_true(g_file_test(file, G_FILE_TEST_EXISTS));
    g_remove(file);
    g_remove(good);
    done(call(ROOT, MANAGER, "Reload", NULL));
}

static void test_unknown(void)
{
    g_autoptr(GError) error = NULL;

    g_free(harness_refused(&harness, ROOT "/profile/nope", PROFILE, "Delete", NULL, "NotFound"));
    g_free(harness_refused(&harness, ROOT "/connection/77", CONNECTION, "Disconnect", NULL,
                           "NotFound"));
    g_free(harness_refused(&harness, ROOT "/profile/nope", "org.freedesktop.DBus.Properties",
                           "GetAll", g_variant_new("(s)", PROFILE), "NotFound"));
    g_assert_null(harness_call(&harness, ROOT, MANAGER, "AddProfile", g_variant_new("(s)", "x"),
                               &error));
    g_assert_error(error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS);
    g_clear_error(&error);
    g_assert_null(harness_call(&harness, ROOT, MANAGER, "Nothing", NULL, &error));
    g_assert_error(error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD);
}

static void test_read_only(void)
{
    g_autofree char *path = harness_add(&harness, "fixed", "up.test");
    g_autoptr(GError) error = NULL;

    g_assert_null(harness_call(&harness, path, "org.freedesktop.DBus.Properties", "Set",
                               g_variant_new("(ssv)", PROFILE, "Name", g_variant_new_string("x")),
                               &error));
    g_assert_nonnull(error);
    g_autoptr(GVariant) name = property(path, PROFILE, "Name");
    g_assert_cmpstr(g_variant_get_string(name, NULL), ==, "fixed");
    g_clear_error(&error);
    g_assert_null(harness_call(&harness, path, "org.freedesktop.DBus.Properties", "Get",
                               g_variant_new("(ss)", CONNECTION, "State"), &error));
    g_assert_error(error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS);
    done(call(path, PROFILE, "Delete", NULL));
}

/* In a child that is the user nobody. */
static void nobody_calls(GDBusConnection *bus)
{
    static const struct {
        const char *method, *parameters;
    } rows[] = {
        {"AddProfile", "({'connection': {'name': <'x'>}},)"},
        {"AddProfile", "({'connection': {'name': <'x'>, 'user': <''>}},)"},
        {"Reload", NULL},
        {"GetProblems", NULL},
        {"ReadLog", "('', uint64 0, false)"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
            bus, NAME, ROOT, MANAGER, rows[i].method,
            rows[i].parameters ? g_variant_new_parsed(rows[i].parameters) : NULL, NULL,
            G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
        g_assert_null(reply);
        g_autofree char *name = g_dbus_error_get_remote_error(error);
        g_assert_cmpstr(name, ==, NAME ".Error.NotAuthorized");
    }
    /* The name is root's. */
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "RequestName", g_variant_new("(su)", NAME, 0), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
        &error);
    g_assert_null(reply);
    g_assert_error(error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED);
}

static void test_nobody(void)
{
    g_autofree char *before = snapshot();

    harness_as_nobody("calls");
    g_autofree char *after = snapshot();
    g_assert_cmpstr(before, ==, after);
}

static void nobody_looks(GDBusConnection *bus)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        bus, NAME, ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL, NULL,
        G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

    g_assert_no_error(error);
    g_autofree char *text = g_variant_print(reply, FALSE);
    g_assert_nonnull(strstr(text, "everybodys"));
    g_assert_null(strstr(text, "roots"));
}

/* Signals are sent to it as well: about the one profile, never about the other. */
static void on_signal(GDBusConnection *bus, const char *sender, const char *path,
                      const char *interface, const char *signal, GVariant *parameters,
                      gpointer data)
{
    g_autofree char *text = g_variant_print(parameters, FALSE);

    g_assert_null(strstr(text, "secretive"));
    if (strstr(text, "for-all"))
        *(gboolean *)data = TRUE;
}

static void nobody_listens(GDBusConnection *bus)
{
    g_autoptr(GError) error = NULL;
    gboolean heard = FALSE;

    g_dbus_connection_signal_subscribe(bus, NULL, NULL, NULL, NULL, NULL,
                                       G_DBUS_SIGNAL_FLAGS_NONE, on_signal, &heard, NULL);
    /* From here on it is told. */
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        bus, NAME, ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", NULL, NULL,
        G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
    g_assert_no_error(error);
    g_assert_nonnull(reply);
    g_print("ready\n");
    while (!heard)
        g_main_context_iteration(NULL, TRUE);
}

static void test_signals(void)
{
    g_autofree char *file = g_build_filename(harness.folder, "profiles", "secretive.conf", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) child = g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                                    "/proc/self/exe", "--nobody", "listens", NULL);
    g_assert_no_error(error);
    g_autoptr(GDataInputStream) output = g_data_input_stream_new(
        g_subprocess_get_stdout_pipe(child));
    g_autofree char *line = g_data_input_stream_read_line(output, NULL, NULL, &error);

    g_assert_cmpstr(line, ==, "ready");
    g_assert_true(g_file_set_contents(file, "[connection]\nname=secretive\nuser=root\n"
                                            "gateway=secretive.test\n", -1, NULL));
    g_chmod(file, 0600);
    done(call(ROOT, MANAGER, "Reload", NULL));
    g_autofree char *path = harness_add(&harness, "for-all", "up.test");
    g_subprocess_wait_check(child, NULL, &error);
    g_assert_no_error(error);
    g_remove(file);
    done(call(ROOT, MANAGER, "Reload", NULL));
    done(call(path, PROFILE, "Delete", NULL));
}

/* A profile of another user is not only closed, it is not there. */
static void test_visibility(void)
{
    g_autofree char *file = g_build_filename(harness.folder, "profiles", "roots.conf", NULL);
    g_autofree char *path = harness_add(&harness, "everybodys", "up.test");

    g_assert_true(g_file_set_contents(file, "[connection]\nname=roots\nuser=root\ngateway=up.test\n",
                                      -1, NULL));
    g_chmod(file, 0600);
    done(call(ROOT, MANAGER, "Reload", NULL));
    harness_as_nobody("looks");
    g_remove(file);
    done(call(ROOT, MANAGER, "Reload", NULL));
    done(call(path, PROFILE, "Delete", NULL));
}

static void test_stored_over_restart(void)
{
    g_autofree char *path = harness_add(&harness, "kept", "up.test");
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = harness_call_with_file(
        &harness, path, "SetSecret", g_variant_new("(sh)", "ppp.password", 0),
        harness_memory_file("geheim"), &error);

    g_assert_no_error(error);
    g_assert_nonnull(reply);
    harness_stop_service(&harness);
    harness_start_service(&harness, NULL);
    g_autoptr(GVariant) stored = property(path, PROFILE, "StoredSecrets");
    g_autofree const char **names = g_variant_get_strv(stored, NULL);
    g_assert_true(g_strv_contains(names, "ppp.password"));
    done(call(path, PROFILE, "Delete", NULL));
}

/* Ends by itself once nothing is connected. */
static void test_idle(void)
{
    harness_stop_service(&harness);
    harness_start_service(&harness, "1");
    g_assert_true(g_subprocess_wait_check(harness.service, NULL, NULL));
    g_clear_object(&harness.service);
    harness_start_service(&harness, NULL);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--nobody") == 0) {
        g_autoptr(GDBusConnection) bus = harness_become_nobody();
        if (strcmp(argv[2], "calls") == 0)
            nobody_calls(bus);
        else if (strcmp(argv[2], "looks") == 0)
            nobody_looks(bus);
        else
            nobody_listens(bus);
        return 0;
    }
    g_test_init(&argc, &argv, NULL);
    harness_start(&harness);
    g_test_add_func("/api/add-and-read", test_add_and_read);
    g_test_add_func("/api/add-bad", test_add_bad);
    g_test_add_func("/api/update", test_update);
    g_test_add_func("/api/secrets", test_secrets);
    g_test_add_func("/api/connect", test_connect);
    g_test_add_func("/api/connect-bad", test_connect_bad);
    g_test_add_func("/api/failure", test_failure);
    g_test_add_func("/api/log", test_log);
    g_test_add_func("/api/log-wait", test_log_wait);
    g_test_add_func("/api/reload", test_reload);
    g_test_add_func("/api/unknown", test_unknown);
    g_test_add_func("/api/read-only", test_read_only);
    g_test_add_func("/api/nobody", test_nobody);
    g_test_add_func("/api/visibility", test_visibility);
    g_test_add_func("/api/signals", test_signals);
    g_test_add_func("/api/stored-over-restart", test_stored_over_restart);
    g_test_add_func("/api/idle", test_idle);
    int result = g_test_run();
    harness_stop(&harness);
    return result;
}
