/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Apple's configuration profile: one VPN payload of the type L2TP. */
#include <string.h>

#include "profile/export_build.h"
#include "profile/language.h"

static void refuse(Export *export, const char *what)
{
    if (!export->error)
        g_set_error(&export->error, PROFILE_ERROR, PROFILE_ERROR_INVALID_VALUE,
                    _("%s: holds a character that cannot be written in XML"), what);
}

static void add_string(Export *export, GString *xml, const char *key, const char *value)
{
    if (!value)
        return;
    char *quoted = quote_xml(value);
    if (quoted)
        g_string_append_printf(xml, "<key>%s</key><string>%s</string>\n", key, quoted);
    else
        refuse(export, key);
    secret_string_free(quoted);
}

static void add_integer(GString *xml, const char *key, gboolean value)
{
    g_string_append_printf(xml, "<key>%s</key><integer>%d</integer>\n", key, value ? 1 : 0);
}

static void add_data(GString *xml, const char *key, const Secret *value)
{
    if (!value)
        return;
    char *base64 = g_base64_encode(secret_data(value), secret_length(value));
    g_string_append_printf(xml, "<key>%s</key><data>%s</data>\n", key, base64);
    secret_string_free(base64);
}

static void add_strings(Export *export, GString *xml, const char *key, const char *const *values)
{
    if (!*values)
        return;
    g_string_append_printf(xml, "<key>%s</key><array>", key);
    for (; *values; values++) {
        g_autofree char *quoted = quote_xml(*values);
        if (quoted)
            g_string_append_printf(xml, "<string>%s</string>", quoted);
        else
            refuse(export, key);
    }
    g_string_append(xml, "</array>\n");
}

static void add_ppp(Export *export, GString *xml)
{
    const char *domain = export_string(export, FIELD_PPP_DOMAIN);
    const char *user = export_string(export, FIELD_PPP_USER);
    g_autofree char *whole =
        domain && user ? g_strconcat(domain, "\\", user, NULL) : g_strdup(user);

    g_string_append(xml, "<key>PPP</key><dict>\n");
    add_string(export, xml, "CommRemoteAddress", export_string(export, FIELD_CONNECTION_GATEWAY));
    add_string(export, xml, "AuthName", whole);
    add_string(export, xml, "AuthPassword", export_secret(export, FIELD_PPP_PASSWORD));
    g_string_append(xml, "<key>TokenCard</key><false/>\n</dict>\n");
}

static void add_ipsec(Export *export, GString *xml)
{
    gboolean psk = strcmp(profile_get_string(export->profile, FIELD_IPSEC_AUTH), "psk") == 0;
    const char *group = export_string(export, FIELD_IPSEC_GROUP_NAME);

    export_string(export, FIELD_IPSEC_AUTH);
    g_string_append(xml, "<key>IPSec</key><dict>\n");
    add_string(export, xml, "AuthenticationMethod", psk ? "SharedSecret" : "Certificate");
    if (group) {
        add_string(export, xml, "LocalIdentifier", group);
        add_string(export, xml, "LocalIdentifierType", "KeyID");
    }
    if (psk)
        add_data(xml, "SharedSecret", export_secret_bytes(export, FIELD_IPSEC_PSK));
    else
        export_tell(export,
                    "The certificate is not part of the file: it has to be installed on the "
                    "other device and chosen there.");
    g_string_append(xml, "</dict>\n");
}

static void add_network(Export *export, GString *xml)
{
    const char *const *servers = export_strings(export, FIELD_DNS_SERVERS);
    const char *const *search = export_strings(export, FIELD_DNS_SEARCH);

    g_string_append(xml, "<key>IPv4</key><dict>\n");
    add_integer(xml, "OverridePrimary", export_boolean(export, FIELD_IPV4_DEFAULT_ROUTE));
    g_string_append(xml, "</dict>\n<key>IPv6</key><dict>\n");
    add_integer(xml, "OverridePrimary", export_boolean(export, FIELD_IPV6_DEFAULT_ROUTE));
    g_string_append(xml, "</dict>\n");
    if (!*servers && !*search)
        return;
    g_string_append(xml, "<key>DNS</key><dict>\n");
    add_strings(export, xml, "ServerAddresses", servers);
    add_strings(export, xml, "SearchDomains", search);
    g_string_append(xml, "</dict>\n");
}

/* Every payload needs an identifier and a UUID of its own; those of the same profile stay the
 * same, so that a new file replaces the old one on the device. */
static void add_identity(Export *export, GString *xml, const char *type, const char *what,
                         guint number)
{
    const char *uuid = profile_get_string(export->profile, FIELD_CONNECTION_UUID);
    g_autofree char *identifier = g_strconcat("org.causeway.", uuid ? uuid : "profile", what, NULL);
    g_autofree char *other = g_strdup(uuid ? uuid : "00000000-0000-4000-8000-000000000000");

    if (number > 0)
        other[0] = other[0] == 'f' ? '0' : 'f';
    add_string(export, xml, "PayloadType", type);
    add_string(export, xml, "PayloadIdentifier", identifier);
    add_string(export, xml, "PayloadUUID", other);
    g_string_append(xml, "<key>PayloadVersion</key><integer>1</integer>\n");
    add_string(export, xml, "PayloadDisplayName",
               export_string(export, FIELD_CONNECTION_NAME));
}

gboolean export_apple(Export *export)
{
    GString *xml = export_text_new();
    g_autofree char *word = export_word(export);
    g_autofree char *name = g_strconcat(word, ".mobileconfig", NULL);

    if (!profile_get_boolean(export->profile, FIELD_IPSEC_ENABLED))
        export_tell(export, "Apple's devices know no L2TP without IPsec.");
    g_string_append(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
                    "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
                    "<plist version=\"1.0\">\n<dict>\n<key>PayloadContent</key><array><dict>\n");
    add_string(export, xml, "UserDefinedName", export_string(export, FIELD_CONNECTION_NAME));
    add_string(export, xml, "VPNType", "L2TP");
    add_ppp(export, xml);
    add_ipsec(export, xml);
    add_network(export, xml);
    add_identity(export, xml, "com.apple.vpn.managed", ".vpn", 1);
    g_string_append(xml, "</dict></array>\n");
    add_identity(export, xml, "Configuration", "", 0);
    g_string_append(xml, "</dict>\n</plist>\n");
    export_add_file(export, name, xml);
    export_text_free(xml);
    return !export->error;
}
