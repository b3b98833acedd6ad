/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The window: a list of connections, and one of them in detail. */
#include "window.h"

#include <glib/gi18n.h>
#include <string.h>

#include "access.h"
#include "page.h"
#include "row.h"
#include "say.h"
#include "window_actions.h"

/* From so many on, looking for one is worth a button. */
#define SEARCH_FROM 8

struct _CausewayWindow {
    AdwApplicationWindow parent;
    AdwToastOverlay *toasts;
    GtkStack *stack, *single;
    AdwStatusPage *absent;
    GtkSpinner *spinner;
    AdwLeaflet *leaflet;
    GtkListBox *list;
    GtkWidget *search_button;
    GtkSearchBar *search_bar;
    GtkEditable *search_entry;
    CausewayPage *page;
    GtkWidget *new_button;
    GtkMenuButton *menu_button, *single_menu_button;
    GMenuModel *item_menu;
    GtkWidget *context_menu; /* of a row */

    GListModel *items;
    GtkFilterListModel *filtered;
    GtkFilter *filter;
    GListModel *stores;
    char *selected; /* UUID; it may still have to come */
    gboolean chosen; /* ... and a person chose it */
    gboolean keeping; /* what is being selected is no choice */
    gboolean to_focus; /* ... and is to have the focus as soon as it is there */
};

G_DEFINE_TYPE(CausewayWindow, causeway_window, ADW_TYPE_APPLICATION_WINDOW)

/* Also of a window that was destroyed, which a dialog holds still. */
static CausewayApplication *application_of(CausewayWindow *window)
{
    return CAUSEWAY_APPLICATION(g_application_get_default());
}

/* --- What is shown ------------------------------------------------------------------------ */

/* The focus: on what is not there any more, or on what only stands in its place meanwhile. */
static gboolean is_lost(CausewayWindow *window)
{
    GtkWidget *focus = gtk_root_get_focus(GTK_ROOT(window));

    if (!gtk_widget_get_mapped(GTK_WIDGET(window)))
        return FALSE;
    return !focus || !gtk_widget_get_mapped(focus) ||
           gtk_widget_is_ancestor(focus, GTK_WIDGET(window->single_menu_button));
}

static void focus_selected(CausewayWindow *window)
{
    GtkListBoxRow *row = gtk_list_box_get_selected_row(window->list);

    if (row)
        gtk_widget_grab_focus(GTK_WIDGET(row));
}

static void show_main(CausewayWindow *window)
{
    gboolean lost = is_lost(window);

    gtk_stack_set_visible_child_name(window->stack, "main");
    if (lost)
        focus_selected(window);
}

static void show_views(CausewayWindow *window)
{
    guint count = g_list_model_get_n_items(window->items);
    const char *problem;
    g_autofree char *escaped = NULL;
    VpnStoreAvailability availability =
        causeway_application_availability(application_of(window), &problem);

    gtk_widget_set_visible(window->search_button, count >= SEARCH_FROM);
    /* One that turns where a stack hides it has the whole window drawn, sixty times a second. */
    gtk_spinner_set_spinning(window->spinner, count == 0 && availability == VPN_STORE_STARTING);
    if (count > 0) {
        show_main(window);
        return;
    }
    gtk_stack_set_visible_child_name(window->stack, "single");
    switch (availability) {
    case VPN_STORE_STARTING:
        gtk_stack_set_visible_child_name(window->single, "starting");
        break;
    case VPN_STORE_READY:
        gtk_stack_set_visible_child_name(window->single, "empty");
        if (is_lost(window))
            gtk_widget_grab_focus(window->new_button);
        break;
    case VPN_STORE_ABSENT:
        escaped = g_markup_printf_escaped("%s\n\n<small>%s</small>", say_no_service(),
                                          problem ? problem : "");
        adw_status_page_set_description(window->absent, escaped);
        gtk_stack_set_visible_child_name(window->single, "absent");
        break;
    }
}

static CausewayRow *row_of(CausewayWindow *window, const char *uuid)
{
    GtkWidget *row = gtk_widget_get_first_child(GTK_WIDGET(window->list));

    for (; row; row = gtk_widget_get_next_sibling(row)) {
        if (CAUSEWAY_IS_ROW(row) &&
            g_strcmp0(vpn_item_uuid(causeway_row_item(CAUSEWAY_ROW(row))), uuid) == 0)
            return CAUSEWAY_ROW(row);
    }
    return NULL;
}

static void show_item(CausewayWindow *window, VpnItem *item)
{
    g_free(window->selected);
    window->selected = item ? g_strdup(vpn_item_uuid(item)) : NULL;
    causeway_page_set_item(window->page, item);
    window_actions_update(window);
}

