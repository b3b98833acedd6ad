/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The phases of a link (RFC 1661 §3), the way of a frame to its protocol, and the queue of
 * effects. */
#include "ppp/link.h"

#include <string.h>

/* One call has at most a dozen effects.  Packets beyond this bound, which a driver that does
 * not empty the queue can reach, are lost as on a wire. */
#define QUEUE_MAX 64

typedef struct {
    PppEffect effect;
    guint8 *packet;
    Failure *failure;
} QueuedEffect;

/* --- effects ------------------------------------------------------------------------------ */

static void queued_effect_free(gpointer data)
{
    QueuedEffect *queued = data;

    if (!queued)
        return;
    if (queued->packet) {
        /* It may hold PAP's password. */
        explicit_bzero(queued->packet, queued->effect.length);
        g_free(queued->packet);
    }
    failure_free(queued->failure);
    g_free(queued);
}

/* Effects are queued, not called: the driver may do what it likes on receiving one, also call
 * the link, which is at rest then. */
static QueuedEffect *queue_effect(PppLink *link, PppEffectType type)
{
    QueuedEffect *queued = g_new0(QueuedEffect, 1);

    queued->effect.type = type;
    g_queue_push_tail(&link->effects, queued);
    return queued;
}

/* The effect before is freed here and not earlier: its pointers hold until now. */
gboolean ppp_link_next(PppLink *link, PppEffect *effect)
{
    g_clear_pointer(&link->current, queued_effect_free);
    QueuedEffect *queued = g_queue_pop_head(&link->effects);
    if (!queued)
        return FALSE;
    queued->effect.packet = queued->packet;
    queued->effect.failure = queued->failure;
    *effect = queued->effect;
    link->current = queued;
    return TRUE;
}

/* What the peer is ready to receive, and what the path below carries. */
gsize ppp_link_send_limit(const PppLink *link)
{
    return CLAMP(link->lcp.theirs.mru, PPP_LEAST_MRU, MAX(link->config.mtu, PPP_LEAST_MRU));
}

void ppp_link_send(PppLink *link, guint16 protocol, guint8 code, guint8 identifier,
                   const void *body, gsize length)
{
    gsize total = PPP_HEADER_SIZE + length;

    if (link->over || link->effects.length >= QUEUE_MAX || total > G_MAXUINT16)
        return;
    QueuedEffect *queued = queue_effect(link, PPP_EFFECT_SEND);
    queued->packet = g_malloc(2 + total);
    queued->effect.length = 2 + total;
    Writer writer = writer_init(queued->packet, 2 + total);
    writer_u16(&writer, protocol);
    writer_u8(&writer, code);
    writer_u8(&writer, identifier);
    writer_u16(&writer, (guint16)total);
    if (length > 0)
        writer_bytes(&writer, body, length);
}

/* The user sees these pass. */
static void queue_stage(PppLink *link, Stage stage)
{
    if (link->over)
        return;
    QueuedEffect *queued = queue_effect(link, PPP_EFFECT_STAGE);
    queued->effect.stage = stage;
    if (stage == STAGE_NETWORK)
        queued->effect.method = ppp_auth_name(link->lcp.theirs.method);
}

void ppp_link_want_secret(PppLink *link, PppSecretKind kind, const Failure *failure)
{
    if (link->over)
        return;
    QueuedEffect *queued = queue_effect(link, PPP_EFFECT_SECRET_WANTED);
    queued->effect.secret_kind = kind;
    queued->failure = failure_copy(failure);
}

/* --- ends --------------------------------------------------------------------------------- */

/* No secret outlives the link's last effect. */
static void wipe(PppLink *link)
{
    ppp_auth_clear(&link->auth);
    explicit_bzero(link->challenge_key, sizeof link->challenge_key);
    g_clear_pointer(&link->password, secret_free);
}

/* Told once, however many protocols go down. */
static void network_is_down(PppLink *link)
{
    if (link->network_up && !link->over)
        queue_effect(link, PPP_EFFECT_NETWORK_DOWN);
    link->network_up = FALSE;
}

