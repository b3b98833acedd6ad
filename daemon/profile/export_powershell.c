/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands for Windows PowerShell that make the same connection there. */
#include <string.h>

#include "profile/export_build.h"

static void add_option(GString *text, const char *option, const char *value)
{
    char *quoted = quote_powershell(value);

    g_string_append_printf(text, " -%s %s", option, quoted);
    secret_string_free(quoted);
}

static void add_methods(Export *export, GString *text)
{
    static const struct {
        FieldId refuse;
        const char *name;
    } methods[] = {{FIELD_PPP_REFUSE_PAP, "Pap"},
                   {FIELD_PPP_REFUSE_CHAP, "Chap"},
                   {FIELD_PPP_REFUSE_MSCHAPV2, "MSChapv2"}};
    gboolean first = TRUE;

    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (export_boolean(export, methods[i].refuse))
            continue;
        g_string_append_printf(text, "%s%s", first ? " -AuthenticationMethod " : ", ",
                               methods[i].name);
        first = FALSE;
    }
}

static void add_connection(Export *export, GString *text, const char *name)
{
    const char *gateway = export_string(export, FIELD_CONNECTION_GATEWAY);
    const char *psk = export_secret(export, FIELD_IPSEC_PSK);
    const char *const *search = export_strings(export, FIELD_DNS_SEARCH);
    gboolean all = export_boolean(export, FIELD_IPV4_DEFAULT_ROUTE);

    g_string_append(text, "Add-VpnConnection");
    add_option(text, "Name", name);
    add_option(text, "ServerAddress", gateway ? gateway : "");
    g_string_append(text, " -TunnelType L2tp");
    export_string(export, FIELD_IPSEC_AUTH);
    if (psk)
        add_option(text, "L2tpPsk", psk);
    add_methods(export, text);
    /* Windows has one switch for both families. */
    if (!all) {
        g_string_append(text, " -SplitTunneling");
        export->told[FIELD_IPV6_DEFAULT_ROUTE] = TRUE;
    } else if (profile_get_boolean(export->profile, FIELD_IPV6_DEFAULT_ROUTE)) {
        export->told[FIELD_IPV6_DEFAULT_ROUTE] = TRUE;
    }
    if (*search)
        add_option(text, "DnsSuffix", *search);
    if (*search && search[1])
        export_tell(export, "Windows takes one search domain only: %s", *search);
    g_string_append(text, " -Force\r\n");
}

static void add_routes(Export *export, GString *text, const char *name, FieldId id)
{
    for (const char *const *route = export_strings(export, id); *route; route++) {
        g_string_append(text, "Add-VpnConnectionRoute");
        add_option(text, "ConnectionName", name);
        add_option(text, "DestinationPrefix", *route);
        g_string_append(text, "\r\n");
    }
}

gboolean export_powershell(Export *export)
{
    GString *text = export_text_new();
    const char *name = export_string(export, FIELD_CONNECTION_NAME);
    const char *user = export_string(export, FIELD_PPP_USER);
    g_autofree char *word = export_word(export);
    g_autofree char *file = g_strconcat(word, ".ps1", NULL);

    if (!profile_get_boolean(export->profile, FIELD_IPSEC_ENABLED))
        export_tell(export, "Windows knows no L2TP without IPsec.");
    if (user)
        export_tell(export,
                    "Windows asks for the user name (%s) and the password when it connects.", user);
    /* Windows PowerShell 5 reads a script without this mark in the code page of the country. */
    g_string_append(text, "\xef\xbb\xbf");
    add_connection(export, text, name ? name : "VPN");
    add_routes(export, text, name ? name : "VPN", FIELD_IPV4_ROUTES);
    add_routes(export, text, name ? name : "VPN", FIELD_IPV6_ROUTES);
    export->told[FIELD_PPP_PASSWORD] = TRUE;
    export_add_file(export, file, text);
    export_text_free(text);
    return !export->error;
}
