/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sequence numbers of a session's data messages. */
#include "l2tp/sequence.h"

/* So many old messages in an unbroken row are no copies: the peer counts anew. */
#define NEW_COUNT 5

void l2tp_sequence_init(L2tpSequence *sequence, gboolean required)
{
    *sequence = (L2tpSequence){ .sending = required, .required = required };
}

gboolean l2tp_sequence_receive(L2tpSequence *sequence, const L2tpData *data)
{
    if (!data->sequenced) {
        /* "if the LAC receives a data message without sequence numbers present, it MUST stop
         * sending sequence numbers" (RFC 2661 §5.4), unless it has demanded them. */
        sequence->sending = sequence->required;
        return TRUE;
    }
    /* "it MUST begin sending sequence numbers" (RFC 2661 §5.4). */
    sequence->sending = TRUE;
    /* The 32767 values before the newest one are old, and so is that one itself (§5.8). */
    if ((guint16)(data->ns - sequence->expected) >= 0x8000) {
        sequence->n_stale = data->ns == sequence->stale ? sequence->n_stale + 1 : 1;
        sequence->stale = (guint16)(data->ns + 1);
        if (sequence->n_stale < NEW_COUNT)
            return FALSE;
    }
    sequence->n_stale = 0;
    sequence->expected = (guint16)(data->ns + 1);
    return TRUE;
}

void l2tp_sequence_send(L2tpSequence *sequence, L2tpData *data)
{
    data->sequenced = sequence->sending;
    /* Nr is reserved in data messages (RFC 2661 §3.1). */
    data->nr = 0;
    /* "the sequence number state picks up where it left off before" (RFC 2661 §5.4). */
    data->ns = sequence->sending ? sequence->next++ : 0;
}
