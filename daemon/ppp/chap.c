/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Challenge-Handshake Authentication Protocol (RFC 1994) and Microsoft's two dialects of
 * it (RFC 2433, RFC 2759), as the side that answers.
 *
 * Whoever lost a packet, the authenticator repeats its Challenge (RFC 1994 §4.1) and gets the
 * same Response again; only once does a timer of ours come before it. */
#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <string.h>

#include "ppp/link.h"
#include "ppp/mschap.h"

enum {
    CHALLENGE = 1,
    RESPONSE = 2,
    SUCCESS = 3,
    FAILURE = 4,
    CHANGE_PASSWORD = 7, /* RFC 2759 §7 */
};

/* RFC 2759 §6. */
enum {
    ERROR_RESTRICTED_LOGON_HOURS = 646,
    ERROR_ACCT_DISABLED = 647,
    ERROR_PASSWD_EXPIRED = 648,
    ERROR_NO_DIALIN_PERMISSION = 649,
    ERROR_AUTHENTICATION_FAILURE = 691,
    ERROR_CHANGING_PASSWORD = 709,
};

#define MSCHAP_VALUE_SIZE 49
#define MSCHAP_USE_NT_RESPONSE 1 /* RFC 2433 §6 */
#define CHANGE_PASSWORD_VERSION 3

/* --- answers ------------------------------------------------------------------------------ */

static void send_response(PppLink *link, const PppChapExchange *exchange)
{
    ppp_link_send(link, PPP_PROTOCOL_CHAP, exchange->response_code, exchange->identifier,
                  exchange->response->data, exchange->response->len);
}

void ppp_chap_repeat(PppLink *link)
{
    PppAuth *auth = &link->auth;

    auth->chap_repeat = USEC_NEVER;
    for (guint i = 0; i < G_N_ELEMENTS(auth->exchanges); i++) {
        const PppChapExchange *exchange = &auth->exchanges[i];
        if (exchange->response && !exchange->judged)
            send_response(link, exchange);
    }
}

/* An answer is not the password, but it can be tried against a dictionary. */
static void exchange_clear(PppChapExchange *exchange)
{
    if (exchange->response) {
        explicit_bzero(exchange->response->data, exchange->response->len);
        g_byte_array_unref(exchange->response);
    }
    explicit_bzero(exchange, sizeof *exchange);
}

void ppp_chap_forget(PppAuth *auth)
{
    for (guint i = 0; i < G_N_ELEMENTS(auth->exchanges); i++)
        exchange_clear(&auth->exchanges[i]);
    auth->chap_repeat = USEC_NEVER;
}

/* A Challenge that has not been seen before; of the older ones the newest stays. */
static void exchange_begin(PppAuth *auth, guint8 identifier, const guint8 *challenge,
                           guint8 length)
{
    exchange_clear(&auth->exchanges[1]);
    auth->exchanges[1] = auth->exchanges[0];
    auth->exchanges[0] = (PppChapExchange){ .identifier = identifier, .challenge_length = length };
    memcpy(auth->exchanges[0].challenge, challenge, length);
}

/* When a Response, or the verdict on it, counts as lost.  The authenticator would repeat its
 * Challenge only after three seconds (RFC 1661 §4.6's default, pppd's too), and a lost packet
 * should not cost as much.  The repetition is exact, so the answer to it is that to the first
 * (RFC 1994 §4.2), and a wrong password counts once.  But some gateways ask their user
 * directory again for each copy, and one behind which a second factor waits would ring twice.
 * Hence late: servers that delay a refusal do so by a second (FreeRADIUS's reject_delay), and
 * what takes longer is a person.  Hence once.  And hence not for a gateway that has sent anything
 * after our Response: it is there, and its own timer will ask again if it has to. */
#define REPEAT_LEAST (1500 * USEC_PER_MSEC)

static void arm_repeat(PppLink *link)
{
    PppAuth *auth = &link->auth;
    Usec wait = MAX(REPEAT_LEAST, MIN(link->rtt, USEC_PER_SEC) * 4);

    auth->chap_repeat = auth->done ? USEC_NEVER : usec_add(link->now, wait);
}

