/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a folder that only its owner may have written. */
#include "profile/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/write.h"

static void set_system_error(GError **error, const char *what, const char *name)
{
    int number = errno;
    ProfileError code = number == ENOENT ? PROFILE_ERROR_NOT_FOUND
                        : number == EEXIST ? PROFILE_ERROR_EXISTS
                        : number == ELOOP ? PROFILE_ERROR_UNSAFE_FILE : PROFILE_ERROR_STORAGE;

    g_set_error(error, PROFILE_ERROR, code, "%s: cannot be %s: %s", name, what,
                number == ELOOP ? "it is a symbolic link" : g_strerror(number));
}

static void set_unsafe(GError **error, const char *name, const char *why)
{
    g_set_error(error, PROFILE_ERROR, PROFILE_ERROR_UNSAFE_FILE, "%s: %s", name, why);
}

int files_open_folder(const char *path, GError **error)
{
    struct stat status;

    if (g_mkdir_with_parents(path, 0700) != 0) {
        set_system_error(error, "made", path);
        return -1;
    }
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        set_system_error(error, "opened", path);
        return -1;
    }
    if (fstat(folder, &status) != 0 || status.st_uid != geteuid() || (status.st_mode & 0022)) {
        set_unsafe(error, path, "others than the service can write to this folder");
        close(folder);
        return -1;
    }
    return folder;
}

static gboolean check_file(int file, const char *name, gsize limit, gsize *ret_size,
                           GError **error)
{
    struct stat status;

    if (fstat(file, &status) != 0) {
        set_system_error(error, "examined", name);
        return FALSE;
    }
    if (!S_ISREG(status.st_mode))
        set_unsafe(error, name, "it is not a regular file");
    else if (status.st_uid != geteuid())
        set_unsafe(error, name, "it belongs to another user: chown it to root");
    else if (status.st_mode & 0077)
        set_unsafe(error, name, "others may read or write it: chmod it to 600");
    else if (status.st_size < 0 || (guint64)status.st_size > limit)
        set_unsafe(error, name, "it is too large");
    else {
        *ret_size = (gsize)status.st_size;
        return TRUE;
    }
    return FALSE;
}

char *files_read(int folder, const char *name, gsize limit, gsize *ret_length, GError **error)
{
    gsize size = 0, length = 0;
    /* Without O_NONBLOCK a FIFO put here would stop the service. */
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (file < 0) {
        set_system_error(error, "opened", name);
        return NULL;
    }
    if (!check_file(file, name, limit, &size, error)) {
        close(file);
        return NULL;
    }
    char *data = g_malloc(size + 1);
    while (length < size) {
        ssize_t got = read(file, data + length, size - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            set_system_error(error, "read", name);
            explicit_bzero(data, length);
            g_free(data);
            close(file);
            return NULL;
        }
        if (got == 0)
            break;
        length += (gsize)got;
    }
    close(file);
    data[length] = '\0';
    *ret_length = length;
    return data;
}

gboolean files_write(int folder, const char *name, gboolean replace, const char *data,
                     gsize length, GError **error)
{
    /* The dot keeps it from being read as a profile should the machine stop right here. */
    g_autofree char *temporary = g_strdup_printf(".%.200s.%08x", name, g_random_int());
    int file = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                      0600);
    if (file < 0) {
        set_system_error(error, "written", name);
        return FALSE;
    }
    gboolean done = io_write(file, data, length) && fsync(file) == 0;
    if (close(file) != 0)
        done = FALSE;
    if (done)
        done = renameat2(folder, temporary, folder, name, replace ? 0 : RENAME_NOREPLACE) == 0;
    if (!done) {
        set_system_error(error, "written", name);
        unlinkat(folder, temporary, 0);
        return FALSE;
    }
    /* The name is on disk only when the folder is; the content is there in any case. */
    if (fsync(folder) != 0)
        g_warning("%s: not yet on disk: %s", name, g_strerror(errno));
    return TRUE;
}

gboolean files_remove(int folder, const char *name, GError **error)
{
    if (unlinkat(folder, name, 0) != 0 && errno != ENOENT) {
        set_system_error(error, "removed", name);
        return FALSE;
    }
    return TRUE;
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char **files_list(int folder, const char *suffix, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    /* A descriptor of its own: its position is not shared. */
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy >= 0 ? fdopendir(copy) : NULL;
    struct dirent *entry;

    if (!entries) {
        set_system_error(error, "listed", "the folder");
        if (copy >= 0)
            close(copy);
        return NULL;
    }
    while ((entry = readdir(entries)) != NULL) {
        if (entry->d_name[0] != '.' && g_str_has_suffix(entry->d_name, suffix))
            g_ptr_array_add(names, g_strdup(entry->d_name));
    }
    closedir(entries);
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}
