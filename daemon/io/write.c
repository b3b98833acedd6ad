/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All of something to a descriptor or into a new file. */
#include "io/write.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

gboolean io_write(int file, const void *data, gsize length)
{
    const guint8 *rest = data;

    while (length > 0) {
        ssize_t put = write(file, rest, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put == 0)
            errno = EIO; /* it would be so for ever */
        if (put <= 0)
            return FALSE;
        rest += put;
        length -= (gsize)put;
    }
    return TRUE;
}

gboolean io_write_new(int folder, const char *name, const void *data, gsize length)
{
    int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (file < 0)
        return FALSE;
    gboolean done = io_write(file, data, length);
    int problem = errno;
    /* A full disk may show only now. */
    if (close(file) != 0 && done) {
        problem = errno;
        done = FALSE;
    }
    if (!done)
        unlinkat(folder, name, 0);
    errno = problem;
    return done;
}