/* Keeps the answer for a repeated Challenge, and for a Response that has to be repeated. */
static void store_and_send(PppLink *link, guint8 code, const guint8 *value, gsize length,
                           gboolean with_name)
{
    PppChapExchange *exchange = &link->auth.exchanges[0];
    guint8 value_size = (guint8)length;

    if (!exchange->response)
        exchange->response = g_byte_array_new();
    g_byte_array_set_size(exchange->response, 0);
    if (with_name)
        g_byte_array_append(exchange->response, &value_size, 1);
    g_byte_array_append(exchange->response, value, (guint)length);
    if (with_name)
        g_byte_array_append(exchange->response, (const guint8 *)link->user,
                            (guint)strlen(link->user));
    exchange->response_code = code;
    ppp_auth_sent(link);
    arm_repeat(link);
    send_response(link, exchange);
}

/* RFC 1994 §4.1. */
static void respond_md5(PppLink *link)
{
    const PppChapExchange *exchange = &link->auth.exchanges[0];
    guint8 digest[MD5_DIGEST_SIZE];
    struct md5_ctx context;

    md5_init(&context);
    md5_update(&context, 1, &exchange->identifier);
    md5_update(&context, secret_length(link->password), secret_data(link->password));
    md5_update(&context, exchange->challenge_length, exchange->challenge);
    md5_digest(&context, sizeof digest, digest);
    explicit_bzero(&context, sizeof context);
    store_and_send(link, RESPONSE, digest, sizeof digest, TRUE);
}

/* RFC 2433 §6: no LAN Manager response (24 zeros), which would give the password away. */
static void respond_mschap(PppLink *link)
{
    guint8 value[MSCHAP_VALUE_SIZE] = {0};

    mschap_response(link->auth.exchanges[0].challenge, link->password, value + 24);
    value[48] = MSCHAP_USE_NT_RESPONSE;
    store_and_send(link, RESPONSE, value, sizeof value, TRUE);
}

/* Nobody can foresee it, and still it is always the same for one Challenge: a copy of that may
 * come when the exchange has long been forgotten, over LCP's renegotiation even, and a second
 * Response that differed would not fit the verdict on the first (RFC 1994 §4.1: the same). */
static void make_peer_challenge(const PppLink *link, guint8 ret_challenge[MSCHAPV2_CHALLENGE_SIZE])
{
    const PppChapExchange *exchange = &link->auth.exchanges[0];
    struct hmac_sha256_ctx context;

    hmac_sha256_set_key(&context, sizeof link->challenge_key, link->challenge_key);
    hmac_sha256_update(&context, 1, &exchange->identifier);
    hmac_sha256_update(&context, exchange->challenge_length, exchange->challenge);
    hmac_sha256_digest(&context, MSCHAPV2_CHALLENGE_SIZE, ret_challenge);
    explicit_bzero(&context, sizeof context);
}

/* RFC 2759 §4: peer challenge, 8 bytes of zero, NT response, flags of zero. */
static void respond_mschapv2(PppLink *link)
{
    PppChapExchange *exchange = &link->auth.exchanges[0];
    guint8 value[MSCHAP_VALUE_SIZE] = {0};

    make_peer_challenge(link, value);
    mschapv2_response(value, exchange->challenge, link->user, link->password, value + 24,
                      exchange->expected);
    store_and_send(link, RESPONSE, value, sizeof value, TRUE);
}

/* In the dialect that LCP has agreed on; the challenge's size was checked when it came. */
void ppp_chap_respond(PppLink *link)
{
    const PppChapExchange *exchange = &link->auth.exchanges[0];

    if (exchange->challenge_length == 0 || exchange->response)
        return;
    switch (link->auth.method) {
    case PPP_METHOD_CHAP_MD5:
        respond_md5(link);
        break;
    case PPP_METHOD_MSCHAP:
        respond_mschap(link);
        break;
    case PPP_METHOD_MSCHAPV2:
        respond_mschapv2(link);
        break;
    case PPP_METHOD_PAP:
        break;
    }
}

