/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gateway's PPP: LCP, IPCP, and the way of a frame. */
#include "server_internal.h"

#include <string.h>

static const guint8 client_address[4] = { 10, 77, 0, 10 };

Usec server_restart(const Server *server)
{
    return server->options.restart ? server->options.restart : RESTART;
}

/* ---- out */

static void send_frame(Server *server, guint16 protocol, const guint8 *body, gsize length)
{
    guint8 frame[2 + 2 + 2048];
    gsize at = 0;

    g_assert_cmpuint(length, <=, 2048);
    /* LCP is never compressed (RFC 1661 §6.5, §6.6). */
    if (protocol == LCP || !server->acfc) {
        frame[at++] = 0xff;
        frame[at++] = 0x03;
    }
    if (protocol == LCP || !server->pfc || protocol > 0xff)
        frame[at++] = (guint8)(protocol >> 8);
    frame[at++] = (guint8)protocol;
    memcpy(frame + at, body, length);
    lns_send_frame(server->lns, frame, at + length);
}

void server_send(Server *server, guint16 protocol, guint8 code, guint8 id,
    const guint8 *body, gsize length)
{
    guint8 packet[2048];
    Writer writer = writer_init(packet, sizeof packet);

    writer_u8(&writer, code);
    writer_u8(&writer, id);
    writer_u16(&writer, (guint16)(4 + length));
    writer_bytes(&writer, body, length);
    send_frame(server, protocol, packet, writer.length);
}

static void put_method(Writer *writer, ServerMethod method)
{
    static const guint8 pap[] = { 3, 4, 0xc0, 0x23 };
    static const guint8 md5[] = { 3, 5, 0xc2, 0x23, 5 };
    static const guint8 mschapv2[] = { 3, 5, 0xc2, 0x23, 0x81 };

    if (method == SERVER_PAP)
        writer_bytes(writer, pap, sizeof pap);
    else if (method == SERVER_CHAP_MD5)
        writer_bytes(writer, md5, sizeof md5);
    else
        writer_bytes(writer, mschapv2, sizeof mschapv2);
}

static void put_options(Server *server, const Control *control, Writer *writer)
{
    static const guint8 address[] = { 3, 6, 10, 77, 0, 1 };
    static const guint8 mppe[] = { 18, 6, 1, 0, 0, 0x40 };

    if (control == &server->lcp) {
        if (server->options.mru) {
            writer_u16(writer, 0x0104);
            writer_u16(writer, server->options.mru);
        }
        if (server->asks_auth)
            put_method(writer, server->method);
        writer_u16(writer, 0x0506);
        writer_u32(writer, server->magic);
        if (server->options.compresses) {
            writer_u16(writer, 0x0702);
            writer_u16(writer, 0x0802);
        }
    } else if (control == &server->ipcp) {
        writer_bytes(writer, address, sizeof address);
    } else {
        writer_bytes(writer, mppe, sizeof mppe);
    }
}

static void control_request(Server *server, Control *control)
{
    guint8 options[64];
    Writer writer = writer_init(options, sizeof options);

    control->ours_acked = FALSE;
    control->resend_at = server->world->now + server_restart(server);
    put_options(server, control, &writer);
    server_send(server, control->protocol, REQUEST, control->id, options, writer.length);
}

static void control_start(Server *server, Control *control)
{
    control->running = TRUE;
    control->tries = 0;
    control->id++;
    control_request(server, control);
}

/* ---- LCP and IPCP */

void server_network_start(Server *server)
{
    if (!server->ipcp.running)
        control_start(server, &server->ipcp);
    if (server->options.offers_ccp && !server->ccp.running)
        control_start(server, &server->ccp);
}

static gboolean is_open(const Control *control)
{
    return control->ours_acked && control->theirs_acked;
}

static void opened(Server *server, Control *control)
{
    if (!is_open(control))
        return;
    control->resend_at = USEC_NEVER;
    if (control == &server->lcp) {
        if (server->method == SERVER_PAP)
            return; /* it is the client's turn */
        login_challenge(server);
    } else if (control == &server->ipcp) {
        gboolean more = (server->options.renegotiates && !server->renegotiated) ||
                        (server->options.challenges_again && !server->challenged_again);
        server->later_at = more ? server->world->now + 2 * USEC_PER_SEC : USEC_NEVER;
    }
}

static void put_option(Writer *writer, const guint8 *option)
{
    writer_bytes(writer, option, option[1]);
}

/* One option of the client's LCP request. */
static void judge_lcp(Server *server, const guint8 *option, Writer *nak, Writer *reject)
{
    switch (option[0]) {
    case 1:
    case 5:
        break;
    case 7:
    case 8:
        if (!server->options.compresses)
            put_option(reject, option);
        else if (option[0] == 7)
            server->pfc = TRUE;
        else
            server->acfc = TRUE;
        break;
    default:
        put_option(reject, option);
    }
}

