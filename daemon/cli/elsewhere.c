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

/* Where it does not run the other program has nothing to say, and may not even be able to start:
 * its library comes with NetworkManager. */
static gboolean networkmanager_runs(GDBusConnection *bus)
{
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "NameHasOwner", g_variant_new("(s)", "org.freedesktop.NetworkManager"),
        G_VARIANT_TYPE("(b)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
    gboolean runs = FALSE;

    if (reply)
        g_variant_get(reply, "(b)", &runs);
    return runs;
}

void elsewhere_look(GDBusConnection *bus)
{
    if (store == STORE_ANY && networkmanager_runs(bus))
        elsewhere_go();
}

void elsewhere_list_too(GDBusConnection *bus)
{
    static char beside[] = "--beside";
    char *list[] = {words[0], words[1], beside, NULL};

    if (store != STORE_ANY || !networkmanager_runs(bus))
        return;
    fflush(stdout);
    execv(PROGRAM, list);
}