/* RFC 2759 §7: 586 bytes in all.  The NT response is made with the new password. */
void ppp_chap_change_password(PppLink *link, const Secret *new_password)
{
    PppChapExchange *exchange = &link->auth.exchanges[0];
    guint8 body[MSCHAP_PWBLOCK_SIZE + MSCHAP_HASH_SIZE + 16 + 8 + MSCHAP_RESPONSE_SIZE + 2] = {0};
    guint8 *peer_challenge = body + MSCHAP_PWBLOCK_SIZE + MSCHAP_HASH_SIZE;

    if (!mschapv2_change_password(link->password, new_password, link->entropy, body,
                                  body + MSCHAP_PWBLOCK_SIZE)) {
        ppp_link_fail(link, failure_new(STAGE_AUTHENTICATION, FAILURE_PASSWORD_CHANGE_FAILED,
                                        "a new password has at most 256 characters"));
        return;
    }
    entropy_fill(link->entropy, peer_challenge, MSCHAPV2_CHALLENGE_SIZE);
    mschapv2_response(peer_challenge, exchange->challenge, link->user, new_password,
                      peer_challenge + 16 + 8, exchange->expected);
    /* A later challenge, or a second try, is about the new one; if the change fails, the link
     * ends. */
    secret_free(link->password);
    link->password = secret_copy(new_password);
    store_and_send(link, CHANGE_PASSWORD, body, sizeof body, FALSE);
    explicit_bzero(body, sizeof body);
}

/* --- Challenge ---------------------------------------------------------------------------- */

/* Microsoft's arithmetic has fixed sizes (RFC 2433 §4, RFC 2759 §3). */
static gboolean challenge_size_is_valid(PppMethod method, gsize size)
{
    switch (method) {
    case PPP_METHOD_MSCHAP:
        return size == MSCHAP_CHALLENGE_SIZE;
    case PPP_METHOD_MSCHAPV2:
        return size == MSCHAPV2_CHALLENGE_SIZE;
    case PPP_METHOD_CHAP_MD5:
    case PPP_METHOD_PAP:
        break;
    }
    return size > 0; /* RFC 1994 §4.1: one or more */
}

/* The exchange that this very Challenge has begun, or NULL. */
static PppChapExchange *find_challenge(PppAuth *auth, guint8 identifier, const guint8 *value,
                                       guint8 size)
{
    for (guint i = 0; i < G_N_ELEMENTS(auth->exchanges); i++) {
        PppChapExchange *exchange = &auth->exchanges[i];
        if (exchange->challenge_length == size && exchange->identifier == identifier &&
            memcmp(exchange->challenge, value, size) == 0)
            return exchange;
    }
    return NULL;
}

static void receive_challenge(PppLink *link, guint8 identifier, Reader body)
{
    PppAuth *auth = &link->auth;
    guint8 size = reader_u8(&body);
    const guint8 *value = reader_bytes(&body, size);

    if (!reader_ok(&body))
        return;
    /* Silence would cost the user a minute, and the peer will not do better the next time. */
    if (!challenge_size_is_valid(auth->method, size)) {
        ppp_link_fail(link, failure_new_printf(STAGE_AUTHENTICATION, FAILURE_PPP_NEGOTIATION,
                                               "%s with a challenge of %u bytes",
                                               ppp_auth_name(auth->method), size));
        return;
    }
    PppChapExchange *known = find_challenge(auth, identifier, value, size);
    if (known) {
        /* RFC 1994 §4.1: a repeated Challenge is answered by the same Response.  The time for
         * the verdict runs from the first one.  While the user is asked there is none, or none
         * that the peer has not refused already. */
        if (!known->response || auth->need_secret)
            return;
        /* In mid-session it may be the old question asked anew, with another verdict. */
        if (auth->done)
            known->judged = FALSE;
        send_response(link, known);
        return;
    }
    exchange_begin(auth, identifier, value, size);
    /* While the user types, the newest challenge is the one that counts. */
    if (!auth->need_secret)
        ppp_chap_respond(link);
}

/* --- Success ------------------------------------------------------------------------------ */

/* "S=" and 40 hexadecimal digits (RFC 2759 §5), compared in constant time. */
static gboolean authenticator_is_genuine(const PppChapExchange *exchange, const guint8 *text,
                                         gsize length)
{
    guint8 digest[MSCHAPV2_DIGEST_SIZE];

    if (length < 2 + 2 * sizeof digest || text[0] != 'S' || text[1] != '=')
        return FALSE;
    for (gsize i = 0; i < sizeof digest; i++) {
        gint high = g_ascii_xdigit_value((gchar)text[2 + 2 * i]);
        gint low = g_ascii_xdigit_value((gchar)text[3 + 2 * i]);
        if (high < 0 || low < 0)
            return FALSE;
        digest[i] = (guint8)(high << 4 | low);
    }
    return secret_bytes_equal(digest, exchange->expected, sizeof digest);
}

