/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nm-editor-view: pictures of the editor's pages, to be looked at.
 *
 *   nm-editor-view FOLDER [--rtl]
 *
 * NM_PLUGIN names the plug-in; needs a display. */
#include <glib/gstdio.h>

#include "host.h"

#define L2TP "org.freedesktop.NetworkManager.l2tp"
#define CAUSEWAY "org.freedesktop.NetworkManager.causeway"

static const char *folder;

/* Frames come with the display's time; a page is drawn when some of them have passed. */
static gboolean on_frame(GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
    guint *left = data;

    if (*left > 0)
        (*left)--;
    gtk_widget_queue_draw(widget);
    return G_SOURCE_CONTINUE;
}

static void take(Host *host, const char *page, const char *name)
{
    g_autofree char *file = g_strdup_printf("%s-gtk%d.png", name, GTK_MAJOR_VERSION);
    g_autofree char *path = g_build_filename(folder, file, NULL);
    guint left = 12;
    guint tick = gtk_widget_add_tick_callback(host->window, on_frame, &left, NULL);

    if (page)
        host_turn_to(host, page);
    while (left > 0)
        g_main_context_iteration(NULL, TRUE);
    gtk_widget_remove_tick_callback(host->window, tick);
    g_assert_true(host_picture(host, path));
    g_print("%s\n", path);
}

static void view_new(void)
{
    Host *host = host_open(host_connection(CAUSEWAY, NULL));

    host_show(host, 500, 420);
    take(host, "first", "new");
    host_enter(host_find(host, "Gateway"), "vpn example com");
    take(host, NULL, "new-fault");
    host_enter(host_find(host, "Gateway"), "vpn.example.com");
    host_enter(host_find(host, "User name"), "alice");
    host_enter(host_find(host, "Password"), "correct horse");
    host_enter(host_find(host, "Shared key"), "battery staple");
    take(host, NULL, "new-filled");
    host_close(host);
}

static void view_pages(void)
{
    Host *host = host_open(host_connection(
        L2TP, "gateway", "gw.example.org", "user", "bob", "ipsec-enabled", "yes", "mtu", "1400",
        "ipsec-ike", "aes256-sha1-modp1024,3des-sha1-modp1024", "causeway-l2tp-secret-flags", "0",
        "lcp-echo-interval", "5000x", "!password", "secret", "!ipsec-psk", "abc", NULL));

    host_show(host, 500, 420);
    take(host, "ipsec", "ipsec-psk");
    host_enter(host_find(host, "Gateway authentication"), "Certificates");
    take(host, "ipsec", "ipsec-certificate");
    take(host, "l2tp", "l2tp");
    take(host, "ppp", "ppp");
    host_enter(host_find(host, "MTU"), "99");
    take(host, "ppp", "ppp-fault");
    host_close(host);
}

static void view_refused(void)
{
    Host *host = host_open(host_connection(
        L2TP, "gateway", "gw.example.org", "user", "bob", "ipsec-enabled", "yes", "require-mppe",
        "yes", "machine-auth-type", "tls", "machine-cert", "/home/bob/certs/bob.pem",
        "machine-key", "/home/bob/certs/bob.key", "machine-ca", "/home/bob/certs/ca.pem", NULL));

    host_show(host, 500, 420);
    take(host, "first", "refused");
    take(host, "ipsec", "ipsec-files");
    host_close(host);
}

int main(int argc, char **argv)
{
    if (argc < 2 || !host_init()) {
        g_printerr("nm-editor-view: needs a folder for the pictures, and a display\n");
        return 2;
    }
    folder = argv[1];
    if (argc > 2)
        gtk_widget_set_default_direction(GTK_TEXT_DIR_RTL);
    view_new();
    view_pages();
    view_refused();
    return 0;
}
