/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever comes out of charon's socket: the stream is cut into frames, frames are understood
 * or refused, and what is understood can be read in every way that our code reads it. */
#include <glib.h>
#include <string.h>

#include "ipsec/sa-info.h"
#include "ipsec/vici.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void walk(const ViciNode *node, guint depth)
{
    g_assert_cmpuint(depth, <, VICI_DEPTH_MAX);
    for (const ViciNode *child = node->child; child; child = child->next) {
        const char *text;
        if (child->kind == VICI_NODE_VALUE)
            g_assert_true(child->value != NULL && child->value[child->length] == 0);
        if (node->kind == VICI_NODE_LIST)
            g_assert_true(child->kind == VICI_NODE_VALUE && child->name == NULL);
        else
            g_assert_cmpuint(strlen(child->name), <=, VICI_NAME_MAX);
        if (child->name && (text = vici_node_string(node, child->name)) != NULL)
            g_assert_true(g_utf8_validate(text, -1, NULL));
        walk(child, depth + 1);
    }
}

static void read_sas(const ViciNode *message)
{
    SaInfo info = { 0 };

    for (const ViciNode *child = message->child; child; child = child->next) {
        if (child->name && sa_info_read(&info, message, child->name, 1, 0))
            g_assert_cmpuint(info.info.esp_icv, >, 0);
    }
    sa_info_clear(&info);
}

static void read_frame(const guint8 *frame, gsize length)
{
    g_auto(ViciPacket) packet = { .type = VICI_EVENT };

    if (!vici_packet_parse(frame, length, &packet))
        return;
    g_assert_cmpint(packet.message->kind, ==, VICI_NODE_SECTION);
    walk(packet.message, 0);
    read_sas(packet.message);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(ViciStream) stream = vici_stream_new();
    const guint8 *frame;
    gsize length;

    /* The first byte is how the stream is chopped. */
    gsize step = size > 0 ? data[0] + 1u : 1;
    for (gsize at = 1; at < size; at += step) {
        if (!vici_stream_push(stream, data + at, MIN(step, size - at)))
            break;
        while ((frame = vici_stream_next(stream, &length)) != NULL) {
            g_assert_cmpuint(length, <=, VICI_FRAME_MAX);
            read_frame(frame, length);
        }
    }
    /* And as a frame by itself, which gets deeper. */
    read_frame(data, size);
    return 0;
}
