/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the TUN and the datagrams. */
#include "tunnel/path_user.h"

#include <errno.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <unistd.h>

#include "tunnel/coalesce.h"
#include "tunnel/mss.h"
#include "tunnel/segment.h"

#define PPP_IPV4 0x21
#define PPP_IPV6 0x57
/* One read of the TUN: its header and the largest packet there is. */
#define READ_SIZE (sizeof(struct virtio_net_hdr) + 65535)
/* What a super-packet may grow to when it is cut: TCP's pieces hold 88 bytes or more
 * (TCP_MIN_MSS of Linux), and each repeats some 80 bytes of headers. */
#define CUT_MAX (192 * 1024)
#define ARENA_SIZE (4 * CUT_MAX)
/* Trains that one super-packet may be cut into: CUT_MAX in pieces of some 100 bytes. */
#define TRAINS_OF_ONE 32
#define TRAINS 96
/* Super-packets of one turn: the gateway's packets wait meanwhile. */
#define READS_PER_TURN 128

struct UserPath {
    int tun;
    UserPathHeader header;
    guint16 mtu;
    UserPathCounters counters;
    Coalescer *coalescer;
    guint8 *super; /* READ_SIZE */
    guint8 *arena; /* pieces on their way out */
    gsize used;
    Train trains[TRAINS];
    guint n_trains;
    gboolean blocked; /* the carrier was full */
    gboolean open; /* the last train may grow: all its pieces are of its stride */
};

static void write_packet(const struct virtio_net_hdr *header, const struct iovec *parts,
                         guint n_parts, gpointer user_data)
{
    UserPath *path = user_data;
    struct iovec all[1 + 64];
    ssize_t written;

    all[0] = (struct iovec){ (void *)header, sizeof *header };
    memcpy(all + 1, parts, n_parts * sizeof *parts);
    do
        written = writev(path->tun, all, (int)n_parts + 1);
    while (written < 0 && errno == EINTR);
    if (written < 0)
        path->counters.rx_dropped += n_parts;
}

UserPath *user_path_new(int tun)
{
    UserPath *path = g_new0(UserPath, 1);

    path->tun = tun;
    path->coalescer = coalescer_new(write_packet, path);
    path->super = g_malloc(READ_SIZE);
    path->arena = g_malloc(ARENA_SIZE);
    return path;
}

void user_path_free(UserPath *path)
{
    if (!path)
        return;
    close(path->tun);
    coalescer_free(path->coalescer);
    g_free(path->super);
    g_free(path->arena);
    g_free(path);
}

int user_path_fd(const UserPath *path)
{
    return path->tun;
}

const UserPathCounters *user_path_counters(const UserPath *path)
{
    return &path->counters;
}

void user_path_configure(UserPath *path, const UserPathHeader *header, guint16 mtu)
{
    path->header = *header;
    path->mtu = mtu;
}

/* ---- out */

/* What goes in front of a packet: the header and the protocol field of its IP version. */
static gsize make_prefix(const UserPath *path, const guint8 *packet, guint8 *prefix)
{
    gsize length = path->header.length;

    memcpy(prefix, path->header.bytes, length);
    if (!path->header.short_field)
        prefix[length++] = 0;
    prefix[length++] = packet[0] >> 4 == 6 ? PPP_IPV6 : PPP_IPV4;
    return length;
}

static void number_pieces(const UserPath *path, const SegmentResult *pieces, guint8 *data,
                          guint16 *ns)
{
    for (gsize at = 0; at < pieces->length; at += pieces->stride) {
        data[at + path->header.ns_offset] = (guint8)(*ns >> 8);
        data[at + path->header.ns_offset + 1] = (guint8)*ns;
        (*ns)++;
    }
}

/* FALSE: the carrier is full. */
static gboolean send_trains(UserPath *path, Carrier *carrier)
{
    guint done = 0;

    path->blocked = !carrier_send(carrier, path->trains, path->n_trains, &done);
    path->open = FALSE;
    path->n_trains -= done;
    if (path->n_trains > 0)
        memmove(path->trains, path->trains + done, path->n_trains * sizeof *path->trains);
    else
        path->used = 0;
    return !path->blocked;
}

