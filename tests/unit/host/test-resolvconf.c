/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Name servers given to a resolvconf that writes down how it is run, and to one that hangs. */
#include "host/dns.h"
#include "namespace.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "/usr/sbin/resolvconf"
#define LOG "/etc/resolvconf.log"
#define ADDED "-a tun.causeway0 -m 0 -x\nnameserver 10.77.0.53\nsearch example.org\n"
#define DELETED "-d tun.causeway0\n"

static char *run_folder;

static void write_program(const char *script)
{
    g_autofree char *text = g_strconcat("#!/bin/sh\n", script, "\n", NULL);

    g_assert_true(g_file_set_contents(PROGRAM, text, -1, NULL));
    g_assert_cmpint(g_chmod(PROGRAM, 0755), ==, 0);
    g_unlink(LOG);
}

static void assert_log(const char *expected)
{
    g_autofree char *text = NULL;

    g_file_get_contents(LOG, &text, NULL, NULL);
    g_assert_cmpstr(text, ==, expected);
}

static Host *host_open(void)
{
    g_autoptr(GError) error = NULL;
    Host *host = host_new(run_folder, &error);

    g_assert_no_error(error);
    return host;
}

static void assert_journal(gboolean empty)
{
    g_autofree char *path = g_build_filename(run_folder, "journal", NULL);
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);

    g_assert_true((folder == NULL || g_dir_read_name(folder) == NULL) == empty);
}

static NetworkPlan *plan_new(void)
{
    IpAddress server = namespace_address("10.77.0.53");
    NetworkPlan *plan = g_new0(NetworkPlan, 1);

    plan->interface = g_strdup("causeway0");
    plan->routes = g_array_new(FALSE, FALSE, sizeof(PlanRoute));
    plan->dns = g_array_new(FALSE, FALSE, sizeof(IpAddress));
    g_array_append_val(plan->dns, server);
    plan->search = g_strsplit("example.org", " ", -1);
    plan->dns_default = TRUE;
    return plan;
}

typedef struct {
    gboolean done;
    GError *error;
} Waiting;

static void set_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Waiting *waiting = user_data;

    host_dns_set_finish(result, &waiting->error);
    waiting->done = TRUE;
}

static void revert_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Waiting *waiting = user_data;

    host_dns_revert_finish(result, &waiting->error);
    waiting->done = TRUE;
}

static void test_set(void)
{
    g_autoptr(Host) host = host_open();
    g_autoptr(HostDns) dns = host_dns_new(host, "causeway0", 1);
    g_autoptr(NetworkPlan) plan = plan_new();
    Waiting set = { 0 }, reverted = { 0 };

    write_program("{ echo \"$@\"; cat; } >>" LOG);
    host_dns_set(dns, plan, NULL, set_done, &set);
    namespace_wait(&set.done);
    g_assert_no_error(set.error);
    assert_log(ADDED);
    assert_journal(FALSE);
    host_dns_revert(dns, revert_done, &reverted);
    namespace_wait(&reverted.done);
    g_assert_no_error(reverted.error);
    assert_log(ADDED DELETED);
    assert_journal(TRUE);
}

