/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command as a person runs it, against the real bus side of the service. */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness.h"

static Harness harness;
static const char *program = TEST_CAUSEWAY;

typedef struct {
    int code;
    char *out, *err;
} Run;

static void run_clear(Run *run)
{
    g_free(run->out);
    g_free(run->err);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

/* Words separated by single spaces; `input` is its stdin (a file, for a command that ends without having read it
   must not break a pipe under our hands). */
static Run run_with(const char *words, const char *input)
{
    g_autofree char *line = g_strconcat(program, " ", words, NULL);
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    g_autoptr(GError) error = NULL;
    Run result = {0};
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_autoptr(GSubprocess) process = NULL;
    int file = harness_memory_file(input);

    g_assert_cmpint(lseek(file, 0, SEEK_SET), ==, 0);
    g_subprocess_launcher_take_stdin_fd(launcher, file);
    process = g_subprocess_launcher_spawnv(launcher, (const char *const *)argv, &error);
    g_assert_no_error(error);
    g_subprocess_communicate_utf8(process, NULL, NULL, &result.out, &result.err, &error);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_get_if_exited(process));
    result.code = g_subprocess_get_exit_status(process);
    return result;
}

static void expect(const char *words, int code, const char *out, const char *err)
{
    g_auto(Run) run = run_with(words, "");

    g_test_message("%s: %d\n%s%s", words, run.code, run.out, run.err);
    g_assert_cmpint(run.code, ==, code);
    if (out)
        g_assert_nonnull(strstr(run.out, out));
    if (err)
        g_assert_nonnull(strstr(run.err, err));
}

static void test_usage(void)
{
    expect("", 2, NULL, "there is no command");
    expect("nonsense", 2, NULL, "there is no command \"nonsense\"");
    expect("help", 0, "causeway add office", NULL);
    expect("help up", 0, "causeway up NAME", NULL);
    expect("--version", 0, "causeway ", NULL);
    expect("up", 2, NULL, "usage: causeway up NAME");
    expect("up a b", 2, NULL, "usage: causeway up NAME");
    expect("status --nonsense", 2, NULL, "there is no option --nonsense");
    expect("down", 2, NULL, "usage: causeway down");
    expect("down x --all", 2, NULL, "usage: causeway down");
    expect("add x", 2, NULL, "usage: causeway add");
    expect("add x ppp.user=a", 2, NULL, "the gateway is missing");
    expect("add x gateway=h ppp.mtu=99", 2, NULL, "ppp.mtu: 99 is below 576");
    expect("add x gateway=h ppp.mut=1400", 2, NULL, "did you mean ppp.mtu?");
    expect("add x gateway=h nonsense", 2, NULL, "should look like group.key=value");
    expect("add x gateway=h ppp.password=a", 2, NULL, "causeway set-secret");
    expect("set-secret x ppp.user", 2, NULL, "is not a secret");
    expect("fields", 0, "ppp.refuse-mschapv2", NULL);
}

static void test_no_profile(void)
{
    static const char *const commands[] = {"up x", "down x", "show x", "status x", "remove x",
                                           "export x", "edit x ppp.user=a", "log x",
                                           "set-secret x ppp.password"};

    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        expect(commands[i], 4, NULL, "causeway: There is no profile \"x\"");
}

static void test_life_of_a_profile(void)
{
    expect("add office gateway=up.test", 0, NULL, "before it can connect: ppp.user: is missing");
    expect("add office gateway=up.test", 2, NULL, "There is a profile \"office\" already");
    expect("edit office ppp.user=anna ppp.mtu=1400 ipv4.routes=10.0.0.0/8,192.0.2.0/24", 0, NULL,
           NULL);
    expect("edit office ppp.mtu=99", 2, NULL, "ppp.mtu: 99 is below 576");
    expect("edit office connection.uuid=11111111-2222-4333-8444-555555555555", 2, NULL,
           "connection.uuid: cannot be changed");
    expect("show office", 0, "ipv4.routes=10.0.0.0/8, 192.0.2.0/24\n", NULL);
    expect("list", 0, "office", NULL);
    {
        g_auto(Run) run = run_with("set-secret office ppp.password", "ge heim\n");
        g_assert_cmpint(run.code, ==, 0);
    }
    expect("set-secret office ipsec.psk", 1, NULL, "nothing was given");
    expect("show office", 0, "ppp.password=(stored)", NULL);
    expect("edit office connection.name=home", 0, NULL, NULL);
    expect("show office", 4, NULL, NULL);
    expect("remove home", 0, NULL, NULL);
    expect("show home", 4, NULL, NULL);
}

