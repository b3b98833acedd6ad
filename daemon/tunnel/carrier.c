/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Batches of packets through a UDP socket, with segmentation done by the kernel where it can.
 *
 * UDP_SEGMENT on a route with an IPsec state fails with EIO (Linux 6.1 to 7.2), and nothing
 * announces it beforehand: the first refused train turns it off, and is sent again in pieces. */
#include "tunnel/carrier.h"

#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif
#define OPTION_IP_MTU 14
#define OPTION_IPV6_MTU 24

#define RECEIVE_SIZE 65536

typedef union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
} Control;

struct Carrier {
    int fd;
    struct sockaddr_storage peer;
    gboolean connected;
    CarrierState state;
    guint8 *memory; /* CARRIER_BATCH times RECEIVE_SIZE; only what is used becomes real */
    struct sockaddr_storage from[CARRIER_BATCH];
    Control control[CARRIER_BATCH];
    struct iovec parts[CARRIER_BATCH];
    struct mmsghdr messages[CARRIER_BATCH];
};

static socklen_t address_length(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

gboolean carrier_address_equal(const struct sockaddr_storage *a, const struct sockaddr_storage *b,
                                 gboolean with_port)
{
    if (a->ss_family != b->ss_family)
        return FALSE;
    if (a->ss_family == AF_INET) {
        const struct sockaddr_in *x = (const struct sockaddr_in *)a;
        const struct sockaddr_in *y = (const struct sockaddr_in *)b;
        return x->sin_addr.s_addr == y->sin_addr.s_addr &&
               (!with_port || x->sin_port == y->sin_port);
    }
    const struct sockaddr_in6 *x = (const struct sockaddr_in6 *)a;
    const struct sockaddr_in6 *y = (const struct sockaddr_in6 *)b;
    return memcmp(&x->sin6_addr, &y->sin6_addr, sizeof x->sin6_addr) == 0 &&
           (!with_port || x->sin6_port == y->sin6_port);
}

Carrier *carrier_new(int fd)
{
    Carrier *carrier = g_new0(Carrier, 1);

    carrier->fd = fd;
    carrier->memory = g_malloc((gsize)CARRIER_BATCH * RECEIVE_SIZE);
    carrier->state.segmentation_offload = TRUE;
    return carrier;
}

void carrier_free(Carrier *carrier)
{
    if (!carrier)
        return;
    /* The socket ends with the process (filter.c). */
    g_free(carrier->memory);
    g_free(carrier);
}

int carrier_fd(const Carrier *carrier)
{
    return carrier->fd;
}

void carrier_set_peer(Carrier *carrier, const struct sockaddr_storage *peer)
{
    carrier->peer = *peer;
}

gboolean carrier_connect(Carrier *carrier, const struct sockaddr_storage *peer)
{
    carrier->peer = *peer;
    carrier->connected = connect(carrier->fd, (const struct sockaddr *)&carrier->peer,
                                   address_length(&carrier->peer)) == 0;
    return carrier->connected;
}

guint16 carrier_mtu(const Carrier *carrier)
{
    int mtu = 0;
    socklen_t length = sizeof mtu;
    gboolean v4 = carrier->peer.ss_family == AF_INET;

    if (getsockopt(carrier->fd, v4 ? IPPROTO_IP : IPPROTO_IPV6,
                   v4 ? OPTION_IP_MTU : OPTION_IPV6_MTU, &mtu, &length) != 0)
        return 0;
    return (guint16)CLAMP(mtu, 0, G_MAXUINT16);
}

void carrier_receive_merged(Carrier *carrier, gboolean merged)
{
    int value = merged;

    setsockopt(carrier->fd, IPPROTO_UDP, UDP_GRO, &value, sizeof value);
}

void carrier_probe_offload(Carrier *carrier)
{
    carrier->state.segmentation_offload = TRUE;
}

CarrierState carrier_state(Carrier *carrier)
{
    CarrierState state = carrier->state;

    carrier->state.too_large = FALSE;
    return state;
}

/* ---- sending */

static void message_init(Carrier *carrier, guint i, guint8 *data, gsize length)
{
    struct msghdr *header = &carrier->messages[i].msg_hdr;

    carrier->parts[i] = (struct iovec){ .iov_base = data, .iov_len = length };
    memset(header, 0, sizeof *header);
    header->msg_iov = &carrier->parts[i];
    header->msg_iovlen = 1;
    if (!carrier->connected) {
        header->msg_name = &carrier->peer;
        header->msg_namelen = address_length(&carrier->peer);
    }
}

static void message_segmented(Carrier *carrier, guint i, guint16 stride)
{
    struct msghdr *header = &carrier->messages[i].msg_hdr;

    header->msg_control = carrier->control[i].bytes;
    header->msg_controllen = CMSG_SPACE(sizeof stride);

    struct cmsghdr *control = CMSG_FIRSTHDR(header);
    control->cmsg_level = IPPROTO_UDP;
    control->cmsg_type = UDP_SEGMENT;
    control->cmsg_len = CMSG_LEN(sizeof stride);
    memcpy(CMSG_DATA(control), &stride, sizeof stride);
}

/* Prepares as many messages as one call takes: a train each where the kernel cuts them, else a
 * piece each. */
static guint fill(Carrier *carrier, const Train *trains, guint n)
{
    guint messages = 0;

    for (guint i = 0; i < n && messages < CARRIER_BATCH; i++) {
        const Train *train = &trains[i];

        if (carrier->state.segmentation_offload && train->length > train->stride) {
            message_init(carrier, messages, train->data, train->length);
            message_segmented(carrier, messages++, (guint16)train->stride);
            continue;
        }
        for (gsize at = 0; at < train->length && messages < CARRIER_BATCH; at += train->stride)
            message_init(carrier, messages++, train->data + at,
                         MIN(train->stride, train->length - at));
    }
    return messages;
}

/* Takes what `messages` of the prepared ones held off the trains. */
static guint advance(const Carrier *carrier, Train *trains, guint messages)
{
    guint done = 0;

    for (guint i = 0; i < messages; i++) {
        gsize length = carrier->parts[i].iov_len;
        trains[done].data += length;
        trains[done].length -= length;
        if (trains[done].length == 0)
            done++;
    }
    return done;
}

/* EAGAIN has two meanings: no room, or IPsec's policy holding a packet back while its SA is
 * being made. In the second case the socket is writable, and waiting for it would spin. */
static gboolean is_full(const Carrier *carrier)
{
    struct pollfd poll_fd = { .fd = carrier->fd, .events = POLLOUT };
    const struct timespec now = { 0 };

    return ppoll(&poll_fd, 1, &now, NULL) == 0;
}

typedef enum { FIRST_REFUSED, FIRST_RETRY, FIRST_LOST, FIRST_WAITS } FirstFate;

/* What an error says of the first message of a call. */
static FirstFate fate_of_first(Carrier *carrier, int error, gboolean retried)
{
    gboolean train = carrier->messages[0].msg_hdr.msg_controllen > 0;

    switch (error) {
    case EINTR:
        return FIRST_RETRY;
    case EAGAIN:
        return is_full(carrier) ? FIRST_WAITS : FIRST_LOST;
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
        /* An ICMP error of an earlier packet is reported once and takes nothing with it. */
        return retried ? FIRST_LOST : FIRST_RETRY;
    case EINVAL:
        carrier->state.too_large |= train; /* also said of pieces that exceed the MTU */
        return train ? FIRST_REFUSED : FIRST_LOST;
    case EIO:
    case EOPNOTSUPP:
        return train ? FIRST_REFUSED : FIRST_LOST;
    case EMSGSIZE:
        carrier->state.too_large = TRUE;
        return FIRST_LOST;
    default:
        return FIRST_LOST;
    }
}

gboolean carrier_send(Carrier *carrier, Train *trains, guint n, guint *ret_done)
{
    guint done = 0;
    gboolean retried = FALSE;

    while (done < n) {
        guint messages = fill(carrier, trains + done, n - done);
        int sent = sendmmsg(carrier->fd, carrier->messages, messages, MSG_DONTWAIT);
        FirstFate fate = sent > 0 ? FIRST_LOST : fate_of_first(carrier, errno, retried);

        retried = fate == FIRST_RETRY;
        if (fate == FIRST_WAITS) {
            *ret_done = done;
            return FALSE;
        }
        if (fate == FIRST_REFUSED)
            carrier->state.segmentation_offload = FALSE;
        if (fate != FIRST_LOST)
            continue;
        if (sent <= 0)
            carrier->state.tx_dropped++;
        done += advance(carrier, trains + done, (guint)MAX(sent, 1));
    }
    *ret_done = n;
    return TRUE;
}

void carrier_send_one(Carrier *carrier, const void *data, gsize length)
{
    Train train = { (guint8 *)data, length, length };
    guint done;

    carrier_send(carrier, &train, 1, &done);
}

/* ---- receiving */

static gsize merged_stride(const struct msghdr *header, gsize length)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c;
         c = CMSG_NXTHDR((struct msghdr *)header, c)) {
        int stride;
        if (c->cmsg_level != IPPROTO_UDP || c->cmsg_type != UDP_GRO)
            continue;
        memcpy(&stride, CMSG_DATA(c), sizeof stride);
        return stride > 0 ? (gsize)stride : length;
    }
    return length;
}

