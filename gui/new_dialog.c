/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A new connection. */
#include "new_dialog.h"

#include <glib/gi18n.h>

#include "access.h"
#include "client/sentences.h"
#include "keep.h"
#include "keyring.h"
#include "presets.h"
#include "say.h"
#include "typed.h"

typedef struct {
    CausewayWindow *parent;
    AdwWindow *dialog;
    GtkEditable *gateway, *psk, *user, *password, *name;
    GtkLabel *problem, *name_problem; /* of the groups that they are below */
    AdwComboRow *preset, *keep;
    GtkSwitch *everybody;
    GtkWidget *add;
    AdwToastOverlay *toasts;
    Profile *base;    /* what was imported, or an empty one */
    char *named;      /* the name that was made from the gateway */
    GHashTable *keyring_secrets;
    guint storing;    /* in the keyring, still under way */
    char *uuid;       /* once it is saved */
    char *label;      /* its name, for the keyring */
    GtkWindow *held;  /* while the service is being asked */
} NewDialog;

static void new_dialog_free(gpointer data)
{
    NewDialog *dialog = data;

    g_object_unref(dialog->parent);
    profile_unref(dialog->base);
    g_clear_pointer(&dialog->keyring_secrets, g_hash_table_unref);
    g_free(dialog->named);
    g_free(dialog->uuid);
    g_free(dialog->label);
    g_free(dialog);
}

static char *trimmed(GtkEditable *editable)
{
    return g_strstrip(g_strdup(gtk_editable_get_text(editable)));
}

/* What is wrong is marked at the field and told below its group, but not while it is still empty. */
static gboolean check_field(Profile *profile, FieldId id, GtkEditable *editable, GtkLabel *told)
{
    g_autofree char *text = trimmed(editable);
    g_autofree char *problem = sentence_for_text(field_get(id), text);
    gboolean fine = profile_set_text(profile, id, text, NULL);
    gboolean wrong = !fine && *text != '\0';

    if (wrong)
        gtk_widget_add_css_class(GTK_WIDGET(editable), "error");
    else
        gtk_widget_remove_css_class(GTK_WIDGET(editable), "error");
    describe_widget(GTK_WIDGET(editable), wrong && problem ? problem : "");
    if (wrong && problem && *gtk_label_get_text(told) == '\0')
        gtk_label_set_text(told, problem);
    gtk_widget_set_visible(GTK_WIDGET(told), *gtk_label_get_text(told) != '\0');
    return fine && *text != '\0';
}

static gboolean set_secret(Profile *profile, FieldId id, GtkEditable *editable)
{
    g_autoptr(Secret) secret = typed_secret(gtk_editable_get_text(editable));
    g_autoptr(GError) error = NULL;

    return profile_set_secret(profile, id, secret, &error);
}

/* NULL while something that is needed is missing or wrong. */
static Profile *collect(NewDialog *dialog)
{
    g_autoptr(Profile) profile = profile_copy(dialog->base);
    gboolean fine = TRUE;

    presets_apply(adw_combo_row_get_selected(dialog->preset), profile);
    gtk_label_set_text(dialog->problem, "");
    gtk_label_set_text(dialog->name_problem, "");
    fine &= check_field(profile, FIELD_CONNECTION_GATEWAY, dialog->gateway, dialog->problem);
    fine &= check_field(profile, FIELD_PPP_USER, dialog->user, dialog->problem);
    fine &= check_field(profile, FIELD_CONNECTION_NAME, dialog->name, dialog->name_problem);
    fine &= set_secret(profile, FIELD_IPSEC_PSK, dialog->psk);
    fine &= set_secret(profile, FIELD_PPP_PASSWORD, dialog->password);
    return fine ? g_steal_pointer(&profile) : NULL;
}

static void on_edited(GtkEditable *editable, NewDialog *dialog)
{
    if (gtk_widget_in_destruction(GTK_WIDGET(editable)))
        return;
    /* The name follows the gateway until somebody types one. */
    if (editable == dialog->gateway &&
        g_strcmp0(gtk_editable_get_text(dialog->name), dialog->named) == 0) {
        g_free(dialog->named);
        dialog->named = trimmed(dialog->gateway);
        gtk_editable_set_text(dialog->name, dialog->named);
    }
    g_autoptr(Profile) profile = collect(dialog);
    gtk_widget_set_sensitive(dialog->add, profile && !dialog->held);
}

