/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watches the way to the gateway and the machine's sleep.  Nothing polls: rtnetlink tells of
 * changes, logind of sleep to come, and a timer that the kernel cancels whenever the clocks
 * jump (TFD_TIMER_CANCEL_ON_SET, which a resume does) of sleep that was. */
#include "host/watch.h"

#include "host/host.h"
#include "host/monitor.h"

#include <errno.h>
#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define LOGIND_NAME "org.freedesktop.login1"
#define LOGIND_PATH "/org/freedesktop/login1"
#define LOGIND_INTERFACE "org.freedesktop.login1.Manager"
#define SLEPT_MIN_USEC 500000 /* less is not sleep but the clocks' own noise */

struct HostWatch {
    HostWatchCallback callback;
    gpointer user_data;
    GatewayPath path; /* the last one that was told */
    gboolean reachable;
    guint pins;
    int own_ifindex;
    Monitor *monitor;
    int timer_fd;
    GSource *timer;
    gint64 offset; /* CLOCK_BOOTTIME - CLOCK_MONOTONIC: time slept since the machine's start, µs */
    gboolean sleeping; /* told, and no WAKE yet */
    GDBusConnection *bus;
    guint subscription;
    GCancellable *cancellable;
    int inhibitor; /* logind's lock, or -1 */
    gboolean let_go; /* the machine may sleep: a lock that comes now comes too late */
};

static void watch_changed(gpointer user_data)
{
    HostWatch *watch = user_data;
    guint pins = gateway_path_pins(&watch->path.gateway);
    gboolean pin_lost = pins < watch->pins;
    GatewayPath path;

    watch->pins = pins;
    if (!gateway_path_lookup_below(&watch->path.gateway, watch->own_ifindex, &path, NULL)) {
        if (watch->reachable) {
            watch->reachable = FALSE;
            watch->callback(watch, HOST_WATCH_PATH, NULL, 0, watch->user_data);
        }
        return;
    }
    if (watch->reachable && !pin_lost && gateway_path_equal(&path, &watch->path))
        return;
    watch->reachable = TRUE;
    watch->path = path;
    watch->callback(watch, HOST_WATCH_PATH, &path, 0, watch->user_data);
}

static gint64 clock_offset(void)
{
    struct timespec boot, monotonic;

    clock_gettime(CLOCK_MONOTONIC, &monotonic);
    clock_gettime(CLOCK_BOOTTIME, &boot);
    return (boot.tv_sec - monotonic.tv_sec) * G_USEC_PER_SEC +
           (boot.tv_nsec - monotonic.tv_nsec) / 1000;
}

/* Returns how long the machine has slept since the last time. */
static guint64 watch_take_slept(HostWatch *watch)
{
    gint64 offset = clock_offset(), slept = offset - watch->offset;

    watch->offset = offset;
    return slept >= SLEPT_MIN_USEC ? (guint64)slept : 0;
}

static void watch_inhibit(HostWatch *watch);

static void watch_woke(HostWatch *watch, guint64 slept)
{
    watch->sleeping = watch->let_go = FALSE;
    watch_inhibit(watch);
    watch->callback(watch, HOST_WATCH_WAKE, watch->reachable ? &watch->path : NULL, slept,
                    watch->user_data);
}

static int timer_arm(int fd)
{
    /* Never expires; only its being cancelled matters. */
    const struct itimerspec never = { .it_value.tv_sec = G_MAXINT32 };

    return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL);
}

static gboolean timer_ready(int fd, GIOCondition condition, gpointer user_data)
{
    HostWatch *watch = user_data;
    guint64 expirations, slept;

    if (read(fd, &expirations, sizeof expirations) < 0 && errno == EAGAIN)
        return G_SOURCE_CONTINUE;
    timer_arm(fd);
    slept = watch_take_slept(watch);
    if (slept > 0)
        watch_woke(watch, slept); /* may free the watch */
    return G_SOURCE_CONTINUE;
}

static void inhibit_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GUnixFDList) fds = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish(
        G_DBUS_CONNECTION(source), &fds, result, &error);
    HostWatch *watch = user_data;
    int handle;

    /* Cancelled: the watch has gone.  Without logind nobody warns of sleep. */
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || reply == NULL)
        return;
    g_variant_get(reply, "(h)", &handle);
    /* One that was asked for before we let go of it would hold up the sleep until logind's
     * patience ends. */
    if (fds != NULL && watch->inhibitor < 0 && !watch->let_go)
        watch->inhibitor = g_unix_fd_list_get(fds, handle, NULL);
}

