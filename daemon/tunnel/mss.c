/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MSS clamping. */
#include "tunnel/mss.h"

#include <netinet/in.h>
#include <string.h>

#include "tunnel/checksum.h"

#define IPV4_HEADER_MIN 20
#define IPV6_HEADER 40
#define TCP_HEADER_MIN 20
#define TCP_FLAGS 13
#define TCP_CHECKSUM 16
#define FLAG_SYN 0x02
#define OPTION_END 0
#define OPTION_NOP 1
#define OPTION_MSS 2

/* Where TCP begins: 0 for fragments behind the first, other protocols, and IPv6 with extension
 * headers, which are left alone. */
static gsize find_tcp(const guint8 *packet, gsize length)
{
    if (length >= IPV4_HEADER_MIN && packet[0] >> 4 == 4) {
        gsize header = (gsize)(packet[0] & 0x0f) * 4;
        gboolean first = (packet[6] & 0x1f) == 0 && packet[7] == 0;
        return packet[9] == IPPROTO_TCP && first && header >= IPV4_HEADER_MIN ? header : 0;
    }
    if (length >= IPV6_HEADER && packet[0] >> 4 == 6)
        return packet[6] == IPPROTO_TCP ? IPV6_HEADER : 0;
    return 0;
}

/* The offset of the MSS value in the TCP header, 0: there is none. */
static gsize find_option(const guint8 *tcp, gsize header_length)
{
    gsize at = TCP_HEADER_MIN;

    while (at < header_length && tcp[at] != OPTION_END) {
        if (tcp[at] == OPTION_NOP) {
            at++;
            continue;
        }
        if (header_length - at < 2 || tcp[at + 1] < 2 || tcp[at + 1] > header_length - at)
            return 0;
        if (tcp[at] == OPTION_MSS)
            return tcp[at + 1] == 4 ? at + 2 : 0;
        at += tcp[at + 1];
    }
    return 0;
}

/* RFC 1624 §3: HC' = ~(~HC + ~m + m'). A value at an odd place sums with its bytes swapped. */
static void update_checksum(guint8 *tcp, gsize at, const guint8 old[2], const guint8 new[2])
{
    guint16 checksum, before, after;

    memcpy(&checksum, tcp + TCP_CHECKSUM, sizeof checksum);
    memcpy(&before, old, sizeof before);
    memcpy(&after, new, sizeof after);
    if (at % 2 != 0) {
        before = GUINT16_SWAP_LE_BE(before);
        after = GUINT16_SWAP_LE_BE(after);
    }
    guint64 sum = (guint64)(guint16)~checksum + (guint16)~before + after;
    checksum = (guint16)~checksum_fold(sum);
    memcpy(tcp + TCP_CHECKSUM, &checksum, sizeof checksum);
}

gboolean mss_clamp(guint8 *packet, gsize length, guint16 mtu, gboolean partial)
{
    gsize start = find_tcp(packet, length);

    if (start == 0 || length < start + TCP_HEADER_MIN || !(packet[start + TCP_FLAGS] & FLAG_SYN))
        return FALSE;

    guint8 *tcp = packet + start;
    gsize header_length = (gsize)(tcp[12] >> 4) * 4;
    gsize overhead = (packet[0] >> 4 == 4 ? IPV4_HEADER_MIN : IPV6_HEADER) + TCP_HEADER_MIN;
    if (header_length < TCP_HEADER_MIN || header_length > length - start || mtu <= overhead)
        return FALSE;

    gsize at = find_option(tcp, header_length);
    guint16 limit = (guint16)(mtu - overhead);
    if (at == 0 || (guint)(tcp[at] << 8 | tcp[at + 1]) <= limit)
        return FALSE;

    const guint8 clamped[2] = { (guint8)(limit >> 8), (guint8)limit };
    if (!partial)
        update_checksum(tcp, at, tcp + at, clamped);
    memcpy(tcp + at, clamped, sizeof clamped);
    return TRUE;
}
