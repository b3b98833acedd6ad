/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One connection's life: attempts, the interface and network that outlive them, and the way
 * back after a loss. */
#include "connection/connection_private.h"

#include <string.h>

#include "connection/backoff.h"
#include "connection/policy.h"

/* A gateway may send us on to another (RFC 2661 §4.4.2, error 7), but not in circles. */
#define REDIRECTS_MAX 3
/* How often a changing network may make a first attempt begin again. */
#define RESTARTS_MAX 5

/* ---- telling ---- */

void connection_log(Connection *connection, const char *line)
{
    g_log_structured(G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "CAUSEWAY_PROFILE",
                     profile_get_string(connection->profile, FIELD_CONNECTION_UUID), "MESSAGE",
                     "%s: %s", profile_get_string(connection->profile, FIELD_CONNECTION_NAME),
                     line);
}

static gboolean on_tell(gpointer data)
{
    Connection *connection = data;

    connection->changed = 0;
    if (connection->secret_field && !connection->secret_told) {
        connection->secret_told = TRUE;
        connection->events.secret_wanted(connection, connection->secret_field,
                                         connection->secret_message, connection->data);
    }
    manager_changed(connection->manager);
    connection->events.changed(connection, connection->data);
    return G_SOURCE_REMOVE;
}

/* Several changes of one turn are told once, and never from inside a call of the owner's. */
void connection_tell(Connection *connection)
{
    if (!connection->changed)
        connection->changed = g_idle_add_full(G_PRIORITY_DEFAULT, on_tell, connection, NULL);
}

void connection_set_state(Connection *connection, ConnectionState state, Stage stage)
{
    if (connection->state != state) {
        g_autofree char *line =
            g_strdup_printf("%s -> %s (%s)", connection_state_name(connection->state),
                            connection_state_name(state), stage_name(stage));
        connection_log(connection, line);
        connection->since = g_get_real_time() / G_USEC_PER_SEC;
    }
    connection->state = state;
    connection->stage = stage;
    connection_tell(connection);
}

/* ---- the end ---- */

static void drop_attempt(Connection *connection)
{
    connection_forget_retry(connection);
    g_clear_pointer(&connection->resolve, resolve_free);
    if (connection->attempt)
        manager_give_reqid(connection->manager, connection->reqid);
    g_clear_pointer(&connection->attempt, attempt_free);
    g_clear_pointer(&connection->secret_field, g_free);
    if (connection->applying)
        g_cancellable_cancel(connection->applying);
    g_clear_object(&connection->applying);
}

/* When the peer knows and the machine is as it was. */
static void check_closed(Connection *connection)
{
    if (connection->attempt_closing || connection->network_closing)
        return;
    drop_attempt(connection);
    connection_network_forget(connection);
    connection->reconnects = 0;
    if (connection->failure)
        connection_set_state(connection, CONNECTION_FAILED, connection->failure->stage);
    else
        connection_set_state(connection, CONNECTION_DISCONNECTED, STAGE_PREPARE);
}

void connection_network_closed(Connection *connection)
{
    connection->network_closing = FALSE;
    check_closed(connection);
}

/* Ends in DISCONNECTED, or in FAILED when `failure` is set: the peer is told where there is
 * one, while the machine's network is restored. */
static void begin_end(Connection *connection)
{
    connection_set_state(connection, CONNECTION_DISCONNECTING, connection->stage);
    connection_forget_retry(connection);
    g_clear_pointer(&connection->resolve, resolve_free);
    g_clear_pointer(&connection->secret_field, g_free);
    connection->attempt_closing = connection->attempt != NULL;
    connection->network_closing = connection->network != NULL;
    if (connection->attempt)
        attempt_stop(connection->attempt);
    if (connection->network)
        connection_network_undo(connection);
    check_closed(connection);
}

/* ---- failing and trying again ---- */

