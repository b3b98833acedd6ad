/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /etc/resolv.conf in a folder of its own: what is written, and that the original comes back
 * exactly, whatever it was. */
#include "host/dns.h"
#include "host/resolv_file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    char *folder, *path, *journal_folder;
    Journal *journal;
    ResolvFile *file;
} Fixture;

static void setup(Fixture *fixture, gconstpointer data)
{
    fixture->folder = g_dir_make_tmp("resolv-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "resolv.conf", NULL);
    fixture->journal_folder = g_build_filename(fixture->folder, "journal", NULL);
    fixture->journal = journal_open(fixture->journal_folder, NULL);
    fixture->file = resolv_file_new(fixture->path, fixture->journal);
}

static gboolean undo(const char *kind, GVariant *details, gpointer user_data)
{
    g_assert_cmpstr(kind, ==, "resolv-file");
    return resolv_file_restore(details);
}

static void teardown(Fixture *fixture, gconstpointer data)
{
    resolv_file_free(fixture->file);
    journal_free(fixture->journal);
    g_unlink(fixture->path);
    g_assert_cmpint(g_rmdir(fixture->journal_folder), ==, 0); /* no entry is left */
    g_rmdir(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture->path);
    g_free(fixture->journal_folder);
}

static NetworkPlan *plan_new(const char *server, const char *search, gboolean everything)
{
    NetworkPlan *plan = g_new0(NetworkPlan, 1);
    IpAddress address;

    g_assert_true(ip_address_parse(server, &address));
    plan->routes = g_array_new(FALSE, TRUE, sizeof(PlanRoute));
    plan->dns = g_array_new(FALSE, TRUE, sizeof(IpAddress));
    g_array_append_val(plan->dns, address);
    plan->search = g_strsplit(search, " ", 0);
    plan->dns_default = everything;
    return plan;
}

static void assert_file(const char *path, const char *expected)
{
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, expected);
}

#define HEADER "# Made by Causeway while a VPN is connected; the original comes back after.\n"
#define ORIGINAL "# mine\nnameserver 192.168.1.1\n nameserver\t192.168.1.2\nsearch home.arpa\n" \
                 "options edns0\n"

static void test_compose(Fixture *fixture, gconstpointer data)
{
    g_autoptr(NetworkPlan) all = plan_new("10.0.0.1", "corp.example", TRUE);
    g_autoptr(NetworkPlan) split = plan_new("10.9.0.1", "lab.example", FALSE);
    g_autoptr(GPtrArray) plans = g_ptr_array_new();
    g_autofree char *alone = NULL, *both = NULL, *none = NULL;

    g_ptr_array_add(plans, split);
    alone = resolv_file_compose(ORIGINAL, plans);
    g_assert_cmpstr(alone, ==, HEADER "nameserver 10.9.0.1\nnameserver 192.168.1.1\n"
                    "nameserver 192.168.1.2\noptions edns0\nsearch lab.example home.arpa\n");
    g_ptr_array_add(plans, all);
    both = resolv_file_compose(ORIGINAL, plans);
    g_assert_cmpstr(both, ==, HEADER "nameserver 10.9.0.1\nnameserver 10.0.0.1\noptions edns0\n"
                    "search lab.example corp.example home.arpa\n");
    g_ptr_array_remove_index(plans, 0);
    none = resolv_file_compose(NULL, plans);
    g_assert_cmpstr(none, ==, HEADER "nameserver 10.0.0.1\nsearch corp.example\n");
}

static void test_regular(Fixture *fixture, gconstpointer data)
{
    g_autoptr(NetworkPlan) plan = plan_new("10.0.0.1", "", TRUE);
    g_autoptr(GError) error = NULL;
    struct stat st;

    g_assert_true(g_file_set_contents(fixture->path, ORIGINAL, -1, NULL));
    g_assert_cmpint(g_chmod(fixture->path, 0640), ==, 0);
    g_assert_true(resolv_file_set(fixture->file, "causeway0", plan, &error));
    assert_file(fixture->path, HEADER "nameserver 10.0.0.1\noptions edns0\nsearch home.arpa\n");
    g_assert_cmpint(stat(fixture->path, &st), ==, 0);
    g_assert_cmpuint(st.st_mode & 07777, ==, 0644); /* everybody resolves names */
    resolv_file_unset(fixture->file, "causeway0");
    assert_file(fixture->path, ORIGINAL);
    g_assert_cmpint(stat(fixture->path, &st), ==, 0);
    g_assert_cmpuint(st.st_mode & 07777, ==, 0640);
}

