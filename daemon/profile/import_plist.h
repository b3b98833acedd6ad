/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Apple's property lists, as XML and as binary, as a tree that wipes its texts.
 *
 * Bounded: nothing nests deeper than PLIST_DEPTH_MAX and no list has more than PLIST_NODES_MAX
 * values and, as texts may be used again and again, PLIST_BYTES_MAX bytes of them.  XML is read by
 * GMarkup, which knows no entities but the five of XML itself. */
#pragma once

#include <glib.h>

#define PLIST_DEPTH_MAX 24
#define PLIST_NODES_MAX 20000
#define PLIST_BYTES_MAX (4 * 1024 * 1024)

typedef enum {
    PLIST_DICT,
    PLIST_ARRAY,
    PLIST_STRING,
    PLIST_DATA,
    PLIST_INTEGER, /* also a truth value, as 0 or 1 */
    PLIST_OTHER,   /* dates, fractions: nothing that a connection is made of */
} PlistType;

typedef struct Plist Plist;
struct Plist {
    PlistType type;
    GPtrArray *keys;  /* DICT: of char *, as many as items */
    GPtrArray *items; /* DICT, ARRAY: of Plist * */
    char *text;       /* STRING, DATA: followed by a zero byte that does not count */
    gsize length;
    gint64 number;
};

/* `text` is UTF-8 without zero bytes. */
Plist *plist_parse_xml(const char *text, GError **error);
gboolean plist_is_binary(const guint8 *data, gsize length);
Plist *plist_parse_binary(const guint8 *data, gsize length, GError **error);
void plist_free(Plist *plist);

/* All tolerate NULL and any type of `dict`; NULL when there is none of that type. */
const Plist *plist_get(const Plist *dict, const char *key);
const Plist *plist_get_dict(const Plist *dict, const char *key);
const char *plist_get_string(const Plist *dict, const char *key);
/* An integer, a truth value, or a text of digits, as some tools write. */
gboolean plist_get_number(const Plist *dict, const char *key, gint64 *ret_number);
gboolean plist_get_true(const Plist *dict, const char *key);

/* For the two parsers. */
Plist *plist_new(PlistType type);
Plist *plist_new_text(PlistType type, const char *text, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plist, plist_free)
