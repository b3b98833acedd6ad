/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of a profile's fields, and how to find a row in it. */
#include "profile/schema.h"

#include <glib/gi18n.h>
#include <string.h>

#include "profile/words.h"

static const char *const auth_choices[] = {"psk", "certificate", NULL};
static const char *const auth_nm_choices[] = {"psk", "tls", NULL};
static const char *const security_choices[] = {"strong", "compatible", "legacy", NULL};
static const char *const data_path_choices[] = {"auto", "kernel", "user", NULL};
static const char *const ipv4_choices[] = {"auto", "disabled", NULL};
static const char *const ipv6_choices[] = {"auto", "disabled", "ignore", NULL};

#define ROW(id, group, key) [id] = {id, group, key
#define TEXT(format, flags, longest) FIELD_TYPE_STRING, format, flags, 0, longest, NULL, ""
#define FILENAME FIELD_TYPE_FILE, FIELD_FORMAT_TEXT, 0, 0, 4095, NULL, ""
#define BOOLEAN(value) FIELD_TYPE_BOOLEAN, FIELD_FORMAT_TEXT, 0, 0, 3, NULL, value
#define NOT_BOOLEAN(value) \
    FIELD_TYPE_BOOLEAN, FIELD_FORMAT_TEXT, FIELD_NM_INVERTED, 0, 3, NULL, value
#define ENUM(value, choices) FIELD_TYPE_ENUM, FIELD_FORMAT_TEXT, 0, 0, 32, NULL, value, choices
#define UINT(flags, least, most, unit, value) \
    FIELD_TYPE_UINT, FIELD_FORMAT_TEXT, flags, least, most, unit, value
#define SECRET(longest) FIELD_TYPE_SECRET, FIELD_FORMAT_TEXT, 0, 0, longest, NULL, ""
#define LIST(type, format) type, format, 0, 0, 8192, NULL, ""

/* 200 letters of any script. */
#define NAME_MAX_BYTES 800
/* A week: longer than any gateway keeps a key. */
#define LIFETIME_MAX 604800

