/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections whose settings are in no store: for root alone, ended with their caller, and their
 * network reported.  And how the plug-in's side follows them. */
#include <string.h>
#include <unistd.h>

#include "client/client.h"
#include "client/transient.h"
#include "harness.h"

#define UUID "2d1c3e58-0a4b-4c1f-9b57-8a3f0d6f1e22"

static Harness harness;

static GVariant *transient_parameters(const char *gateway, const char *options)
{
    return g_variant_new("(@a{sa{sv}}@a{sv})",
                         g_variant_new_parsed("{'connection': {'name': <'t'>, 'uuid': <'" UUID
                                              "'>, 'gateway': <%s>}, 'ppp': {'user': <'anna'>}}",
                                              gateway),
                         g_variant_new_parsed(options));
}

static char *start_on(GDBusConnection *bus, const char *gateway)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        bus, NAME, ROOT, MANAGER, "ConnectTransient",
        transient_parameters(gateway, "{'network': <'report'>}"), G_VARIANT_TYPE("(o)"),
        G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
    char *path;

    g_assert_no_error(error);
    g_variant_get(reply, "(o)", &path);
    return path;
}

/* NULL: there is no such object. */
static GVariant *property(const char *path, const char *name)
{
    g_autoptr(GVariant) reply =
        harness_call(&harness, path, "org.freedesktop.DBus.Properties", "Get",
                     g_variant_new("(ss)", CONNECTION, name), NULL);
    g_autoptr(GVariant) boxed = reply ? g_variant_get_child_value(reply, 0) : NULL;

    return boxed ? g_variant_get_variant(boxed) : NULL;
}

static void await_gone(const char *path)
{
    g_autoptr(GVariant) state = property(path, "State");

    while (state) {
        g_main_context_iteration(NULL, FALSE);
        g_variant_unref(state);
        state = property(path, "State");
    }
}

static void test_report(void)
{
    g_autofree char *path = start_on(harness.bus, "up.test");

    harness_await(&harness, path, CONNECTION, "State", "connected");
    g_autoptr(GVariant) plan = property(path, "Plan");
    g_autoptr(GVariant) profile = property(path, "Profile");
    g_autoptr(GVariant) uuid = property(path, "Uuid");
    const char *address;
    g_assert_true(g_variant_lookup(plan, "ipv4-address", "&s", &address));
    g_assert_cmpstr(address, ==, "10.77.0.10");
    g_assert_cmpstr(g_variant_get_string(profile, NULL), ==, "/");
    g_assert_cmpstr(g_variant_get_string(uuid, NULL), ==, UUID);
    /* The same once more is another connection, and both end by themselves. */
    g_autofree char *second = start_on(harness.bus, "up.test");
    harness_await(&harness, second, CONNECTION, "State", "connected");
    g_autoptr(GVariant) other = property(second, "Uuid");
    g_assert_cmpstr(g_variant_get_string(other, NULL), !=, UUID);
    const char *both[] = {path, second};
    for (guint i = 0; i < G_N_ELEMENTS(both); i++) {
        g_variant_unref(harness_call(&harness, both[i], CONNECTION, "Disconnect", NULL, NULL));
        await_gone(both[i]);
    }
    /* One of a stored profile sets its network itself. */
    g_autofree char *stored = harness_add(&harness, "stored", "up.test");
    g_autoptr(GVariant) reply =
        harness_call(&harness, stored, PROFILE, "Connect", g_variant_new_parsed("(@a{sv} {},)"),
                     NULL);
    const char *own;
    g_variant_get(reply, "(&o)", &own);
    harness_await(&harness, own, CONNECTION, "State", "connected");
    g_autoptr(GVariant) none = property(own, "Plan");
    g_assert_cmpuint(g_variant_n_children(none), ==, 0);
    g_variant_unref(harness_call(&harness, stored, PROFILE, "Delete", NULL, NULL));
}

