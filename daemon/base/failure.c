/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one table of failures. */
#include "base/failure.h"

#include <string.h>

#define DETAIL_MAX 512
/* Marks a sentence for translation; who shows it has the catalogue. */
#define N_(text) text

static const char *const stage_names[STAGE_COUNT] = {
    [STAGE_PREPARE] = "prepare",
    [STAGE_RESOLVE] = "resolve",
    [STAGE_IPSEC] = "ipsec",
    [STAGE_L2TP] = "l2tp",
    [STAGE_PPP] = "ppp",
    [STAGE_AUTHENTICATION] = "authentication",
    [STAGE_NETWORK] = "network",
    [STAGE_CONNECTED] = "connected",
};

typedef struct {
    const char *name;
    gboolean transient;
    const char *message;
    const char *hint;
} FailureRow;

static const FailureRow rows[FAILURE_CODE_COUNT] = {
    [FAILURE_INTERNAL] = {
        "internal", TRUE, N_("Something went wrong inside Causeway."),
        "Please report this together with the output of \"causeway log\"." },
    [FAILURE_PROFILE_INVALID] = {
        "profile-invalid", FALSE, N_("The settings are not complete or contradict each other."),
        "Correct the field that is named, with \"causeway edit\"." },
    [FAILURE_SECRET_MISSING] = {
        "secret-missing", FALSE, N_("A password or shared key is missing."),
        "Store it with \"causeway set-secret NAME ipsec.psk\" or \"… ppp.password\", or run "
        "\"causeway up\" on a terminal to be asked for it." },
    [FAILURE_CANCELLED] = {
        "cancelled", FALSE, N_("The connection was stopped before it was complete."), "" },
    [FAILURE_NAME_NOT_FOUND] = {
        "name-not-found", FALSE, N_("The gateway's name does not exist."),
        "Check the spelling of the gateway's name; if it is only known inside the company, use "
        "its public name or address." },
    [FAILURE_NAME_LOOKUP_FAILED] = {
        "name-lookup-failed", TRUE, N_("The gateway's name could not be looked up."),
        "Check that this computer is online and that name resolution works." },
    [FAILURE_NETWORK_UNREACHABLE] = {
        "network-unreachable", TRUE, N_("This computer has no network connection to the gateway."),
        "Check that Wi-Fi or the cable is connected." },
    [FAILURE_CHARON_MISSING] = {
        "charon-missing", FALSE, N_("strongSwan's IKE service is not installed."),
        "Install it: on Debian and Ubuntu \"sudo apt install charon-systemd strongswan-swanctl "
        "libstrongswan-standard-plugins\"." },
    [FAILURE_CHARON_FAILED] = {
        "charon-failed", TRUE, N_("strongSwan's IKE service did not start or stopped answering."),
        "Look at \"causeway log\" for its last words." },
    [FAILURE_IKE_V1_MISSING] = {
        "ike-v1-missing", FALSE,
        N_("The installed strongSwan was built without IKEv1, which L2TP/IPsec needs."),
        "Install a strongSwan that has it (before 6.1, or built with --enable-ikev1)." },
    [FAILURE_GATEWAY_SILENT] = {
        "gateway-silent", TRUE, N_("The gateway does not answer."),
        "Check the gateway's address. If it is right, the gateway is off, or a firewall on the "
        "way blocks UDP ports 500 and 4500: try another network, e.g. a phone's hotspot." },
    [FAILURE_IKE_PORT_BLOCKED] = {
        "ike-port-blocked", TRUE,
        N_("UDP port 500 is blocked on the way to the gateway, but port 4500 is open."),
        "Set ipsec.force-encapsulation to yes, or try another network." },
    [FAILURE_NO_PROPOSAL_IKE] = {
        "no-proposal-ike", FALSE,
        N_("The gateway accepts none of the encryption methods that were offered for the key "
        "exchange (phase 1)."),
        "Ask the administrator which are configured and set ipsec.ike accordingly, e.g. "
        "aes256-sha1-modp1024, or allow older ones with ipsec.security=legacy." },
    [FAILURE_NO_PROPOSAL_ESP] = {
        "no-proposal-esp", FALSE,
        N_("The gateway accepts none of the encryption methods that were offered for the data "
        "(phase 2)."),
        "Ask the administrator which are configured and set ipsec.esp accordingly, e.g. "
        "aes256-sha1, or allow older ones with ipsec.security=legacy." },
    [FAILURE_PSK_WRONG] = {
        "psk-wrong", FALSE, N_("The pre-shared key is not the gateway's."),
        "Type the shared key again (\"causeway set-secret NAME ipsec.psk\"); look for spaces at "
        "its ends. If it is right, a group name may be needed (ipsec.group-name)." },
    [FAILURE_IDENTITY_MISMATCH] = {
        "identity-mismatch", FALSE, N_("The gateway is not the one that was asked for."),
        "If you trust the identity that is named here, set ipsec.remote-id to it, exactly as it "
        "is written; ipsec.remote-id=%any accepts every identity. If you do not know it, ask the "
        "administrator: it may be an impostor." },
    [FAILURE_CERTIFICATE_UNUSABLE] = {
        "certificate-unusable", FALSE, N_("A certificate or key file cannot be used."),
        "Check the files or tokens named in ipsec.certificate, ipsec.key and ipsec.ca, and the key's "
        "passphrase." },
    [FAILURE_CERTIFICATE_REJECTED] = {
        "certificate-rejected", FALSE,
        N_("The certificates of the two sides do not trust each other."),
        "Check ipsec.ca (the authority that signed the gateway's certificate), the dates of the "
        "certificates and this computer's clock." },
    [FAILURE_IKE_REJECTED] = {
        "ike-rejected", FALSE, N_("The gateway refused the IPsec connection."),
        "What it said is shown above; the gateway's administrator finds the reason in its log." },
    [FAILURE_IPSEC_LOST] = {
        "ipsec-lost", TRUE, N_("The encrypted connection to the gateway was lost."),
        "Try again; Causeway does so by itself when connection.reconnect is on." },
    [FAILURE_PORT_TAKEN] = {
        "port-taken", FALSE, N_("The local UDP port that was asked for is in use."),
        "Stop the program that holds it (often xl2tpd), or remove l2tp.local-port." },
    [FAILURE_L2TP_SILENT] = {
        "l2tp-silent", TRUE,
        N_("The gateway's L2TP service does not answer."),
        "The service is off, or a firewall drops UDP port 1701: ask the gateway's administrator. "
        "If IPsec is used, it works; without it the gateway's address may be wrong, too." },
    [FAILURE_L2TP_REFUSED] = {
        "l2tp-refused", TRUE, N_("The gateway refused the L2TP connection."),
        "What it said is shown above; often all its lines are in use, or this user is still "
        "connected elsewhere." },
    [FAILURE_L2TP_SECRET_WRONG] = {
        "l2tp-secret-wrong", FALSE, N_("The L2TP tunnel secret is missing or wrong."),
        "Set l2tp.secret; it is not the IPsec key. Most gateways use none: then remove it." },
    [FAILURE_L2TP_PROTOCOL] = {
        "l2tp-protocol", FALSE, N_("The gateway's L2TP messages cannot be understood."),
        "Please report this with the gateway's make and version." },
    [FAILURE_PPP_SILENT] = {
        "ppp-silent", TRUE, N_("The gateway opened the tunnel but does not answer in it."),
        "Try again in a minute; if it stays so, tell the administrator that the gateway's PPP "
        "service does not answer." },
    [FAILURE_PPP_NEGOTIATION] = {
        "ppp-negotiation", FALSE, N_("This computer and the gateway could not agree on the link's "
        "settings."),
        "Please report this with the gateway's make and version, and \"causeway log\"." },
    [FAILURE_AUTHENTICATION_REFUSED] = {
        "authentication-refused", FALSE,
        N_("The gateway does not accept this user name and password."),
        "Type the password again (\"causeway set-secret NAME ppp.password\"). Some gateways want "
        "the name as DOMAIN\\user or user@domain." },
    [FAILURE_AUTHENTICATION_SILENT] = {
        "authentication-silent", TRUE, N_("The gateway does not answer the log-in."),
        "Its user directory may be out of reach; if a second factor is in use, confirm it in "
        "time." },
    [FAILURE_ACCOUNT_RESTRICTED_HOURS] = {
        "account-restricted-hours", FALSE, N_("The account may not log in at this time of day."),
        "Ask the administrator about the account's log-in hours." },
    [FAILURE_ACCOUNT_DISABLED] = {
        "account-disabled", FALSE, N_("The account is disabled."),
        "Ask the administrator to enable it." },
    [FAILURE_PASSWORD_EXPIRED] = {
        "password-expired", FALSE, N_("The password has expired."),
        "Change it, e.g. on a computer in the company or on its web page, then store the new "
        "one with \"causeway set-secret NAME ppp.password\"." },
    [FAILURE_PASSWORD_CHANGE_FAILED] = {
        "password-change-failed", FALSE, N_("The gateway did not accept the new password."),
        "It may be too short, too simple, or one used before." },
    [FAILURE_DIAL_IN_DENIED] = {
        "dial-in-denied", FALSE, N_("The account has no permission for remote access."),
        "Ask the administrator for the dial-in (VPN) permission." },
    [FAILURE_NO_AUTHENTICATION_METHOD] = {
        "no-authentication-method", FALSE,
        N_("The gateway asks for a way of logging in that the settings do not allow."),
        "Allow it by removing the refuse- setting that is named, or ask the administrator for "
        "MS-CHAPv2." },
    [FAILURE_GATEWAY_NOT_AUTHENTIC] = {
        "gateway-not-authentic", FALSE,
        N_("The gateway could not prove that it knows the password: it may be an impostor."),
        "Do not go on in this network; tell the administrator." },
    [FAILURE_MPPE_MISSING] = {
        "mppe-missing", FALSE, N_("The settings demand MPPE encryption, which is not available."),
        "Remove ppp.require-mppe: it is IPsec that encrypts." },
    [FAILURE_NO_ADDRESS] = {
        "no-address", TRUE, N_("The gateway gave this computer no address."),
        "Its address pool may be used up: ask the administrator, or try again later." },
    [FAILURE_DATA_PATH_MISSING] = {
        "data-path-missing", FALSE, N_("This system cannot carry the tunnel's packets."),
        "Neither the kernel's L2TP nor a TUN device can be used; try l2tp.data-path=auto." },
    [FAILURE_NETWORK_SETUP] = {
        "network-setup", TRUE, N_("The addresses, routes or name servers could not be set."),
        "What the system said is shown above." },
    [FAILURE_GATEWAY_CLOSED] = {
        "gateway-closed", TRUE, N_("The gateway ended the connection."),
        "Perhaps an idle or session time limit, or the same user connected from elsewhere." },
    [FAILURE_CONNECTION_LOST] = {
        "connection-lost", TRUE, N_("The gateway stopped answering."),
        "Try again; Causeway does so by itself when connection.reconnect is on." },
    [FAILURE_TUNNEL_DIED] = {
        "tunnel-died", TRUE, N_("The process that runs the tunnel ended unexpectedly."),
        "Please report this together with the output of \"causeway log\"." },
    [FAILURE_TIMEOUT] = {
        "timeout", TRUE, N_("It took too long."), "Try again, or try another network." },
};

