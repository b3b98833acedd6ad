/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans applied and undone on a machine of their own: afterwards everything is as before, as the
 * kernel itself prints it. */
#include "host/network.h"
#include "host/watch.h"
#include "namespace.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *run_folder;

static Host *host_open(void)
{
    g_autoptr(GError) error = NULL;
    Host *host = host_new(run_folder, &error);

    g_assert_no_error(error);
    return host;
}

static HostLink *link_open(Host *host)
{
    g_autoptr(GError) error = NULL;
    HostLink *link = host_link_new(host, HOST_LINK_TUN, &error);

    g_assert_no_error(error);
    return link;
}

static NetworkPlan *plan_new(HostLink *link, gboolean everything, gboolean ipv6)
{
    PlanRoute route = { 0 };
    PlanSettings settings = { .ipv4 = TRUE, .ipv6 = TRUE, .ipv4_default_route = everything,
                              .ipv6_default_route = everything, .routes = &route,
                              .n_routes = 1 };
    PlanNegotiated negotiated = { .address = inet_addr("10.77.0.10"),
                                  .peer_address = inet_addr("10.77.0.1"),
                                  .dns = { inet_addr("10.77.0.53") }, .mtu = 1420,
                                  .ipv6 = ipv6, .interface_id = 0x0900000000000002 };
    IpAddress gateway = namespace_address(GATEWAY);
    GatewayPath path;
    g_autoptr(GError) error = NULL;
    NetworkPlan *plan;

    g_assert_true(ip_prefix_parse("172.20.0.0/16", &route.destination));
    g_assert_true(gateway_path_lookup(&gateway, &path, &error));
    plan = network_plan_new(host_link_name(link), &settings, &negotiated, &path, &error);
    g_assert_no_error(error);
    return plan;
}

typedef struct {
    HostNetwork *network;
    gboolean done, success;
    GError *error;
} Waiting;

static void applied(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Waiting *waiting = user_data;

    waiting->success = host_network_apply_finish(waiting->network, result, &waiting->error);
    waiting->done = TRUE;
}

static void undone(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Waiting *waiting = user_data;

    host_network_undo_finish(waiting->network, result);
    waiting->done = TRUE;
}

static void apply(HostNetwork *network, const NetworkPlan *plan)
{
    Waiting waiting = { .network = network };

    host_network_apply(network, plan, NULL, applied, &waiting);
    namespace_wait(&waiting.done);
    g_assert_no_error(waiting.error);
    g_assert_true(waiting.success);
}

static void undo(HostNetwork *network)
{
    Waiting waiting = { .network = network };

    host_network_undo(network, undone, &waiting);
    namespace_wait(&waiting.done);
}

/* "INTERFACE ROUTER" of what the kernel would do with a packet now. */
static void assert_way(const char *destination, const char *interface, const char *router)
{
    IpAddress address = namespace_address(destination);
    GatewayPath path;
    g_autoptr(GError) error = NULL;
    g_autofree char *next_hop = NULL;

    if (interface == NULL) {
        g_assert_false(gateway_path_lookup(&address, &path, &error));
        return;
    }
    gateway_path_lookup(&address, &path, &error);
    g_assert_no_error(error);
    next_hop = ip_address_to_string(&path.next_hop);
    g_assert_cmpstr(path.interface, ==, interface);
    g_assert_cmpstr(next_hop, ==, router);
}

static void test_everything(void)
{
    g_autofree char *before = namespace_snapshot(), *with_link = NULL, *down = NULL,
                    *after = NULL, *resolv_conf = NULL;
    g_autoptr(Host) host = host_open();
    HostLink *link = link_open(host);
    HostNetwork *network = host_network_new(host, link);
    g_autoptr(NetworkPlan) plan = plan_new(link, TRUE, FALSE);

    with_link = namespace_snapshot();
    apply(network, plan);
    assert_way(GATEWAY, "up0", UP0_ROUTER);
    assert_way("8.8.8.8", "causeway0", "none");
    assert_way("192.168.7.7", "causeway0", "none");
    assert_way("10.77.0.1", "causeway0", "none");
    assert_way("192.0.2.77", "up0", "none"); /* the local network stays */
    assert_way("2001:db8::1", NULL, NULL);   /* no IPv6 around the tunnel */
    g_file_get_contents("/etc/resolv.conf", &resolv_conf, NULL, NULL);
    g_assert_nonnull(strstr(resolv_conf, "nameserver 10.77.0.53\n"));
    g_assert_null(strstr(resolv_conf, "nameserver " UP0_ROUTER));
    undo(network);
    down = namespace_snapshot();
    namespace_assert_same(down, with_link);
    host_network_free(network);
    host_link_free(link);
    after = namespace_snapshot();
    namespace_assert_same(after, before);
}