static void test_refused(void)
{
    static const struct {
        const char *gateway, *options, *error, *message;
    } rows[] = {
        {"up.test", "{'network': <'both'>}", "InvalidArgument", "\"network\""},
        {"up.test", "{'network': <true>}", "InvalidArgument", "\"network\""},
        {"up.test", "{'user': <'a b'>}", "InvalidArgument", "connection.user"},
        {"up.test", "{'magic': <'x'>}", "InvalidArgument", "\"magic\""},
        {"up.test", "{'agent': <'/x'>}", "InvalidArgument", "\"agent\""},
        {"a b", "@a{sv} {}", "InvalidArgument", "connection.gateway"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *message =
            harness_refused(&harness, ROOT, MANAGER, "ConnectTransient",
                            transient_parameters(rows[i].gateway, rows[i].options), rows[i].error);
        g_assert_nonnull(strstr(message, rows[i].message));
    }
    harness_as_nobody("connect");
    /* Connect does not take what is ConnectTransient's. */
    g_autofree char *stored = harness_add(&harness, "stored", "up.test");
    g_free(harness_refused(&harness, stored, PROFILE, "Connect",
                           g_variant_new_parsed("({'network': <'report'>},)"), "InvalidArgument"));
    g_variant_unref(harness_call(&harness, stored, PROFILE, "Delete", NULL, NULL));
}

/* Why it failed is asked when it is over.  Who may is shown in the lab, where there is polkit. */
static void test_log(void)
{
    GVariant *of_unknown = g_variant_new_parsed(
        "('00000000-1111-4222-8333-444444444444', uint64 0, false)");
    GVariant *of_ours = g_variant_new("(stb)", UUID, (guint64)0, FALSE);
    g_autofree char *path = start_on(harness.bus, "refused.test");

    harness_await(&harness, path, CONNECTION, "State", "failed");
    g_variant_unref(harness_call(&harness, path, CONNECTION, "Disconnect", NULL, NULL));
    await_gone(path);
    g_free(harness_refused(&harness, ROOT, MANAGER, "ReadLog", of_unknown, "NotFound"));
    g_variant_unref(harness_call(&harness, ROOT, MANAGER, "ReadLog", of_ours, NULL));
}

/* A profile that got the UUID of a connection in no store has no say over it: NetworkManager tells
 * everybody the UUIDs of what is connected. */
static void test_same_uuid(void)
{
    g_autofree char *path = start_on(harness.bus, "up.test");
    g_autoptr(GError) error = NULL;

    harness_await(&harness, path, CONNECTION, "State", "connected");
    g_autoptr(GVariant) reply = harness_call(
        &harness, ROOT, MANAGER, "AddProfile",
        g_variant_new_parsed("({'connection': {'name': <'same'>, 'uuid': <'" UUID "'>, 'gateway': "
                             "<'up.test'>}, 'ppp': {'user': <'ben'>}},)"), &error);
    g_assert_no_error(error);
    const char *stored;
    g_variant_get(reply, "(&o)", &stored);
    g_autoptr(GVariant) got = harness_call(&harness, stored, "org.freedesktop.DBus.Properties",
                                           "Get", g_variant_new("(ss)", PROFILE, "Connection"),
                                           &error);
    g_assert_no_error(error);
    g_autoptr(GVariant) boxed = g_variant_get_child_value(got, 0);
    g_autoptr(GVariant) connection = g_variant_get_variant(boxed);
    g_assert_cmpstr(g_variant_get_string(connection, NULL), ==, "/");
    g_variant_unref(harness_call(&harness, stored, PROFILE, "Delete", NULL, NULL));
    g_autoptr(GVariant) state = property(path, "State");
    g_assert_nonnull(state);
    g_assert_cmpstr(g_variant_get_string(state, NULL), ==, "connected");
    g_variant_unref(harness_call(&harness, path, CONNECTION, "Disconnect", NULL, NULL));
    await_gone(path);
}

/* Whatever it does at that moment, and also when it has failed. */
static void test_owner_vanishes(void)
{
    static const struct {
        const char *gateway, *state;
    } rows[] = {{"up.test", "connected"}, {"hangs.test", "connecting"}, {"refused.test", "failed"}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) bus = g_dbus_connection_new_for_address_sync(
            g_getenv("DBUS_SYSTEM_BUS_ADDRESS"),
            G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, &error);
        g_assert_no_error(error);
        g_autofree char *path = start_on(bus, rows[i].gateway);
        harness_await(&harness, path, CONNECTION, "State", rows[i].state);
        g_assert_true(g_dbus_connection_close_sync(bus, NULL, &error));
        await_gone(path);
    }
}

/* ---- the plug-in's side ---- */

typedef struct {
    GString *seen; /* states, questions and the end */
    const char *answer;
    gboolean over;
} Follower;

static void on_changed(Transient *transient, gpointer data)
{
    Follower *follower = data;
    CausewayConnection *connection = transient_connection(transient);
    const char *state = causeway_connection_get_state(connection);
    GVariant *plan = causeway_connection_get_plan(connection);

    if (strcmp(state, "connected") == 0) {
        g_string_append_printf(follower->seen, "connected %d ",
                               (int)g_variant_n_children(plan) > 0);
        follower->over = TRUE;
    } else if (strcmp(state, "failed") == 0) {
        g_string_append(follower->seen, "failed ");
        follower->over = TRUE;
    }
}

static void on_secret_wanted(Transient *transient, const char *field, const char *message,
                             TransientAsk flags, gpointer data)
{
    Follower *follower = data;
    gboolean refused_before = flags & TRANSIENT_REFUSED_BEFORE;

    g_string_append_printf(follower->seen, "%s%s ", field, refused_before ? " again" : "");
    g_autoptr(Secret) secret =
        secret_new(follower->answer, follower->answer ? strlen(follower->answer) : 0);
    transient_answer(transient, follower->answer ? secret : NULL);
    follower->answer = refused_before ? NULL : "right";
}

