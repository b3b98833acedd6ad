/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service's log as it grows: each answer asks for the next lines, which the service keeps
 * until there are some.  A service that has gone is asked anew as soon as there is one again. */
#include "log_view.h"

#include <glib/gi18n.h>
#include <string.h>

#include "access.h"
#include "client/client.h"
#include "say.h"

/* What the service keeps is less; this bounds a window that stays open for weeks. */
#define LINES_MAX 20000
#define ERROR 3 /* syslog's; smaller is worse */
#define WARNING 4
#define SERVICE "org.causeway.Causeway1"

typedef struct {
    GtkWindow *window;
    AdwToastOverlay *toasts;
    GtkTextView *text;
    GtkEditable *filter;
    GtkLabel *empty; /* why there is nothing to see */
    VpnStore *store;
    VpnItem *item;
    GPtrArray *lines; /* VpnLogLine */
    GCancellable *cancellable; /* cancelled when the window goes, and its widgets with it */
    guint watch;
    gboolean broken; /* the service did not answer */
} LogView;

static void on_read(GObject *source, GAsyncResult *result, gpointer data);

static void log_view_free(gpointer data)
{
    LogView *view = data;

    g_object_unref(view->cancellable);
    g_ptr_array_unref(view->lines);
    g_clear_object(&view->item);
    g_object_unref(view->store);
    g_free(view);
}

static void on_destroyed(GtkWidget *window, LogView *view)
{
    g_cancellable_cancel(view->cancellable);
    g_clear_handle_id(&view->watch, g_bus_unwatch_name);
}

/* NULL: its window was closed meanwhile. */
static LogView *view_of(GtkWindow *window)
{
    LogView *view = g_object_get_data(G_OBJECT(window), "log-view");

    return g_cancellable_is_cancelled(view->cancellable) ? NULL : view;
}

static void toast(LogView *view, const char *text)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);

    adw_toast_overlay_add_toast(view->toasts, adw_toast_new(escaped));
}

static char *line_text(const VpnLogLine *line)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(line->time / G_USEC_PER_SEC);
    g_autofree char *stamp = time ? g_date_time_format(time, "%F %T") : g_strdup("");

    return g_strdup_printf("%s.%03d %s\n", stamp, (int)(line->time % G_USEC_PER_SEC / 1000),
                           line->text);
}

static const char *tag_of(const VpnLogLine *line)
{
    return line->priority <= ERROR ? "error" : line->priority <= WARNING ? "warning" : "plain";
}

static void append(LogView *view, const VpnLogLine *line)
{
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(view->text);
    g_autofree char *text = line_text(line);
    g_autofree char *folded = g_utf8_casefold(text, -1);
    g_autofree char *needle = g_utf8_casefold(gtk_editable_get_text(view->filter), -1);
    GtkTextIter end;

    if (!strstr(folded, needle))
        return;
    gtk_text_buffer_get_end_iter(buffer, &end);
    gtk_text_buffer_insert_with_tags_by_name(buffer, &end, text, -1, tag_of(line), NULL);
}

/* What is shown is bounded as what is kept. */
static void shorten(LogView *view)
{
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(view->text);
    int surplus = gtk_text_buffer_get_line_count(buffer) - 1 - LINES_MAX;
    GtkTextIter start, end;

    if (view->lines->len > LINES_MAX)
        g_ptr_array_remove_range(view->lines, 0, view->lines->len - LINES_MAX);
    if (surplus <= 0)
        return;
    gtk_text_buffer_get_start_iter(buffer, &start);
    gtk_text_buffer_get_iter_at_line(buffer, &end, surplus);
    gtk_text_buffer_delete(buffer, &start, &end);
}

static void scroll_to_end(LogView *view)
{
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(view->text);

    gtk_text_view_scroll_mark_onscreen(view->text, gtk_text_buffer_get_insert(buffer));
}

