/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The header of a data message (RFC 2661 §3.1). */
#include "l2tp/data.h"

#define FLAG_CONTROL 0x8000
#define FLAG_LENGTH 0x4000
#define FLAG_SEQUENCE 0x0800
#define FLAG_OFFSET 0x0200
#define VERSION_MASK 0x000f
#define VERSION_L2TP 2

gboolean l2tp_packet_is_control(const guint8 *packet, gsize length)
{
    return length > 0 && packet[0] & FLAG_CONTROL >> 8;
}

gboolean l2tp_data_parse(const guint8 *packet, gsize length, L2tpData *ret_data)
{
    Reader reader = reader_init(packet, length);
    guint16 flags = reader_u16(&reader);
    L2tpData data = { 0 };

    if (flags & FLAG_CONTROL || (flags & VERSION_MASK) != VERSION_L2TP)
        return FALSE;
    if (flags & FLAG_LENGTH) {
        /* Length counts the whole message; what lies behind it is not the frame's. */
        guint16 stated = reader_u16(&reader);
        if (stated > length || stated < reader.position)
            return FALSE;
        reader.length = stated;
    }
    data.tunnel_id = reader_u16(&reader);
    data.session_id = reader_u16(&reader);
    if (flags & FLAG_SEQUENCE) {
        data.sequenced = TRUE;
        data.ns = reader_u16(&reader);
        data.nr = reader_u16(&reader);
    }
    if (flags & FLAG_OFFSET)
        reader_skip(&reader, reader_u16(&reader));
    data.payload = reader_rest(&reader, &data.length);
    if (!reader_ok(&reader))
        return FALSE;
    *ret_data = data;
    return TRUE;
}

gsize l2tp_data_build(const L2tpData *data, gboolean with_length, guint8 *header)
{
    gsize size = 6u + (with_length ? 2u : 0) + (data->sequenced ? 4u : 0);
    Writer writer = writer_init(header, L2TP_DATA_HEADER_MAX);
    guint flags = VERSION_L2TP | (with_length ? FLAG_LENGTH : 0u) |
                  (data->sequenced ? FLAG_SEQUENCE : 0u);

    writer_u16(&writer, (guint16)flags);
    if (with_length)
        writer_u16(&writer, (guint16)(size + data->length));
    writer_u16(&writer, data->tunnel_id);
    writer_u16(&writer, data->session_id);
    if (data->sequenced) {
        writer_u16(&writer, data->ns);
        writer_u16(&writer, data->nr);
    }
    return writer.length;
}
