/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The failure table is whole, and a peer's words are harmless. */
#include "base/failure.h"

#include <string.h>

static void test_table_is_whole(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < FAILURE_CODE_COUNT; i++) {
        const char *name = failure_code_name((FailureCode)i);
        FailureCode back;

        g_assert_nonnull(name);
        for (const char *p = name; *p; p++)
            g_assert_true(g_ascii_islower(*p) || g_ascii_isdigit(*p) || *p == '-');
        g_assert_true(g_hash_table_add(seen, (gpointer)name));
        g_assert_true(failure_code_from_name(name, &back));
        g_assert_cmpint(back, ==, i);
        g_assert_true(g_str_has_suffix(failure_code_message((FailureCode)i), "."));
        /* Only the user's own wish needs no advice. */
        if (i != FAILURE_CANCELLED)
            g_assert_cmpuint(strlen(failure_code_hint((FailureCode)i)), >, 0);
    }
    for (guint i = 0; i < STAGE_COUNT; i++) {
        Stage back;
        g_assert_true(stage_from_name(stage_name((Stage)i), &back));
        g_assert_cmpint(back, ==, i);
    }
    FailureCode none = FAILURE_TIMEOUT;
    g_assert_false(failure_code_from_name("no-such-code", &none));
    g_assert_cmpint(none, ==, FAILURE_TIMEOUT);
}

/* The manual for people in trouble knows every code. */
static void test_table_is_explained(void)
{
    g_autofree char *path = g_build_filename(SOURCE_ROOT, "README.md", NULL);
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    for (guint i = 0; i < FAILURE_CODE_COUNT; i++) {
        g_autofree char *code = g_strdup_printf("`%s`", failure_code_name((FailureCode)i));
        g_test_message("%s", code);
        g_assert_nonnull(strstr(text, code));
    }
}

/* A password that was refused is never sent again by itself: accounts get locked. */
static void test_refusals_are_final(void)
{
    static const FailureCode final[] = {
        FAILURE_AUTHENTICATION_REFUSED, FAILURE_ACCOUNT_DISABLED, FAILURE_PASSWORD_EXPIRED,
        FAILURE_PASSWORD_CHANGE_FAILED, FAILURE_DIAL_IN_DENIED, FAILURE_PSK_WRONG,
        FAILURE_GATEWAY_NOT_AUTHENTIC, FAILURE_CANCELLED, FAILURE_ACCOUNT_RESTRICTED_HOURS,
    };

    for (guint i = 0; i < G_N_ELEMENTS(final); i++)
        g_assert_false(failure_code_is_transient(final[i]));
    g_assert_true(failure_code_is_transient(FAILURE_CONNECTION_LOST));
}

static void test_peer_text(void)
{
    /* An escape sequence, a right-to-left override, a newline, broken UTF-8. */
    static const guint8 hostile[] = "\x1b[2Jno \xe2\x80\xaelines\nfree\xff\x01";
    g_autoptr(Failure) failure =
        failure_new_peer(STAGE_L2TP, FAILURE_L2TP_REFUSED, hostile, sizeof hostile - 1);

    g_assert_true(g_utf8_validate(failure->detail, -1, NULL));
    g_assert_cmpstr(failure->detail, ==, "[2Jno  lines free\xef\xbf\xbd");
}

static void test_peer_text_is_bounded(void)
{
    guint8 *much = g_malloc(100000);

    memset(much, 'x', 100000);
    g_autoptr(Failure) failure =
        failure_new_peer(STAGE_PPP, FAILURE_GATEWAY_CLOSED, much, 100000);
    g_assert_cmpuint(strlen(failure->detail), <=, 512);
    g_assert_cmpuint(strlen(failure->detail), >, 500);
    g_free(much);

    g_autoptr(Failure) none = failure_new_peer(STAGE_PPP, FAILURE_GATEWAY_CLOSED, NULL, 0);
    g_assert_null(none->detail);
    g_autoptr(Failure) blank =
        failure_new_peer(STAGE_PPP, FAILURE_GATEWAY_CLOSED, (const guint8 *)" \r\n\0", 4);
    g_assert_null(blank->detail);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/failure/table", test_table_is_whole);
    g_test_add_func("/failure/explained", test_table_is_explained);
    g_test_add_func("/failure/final", test_refusals_are_final);
    g_test_add_func("/failure/peer-text", test_peer_text);
    g_test_add_func("/failure/peer-text-bounds", test_peer_text_is_bounded);
    return g_test_run();
}
