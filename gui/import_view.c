/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What IT has sent: read one after the other, then looked at together, as several files may
 * belong to one connection. */
#include "import_view.h"

#include <glib/gi18n.h>
#include <string.h>

#include "import_list.h"
#include "new_dialog.h"
#include "profile/import.h"
#include "qr_picture.h"

typedef struct {
    CausewayWindow *window;
    GQueue files;         /* GFile that are still to be read */
    GPtrArray *names;     /* char *, of each content */
    GPtrArray *contents;  /* GBytes */
    char *problem;        /* the last file that could not be read */
} Reading;

/* There may be a shared key or a password in it. */
static void content_free(gpointer content)
{
    gsize length = 0;
    g_autofree void *data = g_bytes_unref_to_data(content, &length);

    if (length > 0)
        explicit_bzero(data, length);
}

static Reading *reading_new(CausewayWindow *window)
{
    Reading *reading = g_new0(Reading, 1);

    reading->window = g_object_ref(window);
    g_queue_init(&reading->files);
    reading->names = g_ptr_array_new_with_free_func(g_free);
    reading->contents = g_ptr_array_new_with_free_func(content_free);
    return reading;
}

static void reading_free(Reading *reading)
{
    g_queue_clear_full(&reading->files, g_object_unref);
    g_ptr_array_unref(reading->names);
    g_ptr_array_unref(reading->contents);
    g_object_unref(reading->window);
    g_free(reading->problem);
    g_free(reading);
}

static void add(Reading *reading, const char *name, GBytes *content)
{
    g_ptr_array_add(reading->names, g_strdup(name));
    g_ptr_array_add(reading->contents, g_bytes_ref(content));
}

/* --- What has come of it ------------------------------------------------------------------ */

static void show_one(CausewayWindow *window, const ImportResult *result)
{
    const Imported *imported = g_ptr_array_index(result->profiles, 0);
    const GPtrArray *lists[] = {imported->warnings, result->warnings};
    g_autoptr(GPtrArray) warnings = g_ptr_array_new();

    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        for (guint j = 0; j < lists[i]->len; j++)
            g_ptr_array_add(warnings, g_ptr_array_index(lists[i], j));
    }
    /* Whose it was elsewhere, and who it is, says nothing here. */
    profile_unset(imported->profile, FIELD_CONNECTION_USER);
    profile_unset(imported->profile, FIELD_CONNECTION_UUID);
    new_dialog_show(window, imported->profile, warnings);
}

/* One connection is looked at before it is made; of several, those that are wanted are. */
static void show(CausewayWindow *window, ImportResult *result)
{
    const Imported *first = g_ptr_array_index(result->profiles, 0);

    if (result->profiles->len > 1 || first->files->len > 0) {
        import_list_show(window, result);
    } else {
        show_one(window, result);
        import_result_free(result);
    }
}

static void finish(Reading *reading)
{
    guint count = reading->contents->len;
    g_autofree ImportFile *files = g_new0(ImportFile, count + 1);
    g_autoptr(GError) error = NULL;
    ImportResult *result = NULL;

    for (guint i = 0; i < count; i++) {
        GBytes *content = g_ptr_array_index(reading->contents, i);
        files[i].name = g_ptr_array_index(reading->names, i);
        files[i].data = g_bytes_get_data(content, &files[i].length);
    }
    if (count > 0)
        result = profile_import_files(files, count, &error);
    if (result)
        show(reading->window, result);
    else if (error || reading->problem)
        causeway_window_toast(reading->window, error ? error->message : reading->problem);
    if (result && reading->problem)
        causeway_window_toast(reading->window, reading->problem);
    reading_free(reading);
}

/* --- Reading ------------------------------------------------------------------------------ */

static void read_next(Reading *reading);

/* Takes `message`. */
static void remember_problem(Reading *reading, char *message)
{
    g_free(reading->problem);
    reading->problem = message;
}

static void on_codes(GObject *source, GAsyncResult *result, gpointer data)
{
    Reading *reading = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) codes = qr_picture_read_finish(result, &error);

    if (!codes)
        remember_problem(reading, g_strdup(error->message));
    for (guint i = 0; codes && i < codes->len; i++)
        add(reading, "", g_ptr_array_index(codes, i));
    read_next(reading);
}

