/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files and folders to import, read whole with bounds: a path may be a device without an end. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "profile/import.h"

typedef struct {
    char *name;
    char *data;
    gsize length;
} Loaded;

static void loaded_free(gpointer item)
{
    Loaded *loaded = item;

    explicit_bzero(loaded->data, IMPORT_FILE_MAX + 1);
    g_free(loaded->data);
    g_free(loaded->name);
    g_free(loaded);
}

static gboolean fail(GError **error, const char *path, const char *problem)
{
    g_autofree char *clean = g_utf8_make_valid(path, -1);

    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_STORAGE, "%s: %s", clean, problem);
    return FALSE;
}

static gboolean read_all(int file, const char *path, GPtrArray *all, GError **error)
{
    if (all->len >= IMPORT_FILES_MAX)
        return fail(error, path, "these are too many files");
    Loaded *loaded = g_new0(Loaded, 1);
    loaded->data = g_malloc0(IMPORT_FILE_MAX + 1);
    loaded->name = strcmp(path, "-") == 0 ? g_strdup("") : g_path_get_basename(path);
    g_ptr_array_add(all, loaded);
    while (loaded->length <= IMPORT_FILE_MAX) {
        ssize_t got = read(file, loaded->data + loaded->length,
                           IMPORT_FILE_MAX + 1 - loaded->length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(error, path, g_strerror(errno));
        if (got == 0)
            return TRUE;
        loaded->length += (gsize)got;
    }
    return fail(error, path, "is too large for a profile");
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Regular files right in it, hidden ones apart. */
static gboolean read_folder(int folder, const char *path, GPtrArray *all, GError **error)
{
    g_autoptr(GDir) entries = g_dir_open(path, 0, error);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    if (!entries)
        return FALSE;
    while ((name = g_dir_read_name(entries)) != NULL) {
        struct stat info;
        if (name[0] == '.' || fstatat(folder, name, &info, 0) != 0 || !S_ISREG(info.st_mode))
            continue;
        g_ptr_array_add(names, g_strdup(name));
        if (names->len > IMPORT_FILES_MAX)
            return fail(error, path, "there are too many files in this folder");
    }
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len; i++) {
        name = g_ptr_array_index(names, i);
        int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        gboolean read = file >= 0 ? read_all(file, name, all, error)
                                  : fail(error, name, g_strerror(errno));
        if (file >= 0)
            close(file);
        if (!read)
            return FALSE;
    }
    return TRUE;
}

static gboolean read_path(const char *path, GPtrArray *all, GError **error)
{
    struct stat info;

    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, path, all, error);
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0)
        return fail(error, path, g_strerror(errno));
    gboolean read = fstat(file, &info) == 0 && S_ISDIR(info.st_mode)
                        ? read_folder(file, path, all, error)
                        : read_all(file, path, all, error);
    close(file);
    return read;
}

ImportResult *profile_import_paths(const char *const *paths, GError **error)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(loaded_free);
    ImportFile files[IMPORT_FILES_MAX];

    for (; *paths; paths++) {
        if (!read_path(*paths, all, error))
            return NULL;
    }
    for (guint i = 0; i < all->len; i++) {
        const Loaded *loaded = g_ptr_array_index(all, i);
        files[i] = (ImportFile){loaded->name, loaded->data, loaded->length};
    }
    return profile_import_files(files, all->len, error);
}
