/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts causeway-credentials, and says in words what it found. */
#include "connection/credentials.h"

#include <gio/gio.h>
#include <string.h>

/* It takes some ten milliseconds, most of them for its libraries; a passphrase may have been
 * made expensive to try. */
#define OPEN_MSEC 10000

struct Credentials {
    CredentialsDone done;
    gpointer user_data;
    GSubprocess *process; /* NULL: could not be started */
    GCancellable *cancellable;
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
    switch (result->verdict) {
    case CREDENTIALS_OPENED:
        return NULL;
    case CREDENTIALS_PASSPHRASE_MISSING:
        return failure_new(STAGE_PREPARE, FAILURE_SECRET_MISSING,
                           "ipsec.key-passphrase: the private key is encrypted");
    case CREDENTIALS_PASSPHRASE_WRONG:
        return unusable("the passphrase (ipsec.key-passphrase) does not open the private key");
    case CREDENTIALS_EXPIRED:
    case CREDENTIALS_NOT_YET_VALID:
        return out_of_time(result);
    case CREDENTIALS_UNUSABLE: {
        g_autofree char *words =
            failure_clean_text((const guint8 *)result->words, strlen(result->words));
        return unusable(words);
    }
    }
    return unusable(NULL);
}

static void credentials_tell(Credentials *credentials, const CredentialsResult *result,
                             const Failure *failure)
{
    g_clear_handle_id(&credentials->deadline, g_source_remove);
    credentials->done(result, failure, credentials->user_data);
}

static void credentials_tell_broken(Credentials *credentials, const char *words)
{
    g_autofree char *detail = g_strconcat("the files could not be opened: ", words, NULL);
    g_autoptr(Failure) failure = unusable(detail);
    CredentialsResult none = { .verdict = CREDENTIALS_UNUSABLE };

    credentials_tell(credentials, &none, failure);
}

static void on_communicated(GObject *source, GAsyncResult *answer, gpointer user_data)
{
    g_autoptr(GBytes) out = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(CredentialsResult) result = { 0 };

    g_subprocess_communicate_finish(G_SUBPROCESS(source), answer, &out, NULL, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* and freed */
    Credentials *credentials = user_data;
    if (error) {
        credentials_tell_broken(credentials, error->message);
        return;
    }
    if (!g_subprocess_get_successful(credentials->process) ||
        !credentials_result_unpack(out, &result)) {
        credentials_tell_broken(credentials, "the program that opens them failed");
        return;
    }
    g_autoptr(Failure) failure = failure_of(&result);
    credentials_tell(credentials, &result, failure);
}

static gboolean on_not_started(gpointer user_data)
{
    Credentials *credentials = user_data;

    credentials->idle = 0;
    credentials_tell_broken(credentials, credentials->error);
    return G_SOURCE_REMOVE;
}

static gboolean on_deadline(gpointer user_data)
{
    Credentials *credentials = user_data;

    credentials->deadline = 0;
    g_subprocess_force_exit(credentials->process);
    return G_SOURCE_REMOVE;
}

Credentials *credentials_open(const char *program, const CredentialsRequest *request,
                              CredentialsDone done, gpointer user_data)
{
    Credentials *credentials = g_new0(Credentials, 1);
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
    g_autoptr(GBytes) in = credentials_request_pack(request);
    g_subprocess_communicate_async(credentials->process, in, credentials->cancellable,
                                   on_communicated, credentials);
    credentials->deadline = g_timeout_add(OPEN_MSEC, on_deadline, credentials);
    return credentials;
}

void credentials_free(Credentials *credentials)
{
    if (!credentials)
        return;
    g_clear_handle_id(&credentials->idle, g_source_remove);
    g_clear_handle_id(&credentials->deadline, g_source_remove);
    g_cancellable_cancel(credentials->cancellable);
    if (credentials->process)
        g_subprocess_force_exit(credentials->process);
    g_clear_object(&credentials->process);
    g_object_unref(credentials->cancellable);
    g_free(credentials->error);
    g_free(credentials);
}
