/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What needs a kernel with PPP, L2TP and ESP: the kernel path against itself over the loopback
 * device, and the guarded socket with an SA.  Runs under User-Mode Linux (in-uml). */
#include "host/l2tp_socket.h"
#include "host/link.h"
#include "host/xfrm.h"
#include "namespace.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/xfrm.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static char *run_folder;

/* One end of a tunnel. */
typedef struct {
    int udp_fd;
    HostChannel *channel;
    HostLink *link;
} End;

static void wait_readable(int fd)
{
    struct pollfd waiting = { .fd = fd, .events = POLLIN };

    g_assert_cmpint(poll(&waiting, 1, 10000), ==, 1);
}

static int udp_open(const char *local, guint16 port)
{
    L2tpSocketConfig config = { .choice = L2TP_PORT_FIXED, .port = port };
    IpAddress address = namespace_address(local);
    g_autoptr(GError) error = NULL;
    guint16 bound;
    int fd;

    gateway_path_lookup(&address, &config.path, &error);
    g_assert_no_error(error);
    fd = l2tp_socket_open(&config, &bound, &error);
    g_assert_no_error(error);
    return fd;
}

static void end_connect(End *end, const char *local, guint16 port, guint16 peer_port, guint16 id,
                        guint16 peer_id, gboolean sequencing)
{
    HostChannelSession session = { .tunnel_id = id, .peer_tunnel_id = peer_id,
                                   .session_id = (guint16)(id + 100),
                                   .peer_session_id = (guint16)(peer_id + 100),
                                   .sequencing = sequencing };
    IpAddress address = namespace_address(local);
    struct sockaddr_storage peer;
    socklen_t length = ip_address_to_sockaddr(&address, peer_port, 0, &peer);
    g_autoptr(GError) error = NULL;

    end->udp_fd = udp_open(local, port);
    end->channel = host_channel_new(end->udp_fd, (struct sockaddr *)&peer, length, &session, &error);
    g_assert_no_error(error);
}

static void end_disconnect(End *end)
{
    g_clear_pointer(&end->channel, host_channel_free);
    close(end->udp_fd);
}

static void end_attach(End *end)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(host_link_attach(end->link, end->channel, &error));
    g_assert_no_error(error);
    g_assert_true(host_link_configure_ppp(end->link, 1400, TRUE, FALSE, &error));
    g_assert_no_error(error);
}

/* A frame written at one end comes out at the other, on the same kind of descriptor. */
static void assert_frame(int from, int to, const guint8 *frame, gsize length)
{
    guint8 received[256];

    g_assert_cmpint(write(from, frame, length), ==, (ssize_t)length);
    wait_readable(to);
    g_assert_cmpint(read(to, received, sizeof received), ==, (ssize_t)length);
    g_assert_cmpmem(received, length, frame, length);
}

static void assert_frames(const End *a, const End *b)
{
    static const guint8 lcp[] = { 0xc0, 0x21, 9, 1, 0, 8, 1, 2, 3, 4 };
    static const guint8 ipcp[] = { 0x80, 0x21, 1, 1, 0, 10, 3, 6, 10, 77, 0, 10 };

    assert_frame(host_channel_fd(a->channel), host_channel_fd(b->channel), lcp, sizeof lcp);
    assert_frame(host_link_fd(a->link), host_link_fd(b->link), ipcp, sizeof ipcp);
}

/* An IPv4 packet goes into one interface and comes out of the other. */
static void assert_packet(const End *a, const End *b)
{
    static const guint8 packet[] = { 0x45, 0, 0, 24, 0, 0, 0, 0, 64, 253, 0, 0,
                                     10, 77, 0, 1, 10, 77, 0, 2, 'p', 'i', 'n', 'g' };
    struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP),
                                   .sll_ifindex = host_link_ifindex(a->link) };
    int in = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int out = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    HostStatistics sent, received;
    guint8 got[256];

    namespace_link(host_link_name(a->link), TRUE);
    namespace_link(host_link_name(b->link), TRUE);
    address.sll_ifindex = host_link_ifindex(b->link);
    g_assert_cmpint(bind(out, (struct sockaddr *)&address, sizeof address), ==, 0);
    address.sll_ifindex = host_link_ifindex(a->link);
    g_assert_cmpint(sendto(in, packet, sizeof packet, 0, (struct sockaddr *)&address,
                           sizeof address), ==, sizeof packet);
    wait_readable(out);
    g_assert_cmpint(recv(out, got, sizeof got, 0), ==, sizeof packet);
    g_assert_cmpmem(got, sizeof packet, packet, sizeof packet);
    g_assert_true(host_link_statistics(a->link, &sent, NULL));
    g_assert_true(host_link_statistics(b->link, &received, NULL));
    g_assert_cmpuint(sent.tx_packets, >=, 1);
    g_assert_cmpuint(received.rx_packets, >=, 1);
    close(in);
    close(out);
}

