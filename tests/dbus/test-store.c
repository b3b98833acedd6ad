/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store that front ends use, against the service: what it shows, and what it does. */
#include <string.h>

#include "base/secret.h"
#include "client/client.h"
#include "client/store_service.h"
#include "harness.h"

static Harness harness;

typedef struct {
    VpnStore *store;
    GAsyncResult *result;
    char *wanted; /* the field that was asked for last */
    gboolean refused;
} Fixture;

static void turn(void)
{
    g_main_context_iteration(NULL, TRUE);
}

static void on_result(GObject *source, GAsyncResult *result, gpointer data)
{
    ((Fixture *)data)->result = g_object_ref(result);
}

static GAsyncResult *await(Fixture *fixture)
{
    while (!fixture->result)
        turn();
    return g_steal_pointer(&fixture->result);
}

static void await_done(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GAsyncResult) result = await(fixture);

    vpn_store_finish(fixture->store, result, &error);
    g_assert_no_error(error);
}

static void await_state(VpnItem *item, VpnState state)
{
    while (vpn_item_status(item)->state != state)
        turn();
}

static void on_wanted(VpnStore *store, VpnItem *item, const char *field, const char *message,
                      gboolean refused, Fixture *fixture)
{
    g_free(fixture->wanted);
    fixture->wanted = g_strdup(field);
    fixture->refused = refused;
    g_assert_cmpstr(message, ==, "Type it, please");
}

static void set_up(Fixture *fixture, gconstpointer unused)
{
    fixture->store = vpn_store_service_new();
    g_signal_connect(fixture->store, "secret-wanted", G_CALLBACK(on_wanted), fixture);
    vpn_store_start(fixture->store);
    g_assert_cmpint(vpn_store_availability(fixture->store), ==, VPN_STORE_STARTING);
    while (vpn_store_availability(fixture->store) == VPN_STORE_STARTING)
        turn();
    g_assert_cmpint(vpn_store_availability(fixture->store), ==, VPN_STORE_READY);
}

static void tear_down(Fixture *fixture, gconstpointer unused)
{
    GListModel *list = G_LIST_MODEL(fixture->store);

    while (g_list_model_get_n_items(list) > 0) {
        g_autoptr(VpnItem) item = g_list_model_get_item(list, 0);
        vpn_store_remove(fixture->store, item, NULL, on_result, fixture);
        await_done(fixture);
        while (vpn_store_find(fixture->store, vpn_item_uuid(item)))
            turn();
    }
    g_clear_object(&fixture->store);
    g_free(fixture->wanted);
}

static VpnItem *save(Fixture *fixture, const char *name, const char *gateway, gboolean secrets)
{
    g_autoptr(Profile) profile = profile_new();
    g_autoptr(Secret) secret = secret_new("right", 5);
    g_autoptr(GError) error = NULL;

    g_assert_true(profile_set_text(profile, FIELD_CONNECTION_NAME, name, NULL));
    g_assert_true(profile_set_text(profile, FIELD_CONNECTION_GATEWAY, gateway, NULL));
    g_assert_true(profile_set_text(profile, FIELD_PPP_USER, "anna", NULL));
    if (secrets) {
        g_assert_true(profile_set_secret(profile, FIELD_IPSEC_PSK, secret, NULL));
        g_assert_true(profile_set_secret(profile, FIELD_PPP_PASSWORD, secret, NULL));
    }
    vpn_store_save(fixture->store, NULL, profile, TRUE, NULL, on_result, fixture);
    g_autoptr(GAsyncResult) result = await(fixture);
    g_autofree char *uuid = vpn_store_save_finish(fixture->store, result, &error);
    g_assert_no_error(error);
    /* The list is told by a signal of its own. */
    while (!vpn_store_find(fixture->store, uuid))
        turn();
    return vpn_store_find(fixture->store, uuid);
}

static const char *name_at(VpnStore *store, guint position)
{
    g_autoptr(VpnItem) item = g_list_model_get_item(G_LIST_MODEL(store), position);

    return vpn_item_name(item);
}

