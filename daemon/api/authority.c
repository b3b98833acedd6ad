/* SPDX-License-Identifier: GPL-2.0-or-later */
/* May this caller do that?  polkit's one method that we need is called as it stands in its
 * interface org.freedesktop.PolicyKit1.Authority: its library would bring libsystemd and five
 * more along, an eighth of the service's memory. */
#include "api/authority.h"

#include "api/errors.h"

#define POLKIT_NAME "org.freedesktop.PolicyKit1"
#define POLKIT_PATH "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE "org.freedesktop.PolicyKit1.Authority"
#define ALLOW_USER_INTERACTION 1

struct Authority {
    GDBusConnection *bus;
    GCancellable *cancellable;
};

typedef struct {
    GCancellable *cancellable; /* cancelled: there is nobody to be told any more */
    AuthorityFunc func;
    gpointer data;
} Check;

Authority *authority_new(GDBusConnection *bus)
{
    Authority *authority = g_new0(Authority, 1);

    authority->bus = g_object_ref(bus);
    authority->cancellable = g_cancellable_new();
    return authority;
}

void authority_free(Authority *authority)
{
    if (!authority)
        return;
    g_cancellable_cancel(authority->cancellable);
    g_object_unref(authority->cancellable);
    g_object_unref(authority->bus);
    g_free(authority);
}

/* NULL when it may; else why not. */
static const char *refusal(GVariant *reply)
{
    g_autoptr(GVariant) details = NULL;
    gboolean authorized, challenge;

    if (!reply)
        return "polkit does not answer on this computer, so only root may do this";
    g_variant_get(reply, "((bb@a{ss}))", &authorized, &challenge, &details);
    if (authorized)
        return NULL;
    g_autoptr(GVariant) dismissed = g_variant_lookup_value(details, "polkit.dismissed",
                                                           G_VARIANT_TYPE_STRING);
    if (dismissed)
        return "The password was not given";
    return "You may not do this; ask an administrator, or use sudo";
}

static void on_checked(GObject *source, GAsyncResult *result, gpointer data)
{
    Check *check = data;
    g_autoptr(GError) trouble = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result,
                                                              &trouble);

    if (!g_cancellable_is_cancelled(check->cancellable)) {
        const char *why = refusal(reply);
        if (trouble)
            g_info("polkit: %s", trouble->message);
        if (why)
            error = g_error_new_literal(API_ERROR, API_ERROR_NOT_AUTHORIZED, why);
        check->func(error, check->data);
    }
    g_object_unref(check->cancellable);
    g_free(check);
}

void authority_check(Authority *authority, const Caller *caller, const char *action,
                     gboolean interactive, AuthorityFunc func, gpointer data)
{
    GVariantBuilder subject;

    if (caller->uid == 0) {
        func(NULL, data);
        return;
    }
    Check *check = g_new0(Check, 1);
    check->cancellable = g_object_ref(authority->cancellable);
    check->func = func;
    check->data = data;
    g_variant_builder_init(&subject, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&subject, "{sv}", "name", g_variant_new_string(caller->sender));
    /* A person may be typing a password: no time limit. */
    g_dbus_connection_call(
        authority->bus, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE, "CheckAuthorization",
        g_variant_new("((s@a{sv})s@a{ss}us)", "system-bus-name", g_variant_builder_end(&subject),
                      action, g_variant_new("a{ss}", NULL),
                      interactive ? ALLOW_USER_INTERACTION : 0, ""),
        G_VARIANT_TYPE("((bba{ss}))"), G_DBUS_CALL_FLAGS_NONE, G_MAXINT, authority->cancellable,
        on_checked, check);
}