/* New lines are followed only by who looks at the last one. */
static gboolean at_end(LogView *view)
{
    GtkAdjustment *place = gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(view->text));

    return gtk_adjustment_get_value(place) + gtk_adjustment_get_page_size(place) >=
           gtk_adjustment_get_upper(place) - 40;
}

static void show_all(LogView *view)
{
    gtk_text_buffer_set_text(gtk_text_view_get_buffer(view->text), "", -1);
    for (guint i = 0; i < view->lines->len; i++)
        append(view, g_ptr_array_index(view->lines, i));
    scroll_to_end(view);
}

/* Where there is nothing else to see, a word that stays. */
static void show_problem(LogView *view, const GError *error)
{
    g_autofree char *message = say_error(error);

    view->broken = client_error_kind(error) == CLIENT_ERROR_NO_SERVICE;
    if (view->lines->len == 0)
        gtk_label_set_text(view->empty, message);
    else
        toast(view, message);
}

/* Its lines have numbers of their own. */
static void on_appeared(GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
    LogView *view = data;

    if (!view->broken)
        return;
    view->broken = FALSE;
    vpn_store_read_log(view->store, view->item, 0, FALSE, view->cancellable, on_read, view);
}

static void on_read(GObject *source, GAsyncResult *result, gpointer data)
{
    guint64 next;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) lines = vpn_store_read_log_finish(VPN_STORE(source), result, &next,
                                                           &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    LogView *view = data;
    if (!lines) {
        show_problem(view, error);
        return;
    }
    gboolean follow = at_end(view);
    gtk_label_set_text(view->empty, _("Nothing to show"));
    for (guint i = 0; i < lines->len; i++)
        append(view, g_ptr_array_index(lines, i));
    g_ptr_array_extend_and_steal(view->lines, g_steal_pointer(&lines));
    shorten(view);
    if (follow)
        scroll_to_end(view);
    vpn_store_read_log(view->store, view->item, next, TRUE, view->cancellable, on_read, view);
}

static char *shown_text(LogView *view)
{
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(view->text);
    GtkTextIter start, end;

    gtk_text_buffer_get_bounds(buffer, &start, &end);
    return gtk_text_buffer_get_text(buffer, &start, &end, FALSE);
}

static void on_copy(LogView *view)
{
    g_autofree char *text = shown_text(view);

    gdk_clipboard_set_text(gtk_widget_get_clipboard(GTK_WIDGET(view->window)), text);
    toast(view, _("Copied"));
}

static void on_written(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autoptr(GtkWindow) window = data;
    g_autoptr(GError) error = NULL;
    gboolean saved = g_file_replace_contents_finish(G_FILE(source), result, NULL, &error);
    LogView *view = view_of(window);

    if (view)
        toast(view, saved ? _("Saved") : error->message);
}

static void on_file_chosen(GtkNativeDialog *dialog, int response, gpointer data)
{
    g_autoptr(GtkWindow) window = data;
    LogView *view = view_of(window);
    g_autoptr(GFile) file = response == GTK_RESPONSE_ACCEPT
                                ? gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog))
                                : NULL;

    if (file && view) {
        char *text = shown_text(view);
        g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
        g_file_replace_contents_bytes_async(file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL,
                                            on_written, g_object_ref(window));
    }
    g_object_unref(dialog);
}

static void on_save(LogView *view)
{
    GtkFileChooserNative *dialog = gtk_file_chooser_native_new(
        _("Save Log"), view->window, GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);

    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(dialog), "causeway.log");
    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_signal_connect(dialog, "response", G_CALLBACK(on_file_chosen), g_object_ref(view->window));
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}

static void line_free(gpointer line)
{
    vpn_log_line_free(line);
}

static void on_buffer_changed(GtkTextBuffer *buffer, GtkWidget *empty)
{
    gtk_widget_set_visible(empty, gtk_text_buffer_get_char_count(buffer) == 0);
}

