/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bounded access to bytes in network order. */
#include "base/bytes.h"

#include <string.h>

Reader reader_init(const void *data, gsize length)
{
    return (Reader){ .data = data, .length = data ? length : 0 };
}

const guint8 *reader_bytes(Reader *reader, gsize length)
{
    /* An empty source has no memory to point at, yet reading nothing from it is no error. */
    static const guint8 nothing[1];

    if (reader->failed || length > reader->length - reader->position) {
        reader->failed = TRUE;
        return NULL;
    }
    const guint8 *bytes = reader->data ? reader->data + reader->position : nothing;
    reader->position += length;
    return bytes;
}

Reader reader_sub(Reader *reader, gsize length)
{
    const guint8 *bytes = reader_bytes(reader, length);

    return (Reader){ .data = bytes, .length = bytes ? length : 0, .failed = bytes == NULL };
}

gsize reader_left(const Reader *reader)
{
    return reader->failed ? 0 : reader->length - reader->position;
}

gboolean reader_ok(const Reader *reader)
{
    return !reader->failed;
}

static guint64 reader_number(Reader *reader, gsize length)
{
    const guint8 *bytes = reader_bytes(reader, length);
    guint64 value = 0;

    for (gsize i = 0; bytes && i < length; i++)
        value = value << 8 | bytes[i];
    return value;
}

guint8 reader_u8(Reader *reader)
{
    return (guint8)reader_number(reader, 1);
}

guint16 reader_u16(Reader *reader)
{
    return (guint16)reader_number(reader, 2);
}

guint32 reader_u32(Reader *reader)
{
    return (guint32)reader_number(reader, 4);
}

guint64 reader_u64(Reader *reader)
{
    return reader_number(reader, 8);
}

const guint8 *reader_rest(Reader *reader, gsize *ret_length)
{
    *ret_length = reader_left(reader);
    return reader_bytes(reader, *ret_length);
}

void reader_skip(Reader *reader, gsize length)
{
    reader_bytes(reader, length);
}

Writer writer_init(void *data, gsize size)
{
    return (Writer){ .data = data, .size = size };
}

gboolean writer_ok(const Writer *writer)
{
    return !writer->failed;
}

void writer_bytes(Writer *writer, const void *data, gsize length)
{
    if (writer->failed || length > writer->size - writer->length) {
        writer->failed = TRUE;
        return;
    }
    if (length > 0)
        memcpy(writer->data + writer->length, data, length);
    writer->length += length;
}

void writer_u8(Writer *writer, guint8 value)
{
    writer_bytes(writer, &value, sizeof value);
}

void writer_u16(Writer *writer, guint16 value)
{
    value = GUINT16_TO_BE(value);
    writer_bytes(writer, &value, sizeof value);
}

void writer_u32(Writer *writer, guint32 value)
{
    value = GUINT32_TO_BE(value);
    writer_bytes(writer, &value, sizeof value);
}

void writer_patch_u16(Writer *writer, gsize position, guint16 value)
{
    if (writer->failed || writer->length < 2 || position > writer->length - 2) {
        writer->failed = TRUE;
        return;
    }
    writer->data[position] = (guint8)(value >> 8);
    writer->data[position + 1] = (guint8)value;
}
