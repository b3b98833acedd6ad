/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VICI codec against the encoding that strongSwan's README of its plug-in prints, and
 * against what that text forbids. */
#include "ipsec/vici.h"

#include <string.h>

/* "Encoding example" of the README, byte for byte. */
static const guint8 example[] = {
    /* key1 = value1 */
    3, 4, 'k', 'e', 'y', '1', 0, 6, 'v', 'a', 'l', 'u', 'e', '1',
    /* section1 */
    1, 8, 's', 'e', 'c', 't', 'i', 'o', 'n', '1',
    /* sub-section */
    1, 11, 's', 'u', 'b', '-', 's', 'e', 'c', 't', 'i', 'o', 'n',
    /* key2 = value2 */
    3, 4, 'k', 'e', 'y', '2', 0, 6, 'v', 'a', 'l', 'u', 'e', '2',
    /* sub-section end */
    2,
    /* list1 */
    4, 5, 'l', 'i', 's', 't', '1',
    5, 0, 5, 'i', 't', 'e', 'm', '1',
    5, 0, 5, 'i', 't', 'e', 'm', '2',
    6,
    /* section1 end */
    2,
};

static gboolean parse_response(const guint8 *message, gsize length, ViciPacket *packet)
{
    g_autofree guint8 *bytes = g_malloc(length + 1);

    bytes[0] = VICI_CMD_RESPONSE;
    if (length > 0)
        memcpy(bytes + 1, message, length);
    return vici_packet_parse(bytes, length + 1, packet);
}

static void test_example_read(void)
{
    g_auto(ViciPacket) packet = { 0 };

    g_assert_true(parse_response(example, sizeof example, &packet));
    g_assert_cmpint(packet.type, ==, VICI_CMD_RESPONSE);
    g_assert_cmpstr(packet.name, ==, "");
    g_assert_cmpstr(vici_node_string(packet.message, "key1"), ==, "value1");
    const ViciNode *section = vici_node_child(packet.message, "section1");
    g_assert_cmpint(section->kind, ==, VICI_NODE_SECTION);
    const ViciNode *sub = vici_node_child(section, "sub-section");
    g_assert_cmpstr(vici_node_string(sub, "key2"), ==, "value2");
    const ViciNode *list = vici_node_child(section, "list1");
    g_assert_cmpint(list->kind, ==, VICI_NODE_LIST);
    g_assert_cmpstr((const char *)list->child->value, ==, "item1");
    g_assert_cmpstr((const char *)list->child->next->value, ==, "item2");
    g_assert_null(list->child->next->next);
    /* a list and a section have no text */
    g_assert_null(vici_node_string(section, "list1"));
    g_assert_null(vici_node_string(packet.message, "section1"));
    g_assert_null(vici_node_string(NULL, "x"));
}

static void test_example_written(void)
{
    static const char *const items[] = { "item1", "item2", NULL };
    static const guint8 head[] = { 0, 0, 0, 0, 0, 4, 't', 'e', 's', 't' };
    g_autoptr(ViciWriter) writer = vici_writer_new(VICI_CMD_REQUEST, "test");
    gsize length = 0;

    vici_write_string(writer, "key1", "value1");
    vici_write_string(writer, "absent", NULL);
    vici_write_section(writer, "section1");
    vici_write_section(writer, "sub-section");
    vici_write_string(writer, "key2", "value2");
    vici_write_section_end(writer);
    vici_write_strv(writer, "list1", items);
    vici_write_section_end(writer);
    const guint8 *data = vici_writer_finish(writer, &length);
    g_assert_nonnull(data);
    g_assert_cmpuint(length, ==, sizeof head + sizeof example);
    g_assert_cmpmem(data, 4, ((guint8[]){ 0, 0, 0, (guint8)(length - 4) }), 4);
    g_assert_cmpmem(data + 4, sizeof head - 4, head + 4, sizeof head - 4);
    g_assert_cmpmem(data + sizeof head, sizeof example, example, sizeof example);
}

static void test_numbers(void)
{
    static const guint8 message[] = {
        3, 1, 'a', 0, 3, '4', '5', '0', 3, 1, 'b', 0, 2, '-', '1', 3, 1, 'c', 0, 3, '1', 'x', '2',
        3, 1, 'd', 0, 3, 'y', 'e', 's', 3, 1, 'e', 0, 0, 3, 1, 'f', 0, 3, 'a', 0, 'b',
        3, 1, 'g', 0, 2, 0xc3, 0x28,
    };
    g_auto(ViciPacket) packet = { 0 };

    g_assert_true(parse_response(message, sizeof message, &packet));
    g_assert_cmpuint(vici_node_number(packet.message, "a", 500, 7), ==, 450);
    g_assert_cmpuint(vici_node_number(packet.message, "a", 449, 7), ==, 7);
    g_assert_cmpuint(vici_node_number(packet.message, "b", 500, 7), ==, 7);
    g_assert_cmpuint(vici_node_number(packet.message, "c", 500, 7), ==, 7);
    g_assert_cmpuint(vici_node_number(packet.message, "e", 500, 7), ==, 7);
    g_assert_cmpuint(vici_node_number(packet.message, "z", 500, 7), ==, 7);
    g_assert_true(vici_node_flag(packet.message, "d"));
    g_assert_false(vici_node_flag(packet.message, "a"));
    g_assert_cmpstr(vici_node_string(packet.message, "e"), ==, "");
    /* a zero byte inside, and what is not UTF-8, are no text */
    g_assert_null(vici_node_string(packet.message, "f"));
    g_assert_null(vici_node_string(packet.message, "g"));
}

