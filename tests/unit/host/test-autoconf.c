/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a tunnel process is given to learn IPv6 settings from: everything that a router says on
 * its interface, and nothing else of the machine. */
#include "host/autoconf.h"
#include "host/interface.h"
#include "host/network.h"
#include "namespace.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/rtnetlink.h>
#include <linux/virtio_net.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static char *run_folder;

typedef struct {
    Host *host;
    HostLink *link;
    HostNetwork *network;
    gboolean done;
} World;

static void applied(GObject *source, GAsyncResult *result, gpointer user_data)
{
    World *world = user_data;
    g_autoptr(GError) error = NULL;

    host_network_apply_finish(world->network, result, &error);
    g_assert_no_error(error);
    world->done = TRUE;
}

static void undone(GObject *source, GAsyncResult *result, gpointer user_data)
{
    World *world = user_data;

    host_network_undo_finish(world->network, result);
    world->done = TRUE;
}

/* `global`: by DHCPv6, or NULL. */
static void apply(World *world, const char *address, const char *global)
{
    PlanSettings settings = { .ipv4 = TRUE, .ipv6 = TRUE, .ipv4_default_route = TRUE,
                              .ipv6_default_route = TRUE };
    PlanNegotiated negotiated = { .address = inet_addr(address),
                                  .peer_address = inet_addr("10.77.0.1"), .mtu = 1420,
                                  .ipv6 = TRUE, .interface_id = 0x0900000000000002 };
    IpAddress gateway = namespace_address(GATEWAY);
    GatewayPath path;
    g_autoptr(GError) error = NULL;

    if (global)
        negotiated.ipv6_global = namespace_address(global);
    g_assert_true(gateway_path_lookup_below(&gateway, host_link_ifindex(world->link), &path,
                                            &error));
    g_autoptr(NetworkPlan) plan =
        network_plan_new(host_link_name(world->link), &settings, &negotiated, &path, &error);
    g_assert_no_error(error);
    world->done = FALSE;
    host_network_apply(world->network, plan, NULL, applied, world);
    namespace_wait(&world->done);
}

static void world_open(World *world)
{
    g_autoptr(GError) error = NULL;

    world->host = host_new(run_folder, &error);
    g_assert_no_error(error);
    world->link = host_link_new(world->host, HOST_LINK_TUN, &error);
    g_assert_no_error(error);
    world->network = host_network_new(world->host, world->link);
}

static void world_close(World *world)
{
    world->done = FALSE;
    host_network_undo(world->network, undone, world);
    namespace_wait(&world->done);
    host_network_free(world->network);
    host_link_free(world->link);
    host_free(world->host);
}

/* An IPv6 packet out of the tunnel, from fe80::1, with its upper layer's checksum at `at`. */
static void inject(HostLink *link, const char *destination, guint8 protocol, guint8 *upper,
                   guint16 length, gsize at)
{
    guint8 packet[10 + 40 + 256] = { 0 };
    guint8 *ip = packet + sizeof(struct virtio_net_hdr);
    guint32 sum = (guint32)length + protocol;

    g_assert_cmpuint(length, <=, 256);
    ip[0] = 0x60;
    ip[5] = (guint8)length;
    ip[6] = protocol;
    ip[7] = 255;
    inet_pton(AF_INET6, "fe80::1", ip + 8);
    inet_pton(AF_INET6, destination, ip + 24);
    memcpy(ip + 40, upper, length);
    for (gsize i = 8; i < 40u + length; i += 2)
        sum += (guint32)(ip[i] << 8 | (i + 1 < 40u + length ? ip[i + 1] : 0));
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    ip[40 + at] = (guint8)(~sum >> 8);
    ip[41 + at] = (guint8)~sum;
    gsize size = sizeof(struct virtio_net_hdr) + 40 + length;
    g_assert_cmpint(write(host_link_fd(link), packet, size), ==, (gssize)size);
}

