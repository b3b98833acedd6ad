/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Request and answer over one netlink socket. */
#include "host/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

struct Netlink {
    struct mnl_socket *socket;
    guint port;
    guint32 sequence;
};

Netlink *netlink_open(int family, GError **error)
{
    struct mnl_socket *socket = mnl_socket_open2(family, SOCK_CLOEXEC);
    Netlink *netlink;
    int on = 1;

    if (socket == NULL || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
        int code = errno;

        if (socket != NULL)
            mnl_socket_close(socket);
        g_set_error(error, HOST_ERROR,
                    code == EPROTONOSUPPORT ? HOST_ERROR_NO_PATH : HOST_ERROR_SYSTEM,
                    "netlink family %d: %s", family, g_strerror(code));
        return NULL;
    }
    /* Dumps filtered by the kernel where it can, and its own words with an error. */
    mnl_socket_setsockopt(socket, NETLINK_GET_STRICT_CHK, &on, sizeof on);
    netlink = g_new0(Netlink, 1);
    netlink->socket = socket;
    netlink->port = mnl_socket_get_portid(socket);
    return netlink;
}

void netlink_close(Netlink *netlink)
{
    if (netlink == NULL)
        return;
    mnl_socket_close(netlink->socket);
    g_free(netlink);
}

/* Takes the mark off a dump of what has changed while it was being listed: libmnl would stop at
 * it, and the rest of the answer would be taken for that to the next request. */
static gboolean take_interruption(void *buffer, gsize size)
{
    struct nlmsghdr *message = buffer;
    gboolean interrupted = FALSE;
    int left = (int)size;

    for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
        interrupted |= (message->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
        message->nlmsg_flags &= (guint16)~NLM_F_DUMP_INTR;
    }
    return interrupted;
}

/* What is left of an answer that nobody waits for any more. */
static gboolean is_stale(const void *buffer, gsize size, guint32 sequence)
{
    const struct nlmsghdr *message = buffer;

    return mnl_nlmsg_ok(message, (int)size) && message->nlmsg_seq != sequence;
}

int netlink_talk(Netlink *netlink, struct nlmsghdr *message, mnl_cb_t callback, void *data)
{
    char buffer[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
    gboolean interrupted = FALSE;
    int result = MNL_CB_OK;

    /* With an acknowledgement every answer has an end that can be read up to: nothing of it is
     * left for the next request. */
    message->nlmsg_flags |= NLM_F_REQUEST;
    if ((message->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
        message->nlmsg_flags |= NLM_F_ACK;
    message->nlmsg_seq = ++netlink->sequence;
    if (mnl_socket_sendto(netlink->socket, message, message->nlmsg_len) < 0)
        return -errno;
    while (result > MNL_CB_STOP) {
        ssize_t length = mnl_socket_recvfrom(netlink->socket, buffer, sizeof buffer);

        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0)
            return -errno;
        if (is_stale(buffer, (gsize)length, netlink->sequence))
            continue;
        interrupted |= take_interruption(buffer, (gsize)length);
        result = mnl_cb_run(buffer, (gsize)length, netlink->sequence, netlink->port, callback, data);
    }
    if (result == MNL_CB_ERROR)
        return -errno;
    return interrupted ? -EINTR : 0;
}

int netlink_dump(Netlink *netlink, struct nlmsghdr *message, mnl_cb_t callback, void *data,
                 GArray *found)
{
    guint before = found != NULL ? found->len : 0;
    int result = -EINTR;

    message->nlmsg_flags = NLM_F_DUMP;
    for (guint i = 0; i < NETLINK_DUMP_TRIES && result == -EINTR; i++) {
        if (found != NULL)
            g_array_set_size(found, before);
        result = netlink_talk(netlink, message, callback, data);
    }
    return result;
}

gboolean netlink_fail(GError **error, int negative_errno, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list arguments;

    va_start(arguments, format);
    what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, HOST_ERROR, HOST_ERROR_SYSTEM, "%s: %s", what, g_strerror(-negative_errno));
    return FALSE;
}

void netlink_put_address(struct nlmsghdr *message, guint16 type, const IpAddress *address)
{
    if (address->family != 0)
        mnl_attr_put(message, type, ip_address_size(address), address->bytes);
}

gboolean netlink_get_address(const struct nlattr *attribute, int family, IpAddress *ret_address)
{
    IpAddress address = { .family = family };

    if (mnl_attr_get_payload_len(attribute) != ip_address_size(&address))
        return FALSE;
    memcpy(address.bytes, mnl_attr_get_payload(attribute), ip_address_size(&address));
    *ret_address = address;
    return TRUE;
}
