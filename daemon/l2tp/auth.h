/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnel authentication (RFC 2661 §5.1.1): a CHAP-like challenge and response. */
#pragma once

#include "base/secret.h"

#include "l2tp/avp.h"

#define L2TP_CHALLENGE_SIZE 16
#define L2TP_RESPONSE_SIZE 16

/* The response that a message of type `message` carries (§4.4.3). */
void l2tp_auth_response(L2tpMessageType message, const Secret *secret, const guint8 *challenge,
    gsize length, guint8 ret_response[L2TP_RESPONSE_SIZE]);
/* Compares in constant time; FALSE also for a response of another length. */
gboolean l2tp_auth_verify(L2tpMessageType message, const Secret *secret, const guint8 *challenge,
    gsize challenge_length, const guint8 *response, gsize response_length);
