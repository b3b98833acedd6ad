/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Peers that are given up although they speak. */
#include "ppp/control.h"
#include "ppp/link.h"

/* The peer has acknowledged for long enough, and asks for nothing itself. */
static gboolean is_mute(const PppControl *control)
{
    return control->state == PPP_ACK_RCVD && control->acked_since > 0 &&
           control->link->now - control->acked_since >= PPP_MUTE_MAX;
}

/* It speaks, and hears nothing of what we say. */
static gboolean is_deaf(const PppControl *control)
{
    return control->state == PPP_ACK_SENT && control->waiting && control->peer_repeats > 0 &&
           PPP_MAX_CONFIGURE - control->restart_count >= PPP_DEAF_REQUESTS;
}

gboolean ppp_control_is_given_up(const PppControl *control)
{
    return is_mute(control) || is_deaf(control);
}

gboolean ppp_control_is_restless(PppControl *control)
{
    Usec now = control->link->now;

    if (now - control->renegotiated_since >= PPP_RENEGOTIATIONS_TIME) {
        control->renegotiated_since = now;
        control->renegotiations = 0;
    }
    return ++control->renegotiations > PPP_RENEGOTIATIONS_MAX;
}
