/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Name servers and search domains of router advertisements, each with the time that it has left
 * (RFC 8106). */
#pragma once

#include "base/usec.h"
#include "dhcp6/message.h"

typedef struct {
    guint n_dns;
    struct {
        guint8 address[16];
        Usec until;
    } dns[DHCP6_DNS_MAX];
    guint n_search;
    struct {
        char name[DHCP6_NAME_MAX + 1];
        Usec until;
    } search[DHCP6_SEARCH_MAX];
} Dhcp6Advertised;

/* Takes in a row of options (RFC 4861 §4.6), up to the first that is out of form. */
void dhcp6_advertised_read(Dhcp6Advertised *advertised, Usec now, const guint8 *options,
                           gsize length);
/* Forgets what has run out. */
void dhcp6_advertised_expire(Dhcp6Advertised *advertised, Usec now);
Usec dhcp6_advertised_deadline(const Dhcp6Advertised *advertised);
