/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A negotiation with a charon that lies, breaks off, or talks nonsense (hostile-charon.c): it
 * ends with a failure that has a name, and takes out whatever it put in. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "ipsec/ike.h"

#define KEY "the key that nobody may see"

typedef struct {
    GMainLoop *loop;
    char *folder;
    IkeService *service;
    Ike *ike;
    Failure *failure;
    char *esp_suite;
    char *remote_id;
    gboolean stop_when_up;
    gboolean stop_when_changed;
    const char *vouched; /* what is answered when a gateway's certificates are shown */
    gboolean never_vouch;
    gboolean kill_when_up;
    const char *stop_at; /* a command to charon */
    gboolean free_in_callback;
    gboolean ended;
    guint established, changed, lost, failed, stopped;
    guint shown; /* certificates */
    guint lists; /* that were asked for until it was established */
} World;

static guint count_lists(World *world);

static void on_established(Ike *ike, const IkeInfo *info, gpointer user_data)
{
    World *world = user_data;

    world->established++;
    world->lists = count_lists(world);
    g_free(world->esp_suite);
    g_free(world->remote_id);
    world->esp_suite = g_strdup(info->esp_suite);
    world->remote_id = g_strdup(info->remote_id);
    if (world->stop_when_up)
        ike_stop(ike);
    if (world->kill_when_up)
        kill(ike_service_pid(world->service), SIGKILL);
}

static void on_changed(Ike *ike, const IkeInfo *info, gpointer user_data)
{
    World *world = user_data;

    world->changed++;
    if (world->stop_when_changed)
        ike_stop(ike);
}

static void at_end(World *world)
{
    if (world->free_in_callback)
        g_clear_pointer(&world->ike, ike_free);
    g_main_loop_quit(world->loop);
}

static void on_lost(Ike *ike, const Failure *failure, gpointer user_data)
{
    World *world = user_data;

    world->lost++;
    world->failure = failure_copy(failure);
    at_end(world);
}

static void on_failed(Ike *ike, const Failure *failure, gpointer user_data)
{
    World *world = user_data;

    world->failed++;
    world->failure = failure_copy(failure);
    at_end(world);
}

static void on_stopped(Ike *ike, gpointer user_data)
{
    World *world = user_data;

    world->stopped++;
    at_end(world);
}

static void on_progress(Ike *ike, const char *text, gpointer user_data)
{
    g_assert_null(strstr(text, KEY));
}

static gboolean on_vouch_due(gpointer user_data)
{
    World *world = user_data;
    g_autoptr(GBytes) pem =
        world->vouched ? g_bytes_new_static(world->vouched, strlen(world->vouched)) : NULL;

    ike_vouch(world->ike, pem);
    return G_SOURCE_REMOVE;
}

static void on_vouch_wanted(Ike *ike, GPtrArray *certificates, gpointer user_data)
{
    World *world = user_data;

    world->shown = certificates->len;
    if (world->never_vouch)
        ike_stop(ike);
    else
        g_idle_add(on_vouch_due, world);
}

static gboolean vouches; /* of the world that begins */

static void world_begin_with(World *world, const char *behaviour, IkeConfig config)
{
    IkeEvents events = { on_progress, on_established, on_changed,
                         on_lost,     on_failed,      on_stopped,
                         vouches ? on_vouch_wanted : NULL };
    g_autofree char *path = NULL;

    config.uuid = "test";
    config.gateway = "127.0.0.2";
    config.local_address = "127.0.0.1";
    config.local_port = config.remote_port = 1701;
    config.reqid = IKE_REQID_FIRST;

    *world = (World){ .loop = g_main_loop_new(NULL, FALSE) };
    world->folder = g_dir_make_tmp("causeway-test-XXXXXX", NULL);
    path = g_build_filename(world->folder, "behaviour", NULL);
    g_assert_true(g_file_set_contents(path, behaviour, -1, NULL));
    world->service =
        ike_service_new(IKE_SERVICE_PRIVATE, world->folder, g_getenv("HOSTILE_CHARON"));
    world->ike = ike_new(world->service, &config, &events, world, &world->failure);
    g_assert_nonnull(world->ike);
    ike_start(world->ike);
    /* nothing from inside */
    g_assert_null(world->failure);
}

static void world_begin(World *world, const char *behaviour)
{
    g_autoptr(Secret) psk = secret_new(KEY, strlen(KEY));

    world_begin_with(world, behaviour, (IkeConfig){ .auth = IKE_AUTH_PSK, .psk = psk });
}

