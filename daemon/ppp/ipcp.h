/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IP Control Protocol (RFC 1332) with the name servers of RFC 1877. */
#pragma once

#include "ppp/control.h"

/* Primary DNS, primary NBNS, secondary DNS, secondary NBNS: options 129 to 132. */
#define PPP_SERVER_COUNT 4

typedef struct {
    PppControl control;
    gboolean gone;          /* will not come up (again) */
    guint32 address;        /* ours, network order */
    gboolean ask_address;   /* until the peer rejects the option */
    guint32 servers[PPP_SERVER_COUNT];
    gboolean ask_server[PPP_SERVER_COUNT];
    guint32 peer_address;
    guint32 judged_address; /* of the Configure-Request that is being read */
} PppIpcp;

void ppp_ipcp_init(PppLink *link);
