/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What GTK 3 and GTK 4 spell differently. */
#include "toolkit.h"

#define LEFT "causeway-left"

/* --- Text fields and buttons --- */

const char *toolkit_get_text(GtkWidget *entry)
{
#if GTK_CHECK_VERSION(4, 0, 0)
    return gtk_editable_get_text(GTK_EDITABLE(entry));
#else
    return gtk_entry_get_text(GTK_ENTRY(entry));
#endif
}

void toolkit_set_text(GtkWidget *entry, const char *text)
{
#if GTK_CHECK_VERSION(4, 0, 0)
    gtk_editable_set_text(GTK_EDITABLE(entry), text);
#else
    gtk_entry_set_text(GTK_ENTRY(entry), text);
#endif
}

gboolean toolkit_get_active(GtkWidget *check_button)
{
#if GTK_CHECK_VERSION(4, 0, 0)
    return gtk_check_button_get_active(GTK_CHECK_BUTTON(check_button));
#else
    return gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(check_button));
#endif
}

void toolkit_set_active(GtkWidget *check_button, gboolean active)
{
#if GTK_CHECK_VERSION(4, 0, 0)
    gtk_check_button_set_active(GTK_CHECK_BUTTON(check_button), active);
#else
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(check_button), active);
#endif
}

void toolkit_set_check_label(GtkWidget *check_button, const char *label)
{
#if GTK_CHECK_VERSION(4, 0, 0)
    gtk_check_button_set_label(GTK_CHECK_BUTTON(check_button), label);
#else
    gtk_button_set_label(GTK_BUTTON(check_button), label);
#endif
}

void toolkit_set_width(GtkWidget *entry, int characters)
{
#if GTK_CHECK_VERSION(4, 0, 0)
    gtk_editable_set_width_chars(GTK_EDITABLE(entry), characters);
    gtk_editable_set_max_width_chars(GTK_EDITABLE(entry), characters);
#else
    gtk_entry_set_width_chars(GTK_ENTRY(entry), characters);
    gtk_entry_set_max_width_chars(GTK_ENTRY(entry), characters);
#endif
}

GtkWidget *toolkit_secret_entry_new(void)
{
#if GTK_CHECK_VERSION(4, 0, 0)
    g_autoptr(GtkEntryBuffer) buffer = gtk_password_entry_buffer_new();
    GtkWidget *entry = gtk_entry_new_with_buffer(buffer);
#else
    GtkWidget *entry = gtk_entry_new();
#endif

    gtk_entry_set_visibility(GTK_ENTRY(entry), FALSE);
    gtk_entry_set_input_purpose(GTK_ENTRY(entry), GTK_INPUT_PURPOSE_PASSWORD);
    return entry;
}

GtkWidget *toolkit_icon_button_new(const char *icon, const char *name)
{
#if GTK_CHECK_VERSION(4, 0, 0)
    GtkWidget *button = gtk_button_new_from_icon_name(icon);
#else
    GtkWidget *button = gtk_button_new_from_icon_name(icon, GTK_ICON_SIZE_BUTTON);
#endif

    gtk_widget_set_tooltip_text(button, name);
    toolkit_describe(button, name, NULL, NULL);
    return button;
}

/* --- Containers --- */

void toolkit_append(GtkWidget *box, GtkWidget *child)
{
#if GTK_CHECK_VERSION(4, 0, 0)
    gtk_box_append(GTK_BOX(box), child);
#else
    gtk_container_add(GTK_CONTAINER(box), child);
#endif
}

GtkWidget *toolkit_paragraph_new(const char *text, int characters)
{
    GtkWidget *label = gtk_label_new(text);

#if GTK_CHECK_VERSION(4, 0, 0)
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
#else
    gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
#endif
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_max_width_chars(GTK_LABEL(label), characters);
    return label;
}

GtkWidget *toolkit_scroller_new(GtkWidget *child, int height)
{
#if GTK_CHECK_VERSION(4, 0, 0)
    GtkWidget *scroller = gtk_scrolled_window_new();

    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scroller), child);
