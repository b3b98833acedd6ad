/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gateway's L2TP. */
#include "lns.h"

#include "base/bytes.h"

#include <nettle/md5.h>
#include <string.h>

#define RETRANSMIT_FIRST (1 * USEC_PER_SEC) /* RFC 2661 §5.8's default */
#define RETRANSMIT_CAP (8 * USEC_PER_SEC)
#define RETRANSMIT_TRIES 6
#define LAZY_ACK (100 * USEC_PER_MSEC)
#define EARLY_WINDOW 4

typedef struct {
    guint16 ns;
    GByteArray *packet;
    gboolean sent;
} Queued;

struct Lns {
    World *world;
    LnsOptions options;
    Server *server;
    enum { LNS_IDLE, LNS_WAIT_CONNECT, LNS_UP, LNS_STOPPED } state;
    guint16 tunnel_id, session_id, peer_tunnel_id, peer_session_id;
    guint8 challenge[16];
    gboolean call_up, stopped_by_client;

    guint16 ns, nr;
    GQueue queue; /* of Queued */
    guint peer_window, tries;
    Usec rto, retransmit_at, ack_at, hello_at;
    GByteArray *early[EARLY_WINDOW]; /* by Ns - Nr - 1, as it was when they came */
    guint16 early_ns[EARLY_WINDOW];
    guint16 data_ns;
};

static Usec first_rto(const Lns *lns)
{
    return lns->options.retransmit ? lns->options.retransmit : RETRANSMIT_FIRST;
}

static void queued_free(gpointer data)
{
    Queued *queued = data;

    g_byte_array_unref(queued->packet);
    g_free(queued);
}

/* ---- out */

static void put(GByteArray *packet, const void *data, gsize length)
{
    g_byte_array_append(packet, data, (guint)length);
}

static void put16(GByteArray *packet, guint16 value)
{
    guint8 bytes[2] = { (guint8)(value >> 8), (guint8)value };

    put(packet, bytes, 2);
}

static void put_avp(GByteArray *packet, gboolean mandatory, guint16 vendor, guint16 type,
    const void *value, gsize length)
{
    put16(packet, (guint16)((mandatory ? 0x8000 : 0) | (6 + length)));
    put16(packet, vendor);
    put16(packet, type);
    put(packet, value, length);
}

static void put_avp16(GByteArray *packet, guint16 type, guint16 value)
{
    guint16 network = GUINT16_TO_BE(value);

    put_avp(packet, TRUE, 0, type, &network, 2);
}

static GByteArray *message_new(Lns *lns, gboolean call, guint16 type)
{
    GByteArray *packet = g_byte_array_new();

    put16(packet, 0xc802);
    put16(packet, 0);
    put16(packet, lns->peer_tunnel_id);
    put16(packet, call ? lns->peer_session_id : 0);
    put16(packet, 0);
    put16(packet, 0);
    put_avp16(packet, 0, type);
    if (lns->options.vendor_avps)
        put_avp(packet, FALSE, 9, 2, "strange", 7);
    return packet;
}

static void transmit(Lns *lns, GByteArray *packet, guint16 ns)
{
    guint8 *p = packet->data;

    p[2] = (guint8)(packet->len >> 8);
    p[3] = (guint8)packet->len;
    p[8] = (guint8)(ns >> 8);
    p[9] = (guint8)ns;
    p[10] = (guint8)(lns->nr >> 8);
    p[11] = (guint8)lns->nr;
    lns->ack_at = USEC_NEVER;
    world_send(lns->world, TO_CLIENT, p, packet->len);
}

/* Sends what the client's window allows. */
static void push(Lns *lns)
{
    guint index = 0;

    for (GList *l = lns->queue.head; l && index < lns->peer_window; l = l->next, index++) {
        Queued *queued = l->data;

        if (queued->sent)
            continue;
        queued->sent = TRUE;
        if (index == 0) {
            lns->rto = first_rto(lns);
            lns->tries = 1;
            lns->retransmit_at = lns->world->now + lns->rto;
        }
        transmit(lns, queued->packet, queued->ns);
    }
}

static void message_send(Lns *lns, GByteArray *packet)
{
    Queued *queued = g_new0(Queued, 1);

    queued->ns = lns->ns++;
    queued->packet = packet;
    g_queue_push_tail(&lns->queue, queued);
    push(lns);
}

static void send_zlb(Lns *lns)
{
    g_autoptr(GByteArray) packet = g_byte_array_new();

    put16(packet, 0xc802);
    put16(packet, 12);
    put16(packet, lns->peer_tunnel_id);
    put16(packet, 0);
    put16(packet, 0);
    put16(packet, 0);
    transmit(lns, packet, lns->ns);
}