static void on_shut_down(gpointer user_data)
{
    World *world = user_data;

    world->ended = TRUE;
    g_main_loop_quit(world->loop);
}

static char *world_commands(World *world)
{
    g_autofree char *path = g_build_filename(world->folder, "commands", NULL);
    char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) ? text : g_strdup("");
}

static void world_end(World *world)
{
    static const char *const names[] = { "behaviour", "commands", "charon", "", NULL };

    g_clear_pointer(&world->ike, ike_free);
    ike_service_shutdown(world->service, on_shut_down, world);
    if (!world->ended)
        g_main_loop_run(world->loop);
    ike_service_free(world->service);
    /* Its own folder is gone with the instance, so that these are empty. */
    for (guint i = 0; names[i]; i++) {
        g_autofree char *path = g_build_filename(world->folder, names[i], NULL);
        g_remove(path);
    }
    g_assert_false(g_file_test(world->folder, G_FILE_TEST_EXISTS));
    g_free(world->folder);
    g_free(world->esp_suite);
    g_free(world->remote_id);
    failure_free(world->failure);
    g_main_loop_unref(world->loop);
}

typedef struct {
    const char *behaviour;
    FailureCode code;
    const char *words;
} Row;

static const Row rows[] = {
    { "dies", FAILURE_CHARON_FAILED, "the last words" },
    { "shouts", FAILURE_CHARON_FAILED, NULL },
    { "garbage", FAILURE_CHARON_FAILED, "malformed" },
    { "endless-frame", FAILURE_CHARON_FAILED, "impossible length" },
    { "closes", FAILURE_CHARON_FAILED, NULL },
    { "knows-no-events", FAILURE_CHARON_FAILED, "lacks an event" },
    { "answers-unasked", FAILURE_CHARON_FAILED, "not asked" },
    { "refuses", FAILURE_CHARON_FAILED, "invalid value for: reqid" },
    { "no-ikev1", FAILURE_IKE_V1_MISSING, NULL },
    { "wrong-key", FAILURE_PSK_WRONG, "could not decrypt" },
};

static void test_failures(gconstpointer data)
{
    const Row *row = data;
    World world;

    world_begin(&world, row->behaviour);
    world.free_in_callback = TRUE;
    g_main_loop_run(world.loop);
    g_assert_cmpuint(world.failed, ==, 1);
    g_assert_cmpuint(world.established + world.lost + world.stopped, ==, 0);
    g_test_message("%s: %s", failure_code_name(world.failure->code), world.failure->detail);
    g_assert_cmpstr(failure_code_name(world.failure->code), ==, failure_code_name(row->code));
    if (row->words)
        g_assert_nonnull(strstr(world.failure->detail, row->words));
    world_end(&world);
}

static void assert_unloaded(World *world)
{
    g_autofree char *commands = world_commands(world);

    g_assert_nonnull(strstr(commands, "terminate causeway-test\n"));
    g_assert_nonnull(strstr(commands, "unload-shared"));
    g_assert_nonnull(strstr(commands, "unload-conn"));
    /* or charon would tell nobody of it that it has nobody to tell, for long */
    g_assert_nonnull(strstr(commands, "unregister log"));
    g_assert_null(strstr(commands, "clear-creds"));
    g_assert_null(strstr(commands, "flush-certs"));
}

static void test_up_and_down(void)
{
    World world;

    world_begin(&world, "works");
    world.stop_when_up = TRUE;
    g_main_loop_run(world.loop);
    g_assert_cmpuint(world.established, ==, 1);
    g_assert_cmpuint(world.stopped, ==, 1);
    g_assert_cmpuint(world.failed + world.lost + world.changed, ==, 0);
    assert_unloaded(&world);
    /* and once more with the same objects */
    ike_start(world.ike);
    g_main_loop_run(world.loop);
    g_assert_cmpuint(world.stopped, ==, 2);
    world_end(&world);
}

/* Events of others do not count; texts that end on a terminal are cleaned. */
static void test_lies(void)
{
    World world;

    world_begin(&world, "lies");
    world.stop_when_up = TRUE;
    g_main_loop_run(world.loop);
    g_assert_cmpuint(world.established, ==, 1);
    g_assert_null(strpbrk(world.esp_suite, "\x1b\x07\n"));
    g_assert_null(strpbrk(world.remote_id, "\x1b\x07\n"));
    world_end(&world);
}