typedef struct {
    const char *what;
    guint8 bytes[24];
    gsize length;
} Malformed;

static const Malformed malformed[] = {
    { "element of type 0", { 0 }, 1 },
    { "element of type 7", { 7, 1, 'a' }, 3 },
    { "section end without a section", { 2 }, 1 },
    { "section without an end", { 1, 1, 'a' }, 3 },
    { "list end without a list", { 6 }, 1 },
    { "list without an end", { 4, 1, 'a' }, 3 },
    { "list ended by a section end", { 4, 1, 'a', 2 }, 4 },
    { "section ended by a list end", { 1, 1, 'a', 6 }, 4 },
    { "list in a list", { 4, 1, 'a', 4, 1, 'b', 6, 6 }, 8 },
    { "section in a list", { 4, 1, 'a', 1, 1, 'b', 2, 6 }, 8 },
    { "key in a list", { 4, 1, 'a', 3, 1, 'b', 0, 0, 6 }, 9 },
    { "item outside a list", { 5, 0, 1, 'a' }, 4 },
    { "name past the end", { 1, 9, 'a' }, 3 },
    { "value past the end", { 3, 1, 'a', 0, 9, 'b' }, 6 },
    { "value without length", { 3, 1, 'a', 0 }, 4 },
    { "value of 65535 bytes that are not there", { 3, 1, 'a', 255, 255, 'b' }, 6 },
    { "zero byte in a name", { 3, 2, 'a', 0, 0, 0 }, 6 },
    { "escape in a name", { 3, 2, 'a', 27, 0, 0 }, 6 },
};

static void test_malformed(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(malformed); i++) {
        ViciPacket packet = { .type = VICI_EVENT, .name = "kept" };
        g_test_message("%s", malformed[i].what);
        g_assert_false(parse_response(malformed[i].bytes, malformed[i].length, &packet));
        g_assert_cmpstr(packet.name, ==, "kept");
        g_assert_null(packet.message);
    }
}

static void test_packets(void)
{
    g_auto(ViciPacket) packet = { 0 };
    static const guint8 event[] = { 7, 3, 'l', 'o', 'g', 3, 1, 'a', 0, 1, 'b' };
    static const guint8 unknown[] = { 8 };
    static const guint8 nameless[] = { 7 };
    static const guint8 confirm[] = { 5 };

    g_assert_true(vici_packet_parse(event, sizeof event, &packet));
    g_assert_cmpstr(packet.name, ==, "log");
    g_assert_cmpstr(vici_node_string(packet.message, "a"), ==, "b");
    vici_packet_clear(&packet);
    g_assert_true(vici_packet_parse(confirm, sizeof confirm, &packet));
    g_assert_nonnull(packet.message);
    vici_packet_clear(&packet);
    g_assert_false(vici_packet_parse(unknown, sizeof unknown, &packet));
    g_assert_false(vici_packet_parse(nameless, sizeof nameless, &packet));
    g_assert_false(vici_packet_parse(event, 0, &packet));
}

/* Levels and elements are bounded, whatever fits into a frame. */
static void test_bounds(void)
{
    g_auto(ViciPacket) packet = { 0 };
    g_autoptr(GByteArray) deep = g_byte_array_new();
    g_autoptr(GByteArray) many = g_byte_array_new();

    for (guint i = 0; i < 100; i++)
        g_byte_array_append(deep, (const guint8[]){ 1, 1, 'a' }, 3);
    for (guint i = 0; i < 100; i++)
        g_byte_array_append(deep, (const guint8[]){ 2 }, 1);
    g_assert_false(parse_response(deep->data, deep->len, &packet));
    for (guint i = 0; i < VICI_ELEMENTS_MAX + 1; i++)
        g_byte_array_append(many, (const guint8[]){ 3, 1, 'a', 0, 0 }, 5);
    g_assert_false(parse_response(many->data, many->len, &packet));
    g_assert_true(parse_response(many->data, many->len - 5, &packet));
}

static void test_sweep(void)
{
    for (gsize length = 0; length <= sizeof example; length++) {
        ViciPacket packet = { 0 };
        /* Only whole elements with everything closed make a message. */
        gboolean whole = length == 0 || length == 14 || length == sizeof example;
        g_assert_cmpint(parse_response(example, length, &packet), ==, whole);
        vici_packet_clear(&packet);
    }
    for (gsize bit = 0; bit < sizeof example * 8; bit++) {
        guint8 bytes[sizeof example];
        ViciPacket packet = { 0 };
        memcpy(bytes, example, sizeof bytes);
        bytes[bit / 8] ^= (guint8)(1u << (bit % 8));
        if (parse_response(bytes, sizeof bytes, &packet))
            g_assert_nonnull(packet.message);
        vici_packet_clear(&packet);
    }
}

