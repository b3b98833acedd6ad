/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VICI, the wire format. */
#include "ipsec/vici.h"

#include <string.h>

#include "base/bytes.h"

typedef enum {
    ELEMENT_SECTION_START = 1,
    ELEMENT_SECTION_END = 2,
    ELEMENT_KEY_VALUE = 3,
    ELEMENT_LIST_START = 4,
    ELEMENT_LIST_ITEM = 5,
    ELEMENT_LIST_END = 6,
} ElementType;

static gboolean type_has_name(ViciPacketType type)
{
    switch (type) {
    case VICI_CMD_REQUEST:
    case VICI_EVENT_REGISTER:
    case VICI_EVENT_UNREGISTER:
    case VICI_EVENT:
        return TRUE;
    case VICI_CMD_RESPONSE:
    case VICI_CMD_UNKNOWN:
    case VICI_EVENT_CONFIRM:
    case VICI_EVENT_UNKNOWN:
        return FALSE;
    }
    return FALSE;
}

/* ---- writer ---- */

struct ViciWriter {
    Writer out;
    guint depth;
    gboolean in_list;
};

static void wipe(guint8 *data, gsize size)
{
    if (data)
        explicit_bzero(data, size);
    g_free(data);
}

/* Grows by copying and wiping: realloc() would leave a secret's old copy behind. */
static void writer_reserve(ViciWriter *writer, gsize more)
{
    Writer *out = &writer->out;
    gsize limit = VICI_HEADER_SIZE + VICI_FRAME_MAX;

    if (out->failed || more <= out->size - out->length)
        return;
    if (more > limit - out->length) {
        out->failed = TRUE;
        return;
    }
    gsize size = MIN(MAX(out->size * 2, out->length + more), limit);
    guint8 *data = g_malloc(size);
    memcpy(data, out->data, out->length);
    wipe(out->data, out->size);
    out->data = data;
    out->size = size;
}

static void write_name(ViciWriter *writer, const char *name)
{
    gsize length = strlen(name);

    if (length > VICI_NAME_MAX) {
        writer->out.failed = TRUE;
        return;
    }
    writer_reserve(writer, 1 + length);
    writer_u8(&writer->out, (guint8)length);
    writer_bytes(&writer->out, name, length);
}

static void write_type(ViciWriter *writer, guint8 type)
{
    writer_reserve(writer, 1);
    writer_u8(&writer->out, type);
}

static void write_blob(ViciWriter *writer, const void *value, gsize length)
{
    if (length > VICI_VALUE_MAX) {
        writer->out.failed = TRUE;
        return;
    }
    writer_reserve(writer, 2 + length);
    writer_u16(&writer->out, (guint16)length);
    writer_bytes(&writer->out, value, length);
}

ViciWriter *vici_writer_new(ViciPacketType type, const char *name)
{
    ViciWriter *writer = g_new0(ViciWriter, 1);

    writer->out = writer_init(g_malloc(256), 256);
    writer_u32(&writer->out, 0);
    writer_u8(&writer->out, (guint8)type);
    if (type_has_name(type) != (name != NULL))
        writer->out.failed = TRUE;
    else if (name)
        write_name(writer, name);
    return writer;
}

void vici_writer_free(ViciWriter *writer)
{
    if (!writer)
        return;
    wipe(writer->out.data, writer->out.size);
    g_free(writer);
}

/* Everything but items and the end of a list must stand outside lists. */
static gboolean writer_expect(ViciWriter *writer, gboolean in_list)
{
    if (writer->in_list != in_list)
        writer->out.failed = TRUE;
    return writer_ok(&writer->out);
}

void vici_write_section(ViciWriter *writer, const char *name)
{
    if (!writer_expect(writer, FALSE))
        return;
    write_type(writer, ELEMENT_SECTION_START);
    write_name(writer, name);
    writer->depth++;
}

void vici_write_section_end(ViciWriter *writer)
{
    if (!writer_expect(writer, FALSE))
        return;
    if (writer->depth == 0) {
        writer->out.failed = TRUE;
        return;
    }
    write_type(writer, ELEMENT_SECTION_END);
    writer->depth--;
}

void vici_write_value(ViciWriter *writer, const char *name, const void *value, gsize length)
{
    if (!writer_expect(writer, FALSE))
        return;
    write_type(writer, ELEMENT_KEY_VALUE);
    write_name(writer, name);
    write_blob(writer, value, length);
}

void vici_write_string(ViciWriter *writer, const char *name, const char *value)
{
    if (value)
        vici_write_value(writer, name, value, strlen(value));
}

void vici_write_number(ViciWriter *writer, const char *name, guint64 value)
{
    char text[24];

    g_snprintf(text, sizeof text, "%" G_GUINT64_FORMAT, value);
    vici_write_string(writer, name, text);
}

