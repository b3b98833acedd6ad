/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Batches of packets through a UDP socket, with segmentation done by the kernel where it can.
 *
 * UDP_SEGMENT on a route with an IPsec state fails with EIO (Linux 6.1 to 7.2), and nothing
 * announces it beforehand: the first refused train turns it off, and is sent again in pieces. */
#include "tunnel/carrier.h"

#include <errno.h>
#include <netinet/udp.h>
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
    close(carrier->fd);
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

/* How many of `n` prepared messages were dealt with before one failed; `errno` says how. An
 * error is told for the first message of a call only, so this one is it. */
static guint send_messages(Carrier *carrier, guint first, guint n)
{
    int sent;

    do
        sent = sendmmsg(carrier->fd, carrier->messages + first, n, MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? 0 : (guint)sent;
}

static void note_loss(Carrier *carrier, int error)
{
    carrier->state.tx_dropped++;
    if (error == EMSGSIZE)
        carrier->state.too_large = TRUE;
}

/* All of them; what fails is lost, what comes behind it is tried. An ICMP error of an earlier
 * packet (ECONNREFUSED) is reported once and takes nothing with it: that one is tried again. */
static void send_all(Carrier *carrier, guint n)
{
    int last_error = 0;

    for (guint i = 0; i < n;) {
        guint sent = send_messages(carrier, i, n - i);
        if (sent > 0) {
            i += sent;
            last_error = 0;
            continue;
        }
        gboolean pending = errno == ECONNREFUSED || errno == EHOSTUNREACH || errno == ENETUNREACH;
        if (pending && last_error == 0) {
            last_error = errno;
            continue;
        }
        note_loss(carrier, errno);
        last_error = 0;
        i++;
    }
}

static void send_pieces(Carrier *carrier, const Train *train)
{
    guint n = 0;

    for (gsize position = 0; position < train->length; position += train->stride) {
        message_init(carrier, n++, train->data + position,
                     MIN(train->stride, train->length - position));
        if (n == CARRIER_BATCH) {
            send_all(carrier, n);
            n = 0;
        }
    }
    send_all(carrier, n);
}

/* FALSE: the kernel will not cut trains on this socket; nothing from `*ret_sent` on has left. */
static gboolean send_trains(Carrier *carrier, const Train *trains, guint n, guint *ret_sent)
{
    guint done = 0;

    for (guint i = 0; i < n; i++) {
        message_init(carrier, i, trains[i].data, trains[i].length);
        if (trains[i].length > trains[i].stride)
            message_segmented(carrier, i, (guint16)trains[i].stride);
    }
    while (done < n) {
        guint sent = send_messages(carrier, done, n - done);
        if (sent == 0 && trains[done].length > trains[done].stride &&
            (errno == EIO || errno == EINVAL || errno == EOPNOTSUPP)) {
            /* EINVAL is also said of a segment that exceeds the MTU. */
            carrier->state.too_large = errno == EINVAL;
            *ret_sent = done;
            return FALSE;
        }
        if (sent == 0)
            note_loss(carrier, errno);
        done += MAX(sent, 1);
    }
    return TRUE;
}

void carrier_send(Carrier *carrier, const Train *trains, guint n)
{
    guint done = 0;

    while (done < n && carrier->state.segmentation_offload) {
        guint batch = MIN(n - done, CARRIER_BATCH), sent = batch;

        if (!send_trains(carrier, trains + done, batch, &sent))
            carrier->state.segmentation_offload = FALSE;
        done += sent;
    }
    /* Single packets share a call also where the kernel cuts no trains. */
    guint singles = 0;
    for (; done < n; done++) {
        if (trains[done].length > trains[done].stride) {
            send_all(carrier, singles);
            singles = 0;
            send_pieces(carrier, &trains[done]);
            continue;
        }
        message_init(carrier, singles++, trains[done].data, trains[done].length);
        if (singles == CARRIER_BATCH) {
            send_all(carrier, singles);
            singles = 0;
        }
    }
    send_all(carrier, singles);
}

void carrier_send_one(Carrier *carrier, const void *data, gsize length)
{
    message_init(carrier, 0, (guint8 *)data, length);
    send_all(carrier, 1);
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
        return n < 0 && errno != EAGAIN && errno != EWOULDBLOCK;

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
    return TRUE;
}
