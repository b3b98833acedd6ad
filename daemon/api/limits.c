/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one user may take of the service, so that something is left for the others.
 *
 * A user may change own profiles and connect them without being asked for a password.  Without
 * bounds that would be enough to fill /etc, to occupy all of charon's threads, or, by calls that
 * wait for a password that nobody types, all descriptors that this process may have. */
#include "api/internal.h"

#define PROFILES_MAX 64
#define CONNECTIONS_MAX 8
#define CALLS_MAX 32
#define WAITERS_MAX 16
#define ALL_WAITERS_MAX 64

/* Root, who can do without us all that we can, is bound by none but the last two. */
static gboolean bound(const Caller *caller)
{
    return caller->uid != 0;
}

gboolean api_limits_profile(ApiService *service, const Caller *caller)
{
    g_autoptr(GPtrArray) profiles = profile_store_list(service->store);
    guint count = 0;

    for (guint i = 0; i < profiles->len; i++) {
        const char *user = profile_get_string(g_ptr_array_index(profiles, i),
                                              FIELD_CONNECTION_USER);
        count += g_strcmp0(user, caller->user) == 0;
    }
    return !bound(caller) || count < PROFILES_MAX;
}

gboolean api_limits_connection(ApiService *service, const Caller *caller)
{
    GHashTableIter iter;
    gpointer value;
    guint count = 0;

    g_hash_table_iter_init(&iter, service->connections);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const ApiConnection *connection = value;
        count += connection->uid == caller->uid && api_connection_active(connection);
    }
    return !bound(caller) || count < CONNECTIONS_MAX;
}

gboolean api_limits_autoconnect(ApiService *service, Profile *profile)
{
    const char *user = profile_get_string(profile, FIELD_CONNECTION_USER);
    GHashTableIter iter;
    gpointer value;
    guint count = 0;

    g_hash_table_iter_init(&iter, service->connections);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const ApiConnection *connection = value;
        count += g_strcmp0(profile_get_string(connection->profile, FIELD_CONNECTION_USER),
                           user) == 0;
    }
    return !user || count < CONNECTIONS_MAX;
}

gboolean api_limits_waiter(guint own, guint all)
{
    return own < WAITERS_MAX && all < ALL_WAITERS_MAX;
}

gboolean api_limits_call(ApiService *service, const Caller *caller)
{
    gpointer uid = GUINT_TO_POINTER(caller->uid);
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(service->calls_of, uid));

    g_hash_table_insert(service->calls_of, uid, GUINT_TO_POINTER(count + 1));
    return !bound(caller) || count < CALLS_MAX;
}

void api_limits_call_over(ApiService *service, const Caller *caller)
{
    gpointer uid = GUINT_TO_POINTER(caller->uid);
    guint count = GPOINTER_TO_UINT(g_hash_table_lookup(service->calls_of, uid));

    if (count > 1)
        g_hash_table_insert(service->calls_of, uid, GUINT_TO_POINTER(count - 1));
    else
        g_hash_table_remove(service->calls_of, uid);
}