/* Asks logind to wait for us before the machine sleeps. */
static void watch_inhibit(HostWatch *watch)
{
    if (watch->bus == NULL || watch->inhibitor >= 0)
        return;
    g_dbus_connection_call_with_unix_fd_list(
        watch->bus, LOGIND_NAME, LOGIND_PATH, LOGIND_INTERFACE, "Inhibit",
        g_variant_new("(ssss)", "sleep", "Causeway", "VPN connections are prepared for sleep",
                      "delay"),
        G_VARIANT_TYPE("(h)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, watch->cancellable, inhibit_done,
        watch);
}

static void prepare_for_sleep(GDBusConnection *bus, const char *sender, const char *path,
                              const char *interface, const char *signal, GVariant *parameters,
                              gpointer user_data)
{
    HostWatch *watch = user_data;
    gboolean begins;

    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(b)")))
        return;
    g_variant_get(parameters, "(b)", &begins);
    if (begins) {
        watch->sleeping = TRUE;
        watch->callback(watch, HOST_WATCH_SLEEP, watch->reachable ? &watch->path : NULL, 0,
                        watch->user_data);
    } else if (watch->sleeping) {
        watch_woke(watch, watch_take_slept(watch));
    }
}

static gboolean watch_start_timer(HostWatch *watch, GError **error)
{
    watch->timer_fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (watch->timer_fd < 0 || timer_arm(watch->timer_fd) < 0) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_SYSTEM, "timer: %s", g_strerror(errno));
        return FALSE;
    }
    watch->offset = clock_offset();
    watch->timer = g_unix_fd_source_new(watch->timer_fd, G_IO_IN);
    g_source_set_callback(watch->timer, G_SOURCE_FUNC(timer_ready), watch, NULL);
    g_source_attach(watch->timer, g_main_context_get_thread_default());
    return TRUE;
}

HostWatch *host_watch_new(const GatewayPath *path, GDBusConnection *system_bus,
                          HostWatchCallback callback, gpointer user_data, GError **error)
{
    g_autoptr(HostWatch) watch = g_new0(HostWatch, 1);

    watch->callback = callback;
    watch->user_data = user_data;
    watch->path = *path;
    watch->reachable = TRUE;
    watch->timer_fd = watch->inhibitor = -1;
    watch->cancellable = g_cancellable_new();
    watch->pins = gateway_path_pins(&path->gateway);
    watch->monitor = monitor_new(watch_changed, watch, error);
    if (watch->monitor == NULL || !watch_start_timer(watch, error))
        return NULL;
    if (system_bus != NULL) {
        watch->bus = g_object_ref(system_bus);
        watch->subscription = g_dbus_connection_signal_subscribe(
            system_bus, LOGIND_NAME, LOGIND_INTERFACE, "PrepareForSleep", LOGIND_PATH, NULL,
            G_DBUS_SIGNAL_FLAGS_NONE, prepare_for_sleep, watch, NULL);
        watch_inhibit(watch);
    }
    return g_steal_pointer(&watch);
}

void host_watch_set_link(HostWatch *watch, int ifindex)
{
    watch->own_ifindex = ifindex;
}

void host_watch_sleep_ready(HostWatch *watch)
{
    watch->let_go = TRUE;
    if (watch->inhibitor >= 0)
        close(watch->inhibitor);
    watch->inhibitor = -1;
}

void host_watch_free(HostWatch *watch)
{
    if (watch == NULL)
        return;
    g_cancellable_cancel(watch->cancellable);
    g_object_unref(watch->cancellable);
    if (watch->subscription != 0)
        g_dbus_connection_signal_unsubscribe(watch->bus, watch->subscription);
    g_clear_object(&watch->bus);
    host_watch_sleep_ready(watch);
    g_clear_pointer(&watch->monitor, monitor_free);
    if (watch->timer != NULL) {
        g_source_destroy(watch->timer);
        g_source_unref(watch->timer);
    }
    if (watch->timer_fd >= 0)
        close(watch->timer_fd);
    g_free(watch);
}
