/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks a person for one or more secrets of a connection. */
#include "secret_dialog.h"

#include <glib/gi18n.h>
#include <string.h>

#include "access.h"
#include "base/secret.h"
#include "client/store.h"
#include "say.h"
#include "typed.h"

/* The answers are taken down while they are typed: libadwaita tells of the response when the
 * rows have gone already. */
typedef struct {
    AdwMessageDialog *dialog;
    GtkWidget *first;
    GtkEditable *wished, *again; /* a new password, typed twice; or NULL */
    GtkWidget *differ;
    GHashTable *secrets; /* field name → Secret; without those that are empty */
    char **fields;
    gboolean remember;
    SecretDialogDone done;
    gpointer data;
    gboolean over;
} Asking;

static void asking_free(gpointer data)
{
    Asking *asking = data;

    g_hash_table_unref(asking->secrets);
    g_strfreev(asking->fields);
    g_free(asking);
}

/* A mistyped new password would lock its owner out. */
static gboolean is_repeated(Asking *asking)
{
    if (!asking->again)
        return TRUE;
    const char *wished = gtk_editable_get_text(asking->wished);
    const char *again = gtk_editable_get_text(asking->again);
    gboolean same = strcmp(wished, again) == 0;
    gtk_widget_set_visible(asking->differ, !same && *wished && *again);
    return same;
}

/* An empty answer is none: no gateway has an empty key. */
static void on_edited(GtkEditable *editable, gpointer data)
{
    Asking *asking = data;

    if (gtk_widget_in_destruction(GTK_WIDGET(editable)))
        return;
    const char *field = g_object_get_data(G_OBJECT(editable), "field");
    Secret *secret = field ? typed_secret(gtk_editable_get_text(editable)) : NULL;
    if (secret)
        g_hash_table_replace(asking->secrets, g_strdup(field), secret);
    else if (field)
        g_hash_table_remove(asking->secrets, field);
    gboolean repeated = is_repeated(asking);
    adw_message_dialog_set_response_enabled(
        asking->dialog, "connect",
        repeated && g_hash_table_size(asking->secrets) == g_strv_length(asking->fields));
}

static void on_remember(GtkSwitch *toggle, GParamSpec *spec, gpointer data)
{
    ((Asking *)data)->remember = gtk_switch_get_active(toggle);
}

static void on_response(AdwMessageDialog *dialog, const char *response, gpointer data)
{
    Asking *asking = data;
    gboolean given = strcmp(response, "connect") == 0;

    if (asking->over)
        return;
    asking->over = TRUE;
    asking->done(given ? asking->secrets : NULL, given && asking->remember, asking->data);
}

/* With its parent, say, and without a response. */
static void on_destroyed(GtkWidget *dialog, gpointer data)
{
    Asking *asking = data;

    if (asking->over)
        return;
    asking->over = TRUE;
    asking->done(NULL, FALSE, asking->data);
}

static gboolean accept(gpointer data)
{
    AdwMessageDialog *dialog = data;
    Asking *asking = g_object_get_data(G_OBJECT(dialog), "asking");

    if (asking->over || !adw_message_dialog_get_response_enabled(dialog, "connect"))
        return G_SOURCE_REMOVE;
    adw_message_dialog_response(dialog, "connect");
    gtk_window_close(GTK_WINDOW(dialog));
    return G_SOURCE_REMOVE;
}

/* Not at once: an entry row does not survive that its window goes while it tells of the key. */
static void on_activated(AdwEntryRow *row, gpointer data)
{
    Asking *asking = data;

    g_idle_add_full(G_PRIORITY_DEFAULT, accept, g_object_ref(asking->dialog), g_object_unref);
}

static GtkWidget *add_row(Asking *asking, GtkWidget *group, const char *title)
{
    GtkWidget *row = adw_password_entry_row_new();

    adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), title);
    g_signal_connect(row, "changed", G_CALLBACK(on_edited), asking);
    g_signal_connect(row, "entry-activated", G_CALLBACK(on_activated), asking);
    adw_preferences_group_add(ADW_PREFERENCES_GROUP(group), row);
    return row;
}

