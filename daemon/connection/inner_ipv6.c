/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets for IPv6 settings, and the settings that come back. */
#include "connection/inner_ipv6.h"

#include <string.h>
#include <unistd.h>

#include "host/autoconf.h"

static void forget(InnerIpv6 *ipv6)
{
    ipv6->address = ip_address_none();
    ipv6->n_dns = 0;
    for (guint i = 0; i < DHCP6_SEARCH_MAX; i++)
        g_clear_pointer(&ipv6->search[i], g_free);
}

void inner_ipv6_clear(InnerIpv6 *ipv6)
{
    if (ipv6->link_local.family != 0 && !ipv6->begun)
        close(ipv6->router_fd);
    ipv6->link_local = ip_address_none();
    forget(ipv6);
}

void inner_ipv6_prepare(InnerIpv6 *ipv6, HostLink *link, const IpAddress *link_local)
{
    g_autoptr(GError) error = NULL;

    if (link_local->family == 0 || ip_address_equal(link_local, &ipv6->link_local))
        return;
    inner_ipv6_clear(ipv6);
    ipv6->router_fd = host_autoconf_router_socket(link, &error);
    if (ipv6->router_fd < 0) {
        g_message("no IPv6 settings: %s", error->message);
        return;
    }
    ipv6->begun = FALSE;
    ipv6->link_local = *link_local;
}

/* The same for this profile on this machine each time, so that a server may give the same address
 * again; another for its copy elsewhere; and nothing that tells who it is. */
static void make_identity(Profile *profile, guint8 identity[DHCP6_IDENTITY_SIZE])
{
    const char *uuid = profile_get_string(profile, FIELD_CONNECTION_UUID);
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *machine = NULL;
    guint8 digest[32];
    gsize length = sizeof digest;

    if (g_file_get_contents("/etc/machine-id", &machine, NULL, NULL))
        g_checksum_update(checksum, (const guchar *)machine, -1);
    g_checksum_update(checksum, (const guchar *)g_get_host_name(), -1);
    g_checksum_update(checksum, (const guchar *)"causeway DHCPv6", -1);
    g_checksum_update(checksum, (const guchar *)uuid, -1);
    g_checksum_get_digest(checksum, digest, &length);
    memcpy(identity, digest, DHCP6_IDENTITY_SIZE);
}

void inner_ipv6_begin(InnerIpv6 *ipv6, HostLink *link, Profile *profile, TunnelProcess *tunnel)
{
    g_autoptr(GError) error = NULL;
    TunnelIpv6 start = { 0 };

    if (ipv6->link_local.family == 0 || ipv6->begun)
        return;
    int dhcp6_fd = host_autoconf_dhcp6_socket(link, &ipv6->link_local, &error);
    if (dhcp6_fd < 0) {
        g_message("no IPv6 settings: %s", error->message);
        inner_ipv6_clear(ipv6);
        return;
    }
    make_identity(profile, start.identity);
    host_autoconf_flags(link, &start.managed, &start.other);
    tunnel_process_give_ipv6(tunnel, &start, (const int[]){ ipv6->router_fd, dhcp6_fd });
    ipv6->begun = TRUE;
    close(ipv6->router_fd);
    close(dhcp6_fd);
}

void inner_ipv6_learn(InnerIpv6 *ipv6, const Dhcp6Settings *settings)
{
    forget(ipv6);
    if (settings->has_address) {
        ipv6->address.family = AF_INET6;
        memcpy(ipv6->address.bytes, settings->address, sizeof settings->address);
    }
    for (; ipv6->n_dns < settings->n_dns; ipv6->n_dns++) {
        ipv6->dns[ipv6->n_dns].family = AF_INET6;
        memcpy(ipv6->dns[ipv6->n_dns].bytes, settings->dns[ipv6->n_dns], 16);
    }
    for (guint i = 0; i < settings->n_search; i++)
        ipv6->search[i] = g_strdup(settings->search[i]);
}

void inner_ipv6_fill(const InnerIpv6 *ipv6, PlanNegotiated *negotiated)
{
    negotiated->ipv6_global = ipv6->address;
    negotiated->ipv6_dns = ipv6->dns;
    negotiated->n_ipv6_dns = ipv6->n_dns;
    negotiated->search = (const char *const *)ipv6->search;
}
