/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The contract between causewayd and causeway-tunnel: every message survives the way, and
 * nothing that is out of form, range or direction does. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <linux/if_tun.h>
#include <string.h>
#include <unistd.h>

#include "tunnel/protocol.h"

static void make_config(TunnelMessage *message)
{
    TunnelConfig *c = &message->config;

    tunnel_message_init(message, TUNNEL_CONFIGURE);
    c->host_name = g_strdup("laptop");
    c->l2tp_secret = secret_new("hush", 4);
    c->hide_avps = TRUE;
    c->receive_window = 8;
    c->hello_interval = 60 * USEC_PER_SEC;
    c->user = g_strdup("CORP\\ann");
    c->password = secret_new("pass\0word", 9);
    c->methods = PPP_METHOD_MSCHAPV2 | PPP_METHOD_PAP;
    c->mtu = 1400;
    c->acfc = TRUE;
    c->ipv4 = TRUE;
    c->ipv4_address = inet_addr("10.77.0.10");
    c->dns = TRUE;
    c->echo_interval = 5 * USEC_PER_SEC;
    c->echo_failures = 3;
}

static void set_peer(TunnelMessage *message, const char *address, guint16 port)
{
    struct sockaddr_in *in = (struct sockaddr_in *)&message->peer;

    in->sin_family = AF_INET;
    in->sin_port = htons(port);
    g_assert_cmpint(inet_pton(AF_INET, address, &in->sin_addr), ==, 1);
}

/* A valid message of every type, in the order of the enum. */
static gboolean make(TunnelMessage *message, TunnelMessageType type)
{
    tunnel_message_init(message, type);
    switch (type) {
    case TUNNEL_CONFIGURE:
        make_config(message);
        return TRUE;
    case TUNNEL_SOCKET:
    case TUNNEL_PEER:
        set_peer(message, "192.0.2.1", 1701);
        return TRUE;
    case TUNNEL_IPV6:
        message->ipv6 = (TunnelIpv6){ .identity = { 1, [15] = 2 }, .managed = TRUE };
        return TRUE;
    case TUNNEL_IPV6_SETTINGS: {
        Dhcp6Settings *s = g_new0(Dhcp6Settings, 1);
        message->settings = s;
        s->has_address = TRUE;
        s->n_dns = s->n_search = 2;
        g_assert_cmpint(inet_pton(AF_INET6, "2001:db8::1", s->address), ==, 1);
        g_assert_cmpint(inet_pton(AF_INET6, "2001:db8::53", s->dns[0]), ==, 1);
        g_assert_cmpint(inet_pton(AF_INET6, "fd00::53", s->dns[1]), ==, 1);
        g_strlcpy(s->search[0], "corp.example", sizeof s->search[0]);
        g_strlcpy(s->search[1], "lab", sizeof s->search[1]);
        return TRUE;
    }
    case TUNNEL_START:
        message->rtt = 50 * USEC_PER_MSEC;
        return TRUE;
    case TUNNEL_USER_PATH:
        message->offloads = TUN_F_CSUM | TUN_F_TSO4;
        return TRUE;
    case TUNNEL_SECRET:
        message->secret_kind = PPP_SECRET_NEW_PASSWORD;
        message->secret = secret_new("new", 3);
        return TRUE;
    case TUNNEL_STAGE:
        message->stage = STAGE_NETWORK;
        message->text = g_strdup("MS-CHAPv2");
        return TRUE;
    case TUNNEL_DATA_PATH_WANTED:
        message->data_path = (TunnelDataPath){ .session = { 1, 2, 3, 65535, TRUE },
                                               .path_mtu = 1460, .mtu = 1418 };
        return TRUE;
    case TUNNEL_MTU:
        message->mtu = 1400;
        return TRUE;
    case TUNNEL_OPTIONS:
        message->options = (PppOptions){ .peer_mru = 1500, .mru = 1400, .pfc = TRUE };
        return TRUE;
    case TUNNEL_NETWORK_UP:
        message->network.address = inet_addr("10.77.0.10");
        message->network.dns[0] = inet_addr("10.77.0.1");
        message->network.ipv6 = TRUE;
        message->network.interface_id = 7;
        return TRUE;
    case TUNNEL_SECRET_WANTED:
        message->failure = failure_new(STAGE_AUTHENTICATION, FAILURE_AUTHENTICATION_REFUSED, "E=691");
        return TRUE;
    case TUNNEL_STATISTICS:
        message->statistics = (TunnelStatistics){ .rx_bytes = G_MAXUINT64, .tx_packets = 5,
                                                  .receive_offload = TRUE };
        return TRUE;
    case TUNNEL_LOG:
    case TUNNEL_REDIRECTED:
        message->text = g_strdup("gw2.example.net ü");
        return TRUE;
    case TUNNEL_FAILED:
        message->failure = failure_new(STAGE_L2TP, FAILURE_L2TP_REFUSED, NULL);
        return TRUE;
    case TUNNEL_KERNEL_PATH:
    case TUNNEL_PATH_CHANGED:
    case TUNNEL_STATISTICS_WANTED:
    case TUNNEL_STOP:
    case TUNNEL_READY:
    case TUNNEL_NETWORK_DOWN:
    case TUNNEL_CLOSED:
        return TRUE;
    }
    return FALSE;
}

