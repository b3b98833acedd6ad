/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LCP's options and its codes above 7. */
#include "ppp/lcp.h"

#include "ppp/link.h"

/* RFC 1661 §6. */
enum {
    OPTION_MRU = 1,
    OPTION_ACCM = 2, /* RFC 1662 §7.1 */
    OPTION_AUTHENTICATION = 3,
    OPTION_MAGIC = 5,
    OPTION_PFC = 7,
    OPTION_ACFC = 8,
};

/* Each round trip of a looped-back line brings our own number once (RFC 1661 §6.4); by chance
 * it happens once in four thousand million. */
#define MAX_LOOPS 4
/* Requests for a method that we refuse: the first may be a habit, the second in answer to our
 * Nak is insistence; one more because a Nak can be crossed by a new request. */
#define MAX_SAME_METHOD 3

/* Names the method that the peer asked for last. */
Failure *ppp_lcp_no_method(PppLink *link)
{
    return failure_new_printf(STAGE_PPP, FAILURE_NO_AUTHENTICATION_METHOD,
                              "the gateway asks for %s",
                              link->lcp.unwanted);
}

/* --- our request -------------------------------------------------------------------------- */

static void lcp_build(PppLink *link, Writer *options)
{
    const PppLcpOptions *ours = &link->lcp.ours;

    /* RFC 1661 §6: an option at its default value is left out. */
    if (link->lcp.send_mru) {
        writer_u8(options, OPTION_MRU);
        writer_u8(options, 4);
        writer_u16(options, ours->mru);
    }
    if (ours->magic != 0) {
        writer_u8(options, OPTION_MAGIC);
        writer_u8(options, 6);
        writer_u32(options, ours->magic);
    }
    if (ours->pfc) {
        writer_u8(options, OPTION_PFC);
        writer_u8(options, 2);
    }
    if (ours->acfc) {
        writer_u8(options, OPTION_ACFC);
        writer_u8(options, 2);
    }
}

/* RFC 1661 §5.3: the values in a Nak are what the peer would accept. */
static void lcp_naked(PppLink *link, guint8 type, Reader value)
{
    PppLcp *lcp = &link->lcp;

    switch (type) {
    case OPTION_MRU: {
        guint16 mru = reader_u16(&value);
        if (!reader_ok(&value) || value.length != 2)
            break;
        lcp->ours.mru = CLAMP(mru, PPP_LEAST_MRU, PPP_DEFAULT_MRU);
        lcp->send_mru = TRUE;
        break;
    }
    case OPTION_MAGIC:
        /* RFC 1661 §6.4: a Nak asks for a new number, which must not be the one suggested:
         * that may be the peer's own. */
        lcp->ours.magic = entropy_u32_nonzero(link->entropy);
        break;
    case OPTION_PFC:
        lcp->ours.pfc = FALSE;
        break;
    case OPTION_ACFC:
        lcp->ours.acfc = FALSE;
        break;
    default:
        /* The peer would like an option that we do not use, e.g. to be authenticated. */
        break;
    }
}

/* RFC 1661 §5.4: the option is not to be asked for again, so its default holds. */
static void lcp_rejected(PppLink *link, guint8 type)
{
    PppLcp *lcp = &link->lcp;

    switch (type) {
    case OPTION_MRU:
        /* It sends up to 1500 bytes then, whatever we would like (RFC 1661 §6.1). */
        lcp->send_mru = FALSE;
        lcp->ours.mru = PPP_DEFAULT_MRU;
        break;
    case OPTION_MAGIC:
        lcp->ours.magic = 0;
        break;
    case OPTION_PFC:
        lcp->ours.pfc = FALSE;
        break;
    case OPTION_ACFC:
        lcp->ours.acfc = FALSE;
        break;
    default:
        break;
    }
}

/* --- the peer's request ------------------------------------------------------------------- */

static void lcp_request_begin(PppLink *link, guint8 identifier)
{
    link->lcp.judged = (PppLcpOptions){.mru = PPP_DEFAULT_MRU};
    link->lcp.judged_identifier = identifier;
}

