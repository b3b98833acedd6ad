/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What comes over the bus under the service's name and is not what the service would say: it is
 * taken for nothing, or for an error, and never for what it is not.  On a bus of its own. */
#include <string.h>

#include "client/store_service.h"

#define NAME "org.causeway.Causeway1"
#define ROOT "/org/causeway/Causeway1"
#define UUID "11111111-2222-4333-8444-555555555555"
#define PROFILE_PATH ROOT "/profile/11111111_2222_4333_8444_555555555555"
#define CONNECTION_PATH ROOT "/connection/1"

/* Each property of another type than the interface says, but the one that links the two. */
static const char objects[] =
    "({'" PROFILE_PATH "': {'" NAME ".Profile': {'Name': <7>, 'Gateway': <['x']>, 'User': <true>, "
    "'StoredSecrets': <'ppp.password'>, 'MissingSecrets': <[1, 2]>}}, "
    "'" CONNECTION_PATH "': {'" NAME ".Connection': {'Uuid': <'" UUID "'>, 'State': <1>, "
    "'Stage': <['x']>, 'Since': <'now'>, 'Failure': <('ppp', 'x')>, 'Gateway': <@u 3>, "
    "'LocalAddresses': <'10.0.0.1'>, 'Dns': <[1]>, 'Mtu': <@i 1400>, 'Weak': <'yes'>}}, "
    "'/elsewhere': {'" NAME ".Profile': {'Name': <'stray'>}}},)";

static const struct {
    const char *method, *answer;
} answers[] = {
    {"GetManagedObjects", objects},
    {"GetSettings", "('not a table',)"},
    {"Update", "('done',)"},
    {"AddProfile", "('/looks/like/a/path',)"},
    {"GetStatistics", "('many', 'few')"},
    {"ReadLog", "(@t 7, ['a line'])"},
    {"Connect", "(true,)"},
    {"Disconnect", "(1,)"},
    {"Delete", "(1,)"},
    {"SetSecret", "('kept',)"},
};

/* Answers before the bus's own checks of types: there are none of a call without introspection. */
static GDBusMessage *on_message(GDBusConnection *bus, GDBusMessage *message, gboolean incoming,
                                gpointer unused)
{
    const char *member = g_dbus_message_get_member(message);

    if (!incoming || g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_METHOD_CALL)
        return message;
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        if (strcmp(member, answers[i].method) != 0)
            continue;
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusMessage) reply = g_dbus_message_new_method_reply(message);
        GVariant *body = g_variant_parse(
            strcmp(member, "GetManagedObjects") == 0 ? G_VARIANT_TYPE("(a{oa{sa{sv}}})") : NULL,
            answers[i].answer, NULL, NULL, &error);
        g_assert_no_error(error);
        g_dbus_message_set_body(reply, body);
        g_dbus_connection_send_message(bus, reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
        g_object_unref(message);
        return NULL;
    }
    return message;
}

static void on_done(GObject *source, GAsyncResult *result, gpointer data)
{
    *(GAsyncResult **)data = g_object_ref(result);
}

static GAsyncResult *await(GAsyncResult **result)
{
    while (!*result)
        g_main_context_iteration(NULL, TRUE);
    return *result;
}

typedef struct {
    GTestDBus *daemon;
    GDBusConnection *bus;
    VpnStore *store;
    VpnItem *item;
} Fixture;

static void set_up(Fixture *f, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    f->daemon = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(f->daemon);
    const char *address = g_test_dbus_get_bus_address(f->daemon);
    g_setenv("DBUS_SYSTEM_BUS_ADDRESS", address, TRUE);
    f->bus = g_dbus_connection_new_for_address_sync(
        address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                     G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, &error);
    g_assert_no_error(error);
    g_dbus_connection_add_filter(f->bus, on_message, NULL, NULL);
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        f->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "RequestName", g_variant_new("(su)", NAME, 0), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
        &error);
    g_assert_no_error(error);
    g_assert_true(g_variant_is_of_type(reply, G_VARIANT_TYPE("(u)")));
    f->store = vpn_store_service_new();
    vpn_store_start(f->store);
    while (vpn_store_availability(f->store) == VPN_STORE_STARTING)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(vpn_store_availability(f->store), ==, VPN_STORE_READY);
    f->item = vpn_store_find(f->store, UUID);
    g_assert_nonnull(f->item);
}

static void tear_down(Fixture *f, gconstpointer unused)
{
    g_object_unref(f->store);
    g_object_unref(f->bus);
    /* The store's connection is shared by all who ask for the system's bus. */
    g_test_dbus_stop(f->daemon);
    g_object_unref(f->daemon);
}

