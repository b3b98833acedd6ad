/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts causeway-credentials, and says in words what it found. */
#include "connection/credentials.h"

#include <gio/gio.h>
#include <string.h>

/* It takes some ten milliseconds, most of them for its libraries; a passphrase may have been
 * made expensive to try. */
#define OPEN_MSEC 10000

struct Credentials {
    CredentialsDone done; /* NULL: it was called, or the owner is gone */
    gpointer user_data;
    GSubprocess *process; /* NULL: could not be started */
    GCancellable *cancellable;
    GBytes *in;
    guint8 *out; /* CREDENTIALS_MESSAGE_MAX and one byte; only what is used becomes real */
    gsize out_length;
    char *error;
    guint idle;
    guint deadline;
};

static Failure *unusable(const char *detail)
{
    return failure_new(STAGE_PREPARE, FAILURE_CERTIFICATE_UNUSABLE, detail);
}

static Failure *out_of_time(const CredentialsResult *result)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(result->time);
    g_autofree char *day = date ? g_date_time_format(date, "%Y-%m-%d %H:%M UTC") : NULL;
    g_autofree char *whose =
        failure_clean_text((const guint8 *)result->words, strlen(result->words));

    return failure_new_printf(STAGE_PREPARE, FAILURE_CERTIFICATE_UNUSABLE,
                              result->verdict == CREDENTIALS_EXPIRED
                                  ? "the certificate of \"%s\" expired on %s"
                                  : "the certificate of \"%s\" is not valid before %s: is this "
                                    "computer's clock right?",
                              whose, day ? day : "a date that is none");
}

/* NULL: it was opened. */
static Failure *failure_of(const CredentialsResult *result)
{
    g_autofree char *words =
        failure_clean_text((const guint8 *)result->words, strlen(result->words));

    switch (result->verdict) {
    case CREDENTIALS_OPENED:
        return NULL;
    case CREDENTIALS_PASSPHRASE_MISSING:
    case CREDENTIALS_PASSPHRASE_FRESH:
        return failure_new_printf(STAGE_PREPARE, FAILURE_SECRET_MISSING, "ipsec.key-passphrase: %s",
                                  *words ? words : "the private key is encrypted");
    case CREDENTIALS_PASSPHRASE_WRONG:
        return unusable(*words ? words : "the passphrase (ipsec.key-passphrase) does not open the "
                                         "private key");
    case CREDENTIALS_EXPIRED:
    case CREDENTIALS_NOT_YET_VALID:
        return out_of_time(result);
    case CREDENTIALS_UNUSABLE:
        return unusable(words);
    }
    return unusable(NULL);
}

static void credentials_clear(gpointer data)
{
    Credentials *credentials = data;

    g_clear_object(&credentials->process);
    g_object_unref(credentials->cancellable);
    g_clear_pointer(&credentials->in, g_bytes_unref);
    if (credentials->out)
        explicit_bzero(credentials->out, credentials->out_length);
    g_free(credentials->out);
    g_free(credentials->error);
}

/* The owner's reference, and one for each operation under way. */
static void credentials_unref(Credentials *credentials)
{
    g_rc_box_release_full(credentials, credentials_clear);
}

/* Nothing more is waited for. */
static void credentials_end(Credentials *credentials)
{
    credentials->done = NULL;
    g_clear_handle_id(&credentials->idle, g_source_remove);
    g_clear_handle_id(&credentials->deadline, g_source_remove);
    g_cancellable_cancel(credentials->cancellable);
    if (credentials->process)
        g_subprocess_force_exit(credentials->process);
}

static void credentials_tell(Credentials *credentials, const CredentialsResult *result,
                             const Failure *failure)
{
    CredentialsDone done = credentials->done;

    credentials_end(credentials);
    if (done)
        done(result, failure, credentials->user_data);
}

static void credentials_tell_broken(Credentials *credentials, const char *words)
{
    g_autofree char *detail = g_strconcat("the files could not be opened: ", words, NULL);
    g_autoptr(Failure) failure = unusable(detail);
    CredentialsResult none = { .verdict = CREDENTIALS_UNUSABLE };

    credentials_tell(credentials, &none, failure);
}

