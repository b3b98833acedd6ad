/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an address or the whole answer may be.  Both sides of the tunnel's contract ask here. */
#include <string.h>

#include "dhcp6/dhcp6.h"

gboolean dhcp6_address_is_global(const guint8 address[16])
{
    static const guint8 mapped[12] = { [10] = 0xff, [11] = 0xff };
    static const guint8 zeros[12] = { 0 };

    /* Multicast, link-local and the old site-local addresses (RFC 4291 §2.4, §2.5.6, §2.5.7);
     * those with an IPv4 address in them, "::" and "::1" among them (§2.5.2 to §2.5.5). */
    return address[0] != 0xff && !(address[0] == 0xfe && address[1] >= 0x80) &&
           memcmp(address, mapped, sizeof mapped) != 0 && memcmp(address, zeros, sizeof zeros) != 0;
}

gboolean dhcp6_settings_valid(const Dhcp6Settings *settings)
{
    if (settings->n_dns > DHCP6_DNS_MAX || settings->n_search > DHCP6_SEARCH_MAX)
        return FALSE;
    if (settings->has_address && !dhcp6_address_is_global(settings->address))
        return FALSE;
    for (guint i = 0; i < settings->n_dns; i++) {
        if (!dhcp6_address_is_global(settings->dns[i]))
            return FALSE;
    }
    for (guint i = 0; i < settings->n_search; i++) {
        if (!memchr(settings->search[i], '\0', sizeof settings->search[i]) ||
            !dhcp6_name_is_domain(settings->search[i]))
            return FALSE;
    }
    return TRUE;
}