#else
    GtkWidget *scroller = gtk_scrolled_window_new(NULL, NULL);

    gtk_container_add(GTK_CONTAINER(scroller), child);
#endif
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroller), GTK_POLICY_NEVER,
                                   GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(scroller), TRUE);
    gtk_scrolled_window_set_propagate_natural_width(GTK_SCROLLED_WINDOW(scroller), TRUE);
    gtk_scrolled_window_set_max_content_height(GTK_SCROLLED_WINDOW(scroller), height);
    return scroller;
}

#if GTK_CHECK_VERSION(4, 0, 0)

void toolkit_let_outlive(GtkWidget *child, GtkWidget *parent)
{
    /* Parents let their children go here, and do not destroy them. */
}

GtkWidget *toolkit_find_combo(GtkWidget *parent)
{
    GtkWidget *child = gtk_widget_get_first_child(parent);

    while (child && !GTK_IS_COMBO_BOX(child))
        child = gtk_widget_get_next_sibling(child);
    return child;
}

#else

static void take_out(GtkWidget *parent, gpointer child)
{
    if (gtk_widget_get_parent(child) == parent)
        gtk_container_remove(GTK_CONTAINER(parent), child);
}

void toolkit_let_outlive(GtkWidget *child, GtkWidget *parent)
{
    g_signal_connect_object(parent, "destroy", G_CALLBACK(take_out), child, 0);
}

static void note_combo(GtkWidget *child, gpointer found)
{
    if (GTK_IS_COMBO_BOX(child))
        *(GtkWidget **)found = child;
}

GtkWidget *toolkit_find_combo(GtkWidget *parent)
{
    GtkWidget *found = NULL;

    gtk_container_forall(GTK_CONTAINER(parent), note_combo, &found);
    return found;
}

#endif

void toolkit_stack_mark(GtkWidget *stack, GtkWidget *child, gboolean needs_attention)
{
#if GTK_CHECK_VERSION(4, 0, 0)
    GtkStackPage *page = gtk_stack_get_page(GTK_STACK(stack), child);

    gtk_stack_page_set_needs_attention(page, needs_attention);
#else
    gtk_container_child_set(GTK_CONTAINER(stack), child, "needs-attention", needs_attention,
                            NULL);
#endif
}

void toolkit_set_shown(GtkWidget *widget, gboolean shown)
{
#if !GTK_CHECK_VERSION(4, 0, 0)
    if (!gtk_widget_get_no_show_all(widget)) {
        gtk_widget_show_all(widget);
        gtk_widget_set_no_show_all(widget, TRUE);
    }
#endif
    gtk_widget_set_visible(widget, shown);
}

void toolkit_show_tree(GtkWidget *root)
{
#if GTK_CHECK_VERSION(4, 0, 0)
    gtk_widget_set_visible(root, TRUE);
#else
    gtk_widget_show_all(root);
#endif
}

void toolkit_set_class(GtkWidget *widget, const char *css_class, gboolean set)
{
#if GTK_CHECK_VERSION(4, 0, 0)
    if (set)
        gtk_widget_add_css_class(widget, css_class);
    else
        gtk_widget_remove_css_class(widget, css_class);
#else
    GtkStyleContext *context = gtk_widget_get_style_context(widget);

    if (set)
        gtk_style_context_add_class(context, css_class);
    else
        gtk_style_context_remove_class(context, css_class);
#endif
}

/* --- Assistive technologies --- */

void toolkit_describe(GtkWidget *widget, const char *name, const char *description,
                      GtkWidget *label)
{
#if GTK_CHECK_VERSION(4, 0, 0)
    if (label)
        gtk_accessible_update_relation(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                       label, NULL, -1);
    else
        gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       name, -1);
    if (description)
        gtk_accessible_update_property(GTK_ACCESSIBLE(widget),
                                       GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
#else
    AtkObject *accessible = gtk_widget_get_accessible(widget);

    atk_object_set_name(accessible, name);
    if (description)
        atk_object_set_description(accessible, description);
#endif
}

