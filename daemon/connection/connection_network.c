/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a connection does to the machine's network: the plan applied, watched over, undone. */
#include "connection/connection_private.h"

#include "connection/settings.h"

/* Whether what was begun over one way to the gateway cannot go on over the other: also an attempt
 * would wait in vain for answers to an address that is gone. */
static gboolean leads_elsewhere(const GatewayPath *now, const GatewayPath *used)
{
    return used && ip_address_equal(&now->gateway, &used->gateway) &&
           !gateway_path_equal(now, used);
}

static void on_watch(HostWatch *watch, HostWatchEvent event, const GatewayPath *path,
                     guint64 slept_usec, gpointer data)
{
    Connection *connection = data;
    g_autoptr(GError) error = NULL;

    switch (event) {
    case HOST_WATCH_SLEEP:
        host_watch_sleep_ready(watch);
        return;
    case HOST_WATCH_WAKE:
        break;
    case HOST_WATCH_PATH:
        /* Without any way there is nothing to do but wait: it comes back, or the tunnel
         * notices that its peer is silent. */
        if (!path)
            return;
        if (connection->network && !host_network_repin(connection->network, path, &error))
            connection_log(connection, error->message);
        if (connection->attempt && connection->state != CONNECTION_DISCONNECTING &&
            leads_elsewhere(path, attempt_path(connection->attempt))) {
            if (connection_restart(connection))
                return;
            g_autoptr(Failure) failure = failure_new(connection->stage, FAILURE_CONNECTION_LOST,
                                                     "this computer's network has changed");
            connection->attempts = 0;
            connection_fail(connection, failure);
            return;
        }
        break;
    }
    connection_retry_now(connection);
}

static void note_plan(Connection *connection)
{
    const NetworkPlan *plan = connection->plan;
    const IpAddress *own[] = { &plan->ipv4_address, &plan->ipv6_address };
    const GArray *global = connection->network ? host_network_global_ipv6(connection->network) : NULL;

    g_ptr_array_set_size(connection->local_addresses, 0);
    g_ptr_array_set_size(connection->dns, 0);
    for (guint i = 0; i < G_N_ELEMENTS(own); i++) {
        if (own[i]->family)
            g_ptr_array_add(connection->local_addresses, ip_address_to_string(own[i]));
    }
    for (guint i = 0; global && i < global->len; i++)
        g_ptr_array_add(connection->local_addresses,
                        ip_address_to_string(&g_array_index(global, IpAddress, i)));
    for (guint i = 0; i < plan->dns->len; i++)
        g_ptr_array_add(connection->dns,
                        ip_address_to_string(&g_array_index(plan->dns, IpAddress, i)));
    g_ptr_array_add(connection->local_addresses, NULL);
    g_ptr_array_add(connection->dns, NULL);
}

/* By router advertisement or DHCPv6, at any time. */
static void on_ipv6_changed(gpointer data)
{
    Connection *connection = data;

    note_plan(connection);
    connection_tell(connection);
}

static void start_watch(Connection *connection, const GatewayPath *path)
{
    g_autoptr(GError) error = NULL;

    connection->watch = host_watch_new(path, manager_system_bus(connection->manager), on_watch,
                                       connection, &error);
    if (!connection->watch)
        connection_log(connection, error->message);
    else if (connection->link)
        host_watch_set_link(connection->watch, host_link_ifindex(connection->link));
}

void connection_network_watch_attempt(Connection *connection)
{
    const GatewayPath *path = attempt_path(connection->attempt);

    /* Each address has a way of its own.  A connection that is taken up again has its watch. */
    if (connection->state != CONNECTION_CONNECTING || !path)
        return;
    g_clear_pointer(&connection->watch, host_watch_free);
    start_watch(connection, path);
}

static void on_applied(GObject *source, GAsyncResult *result, gpointer data)
{
    Connection *connection = data;
    g_autoptr(GError) error = NULL;

    if (connection->freed || !connection->network)
        goto out;
    gboolean applied = host_network_apply_finish(connection->network, result, &error);
    /* Stopped, or followed by another plan, in the meantime. */
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
        g_task_get_cancellable(G_TASK(result)) != connection->applying)
        goto out;
    g_clear_object(&connection->applying);
    if (!applied) {
        connection_fail_from_error(connection, STAGE_NETWORK, FAILURE_NETWORK_SETUP, error);
        goto out;
    }
    /* From here on the way to the gateway is looked after. */
    if (!connection->watch)
        start_watch(connection, &connection->plan->path);
    connection_complete(connection);
out:
    connection_unref(connection);
}

/* All of the plan, or what is left of it where the owner sets the rest. */
static void apply_plan(Connection *connection)
{
    g_autoptr(NetworkPlan) rest =
        connection->report ? network_plan_reported(connection->plan) : NULL;

    host_network_apply(connection->network, rest ? rest : connection->plan, connection->applying,
                       on_applied, g_rc_box_acquire(connection));
}

