/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nm-editor-through FROM TO [LABEL VALUE]...: a connection's file is imported, opened in the
 * editor, fields found by their labels are filled, and what the editor saved is exported. */
#include "host.h"

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    if (argc < 3 || !host_init())
        return 2;
    NMConnection *connection = nm_vpn_editor_plugin_import(host_plugin(), argv[1], &error);
    g_assert_no_error(error);
    Host *host = host_open(connection);
    for (int i = 3; i + 1 < argc; i += 2)
        host_enter(host_find(host, argv[i]), argv[i + 1]);
    host_save(host, &error);
    g_assert_no_error(error);
    nm_vpn_editor_plugin_export(host_plugin(), argv[2], host->connection, &error);
    g_assert_no_error(error);
    host_close(host);
    return 0;
}