static void judge_ipcp(Server *server, const guint8 *option, Writer *nak, Writer *reject)
{
    static const guint8 dns[] = { 10, 77, 0, 53 };
    const guint8 *wanted = option[0] == 3 ? client_address : dns;
    gboolean server_address = option[0] == 129 || option[0] == 131;

    if (option[1] != 6 || (option[0] != 3 && !server_address) ||
        (server_address && server->options.refuses_dns)) {
        put_option(reject, option);
    } else if (memcmp(option + 2, wanted, 4) != 0) {
        writer_u8(nak, option[0]);
        writer_u8(nak, 6);
        writer_bytes(nak, wanted, 4);
    }
}

static void request_input(Server *server, Control *control, guint8 id, const guint8 *options,
    gsize length)
{
    guint8 naks[256], rejects[2048];
    Writer nak = writer_init(naks, sizeof naks), reject = writer_init(rejects, sizeof rejects);

    if (control == &server->lcp)
        server->acfc = server->pfc = FALSE;
    for (gsize at = 0; at < length;) {
        if (length - at < 2 || options[at + 1] < 2 || options[at + 1] > length - at)
            return;
        if (control == &server->lcp)
            judge_lcp(server, options + at, &nak, &reject);
        else if (control == &server->ipcp)
            judge_ipcp(server, options + at, &nak, &reject);
        at += options[at + 1];
    }
    if (is_open(control) || !control->running) {
        /* The client begins (again). */
        if (control == &server->lcp)
            server->authenticated = server->ipcp.running = server->ccp.running = FALSE;
        control->theirs_acked = FALSE;
        control_start(server, control);
    }
    if (reject.length > 0) {
        server_send(server, control->protocol, REJECT, id, rejects, reject.length);
    } else if (nak.length > 0) {
        server_send(server, control->protocol, NAK, id, naks, nak.length);
    } else {
        server_send(server, control->protocol, ACK, id, options, length);
        control->theirs_acked = TRUE;
        opened(server, control);
    }
}

/* A Nak or Reject of ours: the only thing that we give way in is the method. */
static void refused_input(Server *server, Control *control, guint8 code, const guint8 *options,
    gsize length)
{
    if (control == &server->lcp && length >= 4 && options[0] == 3) {
        guint16 protocol = (guint16)(options[2] << 8 | options[3]);
        gboolean mschapv2 = protocol == CHAP && length >= 5 && options[4] == 0x81;

        if (code == NAK && server->options.any_method)
            server->method = protocol == PAP ? SERVER_PAP
                             : mschapv2      ? SERVER_MSCHAPV2
                                             : SERVER_CHAP_MD5;
    }
    control->id++;
    control->tries++;
    if (control->tries <= TRIES)
        control_request(server, control);
}

static void control_input(Server *server, Control *control, guint8 code, guint8 id,
    const guint8 *body, gsize length)
{
    switch (code) {
    case REQUEST:
        request_input(server, control, id, body, length);
        break;
    case ACK:
        if (id == control->id && control->running && !control->ours_acked) {
            control->ours_acked = TRUE;
            opened(server, control);
        }
        break;
    case NAK:
    case REJECT:
        if (id == control->id && control->running && !control->ours_acked)
            refused_input(server, control, code, body, length);
        break;
    case TERM_REQUEST:
        server_send(server, control->protocol, TERM_ACK, id, NULL, 0);
        control->ours_acked = control->theirs_acked = FALSE;
        control->resend_at = USEC_NEVER;
        break;
    case PROTOCOL_REJECT:
        if (length >= 2 && (body[0] << 8 | body[1]) == CCP) {
            server->ccp.running = FALSE;
            server->ccp.resend_at = USEC_NEVER;
        }
        break;
    case ECHO_REQUEST:
        if (length >= 4 && is_open(&server->lcp)) {
            guint8 reply[4] = { (guint8)(server->magic >> 24), (guint8)(server->magic >> 16),
                                (guint8)(server->magic >> 8), (guint8)server->magic };
            server_send(server, LCP, ECHO_REPLY, id, reply, 4);
        }
        break;
    default:
        break;
    }
}

static void ipv4_input(Server *server, const guint8 *packet, gsize length)
{
    if (!is_open(&server->ipcp) || length < 20)
        return;
    /* Nobody else's address may be used. */
    if (memcmp(packet + 12, client_address, 4) != 0) {
        server->strangers++;
        return;
    }
    server->packets++;
    send_frame(server, IPV4, packet, length);
}

