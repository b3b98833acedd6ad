/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes to charon: requests against the keys that PROTOCOL and the README of strongSwan's
 * VICI plug-in name; its configuration file; files of certificates; what it tells of SAs. */
#include <string.h>

#include "ipsec/charon-config.h"
#include "ipsec/ike-config.h"
#include "ipsec/pem.h"
#include "ipsec/sa-info.h"

static IkeConfig psk_config(const Secret *psk)
{
    return (IkeConfig){
        .uuid = "0f1e2d3c-0001", .gateway = "203.0.113.10", .local_address = "198.51.100.10",
        .local_port = 40001, .remote_port = 1701, .reqid = IKE_REQID_FIRST + 4,
        .auth = IKE_AUTH_PSK, .psk = psk, .security = IKE_SECURITY_COMPATIBLE,
    };
}

static void read_request(ViciWriter *writer, ViciPacket *packet, const char *command)
{
    gsize length = 0;
    const guint8 *data = vici_writer_finish(writer, &length);

    g_assert_nonnull(data);
    g_assert_true(vici_packet_parse(data + VICI_HEADER_SIZE, length - VICI_HEADER_SIZE, packet));
    g_assert_cmpint(packet->type, ==, VICI_CMD_REQUEST);
    g_assert_cmpstr(packet->name, ==, command);
    vici_writer_free(writer);
}

static char *list_text(const ViciNode *node, const char *name)
{
    const ViciNode *list = vici_node_child(node, name);
    GString *text = g_string_new(NULL);

    g_assert_nonnull(list);
    g_assert_cmpint(list->kind, ==, VICI_NODE_LIST);
    for (const ViciNode *item = list->child; item; item = item->next)
        g_string_append_printf(text, "%s%s", text->len ? " " : "", (char *)item->value);
    return g_string_free(text, FALSE);
}

static void assert_list(const ViciNode *node, const char *name, const char *expected)
{
    g_autofree char *text = list_text(node, name);

    g_assert_cmpstr(text, ==, expected);
}

static void test_load_conn(void)
{
    g_autoptr(Secret) psk = secret_new("s3cret", 6);
    IkeConfig config = psk_config(psk);
    Failure *failure = NULL;
    g_autoptr(IkeSetup) setup = ike_setup_new(&config, &failure);
    g_auto(ViciPacket) packet = { 0 };

    read_request(ike_request_load_conn(setup, &(IkeAttempt){ 0 }), &packet, "load-conn");
    const ViciNode *conn = vici_node_child(packet.message, "causeway-0f1e2d3c-0001");
    g_assert_cmpstr(vici_node_string(conn, "version"), ==, "1");
    g_assert_cmpstr(vici_node_string(conn, "aggressive"), ==, "no");
    g_assert_cmpstr(vici_node_string(conn, "encap"), ==, "no");
    g_assert_cmpstr(vici_node_string(conn, "mobike"), ==, "no");
    g_assert_null(vici_node_string(conn, "remote_port"));
    /* the second one tells this connection from others to the same gateway */
    assert_list(conn, "local_addrs", "198.51.100.10 127.77.0.4/32");
    assert_list(conn, "remote_addrs", "203.0.113.10");
    g_assert_cmpuint(vici_node_number(conn, "reauth_time", 99999, 0) +
                         vici_node_number(conn, "over_time", 99999, 0), ==, 28800);
    const ViciNode *local = vici_node_child(conn, "local");
    const ViciNode *remote = vici_node_child(conn, "remote");
    g_assert_cmpstr(vici_node_string(local, "auth"), ==, "psk");
    g_assert_cmpstr(vici_node_string(local, "id"), ==, "198.51.100.10");
    g_assert_cmpstr(vici_node_string(remote, "auth"), ==, "psk");
    g_assert_null(vici_node_string(remote, "id"));
    const ViciNode *child =
        vici_node_child(vici_node_child(conn, "children"), "causeway-0f1e2d3c-0001");
    g_assert_cmpstr(vici_node_string(child, "mode"), ==, "transport");
    assert_list(child, "local_ts", "dynamic[udp/40001]");
    assert_list(child, "remote_ts", "dynamic[udp/1701]");
    g_assert_cmpuint(vici_node_number(child, "reqid", G_MAXUINT32, 0), ==, IKE_REQID_FIRST + 4);
    g_assert_cmpstr(vici_node_string(child, "dpd_action"), ==, "clear");
    g_assert_cmpstr(vici_node_string(child, "start_action"), ==, "none");
    /* RFC 2407 §4.5.4: the life time is told, we renew before */
    guint64 life = vici_node_number(child, "life_time", 99999, 0);
    guint64 latest = vici_node_number(child, "rekey_time", 99999, 0);
    guint64 earliest = latest - vici_node_number(child, "rand_time", 99999, 0);
    g_assert_cmpuint(life, ==, 3600);
    /* before a gateway with lifetime=1h, margintime=9m, rekeyfuzz=100% can begin (ipsec.conf(5));
     * of three hours for phase 1 as well */
    g_assert_cmpuint(latest, <=, 3600 - 2 * 9 * 60);
    guint64 ike_latest = vici_node_number(conn, "reauth_time", 99999, 0);
    guint64 ike_earliest = ike_latest - vici_node_number(conn, "rand_time", 99999, 0);
    g_assert_cmpuint(ike_latest, <=, 3 * 3600 - 2 * 9 * 60);
    /* the two do not fall together */
    g_assert_cmpuint(3 * latest, <, ike_earliest - 600);
    g_assert_cmpuint(4 * earliest, >, ike_latest);
}

