/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The objects with the interface Connection. */
#include "api/internal.h"

#include <string.h>

#include "api/errors.h"
#include "profile/nm_settings.h"

void api_connection_free(gpointer data)
{
    ApiConnection *connection = data;

    api_agent_cancel(connection);
    g_clear_handle_id(&connection->owner_watch, g_bus_unwatch_name);
    g_clear_pointer(&connection->connection, connection_free);
    g_clear_object(&connection->agent_cancellable);
    g_clear_pointer(&connection->asked, g_hash_table_unref);
    profile_unref(connection->profile);
    g_free(connection->agent_sender);
    g_free(connection->agent_path);
    g_free(connection->path);
    g_free(connection->uuid);
    g_free(connection);
}

gboolean api_connection_active(const ApiConnection *connection)
{
    ConnectionState state = connection_status(connection->connection)->state;

    return state != CONNECTION_DISCONNECTED && state != CONNECTION_FAILED;
}

ApiConnection *api_connection_of_profile(ApiService *service, const char *uuid)
{
    ApiConnection *connection = g_hash_table_lookup(service->connections, uuid);

    return connection && !connection->transient ? connection : NULL;
}

/* One that failed stays, so that one can ask why. */
static gboolean has_gone(const ApiConnection *connection)
{
    ConnectionState state = connection_status(connection->connection)->state;

    return state == CONNECTION_DISCONNECTED ||
           (state == CONNECTION_FAILED && connection->abandoned);
}

static gboolean is_over(gpointer uuid, gpointer connection, gpointer data)
{
    return has_gone(connection);
}

static gboolean reap(gpointer data)
{
    ApiService *service = data;

    service->reap_source = 0;
    g_hash_table_foreach_remove(service->connections, is_over, NULL);
    api_objects_sync(service);
    return G_SOURCE_REMOVE;
}

static void reap_soon(ApiConnection *connection)
{
    if (has_gone(connection) && connection->service->reap_source == 0)
        connection->service->reap_source = g_idle_add(reap, connection->service);
}

static void on_changed(Connection *ended, gpointer data)
{
    ApiConnection *connection = data;
    ApiService *service = connection->service;

    if (!api_connection_active(connection))
        api_agent_cancel(connection);
    /* Its last state is told before it goes.  It goes when its own callback is over. */
    api_objects_sync(service);
    reap_soon(connection);
    api_service_touch(service);
}

static void on_secret_wanted(Connection *asking, const char *field, const char *message,
                             gpointer data)
{
    api_agent_ask(data, field, message);
}

static void on_owner_vanished(GDBusConnection *bus, const char *name, gpointer data)
{
    ApiConnection *connection = data;

    connection->abandoned = TRUE;
    if (api_connection_active(connection)) {
        g_message("\"%s\" is ended: who started it has gone",
                  profile_get_string(connection->profile, FIELD_CONNECTION_NAME));
        connection_stop(connection->connection);
    } else {
        reap_soon(connection);
    }
}

void api_connection_bind(ApiConnection *connection, const char *sender)
{
    connection->owner_watch = g_bus_watch_name_on_connection(
        connection->service->bus, sender, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_owner_vanished,
        connection, NULL);
}

ApiConnection *api_connection_new(ApiService *service, Profile *profile, const char *sender,
                                  const char *agent)
{
    static const ConnectionEvents events = {
        .changed = on_changed,
        .secret_wanted = on_secret_wanted,
    };
    const char *uuid = profile_get_string(profile, FIELD_CONNECTION_UUID);
    ApiConnection *connection = g_new0(ApiConnection, 1);

    /* What is left of an earlier attempt goes first. */
    g_hash_table_remove(service->connections, uuid);
    connection->service = service;
    connection->uuid = g_strdup(uuid);
    connection->path = g_strdup_printf(API_CONNECTIONS "/%u", ++service->connection_number);
    connection->profile = profile_ref(profile);
    connection->agent_sender = g_strdup(sender);
    connection->agent_path = g_strdup(agent);
    connection->agent_cancellable = g_cancellable_new();
    connection->asked = g_hash_table_new(NULL, NULL);
    connection->connection = connection_new(service->manager, profile, &events, connection);
    g_hash_table_insert(service->connections, connection->uuid, connection);
    return connection;
}

void api_connection_start(ApiConnection *connection)
{
    connection_start(connection->connection);
    api_objects_sync(connection->service);
}

