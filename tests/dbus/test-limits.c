/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one user may take of the service.  What only polkit can allow is tested in the lab. */
#include <string.h>
#include <unistd.h>

#include "harness.h"

static Harness harness;

static GVariant *call(const char *path, const char *method, GVariant *parameters)
{
    g_autoptr(GError) error = NULL;
    GVariant *reply = harness_call(&harness, path, PROFILE, method, parameters, &error);

    g_assert_no_error(error);
    return reply;
}

static void done(GVariant *reply)
{
    g_variant_unref(reply);
}

/* Names that nobody asked for before, in calls that are refused. */
static void nobody_names(GDBusConnection *bus)
{
    for (guint i = 0; i < 40; i++) {
        g_autofree char *name = g_strnfill(1 << 20, (char)('a' + i % 26));
        g_autoptr(GError) error = NULL;
        name[0] = (char)('A' + i / 26);
        g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
            bus, NAME, ROOT, MANAGER, "AddProfile",
            g_variant_new_parsed("({'connection': {'name': <'x'>, 'user': <%s>}},)", name), NULL,
            G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
        g_assert_null(reply);
    }
}

static guint64 memory_of(GSubprocess *process)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/status",
                                            g_subprocess_get_identifier(process));
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return g_ascii_strtoull(strstr(text, "VmRSS:") + strlen("VmRSS:"), NULL, 10);
}

/* What a refused call said is forgotten. */
static void test_memory(void)
{
    guint64 before = memory_of(harness.service);

    harness_as_nobody("names");
    g_assert_cmpuint(memory_of(harness.service), <, before + 20000);
}

static void on_line(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result,
                                                              &error);

    g_assert_nonnull(reply);
    (*(guint *)data)--;
}

/* One user does not take every place of those who wait for the log. */
static void test_waiters(void)
{
    g_autofree char *path = harness_add(&harness, "waiters", "refused.test");
    g_autofree char *uuid = g_strdelimit(g_path_get_basename(path), "_", '-');
    GVariant *parameters = g_variant_ref_sink(g_variant_new("(stb)", uuid, (guint64)0, TRUE));
    guint waiting = 16;

    for (guint i = 0; i < 16; i++)
        g_dbus_connection_call(harness.bus, NAME, ROOT, MANAGER, "ReadLog", parameters, NULL,
                               G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_line, &waiting);
    g_free(harness_refused(&harness, ROOT, MANAGER, "ReadLog", parameters, "TooMany"));
    g_variant_unref(parameters);
    done(call(path, "Connect", g_variant_new_parsed("(@a{sv} {},)")));
    while (waiting > 0)
        g_main_context_iteration(NULL, TRUE);
    done(call(path, "Delete", NULL));
}

/* Words of anybody's in the log: one line, and nothing for a terminal to obey. */
static void test_log_clean(void)
{
    g_autofree char *path = harness_add(&harness, "noisy", "noisy.test");
    g_autofree char *uuid = g_strdelimit(g_path_get_basename(path), "_", '-');
    g_autoptr(GError) error = NULL;
    const char *text;

    done(call(path, "Connect", g_variant_new_parsed("(@a{sv} {},)")));
    g_autoptr(GVariant) reply =
        harness_call(&harness, ROOT, MANAGER, "ReadLog",
                     g_variant_new("(stb)", uuid, (guint64)0, FALSE), &error);
    g_assert_no_error(error);
    g_autoptr(GVariant) lines = g_variant_get_child_value(reply, 1);
    g_assert_cmpuint(g_variant_n_children(lines), ==, 1);
    g_variant_get_child(lines, 0, "(xu&s)", NULL, NULL, &text);
    g_assert_cmpstr(text, ==, "connecting to noisy.test [2J root logged in     \xef\xbf\xbd");
    done(call(path, "Delete", NULL));
}

static guint count_connections(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = harness_call(&harness, ROOT, "org.freedesktop.DBus.ObjectManager",
                                             "GetManagedObjects", NULL, &error);
    g_autoptr(GVariantIter) objects = NULL;
    const char *path;
    guint count = 0;

    g_assert_no_error(error);
    g_variant_get(reply, "(a{oa{sa{sv}}})", &objects);
    while (g_variant_iter_next(objects, "{&o@a{sa{sv}}}", &path, NULL))
        count += g_str_has_prefix(path, ROOT "/connection/");
    return count;
}

static void put_profiles(const char *user, gboolean there)
{
    for (guint i = 0; i < 12; i++) {
        g_autofree char *name = g_strdup_printf("%s%u.conf", user, i);
        g_autofree char *path = g_build_filename(harness.folder, "profiles", name, NULL);
        g_autofree char *text =
            g_strdup_printf("[connection]\nuser=%s\ngateway=hangs.test\nautoconnect=yes\n"
                            "[ppp]\nuser=a\n", user);
        if (there)
            g_assert_true(g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0600,
                                                   NULL));
        else
            g_assert_cmpint(unlink(path), ==, 0);
    }
}

/* What is connected when the computer starts is bounded as what its user connects. */
static void test_autoconnect(void)
{
    harness_stop_service(&harness);
    put_profiles("nobody", TRUE);
    put_profiles("", TRUE);
    harness_start_service(&harness, NULL);
    /* Those of everybody are an administrator's. */
    g_assert_cmpuint(count_connections(), ==, 8 + 12);
    harness_stop_service(&harness);
    put_profiles("nobody", FALSE);
    put_profiles("", FALSE);
    harness_start_service(&harness, NULL);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--nobody") == 0) {
        g_autoptr(GDBusConnection) bus = harness_become_nobody();
        nobody_names(bus);
        return 0;
    }
    g_test_init(&argc, &argv, NULL);
    harness_start(&harness);
    g_test_add_func("/api/memory", test_memory);
    g_test_add_func("/api/waiters", test_waiters);
    g_test_add_func("/api/log-clean", test_log_clean);
    g_test_add_func("/api/autoconnect", test_autoconnect);
    int result = g_test_run();
    harness_stop(&harness);
    return result;
}
