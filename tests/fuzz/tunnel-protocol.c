/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever a taken-over tunnel process calls a message: it is refused, or it holds nothing that
 * the parent may not have, and says the same once more when it is sent on. */
#include <glib.h>
#include <string.h>

#include "tunnel/protocol.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void try_direction(TunnelDirection direction, const guint8 *data, gsize size)
{
    g_auto(TunnelMessage) message;
    g_auto(TunnelMessage) again;
    gsize length = 0;

    tunnel_message_init(&again, 0);
    if (!tunnel_message_decode(&message, direction, data, size))
        return;

    g_assert_cmpuint(message.type >= TUNNEL_READY, ==, direction == TUNNEL_TO_PARENT);
    if (message.text && direction == TUNNEL_TO_PARENT)
        g_assert_cmpuint(strlen(message.text), <=, TUNNEL_TEXT_MAX);
    if (message.failure)
        g_assert_cmpuint(message.failure->code, <, FAILURE_CODE_COUNT);

    guint8 *bytes = tunnel_message_encode(&message, &length);
    g_assert_nonnull(bytes);
    g_assert_true(tunnel_message_decode(&again, direction, bytes, length));
    g_assert_cmpint(again.type, ==, message.type);
    tunnel_message_bytes_free(bytes, length);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    try_direction(TUNNEL_TO_PARENT, data, size);
    try_direction(TUNNEL_TO_TUNNEL, data, size);
    return 0;
}