static void test_symlink(Fixture *fixture, gconstpointer data)
{
    g_autoptr(NetworkPlan) plan = plan_new("10.0.0.1", "", FALSE);
    g_autofree char *target = g_build_filename(fixture->folder, "theirs", NULL), *link = NULL;

    g_assert_true(g_file_set_contents(target, "nameserver 192.168.1.1\n", -1, NULL));
    g_assert_cmpint(symlink("theirs", fixture->path), ==, 0);
    g_assert_true(resolv_file_set(fixture->file, "causeway0", plan, NULL));
    g_assert_true(g_file_test(fixture->path, G_FILE_TEST_IS_REGULAR));
    assert_file(fixture->path, HEADER "nameserver 10.0.0.1\nnameserver 192.168.1.1\n");
    assert_file(target, "nameserver 192.168.1.1\n");
    resolv_file_unset(fixture->file, "causeway0");
    link = g_file_read_link(fixture->path, NULL);
    g_assert_cmpstr(link, ==, "theirs");
    g_unlink(target);
}

static void test_dangling(Fixture *fixture, gconstpointer data)
{
    g_autoptr(NetworkPlan) plan = plan_new("10.0.0.1", "", TRUE);
    g_autofree char *link = NULL;

    g_assert_cmpint(symlink("/nonexistent/resolv.conf", fixture->path), ==, 0);
    g_assert_true(resolv_file_set(fixture->file, "causeway0", plan, NULL));
    assert_file(fixture->path, HEADER "nameserver 10.0.0.1\n");
    resolv_file_unset(fixture->file, "causeway0");
    link = g_file_read_link(fixture->path, NULL);
    g_assert_cmpstr(link, ==, "/nonexistent/resolv.conf");
}

