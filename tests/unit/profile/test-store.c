/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store: what it writes, what it refuses to read, and that it never loses anything. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "profile/store.h"
#include "profile/words.h"

typedef struct {
    char *folder, *profiles, *secrets;
    ProfileStore *store;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    fixture->folder = g_dir_make_tmp("causeway-store-XXXXXX", NULL);
    fixture->profiles = g_build_filename(fixture->folder, "profiles", NULL);
    fixture->secrets = g_build_filename(fixture->folder, "secrets", NULL);
    fixture->store = profile_store_new(fixture->profiles, fixture->secrets, &error);
    g_assert_no_error(error);
}

static void empty(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;

    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        g_remove(file);
    }
    g_rmdir(path);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    profile_store_free(fixture->store);
    empty(fixture->profiles);
    empty(fixture->secrets);
    g_rmdir(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture->profiles);
    g_free(fixture->secrets);
}

static Profile *make(const char *name)
{
    Profile *profile = profile_new();
    g_autoptr(Secret) secret = secret_new("geheim", 6);

    g_assert_true(profile_set_text(profile, FIELD_CONNECTION_NAME, name, NULL));
    g_assert_true(profile_set_text(profile, FIELD_CONNECTION_GATEWAY, "192.0.2.1", NULL));
    g_assert_true(profile_set_secret(profile, FIELD_IPSEC_PSK, secret, NULL));
    return profile;
}

static guint count(const char *path, mode_t *ret_modes)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;
    guint number = 0;

    *ret_modes = 0;
    while ((name = g_dir_read_name(folder))) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        struct stat status;
        g_assert_cmpint(lstat(file, &status), ==, 0);
        *ret_modes |= status.st_mode & 0777;
        number++;
    }
    return number;
}

static void test_save(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Profile) profile = make("x y");
    g_autoptr(GError) error = NULL;
    mode_t modes;

    g_assert_true(profile_set_text(profile, FIELD_CONNECTION_NAME, "Büro & Co", NULL));
    g_assert_true(profile_store_save(fixture->store, profile, &error));
    g_assert_cmpuint(count(fixture->profiles, &modes), ==, 1);
    g_assert_cmpuint(modes, ==, 0600);
    g_assert_cmpuint(count(fixture->secrets, &modes), ==, 1);
    g_assert_cmpuint(modes, ==, 0600);

    g_assert_true(profile_store_reload(fixture->store, &error));
    Profile *read = profile_store_find(fixture->store,
                                       profile_get_string(profile, FIELD_CONNECTION_UUID));
    g_assert_nonnull(read);
    g_assert_cmpstr(profile_get_string(read, FIELD_CONNECTION_NAME), ==, "Büro & Co");
    g_assert_true(secret_equal(profile_get_secret(read, FIELD_IPSEC_PSK),
                               profile_get_secret(profile, FIELD_IPSEC_PSK)));
    g_assert_true(profile_store_remove(fixture->store,
                                       profile_get_string(profile, FIELD_CONNECTION_UUID), &error));
    g_assert_cmpuint(count(fixture->profiles, &modes), ==, 0);
    g_assert_cmpuint(count(fixture->secrets, &modes), ==, 0);
}

/* 200 letters of four bytes each: the file is called by as much of it as a file can be. */
static void test_long_name(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Profile) profile = make("x");
    g_autoptr(GString) name = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < 200; i++)
        g_string_append(name, "𠀀");
    g_assert_cmpuint(name->len, ==, 800);
    g_assert_true(profile_set_text(profile, FIELD_CONNECTION_NAME, name->str, &error));
    g_assert_true(profile_store_save(fixture->store, profile, &error));
    g_assert_true(profile_store_reload(fixture->store, &error));
    Profile *read = profile_store_find(fixture->store,
                                       profile_get_string(profile, FIELD_CONNECTION_UUID));
    g_assert_cmpstr(profile_get_string(read, FIELD_CONNECTION_NAME), ==, name->str);
    /* Another one of nearly the same name beside it. */
    g_autoptr(Profile) other = make("y");
    g_autofree char *numbered = words_numbered(name->str, 12);
    g_assert_true(g_utf8_validate(numbered, -1, NULL));
    g_assert_true(g_str_has_suffix(numbered, "𠀀 12"));
    g_assert_cmpuint(strlen(numbered), ==, 796 + 3);
    g_assert_true(profile_set_text(other, FIELD_CONNECTION_NAME, numbered, &error));
    g_assert_true(profile_store_save(fixture->store, other, &error));
    g_string_append_c(name, 'x');
    g_assert_false(profile_set_text(other, FIELD_CONNECTION_NAME, name->str, NULL));
}

static void test_same_name(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Profile) first = make("x");
    g_autoptr(Profile) second = make("x");
    g_autoptr(GError) error = NULL;
    mode_t modes;

    g_assert_true(profile_store_save(fixture->store, first, NULL));
    g_assert_false(profile_store_save(fixture->store, second, &error));
    g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_EXISTS);
    g_assert_cmpuint(count(fixture->profiles, &modes), ==, 1);
    g_assert_cmpuint(count(fixture->secrets, &modes), ==, 1);
    /* Another owner may use it. */
    g_assert_true(profile_set_text(second, FIELD_CONNECTION_USER, "anna", NULL));
    g_assert_true(profile_store_save(fixture->store, second, NULL));
}

