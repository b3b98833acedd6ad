/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What IT has sent. */
#include "import_view.h"

#include <glib/gi18n.h>
#include <string.h>

#include "new_dialog.h"
#include "profile/import.h"

/* No profile is as large as this; a film that is dropped by mistake is. */
#define IMPORT_MAX (256 * 1024)

static void import(CausewayWindow *window, const char *data, gsize length, const char *stem)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(Profile) profile = profile_import(data, length, stem, warnings, &error);

    if (profile)
        new_dialog_show(window, profile, warnings);
    else
        causeway_window_toast(window, error->message);
}

typedef struct {
    CausewayWindow *window;
    GFile *file;
} Reading;

/* "office" of "office.nmconnection". */
static char *stem_of(GFile *file)
{
    char *name = g_file_get_basename(file);
    char *dot = name ? strrchr(name, '.') : NULL;

    if (dot && dot != name)
        *dot = '\0';
    return name;
}

static void reading_free(Reading *reading)
{
    g_object_unref(reading->window);
    g_object_unref(reading->file);
    g_free(reading);
}

static void on_read(GObject *source, GAsyncResult *result, gpointer data)
{
    Reading *reading = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result,
                                                               &error);

    if (!bytes) {
        causeway_window_toast(reading->window, error->message);
    } else if (g_bytes_get_size(bytes) > IMPORT_MAX) {
        causeway_window_toast(reading->window, _("This file is too large to be a connection."));
    } else {
        g_autofree char *stem = stem_of(reading->file);
        /* One zero byte more than the file, as readers of text may look for it. */
        g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
        import(reading->window, text, g_bytes_get_size(bytes), stem ? stem : "");
    }
    reading_free(reading);
}

static void on_opened(GObject *source, GAsyncResult *result, gpointer data)
{
    Reading *reading = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GFileInputStream) stream = g_file_read_finish(G_FILE(source), result, &error);

    if (stream) {
        g_input_stream_read_bytes_async(G_INPUT_STREAM(stream), IMPORT_MAX + 1, G_PRIORITY_DEFAULT,
                                        NULL, on_read, reading);
        return;
    }
    causeway_window_toast(reading->window, error->message);
    reading_free(reading);
}

static void read_file(CausewayWindow *window, GFile *file)
{
    Reading *reading = g_new0(Reading, 1);

    reading->window = g_object_ref(window);
    reading->file = g_object_ref(file);
    g_file_read_async(file, G_PRIORITY_DEFAULT, NULL, on_opened, reading);
}

static void on_chosen(GtkNativeDialog *dialog, int response, CausewayWindow *window)
{
    g_autoptr(GFile) file = response == GTK_RESPONSE_ACCEPT
                                ? gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog))
                                : NULL;

    if (file)
        read_file(window, file);
    g_object_unref(dialog);
}

void import_view_choose(CausewayWindow *window)
{
    GtkFileChooserNative *dialog =
        gtk_file_chooser_native_new(_("Import a Connection"), GTK_WINDOW(window),
                                    GTK_FILE_CHOOSER_ACTION_OPEN, _("_Import"), NULL);

    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_signal_connect_object(dialog, "response", G_CALLBACK(on_chosen), window, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

static void on_pasted(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(CausewayWindow) window = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = gdk_clipboard_read_text_finish(GDK_CLIPBOARD(source), result, &error);

    if (text && *text)
        import(window, text, strlen(text), "");
    else
        causeway_window_toast(window, _("There is no text in the clipboard."));
}

void import_view_paste(CausewayWindow *window)
{
    gdk_clipboard_read_text_async(gtk_widget_get_clipboard(GTK_WIDGET(window)), NULL, on_pasted,
                                  g_object_ref(window));
}

static gboolean on_drop(GtkDropTarget *target, const GValue *value, double x, double y,
                        CausewayWindow *window)
{
    if (G_VALUE_HOLDS(value, GDK_TYPE_FILE_LIST)) {
        GSList *files = gdk_file_list_get_files(g_value_get_boxed(value));
        if (files)
            read_file(window, files->data);
        g_slist_free(files);
        return files != NULL;
    }
    const char *text = g_value_get_string(value);
    if (text)
        import(window, text, strlen(text), "");
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
