/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Apple's configuration profiles (.mobileconfig), plain or signed, XML or binary.  Keys as in
 * Apple's "Device Management" documentation, object VPN and its PPP, IPSec, IPv4, DNS. */
#include "profile/import_formats.h"

#include <string.h>

#include "profile/import_cms.h"
#include "profile/import_plist.h"
#include "profile/language.h"

#define VPN_PAYLOAD "com.apple.vpn.managed"
#define CERTIFICATE_PAYLOAD "com.apple.security."

static gboolean is_profile_text(const char *text)
{
    return strstr(text, "<plist") && (strstr(text, "PayloadContent") || strstr(text, VPN_PAYLOAD));
}

gboolean import_apple_is(const ImportInput *input)
{
    g_autofree char *signer = NULL;

    if (plist_is_binary(input->data, input->length))
        return TRUE;
    if (input->text && is_profile_text(input->text))
        return TRUE;
    GBytes *content = cms_open(input->data, input->length, &signer);
    if (content)
        g_bytes_unref(content);
    return content != NULL;
}

/* ---- one VPN payload ---- */

typedef struct {
    const Plist *payloads; /* all of the file, where certificates are found by their UUID */
    Imported *imported;
} Reading;

/* What was not read above and is not nothing is told. */
static void leave_out_others(Imported *imported, const Plist *dict, const char *prefix,
                             const char *const *known)
{
    for (guint i = 0; dict && i < dict->items->len; i++) {
        const char *key = g_ptr_array_index(dict->keys, i);
        const Plist *value = g_ptr_array_index(dict->items, i);
        gboolean nothing = (value->type == PLIST_INTEGER && value->number == 0) ||
                           (value->type == PLIST_STRING && value->length == 0) ||
                           (value->items && value->items->len == 0);
        if (nothing || g_str_has_prefix(key, "Payload") || g_strv_contains(known, key))
            continue;
        g_autofree char *name = g_strconcat(prefix, key, NULL);
        import_leave_out(imported, name);
    }
}

static void append_strings(Imported *imported, FieldId id, const Plist *list)
{
    for (guint i = 0; list && list->type == PLIST_ARRAY && i < list->items->len; i++) {
        const Plist *item = g_ptr_array_index(list->items, i);
        if (item->type == PLIST_STRING)
            import_append(imported, id, item->text);
    }
    if (list && list->type == PLIST_STRING)
        import_append(imported, id, list->text);
}

static void read_ppp(Reading *reading, const Plist *ppp)
{
    static const char *const known[] = {
        "CommRemoteAddress", "AuthName", "AuthPassword", "TokenCard", "AuthEAPPlugins",
        "AuthProtocol", "CCPEnabled", "CCPMPPE40Enabled", "CCPMPPE128Enabled", NULL};
    Imported *imported = reading->imported;
    const char *password = plist_get_string(ppp, "AuthPassword");
    const Plist *protocols = plist_get(ppp, "AuthProtocol");

    import_set(imported, FIELD_CONNECTION_GATEWAY, plist_get_string(ppp, "CommRemoteAddress"));
    import_set(imported, FIELD_PPP_USER, plist_get_string(ppp, "AuthName"));
    if (password)
        import_set_secret(imported, FIELD_PPP_PASSWORD, password, strlen(password));
    if (plist_get_true(ppp, "TokenCard"))
        import_tell(imported->warnings,
                    "The password comes from a token (a card, an app) and is new "
                    "each time: do not store it; it is asked for when you connect.");
    for (guint i = 0; protocols && protocols->type == PLIST_ARRAY && i < protocols->items->len;
         i++) {
        const Plist *item = g_ptr_array_index(protocols->items, i);
        if (item->type == PLIST_STRING && strcmp(item->text, "EAP") == 0)
            import_tell(imported->warnings, "The gateway may want EAP to log in, which is not "
                        "available; if it refuses, ask for another method, such as MS-CHAPv2.");
    }
    leave_out_others(imported, ppp, "PPP ", known);
}

static const Plist *find_payload(const Plist *payloads, const char *uuid)
{
    for (guint i = 0; uuid && payloads && i < payloads->items->len; i++) {
        const Plist *payload = g_ptr_array_index(payloads->items, i);
        const char *candidate = plist_get_string(payload, "PayloadUUID");
        if (candidate && g_ascii_strcasecmp(candidate, uuid) == 0)
            return payload;
    }
    return NULL;
}