void connection_network_apply(Connection *connection, const PlanNegotiated *negotiated,
                              const GatewayPath *path)
{
    g_autoptr(GError) error = NULL;

    /* A gateway that gives no IPv4 address may still open IPV6CP, whose link-local address
     * leads nowhere: without the wish for IPv6 alone that is no connection. */
    if (!negotiated->address &&
        g_strcmp0(profile_get_string(connection->profile, FIELD_IPV4_METHOD), "disabled") != 0) {
        g_autoptr(Failure) failure = failure_new(STAGE_NETWORK, FAILURE_NO_ADDRESS, "no IPv4");
        connection_fail(connection, failure);
        return;
    }
    NetworkPlan *plan = settings_plan(connection->profile, host_link_name(connection->link),
                                      negotiated, path, &error);

    if (!plan) {
        connection_fail_from_error(connection, STAGE_NETWORK, FAILURE_NO_ADDRESS, error);
        return;
    }
    g_clear_pointer(&connection->plan, network_plan_free);
    connection->plan = plan;
    if (negotiated->peer_address) {
        IpAddress peer = ip_address_from_ipv4(negotiated->peer_address);
        g_free(connection->peer_address);
        connection->peer_address = ip_address_to_string(&peer);
    }
    /* What changes now is our own doing. */
    if (connection->state == CONNECTION_CONNECTING)
        g_clear_pointer(&connection->watch, host_watch_free);
    if (!connection->network) {
        connection->network =
            host_network_new(manager_host(connection->manager), connection->link);
        host_network_watch_ipv6(connection->network, on_ipv6_changed, connection);
    }
    if (connection->applying)
        g_cancellable_cancel(connection->applying);
    g_clear_object(&connection->applying);
    connection->applying = g_cancellable_new();
    attempt_prepare_ipv6(connection->attempt, &plan->ipv6_address);
    apply_plan(connection);
    attempt_begin_ipv6(connection->attempt);
    note_plan(connection);
}

void connection_network_repin(Connection *connection, const IpAddress *gateway)
{
    g_autoptr(GError) error = NULL;
    GatewayPath path;

    if (!connection->network)
        return;
    if (!gateway_path_lookup_below(gateway, host_link_ifindex(connection->link), &path, &error) ||
        !host_network_repin(connection->network, &path, &error))
        connection_log(connection, error->message);
}

static void on_dns_released(GObject *source, GAsyncResult *result, gpointer data)
{
    Connection *connection = data;
    g_autoptr(GError) error = NULL;

    if (!connection->freed && connection->network &&
        !host_network_apply_finish(connection->network, result, &error) &&
        !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        connection_log(connection, error->message);
    connection_unref(connection);
}

void connection_network_release_dns(Connection *connection)
{
    if (!connection->network || connection->report || connection->plan->dns->len == 0)
        return;
    g_autoptr(NetworkPlan) plan = network_plan_copy(connection->plan);
    g_array_set_size(plan->dns, 0);
    host_network_apply(connection->network, plan, NULL, on_dns_released,
                       g_rc_box_acquire(connection));
}

static void on_undone(GObject *source, GAsyncResult *result, gpointer data)
{
    Connection *connection = data;

    if (!connection->freed && connection->network) {
        host_network_undo_finish(connection->network, result);
        connection_network_closed(connection);
    }
    connection_unref(connection);
}

void connection_network_undo(Connection *connection)
{
    g_clear_pointer(&connection->watch, host_watch_free);
    if (connection->applying)
        g_cancellable_cancel(connection->applying);
    g_clear_object(&connection->applying);
    host_network_undo(connection->network, on_undone, g_rc_box_acquire(connection));
}

void connection_network_forget(Connection *connection)
{
    g_clear_pointer(&connection->watch, host_watch_free);
    g_clear_pointer(&connection->network, host_network_free);
    g_clear_pointer(&connection->link, host_link_free);
    g_clear_pointer(&connection->plan, network_plan_free);
    g_clear_pointer(&connection->data_path, g_free);
    g_clear_pointer(&connection->peer_address, g_free);
    g_ptr_array_set_size(connection->local_addresses, 0);
    g_ptr_array_set_size(connection->dns, 0);
}

void connection_report_network(Connection *connection)
{
    connection->report = TRUE;
}

GVariant *connection_plan(Connection *connection)
{
    GVariantBuilder addresses;
    GVariantDict dict;
    const GArray *global;

    if (!connection->report || !connection->plan || !connection->network)
        return NULL;
    g_autoptr(GVariant) plan = g_variant_ref_sink(network_plan_to_variant(connection->plan));
    g_variant_builder_init(&addresses, G_VARIANT_TYPE_STRING_ARRAY);
    global = host_network_global_ipv6(connection->network);
    for (guint i = 0; i < global->len; i++) {
        g_autofree char *text = ip_address_to_string(&g_array_index(global, IpAddress, i));
        g_variant_builder_add(&addresses, "s", text);
    }
    g_variant_dict_init(&dict, plan);
    g_variant_dict_insert_value(&dict, "ipv6-addresses", g_variant_builder_end(&addresses));
    return g_variant_dict_end(&dict);
}
