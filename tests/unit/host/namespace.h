/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine of the test's own: network and mount namespaces, with root's rights inside whoever
 * runs the test.
 *
 *   up0 192.0.2.2/24 ---- far0 (no address: the test reads and writes its frames)
 *   default via 192.0.2.1, whose neighbour entry is far0's
 *   up1 203.0.113.2/24 ---- far1: a second network, without a default route
 *
 * /etc is an empty tmpfs with a resolv.conf, /usr/sbin one without anything.  Of root's capabilities only CAP_NET_ADMIN (and
 * CAP_NET_RAW for the test's own frames) are left afterwards. */
#pragma once

#include "host/netlink.h"

#define GATEWAY "198.51.100.1"
#define UP0_ADDRESS "192.0.2.2"
#define UP0_ROUTER "192.0.2.1"
#define UP1_ADDRESS "203.0.113.2"
#define UP1_ROUTER "203.0.113.1"
#define RESOLV_CONF_TEXT "nameserver 192.0.2.1\nsearch home.arpa\n"

/* Once per process.  Exits with a message when it is not possible. */
void namespace_enter(void);

/* g_test_run(), after which the service's folder (of host_new(); its own lock and an empty journal
 * may lie there) is removed and freed. */
int namespace_run_tests(char *run_folder);

IpAddress namespace_address(const char *text);
/* Adds or deletes "DESTINATION via ROUTER dev INTERFACE" as an administrator would. */
int namespace_route(gboolean add, const char *destination, const char *router,
                    const char *interface, guint32 metric);
void namespace_link(const char *interface, gboolean up);
/* ADDRESS/24. */
void namespace_set_address(gboolean add, const char *interface, const char *address);

/* Links, addresses and routes as the kernel prints them under /proc/net, and the text, type and
 * mode of /etc/resolv.conf: equal means unchanged.  None of it is read by our own code. */
char *namespace_snapshot(void);
/* Fails with the lines that differ. */
void namespace_assert_same(const char *now, const char *before);

/* A packet socket on an interface. */
int namespace_frames(const char *interface);
/* Puts an UDP packet over IPv4 on the wire at the far end, towards `destination`. */
void namespace_inject(int frames, const char *source, guint16 source_port,
                      const char *destination, guint16 destination_port, const char *payload);
/* Waits for the next UDP packet over IPv4 that the machine has sent; TRUE with its payload's
 * first byte and destination port, FALSE when something else came that is IPv4. */
gboolean namespace_next_udp(int frames, guint16 *ret_port, char *ret_first);

/* Runs the main loop until `*flag`. */
void namespace_wait(const gboolean *flag);
