/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One attempt at one address of the gateway. */
#include "connection/attempt_private.h"

#include <unistd.h>

#include "connection/settings.h"
#include "host/l2tp_socket.h"
#include "host/xfrm.h"

/* How long a stage may take in all.  The protocols end earlier by their own timers; this is
 * for what none of them sees.  Authentication may wait for a person and has no limit here. */
static guint stage_limit(Stage stage)
{
    switch (stage) {
    case STAGE_PREPARE:
    case STAGE_RESOLVE:
        return 15;
    case STAGE_IPSEC:
        return 60;
    case STAGE_L2TP:
    case STAGE_PPP:
        return 45;
    case STAGE_NETWORK:
        return 40;
    case STAGE_AUTHENTICATION:
    case STAGE_CONNECTED:
        return 0;
    }
    return 0;
}

static gboolean on_deadline(gpointer data)
{
    Attempt *attempt = data;

    attempt->deadline = 0;
    g_autoptr(Failure) failure = failure_new(attempt->stage, FAILURE_TIMEOUT, NULL);
    attempt_fail(attempt, failure);
    return G_SOURCE_REMOVE;
}

static void attempt_set_stage(Attempt *attempt, Stage stage, const char *text)
{
    g_clear_handle_id(&attempt->deadline, g_source_remove);
    attempt->stage = stage;
    if (stage_limit(stage) > 0)
        attempt->deadline = g_timeout_add_seconds(stage_limit(stage), on_deadline, attempt);
    attempt->events.stage(stage, text, attempt->user_data);
}

/* Everything that ends with the attempt, in the order that the kernel wants. */
static void attempt_release(Attempt *attempt)
{
    g_clear_handle_id(&attempt->deadline, g_source_remove);
    g_clear_handle_id(&attempt->idle, g_source_remove);
    g_clear_handle_id(&attempt->prepare_link, g_source_remove);
    g_clear_pointer(&attempt->credentials, credentials_free);
    g_clear_pointer(&attempt->tunnel, tunnel_process_free);
    inner_ipv6_clear(&attempt->ipv6);
    g_clear_pointer(&attempt->channel, host_channel_free);
    g_clear_pointer(&attempt->ike, ike_free);
    if (attempt->socket >= 0)
        close(attempt->socket);
    attempt->socket = -1;
}

void attempt_fail(Attempt *attempt, const Failure *failure)
{
    g_autoptr(Failure) copy = failure_copy(failure);

    if (attempt->state == ATTEMPT_OVER)
        return;
    attempt->state = ATTEMPT_OVER;
    attempt_release(attempt);
    attempt->events.failed(copy, attempt->user_data);
}

void attempt_want_passphrase(Attempt *attempt, const Failure *reason, gboolean fresh)
{
    g_autoptr(Failure) copy = failure_copy(reason);

    attempt->state = ATTEMPT_OVER;
    attempt_release(attempt);
    attempt->events.passphrase_wanted(copy, fresh, attempt->user_data);
}

static gboolean on_pending_failure(gpointer data)
{
    Attempt *attempt = data;
    g_autoptr(Failure) failure = g_steal_pointer(&attempt->pending);

    attempt->idle = 0;
    attempt_fail(attempt, failure);
    return G_SOURCE_REMOVE;
}

/* For what is known inside of a call from outside: told when that call is over.  Takes
 * `failure`. */
static void attempt_fail_later(Attempt *attempt, Failure *failure)
{
    if (attempt->pending || attempt->state == ATTEMPT_OVER) {
        failure_free(failure);
        return;
    }
    attempt->pending = failure;
    attempt->idle = g_idle_add(on_pending_failure, attempt);
}

Failure *attempt_host_failure(Stage stage, const GError *error)
{
    FailureCode code = FAILURE_NETWORK_SETUP;

    if (error->domain == HOST_ERROR) {
        switch ((HostError)error->code) {
        case HOST_ERROR_SYSTEM:
        case HOST_ERROR_BUSY:
            break;
        case HOST_ERROR_VALUES:
            code = FAILURE_NO_ADDRESS;
            break;
        case HOST_ERROR_UNREACHABLE:
            code = FAILURE_NETWORK_UNREACHABLE;
            break;
        case HOST_ERROR_PORT_TAKEN:
            code = FAILURE_PORT_TAKEN;
            break;
        case HOST_ERROR_NO_PATH:
            code = FAILURE_DATA_PATH_MISSING;
            break;
        }
    }
    return failure_new(stage, code, error->message);
}

