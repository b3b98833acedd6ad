/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a network says of itself over IPv6 besides its prefixes, as a client that listens: name
 * servers and search domains from router advertisements (RFC 8106), and by DHCPv6 (RFC 8415) the
 * same and an address, where the router says that there is a server.
 *
 * The engine knows no clock, socket or timer: time comes in as `now`, effects come out of
 * dhcp6_client_next() in order.  Call dhcp6_client_next() until it returns FALSE after every
 * other call, and dhcp6_client_tick() when dhcp6_client_deadline() has come.
 *
 * It says nothing before a router has spoken, and gives up where no server answers.  Lifetimes
 * are kept here and nowhere else: what has run out is missing from the next settings. */
#pragma once

#include "base/entropy.h"
#include "base/usec.h"

#define DHCP6_DNS_MAX 8
#define DHCP6_SEARCH_MAX 16
#define DHCP6_NAME_MAX 253 /* characters of a domain name (RFC 1035 §3.1, without its last dot) */

#define DHCP6_CLIENT_PORT 546
#define DHCP6_SERVER_PORT 547

/* The answer as a plain value: addresses in network order, names of letters, digits, hyphens and
 * underscores. */
typedef struct {
    gboolean has_address;
    guint8 address[16]; /* this host's, alone: it says nothing of a prefix (RFC 8415 §18.2.10.1) */
    guint n_dns;
    guint8 dns[DHCP6_DNS_MAX][16]; /* of DHCPv6 first (RFC 8106 §5.3.1) */
    guint n_search;
    char search[DHCP6_SEARCH_MAX][DHCP6_NAME_MAX + 1];
} Dhcp6Settings;

/* Whether an address can be one of a host or a server that is reached by a route: unicast, and
 * of a wider scope than a link's. */
gboolean dhcp6_address_is_global(const guint8 address[16]);
gboolean dhcp6_name_is_domain(const char *name);
/* Whether the counts, the addresses and the names are what is said above. */
gboolean dhcp6_settings_valid(const Dhcp6Settings *settings);

typedef enum {
    DHCP6_EFFECT_SEND,     /* packet/length: a message to ff02::1:2, port 547 */
    DHCP6_EFFECT_SETTINGS, /* settings: they are others than those told before */
} Dhcp6EffectType;

/* Pointers in an effect belong to the engine and hold until its next call. */
typedef struct {
    Dhcp6EffectType type;
    const guint8 *packet;
    gsize length;
    const Dhcp6Settings *settings;
} Dhcp6Effect;

typedef struct Dhcp6Client Dhcp6Client;

#define DHCP6_IDENTITY_SIZE 16

/* `identity`: sixteen bytes that servers know this client by, the same each time (a DUID of type
 * UUID, RFC 6355).  `entropy` is borrowed and must outlive the client. */
Dhcp6Client *dhcp6_client_new(const guint8 identity[DHCP6_IDENTITY_SIZE], Entropy *entropy);
void dhcp6_client_free(Dhcp6Client *client);
/* The flags M and O of a router advertisement (RFC 4861 §4.2). */
void dhcp6_client_router(Dhcp6Client *client, Usec now, gboolean managed, gboolean other);
/* Options of a router advertisement (RFC 4861 §4.6), one or several in a row. */
void dhcp6_client_router_options(Dhcp6Client *client, Usec now, const guint8 *options,
                                 gsize length);
/* What came to the client port. */
void dhcp6_client_input(Dhcp6Client *client, Usec now, const guint8 *message, gsize length);
/* Gives a leased address back, in one message that nobody waits for.  No settings follow. */
void dhcp6_client_close(Dhcp6Client *client, Usec now);
void dhcp6_client_tick(Dhcp6Client *client, Usec now);
Usec dhcp6_client_deadline(const Dhcp6Client *client);
gboolean dhcp6_client_next(Dhcp6Client *client, Dhcp6Effect *effect);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dhcp6Client, dhcp6_client_free)