/* What is taken back while a slow program is still at it does not come again. */
static void test_overtaken(void)
{
    g_autoptr(Host) host = host_open();
    g_autoptr(HostDns) dns = host_dns_new(host, "causeway0", 1);
    g_autoptr(NetworkPlan) plan = plan_new();
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    Waiting set = { 0 }, reverted = { 0 };

    write_program("[ $1 = -d ] || sleep 0.3; { echo \"$@\"; cat; } >>" LOG);
    host_dns_set(dns, plan, cancellable, set_done, &set);
    g_cancellable_cancel(cancellable);
    host_dns_revert(dns, revert_done, &reverted);
    namespace_wait(&reverted.done);
    g_assert_true(set.done);
    g_assert_error(set.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_clear_error(&set.error);
    g_assert_no_error(reverted.error);
    assert_log(ADDED DELETED);
    assert_journal(TRUE);
}

static void test_hangs(void)
{
    g_autoptr(Host) host = host_open();
    g_autoptr(HostDns) dns = host_dns_new(host, "causeway0", 1);
    g_autoptr(NetworkPlan) plan = plan_new();
    Waiting set = { 0 }, reverted = { 0 };

    write_program("exec sleep 60");
    dns_resolvconf_msec = 100;
    g_test_expect_message("causeway", G_LOG_LEVEL_WARNING, "*resolvconf takes too long*");
    host_dns_set(dns, plan, NULL, set_done, &set);
    namespace_wait(&set.done);
    g_assert_nonnull(set.error);
    g_clear_error(&set.error);
    g_test_expect_message("causeway", G_LOG_LEVEL_WARNING, "*resolvconf takes too long*");
    host_dns_revert(dns, revert_done, &reverted);
    namespace_wait(&reverted.done);
    g_assert_nonnull(reverted.error);
    g_clear_error(&reverted.error);
    g_test_assert_expected_messages();
    assert_journal(FALSE); /* it is still to be taken back */
    g_clear_pointer(&host, host_free);

    g_test_expect_message("causeway", G_LOG_LEVEL_WARNING, "*resolvconf takes too long*");
    g_test_expect_message("causeway", G_LOG_LEVEL_WARNING, "*");
    host = host_open();
    g_test_assert_expected_messages();
    assert_journal(FALSE);
    g_clear_pointer(&host, host_free);

    dns_resolvconf_msec = 10000;
    write_program("echo \"$@\" >>" LOG);
    host = host_open();
    assert_log(DELETED);
    assert_journal(TRUE);
}

/* It was there when they were set and is not any more. */
static void test_uninstalled(void)
{
    g_autoptr(Host) host = host_open();
    g_autoptr(HostDns) dns = host_dns_new(host, "causeway0", 1);
    g_autoptr(NetworkPlan) plan = plan_new();
    Waiting set = { 0 }, reverted = { 0 };

    write_program("cat >/dev/null");
    host_dns_set(dns, plan, NULL, set_done, &set);
    namespace_wait(&set.done);
    g_assert_no_error(set.error);
    g_assert_cmpint(g_unlink(PROGRAM), ==, 0);
    host_dns_revert(dns, revert_done, &reverted);
    namespace_wait(&reverted.done);
    g_assert_no_error(reverted.error);
    assert_journal(TRUE);
}

/* Nobody manages the file, and no other can be put in its place: /etc is read-only. */
static void test_read_only_folder(void)
{
    g_autoptr(Host) host = host_open();
    g_autoptr(HostDns) dns = host_dns_new(host, "causeway0", 1);
    g_autoptr(NetworkPlan) plan = plan_new();
    g_autofree char *text = NULL, *after = NULL;
    Waiting set = { 0 }, reverted = { 0 };

    g_assert_true(g_file_set_contents("/etc/resolv.conf", RESOLV_CONF_TEXT, -1, NULL));
    g_assert_cmpint(g_chmod("/etc", 0555), ==, 0);
    host_dns_set(dns, plan, NULL, set_done, &set);
    namespace_wait(&set.done);
    g_assert_no_error(set.error);
    g_file_get_contents("/etc/resolv.conf", &text, NULL, NULL);
    g_assert_nonnull(strstr(text, "nameserver 10.77.0.53\n"));
    g_assert_null(strstr(text, "nameserver 192.0.2.1"));
    host_dns_revert(dns, revert_done, &reverted);
    namespace_wait(&reverted.done);
    g_assert_no_error(reverted.error);
    g_file_get_contents("/etc/resolv.conf", &after, NULL, NULL);
    g_assert_cmpstr(after, ==, RESOLV_CONF_TEXT);
    g_assert_cmpint(g_chmod("/etc", 0755), ==, 0);
    assert_journal(TRUE);
}

static void child(void)
{
    Host *host = host_open();
    HostDns *dns = host_dns_new(host, "causeway0", 1);
    NetworkPlan *plan = plan_new();
    Waiting set = { 0 };

    host_dns_set(dns, plan, NULL, set_done, &set);
    namespace_wait(&set.done);
    raise(SIGKILL);
}

static void test_killed(void)
{
    pid_t pid;
    int status;

    write_program("{ echo \"$@\"; cat; } >>" LOG);
    pid = fork();
    if (pid == 0)
        child();
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_log(ADDED);
    host_free(host_open());
    assert_log(ADDED DELETED);
    assert_journal(TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    run_folder = g_dir_make_tmp("causeway-run-XXXXXX", NULL);
    namespace_enter();
    signal(SIGPIPE, SIG_IGN); /* as causewayd */
    g_assert_true(g_file_set_contents("/etc/resolv.conf", "# Generated by resolvconf\n", -1,
                                      NULL));
    /* First: no thread of GLib's may be there yet when it forks. */
    g_test_add_func("/host/resolvconf/killed", test_killed);
    g_test_add_func("/host/resolvconf/set", test_set);
    g_test_add_func("/host/resolvconf/overtaken", test_overtaken);
    g_test_add_func("/host/resolvconf/hangs", test_hangs);
    g_test_add_func("/host/resolvconf/uninstalled", test_uninstalled);
    g_test_add_func("/host/resolvconf/read-only-folder", test_read_only_folder);
    return namespace_run_tests(run_folder);
}