void lns_send_frame(Lns *lns, const guint8 *frame, gsize length)
{
    const LnsOptions *o = &lns->options;
    guint16 flags = (guint16)(2 | (o->data_length ? 0x4000 : 0) | (o->sequencing ? 0x0800 : 0) |
                              (o->data_offset ? 0x0200 : 0));
    gsize header = 6 + (o->data_length ? 2 : 0) + (o->sequencing ? 4 : 0) +
                   (o->data_offset ? 5 : 0);
    g_autoptr(GByteArray) packet = g_byte_array_new();

    if (!lns->call_up)
        return;
    put16(packet, flags);
    if (o->data_length)
        put16(packet, (guint16)(header + length));
    put16(packet, lns->peer_tunnel_id);
    put16(packet, lns->peer_session_id);
    if (o->sequencing) {
        put16(packet, lns->data_ns++);
        put16(packet, 0);
    }
    if (o->data_offset) {
        put16(packet, 3);
        put(packet, "pad", 3);
    }
    put(packet, frame, length);
    world_send(lns->world, TO_CLIENT, packet->data, packet->len);
}

/* ---- in */

/* The value of an AVP of vendor 0, or NULL. */
static const guint8 *find(const guint8 *avps, gsize length, guint16 type, gsize *ret_length)
{
    gsize at = 0;

    while (at + 6 <= length) {
        gsize size = (gsize)(avps[at] & 3) << 8 | avps[at + 1];

        if (size < 6 || size > length - at)
            return NULL;
        if (avps[at + 2] == 0 && avps[at + 3] == 0 &&
            (avps[at + 4] << 8 | avps[at + 5]) == type && !(avps[at] & 0x40)) {
            *ret_length = size - 6;
            return avps + at + 6;
        }
        at += size;
    }
    return NULL;
}

static guint16 find16(const guint8 *avps, gsize length, guint16 type)
{
    gsize size = 0;
    const guint8 *value = find(avps, length, type, &size);

    return value && size == 2 ? (guint16)(value[0] << 8 | value[1]) : 0;
}

static void respond(const Lns *lns, guint8 identifier, const guint8 *challenge, gsize length,
    guint8 response[16])
{
    struct md5_ctx md5;

    md5_init(&md5);
    md5_update(&md5, 1, &identifier);
    md5_update(&md5, strlen(lns->options.secret), (const guint8 *)lns->options.secret);
    md5_update(&md5, length, challenge);
    md5_digest(&md5, 16, response);
}

static void stop(Lns *lns, guint16 result)
{
    GByteArray *packet = message_new(lns, FALSE, 4);

    put_avp16(packet, 9, lns->tunnel_id);
    put_avp16(packet, 1, result);
    message_send(lns, packet);
    lns->state = LNS_STOPPED;
    lns->call_up = FALSE;
    server_down(lns->server);
}

static void on_sccrq(Lns *lns, const guint8 *avps, gsize length)
{
    GByteArray *packet;
    guint8 response[16];
    gsize size = 0;

    lns->peer_tunnel_id = find16(avps, length, 9);
    guint16 window = find16(avps, length, 10);
    lns->peer_window = window ? window : 4;
    packet = message_new(lns, FALSE, 2);
    put_avp16(packet, 2, 0x0100);
    put_avp(packet, TRUE, 0, 3, "\0\0\0\3", 4);
    put_avp(packet, TRUE, 0, 7, "gateway", 7);
    put_avp(packet, FALSE, 0, 8, "simulation", 10);
    put_avp16(packet, 9, lns->tunnel_id);
    if (lns->options.window)
        put_avp16(packet, 10, lns->options.window);
    const guint8 *challenge = find(avps, length, 11, &size);
    if (challenge && lns->options.secret) {
        respond(lns, 2, challenge, size, response);
        put_avp(packet, TRUE, 0, 13, response, 16);
    }
    if (lns->options.challenge) {
        world_fill(lns->world, lns->challenge, sizeof lns->challenge);
        put_avp(packet, TRUE, 0, 11, lns->challenge, sizeof lns->challenge);
    }
    message_send(lns, packet);
    lns->state = LNS_WAIT_CONNECT;
}

