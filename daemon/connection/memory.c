/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What worked with a profile's gateway the last time. */
#include "connection/memory.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "ipsec/ike.h"

void memory_clear(Memory *memory)
{
    g_clear_pointer(&memory->ike, g_free);
    g_clear_pointer(&memory->esp, g_free);
}

void memory_load(const char *file, const char *uuid, const char *gateway, Memory *ret_memory)
{
    g_autoptr(GKeyFile) keyfile = g_key_file_new();

    *ret_memory = (Memory){ 0 };
    if (!file || !g_key_file_load_from_file(keyfile, file, G_KEY_FILE_NONE, NULL))
        return;
    g_autofree char *of = g_key_file_get_string(keyfile, uuid, "gateway", NULL);
    if (g_strcmp0(of, gateway) != 0)
        return;
    ret_memory->ike = g_key_file_get_string(keyfile, uuid, "ike", NULL);
    ret_memory->esp = g_key_file_get_string(keyfile, uuid, "esp", NULL);
    if (!ike_check_proposals(ret_memory->ike, ret_memory->esp, NULL))
        memory_clear(ret_memory);
}

/* Profiles come and go, also those of users who make one after the other: what was written longest
 * ago makes room. */
static void make_room(GKeyFile *keyfile)
{
    gsize count = 0;
    g_auto(GStrv) groups = g_key_file_get_groups(keyfile, &count);

    for (gsize i = 0; i + MEMORY_ENTRIES_MAX <= count; i++)
        g_key_file_remove_group(keyfile, groups[i], NULL);
}

static void set_string(GKeyFile *keyfile, const char *group, const char *key, const char *value)
{
    if (value)
        g_key_file_set_string(keyfile, group, key, value);
}

void memory_store(const char *file, const char *uuid, const char *gateway, const Memory *memory)
{
    g_autoptr(GKeyFile) keyfile = g_key_file_new();
    g_auto(Memory) known = { 0 };
    g_autoptr(GError) error = NULL;

    if (!file)
        return;
    memory_load(file, uuid, gateway, &known);
    if (g_strcmp0(known.ike, memory->ike) == 0 && g_strcmp0(known.esp, memory->esp) == 0)
        return;
    g_key_file_load_from_file(keyfile, file, G_KEY_FILE_NONE, NULL);
    /* A new group stands last. */
    g_key_file_remove_group(keyfile, uuid, NULL);
    make_room(keyfile);
    g_key_file_set_string(keyfile, uuid, "gateway", gateway);
    set_string(keyfile, uuid, "ike", memory->ike);
    set_string(keyfile, uuid, "esp", memory->esp);
    g_autofree char *folder = g_path_get_dirname(file);
    g_mkdir_with_parents(folder, 0700);
    if (!g_key_file_save_to_file(keyfile, file, &error))
        g_message("%s: %s", file, error->message);
}
