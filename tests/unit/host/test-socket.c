/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The L2TP socket on a machine of its own: nothing in clear, ports, MTU. */
#include "host/interface.h"
#include "host/l2tp_socket.h"
#include "host/xfrm.h"
#include "namespace.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/xfrm.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static L2tpSocketConfig config_example(guint32 reqid)
{
    L2tpSocketConfig config = { .reqid = reqid };
    IpAddress gateway = namespace_address(GATEWAY);
    g_autoptr(GError) error = NULL;

    gateway_path_lookup(&gateway, &config.path, &error);
    g_assert_no_error(error);
    return config;
}

static int open_socket(const L2tpSocketConfig *config, guint16 *ret_port)
{
    g_autoptr(GError) error = NULL;
    int fd = l2tp_socket_open(config, ret_port, &error);

    g_assert_no_error(error);
    g_assert_cmpint(fd, >=, 0);
    return fd;
}

static ssize_t send_to_gateway(int fd, const char *text)
{
    IpAddress gateway = namespace_address(GATEWAY);
    struct sockaddr_storage address;
    socklen_t length = ip_address_to_sockaddr(&gateway, L2TP_PORT, 0, &address);

    return sendto(fd, text, strlen(text), 0, (struct sockaddr *)&address, length);
}

/* A guarded socket sends nothing without an SA, connected or not; an unguarded one does, and
 * shows that the first one's packets would have been seen. */
static void test_out(void)
{
    L2tpSocketConfig guarded = config_example(HOST_REQID_FIRST), plain = config_example(0);
    IpAddress gateway = namespace_address(GATEWAY);
    int frames = namespace_frames("far0");
    guint16 guarded_port, plain_port, seen_port;
    int guarded_fd = open_socket(&guarded, &guarded_port);
    int plain_fd = open_socket(&plain, &plain_port);
    struct sockaddr_storage address;
    socklen_t length = ip_address_to_sockaddr(&gateway, L2TP_PORT, 0, &address);
    char first = 0;

    for (guint i = 0; i < 3; i++)
        send_to_gateway(guarded_fd, "leak");
    if (connect(guarded_fd, (struct sockaddr *)&address, length) == 0)
        g_assert_cmpint(send(guarded_fd, "leak", 4, 0), <=, 4);
    g_assert_cmpint(send_to_gateway(plain_fd, "marker"), ==, 6);
    g_assert_true(namespace_next_udp(frames, &seen_port, &first));
    g_assert_cmpuint(seen_port, ==, L2TP_PORT);
    g_assert_cmpint(first, ==, 'm');
    close(guarded_fd);
    close(plain_fd);
    close(frames);
}

/* And takes nothing in clear. */
static void test_in(void)
{
    L2tpSocketConfig guarded = config_example(HOST_REQID_FIRST), plain = config_example(0);
    int frames = namespace_frames("far0");
    guint16 guarded_port, plain_port;
    int guarded_fd = open_socket(&guarded, &guarded_port);
    int plain_fd = open_socket(&plain, &plain_port);
    struct pollfd waiting = { .fd = plain_fd, .events = POLLIN };
    char buffer[64];

    namespace_inject(frames, GATEWAY, L2TP_PORT, UP0_ADDRESS, guarded_port, "forged");
    namespace_inject(frames, GATEWAY, L2TP_PORT, UP0_ADDRESS, plain_port, "marker");
    g_assert_cmpint(poll(&waiting, 1, 10000), ==, 1);
    g_assert_cmpint(recv(plain_fd, buffer, sizeof buffer, 0), ==, 6);
    g_assert_cmpint(recv(guarded_fd, buffer, sizeof buffer, 0), ==, -1);
    g_assert_cmpint(errno, ==, EAGAIN);
    close(guarded_fd);
    close(plain_fd);
    close(frames);
}

/* The first has 1701, the next another one; who insists is told who has it. */
static void test_ports(void)
{
    L2tpSocketConfig config = config_example(0);
    g_autoptr(GError) error = NULL;
    g_autofree char *ourselves = g_strdup_printf("(process %d)", getpid());
    guint16 first, second, third;
    int first_fd = open_socket(&config, &first), second_fd = open_socket(&config, &second);
    int third_fd;

    g_assert_cmpuint(first, ==, 1701);
    g_assert_cmpuint(second, >=, 49152);
    config.choice = L2TP_PORT_FIXED;
    g_assert_cmpint(l2tp_socket_open(&config, &third, &error), ==, -1);
    g_assert_error(error, HOST_ERROR, HOST_ERROR_PORT_TAKEN);
    g_assert_nonnull(strstr(error->message, ourselves));
    close(first_fd);
    third_fd = open_socket(&config, &third);
    g_assert_cmpuint(third, ==, 1701);
    close(third_fd);
    config.port = 4701;
    third_fd = open_socket(&config, &third);
    g_assert_cmpuint(third, ==, 4701);
    close(third_fd);
    close(second_fd);
}