static TunnelDirection direction_of(guint type)
{
    return type >= TUNNEL_READY ? TUNNEL_TO_PARENT : TUNNEL_TO_TUNNEL;
}

static gboolean survives(const TunnelMessage *message, TunnelMessage *ret_copy)
{
    gsize length = 0;
    guint8 *bytes = tunnel_message_encode(message, &length);

    tunnel_message_init(ret_copy, 0);
    if (!bytes)
        return FALSE;
    g_assert_cmpuint(length, <=, TUNNEL_MESSAGE_MAX);
    g_assert_true(tunnel_message_decode(ret_copy, direction_of(message->type), bytes, length));
    tunnel_message_bytes_free(bytes, length);
    return TRUE;
}

static void test_every_type(void)
{
    guint types = 0;

    for (guint type = 0; type < 256; type++) {
        g_auto(TunnelMessage) message;
        g_auto(TunnelMessage) copy;
        gsize length = 0, again_length = 0;

        tunnel_message_init(&copy, 0);
        if (!make(&message, (TunnelMessageType)type))
            continue;
        types++;
        g_assert_true(survives(&message, &copy));
        guint8 *bytes = tunnel_message_encode(&message, &length);
        guint8 *again = tunnel_message_encode(&copy, &again_length);
        g_assert_cmpmem(bytes, length, again, again_length);

        TunnelDirection wrong = direction_of(type) == TUNNEL_TO_PARENT ? TUNNEL_TO_TUNNEL
                                                                       : TUNNEL_TO_PARENT;
        g_auto(TunnelMessage) none;
        g_assert_false(tunnel_message_decode(&none, wrong, bytes, length));
        for (gsize cut = 0; cut < length; cut++) {
            g_auto(TunnelMessage) part;
            if (tunnel_message_decode(&part, direction_of(type), bytes, cut))
                g_assert_not_reached();
        }
        tunnel_message_bytes_free(bytes, length);
        tunnel_message_bytes_free(again, again_length);
    }
    g_assert_cmpuint(types, ==, 25);
}

static void test_values(void)
{
    g_auto(TunnelMessage) message;
    g_auto(TunnelMessage) copy;

    make_config(&message);
    g_assert_true(survives(&message, &copy));
    g_assert_cmpstr(copy.config.host_name, ==, "laptop");
    g_assert_cmpstr(copy.config.user, ==, "CORP\\ann");
    g_assert_true(secret_equal(copy.config.password, message.config.password));
    g_assert_true(secret_equal(copy.config.l2tp_secret, message.config.l2tp_secret));
    g_assert_cmpuint(copy.config.methods, ==, message.config.methods);
    g_assert_cmpuint(copy.config.mtu, ==, 1400);
    g_assert_cmpuint(copy.config.mru, ==, 0);
    g_assert_true(copy.config.hide_avps && copy.config.acfc && copy.config.ipv4 && copy.config.dns);
    g_assert_false(copy.config.pfc || copy.config.ipv6 || copy.config.nbns ||
                   copy.config.sequencing);
    g_assert_cmpuint(copy.config.echo_interval, ==, 5 * USEC_PER_SEC);
    g_assert_cmpuint(copy.config.echo_failures, ==, 3);
}

