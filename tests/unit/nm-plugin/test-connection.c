/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose a connection of NetworkManager is: with whose rights its files are read. */
#include <libnm/NetworkManager.h>

#include "editor/connection.h"

/* Entries of connection.permissions as they stand on the bus and in files. */
static NmSettings *read_with(const char *const *permissions)
{
    g_autoptr(NMConnection) connection = nm_simple_connection_new();
    NMSetting *about = nm_setting_connection_new();

    nm_connection_add_setting(connection, about);
    g_object_set(about, NM_SETTING_CONNECTION_ID, "x", NM_SETTING_CONNECTION_UUID,
                 "2d1c3e58-0a4b-4c1f-9b57-8a3f0d6f1e22", NM_SETTING_CONNECTION_PERMISSIONS,
                 permissions, NULL);
    nm_connection_add_setting(connection, nm_setting_vpn_new());
    return connection_read(connection);
}

static void test_permissions(void)
{
    static const struct {
        const char *const permissions[3];
        const char *user;
        gboolean shared;
    } rows[] = {
        {{NULL}, NULL, FALSE},
        {{"user:anna:", NULL}, "anna", FALSE},
        {{"user:anna:", "user:ben:", NULL}, NULL, TRUE},
        /* Of a kind that this version does not know: nobody's, and so not everybody's. */
        {{"group:staff:", NULL}, NULL, TRUE},
        {{"user:anna:", "group:staff:", NULL}, NULL, TRUE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(NmSettings) settings = read_with(rows[i].permissions);
        g_assert_cmpstr(settings->user, ==, rows[i].user);
        g_assert_cmpint(settings->shared, ==, rows[i].shared);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nm-plugin/permissions", test_permissions);
    return g_test_run();
}
