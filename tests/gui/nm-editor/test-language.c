/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The editor in a program that speaks German: the program's own domain of sentences is another, and
 * the plug-in has to find its own.  The German words are those of po/de.po. */
#include <libintl.h>
#include <string.h>

#include "host.h"

#define CAUSEWAY "org.freedesktop.NetworkManager.causeway"
#define DOMAIN "causeway"

/* Where it looks once it is installed; from here on it shall look where it was just built. */
static void test_bound(void)
{
    g_assert_cmpstr(bindtextdomain(DOMAIN, NULL), ==, LOCALEDIR);
    g_assert_cmpstr(bind_textdomain_codeset(DOMAIN, NULL), ==, "UTF-8");
    g_assert_cmpstr(textdomain(NULL), !=, DOMAIN);
    g_assert_nonnull(bindtextdomain(DOMAIN, CATALOGUES));
}

static void test_plugin(void)
{
    g_autofree char *description = NULL;

    g_object_get(host_plugin(), NM_VPN_EDITOR_PLUGIN_DESCRIPTION, &description, NULL);
    g_assert_true(g_str_has_prefix(description, "Verbindet mit VPN-Gateways"));
}

static void test_labels(void)
{
    Host *host = host_open(host_connection(CAUSEWAY, NULL));

    g_assert_nonnull(host_find(host, "Gateway"));
    g_assert_nonnull(host_find(host, "Benutzername"));
    g_assert_nonnull(host_find(host, "Gemeinsamer Schlüssel"));
    g_assert_nonnull(host_find(host, "Passwörter anzeigen"));
    g_assert_null(host_find(host, "User name"));
    g_assert_null(host_find(host, "Show passwords"));
    host_close(host);
}

static void test_sentences(void)
{
    Host *host = host_open(host_connection(CAUSEWAY, "gateway", "gw.example.org", NULL));
    g_autoptr(GError) error = NULL;

    g_assert_false(host_save(host, &error));
    g_assert_error(error, NM_CONNECTION_ERROR, NM_CONNECTION_ERROR_INVALID_PROPERTY);
    g_assert_cmpstr(error->message, ==,
                    "user: „Benutzername“ ist noch leer; zum Verbinden wird es gebraucht.");
    host_close(host);
}

static void collect_letter(GtkWidget *widget, gpointer data)
{
    const char *label = NULL;

    /* A check box has such a label inside it in GTK 3, and a text of its own in GTK 4. */
    if (GTK_IS_LABEL(widget) && gtk_label_get_mnemonic_widget(GTK_LABEL(widget)))
        label = gtk_label_get_label(GTK_LABEL(widget));
#if GTK_CHECK_VERSION(4, 0, 0)
    else if (GTK_IS_CHECK_BUTTON(widget))
        label = gtk_check_button_get_label(GTK_CHECK_BUTTON(widget));
#endif
    const char *mark = label ? strchr(label, '_') : NULL;
    if (mark)
        g_string_append_unichar(data, g_unichar_tolower(g_utf8_get_char(mark + 1)));
}

/* No two rows of the first page share a letter, although a translator chose one of them. */
static void test_mnemonics(void)
{
    Host *host = host_open(host_connection(CAUSEWAY, NULL));
    GtkWidget *stack = host_find_type(GTK_WIDGET(nm_vpn_editor_get_widget(host->editor)),
                                      GTK_TYPE_STACK, 0);
    g_autoptr(GString) letters = g_string_new(NULL);

    host_each(gtk_stack_get_child_by_name(GTK_STACK(stack), "first"), collect_letter, letters);
    g_test_message("%s", letters->str);
    g_assert_cmpint(g_utf8_strlen(letters->str, -1), ==, 5);
    for (const char *p = letters->str; *p; p = g_utf8_next_char(p))
        g_assert_null(g_utf8_strchr(g_utf8_next_char(p), -1, g_utf8_get_char(p)));
    host_close(host);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_setenv("LANGUAGE", "de", TRUE);
    if (!host_init())
        g_error("there is no display");
    host_plugin();
    g_test_add_func("/nm-editor/language/bound", test_bound);
    g_test_add_func("/nm-editor/language/plugin", test_plugin);
    g_test_add_func("/nm-editor/language/labels", test_labels);
    g_test_add_func("/nm-editor/language/sentences", test_sentences);
    g_test_add_func("/nm-editor/language/mnemonics", test_mnemonics);
    return g_test_run();
}
