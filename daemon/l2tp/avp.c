/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attribute Value Pairs: the table, typed from RFC 2661 §4.4 and §6, and their header (§4.1). */
#include "l2tp/avp.h"

#include "l2tp/hiding.h"

#include <string.h>

#define FLAG_MANDATORY 0x8000
#define FLAG_HIDDEN 0x4000
#define FLAGS_RESERVED 0x3c00

#define IN(message) (1u << L2TP_##message)
#define ANY_LENGTH AVP_VALUE_MAX

/* A length is that of the value alone, before hiding.  "Arbitrary" texts may be empty, except
 * where the RFC says that they may not. */
static const AvpRule rules[AVP_TYPE_COUNT] = {
    /* name, min, max, may be hidden, M bit, required in, optional in */
    [AVP_MESSAGE_TYPE] = { "Message Type", 2, 2, FALSE, TRUE, 0, 0 },
    [AVP_RESULT_CODE] = { "Result Code", 2, ANY_LENGTH, FALSE, TRUE, IN(STOPCCN) | IN(CDN), 0 },
    [AVP_PROTOCOL_VERSION] = { "Protocol Version", 2, 2, FALSE, TRUE, IN(SCCRQ) | IN(SCCRP), 0 },
    [AVP_FRAMING_CAPABILITIES] = { "Framing Capabilities", 4, 4, TRUE, TRUE,
                                   IN(SCCRQ) | IN(SCCRP), 0 },
    [AVP_BEARER_CAPABILITIES] = { "Bearer Capabilities", 4, 4, TRUE, TRUE, 0,
                                  IN(SCCRQ) | IN(SCCRP) },
    [AVP_TIE_BREAKER] = { "Tie Breaker", 8, 8, FALSE, FALSE, 0, IN(SCCRQ) },
    [AVP_FIRMWARE_REVISION] = { "Firmware Revision", 2, 2, TRUE, FALSE, 0, IN(SCCRQ) | IN(SCCRP) },
    [AVP_HOST_NAME] = { "Host Name", 1, ANY_LENGTH, FALSE, TRUE, IN(SCCRQ) | IN(SCCRP), 0 },
    [AVP_VENDOR_NAME] = { "Vendor Name", 0, ANY_LENGTH, TRUE, FALSE, 0, IN(SCCRQ) | IN(SCCRP) },
    [AVP_ASSIGNED_TUNNEL_ID] = { "Assigned Tunnel ID", 2, 2, TRUE, TRUE,
                                 IN(SCCRQ) | IN(SCCRP) | IN(STOPCCN), 0 },
    [AVP_RECEIVE_WINDOW_SIZE] = { "Receive Window Size", 2, 2, FALSE, TRUE, 0,
                                  IN(SCCRQ) | IN(SCCRP) },
    [AVP_CHALLENGE] = { "Challenge", 1, ANY_LENGTH, TRUE, TRUE, 0, IN(SCCRQ) | IN(SCCRP) },
    [AVP_Q931_CAUSE_CODE] = { "Q.931 Cause Code", 3, ANY_LENGTH, FALSE, TRUE, 0, IN(CDN) },
    [AVP_CHALLENGE_RESPONSE] = { "Challenge Response", 16, 16, TRUE, TRUE, 0,
                                 IN(SCCRP) | IN(SCCCN) },
    [AVP_ASSIGNED_SESSION_ID] = { "Assigned Session ID", 2, 2, TRUE, TRUE,
                                  IN(CDN) | IN(ICRP) | IN(ICRQ) | IN(OCRP) | IN(OCRQ), 0 },
    [AVP_CALL_SERIAL_NUMBER] = { "Call Serial Number", 4, 4, TRUE, TRUE, IN(ICRQ) | IN(OCRQ), 0 },
    [AVP_MINIMUM_BPS] = { "Minimum BPS", 4, 4, TRUE, TRUE, IN(OCRQ), 0 },
    [AVP_MAXIMUM_BPS] = { "Maximum BPS", 4, 4, TRUE, TRUE, IN(OCRQ), 0 },
    [AVP_BEARER_TYPE] = { "Bearer Type", 4, 4, TRUE, TRUE, IN(OCRQ), IN(ICRQ) },
    [AVP_FRAMING_TYPE] = { "Framing Type", 4, 4, TRUE, TRUE, IN(ICCN) | IN(OCCN) | IN(OCRQ), 0 },
    [AVP_CALLED_NUMBER] = { "Called Number", 0, ANY_LENGTH, TRUE, TRUE, IN(OCRQ), IN(ICRQ) },
    [AVP_CALLING_NUMBER] = { "Calling Number", 0, ANY_LENGTH, TRUE, TRUE, 0, IN(ICRQ) },
    [AVP_SUB_ADDRESS] = { "Sub-Address", 0, ANY_LENGTH, TRUE, TRUE, 0, IN(ICRQ) | IN(OCRQ) },
    [AVP_TX_CONNECT_SPEED] = { "(Tx) Connect Speed", 4, 4, TRUE, TRUE, IN(ICCN) | IN(OCCN), 0 },
    [AVP_PHYSICAL_CHANNEL_ID] = { "Physical Channel ID", 4, 4, TRUE, FALSE, 0,
                                  IN(ICRQ) | IN(OCRP) },
    [AVP_INITIAL_RECEIVED_CONFREQ] = { "Initial Received LCP CONFREQ", 0, ANY_LENGTH, TRUE, FALSE,
                                       0, IN(ICCN) },
    [AVP_LAST_SENT_CONFREQ] = { "Last Sent LCP CONFREQ", 0, ANY_LENGTH, TRUE, FALSE, 0, IN(ICCN) },
    [AVP_LAST_RECEIVED_CONFREQ] = { "Last Received LCP CONFREQ", 0, ANY_LENGTH, TRUE, FALSE, 0,
                                    IN(ICCN) },
    [AVP_PROXY_AUTHEN_TYPE] = { "Proxy Authen Type", 2, 2, TRUE, FALSE, 0, IN(ICCN) },
    [AVP_PROXY_AUTHEN_NAME] = { "Proxy Authen Name", 0, ANY_LENGTH, TRUE, FALSE, 0, IN(ICCN) },
    [AVP_PROXY_AUTHEN_CHALLENGE] = { "Proxy Authen Challenge", 1, ANY_LENGTH, TRUE, FALSE, 0,
                                     IN(ICCN) },
    [AVP_PROXY_AUTHEN_ID] = { "Proxy Authen ID", 2, 2, TRUE, FALSE, 0, IN(ICCN) },
    [AVP_PROXY_AUTHEN_RESPONSE] = { "Proxy Authen Response", 0, ANY_LENGTH, TRUE, FALSE, 0,
                                    IN(ICCN) },
    [AVP_CALL_ERRORS] = { "Call Errors", 26, 26, TRUE, TRUE, IN(WEN), 0 },
    [AVP_ACCM] = { "ACCM", 10, 10, TRUE, TRUE, IN(SLI), 0 },
    [AVP_RANDOM_VECTOR] = { "Random Vector", 0, ANY_LENGTH, FALSE, TRUE, 0, 0 },
    [AVP_PRIVATE_GROUP_ID] = { "Private Group ID", 0, ANY_LENGTH, TRUE, FALSE, 0, IN(ICCN) },
    [AVP_RX_CONNECT_SPEED] = { "Rx Connect Speed", 4, 4, TRUE, FALSE, 0, IN(ICCN) | IN(OCCN) },
    [AVP_SEQUENCING_REQUIRED] = { "Sequencing Required", 0, 0, FALSE, TRUE, 0,
                                  IN(ICCN) | IN(OCCN) },
    /* RFC 3145 §2; never mandatory. */
    [AVP_PPP_DISCONNECT_CAUSE] = { "PPP Disconnect Cause Code", 5, ANY_LENGTH, TRUE, FALSE, 0,
                                   IN(CDN) },
};

