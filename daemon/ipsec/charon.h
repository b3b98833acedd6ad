/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The charon behind an IkeService, as the negotiations see it. */
#pragma once

#include "ipsec/ike.h"

/* Told to whoever has joined.  Both may come at any time after joining, never from inside
 * charon_join(); `down` may be followed by another `ready` only after charon_join() again. */
typedef struct {
    void (*ready)(gpointer user_data);
    void (*down)(const Failure *failure, gpointer user_data);
} CharonEvents;

typedef struct CharonMember CharonMember;

/* Holds the service (it is started if it does not run). */
CharonMember *charon_join(IkeService *service, const CharonEvents *events, gpointer user_data);
/* Lets it go; nothing is called any more. */
void charon_leave(CharonMember *member);

/* Valid once ready. */
const char *charon_socket_path(IkeService *service);
/* The local port from which charon speaks with a marker in front (RFC 3947 §4). */
guint16 charon_port_nat_t(IkeService *service);
gboolean charon_is_private(IkeService *service);
