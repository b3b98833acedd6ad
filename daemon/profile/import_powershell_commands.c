/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands of PowerShell's VpnClient module mean for a profile.  The parameters and values
 * below are those of their reference pages (learn.microsoft.com/powershell/module/vpnclient:
 * Add-VpnConnection, Add-VpnConnectionRoute, Set-VpnConnectionIPsecConfiguration). */
#include <string.h>

#include "profile/import_powershell.h"

static const char *const connection_parameters[] = {
    "Name", "ServerAddress", "TunnelType", "EncryptionLevel", "AuthenticationMethod",
    "SplitTunneling", "AllUserConnection", "L2tpPsk", "RememberCredential",
    "UseWinlogonCredential", "EapConfigXmlStream", "DnsSuffix", "IdleDisconnectSeconds",
    "MachineCertificateEKUFilter", "MachineCertificateIssuerFilter", "ServerList",
    "CustomConfiguration", "PlugInApplicationID", "Force", "PassThru", "AsJob", "CimSession",
    "ThrottleLimit", "WhatIf", "Confirm", NULL};
static const char *const route_parameters[] = {
    "ConnectionName", "DestinationPrefix", "RouteMetric", "AllUserConnection", "PassThru", "AsJob",
    "CimSession", "ThrottleLimit", "WhatIf", "Confirm", NULL};
static const char *const ipsec_parameters[] = {
    "ConnectionName", "AuthenticationTransformConstants", "CipherTransformConstants", "DHGroup",
    "EncryptionMethod", "IntegrityCheckMethod", "PfsGroup", "RevertToDefault", "AllUserConnection",
    "Force", "PassThru", "AsJob", "CimSession", "ThrottleLimit", "WhatIf", "Confirm", NULL};
/* What these say about the command itself, or about Windows, means nothing here. */
static const char *const harmless[] = {
    "AllUserConnection", "RememberCredential", "EncryptionLevel", "Force", "PassThru", "AsJob",
    "CimSession", "ThrottleLimit", "WhatIf", "Confirm", "RouteMetric", NULL};
static const Argument *find(GPtrArray *arguments, const char *name)
{
    for (guint i = 0; i < arguments->len; i++) {
        const Argument *argument = g_ptr_array_index(arguments, i);
        if (g_ascii_strcasecmp(argument->name, name) == 0)
            return argument;
    }
    return NULL;
}

/* The one value of a parameter; NULL when it is not there or would have to be computed. */
static const char *value_of(GPtrArray *arguments, const char *name)
{
    const Argument *argument = find(arguments, name);

    return argument && !argument->unknown && argument->values->len > 0
               ? g_ptr_array_index(argument->values, 0) : NULL;
}

/* A switch is on by being there, unless it says $false. */
static gboolean is_on(GPtrArray *arguments, const char *name)
{
    const char *value = value_of(arguments, name);

    return find(arguments, name) &&
           !(value && (g_ascii_strcasecmp(value, "false") == 0 || strcmp(value, "0") == 0));
}

/* The connection that a command is about. */
static Imported *find_connection(Reading *reading, GPtrArray *arguments, const char *command)
{
    const char *name = value_of(arguments, "ConnectionName");
    g_autofree char *lower = name ? g_utf8_casefold(name, -1) : NULL;
    gpointer connection = NULL;

    if (lower && g_hash_table_lookup_extended(reading->connections, lower, NULL, &connection))
        return connection;
    import_tell(reading->result->warnings,
                "%s is left out: it is for \"%s\", which the text does not "
                "make.",
                command, name ? name : "");
    return NULL;
}

static void tell_unknown(Imported *imported, GPtrArray *arguments, const char *const *taken)
{
    for (guint i = 0; i < arguments->len; i++) {
        const Argument *argument = g_ptr_array_index(arguments, i);
        if (argument->unknown && !import_in(harmless, argument->name))
            import_tell(imported->warnings, "%s: its value is computed by the script and has to be "
                        "filled in by hand.", argument->name);
        else if (!import_in(taken, argument->name) && !import_in(harmless, argument->name))
            import_leave_out(imported, argument->name);
    }
}