/* charon still shows the child that the gateway has deleted: it is made anew at once, and the
 * dead one is taken out. */
static void test_loses_child(void)
{
    World world;

    world_begin(&world, "loses-child");
    world.stop_when_changed = TRUE;
    g_main_loop_run(world.loop);
    g_assert_cmpuint(world.established, ==, 1);
    g_assert_cmpuint(world.changed, ==, 1);
    g_assert_cmpuint(world.stopped, ==, 1);
    g_assert_cmpuint(world.failed + world.lost, ==, 0);
    g_autofree char *commands = world_commands(&world);
    g_assert_nonnull(strstr(commands, "terminate child-id 1\n"));
    g_assert_null(strstr(commands, "terminate child-id 2\n"));
    const char *first = strstr(commands, "initiate causeway-test\n");
    const char *elder = strstr(first, "terminate ike-id 1\n");
    g_assert_nonnull(elder);
    g_assert_nonnull(strstr(elder, "initiate causeway-test\n"));
    g_assert_null(strstr(commands, "terminate ike-id 2\n"));
    world_end(&world);
}

static guint count(const char *text, const char *words)
{
    guint n = 0;

    for (const char *at = text; (at = strstr(at, words)) != NULL; at += strlen(words))
        n++;
    return n;
}

/* The gateway deletes the child, and the ISAKMP SA while the child is asked for again: phase 1
 * begins anew, once. */
static void test_loses_ike(void)
{
    World world;

    world_begin(&world, "loses-ike");
    world.stop_when_changed = TRUE;
    g_main_loop_run(world.loop);
    g_assert_cmpuint(world.changed, ==, 1);
    g_assert_cmpuint(world.stopped, ==, 1);
    g_assert_cmpuint(world.failed + world.lost, ==, 0);
    g_autofree char *commands = world_commands(&world);
    g_assert_cmpuint(count(commands, "initiate causeway-test\n"), ==, 3);
    world_end(&world);

    world_begin(&world, "loses-ike-always");
    g_main_loop_run(world.loop);
    g_assert_cmpuint(world.lost, ==, 1);
    g_assert_cmpstr(failure_code_name(world.failure->code), ==, "ike-rejected");
    g_autofree char *all = world_commands(&world);
    g_assert_cmpuint(count(all, "initiate causeway-test\n"), ==, 3);
    world_end(&world);
}

/* Quick mode's last message has been lost: the gateway has no child, and answers nothing. */
static void test_not_heard(void)
{
    World world;

    world_begin(&world, "is-not-heard");
    world.stop_when_changed = TRUE;
    g_main_loop_run(world.loop);
    g_assert_cmpuint(world.established, ==, 1);
    g_assert_cmpuint(world.changed, ==, 1);
    g_autofree char *commands = world_commands(&world);
    const char *rekey = strstr(commands, "rekey child-id 1\n");
    g_assert_nonnull(rekey);
    g_assert_null(strstr(rekey + 1, "rekey "));
    world_end(&world);
}

static guint count_lists(World *world)
{
    g_autofree char *commands = world_commands(world);
    guint lists = 0;

    for (const char *p = commands; (p = strstr(p, "list-sas")) != NULL; p++)
        lists++;
    return lists;
}

static gboolean on_list_due(gpointer user_data)
{
    World *world = user_data;

    /* What is asked for when it is up is asked to see. */
    if (world->established == 0 || count_lists(world) == world->lists)
        return G_SOURCE_CONTINUE;
    ike_stop(world->ike);
    return G_SOURCE_REMOVE;
}

/* One from which something has come is left alone. */
static void test_heard(void)
{
    World world;

    world_begin(&world, "is-heard");
    g_timeout_add(50, on_list_due, &world);
    g_main_loop_run(world.loop);
    g_assert_cmpuint(world.changed, ==, 0);
    g_autofree char *commands = world_commands(&world);
    g_assert_null(strstr(commands, "rekey"));
    world_end(&world);
}

static void test_killed(void)
{
    World world;

    world_begin(&world, "works");
    world.kill_when_up = TRUE;
    g_main_loop_run(world.loop);
    g_assert_cmpuint(world.established, ==, 1);
    g_assert_cmpuint(world.lost, ==, 1);
    g_assert_cmpint(world.failure->code, ==, FAILURE_CHARON_FAILED);
    world_end(&world);
}

