/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages between causewayd and causeway-tunnel: one table, a row per type. */
#include "tunnel/protocol_ipv6.h"

#include <string.h>

#define MTU_MIN 68 /* RFC 791 §3.2: what every module must carry */
#define INTERVAL_MAX (24 * 3600 * USEC_PER_SEC)
#define METHODS_ALL (PPP_METHOD_PAP | PPP_METHOD_CHAP_MD5 | PPP_METHOD_MSCHAP | PPP_METHOD_MSCHAPV2)
#define OFFLOADS_ALL 0x7f /* TUN_F_CSUM to TUN_F_USO6 of <linux/if_tun.h> */
#define FORM_ENVELOPE "(yv)"

/* pack and unpack move values, valid says which are allowed; both directions ask it, so that a
 * mistake of the sender's is found where it was made. */
typedef struct {
    TunnelMessageType type;
    guint fds;
    const char *form;
    GVariant *(*pack)(const TunnelMessage *message);
    void (*unpack)(TunnelMessage *message, GVariant *body);
    gboolean (*valid)(const TunnelMessage *message);
} Row;

void tunnel_config_clear(TunnelConfig *config)
{
    g_clear_pointer(&config->host_name, g_free);
    g_clear_pointer(&config->l2tp_secret, secret_free);
    g_clear_pointer(&config->user, g_free);
    g_clear_pointer(&config->password, secret_free);
    memset(config, 0, sizeof *config);
}

/* ---- pieces that several types share */

static GVariant *pack_nothing(const TunnelMessage *message)
{
    return g_variant_new_tuple(NULL, 0);
}

static void unpack_nothing(TunnelMessage *message, GVariant *body)
{
}

static gboolean valid_nothing(const TunnelMessage *message)
{
    return TRUE;
}

/* A maybe of bytes that stand where the Secret holds them: no copy is left behind. */
static GVariant *pack_secret(const Secret *secret)
{
    GVariant *bytes = NULL;

    if (secret)
        bytes = g_variant_new_from_data(G_VARIANT_TYPE_BYTESTRING, secret_data(secret),
                                        secret_length(secret), TRUE, NULL, NULL);
    return g_variant_new_maybe(G_VARIANT_TYPE_BYTESTRING, bytes);
}

static Secret *unpack_secret(GVariant *maybe)
{
    g_autoptr(GVariant) bytes = g_variant_get_maybe(maybe);

    return bytes ? secret_new(g_variant_get_data(bytes), g_variant_get_size(bytes)) : NULL;
}

static gboolean secret_fits(const Secret *secret)
{
    return !secret || secret_length(secret) <= TUNNEL_SECRET_MAX;
}

/* Text of the tunnel's may end on a terminal: it comes clean, or it does not come. */
static gboolean text_fits(const char *text)
{
    if (strlen(text) > TUNNEL_TEXT_MAX || !g_utf8_validate(text, -1, NULL))
        return FALSE;
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        if (g_unichar_iscntrl(g_utf8_get_char(p)))
            return FALSE;
    }
    return TRUE;
}

static gboolean name_fits(const char *name)
{
    return name && strlen(name) <= TUNNEL_NAME_MAX && g_utf8_validate(name, -1, NULL);
}

/* Stages that a tunnel process has a say in. */
static gboolean stage_fits(guint stage)
{
    return stage >= STAGE_L2TP && stage < STAGE_COUNT;
}

static GVariant *pack_failure(const Failure *failure)
{
    return g_variant_new("(yqms)", (guchar)failure->stage, (guint16)failure->code, failure->detail);
}

/* The values are checked here, before they become an enum. */
static Failure *unpack_failure(GVariant *value)
{
    guchar stage;
    guint16 code;
    const char *detail;

    g_variant_get(value, "(yqm&s)", &stage, &code, &detail);
    if (!stage_fits(stage) || code >= FAILURE_CODE_COUNT || (detail && !text_fits(detail)))
        return NULL;
    return failure_new((Stage)stage, (FailureCode)code, detail);
}

static gboolean failure_fits(const Failure *failure)
{
    return stage_fits(failure->stage) && (guint)failure->code < FAILURE_CODE_COUNT &&
           (!failure->detail || text_fits(failure->detail));
}

/* ---- parent to tunnel */