static void set_authentication(Imported *imported, const Argument *methods)
{
    gboolean pap = FALSE, chap = FALSE, mschapv2 = FALSE;

    for (guint i = 0; i < methods->values->len; i++) {
        const char *method = g_ptr_array_index(methods->values, i);
        if (g_ascii_strcasecmp(method, "Pap") == 0)
            pap = TRUE;
        else if (g_ascii_strcasecmp(method, "Chap") == 0)
            chap = TRUE;
        else if (g_ascii_strcasecmp(method, "MSChapv2") == 0)
            mschapv2 = TRUE;
        else
            import_tell(
                imported->warnings,
                "Windows logs in by %s here, which is not available; another method is tried. "
                "If it is refused, ask for MS-CHAPv2.",
                method);
    }
    if (!pap && !chap && !mschapv2)
        return;
    import_set_boolean(imported, FIELD_PPP_REFUSE_PAP, !pap);
    import_set_boolean(imported, FIELD_PPP_REFUSE_CHAP, !chap);
    import_set_boolean(imported, FIELD_PPP_REFUSE_MSCHAPV2, !mschapv2);
}

static void set_connection(Imported *imported, GPtrArray *arguments)
{
    static const char *const taken[] = {
        "Name",           "ServerAddress", "TunnelType", "L2tpPsk", "AuthenticationMethod",
        "SplitTunneling", "DnsSuffix",     NULL};
    const char *psk = value_of(arguments, "L2tpPsk");
    const Argument *methods = find(arguments, "AuthenticationMethod");

    import_set(imported, FIELD_CONNECTION_GATEWAY, value_of(arguments, "ServerAddress"));
    if (psk)
        import_set_secret(imported, FIELD_IPSEC_PSK, psk, strlen(psk));
    if (methods)
        set_authentication(imported, methods);
    if (find(arguments, "SplitTunneling")) {
        gboolean all = !is_on(arguments, "SplitTunneling");
        import_set_boolean(imported, FIELD_IPV4_DEFAULT_ROUTE, all);
        import_set_boolean(imported, FIELD_IPV6_DEFAULT_ROUTE, all);
    }
    import_append(imported, FIELD_DNS_SEARCH, value_of(arguments, "DnsSuffix"));
    if (is_on(arguments, "UseWinlogonCredential"))
        import_tell(imported->warnings,
                    "Windows logs in with the name and password of the computer's "
                    "user; here they have to be given.");
    static const char *const told[] = {"Name", "ServerAddress", "TunnelType", "L2tpPsk",
                                       "AuthenticationMethod", "SplitTunneling", "DnsSuffix",
                                       "UseWinlogonCredential", NULL};
    tell_unknown(imported, arguments, find(arguments, "UseWinlogonCredential") ? told : taken);
}

static void run_connection(Reading *reading, GPtrArray *arguments)
{
    const char *name = value_of(arguments, "Name");
    const char *type = value_of(arguments, "TunnelType");
    g_autofree char *lower = g_utf8_casefold(name ? name : "", -1);
    gpointer known = NULL;

    if (g_hash_table_lookup_extended(reading->connections, lower, NULL, &known)) {
        if (known)
            set_connection(known, arguments);
        return;
    }
    /* Windows tries several kinds when none is named. */
    if (type && g_ascii_strcasecmp(type, "L2tp") != 0 &&
        g_ascii_strcasecmp(type, "Automatic") != 0) {
        import_tell(reading->result->warnings,
                    "\"%s\" is of the kind %s, not L2TP, and is left out.", name ? name : "", type);
        g_hash_table_insert(reading->connections, g_steal_pointer(&lower), NULL);
        return;
    }
    Imported *imported = import_begin(reading->result);
    if (!imported)
        return;
    if (!type || g_ascii_strcasecmp(type, "L2tp") != 0)
        import_tell(imported->warnings, "Windows tries several kinds of VPN with this gateway; "
                    "whether it takes L2TP is not said.");
    set_connection(imported, arguments);
    import_end(imported, name, reading->stem);
    g_hash_table_insert(reading->connections, g_steal_pointer(&lower), imported);
}

static void run_route(Reading *reading, GPtrArray *arguments)
{
    Imported *imported = find_connection(reading, arguments, "Add-VpnConnectionRoute");
    const char *prefix = value_of(arguments, "DestinationPrefix");
    static const char *const taken[] = {"ConnectionName", "DestinationPrefix", NULL};

    if (!imported)
        return;
    if (prefix)
        import_add_route(imported, prefix);
    tell_unknown(imported, arguments, taken);
}

