/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reader and writer: network order, bounds, the sticky error. */
#include "base/bytes.h"

#include <string.h>

static const guint8 counting[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static void test_reads_network_order(void)
{
    Reader reader = reader_init(counting, sizeof counting);

    g_assert_cmphex(reader_u8(&reader), ==, 0x01);
    g_assert_cmphex(reader_u16(&reader), ==, 0x0203);
    g_assert_cmphex(reader_u32(&reader), ==, 0x04050607);
    g_assert_cmphex(reader_u64(&reader), ==, 0x08090a0b0c0d0e0f);
    g_assert_cmpuint(reader_left(&reader), ==, 0);
    g_assert_true(reader_ok(&reader));
}

static void test_error_sticks(void)
{
    Reader reader = reader_init(counting, 3);

    g_assert_cmphex(reader_u32(&reader), ==, 0);
    g_assert_false(reader_ok(&reader));
    /* A byte is still there, but the structure is known to be broken. */
    g_assert_cmphex(reader_u8(&reader), ==, 0);
    g_assert_cmpuint(reader_left(&reader), ==, 0);
    g_assert_null(reader_bytes(&reader, 0));
}

static void test_huge_length_does_not_wrap(void)
{
    Reader reader = reader_init(counting, sizeof counting);

    reader_skip(&reader, 5);
    g_assert_null(reader_bytes(&reader, G_MAXSIZE - 4));
    g_assert_false(reader_ok(&reader));
}

static void test_sub_is_bounded(void)
{
    Reader reader = reader_init(counting, sizeof counting);
    Reader sub = reader_sub(&reader, 2);

    g_assert_cmphex(reader_u16(&sub), ==, 0x0102);
    g_assert_cmphex(reader_u8(&sub), ==, 0);
    g_assert_false(reader_ok(&sub));
    g_assert_true(reader_ok(&reader));
    g_assert_cmphex(reader_u8(&reader), ==, 3);

    Reader beyond = reader_sub(&reader, sizeof counting);
    g_assert_false(reader_ok(&beyond));
    g_assert_false(reader_ok(&reader));
}

static void test_empty_source(void)
{
    Reader reader = reader_init(NULL, 0);
    gsize length = 1;

    g_assert_nonnull(reader_bytes(&reader, 0));
    g_assert_nonnull(reader_rest(&reader, &length));
    g_assert_cmpuint(length, ==, 0);
    g_assert_true(reader_ok(&reader));
    reader_u8(&reader);
    g_assert_false(reader_ok(&reader));
}

static void test_writer(void)
{
    guint8 memory[9];
    Writer writer = writer_init(memory, sizeof memory);

    writer_u8(&writer, 1);
    writer_u16(&writer, 0);
    writer_u32(&writer, 0x04050607);
    writer_bytes(&writer, counting + 7, 2);
    writer_patch_u16(&writer, 1, 0x0203);
    g_assert_true(writer_ok(&writer));
    g_assert_cmpmem(memory, writer.length, counting, 9);

    writer_u8(&writer, 0xff);
    g_assert_false(writer_ok(&writer));
    g_assert_cmpuint(writer.length, ==, sizeof memory);
}

static void test_patch_is_bounded(void)
{
    guint8 memory[4] = { 0 };
    Writer writer = writer_init(memory, sizeof memory);

    writer_u16(&writer, 0x0102);
    writer_patch_u16(&writer, 1, 0xffff);
    g_assert_false(writer_ok(&writer));
    g_assert_cmphex(memory[1], ==, 2);
    g_assert_cmphex(memory[2], ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bytes/network-order", test_reads_network_order);
    g_test_add_func("/bytes/error-sticks", test_error_sticks);
    g_test_add_func("/bytes/huge-length", test_huge_length_does_not_wrap);
    g_test_add_func("/bytes/sub", test_sub_is_bounded);
    g_test_add_func("/bytes/empty", test_empty_source);
    g_test_add_func("/bytes/writer", test_writer);
    g_test_add_func("/bytes/patch", test_patch_is_bounded);
    return g_test_run();
}