/* What a name or a value is made of does not reach the terminal of who lists it. */
static void test_plain_text(void)
{
    expect("add gnp\u202e\u2066\u2029.exe gateway=up.test", 2, NULL, "control character");
    expect("add gnp\u202eexe\u200c\u2066x gateway=up.test", 0, NULL, NULL);
    static const char *const commands[] = {"list", "status", "status --json"};
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_auto(Run) run = run_with(commands[i], "");
        gboolean json = strstr(commands[i], "json") != NULL;
        g_assert_cmpint(run.code, ==, 0);
        g_assert_nonnull(strstr(run.out, json ? "gnp\u202eexe\u200c\u2066x"
                                              : "gnp\ufffdexe\u200c\ufffdx"));
        g_assert_true(json || !strstr(run.out, "\u202e"));
    }
    expect("up gnp\u202eexe\u200c\u2066x", 1, NULL, "profile-invalid");
    expect("remove gnp\u202eexe\u200c\u2066x", 0, NULL, NULL);
}

static void test_export_import(void)
{
    g_autofree char *file = g_build_filename(harness.folder, "moved.conf", NULL);
    g_autofree char *words = g_strconcat("import ", file, " --name second", NULL);
    g_autofree char *bad = g_strconcat("import ", harness.folder, "/none", NULL);

    expect("add first gateway=up.test ppp.user=anna ppp.mtu=1300", 0, NULL, NULL);
    g_auto(Run) run = run_with("export first", "");
    g_assert_cmpint(run.code, ==, 0);
    g_assert_true(g_file_set_contents(file, run.out, -1, NULL));
    expect(words, 2, NULL, "is in use");
    expect("remove first", 0, NULL, NULL);
    expect(words, 0, "second\n", NULL);
    expect("show second", 0, "ppp.mtu=1300", NULL);
    expect(bad, 1, NULL, "No such file");
    expect("import /bin/sh", 1, NULL, "This is not a profile");
    expect("remove second", 0, NULL, NULL);
}

/* Other users' profiles of the same name, or named as the other's UUID, are not taken for it. */
static void test_namesakes(void)
{
    static const char *const files[] = {
        "[connection]\nname=twin\nuser=nobody\ngateway=hostile.test\n"
        "uuid=11111111-2222-4333-8444-555555555555\n",
        "[connection]\nname=11111111-2222-4333-8444-555555555555\ngateway=up.test\n"
        "uuid=99999999-2222-4333-8444-555555555555\n",
    };

    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *file = g_strdup_printf("%s/profiles/twin-%u.conf", harness.folder, i);
        g_assert_true(g_file_set_contents(file, files[i], -1, NULL));
        g_chmod(file, 0600);
    }
    g_variant_unref(harness_call(&harness, ROOT, MANAGER, "Reload", NULL, NULL));
    expect("show twin", 4, NULL, "of the user nobody: call it 11111111-2222-4333-8444-555555555555");
    expect("show 11111111-2222-4333-8444-555555555555", 0, "gateway=hostile.test", NULL);
    expect("add twin gateway=up.test", 0, NULL, NULL);
    expect("show twin", 0, "gateway=up.test", NULL);
    expect("remove twin", 0, NULL, NULL);
    expect("show twin", 4, NULL, "nobody");
    expect("remove 11111111-2222-4333-8444-555555555555", 0, NULL, NULL);
    expect("remove 99999999-2222-4333-8444-555555555555", 0, NULL, NULL);
}

