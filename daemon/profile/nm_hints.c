/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to do about a failure, for somebody whose connections NetworkManager keeps: its keys and
 * its ways instead of fields and commands of Causeway's own. */
#include "profile/nm_settings.h"

/* NULL: what is said to everybody names neither a field nor a command. */
static const char *const hints[FAILURE_CODE_COUNT] = {
    [FAILURE_PROFILE_INVALID] =
        "Correct the key that is named, in the connection's settings or with \"nmcli connection "
        "edit\".",
    [FAILURE_SECRET_MISSING] =
        "Type it when the desktop asks for it, or run \"nmcli --ask connection up NAME\" on a "
        "terminal. It is stored in the connection's settings.",
    [FAILURE_IKE_PORT_BLOCKED] =
        "Force UDP encapsulation in the connection's settings (\"nmcli connection modify NAME "
        "+vpn.data ipsec-forceencaps=yes\"), or try another network.",
    [FAILURE_NO_PROPOSAL_IKE] =
        "Ask the administrator which are configured and set the phase 1 algorithms accordingly "
        "(vpn.data ipsec-ike, e.g. aes256-sha1-modp1024), or allow older ones "
        "(causeway-ipsec-security=legacy).",
    [FAILURE_NO_PROPOSAL_ESP] =
        "Ask the administrator which are configured and set the phase 2 algorithms accordingly "
        "(vpn.data ipsec-esp, e.g. aes256-sha1), or allow older ones "
        "(causeway-ipsec-security=legacy).",
    [FAILURE_PSK_WRONG] =
        "Type the shared key again in the connection's settings; look for spaces at its ends. If "
        "it is right, a group name may be needed (vpn.data ipsec-group-name).",
    [FAILURE_IDENTITY_MISMATCH] =
        "If you trust the identity that is named here, set it as the gateway's, exactly as it is "
        "written (vpn.data ipsec-remote-id); %any accepts every identity. If you do not know it, "
        "ask the administrator: it may be an impostor.",
    [FAILURE_CERTIFICATE_UNUSABLE] =
        "Check the files that the connection names (vpn.data machine-cert, machine-key, "
        "machine-ca), that its user may read them, and the key's passphrase.",
    [FAILURE_CERTIFICATE_REJECTED] =
        "Check the authority that signed the gateway's certificate (vpn.data machine-ca), the "
        "dates of the certificates and this computer's clock.",
    [FAILURE_IPSEC_LOST] =
        "Causeway connects again by itself unless the connection says otherwise (vpn.data "
        "causeway-connection-reconnect).",
    [FAILURE_PORT_TAKEN] =
        "Stop the program that holds it (often xl2tpd), or let Causeway choose another one.",
    [FAILURE_L2TP_SECRET_WRONG] =
        "Set the tunnel secret in the connection's settings; it is not the shared key. Most "
        "gateways use none: then remove it.",
    [FAILURE_AUTHENTICATION_REFUSED] =
        "Type the password again, when the desktop asks for it or in the connection's settings. "
        "Some gateways want the name as DOMAIN\\user or user@domain.",
    [FAILURE_PASSWORD_EXPIRED] =
        "Change it, e.g. on a computer in the company or on its web page, then type the new one "
        "in the connection's settings.",
    [FAILURE_NO_AUTHENTICATION_METHOD] =
        "Allow it by removing the key refuse-… that is named, or ask the administrator for "
        "MS-CHAPv2.",
    [FAILURE_MPPE_MISSING] = "Do not require MPPE: it is IPsec that encrypts.",
    [FAILURE_DATA_PATH_MISSING] =
        "Neither the kernel's L2TP nor a TUN device can be used; let Causeway choose (remove "
        "causeway-l2tp-data-path).",
    [FAILURE_CONNECTION_LOST] =
        "Causeway connects again by itself unless the connection says otherwise (vpn.data "
        "causeway-connection-reconnect).",
};

const char *nm_failure_hint(FailureCode code)
{
    g_return_val_if_fail((guint)code < FAILURE_CODE_COUNT, NULL);
    return hints[code] ? hints[code] : failure_code_hint(code);
}
