/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attribute Value Pairs (RFC 2661 §4): the one table of all of them, and the header that each
 * of them has.  What a message must or may carry is decided here and nowhere else. */
#pragma once

#include "base/bytes.h"
#include "base/entropy.h"
#include "base/secret.h"

/* Message Type values (RFC 2661 §3.2). */
typedef enum {
    L2TP_SCCRQ = 1,
    L2TP_SCCRP = 2,
    L2TP_SCCCN = 3,
    L2TP_STOPCCN = 4,
    L2TP_HELLO = 6,
    L2TP_OCRQ = 7,
    L2TP_OCRP = 8,
    L2TP_OCCN = 9,
    L2TP_ICRQ = 10,
    L2TP_ICRP = 11,
    L2TP_ICCN = 12,
    L2TP_CDN = 14,
    L2TP_WEN = 15,
    L2TP_SLI = 16,
} L2tpMessageType;
#define L2TP_MESSAGE_TYPE_MAX L2TP_SLI

/* Attribute Types of Vendor ID 0 (RFC 2661 §4.4, RFC 3145 §2). */
typedef enum {
    AVP_MESSAGE_TYPE = 0,
    AVP_RESULT_CODE = 1,
    AVP_PROTOCOL_VERSION = 2,
    AVP_FRAMING_CAPABILITIES = 3,
    AVP_BEARER_CAPABILITIES = 4,
    AVP_TIE_BREAKER = 5,
    AVP_FIRMWARE_REVISION = 6,
    AVP_HOST_NAME = 7,
    AVP_VENDOR_NAME = 8,
    AVP_ASSIGNED_TUNNEL_ID = 9,
    AVP_RECEIVE_WINDOW_SIZE = 10,
    AVP_CHALLENGE = 11,
    AVP_Q931_CAUSE_CODE = 12,
    AVP_CHALLENGE_RESPONSE = 13,
    AVP_ASSIGNED_SESSION_ID = 14,
    AVP_CALL_SERIAL_NUMBER = 15,
    AVP_MINIMUM_BPS = 16,
    AVP_MAXIMUM_BPS = 17,
    AVP_BEARER_TYPE = 18,
    AVP_FRAMING_TYPE = 19,
    AVP_CALLED_NUMBER = 21,
    AVP_CALLING_NUMBER = 22,
    AVP_SUB_ADDRESS = 23,
    AVP_TX_CONNECT_SPEED = 24,
    AVP_PHYSICAL_CHANNEL_ID = 25,
    AVP_INITIAL_RECEIVED_CONFREQ = 26,
    AVP_LAST_SENT_CONFREQ = 27,
    AVP_LAST_RECEIVED_CONFREQ = 28,
    AVP_PROXY_AUTHEN_TYPE = 29,
    AVP_PROXY_AUTHEN_NAME = 30,
    AVP_PROXY_AUTHEN_CHALLENGE = 31,
    AVP_PROXY_AUTHEN_ID = 32,
    AVP_PROXY_AUTHEN_RESPONSE = 33,
    AVP_CALL_ERRORS = 34,
    AVP_ACCM = 35,
    AVP_RANDOM_VECTOR = 36,
    AVP_PRIVATE_GROUP_ID = 37,
    AVP_RX_CONNECT_SPEED = 38,
    AVP_SEQUENCING_REQUIRED = 39,
    AVP_PPP_DISCONNECT_CAUSE = 46,
} AvpType;
#define AVP_TYPE_COUNT (AVP_PPP_DISCONNECT_CAUSE + 1)

#define AVP_HEADER_SIZE 6
#define AVP_LENGTH_MAX 1023 /* ten bits (§4.1) */
#define AVP_VALUE_MAX (AVP_LENGTH_MAX - AVP_HEADER_SIZE)

typedef struct {
    const char *name; /* NULL: no such attribute */
    guint16 min, max; /* length of the value, bytes, before hiding */
    gboolean may_hide;
    gboolean mandatory; /* the M bit as it is to be sent */
    guint32 required;   /* bit 1 << L2tpMessageType: must be in these messages */
    guint32 optional;   /* may be in these */
} AvpRule;

/* NULL for an attribute that no RFC we know defines. */
const AvpRule *avp_rule(guint type);

typedef struct {
    gboolean mandatory, hidden;
    gboolean reserved; /* a reserved bit was set: to be treated as unrecognised (§4.1) */
    guint16 vendor, type;
    const guint8 *value; /* in place */
    gsize length;
} Avp;

/* Takes the next AVP.  FALSE: its Length is under 6 or beyond what is left; the message cannot
 * be read any further. */
gboolean avp_next(Reader *reader, Avp *ret_avp);

/* Writes a message's AVPs.  With a secret and `hide` set, those that may be hidden are, after
 * a Random Vector that the first avp_writer_type() call puts in (§4.3). */
typedef struct {
    Writer writer;
    const Secret *secret;
    Entropy *entropy;
    gboolean hide;
    guint8 random_vector[16];
} AvpWriter;

void avp_write_type(AvpWriter *writer, L2tpMessageType type);
void avp_write_u16(AvpWriter *writer, AvpType type, guint16 value);
void avp_write_u32(AvpWriter *writer, AvpType type, guint32 value);
void avp_write_bytes(AvpWriter *writer, AvpType type, const void *value, gsize length);
