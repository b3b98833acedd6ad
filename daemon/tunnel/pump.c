/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loop and the engines' effects. */
#include "tunnel/pump.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* The parent's messages that are handled before packets get their turn. */
#define MESSAGES_PER_TURN 8
/* Batches of packets that are handled before the clock is read again. */
#define BATCHES_PER_TURN 4
/* A log that a hostile peer could fill: so many lines in so long a time. */
#define LOG_LINES 200
#define LOG_PERIOD (10 * USEC_PER_SEC)
/* How long the PPP engine's good-bye may hold up that of L2TP, within TUNNEL_STOP_TIME. */
#define PPP_LEAVE_TIME (300 * USEC_PER_MSEC)

#define IPV4_UDP_OVERHEAD (20 + 8)
#define IPV6_UDP_OVERHEAD (40 + 8)
#define L2TP_OVERHEAD 6
#define L2TP_OVERHEAD_SEQUENCED 10
#define PPP_OVERHEAD 4
#define PATH_MTU_UNKNOWN 1280 /* RFC 8200 §5: the least that any path is asked to carry */
#define MTU_MIN 68

static Pump *log_pump; /* the log's writer has no other way to it */

static Usec boot_time(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (Usec)now.tv_sec * USEC_PER_SEC + (Usec)now.tv_nsec / 1000;
}

/* ---- to the parent */

void pump_say(Pump *pump, TunnelMessage *message)
{
    gboolean optional = message->type == TUNNEL_LOG || message->type == TUNNEL_STATISTICS;
    TunnelIo result = tunnel_message_send(pump->parent, message);

    tunnel_message_clear(message);
    /* A parent that reads nothing any more, or to whom the truth cannot be told, is none. */
    if (result != TUNNEL_IO_DONE && !(optional && result != TUNNEL_IO_CLOSED))
        pump->quit = TRUE;
}

void pump_say_plain(Pump *pump, TunnelMessageType type)
{
    TunnelMessage message;

    tunnel_message_init(&message, type);
    pump_say(pump, &message);
}

static void say_text(Pump *pump, TunnelMessageType type, const char *text)
{
    TunnelMessage message;

    tunnel_message_init(&message, type);
    message.text = failure_clean_text((const guint8 *)text, strlen(text));
    pump_say(pump, &message);
}

void pump_log(Pump *pump, const char *format, ...)
{
    va_list arguments;

    if (pump->now >= pump->log_period + LOG_PERIOD) {
        pump->log_period = pump->now;
        pump->log_lines = 0;
    }
    if (pump->log_lines++ >= LOG_LINES)
        return;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    say_text(pump, TUNNEL_LOG, text);
}

static GLogWriterOutput log_writer(GLogLevelFlags level, const GLogField *fields, gsize n_fields,
                                   gpointer user_data)
{
    for (gsize i = 0; i < n_fields; i++) {
        if (strcmp(fields[i].key, "MESSAGE") == 0)
            pump_log(log_pump, "%s", (const char *)fields[i].value);
    }
    return G_LOG_WRITER_HANDLED;
}

void pump_fail(Pump *pump, const Failure *failure)
{
    TunnelMessage message;

    if (pump->over)
        return;
    pump->over = TRUE;
    pump->network_up = FALSE;
    tunnel_message_init(&message, TUNNEL_FAILED);
    message.failure = failure_copy(failure);
    if (message.failure->stage < STAGE_L2TP)
        message.failure->stage = STAGE_L2TP;
    pump_say(pump, &message);
}

static void say_stage(Pump *pump, Stage stage, const char *text)
{
    TunnelMessage message;

    pump->stage = stage;
    tunnel_message_init(&message, TUNNEL_STAGE);
    message.stage = stage;
    message.text = text ? failure_clean_text((const guint8 *)text, strlen(text)) : NULL;
    pump_say(pump, &message);
}

/* ---- the path below */

