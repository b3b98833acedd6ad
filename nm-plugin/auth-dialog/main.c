/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nm-causeway-auth-dialog: what an agent of NetworkManager (GNOME Shell, nm-applet) starts when a
 * VPN needs secrets. */
#include <dlfcn.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "answer.h"
#include "details.h"
#include "keyring.h"
#include "window.h"

/* The window is a module of its own: `nmcli --ask` and GNOME Shell never see it and need not wait
 * for a toolkit, nor have one. */
static gboolean ask(const char *title, const char *reason, GPtrArray *questions, GError **error)
{
    gpointer module = dlopen(WINDOW_MODULE, RTLD_NOW | RTLD_LOCAL);
    WindowAsk window = module ? (WindowAsk)dlsym(module, WINDOW_ASK) : NULL;

    if (!window) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, dlerror());
        return FALSE;
    }
    return window(title, reason, questions, error);
}

int main(int argc, char **argv)
{
    g_auto(Details) details = {NULL};
    g_autoptr(GError) error = NULL;

    /* It holds passwords: nothing of them into a core file.  (Not PR_SET_DUMPABLE: the portal that
     * knows about the dark style turns such a process away.) */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, LOCALEDIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");

    if (!details_read(&details, argc, argv, STDIN_FILENO, &error)) {
        g_printerr("%s: %s\n", g_get_prgname(), error->message);
        return EXIT_FAILURE;
    }
    g_autoptr(GPtrArray) questions = details_questions(&details, keyring_find);
    g_autofree char *reason = details_reason(&details, questions);
    /* Translators: the name of a connection */
    g_autofree char *title = g_strdup_printf(_("Connect to “%s”"), details.name);

    if (details.external) {
        answer_external(STDOUT_FILENO, title, reason, details.interactive, questions);
        return EXIT_SUCCESS;
    }
    if (details.interactive && details_any(questions) &&
        !ask(title, reason, questions, &error)) {
        if (error)
            g_printerr("%s: %s\n", g_get_prgname(), error->message);
        return EXIT_FAILURE;
    }
    answer_plain(STDOUT_FILENO, questions);
    answer_await_quit(STDIN_FILENO);
    return EXIT_SUCCESS;
}
