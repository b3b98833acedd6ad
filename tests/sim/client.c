/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our end: both engines, joined. */
#include "client.h"

#include <string.h>

#define PING_INTERVAL (250 * USEC_PER_MSEC)
#define EARLY_MAX 4

static void send_frame(Client *client, const guint8 *frame, gsize length)
{
    guint8 packet[L2TP_DATA_HEADER_MAX + 2 + 2048];
    L2tpData data = { .tunnel_id = client->session.peer_tunnel_id,
                      .session_id = client->session.peer_session_id };

    g_assert_cmpuint(length, <=, 2048);
    l2tp_sequence_send(&client->sequence, &data);
    gsize at = l2tp_data_build(&data, FALSE, packet);
    packet[at++] = 0xff;
    packet[at++] = 0x03;
    memcpy(packet + at, frame, length);
    world_send(client->world, TO_LNS, packet, at + length);
}

static void fail(Client *client, const Failure *failure)
{
    if (client->world->loud)
        g_print("# client failed: %s %s: %s\n", stage_name(failure->stage),
            failure_code_name(failure->code), failure->detail ? failure->detail : "");
    if (!client->failure)
        client->failure = failure_copy(failure);
    client->network_up = FALSE;
}

static void data_input(Client *client, const guint8 *packet, gsize length);

static void ppp_begin(Client *client)
{
    g_autoptr(GPtrArray) early = g_steal_pointer(&client->early);

    client->up_at = client->world->now;
    client->ppp_config.rtt = l2tp_tunnel_rtt(client->l2tp);
    client->ppp = ppp_link_new(&client->ppp_config, client->entropy);
    ppp_link_open(client->ppp, client->world->now);
    for (guint i = 0; i < early->len; i++) {
        gsize size;
        const guint8 *bytes = g_bytes_get_data(early->pdata[i], &size);
        data_input(client, bytes, size);
    }
}

static gboolean l2tp_effect(Client *client)
{
    L2tpEffect effect;

    if (!l2tp_tunnel_next(client->l2tp, &effect))
        return FALSE;
    switch (effect.type) {
    case L2TP_EFFECT_SEND:
        world_send(client->world, TO_LNS, effect.packet, effect.length);
        break;
    case L2TP_EFFECT_TUNNEL_UP:
        client->tunnel_at = client->world->now;
        break;
    case L2TP_EFFECT_SESSION:
        client->session = effect.session;
        l2tp_sequence_init(&client->sequence, effect.session.sequencing);
        break;
    case L2TP_EFFECT_UP:
        ppp_begin(client);
        break;
    case L2TP_EFFECT_REDIRECT:
        client->redirected = TRUE;
        break;
    case L2TP_EFFECT_FAILED:
        fail(client, effect.failure);
        g_clear_pointer(&client->ppp, ppp_link_free);
        break;
    case L2TP_EFFECT_CLOSED:
        client->closed = TRUE;
        break;
    }
    return TRUE;
}

static gboolean ppp_effect(Client *client)
{
    PppEffect effect;

    if (!client->ppp || !ppp_link_next(client->ppp, &effect))
        return FALSE;
    switch (effect.type) {
    case PPP_EFFECT_SEND:
        send_frame(client, effect.packet, effect.length);
        break;
    case PPP_EFFECT_STAGE:
    case PPP_EFFECT_OPTIONS:
        break;
    case PPP_EFFECT_SECRET_WANTED:
        /* The user gives up. */
        ppp_link_secret(client->ppp, client->world->now, effect.secret_kind, NULL);
        break;
    case PPP_EFFECT_NETWORK_UP:
        client->network = effect.network;
        client->network_up = effect.network.address != 0;
        if (client->network_up && client->network_at == 0)
            client->network_at = client->world->now;
        client->ping_at = client->network_up ? client->world->now : client->ping_at;
        break;
    case PPP_EFFECT_NETWORK_DOWN:
        client->network_up = FALSE;
        break;
    case PPP_EFFECT_FAILED:
        fail(client, effect.failure);
        l2tp_tunnel_close(client->l2tp, client->world->now);
        break;
    case PPP_EFFECT_CLOSED:
        l2tp_tunnel_close(client->l2tp, client->world->now);
        break;
    }
    return TRUE;
}

static void effects(Client *client)
{
    guint count = 0;

    while (l2tp_effect(client) || ppp_effect(client))
        g_assert_cmpuint(++count, <, 1000);
}

