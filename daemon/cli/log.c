/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log: the service's last lines, and what comes. */
#include <stdio.h>
#include <string.h>

#include "base/failure.h"
#include "cli/cli.h"

static void print_lines(GVariant *lines)
{
    GVariantIter iter;
    gint64 time;
    guint32 priority;
    const char *text;

    g_variant_iter_init(&iter, lines);
    while (g_variant_iter_next(&iter, "(xu&s)", &time, &priority, &text)) {
        g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(time / G_USEC_PER_SEC);
        g_autoptr(GDateTime) local = g_date_time_to_local(utc);
        g_autofree char *stamp = g_date_time_format(local, "%F %T");
        /* It may quote what a gateway said. */
        g_autofree char *clean = failure_clean_text((const guint8 *)text, strlen(text));
        printf("%s.%03d %s%s\n", stamp, (int)(time % G_USEC_PER_SEC / 1000),
               priority <= 4 ? "warning: " : "", clean);
    }
    fflush(stdout);
}

int cli_log(int argc, char **argv)
{
    gboolean follow = cli_take_option(&argc, argv, "-f");
    g_autoptr(Client) client = NULL;
    g_autoptr(CausewayProfile) profile = NULL;
    g_autoptr(GError) error = NULL;
    guint64 next = 0;
    int result;

    if (argc > 1 || cli_has_options(argc, argv))
        return cli_usage("log");
    if (argc == 1 ? !cli_open(argv[0], &client, &profile, &result)
                  : !(client = cli_connect(&result)))
        return result;
    const char *uuid = profile ? causeway_profile_get_uuid(profile) : "";
    for (gboolean wait = FALSE;; wait = TRUE) {
        g_autoptr(GVariant) lines = NULL;
        if (!causeway_manager_call_read_log_sync(
                client_manager(client), uuid, next, wait,
                G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, G_MAXINT, &next, &lines, NULL,
                &error))
            return cli_error(error);
        print_lines(lines);
        if (!follow || ferror(stdout))
            return EXIT_DONE;
    }
}
