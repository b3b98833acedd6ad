/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of a title and a value. */
#include "details.h"

#include <glib/gi18n.h>

#include "say.h"

typedef struct {
    GtkWidget *row;
    GtkLabel *value;
    GtkWidget *mark;
} DetailRow;

/* Rather the value is broken than the title within a word. */
static void keep_words(GtkWidget *widget)
{
    if (GTK_IS_LABEL(widget) && gtk_widget_has_css_class(widget, "title"))
        gtk_label_set_wrap_mode(GTK_LABEL(widget), PANGO_WRAP_WORD);
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child))
        keep_words(child);
}

static DetailRow *make_row(AdwPreferencesGroup *group, const char *title)
{
    DetailRow *detail = g_new0(DetailRow, 1);

    detail->row = adw_action_row_new();
    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(detail->row), FALSE);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(detail->row), title);
    keep_words(detail->row);
    detail->mark = gtk_image_new_from_icon_name("dialog-warning-symbolic");
    gtk_widget_add_css_class(detail->mark, "weak");
    adw_action_row_add_suffix(ADW_ACTION_ROW(detail->row), detail->mark);
    detail->value = GTK_LABEL(gtk_label_new(NULL));
    gtk_label_set_selectable(detail->value, TRUE);
    gtk_label_set_wrap(detail->value, TRUE);
    gtk_label_set_wrap_mode(detail->value, PANGO_WRAP_WORD_CHAR);
    gtk_label_set_natural_wrap_mode(detail->value, GTK_NATURAL_WRAP_NONE);
    /* An address has no direction of its own: among lines that have one it would stand on the other
     * side, and read from right to left it is another one. */
    gboolean mirrored = gtk_widget_get_direction(detail->row) == GTK_TEXT_DIR_RTL;
    gtk_widget_set_direction(GTK_WIDGET(detail->value), GTK_TEXT_DIR_LTR);
    gtk_label_set_xalign(detail->value, mirrored ? 0 : 1);
    gtk_label_set_justify(detail->value, mirrored ? GTK_JUSTIFY_LEFT : GTK_JUSTIFY_RIGHT);
    gtk_widget_add_css_class(GTK_WIDGET(detail->value), "dim-label");
    gtk_widget_add_css_class(GTK_WIDGET(detail->value), "numeric");
    gtk_widget_set_margin_top(GTK_WIDGET(detail->value), 6);
    gtk_widget_set_margin_bottom(GTK_WIDGET(detail->value), 6);
    adw_action_row_add_suffix(ADW_ACTION_ROW(detail->row), GTK_WIDGET(detail->value));
    adw_preferences_group_add(group, detail->row);
    return detail;
}

