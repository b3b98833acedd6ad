/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user's keyring, under the schema that NetworkManager's agents store secrets with. */
#include "keyring.h"

#include <NetworkManager.h>
#include <libsecret/secret.h>

static const SecretSchema schema = {
    .name = "org.freedesktop.NetworkManager.Connection",
    .flags = SECRET_SCHEMA_DONT_MATCH_NAME,
    .attributes = {{"connection-uuid", SECRET_SCHEMA_ATTRIBUTE_STRING},
                   {"setting-name", SECRET_SCHEMA_ATTRIBUTE_STRING},
                   {"setting-key", SECRET_SCHEMA_ATTRIBUTE_STRING},
                   {NULL, 0}},
};

char *keyring_find(const char *uuid, const char *key)
{
    g_autoptr(GError) error = NULL;
    char *locked_away, *value;

    /* In memory that is not swapped, until it is handed on. */
    locked_away = secret_password_lookup_nonpageable_sync(
        &schema, NULL, &error, "connection-uuid", uuid, "setting-name", NM_SETTING_VPN_SETTING_NAME,
        "setting-key", key, NULL);
    if (error)
        g_printerr("The keyring does not answer: %s\n", error->message);
    value = g_strdup(locked_away);
    secret_password_free(locked_away);
    return value;
}
