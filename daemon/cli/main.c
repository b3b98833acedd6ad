/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causeway: the command line. */
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/commands.h"
#include "cli/elsewhere.h"

const Command commands[] = {
    COMMANDS_OF_STORES,
    {"down", "NAME | --all", "disconnect", cli_down, FALSE},
    {"status", "[NAME] [--json] [--watch]", "show what is connected", cli_status, FALSE},
    {"diagnose", "NAME | HOST", "look for what keeps a connection from working", cli_diagnose, FALSE},
    {"log", "[NAME] [-f]", "show the service's log, and follow it", cli_log, FALSE},
    {"fields", "", "list the fields that a profile can have", cli_fields, FALSE},
    {"help", "[COMMAND]", "show this", cli_help, FALSE},
    {NULL, NULL, NULL, NULL, FALSE},
};

static const Command *find_command(const char *name)
{
    for (const Command *command = commands; command->name; command++) {
        if (strcmp(command->name, name) == 0)
            return command;
    }
    return NULL;
}

int cli_help(int argc, char **argv)
{
    const Command *one = argc == 1 ? find_command(argv[0]) : NULL;

    if (argc > 1 || (argc == 1 && !one)) {
        if (argc == 1)
            cli_complain("there is no command \"%s\"", argv[0]);
        return cli_usage("help");
    }
    if (one) {
        printf("causeway %s%s%s: %s\n", one->name, *one->synopsis ? " " : "", one->synopsis,
               one->help);
        return EXIT_DONE;
    }
    printf("causeway: L2TP/IPsec VPN connections\n\n");
    for (const Command *command = commands; command->name; command++) {
        g_autofree char *left = g_strdup_printf("%s %s", command->name, command->synopsis);
        /* Counted in characters: the synopses hold an ellipsis. */
        int padding = MAX(1, 44 - (int)g_utf8_strlen(left, -1));
        printf("  %s%*s%s\n", left, padding, "", command->help);
    }
    printf("\nTo begin with:\n"
           "  causeway add office gateway=vpn.example.com ppp.user=anna\n"
           "  causeway set-secret office ipsec.psk\n"
           "  causeway up office\n"
           "\nThose from add to up also work on NetworkManager's connections: --store networkmanager.\n"
           "\nExit codes: 0 done, 1 failed, 2 usage, 3 not authorised, 4 no such profile.\n");
    return EXIT_DONE;
}

int main(int argc, char **argv)
{
    /* Passwords are typed into it: nothing of them into a core file. */
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    setlocale(LC_ALL, "");
    if (argc < 2) {
        fprintf(stderr, "usage: causeway COMMAND …; \"causeway help\" lists the commands\n");
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        printf("causeway %s\n", CAUSEWAY_VERSION);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return cli_help(0, NULL);
    const Command *command = find_command(argv[1]);
    if (!command) {
        cli_complain("there is no command \"%s\"; \"causeway help\" lists them", argv[1]);
        return EXIT_USAGE;
    }
    if (!elsewhere_remember(&argc, argv))
        return EXIT_USAGE;
    if (elsewhere_named() && !command->stores) {
        cli_complain("\"causeway %s\" takes no --store: it is for all that there is", argv[1]);
        return cli_usage(argv[1]);
    }
    if (argc > 2 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0))
        return cli_help(1, &argv[1]);
    if (elsewhere_is_meant()) {
        elsewhere_go();
        cli_complain("what talks to NetworkManager is not installed here");
        return EXIT_FAILED;
    }
    return command->run(argc - 2, argv + 2);
}
