/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP addresses and prefixes: conversions and the question what they may be used for. */
#include "host/inet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

IpAddress ip_address_none(void)
{
    return (IpAddress){ 0 };
}

IpAddress ip_address_from_ipv4(guint32 address)
{
    IpAddress result = { 0 };

    if (address != 0) {
        result.family = AF_INET;
        memcpy(result.bytes, &address, sizeof address);
    }
    return result;
}

IpAddress ip_address_link_local(guint64 interface_id)
{
    IpAddress result = { .family = AF_INET6, .bytes = { 0xfe, 0x80 } };

    memcpy(result.bytes + 8, &interface_id, sizeof interface_id);
    return result;
}

gboolean ip_address_parse(const char *text, IpAddress *ret_address)
{
    IpAddress address = { 0 };

    address.family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
    if (inet_pton(address.family, text, address.bytes) != 1)
        return FALSE;
    *ret_address = address;
    return TRUE;
}

gboolean ip_address_from_sockaddr(const struct sockaddr *sockaddr, IpAddress *ret_address)
{
    IpAddress address = { 0 };

    address.family = sockaddr->sa_family;
    if (address.family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, sockaddr, sizeof in);
        memcpy(address.bytes, &in.sin_addr, 4);
    } else if (address.family == AF_INET6) {
        struct sockaddr_in6 in6;

        memcpy(&in6, sockaddr, sizeof in6);
        memcpy(address.bytes, &in6.sin6_addr, 16);
    } else {
        return FALSE;
    }
    *ret_address = address;
    return TRUE;
}

socklen_t ip_address_to_sockaddr(const IpAddress *address, guint16 port, guint32 scope_id,
                                 struct sockaddr_storage *ret_sockaddr)
{
    memset(ret_sockaddr, 0, sizeof *ret_sockaddr);
    if (address->family == AF_INET6) {
        struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

        memcpy(&in6.sin6_addr, address->bytes, 16);
        if (ip_address_is_link_local(address))
            in6.sin6_scope_id = scope_id;
        memcpy(ret_sockaddr, &in6, sizeof in6);
        return sizeof in6;
    } else {
        struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };

        memcpy(&in.sin_addr, address->bytes, 4);
        memcpy(ret_sockaddr, &in, sizeof in);
        return sizeof in;
    }
}

char *ip_address_to_string(const IpAddress *address)
{
    char text[INET6_ADDRSTRLEN];

    if (address->family == 0 || !inet_ntop(address->family, address->bytes, text, sizeof text))
        return g_strdup("none");
    return g_strdup(text);
}

gsize ip_address_size(const IpAddress *address)
{
    return address->family == AF_INET ? 4 : address->family == AF_INET6 ? 16 : 0;
}

gboolean ip_address_equal(const IpAddress *a, const IpAddress *b)
{
    return a->family == b->family && memcmp(a->bytes, b->bytes, ip_address_size(a)) == 0;
}

gboolean ip_address_is_link_local(const IpAddress *address)
{
    if (address->family == AF_INET6)
        return address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80;
    return address->family == AF_INET && address->bytes[0] == 169 && address->bytes[1] == 254;
}

gboolean ip_address_is_usable(const IpAddress *address)
{
    static const guint8 mapped[12] = { [10] = 0xff, [11] = 0xff };
    static const guint8 zero[15] = { 0 };

    if (address->family == AF_INET)
        /* 0/8 "this network", 127/8 loopback, 224/4 multicast, 240/4 reserved and broadcast. */
        return address->bytes[0] != 0 && address->bytes[0] != 127 && address->bytes[0] < 224;
    if (address->family != AF_INET6)
        return FALSE;
    if (memcmp(address->bytes, zero, 15) == 0 && address->bytes[15] <= 1)
        return FALSE;
    /* IPv4-mapped addresses never appear on a wire (RFC 4291 §2.5.5.2 gives them to the API). */
    return address->bytes[0] != 0xff && memcmp(address->bytes, mapped, 12) != 0;
}

/* Whether the bits beyond the prefix are zero. */
static gboolean prefix_is_clean(const IpPrefix *prefix)
{
    for (guint bit = prefix->length; bit < 8 * ip_address_size(&prefix->address); bit++)
        if (prefix->address.bytes[bit / 8] & (0x80 >> bit % 8))
            return FALSE;
    return TRUE;
}

gboolean ip_prefix_parse(const char *text, IpPrefix *ret_prefix)
{
    const char *slash = strchr(text, '/');
    g_autofree char *address = slash != NULL ? g_strndup(text, slash - text) : g_strdup(text);
    IpPrefix prefix;
    guint64 length;

    if (!ip_address_parse(address, &prefix.address))
        return FALSE;
    length = 8 * ip_address_size(&prefix.address);
    if (slash != NULL && !g_ascii_string_to_unsigned(slash + 1, 10, 0, length, &length, NULL))
        return FALSE;
    prefix.length = (guint8)length;
    if (!prefix_is_clean(&prefix))
        return FALSE;
    *ret_prefix = prefix;
    return TRUE;
}

IpPrefix ip_prefix_host(const IpAddress *address)
{
    return (IpPrefix){ .address = *address, .length = (guint8)(8 * ip_address_size(address)) };
}

char *ip_prefix_to_string(const IpPrefix *prefix)
{
    g_autofree char *address = ip_address_to_string(&prefix->address);

    return g_strdup_printf("%s/%u", address, prefix->length);
}

gboolean ip_prefix_contains(const IpPrefix *prefix, const IpAddress *address)
{
    guint whole = prefix->length / 8, rest = prefix->length % 8;
    guint8 mask = (guint8)(0xff00 >> rest);

    if (prefix->address.family != address->family ||
        memcmp(prefix->address.bytes, address->bytes, whole) != 0)
        return FALSE;
    return rest == 0 || (prefix->address.bytes[whole] & mask) == (address->bytes[whole] & mask);
}

gboolean ip_prefix_equal(const IpPrefix *a, const IpPrefix *b)
{
    return a->length == b->length && ip_address_equal(&a->address, &b->address);
}
