/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The header of an L2TP data message (RFC 2661 §3.1). */
#pragma once

#include "base/bytes.h"

typedef struct {
    guint16 tunnel_id;
    guint16 session_id;
    gboolean sequenced; /* ns and nr are there */
    guint16 ns, nr;
    const guint8 *payload; /* in place: the PPP frame */
    gsize length;
} L2tpData;

#define L2TP_DATA_HEADER_MAX 12

/* Whether the packet is a control message: only the T bit is looked at, before anything else. */
gboolean l2tp_packet_is_control(const guint8 *packet, gsize length);
/* FALSE: not a data message of version 2, or its Length or Offset does not fit. */
gboolean l2tp_data_parse(const guint8 *packet, gsize length, L2tpData *ret_data);
/* Writes the header in front of a PPP frame: 6 bytes, 10 with sequence numbers, and 2 more when
 * `with_length`.  `header` has room for L2TP_DATA_HEADER_MAX.  Returns the header's length.
 * `data->length` (the payload's) counts only when `with_length`. */
gsize l2tp_data_build(const L2tpData *data, gboolean with_length, guint8 *header);