/* Goes on with the next file, at once or when the codes of a picture have been read. */
static void take(Reading *reading, const char *name, GBytes *content)
{
    gsize length;
    const char *data = g_bytes_get_data(content, &length);

    if (qr_is_picture(data, length) && length <= QR_PICTURE_MAX) {
        qr_picture_read(content, NULL, on_codes, reading);
        return;
    }
    if (length > IMPORT_FILE_MAX)
        remember_problem(reading, g_strdup(_("This file is too large to be a connection.")));
    else
        add(reading, name, content);
    read_next(reading);
}

/* Of what is longer than anything that is taken, a byte more is enough to see that. */
static void on_read(GObject *source, GAsyncResult *result, gpointer data)
{
    Reading *reading = data;
    GMemoryOutputStream *memory = G_MEMORY_OUTPUT_STREAM(g_object_get_data(source, "memory"));
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result,
                                                               &error);
    g_autofree char *name = g_strdup(g_object_get_data(source, "name"));

    if (!bytes) {
        remember_problem(reading, g_strdup(error->message));
        read_next(reading);
        return;
    }
    gsize length;
    const void *data_read = g_bytes_get_data(bytes, &length);
    gsize room = QR_PICTURE_MAX + 1 - g_memory_output_stream_get_data_size(memory);
    g_output_stream_write_all(G_OUTPUT_STREAM(memory), data_read, MIN(length, room), NULL, NULL,
                              NULL);
    if (length > 0 && length < room) {
        g_input_stream_read_bytes_async(G_INPUT_STREAM(source), IMPORT_FILE_MAX,
                                        G_PRIORITY_DEFAULT, NULL, on_read, reading);
        return;
    }
    g_output_stream_close(G_OUTPUT_STREAM(memory), NULL, NULL);
    g_autoptr(GBytes) whole = g_memory_output_stream_steal_as_bytes(memory);
    take(reading, name, whole);
}

/* A stream may give less at a time than is asked for. */
static void read_stream(Reading *reading, GInputStream *stream, const char *name)
{
    g_object_set_data_full(G_OBJECT(stream), "memory", g_memory_output_stream_new_resizable(),
                           g_object_unref);
    g_object_set_data_full(G_OBJECT(stream), "name", g_strdup(name), g_free);
    g_input_stream_read_bytes_async(stream, IMPORT_FILE_MAX, G_PRIORITY_DEFAULT, NULL, on_read,
                                    reading);
}

static void on_opened(GObject *source, GAsyncResult *result, gpointer data)
{
    Reading *reading = data;
    g_autoptr(GFile) file = g_object_ref(G_FILE(source));
    g_autoptr(GError) error = NULL;
    g_autoptr(GFileInputStream) stream = g_file_read_finish(file, result, &error);
    g_autofree char *name = g_file_get_basename(file);

    if (stream) {
        read_stream(reading, G_INPUT_STREAM(stream), name ? name : "");
        return;
    }
    remember_problem(reading, g_strdup(error->message));
    read_next(reading);
}

static void read_next(Reading *reading)
{
    g_autoptr(GFile) file = g_queue_pop_head(&reading->files);

    /* Of too many, one more is enough to be told so. */
    if (file && reading->contents->len <= IMPORT_FILES_MAX)
        g_file_read_async(file, G_PRIORITY_DEFAULT, NULL, on_opened, reading);
    else
        finish(reading);
}

static void read_text(CausewayWindow *window, const char *text)
{
    Reading *reading = reading_new(window);
    g_autoptr(GBytes) content = g_bytes_new(text, strlen(text));

    take(reading, "", content);
}

static void read_files(CausewayWindow *window, GSList *files)
{
    Reading *reading = reading_new(window);

    for (; files; files = files->next)
        g_queue_push_tail(&reading->files, g_object_ref(files->data));
    read_next(reading);
}

/* --- Files -------------------------------------------------------------------------------- */

static void on_chosen(GtkNativeDialog *dialog, int response, CausewayWindow *window)
{
    g_autoptr(GListModel) files = response == GTK_RESPONSE_ACCEPT
                                      ? gtk_file_chooser_get_files(GTK_FILE_CHOOSER(dialog))
                                      : NULL;
    guint count = files ? g_list_model_get_n_items(files) : 0;

    if (count > 0) {
        Reading *reading = reading_new(window);
        for (guint i = 0; i < count; i++)
            g_queue_push_tail(&reading->files, g_list_model_get_item(files, i));
        read_next(reading);
    }
    g_object_unref(dialog);
}