static GVariant *pack_configure(const TunnelMessage *message)
{
    const TunnelConfig *c = &message->config;

    return g_variant_new("(s@maybqtbs@mayuqqbbbbubbtu)", c->host_name ? c->host_name : "",
                         pack_secret(c->l2tp_secret), c->hide_avps != FALSE, c->receive_window,
                         c->hello_interval, c->sequencing != FALSE, c->user ? c->user : "",
                         pack_secret(c->password), c->methods, c->mru, c->mtu, c->pfc != FALSE,
                         c->acfc != FALSE, c->ipv4 != FALSE, c->ipv6 != FALSE, c->ipv4_address,
                         c->dns != FALSE, c->nbns != FALSE, c->echo_interval, c->echo_failures);
}

static void unpack_configure(TunnelMessage *message, GVariant *body)
{
    TunnelConfig *c = &message->config;
    g_autoptr(GVariant) l2tp_secret = NULL;
    g_autoptr(GVariant) password = NULL;

    g_variant_get(body, "(s@maybqtbs@mayuqqbbbbubbtu)", &c->host_name, &l2tp_secret, &c->hide_avps,
                  &c->receive_window, &c->hello_interval, &c->sequencing, &c->user, &password,
                  &c->methods, &c->mru, &c->mtu, &c->pfc, &c->acfc, &c->ipv4, &c->ipv6,
                  &c->ipv4_address, &c->dns, &c->nbns, &c->echo_interval, &c->echo_failures);
    c->l2tp_secret = unpack_secret(l2tp_secret);
    c->password = unpack_secret(password);
}

static gboolean valid_configure(const TunnelMessage *message)
{
    const TunnelConfig *c = &message->config;

    return name_fits(c->host_name) && c->host_name[0] != '\0' && name_fits(c->user) &&
           secret_fits(c->l2tp_secret) && secret_fits(c->password) &&
           (!c->hide_avps || c->l2tp_secret) && (c->methods & ~METHODS_ALL) == 0 &&
           c->methods != 0 && (c->mru == 0 || c->mru >= MTU_MIN) &&
           (c->mtu == 0 || c->mtu >= MTU_MIN) && (c->ipv4 || c->ipv6) &&
           c->hello_interval <= INTERVAL_MAX && c->echo_interval <= INTERVAL_MAX &&
           c->echo_failures <= 100;
}

static GVariant *pack_peer(const TunnelMessage *message)
{
    const struct sockaddr_in *in = (const struct sockaddr_in *)&message->peer;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&message->peer;
    gboolean v4 = message->peer.ss_family == AF_INET;
    const void *address = v4 ? (const void *)&in->sin_addr : &in6->sin6_addr;

    return g_variant_new("(@ayqu)",
                         g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, address, v4 ? 4 : 16, 1),
                         ntohs(v4 ? in->sin_port : in6->sin6_port), v4 ? 0 : in6->sin6_scope_id);
}

static void unpack_peer(TunnelMessage *message, GVariant *body)
{
    struct sockaddr_in *in = (struct sockaddr_in *)&message->peer;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&message->peer;
    g_autoptr(GVariant) address = NULL;
    guint16 port;
    guint32 scope;

    g_variant_get(body, "(@ayqu)", &address, &port, &scope);
    if (g_variant_get_size(address) == sizeof in->sin_addr && scope == 0) {
        in->sin_family = AF_INET;
        in->sin_port = htons(port);
        memcpy(&in->sin_addr, g_variant_get_data(address), sizeof in->sin_addr);
    } else if (g_variant_get_size(address) == sizeof in6->sin6_addr) {
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(port);
        in6->sin6_scope_id = scope;
        memcpy(&in6->sin6_addr, g_variant_get_data(address), sizeof in6->sin6_addr);
    }
}

static gboolean valid_peer(const TunnelMessage *message)
{
    if (message->peer.ss_family == AF_INET)
        return ((const struct sockaddr_in *)&message->peer)->sin_port != 0;
    return message->peer.ss_family == AF_INET6 &&
           ((const struct sockaddr_in6 *)&message->peer)->sin6_port != 0;
}

static GVariant *pack_start(const TunnelMessage *message)
{
    return g_variant_new("(t)", message->rtt);
}

static void unpack_start(TunnelMessage *message, GVariant *body)
{
    g_variant_get(body, "(t)", &message->rtt);
}

static gboolean valid_start(const TunnelMessage *message)
{
    return message->rtt <= TUNNEL_RTT_MAX;
}

static GVariant *pack_user_path(const TunnelMessage *message)
{
    return g_variant_new("(u)", message->offloads);
}

static void unpack_user_path(TunnelMessage *message, GVariant *body)
{
    g_variant_get(body, "(u)", &message->offloads);
}

