/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network interfaces and their addresses: state, MTU, counters, kernel settings. */
#pragma once

#include "host/link.h"
#include "host/netlink.h"

/* The index of the interface of that name, or -ENODEV.  Not if_nametoindex(): for a name that there
 * is not, its ioctl has the kernel run modprobe, in case that a module of that name would bring it,
 * and wait for that. */
int interface_index(Netlink *netlink, const char *name);
/* 0 or -errno. */
int interface_set(Netlink *netlink, int ifindex, gboolean up, guint mtu);
/* Makes a PPP unit's interface of the given name out of an open /dev/ppp. */
int interface_new_ppp(Netlink *netlink, const char *name, int ppp_fd);
int interface_delete(Netlink *netlink, int ifindex);
int interface_statistics(Netlink *netlink, int ifindex, HostStatistics *ret_statistics);
/* "tun", "ppp", "veth", … ("" when the kernel names none) and its MTU.  -ENODEV. */
int interface_describe(Netlink *netlink, int ifindex, char ret_kind[16], guint *ret_mtu);
/* IFLA_INET6_FLAGS. */
int interface_inet6_flags(Netlink *netlink, int ifindex, guint32 *ret_flags);

/* A point-to-point address; `peer` none: the address alone, with no route to anybody. */
int interface_add_address(Netlink *netlink, int ifindex, const IpAddress *local,
                          const IpAddress *peer);
int interface_delete_address(Netlink *netlink, int ifindex, const IpAddress *local,
                             const IpAddress *peer);
/* The machine has this address on any interface. */
/* Whether another interface has an address in a network that `address` of this one belongs to. */
gboolean interface_shares_network(Netlink *netlink, int ifindex, const IpAddress *address);
gboolean interface_owns_address(Netlink *netlink, const IpAddress *address);
/* Adds to `addresses` (of IpAddress) the IPv6 addresses of the interface that others can answer
 * to. */
void interface_global_ipv6(Netlink *netlink, int ifindex, GArray *addresses);
/* Takes away those among them that the kernel made out of router advertisements. */
void interface_forget_autoconf(Netlink *netlink, int ifindex);

/* /proc/sys/net/FAMILY/conf/INTERFACE/KEY: 0 or -errno. */
int interface_set_option(const char *family, const char *interface, const char *key, int value);
