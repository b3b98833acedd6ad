/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person has chosen for the application itself. */
#include "preferences.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#define GROUP "application"
#define PINNED "pinned"

struct Preferences {
    char *path, *autostart;
    GKeyFile *file;
};

static const struct {
    const char *key;
    gboolean fallback;
} rows[PREFERENCE_COUNT] = {
    [PREFERENCE_TRAY] = {"tray", TRUE},
    [PREFERENCE_NOTIFY] = {"notifications", TRUE},
    [PREFERENCE_AUTOSTART] = {"autostart", FALSE},
};

Preferences *preferences_new(const char *file, const char *autostart)
{
    Preferences *preferences = g_new0(Preferences, 1);
    g_autoptr(GError) error = NULL;

    preferences->path = g_strdup(file);
    preferences->autostart = g_strdup(autostart);
    preferences->file = g_key_file_new();
    if (!g_key_file_load_from_file(preferences->file, file, G_KEY_FILE_KEEP_COMMENTS, &error))
        g_debug("%s: %s", file, error->message);
    return preferences;
}

void preferences_free(Preferences *preferences)
{
    if (!preferences)
        return;
    g_key_file_unref(preferences->file);
    g_free(preferences->path);
    g_free(preferences->autostart);
    g_free(preferences);
}

/* The entry itself is the choice: other programs take it away, too, or switch it off in place. */
static gboolean get_autostart(Preferences *preferences)
{
    g_autoptr(GKeyFile) entry = g_key_file_new();
    g_autoptr(GError) error = NULL;

    if (!g_key_file_load_from_file(entry, preferences->autostart, G_KEY_FILE_NONE, NULL) ||
        g_key_file_get_boolean(entry, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_HIDDEN, NULL))
        return FALSE;
    gboolean enabled = g_key_file_get_boolean(entry, G_KEY_FILE_DESKTOP_GROUP,
                                              "X-GNOME-Autostart-enabled", &error);
    return error || enabled;
}

gboolean preferences_get(Preferences *preferences, Preference which)
{
    g_autoptr(GError) error = NULL;

    if (which == PREFERENCE_AUTOSTART)
        return get_autostart(preferences);
    gboolean value = g_key_file_get_boolean(preferences->file, GROUP, rows[which].key, &error);
    return error ? rows[which].fallback : value;
}

static gboolean make_folder(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);

    if (g_mkdir_with_parents(folder, 0700) == 0)
        return TRUE;
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", folder,
                g_strerror(errno));
    return FALSE;
}

static gboolean save(Preferences *preferences, GError **error)
{
    return make_folder(preferences->path, error) &&
           g_key_file_save_to_file(preferences->file, preferences->path, error);
}

static gboolean set_autostart(Preferences *preferences, gboolean value, GError **error)
{
    static const char entry[] =
        "[Desktop Entry]\nType=Application\nName=Causeway\nIcon=org.causeway.Causeway\n"
        "Exec=causeway-gui --hidden\nX-GNOME-Autostart-enabled=true\n";

    if (value)
        return make_folder(preferences->autostart, error) &&
               g_file_set_contents(preferences->autostart, entry, -1, error);
    if (g_remove(preferences->autostart) == 0 || errno == ENOENT)
        return TRUE;
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", preferences->autostart,
                g_strerror(errno));
    return FALSE;
}

gboolean preferences_set(Preferences *preferences, Preference which, gboolean value,
                         GError **error)
{
    if (which == PREFERENCE_AUTOSTART)
        return set_autostart(preferences, value, error);
    g_key_file_set_boolean(preferences->file, GROUP, rows[which].key, value);
    return save(preferences, error);
}

gboolean preferences_is_pinned(Preferences *preferences, const char *uuid)
{
    g_auto(GStrv) pinned = g_key_file_get_string_list(preferences->file, GROUP, PINNED, NULL, NULL);

    return pinned && g_strv_contains((const char *const *)pinned, uuid);
}

gboolean preferences_pin(Preferences *preferences, const char *uuid, gboolean pinned,
                         GError **error)
{
    g_auto(GStrv) before = g_key_file_get_string_list(preferences->file, GROUP, PINNED, NULL, NULL);
    g_autoptr(GPtrArray) after = g_ptr_array_new();

    for (char **other = before; other && *other; other++) {
        if (strcmp(*other, uuid) != 0)
            g_ptr_array_add(after, *other);
    }
    if (pinned)
        g_ptr_array_add(after, (gpointer)uuid);
    g_key_file_set_string_list(preferences->file, GROUP, PINNED,
                               (const char *const *)after->pdata, after->len);
    return save(preferences, error);
}
