/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causeway-gui. */
#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>
#include <sys/resource.h>

#include "application.h"
#include "client/sentences.h"

/* OpenGL takes 15 MB of one's own and 45 of libraries, and as long to start as all the rest
 * (tests/bench/README.md): much for a window that changes once a second, and more for an icon in
 * a tray.  Who chooses a renderer gets it. */
static void do_without_opengl(void)
{
    gboolean old = gtk_get_major_version() == 4 && gtk_get_minor_version() < 16;

    if (!g_setenv("GSK_RENDERER", "cairo", FALSE) || strcmp(g_getenv("GSK_RENDERER"), "cairo") != 0)
        return;
    if (old)
        g_setenv("GDK_DEBUG", "gl-disable", FALSE);
    else
        g_setenv("GDK_DISABLE", "gl,vulkan", FALSE);
}

int main(int argc, char **argv)
{
    /* Passwords are typed into it: nothing of them into a core file.  (Not PR_SET_DUMPABLE: the
     * portal that knows about the dark style turns such a process away.) */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, LOCALEDIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    sentences_begin();
    g_set_application_name("Causeway");
    do_without_opengl();
    g_autoptr(CausewayApplication) application = causeway_application_new();
    return g_application_run(G_APPLICATION(application), argc, argv);
}