void vici_write_flag(ViciWriter *writer, const char *name, gboolean value)
{
    vici_write_string(writer, name, value ? "yes" : "no");
}

void vici_write_list(ViciWriter *writer, const char *name)
{
    if (!writer_expect(writer, FALSE))
        return;
    write_type(writer, ELEMENT_LIST_START);
    write_name(writer, name);
    writer->in_list = TRUE;
}

void vici_write_item(ViciWriter *writer, const void *value, gsize length)
{
    if (!writer_expect(writer, TRUE))
        return;
    write_type(writer, ELEMENT_LIST_ITEM);
    write_blob(writer, value, length);
}

void vici_write_list_end(ViciWriter *writer)
{
    if (!writer_expect(writer, TRUE))
        return;
    write_type(writer, ELEMENT_LIST_END);
    writer->in_list = FALSE;
}

void vici_write_strv(ViciWriter *writer, const char *name, const char *const *values)
{
    vici_write_list(writer, name);
    for (guint i = 0; values && values[i]; i++)
        vici_write_item(writer, values[i], strlen(values[i]));
    vici_write_list_end(writer);
}

const guint8 *vici_writer_finish(ViciWriter *writer, gsize *ret_length)
{
    if (!writer_ok(&writer->out) || writer->depth > 0 || writer->in_list)
        return NULL;
    gsize body = writer->out.length - VICI_HEADER_SIZE;
    writer_patch_u16(&writer->out, 0, (guint16)(body >> 16));
    writer_patch_u16(&writer->out, 2, (guint16)body);
    *ret_length = writer->out.length;
    return writer->out.data;
}

/* ---- message ---- */

void vici_node_free(ViciNode *node)
{
    while (node) {
        ViciNode *next = node->next;
        vici_node_free(node->child);
        g_free(node->name);
        g_free(node->value);
        g_free(node);
        node = next;
    }
}

/* A section or list being filled, and where its next child goes. */
typedef struct {
    ViciNode *node;
    ViciNode **tail;
} Level;

typedef struct {
    Level levels[VICI_DEPTH_MAX];
    guint depth;
    guint elements;
} Parse;

static ViciNode *parse_append(Parse *parse, ViciNodeKind kind, char *name)
{
    Level *level = &parse->levels[parse->depth];
    ViciNode *node = g_new0(ViciNode, 1);

    node->kind = kind;
    node->name = name;
    *level->tail = node;
    level->tail = &node->next;
    return node;
}

/* The reader has failed when the name is not there; names are ASCII without zero bytes. */
static char *parse_name(Reader *reader)
{
    guint8 length = reader_u8(reader);
    const guint8 *bytes = reader_bytes(reader, length);

    if (!bytes)
        return NULL;
    for (guint i = 0; i < length; i++) {
        if (bytes[i] < 0x20 || bytes[i] > 0x7e)
            return NULL;
    }
    return g_strndup((const char *)bytes, length);
}

static gboolean parse_value(Reader *reader, ViciNode *node)
{
    guint16 length = reader_u16(reader);
    const guint8 *bytes = reader_bytes(reader, length);

    if (!bytes)
        return FALSE;
    node->value = g_malloc0((gsize)length + 1);
    memcpy(node->value, bytes, length);
    node->length = length;
    return TRUE;
}

static gboolean parse_push(Parse *parse, Reader *reader, ViciNodeKind kind)
{
    char *name = parse_name(reader);

    if (!name)
        return FALSE;
    ViciNode *node = parse_append(parse, kind, name);
    if (parse->depth + 1 >= VICI_DEPTH_MAX)
        return FALSE;
    parse->levels[++parse->depth] = (Level){ .node = node, .tail = &node->child };
    return TRUE;
}

static gboolean parse_element(Parse *parse, Reader *reader)
{
    gboolean in_list = parse->levels[parse->depth].node->kind == VICI_NODE_LIST;
    guint8 type = reader_u8(reader);
    char *name;

    /* "After opening a list, only list items may appear before the list closing element". */
    if (in_list != (type == ELEMENT_LIST_ITEM || type == ELEMENT_LIST_END))
        return FALSE;
    switch (type) {
    case ELEMENT_SECTION_START:
        return parse_push(parse, reader, VICI_NODE_SECTION);
    case ELEMENT_LIST_START:
        return parse_push(parse, reader, VICI_NODE_LIST);
    case ELEMENT_SECTION_END:
    case ELEMENT_LIST_END:
        if (parse->depth == 0)
            return FALSE;
        parse->depth--;
        return TRUE;
    case ELEMENT_KEY_VALUE:
        name = parse_name(reader);
        return name && parse_value(reader, parse_append(parse, VICI_NODE_VALUE, name));
    case ELEMENT_LIST_ITEM:
        return parse_value(reader, parse_append(parse, VICI_NODE_VALUE, NULL));
    default:
        return FALSE;
    }
}

