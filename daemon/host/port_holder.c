/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a UDP port to its socket's inode and from there to a process, all by /proc. */
#include "host/port_holder.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Lines of /proc/net/udp: "2: 00000000:06A5 00000000:0000 07 00000000:00000000 00:00000000 00000000
 * 0 0 12345 ...", an address of 8 or 32 digits, the port in hexadecimal, the inode as tenth. */
static guint64 port_inode_in(const char *path, guint16 port)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    lines = g_strsplit(text, "\n", -1);
    for (gsize i = 1; lines[i] != NULL; i++) { /* the first is the heading */
        guint local;
        guint64 inode;

        if (sscanf(lines[i], " %*s %*[0-9A-F]:%x %*s %*s %*s %*s %*s %*s %*s %" G_GUINT64_FORMAT,
                   &local, &inode) == 2 && local == port && inode != 0)
            return inode;
    }
    return 0;
}

static guint64 port_inode(guint16 port)
{
    guint64 inode = port_inode_in("/proc/net/udp", port);

    return inode != 0 ? inode : port_inode_in("/proc/net/udp6", port);
}

static gboolean process_has_socket(const char *pid, const char *wanted)
{
    g_autofree char *folder = g_build_filename("/proc", pid, "fd", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        char target[64] = "";

        if (readlink(path, target, sizeof target - 1) > 0 && strcmp(target, wanted) == 0)
            return TRUE;
    }
    return FALSE;
}

char *port_holder_find(guint16 port)
{
    guint64 inode = port_inode(port);
    g_autofree char *wanted = g_strdup_printf("socket:[%" G_GUINT64_FORMAT "]", inode);
    g_autoptr(GDir) proc = g_dir_open("/proc", 0, NULL);
    const char *pid;

    while (inode != 0 && proc != NULL && (pid = g_dir_read_name(proc)) != NULL) {
        g_autofree char *path = g_build_filename("/proc", pid, "comm", NULL);
        g_autofree char *name = NULL;

        if (!g_ascii_isdigit(pid[0]) || !process_has_socket(pid, wanted) ||
            !g_file_get_contents(path, &name, NULL, NULL))
            continue;
        return g_strdup_printf("%s (process %s)", g_strchomp(name), pid);
    }
    return NULL;
}
