/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The codec of VICI, the control protocol of strongSwan's charon, as its plug-in's README.md
 * defines it: frames of a 32-bit length and a packet; a packet of a type, for some types a
 * name, and a message; a message of sections, key/value pairs and lists.
 *
 * Pure: bytes in, values out.  What comes in is not trusted: every length is checked, depth and
 * number of elements are bounded, and a message is refused as a whole or understood as a
 * whole. */
#pragma once

#include <glib.h>

/* "The maximum segment length is currently limited to 512KB of data". */
#define VICI_FRAME_MAX (512u * 1024u)
#define VICI_HEADER_SIZE 4
/* Names have an 8-bit length, values a 16-bit one. */
#define VICI_NAME_MAX 255
#define VICI_VALUE_MAX 65535
/* Ours; charon's deepest message has five levels, its longest (list-sas) a few hundred
 * elements. */
#define VICI_DEPTH_MAX 16
#define VICI_ELEMENTS_MAX 16384

typedef enum {
    VICI_CMD_REQUEST = 0,
    VICI_CMD_RESPONSE = 1,
    VICI_CMD_UNKNOWN = 2,
    VICI_EVENT_REGISTER = 3,
    VICI_EVENT_UNREGISTER = 4,
    VICI_EVENT_CONFIRM = 5,
    VICI_EVENT_UNKNOWN = 6,
    VICI_EVENT = 7,
} ViciPacketType;

/* ---- out ---- */

/* Builds one frame.  Errors are sticky (a name or a value too long, sections or lists out of
 * balance, the frame too large) and come out of vici_writer_finish().  The memory may hold
 * secrets and is wiped. */
typedef struct ViciWriter ViciWriter;

/* `name` is the command or the event, NULL for the types that have none. */
ViciWriter *vici_writer_new(ViciPacketType type, const char *name);
void vici_writer_free(ViciWriter *writer);
void vici_write_section(ViciWriter *writer, const char *name);
void vici_write_section_end(ViciWriter *writer);
void vici_write_value(ViciWriter *writer, const char *name, const void *value, gsize length);
/* A NULL string writes nothing: what is not given keeps charon's default. */
void vici_write_string(ViciWriter *writer, const char *name, const char *value);
void vici_write_number(ViciWriter *writer, const char *name, guint64 value);
void vici_write_flag(ViciWriter *writer, const char *name, gboolean value);
void vici_write_list(ViciWriter *writer, const char *name);
void vici_write_item(ViciWriter *writer, const void *value, gsize length);
void vici_write_list_end(ViciWriter *writer);
/* A whole list. */
void vici_write_strv(ViciWriter *writer, const char *name, const char *const *values);
/* The frame, its length in front; owned by the writer.  NULL after an error. */
const guint8 *vici_writer_finish(ViciWriter *writer, gsize *ret_length);

/* ---- in ---- */

/* A message as a tree.  The root is a section without a name. */
typedef enum {
    VICI_NODE_SECTION,
    VICI_NODE_VALUE,
    VICI_NODE_LIST, /* its children are values without a name */
} ViciNodeKind;

typedef struct ViciNode ViciNode;
struct ViciNode {
    ViciNodeKind kind;
    char *name;
    guint8 *value; /* followed by a zero byte that does not count */
    gsize length;
    ViciNode *child; /* first */
    ViciNode *next;  /* sibling */
};

void vici_node_free(ViciNode *node);
/* The first child with that name, or NULL.  `node` may be NULL. */
const ViciNode *vici_node_child(const ViciNode *node, const char *name);
/* A child's value as text: NULL when it is not there, no value, or holds a zero byte or what is
 * not UTF-8. */
const char *vici_node_string(const ViciNode *node, const char *name);
/* A decimal number up to `maximum`; `fallback` when there is none. */
guint64 vici_node_number(const ViciNode *node, const char *name, guint64 maximum,
                         guint64 fallback);
/* "yes" */
gboolean vici_node_flag(const ViciNode *node, const char *name);

typedef struct {
    ViciPacketType type;
    char name[VICI_NAME_MAX + 1]; /* "" for types without one */
    ViciNode *message;            /* never NULL after success */
} ViciPacket;

void vici_packet_clear(ViciPacket *packet);
/* One frame's contents, without its length.  `ret_packet` is untouched on failure. */
gboolean vici_packet_parse(const guint8 *data, gsize length, ViciPacket *ret_packet);

/* Cuts a stream into frames. */
typedef struct ViciStream ViciStream;

ViciStream *vici_stream_new(void);
void vici_stream_free(ViciStream *stream);
/* FALSE, now and ever after, when the stream claims a frame that is empty or too large. */
gboolean vici_stream_push(ViciStream *stream, const guint8 *data, gsize length);
/* The next whole frame's contents, valid until the next call on the stream; NULL: none yet. */
const guint8 *vici_stream_next(ViciStream *stream, gsize *ret_length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ViciWriter, vici_writer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ViciNode, vici_node_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ViciStream, vici_stream_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ViciPacket, vici_packet_clear)
