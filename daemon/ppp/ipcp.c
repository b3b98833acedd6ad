/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPCP: our address and name servers, all asked for in the first request, because each round
 * trip counts. */
#include "ppp/ipcp.h"

#include <string.h>

#include "ppp/link.h"

enum {
    OPTION_ADDRESS = 3,       /* RFC 1332 §3.3 */
    OPTION_FIRST_SERVER = 129 /* RFC 1877 §1.1 to §1.4 */
};

static void write_address(Writer *options, guint8 type, guint32 address)
{
    writer_u8(options, type);
    writer_u8(options, 6);
    writer_bytes(options, &address, sizeof address);
}

/* All at once: an option that is asked for later costs a round trip of its own. */
static void ipcp_build(PppLink *link, Writer *options)
{
    const PppIpcp *ipcp = &link->ipcp;

    if (ipcp->ask_address)
        write_address(options, OPTION_ADDRESS, ipcp->address);
    for (guint i = 0; i < PPP_SERVER_COUNT; i++) {
        if (ipcp->ask_server[i])
            write_address(options, (guint8)(OPTION_FIRST_SERVER + i), ipcp->servers[i]);
    }
}

/* FALSE unless the option holds exactly one address. */
static gboolean read_address(Reader value, guint32 *ret_address)
{
    const guint8 *bytes = reader_bytes(&value, 4);

    if (!bytes || reader_left(&value) > 0)
        return FALSE;
    memcpy(ret_address, bytes, 4);
    return TRUE;
}

/* Addresses stand in network order in memory, as they do in the packet. */
static void ipcp_naked(PppLink *link, guint8 type, Reader value)
{
    PppIpcp *ipcp = &link->ipcp;
    guint32 address;

    if (!read_address(value, &address))
        return;
    if (type == OPTION_ADDRESS) {
        ipcp->address = address;
        ipcp->ask_address = TRUE;
    } else if (type >= OPTION_FIRST_SERVER && type < OPTION_FIRST_SERVER + PPP_SERVER_COUNT) {
        guint i = type - OPTION_FIRST_SERVER;
        /* A server that the peer has not got: asking again would bring the same Nak. */
        if (address == ipcp->servers[i])
            ipcp->ask_server[i] = FALSE;
        ipcp->servers[i] = address;
    }
}

/* Without DNS the link is of use; without an address it is not, but only ipcp_up() judges. */
static void ipcp_rejected(PppLink *link, guint8 type)
{
    PppIpcp *ipcp = &link->ipcp;

    if (type == OPTION_ADDRESS) {
        ipcp->ask_address = FALSE;
        ipcp->address = 0;
    } else if (type >= OPTION_FIRST_SERVER && type < OPTION_FIRST_SERVER + PPP_SERVER_COUNT) {
        ipcp->ask_server[type - OPTION_FIRST_SERVER] = FALSE;
        ipcp->servers[type - OPTION_FIRST_SERVER] = 0;
    }
}

static void ipcp_request_begin(PppLink *link, guint8 identifier)
{
    link->ipcp.judged_address = 0;
}

static PppVerdict ipcp_request_option(PppLink *link, guint8 type, Reader value, Writer *nak)
{
    guint32 address;

    /* Header compression gains nothing and cannot be undone when packets are reordered
     * (RFC 2661 §8.1); we serve no names. */
    if (type != OPTION_ADDRESS)
        return PPP_VERDICT_REJECT;
    if (!read_address(value, &address)) {
        write_address(nak, OPTION_ADDRESS, link->ipcp.peer_address);
        return PPP_VERDICT_NAK;
    }
    /* 0.0.0.0 asks us for an address (RFC 1332 §3.3).  We have none to give, and a Nak with
     * 0.0.0.0 would be asked for again for ever: on a point-to-point link it can do without. */
    if (address == 0)
        return PPP_VERDICT_REJECT;
    link->ipcp.judged_address = address;
    return PPP_VERDICT_ACK;
}

static void ipcp_request_acked(PppLink *link)
{
    link->ipcp.peer_address = link->ipcp.judged_address;
}

/* An open IPCP without an address of ours is as good as none. */
static void ipcp_up(PppLink *link)
{
    PppIpcp *ipcp = &link->ipcp;

    ipcp->gone = ipcp->address == 0;
    if (ipcp->gone)
        ppp_link_network_lost(link, TRUE, failure_new(STAGE_NETWORK, FAILURE_NO_ADDRESS, NULL));
    else
        ppp_link_network_changed(link);
}

static void ipcp_down(PppLink *link)
{
    ppp_link_network_changed(link);
}

/* Not yet the end of the link: IPv6 may be enough. */
static void ipcp_end(PppLink *link, PppEnd why, const guint8 *text, gsize length)
{
    PppIpcp *ipcp = &link->ipcp;
    Failure *failure = NULL;

    ipcp->gone = TRUE;
    switch (why) {
    case PPP_END_SILENT:
        failure = failure_new(STAGE_NETWORK, FAILURE_PPP_SILENT,
                              "the gateway does not answer about IPv4");
        break;
    case PPP_END_DIVERGED:
        /* Whether it is the address that cannot be agreed on is all that the user can use. */
        failure = ipcp->address == 0
                      ? failure_new(STAGE_NETWORK, FAILURE_NO_ADDRESS, NULL)
                      : failure_new(STAGE_NETWORK, FAILURE_PPP_NEGOTIATION,
                                    "the gateway refuses every offer about IPv4");
        break;
    case PPP_END_RESTLESS:
        failure = failure_new(STAGE_NETWORK, FAILURE_PPP_NEGOTIATION,
                              "the gateway negotiates IPv4 anew all the time");
        break;
    case PPP_END_REJECTED:
        failure = failure_new(STAGE_NETWORK, FAILURE_NO_ADDRESS, "the gateway does not know IPv4");
        break;
    case PPP_END_TERMINATED:
        failure = failure_new_peer(STAGE_NETWORK, FAILURE_GATEWAY_CLOSED, text, length);
        break;
    case PPP_END_CLOSED:
        return;
    }
    ppp_link_network_lost(link, TRUE, failure);
}

static const PppControlProtocol ipcp_protocol = {
    .number = PPP_PROTOCOL_IPCP,
    .name = "IPCP",
    .build = ipcp_build,
    .request_begin = ipcp_request_begin,
    .request_option = ipcp_request_option,
    .request_acked = ipcp_request_acked,
    .naked = ipcp_naked,
    .rejected = ipcp_rejected,
    .up = ipcp_up,
    .down = ipcp_down,
    .end = ipcp_end,
};

/* What is learnt later stays over a renegotiation of LCP: the next request asks for the same
 * address again, and is acknowledged at once. */
void ppp_ipcp_init(PppLink *link)
{
    const PppConfig *config = &link->config;
    PppIpcp *ipcp = &link->ipcp;

    ppp_control_init(&ipcp->control, link, &ipcp_protocol);
    ipcp->address = config->ipv4_address;
    ipcp->ask_address = TRUE;
    ipcp->ask_server[0] = ipcp->ask_server[2] = config->dns;
    ipcp->ask_server[1] = ipcp->ask_server[3] = config->nbns;
}