static ViciNode *parse_message(Reader *reader)
{
    g_autoptr(ViciNode) root = g_new0(ViciNode, 1);
    Parse parse = { .levels = { { .node = root, .tail = &root->child } } };

    while (reader_left(reader) > 0) {
        if (++parse.elements > VICI_ELEMENTS_MAX || !parse_element(&parse, reader))
            return NULL;
    }
    return parse.depth == 0 && reader_ok(reader) ? g_steal_pointer(&root) : NULL;
}

const ViciNode *vici_node_child(const ViciNode *node, const char *name)
{
    for (node = node ? node->child : NULL; node; node = node->next) {
        if (g_strcmp0(node->name, name) == 0)
            return node;
    }
    return NULL;
}

const char *vici_node_string(const ViciNode *node, const char *name)
{
    const ViciNode *child = vici_node_child(node, name);

    if (!child || child->kind != VICI_NODE_VALUE)
        return NULL;
    return g_utf8_validate((const char *)child->value, (gssize)child->length, NULL)
               ? (const char *)child->value
               : NULL;
}

guint64 vici_node_number(const ViciNode *node, const char *name, guint64 maximum,
                         guint64 fallback)
{
    const char *text = vici_node_string(node, name);
    guint64 value;

    if (!text || !g_ascii_string_to_unsigned(text, 10, 0, maximum, &value, NULL))
        return fallback;
    return value;
}

gboolean vici_node_flag(const ViciNode *node, const char *name)
{
    return g_strcmp0(vici_node_string(node, name), "yes") == 0;
}

/* ---- packet ---- */

void vici_packet_clear(ViciPacket *packet)
{
    g_clear_pointer(&packet->message, vici_node_free);
    packet->name[0] = '\0';
}

gboolean vici_packet_parse(const guint8 *data, gsize length, ViciPacket *ret_packet)
{
    Reader reader = reader_init(data, length);
    guint8 type = reader_u8(&reader);
    g_autofree char *name = NULL;

    if (!reader_ok(&reader) || length > VICI_FRAME_MAX || type > VICI_EVENT)
        return FALSE;
    if (type_has_name((ViciPacketType)type)) {
        name = parse_name(&reader);
        if (!name)
            return FALSE;
    }
    ViciNode *message = parse_message(&reader);
    if (!message)
        return FALSE;
    ret_packet->type = (ViciPacketType)type;
    g_strlcpy(ret_packet->name, name ? name : "", sizeof ret_packet->name);
    ret_packet->message = message;
    return TRUE;
}

/* ---- stream ---- */

struct ViciStream {
    GByteArray *buffer;
    gsize done; /* bytes of the buffer that were handed out */
    gboolean failed;
};

ViciStream *vici_stream_new(void)
{
    ViciStream *stream = g_new0(ViciStream, 1);

    stream->buffer = g_byte_array_new();
    return stream;
}

void vici_stream_free(ViciStream *stream)
{
    if (!stream)
        return;
    g_byte_array_unref(stream->buffer);
    g_free(stream);
}

/* The length that the buffer's front claims; 0: not yet known. */
static guint32 stream_claim(const ViciStream *stream)
{
    gsize left = stream->buffer->len - stream->done;

    if (left < VICI_HEADER_SIZE)
        return 0;
    Reader reader = reader_init(stream->buffer->data + stream->done, left);
    return reader_u32(&reader);
}

static void stream_check(ViciStream *stream)
{
    gsize left = stream->buffer->len - stream->done;
    guint32 claim = stream_claim(stream);

    if (left >= VICI_HEADER_SIZE && (claim == 0 || claim > VICI_FRAME_MAX))
        stream->failed = TRUE;
}

gboolean vici_stream_push(ViciStream *stream, const guint8 *data, gsize length)
{
    if (stream->failed)
        return FALSE;
    if (stream->done > 0) {
        g_byte_array_remove_range(stream->buffer, 0, (guint)stream->done);
        stream->done = 0;
    }
    /* Frames are taken out after each push; more than this is a peer that nobody reads. */
    if (length > 2 * (gsize)VICI_FRAME_MAX - stream->buffer->len)
        stream->failed = TRUE;
    else if (length > 0)
        g_byte_array_append(stream->buffer, data, (guint)length);
    stream_check(stream);
    return !stream->failed;
}

const guint8 *vici_stream_next(ViciStream *stream, gsize *ret_length)
{
    stream_check(stream);
    if (stream->failed)
        return NULL;
    gsize left = stream->buffer->len - stream->done;
    guint32 claim = stream_claim(stream);
    if (claim == 0 || left - VICI_HEADER_SIZE < claim)
        return NULL;
    const guint8 *frame = stream->buffer->data + stream->done + VICI_HEADER_SIZE;
    stream->done += VICI_HEADER_SIZE + claim;
    *ret_length = claim;
    return frame;
}