static void receive_init(Carrier *carrier)
{
    for (guint i = 0; i < CARRIER_BATCH; i++) {
        struct msghdr *header = &carrier->messages[i].msg_hdr;

        carrier->parts[i] = (struct iovec){ carrier->memory + (gsize)i * RECEIVE_SIZE,
                                              RECEIVE_SIZE };
        *header = (struct msghdr){
            .msg_name = &carrier->from[i],
            .msg_namelen = sizeof carrier->from[i],
            .msg_iov = &carrier->parts[i],
            .msg_iovlen = 1,
            .msg_control = carrier->control[i].bytes,
            .msg_controllen = sizeof carrier->control[i],
        };
    }
}

gboolean carrier_receive(Carrier *carrier, CarrierReceiver receiver, gpointer user_data)
{
    gsize lengths[CARRIER_BATCH], strides[CARRIER_BATCH];
    int n;

    receive_init(carrier);
    do
        n = recvmmsg(carrier->fd, carrier->messages, CARRIER_BATCH, MSG_DONTWAIT, NULL);
    while (n < 0 && errno == EINTR);
    /* ECONNREFUSED and its like: an ICMP message, which anybody can forge. Timers decide. */
    if (n <= 0)
        return n < 0 && errno != EAGAIN;

    /* The receiver may answer, and answering uses the same headers. */
    for (int i = 0; i < n; i++) {
        const struct msghdr *header = &carrier->messages[i].msg_hdr;
        lengths[i] = (header->msg_flags & MSG_TRUNC) ? 0 : carrier->messages[i].msg_len;
        strides[i] = merged_stride(header, lengths[i]);
        if (strides[i] < lengths[i])
            carrier->state.receive_offload = TRUE;
    }
    for (int i = 0; i < n; i++) {
        guint8 *data = carrier->memory + (gsize)i * RECEIVE_SIZE;
        for (gsize at = 0; at < lengths[i]; at += strides[i])
            receiver(data + at, MIN(strides[i], lengths[i] - at), &carrier->from[i], user_data);
    }
    return n == CARRIER_BATCH;
}
