/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which failures are worth another try without asking anybody. */
#pragma once

#include "base/failure.h"

/* Whether the next address of the same gateway may fare better.  `connected`: it is a connection
 * that was lost, not one that did not come about: that is for policy_reconnect(). */
gboolean policy_try_next_address(const Failure *failure, gboolean connected);
/* Whether another UDP port on this side may fare better: a gateway on which an earlier tunnel
 * of this computer was never closed (a crash, a kill) may deliver to that one. */
gboolean policy_try_another_port(const Failure *failure);
/* Whether a connection is taken up again by itself.  `was_connected`: it has worked with these
 * very settings, so a complaint about them is more likely the network's or a gateway's that is
 * starting; a refused password stays final all the same, because accounts get locked. */
gboolean policy_reconnect(const Failure *failure, gboolean was_connected);