/* Text in a buffer knows nothing of style sheets. */
static void color_tags(AdwStyleManager *manager, GParamSpec *spec, GtkTextView *text)
{
    static const char *const tags[][2] = {{"error", "error_color"}, {"warning", "warning_color"}};
    GtkTextTagTable *table = gtk_text_buffer_get_tag_table(gtk_text_view_get_buffer(text));
    GdkRGBA color;

    for (gsize i = 0; i < G_N_ELEMENTS(tags); i++) {
        if (gtk_style_context_lookup_color(gtk_widget_get_style_context(GTK_WIDGET(text)),
                                           tags[i][1], &color))
            g_object_set(gtk_text_tag_table_lookup(table, tags[i][0]), "foreground-rgba", &color,
                         NULL);
    }
}

static void add_tags(GtkTextView *text)
{
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(text);
    AdwStyleManager *manager = adw_style_manager_get_default();

    gtk_text_buffer_create_tag(buffer, "error", "weight", PANGO_WEIGHT_BOLD, NULL);
    gtk_text_buffer_create_tag(buffer, "warning", "weight", PANGO_WEIGHT_BOLD, NULL);
    gtk_text_buffer_create_tag(buffer, "plain", NULL);
    g_signal_connect_object(manager, "notify::dark", G_CALLBACK(color_tags), text, 0);
    color_tags(manager, NULL, text);
}

void log_view_show(CausewayWindow *window, VpnStore *store, VpnItem *item)
{
    g_autoptr(GtkBuilder) builder =
        gtk_builder_new_from_resource("/org/causeway/Causeway/log_view.ui");
    LogView *view = g_new0(LogView, 1);
    AdwWindowTitle *title = ADW_WINDOW_TITLE(gtk_builder_get_object(builder, "title"));

    view->window = GTK_WINDOW(gtk_builder_get_object(builder, "window"));
    view->toasts = ADW_TOAST_OVERLAY(gtk_builder_get_object(builder, "toasts"));
    view->text = GTK_TEXT_VIEW(gtk_builder_get_object(builder, "text"));
    view->filter = GTK_EDITABLE(gtk_builder_get_object(builder, "filter"));
    view->empty = GTK_LABEL(gtk_builder_get_object(builder, "empty"));
    view->store = g_object_ref(store);
    view->item = item ? g_object_ref(item) : NULL;
    view->lines = g_ptr_array_new_with_free_func(line_free);
    view->cancellable = g_cancellable_new();
    adw_window_title_set_subtitle(title, item ? vpn_item_name(item) : _("All connections"));
    gtk_window_set_title(view->window, _("Log"));
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(view->text);
    add_tags(view->text);
    g_signal_connect_object(buffer, "changed", G_CALLBACK(on_buffer_changed),
                            gtk_builder_get_object(builder, "empty"), 0);
    gtk_search_bar_connect_entry(GTK_SEARCH_BAR(gtk_builder_get_object(builder, "bar")),
                                 view->filter);
    g_object_set_data_full(G_OBJECT(view->window), "log-view", view, log_view_free);
    g_signal_connect(view->window, "destroy", G_CALLBACK(on_destroyed), view);
    g_signal_connect_swapped(view->filter, "search-changed", G_CALLBACK(show_all), view);
    g_signal_connect_swapped(gtk_builder_get_object(builder, "copy"), "clicked",
                             G_CALLBACK(on_copy), view);
    g_signal_connect_swapped(gtk_builder_get_object(builder, "save"), "clicked",
                             G_CALLBACK(on_save), view);
    close_by_escape(view->window);
    search_by_key(view->window, GTK_SEARCH_BAR(gtk_builder_get_object(builder, "bar")));
    name_by_tooltips(GTK_WIDGET(view->window));
    gtk_window_set_transient_for(view->window, GTK_WINDOW(window));
    gtk_window_present(view->window);
    gtk_widget_grab_focus(GTK_WIDGET(view->text));
    view->watch = g_bus_watch_name(G_BUS_TYPE_SYSTEM, SERVICE, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                   on_appeared, NULL, view, NULL);
    vpn_store_read_log(store, item, 0, FALSE, view->cancellable, on_read, view);
}