void details_init(Details *details, AdwPreferencesGroup *network, AdwPreferencesGroup *security,
                  AdwPreferencesGroup *overview)
{
    details->network = network;
    details->security = security;
    details->overview = overview;
    details->rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

void details_clear(Details *details)
{
    g_clear_pointer(&details->rows, g_hash_table_unref);
}

/* `warning`: a sentence, or NULL. */
static gboolean show(Details *details, AdwPreferencesGroup *group, const char *title,
                     const char *value, const char *warning)
{
    DetailRow *detail = g_hash_table_lookup(details->rows, title);

    if (!detail) {
        detail = make_row(group, title);
        g_hash_table_insert(details->rows, g_strdup(title), detail);
    }
    gboolean known = value && *value;
    gtk_widget_set_visible(detail->row, known);
    gtk_label_set_text(detail->value, known ? value : "");
    gtk_accessible_update_property(GTK_ACCESSIBLE(detail->value), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   known ? value : "", -1);
    gtk_widget_set_visible(detail->mark, warning != NULL);
    gtk_widget_set_tooltip_text(detail->mark, warning);
    adw_action_row_set_subtitle(ADW_ACTION_ROW(detail->row), warning ? warning : "");
    if (warning)
        gtk_widget_add_css_class(detail->row, "weak");
    else
        gtk_widget_remove_css_class(detail->row, "weak");
    return known;
}

static char *lines(char **values)
{
    return values ? g_strjoinv("\n", values) : NULL;
}

static void show_network(Details *details, const VpnStatus *status)
{
    AdwPreferencesGroup *group = details->network;
    g_autofree char *addresses = lines(status->local_addresses);
    g_autofree char *dns = lines(status->dns);
    g_autofree char *mtu = g_strdup_printf(ngettext("%u byte", "%u bytes", status->mtu),
                                           status->mtu);
    g_autofree char *reconnects = status->reconnects > 0
                                      ? g_strdup_printf("%u", status->reconnects)
                                      : NULL;
    gboolean any = FALSE;

    any |= show(details, group, _("Addresses"), addresses, NULL);
    any |= show(details, group, _("Peer Address"), status->peer_address, NULL);
    any |= show(details, group, _("Name Servers"), dns, NULL);
    any |= show(details, group, _("Interface"), status->interface, NULL);
    any |= show(details, group, _("MTU"), status->mtu > 0 ? mtu : NULL, NULL);
    any |= show(details, group, _("Data Path"), say_data_path(status->data_path), NULL);
    any |= show(details, group, _("Reconnections"), reconnects, NULL);
    gtk_widget_set_visible(GTK_WIDGET(group), any);
}

/* At what time, as the page is not drawn anew while nothing happens. */
static char *renewal(gint64 moment)
{
    g_autoptr(GDateTime) time = moment > 0 ? g_date_time_new_from_unix_local(moment) : NULL;

    return time ? g_date_time_format(time, "%X") : NULL;
}

static char *weakness(const char *suite)
{
    g_autofree char *weak = say_suite_weak(suite);

    return weak ? g_strdup_printf(_("Weak by today’s measure: %s"), weak) : NULL;
}

static void show_security(Details *details, const VpnStatus *status)
{
    AdwPreferencesGroup *group = details->security;
    g_autofree char *ike = say_suite(status->ike), *ike_weak = weakness(status->ike);
    g_autofree char *esp = say_suite(status->esp), *esp_weak = weakness(status->esp);
    g_autofree char *renewed = renewal(status->esp_renewal);
    gboolean any = FALSE;

    any |= show(details, group, _("Key Exchange"), ike, ike_weak);
    if (vpn_status_is_clear(status))
        any |= show(details, group, _("Data Encryption"), _("Not encrypted"),
                    _("Everybody on the way to the gateway can read what you send."));
    else
        any |= show(details, group, _("Data Encryption"), esp, esp_weak);
    any |= show(details, group, _("Next New Keys"), renewed, NULL);
    any |= show(details, group, _("Log-In Method"), status->authentication, NULL);
    any |= show(details, group, _("Address Translation"), status->nat ? say_nat(status->nat) : NULL,
                NULL);
    gtk_widget_set_visible(GTK_WIDGET(group), any);
}

static void show_overview(Details *details, VpnItem *item)
{
    AdwPreferencesGroup *group = details->overview;
    const VpnStatus *status = vpn_item_status(item);
    const char *const *stored = vpn_item_stored_secrets(item);
    g_autoptr(GString) secrets = g_string_new(NULL);
    g_autofree char *gateway = NULL;

    if (status->gateway && g_strcmp0(status->gateway, vpn_item_gateway(item)) != 0)
        gateway = g_strdup_printf("%s\n%s", vpn_item_gateway(item), status->gateway);
    for (; stored && *stored; stored++)
        g_string_append_printf(secrets, "%s%s", secrets->len > 0 ? "\n" : "", say_field(*stored));
    show(details, group, _("Gateway"), gateway ? gateway : vpn_item_gateway(item), NULL);
    show(details, group, _("Available To"),
         *vpn_item_owner(item) ? vpn_item_owner(item) : _("All users"), NULL);
    show(details, group, _("Saved on This Computer"), secrets->str, NULL);
}

void details_show(Details *details, VpnItem *item)
{
    const VpnStatus *status = vpn_item_status(item);

    show_overview(details, item);
    if (status->state == VPN_CONNECTED || status->state == VPN_RECONNECTING) {
        show_network(details, status);
        show_security(details, status);
    } else {
        gtk_widget_set_visible(GTK_WIDGET(details->network), FALSE);
        gtk_widget_set_visible(GTK_WIDGET(details->security), FALSE);
    }
}
