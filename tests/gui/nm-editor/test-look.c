/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The editor on the screen: what is to be seen, its names for screen readers, its letters for the
 * keyboard, the menus that libnma makes. */
#include <libnma/nma-cert-chooser.h>
#include <string.h>

#include "checks.h"

/* What one types into or chooses from, on all pages together. */
#define CONTROLS_LEAST 32

typedef struct {
    Host *host;
    guint count;
    GHashTable *letters;
} Look;

static gboolean is_control(GtkWidget *widget)
{
    return GTK_IS_ENTRY(widget) || GTK_IS_CHECK_BUTTON(widget) || GTK_IS_COMBO_BOX(widget);
}

static void look_for_name(GtkWidget *widget, gpointer data)
{
    Look *look = data;

    if (!is_control(widget) || !host_is_shown(look->host, widget))
        return;
    look->count++;
#if GTK_CHECK_VERSION(4, 0, 0)
    gboolean by_label = gtk_test_accessible_has_relation(GTK_ACCESSIBLE(widget),
                                                         GTK_ACCESSIBLE_RELATION_LABELLED_BY);
    gboolean by_name = gtk_test_accessible_has_property(GTK_ACCESSIBLE(widget),
                                                        GTK_ACCESSIBLE_PROPERTY_LABEL);
    /* Both would be read out one after the other. */
    g_assert_true(GTK_IS_CHECK_BUTTON(widget) ? by_name || by_label : by_name != by_label);
#else
    const char *name = atk_object_get_name(gtk_widget_get_accessible(widget));
    g_assert_nonnull(name);
    g_assert_cmpuint(strlen(name), >, 2);
#endif
    /* GTK 3's choices have the focus in a button of theirs. */
    g_assert_true(gtk_widget_get_can_focus(widget) || GTK_IS_COMBO_BOX(widget));
}

static void test_accessible(void)
{
    Host *host = host_open(host_connection(L2TP, BASE, NULL));
    Look look = {.host = host};

    host_each(GTK_WIDGET(nm_vpn_editor_get_widget(host->editor)), look_for_name, &look);
    g_assert_cmpuint(look.count, >=, CONTROLS_LEAST);
    host_close(host);
}

static void look_for_letter(GtkWidget *widget, gpointer data)
{
    Look *look = data;
    guint letter = GDK_KEY_VoidSymbol;

    if (!GTK_IS_LABEL(widget) || !host_is_shown(look->host, widget))
        return;
    letter = gtk_label_get_mnemonic_keyval(GTK_LABEL(widget));
    if (letter == GDK_KEY_VoidSymbol)
        return;
    g_test_message("%s: %c", gtk_label_get_text(GTK_LABEL(widget)), (char)letter);
    g_assert_true(g_hash_table_add(look->letters, GUINT_TO_POINTER(gdk_keyval_to_lower(letter))));
    look->count++;
}

/* On each page every label has a letter, and no two the same. */
static void test_mnemonics(void)
{
    Host *host = host_open(host_connection(L2TP, BASE, NULL));
    GtkWidget *stack = host_find_type(GTK_WIDGET(nm_vpn_editor_get_widget(host->editor)),
                                      GTK_TYPE_STACK, 0);
    static const struct {
        const char *name;
        guint least;
    } pages[] = {{"first", 5}, {"ipsec", 10}, {"l2tp", 7}, {"ppp", 11}};

    for (guint i = 0; i < G_N_ELEMENTS(pages); i++) {
        Look look = {.host = host, .letters = g_hash_table_new(NULL, NULL)};
        host_each(gtk_stack_get_child_by_name(GTK_STACK(stack), pages[i].name), look_for_letter,
                  &look);
        g_assert_cmpuint(look.count, >=, pages[i].least);
        g_hash_table_unref(look.letters);
    }
    host_close(host);
}

/* libnma makes it. */
static GtkWidget *own_certificate(Host *host)
{
    return gtk_widget_get_ancestor(host_find(host, "Computer certificate"), NMA_TYPE_CERT_CHOOSER);
}

static gboolean belongs_to(GtkWidget *item, GtkWidget *entry)
{
    GtkWidget *popover = gtk_widget_get_ancestor(item, GTK_TYPE_POPOVER);

#if GTK_CHECK_VERSION(4, 0, 0)
    return popover && gtk_widget_get_parent(popover) == entry;
#else
    return popover && gtk_popover_get_relative_to(GTK_POPOVER(popover)) == entry;
#endif
}

/* In the menus that libnma makes. */
static void choose_asking(GtkWidget *widget, gpointer entry)
{
    const char *label = NULL;

    if (!GTK_IS_CHECK_BUTTON(widget) || !belongs_to(widget, entry))
        return;
#if GTK_CHECK_VERSION(4, 0, 0)
    label = gtk_check_button_get_label(GTK_CHECK_BUTTON(widget));
#else
    label = gtk_button_get_label(GTK_BUTTON(widget));
#endif
    if (strstr(label, "every time"))
        host_enter(widget, "yes");
}

/* Choosing "Ask for this password every time" in the menu leaves the focus where it was. */
static void test_storage_menu(void)
{
    Host *host = host_open(host_connection(L2TP, BASE, "!password", "geheim", NULL));
    GtkWidget *entry = host_find(host, "Password");

    host_show(host, 500, 450);
    gtk_widget_grab_focus(entry);
    host_settle();
    host_each(host->window, choose_asking, entry);
    host_settle();
    g_assert_false(gtk_editable_get_editable(GTK_EDITABLE(entry)));
    GtkWidget *focus = gtk_window_get_focus(GTK_WINDOW(host->window));
    g_assert_true(focus && (focus == entry || gtk_widget_is_ancestor(focus, entry)));
    assert_saves(host);
    assert_dump(host->connection,
                "gateway=gw.example.org\nipsec-enabled=yes\npassword-flags=2\nuser=bob");
    host_close(host);
}

/* The window on the screen: hidden rows stay hidden, whatever the program shows. */
static void test_window(void)
{
    Host *host = host_open(host_connection(L2TP, BASE, NULL));

    host_show(host, 500, 450);
    g_assert_true(gtk_widget_get_mapped(host_find(host, "Gateway")));
    g_assert_false(gtk_widget_get_mapped(own_certificate(host)));
    host_turn_to(host, "ipsec");
    g_assert_false(gtk_widget_get_mapped(host_find(host, "Gateway")));
    g_assert_false(gtk_widget_get_mapped(own_certificate(host)));
    host_enter(host_find(host, "Gateway authentication"), "Certificates");
    host_settle();
    g_assert_true(gtk_widget_get_mapped(own_certificate(host)));
    host_close(host);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (!host_init()) {
        g_printerr("no display\n");
        return 1;
    }
    g_test_add_func("/nm-editor/accessible", test_accessible);
    g_test_add_func("/nm-editor/mnemonics", test_mnemonics);
    g_test_add_func("/nm-editor/window", test_window);
    g_test_add_func("/nm-editor/storage-menu", test_storage_menu);
    return g_test_run();
}
