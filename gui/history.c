/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last minute of throughput. */
#include "history.h"

#include <string.h>

/* Below this a graph of nothing but keep-alives would look like a storm. */
#define SCALE_LEAST 10000
/* Far above what any link carries, and below where a count in one number ends. */
#define RATE_MOST ((guint64)1000000 * 1000000 * 1000000)

void history_clear(History *history)
{
    memset(history, 0, sizeof *history);
}

static void push(guint64 *values, guint64 value)
{
    memmove(values, values + 1, (HISTORY_LENGTH - 1) * sizeof *values);
    values[HISTORY_LENGTH - 1] = value;
}

static guint64 rate(guint64 bytes, double seconds)
{
    double value = (double)bytes / seconds;

    return value < (double)RATE_MOST ? (guint64)value : RATE_MOST;
}

void history_add(History *history, gint64 now, guint64 rx_bytes, guint64 tx_bytes)
{
    gint64 elapsed = now - history->last_time;
    gboolean usable = history->begun && elapsed > 0 && rx_bytes >= history->last_rx &&
                      tx_bytes >= history->last_tx;

    if (usable) {
        double seconds = (double)elapsed / G_USEC_PER_SEC;
        push(history->rx, rate(rx_bytes - history->last_rx, seconds));
        push(history->tx, rate(tx_bytes - history->last_tx, seconds));
        history->count = MIN(history->count + 1, HISTORY_LENGTH);
    }
    history->begun = TRUE;
    history->last_time = now;
    history->last_rx = rx_bytes;
    history->last_tx = tx_bytes;
}

guint64 history_rx(const History *history)
{
    return history->rx[HISTORY_LENGTH - 1];
}

guint64 history_tx(const History *history)
{
    return history->tx[HISTORY_LENGTH - 1];
}

guint64 history_scale(const History *history)
{
    guint64 most = SCALE_LEAST, unit = 1;

    for (guint i = 0; i < HISTORY_LENGTH; i++)
        most = MAX(most, MAX(history->rx[i], history->tx[i]));
    while (unit * 10 < most)
        unit *= 10;
    if (unit * 2 >= most)
        return unit * 2;
    if (unit * 3 >= most)
        return unit * 3;
    return unit * 5 >= most ? unit * 5 : unit * 10;
}
