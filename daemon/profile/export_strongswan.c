/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swanctl.conf, xl2tpd.conf and pppd's options for the same connection. */
#include <string.h>

#include "profile/export_build.h"
#include "profile/language.h"

#define PPP_FILE "options.l2tpd.client"

static void add_quoted(GString *text, const char *indent, const char *key, const char *value)
{
    if (!value)
        return;
    char *quoted = quote_swanctl(value);
    g_string_append_printf(text, "%s%s = %s\n", indent, key, quoted);
    secret_string_free(quoted);
}

/* What gateways of the field take, where the profile leaves it open: strongSwan's own defaults
 * for IKEv1 begin with groups that few of them know. */
static const char ike_strong[] =
    "aes256-sha256-modp2048, aes256-sha1-modp2048, aes128-sha1-modp2048";
static const char ike_weak[] = ", aes256-sha1-modp1024, aes128-sha1-modp1024, 3des-sha1-modp1024";
static const char esp_strong[] = "aes256-sha1, aes256-sha256, aes128-sha1";
static const char esp_weak[] = ", 3des-sha1";

static void add_suites(Export *export, GString *text, const char *indent, const char *key,
                       FieldId id)
{
    const char *const *suites = export_strings(export, id);
    const char *security = profile_get_string(export->profile, FIELD_IPSEC_SECURITY);
    gboolean ike = id == FIELD_IPSEC_IKE, weak = strcmp(security, "strong") != 0;
    g_autofree char *all = g_strjoinv(", ", (char **)suites);

    export->told[FIELD_IPSEC_SECURITY] = TRUE;
    if (*suites)
        g_string_append_printf(text, "%s%s = %s\n", indent, key, all);
    else
        g_string_append_printf(text, "%s%s = %s%s\n", indent, key, ike ? ike_strong : esp_strong,
                               !weak ? "" : ike ? ike_weak : esp_weak);
}

static void add_lifetime(Export *export, GString *text, const char *indent, FieldId id)
{
    guint seconds = export_uint(export, id);

    if (seconds > 0)
        g_string_append_printf(text, "%srekey_time = %us\n", indent, seconds);
}

/* strongSwan would take any certificate of the authority where none is named; we do not. */
static const char *remote_id(Export *export, gboolean psk)
{
    const char *id = export_string(export, FIELD_IPSEC_REMOTE_ID);
    const char *gateway = profile_get_string(export->profile, FIELD_CONNECTION_GATEWAY);

    if (id || psk || !gateway)
        return id;
    export_tell(export,
                "strongSwan accepts the gateway if it calls itself %s; if it sends its "
                "certificate's whole subject instead, put that into remote { id }.", gateway);
    return gateway;
}

static void add_ends(Export *export, GString *text, gboolean psk)
{
    const char *group = export_string(export, FIELD_IPSEC_GROUP_NAME);
    const char *own = export_string(export, FIELD_IPSEC_LOCAL_ID);
    g_autofree char *id = group ? g_strconcat("keyid:", group, NULL) : g_strdup(own);

    g_string_append_printf(text, "        local {\n            auth = %s\n",
                           psk ? "psk" : "pubkey");
    add_quoted(text, "            ", "id", id);
    if (!psk)
        add_quoted(text, "            ", "certs", export_string(export, FIELD_IPSEC_CERTIFICATE));
    g_string_append_printf(text, "        }\n        remote {\n            auth = %s\n",
                           psk ? "psk" : "pubkey");
    add_quoted(text, "            ", "id", remote_id(export, psk));
    if (!psk)
        add_quoted(text, "            ", "cacerts", export_string(export, FIELD_IPSEC_CA));
    g_string_append(text, "        }\n");
}

/* "0s" and base64: a shared key may be any bytes. */
static void add_psk(Export *export, GString *text, const char *word)
{
    const Secret *psk = export_secret_bytes(export, FIELD_IPSEC_PSK);
    const char *remote = profile_get_string(export->profile, FIELD_IPSEC_REMOTE_ID);
    const char *gateway = profile_get_string(export->profile, FIELD_CONNECTION_GATEWAY);

    if (!psk)
        return;
    g_string_append_printf(text, "secrets {\n    ike-%s {\n", word);
    add_quoted(text, "        ", "id-1", remote ? remote : gateway);
    char *base64 = g_base64_encode(secret_data(psk), secret_length(psk));
    g_string_append_printf(text, "        secret = 0s%s\n    }\n}\n", base64);
    secret_string_free(base64);
}

