/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws the last minute of throughput: what comes in as an area, what goes out as a line. */
#include "graph.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "say.h"

#define HEIGHT 120
#define GRID_LINES 3

struct _CausewayGraph {
    GtkWidget parent;
    History history;
};

G_DEFINE_TYPE(CausewayGraph, causeway_graph, GTK_TYPE_WIDGET)

typedef struct {
    cairo_t *cairo;
    double width, height, scale;
    gboolean mirrored; /* right to left: the newest on the left */
} Canvas;

static double x_of(const Canvas *canvas, double index)
{
    double x = canvas->width * index / (HISTORY_LENGTH - 1);

    return canvas->mirrored ? canvas->width - x : x;
}

static double y_of(const Canvas *canvas, guint64 value)
{
    return canvas->height - 1.0 - (canvas->height - 4.0) * (double)value / canvas->scale;
}

/* A curve through the values; only from where they are known. */
static void trace(const Canvas *canvas, const guint64 *values, guint count)
{
    guint first = HISTORY_LENGTH - count;

    cairo_move_to(canvas->cairo, x_of(canvas, first), y_of(canvas, values[first]));
    for (guint i = first + 1; i < HISTORY_LENGTH; i++) {
        double x0 = x_of(canvas, i - 1), x1 = x_of(canvas, i);
        cairo_curve_to(canvas->cairo, (x0 + x1) / 2, y_of(canvas, values[i - 1]), (x0 + x1) / 2,
                       y_of(canvas, values[i]), x1, y_of(canvas, values[i]));
    }
}

static void draw_grid(const Canvas *canvas, const GdkRGBA *color)
{
    gboolean plain = adw_style_manager_get_high_contrast(adw_style_manager_get_default());

    cairo_set_source_rgba(canvas->cairo, color->red, color->green, color->blue,
                          plain ? 0.5 : 0.12);
    cairo_set_line_width(canvas->cairo, 1);
    for (guint i = 0; i <= GRID_LINES; i++) {
        double y = (double)(int)(y_of(canvas, (guint64)(canvas->scale * i / GRID_LINES))) + 0.5;
        cairo_move_to(canvas->cairo, 0, y);
        cairo_line_to(canvas->cairo, canvas->width, y);
    }
    cairo_stroke(canvas->cairo);
}

static void draw(CausewayGraph *graph, const Canvas *canvas, const GdkRGBA *in, const GdkRGBA *out)
{
    const History *history = &graph->history;

    if (history->count < 2)
        return;
    trace(canvas, history->rx, history->count);
    cairo_path_t *line = cairo_copy_path(canvas->cairo);
    cairo_line_to(canvas->cairo, x_of(canvas, HISTORY_LENGTH - 1), canvas->height);
    cairo_line_to(canvas->cairo, x_of(canvas, HISTORY_LENGTH - history->count), canvas->height);
    cairo_close_path(canvas->cairo);
    cairo_set_source_rgba(canvas->cairo, in->red, in->green, in->blue, 0.22);
    cairo_fill(canvas->cairo);
    cairo_set_line_width(canvas->cairo, 2);
    cairo_set_source_rgba(canvas->cairo, in->red, in->green, in->blue, 1);
    cairo_append_path(canvas->cairo, line);
    cairo_stroke(canvas->cairo);
    cairo_path_destroy(line);
    trace(canvas, history->tx, history->count);
    cairo_set_source_rgba(canvas->cairo, out->red, out->green, out->blue, 1);
    cairo_stroke(canvas->cairo);
}

static void causeway_graph_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    CausewayGraph *graph = CAUSEWAY_GRAPH(widget);
    GtkStyleContext *context = gtk_widget_get_style_context(widget);
    int width = gtk_widget_get_width(widget), height = gtk_widget_get_height(widget);
    GdkRGBA text, in, out;

    if (width <= 0 || height <= 0)
        return;
    gtk_style_context_get_color(context, &text);
    if (!gtk_style_context_lookup_color(context, "accent_color", &in))
        in = text;
    if (!gtk_style_context_lookup_color(context, "upload_color", &out))
        out = text;
    Canvas canvas = {
        .cairo = gtk_snapshot_append_cairo(
            snapshot, &GRAPHENE_RECT_INIT(0, 0, (float)width, (float)height)),
        .width = width,
        .height = height,
        .scale = (double)history_scale(&graph->history),
        .mirrored = gtk_widget_get_direction(widget) == GTK_TEXT_DIR_RTL,
    };
    draw_grid(&canvas, &text);
    draw(graph, &canvas, &in, &out);
    cairo_destroy(canvas.cairo);
}

static void causeway_graph_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
                                   int *minimum, int *natural, int *minimum_baseline,
                                   int *natural_baseline)
{
    *minimum = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 100;
    *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 400;
}

static void causeway_graph_class_init(CausewayGraphClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

    widget->snapshot = causeway_graph_snapshot;
    widget->measure = causeway_graph_measure;
    gtk_widget_class_set_css_name(widget, "graph");
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_IMG);
}

static void causeway_graph_init(CausewayGraph *graph)
{
    gtk_accessible_update_property(GTK_ACCESSIBLE(graph), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _("Throughput during the last minute"), -1);
}

void causeway_graph_show(CausewayGraph *graph, const History *history)
{
    g_autofree char *in = say_rate(history_rx(history));
    g_autofree char *out = say_rate(history_tx(history));
    g_autofree char *text = g_strdup_printf(_("Download %s, upload %s"), in, out);

    graph->history = *history;
    gtk_accessible_update_property(GTK_ACCESSIBLE(graph), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                   -1);
    gtk_widget_queue_draw(GTK_WIDGET(graph));
}
