/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets as a gateway may send them go through the coalescer; what comes out, cut again, is
 * what went in.  And super-packets as only a broken kernel would hand over are cut within
 * bounds or refused.
 *
 * The input is a row of records: a byte of flags, two of length, then a packet. Flag 1: its
 * checksums are made right first, without which next to nothing would be merged. */
#include <glib.h>
#include <netinet/in.h>
#include <string.h>

#include "tunnel/checksum.h"
#include "tunnel/coalesce.h"
#include "tunnel/mss.h"
#include "tunnel/segment.h"

#define PACKETS 128
#define OUT_SIZE (256 * 1024)

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

typedef struct {
    guint64 bytes, packets; /* what identification and checksums of IPv4 do not change */
    guint64 digest;
} Tally;

/* Order among flows is free, so the digest is a sum. What a receiver ignores is left out:
 * bytes behind the IP packet, and IPv4's identification where it means nothing. */
static void count(Tally *tally, const guint8 *packet, gsize length)
{
    gsize stated = length;
    guint64 hash = 14695981039346656037u;

    if (length >= 20 && packet[0] == 0x45)
        stated = (gsize)(packet[2] << 8 | packet[3]);
    else if (length >= 40 && packet[0] >> 4 == 6)
        stated = 40 + (gsize)(packet[4] << 8 | packet[5]);
    length = MIN(length, stated);
    for (gsize i = 0; i < length; i++) {
        gboolean free_field = packet[0] == 0x45 && (i == 4 || i == 5 || i == 10 || i == 11);
        if (!free_field)
            hash = (hash ^ packet[i]) * 1099511628211u;
    }
    tally->digest += hash;
    tally->bytes += length;
    tally->packets++;
}

static void collect(const struct virtio_net_hdr *header, const struct iovec *parts, guint n_parts,
                    gpointer user_data)
{
    g_autoptr(GByteArray) whole = g_byte_array_new();
    g_autofree guint8 *out = g_malloc(OUT_SIZE);
    SegmentResult result;

    for (guint i = 0; i < n_parts; i++)
        g_byte_array_append(whole, parts[i].iov_base, (guint)parts[i].iov_len);
    g_assert_cmpuint(whole->len, <=, 65535);
    g_assert_true(segment_cut(header, whole->data, whole->len, NULL, 0, out, OUT_SIZE, &result));
    for (gsize at = 0; at < result.length; at += result.stride)
        count(user_data, out + at, MIN(result.stride, result.length - at));
}

static void make_right(guint8 *packet, gsize length)
{
    gsize ip = length >= 20 && packet[0] == 0x45 ? 20 : 40;

    if (length < ip + 20)
        return;
    if (ip == 20) {
        packet[2] = (guint8)(length >> 8);
        packet[3] = (guint8)length;
        checksum_ipv4_header(packet, ip);
    } else if (packet[0] >> 4 == 6) {
        packet[4] = (guint8)((length - 40) >> 8);
        packet[5] = (guint8)(length - 40);
    } else {
        return;
    }
    guint64 sum = checksum_pseudo(packet, IPPROTO_TCP, length - ip);
    memset(packet + ip + 16, 0, 2);
    guint16 value = (guint16)~checksum_fold(checksum_add(sum, packet + ip, length - ip));
    memcpy(packet + ip + 16, &value, 2);
}

static void try_coalescing(const guint8 *data, gsize size)
{
    Tally in = { 0 }, out = { 0 };
    g_autoptr(Coalescer) coalescer = coalescer_new(collect, &out);
    guint8 *packets[PACKETS];
    guint n = 0;

    while (size >= 4 && n < PACKETS) {
        gsize length = MIN((gsize)(data[1] << 8 | data[2]), size - 3);
        if (length == 0)
            break;
        packets[n] = g_memdup2(data + 3, length);
        if (data[0] & 1)
            make_right(packets[n], length);
        count(&in, packets[n], length);
        coalescer_add(coalescer, packets[n++], length);
        data += 3 + length;
        size -= 3 + length;
    }
    coalescer_flush(coalescer);
    g_assert_cmpuint(in.packets, ==, out.packets);
    g_assert_cmpuint(in.bytes, ==, out.bytes);
    g_assert_cmpuint(in.digest, ==, out.digest);
    while (n > 0)
        g_free(packets[--n]);
}

static void try_cutting(const guint8 *data, gsize size)
{
    struct virtio_net_hdr header;
    SegmentResult result;
    g_autofree guint8 *out = g_malloc(4096);

    if (size < sizeof header)
        return;
    memcpy(&header, data, sizeof header);
    if (segment_cut(&header, data + sizeof header, size - sizeof header, NULL, 0, out, 4096,
                    &result)) {
        g_assert_cmpuint(result.length, <=, 4096);
        g_assert_cmpuint(result.stride, <=, result.length);
        g_assert_cmpuint(result.stride, >, 0);
    }
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autofree guint8 *copy = g_memdup2(data, size);

    try_coalescing(data, size);
    try_cutting(data, size);
    if (mss_clamp(copy, size, 1400, FALSE))
        g_assert_false(mss_clamp(copy, size, 1400, FALSE));
    return 0;
}
