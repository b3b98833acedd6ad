/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Echo-Requests after a time without any frame, then one a second.  The unanswered ones are
 * counted, not the time: after an hour's sleep the peer still gets its full number of tries. */
#include "ppp/echo.h"

#include "ppp/link.h"

#define REPEAT USEC_PER_SEC

void ppp_echo_start(PppLink *link)
{
    link->echo.running = link->config.echo_interval > 0;
    ppp_echo_seen(link);
}

void ppp_echo_stop(PppLink *link)
{
    link->echo.running = FALSE;
    link->echo.deadline = USEC_NEVER;
}

void ppp_echo_seen(PppLink *link)
{
    if (!link->echo.running)
        return;
    link->echo.unanswered = 0;
    link->echo.deadline = usec_add(link->now, link->config.echo_interval);
}

void ppp_echo_tick(PppLink *link)
{
    PppEcho *echo = &link->echo;
    guint32 magic = link->lcp.ours.magic;

    if (!echo->running || link->now < echo->deadline)
        return;
    if (echo->unanswered > 0 && echo->unanswered >= link->config.echo_failures) {
        ppp_link_fail(link, failure_new(link->network_up ? STAGE_CONNECTED : STAGE_NETWORK,
                                        FAILURE_CONNECTION_LOST, NULL));
        return;
    }
    /* RFC 1661 §5.8: the magic number of the sender, zero if none was negotiated. */
    guint8 body[4] = {(guint8)(magic >> 24), (guint8)(magic >> 16), (guint8)(magic >> 8),
                      (guint8)magic};
    echo->unanswered++;
    echo->deadline = usec_add(link->now, REPEAT);
    ppp_control_send(&link->lcp.control, PPP_ECHO_REQUEST, ++echo->identifier, body, sizeof body);
}

Usec ppp_echo_deadline(const PppLink *link)
{
    return link->echo.running ? link->echo.deadline : USEC_NEVER;
}