static void emit(Fixture *f, const char *path, const char *interface, const char *name,
                 const char *parameters)
{
    g_autoptr(GError) error = NULL;
    GVariant *body = g_variant_parse(NULL, parameters, NULL, NULL, &error);

    g_assert_no_error(error);
    g_dbus_connection_emit_signal(f->bus, NULL, path, interface, name, body, &error);
    g_assert_no_error(error);
}

static void test_signals(Fixture *f)
{
    static const char manager[] = "org.freedesktop.DBus.ObjectManager";
    static const char properties[] = "org.freedesktop.DBus.Properties";

    emit(f, ROOT, manager, "InterfacesAdded", "('" PROFILE_PATH "', 'none')");
    emit(f, ROOT, manager, "InterfacesRemoved", "(1, 2)");
    emit(f, ROOT, manager, "InterfacesRemoved", "('" PROFILE_PATH "',)");
    emit(f, PROFILE_PATH, properties, "PropertiesChanged", "('" NAME ".Profile', 1, 2)");
    emit(f, CONNECTION_PATH, properties, "PropertiesChanged",
         "('" NAME ".Connection', {'State': <('x', 'y')>, 'Failure': <7>}, @as [])");
    /* Known by its name: what came before has been looked at. */
    emit(f, PROFILE_PATH, properties, "PropertiesChanged",
         "('" NAME ".Profile', {'Name': <'office'>}, @as [])");
    while (strcmp(vpn_item_name(f->item), "office") != 0)
        g_main_context_iteration(NULL, TRUE);
    g_assert_true(vpn_store_find(f->store, UUID) == f->item);
    g_assert_cmpint(vpn_item_status(f->item)->state, ==, VPN_DISCONNECTED);
}

static void test_objects(Fixture *f)
{
    const VpnStatus *status = vpn_item_status(f->item);

    g_assert_cmpuint(g_list_model_get_n_items(G_LIST_MODEL(f->store)), ==, 1);
    g_assert_cmpstr(vpn_item_name(f->item), ==, "");
    g_assert_cmpstr(vpn_item_gateway(f->item), ==, "");
    g_assert_null(vpn_item_stored_secrets(f->item)[0]);
    g_assert_null(vpn_item_missing_secrets(f->item)[0]);
    g_assert_cmpint(status->state, ==, VPN_DISCONNECTED);
    g_assert_null(status->gateway);
    g_assert_null(status->local_addresses);
    g_assert_null(status->dns);
    g_assert_null(status->failure_code);
    g_assert_cmpuint(status->mtu, ==, 0);
    g_assert_false(status->weak);
}

static void finish_fails(Fixture *f, GAsyncResult **result)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(vpn_store_finish(f->store, await(result), &error));
    g_assert_nonnull(error);
    g_clear_object(result);
}

static void test_calls(Fixture *f)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(Profile) profile = profile_new();
    g_autoptr(Secret) secret = secret_new("x", 1);
    VpnStatistics statistics;
    guint64 next;

    vpn_store_load(f->store, f->item, NULL, on_done, &result);
    g_assert_null(vpn_store_load_finish(f->store, await(&result), NULL));
    g_clear_object(&result);
    vpn_store_save(f->store, f->item, profile, FALSE, NULL, on_done, &result);
    g_assert_null(vpn_store_save_finish(f->store, await(&result), NULL));
    g_clear_object(&result);
    vpn_store_save(f->store, NULL, profile, FALSE, NULL, on_done, &result);
    g_assert_null(vpn_store_save_finish(f->store, await(&result), NULL));
    g_clear_object(&result);
    vpn_store_statistics(f->store, f->item, NULL, on_done, &result);
    g_assert_false(vpn_store_statistics_finish(f->store, await(&result), &statistics, NULL));
    g_clear_object(&result);
    vpn_store_read_log(f->store, f->item, 0, FALSE, NULL, on_done, &result);
    g_assert_null(vpn_store_read_log_finish(f->store, await(&result), &next, NULL));
    g_clear_object(&result);
    vpn_store_connect(f->store, f->item, NULL, NULL, on_done, &result);
    finish_fails(f, &result);
    vpn_store_disconnect(f->store, f->item, NULL, on_done, &result);
    finish_fails(f, &result);
    vpn_store_remove(f->store, f->item, NULL, on_done, &result);
    finish_fails(f, &result);
    vpn_store_set_secret(f->store, f->item, "ppp.password", secret, NULL, on_done, &result);
    finish_fails(f, &result);
}

/* One after the other on one bus: GLib keeps its connection to the system's. */
static void test_all(Fixture *f, gconstpointer unused)
{
    test_objects(f);
    test_calls(f);
    test_signals(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/client/replies/of-other-types", Fixture, NULL, set_up, test_all, tear_down);
    return g_test_run();
}
