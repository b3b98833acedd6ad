/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control messages: header and AVPs, read against the schema and written. */
#include "l2tp/message.h"

#include "l2tp/hiding.h"

#include <string.h>

/* T, L and S set, version 2; O and P MUST be 0 on control messages (RFC 2661 §3.1). */
#define CONTROL_FLAGS 0xc802
#define FLAG_CONTROL 0x8000
#define FLAG_LENGTH 0x4000
#define FLAG_SEQUENCE 0x0800
#define VERSION_MASK 0x000f
#define VERSION_L2TP 2

gboolean l2tp_header_parse(const guint8 *packet, gsize length, L2tpHeader *ret_header,
    Reader *ret_body)
{
    Reader reader = reader_init(packet, length);
    guint16 flags = reader_u16(&reader);
    guint16 stated = reader_u16(&reader);
    L2tpHeader header = { 0 };

    header.tunnel_id = reader_u16(&reader);
    header.session_id = reader_u16(&reader);
    header.ns = reader_u16(&reader);
    header.nr = reader_u16(&reader);
    if (!reader_ok(&reader))
        return FALSE;
    /* Version 1 is L2F and MUST be discarded silently (RFC 2661 §8.1), as any other (§3.1). */
    if (!(flags & FLAG_CONTROL) || (flags & VERSION_MASK) != VERSION_L2TP)
        return FALSE;
    /* L and S MUST be set for control messages (RFC 2661 §3.1). */
    if (!(flags & FLAG_LENGTH) || !(flags & FLAG_SEQUENCE))
        return FALSE;
    /* Octets behind the stated length are no part of the message. */
    if (stated < L2TP_CONTROL_HEADER_SIZE || stated > length)
        return FALSE;
    *ret_body = reader_sub(&reader, stated - L2TP_CONTROL_HEADER_SIZE);
    *ret_header = header;
    return TRUE;
}

/* What is known while a message's AVPs are gone through. */
typedef struct {
    L2tpMessage *message;
    L2tpFault *fault;
    const Secret *secret;
    L2tpBytes vector; /* the last Random Vector */
    gsize plain_used;
} Parser;

static gboolean G_GNUC_PRINTF(3, 4)
fail(Parser *parser, L2tpError error, const char *format, ...)
{
    va_list arguments;

    parser->fault->error = error;
    va_start(arguments, format);
    g_vsnprintf(parser->fault->text, sizeof parser->fault->text, format, arguments);
    va_end(arguments);
    return FALSE;
}

/* TRUE: the AVP may be passed over.  The M bit decides whether an AVP that cannot be understood
 * is the end of the session or tunnel (RFC 2661 §4.1, §7.1). */
static gboolean G_GNUC_PRINTF(4, 5)
skip_or_fail(Parser *parser, const Avp *avp, L2tpError error, const char *format, ...)
{
    va_list arguments;

    if (avp->mandatory) {
        parser->fault->error = error;
        va_start(arguments, format);
        g_vsnprintf(parser->fault->text, sizeof parser->fault->text, format, arguments);
        va_end(arguments);
    }
    return !avp->mandatory;
}

static guint32 number(L2tpBytes value)
{
    Reader reader = reader_init(value.data, value.length);

    return value.length == 2 ? reader_u16(&reader) : reader_u32(&reader);
}

/* The values that a LAC has a use for; that a value has its right length is known by now. */
static void store(L2tpMessage *message, AvpType type, L2tpBytes value)
{
    /* A repeated AVP does not change what the first one said. */
    if (l2tp_message_has(message, type))
        return;
    message->present |= G_GUINT64_CONSTANT(1) << type;
    if (type == AVP_PROTOCOL_VERSION)
        message->protocol_version = (guint16)number(value);
    else if (type == AVP_ASSIGNED_TUNNEL_ID)
        message->assigned_tunnel_id = (guint16)number(value);
    else if (type == AVP_RECEIVE_WINDOW_SIZE)
        message->receive_window_size = (guint16)number(value);
    else if (type == AVP_ASSIGNED_SESSION_ID)
        message->assigned_session_id = (guint16)number(value);
    else if (type == AVP_FRAMING_CAPABILITIES)
        message->framing_capabilities = number(value);
    else if (type == AVP_HOST_NAME)
        message->host_name = value;
    else if (type == AVP_CHALLENGE)
        message->challenge = value;
    else if (type == AVP_CHALLENGE_RESPONSE)
        message->challenge_response = value;
    else if (type == AVP_RESULT_CODE)
        message->result_code = value;
    else if (type == AVP_Q931_CAUSE_CODE)
        message->q931_cause = value;
    else if (type == AVP_PPP_DISCONNECT_CAUSE)
        message->disconnect_cause = value;
}