static void test_list(Fixture *fixture, gconstpointer unused)
{
    GListModel *list = G_LIST_MODEL(fixture->store);
    VpnItem *second = save(fixture, "second", "up.test", FALSE);
    VpnItem *first = save(fixture, "first", "up.test", TRUE);
    g_autoptr(GError) error = NULL;

    g_assert_cmpuint(g_list_model_get_n_items(list), ==, 2);
    g_assert_cmpstr(name_at(fixture->store, 0), ==, "first");
    while (vpn_item_missing_secrets(first)[0])
        turn();
    g_assert_cmpstr(vpn_item_stored_secrets(first)[0], ==, "ipsec.psk");
    g_assert_cmpstr(vpn_item_missing_secrets(second)[0], ==, "ipsec.psk");

    vpn_store_load(fixture->store, first, NULL, on_result, fixture);
    g_autoptr(GAsyncResult) loaded = await(fixture);
    g_autoptr(Profile) profile = vpn_store_load_finish(fixture->store, loaded, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(profile_get_string(profile, FIELD_PPP_USER), ==, "anna");

    /* A new name is a new place in the list. */
    g_assert_true(profile_set_text(profile, FIELD_CONNECTION_NAME, "third", NULL));
    vpn_store_save(fixture->store, first, profile, FALSE, NULL, on_result, fixture);
    g_autoptr(GAsyncResult) saved = await(fixture);
    g_autofree char *uuid = vpn_store_save_finish(fixture->store, saved, &error);
    g_assert_cmpstr(uuid, ==, vpn_item_uuid(first));
    while (strcmp(name_at(fixture->store, 1), "third") != 0)
        turn();
    g_assert_cmpstr(name_at(fixture->store, 0), ==, "second");

    vpn_store_remove(fixture->store, second, NULL, on_result, fixture);
    await_done(fixture);
    while (g_list_model_get_n_items(list) != 1)
        turn();
}

static void test_connect(Fixture *fixture, gconstpointer unused)
{
    VpnItem *item = save(fixture, "office", "up.test", TRUE);
    g_autoptr(GError) error = NULL;
    VpnStatistics statistics;
    guint64 next = 0;

    vpn_store_connect(fixture->store, item, NULL, NULL, on_result, fixture);
    await_done(fixture);
    await_state(item, VPN_CONNECTED);
    g_assert_cmpstr(vpn_item_status(item)->interface, ==, "causeway0");
    g_assert_cmpstr(vpn_item_status(item)->local_addresses[0], ==, "10.77.0.10");
    g_assert_cmpuint(vpn_item_status(item)->mtu, ==, 1400);
    g_assert_cmpuint(vpn_item_status(item)->reconnects, ==, 2);
    g_assert_cmpint(vpn_item_status(item)->ike_renewal, ==,
                    vpn_item_status(item)->esp_renewal + 3600);

    vpn_store_statistics(fixture->store, item, NULL, on_result, fixture);
    g_autoptr(GAsyncResult) counted = await(fixture);
    g_assert_true(vpn_store_statistics_finish(fixture->store, counted, &statistics, &error));
    g_assert_cmpuint(statistics.tx_bytes, ==, 2000);

    vpn_store_read_log(fixture->store, item, 0, FALSE, NULL, on_result, fixture);
    g_autoptr(GAsyncResult) read = await(fixture);
    g_autoptr(GPtrArray) lines = vpn_store_read_log_finish(fixture->store, read, &next, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(lines->len, >, 0);
    g_assert_cmpuint(next, >, 0);

    vpn_store_disconnect(fixture->store, item, NULL, on_result, fixture);
    await_done(fixture);
    await_state(item, VPN_DISCONNECTED);
    /* The object goes after that. */
    while (vpn_item_status(item)->interface)
        turn();
}

static void test_failure(Fixture *fixture, gconstpointer unused)
{
    VpnItem *item = save(fixture, "office", "refused.test", TRUE);

    vpn_store_connect(fixture->store, item, NULL, NULL, on_result, fixture);
    await_done(fixture);
    await_state(item, VPN_FAILED);
    g_assert_cmpstr(vpn_item_status(item)->failure_code, ==, "psk-wrong");
    g_assert_cmpstr(vpn_item_status(item)->failure_stage, ==, "ipsec");
    /* A service that has nothing to do leaves: the reason stays in sight. */
    harness_stop_service(&harness);
    harness_start_service(&harness, NULL);
    VpnItem *other = save(fixture, "other", "up.test", TRUE);
    g_assert_nonnull(other);
    g_assert_cmpint(vpn_item_status(item)->state, ==, VPN_FAILED);
    g_assert_cmpstr(vpn_item_status(item)->failure_code, ==, "psk-wrong");
}

/* Who gives up knows why, and needs no failure. */
static void test_cancel(Fixture *fixture, gconstpointer unused)
{
    VpnItem *item = save(fixture, "office", "hangs.test", TRUE);
    g_autoptr(GVariant) told = g_variant_ref_sink(g_variant_new_parsed(
        "{'State': <'failed'>, 'Failure': <('ipsec', 'cancelled', 'It was cancelled.', '')>}"));

    vpn_store_service_take(item, told);
    g_assert_cmpint(vpn_item_status(item)->state, ==, VPN_DISCONNECTED);
    g_assert_null(vpn_item_status(item)->failure_code);
}

static void answer(Fixture *fixture, VpnItem *item, const char *text)
{
    g_autoptr(Secret) secret = text ? secret_new(text, strlen(text)) : NULL;

    while (!fixture->wanted)
        turn();
    g_assert_cmpstr(fixture->wanted, ==, "ppp.password");
    g_clear_pointer(&fixture->wanted, g_free);
    vpn_store_answer(fixture->store, item, secret);
}

static void test_secrets(Fixture *fixture, gconstpointer unused)
{
    VpnItem *item = save(fixture, "office", "asks.test", TRUE);

    vpn_store_connect(fixture->store, item, NULL, NULL, on_result, fixture);
    await_done(fixture);
    answer(fixture, item, "wrong");
    g_assert_false(fixture->refused);
    answer(fixture, item, "right");
    g_assert_true(fixture->refused);
    await_state(item, VPN_CONNECTED);
}

static void test_gives_up(Fixture *fixture, gconstpointer unused)
{
    VpnItem *item = save(fixture, "office", "asks.test", FALSE);
    g_autoptr(GHashTable) secrets = vpn_secrets_new();

    g_hash_table_insert(secrets, g_strdup("ipsec.psk"), secret_new("x", 1));
    g_hash_table_insert(secrets, g_strdup("ppp.password"), secret_new("x", 1));
    vpn_store_connect(fixture->store, item, secrets, NULL, on_result, fixture);
    await_done(fixture);
    answer(fixture, item, NULL);
    await_state(item, VPN_FAILED);
    g_assert_cmpstr(vpn_item_status(item)->failure_code, ==, "secret-missing");
}

/* The service goes in the middle of a connection and comes back: profiles stay in sight. */
static void test_service_leaves(Fixture *fixture, gconstpointer unused)
{
    VpnItem *item = save(fixture, "office", "hangs.test", TRUE);
    g_autoptr(VpnItem) held = g_object_ref(item);

    vpn_store_connect(fixture->store, item, NULL, NULL, on_result, fixture);
    await_done(fixture);
    while (vpn_item_status(item)->stage != STAGE_IPSEC)
        turn();
    g_subprocess_force_exit(harness.service);
    g_subprocess_wait(harness.service, NULL, NULL);
    g_clear_object(&harness.service);
    await_state(item, VPN_FAILED);
    g_assert_cmpstr(vpn_item_status(item)->failure_code, ==, VPN_FAILURE_SERVICE_LOST);
    g_assert_true(vpn_store_find(fixture->store, vpn_item_uuid(held)) == item);

    harness_start_service(&harness, NULL);
    VpnItem *other = save(fixture, "other", "up.test", TRUE);
    vpn_store_connect(fixture->store, other, NULL, NULL, on_result, fixture);
    await_done(fixture);
    await_state(other, VPN_CONNECTED);
    g_assert_true(vpn_store_find(fixture->store, vpn_item_uuid(held)) == item);
}

static void test_absent(Fixture *fixture, gconstpointer unused)
{
    harness_stop_service(&harness);
    g_object_unref(fixture->store);
    VpnStore *store = fixture->store = vpn_store_service_new();
    vpn_store_start(store);
    while (vpn_store_availability(store) == VPN_STORE_STARTING)
        turn();
    g_assert_cmpint(vpn_store_availability(store), ==, VPN_STORE_ABSENT);
    g_assert_nonnull(vpn_store_problem(store));
    /* It is there as soon as somebody starts the service. */
    harness_start_service(&harness, NULL);
    while (vpn_store_availability(store) != VPN_STORE_READY)
        turn();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    harness_start(&harness);
#define TEST(name, function) \
    g_test_add("/dbus/store/" name, Fixture, NULL, set_up, function, tear_down)
    TEST("list", test_list);
    TEST("connect", test_connect);
    TEST("failure", test_failure);
    TEST("cancel", test_cancel);
    TEST("secrets", test_secrets);
    TEST("gives-up", test_gives_up);
    TEST("service-leaves", test_service_leaves);
    TEST("absent", test_absent);
    int result = g_test_run();
    harness_stop(&harness);
    return result;
}