static void on_scccn(Lns *lns, const guint8 *avps, gsize length)
{
    guint8 expected[16];
    gsize size = 0;
    const guint8 *response = find(avps, length, 13, &size);

    if (lns->options.challenge) {
        respond(lns, 3, lns->challenge, sizeof lns->challenge, expected);
        /* A hidden response is not looked into; this gateway hides nothing itself. */
        if (response && (size != 16 || memcmp(response, expected, 16) != 0)) {
            stop(lns, 4);
            return;
        }
    }
    lns->state = LNS_UP;
}

static void on_icrq(Lns *lns, const guint8 *avps, gsize length)
{
    lns->peer_session_id = find16(avps, length, 14);
    GByteArray *packet = message_new(lns, TRUE, 11);
    put_avp16(packet, 14, lns->session_id);
    message_send(lns, packet);
}

static void on_iccn(Lns *lns)
{
    lns->call_up = TRUE;
    if (lns->options.set_link_info) {
        GByteArray *packet = message_new(lns, TRUE, 16);
        put_avp(packet, TRUE, 0, 35, "\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 10);
        message_send(lns, packet);
    }
    server_up(lns->server);
}

static void on_message(Lns *lns, const guint8 *avps, gsize length)
{
    switch (find16(avps, length, 0)) {
    case 1:
        if (lns->state == LNS_IDLE)
            on_sccrq(lns, avps, length);
        break;
    case 3:
        if (lns->state == LNS_WAIT_CONNECT)
            on_scccn(lns, avps, length);
        break;
    case 4:
        lns->stopped_by_client = lns->state != LNS_STOPPED;
        lns->state = LNS_STOPPED;
        lns->call_up = FALSE;
        g_queue_clear_full(&lns->queue, queued_free);
        lns->retransmit_at = USEC_NEVER;
        server_down(lns->server);
        break;
    case 10:
        if (lns->state == LNS_UP)
            on_icrq(lns, avps, length);
        break;
    case 12:
        if (lns->state == LNS_UP && !lns->call_up)
            on_iccn(lns);
        break;
    case 14:
        lns->call_up = FALSE;
        server_down(lns->server);
        break;
    default:
        break;
    }
}

static void take_nr(Lns *lns, guint16 nr)
{
    gboolean moved = FALSE;
    Queued *oldest;

    while ((oldest = g_queue_peek_head(&lns->queue)) && oldest->sent &&
           (guint16)(nr - oldest->ns - 1) < 0x8000 && (guint16)(lns->ns - nr) < 0x8000) {
        queued_free(g_queue_pop_head(&lns->queue));
        moved = TRUE;
    }
    if (!moved)
        return;
    oldest = g_queue_peek_head(&lns->queue);
    lns->rto = first_rto(lns);
    lns->tries = 1;
    lns->retransmit_at = oldest && oldest->sent ? lns->world->now + lns->rto : USEC_NEVER;
    push(lns);
}

static void keep_early(Lns *lns, guint16 ns, const guint8 *avps, gsize length)
{
    for (guint i = 0; i < EARLY_WINDOW; i++) {
        if (lns->early[i] && lns->early_ns[i] == ns)
            return;
    }
    for (guint i = 0; i < EARLY_WINDOW; i++) {
        if (!lns->early[i]) {
            lns->early[i] = g_byte_array_new();
            put(lns->early[i], avps, length);
            lns->early_ns[i] = ns;
            return;
        }
    }
}

static GByteArray *take_early(Lns *lns)
{
    for (guint i = 0; i < EARLY_WINDOW; i++) {
        if (lns->early[i] && lns->early_ns[i] == lns->nr)
            return g_steal_pointer(&lns->early[i]);
    }
    return NULL;
}

static void control_input(Lns *lns, const guint8 *packet, gsize length)
{
    Reader reader = reader_init(packet, length);

    reader_u16(&reader);
    gsize stated = reader_u16(&reader);
    guint16 tunnel = reader_u16(&reader);
    reader_u16(&reader);
    guint16 ns = reader_u16(&reader);
    guint16 nr = reader_u16(&reader);
    if (!reader_ok(&reader) || stated < 12 || stated > length ||
        tunnel != (lns->state == LNS_IDLE || ns == 0 ? 0 : lns->tunnel_id))
        return;
    take_nr(lns, nr);
    const guint8 *avps = packet + 12;
    if (stated == 12)
        return;
    guint16 ahead = (guint16)(ns - lns->nr);
    if (ahead >= 0x8000) {
        send_zlb(lns);
        return;
    }
    if (ahead > 0) {
        if (lns->options.keeps_early && ahead < EARLY_WINDOW)
            keep_early(lns, ns, avps, stated - 12);
        return;
    }
    lns->nr++;
    lns->ack_at = lns->world->now + (lns->options.lazy_acks ? LAZY_ACK : 0);
    lns->hello_at = lns->options.hello ? lns->world->now + lns->options.hello : USEC_NEVER;
    on_message(lns, avps, stated - 12);
    GByteArray *early;
    while ((early = take_early(lns))) {
        lns->nr++;
        lns->ack_at = lns->world->now;
        on_message(lns, early->data, early->len);
        g_byte_array_unref(early);
    }
    if (lns->ack_at <= lns->world->now)
        send_zlb(lns);
}

static void data_input(Lns *lns, const guint8 *packet, gsize length)
{
    Reader reader = reader_init(packet, length);
    guint16 flags = reader_u16(&reader);

    if ((flags & 0x0f) != 2)
        return;
    if (flags & 0x4000)
        reader_u16(&reader);
    guint16 tunnel = reader_u16(&reader);
    guint16 session = reader_u16(&reader);
    if (flags & 0x0800)
        reader_u32(&reader);
    if (flags & 0x0200)
        reader_skip(&reader, reader_u16(&reader));
    gsize size;
    const guint8 *frame = reader_rest(&reader, &size);
    /* What comes before the ICCN is lost, as it is with most. */
    if (frame && lns->call_up && tunnel == lns->tunnel_id && session == lns->session_id)
        server_input(lns->server, frame, size);
}

static void input(gpointer self, Usec now, const guint8 *packet, gsize length)
{
    Lns *lns = self;

    if (length > 0 && packet[0] & 0x80)
        control_input(lns, packet, length);
    else
        data_input(lns, packet, length);
}

static void retransmit(Lns *lns)
{
    Queued *oldest = g_queue_peek_head(&lns->queue);

    if (++lns->tries > RETRANSMIT_TRIES) {
        lns->state = LNS_STOPPED;
        lns->call_up = FALSE;
        g_queue_clear_full(&lns->queue, queued_free);
        lns->retransmit_at = USEC_NEVER;
        server_down(lns->server);
        return;
    }
    lns->rto = MIN(2 * lns->rto, RETRANSMIT_CAP);
    lns->retransmit_at = lns->world->now + lns->rto;
    transmit(lns, oldest->packet, oldest->ns);
}

static void tick(gpointer self, Usec now)
{
    Lns *lns = self;

    if (lns->retransmit_at <= now)
        retransmit(lns);
    if (lns->ack_at <= now)
        send_zlb(lns);
    if (lns->hello_at <= now) {
        lns->hello_at = now + lns->options.hello;
        if (lns->state == LNS_UP && g_queue_is_empty(&lns->queue))
            message_send(lns, message_new(lns, FALSE, 6));
    }
    server_tick(lns->server);
}

static Usec deadline(gpointer self)
{
    Lns *lns = self;
    Usec own = MIN(lns->retransmit_at, lns->ack_at);

    own = MIN(own, lns->state == LNS_UP ? lns->hello_at : USEC_NEVER);
    return MIN(own, server_deadline(lns->server));
}

Lns *lns_new(World *world, const LnsOptions *options)
{
    Lns *lns = g_new0(Lns, 1);

    lns->world = world;
    lns->options = *options;
    lns->tunnel_id = (guint16)(1 + world_below(world, 0xffff));
    lns->session_id = (guint16)(1 + world_below(world, 0xffff));
    lns->peer_window = 4;
    lns->retransmit_at = lns->ack_at = lns->hello_at = USEC_NEVER;
    g_queue_init(&lns->queue);
    lns->server = server_new(world, &options->ppp, lns);
    world->lns = (End){ lns, input, tick, deadline };
    return lns;
}

void lns_free(Lns *lns)
{
    g_queue_clear_full(&lns->queue, queued_free);
    for (guint i = 0; i < EARLY_WINDOW; i++)
        g_clear_pointer(&lns->early[i], g_byte_array_unref);
    server_free(lns->server);
    g_free(lns);
}

Server *lns_server(Lns *lns)
{
    return lns->server;
}

gboolean lns_is_connected(const Lns *lns)
{
    return lns->call_up;
}

gboolean lns_is_stopped(const Lns *lns)
{
    return lns->stopped_by_client;
}

void lns_stop(Lns *lns)
{
    stop(lns, 6);
}

void lns_disconnect(Lns *lns)
{
    GByteArray *packet = message_new(lns, TRUE, 14);

    put_avp16(packet, 1, 3);
    put_avp16(packet, 14, lns->session_id);
    message_send(lns, packet);
    lns->call_up = FALSE;
    server_down(lns->server);
}