static gboolean valid_user_path(const TunnelMessage *message)
{
    return (message->offloads & ~OFFLOADS_ALL) == 0;
}

static GVariant *pack_secret_message(const TunnelMessage *message)
{
    return g_variant_new("(y@may)", (guchar)message->secret_kind, pack_secret(message->secret));
}

static void unpack_secret_message(TunnelMessage *message, GVariant *body)
{
    g_autoptr(GVariant) secret = NULL;
    guchar kind;

    g_variant_get(body, "(y@may)", &kind, &secret);
    message->secret_kind = (PppSecretKind)kind;
    message->secret = unpack_secret(secret);
}

static gboolean secret_kind_fits(PppSecretKind kind)
{
    return kind == PPP_SECRET_PASSWORD || kind == PPP_SECRET_NEW_PASSWORD;
}

static gboolean valid_secret_message(const TunnelMessage *message)
{
    return secret_kind_fits(message->secret_kind) && secret_fits(message->secret);
}

/* ---- tunnel to parent */

static GVariant *pack_stage(const TunnelMessage *message)
{
    return g_variant_new("(yms)", (guchar)message->stage, message->text);
}

static void unpack_stage(TunnelMessage *message, GVariant *body)
{
    guchar stage;

    g_variant_get(body, "(yms)", &stage, &message->text);
    message->stage = (Stage)stage;
}

static gboolean valid_stage(const TunnelMessage *message)
{
    return stage_fits(message->stage) && (!message->text || text_fits(message->text));
}

static GVariant *pack_data_path(const TunnelMessage *message)
{
    const L2tpSession *s = &message->data_path.session;

    return g_variant_new("(qqqqbqq)", s->tunnel_id, s->peer_tunnel_id, s->session_id,
                         s->peer_session_id, s->sequencing != FALSE, message->data_path.path_mtu,
                         message->data_path.mtu);
}

static void unpack_data_path(TunnelMessage *message, GVariant *body)
{
    L2tpSession *s = &message->data_path.session;

    g_variant_get(body, "(qqqqbqq)", &s->tunnel_id, &s->peer_tunnel_id, &s->session_id,
                  &s->peer_session_id, &s->sequencing, &message->data_path.path_mtu,
                  &message->data_path.mtu);
}

/* An id of zero is never assigned (RFC 2661 §4.4.3, §4.4.4). */
static gboolean valid_data_path(const TunnelMessage *message)
{
    const L2tpSession *s = &message->data_path.session;

    return s->tunnel_id != 0 && s->peer_tunnel_id != 0 && s->session_id != 0 &&
           s->peer_session_id != 0 && message->data_path.mtu >= MTU_MIN &&
           message->data_path.mtu <= message->data_path.path_mtu;
}

static GVariant *pack_mtu(const TunnelMessage *message)
{
    return g_variant_new("(q)", message->mtu);
}

static void unpack_mtu(TunnelMessage *message, GVariant *body)
{
    g_variant_get(body, "(q)", &message->mtu);
}

static gboolean valid_mtu(const TunnelMessage *message)
{
    return message->mtu >= MTU_MIN;
}

static GVariant *pack_options(const TunnelMessage *message)
{
    const PppOptions *o = &message->options;

    return g_variant_new("(qqbb)", o->peer_mru, o->mru, o->pfc != FALSE, o->acfc != FALSE);
}

static void unpack_options(TunnelMessage *message, GVariant *body)
{
    PppOptions *o = &message->options;

    g_variant_get(body, "(qqbb)", &o->peer_mru, &o->mru, &o->pfc, &o->acfc);
}

static gboolean valid_options(const TunnelMessage *message)
{
    return message->options.peer_mru >= MTU_MIN && message->options.mru >= MTU_MIN;
}

static GVariant *pack_network(const TunnelMessage *message)
{
    const PppNetwork *n = &message->network;

    return g_variant_new("(uuuuuubtt)", n->address, n->peer_address, n->dns[0], n->dns[1],
                         n->nbns[0], n->nbns[1], n->ipv6 != FALSE, n->interface_id,
                         n->peer_interface_id);
}

static void unpack_network(TunnelMessage *message, GVariant *body)
{
    PppNetwork *n = &message->network;

    g_variant_get(body, "(uuuuuubtt)", &n->address, &n->peer_address, &n->dns[0], &n->dns[1],
                  &n->nbns[0], &n->nbns[1], &n->ipv6, &n->interface_id, &n->peer_interface_id);
}

