/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names to addresses through the real resolver: numeric addresses, the local host, names that
 * cannot exist, and being cancelled. */
#include "connection/resolve.h"

typedef struct {
    GMainLoop *loop;
    guint calls;
    guint count;
    char *first;
    FailureCode code;
} Result;

static void on_done(GPtrArray *addresses, const Failure *failure, gpointer user_data)
{
    Result *result = user_data;

    result->calls++;
    g_assert_true((addresses == NULL) != (failure == NULL));
    if (addresses) {
        result->count = addresses->len;
        result->first = g_inet_address_to_string(addresses->pdata[0]);
    } else {
        g_assert_cmpint(failure->stage, ==, STAGE_RESOLVE);
        result->code = failure->code;
    }
    g_main_loop_quit(result->loop);
}

static void look_up(const char *host, Result *result)
{
    *result = (Result){ .loop = g_main_loop_new(NULL, FALSE) };
    g_autoptr(Resolve) resolve G_GNUC_UNUSED = resolve_start(host, on_done, result);

    g_assert_cmpuint(result->calls, ==, 0);
    g_main_loop_run(result->loop);
    g_assert_cmpuint(result->calls, ==, 1);
    g_main_loop_unref(result->loop);
}

static void test_numeric(void)
{
    Result result;

    look_up("192.0.2.7", &result);
    g_assert_cmpuint(result.count, ==, 1);
    g_assert_cmpstr(result.first, ==, "192.0.2.7");
    g_free(result.first);
    look_up("2001:db8::7", &result);
    g_assert_cmpstr(result.first, ==, "2001:db8::7");
    g_free(result.first);
}

static void test_ipv4_first(void)
{
    Result result;

    look_up("localhost", &result);
    g_assert_cmpstr(result.first, ==, "127.0.0.1");
    g_free(result.first);
}

static void test_no_such_name(void)
{
    Result result;

    /* Without any name server the same name is "cannot be looked up"; both are a failure of
     * this stage, and neither is an address. */
    look_up("gateway.invalid", &result);
    g_assert_cmpuint(result.count, ==, 0);
    g_assert_true(result.code == FAILURE_NAME_NOT_FOUND ||
                  result.code == FAILURE_NAME_LOOKUP_FAILED);
}

static void test_cancelled(void)
{
    Result result = { 0 };
    Resolve *resolve = resolve_start("localhost", on_done, &result);

    resolve_free(resolve);
    /* The answer arrives in the main context some time after; another look-up behind it in
     * the resolver's thread pool gives it that time. */
    Result other;
    look_up("127.0.0.2", &other);
    g_free(other.first);
    g_assert_cmpuint(result.calls, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/resolve/numeric", test_numeric);
    g_test_add_func("/resolve/ipv4-first", test_ipv4_first);
    g_test_add_func("/resolve/no-such-name", test_no_such_name);
    g_test_add_func("/resolve/cancelled", test_cancelled);
    return g_test_run();
}