static void data_input(Client *client, const guint8 *packet, gsize length)
{
    L2tpData data;

    if (!client->ppp) {
        if (client->early && client->early->len < EARLY_MAX)
            g_ptr_array_add(client->early, g_bytes_new(packet, length));
        return;
    }
    if (!l2tp_data_parse(packet, length, &data) ||
        data.tunnel_id != client->session.tunnel_id ||
        data.session_id != client->session.session_id ||
        !l2tp_sequence_receive(&client->sequence, &data))
        return;
    l2tp_tunnel_seen(client->l2tp, client->world->now);
    Reader reader = reader_init(data.payload, data.length);
    if (data.length >= 2 && data.payload[0] == 0xff && data.payload[1] == 0x03)
        reader_skip(&reader, 2);
    guint16 protocol = reader_u8(&reader);
    if (!(protocol & 1))
        protocol = (guint16)(protocol << 8 | reader_u8(&reader));
    if (protocol == 0x0021) {
        client->pongs += client->network_up && reader_left(&reader) == 28;
        ppp_link_seen(client->ppp, client->world->now);
    } else {
        ppp_link_input(client->ppp, client->world->now, data.payload, data.length);
    }
}

static void input(gpointer self, Usec now, const guint8 *packet, gsize length)
{
    Client *client = self;

    if (l2tp_packet_is_control(packet, length))
        l2tp_tunnel_input(client->l2tp, now, packet, length);
    else
        data_input(client, packet, length);
    effects(client);
}

/* An IPv4 header and eight octets, from our address. */
static void ping(Client *client)
{
    guint8 packet[2 + 28] = { 0x00, 0x21, 0x45, 0, 0, 28 };

    memcpy(packet + 2 + 12, &client->network.address, 4);
    packet[2 + 20] = (guint8)client->pings++;
    send_frame(client, packet, sizeof packet);
    client->ping_at = usec_add(client->world->now, PING_INTERVAL);
}

static gboolean pings(const Client *client)
{
    return client->network_up && !client_is_content(client) && !client->closing;
}

static void tick(gpointer self, Usec now)
{
    Client *client = self;

    if (l2tp_tunnel_deadline(client->l2tp) <= now)
        l2tp_tunnel_tick(client->l2tp, now);
    if (client->ppp && ppp_link_deadline(client->ppp) <= now)
        ppp_link_tick(client->ppp, now);
    effects(client);
    if (pings(client) && client->ping_at <= now)
        ping(client);
}

static Usec deadline(gpointer self)
{
    Client *client = self;
    Usec next = l2tp_tunnel_deadline(client->l2tp);

    if (client->ppp)
        next = MIN(next, ppp_link_deadline(client->ppp));
    if (pings(client))
        next = MIN(next, client->ping_at);
    return next;
}

Client *client_new(World *world, const ClientOptions *options)
{
    Client *client = g_new0(Client, 1);
    guint8 seed[ENTROPY_SEED_SIZE];

    world_fill(world, seed, sizeof seed);
    client->world = world;
    client->entropy = entropy_new(seed);
    client->password = secret_new(options->password, strlen(options->password));
    client->secret = options->secret ? secret_new(options->secret, strlen(options->secret)) : NULL;
    client->early = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    L2tpConfig l2tp = {
        .host_name = "laptop",
        .secret = client->secret,
        .hide_avps = options->hide,
        .rtt = options->rtt,
        .hello_interval = options->hello,
        .sequencing = options->sequencing,
    };
    client->l2tp = l2tp_tunnel_new(&l2tp, client->entropy);
    client->ppp_config = (PppConfig){
        .user = options->user,
        .password = client->password,
        .methods = options->methods,
        .mru = 1400,
        .mtu = 1400,
        .pfc = TRUE,
        .acfc = TRUE,
        .ipv4 = TRUE,
        .dns = TRUE,
        .echo_interval = 5 * USEC_PER_SEC,
        .echo_failures = 3,
    };
    world->client = (End){ client, input, tick, deadline };
    return client;
}

void client_free(Client *client)
{
    g_clear_pointer(&client->ppp, ppp_link_free);
    l2tp_tunnel_free(client->l2tp);
    entropy_free(client->entropy);
    secret_free(client->password);
    secret_free(client->secret);
    g_clear_pointer(&client->early, g_ptr_array_unref);
    failure_free(client->failure);
    g_free(client);
}

void client_open(Client *client)
{
    client->opened_at = client->world->now;
    l2tp_tunnel_open(client->l2tp, client->world->now);
    effects(client);
}

void client_close(Client *client)
{
    client->closing = TRUE;
    if (client->ppp)
        ppp_link_close(client->ppp, client->world->now);
    else
        l2tp_tunnel_close(client->l2tp, client->world->now);
    effects(client);
}

gboolean client_is_content(const Client *client)
{
    return client->pongs >= 3;
}
