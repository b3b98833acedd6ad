/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The UDP socket that L2TP runs over: it cannot send in clear, and it cannot send into the
 * tunnel that it carries. */
#pragma once

#include "host/path.h"

#define L2TP_PORT 1701

typedef enum {
    L2TP_PORT_PREFERRED, /* `port` when it is free, else any */
    L2TP_PORT_FIXED,     /* `port` or HOST_ERROR_PORT_TAKEN, with the holder's name if it can be
                            found out */
    L2TP_PORT_ANY,
} L2tpPortChoice;

typedef struct {
    GatewayPath path;      /* binds to its source address and interface */
    L2tpPortChoice choice;
    guint16 port;          /* 0: L2TP_PORT */
    guint32 reqid;         /* of the ESP SA that must protect every packet; 0: plain L2TP */
    guint dscp;            /* of every packet (RFC 2474 §3) */
} L2tpSocketConfig;

/* A non-blocking descriptor, close-on-exec, not connected.  With a reqid the XFRM policy (in
 * and out) is there before the socket has an address: there is no moment in which anything
 * could leave in clear or come in in clear, whether charon lives or not. */
int l2tp_socket_open(const L2tpSocketConfig *config, guint16 *ret_port, GError **error);
/* The greatest UDP payload's IP packet that fits into the path, ESP subtracted: what
 * getsockopt(IP_MTU) says of the socket connected to `gateway`:`port`.  Call it when the SA is
 * up.  A socket that was not connected is not connected afterwards; one that is stays so. */
gboolean l2tp_socket_mtu(int fd, const IpAddress *gateway, guint16 port, guint *ret_mtu,
                         GError **error);
