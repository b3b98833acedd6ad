/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a file with the rights of a profile's user. */
#include "credentials/user_file.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define GROUPS_MAX 1024

typedef struct {
    const char *path;
    uid_t uid;
    gid_t gid;
    gid_t groups[GROUPS_MAX];
    int group_count; /* -1: keep the caller's rights */
    int fd;
    int error; /* errno of what failed, 0 when `fd` is open */
} OpenRequest;

/* In /proc/self this thread finds what its process has open, and its rights there are those of the
 * process: no such link is followed.  systemd's RestrictSUIDSGID= takes the call away that can be
 * told so.  There it rests on causeway-credentials alone, which has nothing open but the pipes of
 * its request and its answer, and those are no files. */
static int open_plainly(const char *path)
{
    /* A FIFO or a device must not hold us up. */
    const struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
        .resolve = RESOLVE_NO_MAGICLINKS,
    };
    int fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);

    return fd < 0 && errno == ENOSYS ? open(path, (int)how.flags) : fd;
}

/* File-system rights belong to a thread: this one takes the user's, opens, and ends.  The C
 * library's setgroups() would change every thread, hence the system call.  setfsuid() also
 * takes the capabilities away that override file permissions (capabilities(7)). */
static gpointer open_as_user(gpointer data)
{
    OpenRequest *request = data;

    request->fd = -1;
    if (request->group_count >= 0) {
        if (syscall(SYS_setgroups, request->group_count, request->groups) < 0) {
            request->error = errno;
            return NULL;
        }
        setfsgid(request->gid);
        setfsuid(request->uid);
        /* They report no error; asking again tells whether they worked. */
        if ((uid_t)setfsuid((uid_t)-1) != request->uid ||
            (gid_t)setfsgid((gid_t)-1) != request->gid) {
            request->error = EPERM;
            return NULL;
        }
    }
    request->fd = open_plainly(request->path);
    request->error = request->fd < 0 ? errno : 0;
    return NULL;
}

static gboolean look_up_user(const char *user, OpenRequest *request, GError **error)
{
    char memory[4096];
    struct passwd entry, *found = NULL;

    int status = getpwnam_r(user, &entry, memory, sizeof memory, &found);
    if (!found) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "user %s: %s", user,
                    status ? g_strerror(status) : "no such account");
        return FALSE;
    }
    request->uid = entry.pw_uid;
    request->gid = entry.pw_gid;
    request->group_count = GROUPS_MAX;
    if (getgrouplist(user, entry.pw_gid, request->groups, &request->group_count) < 0) {
        /* Fewer groups only means fewer rights. */
        request->groups[0] = entry.pw_gid;
        request->group_count = 1;
    }
    return TRUE;
}

static GBytes *read_all(int fd, const char *path, GError **error)
{
    struct stat status;
    struct statfs system;

    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size > USER_FILE_MAX ||
        fstatfs(fd, &system) < 0 || system.f_type == PROC_SUPER_MAGIC) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "%s: not a file, or larger than 1 MB", path);
        return NULL;
    }
    g_autoptr(GByteArray) contents = g_byte_array_sized_new((guint)status.st_size + 1);
    guint8 chunk[4096];
    ssize_t got;
    while ((got = read(fd, chunk, sizeof chunk)) > 0 && contents->len <= USER_FILE_MAX)
        g_byte_array_append(contents, chunk, (guint)got);
    explicit_bzero(chunk, sizeof chunk);
    if (got < 0) {
        g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(errno), "%s: %s", path,
                    g_strerror(errno));
        return NULL;
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&contents));
}

GBytes *user_file_read(const char *user, const char *path, GError **error)
{
    OpenRequest request = { .path = path, .group_count = -1 };

    if (user && !look_up_user(user, &request, error))
        return NULL;
    g_thread_join(g_thread_new("user-file", open_as_user, &request));
    if (request.error) {
        g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(request.error), "%s: %s", path,
                    g_strerror(request.error));
        return NULL;
    }
    GBytes *bytes = read_all(request.fd, path, error);
    close(request.fd);
    return bytes;
}
