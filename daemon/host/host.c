/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's one hold on the machine: lock, journal, rtnetlink socket. */
#include "host/host_internal.h"

#include "host/xfrm.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

#define RESOLV_CONF "/etc/resolv.conf"

G_DEFINE_QUARK(causeway-host-error, host_error)

/* The lock belongs to the descriptor: it is gone with its holder, whatever killed it, and
 * needs no process number that could come to mean somebody else. */
static int host_lock(const char *run_folder, GError **error)
{
    g_autofree char *path = g_build_filename(run_folder, "lock", NULL);
    int fd = -1;

    if (g_mkdir_with_parents(run_folder, 0755) == 0)
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    g_set_error(error, HOST_ERROR, errno == EWOULDBLOCK ? HOST_ERROR_BUSY : HOST_ERROR_SYSTEM,
                "%s: %s", path,
                errno == EWOULDBLOCK ? "another causewayd holds it" : g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static void host_recover(Host *host)
{
    g_autoptr(GError) error = NULL;
    guint left = journal_undo(host->journal, host_undo_change, host);

    if (left > 0)
        g_warning("%u changes of an earlier run could not be undone", left);
    if (!xfrm_flush(HOST_REQID_FIRST, HOST_REQID_LAST, &error))
        g_warning("%s", error->message);
}

Host *host_new(const char *run_folder, GError **error)
{
    g_autoptr(Host) host = g_new0(Host, 1);
    g_autofree char *journal = g_build_filename(run_folder, "journal", NULL);

    host->run_folder = g_strdup(run_folder);
    host->lock_fd = host_lock(run_folder, error);
    if (host->lock_fd < 0)
        return NULL;
    host->netlink = netlink_open(NETLINK_ROUTE, error);
    if (host->netlink == NULL)
        return NULL;
    host->journal = journal_open(journal, error);
    if (host->journal == NULL)
        return NULL;
    host->resolv_file = resolv_file_new(RESOLV_CONF, host->journal);
    host_recover(host);
    return g_steal_pointer(&host);
}

void host_free(Host *host)
{
    if (host == NULL)
        return;
    resolv_file_free(host->resolv_file);
    journal_free(host->journal);
    netlink_close(host->netlink);
    if (host->lock_fd >= 0)
        close(host->lock_fd);
    g_free(host->run_folder);
    g_free(host);
}