/* ---- the tunnel process ---- */

static void on_tunnel_stage(Stage stage, const char *text, gpointer data)
{
    Attempt *attempt = data;

    if (attempt->state == ATTEMPT_RUNNING)
        attempt_set_stage(attempt, stage, text);
}

static void on_data_path_wanted(const TunnelDataPath *data_path, gpointer data)
{
    Attempt *attempt = data;

    if (attempt->state != ATTEMPT_RUNNING)
        return;
    attempt->mtu = data_path->mtu;
    attempt_make_data_path(attempt, data_path);
}

static void on_options(const PppOptions *options, gpointer data)
{
    Attempt *attempt = data;
    g_autoptr(GError) error = NULL;

    if (attempt->state == ATTEMPT_RUNNING && attempt->channel &&
        !host_link_configure_ppp(attempt->link, options->mru, TRUE, TRUE, &error)) {
        g_autoptr(Failure) failure = attempt_host_failure(STAGE_PPP, error);
        attempt_fail(attempt, failure);
    }
}

static void tell_network(Attempt *attempt)
{
    const PppNetwork *network = &attempt->network;
    PlanNegotiated negotiated = {
        .address = network->address,
        .peer_address = network->peer_address,
        .dns = { network->dns[0], network->dns[1] },
        .ipv6 = network->ipv6,
        .interface_id = network->interface_id,
        .peer_interface_id = network->peer_interface_id,
        .mtu = attempt->mtu,
    };

    inner_ipv6_fill(&attempt->ipv6, &negotiated);
    attempt->events.network_up(&negotiated, &attempt->path, attempt->user_data);
}

static void on_network_up(const PppNetwork *network, gpointer data)
{
    Attempt *attempt = data;

    if (attempt->state != ATTEMPT_RUNNING)
        return;
    attempt->network = *network;
    attempt->network_up = TRUE;
    g_clear_handle_id(&attempt->deadline, g_source_remove);
    tell_network(attempt);
}

static void on_ipv6_settings(const Dhcp6Settings *settings, gpointer data)
{
    Attempt *attempt = data;

    if (!attempt->network_up || attempt->state != ATTEMPT_RUNNING)
        return;
    inner_ipv6_learn(&attempt->ipv6, settings);
    tell_network(attempt);
}

/* The peer takes less than the path carries, or the path has become another. */
static void on_mtu(guint16 mtu, gpointer data)
{
    Attempt *attempt = data;

    attempt->mtu = mtu;
    if (attempt->network_up && attempt->state == ATTEMPT_RUNNING)
        tell_network(attempt);
}

static void on_secret_wanted(PppSecretKind kind, const Failure *refused, gpointer data)
{
    Attempt *attempt = data;

    if (attempt->state != ATTEMPT_RUNNING)
        return;
    g_clear_handle_id(&attempt->deadline, g_source_remove);
    attempt->events.secret_wanted(kind, refused, attempt->user_data);
}

static void on_tunnel_log(const char *line, gpointer data)
{
    Attempt *attempt = data;

    attempt->events.log(line, attempt->user_data);
}

static void close_ike(Attempt *attempt);

static void on_redirected(const char *text, gpointer data)
{
    Attempt *attempt = data;
    g_autofree char *copy = g_strdup(text);

    if (attempt->state == ATTEMPT_CLOSING_TUNNEL) {
        close_ike(attempt);
        return;
    }
    attempt->state = ATTEMPT_OVER;
    attempt_release(attempt);
    attempt->events.redirected(copy, attempt->user_data);
}

static void on_tunnel_failed(const Failure *failure, gpointer data)
{
    Attempt *attempt = data;

    /* While taking leave it does not matter how the peer took it. */
    if (attempt->state == ATTEMPT_CLOSING_TUNNEL)
        close_ike(attempt);
    else
        attempt_fail(attempt, failure);
}

