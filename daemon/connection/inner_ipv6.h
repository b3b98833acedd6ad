/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv6 inside the tunnel, as far as it comes after PPP: what the tunnel process is given to learn
 * it from, and what it has learnt. */
#pragma once

#include "connection/tunnel_process.h"
#include "host/link.h"
#include "host/plan.h"
#include "profile/profile.h"

/* All zero at first. */
typedef struct {
    IpAddress link_local; /* for which the tunnel process has its sockets */
    gboolean begun;
    int router_fd; /* valid while `begun` is not yet */
    IpAddress address;
    guint n_dns;
    IpAddress dns[DHCP6_DNS_MAX];
    char *search[DHCP6_SEARCH_MAX + 1];
} InnerIpv6;

/* Before the link-local address is set, whereupon the kernel asks for routers: from here on no
 * answer is missed.  Nothing when that address has been begun with.  What goes wrong here and
 * below is logged and leaves the connection with less. */
void inner_ipv6_prepare(InnerIpv6 *ipv6, HostLink *link, const IpAddress *link_local);
/* When it is set. */
void inner_ipv6_begin(InnerIpv6 *ipv6, HostLink *link, Profile *profile, TunnelProcess *tunnel);
/* In place of what was learnt before. */
void inner_ipv6_learn(InnerIpv6 *ipv6, const Dhcp6Settings *settings);
/* Adds it to what PPP negotiated; valid until the next _learn() or _clear(). */
void inner_ipv6_fill(const InnerIpv6 *ipv6, PlanNegotiated *negotiated);
void inner_ipv6_clear(InnerIpv6 *ipv6);
