/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control messages (RFC 2661 §3.1, §6): the header, and the AVPs as one typed structure.
 *
 * The header is read on its own, because the reliable transport decides first whether a message
 * is new; only then are its AVPs looked at. */
#pragma once

#include "l2tp/avp.h"

#define L2TP_CONTROL_HEADER_SIZE 12
/* More than any message defined needs; ours are built in a buffer of this size. */
#define L2TP_MESSAGE_MAX 4096

typedef struct {
    guint16 tunnel_id, session_id;
    guint16 ns, nr;
} L2tpHeader;

typedef struct {
    const guint8 *data; /* NULL when absent */
    gsize length;
} L2tpBytes;

/* Only those values that a LAC acts upon have a field; the others are checked and left. */
typedef struct {
    L2tpMessageType type;
    guint16 session_id; /* of the header */
    guint64 present;    /* bit 1 << AvpType */
    guint16 protocol_version;
    guint16 assigned_tunnel_id;
    guint16 receive_window_size;
    guint16 assigned_session_id;
    guint32 framing_capabilities;
    L2tpBytes host_name;
    L2tpBytes challenge;
    L2tpBytes challenge_response;
    L2tpBytes result_code;
    L2tpBytes q931_cause;
    L2tpBytes disconnect_cause;
    guint8 *plain; /* owned: values that came hidden */
} L2tpMessage;

/* General error codes of a Result Code AVP (RFC 2661 §4.4.2). */
typedef enum {
    L2TP_ERROR_NONE = 0,
    L2TP_ERROR_NO_CONNECTION = 1,
    L2TP_ERROR_LENGTH = 2,
    L2TP_ERROR_VALUE = 3,
    L2TP_ERROR_RESOURCES = 4,
    L2TP_ERROR_SESSION_ID = 5,
    L2TP_ERROR_VENDOR = 6,
    L2TP_ERROR_TRY_ANOTHER = 7,
    L2TP_ERROR_UNKNOWN_AVP = 8,
} L2tpError;

typedef struct {
    L2tpError error;
    gboolean secret; /* a hidden AVP cannot be read: ours is another secret, or we have none */
    char text[96];   /* for the Result Code AVP's message and for the user */
} L2tpFault;

typedef enum {
    L2TP_VERDICT_OK,
    L2TP_VERDICT_IGNORE, /* an unknown message that is not mandatory */
    L2TP_VERDICT_FAULT,  /* the session or the tunnel has to be cleared (§4.2, §7.1) */
} L2tpVerdict;

typedef struct {
    guint16 result;
    gboolean has_error;
    guint16 error;
    L2tpBytes text;
} L2tpResult;

/* FALSE: not a control message of version 2, or with an impossible length: to be discarded
 * (RFC 2661 §3.1, §7.1).  `ret_body` covers the AVPs; none: a ZLB. */
gboolean l2tp_header_parse(const guint8 *packet, gsize length, L2tpHeader *ret_header,
    Reader *ret_body);
/* `ret_message->type` is set also with a fault, if it is known (0: it is not), as are the
 * values in front of the fault.  Values point into `body` or into `ret_message->plain`. */
L2tpVerdict l2tp_message_parse(Reader body, guint16 session_id, const Secret *secret,
    L2tpMessage *ret_message, L2tpFault *ret_fault);
void l2tp_message_clear(L2tpMessage *message);
gboolean l2tp_message_has(const L2tpMessage *message, AvpType type);
/* FALSE when there is no (usable) Result Code. */
gboolean l2tp_message_result(const L2tpMessage *message, L2tpResult *ret_result);
/* Whether such a message is about one session rather than the whole tunnel. */
gboolean l2tp_message_type_is_call(L2tpMessageType type);

/* Opens a message in `buffer`: header without Ns and Nr, which the transport fills in, then the
 * Message Type (and the Random Vector). */
void l2tp_message_begin(AvpWriter *writer, guint8 *buffer, gsize size, guint16 session_id,
    L2tpMessageType type);
/* Sets the header's Length and returns it; 0: it did not fit. */
gsize l2tp_message_end(AvpWriter *writer);
/* Fills in what may change from one transmission to the next (§5.8). */
void l2tp_header_patch(guint8 *packet, guint16 tunnel_id, guint16 ns, guint16 nr);
/* A zero-length body message: an acknowledgement only. */
void l2tp_zlb_build(guint8 packet[L2TP_CONTROL_HEADER_SIZE], guint16 tunnel_id, guint16 ns,
    guint16 nr);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(L2tpMessage, l2tp_message_clear)
