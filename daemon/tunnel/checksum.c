/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Internet checksum (RFC 1071). */
#include "tunnel/checksum.h"

#include <string.h>

#define IPV4_CHECKSUM 10

/* Halves of 64 bits are added without looking for carries: 2^32 words fit before one is lost. */
guint64 checksum_add(guint64 sum, const void *data, gsize length)
{
    const guint8 *bytes = data;

    sum = (sum & G_MAXUINT32) + (sum >> 32);
    for (; length >= 8; length -= 8, bytes += 8) {
        guint64 word;
        memcpy(&word, bytes, sizeof word);
        sum += (word & G_MAXUINT32) + (word >> 32);
    }
    if (length > 0) {
        guint64 word = 0;
        memcpy(&word, bytes, length); /* padded with zero (RFC 1071 §4.1) */
        sum += (word & G_MAXUINT32) + (word >> 32);
    }
    return sum;
}

guint64 checksum_add_u16(guint64 sum, guint16 value)
{
    return sum + GUINT16_TO_BE(value);
}

guint16 checksum_fold(guint64 sum)
{
    sum = (sum & G_MAXUINT32) + (sum >> 32);
    sum = (sum & G_MAXUINT32) + (sum >> 32);
    guint32 half = (guint32)((sum & 0xffff) + (sum >> 16));
    half = (half & 0xffff) + (half >> 16);
    return (guint16)((half & 0xffff) + (half >> 16));
}

guint64 checksum_pseudo(const guint8 *packet, guint8 protocol, gsize transport_length)
{
    gboolean v4 = packet[0] >> 4 == 4;
    guint64 sum = checksum_add(0, packet + (v4 ? 12 : 8), v4 ? 8 : 32);

    sum = checksum_add_u16(sum, protocol);
    return checksum_add_u16(sum, (guint16)transport_length);
}

void checksum_ipv4_header(guint8 *packet, gsize header_length)
{
    memset(packet + IPV4_CHECKSUM, 0, 2);
    guint16 value = (guint16)~checksum_fold(checksum_add(0, packet, header_length));
    memcpy(packet + IPV4_CHECKSUM, &value, sizeof value);
}