static void on_preset(AdwComboRow *row, GParamSpec *spec, NewDialog *dialog)
{
    const char *note = presets_note(adw_combo_row_get_selected(row));

    adw_action_row_set_subtitle(ADW_ACTION_ROW(row), note ? note : _("If you know it"));
}

static void finish(NewDialog *dialog)
{
    causeway_window_select(dialog->parent, dialog->uuid);
    GtkWindow *window = g_steal_pointer(&dialog->held);
    destroy_window(window);
    g_object_unref(window);
}

static void on_kept(GObject *source, GAsyncResult *result, gpointer data)
{
    NewDialog *dialog = data;
    g_autoptr(GError) error = NULL;

    if (!keyring_store_finish(result, &error)) {
        g_autofree char *message = keyring_problem(error);
        causeway_window_toast(dialog->parent, message);
    }
    if (--dialog->storing == 0)
        finish(dialog);
}

/* Where it is seen: somebody who has waited long may have closed the dialog. */
static void show_problem(NewDialog *dialog, const GError *error)
{
    g_autofree char *message = say_error(error);
    g_autofree char *escaped = g_markup_escape_text(message, -1);
    GtkWindow *held = g_steal_pointer(&dialog->held);

    if (window_is_closed(held)) {
        causeway_window_toast(dialog->parent, message);
    } else {
        adw_toast_overlay_add_toast(dialog->toasts, adw_toast_new(escaped));
        gtk_widget_set_sensitive(GTK_WIDGET(dialog->dialog), TRUE);
    }
    /* Perhaps the last of it. */
    g_object_unref(held);
}

static void on_saved(GObject *source, GAsyncResult *result, gpointer data)
{
    NewDialog *dialog = data;
    g_autoptr(GError) error = NULL;
    GHashTableIter iter;
    gpointer field, secret;

    dialog->uuid = vpn_store_save_finish(VPN_STORE(source), result, &error);
    if (!dialog->uuid) {
        show_problem(dialog, error);
        return;
    }
    g_hash_table_iter_init(&iter, dialog->keyring_secrets);
    dialog->storing = 1;
    while (g_hash_table_iter_next(&iter, &field, &secret)) {
        dialog->storing++;
        keyring_store(dialog->uuid, dialog->label, field, secret, on_kept, dialog);
    }
    if (--dialog->storing == 0)
        finish(dialog);
}

static void on_add(GtkButton *button, NewDialog *dialog)
{
    g_autoptr(Profile) profile = collect(dialog);
    CausewayApplication *application = CAUSEWAY_APPLICATION(g_application_get_default());

    if (!profile || dialog->held)
        return;
    g_clear_pointer(&dialog->keyring_secrets, g_hash_table_unref);
    dialog->keyring_secrets = keep_take_secrets(keep_get(dialog->keep), profile);
    g_free(dialog->label);
    dialog->label = trimmed(dialog->name);
    dialog->held = g_object_ref(GTK_WINDOW(dialog->dialog));
    gtk_widget_set_sensitive(GTK_WIDGET(dialog->dialog), FALSE);
    vpn_store_save(causeway_application_store(application), NULL, profile,
                   gtk_switch_get_active(dialog->everybody), NULL, on_saved, dialog);
}

static void fill(NewDialog *dialog, Profile *profile)
{
    static const FieldId secrets[] = {FIELD_IPSEC_PSK, FIELD_PPP_PASSWORD};
    GtkEditable *editables[] = {dialog->psk, dialog->password};
    g_autofree char *gateway = profile_get_text(profile, FIELD_CONNECTION_GATEWAY);
    g_autofree char *user = profile_get_text(profile, FIELD_PPP_USER);
    g_autofree char *name = profile_get_text(profile, FIELD_CONNECTION_NAME);

    gtk_editable_set_text(dialog->gateway, gateway);
    gtk_editable_set_text(dialog->user, user);
    if (*name)
        gtk_editable_set_text(dialog->name, name);
    for (gsize i = 0; i < G_N_ELEMENTS(secrets); i++) {
        const Secret *secret = profile_get_secret(profile, secrets[i]);
        if (secret)
            gtk_editable_set_text(editables[i], (const char *)secret_data(secret));
    }
}