static void test_ipv6_peer(void)
{
    g_auto(TunnelMessage) message;
    g_auto(TunnelMessage) copy;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&message.peer;

    tunnel_message_init(&message, TUNNEL_SOCKET);
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(1701);
    in6->sin6_scope_id = 3;
    g_assert_cmpint(inet_pton(AF_INET6, "fe80::1", &in6->sin6_addr), ==, 1);
    g_assert_true(survives(&message, &copy));
    g_assert_cmpmem(&copy.peer, sizeof *in6, in6, sizeof *in6);
}

/* Each line spoils one value of a valid message. */
#define REFUSED(type, ...)                               \
    do {                                                 \
        g_auto(TunnelMessage) m;                         \
        gsize n;                                         \
        g_assert_true(make(&m, type));                   \
        __VA_ARGS__;                                     \
        g_assert_null(tunnel_message_encode(&m, &n));    \
    } while (0)

static void test_ranges(void)
{
    g_autofree char *long_text = g_strnfill(TUNNEL_TEXT_MAX + 1, 'x');
    g_autofree char *long_secret = g_strnfill(TUNNEL_SECRET_MAX + 1, 'x');

    REFUSED(TUNNEL_CONFIGURE, m.config.methods = 0);
    REFUSED(TUNNEL_CONFIGURE, m.config.methods = 1 << 8);
    REFUSED(TUNNEL_CONFIGURE, m.config.mtu = 67);
    REFUSED(TUNNEL_CONFIGURE, m.config.ipv4 = FALSE);
    REFUSED(TUNNEL_CONFIGURE, m.config.host_name[0] = '\0');
    REFUSED(TUNNEL_CONFIGURE, g_clear_pointer(&m.config.l2tp_secret, secret_free));
    REFUSED(TUNNEL_CONFIGURE, m.config.echo_interval = G_MAXUINT64);
    REFUSED(TUNNEL_SOCKET, ((struct sockaddr_in *)&m.peer)->sin_port = 0);
    REFUSED(TUNNEL_PEER, m.peer.ss_family = AF_UNIX);
    REFUSED(TUNNEL_START, m.rtt = USEC_NEVER);
    REFUSED(TUNNEL_USER_PATH, m.offloads = 1 << 30);
    REFUSED(TUNNEL_SECRET, m.secret_kind = 2);
    REFUSED(TUNNEL_SECRET, secret_free(m.secret);
            m.secret = secret_new(long_secret, TUNNEL_SECRET_MAX + 1));
    REFUSED(TUNNEL_STAGE, m.stage = STAGE_IPSEC);
    REFUSED(TUNNEL_STAGE, m.stage = STAGE_COUNT);
    REFUSED(TUNNEL_STAGE, m.text[0] = '\n');
    REFUSED(TUNNEL_DATA_PATH_WANTED, m.data_path.session.peer_session_id = 0);
    REFUSED(TUNNEL_DATA_PATH_WANTED, m.data_path.mtu = m.data_path.path_mtu + 1);
    REFUSED(TUNNEL_DATA_PATH_WANTED, m.data_path.mtu = 0);
    REFUSED(TUNNEL_MTU, m.mtu = 0);
    REFUSED(TUNNEL_OPTIONS, m.options.peer_mru = 1);
    REFUSED(TUNNEL_NETWORK_UP, m.network.address = inet_addr("224.0.0.1"));
    REFUSED(TUNNEL_NETWORK_UP, m.network.address = inet_addr("127.0.0.1"));
    REFUSED(TUNNEL_NETWORK_UP, m.network.dns[1] = inet_addr("127.0.0.53"));
    REFUSED(TUNNEL_NETWORK_UP, m.network.address = 0; m.network.ipv6 = FALSE);
    REFUSED(TUNNEL_NETWORK_UP, m.network.interface_id = 0);
    REFUSED(TUNNEL_IPV6_SETTINGS, m.settings->address[0] = 0xff);
    REFUSED(TUNNEL_IPV6_SETTINGS, memset(m.settings->address, 0, 16));
    REFUSED(TUNNEL_IPV6_SETTINGS, inet_pton(AF_INET6, "::1", m.settings->dns[1]));
    REFUSED(TUNNEL_IPV6_SETTINGS, inet_pton(AF_INET6, "fe80::1", m.settings->dns[0]));
    REFUSED(TUNNEL_IPV6_SETTINGS, m.settings->search[1][1] = '\n');
    REFUSED(TUNNEL_IPV6_SETTINGS, m.settings->search[1][0] = '\0');
    REFUSED(TUNNEL_IPV6_SETTINGS, memset(m.settings->search[0], 'a', sizeof m.settings->search[0]));
    REFUSED(TUNNEL_IPV6_SETTINGS, m.settings->n_dns = DHCP6_DNS_MAX + 1);
    REFUSED(TUNNEL_IPV6_SETTINGS, m.settings->n_search = DHCP6_SEARCH_MAX + 1);
    REFUSED(TUNNEL_IPV6_SETTINGS, g_clear_pointer(&m.settings, g_free));
    REFUSED(TUNNEL_SECRET_WANTED, m.failure->stage = STAGE_PREPARE);
    REFUSED(TUNNEL_LOG, m.text[0] = 0x1b);
    REFUSED(TUNNEL_LOG, g_free(m.text); m.text = g_strdup(long_text));
    REFUSED(TUNNEL_REDIRECTED, g_clear_pointer(&m.text, g_free));
    REFUSED(TUNNEL_FAILED, m.failure->code = FAILURE_CODE_COUNT);
    REFUSED(TUNNEL_FAILED, m.failure->stage = STAGE_IPSEC);
}