static const Field fields[FIELD_COUNT] = {
    ROW(FIELD_CONNECTION_NAME, "connection", "name"),
        TEXT(FIELD_FORMAT_NAME, FIELD_REQUIRED, NAME_MAX_BYTES), NULL, NULL, NULL, NULL, N_("Name"),
        N_("What you call this connection. Any text without a slash.") },
    ROW(FIELD_CONNECTION_UUID, "connection", "uuid"),
        TEXT(FIELD_FORMAT_UUID, FIELD_REQUIRED | FIELD_SERVICE, 36), NULL, NULL, NULL, NULL,
        N_("Identifier"),
        N_("Given when the profile is made, and never changed: secrets are kept under it.") },
    ROW(FIELD_CONNECTION_USER, "connection", "user"),
        TEXT(FIELD_FORMAT_USER_NAME, FIELD_SERVICE, 64), NULL, NULL, NULL, NULL, N_("Owner"),
        N_("The user of this computer to whom the profile belongs; empty for everybody.") },
    ROW(FIELD_CONNECTION_GATEWAY, "connection", "gateway"),
        TEXT(FIELD_FORMAT_HOST, FIELD_REQUIRED, 253), NULL, "gateway", NULL, NULL, N_("Gateway"),
        N_("The VPN server's name or address, such as vpn.example.com.") },
    ROW(FIELD_CONNECTION_AUTOCONNECT, "connection", "autoconnect"),
        BOOLEAN("no"), NULL, NULL, NULL, NULL, N_("Connect automatically"),
        N_("Connect when the computer starts. The secrets must be stored then.") },
    ROW(FIELD_CONNECTION_RECONNECT, "connection", "reconnect"),
        BOOLEAN("yes"), NULL, NULL, NULL, NULL, N_("Reconnect"),
        N_("Take a lost connection up again by itself, but never after a refused password.") },

    ROW(FIELD_IPSEC_ENABLED, "ipsec", "enabled"),
        BOOLEAN("yes"), NULL, "ipsec-enabled", "no", NULL, N_("Encrypt with IPsec"),
        N_("Without IPsec everything travels readable for everyone: for tests only.") },
    ROW(FIELD_IPSEC_AUTH, "ipsec", "auth"),
        ENUM("psk", auth_choices), "machine-auth-type", NULL, auth_nm_choices,
        N_("Gateway authentication"),
        N_("How this computer and the gateway recognise each other: by a key that both have, or by "
           "certificates.") },
    ROW(FIELD_IPSEC_PSK, "ipsec", "psk"),
        SECRET(1024), NULL, "ipsec-psk", NULL, NULL, N_("Shared key"),
        N_("The pre-shared key (PSK) that all users of the gateway have in common.") },
    ROW(FIELD_IPSEC_GROUP_NAME, "ipsec", "group-name"),
        TEXT(FIELD_FORMAT_TEXT, 0, 255), NULL, "ipsec-group-name", NULL, NULL, N_("Group name"),
        N_("Only if the administrator gave you one. It switches IKE to aggressive mode.") },
    ROW(FIELD_IPSEC_LOCAL_ID, "ipsec", "local-id"),
        TEXT(FIELD_FORMAT_TEXT, 0, 255), NULL, NULL, NULL, NULL, N_("Own identity"),
        N_("What this computer calls itself in IKE; empty for its address, or for the "
           "certificate's subject.") },
    ROW(FIELD_IPSEC_REMOTE_ID, "ipsec", "remote-id"),
        TEXT(FIELD_FORMAT_TEXT, 0, 255), NULL, "ipsec-remote-id", NULL, NULL,
        N_("Gateway identity"),
        N_("Who the gateway must be. Empty: with a shared key whoever knows it, with certificates "
           "the gateway that is named above. %any: whoever has a certificate of the authority.") },
    ROW(FIELD_IPSEC_CERTIFICATE, "ipsec", "certificate"),
        FILENAME, NULL, "machine-cert", NULL, NULL, N_("Certificate"),
        N_("This computer's certificate, or a PKCS#12 file that holds it, its key and its "
           "authorities, or its name on a token (pkcs11:…).") },
    ROW(FIELD_IPSEC_KEY, "ipsec", "key"),
        FILENAME, NULL, "machine-key", NULL, NULL, N_("Private key"),
        N_("The key of the certificate; not needed beside a PKCS#12 file or a token's "
           "certificate.") },
    ROW(FIELD_IPSEC_KEY_PASSPHRASE, "ipsec", "key-passphrase"),
        SECRET(1024), NULL, "machine-certpass", NULL, NULL, N_("Key passphrase"),
        N_("What the private key or the PKCS#12 file is encrypted with, or the token's PIN.") },
    ROW(FIELD_IPSEC_CA, "ipsec", "ca"),
        FILENAME, NULL, "machine-ca", NULL, NULL, N_("Certificate authority"),
        N_("The certificate of the authority that signed the gateway's.") },
    ROW(FIELD_IPSEC_IKE, "ipsec", "ike"),
        LIST(FIELD_TYPE_STRINGS, FIELD_FORMAT_SUITES), NULL, "ipsec-ike", NULL, NULL,
        N_("Phase 1 algorithms"),
        N_("Only if the gateway demands it: what to offer for the key exchange, such as "
           "aes256-sha1-modp1024. Empty: what the security setting allows, best first.") },
    ROW(FIELD_IPSEC_ESP, "ipsec", "esp"),
        LIST(FIELD_TYPE_STRINGS, FIELD_FORMAT_SUITES), NULL, "ipsec-esp", NULL, NULL,
        N_("Phase 2 algorithms"),
        N_("Only if the gateway demands it: what to offer for the data, such as aes256-sha1.") },
    ROW(FIELD_IPSEC_SECURITY, "ipsec", "security"),
        ENUM("compatible", security_choices), NULL, NULL, NULL, N_("Security"),
        N_("What to offer the gateway, best first. “Strong only”: today's algorithms. "
           "“Compatible”: older ones, too, that many gateways need (3DES, 1024-bit groups). “Weak "
           "ones too”: also MD5. A connection with weak ones is marked as weak.") },
    ROW(FIELD_IPSEC_FORCE_ENCAPSULATION, "ipsec", "force-encapsulation"),
        BOOLEAN("no"), NULL, "ipsec-forceencaps", NULL, NULL, N_("Force UDP encapsulation"),
        N_("Carry IPsec in UDP port 4500 even where no address translation is found: for "
           "networks that block plain IPsec.") },
    ROW(FIELD_IPSEC_IKE_LIFETIME, "ipsec", "ike-lifetime"),
        UINT(FIELD_ZERO_TOO, 300, LIFETIME_MAX, "s", "0"), NULL, "ipsec-ikelifetime", NULL, NULL,
        N_("Phase 1 lifetime"),
        N_("How long a key exchange is used before it is made again. 0: Causeway chooses.") },
    ROW(FIELD_IPSEC_ESP_LIFETIME, "ipsec", "esp-lifetime"),
        UINT(FIELD_ZERO_TOO, 300, LIFETIME_MAX, "s", "0"), NULL, "ipsec-salifetime", NULL, NULL,
        N_("Phase 2 lifetime"),
        N_("How long the data's keys are used before they are renewed. 0: Causeway chooses.") },

    ROW(FIELD_L2TP_LOCAL_PORT, "l2tp", "local-port"),
        UINT(0, 0, 65535, NULL, "0"), NULL, NULL, NULL, NULL, N_("Local port"),
        N_("The UDP port on this computer. 0 takes 1701, or another one when that is in use.") },
    ROW(FIELD_L2TP_EPHEMERAL_PORT, "l2tp", "ephemeral-port"),
        BOOLEAN("no"), NULL, "ephemeral-port", NULL, NULL, N_("Any local port"),
        N_("Take any free UDP port instead of 1701, from the first attempt on: for several "
           "computers behind one address.") },
    ROW(FIELD_L2TP_SECRET, "l2tp", "secret"),
        SECRET(255), NULL, NULL, NULL, NULL, N_("Tunnel secret"),
        N_("The secret of the L2TP tunnel; rarely used, and not the IPsec shared key.") },
    ROW(FIELD_L2TP_HIDE_AVPS, "l2tp", "hide-avps"),
        BOOLEAN("no"), NULL, NULL, NULL, NULL, N_("Hide attributes"),
        N_("Encrypt attributes of L2TP messages with the tunnel secret.") },
    ROW(FIELD_L2TP_DATA_PATH, "l2tp", "data-path"),
        ENUM("auto", data_path_choices), NULL, NULL, NULL, N_("Data path"),
        N_("What carries the packets: the system's kernel, or Causeway itself.") },
    ROW(FIELD_L2TP_DSCP, "l2tp", "dscp"),
        UINT(0, 0, 63, NULL, "0"), NULL, NULL, NULL, NULL, N_("DSCP"),
        N_("The traffic class that the outer packets are marked with.") },
    ROW(FIELD_L2TP_HELLO, "l2tp", "hello"),
        UINT(FIELD_ZERO_TOO, 5, 3600, "s", "60"), NULL, NULL, NULL, NULL, N_("Hello interval"),
        N_("After how long a silence the gateway is asked whether it is there; 0 never asks.") },
    ROW(FIELD_L2TP_SEQUENCING, "l2tp", "sequencing"),
        BOOLEAN("no"), NULL, NULL, NULL, NULL, N_("Number the packets"),
        N_("Number the data packets, so that none is delivered out of order.") },

    ROW(FIELD_PPP_USER, "ppp", "user"),
        TEXT(FIELD_FORMAT_TEXT, FIELD_REQUIRED, 255), NULL, "user", NULL, NULL, N_("User name"),
        N_("Your account on the gateway.") },
    ROW(FIELD_PPP_DOMAIN, "ppp", "domain"),
        TEXT(FIELD_FORMAT_TEXT, 0, 255), NULL, "domain", NULL, NULL, N_("Windows domain"),
        N_("Only if the gateway wants DOMAIN\\user.") },
    ROW(FIELD_PPP_PASSWORD, "ppp", "password"),
        SECRET(255), NULL, "password", NULL, NULL, N_("Password"),
        N_("The password of your account on the gateway.") },
    ROW(FIELD_PPP_REFUSE_PAP, "ppp", "refuse-pap"),
        BOOLEAN("no"), NULL, "refuse-pap", NULL, NULL, N_("Refuse PAP"),
        N_("Never send the password itself, not even inside IPsec. Without IPsec it never is.") },
    ROW(FIELD_PPP_REFUSE_CHAP, "ppp", "refuse-chap"),
        BOOLEAN("no"), NULL, "refuse-chap", NULL, NULL, N_("Refuse CHAP"),
        N_("Never log in by CHAP with MD5.") },
    ROW(FIELD_PPP_REFUSE_MSCHAP, "ppp", "refuse-mschap"),
        BOOLEAN("yes"), NULL, "refuse-mschap", "no", NULL, N_("Refuse MS-CHAP"),
        N_("Never log in by the first version of MS-CHAP, which is broken.") },
    ROW(FIELD_PPP_REFUSE_MSCHAPV2, "ppp", "refuse-mschapv2"),
        BOOLEAN("no"), NULL, "refuse-mschapv2", NULL, NULL, N_("Refuse MS-CHAPv2"),
        N_("Never log in by MS-CHAPv2, the method that most gateways use.") },
    ROW(FIELD_PPP_MTU, "ppp", "mtu"),
        UINT(FIELD_ZERO_TOO, 576, 1500, "bytes", "0"), NULL, "mtu", NULL, NULL, N_("MTU"),
        N_("The largest packet that is sent through the tunnel. 0: Causeway computes it.") },
    ROW(FIELD_PPP_MRU, "ppp", "mru"),
        UINT(FIELD_ZERO_TOO, 576, 1500, "bytes", "0"), NULL, "mru", NULL, NULL, N_("MRU"),
        N_("The largest packet that the gateway may send. 0: Causeway computes it.") },
    ROW(FIELD_PPP_PFC, "ppp", "pfc"),
        NOT_BOOLEAN("yes"), NULL, "nopcomp", NULL, NULL, N_("Compress the protocol field"),
        N_("Save a byte per packet where the gateway agrees.") },
    ROW(FIELD_PPP_ACFC, "ppp", "acfc"),
        NOT_BOOLEAN("yes"), NULL, "noaccomp", NULL, NULL, N_("Compress the address field"),
        N_("Save two bytes per packet where the gateway agrees.") },
    ROW(FIELD_PPP_ECHO_INTERVAL, "ppp", "echo-interval"),
        UINT(0, 0, 3600, "s", "5"), NULL, "lcp-echo-interval", NULL, NULL, N_("Echo interval"),
        N_("After how long a silence an echo is asked for; 0 never asks.") },
    ROW(FIELD_PPP_ECHO_FAILURES, "ppp", "echo-failures"),
        UINT(FIELD_ZERO_TOO, 1, 100, NULL, "3"), NULL, "lcp-echo-failure", NULL, NULL,
        N_("Echo failures"),
        N_("How many unanswered echoes mean that the connection is lost; 0: they never do.") },
    ROW(FIELD_PPP_REQUIRE_MPPE, "ppp", "require-mppe"),
        BOOLEAN("no"), NULL, "require-mppe", NULL, NULL, N_("Require MPPE"),
        N_("Not available: it is IPsec that encrypts.") },

    ROW(FIELD_IPV4_METHOD, "ipv4", "method"),
        ENUM("auto", ipv4_choices), NULL, NULL, NULL, N_("IPv4"),
        N_("Whether IPv4 goes through the tunnel.") },
    ROW(FIELD_IPV4_ROUTES, "ipv4", "routes"),
        LIST(FIELD_TYPE_ROUTES, FIELD_FORMAT_IPV4), NULL, NULL, NULL, NULL, N_("IPv4 routes"),
        N_("Networks behind the gateway, such as 10.0.0.0/8.") },
    ROW(FIELD_IPV4_DEFAULT_ROUTE, "ipv4", "default-route"),
        BOOLEAN("yes"), NULL, NULL, NULL, NULL, N_("All IPv4 traffic"),
        N_("Send everything through the tunnel, not only the named networks.") },

    ROW(FIELD_IPV6_METHOD, "ipv6", "method"),
        ENUM("auto", ipv6_choices), NULL, NULL, NULL, N_("IPv6"),
        N_("Whether IPv6 goes through the tunnel. Where all traffic goes there and the gateway "
           "has no IPv6, none leaves this computer past the tunnel, unless it is “Left alone”.") },
    ROW(FIELD_IPV6_ROUTES, "ipv6", "routes"),
        LIST(FIELD_TYPE_ROUTES, FIELD_FORMAT_IPV6), NULL, NULL, NULL, NULL, N_("IPv6 routes"),
        N_("Networks behind the gateway, such as 2001:db8::/32.") },
    ROW(FIELD_IPV6_DEFAULT_ROUTE, "ipv6", "default-route"),
        BOOLEAN("yes"), NULL, NULL, NULL, NULL, N_("All IPv6 traffic"),
        N_("Send everything through the tunnel, not only the named networks.") },

    ROW(FIELD_DNS_SERVERS, "dns", "servers"),
        LIST(FIELD_TYPE_ADDRESSES, FIELD_FORMAT_TEXT), NULL, NULL, NULL, NULL, N_("DNS servers"),
        N_("Name servers beside those that the gateway names.") },
    ROW(FIELD_DNS_SEARCH, "dns", "search"),
        LIST(FIELD_TYPE_STRINGS, FIELD_FORMAT_DOMAIN), NULL, NULL, NULL, NULL,
        N_("Search domains"),
        N_("Domains that are looked up through the tunnel and may be left out of names.") },
    ROW(FIELD_DNS_IGNORE_PEER, "dns", "ignore-peer"),
        BOOLEAN("no"), NULL, NULL, NULL, NULL, N_("Ignore the gateway's DNS"),
        N_("Use only the name servers that are listed here.") },
};

