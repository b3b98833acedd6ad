/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets to and from the gateway, in batches: what lies under a packet path.
 *
 * Today that is the UDP socket of the connection, with ESP done by the kernel below it.  The
 * packet paths use only carrier_send() and carrier_receive(), so that ESP in user space can
 * stand here one day.
 *
 * A lost packet is no error: neither call says what became of one.  A socket that IPsec's
 * policy holds back, or that has no room, loses packets just as a network does. */
#pragma once

#include <glib.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define CARRIER_BATCH 64            /* trains or messages per system call */
#define CARRIER_TRAIN_MAX 65000     /* bytes; UDP's own limit is 65507 */
#define CARRIER_TRAIN_SEGMENTS 64   /* UDP_MAX_SEGMENTS of Linux up to 6.9 */

/* Datagrams that stand behind one another in memory, all `stride` bytes but the last one, which
 * may be shorter. */
typedef struct {
    guint8 *data;
    gsize length;
    gsize stride;
} Train;

typedef struct {
    guint64 tx_dropped;
    gboolean segmentation_offload; /* not refused so far */
    gboolean receive_offload;      /* seen to work */
    gboolean too_large;            /* a packet did not fit: ask for the MTU again */
} CarrierState;

typedef struct Carrier Carrier;

/* Takes the socket over. */
Carrier *carrier_new(int fd);
void carrier_free(Carrier *carrier);
int carrier_fd(const Carrier *carrier);

/* Before carrier_connect() everything goes to this address. */
void carrier_set_peer(Carrier *carrier, const struct sockaddr_storage *peer);
/* From now on for this peer only. May be called again when the route below has changed. */
gboolean carrier_connect(Carrier *carrier, const struct sockaddr_storage *peer);
/* The largest IP packet that fits below without fragments, bytes; 0 unknown. */
guint16 carrier_mtu(const Carrier *carrier);
/* Merged receiving is for the user path alone: with the kernel's, data never comes here. */
void carrier_receive_merged(Carrier *carrier, gboolean merged);
/* Sending in trains is tried (again). */
void carrier_probe_offload(Carrier *carrier);
CarrierState carrier_state(Carrier *carrier); /* clears too_large */

void carrier_send_one(Carrier *carrier, const void *data, gsize length);
/* Trains get shorter as they leave. FALSE: the socket is full, and the first `*ret_done` are
 * through; go on with the others when it is writable. */
gboolean carrier_send(Carrier *carrier, Train *trains, guint n, guint *ret_done);

/* Datagrams of any source are handed on: `from` says of which. */
typedef void (*CarrierReceiver)(guint8 *data, gsize length, const struct sockaddr_storage *from,
                                  gpointer user_data);
/* One batch. TRUE: there may be more. */
gboolean carrier_receive(Carrier *carrier, CarrierReceiver receiver, gpointer user_data);

/* Same family, address and (with_port) port. */
gboolean carrier_address_equal(const struct sockaddr_storage *a, const struct sockaddr_storage *b,
                                 gboolean with_port);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Carrier, carrier_free)
