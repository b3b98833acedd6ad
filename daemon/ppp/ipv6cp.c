/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPV6CP. */
#include "ppp/ipv6cp.h"

#include <string.h>

#include "ppp/link.h"

enum {
    OPTION_INTERFACE_IDENTIFIER = 1, /* RFC 5072 §4.1 */
};

/* RFC 5072 §4.1: a random identifier has the universal/local bit clear, and is not zero. */
static guint64 random_identifier(PppLink *link)
{
    guint8 bytes[8];
    guint64 identifier;

    entropy_fill(link->entropy, bytes, sizeof bytes);
    bytes[0] &= (guint8)~0x02;
    bytes[7] |= 1;
    memcpy(&identifier, bytes, sizeof identifier);
    return identifier;
}

/* FALSE unless the option holds exactly one identifier. */
static gboolean read_identifier(Reader value, guint64 *ret_identifier)
{
    const guint8 *bytes = reader_bytes(&value, 8);

    if (!bytes || reader_left(&value) > 0)
        return FALSE;
    memcpy(ret_identifier, bytes, 8);
    return TRUE;
}

static void write_identifier(Writer *options, guint64 identifier)
{
    writer_u8(options, OPTION_INTERFACE_IDENTIFIER);
    writer_u8(options, 10);
    writer_bytes(options, &identifier, sizeof identifier);
}

static void ipv6cp_build(PppLink *link, Writer *options)
{
    if (link->ipv6cp.ask_identifier)
        write_identifier(options, link->ipv6cp.identifier);
}

static void ipv6cp_naked(PppLink *link, guint8 type, Reader value)
{
    guint64 identifier;

    if (type != OPTION_INTERFACE_IDENTIFIER || !read_identifier(value, &identifier))
        return;
    /* RFC 5072 §4.1: the suggestion is taken; the one that we have already, or none, is no
     * suggestion, and another random one is tried. */
    if (identifier == 0 || identifier == link->ipv6cp.identifier)
        identifier = random_identifier(link);
    link->ipv6cp.identifier = identifier;
    link->ipv6cp.ask_identifier = TRUE;
}

/* RFC 5072 §4.1 leaves us to choose by ourselves then, which we have done. */
static void ipv6cp_rejected(PppLink *link, guint8 type)
{
    if (type == OPTION_INTERFACE_IDENTIFIER)
        link->ipv6cp.ask_identifier = FALSE;
}

static void ipv6cp_request_begin(PppLink *link, guint8 identifier)
{
    link->ipv6cp.judged_identifier = 0;
}

static PppVerdict ipv6cp_request_option(PppLink *link, guint8 type, Reader value, Writer *nak)
{
    guint64 identifier;

    if (type != OPTION_INTERFACE_IDENTIFIER)
        return PPP_VERDICT_REJECT; /* IPv6-Compression (RFC 5072 §4.2) and what else there is */
    /* RFC 5072 §4.1: zero and our own are answered by another one. */
    if (read_identifier(value, &identifier) && identifier != 0 &&
        identifier != link->ipv6cp.identifier) {
        link->ipv6cp.judged_identifier = identifier;
        return PPP_VERDICT_ACK;
    }
    write_identifier(nak, random_identifier(link));
    return PPP_VERDICT_NAK;
}

static void ipv6cp_request_acked(PppLink *link)
{
    link->ipv6cp.peer_identifier = link->ipv6cp.judged_identifier;
}

static void ipv6cp_up(PppLink *link)
{
    link->ipv6cp.gone = FALSE;
    ppp_link_network_changed(link);
}

static void ipv6cp_down(PppLink *link)
{
    ppp_link_network_changed(link);
}

/* The usual case: the gateway has never heard of IPv6. */
static void ipv6cp_end(PppLink *link, PppEnd why, const guint8 *text, gsize length)
{
    link->ipv6cp.gone = TRUE;
    switch (why) {
    case PPP_END_SILENT:
    case PPP_END_DIVERGED:
    case PPP_END_RESTLESS:
    case PPP_END_REJECTED: /* most gateways know no IPv6 */
        text = NULL;
        break;
    case PPP_END_TERMINATED:
        break;
    case PPP_END_CLOSED:
        return;
    }
    Failure *failure = text ? failure_new_peer(STAGE_NETWORK, FAILURE_GATEWAY_CLOSED, text, length)
                            : failure_new(STAGE_NETWORK, FAILURE_PPP_NEGOTIATION,
                                          "the gateway offers no IPv6");
    ppp_link_network_lost(link, FALSE, failure);
}

static const PppControlProtocol ipv6cp_protocol = {
    .number = PPP_PROTOCOL_IPV6CP,
    .name = "IPV6CP",
    .build = ipv6cp_build,
    .request_begin = ipv6cp_request_begin,
    .request_option = ipv6cp_request_option,
    .request_acked = ipv6cp_request_acked,
    .naked = ipv6cp_naked,
    .rejected = ipv6cp_rejected,
    .up = ipv6cp_up,
    .down = ipv6cp_down,
    .end = ipv6cp_end,
};

void ppp_ipv6cp_init(PppLink *link)
{
    ppp_control_init(&link->ipv6cp.control, link, &ipv6cp_protocol);
    link->ipv6cp.identifier = random_identifier(link);
    link->ipv6cp.ask_identifier = TRUE;
}