/* A file that somebody sent: its words reach the terminal harmless, and what it would do is said. */
static void test_import_hostile(void)
{
    static const char *const files[] = {
        "[connection]\ngateway=up.test\n[ppp]\nnew\x1b" "c\x07\xe2\x80\xae=x\n[ipsec]\nenabled=no\n",
        "[connection]\nid=x\ntype=vpn\n[vpn]\nservice-type=org.freedesktop.NetworkManager.l2tp\n"
        "gateway=up.test\nk\x1b" "c=x\nipsec-enabled=no\n",
        "\x1b[2Jgarbage\n",
    };
    g_autofree char *file = g_build_filename(harness.folder, "sent.conf", NULL);
    g_autofree char *words = g_strconcat("import ", file, " --name sent", NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_assert_true(g_file_set_contents(file, files[i], -1, NULL));
        g_auto(Run) run = run_with(words, "");
        g_test_message("%s", run.err);
        g_assert_cmpint(run.code, ==, i < 2 ? 0 : 1);
        for (const char *p = run.err; *p; p++)
            g_assert_true(*p == '\n' || !g_ascii_iscntrl(*p));
        g_assert_null(strstr(run.err, "\xe2\x80\xae"));
        if (i < 2) {
            g_assert_nonnull(strstr(run.err, "readable for everyone"));
            expect("remove sent", 0, NULL, NULL);
        }
    }
}

static void test_up_and_down(void)
{
    expect("add up gateway=up.test ppp.user=anna", 0, NULL, NULL);
    g_auto(Run) run = run_with("up up", "");
    g_assert_cmpint(run.code, ==, 0);
    /* Plain on a pipe, a line per stage, in order. */
    static const char *const stages[] = {"prepared", "gateway found", "encrypted (IPsec)",
                                         "tunnel open (L2TP)", "link open (PPP)", "logged in",
                                         "network set up", "connected to up in"};
    const char *at = run.out;
    for (gsize i = 0; i < G_N_ELEMENTS(stages); i++) {
        at = strstr(at, stages[i]);
        g_assert_nonnull(at);
    }
    g_assert_nonnull(strstr(run.out, "10.77.0.10 on causeway0, MTU 1400"));
    g_assert_null(strstr(run.out, "✓"));
    expect("up up", 0, NULL, "connected already");
    expect("status up", 0, "up: connected for", NULL);
    expect("log up", 0, "connecting to up.test", NULL);
    expect("down up", 0, NULL, NULL);
    expect("status up", 0, "up: disconnected", NULL);
    expect("down up", 0, NULL, "is not connected");
    expect("up up", 0, NULL, NULL);
    expect("down --all", 0, NULL, NULL);
    expect("status", 0, "up: disconnected", NULL);
    expect("remove up", 0, NULL, NULL);
}

static void test_failure(void)
{
    expect("add refused gateway=refused.test ppp.user=anna", 0, NULL, NULL);
    g_auto(Run) run = run_with("up refused", "");
    g_assert_cmpint(run.code, ==, 1);
    g_assert_nonnull(strstr(run.err, "causeway: ipsec: psk-wrong: The pre-shared key is not the "
                                     "gateway's (AUTHENTICATION_FAILED"));
    g_assert_nonnull(strstr(run.err, "\nhint: Type the shared key again"));
    g_assert_null(strchr(run.err, '\x1b'));
    g_assert_nonnull(strstr(run.out, "gateway found"));
    g_assert_null(strstr(run.out, "encrypted"));
    expect("status refused", 0, "hint: Type the shared key", NULL);
    expect("remove refused", 0, NULL, NULL);
}

/* Without a terminal nobody can be asked. */
static void test_asks(void)
{
    expect("add asks gateway=asks.test ppp.user=anna", 0, NULL, NULL);
    expect("up asks", 1, NULL, "authentication: secret-missing:");
    expect("remove asks", 0, NULL, NULL);
}

/* The command on a terminal of its own. */
typedef struct {
    int master;
    GSubprocess *process;
    GString *seen;
} Terminal;

static void take_terminal(gpointer data)
{
    /* A leader of its own session, whose terminal the child's stdin becomes. */
    setsid();
    ioctl(STDIN_FILENO, TIOCSCTTY, 0);
}