static void test_variations(void)
{
    g_autoptr(Secret) psk = secret_new("s3cret", 6);
    IkeConfig config = psk_config(psk);
    Failure *failure = NULL;
    g_auto(ViciPacket) packet = { 0 };

    config.group_name = "staff";
    config.ike_proposals = "aes256-sha1-modp1024,aes256-sha1-modp2048,3des-sha1-modp1024";
    config.esp_proposals = "aes256-sha1";
    config.ike_lifetime = 600;
    g_autoptr(IkeSetup) setup = ike_setup_new(&config, &failure);
    g_assert_cmpstr(ike_setup_group(setup, 0), ==, "modp1024");
    g_assert_cmpstr(ike_setup_group(setup, 1), ==, "modp2048");
    g_assert_null(ike_setup_group(setup, 2));
    IkeAttempt attempt = { .nat_t_port = 4500, .group = "modp1024", .remote_id = "10.0.0.5" };
    read_request(ike_request_load_conn(setup, &attempt), &packet, "load-conn");
    const ViciNode *conn = packet.message->child;
    g_assert_cmpstr(vici_node_string(conn, "aggressive"), ==, "yes");
    g_assert_cmpstr(vici_node_string(conn, "remote_port"), ==, "4500");
    g_assert_cmpstr(vici_node_string(conn, "local_port"), ==, "4500");
    g_assert_cmpstr(vici_node_string(conn, "encap"), ==, "yes");
    assert_list(conn, "proposals", "aes256-sha1-modp1024 3des-sha1-modp1024");
    g_assert_cmpstr(vici_node_string(vici_node_child(conn, "local"), "id"), ==, "keyid:staff");
    g_assert_cmpstr(vici_node_string(vici_node_child(conn, "remote"), "id"), ==, "10.0.0.5");
    /* The user's own suites are not varied. */
    const ViciNode *children = vici_node_child(conn, "children");
    g_assert_null(children->child->next);
    assert_list(children->child, "esp_proposals", "aes256-sha1");
}

/* What won the last time is offered first. */
static void test_remembered(void)
{
    g_autoptr(Secret) psk = secret_new("s3cret", 6);
    IkeConfig config = psk_config(psk);
    Failure *failure = NULL;

    config.remembered_ike = "3des-sha1-modp1024";
    config.remembered_esp = "aes128-sha256";
    g_autoptr(IkeSetup) plain = ike_setup_new(&config, &failure);
    g_assert_cmpstr(plain->ike_suites[0], ==, "3des-sha1-modp1024");
    g_assert_cmpstr(plain->esp_suites[0], ==, "aes128-sha256");
    g_assert_false(ike_setup_remembers_pfs(plain));
    config.remembered_ike = "not offered";
    config.remembered_esp = "aes128-sha256-modp1024";
    g_autoptr(IkeSetup) pfs = ike_setup_new(&config, &failure);
    g_assert_cmpstr(pfs->ike_suites[0], ==, "aes256-sha256-modp2048");
    g_assert_cmpstr(pfs->esp_suites[0], ==, "aes128-sha256");
    g_assert_true(ike_setup_remembers_pfs(pfs));
}