static void run_path(const char *local, gboolean sequencing)
{
    g_autoptr(Host) host = host_new(run_folder, NULL);
    End a = { 0 }, b = { 0 };
    int first;

    g_assert_nonnull(host);
    a.link = host_link_new(host, HOST_LINK_PPP, NULL);
    b.link = host_link_new(host, HOST_LINK_PPP, NULL);
    g_assert_nonnull(a.link);
    g_assert_nonnull(b.link);
    g_assert_cmpstr(host_link_name(a.link), ==, "causeway0");
    g_assert_cmpstr(host_link_name(b.link), ==, "causeway1");
    first = host_link_ifindex(a.link);
    /* Twice: after a reconnect the interfaces are the same, the tunnels are others. */
    for (guint16 round = 1; round <= 2; round++) {
        end_connect(&a, local, 1701, 4701, (guint16)(10 * round), (guint16)(10 * round + 1),
                    sequencing);
        end_connect(&b, local, 4701, 1701, (guint16)(10 * round + 1), (guint16)(10 * round),
                    sequencing);
        end_attach(&a);
        end_attach(&b);
        assert_frames(&a, &b);
        assert_frames(&b, &a);
        assert_packet(&a, &b);
        end_disconnect(&a);
        end_disconnect(&b);
        g_assert_cmpint((int)if_nametoindex("causeway0"), ==, first);
    }
    host_link_free(a.link);
    host_link_free(b.link);
    g_assert_cmpuint(if_nametoindex("causeway0"), ==, 0);
}

static void test_available(void)
{
    g_assert_true(host_kernel_path_available());
}

static void test_ipv4(void)
{
    run_path("127.0.0.1", FALSE);
}

static void test_ipv6(void)
{
    run_path("::1", FALSE);
}

static void test_sequencing(void)
{
    run_path("127.0.0.1", TRUE);
}

/* Control messages and data of sessions that the kernel doesn't know stay with the UDP socket. */
static void test_control(void)
{
    static const guint8 control[] = { 0xc8, 2, 0, 12, 0, 10, 0, 0, 0, 1, 0, 1 };
    static const guint8 unknown[] = { 0x00, 2, 0, 10, 0x7f, 0xff, 0xff, 3, 0xc0, 0x21 };
    End a = { 0 }, b = { 0 };
    guint8 received[64];

    end_connect(&a, "127.0.0.1", 1701, 4701, 10, 11, FALSE);
    end_connect(&b, "127.0.0.1", 4701, 1701, 11, 10, FALSE);
    g_assert_cmpint(send(b.udp_fd, control, sizeof control, 0), ==, sizeof control);
    wait_readable(a.udp_fd);
    g_assert_cmpint(recv(a.udp_fd, received, sizeof received, 0), ==, sizeof control);
    g_assert_cmpmem(received, sizeof control, control, sizeof control);
    g_assert_cmpint(send(b.udp_fd, unknown, sizeof unknown, 0), ==, sizeof unknown);
    wait_readable(a.udp_fd);
    g_assert_cmpint(recv(a.udp_fd, received, sizeof received, 0), ==, sizeof unknown);
    end_disconnect(&a);
    end_disconnect(&b);
}