/* `option` may be NULL. */
static Terminal terminal_run(const char *command, const char *name, const char *option)
{
    Terminal terminal = {.seen = g_string_new(NULL)};
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    g_autoptr(GError) error = NULL;
    int slave;

    g_assert_cmpint(openpty(&terminal.master, &slave, NULL, NULL, NULL), ==, 0);
    g_subprocess_launcher_take_stdin_fd(launcher, slave);
    g_subprocess_launcher_take_stdout_fd(launcher, dup(slave));
    g_subprocess_launcher_take_stderr_fd(launcher, dup(slave));
    g_subprocess_launcher_set_child_setup(launcher, take_terminal, NULL, NULL);
    /* When the leader of a session ends, the kernel throws away what was not read yet: so it is
     * not the program itself. */
    terminal.process = g_subprocess_launcher_spawn(
        launcher, &error, "/bin/sh", "-c",
        "trap : INT; \"$0\" \"$@\"; code=$?; read -r seen; exit $code", program, command, name, option,
        NULL);
    g_assert_no_error(error);
    return terminal;
}

/* Reads until `text` has come since the last time. */
static void terminal_expect(Terminal *terminal, const char *text)
{
    char buffer[256];

    while (!strstr(terminal->seen->str, text)) {
        ssize_t got = read(terminal->master, buffer, sizeof buffer);
        if (got <= 0)
            g_error("%s: not in %s", text, terminal->seen->str);
        g_string_append_len(terminal->seen, buffer, got);
    }
    /* What was typed is not to be seen. */
    g_assert_null(strstr(terminal->seen->str, "right"));
    g_assert_null(strstr(terminal->seen->str, "wrong"));
    const char *found = strstr(terminal->seen->str, text);
    g_string_erase(terminal->seen, 0, (found - terminal->seen->str) + (gssize)strlen(text));
}

static void terminal_type(Terminal *terminal, const char *text)
{
    g_assert_cmpint(write(terminal->master, text, strlen(text)), ==, (ssize_t)strlen(text));
}

static int terminal_end(Terminal *terminal)
{
    g_autoptr(GSubprocess) process = terminal->process;

    terminal_type(terminal, "\n");
    g_subprocess_wait(process, NULL, NULL);
    close(terminal->master);
    g_string_free(terminal->seen, TRUE);
    g_assert_true(g_subprocess_get_if_exited(process));
    return g_subprocess_get_exit_status(process);
}

/* What is missing is asked for first, then the gateway asks, and again after a refusal. */
/* The program that a terminal's shell runs. */
static char *child_of(GSubprocess *shell)
{
    const char *pid = g_subprocess_get_identifier(shell);
    g_autofree char *path = g_strdup_printf("/proc/%s/task/%s/children", pid, pid);
    char *child = NULL;

    g_assert_true(g_file_get_contents(path, &child, NULL, NULL));
    return g_strstrip(child);
}

static void assert_leaves_no_core(GSubprocess *shell)
{
    g_autofree char *child = child_of(shell);
    g_autofree char *path = g_strdup_printf("/proc/%s/limits", child);
    g_autofree char *limits = NULL;

    g_assert_true(g_file_get_contents(path, &limits, NULL, NULL));
    g_assert_nonnull(strstr(limits, "Max core file size        0                    0 "));
}