/* The one that was in sight stays so, however rows are made anew. */
static void on_items_changed(GListModel *list, guint position, guint removed, guint added,
                             CausewayWindow *window)
{
    CausewayRow *row = window->chosen ? row_of(window, window->selected) : NULL;
    gboolean wanted = row && window->to_focus && gtk_widget_get_mapped(GTK_WIDGET(window));
    gboolean in_list = CAUSEWAY_IS_ROW(gtk_root_get_focus(GTK_ROOT(window)));

    if (!row)
        row = CAUSEWAY_ROW(gtk_list_box_get_row_at_index(window->list, 0));
    window->keeping = TRUE;
    gtk_list_box_select_row(window->list, GTK_LIST_BOX_ROW(row));
    window->keeping = FALSE;
    /* Arrow keys go on from where the focus is. */
    if (in_list)
        focus_selected(window);
    show_views(window);
    if (wanted) {
        window->to_focus = FALSE;
        causeway_page_focus(window->page);
    }
}

static void on_selected(GtkListBox *list, GtkListBoxRow *row, CausewayWindow *window)
{
    /* With the arrow keys. */
    if (row && !window->keeping)
        window->chosen = TRUE;
    if (row)
        show_item(window, causeway_row_item(CAUSEWAY_ROW(row)));
    else if (g_list_model_get_n_items(window->items) == 0)
        show_item(window, NULL);
}

/* In a narrow window the connection is a page of its own. */
static void on_activated(GtkListBox *list, GtkListBoxRow *row, CausewayWindow *window)
{
    window->chosen = TRUE;
    adw_leaflet_navigate(window->leaflet, ADW_NAVIGATION_DIRECTION_FORWARD);
    /* Where both are in sight, the arrow keys go on in the list. */
    if (!adw_leaflet_get_folded(window->leaflet))
        gtk_widget_grab_focus(GTK_WIDGET(row));
}

static GtkWidget *make_row(gpointer item, gpointer data)
{
    return causeway_row_new(item, causeway_application_dialer(application_of(data)));
}

static gboolean matches(gpointer item, gpointer data)
{
    CausewayWindow *window = data;
    g_autofree char *needle = g_utf8_casefold(gtk_editable_get_text(window->search_entry), -1);
    g_autofree char *name = g_utf8_casefold(vpn_item_name(item), -1);
    g_autofree char *gateway = g_utf8_casefold(vpn_item_gateway(item), -1);

    return strstr(name, needle) || strstr(gateway, needle);
}

