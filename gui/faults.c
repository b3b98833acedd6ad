/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the window says and offers when a connection failed. */
#include "faults.h"

#include <glib/gi18n.h>
#include <string.h>

typedef struct {
    FaultRemedy remedy;
    FieldId field;
    const char *hint;
} FaultRow;

#define NONE FAULT_REMEDY_NONE, FIELD_CONNECTION_NAME
#define RETRY FAULT_REMEDY_RETRY, FIELD_CONNECTION_NAME
#define EDIT(field) FAULT_REMEDY_EDIT, field
#define SECRET(field) FAULT_REMEDY_SECRET, field

static const FaultRow rows[FAILURE_CODE_COUNT] = {
    [FAILURE_INTERNAL] = {RETRY, N_("Please report this together with the log.")},
    [FAILURE_PROFILE_INVALID] = {EDIT(FIELD_CONNECTION_GATEWAY),
                                 N_("Correct this setting. The details say what is wrong with it.")},
    [FAILURE_SECRET_MISSING] = {RETRY, N_("Connect again and type it when you are asked.")},
    [FAILURE_CANCELLED] = {RETRY, ""},
    [FAILURE_NAME_NOT_FOUND] = {
        EDIT(FIELD_CONNECTION_GATEWAY),
        N_("Check the spelling of the gateway. If the name is only known inside the company, use "
           "its public name or address.") },
    [FAILURE_NAME_LOOKUP_FAILED] = {RETRY, N_("Check that this computer is online.")},
    [FAILURE_NETWORK_UNREACHABLE] = {RETRY, N_("Check that Wi-Fi or the cable is connected.")},
    [FAILURE_CHARON_MISSING] = {
        NONE, N_("Ask whoever looks after this computer to install strongSwan (on Debian and "
                 "Ubuntu the package charon-systemd).") },
    [FAILURE_CHARON_FAILED] = {RETRY,
                               N_("Try again. If it stays so, the log has its last words.")},
    [FAILURE_IKE_V1_MISSING] = {
        NONE, N_("Ask whoever looks after this computer to install a strongSwan that has IKEv1 "
                 "(before 6.1, or built with it).") },
    [FAILURE_GATEWAY_SILENT] = {
        EDIT(FIELD_CONNECTION_GATEWAY),
        N_("Check the gateway's address. If it is right, the gateway is off or a firewall blocks "
           "the way: try another network, such as a phone's hotspot.") },
    [FAILURE_IKE_PORT_BLOCKED] = {EDIT(FIELD_IPSEC_FORCE_ENCAPSULATION),
                                  N_("Force UDP encapsulation, or try another network.")},
    [FAILURE_NO_PROPOSAL_IKE] = {
        EDIT(FIELD_IPSEC_SECURITY),
        N_("Set “Security” to “Weak ones too”, or ask the administrator which algorithms the "
           "gateway has, and enter them as “Phase 1 algorithms”.") },
    [FAILURE_NO_PROPOSAL_ESP] = {
        EDIT(FIELD_IPSEC_SECURITY),
        N_("Set “Security” to “Weak ones too”, or ask the administrator which algorithms the "
           "gateway has, and enter them as “Phase 2 algorithms”.") },
    [FAILURE_PSK_WRONG] = {
        SECRET(FIELD_IPSEC_PSK),
        N_("Type the shared key again and look for spaces at its ends. If it is right, the "
           "gateway may want a group name.") },
    [FAILURE_IDENTITY_MISMATCH] = {
        EDIT(FIELD_IPSEC_REMOTE_ID),
        N_("The details name the identity that the gateway has. If you know that it is the right "
           "one, enter it exactly so; if not, ask the administrator: it may be an impostor.") },
    [FAILURE_CERTIFICATE_UNUSABLE] = {EDIT(FIELD_IPSEC_CERTIFICATE),
                                      N_("Check the files and the passphrase of the key.")},
    [FAILURE_CERTIFICATE_REJECTED] = {
        EDIT(FIELD_IPSEC_CA),
        N_("Check the certificate authority, the dates of the certificates and this computer's "
           "clock.") },
    [FAILURE_IKE_REJECTED] = {
        RETRY, N_("The details have what it said; its administrator finds the reason in its log.")},
    [FAILURE_IPSEC_LOST] = {RETRY, N_("Check that this computer is online, then try again.")},
    [FAILURE_PORT_TAKEN] = {
        EDIT(FIELD_L2TP_LOCAL_PORT),
        N_("Stop the program that holds it (often xl2tpd), or let Causeway choose the port.") },
    [FAILURE_L2TP_SILENT] = {
        RETRY, N_("The service is off, or a firewall drops its packets: ask the gateway's "
                  "administrator. If the connection is encrypted, the shared key or certificate "
                  "is right.") },
    [FAILURE_L2TP_REFUSED] = {
        RETRY, N_("Often all lines of the gateway are in use, or this user is still connected "
                  "elsewhere.") },
    [FAILURE_L2TP_SECRET_WRONG] = {
        SECRET(FIELD_L2TP_SECRET),
        N_("It is another one than the shared key. Most gateways have none: leave it empty then.")},
    [FAILURE_L2TP_PROTOCOL] = {NONE,
                               N_("Please report this with the gateway's make and version.")},
    [FAILURE_PPP_SILENT] = {
        RETRY, N_("Try again. If it stays so, the gateway is not set up completely.")},
    [FAILURE_PPP_NEGOTIATION] = {
        NONE, N_("Please report this with the gateway's make and version, and the log.")},
    [FAILURE_AUTHENTICATION_REFUSED] = {
        SECRET(FIELD_PPP_PASSWORD),
        N_("Type the password again. Some gateways want the name as DOMAIN\\user or "
           "user@domain.") },
    [FAILURE_AUTHENTICATION_SILENT] = {
        RETRY, N_("If a second factor is in use, confirm it in time.")},
    [FAILURE_ACCOUNT_RESTRICTED_HOURS] = {
        NONE, N_("Ask the administrator about the account's log-in hours.")},
    [FAILURE_ACCOUNT_DISABLED] = {NONE, N_("Ask the administrator to enable it.")},
    [FAILURE_PASSWORD_EXPIRED] = {
        SECRET(FIELD_PPP_PASSWORD),
        N_("Change it, for example on a computer in the company, then type the new one.")},
    [FAILURE_PASSWORD_CHANGE_FAILED] = {
        RETRY, N_("It may be too short, too simple, or one that was used before.")},
    [FAILURE_DIAL_IN_DENIED] = {
        NONE, N_("Ask the administrator for the permission to dial in (VPN).")},
    [FAILURE_NO_AUTHENTICATION_METHOD] = {
        EDIT(FIELD_PPP_REFUSE_PAP),
        N_("Allow the way of logging in that the details name, or ask the administrator for "
           "MS-CHAPv2.") },
    [FAILURE_GATEWAY_NOT_AUTHENTIC] = {
        NONE, N_("Do not go on in this network, and tell the administrator.")},
    [FAILURE_MPPE_MISSING] = {EDIT(FIELD_PPP_REQUIRE_MPPE),
                              N_("Do not require MPPE: it is IPsec that encrypts.")},
    [FAILURE_NO_ADDRESS] = {
        RETRY, N_("Its addresses may be used up: try again later, or ask the administrator.")},
    [FAILURE_DATA_PATH_MISSING] = {EDIT(FIELD_L2TP_DATA_PATH),
                                   N_("Let Causeway choose the data path.")},
    [FAILURE_NETWORK_SETUP] = {RETRY, N_("The details have what the system said.")},
    [FAILURE_GATEWAY_CLOSED] = {
        RETRY, N_("Perhaps a time limit, or the same user connected from elsewhere.")},
    [FAILURE_CONNECTION_LOST] = {RETRY,
                                 N_("Check that this computer is online, then try again.")},
    [FAILURE_TUNNEL_DIED] = {RETRY, N_("Please report this together with the log.")},
    [FAILURE_TIMEOUT] = {RETRY, N_("Try again, or try another network.")},
};

