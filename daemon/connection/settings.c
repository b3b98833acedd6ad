/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a profile means to the tunnel process, to IKE and to the machine's network. */
#include "connection/settings.h"

#include <string.h>

#include "profile/words.h"

static guint allowed_methods(Profile *profile)
{
    guint methods = 0;

    /* PAP sends the password itself: only ever inside IPsec. */
    if (profile_get_boolean(profile, FIELD_IPSEC_ENABLED) &&
        !profile_get_boolean(profile, FIELD_PPP_REFUSE_PAP))
        methods |= PPP_METHOD_PAP;
    if (!profile_get_boolean(profile, FIELD_PPP_REFUSE_CHAP))
        methods |= PPP_METHOD_CHAP_MD5;
    if (!profile_get_boolean(profile, FIELD_PPP_REFUSE_MSCHAP))
        methods |= PPP_METHOD_MSCHAP;
    if (!profile_get_boolean(profile, FIELD_PPP_REFUSE_MSCHAPV2))
        methods |= PPP_METHOD_MSCHAPV2;
    return methods;
}

/* With a domain, the name that Windows servers expect. */
static char *full_user(Profile *profile)
{
    const char *user = profile_get_string(profile, FIELD_PPP_USER);
    const char *domain = profile_get_string(profile, FIELD_PPP_DOMAIN);

    if (domain && user)
        return g_strdup_printf("%s\\%s", domain, user);
    return g_strdup(user ? user : "");
}

/* What the gateway is told; any bytes may stand in a host name. */
static char *own_name(void)
{
    const char *name = g_get_host_name();

    return g_strdup(name && *name && g_utf8_validate(name, -1, NULL) ? name : "localhost");
}

void settings_tunnel(Profile *profile, const Secret *password, TunnelConfig *ret_config)
{
    gboolean own_dns_only = profile_get_boolean(profile, FIELD_DNS_IGNORE_PEER);

    *ret_config = (TunnelConfig){
        .host_name = own_name(),
        .l2tp_secret = secret_copy(profile_get_secret(profile, FIELD_L2TP_SECRET)),
        .hide_avps = profile_get_boolean(profile, FIELD_L2TP_HIDE_AVPS),
        .hello_interval = profile_get_uint(profile, FIELD_L2TP_HELLO) * USEC_PER_SEC,
        .sequencing = profile_get_boolean(profile, FIELD_L2TP_SEQUENCING),
        .user = full_user(profile),
        .password = secret_copy(password),
        .methods = allowed_methods(profile),
        .mru = (guint16)profile_get_uint(profile, FIELD_PPP_MRU),
        .mtu = (guint16)profile_get_uint(profile, FIELD_PPP_MTU),
        .pfc = profile_get_boolean(profile, FIELD_PPP_PFC),
        .acfc = profile_get_boolean(profile, FIELD_PPP_ACFC),
        .ipv4 = g_strcmp0(profile_get_string(profile, FIELD_IPV4_METHOD), "disabled") != 0,
        .ipv6 = g_strcmp0(profile_get_string(profile, FIELD_IPV6_METHOD), "disabled") != 0 &&
                g_strcmp0(profile_get_string(profile, FIELD_IPV6_METHOD), "ignore") != 0,
        .dns = !own_dns_only,
        .nbns = FALSE,
        .echo_interval = profile_get_uint(profile, FIELD_PPP_ECHO_INTERVAL) * USEC_PER_SEC,
        .echo_failures = profile_get_uint(profile, FIELD_PPP_ECHO_FAILURES),
    };
}

void ike_material_clear(IkeMaterial *material)
{
    g_clear_pointer(&material->certificate, g_bytes_unref);
    g_clear_pointer(&material->private_key, g_bytes_unref);
    g_clear_pointer(&material->ca, g_bytes_unref);
    g_clear_pointer(&material->ike_proposals, g_free);
    g_clear_pointer(&material->esp_proposals, g_free);
    g_clear_pointer(&material->psk, secret_free);
    g_clear_pointer(&material->token_key, g_free);
    g_clear_pointer(&material->token_pin, secret_free);
}

static char *join_or_null(const char *const *strings)
{
    return strings[0] ? g_strjoinv(",", (char **)strings) : NULL;
}

void settings_ike_material(Profile *profile, const Secret *psk, IkeMaterial *ret_material)
{
    *ret_material = (IkeMaterial){
        .psk = psk ? words_psk_bytes(psk) : NULL,
        .ike_proposals = join_or_null(profile_get_strings(profile, FIELD_IPSEC_IKE)),
        .esp_proposals = join_or_null(profile_get_strings(profile, FIELD_IPSEC_ESP)),
    };
}

static IkeSecurity security_of(Profile *profile)
{
    const char *word = profile_get_string(profile, FIELD_IPSEC_SECURITY);

    if (g_strcmp0(word, "strong") == 0)
        return IKE_SECURITY_STRONG;
    return g_strcmp0(word, "legacy") == 0 ? IKE_SECURITY_LEGACY : IKE_SECURITY_COMPATIBLE;
}

