/* SPDX-License-Identifier: GPL-2.0-or-later */
/* strongswan.conf for our own charon. */
#include "ipsec/charon-config.h"

#include <string.h>

/* What IKEv1 with PSK or certificates, transport mode and VICI need; absent are above all
 * bypass-lan, forecast, farp, dhcp, connmark and unity (they change what packets do, or make
 * Cisco gateways behave differently), updown (runs scripts), resolve and attr (change DNS). */
static const char *const plugins[] = {
    "aesni", "aes", "sha2", "sha1", "md5", "random", "nonce", "x509", "constraints", "pubkey",
    "pkcs1", "pkcs8", "pem", "openssl", "gmp", "curve25519", "hmac", "kdf", "gcm",
    "kernel-netlink", "socket-default", "vici", NULL,
};

typedef enum {
    SETTING_OPEN,  /* a section begins */
    SETTING_CLOSE,
    SETTING_VALUE,
} SettingKind;

typedef struct {
    SettingKind kind;
    const char *key;
    const char *value; /* NULL: filled in from the configuration */
} Setting;

/* The section is named after the program: charon-systemd inherits from charon, and reads its
 * own section first. */
static const Setting settings[] = {
    { SETTING_OPEN, "charon-systemd", NULL },
    { SETTING_VALUE, "load", NULL },
    { SETTING_VALUE, "port", NULL },
    { SETTING_VALUE, "port_nat_t", NULL },
    /* A lost packet costs half a second instead of four, and the last try is as late as with a
     * whole one and 1.6.  A gateway that needs longer, or is farther away, gets a copy of what it
     * has, to which it has the answer ready.  The negotiation has deadlines of its own. */
    { SETTING_VALUE, "retransmit_timeout", "0.5" },
    { SETTING_VALUE, "retransmit_base", "1.8" },
    { SETTING_VALUE, "retransmit_tries", "6" },
    { SETTING_VALUE, "install_routes", "no" },
    /* No routing table of its own, and so no rule that leads to it. */
    { SETTING_VALUE, "routing_table", "0" },
    { SETTING_VALUE, "install_virtual_ip", "no" },
    { SETTING_VALUE, "process_route", "no" },
    { SETTING_VALUE, "send_vendor_id", "no" },
    { SETTING_VALUE, "cisco_unity", "no" },
    /* Some SonicWalls send the last messages of main mode in clear.  The keys are proved by
     * the hash all the same; what is given away is the gateway's identity. */
    { SETTING_VALUE, "accept_unencrypted_mainmode_messages", "yes" },
    { SETTING_VALUE, "fragment_size", "1280" },
    /* Each negotiation under way holds one. */
    { SETTING_VALUE, "threads", "16" },
    { SETTING_VALUE, "ikesa_table_size", "4" },
    /* NAT bindings die after 30 s on the worst routers. */
    { SETTING_VALUE, "keep_alive", "20s" },
    /* Level 1 has no secrets in it.  The journal gets it through us. */
    { SETTING_OPEN, "filelog", NULL },
    { SETTING_OPEN, "stderr", NULL },
    { SETTING_VALUE, "default", "1" },
    { SETTING_VALUE, "ike_name", "yes" },
    { SETTING_VALUE, "flush_line", "yes" },
    { SETTING_CLOSE, NULL, NULL },
    { SETTING_CLOSE, NULL, NULL },
    { SETTING_OPEN, "journal", NULL },
    { SETTING_VALUE, "default", "-1" },
    { SETTING_CLOSE, NULL, NULL },
    { SETTING_OPEN, "plugins", NULL },
    { SETTING_OPEN, "vici", NULL },
    { SETTING_VALUE, "socket", NULL },
    { SETTING_CLOSE, NULL, NULL },
    { SETTING_OPEN, "kernel-netlink", NULL },
    /* Addresses and routes are watched by ourselves. */
    { SETTING_VALUE, "roam_events", "no" },
    /* charon writes this system-wide value (net.core.xfrm_acq_expires): it gets the present
     * one, so that nothing changes for others. */
    { SETTING_VALUE, "xfrm_acq_expires", NULL },
    { SETTING_CLOSE, NULL, NULL },
    { SETTING_OPEN, "openssl", NULL },
    { SETTING_VALUE, "load_legacy", "no" },
    { SETTING_CLOSE, NULL, NULL },
};

/* Within "plugins", where a token is used. */
static const Setting token_settings[] = {
    { SETTING_OPEN, CHARON_TOKEN_PLUGIN, NULL },
    { SETTING_OPEN, "modules", NULL },
    { SETTING_OPEN, CHARON_TOKEN_MODULE, NULL },
    { SETTING_VALUE, "path", NULL },
    /* Whom to trust is told with the connection. */
    { SETTING_VALUE, "load_certs", "no" },
    { SETTING_CLOSE, NULL, NULL },
    { SETTING_CLOSE, NULL, NULL },
    { SETTING_CLOSE, NULL, NULL },
};

static const Setting last_settings[] = {
    { SETTING_CLOSE, NULL, NULL },
    { SETTING_CLOSE, NULL, NULL },
};

const char *const *charon_config_plugins(void)
{
    return plugins;
}

/* A double-quoted string; settings_lexer.l of strongSwan knows the escapes \" and \\ in it. */
static gboolean append_quoted(GString *out, const char *value)
{
    g_string_append_c(out, '"');
    for (const char *p = value; *p; p++) {
        if (!g_ascii_isprint(*p))
            return FALSE;
        if (*p == '"' || *p == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *p);
    }
    g_string_append(out, "\"\n");
    return TRUE;
}

static char *filled_value(const CharonConfig *config, const char *key)
{
    if (strcmp(key, "load") == 0)
        return g_strjoinv(" ", (char **)config->plugins);
    if (strcmp(key, "port") == 0)
        return g_strdup_printf("%u", config->port);
    if (strcmp(key, "port_nat_t") == 0)
        return g_strdup_printf("%u", config->port_nat_t);
    if (strcmp(key, "xfrm_acq_expires") == 0)
        return g_strdup_printf("%u", config->xfrm_acq_expires);
    if (strcmp(key, "path") == 0)
        return g_strdup(config->token_module);
    return g_strconcat("unix://", config->socket_path, NULL);
}

static gboolean append_settings(GString *out, const Setting *table, gsize count,
                                const CharonConfig *config)
{
    for (gsize i = 0; i < count; i++) {
        const Setting *setting = &table[i];
        switch (setting->kind) {
        case SETTING_OPEN:
            g_string_append_printf(out, "%s {\n", setting->key);
            break;
        case SETTING_CLOSE:
            g_string_append(out, "}\n");
            break;
        case SETTING_VALUE: {
            g_autofree char *value =
                setting->value ? g_strdup(setting->value) : filled_value(config, setting->key);
            g_string_append_printf(out, "%s = ", setting->key);
            if (!append_quoted(out, value))
                return FALSE;
            break;
        }
        }
    }
    return TRUE;
}

char *charon_config_text(const CharonConfig *config)
{
    g_autoptr(GString) out = g_string_new(NULL);
    gsize for_token = config->token_module ? G_N_ELEMENTS(token_settings) : 0;

    if (!append_settings(out, settings, G_N_ELEMENTS(settings), config) ||
        !append_settings(out, token_settings, for_token, config) ||
        !append_settings(out, last_settings, G_N_ELEMENTS(last_settings), config))
        return NULL;
    return g_string_free(g_steal_pointer(&out), FALSE);
}
