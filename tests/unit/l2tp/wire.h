/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The peer's side of the wire, by hand: packets are put together from hexadecimal, apart from
 * the code under test, and effects are told as one line of words. */
#pragma once

#include "l2tp/l2tp.h"

typedef struct {
    Entropy *entropy;
    L2tpTunnel *tunnel;
    Usec now;
    guint16 tunnel_id, session_id; /* ours, as our own messages said */
    guint16 ns, nr;                /* of the peer's next message */
    char *detail;                  /* of the last failure */
    char *text;                    /* of the last redirect, or the peer's host name */
    char *told;                    /* the last line */
    GByteArray *last;              /* the last packet sent */
    GByteArray *first;             /* the first packet of the last line */
} Wire;

Wire *wire_new(const L2tpConfig *config);
void wire_free(Wire *wire);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wire, wire_free)

/* Bytes of hexadecimal with blanks. */
GByteArray *wire_hex(const char *hex);
/* One AVP's hexadecimal, M bit set. */
char *wire_avp(guint type, const char *value_hex);

/* The state setters' messages, of which a sweep would print megabytes. */
void wire_be_quiet(void);

/* Each of these runs one call and tells its effects: "SCCCN(1,1) ICRQ(2,1)", numbers are Ns and
 * Nr; "TUNNEL_UP", "SESSION", "UP", "FAILED l2tp-refused", "CLOSED", "REDIRECT"; "" for none. */
const char *wire_open(Wire *wire);
const char *wire_close(Wire *wire);
const char *wire_tick(Wire *wire, Usec later);
const char *wire_raw(Wire *wire, const guint8 *packet, gsize length);
/* A control message of `type` with these AVPs behind the Message Type; Ns and Nr from `wire`,
 * whose Ns is moved on. */
const char *wire_message(Wire *wire, guint16 session_id, guint type, const char *avps_hex);
/* The same with Ns and Nr given. */
const char *wire_numbered(Wire *wire, guint16 ns, guint16 nr, guint16 session_id, guint type,
    const char *avps_hex);
const char *wire_zlb(Wire *wire);

/* The AVPs of an ordinary SCCRP: tunnel 0x1234, window 4, framing 3; and an ICRP: session 0x77. */
#define WIRE_SCCRP "8008 0000 0002 0100 800a 0000 0003 00000003 8009 0000 0007 6c6e73 " \
                   "8008 0000 0009 1234 8008 0000 000a 0004"
#define WIRE_ICRP "8008 0000 000e 0077"
/* From new to UP. */
void wire_connect(Wire *wire);