/* What the encoder refuses may still be put on the wire by somebody else. */
static void test_hostile(void)
{
    static const char *const hostile[] = {
        "(byte 0x40, <'text'>)",              /* READY with a body of another form */
        "(byte 0x41, <(byte 0x02, @ms nothing)>)",  /* a stage that is not the tunnel's */
        "(byte 0x41, <(byte 0xff, @ms nothing)>)",
        "(byte 0x43, <(uint16 0, uint16 1, uint16 1, uint16 1, false, uint16 1400, uint16 1300)>)",
        "(byte 0x47, <(byte 0x00, @m(yqms) just (byte 0xff, 0xffff, nothing))>)",
        "(byte 0x47, <(byte 0x07, @m(yqms) nothing)>)",
        "(byte 0x4a, <(byte 0x03, uint16 9999, @ms nothing)>)",
        "(byte 0x4a, <(byte 0x03, uint16 1, @ms '\\u001b[2J')>)",
        "(byte 0x49, <('line\\nforged line',)>)",
        "(byte 0x4e, <([byte 0xfe, 0x80], @aay [], @as [])>)", /* half an address */
        "(byte 0x4e, <(@ay [], [[byte 1]], @as [])>)",
        "(byte 0x4e, <(@ay [], @aay [], ['corp;reboot'])>)",
        /* one more than may be */
        ("(byte 0x4e, <(@ay [], @aay [], ['a','b','c','d','e','f','g','h','i','j','k','l','m','n',"
         "'o','p','q'])>)"),
        "(byte 0xff, <()>)",
        "(byte 0x4d, <@() ()>)",
    };

    for (guint i = 0; i < G_N_ELEMENTS(hostile); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) variant =
            g_variant_parse(G_VARIANT_TYPE("(yv)"), hostile[i], NULL, NULL, &error);
        g_auto(TunnelMessage) message;

        g_assert_no_error(error);
        gboolean ok = tunnel_message_decode(&message, TUNNEL_TO_PARENT, g_variant_get_data(variant),
                                            g_variant_get_size(variant));
        if (ok)
            g_error("let in: %s", hostile[i]);
    }
}

static void pair(int fds[2])
{
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), ==, 0);
}

static void test_descriptors(void)
{
    g_auto(TunnelMessage) sent;
    g_auto(TunnelMessage) received;
    int ends[2], pipe_ends[2];
    char byte = 'x';

    pair(ends);
    g_assert_cmpint(pipe(pipe_ends), ==, 0);
    make(&sent, TUNNEL_KERNEL_PATH);
    sent.fds[0] = pipe_ends[0];
    sent.fds[1] = pipe_ends[1];
    g_assert_cmpint(tunnel_message_send(ends[0], &sent), ==, TUNNEL_IO_DONE);
    g_assert_cmpint(tunnel_message_receive(ends[1], TUNNEL_TO_TUNNEL, &received), ==,
                    TUNNEL_IO_DONE);
    g_assert_cmpint(received.fds[0], !=, sent.fds[0]);
    g_assert_cmpint(fcntl(received.fds[0], F_GETFD) & FD_CLOEXEC, !=, 0);
    g_assert_cmpint(write(received.fds[1], &byte, 1), ==, 1);
    g_assert_cmpint(read(pipe_ends[0], &byte, 1), ==, 1);
    close(ends[0]);
    tunnel_message_clear(&received);
    g_assert_cmpint(tunnel_message_receive(ends[1], TUNNEL_TO_TUNNEL, &received), ==,
                    TUNNEL_IO_CLOSED);
    close(ends[1]);
}

