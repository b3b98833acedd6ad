/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a StopCCN or CDN says, as a failure with words for the user. */
#pragma once

#include "base/failure.h"

#include "l2tp/message.h"

/* `up`: PPP was already running, so this is an end and no refusal. */
Failure *l2tp_reason_stopccn(const L2tpMessage *message, gboolean up);
Failure *l2tp_reason_cdn(const L2tpMessage *message, gboolean up);
/* The address to dial instead, if a StopCCN names one (result 2, error 7); NULL: it does not. */
char *l2tp_reason_redirect(const L2tpMessage *message);