static void take_certificate(Imported *imported, const Plist *payload, FieldId id,
                             const char *ending)
{
    const Plist *content = plist_get(payload, "PayloadContent");
    const char *name = plist_get_string(payload, "PayloadCertificateFileName");
    const char *password = plist_get_string(payload, "Password");

    if (!content || content->type != PLIST_DATA)
        return;
    if (!name)
        name = plist_get_string(payload, "PayloadDisplayName");
    static const char *const endings[] = {".p12", ".pfx", ".crt", ".cer", ".pem", ".der", NULL};
    g_autofree char *base = g_path_get_basename(name && *name ? name : "certificate");
    const char *dot = strrchr(base, '.');
    g_autofree char *file = g_strconcat(base, dot && import_in(endings, dot) ? NULL : ending, NULL);
    import_add_file(imported, id, file, content->text, content->length);
    if (password)
        import_set_secret(imported, FIELD_IPSEC_KEY_PASSPHRASE, password, strlen(password));
}

static void read_certificates(Reading *reading, const Plist *ipsec)
{
    Imported *imported = reading->imported;
    const Plist *own = find_payload(reading->payloads,
                                    plist_get_string(ipsec, "PayloadCertificateUUID"));

    import_set(imported, FIELD_IPSEC_AUTH, "certificate");
    if (own)
        take_certificate(imported, own, FIELD_IPSEC_CERTIFICATE, ".p12");
    for (guint i = 0; reading->payloads && i < reading->payloads->items->len; i++) {
        const Plist *payload = g_ptr_array_index(reading->payloads->items, i);
        const char *type = plist_get_string(payload, "PayloadType");
        if (type && (strcmp(type, CERTIFICATE_PAYLOAD "root") == 0 ||
                     strcmp(type, CERTIFICATE_PAYLOAD "pem") == 0)) {
            take_certificate(imported, payload, FIELD_IPSEC_CA, ".crt");
            break;
        }
    }
    if (imported->files->len == 0)
        import_tell(imported->warnings,
                    "The gateway wants a certificate of this computer, and there "
                    "is none in the file.");
}

static void read_ipsec(Reading *reading, const Plist *ipsec)
{
    static const char *const known[] = {
        "AuthenticationMethod", "SharedSecret", "LocalIdentifier", "LocalIdentifierType",
        "PayloadCertificateUUID", "RemoteAddress", NULL};
    Imported *imported = reading->imported;
    const char *method = plist_get_string(ipsec, "AuthenticationMethod");
    const char *type = plist_get_string(ipsec, "LocalIdentifierType");
    const Plist *secret = plist_get(ipsec, "SharedSecret");

    if (g_strcmp0(method, "Certificate") == 0)
        read_certificates(reading, ipsec);
    if (secret && (secret->type == PLIST_DATA || secret->type == PLIST_STRING))
        import_set_secret(imported, FIELD_IPSEC_PSK, secret->text, secret->length);
    /* Apple's group name: sent as a key identifier, in aggressive mode. */
    import_set(imported, !type || strcmp(type, "KeyID") == 0 ? FIELD_IPSEC_GROUP_NAME
                                                             : FIELD_IPSEC_LOCAL_ID,
               plist_get_string(ipsec, "LocalIdentifier"));
    leave_out_others(imported, ipsec, "IPSec ", known);
}

static void read_routes(Imported *imported, const Plist *payload)
{
    static const char *const known[] = {"OverridePrimary", NULL};
    const Plist *ipv4 = plist_get_dict(payload, "IPv4"), *ipv6 = plist_get_dict(payload, "IPv6");
    gint64 all = 1;

    /* Older files have it beside the dictionaries. */
    if (!plist_get_number(ipv4, "OverridePrimary", &all))
        plist_get_number(payload, "OverridePrimary", &all);
    if (all == 0) {
        import_set_boolean(imported, FIELD_IPV4_DEFAULT_ROUTE, FALSE);
        import_set_boolean(imported, FIELD_IPV6_DEFAULT_ROUTE, FALSE);
        import_tell(imported->warnings, "Only the company's networks are to go through the tunnel, "
                    "but the file does not say which they are: if something cannot be reached, ask "
                    "for them and enter them as IPv4 routes (ipv4.routes).");
    } else if (plist_get_number(ipv6, "OverridePrimary", &all) && all == 0) {
        import_set_boolean(imported, FIELD_IPV6_DEFAULT_ROUTE, FALSE);
    }
    leave_out_others(imported, ipv4, "IPv4 ", known);
    leave_out_others(imported, ipv6, "IPv6 ", known);
}

