/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QR codes in a picture of unknown origin. */
#include "qr_picture.h"

#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <string.h>

#define PROGRAM CAUSEWAY_LIBEXECDIR "/causeway-qr"
#define SECONDS_MAX 20
/* No code holds more than 2953 bytes; this is of the process, which is not to be trusted. */
#define CODE_MAX 8192
#define CODES_MAX 16
#define OUTPUT_MAX (CODES_MAX * (4 + CODE_MAX))

gboolean qr_is_picture(const char *data, gsize length)
{
    return (length >= 8 && memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0) ||
           (length >= 3 && memcmp(data, "\xff\xd8\xff", 3) == 0);
}

typedef struct {
    GSubprocess *process;
    GBytes *picture;
    GCancellable *stop; /* nobody waits for an answer any more */
    guint8 *output;     /* OUTPUT_MAX + 1 */
    gsize length;
    guint alarm;
} Reading;

static void reading_free(gpointer data)
{
    Reading *reading = data;

    g_clear_handle_id(&reading->alarm, g_source_remove);
    g_object_unref(reading->process);
    g_bytes_unref(reading->picture);
    g_object_unref(reading->stop);
    g_free(reading->output);
    g_free(reading);
}

static gboolean on_alarm(gpointer data)
{
    Reading *reading = data;

    reading->alarm = 0;
    g_subprocess_force_exit(reading->process);
    return G_SOURCE_REMOVE;
}

/* Each code with its length in four bytes before it; NULL when it is anything else. */
static GPtrArray *unpack(const guint8 *data, gsize length)
{
    g_autoptr(GPtrArray) codes =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    gsize at = 0;

    while (at < length) {
        if (length - at < 4 || codes->len == CODES_MAX)
            return NULL;
        gsize size = (gsize)data[at] << 24 | (gsize)data[at + 1] << 16 | (gsize)data[at + 2] << 8 |
                     data[at + 3];
        at += 4;
        if (size > CODE_MAX || size > length - at)
            return NULL;
        g_ptr_array_add(codes, g_bytes_new(data + at, size));
        at += size;
    }
    return g_steal_pointer(&codes);
}

/* Takes `codes`, or NULL. */
static void finish(GTask *task, GPtrArray *codes)
{
    Reading *reading = g_task_get_task_data(task);

    g_cancellable_cancel(reading->stop);
    g_subprocess_force_exit(reading->process);
    if (codes && codes->len > 0) {
        g_task_return_pointer(task, codes, (GDestroyNotify)g_ptr_array_unref);
        return;
    }
    g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s",
                            codes ? _("There is no QR code in this picture.")
                                  : _("This picture cannot be read."));
    g_clear_pointer(&codes, g_ptr_array_unref);
}

static void on_ended(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Reading *reading = g_task_get_task_data(task);
    gboolean fine = g_subprocess_wait_check_finish(G_SUBPROCESS(source), result, NULL);

    finish(task, fine ? unpack(reading->output, reading->length) : NULL);
}

/* One that was taken over could go on for ever. */
static void on_output(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    Reading *reading = g_task_get_task_data(task);

    if (!g_input_stream_read_all_finish(G_INPUT_STREAM(source), result, &reading->length, NULL) ||
        reading->length > OUTPUT_MAX)
        finish(task, NULL);
    else
        g_subprocess_wait_check_async(reading->process, g_task_get_cancellable(task), on_ended,
                                      g_object_ref(task));
}

/* What it does not read it does not need, or its answer will say so. */
static void on_written(GObject *source, GAsyncResult *result, gpointer data)
{
    g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, NULL, NULL);
    g_output_stream_close(G_OUTPUT_STREAM(source), NULL, NULL);
    g_object_unref(data);
}

void qr_picture_read(GBytes *picture, GCancellable *cancellable, GAsyncReadyCallback callback,
                     gpointer data)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, data);
    GError *error = NULL;
    GSubprocess *process = g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
            G_SUBPROCESS_FLAGS_STDERR_SILENCE,
        &error, PROGRAM, NULL);

    if (!process) {
        g_task_return_error(task, error);
        return;
    }
    Reading *reading = g_new0(Reading, 1);
    reading->process = process;
    reading->picture = g_bytes_ref(picture);
    reading->stop = g_cancellable_new();
    reading->output = g_malloc(OUTPUT_MAX + 1);
    reading->alarm = g_timeout_add_seconds(SECONDS_MAX, on_alarm, reading);
    g_task_set_task_data(task, reading, reading_free);
    GOutputStream *input = g_subprocess_get_stdin_pipe(process);
    gsize length = 0;
    const void *bytes = g_bytes_get_data(picture, &length);
    /* GLib writes as much as there is to a pipe that takes anything, and would wait for the rest. */
    g_unix_set_fd_nonblocking(g_unix_output_stream_get_fd(G_UNIX_OUTPUT_STREAM(input)), TRUE, NULL);
    g_output_stream_write_all_async(input, bytes, length, G_PRIORITY_DEFAULT, reading->stop,
                                    on_written, g_object_ref(task));
    g_input_stream_read_all_async(g_subprocess_get_stdout_pipe(process), reading->output,
                                  OUTPUT_MAX + 1, G_PRIORITY_DEFAULT, cancellable, on_output,
                                  g_object_ref(task));
}

GPtrArray *qr_picture_read_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
