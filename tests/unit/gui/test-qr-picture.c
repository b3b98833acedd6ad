/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the window takes from a causeway-qr that has been taken over: a program that does what a test
 * says stands in its place. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>

#include "qr_picture.h"

static void on_read(GObject *source, GAsyncResult *result, gpointer data)
{
    *(GAsyncResult **)data = g_object_ref(result);
}

/* Its codes, or NULL. */
static GPtrArray *read_picture(const char *does, gsize size)
{
    g_autoptr(GAsyncResult) result = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) picture = g_bytes_new_take(g_malloc0(size), size);

    g_setenv("QR_DOES", does, TRUE);
    qr_picture_read(picture, NULL, on_read, &result);
    while (!result)
        g_main_context_iteration(NULL, TRUE);
    GPtrArray *codes = qr_picture_read_finish(result, &error);
    if (!codes)
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    return codes;
}

static void refused(const char *does, gsize size)
{
    g_autoptr(GPtrArray) codes = read_picture(does, size);

    g_assert_null(codes);
}

static void test_codes(void)
{
    g_autoptr(GPtrArray) codes =
        read_picture("cat >/dev/null; printf '\\000\\000\\000\\003abc\\000\\000\\000\\000'", 1 << 20);

    g_assert_nonnull(codes);
    g_assert_cmpuint(codes->len, ==, 2);
    gsize length;
    const void *first = g_bytes_get_data(codes->pdata[0], &length);
    g_assert_cmpmem(first, length, "abc", 3);
    g_assert_cmpuint(g_bytes_get_size(codes->pdata[1]), ==, 0);
}

static void test_no_answer(void)
{
    refused("cat >/dev/null", 10);
    refused("exit 1", 1 << 20);
    refused("cat >/dev/null; printf '\\000\\000\\000\\003abc'; exit 4", 10);
    refused("cat >/dev/null; printf '\\000\\000\\000\\004abc'", 10);
    refused("cat >/dev/null; printf '\\177\\377\\377\\377abc'", 10);
    refused("cat >/dev/null; printf 'ab'", 10);
}

/* It is ended where there is more than there could be, and not read to its end. */
static void test_much(void)
{
    g_autofree char *folder = g_dir_make_tmp("causeway-qr-XXXXXX", NULL);
    g_autofree char *mark = g_build_filename(folder, "all-was-taken", NULL);
    g_autofree char *does =
        g_strdup_printf("head -c 200000000 /dev/zero && : >'%s'", mark);

    refused(does, 16 << 20);
    g_assert_false(g_file_test(mark, G_FILE_TEST_EXISTS));
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    /* As whoever has a socket of GLib's: the bus, in the application. */
    signal(SIGPIPE, SIG_IGN);
    g_test_add_func("/gui/qr-picture/codes", test_codes);
    g_test_add_func("/gui/qr-picture/no-answer", test_no_answer);
    g_test_add_func("/gui/qr-picture/much", test_much);
    return g_test_run();
}
