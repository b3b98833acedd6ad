/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The option negotiation automaton (RFC 1661 §4) as data: what to do and where to go for each
 * state and event.  It holds no counters, timers or packets; those are control.c's. */
#pragma once

#include <glib.h>

/* Numbered as in RFC 1661 §4.1. */
typedef enum {
    PPP_INITIAL,
    PPP_STARTING,
    PPP_CLOSED,
    PPP_STOPPED,
    PPP_CLOSING,
    PPP_STOPPING,
    PPP_REQ_SENT,
    PPP_ACK_RCVD,
    PPP_ACK_SENT,
    PPP_OPENED,
} PppState;
#define PPP_STATE_COUNT (PPP_OPENED + 1)

typedef enum {
    PPP_UP,
    PPP_DOWN,
    PPP_OPEN,
    PPP_CLOSE,
    PPP_TO_PLUS,
    PPP_TO_MINUS,
    PPP_RCR_PLUS,
    PPP_RCR_MINUS,
    PPP_RCA,
    PPP_RCN,
    PPP_RTR,
    PPP_RTA,
    PPP_RUC,
    PPP_RXJ_PLUS,
    PPP_RXJ_MINUS,
    PPP_RXR,
} PppEvent;
#define PPP_EVENT_COUNT (PPP_RXR + 1)

/* RFC 1661 §4.4. */
typedef enum {
    PPP_TLU = 1 << 0,  /* This-Layer-Up */
    PPP_TLD = 1 << 1,  /* This-Layer-Down */
    PPP_TLS = 1 << 2,  /* This-Layer-Started */
    PPP_TLF = 1 << 3,  /* This-Layer-Finished */
    PPP_IRC = 1 << 4,  /* Initialize-Restart-Count */
    PPP_ZRC = 1 << 5,  /* Zero-Restart-Count */
    PPP_SCR = 1 << 6,  /* Send-Configure-Request */
    PPP_SCA = 1 << 7,  /* Send-Configure-Ack */
    PPP_SCN = 1 << 8,  /* Send-Configure-Nak/Rej */
    PPP_STR = 1 << 9,  /* Send-Terminate-Request */
    PPP_STA = 1 << 10, /* Send-Terminate-Ack */
    PPP_SCJ = 1 << 11, /* Send-Code-Reject */
    PPP_SER = 1 << 12, /* Send-Echo-Reply */
} PppAction;

typedef struct {
    guint16 actions; /* PppAction bits */
    gint8 next;      /* PppState, or PPP_ILLEGAL */
} PppTransition;

/* The dash of the RFC's table: the event cannot happen, and nothing is done if it does. */
#define PPP_ILLEGAL (-1)

const PppTransition *ppp_automaton_lookup(PppState state, PppEvent event);
/* The states in which the restart timer runs: those that have TO events. */
gboolean ppp_automaton_has_timer(PppState state);
const char *ppp_state_name(PppState state);
const char *ppp_event_name(PppEvent event);
