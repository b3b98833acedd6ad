/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan in NetworkManager's words.  IPv4 addresses are numbers in network order there, IPv6
 * addresses arrays of 16 bytes. */
#include "network.h"

#include <arpa/inet.h>
#include <libnm/NetworkManager.h>
#include <string.h>

static const char *plan_string(GVariant *plan, const char *key)
{
    const char *text = "";

    g_variant_lookup(plan, key, "&s", &text);
    return text;
}

static gboolean plan_boolean(GVariant *plan, const char *key)
{
    gboolean value = FALSE;

    return g_variant_lookup(plan, key, "b", &value) && value;
}

/* NULL: not an address of that family. */
static GVariant *address_of(int family, const char *text)
{
    guint8 bytes[16];
    guint32 word;

    if (inet_pton(family, text, bytes) != 1)
        return NULL;
    if (family == AF_INET6)
        return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, sizeof bytes, 1);
    memcpy(&word, bytes, sizeof word);
    return g_variant_new_uint32(word);
}

static gboolean put_address(GVariantDict *dict, const char *key, int family, const char *text)
{
    GVariant *value = address_of(family, text);

    if (value)
        g_variant_dict_insert_value(dict, key, value);
    return value != NULL;
}

static void put_dns(GVariantDict *dict, int family, GVariant *plan)
{
    g_autoptr(GVariant) servers =
        g_variant_lookup_value(plan, "dns", G_VARIANT_TYPE_STRING_ARRAY);
    GVariantBuilder builder;
    GVariantIter iter;
    const char *text;

    g_variant_builder_init(&builder, family == AF_INET ? G_VARIANT_TYPE("au")
                                                       : G_VARIANT_TYPE("aay"));
    if (servers) {
        g_variant_iter_init(&iter, servers);
        while (g_variant_iter_next(&iter, "&s", &text)) {
            GVariant *address = address_of(family, text);
            if (address)
                g_variant_builder_add_value(&builder, address);
        }
    }
    g_variant_dict_insert_value(dict, NM_VPN_PLUGIN_IP4_CONFIG_DNS,
                                g_variant_builder_end(&builder));
}

static void put_search(GVariantDict *dict, GVariant *plan)
{
    GVariant *search = g_variant_lookup_value(plan, "search", G_VARIANT_TYPE_STRING_ARRAY);

    if (search)
        g_variant_dict_insert_value(dict, NM_VPN_PLUGIN_IP4_CONFIG_DOMAINS, search);
    g_clear_pointer(&search, g_variant_unref);
}

/* Next hop and metric are NetworkManager's matter: the link has no neighbours. */
static void add_route(GVariantBuilder *builder, int family, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "/", 2);
    GVariant *network = address_of(family, parts[0] ? parts[0] : "");
    guint64 prefix = 0;

    if (!network)
        return;
    if (!parts[1] || !g_ascii_string_to_unsigned(parts[1], 10, 0, 128, &prefix, NULL)) {
        g_variant_unref(g_variant_ref_sink(network));
    } else if (family == AF_INET6) {
        GVariant *none = address_of(AF_INET6, "::");
        g_variant_builder_add(builder, "(@ayu@ayu)", network, (guint32)prefix, none, 0u);
    } else {
        g_autoptr(GVariant) owned = g_variant_ref_sink(network);
        guint32 words[] = {g_variant_get_uint32(owned), (guint32)prefix, 0, 0};
        g_variant_builder_add_value(builder, g_variant_new_fixed_array(G_VARIANT_TYPE_UINT32, words,
                                                                       G_N_ELEMENTS(words),
                                                                       sizeof words[0]));
    }
}

static void put_routes(GVariantDict *dict, int family, GVariant *plan, const char *const *own)
{
    g_autoptr(GVariant) routes = g_variant_lookup_value(plan, "routes", G_VARIANT_TYPE("a(su)"));
    GVariantBuilder builder;
    GVariantIter iter;
    const char *text;

    g_variant_builder_init(&builder, family == AF_INET ? G_VARIANT_TYPE("aau")
                                                       : G_VARIANT_TYPE("a(ayuayu)"));
    if (routes) {
        g_variant_iter_init(&iter, routes);
        while (g_variant_iter_next(&iter, "(&su)", &text, NULL)) {
            if (!own || !g_strv_contains(own, text))
                add_route(&builder, family, text);
        }
    }
    /* causewayd holds IPv6 back by two half routes that lead nowhere, from before there was an
     * address until after: they are outbid by the same two, not by one default route. */
    if (family == AF_INET6 && plan_boolean(plan, "ipv6-default-route") &&
        plan_boolean(plan, "ipv6-unreachable")) {
        add_route(&builder, family, "::/1");
        add_route(&builder, family, "8000::/1");
    }
    g_variant_dict_insert_value(dict, NM_VPN_PLUGIN_IP4_CONFIG_ROUTES,
                                g_variant_builder_end(&builder));
}

