/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the editor arranges the fields of the table. */
#include "sections.h"

#include <glib/gi18n.h>
#include <string.h>

static const FieldId general[] = {
    FIELD_CONNECTION_NAME, FIELD_CONNECTION_GATEWAY, FIELD_CONNECTION_AUTOCONNECT,
    FIELD_CONNECTION_RECONNECT,
};
static const FieldId account[] = {FIELD_PPP_USER, FIELD_PPP_PASSWORD, FIELD_PPP_DOMAIN};
static const FieldId ipsec[] = {
    FIELD_IPSEC_AUTH,           FIELD_IPSEC_PSK, FIELD_IPSEC_CERTIFICATE, FIELD_IPSEC_KEY,
    FIELD_IPSEC_KEY_PASSPHRASE, FIELD_IPSEC_CA,  FIELD_IPSEC_SECURITY,
};
static const FieldId traffic[] = {
    FIELD_IPV4_DEFAULT_ROUTE, FIELD_IPV4_ROUTES, FIELD_IPV6_DEFAULT_ROUTE, FIELD_IPV6_ROUTES,
    FIELD_IPV4_METHOD,        FIELD_IPV6_METHOD,
};
static const FieldId dns[] = {FIELD_DNS_SERVERS, FIELD_DNS_SEARCH, FIELD_DNS_IGNORE_PEER};
static const FieldId ike[] = {
    FIELD_IPSEC_GROUP_NAME,   FIELD_IPSEC_LOCAL_ID,     FIELD_IPSEC_REMOTE_ID,
    FIELD_IPSEC_IKE,          FIELD_IPSEC_ESP,          FIELD_IPSEC_FORCE_ENCAPSULATION,
    FIELD_IPSEC_IKE_LIFETIME, FIELD_IPSEC_ESP_LIFETIME, FIELD_IPSEC_ENABLED,
};
static const FieldId methods[] = {
    FIELD_PPP_REFUSE_PAP, FIELD_PPP_REFUSE_CHAP, FIELD_PPP_REFUSE_MSCHAP,
    FIELD_PPP_REFUSE_MSCHAPV2, FIELD_PPP_REQUIRE_MPPE,
};
static const FieldId l2tp[] = {
    FIELD_L2TP_SECRET, FIELD_L2TP_HIDE_AVPS,  FIELD_L2TP_LOCAL_PORT, FIELD_L2TP_EPHEMERAL_PORT,
    FIELD_L2TP_HELLO,
    FIELD_L2TP_DSCP,   FIELD_L2TP_SEQUENCING, FIELD_L2TP_DATA_PATH,
};
static const FieldId ppp[] = {
    FIELD_PPP_MTU, FIELD_PPP_MRU,           FIELD_PPP_ECHO_INTERVAL, FIELD_PPP_ECHO_FAILURES,
    FIELD_PPP_PFC, FIELD_PPP_ACFC,
};

#define SECTION(title, description, expert, fields) \
    {title, description, expert, fields, G_N_ELEMENTS(fields)}

static const Section sections[] = {
    SECTION(N_("Connection"), NULL, FALSE, general),
    SECTION(N_("Account"), NULL, FALSE, account),
    SECTION(N_("Encryption"), NULL, FALSE, ipsec),
    SECTION(N_("Traffic"), N_("What goes through the tunnel"), FALSE, traffic),
    SECTION(N_("Name Servers"), NULL, FALSE, dns),
    SECTION(N_("Key Exchange"), N_("Only if the administrator asks for it"), TRUE, ike),
    SECTION(N_("Ways of Logging In"), N_("What is refused although the gateway wants it"), TRUE,
            methods),
    SECTION(N_("Tunnel"), N_("L2TP, which carries the link"), TRUE, l2tp),
    SECTION(N_("Link"), N_("PPP, which carries the packets"), TRUE, ppp),
};

const Section *sections_get(guint *ret_count)
{
    *ret_count = G_N_ELEMENTS(sections);
    return sections;
}

const Section *section_of(FieldId id)
{
    for (guint i = 0; i < G_N_ELEMENTS(sections); i++) {
        for (guint j = 0; j < sections[i].count; j++) {
            if (sections[i].fields[j] == id)
                return &sections[i];
        }
    }
    return NULL;
}

static gboolean contains(const char *text, const char *folded_needle)
{
    g_autofree char *normal = g_utf8_normalize(text, -1, G_NORMALIZE_ALL);
    g_autofree char *folded = g_utf8_casefold(normal ? normal : text, -1);

    return strstr(folded, folded_needle) != NULL;
}

gboolean section_field_matches(const Field *field, const char *text)
{
    g_autofree char *normal = g_utf8_normalize(text, -1, G_NORMALIZE_ALL);
    g_autofree char *needle = g_utf8_casefold(normal ? normal : text, -1);

    g_strstrip(needle);
    return *needle == '\0' || contains(_(field->label), needle) ||
           contains(_(field->help), needle) || contains(field_name(field->id), needle);
}

gboolean section_field_applies(const Field *field, Profile *profile)
{
    gboolean ipsec_on = profile_get_boolean(profile, FIELD_IPSEC_ENABLED);
    gboolean certificate = g_strcmp0(profile_get_string(profile, FIELD_IPSEC_AUTH),
                                     "certificate") == 0;

    /* MPPE is not available; it is shown only where a profile demands it, to be switched off. */
    if (field->id == FIELD_PPP_REQUIRE_MPPE)
        return profile_get_boolean(profile, FIELD_PPP_REQUIRE_MPPE);
    if (strcmp(field->group, "ipsec") != 0 || field->id == FIELD_IPSEC_ENABLED)
        return TRUE;
    if (!ipsec_on)
        return FALSE;
    if (field->id == FIELD_IPSEC_CERTIFICATE || field->id == FIELD_IPSEC_KEY ||
        field->id == FIELD_IPSEC_KEY_PASSPHRASE || field->id == FIELD_IPSEC_CA)
        return certificate;
    if (field->id == FIELD_IPSEC_PSK || field->id == FIELD_IPSEC_GROUP_NAME)
        return !certificate;
    return TRUE;
}
