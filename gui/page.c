/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything about one connection. */
#include "page.h"

#include <glib/gi18n.h>

#include "access.h"
#include "details.h"
#include "faults.h"
#include "graph.h"
#include "say.h"
#include "stages.h"

struct _CausewayPage {
    AdwBin parent;
    GtkImage *hero;
    GtkLabel *name, *status, *fault_message, *fault_hint, *fault_details;
    GtkLabel *rx_rate, *rx_total, *tx_rate, *tx_total, *scale;
    GtkButton *button, *remedy, *copy;
    GtkWidget *fault, *traffic, *content;
    GtkScrolledWindow *scroller;
    GtkBox *stages;
    CausewayGraph *graph;
    AdwPreferencesGroup *network, *security, *overview;
    Details details;

    CausewayDialer *dialer;
    VpnItem *item;
    gulong changed;
    History history;
    Fault shown_fault;
    GCancellable *cancellable; /* of the counts that are asked for */
    gboolean asking;           /* they are being waited for */
    guint timer;               /* once a second, while connected and in sight */
    gboolean scrolled;         /* until the name is out of sight */
    guint look;                /* at whether it is */
};

G_DEFINE_TYPE(CausewayPage, causeway_page, ADW_TYPE_BIN)

enum { SIGNAL_EDIT, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

enum { PROPERTY_TITLE = 1, PROPERTY_SCROLLED, PROPERTY_COUNT };
static GParamSpec *properties[PROPERTY_COUNT];

static const VpnStatus *status_of(CausewayPage *page)
{
    return vpn_item_status(page->item);
}

static gboolean is_busy(CausewayPage *page)
{
    return causeway_dialer_is_busy(page->dialer, page->item);
}

/* --- Throughput --------------------------------------------------------------------------- */

static void show_traffic(CausewayPage *page, const VpnStatistics *statistics)
{
    g_autofree char *rx = say_rate(history_rx(&page->history));
    g_autofree char *tx = say_rate(history_tx(&page->history));
    g_autofree char *rx_size = g_format_size(statistics->rx_bytes);
    g_autofree char *tx_size = g_format_size(statistics->tx_bytes);
    g_autofree char *rx_total = g_strdup_printf(_("%s in total"), rx_size);
    g_autofree char *tx_total = g_strdup_printf(_("%s in total"), tx_size);
    g_autofree char *scale = say_rate(history_scale(&page->history));

    gtk_label_set_text(page->rx_rate, rx);
    gtk_label_set_text(page->tx_rate, tx);
    gtk_label_set_text(page->rx_total, rx_total);
    gtk_label_set_text(page->tx_total, tx_total);
    gtk_label_set_text(page->scale, scale);
    causeway_graph_show(page->graph, &page->history);
}

static void on_statistics(GObject *source, GAsyncResult *result, gpointer data)
{
    VpnStatistics statistics;
    g_autoptr(GError) error = NULL;
    gboolean known = vpn_store_statistics_finish(VPN_STORE(source), result, &statistics, &error);

    /* Nobody looks any more. */
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    CausewayPage *page = data;
    page->asking = FALSE;
    /* The connection has just gone, which is told. */
    if (!known)
        return;
    history_add(&page->history, g_get_monotonic_time(), statistics.rx_bytes, statistics.tx_bytes);
    show_traffic(page, &statistics);
}

static void show_status_line(CausewayPage *page)
{
    const VpnStatus *status = status_of(page);
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;

    if (is_busy(page)) {
        gtk_label_set_text(page->status, say_stage_doing(STAGE_PREPARE));
    } else if (status->state == VPN_CONNECTED && status->since > 0) {
        g_autofree char *duration = say_duration(now - status->since);
        g_autofree char *text = g_strdup_printf(_("Connected for %s"), duration);
        gtk_label_set_text(page->status, text);
    } else {
        gtk_label_set_text(page->status, say_status(status));
    }
}

static gboolean on_second(gpointer data)
{
    CausewayPage *page = data;

    show_status_line(page);
    /* A service that hangs is not asked once more each second. */
    if (page->asking)
        return G_SOURCE_CONTINUE;
    page->asking = TRUE;
    vpn_store_statistics(vpn_item_store(page->item), page->item, page->cancellable, on_statistics,
                         page);
    return G_SOURCE_CONTINUE;
}

/* Counts are asked for only while somebody can see them. */
static void update_timer(CausewayPage *page)
{
    gboolean wanted = page->item && status_of(page)->state == VPN_CONNECTED &&
                      gtk_widget_get_mapped(GTK_WIDGET(page));

    if (wanted && page->timer == 0) {
        page->cancellable = g_cancellable_new();
        page->timer = g_timeout_add_seconds(1, on_second, page);
        on_second(page);
    } else if (!wanted && page->timer > 0) {
        g_clear_handle_id(&page->timer, g_source_remove);
        g_cancellable_cancel(page->cancellable);
        g_clear_object(&page->cancellable);
        page->asking = FALSE;
    }
}

/* --- What is shown ------------------------------------------------------------------------ */

static void show_hero(CausewayPage *page)
{
    static const char *const classes[VPN_STATE_COUNT] = {
        [VPN_CONNECTED] = "connected",   [VPN_CONNECTING] = "working",
        [VPN_RECONNECTING] = "working",  [VPN_DISCONNECTING] = "working",
        [VPN_FAILED] = "failed",
    };
    const char *css[] = {"hero", classes[status_of(page)->state], NULL};

    gtk_image_set_from_icon_name(page->hero, say_icon(status_of(page)->state));
    gtk_widget_set_css_classes(GTK_WIDGET(page->hero), css);
    gtk_label_set_text(page->name, vpn_item_name(page->item));
    gtk_widget_set_tooltip_text(GTK_WIDGET(page->name), vpn_item_name(page->item));
    g_object_notify_by_pspec(G_OBJECT(page), properties[PROPERTY_TITLE]);
    show_status_line(page);
}

static void show_button(CausewayPage *page)
{
    VpnState state = status_of(page)->state;
    const char *label = _("Connect"), *class = "suggested-action";

    if (state == VPN_CONNECTED) {
        label = _("Disconnect");
        class = NULL;
    } else if (is_busy(page) || state == VPN_CONNECTING || state == VPN_RECONNECTING) {
        label = _("Cancel");
        class = NULL;
    } else if (state == VPN_FAILED) {
        label = _("Try Again");
        class = NULL;
    }
    const char *css[] = {"pill", class, NULL};
    gtk_button_set_label(page->button, label);
    gtk_widget_set_css_classes(GTK_WIDGET(page->button), css);
    gtk_widget_set_sensitive(GTK_WIDGET(page->button), state != VPN_DISCONNECTING);
}

static void show_remedy(CausewayPage *page)
{
    const Fault *fault = &page->shown_fault;
    const char *field = _(field_get(fault->field)->label);
    g_autofree char *label = NULL;

    if (fault->remedy == FAULT_REMEDY_SECRET)
        label = g_strdup_printf(_("Type “%s” Again…"), field);
    else if (fault->remedy == FAULT_REMEDY_EDIT)
        label = g_strdup_printf(_("Change “%s”…"), field);
    gtk_widget_set_visible(GTK_WIDGET(page->remedy), label != NULL);
    if (!label)
        return;
    gtk_button_set_label(page->remedy, label);
    /* In a narrow window, and in wordy languages, there is room in two lines. */
    GtkLabel *text = GTK_LABEL(gtk_button_get_child(page->remedy));
    gtk_label_set_wrap(text, TRUE);
    gtk_label_set_natural_wrap_mode(text, GTK_NATURAL_WRAP_NONE);
    gtk_label_set_justify(text, GTK_JUSTIFY_CENTER);
}

static void show_fault(CausewayPage *page)
{
    const VpnStatus *status = status_of(page);
    gboolean failed = status->state == VPN_FAILED && !is_busy(page);

    gtk_widget_set_visible(page->fault, failed);
    if (!failed)
        return;
    fault_of(status, &page->shown_fault);
    g_autofree char *details = fault_details(vpn_item_name(page->item), status);
    gtk_label_set_text(page->fault_message, page->shown_fault.message);
    gtk_label_set_text(page->fault_hint, page->shown_fault.hint);
    gtk_widget_set_visible(GTK_WIDGET(page->fault_hint), *page->shown_fault.hint != '\0');
    gtk_label_set_text(page->fault_details, g_strchomp(details));
    show_remedy(page);
}

static void update(CausewayPage *page)
{
    VpnState state = status_of(page)->state;

    show_hero(page);
    show_button(page);
    show_fault(page);
    gtk_widget_set_visible(GTK_WIDGET(page->stages), state == VPN_CONNECTING ||
                                                         state == VPN_RECONNECTING ||
                                                         state == VPN_FAILED);
    stages_show(page->stages, status_of(page));
    if (state != VPN_CONNECTED && state != VPN_RECONNECTING)
        history_clear(&page->history);
    gtk_widget_set_visible(page->traffic, state == VPN_CONNECTED);
    details_show(&page->details, page->item);
    update_timer(page);
}

/* The name is asked for its place among what scrolls, which does not change by scrolling. */
static gboolean look_for_name(gpointer data)
{
    CausewayPage *page = data;
    double top = gtk_adjustment_get_value(gtk_scrolled_window_get_vadjustment(page->scroller));
    graphene_rect_t bounds;
    gboolean scrolled =
        gtk_widget_compute_bounds(GTK_WIDGET(page->name), page->content, &bounds) &&
        top > (double)(bounds.origin.y + bounds.size.height);

    page->look = 0;
    if (page->scrolled != scrolled) {
        page->scrolled = scrolled;
        g_object_notify_by_pspec(G_OBJECT(page), properties[PROPERTY_SCROLLED]);
    }
    return G_SOURCE_REMOVE;
}

/* Not at once: it may be the layout that scrolls, and nothing is to be shown or hidden in that. */
static void on_scrolled(CausewayPage *page)
{
    if (page->look == 0)
        page->look = g_idle_add(look_for_name, page);
}

/* --- What is done ------------------------------------------------------------------------- */

static void on_button(GtkButton *button, CausewayPage *page)
{
    if (is_busy(page) || vpn_state_is_active(status_of(page)->state))
        causeway_dialer_disconnect(page->dialer, page->item);
    else
        causeway_dialer_connect(page->dialer, page->item);
}

/* The second press of a double click is none on the button, which says "Cancel" by then.  The
 * button would claim it for itself: it must not come so far. */
static void on_pressed(GtkGestureClick *gesture, int count, double x, double y, CausewayPage *page)
{
    GtkWidget *button = GTK_WIDGET(page->button);
    GtkWidget *under = gtk_widget_pick(GTK_WIDGET(page), x, y, GTK_PICK_DEFAULT);

    if (count > 1 && under && (under == button || gtk_widget_is_ancestor(under, button)))
        gtk_gesture_set_state(GTK_GESTURE(gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

static void take_double_clicks_once(CausewayPage *page)
{
    GtkGesture *gesture = gtk_gesture_click_new();

    gtk_event_controller_set_propagation_phase(GTK_EVENT_CONTROLLER(gesture), GTK_PHASE_CAPTURE);
    g_signal_connect(gesture, "pressed", G_CALLBACK(on_pressed), page);
    gtk_widget_add_controller(GTK_WIDGET(page), GTK_EVENT_CONTROLLER(gesture));
}

static void on_remedy(GtkButton *button, CausewayPage *page)
{
    const Fault *fault = &page->shown_fault;

    if (fault->remedy == FAULT_REMEDY_SECRET)
        causeway_dialer_connect_anew(page->dialer, page->item, field_name(fault->field));
    else
        g_signal_emit(page, signals[SIGNAL_EDIT], 0, (int)fault->field);
}

static void on_copy(GtkButton *button, CausewayPage *page)
{
    gdk_clipboard_set_text(gtk_widget_get_clipboard(GTK_WIDGET(page)),
                           gtk_label_get_text(page->fault_details));
}

void causeway_page_set_dialer(CausewayPage *page, CausewayDialer *dialer)
{
    g_set_object(&page->dialer, dialer);
}

void causeway_page_focus(CausewayPage *page)
{
    gtk_widget_grab_focus(GTK_WIDGET(page->button));
}

void causeway_page_set_item(CausewayPage *page, VpnItem *item)
{
    if (page->item == item)
        return;
    if (page->item)
        g_clear_signal_handler(&page->changed, page->item);
    g_clear_object(&page->item);
    update_timer(page);
    history_clear(&page->history);
    if (!item)
        return;
    page->item = g_object_ref(item);
    page->changed = g_signal_connect_swapped(item, "changed", G_CALLBACK(update), page);
    gtk_adjustment_set_value(gtk_scrolled_window_get_vadjustment(page->scroller), 0);
    update(page);
}

static void causeway_page_map(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(causeway_page_parent_class)->map(widget);
    update_timer(CAUSEWAY_PAGE(widget));
}

static void causeway_page_unmap(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(causeway_page_parent_class)->unmap(widget);
    update_timer(CAUSEWAY_PAGE(widget));
}

static void causeway_page_dispose(GObject *object)
{
    CausewayPage *page = CAUSEWAY_PAGE(object);

    causeway_page_set_item(page, NULL);
    g_clear_object(&page->dialer);
    details_clear(&page->details);
    gtk_widget_dispose_template(GTK_WIDGET(page), CAUSEWAY_TYPE_PAGE);
    g_clear_handle_id(&page->look, g_source_remove);
    G_OBJECT_CLASS(causeway_page_parent_class)->dispose(object);
}

static void causeway_page_get_property(GObject *object, guint id, GValue *value,
                                       GParamSpec *spec)
{
    CausewayPage *page = CAUSEWAY_PAGE(object);

    if (id == PROPERTY_TITLE)
        g_value_set_string(value, page->item ? vpn_item_name(page->item) : "");
    else
        g_value_set_boolean(value, page->scrolled);
}

static void install_properties(GObjectClass *object)
{
    object->get_property = causeway_page_get_property;
    properties[PROPERTY_TITLE] = g_param_spec_string("title", NULL, NULL, "",
                                                     G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
    properties[PROPERTY_SCROLLED] = g_param_spec_boolean("scrolled", NULL, NULL, FALSE,
                                                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
    g_object_class_install_properties(object, PROPERTY_COUNT, properties);
}

static void bind_children(GtkWidgetClass *widget)
{
#define BIND(name) gtk_widget_class_bind_template_child(widget, CausewayPage, name)
    BIND(hero);
    BIND(name);
    BIND(status);
    BIND(button);
    BIND(scroller);
    BIND(content);
    BIND(fault);
    BIND(fault_message);
    BIND(fault_hint);
    BIND(fault_details);
    BIND(remedy);
    BIND(copy);
    BIND(stages);
    BIND(traffic);
    BIND(rx_rate);
    BIND(rx_total);
    BIND(tx_rate);
    BIND(tx_total);
    BIND(scale);
    BIND(graph);
    BIND(network);
    BIND(security);
    BIND(overview);
#undef BIND
}

static void causeway_page_class_init(CausewayPageClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->dispose = causeway_page_dispose;
    install_properties(G_OBJECT_CLASS(class));
    widget->map = causeway_page_map;
    widget->unmap = causeway_page_unmap;
    g_type_ensure(CAUSEWAY_TYPE_GRAPH);
    gtk_widget_class_set_template_from_resource(widget, "/org/causeway/Causeway/page.ui");
    bind_children(widget);
    signals[SIGNAL_EDIT] = g_signal_new("edit", CAUSEWAY_TYPE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void causeway_page_init(CausewayPage *page)
{
    gtk_widget_init_template(GTK_WIDGET(page));
    details_init(&page->details, page->network, page->security, page->overview);
    stages_fill(page->stages);
    name_by_tooltips(GTK_WIDGET(page));
    take_double_clicks_once(page);
    g_signal_connect(page->button, "clicked", G_CALLBACK(on_button), page);
    g_signal_connect(page->remedy, "clicked", G_CALLBACK(on_remedy), page);
    g_signal_connect(page->copy, "clicked", G_CALLBACK(on_copy), page);
    g_signal_connect_swapped(gtk_scrolled_window_get_vadjustment(page->scroller), "value-changed",
                             G_CALLBACK(on_scrolled), page);
}