/* RFC 1661 §6.1: what the peer can receive; any size that control packets fit is good. */
static PppVerdict judge_mru(PppLink *link, Reader value, Writer *nak)
{
    guint16 mru = reader_u16(&value);

    if (reader_ok(&value) && value.length == 2 && mru >= PPP_LEAST_MRU) {
        link->lcp.judged.mru = mru;
        return PPP_VERDICT_ACK;
    }
    writer_u8(nak, OPTION_MRU);
    writer_u8(nak, 4);
    writer_u16(nak, PPP_DEFAULT_MRU);
    return PPP_VERDICT_NAK;
}

/* Escaping of control characters has no meaning on a packet link, but pppd asks for it, and
 * any map can be accepted. */
static PppVerdict judge_accm(Reader value, Writer *nak)
{
    if (value.length == 4)
        return PPP_VERDICT_ACK;
    writer_u8(nak, OPTION_ACCM);
    writer_u8(nak, 6);
    writer_u32(nak, 0);
    return PPP_VERDICT_NAK;
}

/* RFC 1661 §6.4. */
static PppVerdict judge_magic(PppLink *link, Reader value, Writer *nak)
{
    PppLcp *lcp = &link->lcp;
    guint32 magic = reader_u32(&value);
    gboolean valid = reader_ok(&value) && value.length == 4 && magic != 0;

    if (valid && magic != lcp->ours.magic) {
        lcp->judged.magic = magic;
        return PPP_VERDICT_ACK;
    }
    /* RFC 1661 §6.4: an equal number must be Nak'd with a different one; if it keeps coming
     * back, the line is looped. */
    if (valid && ++lcp->loops >= MAX_LOOPS) {
        ppp_link_fail(link, failure_new(STAGE_PPP, FAILURE_PPP_NEGOTIATION,
                                        "the line returns our own packets"));
        return PPP_VERDICT_REJECT;
    }
    writer_u8(nak, OPTION_MAGIC);
    writer_u8(nak, 6);
    writer_u32(nak, entropy_u32_nonzero(link->entropy));
    return PPP_VERDICT_NAK;
}

/* The peer asks for a method that is not allowed.  A repetition of the same request (same
 * identifier) says nothing new: our Nak may have been lost. */
static void count_unwanted(PppLink *link, guint32 what, char *description)
{
    PppLcp *lcp = &link->lcp;

    g_free(lcp->unwanted);
    lcp->unwanted = description;
    if (lcp->unwanted_id == lcp->judged_identifier + 1u)
        return;
    lcp->unwanted_id = lcp->judged_identifier + 1u;
    lcp->unwanted_count = lcp->unwanted_what == what ? lcp->unwanted_count + 1 : 1;
    lcp->unwanted_what = what;
    lcp->method_naks++;
}

/* RFC 1661 §6.2: how the peer wants us to authenticate ourselves. */
static PppVerdict judge_authentication(PppLink *link, Reader value, Writer *nak)
{
    PppLcp *lcp = &link->lcp;
    guint16 protocol = reader_u16(&value);
    guint8 algorithm = protocol == PPP_PROTOCOL_CHAP ? reader_u8(&value) : 0;
    gboolean whole = reader_ok(&value) && reader_left(&value) == 0;
    PppMethod method = whole ? ppp_auth_method(protocol, algorithm) : 0;

    if ((method & link->config.methods) != 0) {
        lcp->judged.method = method;
        return PPP_VERDICT_ACK;
    }
    count_unwanted(link, (guint32)protocol << 8 | algorithm,
                   ppp_auth_describe(protocol, algorithm, method));
    PppMethod best = ppp_auth_best(link->config.methods);
    /* The option is never rejected: that would ask the peer to let us in unauthenticated, and
     * it would only hang up, without telling the user why. */
    if (best == 0 || lcp->unwanted_count >= MAX_SAME_METHOD ||
        lcp->method_naks > PPP_MAX_FAILURE) {
        ppp_link_fail(link, ppp_lcp_no_method(link));
        return PPP_VERDICT_REJECT;
    }
    ppp_auth_write_option(best, nak);
    return PPP_VERDICT_NAK;
}

/* RFC 1661 §6.5, §6.6: the peer tells what it can receive.  That binds us to nothing, and a
 * refusal would cost a round trip with every pppd. */
static PppVerdict judge_compression(guint8 type, Reader value, gboolean *ret_wanted, Writer *nak)
{
    if (value.length == 0) {
        *ret_wanted = TRUE;
        return PPP_VERDICT_ACK;
    }
    writer_u8(nak, type);
    writer_u8(nak, 2);
    return PPP_VERDICT_NAK;
}

