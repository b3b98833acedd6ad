/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What we tell charon about one connection. */
#include "ipsec/ike-config.h"

#include <string.h>

#include "ipsec/charon-config.h"
#include "ipsec/identity.h"
#include "ipsec/pem.h"
#include "ipsec/proposals.h"

#define NAT_T_PORT 4500
#define MAX_TEXT 1024

/* What most gateways propose themselves; a gateway may shorten both. */
#define IKE_LIFETIME 28800
#define ESP_LIFETIME 3600
#define LIFETIME_MIN 10
#define LIFETIME_MAX 604800
/* It is always us who renews, before the gateway thinks of it: strongSwan's and Libreswan's
 * ancestors begin nine to eighteen minutes before the end of an hour (ESP) or of three (IKE),
 * and some tell us nothing of shorter times.  Ours are 39 to 42 and 140 to 148 minutes: the third
 * renewal of ESP comes well before that of IKE, the fourth well after. */
#define ESP_RENEW_PERCENT 70
#define IKE_RENEW 8900
/* Where the user has chosen. */
#define IKE_RENEW_PERCENT 85
#define RANDOM_PERCENT 5

#define DPD_DELAY 30
#define DPD_TIMEOUT 90

/* ---- the copy ---- */

/* Nothing of this needs other characters, and it ends in charon's log and lookups. */
static gboolean is_text(const char *text)
{
    return !text || (strlen(text) <= MAX_TEXT && g_utf8_validate(text, -1, NULL) &&
                     !strpbrk(text, "\r\n\t\x01\x1b"));
}

static gboolean is_name(const char *uuid)
{
    gsize length = uuid ? strlen(uuid) : 0;

    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isalnum(uuid[i]) && !strchr("-_.", uuid[i]))
            return FALSE;
    }
    return length > 0 && length <= 128;
}

static const char *or_null(const char *text)
{
    return text && *text ? text : NULL;
}

static gboolean is_address(const char *text)
{
    return text && g_hostname_is_ip_address(text);
}

static Failure *invalid(const char *detail)
{
    return failure_new(STAGE_PREPARE, FAILURE_PROFILE_INVALID, detail);
}

static Failure *check_plain(const IkeConfig *config)
{
    if (!is_name(config->uuid))
        return invalid("the profile's name for the IKE service has other characters than letters, "
                       "digits, '-', '_' and '.'");
    if (!is_address(config->gateway) || !is_address(config->local_address))
        return invalid("gateway and local address must be numeric");
    if (config->local_port == 0 || config->remote_port == 0)
        return invalid("a UDP port is missing");
    if (config->reqid < IKE_REQID_FIRST || config->reqid > IKE_REQID_LAST)
        return invalid("the reqid is not of our range");
    if (!is_text(config->group_name) || !is_text(config->local_id) || !is_text(config->remote_id))
        return invalid("an identity has control characters or is too long");
    if (config->psk && secret_length(config->psk) > VICI_VALUE_MAX)
        return invalid("the pre-shared key is too long");
    if (config->auth == IKE_AUTH_PSK && (!config->psk || secret_length(config->psk) == 0))
        return failure_new(STAGE_PREPARE, FAILURE_SECRET_MISSING, "the pre-shared key is missing");
    return NULL;
}

static Failure *check_token(const IkeConfig *config)
{
    gsize digits = strlen(config->token_key);

    if (digits == 0 || digits % 2 != 0 || digits > MAX_TEXT ||
        strspn(config->token_key, "0123456789abcdef") != digits || config->token_slot > G_MAXINT)
        return failure_new(STAGE_PREPARE, FAILURE_CERTIFICATE_UNUSABLE,
                           "the key on the token has no usable name");
    /* An empty one would be tried all the same, and count. */
    if (!config->token_pin || secret_length(config->token_pin) == 0 ||
        secret_length(config->token_pin) > MAX_TEXT)
        return failure_new(STAGE_PREPARE, FAILURE_SECRET_MISSING, "the token's PIN is missing");
    return NULL;
}