static void on_tunnel_closed(gpointer data)
{
    Attempt *attempt = data;

    if (attempt->state == ATTEMPT_CLOSING_TUNNEL) {
        close_ike(attempt);
    } else {
        g_autoptr(Failure) failure = failure_new(attempt->stage, FAILURE_GATEWAY_CLOSED, NULL);
        attempt_fail(attempt, failure);
    }
}

static const TunnelProcessEvents tunnel_events = {
    .stage = on_tunnel_stage,
    .data_path_wanted = on_data_path_wanted,
    .mtu = on_mtu,
    .options = on_options,
    .network_up = on_network_up,
    .secret_wanted = on_secret_wanted,
    .ipv6_settings = on_ipv6_settings,
    .log = on_tunnel_log,
    .redirected = on_redirected,
    .failed = on_tunnel_failed,
    .closed = on_tunnel_closed,
};

/* ---- IKE ---- */

static gboolean on_prepare_link(gpointer data)
{
    Attempt *attempt = data;

    attempt->prepare_link = 0;
    if (attempt->state == ATTEMPT_RUNNING)
        attempt_prepare_link(attempt);
    return G_SOURCE_REMOVE;
}

/* From the first word on charon has work, and needs nothing of us for a while. */
static void on_ike_progress(Ike *ike, const char *text, gpointer data)
{
    Attempt *attempt = data;

    if (!attempt->ike_began && attempt->state == ATTEMPT_RUNNING)
        attempt->prepare_link = g_idle_add(on_prepare_link, attempt);
    attempt->ike_began = TRUE;
    attempt->events.log(text, attempt->user_data);
}

static void on_ike_established(Ike *ike, const IkeInfo *info, gpointer data)
{
    Attempt *attempt = data;

    if (attempt->state != ATTEMPT_RUNNING)
        return;
    attempt->events.ike_changed(info, attempt->user_data);
    attempt_set_stage(attempt, STAGE_L2TP, NULL);
    tunnel_process_start(attempt->tunnel, info->rtt_msec * USEC_PER_MSEC);
}

static void on_ike_changed(Ike *ike, const IkeInfo *info, gpointer data)
{
    Attempt *attempt = data;

    attempt->events.ike_changed(info, attempt->user_data);
    if (attempt->tunnel)
        tunnel_process_path_changed(attempt->tunnel);
}

static void on_ike_failed(Ike *ike, const Failure *failure, gpointer data)
{
    Attempt *attempt = data;
    g_autoptr(GError) error = NULL;

    /* A charon that has died took nothing out of the kernel. */
    if (failure->code == FAILURE_CHARON_FAILED &&
        !xfrm_flush(attempt->reqid, attempt->reqid, &error))
        attempt->events.log(error->message, attempt->user_data);
    attempt_fail(attempt, failure);
}

static void on_ike_stopped(Ike *ike, gpointer data)
{
    Attempt *attempt = data;
    g_autoptr(GError) error = NULL;

    attempt->state = ATTEMPT_OVER;
    attempt_release(attempt);
    /* What was sent while there were no keys has left a state behind that waits for some. */
    if (!xfrm_flush(attempt->reqid, attempt->reqid, &error))
        attempt->events.log(error->message, attempt->user_data);
    attempt->events.closed(attempt->user_data);
}

static const IkeEvents ike_events = {
    .progress = on_ike_progress,
    .established = on_ike_established,
    .changed = on_ike_changed,
    .lost = on_ike_failed,
    .vouch_wanted = attempt_vouch,
    .failed = on_ike_failed,
    .stopped = on_ike_stopped,
};

static gboolean on_closed_without_ike(gpointer data)
{
    Attempt *attempt = data;

    attempt->idle = 0;
    on_ike_stopped(NULL, attempt);
    return G_SOURCE_REMOVE;
}

static void close_ike(Attempt *attempt)
{
    attempt->state = ATTEMPT_CLOSING_IKE;
    if (attempt->ike)
        ike_stop(attempt->ike);
    else if (!attempt->idle)
        attempt->idle = g_idle_add(on_closed_without_ike, attempt);
}

/* ---- steps ---- */