static void schedule_retry(Connection *connection)
{
    /* The first is no second one at once: there was nothing before that was lost. */
    guint attempt = connection->attempts++ + !connection->was_connected;
    Usec delay = backoff_delay(attempt, g_random_int());

    /* The interface, its addresses and routes stay: what runs over the tunnel waits for it,
     * and nothing goes around it meanwhile. */
    connection_set_state(connection, connection->was_connected ? CONNECTION_RECONNECTING
                                                               : connection->state,
                         connection->stage);
    connection_retry_soon(connection, (guint)(delay / USEC_PER_MSEC));
    connection_await_network(connection);
}

static void log_failure(Connection *connection, const Failure *failure)
{
    g_autofree char *line = g_strdup_printf(
        "%s: %s: %s%s%s%s", stage_name(failure->stage), failure_code_name(failure->code),
        failure_code_message(failure->code), failure->detail ? " (" : "",
        failure->detail ? failure->detail : "", failure->detail ? ")" : "");

    connection_log(connection, line);
}

static void keep_failure(Connection *connection, const Failure *failure)
{
    Failure *copy = failure_copy(failure);

    failure_free(connection->failure);
    connection->failure = copy;
    connection->stage = copy->stage;
}

/* The attempt is over, by itself. */
void connection_fail(Connection *connection, const Failure *failure)
{
    keep_failure(connection, failure);
    log_failure(connection, connection->failure);
    drop_attempt(connection);
    if (connection->state == CONNECTION_DISCONNECTING) {
        connection->attempt_closing = FALSE;
        check_closed(connection);
        return;
    }
    if (policy_try_next_address(connection->failure,
                                connection->state == CONNECTION_CONNECTED) &&
        connection->addresses &&
        connection->address_index + 1 < connection->addresses->len) {
        connection->address_index++;
        connection_begin_attempt(connection);
        return;
    }
    connection->address_index = 0;
    if (!connection->was_connected && !connection->left_rudely &&
        policy_try_another_port(connection->failure)) {
        connection_log(connection, "trying another local port: the gateway may still hold an "
                                   "earlier tunnel from this one");
        connection->left_rudely = TRUE;
        connection->attempts = 1;
        connection_begin_attempt(connection);
        return;
    }
    if (connection->was_connected &&
        profile_get_boolean(connection->profile, FIELD_CONNECTION_RECONNECT) &&
        policy_reconnect(connection->failure, TRUE)) {
        if (connection->failure->code != FAILURE_GATEWAY_CLOSED)
            connection->left_rudely = TRUE;
        schedule_retry(connection);
        return;
    }
    if (connection_may_wait(connection)) {
        schedule_retry(connection);
        return;
    }
    begin_end(connection);
}

void connection_fail_from_error(Connection *connection, Stage stage, FailureCode code,
                            const GError *error)
{
    g_autoptr(Failure) failure = failure_new(stage, code, error->message);

    connection_fail(connection, failure);
}

static void remember(Connection *connection)
{
    Memory *memory = &connection->memory;

    g_free(memory->ike);
    g_free(memory->esp);
    memory->ike = g_strdup(connection->ike);
    memory->esp = g_strdup(connection->esp);
    memory_store(manager_state_file(connection->manager),
                 profile_get_string(connection->profile, FIELD_CONNECTION_UUID),
                 profile_get_string(connection->profile, FIELD_CONNECTION_GATEWAY), memory);
}

void connection_complete(Connection *connection)
{
    remember(connection);
    g_clear_pointer(&connection->failure, failure_free);
    if (connection->state == CONNECTION_RECONNECTING)
        connection->reconnects++;
    connection->was_connected = TRUE;
    connection->attempts = 0;
    connection->redirects = 0;
    connection_set_state(connection, CONNECTION_CONNECTED, STAGE_CONNECTED);
}

/* ---- the attempt's events ---- */

static void on_network_up(const PlanNegotiated *negotiated, const GatewayPath *path, gpointer data)
{
    connection_network_apply(data, negotiated, path);
}

static void on_stage(Stage stage, const char *text, gpointer data)
{
    Connection *connection = data;

    if (connection->state == CONNECTION_DISCONNECTING)
        return;
    if (stage == STAGE_NETWORK && text) {
        g_free(connection->authentication);
        connection->authentication = g_strdup(text);
    }
    g_clear_pointer(&connection->data_path, g_free);
    connection->data_path = g_strdup(attempt_data_path(connection->attempt));
    connection_set_state(connection, connection->state, stage);
}