/* `exchange` is the newest one with the identifier of the verdict.  The other may have the same:
 * a peer that never changes it (RFC 1994 §4.1 has it change) must not be taken for a forger. */
static void receive_success(PppLink *link, PppChapExchange *exchange, Reader body)
{
    PppAuth *auth = &link->auth;
    PppChapExchange *genuine = NULL;

    if (auth->method != PPP_METHOD_MSCHAPV2)
        genuine = exchange;
    for (guint i = 0; !genuine && i < G_N_ELEMENTS(auth->exchanges); i++) {
        PppChapExchange *other = &auth->exchanges[i];
        if (other->response && other->identifier == exchange->identifier &&
            authenticator_is_genuine(other, body.data, body.length))
            genuine = other;
    }
    /* RFC 2759 §5: the link must not be used if the peer cannot show this. */
    if (!genuine) {
        ppp_link_fail(link, failure_new(STAGE_AUTHENTICATION, FAILURE_GATEWAY_NOT_AUTHENTIC, NULL));
        return;
    }
    if (genuine->judged)
        return; /* a late copy */
    /* What else was answered was a late copy; there is nothing left to be said about it. */
    for (guint i = 0; i < G_N_ELEMENTS(auth->exchanges); i++)
        auth->exchanges[i].judged = TRUE;
    ppp_auth_succeeded(link);
}

/* --- Failure ------------------------------------------------------------------------------ */

/* "E=691 R=1 C=<hex> V=3 M=<text>" (RFC 2759 §6, RFC 2433 §8). */
typedef struct {
    guint error; /* 0: the message is not of this form */
    gboolean retry;
    guint version;
    guint8 challenge[MSCHAPV2_CHALLENGE_SIZE];
    gsize challenge_size; /* 0: none, or not of the method's size */
    const char *text;     /* points into the message */
} FailureMessage;

/* The value after "K=" at the start of a word, or NULL. */
static const char *find_field(const char *message, char key)
{
    for (const char *p = message; *p != '\0'; p++) {
        if (p[0] == key && p[1] == '=' && (p == message || p[-1] == ' '))
            return p + 2;
    }
    return NULL;
}

/* "need not be 10 digits" (RFC 2759 §6); a field that is not there counts as zero. */
static guint parse_number(const char *field)
{
    guint64 value = field ? g_ascii_strtoull(field, NULL, 10) : 0;

    return (guint)MIN(value, 999999);
}

/* The size if all of it is there, else 0: with half a challenge there is no next try. */
static gsize parse_challenge(const char *field, guint8 ret_challenge[MSCHAPV2_CHALLENGE_SIZE],
                             gsize wanted)
{
    for (gsize i = 0; field && i < wanted; i++) {
        gint high = g_ascii_xdigit_value(field[2 * i]);
        gint low = high < 0 ? -1 : g_ascii_xdigit_value(field[2 * i + 1]);
        if (low < 0)
            return 0;
        ret_challenge[i] = (guint8)(high << 4 | low);
    }
    return field ? wanted : 0;
}

/* Cuts `message` at M=, so that nothing in the peer's text is taken for a field. */
static FailureMessage parse_failure(char *message, PppMethod method)
{
    FailureMessage result = {0};
    gsize size = method == PPP_METHOD_MSCHAP ? MSCHAP_CHALLENGE_SIZE : MSCHAPV2_CHALLENGE_SIZE;
    char *text = (char *)find_field(message, 'M');

    if (text)
        text[-2] = '\0';
    result.text = text;
    result.error = parse_number(find_field(message, 'E'));
    result.retry = parse_number(find_field(message, 'R')) == 1;
    result.version = parse_number(find_field(message, 'V'));
    result.challenge_size = parse_challenge(find_field(message, 'C'), result.challenge, size);
    return result;
}