/* A tunnel sends descriptors to its parent, who must neither keep them nor take the message
 * for a good one; and a message to the tunnel lacks the descriptor that belongs to it. */
static void test_wrong_descriptors(void)
{
    g_auto(TunnelMessage) message;
    g_auto(TunnelMessage) received;
    gsize length;
    int ends[2];

    pair(ends);
    make(&message, TUNNEL_READY);
    guint8 *bytes = tunnel_message_encode(&message, &length);
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = { 0 };
    struct iovec part = { bytes, length };
    struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
                             .msg_controllen = sizeof control };
    struct cmsghdr *c = CMSG_FIRSTHDR(&header);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &ends[0], sizeof(int));
    g_assert_cmpint(sendmsg(ends[0], &header, 0), ==, (gssize)length);
    g_assert_cmpint(tunnel_message_receive(ends[1], TUNNEL_TO_PARENT, &received), ==,
                    TUNNEL_IO_INVALID);
    tunnel_message_bytes_free(bytes, length);

    make(&message, TUNNEL_SOCKET);
    bytes = tunnel_message_encode(&message, &length);
    g_assert_cmpint(send(ends[0], bytes, length, 0), ==, (gssize)length);
    g_assert_cmpint(tunnel_message_receive(ends[1], TUNNEL_TO_TUNNEL, &received), ==,
                    TUNNEL_IO_INVALID);
    tunnel_message_bytes_free(bytes, length);
    close(ends[0]);
    close(ends[1]);
}

static void test_too_long(void)
{
    g_auto(TunnelMessage) received;
    g_autofree guint8 *bytes = g_malloc0(TUNNEL_MESSAGE_MAX + 1);
    int ends[2];

    pair(ends);
    g_assert_cmpint(send(ends[0], bytes, TUNNEL_MESSAGE_MAX + 1, 0), ==, TUNNEL_MESSAGE_MAX + 1);
    g_assert_cmpint(tunnel_message_receive(ends[1], TUNNEL_TO_PARENT, &received), ==,
                    TUNNEL_IO_INVALID);
    g_assert_cmpint(tunnel_message_receive(ends[1], TUNNEL_TO_PARENT, &received), ==,
                    TUNNEL_IO_AGAIN);
    close(ends[0]);
    close(ends[1]);
}

/* With a folder as argument: leaves a message of every type there, for the fuzz corpus. */
static int write_corpus(const char *folder)
{
    for (guint type = 0; type < 256; type++) {
        g_auto(TunnelMessage) message;
        gsize length;

        if (!make(&message, (TunnelMessageType)type))
            continue;
        guint8 *bytes = tunnel_message_encode(&message, &length);
        g_autofree char *path = g_strdup_printf("%s/type-%u", folder, type);
        g_file_set_contents(path, (const char *)bytes, (gssize)length, NULL);
        tunnel_message_bytes_free(bytes, length);
    }
    return 0;
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc > 1)
        return write_corpus(argv[1]);
    g_test_add_func("/tunnel/protocol/every-type", test_every_type);
    g_test_add_func("/tunnel/protocol/values", test_values);
    g_test_add_func("/tunnel/protocol/ipv6-peer", test_ipv6_peer);
    g_test_add_func("/tunnel/protocol/ranges", test_ranges);
    g_test_add_func("/tunnel/protocol/hostile", test_hostile);
    g_test_add_func("/tunnel/protocol/descriptors", test_descriptors);
    g_test_add_func("/tunnel/protocol/wrong-descriptors", test_wrong_descriptors);
    g_test_add_func("/tunnel/protocol/too-long", test_too_long);
    return g_test_run();
}