static PppVerdict lcp_request_option(PppLink *link, guint8 type, Reader value, Writer *nak)
{
    switch (type) {
    case OPTION_MRU:
        return judge_mru(link, value, nak);
    case OPTION_ACCM:
        return judge_accm(value, nak);
    case OPTION_AUTHENTICATION:
        return judge_authentication(link, value, nak);
    case OPTION_MAGIC:
        return judge_magic(link, value, nak);
    case OPTION_PFC:
        return judge_compression(type, value, &link->lcp.judged.pfc, nak);
    case OPTION_ACFC:
        return judge_compression(type, value, &link->lcp.judged.acfc, nak);
    default:
        /* Quality reports, callback, MRRU, endpoint discriminator and what else there is. */
        return PPP_VERDICT_REJECT;
    }
}

static void lcp_request_acked(PppLink *link)
{
    link->lcp.theirs = link->lcp.judged;
    /* It has taken what we offered instead. */
    if (link->lcp.theirs.method != 0)
        g_clear_pointer(&link->lcp.unwanted, g_free);
}

/* --- up, down, end ------------------------------------------------------------------------ */

/* Both sides have agreed: what was counted against the peer is forgotten, but not what it wanted
 * and did not get: one that drops its wish to have us log in may yet think better of it. */
/* When the peer should have spoken, had our Ack come: it is for it to begin the authentication, or
 * to answer ours.  One that answered our requests late is given that time once more. */
static Usec ack_lost_at(const PppLink *link)
{
    Usec rtt = link->rtt != 0 ? link->rtt : PPP_RESTART_UNKNOWN / 2;
    Usec wait = MIN(MAX(rtt, link->answer_time) * 2 + 100 * USEC_PER_MSEC, PPP_RESTART_MAX);

    return MAX(link->now, usec_add(link->lcp.control.acked_at, wait));
}

static void lcp_up(PppLink *link)
{
    if (!link->lcp.ack_repeated && link->lcp.theirs.method != PPP_METHOD_PAP)
        link->lcp.ack_repeat = ack_lost_at(link);
    link->lcp.loops = 0;
    link->lcp.method_naks = link->lcp.unwanted_count = 0;
    link->lcp.unwanted_id = link->lcp.unwanted_what = 0;
    ppp_link_lcp_up(link);
}

static void lcp_down(PppLink *link)
{
    link->lcp.ack_repeat = USEC_NEVER;
    /* What the peer rejected before it will reject again: `ours` stays. */
    link->lcp.theirs = (PppLcpOptions){.mru = PPP_DEFAULT_MRU};
    ppp_link_lcp_down(link);
}

/* What the peer's hanging up means depends on what it was waiting for. */
static Failure *meaning_of_hang_up(PppLink *link, const guint8 *text, gsize length)
{
    switch (link->phase) {
    case PPP_PHASE_AUTHENTICATE:
        /* RFC 1334 §2.2.1: when the Authenticate-Nak is lost, Terminate-Request is the other
         * indication that authentication failed. */
        if (link->auth.refusal)
            return g_steal_pointer(&link->auth.refusal);
        if (ppp_auth_is_pending(link))
            return failure_new_peer(STAGE_AUTHENTICATION, FAILURE_AUTHENTICATION_REFUSED, text,
                                    length);
        return failure_new_peer(STAGE_AUTHENTICATION, FAILURE_GATEWAY_CLOSED, text, length);
    case PPP_PHASE_NETWORK:
        if (!link->network_up && link->lcp.unwanted)
            break;
        /* pppd without IP rejects IPCP, and then hangs up for want of anything to carry. */
        if (!link->network_up && link->network_failure)
            return g_steal_pointer(&link->network_failure);
        return failure_new_peer(link->network_up ? STAGE_CONNECTED : STAGE_NETWORK,
                                FAILURE_GATEWAY_CLOSED, text, length);
    case PPP_PHASE_DEAD:
    case PPP_PHASE_ESTABLISH:
    case PPP_PHASE_TERMINATE:
        break;
    }
    if (link->lcp.unwanted)
        return ppp_lcp_no_method(link);
    return failure_new_peer(STAGE_PPP, FAILURE_GATEWAY_CLOSED, text, length);
}

