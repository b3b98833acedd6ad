/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causeway-qr: a picture on standard input, its codes on standard output.  The window starts it
 * for each picture. */
#include <sys/resource.h>
#include <unistd.h>

#include "io/write.h"
#include "qr/codes.h"
#include "tunnel/sandbox.h"

#define EXIT_USAGE 2
#define EXIT_SANDBOX 3
#define EXIT_NO_PICTURE 4
#define SECONDS_MAX 10 /* of computing */

static gsize read_picture(guint8 *data, gsize room)
{
    gsize length = 0;
    ssize_t got = 1;

    while (got > 0 && length < room) {
        got = read(STDIN_FILENO, data + length, room - length);
        length += got > 0 ? (gsize)got : 0;
    }
    return length;
}

static gboolean write_code(GBytes *code)
{
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(code, &length);
    const guint8 head[] = {(guint8)(length >> 24), (guint8)(length >> 16), (guint8)(length >> 8),
                           (guint8)length};

    return io_write(STDOUT_FILENO, head, sizeof head) && io_write(STDOUT_FILENO, data, length);
}

int main(int argc, char **argv)
{
    static const char usage[] = "causeway-qr is a part of causeway-gui, which starts it.\n";
    const struct rlimit seconds = {SECONDS_MAX, SECONDS_MAX};
    g_autofree char *missing = NULL;

    if (argc != 1 || isatty(STDIN_FILENO)) {
        (void)!write(STDERR_FILENO, usage, sizeof usage - 1);
        return EXIT_USAGE;
    }
    if (close_range(STDERR_FILENO + 1, ~0U, 0) != 0 || setrlimit(RLIMIT_CPU, &seconds) != 0)
        return EXIT_SANDBOX;
    Codes *codes = codes_new();
    guint8 *data = g_malloc(CODES_PICTURE_MAX + 1);
    if (!sandbox_enter(&missing))
        _exit(EXIT_SANDBOX);
    gsize length = read_picture(data, CODES_PICTURE_MAX + 1);
    g_autoptr(GPtrArray) found = codes_read(codes, data, length);
    if (!found)
        _exit(EXIT_NO_PICTURE);
    gboolean told = TRUE;
    for (guint i = 0; i < found->len && told; i++)
        told = write_code(g_ptr_array_index(found, i));
    /* Without the handlers of exit(), of which much would be forbidden. */
    _exit(told ? 0 : 1);
}