void settings_ike(Profile *profile, const IkeMaterial *material, IkeConfig *ret_config)
{
    gboolean certificate =
        g_strcmp0(profile_get_string(profile, FIELD_IPSEC_AUTH), "certificate") == 0;

    *ret_config = (IkeConfig){
        .uuid = profile_get_string(profile, FIELD_CONNECTION_UUID),
        .remote_port = 1701,
        .auth = certificate ? IKE_AUTH_CERTIFICATE : IKE_AUTH_PSK,
        .psk = material->psk,
        .group_name = profile_get_string(profile, FIELD_IPSEC_GROUP_NAME),
        .local_id = profile_get_string(profile, FIELD_IPSEC_LOCAL_ID),
        .remote_id = profile_get_string(profile, FIELD_IPSEC_REMOTE_ID),
        .gateway_name = profile_get_string(profile, FIELD_CONNECTION_GATEWAY),
        .certificate = material->certificate,
        .private_key = material->private_key,
        .ca = material->ca,
        .token_key = material->token_key,
        .token_slot = material->token_slot,
        .token_pin = material->token_pin,
        .ike_proposals = material->ike_proposals,
        .esp_proposals = material->esp_proposals,
        .security = security_of(profile),
        .force_encapsulation = profile_get_boolean(profile, FIELD_IPSEC_FORCE_ENCAPSULATION),
        .ike_lifetime = profile_get_uint(profile, FIELD_IPSEC_IKE_LIFETIME),
        .esp_lifetime = profile_get_uint(profile, FIELD_IPSEC_ESP_LIFETIME),
    };
}

/* People also name a network by an address in it: 192.168.10.1/24. */
static void append_routes(Profile *profile, FieldId field, GArray *routes)
{
    const char *const *texts = profile_get_strings(profile, field);

    for (guint i = 0; texts[i]; i++) {
        PlanRoute route = { 0 };
        ProfileRoute parsed;
        if (!profile_route_parse(texts[i], &parsed))
            continue;
        route.destination.address.family = parsed.ipv6 ? AF_INET6 : AF_INET;
        route.destination.length = (guint8)parsed.prefix;
        for (guint bit = 0; bit < parsed.prefix; bit++)
            route.destination.address.bytes[bit / 8] |=
                (guint8)(parsed.address[bit / 8] & (0x80 >> bit % 8));
        g_array_append_val(routes, route);
    }
}

/* As they are asked for, which is what files and services take. */
static char **ascii_domains(Profile *profile)
{
    const char *const *texts = profile_get_strings(profile, FIELD_DNS_SEARCH);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    for (guint i = 0; texts[i]; i++) {
        g_autofree char *ascii = g_hostname_to_ascii(texts[i]);
        if (ascii)
            g_strv_builder_add(builder, ascii);
    }
    return g_strv_builder_end(builder);
}

NetworkPlan *settings_plan(Profile *profile, const char *interface,
                           const PlanNegotiated *negotiated, const GatewayPath *path,
                           GError **error)
{
    g_autoptr(GArray) routes = g_array_new(FALSE, TRUE, sizeof(PlanRoute));
    g_autoptr(GArray) dns = g_array_new(FALSE, TRUE, sizeof(IpAddress));
    const char *const *servers = profile_get_strings(profile, FIELD_DNS_SERVERS);
    const char *ipv6 = profile_get_string(profile, FIELD_IPV6_METHOD);
    g_auto(GStrv) search = ascii_domains(profile);

    append_routes(profile, FIELD_IPV4_ROUTES, routes);
    append_routes(profile, FIELD_IPV6_ROUTES, routes);
    for (guint i = 0; servers[i]; i++) {
        IpAddress address;
        if (ip_address_parse(servers[i], &address))
            g_array_append_val(dns, address);
    }
    PlanSettings settings = {
        .ipv4 = g_strcmp0(profile_get_string(profile, FIELD_IPV4_METHOD), "disabled") != 0,
        .ipv6 = g_strcmp0(ipv6, "auto") == 0,
        .ipv4_default_route = profile_get_boolean(profile, FIELD_IPV4_DEFAULT_ROUTE),
        .ipv6_default_route = profile_get_boolean(profile, FIELD_IPV6_DEFAULT_ROUTE),
        .allow_ipv6_leak = g_strcmp0(ipv6, "ignore") == 0,
        .routes = (const PlanRoute *)(gpointer)routes->data,
        .n_routes = routes->len,
        .dns = (const IpAddress *)(gpointer)dns->data,
        .n_dns = dns->len,
        .ignore_peer_dns = profile_get_boolean(profile, FIELD_DNS_IGNORE_PEER),
        .search = (const char *const *)search,
        .mtu = profile_get_uint(profile, FIELD_PPP_MTU),
    };
    return network_plan_new(interface, &settings, negotiated, path, error);
}
