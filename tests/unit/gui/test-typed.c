/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <string.h>

#include "typed.h"

static void check(const char *typed, const char *wanted)
{
    g_autoptr(Secret) secret = typed_secret(typed);

    if (!wanted) {
        g_assert_null(secret);
        return;
    }
    g_assert_cmpmem(secret_data(secret), secret_length(secret), wanted, strlen(wanted));
}

static void test_line_ends(void)
{
    check("key", "key");
    check("key\n", "key");
    check("key\r\n\r\n", "key");
    check(" key ", " key ");
    check("two\nlines\n", "two\nlines");
    check("", NULL);
    check("\n", NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gui/typed/line-ends", test_line_ends);
    return g_test_run();
}
