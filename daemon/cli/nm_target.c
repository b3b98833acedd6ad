/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles that NetworkManager keeps. */
#include <string.h>

#include "cli/nm.h"

/* Root sees everybody's: of others the UUID is asked for, as in causewayd's store. */
static VpnItem *find(VpnStore *store, const char *name, GError **error)
{
    GListModel *list = G_LIST_MODEL(store);
    VpnItem *best = NULL;
    const char *foreign = NULL, *foreign_uuid = NULL;

    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(VpnItem) item = g_list_model_get_item(list, i);
        const char *owner = vpn_item_owner(item);
        gboolean own = strcmp(owner, g_get_user_name()) == 0;
        if (strcmp(vpn_item_uuid(item), name) == 0)
            return item;
        if (strcmp(vpn_item_name(item), name) != 0)
            continue;
        if (!own && *owner != '\0') {
            foreign = owner;
            foreign_uuid = vpn_item_uuid(item);
        } else if (!best || own) {
            best = item;
        }
    }
    if (best)
        return best;
    if (foreign)
        g_set_error(error, CLIENT_ERROR, CLIENT_ERROR_NOT_FOUND,
                    "There is no profile \"%s\" but that of the user %s: call it %s", name,
                    foreign, foreign_uuid);
    else
        g_set_error(error, CLIENT_ERROR, CLIENT_ERROR_NOT_FOUND, "There is no profile \"%s\"",
                    name);
    return NULL;
}

Target *target_open_store(int *ret_exit)
{
    g_autoptr(Target) target = g_new0(Target, 1);

    target->service = vpn_store_service_new();
    target->store = vpn_store_nm_new(target->service);
    vpn_store_start(target->store);
    while (vpn_store_availability(target->store) == VPN_STORE_STARTING)
        g_main_context_iteration(NULL, TRUE);
    if (vpn_store_availability(target->store) == VPN_STORE_READY)
        return g_steal_pointer(&target);
    cli_complain("%s", vpn_store_problem(target->store));
    *ret_exit = EXIT_FAILED;
    return NULL;
}

Target *target_open(const char *name, int *ret_exit)
{
    g_autoptr(Target) target = target_open_store(ret_exit);
    g_autoptr(GError) error = NULL;

    if (!target)
        return NULL;
    target->item = find(target->store, name, &error);
    if (target->item) {
        g_object_ref(target->item);
        return g_steal_pointer(&target);
    }
    *ret_exit = cli_error(error);
    return NULL;
}

void target_free(Target *target)
{
    if (!target)
        return;
    g_clear_object(&target->item);
    g_clear_object(&target->store);
    g_clear_object(&target->service);
    g_free(target);
}

/* --- Calls that are waited for --- */

static void on_done(GObject *source, GAsyncResult *result, gpointer data)
{
    *(GAsyncResult **)data = g_object_ref(result);
}

static GAsyncResult *await(GAsyncResult **result)
{
    while (!*result)
        g_main_context_iteration(NULL, TRUE);
    return *result;
}

GPtrArray *target_names(Target *target)
{
    GListModel *list = G_LIST_MODEL(target->store);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(VpnItem) item = g_list_model_get_item(list, i);
        g_ptr_array_add(names, g_strdup(vpn_item_name(item)));
    }
    return names;
}

static gboolean save(Target *target, VpnItem *item, Profile *profile, gboolean everybody,
                     GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    vpn_store_save(target->store, item, profile, everybody, NULL, on_done, &result);
    g_autofree char *uuid = vpn_store_save_finish(target->store, await(&result), error);
    return uuid != NULL;
}

gboolean target_add(Target *target, Profile *profile, gboolean everybody, GError **error)
{
    g_autoptr(Profile) copy = profile_copy(profile);

    if (!vpn_store_nm_is_complete(target->store)) {
        g_set_error_literal(error, CLIENT_ERROR, CLIENT_ERROR_OTHER,
                            "NetworkManager does not know Causeway's plug-in");
        return FALSE;
    }
    /* Which one it was elsewhere says nothing here. */
    profile_unset(copy, FIELD_CONNECTION_UUID);
    return save(target, NULL, copy, everybody, error);
}

Profile *target_load(Target *target, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    vpn_store_load(target->store, target->item, NULL, on_done, &result);
    return vpn_store_load_finish(target->store, await(&result), error);
}

gboolean target_update(Target *target, Profile *profile, GError **error)
{
    return save(target, target->item, profile, FALSE, error);
}

gboolean target_set_secret(Target *target, const char *field, const Secret *secret,
                           GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    vpn_store_set_secret(target->store, target->item, field, secret, NULL, on_done, &result);
    return vpn_store_finish(target->store, await(&result), error);
}

gboolean target_remove(Target *target, GError **error)
{
    g_autoptr(GAsyncResult) result = NULL;

    vpn_store_remove(target->store, target->item, NULL, on_done, &result);
    return vpn_store_finish(target->store, await(&result), error);
}

const char *const *target_stored_secrets(Target *target)
{
    return vpn_item_stored_secrets(target->item);
}

const char *const *target_missing_secrets(Target *target)
{
    return vpn_item_missing_secrets(target->item);
}