/* RFC 4861 §4.2 with the flags given, RFC 8106 §5.1 with one server. */
static void advertise(HostLink *link, guint8 flags)
{
    guint8 packet[] = { 134, 0, 0, 0, 64, flags, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0,
                        25, 3, 0, 0, 0, 0, 2, 0x58,
                        0x20, 1, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2 };

    inject(link, "ff02::1", IPPROTO_ICMPV6, packet, sizeof packet, 2);
}

/* The next message's type, 0 when none comes soon; its bytes in `data`. */
static guint16 next_message(int fd, guint8 *data, gsize size, int msec)
{
    struct pollfd waiting = { fd, POLLIN, 0 };
    struct nlmsghdr header;

    if (poll(&waiting, 1, msec) != 1)
        return 0;
    gssize length = read(fd, data, size);
    g_assert_cmpint(length, >=, (gssize)sizeof header);
    memcpy(&header, data, sizeof header);
    g_assert_cmpuint(header.nlmsg_len, ==, length);
    return header.nlmsg_type;
}

static void test_router(void)
{
    World world = { 0 };
    guint8 data[4096];
    gboolean managed = TRUE, other = TRUE, flags_told = FALSE;
    g_autofree char *before = namespace_snapshot(), *after = NULL;
    g_autoptr(GError) error = NULL;

    world_open(&world);
    int fd = host_autoconf_router_socket(world.link, &error);
    g_assert_no_error(error);
    apply(&world, "10.77.0.10", NULL);
    g_assert_true(host_autoconf_flags(world.link, &managed, &other));
    g_assert_false(managed || other);

    advertise(world.link, 0x40); /* O */
    for (guint options = 0; options == 0;) {
        guint16 type = next_message(fd, data, sizeof data, 5000);
        g_assert_cmpuint(type, !=, 0);
        if (type == RTM_NEWLINK)
            flags_told = TRUE;
        if (type != RTM_NEWNDUSEROPT)
            continue;
        const struct nduseroptmsg *message = (gconstpointer)(data + NLMSG_HDRLEN);
        options++;
        g_assert_cmpuint(message->nduseropt_opts_len, ==, 24);
        g_assert_cmpuint(((const guint8 *)(message + 1))[0], ==, 25);
    }
    while (!flags_told) {
        guint16 type = next_message(fd, data, sizeof data, 5000);
        g_assert_cmpuint(type, !=, 0);
        flags_told = type == RTM_NEWLINK;
    }
    g_assert_true(host_autoconf_flags(world.link, &managed, &other));
    g_assert_false(managed);
    g_assert_true(other);

    close(fd);
    world_close(&world);
    after = namespace_snapshot();
    namespace_assert_same(after, before);
}

/* Whoever holds the socket asks and is told nothing, changes nothing, cannot take the filter
 * off. What happens to other interfaces is not for it. */
static void test_router_bounds(void)
{
    World world = { 0 };
    g_autoptr(GError) error = NULL;
    guint8 data[4096];
    struct {
        struct nlmsghdr header;
        struct ifinfomsg info;
    } question = { 0 };
    const int on = 1;

    world_open(&world);
    apply(&world, "10.77.0.10", NULL);
    int fd = host_autoconf_router_socket(world.link, &error);
    g_assert_no_error(error);
    g_assert_cmpint(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &on, sizeof on), ==, -1);

    question.header.nlmsg_len = sizeof question;
    question.header.nlmsg_type = RTM_GETLINK;
    question.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    g_assert_cmpint(write(fd, &question, sizeof question), ==, sizeof question);
    question.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    question.info.ifi_index = host_link_ifindex(world.link);
    g_assert_cmpint(write(fd, &question, sizeof question), ==, sizeof question);
    namespace_link("up1", FALSE);
    namespace_link("up1", TRUE);
    interface_set_option("ipv6", "up1", "accept_ra", 1);
    /* The kernel has answered before write() has returned: what is let in would be there. */
    g_assert_cmpuint(next_message(fd, data, sizeof data, 0), ==, 0);

    close(fd);
    world_close(&world);
}

