/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A live L2TP engine against a peer that the input plays: bytes become (event, time step,
 * packet).
 *
 * First byte: configuration bits (1 secret, 2 hide, 4 sequencing, 8 HELLO, 16 round trip known).
 * Then events: 00 tt: a tick after tt · 16 ms; 01 nn ...: a raw packet of nn bytes; 02 nn ...:
 * the same with our Tunnel ID in its header; 03 nn ...: AVPs of nn bytes behind a header whose
 * numbers fit (the input goes deeper with these); 04: close; 05: data was seen; 06 tt: as 00,
 * but as many minutes, as after a sleep; 07 ns nr nn ...: as 03, Ns and Nr moved by those. */
#include "l2tp/l2tp.h"

#include "l2tp/data.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define CHECK(condition)                                                                          \
    G_STMT_START                                                                                  \
    {                                                                                             \
        if (!(condition))                                                                         \
            g_error("broken: %s", #condition);                                                    \
    }                                                                                             \
    G_STMT_END

typedef struct {
    Reader input;
    L2tpTunnel *tunnel;
    Usec now;
    guint16 tunnel_id;
    guint16 ns; /* of the peer's next message */
    guint16 nr; /* what the peer expects next of us */
    gboolean over, up;
} Game;

static void take_effect(Game *game, const L2tpEffect *effect)
{
    switch (effect->type) {
    case L2TP_EFFECT_SEND:
        CHECK(effect->length >= 12 && effect->packet[0] == 0xc8 && effect->packet[1] == 2);
        CHECK(((gsize)effect->packet[2] << 8 | effect->packet[3]) == effect->length);
        CHECK(l2tp_packet_is_control(effect->packet, effect->length));
        if (effect->length > 12) {
            guint16 ns = (guint16)(effect->packet[8] << 8 | effect->packet[9]);
            if (ns == game->nr)
                game->nr++;
        }
        break;
    case L2TP_EFFECT_TUNNEL_UP:
        CHECK(!game->over && effect->session.peer_tunnel_id != 0);
        CHECK(g_utf8_validate(effect->host_name, -1, NULL));
        break;
    case L2TP_EFFECT_SESSION:
        CHECK(!game->over && effect->session.peer_session_id != 0);
        break;
    case L2TP_EFFECT_UP:
        CHECK(!game->over && !game->up);
        game->up = TRUE;
        break;
    case L2TP_EFFECT_REDIRECT:
        CHECK(!game->over && !game->up && effect->text[0] != '\0');
        game->over = TRUE;
        break;
    case L2TP_EFFECT_FAILED:
        CHECK(!game->over && effect->failure);
        CHECK(!effect->failure->detail || g_utf8_validate(effect->failure->detail, -1, NULL));
        game->over = TRUE;
        break;
    case L2TP_EFFECT_CLOSED:
        CHECK(!game->over);
        game->over = TRUE;
        break;
    }
}

static void drain(Game *game)
{
    L2tpEffect effect;
    guint count = 0;

    while (l2tp_tunnel_next(game->tunnel, &effect)) {
        take_effect(game, &effect);
        /* The most is a window's worth of messages that had to wait. */
        CHECK(++count <= 64);
    }
}

static void tick(Game *game, Usec step)
{
    game->now = usec_add(game->now, step);
    l2tp_tunnel_tick(game->tunnel, game->now);
    drain(game);
    /* A driver that sleeps until the deadline must not spin. */
    CHECK(l2tp_tunnel_deadline(game->tunnel) > game->now);
}

static void input(Game *game, const guint8 *packet, gsize length)
{
    /* In memory of its own, so that a sanitizer sees a byte too many. */
    guint8 *copy = g_memdup2(packet, length);

    l2tp_tunnel_input(game->tunnel, game->now, copy, length);
    g_free(copy);
    drain(game);
}

static void raw(Game *game, gboolean ours)
{
    gsize length = reader_u8(&game->input);

    length = MIN(length, reader_left(&game->input));
    guint8 packet[256];
    Writer writer = writer_init(packet, sizeof packet);

    writer_bytes(&writer, reader_bytes(&game->input, length), length);
    if (ours && length >= 6)
        writer_patch_u16(&writer, 4, game->tunnel_id);
    input(game, packet, length);
}

static void message(Game *game, guint16 ns_off, guint16 nr_off)
{
    gsize length = reader_u8(&game->input);

    length = MIN(length, reader_left(&game->input));
    guint8 packet[12 + 256];
    Writer writer = writer_init(packet, sizeof packet);

    writer_u16(&writer, 0xc802);
    writer_u16(&writer, (guint16)(12 + length));
    writer_u16(&writer, game->tunnel_id);
    writer_u16(&writer, 0);
    writer_u16(&writer, (guint16)(game->ns + ns_off));
    writer_u16(&writer, (guint16)(game->nr + nr_off));
    writer_bytes(&writer, reader_bytes(&game->input, length), length);
    if (length > 0 && ns_off == 0)
        game->ns++;
    input(game, packet, writer.length);
}

static void play(Game *game)
{
    guint8 offset;

    while (reader_left(&game->input) > 0) {
        switch (reader_u8(&game->input) & 7) {
        case 0:
            tick(game, reader_u8(&game->input) * 16 * USEC_PER_MSEC);
            break;
        case 1:
            raw(game, FALSE);
            break;
        case 2:
            raw(game, TRUE);
            break;
        case 3:
            message(game, 0, 0);
            break;
        case 4:
            l2tp_tunnel_close(game->tunnel, game->now);
            drain(game);
            break;
        case 5:
            l2tp_tunnel_seen(game->tunnel, game->now);
            break;
        case 6:
            tick(game, reader_u8(&game->input) * 60 * USEC_PER_SEC);
            break;
        case 7:
            offset = reader_u8(&game->input);
            message(game, (guint16)(gint8)offset, (guint16)(gint8)reader_u8(&game->input));
            break;
        }
    }
}

static void be_silent(const char *domain, GLogLevelFlags level, const char *text, gpointer data)
{
}

/* Our Tunnel ID, from the SCCRQ's Assigned Tunnel ID AVP. */
static void learn_tunnel_id(Game *game)
{
    L2tpEffect effect;

    while (l2tp_tunnel_next(game->tunnel, &effect)) {
        take_effect(game, &effect);
        for (gsize i = 12; effect.type == L2TP_EFFECT_SEND && i + 8 <= effect.length; i++) {
            if (memcmp(effect.packet + i, "\x80\x08\0\0\0\x09", 6) == 0)
                game->tunnel_id = (guint16)(effect.packet[i + 6] << 8 | effect.packet[i + 7]);
        }
    }
    CHECK(game->tunnel_id != 0);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static const guint8 seed[ENTROPY_SEED_SIZE] = { 1 };
    Game game = { .input = reader_init(data, size), .now = USEC_PER_SEC };
    guint8 bits = reader_u8(&game.input);
    Entropy *entropy = entropy_new(seed);
    Secret *secret = bits & 1 ? secret_new("sesame", 6) : NULL;
    L2tpConfig config = {
        .host_name = "laptop",
        .secret = secret,
        .hide_avps = (bits & 2) != 0,
        .sequencing = (bits & 4) != 0,
        .hello_interval = bits & 8 ? 10 * USEC_PER_SEC : 0,
        .rtt = bits & 16 ? 50 * USEC_PER_MSEC : 0,
    };

    g_log_set_handler(G_LOG_DOMAIN, G_LOG_LEVEL_DEBUG, be_silent, NULL);
    game.tunnel = l2tp_tunnel_new(&config, entropy);
    l2tp_tunnel_open(game.tunnel, game.now);
    learn_tunnel_id(&game);
    play(&game);
    /* Left alone it comes to rest, or to its HELLOs' end. */
    l2tp_tunnel_close(game.tunnel, game.now);
    drain(&game);
    for (guint i = 0; l2tp_tunnel_deadline(game.tunnel) != USEC_NEVER; i++) {
        CHECK(i < 200);
        tick(&game, usec_until(l2tp_tunnel_deadline(game.tunnel), game.now));
    }
    CHECK(game.over);
    l2tp_tunnel_free(game.tunnel);
    secret_free(secret);
    entropy_free(entropy);
    return 0;
}