void pump_measure(Pump *pump)
{
    /* A gateway that turns numbers on and off does not move the MTU each time. */
    pump->numbered |= pump->sequence.sending;
    guint overhead =
        (pump->peer.ss_family == AF_INET ? IPV4_UDP_OVERHEAD : IPV6_UDP_OVERHEAD) +
        (pump->numbered ? L2TP_OVERHEAD_SEQUENCED : L2TP_OVERHEAD) + PPP_OVERHEAD;
    guint path_mtu = carrier_mtu(pump->carrier);

    if (path_mtu < overhead + MTU_MIN)
        path_mtu = PATH_MTU_UNKNOWN;
    guint mtu = path_mtu - overhead;
    if (pump->config.mtu != 0)
        mtu = MIN(mtu, pump->config.mtu);
    if (pump->options.peer_mru != 0)
        mtu = MIN(mtu, pump->options.peer_mru);
    gboolean first = pump->mtu == 0, changed = mtu != pump->mtu;
    pump->path_mtu = (guint16)path_mtu;
    pump->mtu = (guint16)mtu;
    if (!changed)
        return;

    TunnelMessage message;
    tunnel_message_init(&message, first ? TUNNEL_DATA_PATH_WANTED : TUNNEL_MTU);
    message.mtu = pump->mtu;
    message.data_path = (TunnelDataPath){ .session = pump->session, .path_mtu = pump->path_mtu,
                                          .mtu = pump->mtu };
    pump_say(pump, &message);
    pump_update_path(pump);
}

/* ---- L2TP's effects */

/* The peer may answer from another port (RFC 3193 §4.2); from here on it is this one alone. */
static void peer_found(Pump *pump, const char *host_name)
{
    if (!carrier_address_equal(&pump->peer, &pump->source, TRUE)) {
        TunnelMessage message;
        tunnel_message_init(&message, TUNNEL_PEER);
        message.peer = pump->source;
        pump_say(pump, &message);
    }
    pump->peer = pump->source;
    pump->peer_known = TRUE;
    if (!carrier_connect(pump->carrier, &pump->peer))
        pump_log(pump, "l2tp: connect: %s", strerrorname_np(errno));
    pump_log(pump, "l2tp: the gateway calls itself \"%s\"", host_name ? host_name : "");
}

/* MTU and MRU are known before LCP begins (RFC 3193 §3.2). */
static void ppp_begin(Pump *pump)
{
    const TunnelConfig *c = &pump->config;
    Usec rtt = l2tp_tunnel_rtt(pump->l2tp);
    PppConfig config = {
        .user = c->user,
        .password = c->password,
        .methods = c->methods,
        .mru = c->mru != 0 ? c->mru : pump->mtu,
        .mtu = pump->mtu,
        .pfc = c->pfc,
        .acfc = c->acfc,
        .ipv4 = c->ipv4,
        .ipv6 = c->ipv6,
        .ipv4_address = c->ipv4_address,
        .dns = c->dns,
        .nbns = c->nbns,
        .rtt = rtt != 0 ? rtt : pump->ike_rtt,
        .echo_interval = c->echo_interval,
        .echo_failures = c->echo_failures,
    };

    pump->ppp = ppp_link_new(&config, pump->entropy);
    g_clear_pointer(&pump->config.password, secret_free);
    ppp_link_open(pump->ppp, pump->now);
}

/* Our Configure-Request leaves right behind the ICCN, without waiting for the parent; but the
 * kernel's session counts from zero, and its gateway would take for old what comes after numbered
 * frames of ours (Linux drops five of those before it believes them). */
static void call_up(Pump *pump)
{
    pump->held = pump->session.sequencing && !kernel_path_ready(&pump->kernel) && !pump->user;
    if (pump->held)
        return;
    ppp_begin(pump);
    pump_effects(pump);
    pump_feed_early(pump);
}

void pump_path_taken(Pump *pump)
{
    if (pump->held && pump->l2tp && !pump->over && !pump->stopping)
        call_up(pump);
}

static void l2tp_closed(Pump *pump)
{
    if (!pump->over) {
        pump->over = TRUE;
        pump_say_plain(pump, TUNNEL_CLOSED);
    }
    /* After a failure the process stays for late acknowledgements, until its parent ends it. */
    if (pump->stopping)
        pump->quit = TRUE;
}

/* To the L2TP engine the call was up; where the user stood, PPP knows. A gateway that hangs up
 * over the password instead of refusing it (l2tpns does) has refused it all the same. */
static void call_failed(Pump *pump, const Failure *failure)
{
    Failure told = *failure;

    if (pump->ppp && !pump->network_up)
        told.stage = pump->stage;
    if (told.stage == STAGE_AUTHENTICATION && told.code == FAILURE_GATEWAY_CLOSED)
        told.code = FAILURE_AUTHENTICATION_REFUSED;
    pump_fail(pump, &told);
    g_clear_pointer(&pump->ppp, ppp_link_free); /* nothing is below it any more */
}

