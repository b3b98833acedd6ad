/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Namespaces, veth pairs and frames for tests. */
#include "namespace.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/capability.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WAIT_MSEC 10000 /* a test that waits longer has failed */

static const guint8 far_mac[2][6] = { { 2, 0, 0, 0, 1, 1 }, { 2, 0, 0, 0, 2, 1 } };
static const guint8 near_mac[2][6] = { { 2, 0, 0, 0, 1, 0 }, { 2, 0, 0, 0, 2, 0 } };

static void must(gboolean success, const char *what)
{
    if (success)
        return;
    g_printerr("Bail out! %s: %s\n", what, g_strerror(errno));
    exit(1);
}

static void write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

    must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
    close(fd);
}

static void enter_user_namespace(void)
{
    g_autofree char *uid_map = g_strdup_printf("0 %u 1\n", geteuid());
    g_autofree char *gid_map = g_strdup_printf("0 %u 1\n", getegid());

    must(unshare(CLONE_NEWUSER) == 0, "user namespace");
    write_text("/proc/self/uid_map", uid_map);
    write_text("/proc/self/setgroups", "deny\n");
    write_text("/proc/self/gid_map", gid_map);
}

static Netlink *admin(void)
{
    static Netlink *netlink;

    if (netlink == NULL)
        netlink = netlink_open(NETLINK_ROUTE, NULL);
    return netlink;
}

static void must_talk(struct nlmsghdr *message, const char *what)
{
    errno = -netlink_talk(admin(), message, NULL, NULL);
    must(errno == 0, what);
}

static void make_veth(guint index)
{
    char buffer[4096] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    g_autofree char *near = g_strdup_printf("up%u", index);
    g_autofree char *far = g_strdup_printf("far%u", index);
    struct nlattr *info, *data, *peer;

    mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
    message->nlmsg_type = RTM_NEWLINK;
    message->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
    mnl_attr_put_strz(message, IFLA_IFNAME, near);
    mnl_attr_put(message, IFLA_ADDRESS, 6, near_mac[index]);
    info = mnl_attr_nest_start(message, IFLA_LINKINFO);
    mnl_attr_put_strz(message, IFLA_INFO_KIND, "veth");
    data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
    peer = mnl_attr_nest_start(message, VETH_INFO_PEER);
    mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
    mnl_attr_put_strz(message, IFLA_IFNAME, far);
    mnl_attr_put(message, IFLA_ADDRESS, 6, far_mac[index]);
    mnl_attr_nest_end(message, peer);
    mnl_attr_nest_end(message, data);
    mnl_attr_nest_end(message, info);
    must_talk(message, "veth");
    namespace_link(far, TRUE);
    namespace_link(near, TRUE);
}

void namespace_link(const char *interface, gboolean up)
{
    char buffer[256] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof *info);

    message->nlmsg_type = RTM_NEWLINK;
    info->ifi_index = (int)if_nametoindex(interface);
    info->ifi_change = IFF_UP;
    info->ifi_flags = up ? IFF_UP : 0;
    must_talk(message, interface);
}

void namespace_set_address(gboolean add, const char *interface, const char *text)
{
    char buffer[256] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(message, sizeof *ifa);
    IpAddress address = namespace_address(text);

    message->nlmsg_type = add ? RTM_NEWADDR : RTM_DELADDR;
    message->nlmsg_flags = add ? NLM_F_CREATE | NLM_F_EXCL : 0;
    ifa->ifa_family = AF_INET;
    ifa->ifa_prefixlen = 24;
    ifa->ifa_index = if_nametoindex(interface);
    netlink_put_address(message, IFA_LOCAL, &address);
    must_talk(message, text);
}

static void add_neighbour(const char *interface, const char *text, const guint8 mac[6])
{
    char buffer[256] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct ndmsg *nd = mnl_nlmsg_put_extra_header(message, sizeof *nd);
    IpAddress address = namespace_address(text);

    message->nlmsg_type = RTM_NEWNEIGH;
    message->nlmsg_flags = NLM_F_CREATE | NLM_F_REPLACE;
    nd->ndm_family = AF_INET;
    nd->ndm_ifindex = (int)if_nametoindex(interface);
    nd->ndm_state = NUD_PERMANENT;
    netlink_put_address(message, NDA_DST, &address);
    mnl_attr_put(message, NDA_LLADDR, 6, mac);
    must_talk(message, text);
}