const AvpRule *avp_rule(guint type)
{
    return type < AVP_TYPE_COUNT && rules[type].name ? &rules[type] : NULL;
}

gboolean avp_next(Reader *reader, Avp *ret_avp)
{
    guint16 flags = reader_u16(reader);
    gsize length = flags & AVP_LENGTH_MAX;
    Avp avp = {
        .mandatory = (flags & FLAG_MANDATORY) != 0,
        .hidden = (flags & FLAG_HIDDEN) != 0,
        .reserved = (flags & FLAGS_RESERVED) != 0,
    };

    avp.vendor = reader_u16(reader);
    avp.type = reader_u16(reader);
    /* "The minimum Length of an AVP is 6" (RFC 2661 §4.1); less would loop for ever. */
    if (!reader_ok(reader) || length < AVP_HEADER_SIZE)
        return FALSE;
    avp.length = length - AVP_HEADER_SIZE;
    avp.value = reader_bytes(reader, avp.length);
    if (!avp.value)
        return FALSE;
    *ret_avp = avp;
    return TRUE;
}

/* Reserved bits and Vendor ID are 0 in all that we send (RFC 2661 §4.1). */
static void write_header(Writer *writer, AvpType type, gboolean hidden, gsize value_length)
{
    guint16 flags = (guint16)(value_length + AVP_HEADER_SIZE);

    if (value_length > AVP_VALUE_MAX) {
        writer->failed = TRUE;
        return;
    }
    if (rules[type].mandatory)
        flags |= FLAG_MANDATORY;
    if (hidden)
        flags |= FLAG_HIDDEN;
    writer_u16(writer, flags);
    writer_u16(writer, 0);
    writer_u16(writer, (guint16)type);
}

