/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "preferences.h"

static char *folder, *file, *autostart;

static Preferences *open_again(Preferences *preferences)
{
    preferences_free(preferences);
    return preferences_new(file, autostart);
}

static void test_choices(void)
{
    Preferences *preferences = open_again(NULL);

    g_assert_true(preferences_get(preferences, PREFERENCE_TRAY));
    g_assert_true(preferences_get(preferences, PREFERENCE_NOTIFY));
    g_assert_true(preferences_set(preferences, PREFERENCE_TRAY, FALSE, NULL));
    preferences = open_again(preferences);
    g_assert_false(preferences_get(preferences, PREFERENCE_TRAY));
    g_assert_true(preferences_get(preferences, PREFERENCE_NOTIFY));
    preferences_free(preferences);
}

static void test_autostart(void)
{
    g_autoptr(Preferences) preferences = open_again(NULL);
    g_autoptr(GKeyFile) entry = g_key_file_new();

    g_assert_false(preferences_get(preferences, PREFERENCE_AUTOSTART));
    g_assert_true(preferences_set(preferences, PREFERENCE_AUTOSTART, TRUE, NULL));
    g_assert_true(preferences_get(preferences, PREFERENCE_AUTOSTART));
    g_assert_true(g_key_file_load_from_file(entry, autostart, G_KEY_FILE_NONE, NULL));
    g_autofree char *command = g_key_file_get_string(entry, "Desktop Entry", "Exec", NULL);
    g_assert_cmpstr(command, ==, "causeway-gui --hidden");
    /* As Xfce's and GNOME's own tools switch it off. */
    g_key_file_set_boolean(entry, "Desktop Entry", "X-GNOME-Autostart-enabled", FALSE);
    g_assert_true(g_key_file_save_to_file(entry, autostart, NULL));
    g_assert_false(preferences_get(preferences, PREFERENCE_AUTOSTART));
    g_key_file_remove_key(entry, "Desktop Entry", "X-GNOME-Autostart-enabled", NULL);
    g_assert_true(g_key_file_save_to_file(entry, autostart, NULL));
    g_assert_true(preferences_get(preferences, PREFERENCE_AUTOSTART));
    g_key_file_set_boolean(entry, "Desktop Entry", "Hidden", TRUE);
    g_assert_true(g_key_file_save_to_file(entry, autostart, NULL));
    g_assert_false(preferences_get(preferences, PREFERENCE_AUTOSTART));
    g_assert_true(preferences_set(preferences, PREFERENCE_AUTOSTART, TRUE, NULL));
    g_assert_true(preferences_get(preferences, PREFERENCE_AUTOSTART));
    g_assert_true(preferences_set(preferences, PREFERENCE_AUTOSTART, FALSE, NULL));
    g_assert_true(preferences_set(preferences, PREFERENCE_AUTOSTART, FALSE, NULL));
    g_assert_false(g_file_test(autostart, G_FILE_TEST_EXISTS));
}

static void test_pins(void)
{
    Preferences *preferences = open_again(NULL);

    g_assert_true(preferences_pin(preferences, "a", TRUE, NULL));
    g_assert_true(preferences_pin(preferences, "b", TRUE, NULL));
    g_assert_true(preferences_pin(preferences, "a", FALSE, NULL));
    preferences = open_again(preferences);
    g_assert_false(preferences_is_pinned(preferences, "a"));
    g_assert_true(preferences_is_pinned(preferences, "b"));
    g_assert_true(preferences_pin(preferences, "b", FALSE, NULL));
    g_assert_false(preferences_is_pinned(preferences, "b"));
    preferences_free(preferences);
}

/* A file that somebody broke is as none; a folder that cannot be made is told. */
static void test_bad(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(file, "]not a key file", -1, NULL));
    g_autoptr(Preferences) broken = preferences_new(file, autostart);
    g_assert_true(preferences_get(broken, PREFERENCE_TRAY));
    g_autoptr(Preferences) nowhere = preferences_new("/proc/no/file", "/proc/no/entry");
    g_assert_false(preferences_set(nowhere, PREFERENCE_TRAY, FALSE, &error));
    g_assert_nonnull(error);
    g_assert_false(preferences_get(nowhere, PREFERENCE_TRAY));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("causeway-gui-XXXXXX", NULL);
    file = g_build_filename(folder, "deep", "gui.conf", NULL);
    autostart = g_build_filename(folder, "autostart", "entry.desktop", NULL);
    g_test_add_func("/gui/preferences/choices", test_choices);
    g_test_add_func("/gui/preferences/autostart", test_autostart);
    g_test_add_func("/gui/preferences/pins", test_pins);
    g_test_add_func("/gui/preferences/bad", test_bad);
    int result = g_test_run();
    g_remove(file);
    g_autofree char *deep = g_path_get_dirname(file), *start = g_path_get_dirname(autostart);
    g_rmdir(deep);
    g_rmdir(start);
    g_rmdir(folder);
    g_free(folder);
    g_free(file);
    g_free(autostart);
    return result;
}