void ppp_link_fail(PppLink *link, Failure *failure)
{
    PppControl *lcp = &link->lcp.control;

    if (link->over) {
        failure_free(failure);
        return;
    }
    network_is_down(link);
    /* A polite end costs no time: nobody waits for the Terminate-Ack. */
    if (link->lcp.heard && !link->lcp.hung_up && lcp->state >= PPP_REQ_SENT)
        ppp_control_send(lcp, PPP_TERMINATE_REQUEST, ++lcp->identifier, NULL, 0);
    QueuedEffect *queued = queue_effect(link, PPP_EFFECT_FAILED);
    queued->failure = failure;
    link->over = TRUE;
    link->phase = PPP_PHASE_TERMINATE;
    wipe(link);
}

/* Our own close is complete, acknowledged or not. */
void ppp_link_lcp_closed(PppLink *link)
{
    if (link->over)
        return;
    queue_effect(link, PPP_EFFECT_CLOSED);
    link->over = TRUE;
    wipe(link);
}

/* --- phases ------------------------------------------------------------------------------- */

/* Open once, Up each time: after a renegotiation of LCP the protocol waits in Starting. */
static void start_control(PppControl *control)
{
    if (control->state == PPP_INITIAL)
        ppp_control_event(control, PPP_OPEN);
    ppp_control_event(control, PPP_UP);
}

/* Both network protocols leave in one burst: neither waits for the other. */
static void start_network(PppLink *link)
{
    const PppConfig *config = &link->config;
    gboolean ipv4 = config->ipv4 && !link->ipcp.gone;
    gboolean ipv6 = config->ipv6 && !link->ipv6cp.gone;

    link->phase = PPP_PHASE_NETWORK;
    queue_stage(link, STAGE_NETWORK);
    if (!ipv4 && !ipv6) {
        ppp_link_fail(link, link->network_failure
                                ? g_steal_pointer(&link->network_failure)
                                : failure_new(STAGE_NETWORK, FAILURE_PROFILE_INVALID,
                                              "neither IPv4 nor IPv6 is wanted"));
        return;
    }
    ppp_echo_start(link);
    if (ipv4)
        start_control(&link->ipcp.control);
    if (ipv6)
        start_control(&link->ipv6cp.control);
}

/* RFC 1661 §3.4, §3.5: LCP is open, and the phase that follows is the peer's choice. */
void ppp_link_lcp_up(PppLink *link)
{
    if (link->over)
        return;
    QueuedEffect *queued = queue_effect(link, PPP_EFFECT_OPTIONS);

    queued->effect.options = (PppOptions){
        .peer_mru = link->lcp.theirs.mru,
        .mru = link->lcp.ours.mru,
        .pfc = link->config.pfc && link->lcp.theirs.pfc,
        .acfc = link->config.acfc && link->lcp.theirs.acfc,
    };
    if (link->lcp.theirs.method == 0) {
        /* The peer asks for no proof: inside IPsec that is its own business. */
        start_network(link);
        return;
    }
    link->phase = PPP_PHASE_AUTHENTICATE;
    queue_stage(link, STAGE_AUTHENTICATION);
    ppp_auth_start(link);
}

void ppp_link_authenticated(PppLink *link)
{
    start_network(link);
}

/* RFC 1661 §3.4: whatever stood on LCP falls with it. */
void ppp_link_lcp_down(PppLink *link)
{
    PppState state = link->lcp.control.state;

    if (link->phase != PPP_PHASE_TERMINATE)
        link->phase = PPP_PHASE_ESTABLISH;
    ppp_echo_stop(link);
    ppp_auth_stop(link);
    ppp_control_event(&link->ipcp.control, PPP_DOWN);
    ppp_control_event(&link->ipv6cp.control, PPP_DOWN);
    network_is_down(link);
    /* LCP is negotiated anew, by the peer's wish. */
    if (state >= PPP_REQ_SENT)
        queue_stage(link, STAGE_PPP);
}