static void test_load_shared(void)
{
    static const guint8 bytes[] = { 0, 1, '"', '\n', 0xff };
    g_autoptr(Secret) psk = secret_new(bytes, sizeof bytes);
    IkeConfig config = psk_config(psk);
    Failure *failure = NULL;
    g_autoptr(IkeSetup) setup = ike_setup_new(&config, &failure);
    g_auto(ViciPacket) packet = { 0 };

    read_request(ike_request_load_shared(setup, &(IkeAttempt){ 0 }), &packet, "load-shared");
    g_assert_cmpstr(vici_node_string(packet.message, "id"), ==, "causeway-0f1e2d3c-0001");
    g_assert_cmpstr(vici_node_string(packet.message, "type"), ==, "IKE");
    const ViciNode *data = vici_node_child(packet.message, "data");
    g_assert_cmpmem(data->value, data->length, bytes, sizeof bytes);
    /* never without owners: it would be everybody's key */
    assert_list(packet.message, "owners", "203.0.113.10");
    vici_packet_clear(&packet);
    read_request(ike_request_load_shared(setup, &(IkeAttempt){ .remote_id = "10.0.0.5" }),
                 &packet, "load-shared");
    assert_list(packet.message, "owners", "203.0.113.10 10.0.0.5");
}

/* Identities as identification_create_from_string(3) of strongSwan reads them: those that are of
 * many, or of ourselves, own no key. */
static void test_owners(void)
{
    static const struct {
        const char *identity, *owners;
    } rows[] = {
        { "vpn.example.com", "203.0.113.10 vpn.example.com" },
        { "fqdn:vpn", "203.0.113.10 fqdn:vpn" },
        { "admin@example.com", "203.0.113.10 admin@example.com" },
        { "2001:db8::1", "203.0.113.10 2001:db8::1" },
        { "%any", "203.0.113.10" },        { "*", "203.0.113.10" },
        { "*@example.com", "203.0.113.10" }, { "0.0.0.0", "203.0.113.10" },
        { "::", "203.0.113.10" },          { "10.0.0.0/8", "203.0.113.10" },
        { "10.0.0.1-10.0.0.9", "203.0.113.10" }, { "ipv4range:10.0.0.1-10.0.0.9", "203.0.113.10" },
        { "ipv4net:10.0.0.0/8", "203.0.113.10" }, { "C=CH, O=*", "203.0.113.10" },
        { "198.51.100.10", "203.0.113.10" },
    };
    g_autoptr(Secret) psk = secret_new((const guint8 *)"x", 1);
    IkeConfig config = psk_config(psk);

    config.local_address = "198.51.100.10";
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        Failure *failure = NULL;
        config.remote_id = rows[i].identity;
        g_autoptr(IkeSetup) setup = ike_setup_new(&config, &failure);
        g_auto(ViciPacket) packet = { 0 };
        read_request(ike_request_load_shared(setup, &(IkeAttempt){ 0 }), &packet, "load-shared");
        assert_list(packet.message, "owners", rows[i].owners);
    }
}

static void assert_refused(const IkeConfig *config, FailureCode code)
{
    Failure *failure = NULL;

    g_assert_null(ike_setup_new(config, &failure));
    g_assert_nonnull(failure);
    g_test_message("%s", failure->detail);
    g_assert_cmpstr(failure_code_name(failure->code), ==, failure_code_name(code));
    failure_free(failure);
}

static void test_refused(void)
{
    g_autoptr(Secret) psk = secret_new("s3cret", 6);
    g_autoptr(Secret) empty = secret_new("", 0);
    g_autofree char *large = g_strnfill(70000, 'k');
    g_autoptr(Secret) huge = secret_new(large, 70000);
    g_autoptr(GBytes) junk = g_bytes_new_static("junk", 4);
    const IkeConfig good = psk_config(psk);
    IkeConfig bad;

#define REFUSE(field, value, code)                                                                \
    bad = good;                                                                                   \
    bad.field = value;                                                                            \
    assert_refused(&bad, code)
    REFUSE(uuid, "a b", FAILURE_PROFILE_INVALID);
    REFUSE(uuid, "", FAILURE_PROFILE_INVALID);
    REFUSE(uuid, "a/../b", FAILURE_PROFILE_INVALID);
    REFUSE(gateway, "vpn.example.com", FAILURE_PROFILE_INVALID);
    REFUSE(local_address, NULL, FAILURE_PROFILE_INVALID);
    REFUSE(local_port, 0, FAILURE_PROFILE_INVALID);
    REFUSE(reqid, 1, FAILURE_PROFILE_INVALID);
    REFUSE(local_id, "a\nb", FAILURE_PROFILE_INVALID);
    REFUSE(remote_id, large, FAILURE_PROFILE_INVALID);
    REFUSE(group_name, "\xff", FAILURE_PROFILE_INVALID);
    REFUSE(ike_proposals, "rot13", FAILURE_PROFILE_INVALID);
    REFUSE(esp_proposals, "rot13", FAILURE_PROFILE_INVALID);
    REFUSE(psk, NULL, FAILURE_SECRET_MISSING);
    REFUSE(psk, empty, FAILURE_SECRET_MISSING);
    REFUSE(psk, huge, FAILURE_PROFILE_INVALID);
    REFUSE(auth, IKE_AUTH_CERTIFICATE, FAILURE_CERTIFICATE_UNUSABLE);
#undef REFUSE
    bad = good;
    bad.auth = IKE_AUTH_CERTIFICATE;
    bad.certificate = bad.private_key = junk;
    assert_refused(&bad, FAILURE_CERTIFICATE_UNUSABLE);
}

