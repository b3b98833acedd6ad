/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A message's memory and descriptors, and its way through the socket pair. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "tunnel/protocol.h"

#define CONTROL_SIZE CMSG_SPACE(TUNNEL_MESSAGE_FDS * sizeof(int))

void tunnel_message_init(TunnelMessage *message, TunnelMessageType type)
{
    memset(message, 0, sizeof *message);
    message->type = type;
    for (guint i = 0; i < TUNNEL_MESSAGE_FDS; i++)
        message->fds[i] = -1;
}

void tunnel_message_clear(TunnelMessage *message)
{
    tunnel_config_clear(&message->config);
    secret_free(message->secret);
    g_free(message->text);
    g_free(message->settings);
    failure_free(message->failure);
    for (guint i = 0; i < TUNNEL_MESSAGE_FDS; i++) {
        if (message->fds[i] >= 0)
            close(message->fds[i]);
    }
    tunnel_message_init(message, 0);
}

static void attach_fds(struct msghdr *header, const int *fds, guint n)
{
    header->msg_controllen = CMSG_SPACE(n * sizeof(int));

    struct cmsghdr *control = CMSG_FIRSTHDR(header);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(n * sizeof(int));
    memcpy(CMSG_DATA(control), fds, n * sizeof(int));
}

TunnelIo tunnel_message_send(int socket_fd, const TunnelMessage *message)
{
    gsize length = 0;
    guint8 *bytes = tunnel_message_encode(message, &length);

    if (!bytes)
        return TUNNEL_IO_INVALID;

    union {
        struct cmsghdr align;
        char bytes[CONTROL_SIZE];
    } control = { 0 };
    struct iovec part = { .iov_base = bytes, .iov_len = length };
    struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes };
    guint n = tunnel_message_fds(message->type);
    ssize_t sent;

    if (n > 0)
        attach_fds(&header, message->fds, n);
    else
        header.msg_control = NULL;
    do
        sent = sendmsg(socket_fd, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    int error = errno;
    tunnel_message_bytes_free(bytes, length);

    if (sent >= 0)
        return TUNNEL_IO_DONE;
    if (error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS)
        return TUNNEL_IO_AGAIN;
    return error == EPIPE || error == ECONNRESET || error == ENOTCONN ? TUNNEL_IO_CLOSED
                                                                      : TUNNEL_IO_INVALID;
}

/* The descriptors that came, all of them, so that none is lost open. */
static guint detach_fds(struct msghdr *header, int *fds)
{
    guint n = 0;

    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        guint count = (guint)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (guint i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            if (n < TUNNEL_MESSAGE_FDS)
                fds[n++] = fd;
            else
                close(fd);
        }
    }
    return n;
}

TunnelIo tunnel_message_receive(int socket_fd, TunnelDirection direction, TunnelMessage *message)
{
    guint8 bytes[TUNNEL_MESSAGE_MAX];
    union {
        struct cmsghdr align;
        char bytes[CONTROL_SIZE];
    } control;
    struct iovec part = { .iov_base = bytes, .iov_len = sizeof bytes };
    struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
    int fds[TUNNEL_MESSAGE_FDS] = { -1, -1 };
    ssize_t received;

    tunnel_message_init(message, 0);
    /* Without room for them the kernel drops descriptors that a hostile tunnel may send. */
    if (direction == TUNNEL_TO_TUNNEL) {
        header.msg_control = control.bytes;
        header.msg_controllen = sizeof control.bytes;
    }
    do
        received = recvmsg(socket_fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (received < 0 && errno == EINTR);
    if (received < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? TUNNEL_IO_AGAIN : TUNNEL_IO_CLOSED;
    if (received == 0)
        return TUNNEL_IO_CLOSED;

    guint n = detach_fds(&header, fds);
    gboolean ok = (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 &&
                  tunnel_message_decode(message, direction, bytes, (gsize)received) &&
                  n == tunnel_message_fds(message->type);
    explicit_bzero(bytes, (gsize)received);
    if (ok) {
        memcpy(message->fds, fds, sizeof fds);
        return TUNNEL_IO_DONE;
    }
    for (guint i = 0; i < n; i++)
        close(fds[i]);
    tunnel_message_clear(message);
    return TUNNEL_IO_INVALID;
}
