/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causeway-credentials: a request on standard input, its result on standard output, nothing
 * else.  causewayd starts it for each attempt that uses a certificate.
 *
 * It reads the files itself, as their user and before it enters its sandbox, because they may lie
 * on a network drive that does not answer: a process can be killed then. */
#include <fcntl.h>
#include <unistd.h>

#include "credentials/parse.h"
#include "credentials/tokens.h"
#include "io/write.h"
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

/* Tokens before files, so that no library of a token sees these. */
static gboolean read_all(const CredentialsRequest *request, CredentialsToken *token,
                         CredentialsContents *ret_contents, CredentialsResult *ret_result)
{
    if (credentials_wants_token(request))
        credentials_token_ask(request, token);
    if (token->verdict != CREDENTIALS_OPENED) {
        ret_result->verdict = token->verdict;
        ret_result->words = g_steal_pointer(&token->words);
        return FALSE;
    }
    if (!credentials_read(request, ret_contents, ret_result))
        return FALSE;
    if (token->certificate)
        ret_contents->certificate = g_steal_pointer(&token->certificate);
    if (token->ca)
        ret_contents->ca = g_steal_pointer(&token->ca);
    ret_contents->key_on_token = token->module != NULL;
    return TRUE;
}

static void parse_all(const CredentialsContents *contents, CredentialsToken *token,
                      CredentialsResult *result)
{
    credentials_parse(contents, result);
    if (result->verdict != CREDENTIALS_OPENED)
        return;
    result->module = g_steal_pointer(&token->module);
    result->key_id = g_steal_pointer(&token->key_id);
    result->slot = token->slot;
}

int main(int argc, char **argv)
{
    static const char usage[] = "causeway-credentials is a part of causewayd, which starts it.\n";
    g_auto(CredentialsRequest) request = { 0 };
    g_auto(CredentialsContents) contents = { 0 };
    g_auto(CredentialsResult) result = { 0 };
    g_auto(CredentialsToken) token = { 0 };
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
    gboolean readable = request.name || read_all(&request, &token, &contents, &result);
    if (!sandbox_enter(&missing))
        _exit(EXIT_SANDBOX);
    if (request.name)
        credentials_match(request.name, request.candidates, &result);
    else if (readable)
        parse_all(&contents, &token, &result);
    g_autoptr(GBytes) out = credentials_result_pack(&result);
    gsize length = 0;
    const guint8 *data = g_bytes_get_data(out, &length);
    gboolean told = io_write(STDOUT_FILENO, data, length);
    /* Without the handlers of exit(): nothing is to be flushed, much would be forbidden. */
    _exit(told ? 0 : 1);
}
