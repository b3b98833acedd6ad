/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dialog's own window: a sentence, a row for each secret, what was refused marked.  A new
 * password is typed twice. */
#include "window.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/secret.h"
#include "details.h"

#define CANCEL "cancel"
#define CONNECT "connect"

typedef struct {
    GMainLoop *loop;
    AdwMessageDialog *dialog;
    GPtrArray *questions;
    GPtrArray *rows;   /* of GtkEditable, for each question that is asked */
    GtkEditable *repeat; /* NULL unless a password is chosen */
    GtkWidget *mismatch;
    gboolean agreed;
} Window;

static GtkEditable *add_row(Window *window, GtkWidget *group, const char *label)
{
    GtkWidget *row = adw_password_entry_row_new();

    adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), label);
    adw_preferences_row_set_use_underline(ADW_PREFERENCES_ROW(row), FALSE);
    /* The title floats above the text and is no label of it. */
    gtk_accessible_update_property(GTK_ACCESSIBLE(gtk_editable_get_delegate(GTK_EDITABLE(row))),
                                   GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
    adw_preferences_group_add(ADW_PREFERENCES_GROUP(group), row);
    /* Never given back: libadwaita 1.2 crashes when a row that has the focus ends with its window.
     * It ends with the process, which is at once. */
    return GTK_EDITABLE(g_object_ref(row));
}

/* Nothing empty, and the new password twice the same. */
static void on_changed(GtkEditable *editable, gpointer data)
{
    Window *window = data;
    gboolean complete = TRUE, same = TRUE;
    guint n = 0;

    for (guint i = 0; i < window->questions->len; i++) {
        const Question *question = g_ptr_array_index(window->questions, i);
        if (!question->ask)
            continue;
        const char *text = gtk_editable_get_text(g_ptr_array_index(window->rows, n++));
        complete = complete && *text;
        if (question->is_new)
            same = strcmp(text, gtk_editable_get_text(window->repeat)) == 0;
    }
    if (editable)
        gtk_widget_remove_css_class(GTK_WIDGET(editable), "error");
    /* Not while the second one is still being typed. */
    if (window->mismatch)
        gtk_widget_set_visible(window->mismatch,
                               !same && *gtk_editable_get_text(window->repeat));
    adw_message_dialog_set_response_enabled(window->dialog, CONNECT, complete && same);
}

static void on_entered(GtkEditable *editable, gpointer data)
{
    Window *window = data;

    if (adw_message_dialog_get_response_enabled(window->dialog, CONNECT))
        adw_message_dialog_response(window->dialog, CONNECT);
}

static void follow(Window *window, GtkEditable *row)
{
    g_signal_connect(row, "changed", G_CALLBACK(on_changed), window);
    g_signal_connect(row, "entry-activated", G_CALLBACK(on_entered), window);
}

static void add_question(Window *window, GtkWidget *group, const Question *question)
{
    GtkEditable *row = add_row(window, group, question->label);

    if (question->value)
        gtk_editable_set_text(row, question->value);
    if (question->wrong) {
        gtk_widget_add_css_class(GTK_WIDGET(row), "error");
        gtk_accessible_update_state(GTK_ACCESSIBLE(gtk_editable_get_delegate(row)),
                                    GTK_ACCESSIBLE_STATE_INVALID, GTK_ACCESSIBLE_INVALID_TRUE, -1);
    }
    g_ptr_array_add(window->rows, row);
    follow(window, row);
    if (question->is_new) {
        window->repeat = add_row(window, group, _("New password again"));
        follow(window, window->repeat);
    }
}

/* The first that is empty: what is there already is likely right. */
static void focus_first(Window *window)
{
    for (guint i = 0; i < window->rows->len; i++) {
        GtkEditable *row = g_ptr_array_index(window->rows, i);
        if (!*gtk_editable_get_text(row) || i + 1 == window->rows->len) {
            gtk_widget_grab_focus(GTK_WIDGET(row));
            return;
        }
    }
}

static void on_response(AdwMessageDialog *dialog, const char *response, gpointer data)
{
    Window *window = data;
    guint n = 0;

    window->agreed = strcmp(response, CONNECT) == 0;
    for (guint i = 0; window->agreed && i < window->questions->len; i++) {
        Question *question = g_ptr_array_index(window->questions, i);
        if (!question->ask)
            continue;
        secret_string_free(question->value);
        question->value = g_strdup(gtk_editable_get_text(g_ptr_array_index(window->rows, n++)));
    }
    g_main_loop_quit(window->loop);
}

static GtkWidget *make_content(Window *window)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
    GtkWidget *group = adw_preferences_group_new();

    gtk_widget_set_margin_top(box, 12);
    gtk_box_append(GTK_BOX(box), group);
    for (guint i = 0; i < window->questions->len; i++) {
        const Question *question = g_ptr_array_index(window->questions, i);
        if (question->ask)
            add_question(window, group, question);
    }
    if (window->repeat) {
        window->mismatch = gtk_label_new(_("The two new passwords differ."));
        gtk_widget_add_css_class(window->mismatch, "error");
        gtk_widget_set_visible(window->mismatch, FALSE);
        gtk_box_append(GTK_BOX(box), window->mismatch);
    }
    return box;
}

gboolean window_ask(const char *title, const char *reason, GPtrArray *questions, GError **error)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(GPtrArray) rows = g_ptr_array_new();
    Window window = {.loop = loop, .questions = questions, .rows = rows};

    if (!gtk_init_check()) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                            "there is no screen to ask on");
        return FALSE;
    }
    adw_init();
    gtk_window_set_default_icon_name("network-vpn");
    window.dialog = ADW_MESSAGE_DIALOG(adw_message_dialog_new(NULL, title, reason));
    gtk_window_set_title(GTK_WINDOW(window.dialog), title);
    adw_message_dialog_add_responses(window.dialog, CANCEL, _("_Cancel"), CONNECT, _("C_onnect"),
                                     NULL);
    adw_message_dialog_set_response_appearance(window.dialog, CONNECT, ADW_RESPONSE_SUGGESTED);
    adw_message_dialog_set_default_response(window.dialog, CONNECT);
    adw_message_dialog_set_close_response(window.dialog, CANCEL);
    adw_message_dialog_set_extra_child(window.dialog, make_content(&window));
    g_signal_connect(window.dialog, "response", G_CALLBACK(on_response), &window);
    on_changed(NULL, &window);
    focus_first(&window);
    gtk_window_present(GTK_WINDOW(window.dialog));
    g_main_loop_run(loop);
    return window.agreed;
}
