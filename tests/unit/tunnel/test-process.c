/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent's handle on a tunnel process: the real one, and hostile ones.
 *
 * Every end is told exactly once, in time, whatever the process does; after it, and after
 * tunnel_process_free(), nothing is called any more. */
#include <glib.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connection/tunnel_process.h"

#define LIMIT_SEC 10

static const char *real_program, *hostile_program;

typedef struct {
    GMainLoop *loop;
    TunnelProcess *process;
    guint ready, failed, closed, paths, lines, others;
    guint free_at; /* that many others; 0: never */
    Failure *failure;
    gboolean free_when_ready, stop_when_ready, freeze_when_ready, quit_when_ready;
} World;

static void on_ready(gpointer user_data)
{
    World *world = user_data;

    world->ready++;
    if (world->free_when_ready) {
        g_clear_pointer(&world->process, tunnel_process_free);
        g_main_loop_quit(world->loop);
    }
    if (world->freeze_when_ready)
        kill(tunnel_process_pid(world->process), SIGSTOP);
    if (world->stop_when_ready)
        tunnel_process_stop(world->process);
    if (world->quit_when_ready)
        g_main_loop_quit(world->loop);
}

static void on_network_down(gpointer user_data)
{
    World *world = user_data;

    if (++world->others != world->free_at)
        return;
    g_clear_pointer(&world->process, tunnel_process_free);
    g_main_loop_quit(world->loop);
}

static void on_data_path_wanted(const TunnelDataPath *data_path, gpointer user_data)
{
    World *world = user_data;

    world->paths++;
}

static void on_log(const char *line, gpointer user_data)
{
    World *world = user_data;

    world->lines++;
}

static void on_failed(const Failure *failure, gpointer user_data)
{
    World *world = user_data;

    world->failed++;
    world->failure = failure_copy(failure);
    g_main_loop_quit(world->loop);
}

static void on_closed(gpointer user_data)
{
    World *world = user_data;

    world->closed++;
    g_main_loop_quit(world->loop);
}

static const TunnelProcessEvents events = {
    .ready = on_ready,
    .network_down = on_network_down,
    .data_path_wanted = on_data_path_wanted,
    .log = on_log,
    .failed = on_failed,
    .closed = on_closed,
};

static gboolean too_late(gpointer user_data)
{
    g_error("no end within %d s", LIMIT_SEC);
    return G_SOURCE_REMOVE;
}

static void configure(World *world, const char *host_name)
{
    TunnelConfig config = { .host_name = (char *)host_name, .user = (char *)"u",
                            .methods = PPP_METHOD_PAP, .ipv4 = TRUE };

    tunnel_process_configure(world->process, &config);
}

static void world_start(World *world, const char *program, const char *host_name)
{
    g_autoptr(GError) error = NULL;

    world->loop = g_main_loop_new(NULL, FALSE);
    world->process = tunnel_process_new(program, &events, world, &error);
    g_assert_no_error(error);
    if (host_name)
        configure(world, host_name);
}

static void world_run(World *world)
{
    guint limit = g_timeout_add_seconds(LIMIT_SEC, too_late, NULL);

    g_main_loop_run(world->loop);
    g_source_remove(limit);
}

static void world_end(World *world)
{
    guint failed = world->failed, closed = world->closed;

    tunnel_process_free(world->process);
    /* Lets what is still queued happen, and the killed process be waited for. */
    while (waitpid(-1, NULL, WNOHANG) == 0)
        g_main_context_iteration(NULL, FALSE);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpuint(world->failed, ==, failed);
    g_assert_cmpuint(world->closed, ==, closed);
    g_main_loop_unref(world->loop);
    failure_free(world->failure);
}

static void assert_died(const World *world, const char *detail)
{
    g_assert_cmpuint(world->failed, ==, 1);
    g_assert_cmpuint(world->closed, ==, 0);
    g_assert_cmpint(world->failure->code, ==, FAILURE_TUNNEL_DIED);
    if (!strstr(world->failure->detail, detail))
        g_error("\"%s\" is not in \"%s\"", detail, world->failure->detail);
}