static void read_dns(Imported *imported, const Plist *dns)
{
    static const char *const known[] = {"ServerAddresses", "SearchDomains", "DomainName",
                                        "SupplementalMatchDomains",
                                        "SupplementalMatchDomainsNoSearch", NULL};

    append_strings(imported, FIELD_DNS_SERVERS, plist_get(dns, "ServerAddresses"));
    append_strings(imported, FIELD_DNS_SEARCH, plist_get(dns, "SearchDomains"));
    append_strings(imported, FIELD_DNS_SEARCH, plist_get(dns, "DomainName"));
    append_strings(imported, FIELD_DNS_SEARCH, plist_get(dns, "SupplementalMatchDomains"));
    leave_out_others(imported, dns, "DNS ", known);
}

static void read_vpn(ImportResult *result, const Plist *payload, const Plist *payloads,
                     const char *title, const char *stem, const char *signer)
{
    static const char *const known[] = {"UserDefinedName", "VPNType", "PPP", "IPSec", "IPv4",
                                        "IPv6", "DNS", "OverridePrimary", NULL};
    const char *type = plist_get_string(payload, "VPNType");
    const char *name = plist_get_string(payload, "UserDefinedName");

    if (!name || *name == '\0')
        name = plist_get_string(payload, "PayloadDisplayName");
    if (!name || *name == '\0')
        name = title;
    if (g_strcmp0(type, "L2TP") != 0) {
        import_tell(result->warnings, "\"%s\" is of the kind %s, not L2TP, and is left out.",
                    name ? name : "", type ? type : "(none)");
        return;
    }
    Reading reading = {payloads, import_begin(result)};
    Imported *imported = reading.imported;
    if (!imported)
        return;
    if (signer)
        import_tell(imported->warnings, "The file is signed by \"%s\". Whether that is so was not "
                    "checked against anyone.", signer);
    read_ppp(&reading, plist_get_dict(payload, "PPP"));
    read_ipsec(&reading, plist_get_dict(payload, "IPSec"));
    read_routes(imported, payload);
    read_dns(imported, plist_get_dict(payload, "DNS"));
    leave_out_others(imported, payload, "", known);
    import_end(imported, name, stem);
}

/* ---- the file ---- */

static void read_payloads(ImportResult *result, const Plist *root, const char *stem,
                          const char *signer)
{
    const Plist *payloads = root->type == PLIST_ARRAY ? root : plist_get(root, "PayloadContent");
    const char *title = plist_get_string(root, "PayloadDisplayName");

    if (payloads && payloads->type != PLIST_ARRAY)
        payloads = NULL;
    if (!payloads && plist_get(root, "VPNType"))
        read_vpn(result, root, NULL, title, stem, signer);
    for (guint i = 0; payloads && i < payloads->items->len; i++) {
        const Plist *payload = g_ptr_array_index(payloads->items, i);
        const char *type = plist_get_string(payload, "PayloadType");
        if (g_strcmp0(type, VPN_PAYLOAD) == 0)
            read_vpn(result, payload, payloads, title, stem, signer);
        /* Certificates are looked at where a connection names them. */
        else if (type && !g_str_has_prefix(type, CERTIFICATE_PAYLOAD))
            import_tell(result->warnings,
                        "The file also sets up something else (%s), which is left "
                        "out.",
                        type);
    }
    if (plist_get(root, "EncryptedPayloadContent"))
        import_tell(result->warnings, "A part of the file is encrypted for one certain device and "
                    "cannot be read here; ask for an unencrypted one.");
}

static gboolean read_one(const ImportInput *input, ImportResult *result, GError **error)
{
    g_autofree char *signer = NULL, *stem = import_stem(input->name);
    GBytes *content = cms_open(input->data, input->length, &signer);
    gsize length = input->length;
    const guint8 *data = content ? g_bytes_get_data(content, &length) : input->data;
    g_autoptr(Plist) root = NULL;

    if (plist_is_binary(data, length)) {
        root = plist_parse_binary(data, length, error);
    } else {
        char *text = content ? import_decode(data, length) : g_strdup(input->text);
        root = text ? plist_parse_xml(text, error) : NULL;
        if (!text)
            g_set_error_literal(error, PROFILE_ERROR, PROFILE_ERROR_FORMAT,
                                _("This is not a profile: what is signed in it is no text"));
        secret_string_free(text);
    }
    if (root)
        read_payloads(result, root, stem, content ? (signer ? signer : "somebody") : NULL);
    if (content)
        g_bytes_unref(content);
    return root != NULL;
}

gboolean import_apple_read(const ImportInput *const *inputs, gsize count, ImportResult *result,
                           GError **error)
{
    for (gsize i = 0; i < count; i++) {
        if (!read_one(inputs[i], result, error))
            return FALSE;
    }
    return TRUE;
}