/* Tells what is usable now: the whole of it each time, so that the driver need not add up. */
void ppp_link_network_changed(PppLink *link)
{
    const PppIpcp *ipcp = &link->ipcp;
    const PppIpv6cp *ipv6cp = &link->ipv6cp;
    gboolean ipv4 = ipcp->control.state == PPP_OPENED && !ipcp->gone;
    gboolean ipv6 = ipv6cp->control.state == PPP_OPENED;

    if (link->over)
        return;
    if (link->phase != PPP_PHASE_NETWORK || (!ipv4 && !ipv6)) {
        network_is_down(link);
        return;
    }
    /* IPv6 alone is news only when IPv4 will not come: most gateways that open IPV6CP route no
     * IPv6, and whoever is told "up" begins to use the link. */
    if (!ipv4 && link->config.ipv4 && !ipcp->gone) {
        network_is_down(link); /* if it was up: the peer negotiates IPv4 anew */
        return;
    }
    PppNetwork network = {0};
    if (ipv4) {
        network.address = ipcp->address;
        network.peer_address = ipcp->peer_address;
        network.nbns[0] = ipcp->servers[1];
        network.nbns[1] = ipcp->servers[3];
        network.dns[0] = ipcp->servers[0];
        network.dns[1] = ipcp->servers[2];
    }
    if (ipv6) {
        network.ipv6 = TRUE;
        network.interface_id = ipv6cp->identifier;
        network.peer_interface_id = ipv6cp->peer_identifier;
    }
    link->network_up = TRUE;
    g_clear_pointer(&link->lcp.unwanted, g_free);
    queue_effect(link, PPP_EFFECT_NETWORK_UP)->effect.network = network;
}

void ppp_link_network_lost(PppLink *link, gboolean ipv4, Failure *failure)
{
    gboolean left = (link->config.ipv4 && !link->ipcp.gone) ||
                    (link->config.ipv6 && !link->ipv6cp.gone);

    if (ipv4 || !link->network_failure) {
        failure_free(link->network_failure);
        link->network_failure = failure;
    } else {
        failure_free(failure);
    }
    if (!left && link->lcp.unwanted)
        /* Not let in, it is not given an address either. */
        ppp_link_fail(link, ppp_lcp_no_method(link));
    else if (!left)
        ppp_link_fail(link, g_steal_pointer(&link->network_failure));
    else
        ppp_link_network_changed(link);
}

/* --- frames ------------------------------------------------------------------------------- */

/* A network control protocol's packet. */
static void input_network(PppLink *link, gboolean wanted, PppControl *control, guint16 protocol,
                          const guint8 *packet, gsize length)
{
    /* RFC 1661 §3.5: discarded before authentication is complete. */
    if (link->phase == PPP_PHASE_AUTHENTICATE)
        ppp_auth_network_seen(link);
    if (link->phase != PPP_PHASE_NETWORK)
        return;
    if (wanted)
        ppp_control_input(control, packet, length);
    else
        ppp_lcp_send_protocol_reject(link, protocol, packet, length);
}

/* RFC 1661 §3: which protocols count depends on the phase. */
static void dispatch(PppLink *link, guint16 protocol, const guint8 *packet, gsize length)
{
    switch (protocol) {
    case PPP_PROTOCOL_LCP: {
        gboolean again = link->lcp.control.acked_again;
        ppp_control_input(&link->lcp.control, packet, length);
        if (link->lcp.control.acked_again && !again)
            ppp_auth_peer_opens(link);
        break;
    }
    case PPP_PROTOCOL_PAP:
    case PPP_PROTOCOL_CHAP:
        if (link->phase == PPP_PHASE_AUTHENTICATE || link->phase == PPP_PHASE_NETWORK)
            ppp_auth_input(link, protocol, packet, length);
        break;
    case PPP_PROTOCOL_IPCP:
        input_network(link, link->config.ipv4, &link->ipcp.control, protocol, packet, length);
        break;
    case PPP_PROTOCOL_IPV6CP:
        input_network(link, link->config.ipv6, &link->ipv6cp.control, protocol, packet, length);
        break;
    case PPP_PROTOCOL_IPV4:
    case PPP_PROTOCOL_IPV6:
        /* The driver's, or not yet to be had (RFC 1332 §2.1: IPCP is not open). */
        break;
    default:
        /* CCP among others: IPsec encrypts already.  RFC 1661 §5.7, §3.5: only with LCP open,
         * and nothing but LCP and authentication before the network phase. */
        if (link->phase == PPP_PHASE_NETWORK)
            ppp_lcp_send_protocol_reject(link, protocol, packet, length);
        break;
    }
}

void ppp_link_input(PppLink *link, Usec now, const guint8 *frame, gsize length)
{
    Reader reader = reader_init(frame, length);
    gsize packet_length;

    link->now = now;
    if (link->over || link->phase == PPP_PHASE_DEAD)
        return;
    /* RFC 1661 §6.6: whatever was agreed, both forms are understood; FF is no protocol. */
    if (length >= 2 && frame[0] == 0xff && frame[1] == 0x03)
        reader_skip(&reader, 2);
    /* RFC 1661 §2, §6.5: the last byte of a protocol field is odd, those before it even. */
    guint16 protocol = reader_u8(&reader);
    if ((protocol & 1) == 0)
        protocol = (guint16)(protocol << 8 | reader_u8(&reader));
    if (!reader_ok(&reader) || (protocol & 1) == 0)
        return;
    link->lcp.heard = TRUE;
    ppp_echo_seen(link);
    ppp_auth_peer_seen(link);
    const guint8 *packet = reader_rest(&reader, &packet_length);
    ppp_lcp_peer_seen(&link->lcp, protocol, packet, packet_length);
    dispatch(link, protocol, packet, packet_length);
}