/* ---- the real one */

static void test_stop(void)
{
    World world = { .stop_when_ready = TRUE };

    world_start(&world, real_program, "laptop");
    world_run(&world);
    g_assert_cmpuint(world.ready, ==, 1);
    g_assert_cmpuint(world.closed, ==, 1);
    g_assert_cmpuint(world.failed, ==, 0);
    world_end(&world);
}

static void test_free_in_event(void)
{
    World world = { .free_when_ready = TRUE };

    world_start(&world, real_program, NULL);
    world_run(&world);
    g_assert_cmpuint(world.ready, ==, 1);
    g_assert_cmpuint(world.failed + world.closed, ==, 0);
    world_end(&world);
}

static void test_free_at_once(void)
{
    World world = { 0 };

    world_start(&world, real_program, "laptop");
    world_end(&world);
    g_assert_cmpuint(world.ready + world.failed + world.closed, ==, 0);
}

static void test_killed(void)
{
    World world = { .quit_when_ready = TRUE };

    world_start(&world, real_program, "laptop");
    world_run(&world);
    kill(tunnel_process_pid(world.process), SIGKILL);
    world_run(&world);
    assert_died(&world, "signal 9");
    world_end(&world);
}

/* It hangs: a stop is over within its second all the same. */
static void test_stop_frozen(void)
{
    World world = { .freeze_when_ready = TRUE, .stop_when_ready = TRUE };
    gint64 began = g_get_monotonic_time();

    world_start(&world, real_program, "laptop");
    world_run(&world);
    g_assert_cmpuint(world.closed, ==, 1);
    g_assert_cmpint(g_get_monotonic_time() - began, <, 3 * G_USEC_PER_SEC);
    world_end(&world);
}

/* Its parent may not give it orders out of their time either. */
static void test_order(void)
{
    World world = { 0 };

    world_start(&world, real_program, NULL);
    tunnel_process_start(world.process, 0);
    world_run(&world);
    assert_died(&world, "exited");
    world_end(&world);
}

static void test_twice_configured(void)
{
    World world = { 0 };

    world_start(&world, real_program, "laptop");
    configure(&world, "laptop");
    world_run(&world);
    assert_died(&world, "exited");
    world_end(&world);
}

/* A value that the contract does not allow never reaches the process. */
static void test_bad_configuration(void)
{
    World world = { 0 };

    world_start(&world, real_program, "");
    world_run(&world);
    assert_died(&world, "cannot be told");
    world_end(&world);
}

/* Nobody listens at that port: the answer is an ICMP error, which anybody could forge, so it is
 * the timers that end the attempt, and a stop ends it before. */
static void test_stop_while_calling(void)
{
    World world = { .quit_when_ready = TRUE };
    struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons(9),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    world_start(&world, real_program, "laptop");
    tunnel_process_give_socket(world.process, fd, (struct sockaddr *)&peer);
    close(fd);
    tunnel_process_start(world.process, 50000);
    world_run(&world);
    tunnel_process_stop(world.process);
    world_run(&world);
    g_assert_cmpuint(world.closed, ==, 1);
    g_assert_cmpuint(world.failed, ==, 0);
    world_end(&world);
}