static GVariant *ip4_of(GVariant *plan, const char *const *own)
{
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    if (!put_address(&dict, NM_VPN_PLUGIN_IP4_CONFIG_ADDRESS, AF_INET,
                     plan_string(plan, "ipv4-address"))) {
        g_variant_dict_clear(&dict);
        return NULL;
    }
    g_variant_dict_insert(&dict, NM_VPN_PLUGIN_IP4_CONFIG_PREFIX, "u", 32u);
    put_address(&dict, NM_VPN_PLUGIN_IP4_CONFIG_PTP, AF_INET, plan_string(plan, "ipv4-peer"));
    put_dns(&dict, AF_INET, plan);
    put_search(&dict, plan);
    put_routes(&dict, AF_INET, plan, own);
    g_variant_dict_insert(&dict, NM_VPN_PLUGIN_IP4_CONFIG_NEVER_DEFAULT, "b",
                          !plan_boolean(plan, "ipv4-default-route"));
    return g_variant_ref_sink(g_variant_dict_end(&dict));
}

/* One address: that of DHCPv6, else the first that routers have given.  A link-local one alone
 * leads nowhere; it is on the link already. */
static GVariant *ip6_of(GVariant *plan, gboolean have_ip4, const char *const *own)
{
    g_autoptr(GVariant) list =
        g_variant_lookup_value(plan, "ipv6-addresses", G_VARIANT_TYPE_STRING_ARRAY);
    const char *text = plan_string(plan, "ipv6-global");
    guint32 prefix = 128;
    GVariantDict dict;

    if (!*text && list && g_variant_n_children(list) > 0) {
        g_variant_get_child(list, 0, "&s", &text);
        prefix = 64; /* as the kernel has it already (RFC 4862 §5.5.3) */
    }
    g_variant_dict_init(&dict, NULL);
    if (!put_address(&dict, NM_VPN_PLUGIN_IP6_CONFIG_ADDRESS, AF_INET6, text)) {
        g_variant_dict_clear(&dict);
        return NULL;
    }
    g_variant_dict_insert(&dict, NM_VPN_PLUGIN_IP6_CONFIG_PREFIX, "u", prefix);
    put_dns(&dict, AF_INET6, plan);
    if (!have_ip4)
        put_search(&dict, plan);
    put_routes(&dict, AF_INET6, plan, own);
    g_variant_dict_insert(&dict, NM_VPN_PLUGIN_IP6_CONFIG_NEVER_DEFAULT, "b",
                          !plan_boolean(plan, "ipv6-default-route"));
    return g_variant_ref_sink(g_variant_dict_end(&dict));
}

gboolean network_from_plan(GVariant *plan, const char *const *own, const char *banner,
                           Network *ret_network)
{
    const char *interface = plan_string(plan, "interface");
    const char *gateway = plan_string(plan, "gateway");
    guint32 mtu = 0;
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    if (!*interface ||
        !put_address(&dict, NM_VPN_PLUGIN_CONFIG_EXT_GATEWAY,
                     strchr(gateway, ':') ? AF_INET6 : AF_INET, gateway)) {
        g_variant_dict_clear(&dict);
        return FALSE;
    }
    ret_network->ip4 = ip4_of(plan, own);
    ret_network->ip6 = ip6_of(plan, ret_network->ip4 != NULL, own);
    g_variant_dict_insert(&dict, NM_VPN_PLUGIN_CONFIG_TUNDEV, "s", interface);
    if (g_variant_lookup(plan, "mtu", "u", &mtu) && mtu > 0)
        g_variant_dict_insert(&dict, NM_VPN_PLUGIN_CONFIG_MTU, "u", mtu);
    if (banner)
        g_variant_dict_insert(&dict, NM_VPN_PLUGIN_CONFIG_BANNER, "s", banner);
    g_variant_dict_insert(&dict, NM_VPN_PLUGIN_CONFIG_HAS_IP4, "b", ret_network->ip4 != NULL);
    g_variant_dict_insert(&dict, NM_VPN_PLUGIN_CONFIG_HAS_IP6, "b", ret_network->ip6 != NULL);
    ret_network->config = g_variant_ref_sink(g_variant_dict_end(&dict));
    return TRUE;
}

gboolean network_is_bare(const Network *network)
{
    return !network->ip4 && !network->ip6;
}

void network_clear(Network *network)
{
    g_clear_pointer(&network->config, g_variant_unref);
    g_clear_pointer(&network->ip4, g_variant_unref);
    g_clear_pointer(&network->ip6, g_variant_unref);
}

static gboolean same(GVariant *a, GVariant *b)
{
    return a && b ? g_variant_equal(a, b) : a == b;
}

gboolean network_equal(const Network *a, const Network *b)
{
    return same(a->config, b->config) && same(a->ip4, b->ip4) && same(a->ip6, b->ip6);
}