void toolkit_set_invalid(GtkWidget *widget, const char *description, const char *problem)
{
    /* The sentence goes before the help: it is what matters now. */
    g_autofree char *both = problem ? g_strconcat(problem, " ", description, NULL)
                                    : g_strdup(description);

#if GTK_CHECK_VERSION(4, 0, 0)
    gtk_accessible_update_state(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_STATE_INVALID,
                                problem ? GTK_ACCESSIBLE_INVALID_TRUE
                                        : GTK_ACCESSIBLE_INVALID_FALSE, -1);
    gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                   both, -1);
#else
    AtkObject *accessible = gtk_widget_get_accessible(widget);

    atk_object_set_description(accessible, both);
    atk_object_notify_state_change(accessible, ATK_STATE_INVALID_ENTRY, problem != NULL);
#endif
}

/* --- Keyboard --- */

#if GTK_CHECK_VERSION(4, 0, 0)

void toolkit_on_leave(GtkWidget *widget, GCallback left, gpointer data)
{
    GtkEventController *focus = gtk_event_controller_focus_new();

    g_signal_connect_swapped(focus, "leave", left, data);
    g_object_set_data(G_OBJECT(widget), LEFT, focus);
    gtk_widget_add_controller(widget, focus);
}

void toolkit_disconnect(GtkWidget *widget, gpointer data)
{
    gpointer focus = g_object_get_data(G_OBJECT(widget), LEFT);

    g_signal_handlers_disconnect_by_data(widget, data);
    if (focus)
        g_signal_handlers_disconnect_by_data(focus, data);
}

static gboolean open_menu(GtkWidget *entry, GVariant *arguments, gpointer data)
{
    g_signal_emit_by_name(entry, "icon-release", GTK_ENTRY_ICON_SECONDARY);
    return TRUE;
}

void toolkit_icon_opens_by_key(GtkWidget *entry)
{
    GtkEventController *shortcuts = gtk_shortcut_controller_new();

    gtk_shortcut_controller_add_shortcut(
        GTK_SHORTCUT_CONTROLLER(shortcuts),
        gtk_shortcut_new(gtk_keyval_trigger_new(GDK_KEY_Down, GDK_ALT_MASK),
                         gtk_callback_action_new(open_menu, NULL, NULL)));
    gtk_widget_add_controller(entry, shortcuts);
}

#else

static gboolean focus_out(GtkWidget *widget, GdkEvent *event, gpointer data)
{
    void (*left)(gpointer) = (void (*)(gpointer))g_object_get_data(G_OBJECT(widget), LEFT);

    left(data);
    return GDK_EVENT_PROPAGATE;
}

void toolkit_on_leave(GtkWidget *widget, GCallback left, gpointer data)
{
    g_object_set_data(G_OBJECT(widget), LEFT, (gpointer)left);
    g_signal_connect(widget, "focus-out-event", G_CALLBACK(focus_out), data);
}

void toolkit_disconnect(GtkWidget *widget, gpointer data)
{
    g_signal_handlers_disconnect_by_data(widget, data);
}

static gboolean key_pressed(GtkWidget *entry, GdkEventKey *event, gpointer data)
{
    guint modifiers = event->state & gtk_accelerator_get_default_mod_mask();

    if (event->keyval != GDK_KEY_Down || modifiers != GDK_MOD1_MASK)
        return GDK_EVENT_PROPAGATE;
    g_signal_emit_by_name(entry, "icon-release", GTK_ENTRY_ICON_SECONDARY, event);
    return GDK_EVENT_STOP;
}

void toolkit_icon_opens_by_key(GtkWidget *entry)
{
    g_signal_connect(entry, "key-press-event", G_CALLBACK(key_pressed), NULL);
}

#endif