/* A single packet of the same size as the last one's pieces rides with it: acknowledgements
 * come in rows, and a train costs one way through the network stack. */
static gboolean join_train(UserPath *path, const guint8 *data, gsize length)
{
    Train *train = path->n_trains > 0 ? &path->trains[path->n_trains - 1] : NULL;

    if (!train || !path->open || length > train->stride ||
        train->length + length > CARRIER_TRAIN_MAX ||
        train->length / train->stride >= CARRIER_TRAIN_SEGMENTS)
        return FALSE;
    g_assert(train->data + train->length == data);
    train->length += length;
    path->open = length == train->stride;
    return TRUE;
}

/* Cuts what is too long for one call into several trains. FALSE: into too many. */
static gboolean add_trains(UserPath *path, guint8 *data, const SegmentResult *pieces)
{
    gsize at = 0;
    gsize longest = MIN(CARRIER_TRAIN_MAX / pieces->stride, CARRIER_TRAIN_SEGMENTS) *
                    pieces->stride;

    if (pieces->length == pieces->stride && join_train(path, data, pieces->length))
        return TRUE;
    if (pieces->length > longest * TRAINS_OF_ONE)
        return FALSE;
    while (at < pieces->length) {
        gsize length = MIN(longest, pieces->length - at);

        path->trains[path->n_trains++] = (Train){ data + at, length, pieces->stride };
        at += length;
        path->open = length % pieces->stride == 0;
    }
    return TRUE;
}

static void packet_out(UserPath *path, gsize length, guint16 *ns)
{
    struct virtio_net_hdr header;
    guint8 *packet = path->super + sizeof header;
    guint8 prefix[sizeof path->header.bytes + 2];
    SegmentResult pieces;

    memcpy(&header, path->super, sizeof header);
    guint8 version = packet[0] >> 4;
    if (version != 4 && version != 6) {
        path->counters.tx_dropped++;
        return;
    }
    mss_clamp(packet, length, path->mtu, header.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM);

    guint8 *out = path->arena + path->used;
    if (!segment_cut(&header, packet, length, prefix, make_prefix(path, packet, prefix), out,
                     CUT_MAX, &pieces)) {
        path->counters.tx_dropped++;
        return;
    }
    if (!add_trains(path, out, &pieces)) {
        path->counters.tx_dropped++;
        return;
    }
    if (path->header.sequenced)
        number_pieces(path, &pieces, out, ns);
    path->counters.tx_packets += (pieces.length + pieces.stride - 1) / pieces.stride;
    path->counters.tx_bytes += length;
    path->used += pieces.length;
}

gboolean user_path_blocked(const UserPath *path)
{
    return path->blocked;
}

void user_path_send(UserPath *path, Carrier *carrier, guint16 *ns)
{
    if (path->blocked && !send_trains(path, carrier))
        return;
    for (guint i = 0; i < READS_PER_TURN; i++) {
        ssize_t n = read(path->tun, path->super, READ_SIZE);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= (ssize_t)sizeof(struct virtio_net_hdr))
            break;
        packet_out(path, (gsize)n - sizeof(struct virtio_net_hdr), ns);
        gboolean room = ARENA_SIZE - path->used >= CUT_MAX &&
                        TRAINS - path->n_trains >= TRAINS_OF_ONE;
        if (!room && !send_trains(path, carrier))
            return;
    }
    send_trains(path, carrier);
}

/* ---- in */

void user_path_deliver(UserPath *path, guint8 *packet, gsize length)
{
    if (length == 0)
        return;
    path->counters.rx_packets++;
    path->counters.rx_bytes += length;
    mss_clamp(packet, length, path->mtu, FALSE);
    coalescer_add(path->coalescer, packet, length);
}

void user_path_flush(UserPath *path)
{
    coalescer_flush(path->coalescer);
}
