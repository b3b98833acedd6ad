/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which failures are worth another try without asking anybody. */
#include "connection/policy.h"

gboolean policy_try_next_address(const Failure *failure, gboolean connected)
{
    if (connected)
        return FALSE;
    return failure->code == FAILURE_GATEWAY_SILENT ||
           failure->code == FAILURE_NETWORK_UNREACHABLE ||
           failure->code == FAILURE_IKE_PORT_BLOCKED;
}

gboolean policy_try_another_port(const Failure *failure)
{
    return failure->code == FAILURE_PPP_SILENT;
}

gboolean policy_reconnect(const Failure *failure, gboolean was_connected)
{
    if (failure->code == FAILURE_CANCELLED || failure->code == FAILURE_GATEWAY_NOT_AUTHENTIC)
        return FALSE;
    if (failure_code_is_transient(failure->code))
        return TRUE;
    if (!was_connected)
        return FALSE;
    switch (failure->stage) {
    case STAGE_RESOLVE:
    case STAGE_IPSEC:
    case STAGE_L2TP:
    case STAGE_PPP:
    case STAGE_NETWORK:
    case STAGE_CONNECTED:
        return TRUE;
    case STAGE_PREPARE:
    case STAGE_AUTHENTICATION:
        return FALSE;
    }
    return FALSE;
}