static void stop_in(const char *behaviour)
{
    World world;

    world_begin(&world, behaviour);
    ike_stop(world.ike);
    g_assert_cmpuint(world.stopped, ==, 0);
    g_main_loop_run(world.loop);
    g_assert_cmpuint(world.stopped, ==, 1);
    g_assert_cmpuint(world.failed + world.established, ==, 0);
    world_end(&world);
}

static void test_stop_at_once(void)
{
    stop_in("works");
    stop_in("dies");
}

static gboolean on_stop_due(gpointer user_data)
{
    World *world = user_data;
    g_autofree char *commands = world_commands(world);

    if (!strstr(commands, world->stop_at))
        return G_SOURCE_CONTINUE;
    ike_stop(world->ike);
    return G_SOURCE_REMOVE;
}

/* Stopped once charon has been told this command, which it then sits on. */
static void stop_at(World *world, const char *command)
{
    world->stop_at = command;
    g_timeout_add(5, on_stop_due, world);
    g_main_loop_run(world->loop);
    g_assert_cmpuint(world->stopped, ==, 1);
}

/* Stopped while the initiation blocks. */
static void test_stop_initiating(void)
{
    World world;

    world_begin(&world, "hangs-at-initiate");
    stop_at(&world, "initiate");
    assert_unloaded(&world);
    world_end(&world);
}

/* Stopped while the key is being loaded, whose name charon tells afterwards: it does not stay. */
static void test_stop_loading_key(void)
{
    static const guint8 der[] = { 0x30, 0x00 };
    g_autoptr(GBytes) file = g_bytes_new_static(der, sizeof der);
    World world;

    world_begin_with(&world, "loads-slowly",
                     (IkeConfig){ .auth = IKE_AUTH_CERTIFICATE, .certificate = file,
                                  .private_key = file, .gateway_name = "gw.lab" });
    stop_at(&world, "load-key");
    g_autofree char *commands = world_commands(&world);
    g_assert_nonnull(strstr(commands, "unload-key ab12\n"));
    world_end(&world);
}

/* A charon that answers nothing cannot hold us: three seconds are promised. */
static void test_stop_hanging(void)
{
    World world;

    world_begin(&world, "hangs");
    gint64 start = g_get_monotonic_time();
    stop_at(&world, "load-shared");
    g_assert_cmpint((g_get_monotonic_time() - start) / 1000, <, 4000);
    world_end(&world);
}

/* Freed in every state: nothing is called any more. */
static void test_free(void)
{
    World world;

    world_begin(&world, "works");
    g_clear_pointer(&world.ike, ike_free);
    world_end(&world);
    g_assert_cmpuint(world.stopped + world.failed, ==, 0);
}

static void test_missing_program(void)
{
    World world;
    g_autofree char *good = g_strdup(g_getenv("HOSTILE_CHARON"));

    g_setenv("HOSTILE_CHARON", "/nonexistent/charon-systemd", TRUE);
    world_begin(&world, "works");
    g_setenv("HOSTILE_CHARON", good, TRUE);
    g_main_loop_run(world.loop);
    g_assert_cmpint(world.failure->code, ==, FAILURE_CHARON_MISSING);
    g_autofree char *charon = g_build_filename(world.folder, "charon", NULL);
    g_assert_false(g_file_test(charon, G_FILE_TEST_EXISTS));
    world_end(&world);
}

static void shown_begin(World *world, const char *vouched, gboolean never)
{
    static const guint8 der[] = { 0x30, 0x00 };
    g_autoptr(GBytes) file = g_bytes_new_static(der, sizeof der);

    vouches = TRUE;
    world_begin_with(world, "has-certificate",
                     (IkeConfig){ .auth = IKE_AUTH_CERTIFICATE, .certificate = file,
                                  .private_key = file, .gateway_name = "other.lab" });
    vouches = FALSE;
    world->stop_when_up = TRUE;
    world->vouched = vouched;
    world->never_vouch = never;
    g_main_loop_run(world->loop);
    g_assert_cmpuint(world->shown, >=, 1);
    g_assert_cmpuint(world->shown, <=, 16);
}

static guint count_commands(World *world, const char *command)
{
    g_autofree char *commands = world_commands(world);
    g_auto(GStrv) parts = g_strsplit(commands, command, -1);

    return g_strv_length(parts) - 1;
}