static void on_secret_cancelled(Transient *transient, gpointer data)
{
    g_string_append(((Follower *)data)->seen, "cancelled ");
}

static void on_gone(Transient *transient, const GError *error, gpointer data)
{
    Follower *follower = data;

    g_string_append(follower->seen, error ? "error " : "gone ");
    follower->over = TRUE;
}

static const TransientEvents events = {
    .changed = on_changed,
    .secret_wanted = on_secret_wanted,
    .secret_cancelled = on_secret_cancelled,
    .gone = on_gone,
};

static Transient *follow(Follower *follower, const char *gateway, const char *answer)
{
    g_autoptr(Profile) profile = profile_new();
    g_autoptr(GError) error = NULL;

    *follower = (Follower){g_string_new(NULL), answer, FALSE};
    if (gateway)
        profile_set_text(profile, FIELD_CONNECTION_GATEWAY, gateway, NULL);
    profile_set_text(profile, FIELD_CONNECTION_NAME, "t", NULL);
    profile_set_text(profile, FIELD_PPP_USER, "anna", NULL);
    Transient *transient =
        transient_start(harness.bus, profile, NULL, &events, follower, &error);
    g_assert_no_error(error);
    return transient;
}

static void await(Follower *follower)
{
    while (!follower->over)
        g_main_context_iteration(NULL, TRUE);
}

static void test_follow(void)
{
    static const struct {
        const char *gateway, *answer, *seen;
    } rows[] = {
        {"up.test", NULL, "connected 1 "},
        {"refused.test", NULL, "failed "},
        {"asks.test", "right", "ppp.password connected 1 "},
        {"asks.test", "wrong", "ppp.password ppp.password again connected 1 "},
        {"asks.test", NULL, "ppp.password failed "},
        {NULL, NULL, "error "},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        Follower follower;
        Transient *transient = follow(&follower, rows[i].gateway, rows[i].answer);
        await(&follower);
        g_assert_cmpstr(follower.seen->str, ==, rows[i].seen);
        transient_free(transient);
        g_string_free(follower.seen, TRUE);
    }
}

static guint connections(void)
{
    g_autoptr(GVariant) reply =
        harness_call(&harness, ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects",
                     NULL, NULL);
    g_autofree char *text = g_variant_print(reply, FALSE);
    guint count = 0;

    for (const char *p = text; (p = strstr(p, ROOT "/connection/")); p++)
        count++;
    return count;
}

/* Given up at once, what its call has begun is ended all the same. */
static void test_freed_at_once(void)
{
    Follower follower;

    transient_free(follow(&follower, "up.test", NULL));
    do {
        g_main_context_iteration(NULL, FALSE);
    } while (connections() == 0);
    while (connections() > 0)
        g_main_context_iteration(NULL, FALSE);
    g_assert_cmpstr(follower.seen->str, ==, "");
    g_string_free(follower.seen, TRUE);
}

/* Last, as it takes the service with it. */
static void test_service_dies(void)
{
    Follower follower;
    Transient *transient = follow(&follower, "up.test", NULL);

    await(&follower);
    follower.over = FALSE;
    g_subprocess_force_exit(harness.service);
    await(&follower);
    g_assert_cmpstr(follower.seen->str, ==, "connected 1 error ");
    transient_free(transient);
    g_string_free(follower.seen, TRUE);
    g_clear_object(&harness.service);
    harness_start_service(&harness, NULL);
}

static int connect_as_nobody(void)
{
    g_autoptr(GDBusConnection) bus = harness_become_nobody();
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        bus, NAME, ROOT, MANAGER, "ConnectTransient", transient_parameters("up.test", "@a{sv} {}"),
        NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
    g_autofree char *name = reply ? NULL : g_dbus_error_get_remote_error(error);

    return g_strcmp0(name, NAME ".Error.NotAuthorized") == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--nobody") == 0)
        return connect_as_nobody();
    g_test_init(&argc, &argv, NULL);
    harness_start(&harness);
    g_test_add_func("/transient/report", test_report);
    g_test_add_func("/transient/refused", test_refused);
    g_test_add_func("/transient/log", test_log);
    g_test_add_func("/transient/same-uuid", test_same_uuid);
    g_test_add_func("/transient/owner-vanishes", test_owner_vanishes);
    g_test_add_func("/transient/follow", test_follow);
    g_test_add_func("/transient/freed-at-once", test_freed_at_once);
    g_test_add_func("/transient/service-dies", test_service_dies);
    int result = g_test_run();
    harness_stop(&harness);
    return result;
}
