/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a caller may say about a connection that it starts. */
#include <string.h>

#include "api/errors.h"
#include "api/internal.h"
#include "api/memory_file.h"

void api_options_clear(ApiOptions *options)
{
    g_clear_pointer(&options->agent, g_free);
    g_clear_pointer(&options->user, g_free);
}

const Field *api_secret_field(const char *name, GError **error)
{
    const Field *field = field_find(name);

    if (field && field_is_secret(field))
        return field;
    g_set_error(error, API_ERROR, API_ERROR_INVALID_ARGUMENT, "\"%s\" is not a secret", name);
    return NULL;
}

/* Secrets for this connection alone. */
static gboolean take_secrets(Profile *profile, GVariant *secrets, GUnixFDList *list,
                             GError **error)
{
    GVariantIter iter;
    const char *name;
    gint32 handle;

    g_variant_iter_init(&iter, secrets);
    while (g_variant_iter_next(&iter, "{&sh}", &name, &handle)) {
        const Field *field = api_secret_field(name, error);
        g_autoptr(Secret) secret = field ? memory_file_read(list, handle, error) : NULL;
        if (!secret || !profile_set_secret(profile, field->id, secret, error))
            return FALSE;
    }
    return TRUE;
}

static void keep(char **place, GVariant *value)
{
    g_free(*place);
    *place = g_variant_dup_string(value, NULL);
}

/* FALSE: not an option of that method, or of another type. */
static gboolean take_option(ApiOptions *options, const char *key, GVariant *value,
                            gboolean transient)
{
    if (strcmp(key, "agent") == 0 && g_variant_is_of_type(value, G_VARIANT_TYPE_OBJECT_PATH)) {
        keep(&options->agent, value);
        return TRUE;
    }
    if (!transient || !g_variant_is_of_type(value, G_VARIANT_TYPE_STRING))
        return FALSE;
    if (strcmp(key, "user") == 0) {
        keep(&options->user, value);
        return TRUE;
    }
    const char *word = g_variant_get_string(value, NULL);
    options->report = strcmp(word, "report") == 0;
    return strcmp(key, "network") == 0 && (options->report || strcmp(word, "apply") == 0);
}

gboolean api_options_read(Profile *profile, GDBusMethodInvocation *invocation, gboolean transient,
                          ApiOptions *ret_options, GError **error)
{
    GVariant *parameters = g_dbus_method_invocation_get_parameters(invocation);
    g_autoptr(GVariant) options =
        g_variant_get_child_value(parameters, g_variant_n_children(parameters) - 1);
    GUnixFDList *list = g_dbus_message_get_unix_fd_list(
        g_dbus_method_invocation_get_message(invocation));
    GVariantIter iter;
    const char *key;
    GVariant *value;

    g_variant_iter_init(&iter, options);
    while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
        g_autoptr(GVariant) owned = value;
        if (strcmp(key, "secrets") == 0 && g_variant_is_of_type(owned, G_VARIANT_TYPE("a{sh}"))) {
            if (!take_secrets(profile, owned, list, error))
                return FALSE;
        } else if (!take_option(ret_options, key, owned, transient)) {
            g_set_error(error, API_ERROR, API_ERROR_INVALID_ARGUMENT,
                        "\"%s\" is not an option of %s, or has a wrong type or value", key,
                        transient ? "ConnectTransient" : "Connect");
            return FALSE;
        }
    }
    return TRUE;
}