const Field *field_get(FieldId id)
{
    g_assert((guint)id < FIELD_COUNT);
    return &fields[id];
}

const Field *field_find_in_group(const char *group, const char *key)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        if (strcmp(fields[i].group, group) == 0 && strcmp(fields[i].key, key) == 0)
            return &fields[i];
    }
    return NULL;
}

const Field *field_find(const char *name)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        if (strcmp(name, field_name((FieldId)i)) == 0)
            return &fields[i];
    }
    return NULL;
}

const Field *field_find_nm(const char *nm_key)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        if (g_strcmp0(fields[i].nm_key, nm_key) == 0)
            return &fields[i];
    }
    return NULL;
}

const char *field_name(FieldId id)
{
    static const char *names[FIELD_COUNT];

    g_assert((guint)id < FIELD_COUNT);
    if (!names[id]) {
        g_autofree char *name = g_strconcat(fields[id].group, ".", fields[id].key, NULL);
        names[id] = g_intern_string(name);
    }
    return names[id];
}

gboolean field_is_list(const Field *field)
{
    return field->type == FIELD_TYPE_STRINGS || field->type == FIELD_TYPE_ADDRESSES ||
           field->type == FIELD_TYPE_ROUTES;
}

gboolean field_is_secret(const Field *field)
{
    return field->type == FIELD_TYPE_SECRET;
}