static HostLink *on_link_wanted(HostLinkKind kind, gpointer data, GError **error)
{
    Connection *connection = data;

    if (connection->link && host_link_kind(connection->link) != kind && !connection->network)
        g_clear_pointer(&connection->link, host_link_free);
    if (connection->link && host_link_kind(connection->link) != kind) {
        g_set_error_literal(error, HOST_ERROR, HOST_ERROR_NO_PATH,
                            "the interface is of the other kind");
        return NULL;
    }
    if (!connection->link)
        connection->link = host_link_new(manager_host(connection->manager), kind, error);
    return connection->link;
}

static void on_secret_wanted(PppSecretKind kind, const Failure *refused, gpointer data)
{
    connection_ask_password(data, kind, refused);
}

/* Nothing was sent yet; the answer begins another attempt. */
static void on_passphrase_wanted(const Failure *reason, gboolean fresh, gpointer data)
{
    Connection *connection = data;
    g_autoptr(Failure) copy = failure_copy(reason);

    drop_attempt(connection);
    connection_ask_passphrase(connection, copy, fresh);
}

/* The service tells how long it is till then, once; it does not have to be asked again. */
static gint64 moment(guint seconds)
{
    return seconds > 0 ? g_get_real_time() / G_USEC_PER_SEC + seconds : 0;
}

static void on_ike_changed(const IkeInfo *info, gpointer data)
{
    Connection *connection = data;
    static const char *const nat[] = { "none", "local", "remote", "both" };

    g_free(connection->ike);
    g_free(connection->esp);
    connection->ike = g_strdup(info->ike_suite);
    connection->esp = g_strdup(info->esp_suite);
    connection->weak = info->ike_weak || info->esp_weak;
    connection->ike_renewal = moment(info->ike_expires);
    connection->esp_renewal = moment(info->esp_expires);
    connection->nat = nat[(info->nat_local ? 1 : 0) + (info->nat_remote ? 2 : 0)];
    connection_tell(connection);
}

static void on_attempt_log(const char *line, gpointer data)
{
    connection_log(data, line);
}

static void on_redirected(const char *text, gpointer data)
{
    Connection *connection = data;
    IpAddress address;

    /* It may be said instead of opening a call, not in the midst of one. */
    if (connection->state == CONNECTION_DISCONNECTING ||
        connection->state == CONNECTION_CONNECTED || ++connection->redirects > REDIRECTS_MAX ||
        !ip_address_parse(text, &address) || !ip_address_is_usable(&address)) {
        g_autoptr(Failure) failure = failure_new_printf(STAGE_L2TP, FAILURE_L2TP_REFUSED,
                                                        "sent on to \"%s\"", text);
        connection_fail(connection, failure);
        return;
    }
    g_autofree char *line = g_strdup_printf("the gateway sends us on to %s", text);
    connection_log(connection, line);
    drop_attempt(connection);
    g_array_set_size(connection->addresses, 0);
    g_array_append_val(connection->addresses, address);
    connection->address_index = 0;
    connection_begin_attempt(connection);
}

static void on_attempt_failed(const Failure *failure, gpointer data)
{
    connection_fail(data, failure);
}

static void on_attempt_closed(gpointer data)
{
    Connection *connection = data;

    connection->attempt_closing = FALSE;
    check_closed(connection);
}

static const AttemptEvents attempt_events = {
    .stage = on_stage,
    .link_wanted = on_link_wanted,
    .passphrase_wanted = on_passphrase_wanted,
    .secret_wanted = on_secret_wanted,
    .network_up = on_network_up,
    .ike_changed = on_ike_changed,
    .log = on_attempt_log,
    .redirected = on_redirected,
    .failed = on_attempt_failed,
    .closed = on_attempt_closed,
};

/* ---- an attempt ---- */

static void start_at_address(Connection *connection)
{
    IpAddress *address =
        &g_array_index(connection->addresses, IpAddress, connection->address_index);

    g_free(connection->gateway);
    connection->gateway = ip_address_to_string(address);
    connection_network_repin(connection, address);
    attempt_start(connection->attempt, address);
    connection_network_watch_attempt(connection);
}

