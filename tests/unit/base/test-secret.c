/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Secrets: equality, zero bytes inside, none at all. */
#include "base/secret.h"

#include <string.h>

static void test_equality(void)
{
    g_autoptr(Secret) a = secret_new("pass\0word", 9);
    g_autoptr(Secret) same = secret_copy(a);
    g_autoptr(Secret) shorter = secret_new("pass", 4);
    g_autoptr(Secret) other = secret_new("pass\0worx", 9);

    g_assert_true(secret_equal(a, same));
    g_assert_false(secret_equal(a, shorter));
    g_assert_false(secret_equal(a, other));
    g_assert_false(secret_equal(a, NULL));
    g_assert_true(secret_equal(NULL, NULL));
}

static void test_none_and_empty_differ(void)
{
    g_autoptr(Secret) empty = secret_new(NULL, 0);

    g_assert_null(secret_copy(NULL));
    g_assert_null(secret_new_take(NULL));
    g_assert_cmpuint(secret_length(empty), ==, 0);
    g_assert_cmpint(secret_data(empty)[0], ==, 0);
    g_assert_false(secret_equal(empty, NULL));
}

static void test_take(void)
{
    g_autoptr(Secret) secret = secret_new_take(g_strdup("pässword"));

    g_assert_cmpmem(secret_data(secret), secret_length(secret), "p\xc3\xa4ssword", 9);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/secret/equality", test_equality);
    g_test_add_func("/secret/none", test_none_and_empty_differ);
    g_test_add_func("/secret/take", test_take);
    return g_test_run();
}
