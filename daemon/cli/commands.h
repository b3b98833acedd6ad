/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that each store has. */
#pragma once

#include "cli/cli.h"

/* Rows of Command. */
#define COMMANDS_OF_STORES \
    {"add", "NAME gateway=HOST [GROUP.KEY=VALUE …] [--system]", "make a profile", cli_add, TRUE}, \
    {"set-secret", "NAME FIELD [--clear]", "store a password or shared key (asks, or reads stdin)", \
     cli_set_secret, TRUE}, \
    {"edit", "NAME GROUP.KEY=VALUE …", "change fields of a profile", cli_edit, TRUE}, \
    {"remove", "NAME", "remove a profile and its secrets", cli_remove, TRUE}, \
    {"list", "", "list the profiles", cli_list, TRUE}, \
    {"show", "NAME", "show the fields of a profile", cli_show, TRUE}, \
    {"import", "FILE… | - [--name NAME] [--dry-run] [--certificates FOLDER] [--system]", \
     "make profiles of what another program or IT department gave", cli_import, TRUE}, \
    {"export", "NAME [--format FORMAT] [--output PATH] [--with-secrets]", \
     "print a profile for another program or computer", cli_export, TRUE}, \
    {"up", "NAME", "connect", cli_up, TRUE}