static void write_hidden(AvpWriter *writer, AvpType type, const void *value, gsize length)
{
    guint8 hidden[AVP_VALUE_MAX];
    guint8 padding[HIDING_PADDING_MAX];

    entropy_fill(writer->entropy, padding, sizeof padding);
    gsize hidden_length = l2tp_hide(type, writer->secret, writer->random_vector,
        sizeof writer->random_vector, value, length, padding, hidden, sizeof hidden);
    if (hidden_length == 0) {
        writer->writer.failed = TRUE;
        return;
    }
    write_header(&writer->writer, type, TRUE, hidden_length);
    writer_bytes(&writer->writer, hidden, hidden_length);
}

void avp_write_bytes(AvpWriter *writer, AvpType type, const void *value, gsize length)
{
    /* "The H bit MUST only be set if a shared secret exists" (RFC 2661 §4.3). */
    if (writer->hide && writer->secret && rules[type].may_hide) {
        write_hidden(writer, type, value, length);
        return;
    }
    write_header(&writer->writer, type, FALSE, length);
    writer_bytes(&writer->writer, value, length);
}

void avp_write_u16(AvpWriter *writer, AvpType type, guint16 value)
{
    guint16 network = GUINT16_TO_BE(value);

    avp_write_bytes(writer, type, &network, sizeof network);
}

void avp_write_u32(AvpWriter *writer, AvpType type, guint32 value)
{
    guint32 network = GUINT32_TO_BE(value);

    avp_write_bytes(writer, type, &network, sizeof network);
}

void avp_write_type(AvpWriter *writer, L2tpMessageType type)
{
    avp_write_u16(writer, AVP_MESSAGE_TYPE, (guint16)type);
    /* A Random Vector MUST precede the first hidden AVP (RFC 2661 §4.3). */
    if (writer->hide && writer->secret) {
        entropy_fill(writer->entropy, writer->random_vector, sizeof writer->random_vector);
        avp_write_bytes(writer, AVP_RANDOM_VECTOR, writer->random_vector,
            sizeof writer->random_vector);
    }
}
