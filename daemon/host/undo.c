/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Undoes one journalled change after its maker has died.  The change may have been made or not,
 * and what it made may be gone or somebody else's by now. */
#include "host/host_internal.h"

#include "host/dns.h"
#include "host/interface.h"
#include "host/route.h"
#include "host/xfrm.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

static gboolean undo_link(GVariant *details, Host *host)
{
    const char *name;
    char kind[16];
    guint mtu;
    int ifindex, result;

    if (!g_variant_lookup(details, "name", "&s", &name))
        return TRUE;
    ifindex = interface_index(host->netlink, name);
    if (ifindex < 0 || interface_describe(host->netlink, ifindex, kind, &mtu) < 0)
        return TRUE;
    /* The name was free when the entry was written, so what carries it is the dead one's; but
     * only what we make is ever deleted. */
    if (strcmp(kind, "tun") != 0 && strcmp(kind, "ppp") != 0)
        return TRUE;
    result = interface_delete(host->netlink, ifindex);
    if (result < 0 && result != -ENODEV)
        g_warning("interface %s stays: %s", name, g_strerror(-result));
    return result == 0 || result == -ENODEV;
}

static gboolean undo_route(GVariant *details, Host *host)
{
    Route route = { .table = RT_TABLE_MAIN };
    const char *destination, *next_hop, *source;
    guint type, protocol;
    int result;

    if (!g_variant_lookup(details, "destination", "&s", &destination) ||
        !g_variant_lookup(details, "next-hop", "&s", &next_hop) ||
        !g_variant_lookup(details, "source", "&s", &source) ||
        !g_variant_lookup(details, "interface", "i", &route.ifindex) ||
        !g_variant_lookup(details, "metric", "u", &route.metric) ||
        !g_variant_lookup(details, "type", "u", &type) ||
        !g_variant_lookup(details, "protocol", "u", &protocol) ||
        !ip_prefix_parse(destination, &route.destination))
        return TRUE;
    route.type = (guint8)type;
    route.protocol = (guint8)protocol;
    ip_address_parse(next_hop, &route.next_hop);
    ip_address_parse(source, &route.source);
    result = route_delete(host->netlink, &route);
    if (result < 0 && result != -ESRCH && result != -ENODEV && result != -ENETDOWN) {
        g_warning("route to %s stays: %s", destination, g_strerror(-result));
        return FALSE;
    }
    return TRUE;
}

static gboolean undo_resolvconf(GVariant *details)
{
    const char *name;

    return !g_variant_lookup(details, "name", "&s", &name) || dns_resolvconf_delete(name);
}

gboolean host_undo_change(const char *kind, GVariant *details, gpointer host)
{
    if (strcmp(kind, CHANGE_LINK) == 0)
        return undo_link(details, host);
    if (strcmp(kind, CHANGE_ROUTE) == 0)
        return undo_route(details, host);
    if (strcmp(kind, CHANGE_RESOLVCONF) == 0)
        return undo_resolvconf(details);
    if (strcmp(kind, CHANGE_RESOLV_FILE) == 0)
        return resolv_file_restore(details);
    g_warning("the journal has a change of unknown kind \"%s\"", kind);
    return TRUE;
}
