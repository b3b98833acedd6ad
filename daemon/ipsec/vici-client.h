/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One connection to charon's VICI socket: commands go out one at a time, in the order in which
 * they were given; events come in between.  Asynchronous, over the thread's default main
 * context at the time of making. */
#pragma once

#include <gio/gio.h>

#include "ipsec/vici.h"

typedef struct ViciClient ViciClient;

typedef struct {
    void (*event)(ViciClient *client, const char *name, const ViciNode *message,
                  gpointer user_data);
    /* The connection could not be made, broke, or the other side talked nonsense.  Once; calls
     * that are under way are never answered after it. */
    void (*closed)(ViciClient *client, const GError *error, gpointer user_data);
} ViciClientEvents;

/* The answer to a command or a registration.  `error` is set when charon does not know the
 * command or event or reported a failure (then with its own words); `message` is its answer. */
typedef void (*ViciReply)(ViciClient *client, const ViciNode *message, const GError *error,
                          gpointer user_data);

/* Begins to connect to the socket at `path`; calls may be given at once. */
ViciClient *vici_client_new(const char *path, const ViciClientEvents *events, gpointer user_data);
/* Over a stream that is connected already. */
ViciClient *vici_client_new_for_stream(GIOStream *stream, const ViciClientEvents *events,
                                       gpointer user_data);
/* Takes the request over. */
void vici_client_call(ViciClient *client, ViciWriter *request, ViciReply reply,
                      gpointer user_data);
void vici_client_register(ViciClient *client, const char *event, ViciReply reply,
                          gpointer user_data);
void vici_client_unregister(ViciClient *client, const char *event, ViciReply reply,
                            gpointer user_data);
/* Like vici_client_free(), but the calls that were given are still made: it closes when the last
 * of them has been answered.  The owner has no more part in it. */
void vici_client_finish(ViciClient *client);
/* Closes; nothing is called any more.  May be called from inside a callback. */
void vici_client_free(ViciClient *client);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ViciClient, vici_client_free)
