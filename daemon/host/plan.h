/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NetworkPlan: what a connection wants of the machine's network, as a plain value.
 *
 * Pure code computes it from the profile, from what PPP negotiated and from the way to the
 * gateway; host/network.h applies it, or it is reported to NetworkManager instead.  What came
 * from the gateway or from the tunnel process is checked here and nowhere else. */
#pragma once

#include "host/path.h"

#define PLAN_MTU_MIN 576 /* RFC 791 §3.1: every host takes 576 bytes */
#define PLAN_MTU_MIN_IPV6 1280 /* RFC 8200 §5; below it a link has no IPv6 */
#define PLAN_MTU_MAX 1500 /* an Ethernet's: more than any path below carries */
#define PLAN_DNS_MAX 8
#define PLAN_SEARCH_MAX 16
#define PLAN_ROUTES_MAX 1024

typedef struct {
    IpPrefix destination;
    guint32 metric; /* 0: the kernel's own */
} PlanRoute;

/* What the profile says.  All pointers are borrowed. */
typedef struct {
    gboolean ipv4, ipv6;               /* which the profile wants at all */
    gboolean ipv4_default_route;       /* all IPv4 traffic goes through the tunnel */
    gboolean ipv6_default_route;
    gboolean allow_ipv6_leak;          /* all IPv4 through the tunnel and it has no IPv6: leave
                                          the machine's own IPv6 as it is, not unreachable */
    const PlanRoute *routes;           /* besides; both families */
    gsize n_routes;
    const IpAddress *dns;              /* the profile's servers */
    gsize n_dns;
    gboolean ignore_peer_dns;          /* only those */
    const char *const *search;         /* NULL-terminated, or NULL */
    guint mtu;                         /* 0: as negotiated */
} PlanSettings;

/* What PPP negotiated, as the tunnel process reports it.  Not trusted. */
typedef struct {
    guint32 address;           /* network order; 0: IPv4 is not up */
    guint32 peer_address;      /* network order; 0: unknown */
    guint32 dns[2];            /* network order; 0: none */
    gboolean ipv6;             /* IPV6CP is open */
    guint64 interface_id;      /* memory order (RFC 5072 §4.1) */
    guint64 peer_interface_id;
    guint mtu;                 /* bytes of an IP packet that fit; 0: unknown */
    /* What routers and DHCPv6 servers have said since; borrowed. */
    IpAddress ipv6_global;     /* none: the kernel may have made one, or there is none */
    const IpAddress *ipv6_dns;
    gsize n_ipv6_dns;
    const char *const *search; /* NULL-terminated, or NULL */
} PlanNegotiated;

typedef struct {
    char *interface;
    guint mtu;

    IpAddress ipv4_address; /* none: no IPv4 */
    IpAddress ipv4_peer;    /* none: unknown, or better not routed (see plan.c) */
    IpAddress ipv6_address; /* link-local; none: no IPv6 */
    IpAddress ipv6_global;  /* by DHCPv6; none: there is none, or routers alone give addresses */
    gboolean ipv6_autoconf; /* take addresses and routes from router advertisements */

    GArray *routes;         /* of PlanRoute, through the interface */
    gboolean ipv4_default_route;
    gboolean ipv6_default_route;
    gboolean ipv6_unreachable; /* IPv6 must not go around the tunnel */

    GatewayPath path;       /* of the outer packets: a host route keeps them on it */

    GArray *dns;            /* of IpAddress, in order of preference */
    GStrv search;           /* never NULL */
    gboolean dns_default;   /* these servers answer for all names, not for `search` only */
} NetworkPlan;

/* NULL with HOST_ERROR_VALUES when what was negotiated cannot be used: no address of its own
 * in any family that the profile wants, or one that cannot be a host's.  Less important
 * values that are unusable (a name server 0.0.0.0, a fifth one) are left out. */
NetworkPlan *network_plan_new(const char *interface, const PlanSettings *settings,
                              const PlanNegotiated *negotiated, const GatewayPath *path,
                              GError **error);
NetworkPlan *network_plan_copy(const NetworkPlan *plan);
void network_plan_free(NetworkPlan *plan);
/* What is still to be applied of a plan that is reported to somebody who sets addresses, routes
 * and name servers: the link itself with its link-local address, the way to the gateway, and that
 * IPv6 does not go around the tunnel. */
NetworkPlan *network_plan_reported(const NetworkPlan *plan);
gboolean network_plan_equal(const NetworkPlan *a, const NetworkPlan *b);
/* Whether name servers, search domains and what they answer for are the same. */
gboolean network_plan_equal_dns(const NetworkPlan *a, const NetworkPlan *b);
/* a{sv}, floating:
 *   interface s, mtu u, gateway s, gateway-interface s,
 *   ipv4-address s, ipv4-peer s, ipv6-address s, ipv6-global s ("" when there is none),
 *   ipv6-autoconf b,
 *   ipv4-default-route b, ipv6-default-route b, ipv6-unreachable b,
 *   routes a(su) (destination, metric), dns as, search as, dns-default b */
GVariant *network_plan_to_variant(const NetworkPlan *plan);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetworkPlan, network_plan_free)