static void test_split(void)
{
    g_autofree char *before = namespace_snapshot(), *after = NULL;
    g_autoptr(Host) host = host_open();
    HostLink *link = link_open(host);
    HostNetwork *network = host_network_new(host, link);
    g_autoptr(NetworkPlan) plan = plan_new(link, FALSE, FALSE);

    apply(network, plan);
    assert_way("172.20.3.4", "causeway0", "none");
    assert_way("10.77.0.1", "causeway0", "none");
    assert_way("8.8.8.8", "up0", UP0_ROUTER);
    /* Freed without undo. */
    host_network_free(network);
    host_link_free(link);
    after = namespace_snapshot();
    namespace_assert_same(after, before);
}

/* The same plan changes nothing, another one only what differs. */
static void test_again(void)
{
    g_autofree char *before = namespace_snapshot(), *first = NULL, *second = NULL, *third = NULL,
                    *after = NULL;
    g_autoptr(Host) host = host_open();
    HostLink *link = link_open(host);
    HostNetwork *network = host_network_new(host, link);
    g_autoptr(NetworkPlan) split = plan_new(link, FALSE, FALSE);
    g_autoptr(NetworkPlan) all = plan_new(link, TRUE, TRUE);

    apply(network, split);
    first = namespace_snapshot();
    apply(network, split);
    second = namespace_snapshot();
    namespace_assert_same(first, second);
    apply(network, all);
    assert_way("8.8.8.8", "causeway0", "none");
    split->ipv4_address = namespace_address("10.77.0.99");
    apply(network, split);
    assert_way("8.8.8.8", "up0", UP0_ROUTER);
    split->ipv4_address = namespace_address("10.77.0.10");
    apply(network, split);
    third = namespace_snapshot();
    namespace_assert_same(first, third);
    undo(network);
    undo(network); /* twice does nothing */
    host_network_free(network);
    host_link_free(link);
    after = namespace_snapshot();
    namespace_assert_same(after, before);
}

static void assert_below(int own_ifindex)
{
    IpAddress gateway = namespace_address(GATEWAY);
    GatewayPath path;

    g_assert_true(gateway_path_lookup_below(&gateway, own_ifindex, &path, NULL));
    g_assert_cmpstr(path.interface, ==, "up0");
    g_assert_cmpuint(path.mtu, ==, 1500);
    g_assert_cmpint(path.source.family, ==, AF_INET);
}

/* Two connections to one gateway: neither takes anything of the other's away. */
/* A plan without name servers takes those of the plan before it back, and nothing else. */
static void test_dns_released(void)
{
    g_autoptr(Host) host = host_open();
    HostLink *link = link_open(host);
    HostNetwork *network = host_network_new(host, link);
    g_autoptr(NetworkPlan) plan = plan_new(link, TRUE, FALSE);
    g_autoptr(NetworkPlan) without = network_plan_copy(plan);
    g_autofree char *ours = NULL, *released = NULL, *again = NULL;

    g_array_set_size(without->dns, 0);
    apply(network, plan);
    g_assert_true(g_file_get_contents("/etc/resolv.conf", &ours, NULL, NULL));
    g_assert_nonnull(strstr(ours, "10.77.0.53"));
    apply(network, without);
    g_assert_true(g_file_get_contents("/etc/resolv.conf", &released, NULL, NULL));
    g_assert_cmpstr(released, ==, RESOLV_CONF_TEXT);
    assert_way("8.8.8.8", host_link_name(link), "none");
    apply(network, plan);
    g_assert_true(g_file_get_contents("/etc/resolv.conf", &again, NULL, NULL));
    g_assert_cmpstr(again, ==, ours);
    undo(network);
    host_network_free(network);
    host_link_free(link);
}