static void test_writer_refuses(void)
{
    g_autofree char *long_name = g_strnfill(VICI_NAME_MAX + 1, 'n');
    g_autofree char *large = g_malloc0(VICI_VALUE_MAX + 1);
    gsize length = 0;

    for (guint i = 0; i < 9; i++) {
        g_autoptr(ViciWriter) writer =
            vici_writer_new(i == 7 ? VICI_CMD_RESPONSE : VICI_CMD_REQUEST, i == 8 ? NULL : "c");
        switch (i) {
        case 0:
            vici_write_section(writer, "open");
            break;
        case 1:
            vici_write_section_end(writer);
            break;
        case 2:
            vici_write_list(writer, "open");
            break;
        case 3:
            vici_write_item(writer, "x", 1);
            break;
        case 4:
            vici_write_string(writer, long_name, "x");
            break;
        case 5:
            vici_write_value(writer, "x", large, VICI_VALUE_MAX + 1);
            break;
        case 6:
            for (guint j = 0; j < 9; j++)
                vici_write_value(writer, "x", large, VICI_VALUE_MAX);
            break;
        default:
            break;
        }
        g_assert_null(vici_writer_finish(writer, &length));
    }
}

static void test_largest_frame(void)
{
    g_autoptr(ViciWriter) writer = vici_writer_new(VICI_EVENT, "e");
    g_autofree guint8 *value = g_malloc0(VICI_VALUE_MAX);
    gsize length = 0;

    for (guint i = 0; i < 7; i++)
        vici_write_value(writer, "v", value, VICI_VALUE_MAX);
    const guint8 *data = vici_writer_finish(writer, &length);
    g_assert_nonnull(data);
    g_autoptr(ViciStream) stream = vici_stream_new();
    g_assert_true(vici_stream_push(stream, data, length));
    gsize frame_length = 0;
    const guint8 *frame = vici_stream_next(stream, &frame_length);
    g_assert_cmpuint(frame_length, ==, length - VICI_HEADER_SIZE);
    g_auto(ViciPacket) packet = { 0 };
    g_assert_true(vici_packet_parse(frame, frame_length, &packet));
    g_assert_cmpuint(packet.message->child->length, ==, VICI_VALUE_MAX);
}

static void test_stream(void)
{
    static const guint8 bytes[] = { 0, 0, 0, 1, 5, 0, 0, 0, 2, 1, 9, 0, 0, 0, 3, 'a', 'b', 'c' };
    static const gsize lengths[] = { 1, 2, 3 };

    for (gsize step = 1; step <= sizeof bytes; step++) {
        g_autoptr(ViciStream) stream = vici_stream_new();
        guint frames = 0;
        for (gsize at = 0; at < sizeof bytes; at += step) {
            gsize length = 0;
            const guint8 *frame;
            g_assert_true(vici_stream_push(stream, bytes + at, MIN(step, sizeof bytes - at)));
            while ((frame = vici_stream_next(stream, &length)) != NULL) {
                g_assert_cmpuint(length, ==, lengths[frames]);
                frames++;
            }
        }
        g_assert_cmpuint(frames, ==, 3);
    }
}

static void test_stream_refuses(void)
{
    static const guint8 empty[] = { 0, 0, 0, 0 };
    static const guint8 large[] = { 0, 8, 0, 1 };
    static const guint8 good[] = { 0, 0, 0, 1, 5 };
    gsize length = 0;
    g_autoptr(ViciStream) a = vici_stream_new();
    g_autoptr(ViciStream) b = vici_stream_new();
    g_autoptr(ViciStream) c = vici_stream_new();

    g_assert_false(vici_stream_push(a, empty, sizeof empty));
    g_assert_false(vici_stream_push(a, good, sizeof good));
    g_assert_null(vici_stream_next(a, &length));
    g_assert_false(vici_stream_push(b, large, sizeof large));
    /* the bad length stands behind a good frame */
    g_autoptr(GByteArray) both = g_byte_array_new();
    g_byte_array_append(both, good, sizeof good);
    g_byte_array_append(both, large, sizeof large);
    g_assert_true(vici_stream_push(c, both->data, both->len));
    g_assert_nonnull(vici_stream_next(c, &length));
    g_assert_null(vici_stream_next(c, &length));
    g_assert_false(vici_stream_push(c, good, sizeof good));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vici/example-read", test_example_read);
    g_test_add_func("/vici/example-written", test_example_written);
    g_test_add_func("/vici/numbers", test_numbers);
    g_test_add_func("/vici/malformed", test_malformed);
    g_test_add_func("/vici/packets", test_packets);
    g_test_add_func("/vici/bounds", test_bounds);
    g_test_add_func("/vici/sweep", test_sweep);
    g_test_add_func("/vici/writer-refuses", test_writer_refuses);
    g_test_add_func("/vici/largest-frame", test_largest_frame);
    g_test_add_func("/vici/stream", test_stream);
    g_test_add_func("/vici/stream-refuses", test_stream_refuses);
    return g_test_run();
}
