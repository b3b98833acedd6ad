/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks for a secret on the terminal. */
#include "cli/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/cli.h"

#define SECRET_MAX 4096

struct Prompt {
    int terminal;
    struct termios before;
    guint source;
    PromptFunc func;
    gpointer data;
};

static gboolean on_input(gint file, GIOCondition condition, gpointer data)
{
    Prompt *prompt = data;
    char line[SECRET_MAX];
    /* In canonical mode a read gives one line. */
    ssize_t length = read(file, line, sizeof line);

    if (length < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    prompt->source = 0;
    g_autoptr(Secret) secret = NULL;
    if (length > 0) {
        if (line[length - 1] == '\n')
            length--;
        secret = secret_new(line, (gsize)length);
        explicit_bzero(line, sizeof line);
    }
    prompt->func(secret && secret_length(secret) > 0 ? secret : NULL, prompt->data);
    return G_SOURCE_REMOVE;
}

Prompt *prompt_start(const char *question, PromptFunc func, gpointer data)
{
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    Prompt *prompt = g_new0(Prompt, 1);
    struct termios silent;
    g_autofree char *plain = cli_plain(question);

    prompt->terminal = terminal;
    prompt->func = func;
    prompt->data = data;
    if (terminal < 0 || tcgetattr(terminal, &prompt->before) != 0) {
        if (terminal >= 0)
            close(terminal);
        g_free(prompt);
        return NULL;
    }
    silent = prompt->before;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    tcsetattr(terminal, TCSAFLUSH, &silent);
    dprintf(terminal, "%s: ", plain);
    prompt->source = g_unix_fd_add(terminal, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, prompt);
    return prompt;
}

void prompt_free(Prompt *prompt)
{
    if (!prompt)
        return;
    g_clear_handle_id(&prompt->source, g_source_remove);
    dprintf(prompt->terminal, "\n");
    tcsetattr(prompt->terminal, TCSAFLUSH, &prompt->before);
    close(prompt->terminal);
    g_free(prompt);
}

typedef struct {
    Secret *secret;
    gboolean done;
} Answer;

static void on_answer(const Secret *secret, gpointer data)
{
    Answer *answer = data;

    answer->secret = secret_copy(secret);
    answer->done = TRUE;
}

static gboolean on_signal(gpointer data)
{
    ((Answer *)data)->done = TRUE;
    return G_SOURCE_CONTINUE;
}

Secret *prompt_ask(const char *question)
{
    Answer answer = {NULL, FALSE};
    /* From before the terminal falls silent until it speaks again, Ctrl-C must not end us. */
    guint interrupted = g_unix_signal_add(SIGINT, on_signal, &answer);
    guint terminated = g_unix_signal_add(SIGTERM, on_signal, &answer);
    Prompt *prompt = prompt_start(question, on_answer, &answer);

    while (prompt && !answer.done)
        g_main_context_iteration(NULL, TRUE);
    prompt_free(prompt);
    g_source_remove(interrupted);
    g_source_remove(terminated);
    return answer.secret;
}

Secret *prompt_read_stdin(void)
{
    char buffer[SECRET_MAX + 1];
    gsize length = 0;
    ssize_t got = 0;

    while (length < sizeof buffer) {
        got = read(STDIN_FILENO, buffer + length, sizeof buffer - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        length += (gsize)got;
    }
    if (length > 0 && buffer[length - 1] == '\n')
        length--;
    if (length > 0 && buffer[length - 1] == '\r')
        length--;
    Secret *secret = got < 0 || length == 0 || length > SECRET_MAX ? NULL
                                                                  : secret_new(buffer, length);
    explicit_bzero(buffer, sizeof buffer);
    return secret;
}
