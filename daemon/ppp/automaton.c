/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state transition table of RFC 1661 §4.1, row by row as printed there. */
#include "ppp/automaton.h"

/* Short names for the length of the table. */
enum {
    tlu = PPP_TLU,
    tld = PPP_TLD,
    tls = PPP_TLS,
    tlf = PPP_TLF,
    irc = PPP_IRC,
    zrc = PPP_ZRC,
    scr = PPP_SCR,
    sca = PPP_SCA,
    scn = PPP_SCN,
    str = PPP_STR,
    sta = PPP_STA,
    scj = PPP_SCJ,
    ser = PPP_SER,
};

/* The footnotes are decided like this: [p] no passive option: a peer that never answers ends
 * the negotiation; [r] no restart option: Open changes nothing on a link that is not down;
 * [x] crossed connections are as printed, but control.c drops an Ack that it has seen before,
 * which is what a repeated Configure-Request leads to. */
#define NONE {0, PPP_ILLEGAL}

static const PppTransition table[PPP_EVENT_COUNT][PPP_STATE_COUNT] = {
    [PPP_UP] = {
        {0, 2}, {irc | scr, 6}, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE },
    [PPP_DOWN] = {
        NONE, NONE, {0, 0}, {tls, 1}, {0, 0}, {0, 1}, {0, 1}, {0, 1}, {0, 1}, {tld, 1} },
    [PPP_OPEN] = {
        {tls, 1}, {0, 1}, {irc | scr, 6}, {0, 3}, {0, 5}, {0, 5}, {0, 6}, {0, 7}, {0, 8},
        {0, 9} },
    [PPP_CLOSE] = {
        {0, 0}, {tlf, 0}, {0, 2}, {0, 2}, {0, 4}, {0, 4}, {irc | str, 4}, {irc | str, 4},
        {irc | str, 4}, {tld | irc | str, 4} },
    [PPP_TO_PLUS] = {
        NONE, NONE, NONE, NONE, {str, 4}, {str, 5}, {scr, 6}, {scr, 6}, {scr, 8}, NONE },
    [PPP_TO_MINUS] = {
        NONE, NONE, NONE, NONE, {tlf, 2}, {tlf, 3}, {tlf, 3}, {tlf, 3}, {tlf, 3}, NONE },
    [PPP_RCR_PLUS] = {
        NONE, NONE, {sta, 2}, {irc | scr | sca, 8}, {0, 4}, {0, 5}, {sca, 8}, {sca | tlu, 9},
        {sca, 8}, {tld | scr | sca, 8} },
    [PPP_RCR_MINUS] = {
        NONE, NONE, {sta, 2}, {irc | scr | scn, 6}, {0, 4}, {0, 5}, {scn, 6}, {scn, 7},
        {scn, 6}, {tld | scr | scn, 6} },
    [PPP_RCA] = {
        NONE, NONE, {sta, 2}, {sta, 3}, {0, 4}, {0, 5}, {irc, 7}, {scr, 6}, {irc | tlu, 9},
        {tld | scr, 6} },
    [PPP_RCN] = {
        NONE, NONE, {sta, 2}, {sta, 3}, {0, 4}, {0, 5}, {irc | scr, 6}, {scr, 6},
        {irc | scr, 8}, {tld | scr, 6} },
    [PPP_RTR] = {
        NONE, NONE, {sta, 2}, {sta, 3}, {sta, 4}, {sta, 5}, {sta, 6}, {sta, 6}, {sta, 6},
        {tld | zrc | sta, 5} },
    [PPP_RTA] = {
        NONE, NONE, {0, 2}, {0, 3}, {tlf, 2}, {tlf, 3}, {0, 6}, {0, 6}, {0, 8},
        {tld | scr, 6} },
    [PPP_RUC] = {
        NONE, NONE, {scj, 2}, {scj, 3}, {scj, 4}, {scj, 5}, {scj, 6}, {scj, 7}, {scj, 8},
        {scj, 9} },
    [PPP_RXJ_PLUS] = {
        NONE, NONE, {0, 2}, {0, 3}, {0, 4}, {0, 5}, {0, 6}, {0, 6}, {0, 8}, {0, 9} },
    [PPP_RXJ_MINUS] = {
        NONE, NONE, {tlf, 2}, {tlf, 3}, {tlf, 2}, {tlf, 3}, {tlf, 3}, {tlf, 3}, {tlf, 3},
        {tld | irc | str, 5} },
    [PPP_RXR] = {
        NONE, NONE, {0, 2}, {0, 3}, {0, 4}, {0, 5}, {0, 6}, {0, 7}, {0, 8}, {ser, 9} },
};

static const char *const state_names[PPP_STATE_COUNT] = {
    "Initial", "Starting", "Closed",   "Stopped",  "Closing",
    "Stopping", "Req-Sent", "Ack-Rcvd", "Ack-Sent", "Opened",
};

static const char *const event_names[PPP_EVENT_COUNT] = {
    "Up",  "Down", "Open", "Close", "TO+", "TO-", "RCR+", "RCR-",
    "RCA", "RCN",  "RTR",  "RTA",   "RUC", "RXJ+", "RXJ-", "RXR",
};

const PppTransition *ppp_automaton_lookup(PppState state, PppEvent event)
{
    g_assert((guint)state < PPP_STATE_COUNT && (guint)event < PPP_EVENT_COUNT);
    return &table[event][state];
}

gboolean ppp_automaton_has_timer(PppState state)
{
    return table[PPP_TO_PLUS][state].next != PPP_ILLEGAL;
}

const char *ppp_state_name(PppState state)
{
    return state_names[state];
}

const char *ppp_event_name(PppEvent event)
{
    return event_names[event];
}