void server_input(Server *server, const guint8 *frame, gsize length)
{
    Reader reader = reader_init(frame, length);

    if (!server->up)
        return;
    if (length >= 2 && frame[0] == 0xff && frame[1] == 0x03)
        reader_skip(&reader, 2);
    guint16 protocol = reader_u8(&reader);
    if (!(protocol & 1))
        protocol = (guint16)(protocol << 8 | reader_u8(&reader));
    if (protocol == IPV4) {
        gsize size;
        const guint8 *packet = reader_rest(&reader, &size);
        if (packet)
            ipv4_input(server, packet, size);
        return;
    }
    guint8 code = reader_u8(&reader);
    guint8 id = reader_u8(&reader);
    gsize stated = reader_u16(&reader);
    if (!reader_ok(&reader) || stated < 4 || stated - 4 > reader_left(&reader))
        return;
    Reader body = reader_sub(&reader, stated - 4);
    if (protocol == LCP)
        control_input(server, &server->lcp, code, id, body.data, body.length);
    else if (!is_open(&server->lcp))
        return; /* "silently discarded" (RFC 1661 §3.4) */
    else if (protocol == PAP)
        login_pap_input(server, code, id, &body);
    else if (protocol == CHAP)
        login_chap_input(server, code, id, &body);
    else if (!server->authenticated)
        return;
    else if (protocol == IPCP)
        control_input(server, &server->ipcp, code, id, body.data, body.length);
    else if (protocol == CCP && server->options.offers_ccp)
        control_input(server, &server->ccp, code, id, body.data, body.length);
    else
        server_send(server, LCP, PROTOCOL_REJECT, ++server->lcp.id, frame, MIN(length, 64));
}

/* ---- life */

static void control_tick(Server *server, Control *control)
{
    /* Also when only the client's request is missing (RFC 1661 §4.1: Ack-Rcvd, TO+). */
    if (!control->running || is_open(control) || control->resend_at > server->world->now)
        return;
    control->resend_at = USEC_NEVER;
    if (++control->tries <= TRIES)
        control_request(server, control);
    else if (control != &server->ccp)
        lns_disconnect(server->lns); /* Max-Configure is reached: This-Layer-Finished */
}

static void later(Server *server)
{
    server->later_at = USEC_NEVER;
    if (server->options.challenges_again && !server->challenged_again &&
        server->method != SERVER_PAP) {
        server->challenged_again = TRUE;
        login_challenge(server);
    } else if (server->options.renegotiates && !server->renegotiated) {
        server->renegotiated = TRUE;
        server->authenticated = FALSE;
        server->ipcp.running = server->ccp.running = FALSE;
        server->ipcp.ours_acked = server->ipcp.theirs_acked = FALSE;
        server->lcp.theirs_acked = FALSE;
        control_start(server, &server->lcp);
    }
}

void server_tick(Server *server)
{
    if (!server->up)
        return;
    control_tick(server, &server->lcp);
    control_tick(server, &server->ipcp);
    control_tick(server, &server->ccp);
    if (server->challenge_at <= server->world->now) {
        server->challenge_at = USEC_NEVER;
        if (++server->challenges <= TRIES)
            login_challenge_again(server);
        else
            lns_disconnect(server->lns);
    }
    if (server->later_at <= server->world->now)
        later(server);
    /* Whoever may not come in is shown out: first the link, then the call. */
    if (server->terminate_at <= server->world->now) {
        gboolean last = ++server->terminations > 2;

        server->terminate_at = last ? USEC_NEVER : server->world->now + server_restart(server);
        if (last)
            lns_disconnect(server->lns);
        else
            server_send(server, LCP, TERM_REQUEST, ++server->lcp.id, NULL, 0);
    }
}

static Usec control_deadline(const Control *control)
{
    return control->running && !is_open(control) ? control->resend_at : USEC_NEVER;
}

Usec server_deadline(const Server *server)
{
    Usec deadline = MIN(server->challenge_at, MIN(server->later_at, server->terminate_at));

    if (!server->up)
        return USEC_NEVER;
    deadline = MIN(deadline, control_deadline(&server->lcp));
    deadline = MIN(deadline, control_deadline(&server->ipcp));
    return MIN(deadline, control_deadline(&server->ccp));
}

void server_up(Server *server)
{
    server->up = TRUE;
    if (!server->options.waits)
        control_start(server, &server->lcp);
}

void server_down(Server *server)
{
    server->up = FALSE;
}

Server *server_new(World *world, const ServerOptions *options, Lns *lns)
{
    Server *server = g_new0(Server, 1);

    server->world = world;
    server->options = *options;
    server->lns = lns;
    server->method = options->method;
    server->asks_auth = TRUE;
    server->magic = world_random(world);
    server->lcp.protocol = LCP;
    server->ipcp.protocol = IPCP;
    server->ccp.protocol = CCP;
    server->challenge_at = server->later_at = server->terminate_at = USEC_NEVER;
    server->lcp.resend_at = server->ipcp.resend_at = server->ccp.resend_at = USEC_NEVER;
    return server;
}

void server_free(Server *server)
{
    g_free(server);
}

guint server_packets(const Server *server)
{
    return server->packets;
}

guint server_strangers(const Server *server)
{
    return server->strangers;
}

gboolean server_is_open(const Server *server)
{
    return is_open(&server->ipcp);
}