gboolean connection_restart(Connection *connection)
{
    if (connection->state != CONNECTION_CONNECTING)
        return FALSE;
    /* A question that is open would be asked once more; what was begun fails by itself. */
    if (connection->secret_field || connection->restarts >= RESTARTS_MAX)
        return TRUE;
    connection->restarts++;
    connection_log(connection, "this computer's network has changed, beginning again");
    drop_attempt(connection);
    connection->address_index = 0;
    connection_begin_attempt(connection);
    return TRUE;
}

static void on_resolved(GPtrArray *addresses, const Failure *failure, gpointer data)
{
    Connection *connection = data;

    if (failure && connection->addresses) {
        /* Names cannot be looked up where the tunnel was the way to the name servers; the
         * gateway is most likely where it was. */
        g_clear_pointer(&connection->resolve, resolve_free);
        start_at_address(connection);
        return;
    }
    if (failure) {
        g_autoptr(Failure) copy = failure_copy(failure);
        connection_fail(connection, copy);
        return;
    }
    g_clear_pointer(&connection->resolve, resolve_free);
    g_clear_pointer(&connection->addresses, g_array_unref);
    connection->addresses = g_array_new(FALSE, TRUE, sizeof(IpAddress));
    for (guint i = 0; i < addresses->len; i++) {
        IpAddress address = ip_address_none();
        gsize size = g_inet_address_get_native_size(addresses->pdata[i]);

        address.family = size == 4 ? AF_INET : AF_INET6;
        memcpy(address.bytes, g_inet_address_to_bytes(addresses->pdata[i]), size);
        g_array_append_val(connection->addresses, address);
    }
    start_at_address(connection);
}

void connection_begin_attempt(Connection *connection)
{
    gboolean ipsec = profile_get_boolean(connection->profile, FIELD_IPSEC_ENABLED);

    if (connection->state == CONNECTION_CONNECTING)
        connection_set_state(connection, connection->state, STAGE_PREPARE);
    if (!connection_have_secrets(connection))
        return;
    connection->reqid = manager_take_reqid(connection->manager);
    /* A gateway that still holds the lost tunnel may deliver what comes from the same port to
     * it (xl2tpd with the kernel's L2TP does); others insist on 1701: by turns. */
    gboolean any_port = connection->left_rudely &&
                        (connection->attempts < 4 || connection->attempts % 2 == 1);
    AttemptConfig config = {
        .host = manager_host(connection->manager),
        .service = ipsec ? manager_ike_service(connection->manager) : NULL,
        .tunnel_program = manager_tunnel_path(connection->manager),
        .profile = connection->profile,
        .psk = connection->psk,
        .password = connection->password,
        .key_passphrase = connection->key_passphrase,
        .passphrase_typed = connection->passphrase_typed,
        .reqid = connection->reqid,
        .remembered_ike = connection->memory.ike,
        .remembered_esp = connection->memory.esp,
        .any_port = any_port,
        .link_ifindex = connection->link ? host_link_ifindex(connection->link) : 0,
    };
    if (connection->plan && connection->plan->ipv4_address.family == AF_INET)
        memcpy(&config.ipv4_address, connection->plan->ipv4_address.bytes, 4);
    connection->attempt = attempt_new(&config, &attempt_events, connection);
    connection->passphrase_typed = FALSE;
    /* Where the known addresses lead nowhere, the name is looked up again. */
    gboolean look_up = !connection->addresses ||
                       (connection->state == CONNECTION_RECONNECTING && connection->attempts > 2 &&
                        connection->address_index == 0);
    if (!look_up) {
        start_at_address(connection);
        return;
    }
    connection_network_release_dns(connection);
    connection_set_state(connection, connection->state, STAGE_RESOLVE);
    connection->resolve =
        resolve_start(profile_get_string(connection->profile, FIELD_CONNECTION_GATEWAY),
                      on_resolved, connection);
}

/* ---- the owner's side ---- */

