/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The real nm-causeway-auth-dialog over pipes: what agents write and read.  The words on both sides
 * are those of NetworkManager's agents (nm-applet's and GNOME Shell's protocol, version 2). */
#include <gio/gio.h>
#include <string.h>

#define UI "VPN Plugin UI"
#define GATEWAY "DATA_KEY=gateway\nDATA_VAL=vpn.example.org\n\n"
#define USER "DATA_KEY=user\nDATA_VAL=alice\n\n"
#define IPSEC "DATA_KEY=ipsec-enabled\nDATA_VAL=yes\n\n"
#define PROFILE GATEWAY USER IPSEC
#define SECRET(key, value) "SECRET_KEY=" key "\nSECRET_VAL=" value "\n\n"
#define DATA(key, value) "DATA_KEY=" key "\nDATA_VAL=" value "\n\n"
#define DONE "DONE\n\n"

typedef struct {
    int status;
    char *output, *complaint;
} Result;

static void result_clear(Result *result)
{
    g_free(result->output);
    g_free(result->complaint);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Result, result_clear)

static GSubprocess *start(const char *service, const char *options)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) more = g_strsplit(options, "|", -1);
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    const char *fixed[] = {g_getenv("NM_AUTH_DIALOG"), "-u",
                           "5a9f5a25-9a0e-4f5e-9d1f-1c8a3a3a3a3a", "-n", "Office", "-s", service};

    for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++)
        g_ptr_array_add(words, (gpointer)fixed[i]);
    for (gsize i = 0; more[i]; i++) {
        if (*more[i])
            g_ptr_array_add(words, more[i]);
    }
    g_ptr_array_add(words, NULL);
    GSubprocess *process = g_subprocess_newv(
        (const char *const *)words->pdata,
        G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
            G_SUBPROCESS_FLAGS_STDERR_PIPE,
        &error);
    g_assert_no_error(error);
    return process;
}

static Result run_for(const char *service, const char *options, const char *input)
{
    Result result = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) process = start(service, options);

    g_subprocess_communicate_utf8(process, input, NULL, &result.output, &result.complaint, &error);
    g_assert_no_error(error);
    result.status = g_subprocess_get_exit_status(process);
    return result;
}

static Result run(const char *options, const char *input)
{
    return run_for("org.freedesktop.NetworkManager.causeway", options, input);
}

static GKeyFile *external_for(const char *service, const char *options, const char *input)
{
    g_autofree char *all = g_strconcat("--external-ui-mode|", options, NULL);
    g_auto(Result) result = run_for(service, all, input);
    GKeyFile *file = g_key_file_new();
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(result.status, ==, 0);
    g_key_file_load_from_data(file, result.output, strlen(result.output), 0, &error);
    g_assert_no_error(error);
    g_assert_cmpint(g_key_file_get_integer(file, UI, "Version", NULL), ==, 2);
    g_autofree char *title = g_key_file_get_string(file, UI, "Title", NULL);
    g_assert_cmpstr(title, ==, "Connect to “Office”");
    return file;
}

static GKeyFile *external(const char *options, const char *input)
{
    return external_for("org.freedesktop.NetworkManager.causeway", options, input);
}

/* `value` NULL: the key is not there at all. */
static void assert_secret(GKeyFile *file, const char *key, const char *value, gboolean ask)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *seen = NULL;

    if (!value) {
        g_assert_false(g_key_file_has_group(file, key));
        return;
    }
    seen = g_key_file_get_string(file, key, "Value", &error);
    g_assert_no_error(error);
    g_assert_cmpstr(seen, ==, value);
    g_assert_true(g_key_file_get_boolean(file, key, "IsSecret", &error));
    g_assert_no_error(error);
    g_assert_cmpint(g_key_file_get_boolean(file, key, "ShouldAsk", &error), ==, ask);
    g_assert_no_error(error);
}

static void assert_described(GKeyFile *file, const char *sentence)
{
    g_autofree char *seen = g_key_file_get_string(file, UI, "Description", NULL);

    g_assert_cmpstr(seen, ==, sentence);
}

static void test_asks_for_what_is_needed(void)
{
    const char *services[] = {"org.freedesktop.NetworkManager.causeway",
                              "org.freedesktop.NetworkManager.l2tp"};

    for (gsize i = 0; i < G_N_ELEMENTS(services); i++) {
        g_autoptr(GKeyFile) file = external_for(services[i], "-i", PROFILE DONE);
        g_autofree char *password = g_key_file_get_string(file, "password", "Label", NULL);
        g_autofree char *key = g_key_file_get_string(file, "ipsec-psk", "Label", NULL);
        assert_secret(file, "password", "", TRUE);
        assert_secret(file, "ipsec-psk", "", TRUE);
        g_assert_cmpstr(password, ==, "Password");
        g_assert_cmpstr(key, ==, "Shared key");
        assert_secret(file, "machine-certpass", NULL, FALSE);
        assert_secret(file, "new-password", NULL, FALSE);
        assert_described(file, "Log in as alice at vpn.example.org.");
    }
}

