/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is the peer still there?  LCP Echo-Requests on an idle link (RFC 1661 §5.8). */
#pragma once

#include "base/bytes.h"
#include "base/usec.h"

typedef struct PppLink PppLink;

typedef struct {
    gboolean running;
    guint unanswered; /* Echo-Requests since the peer was last heard */
    guint8 identifier;
    Usec deadline;
} PppEcho;

void ppp_echo_start(PppLink *link);
void ppp_echo_stop(PppLink *link);
/* The peer has sent something, whatever it was. */
void ppp_echo_seen(PppLink *link);
void ppp_echo_tick(PppLink *link);
Usec ppp_echo_deadline(const PppLink *link);
