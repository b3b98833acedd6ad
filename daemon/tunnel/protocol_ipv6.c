/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages about IPv6 inside the tunnel. */
#include "tunnel/protocol_ipv6.h"

#include <string.h>

GVariant *tunnel_pack_ipv6(const TunnelMessage *message)
{
    const TunnelIpv6 *i = &message->ipv6;

    return g_variant_new("(@aybb)",
                         g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, i->identity,
                                                   sizeof i->identity, 1),
                         i->managed != FALSE, i->other != FALSE);
}

void tunnel_unpack_ipv6(TunnelMessage *message, GVariant *body)
{
    g_autoptr(GVariant) identity = NULL;

    g_variant_get(body, "(@aybb)", &identity, &message->ipv6.managed, &message->ipv6.other);
    /* A shorter one is filled with zeros: any bytes will do. */
    memcpy(message->ipv6.identity, g_variant_get_data(identity),
           MIN(g_variant_get_size(identity), sizeof message->ipv6.identity));
}

GVariant *tunnel_pack_settings(const TunnelMessage *message)
{
    const Dhcp6Settings *s = message->settings;
    GVariantBuilder dns, search;

    g_variant_builder_init(&dns, G_VARIANT_TYPE("aay"));
    g_variant_builder_init(&search, G_VARIANT_TYPE("as"));
    for (guint i = 0; i < s->n_dns; i++)
        g_variant_builder_add_value(
            &dns, g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, s->dns[i], 16, 1));
    for (guint i = 0; i < s->n_search; i++)
        g_variant_builder_add(&search, "s", s->search[i]);
    return g_variant_new("(@ayaayas)",
                         g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, s->address,
                                                   s->has_address ? 16 : 0, 1),
                         &dns, &search);
}

static gboolean unpack_address(GVariant *value, guint8 address[16])
{
    gsize length = g_variant_get_size(value);

    if (length == 16)
        memcpy(address, g_variant_get_data(value), 16);
    return length == 16;
}

/* What does not fit leaves no settings behind, which tunnel_valid_settings() refuses. */
void tunnel_unpack_settings(TunnelMessage *message, GVariant *body)
{
    g_autoptr(GVariant) address = g_variant_get_child_value(body, 0);
    g_autoptr(GVariant) dns = g_variant_get_child_value(body, 1);
    g_autoptr(GVariant) search = g_variant_get_child_value(body, 2);
    g_autofree Dhcp6Settings *s = g_new0(Dhcp6Settings, 1);
    gsize n_dns = g_variant_n_children(dns), n_search = g_variant_n_children(search);

    if (n_dns > DHCP6_DNS_MAX || n_search > DHCP6_SEARCH_MAX)
        return;
    s->has_address = g_variant_get_size(address) != 0;
    if (s->has_address && !unpack_address(address, s->address))
        return;
    for (; s->n_dns < n_dns; s->n_dns++) {
        g_autoptr(GVariant) server = g_variant_get_child_value(dns, s->n_dns);
        if (!unpack_address(server, s->dns[s->n_dns]))
            return;
    }
    for (; s->n_search < n_search; s->n_search++) {
        const char *name;
        g_variant_get_child(search, s->n_search, "&s", &name);
        if (strlen(name) > DHCP6_NAME_MAX)
            return;
        g_strlcpy(s->search[s->n_search], name, sizeof s->search[0]);
    }
    message->settings = g_steal_pointer(&s);
}

gboolean tunnel_valid_settings(const TunnelMessage *message)
{
    return message->settings && dhcp6_settings_valid(message->settings);
}