static void test_passes_on_what_is_known(void)
{
    /* A value of several lines comes with "=" before the second. */
    g_autoptr(GKeyFile) file =
        external("-i", PROFILE SECRET("password", " p\"a'ss\\n;ü 密\n=second line")
                     SECRET("ipsec-psk", "key") DONE);

    assert_secret(file, "password", " p\"a'ss\\n;ü 密\nsecond line", FALSE);
    assert_secret(file, "ipsec-psk", "key", FALSE);
}

static void test_keeps_to_flags(void)
{
    /* 4: not required; 2: not saved, and so to be asked for each time. */
    g_autoptr(GKeyFile) file =
        external("-i", PROFILE DATA("ipsec-psk-flags", "4") DATA("password-flags", "2") DONE);
    g_autoptr(GKeyFile) hinted =
        external("-i|-t|ipsec-psk", PROFILE DATA("ipsec-psk-flags", "4")
                     SECRET("password", "known") DONE);

    assert_secret(file, "ipsec-psk", NULL, FALSE);
    assert_secret(file, "password", "", TRUE);
    assert_secret(hinted, "ipsec-psk", "", TRUE);
    assert_secret(hinted, "password", "known", FALSE);
}

static void test_asks_again_for_what_was_refused(void)
{
    g_autoptr(GKeyFile) named =
        external("-i|-r|-t|password|-t|x-vpn-message:The gateway is unhappy.",
                 PROFILE SECRET("password", "wrong") SECRET("ipsec-psk", "key") DONE);
    g_autoptr(GKeyFile) all =
        external("-i|-r", PROFILE SECRET("password", "wrong") SECRET("ipsec-psk", "key") DONE);

    assert_secret(named, "password", "", TRUE);
    assert_secret(named, "ipsec-psk", "key", FALSE);
    assert_described(named, "The gateway is unhappy.");
    assert_secret(all, "password", "wrong", TRUE);
    assert_secret(all, "ipsec-psk", "key", TRUE);
    assert_described(all, "The gateway did not accept this. Check it and try again.");
}

static void test_asks_for_other_secrets_by_name(void)
{
    g_autoptr(GKeyFile) expired =
        external("-i|-t|new-password", PROFILE SECRET("password", "old") DONE);
    g_autoptr(GKeyFile) certificate =
        external("-i|-t|machine-certpass",
                 PROFILE DATA("machine-auth-type", "tls") DATA("machine-cert", "/c.pem")
                     DATA("machine-key", "/k.pem") SECRET("password", "p") DONE);
    g_autoptr(GKeyFile) challenge =
        external("-i|-t|password|-t|x-vpn-message:Enter the code\x07 that was sent",
                 PROFILE SECRET("password", "p") SECRET("ipsec-psk", "key") DONE);

    assert_secret(expired, "new-password", "", TRUE);
    assert_secret(expired, "password", "old", FALSE);
    /* Nobody but the running connection has it; it is not wanted again. */
    assert_secret(expired, "ipsec-psk", NULL, FALSE);
    assert_described(expired, "Your password has expired. Choose a new one.");
    assert_secret(certificate, "machine-certpass", "", TRUE);
    assert_secret(certificate, "ipsec-psk", NULL, FALSE);
    assert_secret(challenge, "password", "", TRUE);
    /* What a gateway says has no control characters when it is shown. */
    g_autofree char *said = g_key_file_get_string(challenge, UI, "Description", NULL);
    g_assert_true(g_str_has_prefix(said, "Enter the code") && !strchr(said, '\x07'));
}

#define CERTIFICATE(certificate) PROFILE DATA("machine-auth-type", "tls") \
    DATA("machine-cert", certificate) SECRET("password", "p")

/* A token opens to a PIN alone, so that is asked for like a password; whether a key in a file is
 * encrypted is for the service to see. */
static void test_asks_for_a_tokens_pin(void)
{
    g_autoptr(GKeyFile) token =
        external("-i", CERTIFICATE("pkcs11:token=Card;object=vpn") DONE);
    g_autoptr(GKeyFile) optional =
        external("-i", CERTIFICATE("pkcs11:token=Card;object=vpn")
                     DATA("machine-certpass-flags", "4") DONE);
    g_autoptr(GKeyFile) mixed =
        external("-i", CERTIFICATE("pkcs11:token=Card;object=vpn") DATA("machine-key", "/k.pem") DONE);
    g_autoptr(GKeyFile) known =
        external("-i", CERTIFICATE("/c.pem") DATA("machine-key", "/k.pem")
                     SECRET("machine-certpass", "known") DONE);
    g_autoptr(GKeyFile) shared = external("-i", PROFILE SECRET("machine-certpass", "left") DONE);

    assert_secret(token, "machine-certpass", "", TRUE);
    g_autofree char *label = g_key_file_get_string(token, "machine-certpass", "Label", NULL);
    g_assert_cmpstr(label, ==, "Token PIN");
    assert_secret(optional, "machine-certpass", NULL, FALSE);
    assert_secret(mixed, "machine-certpass", NULL, FALSE);
    assert_secret(known, "machine-certpass", "known", FALSE);
    assert_secret(shared, "machine-certpass", NULL, FALSE);
}

