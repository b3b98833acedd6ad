/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is tried again by itself, and what never is. */
#include "connection/policy.h"

static gboolean reconnects(Stage stage, FailureCode code, gboolean was_connected)
{
    g_autoptr(Failure) failure = failure_new(stage, code, NULL);

    return policy_reconnect(failure, was_connected);
}

static void test_refused_password_is_final(void)
{
    static const FailureCode final[] = {
        FAILURE_AUTHENTICATION_REFUSED, FAILURE_ACCOUNT_DISABLED, FAILURE_PASSWORD_EXPIRED,
        FAILURE_ACCOUNT_RESTRICTED_HOURS, FAILURE_DIAL_IN_DENIED,
        FAILURE_NO_AUTHENTICATION_METHOD,
    };

    for (guint i = 0; i < G_N_ELEMENTS(final); i++)
        g_assert_false(reconnects(STAGE_AUTHENTICATION, final[i], TRUE));
    g_assert_false(reconnects(STAGE_AUTHENTICATION, FAILURE_GATEWAY_NOT_AUTHENTIC, TRUE));
    g_assert_false(reconnects(STAGE_IPSEC, FAILURE_CANCELLED, TRUE));
}

static void test_losses_come_back(void)
{
    g_assert_true(reconnects(STAGE_CONNECTED, FAILURE_CONNECTION_LOST, TRUE));
    g_assert_true(reconnects(STAGE_IPSEC, FAILURE_IPSEC_LOST, TRUE));
    g_assert_true(reconnects(STAGE_CONNECTED, FAILURE_GATEWAY_CLOSED, TRUE));
    g_assert_true(reconnects(STAGE_CONNECTED, FAILURE_TUNNEL_DIED, TRUE));
}

/* A hotel's portal knows no names; a gateway that restarts may refuse at first. */
static void test_what_has_worked_is_trusted(void)
{
    g_assert_true(reconnects(STAGE_RESOLVE, FAILURE_NAME_NOT_FOUND, TRUE));
    g_assert_false(reconnects(STAGE_RESOLVE, FAILURE_NAME_NOT_FOUND, FALSE));
    g_assert_true(reconnects(STAGE_IPSEC, FAILURE_NO_PROPOSAL_IKE, TRUE));
    g_assert_false(reconnects(STAGE_IPSEC, FAILURE_PSK_WRONG, FALSE));
    g_assert_false(reconnects(STAGE_PREPARE, FAILURE_PROFILE_INVALID, TRUE));
}

static void test_next_address(void)
{
    g_autoptr(Failure) silent = failure_new(STAGE_IPSEC, FAILURE_GATEWAY_SILENT, NULL);
    g_autoptr(Failure) refused = failure_new(STAGE_IPSEC, FAILURE_PSK_WRONG, NULL);

    g_assert_true(policy_try_next_address(silent, FALSE));
    g_assert_false(policy_try_next_address(refused, FALSE));
    /* A loss is a loss, whatever it looks like: reconnect, or don't, as the profile says. */
    g_assert_false(policy_try_next_address(silent, TRUE));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/policy/final", test_refused_password_is_final);
    g_test_add_func("/policy/losses", test_losses_come_back);
    g_test_add_func("/policy/trusted", test_what_has_worked_is_trusted);
    g_test_add_func("/policy/next-address", test_next_address);
    return g_test_run();
}