static void test_pem(void)
{
    /* base64 of 30 03 02 01 05 and of 30 00 */
    static const char two[] = "text before\n-----BEGIN CERTIFICATE-----\nMAMC\nAQU=\n"
                              "-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nMAA=\n"
                              "-----END CERTIFICATE-----\n";
    static const guint8 der[] = { 0x30, 3, 2, 1, 5 };
    static const char *const bad[] = {
        "", "x", "-----BEGIN CERTIFICATE-----\nMAMCAQU=\n",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nM*MC\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
    };
    g_autoptr(GBytes) pem = g_bytes_new_static(two, sizeof two - 1);
    g_autoptr(GBytes) plain = g_bytes_new_static(der, sizeof der);
    g_autoptr(GPtrArray) from_pem = pem_certificates(pem);
    g_autoptr(GPtrArray) from_der = pem_certificates(plain);

    g_assert_cmpuint(from_pem->len, ==, 2);
    g_assert_true(g_bytes_equal(g_ptr_array_index(from_pem, 0), plain));
    g_assert_cmpuint(g_bytes_get_size(g_ptr_array_index(from_pem, 1)), ==, 2);
    g_assert_cmpuint(from_der->len, ==, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GBytes) file = g_bytes_new_static(bad[i], strlen(bad[i]));
        g_assert_null(pem_certificates(file));
    }
    static const char locked[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n";
    g_autoptr(GBytes) key = g_bytes_new_static(locked, sizeof locked - 1);
    g_assert_true(pem_is_encrypted(key));
    g_assert_false(pem_is_encrypted(pem));
}

/* A gateway may call itself what it likes; in the system's charon our key must go first. */
static void test_may_own(void)
{
    static const char *const one[] = { "fw.example.com", "192.0.2.1", "2001:db8::1", "fqdn:fw",
                                       "a@b.example" };
    static const char *const several[] = { "%any", "%any4", "0.0.0.0", "::", "*.example.com",
                                           "C=DE, CN=fw", "192.0.2.0/24", "192.0.2.1-192.0.2.9",
                                           "ipv4net:1", "ipv4range:1", "198.51.100.10", "", NULL };
    g_autoptr(Secret) psk = secret_new("s3cret", 6);
    IkeConfig config = psk_config(psk);
    Failure *failure = NULL;
    g_autoptr(IkeSetup) setup = ike_setup_new(&config, &failure);

    for (gsize i = 0; i < G_N_ELEMENTS(one); i++)
        g_assert_true(ike_setup_may_own(setup, one[i]));
    for (gsize i = 0; several[i]; i++)
        g_assert_false(ike_setup_may_own(setup, several[i]));
    g_assert_false(ike_setup_may_own(setup, NULL));
}

static IkeConfig token_config(const Secret *pin, GBytes *certificate)
{
    IkeConfig config = psk_config(NULL);

    config.auth = IKE_AUTH_CERTIFICATE;
    config.certificate = certificate;
    config.token_key = "4a01";
    config.token_slot = 7;
    config.token_pin = pin;
    return config;
}

