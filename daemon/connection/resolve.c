/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gateway's name to numeric addresses. */
#include "connection/resolve.h"

/* A resolver that retries over several servers may take longer; nobody waits for that. */
#define RESOLVE_TIMEOUT_MSEC 10000

struct Resolve {
    GCancellable *cancellable;
    guint timeout;
    char *host;
    ResolveDone done;
    gpointer user_data;
};

static void resolve_finish(Resolve *resolve, GPtrArray *addresses, const Failure *failure)
{
    ResolveDone done = resolve->done;

    if (resolve->timeout)
        g_clear_handle_id(&resolve->timeout, g_source_remove);
    resolve->done = NULL;
    if (done)
        done(addresses, failure, resolve->user_data);
}

static Failure *resolve_failure(const char *host, const GError *error)
{
    if (g_error_matches(error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND))
        return failure_new(STAGE_RESOLVE, FAILURE_NAME_NOT_FOUND, host);
    return failure_new_printf(STAGE_RESOLVE, FAILURE_NAME_LOOKUP_FAILED, "%s: %s", host,
                              error->message);
}

static void append_family(GPtrArray *addresses, GList *found, GSocketFamily family)
{
    for (GList *item = found; item; item = item->next) {
        if (g_inet_address_get_family(item->data) == family)
            g_ptr_array_add(addresses, g_object_ref(item->data));
    }
}

static void on_resolved(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    GList *found = g_resolver_lookup_by_name_finish(G_RESOLVER(source), result, &error);

    /* After resolve_free() `data` is gone. */
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    Resolve *resolve = data;
    if (!found) {
        g_autoptr(Failure) failure = resolve_failure(resolve->host, error);
        resolve_finish(resolve, NULL, failure);
        return;
    }
    g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func(g_object_unref);
    append_family(addresses, found, G_SOCKET_FAMILY_IPV4);
    append_family(addresses, found, G_SOCKET_FAMILY_IPV6);
    g_resolver_free_addresses(found);
    resolve_finish(resolve, addresses, NULL);
}

static gboolean on_timeout(gpointer data)
{
    Resolve *resolve = data;
    g_autoptr(Failure) failure = failure_new_printf(STAGE_RESOLVE, FAILURE_NAME_LOOKUP_FAILED,
                                                    "%s: no answer", resolve->host);

    resolve->timeout = 0;
    g_cancellable_cancel(resolve->cancellable);
    resolve_finish(resolve, NULL, failure);
    return G_SOURCE_REMOVE;
}

Resolve *resolve_start(const char *host, ResolveDone done, gpointer user_data)
{
    g_autoptr(GResolver) resolver = g_resolver_get_default();
    Resolve *resolve = g_new0(Resolve, 1);

    resolve->cancellable = g_cancellable_new();
    resolve->host = g_strdup(host);
    resolve->done = done;
    resolve->user_data = user_data;
    resolve->timeout = g_timeout_add(RESOLVE_TIMEOUT_MSEC, on_timeout, resolve);
    /* A numeric address comes back as itself, through the same callback. */
    g_resolver_lookup_by_name_async(resolver, host, resolve->cancellable, on_resolved, resolve);
    return resolve;
}

void resolve_free(Resolve *resolve)
{
    if (!resolve)
        return;
    g_cancellable_cancel(resolve->cancellable);
    g_object_unref(resolve->cancellable);
    if (resolve->timeout)
        g_source_remove(resolve->timeout);
    g_free(resolve->host);
    g_free(resolve);
}
