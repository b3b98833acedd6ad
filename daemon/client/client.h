/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What front ends talk to: the service's profiles and connections as proxies that follow it.
 * CausewayManager, CausewayProfile and CausewayConnection are generated from the D-Bus XML. */
#pragma once

#include <gio/gio.h>

#include "base/secret.h"
#include "causeway-dbus.h"
#include "profile/profile.h"

typedef struct Client Client;

typedef enum {
    CLIENT_ERROR_OTHER,
    CLIENT_ERROR_NOT_AUTHORIZED,
    CLIENT_ERROR_NOT_FOUND,
    CLIENT_ERROR_INVALID,
    CLIENT_ERROR_EXISTS, /* something of this name */
    CLIENT_ERROR_ALREADY_ACTIVE,
    CLIENT_ERROR_NO_SERVICE, /* there is no bus, or nobody on it who is Causeway */
} ClientErrorKind;
#define CLIENT_ERROR (client_error_quark())
GQuark client_error_quark(void);

/* On the system bus; starts the service where the bus can. */
Client *client_new(GError **error);
void client_free(Client *client);
GDBusConnection *client_bus(Client *client);
CausewayManager *client_manager(Client *client);
/* Emits object-added and object-removed; updated from the thread-default main context. */
GDBusObjectManager *client_objects(Client *client);

/* What a call's error means, and its message without D-Bus's decoration. */
ClientErrorKind client_error_kind(const GError *error);
char *client_error_message(const GError *error);

/* CausewayProfile * by name; own ones before everybody's.  Each has a name, a UUID and a user, which
 * hold until the main context is iterated. */
GPtrArray *client_profiles(Client *client);
/* By name or UUID; a new reference. */
CausewayProfile *client_find_profile(Client *client, const char *name, GError **error);
/* The service leaves while it has nothing to do, and what was known of it goes with it: to be called
 * when a person has taken time since `profile` was found.  It is found anew if need be; NULL after an
 * error. */
gboolean client_renew(Client *client, CausewayProfile **profile, GError **error);
/* The profile's connection, or NULL; a new reference. */
CausewayConnection *client_find_connection(Client *client, const char *uuid);

/* CausewayConnection * that belong to no profile: NetworkManager's. */
GPtrArray *client_transients(Client *client);
/* One of them by its name or UUID; a new reference or NULL. */
CausewayConnection *client_find_transient(Client *client, const char *name);

/* These wait for the service, and for the password that polkit may ask for. */
Profile *client_load(CausewayProfile *profile, GError **error);
/* For the caller, or for everybody (of root always).  A new reference; secrets of `profile` are
 * stored too. */
CausewayProfile *client_add(Client *client, Profile *profile, gboolean everybody, GError **error);
/* What AddProfile wants; a full reference. */
GVariant *client_new_settings(Profile *profile, gboolean everybody);
gboolean client_update(CausewayProfile *proxy, Profile *profile, GError **error);
/* NULL clears. */
gboolean client_set_secret(CausewayProfile *proxy, const char *field, const Secret *secret,
                           GError **error);
gboolean client_remove(CausewayProfile *proxy, GError **error);
gboolean client_disconnect(CausewayConnection *connection, GError **error);

/* The secret as a sealed memory file's descriptor; -1 on failure. */
int client_secret_file(const Secret *secret, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Client, client_free)