static void add_repetition(Asking *asking, GtkWidget *group, GtkWidget *wished)
{
    asking->wished = GTK_EDITABLE(wished);
    asking->again = GTK_EDITABLE(add_row(asking, group, _("New password again")));
    asking->differ = gtk_label_new(_("The two new passwords differ."));
    gtk_widget_add_css_class(asking->differ, "error");
    gtk_widget_set_margin_top(asking->differ, 6);
    gtk_widget_set_visible(asking->differ, FALSE);
    adw_preferences_group_add(ADW_PREFERENCES_GROUP(group), asking->differ);
}

static void add_remember(Asking *asking, GtkWidget *group, gboolean active)
{
    GtkWidget *row = adw_action_row_new();
    GtkWidget *toggle = gtk_switch_new();

    gtk_widget_set_valign(toggle, GTK_ALIGN_CENTER);
    g_signal_connect(toggle, "notify::active", G_CALLBACK(on_remember), asking);
    gtk_switch_set_active(GTK_SWITCH(toggle), active);
    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), _("Remember in my keyring"));
    adw_action_row_add_suffix(ADW_ACTION_ROW(row), toggle);
    adw_action_row_set_activatable_widget(ADW_ACTION_ROW(row), toggle);
    adw_preferences_group_add(ADW_PREFERENCES_GROUP(group), row);
}

static GtkWidget *make_group(Asking *asking, SecretDialogFlags flags)
{
    GtkWidget *group = adw_preferences_group_new();

    gtk_widget_set_margin_top(group, 12);
    for (char **field = asking->fields; *field; field++) {
        GtkWidget *row = add_row(asking, group, say_field(*field));
        g_object_set_data(G_OBJECT(row), "field", *field);
        if (!asking->first)
            asking->first = row;
        if (strcmp(*field, "ppp.new-password") == 0)
            add_repetition(asking, group, row);
    }
    if (flags & SECRET_DIALOG_REMEMBER)
        add_remember(asking, group, (flags & SECRET_DIALOG_KEPT) != 0);
    return group;
}

GtkWindow *secret_dialog_show(GtkWindow *parent, VpnItem *item, const char *const *fields,
                              const char *message, SecretDialogFlags flags, SecretDialogDone done,
                              gpointer data)
{
    Asking *asking = g_new0(Asking, 1);
    g_autoptr(GString) body = g_string_new(NULL);

    asking->secrets = vpn_secrets_new();
    asking->fields = g_strdupv((char **)fields);
    asking->done = done;
    asking->data = data;
    if (flags & SECRET_DIALOG_REFUSED)
        g_string_append(body, _("That was not accepted. Please try again."));
    /* Perhaps a gateway's own words. */
    g_autofree char *clean =
        failure_clean_text((const guint8 *)(message ? message : ""), message ? strlen(message) : 0);
    if (*clean)
        g_string_append_printf(body, "%s%s", body->len > 0 ? "\n" : "", clean);
    if (body->len == 0)
        g_string_append_printf(body, _("Needed by the gateway %s."), vpn_item_gateway(item));
    g_autofree char *heading = g_strdup_printf(_("Connect to “%s”"), vpn_item_name(item));
    GtkWidget *dialog = adw_message_dialog_new(parent, heading, body->str);
    asking->dialog = ADW_MESSAGE_DIALOG(dialog);
    adw_message_dialog_add_responses(asking->dialog, "cancel", _("Cancel"), "connect",
                                     _("Connect"), NULL);
    adw_message_dialog_set_response_appearance(asking->dialog, "connect", ADW_RESPONSE_SUGGESTED);
    adw_message_dialog_set_default_response(asking->dialog, "connect");
    adw_message_dialog_set_close_response(asking->dialog, "cancel");
    adw_message_dialog_set_response_enabled(asking->dialog, "connect", FALSE);
    adw_message_dialog_set_extra_child(asking->dialog, make_group(asking, flags));
    g_object_set_data_full(G_OBJECT(dialog), "asking", asking, asking_free);
    g_signal_connect(dialog, "response", G_CALLBACK(on_response), asking);
    g_signal_connect(dialog, "destroy", G_CALLBACK(on_destroyed), asking);
    unfocus_on_close(GTK_WINDOW(dialog));
    name_by_tooltips(dialog);
    gtk_window_present(GTK_WINDOW(dialog));
    gtk_widget_grab_focus(asking->first);
    return GTK_WINDOW(dialog);
}

void secret_dialog_dismiss(GtkWindow *dialog)
{
    Asking *asking = g_object_get_data(G_OBJECT(dialog), "asking");

    asking->over = TRUE;
    destroy_window(dialog);
}