static void test_two(void)
{
    g_autofree char *before = namespace_snapshot(), *one = NULL, *one_again = NULL, *after = NULL;
    g_autoptr(Host) host = host_open();
    HostLink *first = link_open(host), *second;
    HostNetwork *first_network = host_network_new(host, first), *second_network;
    g_autoptr(NetworkPlan) first_plan = plan_new(first, TRUE, FALSE);
    g_autoptr(NetworkPlan) second_plan = NULL;

    apply(first_network, first_plan);
    one = namespace_snapshot();
    second = link_open(host);
    g_assert_cmpstr(host_link_name(second), ==, "causeway1");
    second_network = host_network_new(host, second);
    second_plan = plan_new(second, TRUE, FALSE);
    second_plan->ipv4_address = namespace_address("10.77.0.11");
    apply(second_network, second_plan);
    assert_way(GATEWAY, "up0", UP0_ROUTER);
    /* Neither takes the other's tunnel for the way to the gateway of both. */
    assert_below(0);
    assert_below(host_link_ifindex(first));
    assert_below(host_link_ifindex(second));
    host_network_free(second_network);
    host_link_free(second);
    one_again = namespace_snapshot();
    namespace_assert_same(one, one_again);
    /* And the other way round. */
    second = link_open(host);
    second_network = host_network_new(host, second);
    apply(second_network, second_plan);
    undo(first_network);
    assert_way(GATEWAY, "up0", UP0_ROUTER);
    assert_way("8.8.8.8", "causeway1", "none");
    host_network_free(second_network);
    host_link_free(second);
    host_network_free(first_network);
    host_link_free(first);
    after = namespace_snapshot();
    namespace_assert_same(after, before);
}

/* A plan that cannot be applied leaves nothing behind. */
static void test_failure(void)
{
    g_autofree char *before = namespace_snapshot(), *after = NULL;
    g_autoptr(Host) host = host_open();
    HostLink *link = link_open(host);
    HostNetwork *network = host_network_new(host, link);
    g_autoptr(NetworkPlan) plan = plan_new(link, TRUE, FALSE);
    Waiting waiting = { .network = network };
    PlanRoute impossible = { 0 };

    /* A prefix with bits beyond its length: refused by the kernel, after the pinned route and
     * the unreachable ones have been made. */
    impossible.destination.address = namespace_address("10.1.1.1");
    impossible.destination.length = 8;
    g_array_append_val(plan->routes, impossible);
    host_network_apply(network, plan, NULL, applied, &waiting);
    namespace_wait(&waiting.done);
    g_assert_false(waiting.success);
    g_assert_error(waiting.error, HOST_ERROR, HOST_ERROR_SYSTEM);
    g_clear_error(&waiting.error);
    host_network_free(network);
    host_link_free(link);
    after = namespace_snapshot();
    namespace_assert_same(after, before);
}

typedef struct {
    guint paths;
    gboolean came;
    gboolean reachable;
    GatewayPath path;
} Seen;

static void seen(HostWatch *watch, HostWatchEvent event, const GatewayPath *path,
                 guint64 slept_usec, gpointer user_data)
{
    Seen *record = user_data;

    g_assert_cmpint(event, ==, HOST_WATCH_PATH);
    record->paths++;
    record->came = TRUE;
    record->reachable = path != NULL;
    if (path != NULL)
        record->path = *path;
}

static void wait_path(Seen *record, const char *interface)
{
    record->came = FALSE;
    namespace_wait(&record->came);
    g_assert_cmpint(record->reachable, ==, interface != NULL);
    if (interface != NULL)
        g_assert_cmpstr(record->path.interface, ==, interface);
}

/* The laptop moves from one network to the other with all traffic in the tunnel: the watch tells
 * once per change, the pinned route follows. */
static void test_roaming(void)
{
    g_autofree char *before = namespace_snapshot(), *after = NULL;
    g_autoptr(Host) host = host_open();
    HostLink *link = link_open(host);
    HostNetwork *network = host_network_new(host, link);
    g_autoptr(NetworkPlan) plan = plan_new(link, TRUE, FALSE);
    Seen record = { 0 };
    g_autoptr(HostWatch) watch = host_watch_new(&plan->path, NULL, seen, &record, NULL);
    g_autoptr(GError) error = NULL;

    host_watch_set_link(watch, host_link_ifindex(link));
    apply(network, plan);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpuint(record.paths, ==, 0); /* our own routes are no change */
    g_assert_cmpint(namespace_route(TRUE, "0.0.0.0/0", UP1_ROUTER, "up1", 50), ==, 0);
    wait_path(&record, "up1");
    g_assert_true(host_network_repin(network, &record.path, &error));
    assert_way(GATEWAY, "up1", UP1_ROUTER);
    /* Nothing at all, then the first again. */
    g_assert_cmpint(namespace_route(FALSE, "0.0.0.0/0", UP1_ROUTER, "up1", 50), ==, 0);
    g_assert_cmpint(namespace_route(FALSE, "0.0.0.0/0", UP0_ROUTER, "up0", 100), ==, 0);
    wait_path(&record, NULL);
    g_assert_cmpint(namespace_route(TRUE, "0.0.0.0/0", UP0_ROUTER, "up0", 100), ==, 0);
    wait_path(&record, "up0");
    g_assert_true(host_network_repin(network, &record.path, &error));
    assert_way(GATEWAY, "up0", UP0_ROUTER);
    /* Somebody takes the pinned route away. */
    g_assert_cmpint(namespace_route(FALSE, GATEWAY "/32", UP0_ROUTER, "up0", 0), ==, 0);
    assert_way(GATEWAY, "causeway0", "none");
    wait_path(&record, "up0");
    g_assert_true(host_network_repin(network, &record.path, &error));
    assert_way(GATEWAY, "up0", UP0_ROUTER);
    host_network_free(network);
    host_link_free(link);
    after = namespace_snapshot();
    namespace_assert_same(after, before);
}