static gboolean l2tp_effect(Pump *pump)
{
    L2tpEffect effect;

    if (!pump->l2tp || !l2tp_tunnel_next(pump->l2tp, &effect))
        return FALSE;
    switch (effect.type) {
    case L2TP_EFFECT_SEND:
        carrier_send_one(pump->carrier, effect.packet, effect.length);
        break;
    case L2TP_EFFECT_TUNNEL_UP:
        peer_found(pump, effect.host_name);
        break;
    case L2TP_EFFECT_SESSION:
        pump->session = effect.session;
        l2tp_sequence_init(&pump->sequence, effect.session.sequencing);
        pump_measure(pump);
        break;
    case L2TP_EFFECT_UP:
        call_up(pump);
        break;
    case L2TP_EFFECT_REDIRECT:
        if (!pump->over) {
            pump->over = TRUE;
            say_text(pump, TUNNEL_REDIRECTED, effect.text ? effect.text : "");
        }
        break;
    case L2TP_EFFECT_FAILED:
        call_failed(pump, effect.failure);
        break;
    case L2TP_EFFECT_CLOSED:
        l2tp_closed(pump);
        break;
    }
    return TRUE;
}

/* ---- PPP's effects */

static guint32 host_or_none(guint32 address)
{
    return tunnel_address_is_host(address) ? address : 0;
}

/* What a gateway may say and no host can have is left out here: the parent takes it for the
 * mark of a broken tunnel. */
static void network_up(Pump *pump, const PppNetwork *network)
{
    TunnelMessage message;
    PppNetwork clean = *network;

    clean.address = host_or_none(network->address);
    clean.peer_address = host_or_none(network->peer_address);
    for (guint i = 0; i < 2; i++) {
        clean.dns[i] = host_or_none(network->dns[i]);
        clean.nbns[i] = host_or_none(network->nbns[i]);
    }
    if (clean.address == 0 && (!clean.ipv6 || clean.interface_id == 0)) {
        g_autoptr(Failure) failure = failure_new(STAGE_NETWORK, FAILURE_NO_ADDRESS, NULL);
        pump_fail(pump, failure);
        l2tp_tunnel_close(pump->l2tp, pump->now);
        return;
    }
    clean.ipv6 = clean.ipv6 && clean.interface_id != 0;
    pump->network_up = TRUE;
    pump->network = clean;
    tunnel_message_init(&message, TUNNEL_NETWORK_UP);
    message.network = clean;
    pump_say(pump, &message);
}

static void options_known(Pump *pump, const PppOptions *options)
{
    TunnelMessage message;

    pump->options = *options;
    pump->options.peer_mru = MAX(options->peer_mru, MTU_MIN);
    pump->options.mru = MAX(options->mru, MTU_MIN);
    tunnel_message_init(&message, TUNNEL_OPTIONS);
    message.options = pump->options;
    pump_say(pump, &message);
    pump_update_path(pump);
    pump_measure(pump);
}

static void secret_wanted(Pump *pump, const PppEffect *effect)
{
    TunnelMessage message;

    tunnel_message_init(&message, TUNNEL_SECRET_WANTED);
    message.secret_kind = effect->secret_kind;
    message.failure = effect->failure ? failure_copy(effect->failure) : NULL;
    pump_say(pump, &message);
}

static gboolean ppp_effect(Pump *pump)
{
    PppEffect effect;

    if (!pump->ppp || !ppp_link_next(pump->ppp, &effect))
        return FALSE;
    switch (effect.type) {
    case PPP_EFFECT_SEND:
        pump_send_frame(pump, effect.packet, effect.length);
        break;
    case PPP_EFFECT_STAGE:
        if (!pump->over)
            say_stage(pump, effect.stage, effect.method);
        break;
    case PPP_EFFECT_OPTIONS:
        options_known(pump, &effect.options);
        break;
    case PPP_EFFECT_SECRET_WANTED:
        secret_wanted(pump, &effect);
        break;
    case PPP_EFFECT_NETWORK_UP:
        if (!pump->over)
            network_up(pump, &effect.network);
        break;
    case PPP_EFFECT_NETWORK_DOWN:
        pump->network_up = FALSE;
        if (!pump->over)
            pump_say_plain(pump, TUNNEL_NETWORK_DOWN);
        break;
    case PPP_EFFECT_FAILED:
        /* The call is of no use without its link; the gateway is told so at once. */
        pump_fail(pump, effect.failure);
        l2tp_tunnel_close(pump->l2tp, pump->now);
        break;
    case PPP_EFFECT_CLOSED:
        l2tp_tunnel_close(pump->l2tp, pump->now);
        break;
    }
    return TRUE;
}

