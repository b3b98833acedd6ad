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

int netlink_talk(Netlink *netlink, struct nlmsghdr *message, mnl_cb_t callback, void *data)
{
    char buffer[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
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
        result = mnl_cb_run(buffer, (gsize)length, netlink->sequence, netlink->port, callback, data);
    }
    return result == MNL_CB_ERROR ? -errno : 0;
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
