/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole way: files through the sandboxed process, and its verdicts in words. */
#include <signal.h>
#include <glib/gstdio.h>
#include <string.h>

#include "connection/credentials.h"

#define DURING 1800000000

typedef struct {
    GMainLoop *loop;
    guint calls;
    CredentialsVerdict verdict;
    Failure *failure;
    char *private_key;
} Answer;

static void on_done(const CredentialsResult *result, const Failure *failure, gpointer user_data)
{
    Answer *answer = user_data;

    answer->calls++;
    answer->verdict = result->verdict;
    answer->failure = failure_copy(failure);
    answer->private_key = g_strdup(result->private_key);
    g_main_loop_quit(answer->loop);
}

static guint patience; /* milliseconds; 0: the usual */

static void ask(const char *program, const char *file, const char *passphrase, gint64 now,
                Answer *answer)
{
    g_autofree char *path = g_build_filename(DATA, file, NULL);
    g_autoptr(Secret) secret = passphrase ? secret_new(passphrase, strlen(passphrase)) : NULL;
    CredentialsRequest request = {
        .certificate = path, .passphrase = secret, .now = now
    };
    *answer = (Answer){ .loop = g_main_loop_new(NULL, FALSE) };
    Credentials *credentials = credentials_open(program, &request, patience, on_done, answer);
    g_assert_cmpuint(answer->calls, ==, 0);
    g_main_loop_run(answer->loop);
    g_assert_cmpuint(answer->calls, ==, 1);
    credentials_free(credentials);
    g_test_message("%s", answer->failure ? answer->failure->detail : "opened");
}

static void answer_clear(Answer *answer)
{
    g_main_loop_unref(answer->loop);
    failure_free(answer->failure);
    g_free(answer->private_key);
}

static const char *program(void)
{
    return g_getenv("CREDENTIALS");
}

static void test_opened(void)
{
    Answer answer;

    ask(program(), "client.p12", "opensesame", DURING, &answer);
    g_assert_null(answer.failure);
    g_assert_true(g_str_has_prefix(answer.private_key, "-----BEGIN PRIVATE KEY-----"));
    answer_clear(&answer);
}

static void assert_told(const char *file, const char *passphrase, gint64 now, FailureCode code,
                        const char *words)
{
    Answer answer;

    ask(program(), file, passphrase, now, &answer);
    g_assert_cmpint(answer.failure->stage, ==, STAGE_PREPARE);
    g_assert_cmpstr(failure_code_name(answer.failure->code), ==, failure_code_name(code));
    g_assert_nonnull(strstr(answer.failure->detail, words));
    g_assert_cmpstr(answer.private_key, ==, "");
    answer_clear(&answer);
}

static void test_told(void)
{
    assert_told("client.p12", NULL, DURING, FAILURE_SECRET_MISSING, "ipsec.key-passphrase");
    assert_told("client.p12", "no", DURING, FAILURE_CERTIFICATE_UNUSABLE, "passphrase");
    assert_told("client.crt", NULL, DURING, FAILURE_CERTIFICATE_UNUSABLE, "no private key");
    assert_told("client.p12", "opensesame", 4000000000, FAILURE_CERTIFICATE_UNUSABLE,
                "CN=client,O=Lab\" expired on 20");
    assert_told("client.p12", "opensesame", 1, FAILURE_CERTIFICATE_UNUSABLE,
                "is not valid before 20");
}

/* What a token's name must not say is refused before any library is loaded for it. */
static void test_token_names(void)
{
    static const struct {
        const char *uri, *words;
    } names[] = {
        { "pkcs11:token=x;object=y?pin-value=1234", "PIN must not stand in its name" },
        { "pkcs11:token=x?pin-source=/etc/pin", "PIN must not stand in its name" },
        { "pkcs11:token=x?module-path=/tmp/mine.so", "module-path is not accepted" },
        { "pkcs11:foo=bar", "attributes that are not known" },
        { "pkcs11:token=%zz", "ipsec." },
    };

    for (gsize i = 0; i < 2 * G_N_ELEMENTS(names); i++) {
        const char *uri = names[i / 2].uri;
        CredentialsRequest request = { .certificate = i % 2 == 0 ? uri : "/client.crt",
                                       .private_key = i % 2 == 0 ? NULL : uri,
                                       .now = DURING };
        Answer answer = { .loop = g_main_loop_new(NULL, FALSE) };
        Credentials *credentials = credentials_open(program(), &request, 0, on_done, &answer);
        g_main_loop_run(answer.loop);
        credentials_free(credentials);
        g_assert_cmpint(answer.failure->code, ==, FAILURE_CERTIFICATE_UNUSABLE);
        g_assert_nonnull(strstr(answer.failure->detail, names[i / 2].words));
        g_assert_null(strstr(answer.failure->detail, "1234"));
        g_assert_nonnull(strstr(answer.failure->detail,
                                i % 2 == 0 ? "ipsec.certificate: " : "ipsec.key: "));
        answer_clear(&answer);
    }
}

