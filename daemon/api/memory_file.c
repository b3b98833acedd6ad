/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A secret that came as a descriptor. */
#include "api/memory_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "api/errors.h"

#define SECRET_MAX 4096

static Secret *fail(GError **error, const char *message)
{
    g_set_error_literal(error, API_ERROR, API_ERROR_INVALID_ARGUMENT, message);
    return NULL;
}

static Secret *read_file(int file, GError **error)
{
    char buffer[SECRET_MAX + 1];
    gsize length = 0;
    ssize_t got = 0;

    /* Only memory has seals: reading it cannot wait for anybody. */
    if (fcntl(file, F_GET_SEALS) < 0)
        return fail(error, "A secret must come as a memory file (memfd_create)");
    /* From its beginning, wherever the sender's writing ended. */
    while (length < sizeof buffer) {
        got = pread(file, buffer + length, sizeof buffer - length, (off_t)length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        length += (gsize)got;
    }
    Secret *secret = NULL;
    if (got < 0)
        fail(error, "The secret's memory file cannot be read");
    else if (length > SECRET_MAX)
        fail(error, "The secret is too long");
    else
        secret = secret_new(buffer, length);
    explicit_bzero(buffer, sizeof buffer);
    return secret;
}

Secret *memory_file_read(GUnixFDList *list, gint32 handle, GError **error)
{
    if (!list || handle < 0 || handle >= g_unix_fd_list_get_length(list))
        return fail(error, "The secret's descriptor is missing");
    int file = g_unix_fd_list_get(list, handle, error);
    if (file < 0)
        return NULL;
    Secret *secret = read_file(file, error);
    close(file);
    return secret;
}