static void test_terminal(void)
{
    expect("add asks gateway=asks.test ppp.user=anna", 0, NULL, NULL);
    Terminal terminal = terminal_run("up", "asks", NULL);
    terminal_expect(&terminal, "Shared key for asks: ");
    assert_leaves_no_core(terminal.process);
    terminal_type(&terminal, "right\n");
    terminal_expect(&terminal, "Password for asks: ");
    terminal_type(&terminal, "right\n");
    terminal_expect(&terminal, "Type it, please");
    terminal_expect(&terminal, "Password for asks: ");
    terminal_type(&terminal, "wrong\n");
    terminal_expect(&terminal, "That was refused.");
    terminal_expect(&terminal, "Password for asks: ");
    terminal_type(&terminal, "right\n");
    terminal_expect(&terminal, "connected to asks in");
    g_assert_cmpint(terminal_end(&terminal), ==, 0);
    expect("down asks", 0, NULL, NULL);

    /* Ctrl-C at a question. */
    terminal = terminal_run("up", "asks", NULL);
    terminal_expect(&terminal, "Shared key for asks: ");
    terminal_type(&terminal, "\003");
    terminal_expect(&terminal, "prepare: secret-missing");
    g_assert_cmpint(terminal_end(&terminal), ==, 1);

    terminal = terminal_run("up", "asks", NULL);
    terminal_expect(&terminal, "Shared key for asks: ");
    terminal_type(&terminal, "right\n");
    terminal_expect(&terminal, "Password for asks: ");
    terminal_type(&terminal, "right\n");
    terminal_expect(&terminal, "Type it, please");
    terminal_expect(&terminal, "Password for asks: ");
    terminal_type(&terminal, "\003");
    terminal_expect(&terminal, "cancelled");
    g_assert_cmpint(terminal_end(&terminal), ==, 1);
    expect("remove asks", 0, NULL, NULL);
}

/* The service leaves while nothing runs and comes back with the next call: as often as it likes
 * while a person looks for a password. */
static void test_patience(void)
{
    expect("add asks gateway=asks.test ppp.user=anna", 0, NULL, NULL);
    Terminal terminal = terminal_run("up", "asks", NULL);
    terminal_expect(&terminal, "Shared key for asks: ");
    harness_stop_service(&harness);
    harness_start_service(&harness, NULL);
    terminal_type(&terminal, "right\n");
    terminal_expect(&terminal, "Password for asks: ");
    terminal_type(&terminal, "right\n");
    terminal_expect(&terminal, "Type it, please");
    terminal_expect(&terminal, "Password for asks: ");
    terminal_type(&terminal, "right\n");
    terminal_expect(&terminal, "connected to asks in");
    g_assert_cmpint(terminal_end(&terminal), ==, 0);
    expect("down asks", 0, NULL, NULL);

    terminal = terminal_run("set-secret", "asks", "ppp.password");
    terminal_expect(&terminal, "Password: ");
    harness_stop_service(&harness);
    harness_start_service(&harness, NULL);
    terminal_type(&terminal, "right\n");
    /* With the terminal back as it was, what was typed too early is thrown away. */
    for (gboolean stored = FALSE; !stored;) {
        g_auto(Run) run = run_with("show asks", "");
        stored = strstr(run.out, "ppp.password=(stored)") != NULL;
    }
    g_assert_cmpint(terminal_end(&terminal), ==, 0);

    /* Called by another name while the gateway waits. */
    terminal = terminal_run("up", "asks", NULL);
    terminal_expect(&terminal, "Shared key for asks: ");
    terminal_type(&terminal, "right\n");
    terminal_expect(&terminal, "Type it, please");
    terminal_expect(&terminal, "Password for asks: ");
    expect("edit asks connection.name=renamed", 0, NULL, NULL);
    terminal_type(&terminal, "wrong\n");
    terminal_expect(&terminal, "Password for asks: ");
    terminal_type(&terminal, "right\n");
    terminal_expect(&terminal, "connected to asks in");
    g_assert_cmpint(terminal_end(&terminal), ==, 0);
    expect("down renamed", 0, NULL, NULL);
    expect("remove renamed", 0, NULL, NULL);
}