const char *field_variant_type(const Field *field)
{
    if (field_is_list(field))
        return "as";
    if (field->type == FIELD_TYPE_BOOLEAN)
        return "b";
    return field->type == FIELD_TYPE_UINT ? "u" : "s";
}

/* A word means the same in every row that has it. */
const char *field_choice_label(const Field *field, guint choice)
{
    static const struct {
        const char *word, *label;
    } labels[] = {
        {"psk", N_("Shared key")},
        {"certificate", N_("Certificates")},
        {"strong", N_("Strong only")},
        {"compatible", N_("Compatible")},
        {"legacy", N_("Weak ones too")},
        {"auto", N_("Automatic")},
        {"kernel", N_("The system's kernel")},
        {"user", N_("Causeway itself")},
        {"disabled", N_("Disabled")},
        {"ignore", N_("Left alone")},
    };
    guint i = 0;

    g_assert(field->type == FIELD_TYPE_ENUM);
    while (strcmp(labels[i].word, field->choices[choice]) != 0) {
        i++;
        g_assert(i < G_N_ELEMENTS(labels));
    }
    return labels[i].label;
}

const char *field_suggest(const char *name)
{
    const char *best = NULL;
    guint best_distance = G_MAXUINT;

    for (guint i = 0; i < FIELD_COUNT; i++) {
        const char *candidate = field_name((FieldId)i);
        /* A bare key is the most frequent mistake: "password" for "ppp.password". */
        guint distance = MIN(words_distance(name, candidate),
                             words_distance(name, fields[i].key));
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best_distance <= 1 + strlen(name) / 5 ? best : NULL;
}