static void add_string(GVariantBuilder *builder, const char *key, const char *value)
{
    g_variant_builder_add(builder, "{sv}", key, g_variant_new_string(value ? value : ""));
}

static void add_strings(GVariantBuilder *builder, const char *key, const char *const *values)
{
    static const char *const none[] = {NULL};

    g_variant_builder_add(builder, "{sv}", key, g_variant_new_strv(values ? values : none, -1));
}

/* The sentence, and in its end what the gateway or the system said. */
static char *failure_text(const Failure *failure)
{
    const char *message = failure_code_message(failure->code);
    int length = (int)strlen(message);

    if (!failure->detail)
        return g_strdup(message);
    if (length > 0 && message[length - 1] == '.')
        length--;
    return g_strdup_printf("%.*s (%s).", length, message, failure->detail);
}

/* What is in no store of ours is NetworkManager's. */
static GVariant *failure_tuple(const Failure *failure, gboolean transient)
{
    if (!failure)
        return g_variant_new("(ssss)", "", "", "", "");
    g_autofree char *text = failure_text(failure);
    return g_variant_new("(ssss)", stage_name(failure->stage), failure_code_name(failure->code),
                         text, transient ? nm_failure_hint(failure->code)
                                         : failure_code_hint(failure->code));
}

GVariant *api_connection_properties(ApiConnection *connection)
{
    const ConnectionStatus *status = connection_status(connection->connection);
    g_autofree char *profile = api_profile_path(connection->uuid);
    GVariant *plan = connection_plan(connection->connection);
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&builder, "{sv}", "Profile",
                          g_variant_new_object_path(connection->transient ? "/" : profile));
    add_string(&builder, "Uuid", connection->uuid);
    add_string(&builder, "Name", profile_get_string(connection->profile, FIELD_CONNECTION_NAME));
    add_string(&builder, "State", connection_state_name(status->state));
    add_string(&builder, "Stage", stage_name(status->stage));
    g_variant_builder_add(&builder, "{sv}", "Since", g_variant_new_int64(status->since_unix));
    g_variant_builder_add(&builder, "{sv}", "Failure", failure_tuple(status->failure, connection->transient));
    add_string(&builder, "Gateway", status->gateway);
    add_string(&builder, "Interface", status->interface);
    add_string(&builder, "DataPath", status->data_path);
    add_strings(&builder, "LocalAddresses", status->local_addresses);
    add_string(&builder, "PeerAddress", status->peer_address);
    add_strings(&builder, "Dns", status->dns);
    g_variant_builder_add(&builder, "{sv}", "Mtu", g_variant_new_uint32(status->mtu));
    add_string(&builder, "Ike", status->ike);
    add_string(&builder, "Esp", status->esp);
    g_variant_builder_add(&builder, "{sv}", "Weak", g_variant_new_boolean(status->weak));
    add_string(&builder, "Nat", status->nat);
    add_string(&builder, "Authentication", status->authentication);
    g_variant_builder_add(&builder, "{sv}", "Reconnects",
                          g_variant_new_uint32(status->reconnects));
    g_variant_builder_add(&builder, "{sv}", "IkeRenewal",
                          g_variant_new_int64(status->ike_renewal_unix));
    g_variant_builder_add(&builder, "{sv}", "EspRenewal",
                          g_variant_new_int64(status->esp_renewal_unix));
    g_variant_builder_add(&builder, "{sv}", "Plan",
                          plan ? plan : g_variant_new("a{sv}", NULL));
    return g_variant_builder_end(&builder);
}

void api_connection_get_statistics(ApiService *service, Caller *caller, const ApiTarget *target,
                                   GDBusMethodInvocation *invocation)
{
    ConnectionStatistics s = {0};

    connection_statistics(target->connection->connection, &s);
    g_dbus_method_invocation_return_value(
        invocation, g_variant_new("(tttt)", s.rx_bytes, s.tx_bytes, s.rx_packets, s.tx_packets));
}

void api_connection_disconnect(ApiService *service, Caller *caller, const ApiTarget *target,
                               GDBusMethodInvocation *invocation)
{
    if (!api_connection_active(target->connection)) {
        /* What failed is put away. */
        g_hash_table_remove(service->connections, target->connection->uuid);
        api_objects_sync(service);
    } else {
        connection_stop(target->connection->connection);
    }
    g_dbus_method_invocation_return_value(invocation, NULL);
}
