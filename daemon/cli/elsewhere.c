/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The other store. */
#include "cli/elsewhere.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#define PROGRAM CAUSEWAY_LIBEXECDIR "/causeway-networkmanager"

typedef enum {
    STORE_ANY,
    STORE_CAUSEWAY,
    STORE_NETWORKMANAGER,
} Store;

static Store store;
static char **words; /* without "--store"; they belong to main() */

gboolean elsewhere_remember(int *argc, char **argv)
{
    const char *name = NULL;

    if (!cli_take_value(argc, argv, "--store", &name))
        return FALSE;
    words = g_new0(char *, (gsize)*argc + 1);
    memcpy(words, argv, sizeof *argv * (gsize)*argc);
    if (!name)
        store = STORE_ANY;
    else if (strcmp(name, "causeway") == 0)
        store = STORE_CAUSEWAY;
    else if (strcmp(name, "networkmanager") == 0)
        store = STORE_NETWORKMANAGER;
    else
        cli_complain("there is no store \"%s\"; there are causeway and networkmanager", name);
    return !name || store != STORE_ANY;
}

gboolean elsewhere_named(void)
{
    return store != STORE_ANY;
}

gboolean elsewhere_is_meant(void)
{
    return store == STORE_NETWORKMANAGER;
}

void elsewhere_go(void)
{
    /* It must not find anything half printed. */
    fflush(stdout);
    execv(PROGRAM, words);
}

void elsewhere_look(void)
{
    if (store == STORE_ANY)
        elsewhere_go();
}

void elsewhere_list_too(void)
{
    static char beside[] = "--beside";
    char *list[] = {words[0], words[1], beside, NULL};

    if (store != STORE_ANY)
        return;
    fflush(stdout);
    execv(PROGRAM, list);
}