/* Several connections of one text, names that are taken, nothing stored in a dry run. */
static void test_import_several(void)
{
    static const char text[] =
        "Add-VpnConnection -Name mailed -ServerAddress up.test -TunnelType L2tp -L2tpPsk 'k'\n"
        "Add-VpnConnection -Name other -ServerAddress up.test -TunnelType L2tp\n"
        "Add-VpnConnection -Name new -ServerAddress up.test -TunnelType Ikev2\n";
    static const struct {
        const char *words;
        int code;
        const char *out, *err;
    } runs[] = {
        {"import - --dry-run", 0, "mailed\n    taken over:\n        Gateway: up.test\n",
         "nothing was stored"},
        {"import -", 0, "Shared key: (a secret, not shown)", "\"new\" is of the kind Ikev2"},
        {"import -", 0, "mailed 2\n", "there is a profile \"mailed\" already"},
        {"import - --name x", 2, "", "--name is for one connection, and there are 2"},
        {"import - --nonsense", 2, "", "there is no option --nonsense"},
        {"import", 2, "", "usage: causeway import"},
        {"import - --name", 2, "", "--name needs a value"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(runs); i++) {
        g_auto(Run) run = run_with(runs[i].words, text);
        g_test_message("%s: %d\n%s%s", runs[i].words, run.code, run.out, run.err);
        g_assert_cmpint(run.code, ==, runs[i].code);
        g_assert_nonnull(strstr(run.out, runs[i].out));
        g_assert_nonnull(strstr(run.err, runs[i].err));
        g_assert_null(strstr(run.out, "'k'"));
        if (i == 0)
            expect("show mailed", 4, NULL, NULL);
    }
    expect("show mailed", 0, "ipsec.psk=(stored)", NULL);
    {
        /* A name with a blank in it, as one word. */
        const char *argv[] = {program, "remove", "mailed 2", NULL};
        g_autoptr(GSubprocess) process = g_subprocess_newv(argv, G_SUBPROCESS_FLAGS_NONE, NULL);
        g_assert_true(g_subprocess_wait_check(process, NULL, NULL));
        argv[2] = "other 2";
        g_autoptr(GSubprocess) second = g_subprocess_newv(argv, G_SUBPROCESS_FLAGS_NONE, NULL);
        g_assert_true(g_subprocess_wait_check(second, NULL, NULL));
    }
    expect("remove mailed", 0, NULL, NULL);
    expect("remove other", 0, NULL, NULL);
}

/* Certificates are written where the user says, for him alone, and over nothing. */
static void test_import_certificates(void)
{
    g_autofree char *sample =
        g_build_filename(TEST_SAMPLES, "apple-certificate.mobileconfig", NULL);
    g_autofree char *words =
        g_strconcat("import ", sample, " --certificates ", harness.folder, NULL);
    g_autofree char *without = g_strconcat("import ", sample, NULL);
    g_autofree char *own = g_build_filename(harness.folder, "anna-s-id.p12", NULL);
    g_autofree char *shown = g_strconcat("ipsec.certificate=", own, "\n", NULL);
    GStatBuf info;

    expect(without, 0, NULL, "anna-s-id.p12 lies inside the file and was not saved");
    g_assert_false(g_file_test(own, G_FILE_TEST_EXISTS));
    expect("show Certified", 0, "ipsec.key-passphrase=(stored)", NULL);
    expect("remove Certified", 0, NULL, NULL);
    expect(words, 0, own, NULL);
    g_assert_cmpint(g_stat(own, &info), ==, 0);
    g_assert_cmpint(info.st_mode & 0777, ==, 0600);
    g_assert_cmpint(info.st_size, ==, 6);
    expect("show Certified", 0, shown, NULL);
    expect("remove Certified", 0, NULL, NULL);
    expect(words, 1, NULL, "File exists");
    expect("show Certified", 4, NULL, NULL);
}

/* Secrets go into files for their owner alone, or to a terminal after a warning. */
static void test_export_secrets(void)
{
    g_autofree char *file = g_build_filename(harness.folder, "with-secrets", NULL);
    g_autofree char *folder = g_build_filename(harness.folder, "swan", NULL);
    g_autofree char *words = g_strconcat("export out --with-secrets --output ", file, NULL);
    g_autofree char *several =
        g_strconcat("export out --format strongswan --output ", folder, NULL);
    g_autofree char *content = NULL;
    GStatBuf info;

    expect("add out gateway=up.test ppp.user=anna", 0, NULL, NULL);
    expect("export out --format nonsense", 2, NULL, "there are causeway, nmconnection");
    expect("export out --with-secrets", 2, NULL, "say which with --output");
    {
        g_auto(Run) run = run_with(words, "ppp.password=ge=heim\n");
        g_assert_cmpint(run.code, ==, 0);
        g_assert_cmpstr(run.out, ==, "");
    }
    g_assert_cmpint(g_stat(file, &info), ==, 0);
    g_assert_cmpint(info.st_mode & 0777, ==, 0600);
    g_assert_true(g_file_get_contents(file, &content, NULL, NULL));
    g_assert_nonnull(strstr(content, "password=ge=heim\n"));
    expect(words, 1, NULL, "File exists");
    {
        g_auto(Run) run = run_with(words, "ppp.user=x\n");
        g_assert_cmpint(run.code, ==, 2);
        g_assert_nonnull(strstr(run.err, "lines like ppp.password=SECRET"));
    }
    expect(several, 0, NULL, NULL);
    g_assert_cmpint(g_stat(folder, &info), ==, 0);
    g_assert_cmpint(info.st_mode & 0777, ==, 0700);

    Terminal terminal = terminal_run("export", "out", "--with-secrets");
    terminal_expect(&terminal, "note: the secrets will be readable on this screen");
    terminal_expect(&terminal, "Shared key: ");
    terminal_type(&terminal, "typed-key\n");
    terminal_expect(&terminal, "Password: ");
    terminal_type(&terminal, "\003");
    terminal_expect(&terminal, "psk=typed-key");
    g_assert_null(strstr(terminal.seen->str, "password="));
    g_assert_cmpint(terminal_end(&terminal), ==, 0);
    expect("remove out", 0, NULL, NULL);
}

static void test_incomplete(void)
{
    expect("add part gateway=up.test", 0, NULL, NULL);
    expect("up part", 1, NULL, "causeway: prepare: profile-invalid: ppp.user: is missing");
    expect("remove part", 0, NULL, NULL);
}

static void test_cancel(void)
{
    g_autoptr(GError) error = NULL;
    char *line;

    expect("add hangs gateway=hangs.test ppp.user=anna", 0, NULL, NULL);
    g_autoptr(GSubprocess) process = g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error, TEST_CAUSEWAY,
        "up", "hangs", NULL);
    g_assert_no_error(error);
    g_autoptr(GDataInputStream) output = g_data_input_stream_new(
        g_subprocess_get_stdout_pipe(process));
    while ((line = g_data_input_stream_read_line(output, NULL, NULL, NULL))) {
        gboolean found = g_str_has_prefix(line, "gateway found");
        g_free(line);
        if (found)
            break;
    }
    g_subprocess_send_signal(process, SIGINT);
    g_subprocess_wait(process, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_get_if_exited(process));
    g_assert_cmpint(g_subprocess_get_exit_status(process), ==, 1);
    expect("status hangs", 0, "hangs: disconnected", NULL);
    expect("remove hangs", 0, NULL, NULL);
}

