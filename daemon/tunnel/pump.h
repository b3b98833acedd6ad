/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The heart of a tunnel process: the only driver of the engines.
 *
 * One thread, one ppoll(): the parent's socket, the UDP socket, the data path's descriptors and
 * one CLOCK_BOOTTIME timer that is set to the nearest deadline of an engine.  Nothing here ever
 * waits for the parent: PPP runs over the UDP socket from the moment the call is up, and moves
 * to the kernel's descriptors when they come.  The exception is a call with numbered data. */
#pragma once

#include "dhcp6/dhcp6.h"
#include "l2tp/sequence.h"
#include "tunnel/carrier.h"
#include "tunnel/path_kernel.h"
#include "tunnel/path_user.h"
#include "tunnel/protocol.h"

/* The gateway's first frames may overtake its own ICRP, or come before our ICCN is out. */
#define EARLY_FRAMES 8
#define EARLY_FRAME_SIZE 1600

typedef struct {
    gsize length;
    guint8 data[EARLY_FRAME_SIZE];
} EarlyFrame;

typedef struct {
    int parent;
    int timer;
    Entropy *entropy;
    Usec now; /* of this turn of the loop */

    TunnelConfig config; /* wiped as soon as the engines have it */
    gboolean configured, started;
    struct sockaddr_storage peer;
    Usec ike_rtt;
    Carrier *carrier;

    L2tpTunnel *l2tp;
    PppLink *ppp;
    struct sockaddr_storage source; /* of the packet that the L2TP engine was fed last */
    gboolean peer_known;            /* SCCRP was accepted: only its source is let in */
    L2tpSession session;            /* all zero before L2TP_EFFECT_SESSION */
    L2tpSequence sequence;          /* of data messages through the UDP socket (RFC 2661 §5.4) */
    gboolean numbered;              /* some have carried numbers: packets have room for them */
    guint16 path_mtu, mtu;
    PppOptions options;
    gboolean held; /* the call is up, and PPP waits for the path of its numbered frames */
    Stage stage; /* the last one that was told */
    gboolean network_up;
    PppNetwork network;   /* the last one that was up */
    EarlyFrame early[EARLY_FRAMES];
    guint n_early;

    KernelPath kernel;
    Usec woke_at; /* when a deadline was last found long past: 0, or the end of a sleep */
    UserPath *user;

    Dhcp6Client *dhcp6;     /* from the parent's IPV6 on */
    int router_fd, dhcp6_fd; /* -1: none */

    gboolean over;     /* FAILED, REDIRECTED or CLOSED was said */
    gboolean stopping; /* the parent said STOP */
    Usec leave_at;     /* when L2TP is closed without waiting for PPP's good-bye any longer */
    Usec stop_at;      /* when CLOSED is said, whatever the peer does */
    guint log_lines;   /* of this period */
    Usec log_period;
    gboolean quit;
} Pump;

/* Returns when the parent is gone or has no more use for this process. */
void pump_run(int parent, int timer, const guint8 seed[ENTROPY_SEED_SIZE], const char *missing);

/* ---- between the files of the pump */

/* Runs both engines' effects until none is left; called after every call into one. */
void pump_effects(Pump *pump);
void pump_fail(Pump *pump, const Failure *failure);
void pump_close(Pump *pump);     /* the parent's STOP */
void pump_measure(Pump *pump);   /* the path's MTU; tells the parent when it has changed */
void pump_say(Pump *pump, TunnelMessage *message); /* clears it */
void pump_say_plain(Pump *pump, TunnelMessageType type);
void pump_path_taken(Pump *pump); /* the parent has given the data path */
void pump_log(Pump *pump, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* parent.c: one message of the parent's. FALSE: it was not one, or is not in order. */
gboolean pump_obey(Pump *pump, TunnelMessage *message);

/* frames.c */
/* One batch of what waits on the UDP socket. TRUE: there may be more. */
gboolean pump_receive(Pump *pump);
void pump_send_frame(Pump *pump, const guint8 *frame, gsize length);
void pump_feed_early(Pump *pump);
/* ipv6.c: what the network inside says of itself */
gboolean pump_ipv6_take(Pump *pump, TunnelMessage *message);
/* From the descriptor, as one of router_fd and dhcp6_fd. */
void pump_ipv6_read(Pump *pump, int *fd);
void pump_ipv6_tick(Pump *pump);
Usec pump_ipv6_deadline(const Pump *pump);
/* Gives the address back; nothing is read or told from here on. */
void pump_ipv6_close(Pump *pump);
void pump_ipv6_clear(Pump *pump);

/* What stands in front of users' packets has changed, or may have. */
void pump_update_path(Pump *pump);
