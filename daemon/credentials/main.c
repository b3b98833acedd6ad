/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causeway-credentials: a request on standard input, its result on standard output, nothing
 * else.  causewayd starts it for each attempt that uses a certificate.
 *
 * It reads the files itself, as their user and before it enters its sandbox, because they may lie
 * on a network drive that does not answer: a process can be killed then. */
#include <fcntl.h>
#include <unistd.h>

#include "credentials/parse.h"
#include "tunnel/sandbox.h"

#define EXIT_USAGE 2
#define EXIT_SANDBOX 3

static GBytes *read_request(void)
{
    guint8 *data = g_malloc(CREDENTIALS_MESSAGE_MAX);
    gsize length = 0;
    ssize_t got = 1;

    while (got > 0 && length < CREDENTIALS_MESSAGE_MAX) {
        got = read(STDIN_FILENO, data + length, CREDENTIALS_MESSAGE_MAX - length);
        length += got > 0 ? (gsize)got : 0;
    }
    return credentials_bytes_take(data, length);
}

static gboolean write_all(GBytes *bytes)
{
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(bytes, &length);

    while (length > 0) {
        ssize_t put = write(STDOUT_FILENO, data, length);
        if (put <= 0)
            return FALSE;
        data += put;
        length -= (gsize)put;
    }
    return TRUE;
}

int main(int argc, char **argv)
{
    static const char usage[] = "causeway-credentials is a part of causewayd, which starts it.\n";
    g_auto(CredentialsRequest) request = { 0 };
    g_auto(CredentialsContents) contents = { 0 };
    g_auto(CredentialsResult) result = { 0 };
    g_autofree char *missing = NULL;

    if (argc != 1 || isatty(STDIN_FILENO)) {
        (void)!write(STDERR_FILENO, usage, sizeof usage - 1);
        return EXIT_USAGE;
    }
    if (close_range(STDERR_FILENO + 1, ~0U, 0) != 0)
        return EXIT_SANDBOX;
    g_autoptr(GBytes) in = read_request();
    if (!credentials_request_unpack(in, &request))
        return EXIT_USAGE;
    gboolean readable = credentials_read(&request, &contents, &result);
    if (!sandbox_enter(&missing))
        _exit(EXIT_SANDBOX);
    if (readable)
        credentials_parse(&contents, &result);
    g_autoptr(GBytes) out = credentials_result_pack(&result);
    gboolean told = write_all(out);
    /* Without the handlers of exit(): nothing is to be flushed, much would be forbidden. */
    _exit(told ? 0 : 1);
}