static void test_mtu(void)
{
    static const L2tpPortChoice choices[] = { L2TP_PORT_PREFERRED, L2TP_PORT_ANY };
    IpAddress gateway = namespace_address(GATEWAY);

    for (gsize i = 0; i < G_N_ELEMENTS(choices); i++) {
        L2tpSocketConfig config = config_example(0);
        struct sockaddr_in bound;
        socklen_t length = sizeof bound;
        guint16 port;
        guint mtu = 0;
        int fd;

        config.choice = choices[i];
        fd = open_socket(&config, &port);
        g_assert_true(l2tp_socket_mtu(fd, &gateway, L2TP_PORT, &mtu, NULL));
        g_assert_cmpuint(mtu, ==, 1500);
        /* Still open to every peer, still on its port. */
        g_assert_cmpint(getpeername(fd, (struct sockaddr *)&bound, &length), ==, -1);
        length = sizeof bound;
        g_assert_cmpint(getsockname(fd, (struct sockaddr *)&bound, &length), ==, 0);
        g_assert_cmpuint(ntohs(bound.sin_port), ==, port);
        g_assert_cmpuint(bound.sin_addr.s_addr, ==, inet_addr(UP0_ADDRESS));
        close(fd);
    }
}

static void test_dscp(void)
{
    L2tpSocketConfig config = config_example(0);
    guint16 port;
    int class = 0, fd;
    socklen_t length = sizeof class;

    config.dscp = 46; /* RFC 3246 §2.7: expedited forwarding is 101110 */
    fd = open_socket(&config, &port);
    g_assert_cmpint(getsockopt(fd, IPPROTO_IP, IP_TOS, &class, &length), ==, 0);
    g_assert_cmpint(class, ==, 0xb8);
    close(fd);
}

/* Two interfaces in one network: what comes in by the other one is ours, and what goes out leaves
 * by the one that leads to the gateway, whatever the routes say. */
static void test_one_network(void)
{
    g_autoptr(Netlink) netlink = netlink_open(NETLINK_ROUTE, NULL);
    L2tpSocketConfig config = config_example(0);
    int other = namespace_frames("far1"), frames = namespace_frames("far0");
    guint16 port, seen_port = 0;
    char buffer[64], device[IF_NAMESIZE] = "", first = 0;
    socklen_t length = sizeof device;
    struct pollfd waiting = { .events = POLLIN };

    /* Each in a network of its own: bound. */
    waiting.fd = open_socket(&config, &port);
    g_assert_false(interface_shares_network(netlink, config.path.ifindex, &config.path.source));
    g_assert_cmpint(getsockopt(waiting.fd, SOL_SOCKET, SO_BINDTODEVICE, device, &length), ==, 0);
    g_assert_cmpstr(device, ==, "up0");
    close(waiting.fd);

    namespace_set_address(TRUE, "up1", "192.0.2.3");
    g_assert_true(interface_shares_network(netlink, config.path.ifindex, &config.path.source));
    waiting.fd = open_socket(&config, &port);
    namespace_inject(other, GATEWAY, L2TP_PORT, UP0_ADDRESS, port, "answer");
    g_assert_cmpint(poll(&waiting, 1, 10000), ==, 1);
    g_assert_cmpint(recv(waiting.fd, buffer, sizeof buffer, 0), ==, 6);
    g_assert_cmpint(namespace_route(TRUE, "0.0.0.0/0", UP1_ROUTER, "up1", 10), ==, 0);
    g_assert_cmpint(send_to_gateway(waiting.fd, "request"), ==, 7);
    g_assert_true(namespace_next_udp(frames, &seen_port, &first));
    g_assert_cmpint(first, ==, 'r');
    g_assert_cmpint(namespace_route(FALSE, "0.0.0.0/0", UP1_ROUTER, "up1", 10), ==, 0);
    namespace_set_address(FALSE, "up1", "192.0.2.3");
    close(waiting.fd);
    close(other);
    close(frames);
}

