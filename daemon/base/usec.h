/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time as the engines see it: microseconds of CLOCK_BOOTTIME, handed in by their driver, so
 * that an hour's sleep counts as an hour and a test may run on time of its own. */
#pragma once

#include <glib.h>

typedef guint64 Usec;

#define USEC_PER_MSEC ((Usec)1000)
#define USEC_PER_SEC ((Usec)1000000)
#define USEC_NEVER G_MAXUINT64

/* Saturates at USEC_NEVER. */
static inline Usec usec_add(Usec a, Usec b)
{
    return b > USEC_NEVER - a ? USEC_NEVER : a + b;
}

/* How long from `now` to `deadline`: zero when it has passed, USEC_NEVER when it never comes. */
static inline Usec usec_until(Usec deadline, Usec now)
{
    if (deadline == USEC_NEVER)
        return USEC_NEVER;
    return deadline > now ? deadline - now : 0;
}