static Failure *setup_certificates(IkeSetup *setup)
{
    const IkeConfig *config = &setup->c;

    if (config->auth != IKE_AUTH_CERTIFICATE)
        return NULL;
    if (!config->certificate || (!config->private_key && !config->token_key))
        return failure_new(STAGE_PREPARE, FAILURE_CERTIFICATE_UNUSABLE,
                           "the certificate or its key is missing");
    setup->certificates = pem_certificates(config->certificate);
    if (!setup->certificates)
        return failure_new(STAGE_PREPARE, FAILURE_CERTIFICATE_UNUSABLE,
                           "the certificate file holds no certificate");
    if (config->ca && !(setup->authorities = pem_certificates(config->ca)))
        return failure_new(STAGE_PREPARE, FAILURE_CERTIFICATE_UNUSABLE,
                           "the authority's file holds no certificate");
    if (config->token_key)
        return check_token(config);
    if (pem_is_encrypted(config->private_key))
        return failure_new(STAGE_PREPARE, FAILURE_CERTIFICATE_UNUSABLE,
                           "the private key is still encrypted");
    if (g_bytes_get_size(config->private_key) > VICI_VALUE_MAX)
        return failure_new(STAGE_PREPARE, FAILURE_CERTIFICATE_UNUSABLE,
                           "the private key's file is too large");
    return NULL;
}

static Failure *setup_suites(IkeSetup *setup)
{
    const IkeConfig *config = &setup->c;
    g_autoptr(GError) error = NULL;

    setup->own_esp = !config->esp_proposals;
    setup->ike_suites = config->ike_proposals ? proposals_parse_ike(config->ike_proposals, &error)
                                              : proposals_ike(config->security);
    if (error)
        return failure_new_printf(STAGE_PREPARE, FAILURE_PROFILE_INVALID, "ipsec.ike: %s",
                                  error->message);
    setup->esp_suites = config->esp_proposals ? proposals_parse_esp(config->esp_proposals, &error)
                                              : proposals_esp(config->security);
    if (error)
        return failure_new_printf(STAGE_PREPARE, FAILURE_PROFILE_INVALID, "ipsec.esp: %s",
                                  error->message);
    proposals_promote(setup->ike_suites, config->remembered_ike);
    proposals_promote(setup->esp_suites, config->remembered_esp);
    if (setup->own_esp && ike_setup_remembers_pfs(setup)) {
        /* in the ladder it stands without its group */
        g_autofree char *plain = g_strdup(config->remembered_esp);
        *strrchr(plain, '-') = '\0';
        proposals_promote(setup->esp_suites, plain);
    }
    return NULL;
}

static void copy_config(IkeConfig *to, const IkeConfig *from)
{
    *to = *from;
    to->uuid = g_strdup(from->uuid);
    to->gateway = g_strdup(from->gateway);
    to->local_address = g_strdup(from->local_address);
    to->psk = secret_copy(from->psk);
    to->group_name = g_strdup(or_null(from->group_name));
    to->local_id = g_strdup(or_null(from->local_id));
    to->remote_id =
        g_strcmp0(from->remote_id, IDENTITY_ANY) == 0 ? NULL : g_strdup(or_null(from->remote_id));
    to->gateway_name = g_strdup(from->gateway_name ? from->gateway_name : from->gateway);
    to->certificate = from->certificate ? g_bytes_ref(from->certificate) : NULL;
    to->private_key = from->private_key ? g_bytes_ref(from->private_key) : NULL;
    to->token_key = g_strdup(or_null(from->token_key));
    to->token_pin = secret_copy(from->token_pin);
    to->ca = from->ca ? g_bytes_ref(from->ca) : NULL;
    to->ike_proposals = g_strdup(or_null(from->ike_proposals));
    to->esp_proposals = g_strdup(or_null(from->esp_proposals));
    to->remembered_ike = g_strdup(from->remembered_ike);
    to->remembered_esp = g_strdup(from->remembered_esp);
    to->ike_lifetime =
        CLAMP(from->ike_lifetime ? from->ike_lifetime : IKE_LIFETIME, LIFETIME_MIN, LIFETIME_MAX);
    to->esp_lifetime =
        CLAMP(from->esp_lifetime ? from->esp_lifetime : ESP_LIFETIME, LIFETIME_MIN, LIFETIME_MAX);
}

