/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VPN connections that ended in NetworkManager although nobody had asked for it. */
#pragma once

#include <gio/gio.h>

typedef struct Ends Ends;

/* `settings`: the connection's, as NetworkManager shows them to this user (a{sa{sv}}, without
 * secrets); NULL where it shows none. */
typedef void (*EndsFunc)(const char *uuid, GVariant *settings, gpointer data);

Ends *ends_new(GDBusConnection *bus, EndsFunc func, gpointer data);
void ends_free(Ends *ends);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Ends, ends_free)