/* Told before the link goes down, and forgets where it was. */
static void lcp_hang_up(PppLink *link, const guint8 *text, gsize length)
{
    failure_free(link->lcp.hang_up);
    link->lcp.hang_up = meaning_of_hang_up(link, text, length);
    link->lcp.hung_up = TRUE;
}

/* LCP's end is the link's.  A quarrel about methods goes before everything else: it is the one
 * cause that the user can remove. */
static void lcp_end(PppLink *link, PppEnd why, const guint8 *text, gsize length)
{
    PppLcp *lcp = &link->lcp;

    switch (why) {
    case PPP_END_SILENT:
        if (!lcp->heard)
            ppp_link_fail(link, failure_new(STAGE_PPP, FAILURE_PPP_SILENT, NULL));
        else if (lcp->unwanted)
            ppp_link_fail(link, ppp_lcp_no_method(link));
        else
            ppp_link_fail(link, failure_new(STAGE_PPP, FAILURE_PPP_SILENT,
                                            "the gateway stopped answering"));
        break;
    case PPP_END_DIVERGED:
    case PPP_END_REJECTED:
        if (lcp->unwanted)
            ppp_link_fail(link, ppp_lcp_no_method(link));
        else
            ppp_link_fail(link, failure_new(STAGE_PPP, FAILURE_PPP_NEGOTIATION,
                                            "the gateway refuses every offer"));
        break;
    case PPP_END_RESTLESS:
        ppp_link_fail(link, failure_new(STAGE_PPP, FAILURE_PPP_NEGOTIATION,
                                        "the gateway begins the negotiation anew all the time"));
        break;
    case PPP_END_TERMINATED:
        ppp_link_fail(link, g_steal_pointer(&lcp->hang_up));
        break;
    case PPP_END_CLOSED:
        ppp_link_lcp_closed(link);
        break;
    }
}

/* --- codes above 7 ------------------------------------------------------------------------ */

/* RFC 1661 §5.7. */
static void receive_protocol_reject(PppLink *link, Reader body)
{
    guint16 protocol = reader_u16(&body);

    /* RFC 1661 §5.7: in any other state it is silently discarded. */
    if (!reader_ok(&body) || link->lcp.control.state != PPP_OPENED)
        return;
    switch (protocol) {
    case PPP_PROTOCOL_LCP:
        ppp_control_protocol_rejected(&link->lcp.control);
        break;
    case PPP_PROTOCOL_IPCP:
        ppp_control_protocol_rejected(&link->ipcp.control);
        break;
    case PPP_PROTOCOL_IPV6CP:
        ppp_control_protocol_rejected(&link->ipv6cp.control);
        break;
    case PPP_PROTOCOL_PAP:
    case PPP_PROTOCOL_CHAP:
        if (link->phase == PPP_PHASE_AUTHENTICATE)
            ppp_link_fail(link, failure_new(STAGE_AUTHENTICATION, FAILURE_PPP_NEGOTIATION,
                                            "the gateway rejects the way of logging in that it "
                                            "asked for"));
        break;
    default:
        break;
    }
}

/* RFC 1661 §5.8. */
static void receive_echo_request(PppLink *link, Reader body)
{
    PppLcp *lcp = &link->lcp;
    guint32 magic = reader_u32(&body);
    gsize length;

    /* RFC 1661 §5.8: our own magic number tells of a loop; answering would be pointless. */
    if (!reader_ok(&body) || (magic != 0 && magic == lcp->ours.magic))
        return;
    const guint8 *data = reader_rest(&body, &length);
    guint8 ours[4] = {(guint8)(lcp->ours.magic >> 24), (guint8)(lcp->ours.magic >> 16),
                      (guint8)(lcp->ours.magic >> 8), (guint8)lcp->ours.magic};

    lcp->control.reply_code = PPP_ECHO_REPLY;
    g_byte_array_set_size(lcp->control.reply, 0);
    g_byte_array_append(lcp->control.reply, ours, sizeof ours);
    gsize limit = ppp_link_send_limit(link) - PPP_HEADER_SIZE - sizeof ours;
    if (length > 0)
        g_byte_array_append(lcp->control.reply, data, (guint)MIN(length, limit));
    /* Sent in state Opened only. */
    ppp_control_event(&lcp->control, PPP_RXR);
}

