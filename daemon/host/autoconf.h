/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tunnel process needs to learn IPv6 settings from: two sockets, through which nothing
 * comes but what concerns one interface.  causewayd opens them and reads neither. */
#pragma once

#include "host/link.h"
#include "host/inet.h"

/* A netlink socket on which the kernel tells what routers announced on that interface: options
 * that it does not use itself (RTM_NEWNDUSEROPT) and the flags M and O (in RTM_NEWLINK).  A raw
 * ICMPv6 socket would need CAP_NET_RAW and could send.  Its filter, which is locked, lets only
 * the kernel's own notifications about that interface through: who holds it learns nothing else
 * of the machine, and may change nothing, as the right to do so is asked of the writer, too. */
int host_autoconf_router_socket(const HostLink *link, GError **error);
/* The DHCPv6 client port of that interface and its link-local address, which is there already. */
int host_autoconf_dhcp6_socket(const HostLink *link, const IpAddress *link_local, GError **error);
/* The flags of the last router advertisement that the kernel has seen on that interface. */
gboolean host_autoconf_flags(const HostLink *link, gboolean *ret_managed, gboolean *ret_other);
