/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Internet checksum (RFC 1071).  Sums are kept in memory order, which that checksum allows
 * (§2 B), and results are stored as they are. */
#pragma once

#include <glib.h>

/* Adds bytes to a sum. Pieces but the last one must be of even length. */
guint64 checksum_add(guint64 sum, const void *data, gsize length);
/* Adds a number, given in host order, as the two bytes that it is on the wire. */
guint64 checksum_add_u16(guint64 sum, guint16 value);
/* Folded to 16 bits, not complemented: what stands in a field that is still to be completed. */
guint16 checksum_fold(guint64 sum);
/* The pseudo-header of TCP and UDP: `packet` begins with an IPv4 or IPv6 header. */
guint64 checksum_pseudo(const guint8 *packet, guint8 protocol, gsize transport_length);
/* Stores the complement of the sum over the header; the field is taken as zero. */
void checksum_ipv4_header(guint8 *packet, gsize header_length);
