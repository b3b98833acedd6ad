/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long to wait before a lost connection is tried again: at once first, then from one
 * second doubling to a minute, each spread by a quarter so that the clients of a gateway that
 * comes back do not all knock in the same instant. */
#pragma once

#include "base/usec.h"

#define BACKOFF_CAP (60 * USEC_PER_SEC)

/* `attempt` counts from 0; `random` is any random number. */
Usec backoff_delay(guint attempt, guint32 random);