static void on_search(GtkSearchEntry *entry, CausewayWindow *window)
{
    gtk_filter_changed(window->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

static void on_edit(CausewayPage *page, int field, CausewayWindow *window)
{
    window_actions_edit(window, (FieldId)field);
}

static void add_placeholder(GtkListBox *list)
{
    GtkWidget *page = g_object_new(ADW_TYPE_STATUS_PAGE, "icon-name", "edit-find-symbolic",
                                   "title", _("No Results Found"),
                                   "description", _("Try a different search."), NULL);

    gtk_widget_add_css_class(page, "compact");
    gtk_list_box_set_placeholder(list, page);
}

/* --- Keys, and the menu of a row ---------------------------------------------------------- */

static void show_context_menu(CausewayWindow *window, GtkListBoxRow *row, double x, double y)
{
    GtkWidget *over = GTK_WIDGET(window->toasts);
    double left, top;

    gtk_list_box_select_row(window->list, row);
    if (!gtk_widget_translate_coordinates(GTK_WIDGET(row), over, x, y, &left, &top))
        return;
    GdkRectangle place = {(int)left, (int)top, 1, 1};
    gtk_popover_set_pointing_to(GTK_POPOVER(window->context_menu), &place);
    gtk_popover_popup(GTK_POPOVER(window->context_menu));
}

static void on_secondary(GtkGestureClick *gesture, int count, double x, double y,
                         CausewayWindow *window)
{
    GtkListBoxRow *row = gtk_list_box_get_row_at_y(window->list, (int)y);
    double left, top;

    if (row && gtk_widget_translate_coordinates(GTK_WIDGET(window->list), GTK_WIDGET(row), x, y,
                                                &left, &top))
        show_context_menu(window, row, left, top);
}

static gboolean on_menu_key(GtkWidget *list, GVariant *arguments, gpointer data)
{
    CausewayWindow *window = data;
    GtkListBoxRow *row = gtk_list_box_get_selected_row(window->list);

    if (!row)
        return FALSE;
    show_context_menu(window, row, gtk_widget_get_width(GTK_WIDGET(row)) / 2,
                      gtk_widget_get_height(GTK_WIDGET(row)));
    return TRUE;
}

/* Where it was before the menu. */
static void on_menu_closed(GtkPopover *popover, CausewayWindow *window)
{
    focus_selected(window);
}

static void add_context_menu(CausewayWindow *window)
{
    GtkGesture *gesture = gtk_gesture_click_new();

    /* It may go before the window, with what it stands on. */
    g_set_weak_pointer(&window->context_menu,
                       gtk_popover_menu_new_from_model(window->item_menu));
    gtk_popover_set_has_arrow(GTK_POPOVER(window->context_menu), FALSE);
    gtk_widget_set_halign(window->context_menu, GTK_ALIGN_START);
    gtk_widget_set_parent(window->context_menu, GTK_WIDGET(window->toasts));
    g_signal_connect(window->context_menu, "closed", G_CALLBACK(on_menu_closed), window);
    gtk_gesture_single_set_button(GTK_GESTURE_SINGLE(gesture), GDK_BUTTON_SECONDARY);
    g_signal_connect(gesture, "pressed", G_CALLBACK(on_secondary), window);
    gtk_widget_add_controller(GTK_WIDGET(window->list), GTK_EVENT_CONTROLLER(gesture));
}

static void add_key(GtkWidget *widget, const char *trigger, GtkShortcutAction *action)
{
    GtkEventController *keys = gtk_shortcut_controller_new();

    gtk_shortcut_controller_add_shortcut(
        GTK_SHORTCUT_CONTROLLER(keys),
        gtk_shortcut_new(gtk_shortcut_trigger_parse_string(trigger), action));
    gtk_widget_add_controller(widget, keys);
}

/* Those that mean something else in an entry: the application's come before it. */
static void add_keys(CausewayWindow *window)
{
    add_key(GTK_WIDGET(window), "<Control>v", gtk_named_action_new("win.paste"));
    add_key(GTK_WIDGET(window->list), "Delete|KP_Delete", gtk_named_action_new("win.remove"));
    add_key(GTK_WIDGET(window->list), "Menu|<Shift>F10",
            gtk_callback_action_new(on_menu_key, window, NULL));
}

/* --- From outside ------------------------------------------------------------------------- */

void causeway_window_select(CausewayWindow *window, const char *uuid)
{
    CausewayRow *row = row_of(window, uuid);

    g_free(window->selected);
    window->selected = g_strdup(uuid);
    window->chosen = TRUE;
    window->to_focus = !row || !gtk_widget_get_mapped(GTK_WIDGET(window));
    if (row)
        gtk_list_box_select_row(window->list, GTK_LIST_BOX_ROW(row));
    adw_leaflet_navigate(window->leaflet, ADW_NAVIGATION_DIRECTION_FORWARD);
    if (!window->to_focus)
        causeway_page_focus(window->page);
}

VpnItem *causeway_window_item(CausewayWindow *window)
{
    return window->selected ? causeway_application_find(application_of(window), window->selected)
                            : NULL;
}

void causeway_window_toast(CausewayWindow *window, const char *text)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);

    /* It may have gone while an answer was waited for. */
    if (!window->toasts)
        return;
    adw_toast_overlay_add_toast(window->toasts, adw_toast_new(escaped));
}

void causeway_window_back(CausewayWindow *window)
{
    adw_leaflet_navigate(window->leaflet, ADW_NAVIGATION_DIRECTION_BACK);
}

void causeway_window_search(CausewayWindow *window)
{
    if (gtk_widget_get_visible(window->search_button))
        gtk_search_bar_set_search_mode(window->search_bar, TRUE);
}

static gboolean take_focus(gpointer widget)
{
    gtk_widget_grab_focus(widget);
    return G_SOURCE_REMOVE;
}

/* The button takes it first. */
static void on_main_menu_closed(GtkPopover *popover, GtkWidget *focus)
{
    g_signal_handlers_disconnect_by_func(popover, on_main_menu_closed, focus);
    g_idle_add_full(G_PRIORITY_DEFAULT_IDLE, take_focus, g_object_ref(focus), g_object_unref);
}

void causeway_window_menu(CausewayWindow *window)
{
    gboolean single = gtk_widget_get_mapped(GTK_WIDGET(window->single_menu_button));
    GtkMenuButton *button = single ? window->single_menu_button : window->menu_button;
    GtkWidget *focus = gtk_root_get_focus(GTK_ROOT(window));

    if (focus)
        g_signal_connect_object(gtk_menu_button_get_popover(button), "closed",
                                G_CALLBACK(on_main_menu_closed), focus, 0);
    gtk_menu_button_popup(button);
}

/* --- The object --------------------------------------------------------------------------- */