static void on_exited(GObject *source, GAsyncResult *answer, gpointer user_data)
{
    Credentials *credentials = user_data;
    g_autoptr(GBytes) out = g_bytes_new_static(credentials->out, credentials->out_length);
    g_auto(CredentialsResult) result = { 0 };

    g_subprocess_wait_finish(G_SUBPROCESS(source), answer, NULL);
    if (!credentials->done) {
        credentials_unref(credentials);
        return;
    }
    if (g_subprocess_get_if_exited(credentials->process) &&
        g_subprocess_get_exit_status(credentials->process) == 0 &&
        credentials_result_unpack(out, &result)) {
        g_autoptr(Failure) failure = failure_of(&result);
        credentials_tell(credentials, &result, failure);
    } else {
        credentials_tell_broken(credentials, "the program that opens them failed");
    }
    credentials_unref(credentials);
}

static void on_read(GObject *source, GAsyncResult *answer, gpointer user_data)
{
    Credentials *credentials = user_data;
    g_autoptr(GError) error = NULL;

    g_input_stream_read_all_finish(G_INPUT_STREAM(source), answer, &credentials->out_length,
                                   &error);
    if (credentials->done && error)
        credentials_tell_broken(credentials, error->message);
    else if (credentials->done && credentials->out_length > CREDENTIALS_MESSAGE_MAX)
        credentials_tell_broken(credentials, "the program that opens them says too much");
    else if (credentials->done)
        g_subprocess_wait_async(credentials->process, credentials->cancellable, on_exited,
                                g_rc_box_acquire(credentials));
    credentials_unref(credentials);
}

/* A program that has ended before it read everything tells more by its end. */
static void on_written(GObject *source, GAsyncResult *answer, gpointer user_data)
{
    g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), answer, NULL, NULL);
    g_output_stream_close_async(G_OUTPUT_STREAM(source), G_PRIORITY_DEFAULT, NULL, NULL, NULL);
    credentials_unref(user_data);
}

static gboolean on_not_started(gpointer user_data)
{
    Credentials *credentials = user_data;

    credentials->idle = 0;
    credentials_tell_broken(credentials, credentials->error);
    return G_SOURCE_REMOVE;
}

/* Even killed, a process stays that waits for a network drive: it is not waited for. */
static gboolean on_deadline(gpointer user_data)
{
    Credentials *credentials = user_data;

    credentials->deadline = 0;
    credentials_tell_broken(credentials, "reading them took too long; are they on a network drive "
                                         "or a token that does not answer?");
    return G_SOURCE_REMOVE;
}

static void credentials_exchange(Credentials *credentials, const CredentialsRequest *request)
{
    gsize length = 0;

    credentials->in = credentials_request_pack(request);
    credentials->out = g_malloc(CREDENTIALS_MESSAGE_MAX + 1);
    gconstpointer in = g_bytes_get_data(credentials->in, &length);
    g_output_stream_write_all_async(g_subprocess_get_stdin_pipe(credentials->process), in, length,
                                    G_PRIORITY_DEFAULT, credentials->cancellable, on_written,
                                    g_rc_box_acquire(credentials));
    g_input_stream_read_all_async(g_subprocess_get_stdout_pipe(credentials->process),
                                  credentials->out, CREDENTIALS_MESSAGE_MAX + 1,
                                  G_PRIORITY_DEFAULT, credentials->cancellable, on_read,
                                  g_rc_box_acquire(credentials));
}

Credentials *credentials_open(const char *program, const CredentialsRequest *request, guint msec,
                              CredentialsDone done, gpointer user_data)
{
    Credentials *credentials = g_rc_box_new0(Credentials);
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
        G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    char *empty[] = { NULL };
    g_autoptr(GError) error = NULL;

    credentials->done = done;
    credentials->user_data = user_data;
    credentials->cancellable = g_cancellable_new();
    g_subprocess_launcher_set_environ(launcher, empty);
    g_subprocess_launcher_set_cwd(launcher, "/");
    credentials->process = g_subprocess_launcher_spawn(
        launcher, &error, program ? program : CAUSEWAY_LIBEXECDIR "/causeway-credentials", NULL);
    if (!credentials->process) {
        credentials->error = g_strdup(error->message);
        credentials->idle = g_idle_add(on_not_started, credentials);
        return credentials;
    }
    credentials->deadline = g_timeout_add(msec > 0 ? msec : OPEN_MSEC, on_deadline, credentials);
    credentials_exchange(credentials, request);
    return credentials;
}

void credentials_free(Credentials *credentials)
{
    if (!credentials)
        return;
    credentials_end(credentials);
    credentials_unref(credentials);
}