static void test_no_program(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(tunnel_process_new("/nowhere/causeway-tunnel", &events, NULL, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* ---- hostile ones */

static const struct {
    const char *act, *detail;
} hostile[] = {
    { "garbage", "invalid message" },      { "too-long", "invalid message" },
    { "parents-word", "invalid message" }, { "descriptor", "invalid message" },
    { "loopback-dns", "invalid message" }, { "escape-sequence", "invalid message" },
    { "not-its-stage", "invalid message" }, { "crash", "signal 5" },
    { "network-on-no-path", "out of its turn" }, { "mtu-of-no-path", "out of its turn" },
    { "ipv6-on-no-path", "out of its turn" },
    { "search-domain-of-two-lines", "invalid message" },
    { "path-before-start", "out of its turn" },  { "secret-before-start", "out of its turn" },
    { "exit", "status 9" },                { "close", "signal 9" },
};

static void test_hostile(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    World world = { 0 };

    world_start(&world, hostile_program, hostile[i].act);
    world_run(&world);
    g_assert_cmpuint(world.ready, ==, 1);
    assert_died(&world, hostile[i].detail);
    world_end(&world);
}

/* One tunnel has one path: another one would leave the first without an owner. */
static void test_two_paths(void)
{
    World world = { 0 };

    world_start(&world, hostile_program, "two-paths");
    tunnel_process_start(world.process, 0);
    world_run(&world);
    assert_died(&world, "out of its turn");
    g_assert_cmpuint(world.paths, ==, 1);
    world_end(&world);
}

static void start_flood(World *world)
{
    int fd = memfd_create("no TUN", MFD_CLOEXEC);

    world_start(world, hostile_program, "flood");
    tunnel_process_give_tun(world->process, fd, 0);
    close(fd);
}

/* It never stops talking: other sources of the loop still get their turn, it can be freed, and it
 * is ended. */
static void test_flood(void)
{
    World world = { 0 }, freed = { .free_at = 100 };

    start_flood(&world);
    world_run(&world);
    assert_died(&world, "says too much");
    g_assert_cmpuint(world.others, <, 1000);
    world_end(&world);

    start_flood(&freed);
    world_run(&freed);
    g_assert_cmpuint(freed.others, ==, 100);
    g_assert_null(freed.process);
    world_end(&freed);
}

/* A gateway makes an honest tunnel write much to the log: it may, but not all of it is heard. */
static void test_chatter(void)
{
    World world = { 0 };

    world_start(&world, hostile_program, "chatter");
    world_run(&world);
    assert_died(&world, "status 9");
    g_assert_cmpuint(world.lines, >=, 100);
    g_assert_cmpuint(world.lines, <, 1500);
    world_end(&world);
}

/* It reads nothing: what it is told piles up until it is given up. */
static void test_deaf(void)
{
    World world = { .quit_when_ready = TRUE };

    world_start(&world, hostile_program, "deaf");
    world_run(&world);
    for (guint i = 0; i < 100000; i++)
        tunnel_process_request_statistics(world.process);
    world_run(&world);
    assert_died(&world, "stopped reading");
    world_end(&world);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 3);
    real_program = argv[1];
    hostile_program = argv[2];
    g_test_add_func("/tunnel/process/stop", test_stop);
    g_test_add_func("/tunnel/process/free-in-event", test_free_in_event);
    g_test_add_func("/tunnel/process/free-at-once", test_free_at_once);
    g_test_add_func("/tunnel/process/killed", test_killed);
    g_test_add_func("/tunnel/process/stop-frozen", test_stop_frozen);
    g_test_add_func("/tunnel/process/order", test_order);
    g_test_add_func("/tunnel/process/twice-configured", test_twice_configured);
    g_test_add_func("/tunnel/process/bad-configuration", test_bad_configuration);
    g_test_add_func("/tunnel/process/stop-while-calling", test_stop_while_calling);
    g_test_add_func("/tunnel/process/no-program", test_no_program);
    for (guint i = 0; i < G_N_ELEMENTS(hostile); i++) {
        g_autofree char *path = g_strdup_printf("/tunnel/process/hostile/%s", hostile[i].act);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_hostile);
    }
    g_test_add_func("/tunnel/process/hostile/two-paths", test_two_paths);
    g_test_add_func("/tunnel/process/hostile/flood", test_flood);
    g_test_add_func("/tunnel/process/hostile/chatter", test_chatter);
    g_test_add_func("/tunnel/process/hostile/deaf", test_deaf);
    return g_test_run();
}
