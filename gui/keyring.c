/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Secrets in the desktop's keyring. */
#include "keyring.h"

#include <glib/gi18n.h>
#include <libsecret/secret.h>

#include "client/store.h"
#include "say.h"

static const SecretSchema schema = {
    .name = "org.causeway.Causeway",
    .flags = SECRET_SCHEMA_NONE,
    .attributes = {
        {"uuid", SECRET_SCHEMA_ATTRIBUTE_STRING},
        {"field", SECRET_SCHEMA_ATTRIBUTE_STRING},
    },
};

typedef struct {
    char *uuid;
    char **fields;
    guint next;
    GHashTable *found;
} Lookup;

static void lookup_free(gpointer data)
{
    Lookup *lookup = data;

    g_free(lookup->uuid);
    g_strfreev(lookup->fields);
    g_hash_table_unref(lookup->found);
    g_free(lookup);
}

static void lookup_next(GTask *task);

static void on_found(GObject *source, GAsyncResult *result, gpointer data)
{
    GTask *task = data;
    Lookup *lookup = g_task_get_task_data(task);
    const char *field = lookup->fields[lookup->next];
    g_autoptr(GError) error = NULL;
    SecretValue *value = secret_password_lookup_binary_finish(result, &error);

    if (value) {
        gsize length;
        const char *text = secret_value_get(value, &length);
        /* KWallet has been seen to keep nothing at all of what it was given: that is asked for. */
        if (length > 0)
            g_hash_table_insert(lookup->found, g_strdup(field), secret_new(text, length));
        secret_value_unref(value);
    }
    if (error && (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
                  g_error_matches(error, SECRET_ERROR, SECRET_ERROR_IS_LOCKED))) {
        g_task_return_error(task, g_steal_pointer(&error));
        g_object_unref(task);
        return;
    }
    if (error) {
        /* No keyring here: the other fields would not be found either. */
        g_debug("keyring: %s", error->message);
        g_task_return_pointer(task, g_hash_table_ref(lookup->found),
                              (GDestroyNotify)g_hash_table_unref);
        g_object_unref(task);
        return;
    }
    lookup->next++;
    lookup_next(task);
}

static void lookup_next(GTask *task)
{
    Lookup *lookup = g_task_get_task_data(task);

    if (!lookup->fields[lookup->next]) {
        g_task_return_pointer(task, g_hash_table_ref(lookup->found),
                              (GDestroyNotify)g_hash_table_unref);
        g_object_unref(task);
        return;
    }
    secret_password_lookup(&schema, g_task_get_cancellable(task), on_found, task, "uuid",
                                  lookup->uuid, "field", lookup->fields[lookup->next], NULL);
}

void keyring_lookup(const char *uuid, const char *const *fields, GCancellable *cancellable,
                    GAsyncReadyCallback callback, gpointer data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, data);
    Lookup *lookup = g_new0(Lookup, 1);

    lookup->uuid = g_strdup(uuid);
    lookup->fields = g_strdupv((char **)fields);
    lookup->found = vpn_secrets_new();
    g_task_set_task_data(task, lookup, lookup_free);
    lookup_next(task);
}

GHashTable *keyring_lookup_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

void keyring_store(const char *uuid, const char *name, const char *field, const Secret *secret,
                   GAsyncReadyCallback callback, gpointer data)
{
    g_autofree char *label = g_strdup_printf(_("%s of the VPN connection %s"), say_field(field),
                                             name);
    SecretValue *value = secret_value_new((const char *)secret_data(secret),
                                          (gssize)secret_length(secret), "text/plain");

    secret_password_store_binary(&schema, SECRET_COLLECTION_DEFAULT, label, value, NULL, callback,
                                 data, "uuid", uuid, "field", field, NULL);
    secret_value_unref(value);
}

gboolean keyring_store_finish(GAsyncResult *result, GError **error)
{
    return secret_password_store_finish(result, error);
}

char *keyring_problem(const GError *error)
{
    if (g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
        g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SPAWN_CHILD_EXITED))
        return g_strdup(_("Not kept: this desktop has no keyring that answers."));
    g_autofree char *message = say_error(error);
    return g_strdup_printf(_("Not kept in the keyring: %s"), message);
}

static void on_forgotten(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;

    secret_password_clear_finish(result, &error);
    if (error)
        g_debug("keyring: %s", error->message);
}

void keyring_forget(const char *uuid, const char *field)
{
    if (field)
        secret_password_clear(&schema, NULL, on_forgotten, NULL, "uuid", uuid, "field", field,
                              NULL);
    else
        secret_password_clear(&schema, NULL, on_forgotten, NULL, "uuid", uuid, NULL);
}
