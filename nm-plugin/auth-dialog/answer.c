/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the dialog tells the agent that started it.  Secrets go out by write(2): a stream would
 * keep a copy of them.  Whether anybody listens still is nothing to us. */
#include "answer.h"

#include <glib/gi18n-lib.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "details.h"
#include "io/write.h"

#define UI_GROUP "VPN Plugin UI"
#define QUIT "QUIT"
#define AWAIT_QUIT_MS 20000

void answer_external(int output, const char *title, const char *reason, gboolean interactive,
                     const GPtrArray *questions)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    gsize length;

    g_key_file_set_integer(file, UI_GROUP, "Version", 2);
    g_key_file_set_string(file, UI_GROUP, "Title", title);
    g_key_file_set_string(file, UI_GROUP, "Description", reason);
    for (guint i = 0; i < questions->len; i++) {
        const Question *question = g_ptr_array_index(questions, i);
        g_key_file_set_string(file, question->key, "Value",
                              question->value ? question->value : "");
        g_key_file_set_string(file, question->key, "Label", question->label);
        g_key_file_set_boolean(file, question->key, "IsSecret", TRUE);
        g_key_file_set_boolean(file, question->key, "ShouldAsk", interactive && question->ask);
    }
    char *text = g_key_file_to_data(file, &length, NULL);
    io_write(output, text, length);
    explicit_bzero(text, length);
    g_free(text);
}

void answer_plain(int output, const GPtrArray *questions)
{
    for (guint i = 0; i < questions->len; i++) {
        const Question *question = g_ptr_array_index(questions, i);
        /* This way has no words for an end of line in a value; without it the agent's next line
         * would be taken for a key. */
        if (!question->value || strchr(question->value, '\n'))
            continue;
        io_write(output, question->key, strlen(question->key));
        io_write(output, "\n", 1);
        io_write(output, question->value, strlen(question->value));
        io_write(output, "\n", 1);
    }
    io_write(output, "\n\n", 2);
}

void answer_await_quit(int input)
{
    gint64 end = g_get_monotonic_time() / 1000 + AWAIT_QUIT_MS, left;
    char seen[sizeof QUIT - 1] = "";

    while ((left = end - g_get_monotonic_time() / 1000) > 0) {
        struct pollfd wanted = {.fd = input, .events = POLLIN};
        int ready = poll(&wanted, 1, (int)left);
        if (ready < 0 && errno == EINTR)
            continue;
        /* The last four letters that came. */
        memmove(seen, seen + 1, sizeof seen - 1);
        if (ready <= 0 || read(input, seen + sizeof seen - 1, 1) != 1)
            return;
        if (memcmp(seen, QUIT, sizeof seen) == 0)
            return;
    }
}