gboolean tunnel_address_is_host(guint32 address)
{
    guint8 first = (guint8)(ntohl(address) >> 24);

    return first != 0 && first != 127 && first < 224;
}

static gboolean valid_network(const TunnelMessage *message)
{
    const PppNetwork *n = &message->network;
    const guint32 others[] = { n->address, n->peer_address, n->dns[0], n->dns[1],
                               n->nbns[0], n->nbns[1] };

    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        if (others[i] != 0 && !tunnel_address_is_host(others[i]))
            return FALSE;
    }
    return (n->address != 0 || n->ipv6) && (!n->ipv6 || n->interface_id != 0);
}

static GVariant *pack_secret_wanted(const TunnelMessage *message)
{
    GVariant *failure = message->failure ? pack_failure(message->failure) : NULL;

    return g_variant_new("(y@m(yqms))", (guchar)message->secret_kind,
                         g_variant_new_maybe(G_VARIANT_TYPE("(yqms)"), failure));
}

static void unpack_secret_wanted(TunnelMessage *message, GVariant *body)
{
    g_autoptr(GVariant) maybe = NULL;
    g_autoptr(GVariant) failure = NULL;
    guchar kind;

    g_variant_get(body, "(y@m(yqms))", &kind, &maybe);
    message->secret_kind = (PppSecretKind)kind;
    failure = g_variant_get_maybe(maybe);
    message->failure = failure ? unpack_failure(failure) : NULL;
    /* A failure that was there and cannot be one spoils the message. */
    if (failure && !message->failure)
        message->secret_kind = (PppSecretKind)G_MAXUINT8;
}

static gboolean valid_secret_wanted(const TunnelMessage *message)
{
    return secret_kind_fits(message->secret_kind) &&
           (!message->failure || failure_fits(message->failure));
}

static GVariant *pack_statistics(const TunnelMessage *message)
{
    const TunnelStatistics *s = &message->statistics;

    return g_variant_new("(tttttttbb)", s->rx_bytes, s->rx_packets, s->tx_bytes, s->tx_packets,
                         s->rx_dropped, s->tx_dropped, s->rtt, s->segmentation_offload != FALSE,
                         s->receive_offload != FALSE);
}

static void unpack_statistics(TunnelMessage *message, GVariant *body)
{
    TunnelStatistics *s = &message->statistics;

    g_variant_get(body, "(tttttttbb)", &s->rx_bytes, &s->rx_packets, &s->tx_bytes, &s->tx_packets,
                  &s->rx_dropped, &s->tx_dropped, &s->rtt, &s->segmentation_offload,
                  &s->receive_offload);
}

static GVariant *pack_text(const TunnelMessage *message)
{
    return g_variant_new("(s)", message->text ? message->text : "");
}

static void unpack_text(TunnelMessage *message, GVariant *body)
{
    g_variant_get(body, "(s)", &message->text);
}

static gboolean valid_text(const TunnelMessage *message)
{
    return message->text && text_fits(message->text);
}

static GVariant *pack_failed(const TunnelMessage *message)
{
    return pack_failure(message->failure);
}

static void unpack_failed(TunnelMessage *message, GVariant *body)
{
    message->failure = unpack_failure(body);
}

static gboolean valid_failed(const TunnelMessage *message)
{
    return message->failure && failure_fits(message->failure);
}

