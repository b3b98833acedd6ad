/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DHCPv6 messages between client and server (RFC 8415 §8, §21), and the pieces that they share
 * with router advertisements. */
#pragma once

#include "base/bytes.h"
#include "dhcp6/dhcp6.h"

#define DHCP6_MESSAGE_MAX 512 /* bytes of a message of ours */
#define DHCP6_DUID_MAX 130    /* RFC 8415 §11.1: a type and up to 128 bytes */
#define DHCP6_LEASES_MAX 4    /* addresses of an IA that are looked at */
#define DHCP6_FOREVER G_MAXUINT32 /* RFC 8415 §7.7 */

typedef enum {
    DHCP6_SOLICIT = 1, /* RFC 8415 §7.3 */
    DHCP6_ADVERTISE = 2,
    DHCP6_REQUEST = 3,
    DHCP6_RENEW = 5,
    DHCP6_REBIND = 6,
    DHCP6_REPLY = 7,
    DHCP6_RELEASE = 8,
    DHCP6_INFORMATION_REQUEST = 11,
} Dhcp6MessageType;

typedef enum {
    DHCP6_STATUS_SUCCESS = 0, /* RFC 8415 §21.13 */
    DHCP6_STATUS_UNSPEC_FAIL = 1,
    DHCP6_STATUS_NO_ADDRS_AVAIL = 2,
    DHCP6_STATUS_NO_BINDING = 3,
    DHCP6_STATUS_NOT_ON_LINK = 4,
} Dhcp6Status;

typedef struct {
    gsize length; /* 0: none */
    guint8 bytes[DHCP6_DUID_MAX];
} Dhcp6Duid;

typedef struct {
    guint8 address[16];
    guint32 preferred, valid; /* seconds */
} Dhcp6Lease;

/* A list of names without a name twice. */
typedef struct {
    guint n;
    char names[DHCP6_SEARCH_MAX][DHCP6_NAME_MAX + 1];
} Dhcp6Names;

typedef struct {
    guint8 type;
    guint32 transaction_id; /* 24 bits */
    Dhcp6Duid client, server;
    guint16 status;
    guint8 preference;
    gboolean rapid_commit;
    gboolean has_ia; /* the IA_NA of ours is in it */
    guint16 ia_status;
    guint32 t1, t2; /* seconds */
    guint n_leases;
    Dhcp6Lease leases[DHCP6_LEASES_MAX];
    guint32 refresh; /* seconds; 0: not said */
    guint n_dns;
    guint8 dns[DHCP6_DNS_MAX][16];
    Dhcp6Names search;
} Dhcp6Message;

/* FALSE: not a message that a server sends, or not in form.  An option of no use is as if it
 * were not there (RFC 8415 §16). */
gboolean dhcp6_message_parse(const guint8 *data, gsize length, guint32 iaid,
                             Dhcp6Message *ret_message);

typedef struct {
    Dhcp6MessageType type;
    guint32 transaction_id;
    const Dhcp6Duid *client;
    const Dhcp6Duid *server; /* NULL: to whichever */
    guint16 elapsed;         /* hundredths of a second */
    guint32 iaid;
    const guint8 *address; /* leased, or wished for; NULL: none */
} Dhcp6Question;

/* The number of bytes written to `buffer`. */
gsize dhcp6_message_build(const Dhcp6Question *question, guint8 buffer[DHCP6_MESSAGE_MAX]);

gboolean dhcp6_duid_equal(const Dhcp6Duid *a, const Dhcp6Duid *b);

/* Adds the names of a list in wire form (RFC 1035 §3.1, not compressed: RFC 8106 §5.2, RFC 8415
 * §10); stops at what is out of form, passes over what is no name for a search list. */
void dhcp6_names_read(Dhcp6Names *names, Reader list);
void dhcp6_names_add(Dhcp6Names *names, const char *name);