static void test_absent(Fixture *fixture, gconstpointer data)
{
    g_autoptr(NetworkPlan) plan = plan_new("10.0.0.1", "", TRUE);

    g_assert_true(resolv_file_set(fixture->file, "causeway0", plan, NULL));
    assert_file(fixture->path, HEADER "nameserver 10.0.0.1\n");
    resolv_file_unset(fixture->file, "causeway0");
    g_assert_false(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
}

/* Connections come and go in any order; the original comes back after the last. */
static void test_two(Fixture *fixture, gconstpointer data)
{
    g_autoptr(NetworkPlan) first = plan_new("10.0.0.1", "", TRUE);
    g_autoptr(NetworkPlan) second = plan_new("10.9.0.1", "", TRUE);

    g_assert_true(g_file_set_contents(fixture->path, ORIGINAL, -1, NULL));
    g_assert_true(resolv_file_set(fixture->file, "causeway0", first, NULL));
    g_assert_true(resolv_file_set(fixture->file, "causeway1", second, NULL));
    assert_file(fixture->path, HEADER "nameserver 10.9.0.1\nnameserver 10.0.0.1\noptions edns0\n"
                "search home.arpa\n");
    resolv_file_unset(fixture->file, "causeway0");
    assert_file(fixture->path, HEADER "nameserver 10.9.0.1\noptions edns0\nsearch home.arpa\n");
    resolv_file_unset(fixture->file, "causeway1");
    assert_file(fixture->path, ORIGINAL);
    resolv_file_unset(fixture->file, "causeway1"); /* once more does nothing */
    assert_file(fixture->path, ORIGINAL);
}

/* What somebody else has written since is theirs. */
static void test_foreign(Fixture *fixture, gconstpointer data)
{
    g_autoptr(NetworkPlan) plan = plan_new("10.0.0.1", "", TRUE);

    g_assert_true(g_file_set_contents(fixture->path, ORIGINAL, -1, NULL));
    g_assert_true(resolv_file_set(fixture->file, "causeway0", plan, NULL));
    g_assert_true(g_file_set_contents(fixture->path, "nameserver 172.16.0.1\n", -1, NULL));
    resolv_file_unset(fixture->file, "causeway0");
    assert_file(fixture->path, "nameserver 172.16.0.1\n");
    /* Written over while a connection is up, and then another comes: that is the original. */
    g_assert_true(resolv_file_set(fixture->file, "causeway0", plan, NULL));
    g_assert_true(g_file_set_contents(fixture->path, "nameserver 172.16.0.2\n", -1, NULL));
    g_assert_true(resolv_file_set(fixture->file, "causeway1", plan, NULL));
    resolv_file_unset(fixture->file, "causeway0");
    resolv_file_unset(fixture->file, "causeway1");
    assert_file(fixture->path, "nameserver 172.16.0.2\n");
}

/* causewayd dies with the file rewritten, once or twice; the next one restores it. */
static void test_crash(Fixture *fixture, gconstpointer data)
{
    g_autoptr(NetworkPlan) plan = plan_new("10.0.0.1", "", TRUE);

    for (guint connections = 1; connections <= 2; connections++) {
        g_autoptr(Journal) next = NULL;

        g_assert_true(g_file_set_contents(fixture->path, ORIGINAL, -1, NULL));
        g_assert_true(resolv_file_set(fixture->file, "causeway0", plan, NULL));
        if (connections == 2)
            g_assert_true(resolv_file_set(fixture->file, "causeway1", plan, NULL));
        resolv_file_free(fixture->file);
        next = journal_open(fixture->journal_folder, NULL);
        g_assert_cmpuint(journal_undo(next, undo, NULL), ==, 0);
        assert_file(fixture->path, ORIGINAL);
        fixture->file = resolv_file_new(fixture->path, fixture->journal);
    }
}

/* A rewrite was recorded and not made: the entry before it still fits. */
static void test_crash_between(Fixture *fixture, gconstpointer data)
{
    g_autoptr(NetworkPlan) plan = plan_new("10.0.0.1", "", TRUE);

    g_assert_true(g_file_set_contents(fixture->path, ORIGINAL, -1, NULL));
    g_assert_true(resolv_file_set(fixture->file, "causeway0", plan, NULL));
    journal_add(fixture->journal, "resolv-file",
                g_variant_new_parsed("{'path': <%^ay>, 'kind': <'file'>, 'target': <b''>, "
                                     "'content': <b'wrong'>, 'mode': <uint32 420>, "
                                     "'uid': <uint32 0>, 'gid': <uint32 0>, "
                                     "'written': <b'never written'>}", fixture->path), NULL);
    g_assert_cmpuint(journal_undo(fixture->journal, undo, NULL), ==, 0);
    assert_file(fixture->path, ORIGINAL);
    resolv_file_unset(fixture->file, "causeway0");
    assert_file(fixture->path, ORIGINAL);
}

static void test_unwritable(Fixture *fixture, gconstpointer data)
{
    g_autoptr(NetworkPlan) plan = plan_new("10.0.0.1", "", TRUE);
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(g_mkdir(fixture->path, 0755), ==, 0);
    g_assert_false(resolv_file_set(fixture->file, "causeway0", plan, &error));
    g_assert_nonnull(error);
    g_assert_cmpint(g_rmdir(fixture->path), ==, 0);
    /* And it works again when the obstacle has gone. */
    g_assert_true(resolv_file_set(fixture->file, "causeway0", plan, NULL));
    resolv_file_unset(fixture->file, "causeway0");
}

static void test_backend(void)
{
    static const struct {
        const char *target, *text, *nsswitch;
        DnsBackend backend;
    } cases[] = {
        { "/run/systemd/resolve/stub-resolv.conf", "", NULL, DNS_RESOLVED },
        { "/run/systemd/resolve/resolv.conf", NULL, NULL, DNS_RESOLVED },
        { "/usr/lib/systemd/resolv.conf", "", NULL, DNS_RESOLVED },
        { NULL, "# x\nnameserver 127.0.0.53\noptions edns0\n", NULL, DNS_RESOLVED },
        { NULL, "nameserver 10.0.0.1\n", "hosts: files resolve [!UNAVAIL=return] dns\n",
          DNS_RESOLVED },
        { "/run/resolvconf/resolv.conf", "", NULL, DNS_RESOLVCONF },
        { "/etc/resolvconf/run/resolv.conf", "", NULL, DNS_RESOLVCONF },
        { NULL, "# Generated by resolvconf\nnameserver 10.0.0.1\n", NULL, DNS_RESOLVCONF },
        { NULL, "nameserver 10.0.0.1\n", "hosts: files dns\n", DNS_FILE },
        { "/run/NetworkManager/resolv.conf", "# Generated by NetworkManager\n", NULL, DNS_FILE },
        { NULL, NULL, NULL, DNS_FILE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(dns_backend_choose(cases[i].target, cases[i].text, cases[i].nsswitch), ==,
                        cases[i].backend);
}

#define ADD(name, function) \
    g_test_add("/host/resolv-file/" name, Fixture, NULL, setup, function, teardown)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("compose", test_compose);
    ADD("regular", test_regular);
    ADD("symlink", test_symlink);
    ADD("dangling", test_dangling);
    ADD("absent", test_absent);
    ADD("two", test_two);
    ADD("foreign", test_foreign);
    ADD("crash", test_crash);
    ADD("crash-between", test_crash_between);
    ADD("unwritable", test_unwritable);
    g_test_add_func("/host/resolv-file/backend", test_backend);
    return g_test_run();
}
