/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection of a profile that is in no store (Manager.ConnectTransient), whose network is
 * reported and not set: for NetworkManager's plug-in.  For root alone.  Nothing here waits;
 * everything happens on the thread-default main context. */
#pragma once

#include <gio/gio.h>

#include "causeway-dbus.h"
#include "profile/profile.h"

typedef struct Transient Transient;

typedef enum {
    TRANSIENT_REFUSED_BEFORE = 1 << 0, /* a stored one is no answer */
    TRANSIENT_UNTRIED = 1 << 1,        /* but none was tried yet: it may be right if it is typed */
} TransientAsk;

typedef struct {
    /* A property of transient_connection() is another; the first time all are known. */
    void (*changed)(Transient *transient, gpointer data);
    /* To be answered by transient_answer(), at any time. */
    void (*secret_wanted)(Transient *transient, const char *field, const char *message,
                          TransientAsk flags, gpointer data);
    /* The question needs no answer any more. */
    void (*secret_cancelled)(Transient *transient, gpointer data);
    /* There is no connection, or none any more: the service refused it or has gone (`error`), or
     * it was ended from elsewhere (NULL).  Nothing follows. */
    void (*gone)(Transient *transient, const GError *error, gpointer data);
} TransientEvents;

/* Secrets are the profile's.  `user`: see ConnectTransient; NULL for everybody's.  One at a
 * time for a connection to the bus. */
Transient *transient_start(GDBusConnection *bus, Profile *profile, const char *user,
                           const TransientEvents *events, gpointer data, GError **error);
/* NULL before `changed`. */
CausewayConnection *transient_connection(Transient *transient);
/* NULL: the user gave up. */
void transient_answer(Transient *transient, const Secret *secret);
/* Ends the connection and forgets it; nothing is called any more. */
void transient_free(Transient *transient);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Transient, transient_free)
