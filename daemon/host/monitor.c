/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An rtnetlink socket that listens to everybody's changes, as a GSource. */
#include "host/monitor.h"

#include "host/host.h"

#include <errno.h>
#include <glib-unix.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

struct Monitor {
    int fd;
    GSource *source;
    MonitorCallback callback;
    gpointer user_data;
};

static gboolean monitor_ready(int fd, GIOCondition condition, gpointer user_data)
{
    Monitor *monitor = user_data;
    char buffer[1];

    /* What the messages say does not matter: a byte of each is enough to take it off. */
    while (recv(fd, buffer, sizeof buffer, MSG_DONTWAIT) >= 0 || errno == EINTR ||
           errno == ENOBUFS)
        continue;
    monitor->callback(monitor->user_data);
    return G_SOURCE_CONTINUE;
}

Monitor *monitor_new(MonitorCallback callback, gpointer user_data, GError **error)
{
    const struct sockaddr_nl address = {
        .nl_family = AF_NETLINK,
        .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
                     RTMGRP_IPV6_ROUTE,
    };
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    Monitor *monitor;

    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
        g_set_error(error, HOST_ERROR, HOST_ERROR_SYSTEM, "rtnetlink: %s", g_strerror(errno));
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    monitor = g_new0(Monitor, 1);
    monitor->fd = fd;
    monitor->callback = callback;
    monitor->user_data = user_data;
    monitor->source = g_unix_fd_source_new(fd, G_IO_IN);
    g_source_set_callback(monitor->source, G_SOURCE_FUNC(monitor_ready), monitor, NULL);
    g_source_attach(monitor->source, g_main_context_get_thread_default());
    return monitor;
}

void monitor_free(Monitor *monitor)
{
    if (monitor == NULL)
        return;
    g_source_destroy(monitor->source);
    g_source_unref(monitor->source);
    close(monitor->fd);
    g_free(monitor);
}