/* With a tray the window only goes out of sight; it is found again there. */
static gboolean causeway_window_close_request(GtkWindow *widget)
{
    CausewayWindow *window = CAUSEWAY_WINDOW(widget);

    if (!causeway_application_stays(application_of(window)))
        return GTK_WINDOW_CLASS(causeway_window_parent_class)->close_request(widget);
    gtk_widget_hide(GTK_WIDGET(window));
    return TRUE;
}

static void causeway_window_dispose(GObject *object)
{
    CausewayWindow *window = CAUSEWAY_WINDOW(object);

    if (window->filtered)
        g_signal_handlers_disconnect_by_data(window->filtered, window);
    for (guint i = 0; window->stores && i < g_list_model_get_n_items(window->stores); i++) {
        g_autoptr(VpnStore) store = g_list_model_get_item(window->stores, i);
        g_signal_handlers_disconnect_by_data(store, window);
    }
    if (window->list)
        gtk_list_box_bind_model(window->list, NULL, NULL, NULL, NULL);
    GtkWidget *menu = window->context_menu;
    g_clear_weak_pointer(&window->context_menu);
    g_clear_pointer(&menu, gtk_widget_unparent);
    g_clear_object(&window->filtered);
    g_clear_object(&window->filter);
    g_clear_object(&window->items);
    g_clear_object(&window->stores);
    g_clear_pointer(&window->selected, g_free);
    G_OBJECT_CLASS(causeway_window_parent_class)->dispose(object);
}

static void causeway_window_class_init(CausewayWindowClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);

    G_OBJECT_CLASS(class)->dispose = causeway_window_dispose;
    GTK_WINDOW_CLASS(class)->close_request = causeway_window_close_request;
    g_type_ensure(CAUSEWAY_TYPE_PAGE);
    gtk_widget_class_set_template_from_resource(widget, "/org/causeway/Causeway/window.ui");
#define BIND(name) gtk_widget_class_bind_template_child(widget, CausewayWindow, name)
    BIND(toasts);
    BIND(stack);
    BIND(single);
    BIND(absent);
    BIND(spinner);
    BIND(leaflet);
    BIND(list);
    BIND(search_button);
    BIND(search_bar);
    BIND(search_entry);
    BIND(page);
    BIND(new_button);
    BIND(menu_button);
    BIND(single_menu_button);
    BIND(item_menu);
#undef BIND
}

static void causeway_window_init(CausewayWindow *window)
{
    gtk_widget_init_template(GTK_WIDGET(window));
    name_by_tooltips(GTK_WIDGET(window));
    add_placeholder(window->list);
    add_context_menu(window);
    add_keys(window);
    gtk_search_bar_connect_entry(window->search_bar, window->search_entry);
    g_signal_connect(window->list, "row-selected", G_CALLBACK(on_selected), window);
    g_signal_connect(window->list, "row-activated", G_CALLBACK(on_activated), window);
    g_signal_connect(window->search_entry, "search-changed", G_CALLBACK(on_search), window);
    g_signal_connect(window->page, "edit", G_CALLBACK(on_edit), window);
}

/* The first focus, not before: to assistive technology that listens already, GTK 4.8 has a window
 * whose focus was set before it was shown for something without a role. */
static void on_map(CausewayWindow *window)
{
    if (g_strcmp0(gtk_stack_get_visible_child_name(window->stack), "main") != 0) {
        gtk_widget_grab_focus(window->new_button);
    } else if (!window->to_focus) {
        focus_selected(window);
    } else if (gtk_list_box_get_selected_row(window->list)) {
        window->to_focus = FALSE;
        causeway_page_focus(window->page);
    }
}

CausewayWindow *causeway_window_new(CausewayApplication *application)
{
    CausewayWindow *window = g_object_new(CAUSEWAY_TYPE_WINDOW, "application", application, NULL);

    window->items = g_object_ref(causeway_application_items(application));
    window->stores = g_object_ref(causeway_application_stores(application));
    window->filter = GTK_FILTER(gtk_custom_filter_new(matches, window, NULL));
    window->filtered = gtk_filter_list_model_new(g_object_ref(window->items),
                                                 g_object_ref(window->filter));
    causeway_page_set_dialer(window->page, causeway_application_dialer(application));
    gtk_list_box_bind_model(window->list, G_LIST_MODEL(window->filtered), make_row, window, NULL);
    /* After the rows were made. */
    g_signal_connect(window->filtered, "items-changed", G_CALLBACK(on_items_changed), window);
    for (guint i = 0; i < g_list_model_get_n_items(window->stores); i++) {
        g_autoptr(VpnStore) store = g_list_model_get_item(window->stores, i);
        g_signal_connect_swapped(store, "availability", G_CALLBACK(show_views), window);
    }
    window_actions_add(window);
    g_signal_connect_after(window, "map", G_CALLBACK(on_map), NULL);
    on_items_changed(window->items, 0, 0, 0, window);
    return window;
}
