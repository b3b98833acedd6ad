/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection in the list. */
#include "row.h"

#include <glib/gi18n.h>

#include "say.h"

struct _CausewayRow {
    GtkListBoxRow parent;
    VpnItem *item;
    CausewayDialer *dialer;
    GtkImage *icon;
    GtkLabel *name, *status;
    GtkSwitch *toggle;
    gulong changed;
};

G_DEFINE_TYPE(CausewayRow, causeway_row, GTK_TYPE_LIST_BOX_ROW)

static const char *state_class(VpnState state)
{
    switch (state) {
    case VPN_CONNECTED:
        return "state-connected";
    case VPN_FAILED:
        return "state-failed";
    case VPN_CONNECTING:
    case VPN_RECONNECTING:
    case VPN_DISCONNECTING:
        return "state-working";
    case VPN_DISCONNECTED:
        return "dim-label";
    }
    g_assert_not_reached();
}

static void update(CausewayRow *row)
{
    const VpnStatus *status = vpn_item_status(row->item);
    const char *classes[] = {state_class(status->state), NULL};
    gboolean busy = causeway_dialer_is_busy(row->dialer, row->item);
    gboolean active = busy || vpn_state_is_active(status->state);
    const char *words = busy ? say_stage_doing(STAGE_PREPARE) : say_status(status);

    gtk_image_set_from_icon_name(row->icon, say_icon(status->state));
    gtk_widget_set_css_classes(GTK_WIDGET(row->icon), classes);
    gtk_label_set_text(row->name, vpn_item_name(row->item));
    gtk_widget_set_tooltip_text(GTK_WIDGET(row->name), vpn_item_name(row->item));
    gtk_label_set_text(row->status, status->state == VPN_DISCONNECTED && !busy
                                        ? vpn_item_gateway(row->item)
                                        : words);
    /* Where it is and where it is going are two things: the handle may move before the state. */
    gtk_switch_set_state(row->toggle, active);
    gtk_switch_set_active(row->toggle, active);
    g_autofree char *label = g_strdup_printf(_("Connect %s"), vpn_item_name(row->item));
    gtk_accessible_update_property(GTK_ACCESSIBLE(row->toggle), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   label, -1);
    g_autofree char *all = g_strdup_printf(_("%s, %s"), vpn_item_name(row->item), words);
    gtk_accessible_update_property(GTK_ACCESSIBLE(row), GTK_ACCESSIBLE_PROPERTY_LABEL, all, -1);
}

static gboolean on_toggled(GtkSwitch *toggle, gboolean wanted, CausewayRow *row)
{
    gboolean active = causeway_dialer_is_busy(row->dialer, row->item) ||
                      vpn_state_is_active(vpn_item_status(row->item)->state);

    if (wanted && !active)
        causeway_dialer_connect(row->dialer, row->item);
    else if (!wanted && active)
        causeway_dialer_disconnect(row->dialer, row->item);
    return TRUE; /* the state follows the connection */
}

static void causeway_row_dispose(GObject *object)
{
    CausewayRow *row = CAUSEWAY_ROW(object);

    if (row->item)
        g_clear_signal_handler(&row->changed, row->item);
    g_clear_object(&row->item);
    g_clear_object(&row->dialer);
    G_OBJECT_CLASS(causeway_row_parent_class)->dispose(object);
}

static void causeway_row_class_init(CausewayRowClass *class)
{
    G_OBJECT_CLASS(class)->dispose = causeway_row_dispose;
}

static GtkLabel *add_label(GtkWidget *box, const char *class)
{
    GtkWidget *label = gtk_label_new(NULL);

    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    gtk_label_set_single_line_mode(GTK_LABEL(label), TRUE);
    /* It takes what room there is, and asks for none: a long name does not widen the list. */
    gtk_label_set_max_width_chars(GTK_LABEL(label), 1);
    if (class)
        gtk_widget_add_css_class(label, class);
    gtk_box_append(GTK_BOX(box), label);
    return GTK_LABEL(label);
}

static void causeway_row_init(CausewayRow *row)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    GtkWidget *labels = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);

    row->icon = GTK_IMAGE(gtk_image_new());
    gtk_image_set_pixel_size(row->icon, 16);
    gtk_box_append(GTK_BOX(box), GTK_WIDGET(row->icon));
    row->name = add_label(labels, NULL);
    row->status = add_label(labels, "caption");
    gtk_widget_add_css_class(GTK_WIDGET(row->status), "dim-label");
    gtk_widget_set_hexpand(labels, TRUE);
    gtk_widget_set_valign(labels, GTK_ALIGN_CENTER);
    gtk_box_append(GTK_BOX(box), labels);
    row->toggle = GTK_SWITCH(gtk_switch_new());
    gtk_widget_set_valign(GTK_WIDGET(row->toggle), GTK_ALIGN_CENTER);
    g_signal_connect(row->toggle, "state-set", G_CALLBACK(on_toggled), row);
    gtk_box_append(GTK_BOX(box), GTK_WIDGET(row->toggle));
    gtk_widget_add_css_class(GTK_WIDGET(row), "connection");
    gtk_list_box_row_set_child(GTK_LIST_BOX_ROW(row), box);
}

GtkWidget *causeway_row_new(VpnItem *item, CausewayDialer *dialer)
{
    CausewayRow *row = g_object_new(CAUSEWAY_TYPE_ROW, NULL);

    row->item = g_object_ref(item);
    row->dialer = g_object_ref(dialer);
    row->changed = g_signal_connect_swapped(item, "changed", G_CALLBACK(update), row);
    update(row);
    return GTK_WIDGET(row);
}

VpnItem *causeway_row_item(CausewayRow *row)
{
    return row->item;
}