void import_view_choose(CausewayWindow *window)
{
    GtkFileChooserNative *dialog =
        gtk_file_chooser_native_new(_("Import a Connection"), GTK_WINDOW(window),
                                    GTK_FILE_CHOOSER_ACTION_OPEN, _("_Import"), NULL);

    gtk_file_chooser_set_select_multiple(GTK_FILE_CHOOSER(dialog), TRUE);
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_signal_connect_object(dialog, "response", G_CALLBACK(on_chosen), window, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

/* --- The clipboard ------------------------------------------------------------------------ */

static void on_pasted_text(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(CausewayWindow) window = data;
    g_autoptr(GError) error = NULL;
    char *text = gdk_clipboard_read_text_finish(GDK_CLIPBOARD(source), result, &error);

    if (text && *text)
        read_text(window, text);
    else
        causeway_window_toast(window, _("There is no text in the clipboard."));
    secret_string_free(text);
}

static void on_pasted_picture(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(CausewayWindow) window = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GInputStream) stream =
        gdk_clipboard_read_finish(GDK_CLIPBOARD(source), result, NULL, &error);

    if (stream)
        read_stream(reading_new(window), stream, "");
    else
        causeway_window_toast(window, error->message);
}

static void on_pasted_files(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(CausewayWindow) window = data;
    g_autoptr(GError) error = NULL;
    const GValue *value = gdk_clipboard_read_value_finish(GDK_CLIPBOARD(source), result, &error);

    if (value) {
        g_autoptr(GSList) files = gdk_file_list_get_files(g_value_get_boxed(value));
        read_files(window, files);
    } else {
        causeway_window_toast(window, error->message);
    }
}

/* A picture is taken as it is: GTK would unpack it here. */
void import_view_paste(CausewayWindow *window)
{
    static const char *pictures[] = {"image/png", "image/jpeg", NULL};
    GdkClipboard *clipboard = gtk_widget_get_clipboard(GTK_WIDGET(window));
    GdkContentFormats *formats = gdk_clipboard_get_formats(clipboard);

    g_object_ref(window);
    if (gdk_content_formats_contain_gtype(formats, GDK_TYPE_FILE_LIST) ||
        gdk_content_formats_contain_mime_type(formats, "text/uri-list"))
        gdk_clipboard_read_value_async(clipboard, GDK_TYPE_FILE_LIST, G_PRIORITY_DEFAULT, NULL,
                                       on_pasted_files, window);
    else if (gdk_content_formats_contain_mime_type(formats, pictures[0]) ||
             gdk_content_formats_contain_mime_type(formats, pictures[1]))
        gdk_clipboard_read_async(clipboard, pictures, G_PRIORITY_DEFAULT, NULL, on_pasted_picture,
                                 window);
    else
        gdk_clipboard_read_text_async(clipboard, NULL, on_pasted_text, window);
}

/* --- What is dropped ---------------------------------------------------------------------- */

static gboolean on_drop(GtkDropTarget *target, const GValue *value, double x, double y,
                        CausewayWindow *window)
{
    if (G_VALUE_HOLDS(value, GDK_TYPE_FILE_LIST)) {
        g_autoptr(GSList) files = gdk_file_list_get_files(g_value_get_boxed(value));
        if (files)
            read_files(window, files);
        return files != NULL;
    }
    const char *text = g_value_get_string(value);
    if (text)
        read_text(window, text);
    return text != NULL;
}

void import_view_accept_drops(CausewayWindow *window)
{
    GtkDropTarget *target = gtk_drop_target_new(G_TYPE_INVALID, GDK_ACTION_COPY);
    GType types[] = {GDK_TYPE_FILE_LIST, G_TYPE_STRING};

    gtk_drop_target_set_gtypes(target, types, G_N_ELEMENTS(types));
    g_signal_connect(target, "drop", G_CALLBACK(on_drop), window);
    gtk_widget_add_controller(GTK_WIDGET(window), GTK_EVENT_CONTROLLER(target));
}