char *failure_clean_text(const guint8 *text, gsize length)
{
    g_autofree char *bytes = g_strndup("", MIN(length, DETAIL_MAX));

    /* Some peers end their messages with a zero byte. */
    for (gsize i = 0; i < MIN(length, DETAIL_MAX); i++)
        bytes[i] = text[i] ? (char)text[i] : ' ';
    g_autofree char *valid = g_utf8_make_valid(bytes, -1);
    GString *clean = g_string_new(NULL);

    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        /* Control and format characters could move a terminal's cursor or turn the reading
         * direction around. */
        GUnicodeType type = g_unichar_type(c);
        gboolean harmless = type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT &&
                            type != G_UNICODE_LINE_SEPARATOR &&
                            type != G_UNICODE_PARAGRAPH_SEPARATOR;
        /* A byte that is not UTF-8 has become three: the cut is made after that, too. */
        if (clean->len + 6 > DETAIL_MAX)
            break;
        g_string_append_unichar(clean, harmless ? c : ' ');
    }
    g_strstrip(clean->str);
    return g_string_free(clean, FALSE);
}

Failure *failure_new_peer(Stage stage, FailureCode code, const guint8 *text, gsize length)
{
    Failure *failure = g_new0(Failure, 1);

    failure->stage = stage;
    failure->code = code;
    if (text && length > 0) {
        failure->detail = failure_clean_text(text, length);
        if (failure->detail[0] == '\0')
            g_clear_pointer(&failure->detail, g_free);
    }
    return failure;
}

