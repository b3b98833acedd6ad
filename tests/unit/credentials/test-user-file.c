/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files are read with the profile user's rights, and only if they are files.  As root the
 * rights are really changed; as somebody else the change itself must be refused. */
#include "credentials/user_file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder, *private_file;

static void test_own_file(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = user_file_read(NULL, private_file, &error);

    g_assert_no_error(error);
    g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), "key", 3);
}

static void test_not_for_others(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(user_file_read("nobody", private_file, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
    g_clear_error(&error);
    if (geteuid() != 0)
        return;

    g_autoptr(GBytes) open_to_all = user_file_read("nobody", "/etc/passwd", &error);
    g_assert_no_error(error);
    g_assert_nonnull(open_to_all);
    /* The rights were one thread's: this one still has its own. */
    test_own_file();
    g_assert_cmpuint(geteuid(), ==, 0);
}

static void test_not_a_file(void)
{
    g_autofree char *fifo = g_build_filename(folder, "fifo", NULL);
    g_autofree char *large = g_build_filename(folder, "large", NULL);
    const char *const refused[] = { folder, fifo, large, "/dev/zero" };

    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_assert_true(g_file_set_contents(large, "", 0, NULL));
    g_assert_cmpint(truncate(large, USER_FILE_MAX + 1), ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(user_file_read(NULL, refused[i], &error));
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
        g_assert_nonnull(strstr(error->message, refused[i]));
    }
    g_remove(fifo);
    g_remove(large);
}

/* What this process holds, the service another user's key, is nobody's file. */
static void test_not_our_own(void)
{
    g_autoptr(GError) error = NULL;
    int secret = memfd_create("secret", MFD_CLOEXEC);
    g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", secret);
    g_autofree char *thread = g_strdup_printf("/proc/thread-self/fd/%d", secret);
    const char *const paths[] = { link, thread };
    const char *const users[] = { NULL, "nobody" };

    g_assert_cmpint(write(secret, "key", 3), ==, 3);
    for (guint i = 0; i < 4; i++) {
        g_assert_null(user_file_read(users[i / 2], paths[i % 2], &error));
        g_assert_nonnull(error);
        g_clear_error(&error);
    }
    g_assert_null(user_file_read(NULL, "/proc/self/maps", &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
    close(secret);
}

static void test_missing(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(user_file_read(NULL, "/nonexistent/key.pem", &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(user_file_read("no-such-account", private_file, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* What RestrictSUIDSGID= of systemd does to a service, causewayd's unit among them.  The last test:
 * a filter stays. */
static void test_without_openat2(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    g_assert_nonnull(filter);
    g_assert_cmpint(
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0), ==, 0);
    g_assert_cmpint(seccomp_load(filter), ==, 0);
    seccomp_release(filter);
    test_own_file();
    test_not_for_others();
    test_not_a_file();
    test_missing();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("causeway-XXXXXX", NULL);
    private_file = g_build_filename(folder, "key.pem", NULL);
    g_assert_true(g_file_set_contents(private_file, "key", 3, NULL));
    g_chmod(private_file, 0600);

    g_test_add_func("/user-file/own", test_own_file);
    g_test_add_func("/user-file/not-for-others", test_not_for_others);
    g_test_add_func("/user-file/not-a-file", test_not_a_file);
    g_test_add_func("/user-file/not-our-own", test_not_our_own);
    g_test_add_func("/user-file/missing", test_missing);
    g_test_add_func("/user-file/without-openat2", test_without_openat2);
    int status = g_test_run();

    g_remove(private_file);
    g_rmdir(folder);
    g_free(private_file);
    g_free(folder);
    return status;
}