int namespace_route(gboolean add, const char *destination, const char *router,
                    const char *interface, guint32 metric)
{
    char buffer[512] __attribute__((aligned(NLMSG_ALIGNTO)));
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct rtmsg *rtm = mnl_nlmsg_put_extra_header(message, sizeof *rtm);
    IpAddress next_hop = namespace_address(router);
    IpPrefix prefix;

    must(ip_prefix_parse(destination, &prefix), destination);
    message->nlmsg_type = add ? RTM_NEWROUTE : RTM_DELROUTE;
    message->nlmsg_flags = add ? NLM_F_CREATE | NLM_F_EXCL : 0;
    rtm->rtm_family = AF_INET;
    rtm->rtm_dst_len = prefix.length;
    rtm->rtm_table = RT_TABLE_MAIN;
    rtm->rtm_protocol = add ? RTPROT_STATIC : RTPROT_UNSPEC;
    rtm->rtm_scope = add ? RT_SCOPE_UNIVERSE : RT_SCOPE_NOWHERE;
    rtm->rtm_type = add ? RTN_UNICAST : RTN_UNSPEC;
    netlink_put_address(message, RTA_DST, &prefix.address);
    netlink_put_address(message, RTA_GATEWAY, &next_hop);
    mnl_attr_put_u32(message, RTA_OIF, if_nametoindex(interface));
    if (metric != 0)
        mnl_attr_put_u32(message, RTA_PRIORITY, metric);
    return netlink_talk(admin(), message, NULL, NULL);
}

/* What is left is what causewayd needs for all that it does here, and the right to the packet
 * sockets of the test itself. */
static void drop_capabilities(void)
{
    const guint32 kept = 1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW;
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[2] = { { .effective = kept, .permitted = kept } };

    must(syscall(SYS_capset, &header, data) == 0, "capabilities");
}

void namespace_enter(void)
{
    if (geteuid() != 0)
        enter_user_namespace();
    must(unshare(CLONE_NEWNET | CLONE_NEWNS) == 0, "network namespace");
    must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "private mounts");
    must(mount("tmpfs", "/etc", "tmpfs", 0, NULL) == 0, "/etc");
    must(mount("tmpfs", "/usr/sbin", "tmpfs", 0, NULL) == 0, "/usr/sbin");
    write_text("/etc/resolv.conf", RESOLV_CONF_TEXT);
    namespace_link("lo", TRUE);
    /* No IPv6 on the outer links, whose routes would come by themselves a moment later. */
    write_text("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
    make_veth(0);
    make_veth(1);
    write_text("/proc/sys/net/ipv6/conf/default/disable_ipv6", "0");
    write_text("/proc/sys/net/ipv6/conf/default/addr_gen_mode", "1");
    namespace_set_address(TRUE, "up0", UP0_ADDRESS);
    namespace_set_address(TRUE, "up1", UP1_ADDRESS);
    add_neighbour("up0", UP0_ROUTER, far_mac[0]);
    add_neighbour("up1", UP1_ROUTER, far_mac[1]);
    errno = -namespace_route(TRUE, "0.0.0.0/0", UP0_ROUTER, "up0", 100);
    must(errno == 0, "default route");
    drop_capabilities();
}

IpAddress namespace_address(const char *text)
{
    IpAddress address;

    must(ip_address_parse(text, &address), text);
    return address;
}

static int compare_lines(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Appends a file's lines, each cut down to some of its columns (a bit each), in sorted order. */
static void snapshot_file(GString *text, const char *path, guint columns)
{
    g_autofree char *content = NULL;
    g_auto(GStrv) lines = NULL;
    g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);

    must(g_file_get_contents(path, &content, NULL, NULL), path);
    lines = g_strsplit(content, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++) {
        g_auto(GStrv) words = g_strsplit_set(lines[i], " \t", -1);
        GString *line;

        /* The shape of the kernel's tree is its own affair. */
        if (strstr(lines[i], "+--") != NULL)
            continue;
        line = g_string_new(NULL);
        for (gsize j = 0, column = 0; words[j] != NULL; j++) {
            if (words[j][0] == '\0')
                continue;
            if (columns & (1u << MIN(column, 31)))
                g_string_append_printf(line, " %s", words[j]);
            column++;
        }
        g_ptr_array_add(kept, g_string_free(line, FALSE));
    }
    g_ptr_array_sort(kept, compare_lines);
    g_string_append_printf(text, "%s\n", path);
    for (guint i = 0; i < kept->len; i++)
        g_string_append_printf(text, "%s\n", (char *)kept->pdata[i]);
}

char *namespace_snapshot(void)
{
    GString *text = g_string_new(NULL);
    g_autofree char *resolv_conf = NULL;
    struct stat st;

    snapshot_file(text, "/proc/net/dev", 1);             /* name */
    snapshot_file(text, "/proc/net/if_inet6", ~0u);
    snapshot_file(text, "/proc/net/fib_trie", ~0u);      /* IPv4 addresses */
    snapshot_file(text, "/proc/net/route", 0x18f);  /* all but counters */
    snapshot_file(text, "/proc/net/ipv6_route", 0x33f);  /* all but counters */
    must(lstat("/etc/resolv.conf", &st) == 0 &&
         g_file_get_contents("/etc/resolv.conf", &resolv_conf, NULL, NULL), "resolv.conf");
    g_string_append_printf(text, "%o %s", st.st_mode, resolv_conf);
    return g_string_free(text, FALSE);
}

