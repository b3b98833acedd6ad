/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options RDNSS and DNSSL, and how long they hold. */
#include "dhcp6/advertised.h"

#include <string.h>

enum {
    OPTION_RDNSS = 25, /* RFC 8106 §5.1 */
    OPTION_DNSSL = 31, /* RFC 8106 §5.2 */
};

static Usec lifetime_end(Usec now, guint32 lifetime)
{
    return lifetime == DHCP6_FOREVER ? USEC_NEVER : usec_add(now, lifetime * USEC_PER_SEC);
}

static void remember_server(Dhcp6Advertised *advertised, const guint8 *address, Usec until)
{
    guint i = 0;

    while (i < advertised->n_dns && memcmp(advertised->dns[i].address, address, 16) != 0)
        i++;
    /* How many are kept is "a matter of local policy" (RFC 8106 §5.3.1): the first ones. */
    if (i == DHCP6_DNS_MAX)
        return;
    if (i == advertised->n_dns) {
        memcpy(advertised->dns[i].address, address, 16);
        advertised->n_dns++;
    }
    advertised->dns[i].until = until;
}

static void remember_name(Dhcp6Advertised *advertised, const char *name, Usec until)
{
    guint i = 0;

    while (i < advertised->n_search && g_ascii_strcasecmp(advertised->search[i].name, name) != 0)
        i++;
    if (i == DHCP6_SEARCH_MAX)
        return;
    if (i == advertised->n_search) {
        g_strlcpy(advertised->search[i].name, name, sizeof advertised->search[i].name);
        advertised->n_search++;
    }
    advertised->search[i].until = until;
}

/* RFC 8106 §5.3.1: a Length below the least, or one that cuts an address, discards the option;
 * so does an address that is not unicast, which here goes alone. */
static void read_servers(Dhcp6Advertised *advertised, Usec now, Reader value)
{
    reader_skip(&value, 2);
    Usec until = lifetime_end(now, reader_u32(&value));

    if (!reader_ok(&value) || reader_left(&value) == 0 || reader_left(&value) % 16 != 0)
        return;
    while (reader_left(&value) > 0) {
        const guint8 *address = reader_bytes(&value, 16);
        if (dhcp6_address_is_global(address))
            remember_server(advertised, address, until);
    }
}

static void read_names(Dhcp6Advertised *advertised, Usec now, Reader value)
{
    Dhcp6Names names = { 0 };

    reader_skip(&value, 2);
    Usec until = lifetime_end(now, reader_u32(&value));
    if (!reader_ok(&value))
        return;
    dhcp6_names_read(&names, value);
    for (guint i = 0; i < names.n; i++)
        remember_name(advertised, names.names[i], until);
}

void dhcp6_advertised_read(Dhcp6Advertised *advertised, Usec now, const guint8 *options,
                           gsize length)
{
    Reader reader = reader_init(options, length);

    while (reader_left(&reader) > 0) {
        guint8 type = reader_u8(&reader);
        gsize units = reader_u8(&reader);
        /* RFC 4861 §4.6: an option of length zero is none, and nothing behind it is. */
        if (!reader_ok(&reader) || units == 0)
            return;
        Reader value = reader_sub(&reader, units * 8 - 2);
        if (!reader_ok(&reader))
            return;
        if (type == OPTION_RDNSS)
            read_servers(advertised, now, value);
        else if (type == OPTION_DNSSL)
            read_names(advertised, now, value);
    }
}

void dhcp6_advertised_expire(Dhcp6Advertised *advertised, Usec now)
{
    guint kept = 0;

    for (guint i = 0; i < advertised->n_dns; i++) {
        if (advertised->dns[i].until > now)
            advertised->dns[kept++] = advertised->dns[i];
    }
    advertised->n_dns = kept;
    kept = 0;
    for (guint i = 0; i < advertised->n_search; i++) {
        if (advertised->search[i].until > now)
            advertised->search[kept++] = advertised->search[i];
    }
    advertised->n_search = kept;
}

Usec dhcp6_advertised_deadline(const Dhcp6Advertised *advertised)
{
    Usec deadline = USEC_NEVER;

    for (guint i = 0; i < advertised->n_dns; i++)
        deadline = MIN(deadline, advertised->dns[i].until);
    for (guint i = 0; i < advertised->n_search; i++)
        deadline = MIN(deadline, advertised->search[i].until);
    return deadline;
}
