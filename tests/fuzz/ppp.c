/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A live PPP link under a hostile, clumsy or helpful peer.
 *
 * The first byte chooses the configuration.  Each following byte is an event by its low three
 * bits, with a parameter in the others: a frame of the input's own, an answer that a well-made
 * peer would give (which leads into the later phases), time, a secret, the end.  What is
 * asserted must hold whatever the peer does. */
#include <string.h>

#include "base/bytes.h"
#include "ppp/mschap.h"
#include "ppp/ppp.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define PASSWORD "Pa55-of-the-User"
#define NEW_PASSWORD "N3w-Pa55-of-the-User"
/* The largest burst that one call may have: a state transition's packets, both network
 * protocols, stages, options, the end. */
#define MAX_EFFECTS 16

typedef struct {
    PppLink *link;
    PppConfig config;
    Usec now;
    gboolean over, up;
    guint8 sent[2048]; /* the packet that the link sent last */
    gsize sent_length;
    guint8 challenge[16]; /* the last one that the helpful peer used */
    gboolean new_password;
    gboolean peer_knows; /* the input itself has the password in it, so it may come back */
} World;

static void check_packet(World *world, const guint8 *packet, gsize length)
{
    guint16 protocol = (guint16)(packet[0] << 8 | packet[1]);

    g_assert_cmpuint(length, >=, 6);
    /* What it says of its length is true, and it fits the path. */
    g_assert_cmpuint(packet[4] << 8 | packet[5], ==, length - 2);
    switch (protocol) {
    case 0xc023:
        g_assert_true(world->config.methods & PPP_METHOD_PAP);
        break;
    case 0xc223:
        g_assert_true(world->config.methods & ~(guint)PPP_METHOD_PAP);
        G_GNUC_FALLTHROUGH;
    case 0xc021:
    case 0x8021:
    case 0x8057:
        /* The new password ends in the old one. */
        if (!world->peer_knows)
            g_assert_null(memmem(packet, length, PASSWORD, strlen(PASSWORD)));
        break;
    default:
        g_assert_not_reached();
    }
    g_assert_cmpuint(length, <=, sizeof world->sent);
    memcpy(world->sent, packet, length);
    world->sent_length = length;
}

static void check_effect(World *world, const PppEffect *effect)
{
    g_assert_false(world->over);
    switch (effect->type) {
    case PPP_EFFECT_SEND:
        check_packet(world, effect->packet, effect->length);
        break;
    case PPP_EFFECT_NETWORK_UP:
        g_assert_true(effect->network.address != 0 || effect->network.ipv6);
        g_assert_true(effect->network.address == 0 || world->config.ipv4);
        world->up = TRUE;
        break;
    case PPP_EFFECT_NETWORK_DOWN:
        g_assert_true(world->up);
        world->up = FALSE;
        break;
    case PPP_EFFECT_FAILED:
        g_assert_nonnull(effect->failure);
        G_GNUC_FALLTHROUGH;
    case PPP_EFFECT_CLOSED:
        g_assert_false(world->up);
        world->over = TRUE;
        break;
    case PPP_EFFECT_OPTIONS:
        g_assert_cmpuint(effect->options.peer_mru, >=, 128);
        g_assert_true(world->config.pfc || (!effect->options.pfc && !effect->options.acfc));
        break;
    case PPP_EFFECT_STAGE:
    case PPP_EFFECT_SECRET_WANTED:
        break;
    }
}

static void drain(World *world)
{
    PppEffect effect;
    guint count = 0;

    while (ppp_link_next(world->link, &effect)) {
        check_effect(world, &effect);
        g_assert_cmpuint(++count, <=, MAX_EFFECTS);
    }
    if (world->over)
        g_assert_true(ppp_link_deadline(world->link) == USEC_NEVER);
}

static void input(World *world, const guint8 *frame, gsize length)
{
    ppp_link_input(world->link, world->now, frame, length);
    drain(world);
}

/* Time passes; each deadline is kept, and a tick always moves it on. */
static void pass(World *world, Usec time)
{
    Usec end = usec_add(world->now, time);

    while (ppp_link_deadline(world->link) <= end) {
        world->now = MAX(world->now, ppp_link_deadline(world->link));
        ppp_link_tick(world->link, world->now);
        drain(world);
        g_assert_cmpuint(ppp_link_deadline(world->link), >, world->now);
    }
    world->now = end;
    ppp_link_tick(world->link, world->now);
    drain(world);
}

/* The last packet back under another code. */
static void reply(World *world, guint8 code)
{
    guint8 copy[sizeof world->sent];

    memcpy(copy, world->sent, world->sent_length);
    copy[2] = code;
    input(world, copy, world->sent_length);
}

/* A Nak that offers an address for each option of an IPCP request. */
static void offer_addresses(World *world)
{
    guint8 copy[sizeof world->sent];

    memcpy(copy, world->sent, world->sent_length);
    copy[2] = 3;
    for (gsize at = 6; at + 6 <= world->sent_length; at += 6)
        memcpy(copy + at + 2, "\x0a\x4d\x00\x0a", 4);
    input(world, copy, world->sent_length);
}