Failure *failure_new(Stage stage, FailureCode code, const char *detail)
{
    return failure_new_peer(stage, code, (const guint8 *)detail, detail ? strlen(detail) : 0);
}

Failure *failure_new_printf(Stage stage, FailureCode code, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *detail = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return failure_new(stage, code, detail);
}

Failure *failure_copy(const Failure *failure)
{
    return failure ? failure_new(failure->stage, failure->code, failure->detail) : NULL;
}

void failure_free(Failure *failure)
{
    if (!failure)
        return;
    g_free(failure->detail);
    g_free(failure);
}

const char *stage_name(Stage stage)
{
    g_return_val_if_fail((guint)stage < STAGE_COUNT, NULL);
    return stage_names[stage];
}

gboolean stage_from_name(const char *name, Stage *ret_stage)
{
    for (guint i = 0; i < STAGE_COUNT; i++) {
        if (g_strcmp0(name, stage_names[i]) == 0) {
            *ret_stage = (Stage)i;
            return TRUE;
        }
    }
    return FALSE;
}

const char *failure_code_name(FailureCode code)
{
    g_return_val_if_fail((guint)code < FAILURE_CODE_COUNT, NULL);
    return rows[code].name;
}

gboolean failure_code_from_name(const char *name, FailureCode *ret_code)
{
    for (guint i = 0; i < FAILURE_CODE_COUNT; i++) {
        if (g_strcmp0(name, rows[i].name) == 0) {
            *ret_code = (FailureCode)i;
            return TRUE;
        }
    }
    return FALSE;
}

const char *failure_code_message(FailureCode code)
{
    g_return_val_if_fail((guint)code < FAILURE_CODE_COUNT, NULL);
    return rows[code].message;
}

const char *failure_code_hint(FailureCode code)
{
    g_return_val_if_fail((guint)code < FAILURE_CODE_COUNT, NULL);
    return rows[code].hint;
}

gboolean failure_code_is_transient(FailureCode code)
{
    g_return_val_if_fail((guint)code < FAILURE_CODE_COUNT, FALSE);
    return rows[code].transient;
}
