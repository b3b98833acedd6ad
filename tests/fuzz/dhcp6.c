/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A live DHCPv6 client: the input is a row of (event, time step, bytes behind their length). What
 * must hold whatever comes: settings are in order, and not everything that comes is answered. */
#include "dhcp6/message.h"

#include <string.h>

#define STEP (100 * USEC_PER_MSEC)
#define MESSAGES_PER_MINUTE 60

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

typedef struct {
    Dhcp6Client *client;
    Usec now, begin;
    guint sent, told;
    guint8 transaction[3];
    gboolean closed;
} Run;

static void take_effects(Run *run)
{
    Dhcp6Effect effect;

    while (dhcp6_client_next(run->client, &effect)) {
        switch (effect.type) {
        case DHCP6_EFFECT_SEND:
            run->sent++;
            memcpy(run->transaction, effect.packet + 1, sizeof run->transaction);
            break;
        case DHCP6_EFFECT_SETTINGS:
            run->told++;
            if (run->closed || !dhcp6_settings_valid(effect.settings))
                g_error("broken: settings out of order");
            break;
        }
    }
}

static void pass_time(Run *run, Usec step)
{
    Usec until = run->now + step;

    for (guint i = 0; dhcp6_client_deadline(run->client) <= until; i++) {
        if (i > 100000)
            g_error("broken: a deadline that stands still");
        run->now = MAX(run->now, dhcp6_client_deadline(run->client));
        dhcp6_client_tick(run->client, run->now);
        take_effects(run);
    }
    run->now = until;
}

static void event(Run *run, guint8 what, const guint8 *bytes, gsize length)
{
    guint8 *copy = g_memdup2(bytes, length);

    switch (what % 6) {
    case 0:
        dhcp6_client_router(run->client, run->now, length > 0 && copy[0] & 1,
                            length > 0 && copy[0] & 2);
        break;
    case 1:
        dhcp6_client_router_options(run->client, run->now, copy, length);
        break;
    case 2: /* an answer to what was sent last */
        if (length >= 4)
            memcpy(copy + 1, run->transaction, sizeof run->transaction);
        dhcp6_client_input(run->client, run->now, copy, length);
        break;
    case 3: /* as it is */
        dhcp6_client_input(run->client, run->now, copy, length);
        break;
    case 4: /* up to an hour */
        pass_time(run, length > 0 ? copy[0] * 14 * USEC_PER_SEC : 0);
        break;
    case 5:
        run->closed = TRUE;
        dhcp6_client_close(run->client, run->now);
        break;
    }
    g_free(copy);
    take_effects(run);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static const guint8 seed[ENTROPY_SEED_SIZE] = { 1 };
    static const guint8 identity[DHCP6_IDENTITY_SIZE] = { 0xaa, [15] = 0xbb };
    g_autoptr(Entropy) entropy = entropy_new(seed);
    Reader input = reader_init(data, size);
    Run run = { .now = USEC_PER_SEC, .begin = USEC_PER_SEC };
    guint events = 0;

    run.client = dhcp6_client_new(identity, entropy);
    for (; reader_left(&input) >= 3; events++) {
        guint8 what = reader_u8(&input);
        Usec step = reader_u8(&input) * STEP;
        gsize length = reader_u8(&input);

        length = MIN(length, reader_left(&input));
        pass_time(&run, step);
        event(&run, what, reader_bytes(&input, length), length);
    }
    Usec minutes = (run.now - run.begin) / (60 * USEC_PER_SEC) + 1;
    if (run.sent > events + minutes * MESSAGES_PER_MINUTE)
        g_error("broken: it talks without end");
    dhcp6_client_free(run.client);
    return 0;
}