static gboolean open_socket(Attempt *attempt, guint16 *ret_port, GError **error)
{
    guint16 port = (guint16)profile_get_uint(attempt->profile, FIELD_L2TP_LOCAL_PORT);
    L2tpSocketConfig config = {
        .path = attempt->path,
        .choice = port > 0 ? L2TP_PORT_FIXED : L2TP_PORT_PREFERRED,
        .port = port,
        .reqid = attempt->service ? attempt->reqid : 0,
        .dscp = profile_get_uint(attempt->profile, FIELD_L2TP_DSCP),
    };

    if (port == 0 && (attempt->any_port ||
                      profile_get_boolean(attempt->profile, FIELD_L2TP_EPHEMERAL_PORT)))
        config.choice = L2TP_PORT_ANY;
    attempt->socket = l2tp_socket_open(&config, ret_port, error);
    return attempt->socket >= 0;
}

static void give_tunnel_its_task(Attempt *attempt)
{
    g_auto(TunnelConfig) config = { 0 };
    struct sockaddr_storage peer;

    settings_tunnel(attempt->profile, attempt->password, &config);
    config.ipv4_address = attempt->ipv4_address;
    tunnel_process_configure(attempt->tunnel, &config);
    ip_address_to_sockaddr(&attempt->gateway, L2TP_PORT, 0, &peer);
    tunnel_process_give_socket(attempt->tunnel, attempt->socket, (struct sockaddr *)&peer);
}

static Failure *start_ike(Attempt *attempt, guint16 port)
{
    g_autofree char *gateway = ip_address_to_string(&attempt->gateway);
    g_autofree char *local = ip_address_to_string(&attempt->path.source);
    Failure *failure = NULL;
    IkeConfig config;

    /* A name of this attempt alone: an earlier one may still be on its way out. */
    g_autofree char *name = g_strdup_printf(
        "%s-%x", profile_get_string(attempt->profile, FIELD_CONNECTION_UUID), attempt->reqid);
    settings_ike(attempt->profile, &attempt->material, &config);
    config.uuid = name;
    config.gateway = gateway;
    config.local_address = local;
    config.local_port = port;
    config.reqid = attempt->reqid;
    config.remembered_ike = attempt->remembered_ike;
    config.remembered_esp = attempt->remembered_esp;
    attempt->ike = ike_new(attempt->service, &config, &ike_events, attempt, &failure);
    if (attempt->ike)
        ike_start(attempt->ike);
    return failure;
}

void attempt_material_ready(Attempt *attempt)
{
    if (!attempt->material_ready || attempt->ike_port == 0 || attempt->ike)
        return;
    Failure *failure = start_ike(attempt, attempt->ike_port);
    if (failure)
        attempt_fail_later(attempt, failure);
}

void attempt_start(Attempt *attempt, const IpAddress *gateway)
{
    g_autoptr(GError) error = NULL;
    guint16 port = 0;

    if (attempt->state != ATTEMPT_PREPARED || attempt->pending)
        return;
    attempt->state = ATTEMPT_RUNNING;
    attempt->gateway = *gateway;
    if (!gateway_path_lookup_below(gateway, attempt->link_ifindex, &attempt->path, &error) ||
        !open_socket(attempt, &port, &error)) {
        attempt_fail_later(attempt, attempt_host_failure(STAGE_RESOLVE, error));
        return;
    }
    give_tunnel_its_task(attempt);
    if (!attempt->service) {
        attempt_set_stage(attempt, STAGE_L2TP, NULL);
        tunnel_process_start(attempt->tunnel, 0);
        return;
    }
    attempt_set_stage(attempt, STAGE_IPSEC, NULL);
    attempt->ike_port = port;
    attempt_material_ready(attempt);
}

void attempt_stop(Attempt *attempt)
{
    if (attempt->state != ATTEMPT_PREPARED && attempt->state != ATTEMPT_RUNNING)
        return;
    g_clear_handle_id(&attempt->deadline, g_source_remove);
    g_clear_handle_id(&attempt->idle, g_source_remove);
    g_clear_handle_id(&attempt->prepare_link, g_source_remove);
    g_clear_pointer(&attempt->pending, failure_free);
    if (attempt->tunnel) {
        attempt->state = ATTEMPT_CLOSING_TUNNEL;
        tunnel_process_stop(attempt->tunnel);
    } else {
        close_ike(attempt);
    }
}

