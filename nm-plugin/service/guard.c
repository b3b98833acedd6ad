/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was encrypted does not go on in clear because somebody's editor left a key out.
 *
 * KDE's does so, with the shared key, wherever it finds no command "ipsec" or "strongswan": whoever
 * changes a name server there would have said good-bye to IPsec without a word. */
#include "guard.h"

/* daemon/connection/memory.c writes it: a group for each connection. */
gboolean guard_refuses(const NmSettings *settings, const char *file)
{
    g_autoptr(GKeyFile) memory = g_key_file_new();

    if (!nm_settings_leave_ipsec_open(settings) || !settings->uuid ||
        !g_key_file_load_from_file(memory, file, G_KEY_FILE_NONE, NULL))
        return FALSE;
    g_autofree char *gateway = g_key_file_get_string(memory, settings->uuid, "gateway", NULL);
    g_autofree char *esp = g_key_file_get_string(memory, settings->uuid, "esp", NULL);
    const char *now = g_hash_table_lookup(settings->data,
                                          nm_settings_key(FIELD_CONNECTION_GATEWAY));
    return gateway && esp && g_strcmp0(gateway, now) == 0;
}
