/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of a profile: one table, which keyfile, D-Bus, command line, editors, manual
 * page, NetworkManager import and validation all read and none repeats. */
#pragma once

#include <glib.h>

typedef enum {
    FIELD_CONNECTION_NAME,
    FIELD_CONNECTION_UUID,
    FIELD_CONNECTION_USER,
    FIELD_CONNECTION_GATEWAY,
    FIELD_CONNECTION_AUTOCONNECT,
    FIELD_CONNECTION_RECONNECT,

    FIELD_IPSEC_ENABLED,
    FIELD_IPSEC_AUTH,
    FIELD_IPSEC_PSK,
    FIELD_IPSEC_GROUP_NAME,
    FIELD_IPSEC_LOCAL_ID,
    FIELD_IPSEC_REMOTE_ID,
    FIELD_IPSEC_CERTIFICATE,
    FIELD_IPSEC_KEY,
    FIELD_IPSEC_KEY_PASSPHRASE,
    FIELD_IPSEC_CA,
    FIELD_IPSEC_IKE,
    FIELD_IPSEC_ESP,
    FIELD_IPSEC_SECURITY,
    FIELD_IPSEC_FORCE_ENCAPSULATION,
    FIELD_IPSEC_IKE_LIFETIME,
    FIELD_IPSEC_ESP_LIFETIME,

    FIELD_L2TP_LOCAL_PORT,
    FIELD_L2TP_EPHEMERAL_PORT,
    FIELD_L2TP_SECRET,
    FIELD_L2TP_HIDE_AVPS,
    FIELD_L2TP_DATA_PATH,
    FIELD_L2TP_DSCP,
    FIELD_L2TP_HELLO,
    FIELD_L2TP_SEQUENCING,

    FIELD_PPP_USER,
    FIELD_PPP_DOMAIN,
    FIELD_PPP_PASSWORD,
    FIELD_PPP_REFUSE_PAP,
    FIELD_PPP_REFUSE_CHAP,
    FIELD_PPP_REFUSE_MSCHAP,
    FIELD_PPP_REFUSE_MSCHAPV2,
    FIELD_PPP_MTU,
    FIELD_PPP_MRU,
    FIELD_PPP_PFC,
    FIELD_PPP_ACFC,
    FIELD_PPP_ECHO_INTERVAL,
    FIELD_PPP_ECHO_FAILURES,
    FIELD_PPP_REQUIRE_MPPE,

    FIELD_IPV4_METHOD,
    FIELD_IPV4_ROUTES,
    FIELD_IPV4_DEFAULT_ROUTE,

    FIELD_IPV6_METHOD,
    FIELD_IPV6_ROUTES,
    FIELD_IPV6_DEFAULT_ROUTE,

    FIELD_DNS_SERVERS,
    FIELD_DNS_SEARCH,
    FIELD_DNS_IGNORE_PEER,
} FieldId;
#define FIELD_COUNT (FIELD_DNS_IGNORE_PEER + 1)

typedef enum {
    FIELD_TYPE_STRING,    /* D-Bus "s" */
    FIELD_TYPE_FILE,      /* "s", an absolute path, or what begins with FIELD_TOKEN_SCHEME */
    FIELD_TYPE_ENUM,      /* "s", one of `choices` */
    FIELD_TYPE_BOOLEAN,   /* "b"; text yes or no */
    FIELD_TYPE_UINT,      /* "u" */
    FIELD_TYPE_STRINGS,   /* "as"; text separated by commas */
    FIELD_TYPE_ADDRESSES, /* "as" of IPv4 and IPv6 addresses */
    FIELD_TYPE_ROUTES,    /* "as" of ADDRESS/PREFIX */
    FIELD_TYPE_SECRET,    /* never on D-Bus as a value, never in a profile's own file */
} FieldType;

/* A certificate or key may be on a PKCS#11 token, which a URI of RFC 7512 names. */
#define FIELD_TOKEN_SCHEME "pkcs11:"

/* What a string must look like beyond its length; of a list, each of its elements. */
typedef enum {
    FIELD_FORMAT_TEXT, /* any line of text */
    FIELD_FORMAT_NAME,
    FIELD_FORMAT_UUID,
    FIELD_FORMAT_HOST,      /* a name or a numeric address */
    FIELD_FORMAT_USER_NAME, /* of an account on this machine */
    FIELD_FORMAT_SUITES,    /* strongSwan's spelling: aes256-sha256-modp2048 */
    FIELD_FORMAT_DOMAIN,
    FIELD_FORMAT_IPV4, /* addresses or routes of one family only */
    FIELD_FORMAT_IPV6,
} FieldFormat;

typedef enum {
    FIELD_REQUIRED = 1 << 0,
    FIELD_ZERO_TOO = 1 << 1,    /* a number may be 0 although the range begins above it */
    FIELD_SERVICE = 1 << 2,     /* set by the service alone: identity and owner of a profile */
    FIELD_NM_INVERTED = 1 << 3, /* NetworkManager-l2tp's key says the opposite */
} FieldFlags;

typedef struct {
    FieldId id;
    const char *group;
    const char *key;
    FieldType type;
    FieldFormat format;
    guint flags;   /* FieldFlags */
    guint minimum; /* UINT: the range.  Otherwise the longest text in bytes is `maximum`. */
    guint maximum;
    const char *unit;              /* of a number: "s", "bytes", or NULL */
    const char *default_text;      /* as in a keyfile; "" for none */
    const char *const *choices;    /* ENUM: NULL-terminated */
    const char *nm_key;            /* NetworkManager-l2tp's key, or NULL */
    const char *nm_default;        /* what its absence means there; NULL: as `default_text` */
    const char *const *nm_choices; /* its words for `choices`, in the same order, or NULL */
    const char *label;             /* English, marked for translation, as in an editor */
    const char *help;              /* one or more sentences for the manual page and editors */
} Field;

/* Always a row. */
const Field *field_get(FieldId id);
/* "ppp.mtu"; NULL when there is none. */
const Field *field_find(const char *name);
const Field *field_find_in_group(const char *group, const char *key);
const Field *field_find_nm(const char *nm_key);
/* "ppp.mtu"; static. */
const char *field_name(FieldId id);
gboolean field_is_list(const Field *field);
gboolean field_is_secret(const Field *field);
/* "s", "b", "u" or "as". */
const char *field_variant_type(const Field *field);
/* What an editor shows for a choice of an ENUM, English, marked for translation. */
const char *field_choice_label(const Field *field, guint choice);
/* The name that `name` was perhaps meant to be, or NULL. */
const char *field_suggest(const char *name);
