/* SPDX-License-Identifier: GPL-2.0-or-later */
/* May this caller do that? */
#include "api/authority.h"

#include <polkit/polkit.h>

#include "api/errors.h"

struct Authority {
    PolkitAuthority *polkit; /* NULL until it was needed */
    GCancellable *cancellable;
};

typedef struct {
    Authority *authority;       /* gone once `cancellable` is cancelled */
    GCancellable *cancellable;
    PolkitSubject *subject;
    char *action;
    gboolean interactive;
    AuthorityFunc func;
    gpointer data;
} Check;

Authority *authority_new(void)
{
    Authority *authority = g_new0(Authority, 1);

    authority->cancellable = g_cancellable_new();
    return authority;
}

void authority_free(Authority *authority)
{
    if (!authority)
        return;
    g_cancellable_cancel(authority->cancellable);
    g_object_unref(authority->cancellable);
    g_clear_object(&authority->polkit);
    g_free(authority);
}

static void check_finish(Check *check, const GError *error)
{
    if (!g_cancellable_is_cancelled(check->cancellable))
        check->func(error, check->data);
    g_object_unref(check->cancellable);
    g_object_unref(check->subject);
    g_free(check->action);
    g_free(check);
}

static void refuse(Check *check, const char *message)
{
    g_autoptr(GError) error = g_error_new_literal(API_ERROR, API_ERROR_NOT_AUTHORIZED, message);

    check_finish(check, error);
}

static void on_checked(GObject *source, GAsyncResult *result, gpointer data)
{
    Check *check = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(PolkitAuthorizationResult) answer = polkit_authority_check_authorization_finish(
        POLKIT_AUTHORITY(source), result, &error);

    if (answer) {
        if (polkit_authorization_result_get_is_authorized(answer))
            check_finish(check, NULL);
        else if (polkit_authorization_result_get_dismissed(answer))
            refuse(check, "The password was not given");
        else
            refuse(check, "You may not do this; ask an administrator, or use sudo");
        return;
    }
    g_debug("polkit: %s", error->message);
    refuse(check, "polkit does not answer on this computer, so only root may do this");
}

static void ask(Check *check)
{
    polkit_authority_check_authorization(
        check->authority->polkit, check->subject, check->action, NULL,
        check->interactive ? POLKIT_CHECK_AUTHORIZATION_FLAGS_ALLOW_USER_INTERACTION
                           : POLKIT_CHECK_AUTHORIZATION_FLAGS_NONE,
        check->cancellable, on_checked, check);
}

static void on_authority(GObject *source, GAsyncResult *result, gpointer data)
{
    Check *check = data;
    g_autoptr(GError) error = NULL;
    PolkitAuthority *polkit = polkit_authority_get_finish(result, &error);

    if (!polkit) {
        refuse(check, "polkit is not there on this computer, so only root may do this");
    } else if (g_cancellable_is_cancelled(check->cancellable)) {
        g_object_unref(polkit);
        check_finish(check, NULL);
    } else {
        g_clear_object(&check->authority->polkit);
        check->authority->polkit = polkit;
        ask(check);
    }
}

void authority_check(Authority *authority, const Caller *caller, const char *action,
                     gboolean interactive, AuthorityFunc func, gpointer data)
{
    if (caller->uid == 0) {
        func(NULL, data);
        return;
    }
    Check *check = g_new0(Check, 1);
    check->authority = authority;
    check->cancellable = g_object_ref(authority->cancellable);
    check->subject = polkit_system_bus_name_new(caller->sender);
    check->action = g_strdup(action);
    check->interactive = interactive;
    check->func = func;
    check->data = data;
    if (authority->polkit)
        ask(check);
    else
        polkit_authority_get_async(authority->cancellable, on_authority, check);
}
