/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causeway-gui. */
#include <glib/gi18n.h>
#include <locale.h>

#include "application.h"

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, LOCALEDIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    g_set_application_name("Causeway");
    g_autoptr(CausewayApplication) application = causeway_application_new();
    return g_application_run(G_APPLICATION(application), argc, argv);
}
