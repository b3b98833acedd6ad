/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data messages: the input is a row of packets, each behind its length in one byte. */
#include "l2tp/sequence.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void one(L2tpSequence *sequence, const guint8 *packet, gsize length)
{
    guint8 header[L2TP_DATA_HEADER_MAX];
    L2tpData parsed, again;

    if (!l2tp_data_parse(packet, length, &parsed))
        return;
    if (l2tp_packet_is_control(packet, length) || parsed.length > length)
        g_error("broken: a data message that is none");
    /* What is built from it says the same. */
    gsize header_length = l2tp_data_build(&parsed, TRUE, header);
    guint8 *rebuilt = g_malloc(header_length + parsed.length);
    memcpy(rebuilt, header, header_length);
    if (parsed.length > 0)
        memcpy(rebuilt + header_length, parsed.payload, parsed.length);
    if (!l2tp_data_parse(rebuilt, header_length + parsed.length, &again) ||
        again.tunnel_id != parsed.tunnel_id || again.session_id != parsed.session_id ||
        again.sequenced != parsed.sequenced || again.ns != parsed.ns ||
        again.length != parsed.length)
        g_error("broken: parse(build(parse(x))) is another message");
    g_free(rebuilt);
    if (l2tp_sequence_receive(sequence, &parsed) && parsed.sequenced &&
        l2tp_sequence_receive(sequence, &parsed))
        g_error("broken: a duplicate was let through");
    l2tp_sequence_send(sequence, &again);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    Reader input = reader_init(data, size);
    L2tpSequence sequence;

    l2tp_sequence_init(&sequence, FALSE);
    while (reader_left(&input) > 0) {
        gsize length = reader_u8(&input);

        length = MIN(length, reader_left(&input));
        const guint8 *bytes = reader_bytes(&input, length);
        guint8 *copy = g_memdup2(bytes, length);

        one(&sequence, copy, length);
        g_free(copy);
    }
    return 0;
}