/* What the service says of a setting or a method, it names; the first one that it does.  FALSE:
 * a method that there is no setting for. */
static gboolean find_field(FailureCode code, const char *message, FieldId *ret_field)
{
    static const struct {
        const char *method;
        FieldId field;
    } methods[] = {
        {"MS-CHAPv2", FIELD_PPP_REFUSE_MSCHAPV2},
        {"MS-CHAP", FIELD_PPP_REFUSE_MSCHAP},
        {"CHAP", FIELD_PPP_REFUSE_CHAP},
        {"PAP", FIELD_PPP_REFUSE_PAP},
    };
    const char *first = NULL;

    *ret_field = rows[code].field;
    for (gsize i = 0; code == FAILURE_NO_AUTHENTICATION_METHOD && i < G_N_ELEMENTS(methods); i++) {
        if (strstr(message, methods[i].method)) {
            *ret_field = methods[i].field;
            return TRUE;
        }
    }
    for (guint i = 0; code == FAILURE_PROFILE_INVALID && i < FIELD_COUNT; i++) {
        const char *name = field_name((FieldId)i), *at = strstr(message, name);
        /* "ipsec.key" is the beginning of another one. */
        if (at && (!first || at < first) && !g_ascii_isalnum(at[strlen(name)]) &&
            at[strlen(name)] != '-') {
            first = at;
            *ret_field = (FieldId)i;
        }
    }
    return code != FAILURE_NO_AUTHENTICATION_METHOD || *message == '\0';
}

