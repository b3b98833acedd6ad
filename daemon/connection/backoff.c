/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long to wait before a lost connection is tried again. */
#include "connection/backoff.h"

Usec backoff_delay(guint attempt, guint32 random)
{
    if (attempt == 0)
        return 0;
    Usec delay = attempt > 6 ? BACKOFF_CAP : MIN(USEC_PER_SEC << (attempt - 1), BACKOFF_CAP);
    /* From three quarters to five quarters of it, never above the cap. */
    return MIN(delay * 3 / 4 + (delay / 2) * (random >> 16) / G_MAXUINT16, BACKOFF_CAP);
}
