/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing to real pipes, files and full devices. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "io/write.h"

#define MUCH (1u << 20) /* more than a pipe holds */

static gpointer read_all(gpointer data)
{
    int file = GPOINTER_TO_INT(data);
    GByteArray *all = g_byte_array_new();
    guint8 buffer[4096];
    ssize_t got;

    while ((got = read(file, buffer, sizeof buffer)) > 0)
        g_byte_array_append(all, buffer, (guint)got);
    return all;
}

static void test_pipe(void)
{
    g_autofree guint8 *much = g_malloc(MUCH);
    int ends[2];

    for (guint i = 0; i < MUCH; i++)
        much[i] = (guint8)(i * 7 / 3);
    g_assert_cmpint(pipe(ends), ==, 0);
    GThread *reader = g_thread_new("reader", read_all, GINT_TO_POINTER(ends[0]));
    g_assert_true(io_write(ends[1], much, MUCH));
    g_assert_true(io_write(ends[1], NULL, 0));
    close(ends[1]);
    g_autoptr(GByteArray) all = g_thread_join(reader);
    g_assert_cmpmem(all->data, all->len, much, MUCH);
    close(ends[0]);
}

static void test_nobody_listens(void)
{
    int ends[2];

    signal(SIGPIPE, SIG_IGN);
    g_assert_cmpint(pipe(ends), ==, 0);
    close(ends[0]);
    g_assert_false(io_write(ends[1], "x", 1));
    g_assert_cmpint(errno, ==, EPIPE);
    close(ends[1]);
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    g_assert_false(io_write(full, "x", 1));
    g_assert_cmpint(errno, ==, ENOSPC);
    close(full);
}

static void test_new_file(void)
{
    g_autofree char *folder = g_dir_make_tmp("causeway-io-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "new", NULL);
    g_autofree char *link = g_build_filename(folder, "link", NULL);
    g_autofree char *text = NULL;
    GStatBuf info;
    int place = open(folder, O_DIRECTORY | O_CLOEXEC);

    mode_t before = umask(0);
    g_assert_true(io_write_new(place, "new", "secret", 6));
    umask(before);
    g_assert_cmpint(g_stat(path, &info), ==, 0);
    g_assert_cmpint(info.st_mode & 0777, ==, 0600);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "secret");
    g_assert_false(io_write_new(AT_FDCWD, path, "other", 5));
    g_assert_cmpint(errno, ==, EEXIST);
    /* To nowhere, yet it is there. */
    g_assert_cmpint(symlink("elsewhere", link), ==, 0);
    g_assert_false(io_write_new(place, "link", "other", 5));
    g_assert_cmpint(errno, ==, EEXIST);
    close(place);
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_cmpint(g_unlink(link), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static void test_half_a_file(void)
{
    g_autofree char *folder = g_dir_make_tmp("causeway-io-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "half", NULL);
    struct rlimit before, small;

    signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    small = (struct rlimit){3, before.rlim_max};
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &small), ==, 0);
    gboolean written = io_write_new(AT_FDCWD, path, "secret", 6);
    int problem = errno;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
    g_assert_false(written);
    g_assert_cmpint(problem, ==, EFBIG);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/io/pipe", test_pipe);
    g_test_add_func("/io/nobody-listens", test_nobody_listens);
    g_test_add_func("/io/new-file", test_new_file);
    g_test_add_func("/io/half-a-file", test_half_a_file);
    return g_test_run();
}