/* A router advertisement as a gateway sends it down the tunnel (RFC 4861 §4.2). */
static void send_advertisement(int tun)
{
    static const guint8 prefix[16] = { 0x20, 1, 0x0d, 0xb8, 0, 0x77 };
    struct {
        struct virtio_net_hdr virtio;
        struct ip6_hdr ip;
        struct nd_router_advert advert;
        struct nd_opt_prefix_info info;
    } __attribute__((packed)) packet = { 0 };
    const guint8 *bytes = (const guint8 *)&packet.ip;
    gsize length = sizeof packet.advert + sizeof packet.info;
    struct ip6_hdr ip = { .ip6_flow = htonl(6u << 28), .ip6_plen = htons((guint16)length),
                          .ip6_nxt = IPPROTO_ICMPV6, .ip6_hlim = 255 };
    guint32 sum = (guint32)length + IPPROTO_ICMPV6;

    inet_pton(AF_INET6, "fe80::1", &ip.ip6_src);
    inet_pton(AF_INET6, "ff02::1", &ip.ip6_dst);
    packet.ip = ip;
    packet.advert.nd_ra_type = ND_ROUTER_ADVERT;
    packet.advert.nd_ra_router_lifetime = htons(1800);
    packet.info.nd_opt_pi_type = ND_OPT_PREFIX_INFORMATION;
    packet.info.nd_opt_pi_len = 4;
    packet.info.nd_opt_pi_prefix_len = 64;
    packet.info.nd_opt_pi_flags_reserved = ND_OPT_PI_FLAG_AUTO | ND_OPT_PI_FLAG_ONLINK;
    packet.info.nd_opt_pi_valid_time = packet.info.nd_opt_pi_preferred_time = htonl(3600);
    memcpy(&packet.info.nd_opt_pi_prefix, prefix, 16);
    for (gsize i = 8; i < sizeof ip + length; i += 2) /* addresses and ICMPv6 */
        sum += (guint32)(bytes[i] << 8 | bytes[i + 1]);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    packet.advert.nd_ra_cksum = htons((guint16)~sum);
    g_assert_cmpint(write(tun, &packet, sizeof packet), ==, sizeof packet);
}