/* Replaces a hidden value by its plain one; FALSE with a fault set, or with none when the AVP is
 * to be passed over. */
static gboolean unhide(Parser *parser, const Avp *avp, const AvpRule *rule, L2tpBytes *value)
{
    guint8 *plain = parser->message->plain + parser->plain_used;

    /* A Random Vector MUST precede the first AVP with the H bit set (RFC 2661 §4.3). */
    if (!rule->may_hide || !parser->vector.data) {
        skip_or_fail(parser, avp, L2TP_ERROR_VALUE, "%s must not be hidden here", rule->name);
        return FALSE;
    }
    if (!parser->secret || !l2tp_unhide(avp->type, parser->secret, parser->vector.data,
            parser->vector.length, avp->value, avp->length, plain, &value->data,
            &value->length)) {
        if (!skip_or_fail(parser, avp, L2TP_ERROR_VALUE, "hidden %s cannot be read", rule->name))
            parser->fault->secret = TRUE;
        return FALSE;
    }
    parser->plain_used += avp->length;
    return TRUE;
}

/* FALSE: a fault ends the message. */
static gboolean take_avp(Parser *parser, const Avp *avp)
{
    /* RFC 3145 §4: 3Com's draft form of the same attribute. */
    gboolean draft = avp->vendor == 43 && avp->type == AVP_PPP_DISCONNECT_CAUSE;
    const AvpRule *rule = avp->vendor == 0 || draft ? avp_rule(avp->type) : NULL;
    L2tpBytes value = { avp->value, avp->length };

    /* An AVP with a reserved bit set MUST be treated as unrecognised (RFC 2661 §4.1). */
    if (!rule || avp->reserved)
        return skip_or_fail(parser, avp, L2TP_ERROR_UNKNOWN_AVP,
            "unknown mandatory AVP: vendor %u attribute %u", avp->vendor, avp->type);
    if (avp->hidden && !unhide(parser, avp, rule, &value))
        return parser->fault->text[0] == '\0';
    if (value.length < rule->min || value.length > rule->max) {
        gboolean skip = skip_or_fail(parser, avp, L2TP_ERROR_LENGTH, "%s has a length of %u",
            rule->name, (guint)value.length);
        /* The wrong secret gives garbage of any length. */
        if (!skip)
            parser->fault->secret = avp->hidden;
        return skip;
    }
    if (avp->type == AVP_RANDOM_VECTOR)
        parser->vector = value;
    /* An AVP that belongs to other messages is known and says nothing here. */
    guint32 allowed = rule->required | rule->optional;
    if (allowed & 1u << parser->message->type)
        store(parser->message, (AvpType)avp->type, value);
    return TRUE;
}

/* The first AVP: FALSE with `*ret_verdict` when there is nothing more to read. */
static gboolean take_type(Parser *parser, Reader *body, L2tpVerdict *ret_verdict)
{
    Avp avp;

    *ret_verdict = L2TP_VERDICT_FAULT;
    /* "The Message Type AVP MUST be the first AVP in a message" (RFC 2661 §4.4.1), and it may
     * not be hidden. */
    if (!avp_next(body, &avp))
        return fail(parser, L2TP_ERROR_LENGTH, "an AVP's length is wrong");
    if (avp.vendor != 0 || avp.type != AVP_MESSAGE_TYPE || avp.hidden || avp.length != 2)
        return fail(parser, L2TP_ERROR_VALUE, "the first AVP is not a Message Type");

    guint type = number((L2tpBytes){ avp.value, avp.length });
    static const guint32 known = 1u << L2TP_SCCRQ | 1u << L2TP_SCCRP | 1u << L2TP_SCCCN |
        1u << L2TP_STOPCCN | 1u << L2TP_HELLO | 1u << L2TP_OCRQ | 1u << L2TP_OCRP |
        1u << L2TP_OCCN | 1u << L2TP_ICRQ | 1u << L2TP_ICRP | 1u << L2TP_ICCN | 1u << L2TP_CDN |
        1u << L2TP_WEN | 1u << L2TP_SLI;
    if (type > L2TP_MESSAGE_TYPE_MAX || !(known & 1u << type)) {
        /* "if the M-bit is set within the Message Type AVP and the Message Type is unknown to
         * the implementation, the tunnel MUST be cleared" (RFC 2661 §4.4.1). */
        if (skip_or_fail(parser, &avp, L2TP_ERROR_UNKNOWN_AVP, "unknown Message Type %u", type))
            *ret_verdict = L2TP_VERDICT_IGNORE;
        return FALSE;
    }
    parser->message->type = (L2tpMessageType)type;
    return TRUE;
}