static const Row rows[] = {
    { TUNNEL_CONFIGURE, 0, "(smaybqtbsmayuqqbbbbubbtu)", pack_configure, unpack_configure,
      valid_configure },
    { TUNNEL_SOCKET, 1, "(ayqu)", pack_peer, unpack_peer, valid_peer },
    { TUNNEL_START, 0, "(t)", pack_start, unpack_start, valid_start },
    { TUNNEL_KERNEL_PATH, 2, "()", pack_nothing, unpack_nothing, valid_nothing },
    { TUNNEL_USER_PATH, 1, "(u)", pack_user_path, unpack_user_path, valid_user_path },
    { TUNNEL_SECRET, 0, "(ymay)", pack_secret_message, unpack_secret_message,
      valid_secret_message },
    { TUNNEL_PATH_CHANGED, 0, "()", pack_nothing, unpack_nothing, valid_nothing },
    { TUNNEL_STATISTICS_WANTED, 0, "()", pack_nothing, unpack_nothing, valid_nothing },
    { TUNNEL_STOP, 0, "()", pack_nothing, unpack_nothing, valid_nothing },
    { TUNNEL_IPV6, 2, "(aybb)", tunnel_pack_ipv6, tunnel_unpack_ipv6, valid_nothing },
    { TUNNEL_READY, 0, "()", pack_nothing, unpack_nothing, valid_nothing },
    { TUNNEL_STAGE, 0, "(yms)", pack_stage, unpack_stage, valid_stage },
    { TUNNEL_PEER, 0, "(ayqu)", pack_peer, unpack_peer, valid_peer },
    { TUNNEL_DATA_PATH_WANTED, 0, "(qqqqbqq)", pack_data_path, unpack_data_path, valid_data_path },
    { TUNNEL_MTU, 0, "(q)", pack_mtu, unpack_mtu, valid_mtu },
    { TUNNEL_OPTIONS, 0, "(qqbb)", pack_options, unpack_options, valid_options },
    { TUNNEL_NETWORK_UP, 0, "(uuuuuubtt)", pack_network, unpack_network, valid_network },
    { TUNNEL_NETWORK_DOWN, 0, "()", pack_nothing, unpack_nothing, valid_nothing },
    { TUNNEL_SECRET_WANTED, 0, "(ym(yqms))", pack_secret_wanted, unpack_secret_wanted,
      valid_secret_wanted },
    { TUNNEL_STATISTICS, 0, "(tttttttbb)", pack_statistics, unpack_statistics, valid_nothing },
    { TUNNEL_LOG, 0, "(s)", pack_text, unpack_text, valid_text },
    { TUNNEL_FAILED, 0, "(yqms)", pack_failed, unpack_failed, valid_failed },
    { TUNNEL_REDIRECTED, 0, "(s)", pack_text, unpack_text, valid_text },
    { TUNNEL_IPV6_SETTINGS, 0, "(ayaayas)", tunnel_pack_settings, tunnel_unpack_settings,
      tunnel_valid_settings },
    { TUNNEL_CLOSED, 0, "()", pack_nothing, unpack_nothing, valid_nothing },
};

static const Row *row_of(guint type)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if ((guint)rows[i].type == type)
            return &rows[i];
    }
    return NULL;
}

guint tunnel_message_fds(TunnelMessageType type)
{
    const Row *row = row_of(type);

    return row ? row->fds : 0;
}

guint8 *tunnel_message_encode(const TunnelMessage *message, gsize *ret_length)
{
    const Row *row = row_of(message->type);

    if (!row || !row->valid(message))
        return NULL;

    g_autoptr(GVariant) envelope = g_variant_ref_sink(
        g_variant_new(FORM_ENVELOPE, (guchar)message->type, row->pack(message)));
    gsize length = g_variant_get_size(envelope);
    guint8 *bytes = g_malloc(length);

    g_variant_store(envelope, bytes);
    *ret_length = length;
    return bytes;
}

void tunnel_message_bytes_free(guint8 *bytes, gsize length)
{
    if (bytes)
        explicit_bzero(bytes, length);
    g_free(bytes);
}

static gboolean decode_body(TunnelMessage *message, TunnelDirection direction, GVariant *envelope)
{
    g_autoptr(GVariant) body = NULL;
    guchar type;

    g_variant_get(envelope, FORM_ENVELOPE, &type, &body);
    if ((type >= TUNNEL_READY) != (direction == TUNNEL_TO_PARENT))
        return FALSE;

    const Row *row = row_of(type);
    if (!row || !g_variant_is_of_type(body, G_VARIANT_TYPE(row->form)))
        return FALSE;

    message->type = row->type;
    row->unpack(message, body);
    return row->valid(message);
}

gboolean tunnel_message_decode(TunnelMessage *message, TunnelDirection direction,
                               const guint8 *data, gsize length)
{
    gboolean ok = FALSE;

    tunnel_message_init(message, 0);
    if (length == 0 || length > TUNNEL_MESSAGE_MAX)
        return FALSE;

    /* GVariant wants its data aligned; a copy of ours can be wiped, one of its own cannot. */
    guint8 *copy = g_memdup2(data, length);
    g_autoptr(GVariant) envelope = g_variant_ref_sink(g_variant_new_from_data(
        G_VARIANT_TYPE(FORM_ENVELOPE), copy, length, FALSE, NULL, NULL));

    if (g_variant_is_normal_form(envelope))
        ok = decode_body(message, direction, envelope);
    if (!ok)
        tunnel_message_clear(message);
    g_clear_pointer(&envelope, g_variant_unref);
    tunnel_message_bytes_free(copy, length);
    return ok;
}