/* "implementations should deal with codes not on this list gracefully" (RFC 2759 §6). */
static FailureCode code_of_error(guint error)
{
    switch (error) {
    case ERROR_RESTRICTED_LOGON_HOURS:
        return FAILURE_ACCOUNT_RESTRICTED_HOURS;
    case ERROR_ACCT_DISABLED:
        return FAILURE_ACCOUNT_DISABLED;
    case ERROR_PASSWD_EXPIRED:
        return FAILURE_PASSWORD_EXPIRED;
    case ERROR_NO_DIALIN_PERMISSION:
        return FAILURE_DIAL_IN_DENIED;
    case ERROR_CHANGING_PASSWORD:
        return FAILURE_PASSWORD_CHANGE_FAILED;
    default:
        return FAILURE_AUTHENTICATION_REFUSED;
    }
}

/* The peer's own words if there are any; the bare number only where it says more than our own
 * sentence. */
static Failure *failure_of_message(const FailureMessage *parsed)
{
    FailureCode code = code_of_error(parsed->error);

    if (parsed->text && parsed->text[0] != '\0')
        return failure_new(STAGE_AUTHENTICATION, code, parsed->text);
    if (code == FAILURE_AUTHENTICATION_REFUSED && parsed->error != ERROR_AUTHENTICATION_FAILURE)
        return failure_new_printf(STAGE_AUTHENTICATION, code, "error %u", parsed->error);
    return failure_new(STAGE_AUTHENTICATION, code, NULL);
}

/* Refused, refused with another try, or refused until the password has been changed. */
static void receive_failure(PppLink *link, PppChapExchange *exchange, Reader body)
{
    PppAuth *auth = &link->auth;
    g_autofree char *message = g_strndup((const char *)body.data, body.length);
    FailureMessage parsed = parse_failure(message, auth->method);

    exchange->judged = TRUE;
    auth->pending = FALSE;
    if (auth->method == PPP_METHOD_CHAP_MD5 || parsed.error == 0) {
        ppp_auth_refused(link,
                         failure_new_peer(STAGE_AUTHENTICATION, FAILURE_AUTHENTICATION_REFUSED,
                                          body.data, body.length),
                         FALSE, PPP_SECRET_PASSWORD);
        return;
    }
    /* Version 3 of the change exists in MS-CHAPv2 only (RFC 2759 §6, §7). */
    gboolean change = parsed.error == ERROR_PASSWD_EXPIRED &&
                      auth->method == PPP_METHOD_MSCHAPV2 &&
                      parsed.version == CHANGE_PASSWORD_VERSION;
    gboolean retry = parsed.retry && parsed.error == ERROR_AUTHENTICATION_FAILURE;
    /* Either way the next answer needs the challenge of this message; its identifier is one
     * more than that of this Failure. */
    if (parsed.challenge_size == 0) {
        change = retry = FALSE;
    } else {
        exchange_begin(auth, (guint8)(exchange->identifier + 1), parsed.challenge,
                       (guint8)parsed.challenge_size);
    }
    ppp_auth_refused(link, failure_of_message(&parsed), change || retry,
                     change ? PPP_SECRET_NEW_PASSWORD : PPP_SECRET_PASSWORD);
}

/* RFC 1994 §4.2: the identifier is that of the Response; a repeated verdict, or one on nothing,
 * is discarded. */
static PppChapExchange *find_answered(PppAuth *auth, guint8 identifier)
{
    for (guint i = 0; i < G_N_ELEMENTS(auth->exchanges); i++) {
        PppChapExchange *exchange = &auth->exchanges[i];
        if (exchange->response && !exchange->judged && exchange->identifier == identifier)
            return exchange;
    }
    return NULL;
}

void ppp_chap_input(PppLink *link, guint8 code, guint8 identifier, Reader body)
{
    PppAuth *auth = &link->auth;
    PppChapExchange *answered = auth->need_secret ? NULL : find_answered(auth, identifier);

    switch (code) {
    case CHALLENGE:
        receive_challenge(link, identifier, body);
        break;
    case SUCCESS:
        if (answered)
            receive_success(link, answered, body);
        break;
    case FAILURE:
        if (answered)
            receive_failure(link, answered, body);
        break;
    default:
        break;
    }
}
