/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sequence numbers of a session's data messages (RFC 2661 §5.4).
 *
 * Nothing is held back to restore an order: a message that is older than the newest one seen is
 * dropped, everything else is let through at once.  A peer that begins to count anew (a gateway
 * that hands the session to its kernel, or to another of its machines) is believed after a few. */
#pragma once

#include "l2tp/data.h"

typedef struct {
    guint16 next;     /* Ns of the next one that we send */
    guint16 expected; /* one more than the newest Ns received */
    gboolean sending; /* ours carry numbers */
    gboolean required;
    guint16 stale; /* one more than the Ns that was dropped last */
    guint n_stale; /* dropped ones that followed each other */
} L2tpSequence;

/* `required`: the Sequencing Required AVP was sent, so numbers are always there. */
void l2tp_sequence_init(L2tpSequence *sequence, gboolean required);
/* FALSE: a duplicate or late message, to be dropped.  Follows the LNS, which turns numbers on
 * and off by sending with or without them. */
gboolean l2tp_sequence_receive(L2tpSequence *sequence, const L2tpData *data);
/* Fills in `sequenced`, `ns` and `nr` for a message that is about to be sent. */
void l2tp_sequence_send(L2tpSequence *sequence, L2tpData *data);
