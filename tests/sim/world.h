/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual time, two ends and the links between them. */
#pragma once

#include "base/usec.h"

#include <glib.h>

typedef enum { TO_LNS, TO_CLIENT } Direction;

/* Chances in thousandths. */
typedef struct {
    Usec delay;  /* one way */
    Usec jitter; /* at most so much more, evenly */
    guint loss, duplicate, corrupt;
    guint late; /* held back for `lateness`, so that others overtake it */
    Usec lateness;
} LinkQuality;

/* One end: what a packet or the passing of time does to it. */
typedef struct {
    gpointer self;
    void (*input)(gpointer self, Usec now, const guint8 *packet, gsize length);
    void (*tick)(gpointer self, Usec now);
    Usec (*deadline)(gpointer self);
} End;

typedef struct {
    Usec now;
    LinkQuality link[2]; /* by Direction */
    End client, lns;
    guint sent;      /* packets so far, both ways */
    guint drop_nth;  /* this one is lost, counted from 1; 0: none */
    Direction dropped; /* which way that one went */
    gboolean loud;   /* tells every packet */
    guint64 random;
    GPtrArray *heap; /* of Event, the earliest first */
    guint serial;
} World;

World *world_new(guint64 seed);
void world_free(World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

guint32 world_random(World *world);
guint world_below(World *world, guint bound);
gboolean world_chance(World *world, guint thousandths);
void world_fill(World *world, guint8 *bytes, gsize length);

/* Called by an end: the packet goes on its way. */
void world_send(World *world, Direction direction, const guint8 *packet, gsize length);
/* Lets the next thing happen, but nothing after `until`.  FALSE: nothing is left to happen. */
gboolean world_step(World *world, Usec until);