/* Another question: which certificates are for a name. */
static void test_matched(void)
{
    static const guint8 der[] = { 0x30, 0x00 };
    g_autoptr(GPtrArray) candidates = g_ptr_array_new();
    g_autoptr(GBytes) bytes = g_bytes_new_static(der, sizeof der);
    CredentialsRequest request = { .name = "gw.lab", .candidates = candidates };
    Answer answer = { .loop = g_main_loop_new(NULL, FALSE) };

    g_ptr_array_add(candidates, bytes);
    Credentials *credentials = credentials_open(program(), &request, 0, on_done, &answer);
    g_main_loop_run(answer.loop);
    credentials_free(credentials);
    g_assert_null(answer.failure);
    g_assert_cmpstr(answer.private_key, ==, "");
    answer_clear(&answer);
}

static void test_broken(void)
{
    Answer answer;

    ask("/bin/false", "client.p12", NULL, DURING, &answer);
    g_assert_cmpint(answer.failure->code, ==, FAILURE_CERTIFICATE_UNUSABLE);
    answer_clear(&answer);
    ask("/nonexistent/program", "client.p12", NULL, DURING, &answer);
    g_assert_cmpint(answer.failure->code, ==, FAILURE_CERTIFICATE_UNUSABLE);
    answer_clear(&answer);
    /* It says something, but nothing that is a result. */
    ask("/bin/cat", "client.p12", NULL, DURING, &answer);
    g_assert_cmpint(answer.failure->code, ==, FAILURE_CERTIFICATE_UNUSABLE);
    answer_clear(&answer);
}

static void test_unreadable(void)
{
    assert_told("nonexistent.crt", NULL, DURING, FAILURE_CERTIFICATE_UNUSABLE,
                "nonexistent.crt: No such file");
    assert_told("nonexistent.crt", NULL, DURING, FAILURE_CERTIFICATE_UNUSABLE, "ipsec.certificate");
    assert_told("", NULL, DURING, FAILURE_CERTIFICATE_UNUSABLE, "not a file");
}

/* A program for the test, as causewayd would start the real one. */
static char *make_script(const char *command)
{
    g_autofree char *text = g_strdup_printf("#!/bin/sh\n%s\n", command);
    char *path = NULL;
    int fd = g_file_open_tmp("causeway-XXXXXX", &path, NULL);

    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_cmpint(g_chmod(path, 0755), ==, 0);
    return path;
}

/* One that was taken over may talk for ever, or never: neither memory nor time is its to take. */
static void test_endless(void)
{
    g_autofree char *talks = make_script("exec /bin/cat /dev/zero");
    g_autofree char *hangs = make_script("exec /bin/cat /dev/zero >&2");
    Answer answer;

    ask(talks, "client.p12", NULL, DURING, &answer);
    g_assert_nonnull(strstr(answer.failure->detail, "says too much"));
    answer_clear(&answer);
    patience = 100;
    ask(hangs, "client.p12", NULL, DURING, &answer);
    g_assert_nonnull(strstr(answer.failure->detail, "took too long"));
    answer_clear(&answer);
    patience = 0;
    g_remove(talks);
    g_remove(hangs);
}

/* Freed before it has answered: no answer comes. */
static void test_freed(void)
{
    CredentialsRequest request = { .certificate = "/etc/passwd" };
    Answer answer;

    ask(program(), "client.p12", NULL, DURING, &answer); /* one that lives, for its end */
    guint calls = answer.calls;
    credentials_free(credentials_open(program(), &request, 0, on_done, &answer));
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpuint(answer.calls, ==, calls);
    answer_clear(&answer);
}

int main(int argc, char **argv)
{
    /* As in causewayd: a process that ends before it has read everything is an answer. */
    signal(SIGPIPE, SIG_IGN);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/credentials-process/opened", test_opened);
    g_test_add_func("/credentials-process/told", test_told);
    g_test_add_func("/credentials-process/token-names", test_token_names);
    g_test_add_func("/credentials-process/matched", test_matched);
    g_test_add_func("/credentials-process/broken", test_broken);
    g_test_add_func("/credentials-process/unreadable", test_unreadable);
    g_test_add_func("/credentials-process/endless", test_endless);
    g_test_add_func("/credentials-process/freed", test_freed);
    return g_test_run();
}