static void test_load_token(void)
{
    static const guint8 der[] = { 0x30, 0x00 };
    static const char *const bad[] = { "4a0", "4A01", "4a01/", "0x4a01", "" };
    g_autoptr(GBytes) certificate = g_bytes_new_static(der, sizeof der);
    g_autoptr(Secret) pin = secret_new("271828", 6);
    IkeConfig config = token_config(pin, certificate);
    Failure *failure = NULL;
    g_autoptr(IkeSetup) setup = ike_setup_new(&config, &failure);
    g_auto(ViciPacket) packet = { 0 };

    read_request(ike_request_load_key(setup), &packet, "load-token");
    g_assert_cmpstr(vici_node_string(packet.message, "handle"), ==, "4a01");
    g_assert_cmpstr(vici_node_string(packet.message, "slot"), ==, "7");
    g_assert_cmpstr(vici_node_string(packet.message, "module"), ==, "token");
    g_assert_cmpstr(vici_node_string(packet.message, "pin"), ==, "271828");
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        config.token_key = bad[i];
        g_assert_null(ike_setup_new(&config, &failure));
        g_assert_cmpint(failure->code, ==, FAILURE_CERTIFICATE_UNUSABLE);
        g_clear_pointer(&failure, failure_free);
    }
    /* None must not become an empty one, which is a wrong one. */
    config = token_config(NULL, certificate);
    g_assert_null(ike_setup_new(&config, &failure));
    g_assert_cmpint(failure->code, ==, FAILURE_SECRET_MISSING);
    g_clear_pointer(&failure, failure_free);
}

static void test_charon_token_config(void)
{
    static const char *const some[] = { "vici", NULL };
    CharonConfig config = { "/run/vici", 500, 4500, 30, some, NULL };
    g_autofree char *without = charon_config_text(&config);

    g_assert_null(strstr(without, "pkcs11"));
    config.token_module = "/usr/lib/a \"b.so";
    g_autofree char *with = charon_config_text(&config);
    g_assert_nonnull(strstr(with, "pkcs11 {\nmodules {\ntoken {\npath = \"/usr/lib/a \\\"b.so\"\n"));
    g_assert_nonnull(strstr(with, "load_certs = \"no\"\n"));
    /* it stands among the other plug-ins, and all sections end */
    g_assert_true(g_str_has_suffix(with, "load_certs = \"no\"\n}\n}\n}\n}\n}\n"));
}

static void test_charon_config(void)
{
    static const char *const some[] = { "vici", "openssl", NULL };
    CharonConfig config = { "/run/a \"b\\c", 500, 4500, 30, some, NULL };
    g_autofree char *text = charon_config_text(&config);

    g_assert_nonnull(strstr(text, "charon-systemd {\n"));
    g_assert_nonnull(strstr(text, "load = \"vici openssl\"\n"));
    g_assert_nonnull(strstr(text, "port = \"500\"\n"));
    g_assert_nonnull(strstr(text, "port_nat_t = \"4500\"\n"));
    g_assert_nonnull(strstr(text, "install_routes = \"no\"\n"));
    g_assert_nonnull(strstr(text, "socket = \"unix:///run/a \\\"b\\\\c\"\n"));
    config.socket_path = "/run/a\n}";
    g_assert_null(charon_config_text(&config));
    /* what would change the machine or look at its packets is not among ours */
    for (guint i = 0; charon_config_plugins()[i]; i++) {
        const char *name = charon_config_plugins()[i];
        g_assert_null(strstr("bypass-lan forecast farp dhcp connmark unity updown resolve attr",
                             name));
    }
}

/* A list-sa event as charon 5.9.8 sent it in the lab, shortened. */
static ViciWriter *sa_event(const char *name, const char *state, guint32 reqid, guint id)
{
    ViciWriter *writer = vici_writer_new(VICI_EVENT, "list-sa");

    vici_write_section(writer, name);
    vici_write_string(writer, "uniqueid", "3");
    vici_write_string(writer, "local-id", "192.168.7.10");
    vici_write_string(writer, "remote-id", "172.16.7.10");
    vici_write_string(writer, "remote-port", "4500");
    vici_write_string(writer, "nat-local", "yes");
    vici_write_string(writer, "encr-alg", "AES_CBC");
    vici_write_string(writer, "encr-keysize", "256");
    vici_write_string(writer, "integ-alg", "HMAC_SHA1_96");
    vici_write_string(writer, "prf-alg", "PRF_HMAC_SHA1");
    vici_write_string(writer, "dh-group", "MODP_1024");
    vici_write_string(writer, "reauth-time", "24093");
    vici_write_section(writer, "child-sas");
    vici_write_section(writer, "probe-1");
    vici_write_number(writer, "uniqueid", id);
    vici_write_number(writer, "reqid", reqid);
    vici_write_string(writer, "state", state);
    vici_write_string(writer, "encap", "yes");
    vici_write_string(writer, "spi-out", "c0ffee01");
    vici_write_string(writer, "encr-alg", "AES_GCM_16");
    vici_write_string(writer, "encr-keysize", "256");
    vici_write_string(writer, "rekey-time", "2976");
    vici_write_section_end(writer);
    vici_write_section_end(writer);
    vici_write_section_end(writer);
    return writer;
}