/* Which error code tells of a missing AVP is not written anywhere; 6 is the one that comes with
 * an explanation in words (RFC 2661 §4.4.2). */
static gboolean check_required(Parser *parser)
{
    for (guint type = 0; type < AVP_TYPE_COUNT; type++) {
        const AvpRule *rule = avp_rule(type);

        if (rule && rule->required & 1u << parser->message->type &&
            !l2tp_message_has(parser->message, (AvpType)type))
            return fail(parser, L2TP_ERROR_VENDOR, "%s is missing", rule->name);
    }
    return TRUE;
}

L2tpVerdict l2tp_message_parse(Reader body, guint16 session_id, const Secret *secret,
    L2tpMessage *ret_message, L2tpFault *ret_fault)
{
    Parser parser = { .message = ret_message, .fault = ret_fault, .secret = secret };
    L2tpVerdict verdict;
    Avp avp;

    *ret_fault = (L2tpFault){ 0 };
    /* Unhidden values are shorter than hidden ones, so the body's length is room enough. */
    *ret_message = (L2tpMessage){ .session_id = session_id };
    ret_message->plain = g_malloc(MAX(reader_left(&body), 1));
    if (!take_type(&parser, &body, &verdict))
        return verdict;
    while (reader_left(&body) > 0) {
        if (!avp_next(&body, &avp)) {
            fail(&parser, L2TP_ERROR_LENGTH, "an AVP's length is wrong");
            return L2TP_VERDICT_FAULT;
        }
        if (!take_avp(&parser, &avp))
            return L2TP_VERDICT_FAULT;
    }
    return check_required(&parser) ? L2TP_VERDICT_OK : L2TP_VERDICT_FAULT;
}

void l2tp_message_clear(L2tpMessage *message)
{
    g_clear_pointer(&message->plain, g_free);
}

gboolean l2tp_message_has(const L2tpMessage *message, AvpType type)
{
    return (message->present >> type & 1) != 0;
}

gboolean l2tp_message_result(const L2tpMessage *message, L2tpResult *ret_result)
{
    Reader reader = reader_init(message->result_code.data, message->result_code.length);
    L2tpResult result = { 0 };

    if (!l2tp_message_has(message, AVP_RESULT_CODE))
        return FALSE;
    result.result = reader_u16(&reader);
    /* Error Code and message are optional (RFC 2661 §4.4.2); MikroTik, Android and others send
     * the Result Code alone. */
    if (reader_left(&reader) >= 2) {
        result.has_error = TRUE;
        result.error = reader_u16(&reader);
        result.text.data = reader_rest(&reader, &result.text.length);
    }
    *ret_result = result;
    return TRUE;
}

gboolean l2tp_message_type_is_call(L2tpMessageType type)
{
    return type >= L2TP_OCRQ;
}

void l2tp_message_begin(AvpWriter *writer, guint8 *buffer, gsize size, guint16 session_id,
    L2tpMessageType type)
{
    writer->writer = writer_init(buffer, size);
    writer_u16(&writer->writer, CONTROL_FLAGS);
    writer_u16(&writer->writer, 0);
    writer_u16(&writer->writer, 0);
    writer_u16(&writer->writer, session_id);
    writer_u32(&writer->writer, 0);
    avp_write_type(writer, type);
}

gsize l2tp_message_end(AvpWriter *writer)
{
    if (writer->writer.length > G_MAXUINT16)
        return 0;
    writer_patch_u16(&writer->writer, 2, (guint16)writer->writer.length);
    return writer_ok(&writer->writer) ? writer->writer.length : 0;
}

void l2tp_header_patch(guint8 *packet, guint16 tunnel_id, guint16 ns, guint16 nr)
{
    Writer writer = writer_init(packet, L2TP_CONTROL_HEADER_SIZE);

    writer.length = L2TP_CONTROL_HEADER_SIZE;
    writer_patch_u16(&writer, 4, tunnel_id);
    writer_patch_u16(&writer, 8, ns);
    writer_patch_u16(&writer, 10, nr);
}

void l2tp_zlb_build(guint8 packet[L2TP_CONTROL_HEADER_SIZE], guint16 tunnel_id, guint16 ns,
    guint16 nr)
{
    Writer writer = writer_init(packet, L2TP_CONTROL_HEADER_SIZE);

    writer_u16(&writer, CONTROL_FLAGS);
    writer_u16(&writer, L2TP_CONTROL_HEADER_SIZE);
    writer_u16(&writer, tunnel_id);
    writer_u16(&writer, 0);
    writer_u16(&writer, ns);
    writer_u16(&writer, nr);
}