IkeSetup *ike_setup_new(const IkeConfig *config, Failure **ret_failure)
{
    Failure *failure = check_plain(config);

    if (failure) {
        *ret_failure = failure;
        return NULL;
    }
    g_autoptr(IkeSetup) setup = g_new0(IkeSetup, 1);
    copy_config(&setup->c, config);
    setup->own_ike_lifetime = config->ike_lifetime == 0;
    setup->name_wanted = config->auth == IKE_AUTH_CERTIFICATE && !or_null(config->remote_id);
    setup->name = g_strconcat(IKE_CONFIG_NAME_PREFIX, config->uuid, NULL);
    setup->name_pfs = g_strconcat(setup->name, "-pfs", NULL);
    failure = setup_certificates(setup);
    if (!failure)
        failure = setup_suites(setup);
    if (failure) {
        *ret_failure = failure;
        return NULL;
    }
    return g_steal_pointer(&setup);
}

void ike_setup_free(IkeSetup *setup)
{
    if (!setup)
        return;
    const char *strings[] = {
        setup->c.uuid,          setup->c.gateway,        setup->c.local_address,
        setup->c.group_name,    setup->c.local_id,       setup->c.remote_id,
        setup->c.gateway_name,  setup->c.token_key,
        setup->c.ike_proposals, setup->c.esp_proposals,  setup->c.remembered_ike,
        setup->c.remembered_esp,
    };
    for (gsize i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free((gpointer)strings[i]);
    secret_free((Secret *)setup->c.psk);
    secret_free((Secret *)setup->c.token_pin);
    g_clear_pointer(&setup->c.certificate, g_bytes_unref);
    g_clear_pointer(&setup->c.private_key, g_bytes_unref);
    g_clear_pointer(&setup->c.ca, g_bytes_unref);
    g_clear_pointer(&setup->certificates, g_ptr_array_unref);
    g_clear_pointer(&setup->authorities, g_ptr_array_unref);
    g_strfreev(setup->ike_suites);
    g_strfreev(setup->esp_suites);
    g_free(setup->name);
    g_free(setup->name_pfs);
    g_free(setup);
}

const char *ike_setup_group(const IkeSetup *setup, guint index)
{
    for (guint i = 0; setup->ike_suites[i]; i++) {
        const char *group = proposals_group(setup->ike_suites[i]);
        gboolean seen = FALSE;
        for (guint j = 0; j < i && !seen; j++)
            seen = g_strcmp0(proposals_group(setup->ike_suites[j]), group) == 0;
        if (!seen && index-- == 0)
            return group;
    }
    return NULL;
}

gboolean ike_setup_remembers_pfs(const IkeSetup *setup)
{
    return setup->c.remembered_esp && proposals_group(setup->c.remembered_esp) != NULL;
}

/* ---- requests ---- */

/* Identities are written as strongSwan reads them.  A group name is a key id (RFC 2407
 * §4.6.2.11), which Cisco's and SonicWall's groups are; who needs another type gives the local
 * id, e.g. "fqdn:group". */
static char *local_identity(const IkeSetup *setup)
{
    if (setup->c.local_id)
        return g_strdup(setup->c.local_id);
    if (setup->c.group_name)
        return g_strconcat("keyid:", setup->c.group_name, NULL);
    if (setup->c.auth == IKE_AUTH_PSK)
        return g_strdup(setup->c.local_address);
    return NULL; /* charon takes the certificate's subject */
}

/* The identity, if it is one alone.  strongSwan also reads patterns, networks and ranges, and
 * several words for "any": with such an owner the key would fit other gateways, and in the
 * system's charon other people's connections.  So would one that owns our own address.  Nothing is
 * lost by leaving it out: the key is found by the gateway's address. */
static const char *owner_identity(const IkeSetup *setup, const char *identity)
{
    static const char *const any[] = { "0.0.0.0", "::", "0::0", NULL };

    if (!identity || !*identity || g_strv_contains(any, identity) ||
        g_strcmp0(identity, setup->c.local_address) == 0 ||
        g_strcmp0(identity, setup->c.local_id) == 0)
        return NULL;
    /* Left are names, addresses, and a type in front of them but those for several. */
    for (const char *p = identity; *p; p++) {
        if (!g_ascii_isalnum(*p) && !strchr("-_.@:", *p))
            return NULL;
    }
    if (strspn(identity, "0123456789.:-") == strlen(identity) && strchr(identity, '-'))
        return NULL;
    return strstr(identity, "net:") || strstr(identity, "range:") ? NULL : identity;
}

gboolean ike_setup_may_own(const IkeSetup *setup, const char *identity)
{
    return owner_identity(setup, identity) != NULL;
}

/* charon looks a key up by the two identities, and when none fits by the two addresses.  Without
 * owners it would be everybody's; with our own address among them it would fit every gateway.
 * So it belongs to the gateway: to its address, and to its identity where that is fixed. */
ViciWriter *ike_request_load_shared(const IkeSetup *setup, const IkeAttempt *attempt)
{
    ViciWriter *writer = vici_writer_new(VICI_CMD_REQUEST, "load-shared");
    const char *identity = owner_identity(
        setup, attempt->remote_id ? attempt->remote_id : setup->c.remote_id);
    const char *owners[] = { setup->c.gateway, identity, NULL };

    vici_write_string(writer, "id", setup->name);
    vici_write_string(writer, "type", "IKE");
    vici_write_value(writer, "data", secret_data(setup->c.psk), secret_length(setup->c.psk));
    vici_write_strv(writer, "owners", owners);
    return writer;
}

static ViciWriter *load_token(const IkeSetup *setup)
{
    ViciWriter *writer = vici_writer_new(VICI_CMD_REQUEST, "load-token");
    const Secret *pin = setup->c.token_pin;

    vici_write_string(writer, "handle", setup->c.token_key);
    vici_write_number(writer, "slot", setup->c.token_slot);
    vici_write_string(writer, "module", CHARON_TOKEN_MODULE);
    vici_write_value(writer, "pin", secret_data(pin), secret_length(pin));
    return writer;
}

ViciWriter *ike_request_load_key(const IkeSetup *setup)
{
    if (setup->c.token_key)
        return load_token(setup);
    ViciWriter *writer = vici_writer_new(VICI_CMD_REQUEST, "load-key");
    gsize size = 0;
    const guint8 *data = g_bytes_get_data(setup->c.private_key, &size);

    vici_write_string(writer, "type", "any");
    vici_write_value(writer, "data", data, size);
    return writer;
}

static void write_certificates(ViciWriter *writer, const char *name, GPtrArray *certificates)
{
    vici_write_list(writer, name);
    for (guint i = 0; i < certificates->len; i++) {
        gsize size = 0;
        const guint8 *data = g_bytes_get_data(g_ptr_array_index(certificates, i), &size);
        vici_write_item(writer, data, size);
    }
    vici_write_list_end(writer);
}

static void write_list_of_one(ViciWriter *writer, const char *name, const char *value)
{
    const char *list[] = { value, NULL };

    vici_write_strv(writer, name, list);
}

static void write_authentication(ViciWriter *writer, const IkeSetup *setup,
                                 const IkeAttempt *attempt)
{
    const char *auth = setup->c.auth == IKE_AUTH_PSK ? "psk" : "pubkey";
    g_autofree char *local = local_identity(setup);

    vici_write_section(writer, "local");
    vici_write_string(writer, "auth", auth);
    vici_write_string(writer, "id", local);
    if (setup->certificates)
        write_certificates(writer, "certs", setup->certificates);
    vici_write_section_end(writer);
    vici_write_section(writer, "remote");
    vici_write_string(writer, "auth", auth);
    vici_write_string(writer, "id", attempt->remote_id ? attempt->remote_id : setup->c.remote_id);
    if (attempt->pinned)
        write_certificates(writer, "certs", attempt->pinned);
    if (setup->authorities)
        write_certificates(writer, "cacerts", setup->authorities);
    vici_write_section_end(writer);
}

static void write_selector(ViciWriter *writer, const char *name, guint16 port)
{
    g_autofree char *selector = g_strdup_printf("dynamic[udp/%u]", port);

    write_list_of_one(writer, name, selector);
}

static void write_child(ViciWriter *writer, const IkeSetup *setup, const char *name,
                        char *const *suites)
{
    guint life = setup->c.esp_lifetime;

    vici_write_section(writer, name);
    vici_write_string(writer, "mode", "transport");
    write_selector(writer, "local_ts", setup->c.local_port);
    write_selector(writer, "remote_ts", setup->c.remote_port);
    vici_write_strv(writer, "esp_proposals", (const char *const *)suites);
    vici_write_string(writer, "start_action", "none");
    vici_write_string(writer, "close_action", "none");
    vici_write_string(writer, "dpd_action", "clear");
    vici_write_number(writer, "life_time", life);
    vici_write_number(writer, "rekey_time", life * ESP_RENEW_PERCENT / 100);
    vici_write_number(writer, "rand_time", life * RANDOM_PERCENT / 100);
    vici_write_number(writer, "reqid", setup->c.reqid);
    vici_write_number(writer, "replay_window", 1024);
    vici_write_section_end(writer);
}

/* The group of phase 1 is the one that the gateway has shown to know. */
static void write_children(ViciWriter *writer, const IkeSetup *setup, const IkeAttempt *attempt)
{
    const char *group =
        attempt->group ? attempt->group : proposals_group(setup->ike_suites[0]);

    vici_write_section(writer, "children");
    write_child(writer, setup, setup->name, setup->esp_suites);
    if (setup->own_esp) {
        /* charon offers those of the group that phase 1 has agreed on. */
        g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
        static const char *const groups[] = { "modp2048", "modp1024", "modp1536", "ecp384",
                                              "ecp256" };
        for (gsize i = 0; i < G_N_ELEMENTS(groups) + 1; i++) {
            const char *one = i == 0 ? group : groups[i - 1];
            if (i > 0 && g_strcmp0(one, group) == 0)
                continue;
            g_auto(GStrv) suites = proposals_add_group(setup->esp_suites, one);
            g_strv_builder_addv(builder, (const char **)suites);
        }
        g_auto(GStrv) all = g_strv_builder_end(builder);
        write_child(writer, setup, setup->name_pfs, all);
    }
    vici_write_section_end(writer);
}

/* charon puts a new child below any IKE SA whose configuration looks the same, whatever its name:
 * two connections to one gateway, or one of the system's own, would share phase 1 and fall
 * together.  A range that no packet comes from, made of the reqid, keeps them apart. */
static void write_local_addresses(ViciWriter *writer, const IkeSetup *setup)
{
    guint32 index = setup->c.reqid - IKE_REQID_FIRST;
    g_autofree char *marker =
        g_strdup_printf("127.77.%u.%u/32", index >> 8 & 0xff, index & 0xff);
    const char *addresses[] = { setup->c.local_address, marker, NULL };

    vici_write_strv(writer, "local_addrs", addresses);
}

ViciWriter *ike_request_load_conn(const IkeSetup *setup, const IkeAttempt *attempt)
{
    ViciWriter *writer = vici_writer_new(VICI_CMD_REQUEST, "load-conn");
    g_auto(GStrv) filtered =
        attempt->group ? proposals_filter_group(setup->ike_suites, attempt->group) : NULL;
    guint life = setup->c.ike_lifetime;
    guint renew = MIN(setup->own_ike_lifetime ? IKE_RENEW : G_MAXUINT,
                      life * IKE_RENEW_PERCENT / 100);

    vici_write_section(writer, setup->name);
    vici_write_number(writer, "version", 1);
    vici_write_flag(writer, "aggressive", setup->c.group_name != NULL);
    write_local_addresses(writer, setup);
    write_list_of_one(writer, "remote_addrs", setup->c.gateway);
    if (attempt->nat_t_port) {
        vici_write_number(writer, "local_port", attempt->nat_t_port);
        vici_write_number(writer, "remote_port", NAT_T_PORT);
    }
    vici_write_strv(writer, "proposals",
                    (const char *const *)(filtered ? filtered : setup->ike_suites));
    vici_write_flag(writer, "encap", setup->c.force_encapsulation || attempt->nat_t_port != 0);
    vici_write_flag(writer, "mobike", FALSE);
    vici_write_string(writer, "fragmentation", "yes");
    vici_write_number(writer, "dpd_delay", DPD_DELAY);
    vici_write_number(writer, "dpd_timeout", DPD_TIMEOUT);
    vici_write_number(writer, "keyingtries", 1);
    vici_write_string(writer, "unique", "no");
    if (setup->c.auth == IKE_AUTH_CERTIFICATE)
        vici_write_string(writer, "send_cert", "always");
    /* Both are seconds from now; the sum is what the gateway is told (RFC 2407 §4.6.3.1). */
    vici_write_number(writer, "reauth_time", renew);
    vici_write_number(writer, "over_time", life - renew);
    vici_write_number(writer, "rand_time", renew * RANDOM_PERCENT / 100);
    write_authentication(writer, setup, attempt);
    write_children(writer, setup, attempt);
    vici_write_section_end(writer);
    return writer;
}

ViciWriter *ike_request_initiate(const IkeSetup *setup, gboolean pfs)
{
    ViciWriter *writer = vici_writer_new(VICI_CMD_REQUEST, "initiate");

    vici_write_string(writer, "ike", setup->name);
    vici_write_string(writer, "child", pfs ? setup->name_pfs : setup->name);
    /* 0: it answers when it has come to an end; the deadlines are ours. */
    vici_write_number(writer, "timeout", 0);
    vici_write_number(writer, "loglevel", 1);
    return writer;
}

ViciWriter *ike_request_terminate(const IkeSetup *setup)
{
    ViciWriter *writer = vici_writer_new(VICI_CMD_REQUEST, "terminate");

    vici_write_string(writer, "ike", setup->name);
    vici_write_flag(writer, "force", TRUE);
    vici_write_number(writer, "timeout", 1000);
    return writer;
}

ViciWriter *ike_request_terminate_id(const char *key, guint64 id)
{
    ViciWriter *writer = vici_writer_new(VICI_CMD_REQUEST, "terminate");

    vici_write_number(writer, key, id);
    vici_write_flag(writer, "force", TRUE);
    vici_write_number(writer, "timeout", 1000);
    return writer;
}

ViciWriter *ike_request_rekey_child(guint64 id)
{
    ViciWriter *writer = vici_writer_new(VICI_CMD_REQUEST, "rekey");

    vici_write_number(writer, "child-id", id);
    return writer;
}

ViciWriter *ike_request_list_sas(const IkeSetup *setup)
{
    return ike_request_simple("list-sas", "ike", setup->name);
}

ViciWriter *ike_request_list_certs(const char *identity)
{
    ViciWriter *writer = vici_writer_new(VICI_CMD_REQUEST, "list-certs");

    vici_write_string(writer, "type", "X509");
    vici_write_string(writer, "flag", "ANY");
    vici_write_string(writer, "subject", identity);
    return writer;
}

ViciWriter *ike_request_simple(const char *command, const char *key, const char *value)
{
    ViciWriter *writer = vici_writer_new(VICI_CMD_REQUEST, command);

    if (key)
        vici_write_string(writer, key, value);
    return writer;
}