/* A gateway whose name stands beside its subject: who can read certificates is asked, and charon is
 * told to demand this one; nothing is established before. */
static void test_vouched(void)
{
    World world;

    shown_begin(&world, "-----BEGIN CERTIFICATE-----\nMAEA\n-----END CERTIFICATE-----\n", FALSE);
    g_assert_cmpuint(world.established, ==, 1);
    g_assert_cmpuint(world.failed, ==, 0);
    g_assert_cmpuint(count_commands(&world, "list-certs"), ==, 1);
    g_assert_cmpuint(count_commands(&world, "initiate"), ==, 2);
    world_end(&world);

    static const char *const none[] = { NULL, "", "no certificate" };
    for (gsize i = 0; i < G_N_ELEMENTS(none); i++) {
        shown_begin(&world, none[i], FALSE);
        g_assert_cmpuint(world.established, ==, 0);
        g_assert_cmpuint(world.failed, ==, 1);
        g_assert_cmpint(world.failure->code, ==, FAILURE_IDENTITY_MISMATCH);
        g_assert_cmpuint(count_commands(&world, "initiate"), ==, 1);
        world_end(&world);
    }
    shown_begin(&world, NULL, TRUE);
    g_assert_cmpuint(world.stopped, ==, 1);
    g_assert_cmpuint(world.established + world.failed, ==, 0);
    world_end(&world);
}

static void certificate_begin(World *world, const char *gateway, const char *remote_id)
{
    static const guint8 der[] = { 0x30, 0x00 };
    g_autoptr(GBytes) file = g_bytes_new_static(der, sizeof der);

    world_begin_with(world, "has-certificate",
                     (IkeConfig){ .auth = IKE_AUTH_CERTIFICATE, .certificate = file,
                                  .private_key = file, .gateway_name = gateway,
                                  .remote_id = remote_id });
    world->stop_when_up = TRUE;
    g_main_loop_run(world->loop);
    g_assert_cmpuint(world->established + world->failed, ==, 1);
}

/* A certificate of the authority is not enough: it has to be the gateway's, before L2TP begins. */
static void test_gateway_name(void)
{
    World world;

    certificate_begin(&world, "gw.lab", NULL);
    g_assert_cmpuint(world.established, ==, 1);
    world_end(&world);
    certificate_begin(&world, "other.lab", NULL);
    g_assert_cmpuint(world.failed, ==, 1);
    g_assert_cmpint(world.failure->code, ==, FAILURE_IDENTITY_MISMATCH);
    g_assert_nonnull(strstr(world.failure->detail, "\"O=Lab, CN=gw.lab\""));
    g_assert_nonnull(strstr(world.failure->detail, "other.lab"));
    g_autofree char *commands = world_commands(&world);
    g_assert_nonnull(strstr(commands, "terminate causeway-test\n"));
    world_end(&world);
    /* The address that was typed, and nothing else. */
    certificate_begin(&world, NULL, NULL);
    g_assert_cmpuint(world.failed, ==, 1);
    world_end(&world);
    certificate_begin(&world, "other.lab", "%any");
    g_assert_cmpuint(world.established, ==, 1);
    world_end(&world);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/negotiation/", rows[i].behaviour, NULL);
        g_test_add_data_func(path, &rows[i], test_failures);
    }
    g_test_add_func("/negotiation/up-and-down", test_up_and_down);
    g_test_add_func("/negotiation/lies", test_lies);
    g_test_add_func("/negotiation/loses-child", test_loses_child);
    g_test_add_func("/negotiation/loses-ike", test_loses_ike);
    g_test_add_func("/negotiation/gateway-name", test_gateway_name);
    g_test_add_func("/negotiation/vouched", test_vouched);
    g_test_add_func("/negotiation/not-heard", test_not_heard);
    g_test_add_func("/negotiation/heard", test_heard);
    g_test_add_func("/negotiation/killed", test_killed);
    g_test_add_func("/negotiation/stop-at-once", test_stop_at_once);
    g_test_add_func("/negotiation/stop-initiating", test_stop_initiating);
    g_test_add_func("/negotiation/stop-loading-key", test_stop_loading_key);
    g_test_add_func("/negotiation/stop-hanging", test_stop_hanging);
    g_test_add_func("/negotiation/free", test_free);
    g_test_add_func("/negotiation/missing-program", test_missing_program);
    return g_test_run();
}
