/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tunnel's interface, whichever kind it is: the first free name "causewayN". */
#include "host/link.h"

#include "host/host_internal.h"
#include "host/interface.h"
#include "host/ppp_unit.h"
#include "host/tun.h"

#include <errno.h>
#include <net/if.h>
#include <unistd.h>

#define LINK_COUNT_MAX 1000u

struct HostLink {
    Host *host;
    HostLinkKind kind;
    char name[IF_NAMESIZE];
    int ifindex;
    int fd;
    guint offloads;
    guint64 entry;
};

static int link_open(HostLink *link)
{
    switch (link->kind) {
    case HOST_LINK_TUN:
        return tun_open(link->name, &link->offloads);
    case HOST_LINK_PPP:
        return ppp_unit_open(link->host->netlink, link->name);
    }
    return -EINVAL;
}

/* The journal knows the name before the interface exists. */
static int link_try(HostLink *link, GError **error)
{
    int fd;

    link->entry = journal_add(link->host->journal, CHANGE_LINK,
                              g_variant_new_parsed("{'name': <%s>}", link->name), error);
    if (link->entry == 0)
        return -EIO;
    fd = link_open(link);
    if (fd < 0)
        journal_remove(link->host->journal, link->entry);
    return fd;
}

HostLink *host_link_new(Host *host, HostLinkKind kind, GError **error)
{
    g_autofree HostLink *link = g_new0(HostLink, 1);
    int fd = -EEXIST;

    link->host = host;
    link->kind = kind;
    for (guint i = 0; i < LINK_COUNT_MAX && (fd == -EEXIST || fd == -EBUSY); i++) {
        g_snprintf(link->name, sizeof link->name, "causeway%u", i);
        if (interface_index(host->netlink, link->name) == -ENODEV)
            fd = link_try(link, error);
    }
    if (fd < 0) {
        gboolean missing = fd == -ENOENT || fd == -ENXIO || fd == -ENODEV || fd == -EOPNOTSUPP;

        if (error == NULL || *error == NULL)
            g_set_error(error, HOST_ERROR, missing ? HOST_ERROR_NO_PATH : HOST_ERROR_SYSTEM,
                        "%s interface: %s", kind == HOST_LINK_TUN ? "TUN" : "PPP",
                        g_strerror(-fd));
        return NULL;
    }
    link->fd = fd;
    link->ifindex = interface_index(host->netlink, link->name);
    return g_steal_pointer(&link);
}

void host_link_free(HostLink *link)
{
    if (link == NULL)
        return;
    /* Not by closing alone: a tunnel process that still has a duplicate must not keep it. */
    interface_delete(link->host->netlink, link->ifindex);
    close(link->fd);
    journal_remove(link->host->journal, link->entry);
    g_free(link);
}

Host *host_link_host(const HostLink *link)
{
    return link->host;
}

HostLinkKind host_link_kind(const HostLink *link)
{
    return link->kind;
}

const char *host_link_name(const HostLink *link)
{
    return link->name;
}

int host_link_ifindex(const HostLink *link)
{
    return link->ifindex;
}

int host_link_fd(const HostLink *link)
{
    return link->fd;
}

guint host_link_offloads(const HostLink *link)
{
    return link->offloads;
}

gboolean host_link_statistics(const HostLink *link, HostStatistics *ret_statistics, GError **error)
{
    int result = interface_statistics(link->host->netlink, link->ifindex, ret_statistics);

    return result == 0 || netlink_fail(error, result, "counters of %s", link->name);
}

gboolean host_link_attach(HostLink *link, HostChannel *channel, GError **error)
{
    return ppp_unit_connect(link->fd, host_channel_fd(channel), error);
}

gboolean host_link_configure_ppp(HostLink *link, guint mru, gboolean ipv4, gboolean ipv6,
                                 GError **error)
{
    return ppp_unit_configure(link->fd, mru, ipv4, ipv6, error);
}
