/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP addresses and prefixes as plain values. */
#pragma once

#include <glib.h>
#include <netinet/in.h>
#include <sys/socket.h>

typedef struct {
    int family;        /* AF_INET, AF_INET6, or 0: no address */
    guint8 bytes[16];  /* network order; the first 4 for AF_INET */
} IpAddress;

typedef struct {
    IpAddress address; /* host bits are zero */
    guint8 length;     /* bits */
} IpPrefix;

IpAddress ip_address_none(void);
/* `address` in network order, as PPP has it; 0 gives no address. */
IpAddress ip_address_from_ipv4(guint32 address);
/* A link-local address from the interface identifier of RFC 5072 §5, in memory order. */
IpAddress ip_address_link_local(guint64 interface_id);
gboolean ip_address_parse(const char *text, IpAddress *ret_address);
gboolean ip_address_from_sockaddr(const struct sockaddr *sockaddr, IpAddress *ret_address);
socklen_t ip_address_to_sockaddr(const IpAddress *address, guint16 port, guint32 scope_id,
                                 struct sockaddr_storage *ret_sockaddr);
/* To be freed; "none" for no address. */
char *ip_address_to_string(const IpAddress *address);
gboolean ip_address_equal(const IpAddress *a, const IpAddress *b);
/* 4 or 16; 0 for no address. */
gsize ip_address_size(const IpAddress *address);
/* Whether it can be a host's own address, a server's or a gateway's: not unspecified, loopback,
 * multicast, broadcast or reserved (RFC 6890).  Link-local ones count as usable. */
gboolean ip_address_is_usable(const IpAddress *address);
gboolean ip_address_is_link_local(const IpAddress *address);

/* "10.0.0.0/8" or an address alone (a host).  FALSE when bits beyond the length are set. */
gboolean ip_prefix_parse(const char *text, IpPrefix *ret_prefix);
IpPrefix ip_prefix_host(const IpAddress *address);
char *ip_prefix_to_string(const IpPrefix *prefix);
gboolean ip_prefix_contains(const IpPrefix *prefix, const IpAddress *address);
gboolean ip_prefix_equal(const IpPrefix *a, const IpPrefix *b);
