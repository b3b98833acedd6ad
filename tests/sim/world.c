/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual time, two ends and the links between them. */
#include "world.h"

typedef struct {
    Usec at;
    guint serial; /* what was sent first of two at the same time */
    Direction direction;
    guint8 *packet;
    gsize length;
} Event;

static void event_free(gpointer data)
{
    Event *event = data;

    g_free(event->packet);
    g_free(event);
}

World *world_new(guint64 seed)
{
    World *world = g_new0(World, 1);

    world->now = 1000 * USEC_PER_SEC;
    world->random = seed;
    world->heap = g_ptr_array_new_with_free_func(event_free);
    return world;
}

void world_free(World *world)
{
    g_ptr_array_unref(world->heap);
    g_free(world);
}

/* splitmix64 */
guint32 world_random(World *world)
{
    guint64 z = world->random += G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT(0x94d049bb133111eb);
    return (guint32)((z ^ (z >> 31)) >> 32);
}

guint world_below(World *world, guint bound)
{
    return bound == 0 ? 0 : world_random(world) % bound;
}

gboolean world_chance(World *world, guint thousandths)
{
    return world_below(world, 1000) < thousandths;
}

void world_fill(World *world, guint8 *bytes, gsize length)
{
    for (gsize i = 0; i < length; i++)
        bytes[i] = (guint8)world_random(world);
}

static gboolean before(const Event *a, const Event *b)
{
    return a->at < b->at || (a->at == b->at && a->serial < b->serial);
}

static void swap(GPtrArray *heap, guint a, guint b)
{
    gpointer event = heap->pdata[a];

    heap->pdata[a] = heap->pdata[b];
    heap->pdata[b] = event;
}

static void heap_push(GPtrArray *heap, Event *event)
{
    guint i = heap->len;

    g_ptr_array_add(heap, event);
    while (i > 0 && before(heap->pdata[i], heap->pdata[(i - 1) / 2])) {
        swap(heap, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

static Event *heap_pop(GPtrArray *heap)
{
    guint i = 0;

    swap(heap, 0, heap->len - 1);
    Event *first = g_ptr_array_steal_index(heap, heap->len - 1);
    for (;;) {
        guint least = i;

        for (guint child = 2 * i + 1; child <= 2 * i + 2 && child < heap->len; child++) {
            if (before(heap->pdata[child], heap->pdata[least]))
                least = child;
        }
        if (least == i)
            return first;
        swap(heap, i, least);
        i = least;
    }
}

static void tell(const World *world, Direction direction, const guint8 *packet, gsize length,
    const char *fate)
{
    g_autoptr(GString) line = g_string_new(NULL);

    for (gsize i = 0; i < MIN(length, 48); i++)
        g_string_append_printf(line, "%02x", packet[i]);
    g_print("# %10.3f ms %4u %s %s %s\n", (double)(world->now - 1000 * USEC_PER_SEC) / 1000,
        world->sent, direction == TO_LNS ? "-->" : "<--", fate, line->str);
}

static void schedule(World *world, Direction direction, const guint8 *packet, gsize length)
{
    const LinkQuality *link = &world->link[direction];
    Event *event = g_new0(Event, 1);

    event->at = world->now + link->delay;
    if (link->jitter > 0)
        event->at += world_below(world, (guint)link->jitter);
    if (world_chance(world, link->late))
        event->at += link->lateness;
    event->serial = world->serial++;
    event->direction = direction;
    event->packet = g_memdup2(packet, length);
    event->length = length;
    if (length > 0 && world_chance(world, link->corrupt))
        event->packet[world_below(world, (guint)length)] ^= (guint8)(1u << world_below(world, 8));
    heap_push(world->heap, event);
}

void world_send(World *world, Direction direction, const guint8 *packet, gsize length)
{
    const LinkQuality *link = &world->link[direction];

    world->sent++;
    if (world->sent == world->drop_nth)
        world->dropped = direction;
    if (world->sent == world->drop_nth || world_chance(world, link->loss)) {
        if (world->loud)
            tell(world, direction, packet, length, "lost");
        return;
    }
    if (world->loud)
        tell(world, direction, packet, length, "sent");
    schedule(world, direction, packet, length);
    if (world_chance(world, link->duplicate))
        schedule(world, direction, packet, length);
}

gboolean world_step(World *world, Usec until)
{
    Usec arrival = world->heap->len > 0 ? ((Event *)world->heap->pdata[0])->at : USEC_NEVER;
    Usec client = world->client.deadline(world->client.self);
    Usec lns = world->lns.deadline(world->lns.self);
    Usec next = MIN(arrival, MIN(client, lns));

    if (next == USEC_NEVER || next > until) {
        world->now = MAX(world->now, until);
        return FALSE;
    }
    world->now = MAX(world->now, next);
    if (next == arrival) {
        Event *event = heap_pop(world->heap);
        End *end = event->direction == TO_LNS ? &world->lns : &world->client;

        end->input(end->self, world->now, event->packet, event->length);
        event_free(event);
    } else {
        End *end = next == client ? &world->client : &world->lns;

        end->tick(end->self, world->now);
    }
    return TRUE;
}
