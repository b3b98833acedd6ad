/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the editor's tests look at. */
#include "checks.h"

#include <string.h>

void assert_dump(NMConnection *connection, const char *expected)
{
    g_autofree char *dump = host_dump(connection);

    g_assert_cmpstr(dump, ==, expected);
}

void assert_saves(Host *host)
{
    g_autoptr(GError) error = NULL;

    host_save(host, &error);
    g_assert_no_error(error);
}

void assert_refuses(Host *host, const char *beginning, const char *words)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(host_save(host, &error));
    g_assert_error(error, NM_CONNECTION_ERROR, NM_CONNECTION_ERROR_INVALID_PROPERTY);
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, beginning));
    g_assert_nonnull(strstr(error->message, words));
}