/* The keys are a contract with scripts. */
static void test_json(void)
{
    static const char *const keys[] = {
        "name", "uuid", "state", "stage", "since", "gateway", "interface", "data_path",
        "local_addresses", "peer_address", "dns", "mtu", "ike", "esp", "weak", "nat", "rx_bytes",
        "tx_bytes", "failure", "ike_renewal", "esp_renewal", "reconnects"};
    g_autoptr(JsonParser) parser = json_parser_new();

    expect("add json gateway=up.test ppp.user=anna", 0, NULL, NULL);
    expect("up json", 0, NULL, NULL);
    g_auto(Run) run = run_with("status json --json", "");
    g_assert_cmpint(run.code, ==, 0);
    g_assert_true(json_parser_load_from_data(parser, run.out, -1, NULL));
    JsonArray *array = json_node_get_array(json_parser_get_root(parser));
    g_assert_cmpuint(json_array_get_length(array), ==, 1);
    JsonObject *object = json_array_get_object_element(array, 0);
    g_assert_cmpuint(json_object_get_size(object), ==, G_N_ELEMENTS(keys));
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        g_assert_true(json_object_has_member(object, keys[i]));
    g_assert_cmpstr(json_object_get_string_member(object, "state"), ==, "connected");
    g_assert_cmpint(json_object_get_int_member(object, "mtu"), ==, 1400);
    g_assert_cmpint(json_object_get_int_member(object, "tx_bytes"), ==, 2000);
    g_assert_true(json_object_get_null_member(object, "failure"));
    g_assert_cmpint(json_object_get_int_member(object, "reconnects"), ==, 2);
    gint64 esp = json_object_get_int_member(object, "esp_renewal");
    g_assert_cmpint(esp, >, g_get_real_time() / G_USEC_PER_SEC);
    g_assert_cmpint(json_object_get_int_member(object, "ike_renewal"), ==, esp + 3600);
    expect("status json", 0, "  new keys     in 43 min (those of the key exchange in 1 h 43 min)",
           NULL);
    expect("status json", 0, "  reconnects   2", NULL);
    expect("down json", 0, NULL, NULL);
    expect("remove json", 0, NULL, NULL);
    g_auto(Run) none = run_with("status --json", "");
    g_assert_cmpstr(none.out, ==, "[]\n");
}