void ppp_link_seen(PppLink *link, Usec now)
{
    link->now = now;
    ppp_echo_seen(link);
}

/* --- life and time ------------------------------------------------------------------------ */

/* All protocols exist from the beginning, in Initial: no pointer of the link is ever NULL. */
PppLink *ppp_link_new(const PppConfig *config, Entropy *entropy)
{
    PppLink *link = g_new0(PppLink, 1);

    link->config = *config;
    link->config.user = NULL;
    link->config.password = NULL;
    if (link->config.mru < PPP_LEAST_MRU)
        link->config.mru = PPP_DEFAULT_MRU;
    if (link->config.mtu < PPP_LEAST_MRU)
        link->config.mtu = PPP_DEFAULT_MRU;
    link->user = g_strdup(config->user ? config->user : "");
    link->password = secret_copy(config->password);
    link->entropy = entropy;
    link->rtt = config->rtt;
    g_queue_init(&link->effects);
    ppp_lcp_init(link);
    ppp_ipcp_init(link);
    ppp_ipv6cp_init(link);
    ppp_auth_clear(&link->auth);
    entropy_fill(entropy, link->challenge_key, sizeof link->challenge_key);
    ppp_echo_stop(link);
    return link;
}

void ppp_link_free(PppLink *link)
{
    if (!link)
        return;
    wipe(link);
    ppp_lcp_clear(&link->lcp);
    ppp_control_clear(&link->ipcp.control);
    ppp_control_clear(&link->ipv6cp.control);
    failure_free(link->network_failure);
    queued_effect_free(link->current);
    g_queue_clear_full(&link->effects, queued_effect_free);
    g_free(link->user);
    g_free(link);
}

void ppp_link_open(PppLink *link, Usec now)
{
    link->now = now;
    if (link->over || link->phase != PPP_PHASE_DEAD)
        return;
    link->phase = PPP_PHASE_ESTABLISH;
    queue_stage(link, STAGE_PPP);
    start_control(&link->lcp.control);
}

void ppp_link_close(PppLink *link, Usec now)
{
    link->now = now;
    if (link->over)
        return;
    link->phase = PPP_PHASE_TERMINATE;
    ppp_control_event(&link->lcp.control, PPP_CLOSE);
    /* Never opened: there is nobody to take leave of. */
    if (link->lcp.control.state == PPP_INITIAL)
        ppp_link_lcp_closed(link);
}

/* Any protocol's timeout can end the link, and with it the others. */
void ppp_link_tick(PppLink *link, Usec now)
{
    link->now = now;
    if (!link->over)
        ppp_control_tick(&link->lcp.control);
    if (!link->over)
        ppp_lcp_tick(link);
    if (!link->over)
        ppp_control_tick(&link->ipcp.control);
    if (!link->over)
        ppp_control_tick(&link->ipv6cp.control);
    if (!link->over)
        ppp_auth_tick(link);
    if (!link->over)
        ppp_echo_tick(link);
}

Usec ppp_link_deadline(const PppLink *link)
{
    Usec deadline = ppp_control_deadline(&link->lcp.control);

    if (link->over)
        return USEC_NEVER;
    deadline = MIN(deadline, link->lcp.ack_repeat);
    deadline = MIN(deadline, ppp_control_deadline(&link->ipcp.control));
    deadline = MIN(deadline, ppp_control_deadline(&link->ipv6cp.control));
    deadline = MIN(deadline, ppp_auth_deadline(link));
    return MIN(deadline, ppp_echo_deadline(link));
}

void ppp_link_secret(PppLink *link, Usec now, PppSecretKind kind, const Secret *secret)
{
    link->now = now;
    if (!link->over)
        ppp_auth_secret(link, kind, secret);
}

void ppp_link_set_rtt(PppLink *link, Usec rtt)
{
    link->rtt = rtt;
}
