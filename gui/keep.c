/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a connection's secrets are kept. */
#include "keep.h"

#include <glib/gi18n.h>

#include "field_row.h"
#include "keyring.h"

void keep_fill(AdwComboRow *row, Keep selected)
{
    const char *words[] = {_("In my keyring"), _("On this computer"),
                           _("Ask each time"), NULL};
    g_autoptr(GtkStringList) list = gtk_string_list_new(words);

    adw_combo_row_set_model(row, G_LIST_MODEL(list));
    choice_show_whole(row);
    adw_combo_row_set_selected(row, (guint)selected);
}

Keep keep_get(AdwComboRow *row)
{
    return (Keep)adw_combo_row_get_selected(row);
}

GHashTable *keep_take_secrets(Keep keep, Profile *profile)
{
    GHashTable *taken = vpn_secrets_new();

    for (guint i = 0; i < FIELD_COUNT && keep != KEEP_SYSTEM; i++) {
        FieldId id = (FieldId)i;
        const Secret *secret =
            field_is_secret(field_get(id)) ? profile_get_secret(profile, id) : NULL;
        if (!secret)
            continue;
        if (keep == KEEP_KEYRING)
            g_hash_table_insert(taken, g_strdup(field_name(id)), secret_copy(secret));
        profile_set_secret(profile, id, NULL, NULL);
    }
    return taken;
}

/* One step after the other; the first error ends it. */
typedef struct {
    Keep keep;
    VpnItem *item;
    GHashTable *secrets;
    GQueue fields; /* names that are still to be looked at; they belong to `secrets` */
    const char *field; /* the one at hand */
    KeepDone done;
    gpointer data;
} Keeping;

static void next(Keeping *keeping);

static void finish(Keeping *keeping, const GError *error)
{
    keeping->done(error, keeping->data);
    g_queue_clear(&keeping->fields);
    g_hash_table_unref(keeping->secrets);
    g_object_unref(keeping->item);
    g_free(keeping);
}

static void on_system(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;

    if (vpn_store_finish(VPN_STORE(source), result, &error))
        next(data);
    else
        finish(data, error);
}

/* Not before: who may not store it there keeps what is in the keyring. */
static void on_system_kept(GObject *source, GAsyncResult *result, gpointer data)
{
    Keeping *keeping = data;
    g_autoptr(GError) error = NULL;

    if (vpn_store_finish(VPN_STORE(source), result, &error)) {
        keyring_forget(vpn_item_uuid(keeping->item), keeping->field);
        next(keeping);
    } else {
        finish(keeping, error);
    }
}

static void forget_stored(Keeping *keeping)
{
    if (g_strv_contains(vpn_item_stored_secrets(keeping->item), keeping->field))
        vpn_store_set_secret(vpn_item_store(keeping->item), keeping->item, keeping->field, NULL,
                             NULL, on_system, keeping);
    else
        next(keeping);
}

static void on_keyring(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;

    if (keyring_store_finish(result, &error))
        forget_stored(data);
    else
        finish(data, error);
}

static void next(Keeping *keeping)
{
    const char *uuid = vpn_item_uuid(keeping->item);

    keeping->field = g_queue_pop_head(&keeping->fields);
    if (!keeping->field) {
        finish(keeping, NULL);
        return;
    }
    const Secret *secret = g_hash_table_lookup(keeping->secrets, keeping->field);
    switch (keeping->keep) {
    case KEEP_KEYRING:
        keyring_store(uuid, vpn_item_name(keeping->item), keeping->field, secret, on_keyring,
                      keeping);
        break;
    case KEEP_SYSTEM:
        vpn_store_set_secret(vpn_item_store(keeping->item), keeping->item, keeping->field, secret,
                             NULL, on_system_kept, keeping);
        break;
    case KEEP_NEVER:
        keyring_forget(uuid, keeping->field);
        forget_stored(keeping);
        break;
    }
}

void keep_secrets(Keep keep, VpnItem *item, GHashTable *secrets, KeepDone done, gpointer data)
{
    Keeping *keeping = g_new0(Keeping, 1);
    GHashTableIter iter;
    gpointer field;

    keeping->keep = keep;
    keeping->item = g_object_ref(item);
    keeping->secrets = g_hash_table_ref(secrets);
    keeping->done = done;
    keeping->data = data;
    g_queue_init(&keeping->fields);
    g_hash_table_iter_init(&iter, secrets);
    while (g_hash_table_iter_next(&iter, &field, NULL))
        g_queue_push_tail(&keeping->fields, field);
    next(keeping);
}
