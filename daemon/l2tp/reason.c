/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Result, error, Q.931 and PPP disconnect codes in words. */
#include "l2tp/reason.h"

#define RESULT_GENERAL_ERROR 2
#define STOPCCN_NOT_AUTHORIZED 4
#define STOPCCN_VERSION 5

/* RFC 2661 §4.4.2. */
static const char *const stopccn_results[] = {
    [1] = "the control connection is cleared",
    [2] = "general error",
    [3] = "a control connection exists already",
    [4] = "not authorized to establish a control connection",
    [5] = "the protocol version is not supported",
    [6] = "the gateway is being shut down",
    [7] = "the gateway's state machine was not ready for this",
};

static const char *const cdn_results[] = {
    [1] = "loss of carrier",
    [2] = "the call is disconnected for a general error",
    [3] = "disconnected for administrative reasons",
    [4] = "no facilities are free for the call at the moment",
    [5] = "the gateway has no facilities for the call",
    [6] = "invalid destination",
    [7] = "no carrier detected",
    [8] = "busy",
    [9] = "no dial tone",
    [10] = "the call was not established in time",
    [11] = "no framing was detected",
};

static const char *const general_errors[] = {
    [1] = "no control connection exists",
    [2] = "a length is wrong",
    [3] = "a value is out of range or a reserved field not zero",
    [4] = "not enough resources at the moment",
    [5] = "the session ID is invalid",
    [6] = "a vendor-specific error",
    [7] = "try another gateway",
    [8] = "an unknown mandatory AVP",
};

/* RFC 3145 §3. */
static const char *const disconnect_codes[] = {
    [1] = "administrative disconnect",
    [2] = "LCP renegotiation is disabled",
    [3] = "normal disconnection",
    [4] = "compulsory encryption was refused",
    [5] = "LCP timed out",
    [6] = "no LCP packets were received",
    [7] = "the link is looped back",
    [8] = "LCP echo timed out",
    [9] = "unexpected endpoint discriminator",
    [10] = "unexpected MRRU",
    [11] = "unexpected short sequence numbers",
    [12] = "compulsory call-back was refused",
    [13] = "authentication timed out",
    [14] = "unexpected authenticated name",
    [15] = "no authentication protocol is acceptable",
    [16] = "authentication failed",
    [17] = "the network protocol timed out",
    [18] = "no network protocol is available",
    [19] = "no agreement on addresses",
    [20] = "not permitted to use any address",
};

static const char *word(const char *const *words, gsize count, guint code)
{
    return code < count && words[code] ? words[code] : "an unknown reason";
}

static void append_text(GString *detail, const char *lead, const guint8 *text, gsize length)
{
    if (length == 0)
        return;
    g_string_append(detail, lead);
    /* Raw for now: the whole detail is cleaned when it becomes a failure. */
    g_string_append_len(detail, (const char *)text, (gssize)MIN(length, 256));
}

static void append_result(GString *detail, const char *const *words, gsize count,
    const L2tpResult *result)
{
    g_string_append_printf(detail, "%s (result %u", word(words, count, result->result),
        result->result);
    if (result->has_error)
        g_string_append_printf(detail, ", error %u", result->error);
    g_string_append_c(detail, ')');
    if (result->has_error && result->error != L2TP_ERROR_NONE)
        g_string_append_printf(detail, ": %s",
            word(general_errors, G_N_ELEMENTS(general_errors), result->error));
    append_text(detail, ": ", result->text.data, result->text.length);
}

/* Cleaned as a whole, because the peer's words stand in the midst of ours. */
static Failure *finish(GString *detail, Stage stage, FailureCode code)
{
    Failure *failure = failure_new_peer(stage, code, (const guint8 *)detail->str, detail->len);

    g_string_free(detail, TRUE);
    return failure;
}

Failure *l2tp_reason_stopccn(const L2tpMessage *message, gboolean up)
{
    GString *detail = g_string_new(NULL);
    FailureCode code = FAILURE_L2TP_REFUSED;
    L2tpResult result;

    if (!l2tp_message_result(message, &result)) {
        g_string_append(detail, "StopCCN without a reason");
    } else {
        append_result(detail, stopccn_results, G_N_ELEMENTS(stopccn_results), &result);
        if (result.result == STOPCCN_NOT_AUTHORIZED)
            code = FAILURE_L2TP_SECRET_WRONG;
        else if (result.result == STOPCCN_VERSION)
            code = FAILURE_L2TP_PROTOCOL;
    }
    return finish(detail, up ? STAGE_CONNECTED : STAGE_L2TP, up ? FAILURE_GATEWAY_CLOSED : code);
}

/* RFC 3145 §2: Disconnect Code, Control Protocol Number, Direction, Message. */
static void append_disconnect_cause(GString *detail, L2tpBytes cause)
{
    Reader reader = reader_init(cause.data, cause.length);
    guint16 code = reader_u16(&reader);
    guint16 protocol = reader_u16(&reader);
    gsize length;

    reader_u8(&reader);
    const guint8 *text = reader_rest(&reader, &length);
    if (!reader_ok(&reader))
        return;
    if (code > 0)
        g_string_append_printf(detail, "; PPP: %s (cause %u, protocol %04x)",
            word(disconnect_codes, G_N_ELEMENTS(disconnect_codes), code), code, protocol);
    append_text(detail, "; PPP: ", text, length);
}

/* RFC 2661 §4.4.4: Cause Code, Cause Msg, Advisory Msg. */
static void append_q931(GString *detail, L2tpBytes cause)
{
    Reader reader = reader_init(cause.data, cause.length);
    guint16 code = reader_u16(&reader);
    gsize length;

    reader_u8(&reader);
    const guint8 *text = reader_rest(&reader, &length);
    if (!reader_ok(&reader))
        return;
    g_string_append_printf(detail, "; Q.931 cause %u", code);
    append_text(detail, ": ", text, length);
}

Failure *l2tp_reason_cdn(const L2tpMessage *message, gboolean up)
{
    GString *detail = g_string_new(NULL);
    L2tpResult result;

    if (l2tp_message_result(message, &result))
        append_result(detail, cdn_results, G_N_ELEMENTS(cdn_results), &result);
    else
        g_string_append(detail, "CDN without a reason");
    if (l2tp_message_has(message, AVP_Q931_CAUSE_CODE))
        append_q931(detail, message->q931_cause);
    if (l2tp_message_has(message, AVP_PPP_DISCONNECT_CAUSE))
        append_disconnect_cause(detail, message->disconnect_cause);
    return finish(detail, up ? STAGE_CONNECTED : STAGE_L2TP,
        up ? FAILURE_GATEWAY_CLOSED : FAILURE_L2TP_REFUSED);
}

char *l2tp_reason_redirect(const L2tpMessage *message)
{
    L2tpResult result;

    if (!l2tp_message_result(message, &result) || result.result != RESULT_GENERAL_ERROR ||
        result.error != L2TP_ERROR_TRY_ANOTHER || result.text.length == 0)
        return NULL;
    /* Only what can be a name or an address; a sentence is for the user. */
    for (gsize i = 0; i < result.text.length; i++) {
        char c = (char)result.text.data[i];
        if (!g_ascii_isalnum(c) && c != '.' && c != ':' && c != '-')
            return NULL;
    }
    return failure_clean_text(result.text.data, result.text.length);
}