void attempt_secret(Attempt *attempt, PppSecretKind kind, const Secret *secret)
{
    if (attempt->tunnel && attempt->state == ATTEMPT_RUNNING)
        tunnel_process_secret(attempt->tunnel, kind, secret);
}

void attempt_prepare_ipv6(Attempt *attempt, const IpAddress *link_local)
{
    if (attempt->state == ATTEMPT_RUNNING && attempt->link)
        inner_ipv6_prepare(&attempt->ipv6, attempt->link, link_local);
}

void attempt_begin_ipv6(Attempt *attempt)
{
    if (attempt->state == ATTEMPT_RUNNING && attempt->link)
        inner_ipv6_begin(&attempt->ipv6, attempt->link, attempt->profile, attempt->tunnel);
}

const char *attempt_data_path(const Attempt *attempt)
{
    if (!attempt->link)
        return NULL;
    return host_link_kind(attempt->link) == HOST_LINK_PPP ? "kernel" : "user";
}

const GatewayPath *attempt_path(const Attempt *attempt)
{
    return attempt->path.ifindex != 0 ? &attempt->path : NULL;
}

void attempt_hold_service(Attempt *attempt)
{
    if (!attempt->holds)
        ike_service_hold(attempt->service);
    attempt->holds = TRUE;
}

/* Which service is for a token is known once the token has been found. */
static gboolean service_is_known(Attempt *attempt)
{
    return !credentials_is_token(profile_get_string(attempt->profile, FIELD_IPSEC_CERTIFICATE)) &&
           !credentials_is_token(profile_get_string(attempt->profile, FIELD_IPSEC_KEY));
}

Attempt *attempt_new(const AttemptConfig *config, const AttemptEvents *events,
                     gpointer user_data)
{
    Attempt *attempt = g_new0(Attempt, 1);
    g_autoptr(GError) error = NULL;

    attempt->events = *events;
    attempt->user_data = user_data;
    attempt->host = config->host;
    attempt->services = config->service;
    /* Keys and authorities of one user's profiles must not count for another's gateway. */
    if (config->service)
        attempt->service = ike_service_of_user(
            config->service, profile_get_string(config->profile, FIELD_CONNECTION_USER));
    attempt->profile = profile_ref(config->profile);
    attempt->psk = secret_copy(config->psk);
    attempt->password = secret_copy(config->password);
    attempt->key_passphrase = secret_copy(config->key_passphrase);
    attempt->passphrase_typed = config->passphrase_typed;
    attempt->reqid = config->reqid;
    attempt->ipv4_address = config->ipv4_address;
    attempt->remembered_ike = g_strdup(config->remembered_ike);
    attempt->remembered_esp = g_strdup(config->remembered_esp);
    attempt->any_port = config->any_port;
    attempt->link_ifindex = config->link_ifindex;
    attempt->socket = -1;
    attempt->stage = STAGE_PREPARE;
    if (attempt->service && service_is_known(attempt))
        attempt_hold_service(attempt);
    attempt->tunnel =
        tunnel_process_new(config->tunnel_program, &tunnel_events, attempt, &error);
    if (!attempt->tunnel)
        attempt_fail_later(attempt, failure_new(STAGE_PREPARE, FAILURE_TUNNEL_DIED,
                                                error->message));
    if (attempt->service)
        attempt_open_credentials(attempt);
    return attempt;
}

void attempt_free(Attempt *attempt)
{
    if (!attempt)
        return;
    attempt_release(attempt);
    if (attempt->holds)
        ike_service_release(attempt->service);
    g_clear_pointer(&attempt->pending, failure_free);
    secret_free(attempt->psk);
    secret_free(attempt->password);
    secret_free(attempt->key_passphrase);
    ike_material_clear(&attempt->material);
    g_free(attempt->remembered_ike);
    g_free(attempt->remembered_esp);
    profile_unref(attempt->profile);
    g_free(attempt);
}
