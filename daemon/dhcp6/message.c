/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The DHCPv6 codec. */
#include "dhcp6/message.h"

#include <string.h>

enum {
    OPTION_CLIENT_ID = 1, /* RFC 8415 §21 */
    OPTION_SERVER_ID = 2,
    OPTION_IA_NA = 3,
    OPTION_IA_ADDRESS = 5,
    OPTION_OPTION_REQUEST = 6,
    OPTION_PREFERENCE = 7,
    OPTION_ELAPSED_TIME = 8,
    OPTION_STATUS_CODE = 13,
    OPTION_RAPID_COMMIT = 14,
    OPTION_DNS_SERVERS = 23, /* RFC 3646 §3, §4 */
    OPTION_DOMAIN_LIST = 24,
    OPTION_INFORMATION_REFRESH_TIME = 32,
    OPTION_SOL_MAX_RT = 82,
    OPTION_INF_MAX_RT = 83,
};

gboolean dhcp6_duid_equal(const Dhcp6Duid *a, const Dhcp6Duid *b)
{
    return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

/* ---- in */

static gboolean read_option(Reader *options, guint16 *ret_code, Reader *ret_value)
{
    if (reader_left(options) == 0)
        return FALSE;
    *ret_code = reader_u16(options);
    guint16 length = reader_u16(options);
    *ret_value = reader_sub(options, length);
    return reader_ok(options);
}

static void read_duid(Reader value, Dhcp6Duid *duid)
{
    gsize length = reader_left(&value);

    if (length == 0 || length > sizeof duid->bytes)
        return;
    memcpy(duid->bytes, reader_bytes(&value, length), length);
    duid->length = length;
}

static guint16 read_status(Reader value)
{
    guint16 status = reader_u16(&value);

    return reader_ok(&value) ? status : DHCP6_STATUS_UNSPEC_FAIL;
}

static void read_lease(Dhcp6Message *message, Reader value)
{
    const guint8 *address = reader_bytes(&value, 16);
    guint32 preferred = reader_u32(&value), valid = reader_u32(&value);
    Reader inner;
    guint16 code, status = DHCP6_STATUS_SUCCESS;

    if (!reader_ok(&value) || message->n_leases == DHCP6_LEASES_MAX)
        return;
    while (read_option(&value, &code, &inner)) {
        if (code == OPTION_STATUS_CODE)
            status = read_status(inner);
    }
    /* RFC 8415 §21.6: "discards any addresses for which the preferred lifetime is greater than
     * the valid lifetime". */
    if (!reader_ok(&value) || status != DHCP6_STATUS_SUCCESS || preferred > valid ||
        !dhcp6_address_is_global(address))
        return;
    Dhcp6Lease *lease = &message->leases[message->n_leases++];
    memcpy(lease->address, address, sizeof lease->address);
    lease->preferred = preferred;
    lease->valid = valid;
}

static void read_ia(Dhcp6Message *message, Reader value, guint32 iaid)
{
    guint32 id = reader_u32(&value), t1 = reader_u32(&value), t2 = reader_u32(&value);
    Reader inner;
    guint16 code;

    /* RFC 8415 §21.4: with T1 beyond T2 "the client discards the IA_NA option and processes the
     * remainder of the message as though the server had not included" it. */
    if (!reader_ok(&value) || id != iaid || message->has_ia || (t1 > t2 && t2 > 0))
        return;
    message->has_ia = TRUE;
    message->t1 = t1;
    message->t2 = t2;
    while (read_option(&value, &code, &inner)) {
        if (code == OPTION_IA_ADDRESS)
            read_lease(message, inner);
        else if (code == OPTION_STATUS_CODE)
            message->ia_status = read_status(inner);
    }
}

static void read_dns(Dhcp6Message *message, Reader value)
{
    while (reader_left(&value) >= 16 && message->n_dns < DHCP6_DNS_MAX) {
        const guint8 *address = reader_bytes(&value, 16);
        if (dhcp6_address_is_global(address))
            memcpy(message->dns[message->n_dns++], address, 16);
    }
}

static void read_value(Dhcp6Message *message, guint16 code, Reader value, guint32 iaid)
{
    switch (code) {
    case OPTION_CLIENT_ID:
        read_duid(value, &message->client);
        break;
    case OPTION_SERVER_ID:
        read_duid(value, &message->server);
        break;
    case OPTION_IA_NA:
        read_ia(message, value, iaid);
        break;
    case OPTION_PREFERENCE:
        message->preference = reader_u8(&value);
        break;
    case OPTION_STATUS_CODE:
        message->status = read_status(value);
        break;
    case OPTION_RAPID_COMMIT:
        message->rapid_commit = TRUE;
        break;
    case OPTION_DNS_SERVERS:
        read_dns(message, value);
        break;
    case OPTION_DOMAIN_LIST:
        dhcp6_names_read(&message->search, value);
        break;
    case OPTION_INFORMATION_REFRESH_TIME:
        message->refresh = reader_u32(&value);
        break;
    default: /* RFC 8415 §16: unknown options are "ignored as if they were not present" */
        break;
    }
}

gboolean dhcp6_message_parse(const guint8 *data, gsize length, guint32 iaid,
                             Dhcp6Message *ret_message)
{
    Reader reader = reader_init(data, length);
    guint32 head = reader_u32(&reader);
    Reader value;
    guint16 code;

    memset(ret_message, 0, sizeof *ret_message);
    ret_message->type = (guint8)(head >> 24);
    ret_message->transaction_id = head & 0xffffff;
    if (!reader_ok(&reader) ||
        (ret_message->type != DHCP6_ADVERTISE && ret_message->type != DHCP6_REPLY))
        return FALSE;
    while (read_option(&reader, &code, &value))
        read_value(ret_message, code, value, iaid);
    /* RFC 8415 §16.3, §16.10: without a server's identity it is discarded. */
    return reader_ok(&reader) && ret_message->server.length > 0;
}

/* ---- out */

static void write_duid(Writer *writer, guint16 code, const Dhcp6Duid *duid)
{
    writer_u16(writer, code);
    writer_u16(writer, (guint16)duid->length);
    writer_bytes(writer, duid->bytes, duid->length);
}

static void write_ia(Writer *writer, const Dhcp6Question *question)
{
    writer_u16(writer, OPTION_IA_NA);
    writer_u16(writer, question->address ? 12 + 28 : 12);
    writer_u32(writer, question->iaid);
    writer_u32(writer, 0); /* T1, T2: the server's to say (RFC 8415 §21.4) */
    writer_u32(writer, 0);
    if (!question->address)
        return;
    writer_u16(writer, OPTION_IA_ADDRESS);
    writer_u16(writer, 24);
    writer_bytes(writer, question->address, 16);
    writer_u32(writer, 0);
    writer_u32(writer, 0);
}

/* RFC 8415 §18.2.1 to §18.2.6: the two limits of retransmission MUST be asked for, the refresh
 * time MUST be in an Information-request and MUST NOT be elsewhere (§21.23). */
static void write_request(Writer *writer, Dhcp6MessageType type)
{
    gboolean information = type == DHCP6_INFORMATION_REQUEST;

    writer_u16(writer, OPTION_OPTION_REQUEST);
    writer_u16(writer, information ? 8 : 6);
    writer_u16(writer, OPTION_DNS_SERVERS);
    writer_u16(writer, OPTION_DOMAIN_LIST);
    if (information)
        writer_u16(writer, OPTION_INFORMATION_REFRESH_TIME);
    writer_u16(writer, information ? OPTION_INF_MAX_RT : OPTION_SOL_MAX_RT);
}

gsize dhcp6_message_build(const Dhcp6Question *question, guint8 buffer[DHCP6_MESSAGE_MAX])
{
    Writer writer = writer_init(buffer, DHCP6_MESSAGE_MAX);

    writer_u32(&writer, (guint32)question->type << 24 | (question->transaction_id & 0xffffff));
    write_duid(&writer, OPTION_CLIENT_ID, question->client);
    if (question->server)
        write_duid(&writer, OPTION_SERVER_ID, question->server);
    writer_u16(&writer, OPTION_ELAPSED_TIME);
    writer_u16(&writer, 2);
    writer_u16(&writer, question->elapsed);
    if (question->type != DHCP6_INFORMATION_REQUEST)
        write_ia(&writer, question);
    if (question->type != DHCP6_RELEASE)
        write_request(&writer, question->type);
    if (question->type == DHCP6_SOLICIT) {
        writer_u16(&writer, OPTION_RAPID_COMMIT);
        writer_u16(&writer, 0);
    }
    g_assert(writer_ok(&writer));
    return writer.length;
}