static const char *problem(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(profile_store_reload(fixture->store, &error));
    const char *const *problems = profile_store_problems(fixture->store);
    g_autoptr(GPtrArray) list = profile_store_list(fixture->store);
    g_assert_cmpuint(list->len, ==, 0);
    return problems[0];
}

static void test_unsafe_files(Fixture *fixture, gconstpointer data)
{
    g_autofree char *file = g_build_filename(fixture->profiles, "a.conf", NULL);
    g_autofree char *large = g_strnfill(70000, '#');

    g_assert_true(g_file_set_contents(file, "[connection]\nname=x\n", -1, NULL));
    g_chmod(file, 0644);
    g_assert_nonnull(strstr(problem(fixture), "chmod it to 600"));
    g_remove(file);

    g_assert_cmpint(symlink("/etc/passwd", file), ==, 0);
    g_assert_nonnull(strstr(problem(fixture), "symbolic link"));
    g_remove(file);

    /* Opening one without a writer would wait for ever. */
    g_assert_cmpint(mkfifo(file, 0600), ==, 0);
    g_assert_nonnull(strstr(problem(fixture), "not a regular file"));
    g_remove(file);

    g_assert_true(g_file_set_contents(file, large, -1, NULL));
    g_chmod(file, 0600);
    g_assert_nonnull(strstr(problem(fixture), "too large"));
    g_remove(file);

    g_assert_true(g_file_set_contents(file, "[ppp]\nmtu=99\n", -1, NULL));
    g_chmod(file, 0600);
    g_assert_cmpstr(problem(fixture), ==, "a.conf: ppp.mtu: 99 is below 576");
    g_assert_true(g_file_test(file, G_FILE_TEST_EXISTS));
}

static void test_unsafe_folder(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    g_chmod(fixture->profiles, 0777);
    g_assert_null(profile_store_new(fixture->profiles, fixture->secrets, &error));
    g_assert_error(error, PROFILE_ERROR, PROFILE_ERROR_UNSAFE_FILE);
    g_chmod(fixture->profiles, 0700);
}

/* A folder that cannot be written to: the old profile stays, on disk and in memory. */
static void test_failed_save(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Profile) profile = make("x");
    g_autoptr(GError) error = NULL;
    mode_t modes;

    g_assert_true(profile_store_save(fixture->store, profile, NULL));
    /* Only its emptied name is left: files can no longer be made in it, not even by root. */
    g_autofree char *moved = g_strconcat(fixture->profiles, ".gone", NULL);
    g_autofree char *file = NULL;
    {
        g_autoptr(GDir) folder = g_dir_open(fixture->profiles, 0, NULL);
        file = g_build_filename(fixture->profiles, g_dir_read_name(folder), NULL);
    }
    g_assert_cmpint(g_rename(file, moved), ==, 0);
    g_assert_cmpint(g_rmdir(fixture->profiles), ==, 0);
    g_autoptr(Profile) changed = profile_copy(profile);
    g_assert_true(profile_set_text(changed, FIELD_PPP_MTU, "1300", NULL));
    g_assert_false(profile_store_save(fixture->store, changed, &error));
    Profile *kept = profile_store_find(fixture->store,
                                       profile_get_string(profile, FIELD_CONNECTION_UUID));
    g_assert_cmpuint(profile_get_uint(kept, FIELD_PPP_MTU), ==, 0);
    g_assert_cmpuint(count(fixture->secrets, &modes), ==, 1);
    g_remove(moved);
}

static void test_hand_written_secret(Fixture *fixture, gconstpointer data)
{
    g_autofree char *file = g_build_filename(fixture->profiles, "lab.conf", NULL);
    g_autofree char *content = NULL;
    mode_t modes;

    g_assert_true(g_file_set_contents(file, "[connection]\ngateway=h\n[ipsec]\npsk=geheim\n", -1,
                                      NULL));
    g_chmod(file, 0600);
    g_assert_true(profile_store_reload(fixture->store, NULL));
    g_autoptr(GPtrArray) list = profile_store_list(fixture->store);
    g_assert_cmpuint(list->len, ==, 1);
    g_autoptr(Profile) profile = profile_copy(g_ptr_array_index(list, 0));
    g_assert_nonnull(profile_get_secret(profile, FIELD_IPSEC_PSK));
    g_assert_true(profile_store_save(fixture->store, profile, NULL));
    g_assert_true(g_file_get_contents(file, &content, NULL, NULL));
    g_assert_null(strstr(content, "geheim"));
    g_assert_cmpuint(count(fixture->secrets, &modes), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/store/" name, Fixture, NULL, set_up, func, tear_down)
    ADD("save", test_save);
    ADD("long-name", test_long_name);
    ADD("same-name", test_same_name);
    ADD("unsafe-files", test_unsafe_files);
    ADD("unsafe-folder", test_unsafe_folder);
    ADD("failed-save", test_failed_save);
    ADD("hand-written-secret", test_hand_written_secret);
    return g_test_run();
}
