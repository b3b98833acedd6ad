/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Profiles of causewayd. */
#include "cli/target.h"

#include <string.h>

#include "cli/elsewhere.h"

struct Target {
    Client *client;
    CausewayProfile *proxy; /* NULL: the store alone */
};

Client *cli_connect(int *ret_exit)
{
    g_autoptr(GError) error = NULL;
    Client *client = client_new(&error);

    if (!client)
        *ret_exit = cli_error(error);
    return client;
}

void cli_look_elsewhere(Client *client, const char *name)
{
    g_autoptr(GPtrArray) profiles = client_profiles(client);

    /* Another user's has been found, of which the error tells. */
    for (guint i = 0; i < profiles->len; i++) {
        if (g_strcmp0(causeway_profile_get_name(g_ptr_array_index(profiles, i)), name) == 0)
            return;
    }
    elsewhere_look(client_bus(client));
}

gboolean cli_open(const char *name, Client **ret_client, CausewayProfile **ret_profile,
                  int *ret_exit)
{
    g_autoptr(Client) client = cli_connect(ret_exit);
    g_autoptr(GError) error = NULL;

    if (!client)
        return FALSE;
    *ret_profile = client_find_profile(client, name, &error);
    if (!*ret_profile) {
        *ret_exit = cli_error(error);
        return FALSE;
    }
    *ret_client = g_steal_pointer(&client);
    return TRUE;
}

Target *target_open(const char *name, int *ret_exit)
{
    g_autoptr(Target) target = target_open_store(ret_exit);
    g_autoptr(GError) error = NULL;

    if (!target)
        return NULL;
    target->proxy = client_find_profile(target->client, name, &error);
    if (target->proxy)
        return g_steal_pointer(&target);
    cli_look_elsewhere(target->client, name);
    *ret_exit = cli_error(error);
    return NULL;
}

Target *target_open_store(int *ret_exit)
{
    Client *client = cli_connect(ret_exit);

    if (!client)
        return NULL;
    Target *target = g_new0(Target, 1);
    target->client = client;
    return target;
}

void target_free(Target *target)
{
    if (!target)
        return;
    g_clear_object(&target->proxy);
    client_free(target->client);
    g_free(target);
}

GPtrArray *target_names(Target *target)
{
    g_autoptr(GPtrArray) profiles = client_profiles(target->client);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < profiles->len; i++)
        g_ptr_array_add(names,
                        g_strdup(causeway_profile_get_name(g_ptr_array_index(profiles, i))));
    return names;
}

gboolean target_add(Target *target, Profile *profile, gboolean everybody, GError **error)
{
    g_autoptr(CausewayProfile) proxy = client_add(target->client, profile, everybody, error);

    return proxy != NULL;
}

Profile *target_load(Target *target, GError **error)
{
    return client_renew(target->client, &target->proxy, error) ? client_load(target->proxy, error)
                                                               : NULL;
}

gboolean target_update(Target *target, Profile *profile, GError **error)
{
    return client_renew(target->client, &target->proxy, error) &&
           client_update(target->proxy, profile, error);
}

gboolean target_set_secret(Target *target, const char *field, const Secret *secret,
                           GError **error)
{
    /* A person may have been asked for it. */
    return client_renew(target->client, &target->proxy, error) &&
           client_set_secret(target->proxy, field, secret, error);
}

gboolean target_remove(Target *target, GError **error)
{
    return client_remove(target->proxy, error);
}

const char *const *target_stored_secrets(Target *target)
{
    return causeway_profile_get_stored_secrets(target->proxy);
}

const char *const *target_missing_secrets(Target *target)
{
    return causeway_profile_get_missing_secrets(target->proxy);
}
