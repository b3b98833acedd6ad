/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One IKEv1 question to a gateway. */
#include "cli/probe.h"

#include <string.h>

#include "base/bytes.h"

/* RFC 2408 §3.1, §3.4 to §3.6, RFC 2409 appendix A */
#define PAYLOAD_SA 1
#define PAYLOAD_TRANSFORM 3
#define PAYLOAD_NOTIFICATION 11
#define EXCHANGE_MAIN 2
#define EXCHANGE_INFORMATIONAL 5
#define VERSION_1_0 0x10
#define NOTIFY_NO_PROPOSAL_CHOSEN 14
#define HEADER_LENGTH 28
#define ATTRIBUTE(type) (0x8000 | (type)) /* with a value of two bytes */

typedef struct {
    guint16 cipher, key_bits, hash, group;
    const char *name;
} Suite;

/* Numbers of RFC 2409 appendix A, RFC 3602, RFC 4868, RFC 3526. */
static const Suite suites[] = {
    {7, 256, 4, 14, "AES-256, SHA-256, MODP-2048"}, {7, 256, 2, 14, "AES-256, SHA-1, MODP-2048"},
    {7, 128, 4, 14, "AES-128, SHA-256, MODP-2048"}, {7, 128, 2, 14, "AES-128, SHA-1, MODP-2048"},
    {7, 256, 2, 20, "AES-256, SHA-1, ECP-384"},     {7, 128, 2, 19, "AES-128, SHA-1, ECP-256"},
    {7, 256, 2, 2, "AES-256, SHA-1, MODP-1024"},    {7, 128, 2, 2, "AES-128, SHA-1, MODP-1024"},
    {5, 0, 2, 14, "3DES, SHA-1, MODP-2048"},        {5, 0, 2, 2, "3DES, SHA-1, MODP-1024"},
    {5, 0, 1, 2, "3DES, MD5, MODP-1024"},
};

/* RFC 2409 appendix A: a gateway takes the suites for one of them only, mostly. */
static const guint16 methods[] = {1 /* pre-shared key */, 3 /* RSA signatures */};

#define TRANSFORMS (G_N_ELEMENTS(methods) * G_N_ELEMENTS(suites))

static void write_transform(Writer *writer, guint number, gboolean last)
{
    const Suite *suite = &suites[number % G_N_ELEMENTS(suites)];
    gsize start = writer->length;

    writer_u8(writer, last ? 0 : PAYLOAD_TRANSFORM);
    writer_u8(writer, 0);
    writer_u16(writer, 0);
    writer_u8(writer, (guint8)(number + 1));
    writer_u8(writer, 1); /* KEY_IKE */
    writer_u16(writer, 0);
    writer_u16(writer, ATTRIBUTE(1));
    writer_u16(writer, suite->cipher);
    if (suite->key_bits > 0) {
        writer_u16(writer, ATTRIBUTE(14));
        writer_u16(writer, suite->key_bits);
    }
    writer_u16(writer, ATTRIBUTE(2));
    writer_u16(writer, suite->hash);
    writer_u16(writer, ATTRIBUTE(3));
    writer_u16(writer, methods[number / G_N_ELEMENTS(suites)]);
    writer_u16(writer, ATTRIBUTE(4));
    writer_u16(writer, suite->group);
    writer_u16(writer, ATTRIBUTE(11));
    writer_u16(writer, 1); /* lifetime in seconds */
    writer_u16(writer, ATTRIBUTE(12));
    writer_u16(writer, 28800);
    writer_patch_u16(writer, start + 2, (guint16)(writer->length - start));
}

gsize probe_build(guint8 *buffer, gsize size, const guint8 cookie[8], gboolean encapsulated)
{
    Writer writer = writer_init(buffer, size);

    if (encapsulated)
        writer_u32(&writer, 0);
    gsize start = writer.length;
    writer_bytes(&writer, cookie, 8);
    writer_u32(&writer, 0);
    writer_u32(&writer, 0);
    writer_u8(&writer, PAYLOAD_SA);
    writer_u8(&writer, VERSION_1_0);
    writer_u8(&writer, EXCHANGE_MAIN);
    writer_u8(&writer, 0);
    writer_u32(&writer, 0);
    writer_u32(&writer, 0); /* the whole length, patched below */
    gsize sa = writer.length;
    writer_u16(&writer, 0);
    writer_u16(&writer, 0);
    writer_u32(&writer, 1); /* IPsec domain of interpretation */
    writer_u32(&writer, 1); /* SIT_IDENTITY_ONLY */
    gsize proposal = writer.length;
    writer_u16(&writer, 0);
    writer_u16(&writer, 0);
    writer_u8(&writer, 1);
    writer_u8(&writer, 1); /* PROTO_ISAKMP */
    writer_u8(&writer, 0);
    writer_u8(&writer, TRANSFORMS);
    for (guint i = 0; i < TRANSFORMS; i++)
        write_transform(&writer, i, i + 1 == TRANSFORMS);
    writer_patch_u16(&writer, proposal + 2, (guint16)(writer.length - proposal));
    writer_patch_u16(&writer, sa + 2, (guint16)(writer.length - sa));
    writer_patch_u16(&writer, start + 26, (guint16)(writer.length - start));
    g_assert(writer_ok(&writer));
    return writer.length;
}