/* The values of Set-VpnConnectionIPsecConfiguration, as suites spell them. */
static const struct {
    const char *windows, *suite;
} algorithms[] = {
    {"DES", "des"},          {"DES3", "3des"},        {"AES128", "aes128"},
    {"AES192", "aes192"},    {"AES256", "aes256"},    {"GCMAES128", "aes128gcm16"},
    {"GCMAES192", "aes192gcm16"}, {"GCMAES256", "aes256gcm16"}, {"MD5", "md5"},
    {"MD596", "md5"},        {"SHA1", "sha1"},        {"SHA196", "sha1"},
    {"SHA256", "sha256"},    {"SHA256128", "sha256"}, {"SHA384", "sha384"},
    {"Group1", "modp768"},   {"Group2", "modp1024"},  {"Group14", "modp2048"},
    {"Group24", "modp2048s256"}, {"ECP256", "ecp256"}, {"ECP384", "ecp384"},
    {"PFS1", "modp768"},     {"PFS2", "modp1024"},    {"PFS2048", "modp2048"},
    {"PFS24", "modp2048s256"},
};

/* Adds the algorithm that a parameter names; FALSE when it names none that is known. */
static gboolean add_algorithm(GString *suite, GPtrArray *arguments, const char *parameter)
{
    const char *value = value_of(arguments, parameter);

    for (guint i = 0; value && i < G_N_ELEMENTS(algorithms); i++) {
        if (g_ascii_strcasecmp(algorithms[i].windows, value) == 0) {
            g_string_append_printf(suite, "%s%s", suite->len > 0 ? "-" : "", algorithms[i].suite);
            return TRUE;
        }
    }
    return FALSE;
}

static void run_ipsec(Reading *reading, GPtrArray *arguments)
{
    static const char *const taken[] = {
        "ConnectionName", "AuthenticationTransformConstants", "CipherTransformConstants",
        "DHGroup", "EncryptionMethod", "IntegrityCheckMethod", "PfsGroup", "RevertToDefault", NULL};
    Imported *imported = find_connection(reading, arguments, "Set-VpnConnectionIPsecConfiguration");
    g_autoptr(GString) ike = g_string_new(NULL), esp = g_string_new(NULL);
    const char *ike_cipher = value_of(arguments, "EncryptionMethod");
    const char *pfs = value_of(arguments, "PfsGroup");

    if (!imported || is_on(arguments, "RevertToDefault"))
        return;
    if (ike_cipher && g_ascii_strncasecmp(ike_cipher, "GCM", 3) == 0)
        import_tell(imported->warnings, "EncryptionMethod %s does not exist in IKEv1, which L2TP "
                    "uses; Causeway chooses.", ike_cipher);
    else if (add_algorithm(ike, arguments, "EncryptionMethod") &&
             add_algorithm(ike, arguments, "IntegrityCheckMethod")) {
        add_algorithm(ike, arguments, "DHGroup");
        import_set(imported, FIELD_IPSEC_IKE, ike->str);
    }
    if (add_algorithm(esp, arguments, "CipherTransformConstants")) {
        if (!strstr(esp->str, "gcm"))
            add_algorithm(esp, arguments, "AuthenticationTransformConstants");
        if (pfs && g_ascii_strcasecmp(pfs, "PFSMM") == 0)
            add_algorithm(esp, arguments, "DHGroup");
        else
            add_algorithm(esp, arguments, "PfsGroup");
        import_set(imported, FIELD_IPSEC_ESP, esp->str);
    }
    tell_unknown(imported, arguments, taken);
}

const Cmdlet powershell_cmdlets[] = {
    {"Add-VpnConnectionRoute", route_parameters, TRUE, run_route},
    {"Set-VpnConnectionIPsecConfiguration", ipsec_parameters, FALSE, run_ipsec},
    {"Add-VpnConnection", connection_parameters, FALSE, run_connection},
    {"Set-VpnConnection", connection_parameters, FALSE, run_connection},
    {NULL, NULL, FALSE, NULL},
};