/* NetworkManager asks first what is known, without leave to ask anybody. */
static void test_asks_only_when_it_may(void)
{
    g_autoptr(GKeyFile) file = external("", PROFILE SECRET("password", "p") DONE);

    assert_secret(file, "password", "p", FALSE);
    assert_secret(file, "ipsec-psk", "", FALSE);
}

static void test_finds_keys_of_older_editors(void)
{
    g_autoptr(GKeyFile) file =
        external("-i", PROFILE DATA("ipsec-psk", "in the data") SECRET("password", "p") DONE);

    assert_secret(file, "ipsec-psk", NULL, FALSE);
}

/* The plain way: secrets as lines, and the process stays until it is told that they were read. */
static void test_tells_secrets(void)
{
    const char *input = PROFILE SECRET("password", "p w") SECRET("ipsec-psk", "two\n=lines") DONE;
    g_autoptr(GSubprocess) process = start("org.freedesktop.NetworkManager.causeway", "");
    GOutputStream *to = g_subprocess_get_stdin_pipe(process);
    GInputStream *from = g_subprocess_get_stdout_pipe(process);
    const char *wanted = "password\np w\n\n\n";
    char seen[64];
    gsize length;
    g_autoptr(GError) error = NULL;

    g_output_stream_write_all(to, input, strlen(input), NULL, NULL, &error);
    g_assert_no_error(error);
    g_input_stream_read_all(from, seen, strlen(wanted), &length, NULL, &error);
    g_assert_no_error(error);
    /* A value with an end of line cannot be told this way, and must not become two. */
    g_assert_cmpmem(seen, length, wanted, strlen(wanted));
    g_assert_nonnull(g_subprocess_get_identifier(process));
    g_output_stream_write_all(to, "QUIT\n\n", 6, NULL, NULL, &error);
    g_assert_no_error(error);
    g_subprocess_wait_check(process, NULL, &error);
    g_assert_no_error(error);
}

static void test_needs_a_screen_to_ask(void)
{
    g_auto(Result) result = run("-i", PROFILE DONE);

    g_assert_cmpint(result.status, ==, 1);
    g_assert_cmpstr(result.output, ==, "");
    g_assert_cmpstr(result.complaint, !=, "");
}

static void test_refuses_bad_calls(void)
{
    /* Gone before it could be told anything, so it is told nothing. */
    g_auto(Result) service = run_for("org.freedesktop.NetworkManager.openvpn", "-i", "");
    g_auto(Result) option = run("--nonsense", "");

    g_assert_cmpint(service.status, ==, 1);
    g_assert_nonnull(strstr(service.complaint, "org.freedesktop.NetworkManager.openvpn"));
    g_assert_cmpint(option.status, ==, 1);
    g_assert_nonnull(strstr(option.complaint, "--nonsense"));
}

/* The user's own secrets are looked for in the keyring; without one they are asked for. */
static void test_does_without_a_keyring(void)
{
    g_auto(Result) result =
        run("--external-ui-mode|-i",
            PROFILE DATA("password-flags", "1") SECRET("ipsec-psk", "k") DONE);

    g_assert_cmpint(result.status, ==, 0);
    g_assert_nonnull(strstr(result.complaint, "keyring"));
    g_assert_nonnull(strstr(result.output, "ShouldAsk=true"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nm-auth-dialog/asks-for-what-is-needed", test_asks_for_what_is_needed);
    g_test_add_func("/nm-auth-dialog/passes-on-what-is-known", test_passes_on_what_is_known);
    g_test_add_func("/nm-auth-dialog/keeps-to-flags", test_keeps_to_flags);
    g_test_add_func("/nm-auth-dialog/asks-again", test_asks_again_for_what_was_refused);
    g_test_add_func("/nm-auth-dialog/asks-by-name", test_asks_for_other_secrets_by_name);
    g_test_add_func("/nm-auth-dialog/asks-for-a-pin", test_asks_for_a_tokens_pin);
    g_test_add_func("/nm-auth-dialog/asks-only-when-it-may", test_asks_only_when_it_may);
    g_test_add_func("/nm-auth-dialog/older-editors", test_finds_keys_of_older_editors);
    g_test_add_func("/nm-auth-dialog/tells-secrets", test_tells_secrets);
    g_test_add_func("/nm-auth-dialog/needs-a-screen", test_needs_a_screen_to_ask);
    g_test_add_func("/nm-auth-dialog/refuses-bad-calls", test_refuses_bad_calls);
    g_test_add_func("/nm-auth-dialog/does-without-a-keyring", test_does_without_a_keyring);
    return g_test_run();
}
