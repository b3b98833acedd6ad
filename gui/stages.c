/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of a connection as a list with marks. */
#include "stages.h"

#include <glib/gi18n.h>

#include "say.h"

typedef enum { STEP_WAITING, STEP_NOW, STEP_DONE, STEP_BROKEN } Step;

static GtkWidget *make_step(Stage stage)
{
    GtkWidget *box = g_object_new(GTK_TYPE_BOX, "spacing", 12, "accessible-role",
                                  GTK_ACCESSIBLE_ROLE_LIST_ITEM, NULL);
    GtkWidget *mark = gtk_stack_new();
    GtkWidget *label = gtk_label_new(say_stage(stage));

    gtk_stack_add_named(GTK_STACK(mark), gtk_image_new_from_icon_name("causeway-step-symbolic"),
                        "waiting");
    gtk_stack_add_named(GTK_STACK(mark), gtk_spinner_new(), "now");
    gtk_stack_add_named(GTK_STACK(mark), gtk_image_new_from_icon_name("object-select-symbolic"),
                        "done");
    gtk_stack_add_named(GTK_STACK(mark), gtk_image_new_from_icon_name("window-close-symbolic"),
                        "broken");
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_widget_add_css_class(box, "stage");
    gtk_box_append(GTK_BOX(box), mark);
    gtk_box_append(GTK_BOX(box), label);
    return box;
}

void stages_fill(GtkBox *box)
{
    for (guint stage = STAGE_PREPARE; stage < STAGE_CONNECTED; stage++)
        gtk_box_append(box, make_step((Stage)stage));
}

static void show_step(GtkWidget *box, Stage stage, Step step)
{
    static const char *const names[] = {"waiting", "now", "done", "broken"};
    const char *const words[] = {_("still to come"), _("in progress"), _("done"), _("failed")};
    const char *classes[] = {"stage", names[step], NULL};
    GtkWidget *mark = gtk_widget_get_first_child(box);
    GtkWidget *spinner = gtk_stack_get_child_by_name(GTK_STACK(mark), "now");

    gtk_widget_set_css_classes(box, classes);
    gtk_stack_set_visible_child_name(GTK_STACK(mark), names[step]);
    gtk_spinner_set_spinning(GTK_SPINNER(spinner), step == STEP_NOW);
    g_autofree char *text = g_strdup_printf(_("%s: %s"), say_stage(stage), words[step]);
    gtk_accessible_update_property(GTK_ACCESSIBLE(box), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

void stages_show(GtkBox *box, const VpnStatus *status)
{
    GtkWidget *child = gtk_widget_get_first_child(GTK_WIDGET(box));
    Stage reached = status->stage;
    gboolean going = status->state == VPN_CONNECTING || status->state == VPN_RECONNECTING;

    if (status->state == VPN_FAILED && status->failure_stage)
        stage_from_name(status->failure_stage, &reached);
    for (guint stage = STAGE_PREPARE; child; stage++, child = gtk_widget_get_next_sibling(child)) {
        Step step = stage < reached ? STEP_DONE : STEP_WAITING;
        if (stage == reached && status->state == VPN_FAILED)
            step = STEP_BROKEN;
        else if (stage == reached && going) /* not unseen: a spinner has the window drawn */
            step = STEP_NOW;
        show_step(child, (Stage)stage, step);
    }
}