static void challenge(World *world, guint8 identifier, guint8 length)
{
    guint8 frame[6 + 1 + 16] = {0xc2, 0x23, 1, identifier, 0, (guint8)(5 + length), length};

    memset(world->challenge, identifier, sizeof world->challenge);
    memcpy(frame + 7, world->challenge, length);
    input(world, frame, 7u + length);
}

/* A Success, with the proof that MS-CHAPv2 wants if the last packet was such a Response. */
static void success(World *world)
{
    guint8 frame[6 + 42] = {world->sent[0], world->sent[1], 3, world->sent[3], 0, 46};
    const char *password = world->new_password ? NEW_PASSWORD : PASSWORD;
    g_autoptr(Secret) secret = secret_new(password, strlen(password));
    guint8 response[24], digest[20];
    gsize at = world->sent[2] == 7 ? 6 + 516 + 16 : 7;

    if (world->sent[0] == 0xc0) {
        frame[2] = 2; /* PAP's Authenticate-Ack */
        frame[5] = 4;
        input(world, frame, 6);
        return;
    }
    if (world->sent_length >= at + 16) {
        mschapv2_response(world->sent + at, world->challenge, "User", secret, response, digest);
        frame[6] = 'S';
        frame[7] = '=';
        for (gsize i = 0; i < sizeof digest; i++) {
            frame[8 + 2 * i] = (guint8) "0123456789ABCDEF"[digest[i] >> 4];
            frame[9 + 2 * i] = (guint8) "0123456789ABCDEF"[digest[i] & 15];
        }
    }
    input(world, frame, sizeof frame);
}

static void give_secret(World *world, guint what)
{
    const char *text = what == 1 ? NEW_PASSWORD : PASSWORD;
    g_autoptr(Secret) secret = secret_new(text, strlen(text));

    world->new_password = world->new_password || what == 1;
    ppp_link_secret(world->link, world->now,
                    what == 1 ? PPP_SECRET_NEW_PASSWORD : PPP_SECRET_PASSWORD,
                    what == 3 ? NULL : secret);
    drain(world);
}

static void step(World *world, Reader *reader)
{
    guint8 event = reader_u8(reader);
    guint parameter = event >> 3;

    switch (event & 7) {
    case 0: {
        guint8 length = reader_u8(reader);
        gsize usable = MIN(length, reader_left(reader));
        input(world, reader_bytes(reader, usable), usable);
        break;
    }
    case 1:
        reply(world, (guint8)(parameter == 0 ? 2 : parameter));
        break;
    case 2:
        offer_addresses(world);
        break;
    case 3:
        challenge(world, (guint8)(parameter & 15), (parameter & 16) ? 8 : 16);
        break;
    case 4:
        success(world);
        break;
    case 5:
        pass(world, (Usec)(parameter + 1) * (Usec)(parameter + 1) * 20 * USEC_PER_MSEC);
        break;
    case 6:
        give_secret(world, parameter & 3);
        break;
    case 7:
        if (parameter == 31)
            ppp_link_close(world->link, world->now);
        else if (parameter == 30)
            ppp_link_seen(world->link, world->now);
        else
            ppp_link_set_rtt(world->link, parameter * 50 * USEC_PER_MSEC);
        drain(world);
        break;
    }
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static const guint8 SEED[ENTROPY_SEED_SIZE] = {3};
    g_autoptr(Entropy) entropy = entropy_new(SEED);
    g_autoptr(Secret) password = secret_new(PASSWORD, strlen(PASSWORD));
    Reader reader = reader_init(data, size);
    guint8 flags = reader_u8(&reader);
    World world = {
        .now = USEC_PER_SEC,
        .peer_knows = memmem(data, size, PASSWORD, strlen(PASSWORD)) != NULL,
    };

    world.config = (PppConfig){
        .user = "User",
        .password = (flags & 1) ? NULL : password,
        .methods = flags >> 4,
        .mru = 1400,
        .mtu = 1400,
        .pfc = (flags & 2) != 0,
        .acfc = (flags & 2) != 0,
        .ipv4 = (flags & 12) != 12,
        .ipv6 = (flags & 8) != 0,
        .dns = TRUE,
        .rtt = 30 * USEC_PER_MSEC,
        .echo_interval = 5 * USEC_PER_SEC,
        .echo_failures = 3,
    };
    world.link = ppp_link_new(&world.config, entropy);
    ppp_link_open(world.link, world.now);
    drain(&world);
    while (reader_left(&reader) > 0)
        step(&world, &reader);
    /* Left alone, every link comes to rest or ends; asked to close, it ends. */
    pass(&world, 10 * USEC_PER_SEC);
    ppp_link_close(world.link, world.now);
    drain(&world);
    pass(&world, 10 * USEC_PER_SEC);
    g_assert_true(world.over);
    ppp_link_free(world.link);
    return 0;
}