/* RFC 1661 §5.7 to §5.9, RFC 1570 §2. */
static gboolean lcp_extra(PppLink *link, guint8 code, guint8 identifier, Reader body)
{
    switch (code) {
    case PPP_PROTOCOL_REJECT:
        receive_protocol_reject(link, body);
        return TRUE;
    case PPP_ECHO_REQUEST:
        receive_echo_request(link, body);
        return TRUE;
    case PPP_ECHO_REPLY: /* any frame shows that the peer is there, see ppp_link_input() */
    case PPP_DISCARD_REQUEST:
    case PPP_IDENTIFICATION:
    case PPP_TIME_REMAINING:
        return TRUE;
    default:
        return FALSE;
    }
}

static const PppControlProtocol lcp_protocol = {
    .number = PPP_PROTOCOL_LCP,
    .name = "LCP",
    .build = lcp_build,
    .request_begin = lcp_request_begin,
    .request_option = lcp_request_option,
    .request_acked = lcp_request_acked,
    .naked = lcp_naked,
    .rejected = lcp_rejected,
    .up = lcp_up,
    .down = lcp_down,
    .hang_up = lcp_hang_up,
    .end = lcp_end,
    .extra = lcp_extra,
};

/* An Ack to a copy of our request tells nothing of ours. */
void ppp_lcp_peer_seen(PppLcp *lcp, guint16 protocol, const guint8 *packet, gsize length)
{
    if (protocol != PPP_PROTOCOL_LCP || (length > 0 && packet[0] != PPP_CONFIGURE_ACK))
        lcp->ack_repeat = USEC_NEVER;
}

/* A peer that missed our Ack waits for it in Ack-Sent, and would ask again only after three
 * seconds (RFC 1661 §4.6).  For all that it can tell, this is the network's copy of the Ack: in
 * Opened pppd ignores it, and others negotiate anew (§4.1), which takes them less time than the
 * Challenge that has been lost then.  Hence once in a link's life, or a peer that is slow to
 * challenge could go on like this; and not with PAP, whose verdict may take any time. */
void ppp_lcp_tick(PppLink *link)
{
    PppLcp *lcp = &link->lcp;
    const PppControl *control = &lcp->control;

    if (link->now < lcp->ack_repeat)
        return;
    lcp->ack_repeat = USEC_NEVER;
    lcp->ack_repeated = TRUE;
    ppp_control_send(&lcp->control, PPP_CONFIGURE_ACK, control->acked_identifier,
                     control->acked->data, control->acked->len);
}

void ppp_lcp_init(PppLink *link)
{
    const PppConfig *config = &link->config;

    ppp_control_init(&link->lcp.control, link, &lcp_protocol);
    link->lcp.ack_repeat = USEC_NEVER;
    link->lcp.ours = (PppLcpOptions){
        .mru = config->mru,
        .magic = entropy_u32_nonzero(link->entropy),
        .pfc = config->pfc,
        .acfc = config->acfc,
    };
    link->lcp.send_mru = config->mru != PPP_DEFAULT_MRU;
    link->lcp.theirs = (PppLcpOptions){.mru = PPP_DEFAULT_MRU};
}

void ppp_lcp_clear(PppLcp *lcp)
{
    ppp_control_clear(&lcp->control);
    g_clear_pointer(&lcp->unwanted, g_free);
    g_clear_pointer(&lcp->hang_up, failure_free);
}

/* RFC 1661 §5.7: the rejected packet is cut so that the whole fits the peer's MRU, and the
 * identifier changes each time. */
void ppp_lcp_send_protocol_reject(PppLink *link, guint16 protocol, const guint8 *data,
                                  gsize length)
{
    g_autoptr(GByteArray) body = g_byte_array_new();
    guint8 number[2] = {(guint8)(protocol >> 8), (guint8)protocol};
    gsize limit = ppp_link_send_limit(link) - PPP_HEADER_SIZE - sizeof number;

    g_byte_array_append(body, number, sizeof number);
    if (length > 0)
        g_byte_array_append(body, data, (guint)MIN(length, limit));
    ppp_control_send(&link->lcp.control, PPP_PROTOCOL_REJECT, ++link->protocol_reject_identifier,
                     body->data, body->len);
}