static gboolean read_sa_but(SaInfo *info, ViciWriter *writer, guint32 dead_spi)
{
    g_auto(ViciPacket) packet = { 0 };
    gsize length = 0;
    const guint8 *data = vici_writer_finish(writer, &length);

    g_assert_true(vici_packet_parse(data + VICI_HEADER_SIZE, length - VICI_HEADER_SIZE, &packet));
    gboolean found = sa_info_read(info, packet.message, "causeway-x", 77, dead_spi);
    vici_writer_free(writer);
    return found;
}

static gboolean read_sa(SaInfo *info, ViciWriter *writer)
{
    return read_sa_but(info, writer, 0);
}

static void test_sa_info(void)
{
    SaInfo sa = { .info = { .rtt_msec = 12 } };

    g_assert_true(read_sa(&sa, sa_event("causeway-x", "INSTALLED", 77, 5)));
    g_assert_cmpstr(sa.info.ike_suite, ==, "aes256-sha1-modp1024");
    g_assert_cmpstr(sa.info.esp_suite, ==, "aes256gcm16");
    g_assert_true(sa.info.ike_weak);
    g_assert_false(sa.info.esp_weak);
    g_assert_true(sa.info.nat_local && sa.info.encapsulated && !sa.info.nat_remote);
    g_assert_cmpstr(sa.info.remote_id, ==, "172.16.7.10");
    g_assert_cmpuint(sa.info.ike_port, ==, 4500);
    g_assert_cmpuint(sa.info.ike_expires, ==, 24093);
    g_assert_cmpuint(sa.info.esp_expires, ==, 2976);
    g_assert_cmpuint(sa.info.esp_iv, ==, 8);
    g_assert_cmpuint(sa.info.esp_icv, ==, 16);
    g_assert_cmpuint(sa.info.rtt_msec, ==, 12);
    /* not ours, not installed, older */
    g_assert_false(read_sa(&sa, sa_event("causeway-y", "INSTALLED", 77, 6)));
    g_assert_false(read_sa(&sa, sa_event("causeway-x", "REKEYED", 77, 6)));
    g_assert_false(read_sa(&sa, sa_event("causeway-x", "INSTALLED", 78, 6)));
    g_assert_false(read_sa(&sa, sa_event("causeway-x", "INSTALLED", 77, 4)));
    g_assert_cmpuint(sa.child_id, ==, 5);
    g_assert_true(read_sa(&sa, sa_event("causeway-x", "INSTALLED", 77, 6)));
    g_assert_cmpuint(sa.child_id, ==, 6);
    /* one that the gateway has deleted */
    g_assert_false(read_sa_but(&sa, sa_event("causeway-x", "INSTALLED", 77, 7), 0xc0ffee01));
    g_assert_true(read_sa_but(&sa, sa_event("causeway-x", "INSTALLED", 77, 7), 0xc0ffee02));
    sa_info_clear(&sa);
    g_assert_false(sa_info_read(&sa, NULL, "causeway-x", 77, 0));
    g_assert_cmpuint(sa_info_child_of_spi(NULL, "causeway-x", 0xc0ffee01), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/requests/load-conn", test_load_conn);
    g_test_add_func("/requests/variations", test_variations);
    g_test_add_func("/requests/remembered", test_remembered);
    g_test_add_func("/requests/load-shared", test_load_shared);
    g_test_add_func("/requests/owners", test_owners);
    g_test_add_func("/requests/refused", test_refused);
    g_test_add_func("/requests/pem", test_pem);
    g_test_add_func("/requests/charon-config", test_charon_config);
    g_test_add_func("/requests/may-own", test_may_own);
    g_test_add_func("/requests/load-token", test_load_token);
    g_test_add_func("/charon-config/token", test_charon_token_config);
    g_test_add_func("/requests/sa-info", test_sa_info);
    return g_test_run();
}
