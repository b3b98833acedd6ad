/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a UDP port to its socket's inode (sock_diag) and from there to a process (/proc). */
#include "host/port_holder.h"

#include "host/netlink.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    guint16 port;
    guint32 inode;
} PortSearch;

static int port_match(const struct nlmsghdr *message, void *data)
{
    const struct inet_diag_msg *diag = mnl_nlmsg_get_payload(message);
    PortSearch *search = data;

    if (mnl_nlmsg_get_payload_len(message) >= sizeof *diag &&
        g_ntohs(diag->id.idiag_sport) == search->port && diag->idiag_inode != 0)
        search->inode = diag->idiag_inode;
    return MNL_CB_OK;
}

static guint32 port_inode(guint16 port)
{
    static const guint8 families[] = { AF_INET, AF_INET6 };
    g_autoptr(Netlink) netlink = netlink_open(NETLINK_SOCK_DIAG, NULL);
    PortSearch search = { .port = port };

    for (gsize i = 0; netlink != NULL && i < G_N_ELEMENTS(families) && search.inode == 0; i++) {
        char buffer[NETLINK_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
        struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
        struct inet_diag_req_v2 *request = mnl_nlmsg_put_extra_header(message, sizeof *request);

        message->nlmsg_type = SOCK_DIAG_BY_FAMILY;
        message->nlmsg_flags = NLM_F_DUMP;
        request->sdiag_family = families[i];
        request->sdiag_protocol = IPPROTO_UDP;
        request->idiag_states = ~0u;
        netlink_talk(netlink, message, port_match, &search);
    }
    return search.inode;
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
    guint32 inode = port_inode(port);
    g_autofree char *wanted = g_strdup_printf("socket:[%u]", inode);
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
