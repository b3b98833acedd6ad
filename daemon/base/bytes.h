/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bounded access to bytes in network order.
 *
 * Both cursors have a sticky error: once a read or a write did not fit, `failed` stays set,
 * reads return zero and writes do nothing, so a parser may read a whole structure and ask once
 * at its end.  A position is compared as `n > length - position`, never as a sum, which could
 * wrap.  Neither cursor owns the memory below it. */
#pragma once

#include <glib.h>

typedef struct {
    const guint8 *data;
    gsize length;
    gsize position;
    gboolean failed;
} Reader;

Reader reader_init(const void *data, gsize length);
/* A reader over `length` bytes that are taken out of `reader`; failed when they are not there. */
Reader reader_sub(Reader *reader, gsize length);
gsize reader_left(const Reader *reader);
gboolean reader_ok(const Reader *reader);
guint8 reader_u8(Reader *reader);
guint16 reader_u16(Reader *reader);
guint32 reader_u32(Reader *reader);
guint64 reader_u64(Reader *reader);
/* `length` bytes in place, or NULL (with `failed` set) when they are not there.  A length of
 * zero gives a pointer that must not be read through, NULL only after an error. */
const guint8 *reader_bytes(Reader *reader, gsize length);
/* What is left, in place. */
const guint8 *reader_rest(Reader *reader, gsize *ret_length);
void reader_skip(Reader *reader, gsize length);

typedef struct {
    guint8 *data;
    gsize size;   /* capacity, bytes */
    gsize length; /* written so far, bytes */
    gboolean failed;
} Writer;

Writer writer_init(void *data, gsize size);
gboolean writer_ok(const Writer *writer);
void writer_u8(Writer *writer, guint8 value);
void writer_u16(Writer *writer, guint16 value);
void writer_u32(Writer *writer, guint32 value);
void writer_bytes(Writer *writer, const void *data, gsize length);
/* Overwrites two bytes that were written before, e.g. a length known only at the end. */
void writer_patch_u16(Writer *writer, gsize position, guint16 value);
