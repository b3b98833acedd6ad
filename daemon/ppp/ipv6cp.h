/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IPv6 Control Protocol (RFC 5072): interface identifiers, nothing more.  Addresses and
 * name servers come by router advertisements and DHCPv6 over the open link. */
#pragma once

#include "ppp/control.h"

typedef struct {
    PppControl control;
    gboolean gone;
    gboolean ask_identifier;
    guint64 identifier; /* ours, in memory order */
    guint64 peer_identifier;
    guint64 judged_identifier;
} PppIpv6cp;

void ppp_ipv6cp_init(PppLink *link);
