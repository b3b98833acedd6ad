/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Binary property lists: objects, a table of their offsets, and a trailer, as Apple's
 * CFBinaryPList.c describes them ("bplist00").  References may form loops and meet again, so
 * depth and number are bounded on the way. */
#include <string.h>

#include "profile/import_plist.h"
#include "profile/language.h"
#include "profile/profile.h"

#define TRAILER 32

typedef struct {
    const guint8 *data;
    gsize end;        /* where the offset table begins: objects lie before it */
    gsize table;
    guint offset_size, reference_size;
    guint64 objects;
    guint nodes;
    gsize bytes; /* of texts so far */
} Binary;

static guint64 big_endian(const guint8 *bytes, guint size)
{
    guint64 value = 0;

    for (guint i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    return value;
}

gboolean plist_is_binary(const guint8 *data, gsize length)
{
    return length >= 8 && memcmp(data, "bplist00", 8) == 0;
}

/* How many bytes, characters or references follow; moves `*at` behind the count. */
static gboolean read_count(const Binary *binary, gsize *at, guint8 marker, gsize *ret_count)
{
    *ret_count = marker & 0x0f;
    if (*ret_count != 0x0f)
        return TRUE;
    if (*at >= binary->end || (binary->data[*at] & 0xf0) != 0x10)
        return FALSE;
    guint size = 1u << (binary->data[*at] & 0x0f);
    (*at)++;
    if (size > 8 || size > binary->end - *at)
        return FALSE;
    guint64 count = big_endian(binary->data + *at, size);
    *at += size;
    *ret_count = (gsize)count;
    return count <= binary->end;
}

static gboolean has(const Binary *binary, gsize at, gsize count, gsize size)
{
    return count <= (binary->end - at) / size;
}

static Plist *read_integer(const Binary *binary, gsize at, guint8 marker)
{
    guint size = 1u << (marker & 0x0f);

    if (size > 16 || !has(binary, at, 1, size))
        return NULL;
    Plist *value = plist_new(size > 8 ? PLIST_OTHER : PLIST_INTEGER);
    value->number = (gint64)big_endian(binary->data + at, MIN(size, 8));
    return value;
}

static Plist *read_utf16(const Binary *binary, gsize at, gsize count)
{
    gsize length = 0;

    if (!has(binary, at, count, 2))
        return NULL;
    char *text = g_convert((const char *)binary->data + at, (gssize)count * 2, "UTF-8", "UTF-16BE",
                           NULL, &length, NULL);
    if (!text || memchr(text, 0, length)) {
        g_free(text);
        return NULL;
    }
    Plist *value = plist_new_text(PLIST_STRING, text, length);
    explicit_bzero(text, length);
    g_free(text);
    return value;
}

static Plist *read_object(Binary *binary, guint64 index, guint depth);

static gboolean read_items(Binary *binary, Plist *value, gsize at, gsize count, guint depth)
{
    gboolean dict = value->type == PLIST_DICT;
    gsize size = binary->reference_size;

    if (!has(binary, at, count, dict ? 2 * size : size))
        return FALSE;
    for (gsize i = 0; i < count; i++) {
        if (dict) {
            g_autoptr(Plist) key = read_object(
                binary, big_endian(binary->data + at + i * size, (guint)size), depth + 1);
            if (!key || key->type != PLIST_STRING)
                return FALSE;
            g_ptr_array_add(value->keys, g_strdup(key->text));
        }
        gsize reference = at + (dict ? count + i : i) * size;
        Plist *item = read_object(binary, big_endian(binary->data + reference, (guint)size),
                                  depth + 1);
        /* A key without an item would misplace what follows. */
        g_ptr_array_add(value->items, item ? item : plist_new(PLIST_OTHER));
        if (!item)
            return FALSE;
    }
    return TRUE;
}

static Plist *read_object(Binary *binary, guint64 index, guint depth)
{
    gsize count;

    if (index >= binary->objects || depth > PLIST_DEPTH_MAX || ++binary->nodes > PLIST_NODES_MAX)
        return NULL;
    guint64 offset = big_endian(binary->data + binary->table + index * binary->offset_size,
                                binary->offset_size);
    if (offset >= binary->end)
        return NULL;
    gsize at = (gsize)offset;
    guint8 marker = binary->data[at++];
    if (marker == 0x08 || marker == 0x09) {
        Plist *value = plist_new(PLIST_INTEGER);
        value->number = marker == 0x09;
        return value;
    }
    if ((marker & 0xf0) == 0x10)
        return read_integer(binary, at, marker);
    guint kind = marker >> 4;
    if (kind != 0x4 && kind != 0x5 && kind != 0x6 && kind != 0xa && kind != 0xd)
        return plist_new(PLIST_OTHER);
    if (!read_count(binary, &at, marker, &count))
        return NULL;
    if (kind == 0x4 || kind == 0x5 || kind == 0x6) {
        binary->bytes += count;
        if (binary->bytes > PLIST_BYTES_MAX)
            return NULL;
    }
    if (kind == 0x6)
        return read_utf16(binary, at, count);
    if (kind == 0xa || kind == 0xd) {
        g_autoptr(Plist) value = plist_new(kind == 0xd ? PLIST_DICT : PLIST_ARRAY);
        return read_items(binary, value, at, count, depth) ? g_steal_pointer(&value) : NULL;
    }
    const char *text = (const char *)binary->data + at;
    if (!has(binary, at, count, 1) ||
        (kind == 0x5 && (memchr(text, 0, count) || !g_utf8_validate_len(text, count, NULL))))
        return NULL;
    return plist_new_text(kind == 0x4 ? PLIST_DATA : PLIST_STRING, text, count);
}

Plist *plist_parse_binary(const guint8 *data, gsize length, GError **error)
{
    Binary binary = {.data = data};
    Plist *root = NULL;

    if (length >= 8 + TRAILER) {
        const guint8 *trailer = data + length - TRAILER;
        guint64 table = big_endian(trailer + 24, 8), top = big_endian(trailer + 16, 8);
        binary.offset_size = trailer[6];
        binary.reference_size = trailer[7];
        binary.objects = big_endian(trailer + 8, 8);
        if (table >= 8 && table <= length - TRAILER && binary.offset_size - 1 < 8 &&
            binary.reference_size - 1 < 8 &&
            binary.objects <= (length - TRAILER - table) / binary.offset_size) {
            binary.table = binary.end = (gsize)table;
            root = read_object(&binary, top, 0);
        }
    }
    if (!root)
        g_set_error_literal(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT,
                            _("This is not a profile: its property list is broken"));
    return root;
}