static gboolean has_ipv6_way(gpointer user_data)
{
    IpAddress address = namespace_address("2001:db8:ffff::1");
    gboolean *flag = user_data;
    GatewayPath path;

    if (gateway_path_lookup(&address, &path, NULL) && strcmp(path.interface, "causeway0") == 0)
        *flag = TRUE;
    return *flag ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

/* The kernel's own SLAAC on a TUN device: our interface identifier under the advertised prefix;
 * before that IPv6 is unreachable, from then on it goes through the tunnel. */
static void test_slaac(void)
{
    g_autofree char *before = namespace_snapshot(), *after = NULL, *addresses = NULL;
    g_autoptr(Host) host = host_open();
    HostLink *link = link_open(host);
    HostNetwork *network = host_network_new(host, link);
    g_autoptr(NetworkPlan) plan = plan_new(link, TRUE, TRUE);
    gboolean through = FALSE;

    apply(network, plan);
    assert_way("2001:db8:ffff::1", NULL, NULL);
    send_advertisement(host_link_fd(link));
    g_idle_add(has_ipv6_way, &through);
    namespace_wait(&through);
    g_file_get_contents("/proc/net/if_inet6", &addresses, NULL, NULL);
    g_assert_nonnull(strstr(addresses, "20010db8007700000200000000000009"));
    undo(network);
    assert_way("2001:db8:ffff::1", NULL, NULL);
    host_network_free(network);
    host_link_free(link);
    after = namespace_snapshot();
    namespace_assert_same(after, before);
}

typedef enum { DIE_LINKED, DIE_APPLIED, DIE_REPINNED, DIE_UNDONE } DieAt;

/* A causewayd that is killed by kill -9 somewhere on its way. */
static void child(DieAt at)
{
    Host *host = host_open();
    HostLink *link = link_open(host);
    HostNetwork *network = host_network_new(host, link);
    NetworkPlan *plan = plan_new(link, TRUE, FALSE);
    GatewayPath other = plan->path;

    if (at >= DIE_APPLIED)
        host_network_apply(network, plan, NULL, NULL, NULL);
    other.ifindex = (int)if_nametoindex("up1");
    other.next_hop = namespace_address(UP1_ROUTER);
    other.source = namespace_address(UP1_ADDRESS);
    if (at >= DIE_REPINNED)
        g_assert_true(host_network_repin(network, &other, NULL));
    if (at >= DIE_UNDONE)
        host_network_undo(network, NULL, NULL);
    raise(SIGKILL);
}

static void test_killed(gconstpointer data)
{
    g_autofree char *before = namespace_snapshot(), *between = NULL, *after = NULL;
    g_autofree char *journal = g_build_filename(run_folder, "journal", NULL);
    DieAt at = GPOINTER_TO_INT(data);
    pid_t pid = fork();
    int status;

    if (pid == 0)
        child(at);
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    between = namespace_snapshot();
    if (at == DIE_APPLIED || at == DIE_REPINNED)
        g_assert_cmpstr(between, !=, before); /* there was something to undo */
    host_free(host_open());
    after = namespace_snapshot();
    namespace_assert_same(after, before);
    g_assert_cmpint(g_rmdir(journal), ==, 0); /* no entry is left */
}

/* A second daemon on the same folder would undo a living one's work. */
static void test_lock(void)
{
    g_autoptr(Host) host = host_open();
    g_autoptr(GError) error = NULL;

    g_assert_nonnull(host);
    g_assert_null(host_new(run_folder, &error));
    g_assert_error(error, HOST_ERROR, HOST_ERROR_BUSY);
}

/* Super-packets, and counters that count what goes through the device. */
static void test_tun(void)
{
    g_autoptr(Host) host = host_open();
    g_autoptr(HostLink) link = link_open(host);
    HostStatistics statistics;

    g_assert_cmpint(host_link_kind(link), ==, HOST_LINK_TUN);
    g_assert_cmpuint(host_link_offloads(link) & (TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6), ==,
                     TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6);
    namespace_link("causeway0", TRUE);
    g_assert_true(host_link_statistics(link, &statistics, NULL));
    g_assert_cmpuint(statistics.rx_packets, ==, 0);
    send_advertisement(host_link_fd(link));
    g_assert_true(host_link_statistics(link, &statistics, NULL));
    g_assert_cmpuint(statistics.rx_packets, ==, 1);
    g_assert_cmpuint(statistics.rx_bytes, ==, 88);
    namespace_link("causeway0", FALSE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    run_folder = g_dir_make_tmp("causeway-run-XXXXXX", NULL);
    namespace_enter();
    g_test_add_func("/host/network/everything", test_everything);
    g_test_add_func("/host/network/split", test_split);
    g_test_add_func("/host/network/again", test_again);
    g_test_add_func("/host/network/dns-released", test_dns_released);
    g_test_add_func("/host/network/two", test_two);
    g_test_add_func("/host/network/failure", test_failure);
    g_test_add_func("/host/network/roaming", test_roaming);
    g_test_add_func("/host/network/slaac", test_slaac);
    g_test_add_data_func("/host/network/killed/linked", GINT_TO_POINTER(DIE_LINKED), test_killed);
    g_test_add_data_func("/host/network/killed/applied", GINT_TO_POINTER(DIE_APPLIED),
                         test_killed);
    g_test_add_data_func("/host/network/killed/repinned", GINT_TO_POINTER(DIE_REPINNED),
                         test_killed);
    g_test_add_data_func("/host/network/killed/undone", GINT_TO_POINTER(DIE_UNDONE), test_killed);
    g_test_add_func("/host/network/lock", test_lock);
    g_test_add_func("/host/network/tun", test_tun);
    return namespace_run_tests(run_folder);
}