void connection_start(Connection *connection)
{
    g_autoptr(GError) error = NULL;

    if (connection->state != CONNECTION_DISCONNECTED && connection->state != CONNECTION_FAILED)
        return;
    g_clear_pointer(&connection->failure, failure_free);
    g_clear_pointer(&connection->addresses, g_array_unref);
    connection->address_index = 0;
    connection->attempts = 0;
    connection->redirects = connection->restarts = 0;
    connection->was_connected = connection->left_rudely = FALSE;
    memory_clear(&connection->memory);
    memory_load(manager_state_file(connection->manager),
                profile_get_string(connection->profile, FIELD_CONNECTION_UUID),
                profile_get_string(connection->profile, FIELD_CONNECTION_GATEWAY),
                &connection->memory);
    g_clear_pointer(&connection->refusal, failure_free);
    connection_set_state(connection, CONNECTION_CONNECTING, STAGE_PREPARE);
    if (!profile_validate(connection->profile, &error)) {
        connection_fail_from_error(connection, STAGE_PREPARE, FAILURE_PROFILE_INVALID, error);
        return;
    }
    connection_begin_attempt(connection);
}

void connection_end(Connection *connection, const Failure *failure)
{
    keep_failure(connection, failure);
    begin_end(connection);
}

void connection_stop(Connection *connection)
{
    switch (connection->state) {
    case CONNECTION_DISCONNECTED:
    case CONNECTION_FAILED:
    case CONNECTION_DISCONNECTING:
        return;
    case CONNECTION_CONNECTING: {
        g_autoptr(Failure) cancelled = failure_new(connection->stage, FAILURE_CANCELLED, NULL);
        keep_failure(connection, cancelled);
        break;
    }
    case CONNECTION_CONNECTED:
    case CONNECTION_RECONNECTING:
        g_clear_pointer(&connection->failure, failure_free);
        break;
    }
    begin_end(connection);
}

Connection *connection_new(ConnectionManager *manager, Profile *profile,
                           const ConnectionEvents *events, gpointer data)
{
    Connection *connection = g_rc_box_new0(Connection);

    connection->manager = manager;
    connection->profile = profile_copy(profile);
    connection->events = *events;
    connection->data = data;
    connection->state = CONNECTION_DISCONNECTED;
    connection->stage = STAGE_PREPARE;
    connection->since = g_get_real_time() / G_USEC_PER_SEC;
    connection->local_addresses = g_ptr_array_new_with_free_func(g_free);
    connection->dns = g_ptr_array_new_with_free_func(g_free);
    connection->psk = secret_copy(profile_get_secret(profile, FIELD_IPSEC_PSK));
    connection->password = secret_copy(profile_get_secret(profile, FIELD_PPP_PASSWORD));
    connection->key_passphrase =
        secret_copy(profile_get_secret(profile, FIELD_IPSEC_KEY_PASSPHRASE));
    manager_add(manager, connection);
    return connection;
}

/* Everything is gone by then but plain memory. */
static void connection_clear(gpointer data)
{
    Connection *connection = data;

    g_clear_pointer(&connection->failure, failure_free);
    g_clear_pointer(&connection->refusal, failure_free);
    memory_clear(&connection->memory);
    g_clear_pointer(&connection->addresses, g_array_unref);
    g_ptr_array_unref(connection->local_addresses);
    g_ptr_array_unref(connection->dns);
    secret_free(connection->psk);
    secret_free(connection->password);
    secret_free(connection->key_passphrase);
    g_free(connection->secret_message);
    g_free(connection->gateway);
    g_free(connection->ike);
    g_free(connection->esp);
    g_free(connection->authentication);
    profile_unref(connection->profile);
}

void connection_unref(Connection *connection)
{
    g_rc_box_release_full(connection, connection_clear);
}

void connection_free(Connection *connection)
{
    if (!connection)
        return;
    connection->freed = TRUE;
    if (connection->attempt)
        manager_adopt(connection->manager, g_steal_pointer(&connection->attempt),
                      connection->reqid);
    drop_attempt(connection);
    connection_network_forget(connection);
    g_clear_handle_id(&connection->changed, g_source_remove);
    manager_remove(connection->manager, connection);
    connection_unref(connection);
}