static void test_no_service(void)
{
    harness_stop_service(&harness);
    expect("list", 1, NULL, "service does not run and could not be started");
    expect("diagnose 192.0.2.1.bad..name", 1, "problem:", NULL);
    harness_start_service(&harness, NULL);
}

/* As somebody without rights, while polkit is not there. */
static void nobody_runs(void)
{
    expect("add x gateway=up.test", 3, NULL, "only root may do this");
    expect("add x gateway=up.test --system", 3, NULL, "only root may do this");
    expect("remove everybodys", 3, NULL, "only root may do this");
    expect("up everybodys", 3, NULL, "prepare: not-authorized: polkit");
    expect("list", 0, "everybodys", NULL);
    expect("log", 3, NULL, NULL);
}

static void test_nobody(void)
{
    /* Where nobody may go; the build folder may be closed. */
    g_autofree char *copy = g_build_filename(harness.folder, "causeway", NULL);
    g_autoptr(GFile) from = g_file_new_for_path(TEST_CAUSEWAY);
    g_autoptr(GFile) to = g_file_new_for_path(copy);
    g_autoptr(GError) error = NULL;

    g_file_copy(from, to, G_FILE_COPY_NONE, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(g_chmod(copy, 0755), ==, 0);
    g_assert_cmpint(g_chmod(harness.folder, 0755), ==, 0);
    expect("add everybodys gateway=up.test ppp.user=anna", 0, NULL, NULL);
    harness_as_nobody(copy);
    expect("status everybodys", 0, "everybodys: disconnected", NULL);
    expect("remove everybodys", 0, NULL, NULL);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--nobody") == 0) {
        GDBusConnection *bus G_GNUC_UNUSED = harness_become_nobody();
        g_object_unref(bus);
        program = argv[2];
        nobody_runs();
        return 0;
    }
    g_test_init(&argc, &argv, NULL);
    harness_start(&harness);
    g_test_add_func("/cli/usage", test_usage);
    g_test_add_func("/cli/no-profile", test_no_profile);
    g_test_add_func("/cli/life-of-a-profile", test_life_of_a_profile);
    g_test_add_func("/cli/export-import", test_export_import);
    g_test_add_func("/cli/import-hostile", test_import_hostile);
    g_test_add_func("/cli/namesakes", test_namesakes);
    g_test_add_func("/cli/up-and-down", test_up_and_down);
    g_test_add_func("/cli/failure", test_failure);
    g_test_add_func("/cli/asks", test_asks);
    g_test_add_func("/cli/terminal", test_terminal);
    g_test_add_func("/cli/patience", test_patience);
    g_test_add_func("/cli/plain-text", test_plain_text);
    g_test_add_func("/cli/import-several", test_import_several);
    g_test_add_func("/cli/import-certificates", test_import_certificates);
    g_test_add_func("/cli/export-secrets", test_export_secrets);
    g_test_add_func("/cli/incomplete", test_incomplete);
    g_test_add_func("/cli/cancel", test_cancel);
    g_test_add_func("/cli/json", test_json);
    g_test_add_func("/cli/nobody", test_nobody);
    g_test_add_func("/cli/no-service", test_no_service);
    int result = g_test_run();
    harness_stop(&harness);
    return result;
}