static void add_state(guint32 reqid, guint32 spi)
{
    const struct xfrm_algo aes = { .alg_name = "cbc(aes)", .alg_key_len = 256 };
    const struct xfrm_algo sha1 = { .alg_name = "hmac(sha1)", .alg_key_len = 160 };
    guint8 cipher[sizeof aes + 32] = { 0 }, hash[sizeof sha1 + 20] = { 0 }; /* keys of zeros */
    char buffer[2048] __attribute__((aligned(NLMSG_ALIGNTO)));
    g_autoptr(Netlink) netlink = netlink_open(NETLINK_XFRM, NULL);
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct xfrm_usersa_info *info = mnl_nlmsg_put_extra_header(message, sizeof *info);

    message->nlmsg_type = XFRM_MSG_NEWSA;
    message->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
    info->family = AF_INET;
    info->id.proto = IPPROTO_ESP;
    info->id.spi = htonl(spi);
    info->id.daddr.a4 = inet_addr(GATEWAY);
    info->saddr.a4 = inet_addr(UP0_ADDRESS);
    info->mode = XFRM_MODE_TRANSPORT;
    info->reqid = reqid;
    info->lft.hard_byte_limit = info->lft.soft_byte_limit = XFRM_INF;
    info->lft.hard_packet_limit = info->lft.soft_packet_limit = XFRM_INF;
    memcpy(cipher, &aes, sizeof aes);
    memcpy(hash, &sha1, sizeof sha1);
    mnl_attr_put(message, XFRMA_ALG_CRYPT, sizeof cipher, cipher);
    mnl_attr_put(message, XFRMA_ALG_AUTH, sizeof hash, hash);
    g_assert_cmpint(netlink_talk(netlink, message, NULL, NULL), ==, 0);
}

/* With the SA that the socket's policy names, packets leave as ESP, and the MTU is the path's
 * less what ESP takes: 20 + 8 + 16 + align16(1438 + 2) + 12 = 1496, one more block would not
 * fit.  An SA with another reqid is not good enough. */
static void test_esp(void)
{
    L2tpSocketConfig config = { .reqid = HOST_REQID_FIRST + 7 };
    IpAddress gateway = namespace_address(GATEWAY);
    int frames = namespace_frames("far0"), fd;
    struct sockaddr_storage peer;
    socklen_t length = ip_address_to_sockaddr(&gateway, L2TP_PORT, 0, &peer);
    guint16 port;
    guint mtu = 0;
    char first;

    g_assert_true(gateway_path_lookup(&gateway, &config.path, NULL));
    fd = l2tp_socket_open(&config, &port, NULL);
    add_state(HOST_REQID_FIRST - 1, 0x1001);
    g_assert_cmpint(sendto(fd, "leak", 4, 0, (struct sockaddr *)&peer, length), ==, -1);
    add_state(config.reqid, 0x1002);
    g_assert_cmpint(sendto(fd, "safe", 4, 0, (struct sockaddr *)&peer, length), ==, 4);
    g_assert_false(namespace_next_udp(frames, &port, &first)); /* the first to come is not UDP */
    g_assert_true(l2tp_socket_mtu(fd, &gateway, L2TP_PORT, &mtu, NULL));
    g_assert_cmpuint(mtu, ==, 1458);
    g_assert_cmpint(xfrm_count(HOST_REQID_FIRST, HOST_REQID_LAST, NULL), ==, 1);
    g_assert_true(xfrm_flush(HOST_REQID_FIRST, HOST_REQID_LAST, NULL));
    g_assert_cmpint(xfrm_count(HOST_REQID_FIRST, HOST_REQID_LAST, NULL), ==, 0);
    g_assert_cmpint(xfrm_count(0, G_MAXUINT32, NULL), ==, 1); /* the neighbour's stays */
    g_assert_cmpint(sendto(fd, "leak", 4, 0, (struct sockaddr *)&peer, length), ==, -1);
    close(fd);
    close(frames);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    run_folder = g_dir_make_tmp("causeway-run-XXXXXX", NULL);
    namespace_enter();
    g_test_add_func("/host/kernel-path/available", test_available);
    g_test_add_func("/host/kernel-path/ipv4", test_ipv4);
    g_test_add_func("/host/kernel-path/ipv6", test_ipv6);
    g_test_add_func("/host/kernel-path/sequencing", test_sequencing);
    g_test_add_func("/host/kernel-path/control", test_control);
    g_test_add_func("/host/kernel-path/esp", test_esp);
    return namespace_run_tests(run_folder);
}
