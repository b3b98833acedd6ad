/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list: the profiles there are. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/elsewhere.h"

int cli_list(int argc, char **argv)
{
    int result;

    if (argc > 0)
        return cli_usage("list");
    g_autoptr(Client) client = cli_connect(&result);
    if (!client)
        return result;
    g_autoptr(GPtrArray) profiles = client_profiles(client);
    for (guint i = 0; i < profiles->len; i++) {
        CausewayProfile *profile = g_ptr_array_index(profiles, i);
        const char *user = causeway_profile_get_user(profile);
        g_autoptr(CausewayConnection) connection = client_find_connection(
            client, causeway_profile_get_uuid(profile));
        const char *state = connection ? causeway_connection_get_state(connection) : NULL;
        g_autofree char *name = cli_plain(causeway_profile_get_name(profile));
        g_autofree char *gateway = cli_plain(causeway_profile_get_gateway(profile));
        printf("%-20s %-30s %-14s %s\n", name, gateway, state ? state : "disconnected",
               *user ? user : "everybody");
    }
    elsewhere_list_too(client_bus(client));
    if (profiles->len == 0)
        fprintf(stderr, "There are no profiles yet; \"causeway help\" tells how to add one.\n");
    return EXIT_DONE;
}