static void print_missing(const char *what, char **lines, char **others)
{
    for (gsize i = 0; lines[i] != NULL; i++)
        if (!g_strv_contains((const char *const *)others, lines[i]))
            g_printerr("# %s %s\n", what, lines[i]);
}

void namespace_assert_same(const char *now, const char *before)
{
    g_auto(GStrv) now_lines = g_strsplit(now, "\n", -1);
    g_auto(GStrv) before_lines = g_strsplit(before, "\n", -1);

    if (strcmp(now, before) == 0)
        return;
    print_missing("-", before_lines, now_lines);
    print_missing("+", now_lines, before_lines);
    g_assert_cmpstr(now, ==, before);
}

int namespace_frames(const char *interface)
{
    struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
                                   .sll_ifindex = (int)if_nametoindex(interface) };
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));

    must(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0, "packet socket");
    return fd;
}

static guint16 ip_checksum(const void *data, gsize length)
{
    const guint8 *bytes = data;
    guint32 sum = 0;

    for (gsize i = 0; i < length; i += 2)
        sum += (guint32)(bytes[i] << 8 | bytes[i + 1]);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return htons((guint16)~sum);
}

/* Of the pair of links that a packet socket is bound to. */
static guint index_of(int frames)
{
    struct sockaddr_ll address;
    socklen_t length = sizeof address;

    must(getsockname(frames, (struct sockaddr *)&address, &length) == 0, "packet socket");
    return address.sll_ifindex == (int)if_nametoindex("far1") ? 1 : 0;
}

void namespace_inject(int frames, const char *source, guint16 source_port,
                      const char *destination, guint16 destination_port, const char *payload)
{
    struct {
        struct ether_header ethernet;
        struct iphdr ip;
        struct udphdr udp;
        char payload[64];
    } __attribute__((packed)) frame = { 0 };
    gsize length = strlen(payload), udp_length = sizeof frame.udp + length;
    struct iphdr ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
                        .tot_len = htons((guint16)(sizeof ip + udp_length)),
                        .saddr = inet_addr(source), .daddr = inet_addr(destination) };

    memcpy(frame.ethernet.ether_dhost, near_mac[index_of(frames)], 6);
    memcpy(frame.ethernet.ether_shost, far_mac[index_of(frames)], 6);
    frame.ethernet.ether_type = htons(ETHERTYPE_IP);
    ip.check = ip_checksum(&ip, sizeof ip);
    frame.ip = ip;
    frame.udp.source = htons(source_port);
    frame.udp.dest = htons(destination_port);
    frame.udp.len = htons((guint16)udp_length); /* checksum 0: none (RFC 768) */
    memcpy(frame.payload, payload, MIN(length, sizeof frame.payload));
    length += offsetof(__typeof__(frame), payload);
    must(send(frames, &frame, length, 0) == (ssize_t)length, "inject");
}

gboolean namespace_next_udp(int frames, guint16 *ret_port, char *ret_first)
{
    guint8 frame[2048];
    struct sockaddr_ll from;

    for (;;) {
        struct pollfd waiting = { .fd = frames, .events = POLLIN };
        socklen_t from_length = sizeof from;
        ssize_t length;

        must(poll(&waiting, 1, WAIT_MSEC) == 1, "no packet came");
        length = recvfrom(frames, frame, sizeof frame, 0, (struct sockaddr *)&from, &from_length);
        /* What the test injected itself shows up as outgoing. */
        if (from.sll_pkttype == PACKET_OUTGOING || length < 43 || frame[12] != 8 || frame[13] != 0)
            continue;
        if (frame[23] != IPPROTO_UDP)
            return FALSE;
        *ret_port = (guint16)(frame[36] << 8 | frame[37]);
        *ret_first = (char)frame[42];
        return TRUE;
    }
}

static gboolean wait_too_long(gpointer data)
{
    g_assert_not_reached();
    return G_SOURCE_REMOVE;
}

void namespace_wait(const gboolean *flag)
{
    guint timeout = g_timeout_add(WAIT_MSEC, wait_too_long, NULL);

    while (!*flag)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(timeout);
}

int namespace_run_tests(char *run_folder)
{
    static const char *const left[] = { "lock", "journal", "" };
    int status = g_test_run();

    for (gsize i = 0; i < G_N_ELEMENTS(left); i++) {
        g_autofree char *path = g_build_filename(run_folder, left[i], NULL);
        g_remove(path);
    }
    must(!g_file_test(run_folder, G_FILE_TEST_EXISTS), "something is left in the run folder");
    g_free(run_folder);
    return status;
}
