/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sleep is seen from the clocks where nobody warns of it; a clock that is set, by a person or by NTP,
 * is not taken for it.  Only in a machine of its own (in-uml), whose clock it sets. */
#include <time.h>

#include "host/watch.h"

typedef struct {
    guint events;
} Seen;

static void seen(HostWatch *watch, HostWatchEvent event, const GatewayPath *path,
                 guint64 slept_usec, gpointer user_data)
{
    Seen *record = user_data;

    record->events++;
}

static HostWatch *watch_new(Seen *record)
{
    g_autoptr(GError) error = NULL;
    GatewayPath path = { .ifindex = 1 };

    g_assert_true(ip_address_parse("203.0.113.10", &path.gateway));
    HostWatch *watch = host_watch_new(&path, NULL, seen, record, &error);
    g_assert_no_error(error);
    return watch;
}

/* By an hour, and back. */
static void test_clock_set(void)
{
    Seen record = { 0 };
    HostWatch *watch = watch_new(&record);

    for (int i = 0; i < 4; i++) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        now.tv_sec += i % 2 == 0 ? 3600 : -3600;
        g_assert_cmpint(clock_settime(CLOCK_REALTIME, &now), ==, 0);
        /* The kernel has cancelled the watch's timer by now. */
        guint handled = 0;
        while (g_main_context_iteration(NULL, FALSE))
            handled++;
        g_assert_cmpuint(handled, >, 0);
    }
    g_assert_cmpuint(record.events, ==, 0);
    host_watch_free(watch);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clock/set", test_clock_set);
    return g_test_run();
}