static void test_dhcp6_port(void)
{
    World world = { 0 };
    g_autoptr(GError) error = NULL;
    IpAddress own = ip_address_link_local(0x0900000000000002);
    guint8 datagram[] = { 547 >> 8, 547 & 0xff, 546 >> 8, 546 & 0xff, 0, 12, 0, 0, 7, 1, 2, 3 };
    guint8 data[64];

    world_open(&world);
    apply(&world, "10.77.0.10", NULL);
    int fd = host_autoconf_dhcp6_socket(world.link, &own, &error);
    g_assert_no_error(error);
    /* The kernel makes a new address its own in a work queue of its own: what comes before that
     * is lost, and said again as a server would. */
    struct pollfd waiting = { fd, POLLIN, 0 };
    int ready = 0;
    for (guint tries = 0; tries < 50 && ready == 0; tries++) {
        inject(world.link, "fe80::200:0:0:9", IPPROTO_UDP, datagram, sizeof datagram, 6);
        ready = poll(&waiting, 1, 100);
    }
    g_assert_cmpint(ready, ==, 1);
    g_assert_cmpmem(data, read(fd, data, sizeof data), datagram + 8, 4);
    close(fd);
    world_close(&world);
    /* Without the address there is no port, and no crash. */
    World other = { 0 };
    world_open(&other);
    g_assert_cmpint(host_autoconf_dhcp6_socket(other.link, &own, &error), ==, -1);
    g_assert_error(error, HOST_ERROR, HOST_ERROR_SYSTEM);
    host_network_free(other.network);
    host_link_free(other.link);
    host_free(other.host);
}

static gboolean has_line(const char *file, const char *text)
{
    g_autofree char *content = NULL;

    return g_file_get_contents(file, &content, NULL, NULL) && strstr(content, text) != NULL;
}

/* An address by DHCPv6 comes, moves and goes, and an IPv4 address moves with the same peer. */
static void test_addresses(void)
{
    World world = { 0 };
    const GArray *global;
    IpAddress address = namespace_address("10.77.0.11");

    world_open(&world);
    apply(&world, "10.77.0.10", NULL);
    g_assert_cmpuint(host_network_global_ipv6(world.network)->len, ==, 0);
    apply(&world, "10.77.0.10", "2001:db8:77::5");
    global = host_network_global_ipv6(world.network);
    g_assert_cmpuint(global->len, ==, 1);
    g_assert_cmpuint(g_array_index(global, IpAddress, 0).bytes[15], ==, 5);
    /* A host alone: 0x80 bits. */
    g_assert_true(has_line("/proc/net/if_inet6", "20010db8007700000000000000000005"));
    apply(&world, "10.77.0.10", "2001:db8:77::6");
    g_assert_false(has_line("/proc/net/if_inet6", "20010db8007700000000000000000005"));
    g_assert_true(has_line("/proc/net/if_inet6", "20010db8007700000000000000000006"));
    apply(&world, "10.77.0.11", NULL);
    g_assert_false(has_line("/proc/net/if_inet6", "20010db80077"));
    g_assert_cmpuint(host_network_global_ipv6(world.network)->len, ==, 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(Netlink) netlink = netlink_open(NETLINK_ROUTE, &error);
    g_assert_no_error(error);
    g_assert_true(interface_owns_address(netlink, &address));
    world_close(&world);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    run_folder = g_dir_make_tmp("causeway-run-XXXXXX", NULL);
    namespace_enter();
    /* The service has CAP_NET_BIND_SERVICE, this test only what namespace.h says. */
    int fd = open("/proc/sys/net/ipv4/ip_unprivileged_port_start", O_WRONLY | O_CLOEXEC);
    g_assert_cmpint(write(fd, "0", 1), ==, 1);
    close(fd);
    g_test_add_func("/host/autoconf/router", test_router);
    g_test_add_func("/host/autoconf/router-bounds", test_router_bounds);
    g_test_add_func("/host/autoconf/dhcp6-port", test_dhcp6_port);
    g_test_add_func("/host/autoconf/addresses", test_addresses);
    return namespace_run_tests(run_folder);
}