static void write_swanctl(Export *export, const char *word)
{
    GString *text = export_text_new();
    gboolean psk = strcmp(profile_get_string(export->profile, FIELD_IPSEC_AUTH), "psk") == 0;
    gboolean aggressive = profile_is_set(export->profile, FIELD_IPSEC_GROUP_NAME);

    export_string(export, FIELD_IPSEC_AUTH);
    g_string_append_printf(text, "# /etc/swanctl/conf.d/%s.conf\nconnections {\n    %s {\n"
                           "        version = 1\n", word, word);
    add_quoted(text, "        ", "remote_addrs", export_string(export, FIELD_CONNECTION_GATEWAY));
    add_suites(export, text, "        ", "proposals", FIELD_IPSEC_IKE);
    if (aggressive)
        g_string_append(text, "        aggressive = yes\n");
    if (export_boolean(export, FIELD_IPSEC_FORCE_ENCAPSULATION))
        g_string_append(text, "        encap = yes\n");
    add_lifetime(export, text, "        ", FIELD_IPSEC_IKE_LIFETIME);
    add_ends(export, text, psk);
    g_string_append_printf(text, "        children {\n            %s {\n"
                           "                mode = transport\n"
                           "                local_ts = dynamic[udp/1701]\n"
                           "                remote_ts = dynamic[udp/1701]\n", word);
    add_suites(export, text, "                ", "esp_proposals", FIELD_IPSEC_ESP);
    add_lifetime(export, text, "                ", FIELD_IPSEC_ESP_LIFETIME);
    g_string_append(text, "            }\n        }\n    }\n}\n");
    add_psk(export, text, word);
    export_add_file(export, "swanctl.conf", text);
    export_text_free(text);
}

/* Its values go to the end of the line and need no quoting: no field holds a line break. */
static void write_xl2tpd(Export *export, const char *word)
{
    GString *text = export_text_new();
    const char *gateway = export_string(export, FIELD_CONNECTION_GATEWAY);

    g_string_append_printf(text, "; /etc/xl2tpd/xl2tpd.conf\n[lac %s]\nlns = %s\n"
                           "pppoptfile = /etc/ppp/" PPP_FILE "\nlength bit = yes\n", word,
                           gateway ? gateway : "");
    if (export_boolean(export, FIELD_L2TP_HIDE_AVPS))
        g_string_append(text, "hidden bit = yes\n");
    export_add_file(export, "xl2tpd.conf", text);
    export_text_free(text);
}

static void add_ppp(Export *export, GString *text, const char *option, const char *value)
{
    if (!value)
        return;
    char *quoted = quote_ppp(value);
    if (quoted)
        g_string_append_printf(text, "%s %s\n", option, quoted);
    else if (!export->error)
        g_set_error(&export->error, PROFILE_ERROR, PROFILE_ERROR_INVALID_VALUE,
                    _("%s: holds a character that pppd's options cannot"), option);
    secret_string_free(quoted);
}

static void add_number(Export *export, GString *text, const char *option, FieldId id)
{
    guint number = export_uint(export, id);

    if (number > 0)
        g_string_append_printf(text, "%s %u\n", option, number);
}

static void write_ppp(Export *export)
{
    static const struct {
        FieldId id;
        gboolean value;
        const char *option;
    } flags[] = {{FIELD_PPP_REFUSE_PAP, TRUE, "refuse-pap"},
                 {FIELD_PPP_REFUSE_CHAP, TRUE, "refuse-chap"},
                 {FIELD_PPP_REFUSE_MSCHAP, TRUE, "refuse-mschap"},
                 {FIELD_PPP_REFUSE_MSCHAPV2, TRUE, "refuse-mschap-v2"},
                 {FIELD_PPP_PFC, FALSE, "nopcomp"},
                 {FIELD_PPP_ACFC, FALSE, "noaccomp"},
                 {FIELD_IPV4_DEFAULT_ROUTE, TRUE, "defaultroute"},
                 {FIELD_IPV4_DEFAULT_ROUTE, FALSE, "nodefaultroute"}};
    GString *text = export_text_new();
    const char *domain = export_string(export, FIELD_PPP_DOMAIN);
    const char *user = export_string(export, FIELD_PPP_USER);
    g_autofree char *whole =
        domain && user ? g_strconcat(domain, "\\", user, NULL) : g_strdup(user);

    g_string_append(text, "# /etc/ppp/" PPP_FILE "\nnoauth\nnoccp\nrefuse-eap\nipcp-accept-local\n"
                    "ipcp-accept-remote\nusepeerdns\n");
    add_ppp(export, text, "name", whole);
    add_ppp(export, text, "password", export_secret(export, FIELD_PPP_PASSWORD));
    for (guint i = 0; i < G_N_ELEMENTS(flags); i++) {
        if (export_boolean(export, flags[i].id) == flags[i].value)
            g_string_append_printf(text, "%s\n", flags[i].option);
    }
    add_number(export, text, "mtu", FIELD_PPP_MTU);
    add_number(export, text, "mru", FIELD_PPP_MRU);
    add_number(export, text, "lcp-echo-interval", FIELD_PPP_ECHO_INTERVAL);
    add_number(export, text, "lcp-echo-failure", FIELD_PPP_ECHO_FAILURES);
    export_add_file(export, PPP_FILE, text);
    export_text_free(text);
}

gboolean export_strongswan(Export *export)
{
    g_autofree char *word = export_word(export);

    export_string(export, FIELD_CONNECTION_NAME);
    if (profile_get_boolean(export->profile, FIELD_IPSEC_ENABLED)) {
        export->told[FIELD_IPSEC_ENABLED] = TRUE;
        write_swanctl(export, word);
    }
    write_xl2tpd(export, word);
    write_ppp(export);
    return !export->error;
}