static void test_path(void)
{
    IpAddress gateway = namespace_address(GATEWAY), neighbour = namespace_address("203.0.113.9");
    GatewayPath path;
    g_autoptr(GError) error = NULL;

    g_assert_true(gateway_path_lookup(&gateway, &path, NULL));
    g_assert_cmpstr(path.interface, ==, "up0");
    g_assert_cmpuint(path.mtu, ==, 1500);
    g_assert_cmpint(path.next_hop.family, ==, AF_INET);
    g_assert_true(gateway_path_lookup(&neighbour, &path, NULL));
    g_assert_cmpstr(path.interface, ==, "up1");
    g_assert_cmpint(path.next_hop.family, ==, 0);
    g_assert_cmpint(namespace_route(FALSE, "0.0.0.0/0", UP0_ROUTER, "up0", 100), ==, 0);
    g_assert_false(gateway_path_lookup(&gateway, &path, &error));
    g_assert_error(error, HOST_ERROR, HOST_ERROR_UNREACHABLE);
    g_clear_error(&error);
    g_assert_false(gateway_path_lookup_below(&gateway, 0, &path, &error));
    g_assert_error(error, HOST_ERROR, HOST_ERROR_UNREACHABLE);
    g_assert_cmpint(namespace_route(TRUE, "0.0.0.0/0", UP0_ROUTER, "up0", 100), ==, 0);
}

static void add_policy(guint32 reqid, guint16 port)
{
    char buffer[1024] __attribute__((aligned(NLMSG_ALIGNTO)));
    g_autoptr(Netlink) netlink = netlink_open(NETLINK_XFRM, NULL);
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct xfrm_userpolicy_info *info = mnl_nlmsg_put_extra_header(message, sizeof *info);
    struct xfrm_user_tmpl tmpl = { .id.proto = IPPROTO_ESP, .family = AF_INET, .reqid = reqid,
                                   .aalgos = ~0u, .ealgos = ~0u, .calgos = ~0u };

    message->nlmsg_type = XFRM_MSG_NEWPOLICY;
    message->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
    info->sel.family = AF_INET;
    info->sel.proto = IPPROTO_UDP;
    info->sel.sport = htons(port);
    info->sel.sport_mask = 0xffff;
    info->dir = XFRM_POLICY_OUT;
    info->lft.hard_byte_limit = info->lft.soft_byte_limit = XFRM_INF;
    info->lft.hard_packet_limit = info->lft.soft_packet_limit = XFRM_INF;
    mnl_attr_put(message, XFRMA_TMPL, sizeof tmpl, &tmpl);
    g_assert_cmpint(netlink_talk(netlink, message, NULL, NULL), ==, 0);
}

/* What charon left with our reqids goes; a neighbour's policies and our sockets' own stay. */
static void test_xfrm(void)
{
    L2tpSocketConfig guarded = config_example(HOST_REQID_FIRST);
    guint16 port;
    int fd = open_socket(&guarded, &port);
    g_autoptr(GError) error = NULL;

    add_policy(HOST_REQID_FIRST, 5001);
    add_policy(HOST_REQID_LAST, 5002);
    add_policy(HOST_REQID_FIRST - 1, 5003);
    add_policy(HOST_REQID_LAST + 1, 5004);
    add_policy(0, 5005);
    g_assert_cmpint(xfrm_count(0, G_MAXUINT32, NULL), ==, 5);
    g_assert_cmpint(xfrm_count(HOST_REQID_FIRST, HOST_REQID_LAST, NULL), ==, 2);
    g_assert_true(xfrm_flush(HOST_REQID_FIRST, HOST_REQID_LAST, &error));
    g_assert_no_error(error);
    g_assert_cmpint(xfrm_count(HOST_REQID_FIRST, HOST_REQID_LAST, NULL), ==, 0);
    g_assert_cmpint(xfrm_count(0, G_MAXUINT32, NULL), ==, 3);
    g_assert_true(xfrm_flush(0, G_MAXUINT32, NULL));
    close(fd);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    namespace_enter();
    g_test_add_func("/host/socket/out", test_out);
    g_test_add_func("/host/socket/in", test_in);
    g_test_add_func("/host/socket/ports", test_ports);
    g_test_add_func("/host/socket/mtu", test_mtu);
    g_test_add_func("/host/socket/dscp", test_dscp);
    g_test_add_func("/host/socket/one-network", test_one_network);
    g_test_add_func("/host/socket/path", test_path);
    g_test_add_func("/host/socket/xfrm", test_xfrm);
    return g_test_run();
}