static gboolean is_of_store(const char *code, Fault *ret_fault)
{
    static const struct {
        const char *code, *message, *hint;
    } own[] = {
        {VPN_FAILURE_SERVICE_LOST,
         N_("Causeway’s service ended unexpectedly, and the connection with it."),
         N_("Please report this together with the log.")},
        {VPN_FAILURE_NETWORKMANAGER, N_("NetworkManager could not connect."),
         N_("Check the settings of this connection and try again. NetworkManager's log may say "
            "more.")},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(own); i++) {
        if (g_strcmp0(code, own[i].code) != 0)
            continue;
        *ret_fault = (Fault){.remedy = FAULT_REMEDY_RETRY, .message = _(own[i].message),
                             .hint = _(own[i].hint)};
        return TRUE;
    }
    return FALSE;
}

void fault_of(const VpnStatus *status, Fault *ret_fault)
{
    FailureCode code;

    if (is_of_store(status->failure_code, ret_fault))
        return;
    if (failure_code_from_name(status->failure_code, &code)) {
        const char *hint = rows[code].hint;
        FieldId field;
        gboolean found =
            find_field(code, status->failure_message ? status->failure_message : "", &field);
        *ret_fault = (Fault){
            .remedy = found ? rows[code].remedy : FAULT_REMEDY_NONE,
            .field = field,
            .message = _(failure_code_message(code)),
            /* The empty string's translation is the catalogue's head. */
            .hint = hint && *hint ? _(hint) : "",
        };
        return;
    }
    *ret_fault = (Fault){
        .remedy = FAULT_REMEDY_RETRY,
        .message = status->failure_message && *status->failure_message ? status->failure_message
                                                                       : _("Connection failed"),
        .hint = status->failure_hint ? status->failure_hint : "",
    };
}

char *fault_details(const char *name, const VpnStatus *status)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(status->since);
    g_autofree char *stamp = when ? g_date_time_format_iso8601(when) : NULL;

    g_string_append_printf(text, "%s\n", name);
    const char *const parts[] = {status->failure_stage, status->failure_code,
                                 status->failure_message};
    const char *separator = "";
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (!parts[i] || *parts[i] == '\0')
            continue;
        g_string_append_printf(text, "%s%s", separator, parts[i]);
        separator = ": ";
    }
    g_string_append_c(text, '\n');
    if (status->gateway)
        g_string_append_printf(text, "gateway %s\n", status->gateway);
    if (stamp && status->since > 0)
        g_string_append_printf(text, "%s\n", stamp);
    return g_string_free(g_steal_pointer(&text), FALSE);
}
