/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QR codes in a picture of unknown origin. */
#include "qr_picture.h"

#include <glib/gi18n.h>
#include <string.h>

#define PROGRAM CAUSEWAY_LIBEXECDIR "/causeway-qr"
#define SECONDS_MAX 20
/* No code holds more than 2953 bytes; this is of the process, which is not to be trusted. */
#define CODE_MAX 8192
#define CODES_MAX 16

gboolean qr_is_picture(const char *data, gsize length)
{
    return (length >= 8 && memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0) ||
           (length >= 3 && memcmp(data, "\xff\xd8\xff", 3) == 0);
}

typedef struct {
    GSubprocess *process;
    guint alarm;
} Reading;

static void reading_free(gpointer data)
{
    Reading *reading = data;

    g_clear_handle_id(&reading->alarm, g_source_remove);
    /* Nobody waits for its answer any more. */
    g_subprocess_force_exit(reading->process);
    g_object_unref(reading->process);
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
static GPtrArray *unpack(GBytes *output)
{
    g_autoptr(GPtrArray) codes =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    gsize length = 0, at = 0;
    const guint8 *data = output ? g_bytes_get_data(output, &length) : NULL;

    while (at < length) {
        if (length - at < 4 || codes->len == CODES_MAX)
            return NULL;
        gsize size = (gsize)data[at] << 24 | (gsize)data[at + 1] << 16 | (gsize)data[at + 2] << 8 |
                     data[at + 3];
        at += 4;
        if (size > CODE_MAX || size > length - at)
            return NULL;
        g_ptr_array_add(codes, g_bytes_new_from_bytes(output, at, size));
        at += size;
    }
    return g_steal_pointer(&codes);
}

static void on_read(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GTask) task = data;
    g_autoptr(GBytes) output = NULL;
    g_autoptr(GError) error = NULL;
    GSubprocess *process = G_SUBPROCESS(source);

    if (!g_subprocess_communicate_finish(process, result, &output, NULL, &error) &&
        g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_task_return_error(task, g_steal_pointer(&error));
        return;
    }
    gboolean fine = !error && g_subprocess_get_successful(process);
    g_autoptr(GPtrArray) codes = fine ? unpack(output) : NULL;
    if (codes && codes->len > 0)
        g_task_return_pointer(task, g_steal_pointer(&codes), (GDestroyNotify)g_ptr_array_unref);
    else
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s",
                                codes ? _("There is no QR code in this picture.")
                                      : _("This picture cannot be read."));
}

void qr_picture_read(GBytes *picture, GCancellable *cancellable, GAsyncReadyCallback callback,
                     gpointer data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, data);
    GError *error = NULL;
    GSubprocess *process = g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
            G_SUBPROCESS_FLAGS_STDERR_SILENCE,
        &error, PROGRAM, NULL);

    if (!process) {
        g_task_return_error(task, error);
        g_object_unref(task);
        return;
    }
    Reading *reading = g_new0(Reading, 1);
    reading->process = process;
    reading->alarm = g_timeout_add_seconds(SECONDS_MAX, on_alarm, reading);
    g_task_set_task_data(task, reading, reading_free);
    g_subprocess_communicate_async(process, picture, cancellable, on_read, task);
}

GPtrArray *qr_picture_read_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
