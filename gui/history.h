/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last minute of throughput, from counts of bytes.  Time comes in as an argument. */
#pragma once

#include <glib.h>

#define HISTORY_LENGTH 60

typedef struct {
    guint64 rx[HISTORY_LENGTH], tx[HISTORY_LENGTH]; /* bytes per second, the newest last */
    guint count;                                    /* how many of them are known */
    gboolean begun;
    gint64 last_time; /* microseconds */
    guint64 last_rx, last_tx;
} History;

void history_clear(History *history);
/* Counts that go back, as of a new interface, begin anew without a peak. */
void history_add(History *history, gint64 now, guint64 rx_bytes, guint64 tx_bytes);
/* The newest; 0 before there are two counts. */
guint64 history_rx(const History *history);
guint64 history_tx(const History *history);
/* A round number of bytes per second that nothing in the history exceeds. */
guint64 history_scale(const History *history);
