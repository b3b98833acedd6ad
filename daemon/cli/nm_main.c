/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causeway-networkmanager: what "causeway" goes on as where a profile is NetworkManager's. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/nm.h"

const Command commands[] = {
    COMMANDS_OF_STORES,
    {NULL, NULL, NULL, NULL, FALSE},
};

/* NetworkManager's copy of a profile is the one that is shown, whoever else has it. */
int cli_list(int argc, char **argv)
{
    gboolean beside = cli_take_option(&argc, argv, "--beside");
    int result = EXIT_DONE;

    if (argc > 0)
        return cli_usage("list");
    g_autoptr(Client) client = beside ? client_new(NULL) : NULL;
    g_autoptr(GPtrArray) others = client ? client_profiles(client) : NULL;
    g_autoptr(Target) target = target_open_store(&result);
    /* Beside others, one that does not run is no failure. */
    if (!target)
        return result;
    GListModel *list = G_LIST_MODEL(target->store);
    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(VpnItem) item = g_list_model_get_item(list, i);
        const char *owner = vpn_item_owner(item);
        gboolean shown = FALSE;
        for (guint j = 0; others && j < others->len && !shown; j++)
            shown = strcmp(causeway_profile_get_uuid(g_ptr_array_index(others, j)),
                           vpn_item_uuid(item)) == 0;
        if (shown)
            continue;
        /* NetworkManager takes any name, and root sees everybody's. */
        g_autofree char *name = cli_plain(vpn_item_name(item));
        g_autofree char *gateway = cli_plain(vpn_item_gateway(item));
        printf("%-20s %-30s %-14s %-14s networkmanager\n", name, gateway,
               vpn_state_name(vpn_item_status(item)->state), *owner ? owner : "everybody");
    }
    return EXIT_DONE;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    for (const Command *command = commands; argc >= 2 && command->name; command++) {
        if (strcmp(command->name, argv[1]) == 0)
            return command->run(argc - 2, argv + 2);
    }
    fprintf(stderr, "causeway-networkmanager is a part of \"causeway\", which starts it.\n");
    return EXIT_USAGE;
}