/* The answer's transform carries the number that we gave it. */
static const char *chosen_suite(Reader *sa)
{
    reader_skip(sa, 8); /* domain, situation */
    reader_skip(sa, 6); /* proposal: next, length, number, protocol */
    guint8 spi_length = reader_u8(sa);
    reader_skip(sa, 1u + spi_length); /* the count of transforms, the SPI */
    reader_skip(sa, 4);               /* transform: next, reserved, length */
    guint8 number = reader_u8(sa);
    if (!reader_ok(sa) || number == 0 || number > TRANSFORMS)
        return NULL;
    return suites[(number - 1u) % G_N_ELEMENTS(suites)].name;
}

ProbeResult probe_parse(const guint8 *data, gsize length, const guint8 cookie[8],
                        gboolean encapsulated, const char **ret_suite)
{
    Reader reader = reader_init(data, length);

    if (encapsulated && reader_u32(&reader) != 0)
        return PROBE_SILENT;
    const guint8 *initiator = reader_bytes(&reader, 8);
    if (!initiator || memcmp(initiator, cookie, 8) != 0)
        return PROBE_SILENT;
    reader_skip(&reader, 8);
    guint8 next = reader_u8(&reader);
    reader_skip(&reader, 1);
    guint8 exchange = reader_u8(&reader);
    reader_skip(&reader, 9);
    reader_skip(&reader, 2); /* the payload's own next and reserved bytes */
    guint16 payload_length = reader_u16(&reader);
    if (!reader_ok(&reader) || payload_length < 4)
        return PROBE_SILENT;
    Reader payload = reader_sub(&reader, payload_length - 4u);
    if (next == PAYLOAD_SA && exchange == EXCHANGE_MAIN) {
        *ret_suite = chosen_suite(&payload);
        return *ret_suite ? PROBE_CHOSEN : PROBE_OTHER;
    }
    if (next == PAYLOAD_NOTIFICATION && exchange == EXCHANGE_INFORMATIONAL) {
        reader_skip(&payload, 6);
        guint16 type = reader_u16(&payload);
        return reader_ok(&payload) && type == NOTIFY_NO_PROPOSAL_CHOSEN ? PROBE_NO_PROPOSAL
                                                                        : PROBE_OTHER;
    }
    return PROBE_OTHER;
}

/* One wait for an answer; TRUE when the result is final. */
static gboolean await(GSocket *socket, gint64 wait, const guint8 cookie[8], gboolean encapsulated,
                      ProbeResult *ret_result, const char **ret_suite)
{
    gint64 deadline = g_get_monotonic_time() + wait;
    guint8 answer[2048];

    for (;;) {
        g_autoptr(GError) error = NULL;
        gint64 left = deadline - g_get_monotonic_time();
        if (left <= 0 || !g_socket_condition_timed_wait(socket, G_IO_IN, left, NULL, NULL))
            return FALSE;
        gssize got = g_socket_receive(socket, (char *)answer, sizeof answer, NULL, &error);
        if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)) {
            *ret_result = PROBE_REFUSED;
            return TRUE;
        }
        /* A router that knows no way may know one a moment later. */
        if (got < 0)
            continue;
        *ret_result = probe_parse(answer, (gsize)got, cookie, encapsulated, ret_suite);
        if (*ret_result != PROBE_SILENT)
            return TRUE;
    }
}

ProbeResult probe_ask(GInetAddress *gateway, guint16 port, const char **ret_suite)
{
    static const gint64 waits[] = {400000, 800000, 1300000}; /* microseconds */
    gboolean encapsulated = port == 4500;
    guint8 question[PROBE_MESSAGE_MAX], cookie[8];
    ProbeResult result = PROBE_SILENT;
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new(gateway, port);
    g_autoptr(GSocket) socket = g_socket_new(g_inet_address_get_family(gateway),
                                             G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

    if (!socket || !g_socket_connect(socket, address, NULL, NULL))
        return PROBE_SILENT;
    for (guint i = 0; i < sizeof cookie; i++)
        cookie[i] = (guint8)g_random_int_range(1, 256);
    gsize length = probe_build(question, sizeof question, cookie, encapsulated);
    for (guint i = 0; i < G_N_ELEMENTS(waits); i++) {
        g_socket_send(socket, (const char *)question, length, NULL, NULL);
        if (await(socket, waits[i], cookie, encapsulated, &result, ret_suite))
            return result;
    }
    return PROBE_SILENT;
}