/* Each effect may call into the other engine; a pointer in it holds until then. */
void pump_effects(Pump *pump)
{
    while (!pump->quit && (l2tp_effect(pump) || ppp_effect(pump)))
        continue;
}

void pump_close(Pump *pump)
{
    pump->stopping = TRUE;
    pump->stop_at = usec_add(pump->now, TUNNEL_STOP_TIME);
    if (!pump->l2tp || pump->over) {
        l2tp_closed(pump);
        return;
    }
    pump_ipv6_close(pump);
    pump->network_up = FALSE;
    pump->leave_at = pump->now;
    if (pump->ppp) {
        pump->leave_at = usec_add(pump->now, PPP_LEAVE_TIME);
        ppp_link_close(pump->ppp, pump->now);
    }
    pump_effects(pump);
}

/* ---- time */

/* Users' packets in the kernel are a sign of life as good as an echo.  But the clock by which
 * the kernel tells their age stands still while the machine sleeps, which a deadline long past
 * gives away: those from before are none. */
static gboolean kernel_path_heard(Pump *pump)
{
    Usec idle = kernel_path_idle(&pump->kernel);

    if (pump->now > usec_add(ppp_link_deadline(pump->ppp), USEC_PER_SEC))
        pump->woke_at = pump->now;
    return idle <= USEC_PER_SEC && usec_add(idle, USEC_PER_SEC) <= pump->now - pump->woke_at;
}

static void tick(Pump *pump)
{
    if (pump->stopping && pump->now >= pump->stop_at) {
        l2tp_closed(pump);
        return;
    }
    if (pump->stopping && pump->now >= pump->leave_at) {
        pump->leave_at = USEC_NEVER;
        l2tp_tunnel_close(pump->l2tp, pump->now);
    }
    if (pump->l2tp && pump->now >= l2tp_tunnel_deadline(pump->l2tp))
        l2tp_tunnel_tick(pump->l2tp, pump->now);
    if (pump->ppp && pump->now >= ppp_link_deadline(pump->ppp)) {
        if (kernel_path_heard(pump))
            ppp_link_seen(pump->ppp, pump->now);
        ppp_link_tick(pump->ppp, pump->now);
    }
    pump_effects(pump);
    pump_ipv6_tick(pump);
}

static void arm_timer(Pump *pump)
{
    Usec deadline = USEC_NEVER;
    struct itimerspec at = { 0 };

    if (pump->l2tp)
        deadline = MIN(deadline, l2tp_tunnel_deadline(pump->l2tp));
    if (pump->ppp)
        deadline = MIN(deadline, ppp_link_deadline(pump->ppp));
    deadline = MIN(deadline, pump_ipv6_deadline(pump));
    if (pump->stopping)
        deadline = MIN(deadline, MIN(pump->stop_at, pump->leave_at));
    if (deadline != USEC_NEVER) {
        at.it_value.tv_sec = (time_t)(deadline / USEC_PER_SEC);
        at.it_value.tv_nsec = (long)(deadline % USEC_PER_SEC) * 1000;
        if (deadline == 0)
            at.it_value.tv_nsec = 1; /* all zero would disarm it */
    }
    timerfd_settime(pump->timer, TFD_TIMER_ABSTIME, &at, NULL);
}

/* ---- the loop */

enum { PARENT, TIMER, SOCKET, CHANNEL, UNIT, TUN, ROUTER, DHCP6, POLL_COUNT };

static void obey_parent(Pump *pump)
{
    for (guint i = 0; i < MESSAGES_PER_TURN && !pump->quit; i++) {
        g_auto(TunnelMessage) message;
        TunnelIo result = tunnel_message_receive(pump->parent, TUNNEL_TO_TUNNEL, &message);

        if (result == TUNNEL_IO_AGAIN)
            return;
        if (result != TUNNEL_IO_DONE || !pump_obey(pump, &message))
            pump->quit = TRUE;
        else
            pump_effects(pump);
    }
}

