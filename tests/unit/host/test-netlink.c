/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists that change while the kernel is telling them, on a machine of the test's own. */
#include "host/interface.h"
#include "namespace.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <unistd.h>

/* Several answers of 32 KB: the kernel has the second one ready when the first is read. */
#define ADDRESSES 2500

typedef struct {
    Netlink *netlink; /* another one than that which lists */
    guint messages, interruptions;
    guint interrupt; /* so many lists */
    GArray *found;
} Listing;

static IpAddress numbered_address(guint number)
{
    g_autofree char *text = g_strdup_printf("10.99.%u.%u", number >> 8, number & 0xff);

    return namespace_address(text);
}

static void add_address(Netlink *netlink, guint number)
{
    IpAddress address = numbered_address(number), none = ip_address_none();

    g_assert_cmpint(interface_add_address(netlink, (int)if_nametoindex("up1"), &address, &none),
                    ==, 0);
}

static int on_address(const struct nlmsghdr *message, void *data)
{
    Listing *listing = data;
    const guint8 one = 1;

    /* Each list is spoilt by an address that comes while its first part is being read. */
    if (listing->messages++ == 0 && listing->interruptions < listing->interrupt)
        add_address(listing->netlink, ADDRESSES + listing->interruptions++);
    g_array_append_val(listing->found, one);
    return MNL_CB_OK;
}

static struct nlmsghdr *addresses_request(char *buffer)
{
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(message, sizeof *ifa);

    message->nlmsg_type = RTM_GETADDR;
    ifa->ifa_family = AF_INET;
    return message;
}

static void assert_answers(Netlink *netlink)
{
    char kind[16];
    guint mtu = 0;

    g_assert_cmpint(interface_describe(netlink, (int)if_nametoindex("up0"), kind, &mtu), ==, 0);
    g_assert_cmpstr(kind, ==, "veth");
    g_assert_cmpuint(mtu, ==, 1500);
}

static void test_index(void)
{
    g_autoptr(Netlink) netlink = netlink_open(NETLINK_ROUTE, NULL);

    g_assert_cmpint(interface_index(netlink, "up1"), ==, (int)if_nametoindex("up1"));
    g_assert_cmpint(interface_index(netlink, "lo"), ==, (int)if_nametoindex("lo"));
    g_assert_cmpint(interface_index(netlink, "causeway0"), ==, -ENODEV);
    g_assert_cmpint(interface_index(netlink, ""), <, 0);
    assert_answers(netlink);
}

/* It is told as such, and what comes behind the interruption is not the next answer. */
static void test_interrupted(void)
{
    char buffer[NETLINK_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
    g_autoptr(Netlink) lists = netlink_open(NETLINK_ROUTE, NULL);
    g_autoptr(Netlink) adds = netlink_open(NETLINK_ROUTE, NULL);
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, 1);
    Listing listing = { .netlink = adds, .interrupt = 1, .found = found };
    struct nlmsghdr *message = addresses_request(buffer);

    message->nlmsg_flags = NLM_F_DUMP;
    g_assert_cmpint(netlink_talk(lists, message, on_address, &listing), ==, -EINTR);
    g_assert_cmpuint(found->len, >, ADDRESSES);
    assert_answers(lists);
}

static int on_first_address(const struct nlmsghdr *message, void *data)
{
    Listing *listing = data;

    /* The array is emptied before each try. */
    if (listing->found->len == 0)
        listing->messages = 0;
    return on_address(message, data);
}

static void test_listed_again(void)
{
    char buffer[NETLINK_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
    g_autoptr(Netlink) lists = netlink_open(NETLINK_ROUTE, NULL);
    g_autoptr(Netlink) adds = netlink_open(NETLINK_ROUTE, NULL);
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, 1);
    Listing listing = { .netlink = adds, .interruptions = 1, .interrupt = 4, .found = found };

    g_assert_cmpint(netlink_dump(lists, addresses_request(buffer), on_first_address, &listing,
                                 found), ==, 0);
    g_assert_cmpuint(listing.interruptions, ==, 4);
    /* Each once: those, those that were added in between, and one each of lo, up0 and up1. */
    g_assert_cmpuint(found->len, ==, ADDRESSES + 4 + 3);
    assert_answers(lists);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    namespace_enter();
    g_autoptr(Netlink) netlink = netlink_open(NETLINK_ROUTE, NULL);
    for (guint i = 0; i < ADDRESSES; i++)
        add_address(netlink, i);
    g_test_add_func("/host/netlink/index", test_index);
    g_test_add_func("/host/netlink/interrupted", test_interrupted);
    g_test_add_func("/host/netlink/listed-again", test_listed_again);
    return g_test_run();
}