static void show_warnings(GtkBuilder *builder, GPtrArray *warnings)
{
    GtkWidget *group = GTK_WIDGET(gtk_builder_get_object(builder, "warnings_group"));
    AdwExpanderRow *expander = ADW_EXPANDER_ROW(gtk_builder_get_object(builder, "warnings"));

    gtk_widget_set_visible(group, warnings && warnings->len > 0);
    for (guint i = 0; warnings && i < warnings->len; i++) {
        GtkWidget *row = adw_action_row_new();
        adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
        adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), g_ptr_array_index(warnings, i));
        adw_expander_row_add_row(expander, row);
    }
}

static void fill_presets(AdwComboRow *row)
{
    g_autoptr(GtkStringList) list = gtk_string_list_new(NULL);

    for (guint i = 0; i < presets_count(); i++)
        gtk_string_list_append(list, presets_name(i));
    adw_combo_row_set_model(row, G_LIST_MODEL(list));
}

static void find_children(NewDialog *dialog, GtkBuilder *builder)
{
#define FIND(type, name) type(gtk_builder_get_object(builder, name))
    dialog->dialog = FIND(ADW_WINDOW, "dialog");
    dialog->gateway = FIND(GTK_EDITABLE, "gateway");
    dialog->psk = FIND(GTK_EDITABLE, "psk");
    dialog->user = FIND(GTK_EDITABLE, "user");
    dialog->password = FIND(GTK_EDITABLE, "password");
    dialog->name = FIND(GTK_EDITABLE, "name");
    dialog->problem = FIND(GTK_LABEL, "problem");
    dialog->name_problem = FIND(GTK_LABEL, "name_problem");
    dialog->preset = FIND(ADW_COMBO_ROW, "preset");
    dialog->keep = FIND(ADW_COMBO_ROW, "keep");
    dialog->everybody = FIND(GTK_SWITCH, "everybody");
    dialog->add = FIND(GTK_WIDGET, "add");
    dialog->toasts = FIND(ADW_TOAST_OVERLAY, "toasts");
#undef FIND
}

void new_dialog_show(CausewayWindow *window, Profile *profile, GPtrArray *warnings)
{
    g_autoptr(GtkBuilder) builder =
        gtk_builder_new_from_resource("/org/causeway/Causeway/new_dialog.ui");
    NewDialog *dialog = g_new0(NewDialog, 1);
    GtkEditable *const *edited[] = {&dialog->gateway, &dialog->psk, &dialog->user,
                                    &dialog->password, &dialog->name};

    find_children(dialog, builder);
    dialog->parent = g_object_ref(window);
    dialog->base = profile ? profile_copy(profile) : profile_new();
    dialog->named = g_strdup("");
    fill_presets(dialog->preset);
    keep_fill(dialog->keep, KEEP_KEYRING);
    show_warnings(builder, warnings);
    for (gsize i = 0; i < G_N_ELEMENTS(edited); i++)
        g_signal_connect(*edited[i], "changed", G_CALLBACK(on_edited), dialog);
    g_signal_connect(dialog->preset, "notify::selected", G_CALLBACK(on_preset), dialog);
    g_signal_connect(dialog->add, "clicked", G_CALLBACK(on_add), dialog);
    g_object_set_data_full(G_OBJECT(dialog->dialog), "new-dialog", dialog, new_dialog_free);
    if (profile)
        fill(dialog, profile);
    gtk_window_set_default_widget(GTK_WINDOW(dialog->dialog), dialog->add);
    close_by_escape(GTK_WINDOW(dialog->dialog));
    name_by_tooltips(GTK_WIDGET(dialog->dialog));
    gtk_window_set_transient_for(GTK_WINDOW(dialog->dialog), GTK_WINDOW(window));
    gtk_window_present(GTK_WINDOW(dialog->dialog));
    gtk_widget_grab_focus(GTK_WIDGET(dialog->gateway));
}