static void read_kernel(Pump *pump, int fd)
{
    guint8 frame[KERNEL_FRAME_MAX];
    gsize length;

    while (pump->ppp && (length = kernel_path_receive(&pump->kernel, fd, frame, sizeof frame)) > 0) {
        ppp_link_input(pump->ppp, pump->now, frame, length);
        pump_effects(pump);
    }
}

static void turn(Pump *pump, const struct pollfd *fds)
{
    guint64 expirations;

    pump->now = boot_time();
    if (fds[TIMER].revents)
        (void)!read(pump->timer, &expirations, sizeof expirations);
    if (fds[PARENT].revents)
        obey_parent(pump);
    if (fds[SOCKET].revents & ~POLLOUT) {
        for (guint i = 0; i < BATCHES_PER_TURN && !pump->quit && pump_receive(pump); i++)
            continue;
    }
    if (fds[CHANNEL].revents & POLLIN)
        read_kernel(pump, pump->kernel.channel);
    if (fds[UNIT].revents & POLLIN)
        read_kernel(pump, pump->kernel.unit);
    /* The parent took the session away: its descriptors would wake us for ever. */
    if ((fds[CHANNEL].revents | fds[UNIT].revents) & (POLLHUP | POLLERR))
        kernel_path_clear(&pump->kernel);
    if ((fds[TUN].revents || fds[SOCKET].revents & POLLOUT) && pump->user && !pump->quit) {
        user_path_send(pump->user, pump->carrier, &pump->sequence.next);
        if (carrier_state(pump->carrier).too_large)
            pump_measure(pump);
    }
    if (fds[ROUTER].revents)
        pump_ipv6_read(pump, &pump->router_fd);
    if (fds[DHCP6].revents)
        pump_ipv6_read(pump, &pump->dhcp6_fd);
    if (!pump->quit)
        tick(pump);
}

static void loop(Pump *pump)
{
    while (!pump->quit) {
        gboolean blocked = pump->user && user_path_blocked(pump->user);
        gboolean reads_tun = pump->user && pump->network_up && !blocked;
        struct pollfd fds[POLL_COUNT] = {
            [PARENT] = { pump->parent, POLLIN, 0 },
            [TIMER] = { pump->timer, POLLIN, 0 },
            [SOCKET] = { pump->carrier ? carrier_fd(pump->carrier) : -1,
                         blocked ? POLLIN | POLLOUT : POLLIN, 0 },
            [CHANNEL] = { pump->kernel.channel, POLLIN, 0 },
            [UNIT] = { pump->kernel.unit, POLLIN, 0 },
            /* Without a network the packets stay with the kernel, which knows what to drop. */
            [TUN] = { reads_tun ? user_path_fd(pump->user) : -1, POLLIN, 0 },
            [ROUTER] = { pump->router_fd, POLLIN, 0 },
            [DHCP6] = { pump->dhcp6_fd, POLLIN, 0 },
        };

        arm_timer(pump);
        if (ppoll(fds, POLL_COUNT, NULL, NULL) < 0) {
            if (errno == EINTR)
                continue;
            break;
        }
        turn(pump, fds);
    }
}

void pump_run(int parent, int timer, const guint8 seed[ENTROPY_SEED_SIZE], const char *missing)
{
    Pump *pump = g_new0(Pump, 1);

    pump->parent = parent;
    pump->timer = timer;
    pump->entropy = entropy_new(seed);
    pump->now = boot_time();
    pump->log_period = pump->now;
    pump->router_fd = pump->dhcp6_fd = -1;
    kernel_path_init(&pump->kernel);
    log_pump = pump;
    g_log_set_writer_func(log_writer, NULL, NULL);

    pump_say_plain(pump, TUNNEL_READY);
    if (missing)
        pump_log(pump, "sandbox: not to be had on this system: %s", missing);
    loop(pump);

    tunnel_config_clear(&pump->config);
    ppp_link_free(pump->ppp);
    l2tp_tunnel_free(pump->l2tp);
    pump_ipv6_clear(pump);
    user_path_free(pump->user);
    kernel_path_clear(&pump->kernel);
    carrier_free(pump->carrier);
    entropy_free(pump->entropy);
    log_pump = NULL;
    g_free(pump);
}
