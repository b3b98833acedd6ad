/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection to charon. */
#include "ipsec/vici-client.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

typedef struct {
    ViciWriter *request;
    gboolean is_event; /* a registration: it is answered by EVENT_CONFIRM */
    ViciReply reply;
    gpointer user_data;
} Call;

struct ViciClient {
    guint references; /* the owner's, and one for each operation under way */
    gboolean closed;  /* by the owner or by an error: nothing is called any more */
    gboolean finishing; /* the owner has left, and the calls that are left are its last */
    gboolean waiting; /* the call at the queue's head has been sent */
    /* What is being written; a hasty answer may end its call before that is done. */
    ViciWriter *sending;
    GCancellable *cancellable;
    GIOStream *stream;
    ViciStream *frames;
    GQueue calls;
    ViciClientEvents events;
    gpointer user_data;
    guint8 buffer[16384];
};

static void client_read(ViciClient *client);
static void client_write(ViciClient *client);

static void call_free(Call *call)
{
    vici_writer_free(call->request);
    g_free(call);
}

static ViciClient *client_ref(ViciClient *client)
{
    client->references++;
    return client;
}

static void client_unref(ViciClient *client)
{
    if (--client->references > 0)
        return;
    g_queue_clear_full(&client->calls, (GDestroyNotify)call_free);
    vici_writer_free(client->sending);
    g_clear_object(&client->stream);
    g_object_unref(client->cancellable);
    vici_stream_free(client->frames);
    g_free(client);
}

static void client_fail(ViciClient *client, const GError *error)
{
    if (client->closed)
        return;
    client->closed = TRUE;
    g_cancellable_cancel(client->cancellable);
    if (client->events.closed)
        client->events.closed(client, error, client->user_data);
    if (client->finishing)
        client_unref(client);
}

static void client_fail_protocol(ViciClient *client, const char *text)
{
    g_autoptr(GError) error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_INVALID_DATA, text);

    client_fail(client, error);
}

/* charon's answer to the call at the head, which makes room for the next. */
static void client_answer(ViciClient *client, const ViciPacket *packet)
{
    Call *call = client->waiting ? g_queue_peek_head(&client->calls) : NULL;
    gboolean is_event = packet->type == VICI_EVENT_CONFIRM || packet->type == VICI_EVENT_UNKNOWN;
    g_autoptr(GError) error = NULL;

    if (!call || call->is_event != is_event) {
        client_fail_protocol(client, "charon answered what was not asked");
        return;
    }
    g_queue_pop_head(&client->calls);
    client->waiting = FALSE;
    if (packet->type == VICI_CMD_UNKNOWN || packet->type == VICI_EVENT_UNKNOWN) {
        g_set_error(&error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "charon does not know it");
    } else if (g_strcmp0(vici_node_string(packet->message, "success"), "no") == 0) {
        const char *words = vici_node_string(packet->message, "errmsg");
        g_set_error(&error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", words ? words : "charon refused");
    }
    if (call->reply)
        call->reply(client, packet->message, error, call->user_data);
    call_free(call);
    if (client->finishing && g_queue_is_empty(&client->calls))
        vici_client_free(client);
    else if (!client->closed)
        client_write(client);
}

static void client_packet(ViciClient *client, const guint8 *data, gsize length)
{
    g_auto(ViciPacket) packet = { .type = VICI_EVENT };

    if (!vici_packet_parse(data, length, &packet)) {
        client_fail_protocol(client, "charon sent a malformed message");
        return;
    }
    switch (packet.type) {
    case VICI_CMD_RESPONSE:
    case VICI_CMD_UNKNOWN:
    case VICI_EVENT_CONFIRM:
    case VICI_EVENT_UNKNOWN:
        client_answer(client, &packet);
        return;
    case VICI_EVENT:
        if (client->events.event)
            client->events.event(client, packet.name, packet.message, client->user_data);
        return;
    case VICI_CMD_REQUEST:
    case VICI_EVENT_REGISTER:
    case VICI_EVENT_UNREGISTER:
        client_fail_protocol(client, "charon sent a request");
        return;
    }
}

static void on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    ViciClient *client = user_data;
    g_autoptr(GError) error = NULL;
    gssize length = g_input_stream_read_finish(G_INPUT_STREAM(source), result, &error);
    const guint8 *frame;
    gsize frame_length;

    if (length < 0)
        client_fail(client, error);
    else if (length == 0)
        client_fail_protocol(client, "charon closed the connection");
    else if (!client->closed && !vici_stream_push(client->frames, client->buffer, (gsize)length))
        client_fail_protocol(client, "charon sent a frame of impossible length");
    while (!client->closed && (frame = vici_stream_next(client->frames, &frame_length)) != NULL)
        client_packet(client, frame, frame_length);
    if (!client->closed)
        client_read(client);
    client_unref(client);
}

static void client_read(ViciClient *client)
{
    g_input_stream_read_async(g_io_stream_get_input_stream(client->stream), client->buffer,
                              sizeof client->buffer, G_PRIORITY_DEFAULT, client->cancellable,
                              on_read, client_ref(client));
}

static void on_written(GObject *source, GAsyncResult *result, gpointer user_data)
{
    ViciClient *client = user_data;
    g_autoptr(GError) error = NULL;

    g_clear_pointer(&client->sending, vici_writer_free);
    if (!g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, NULL, &error))
        client_fail(client, error);
    else if (!client->closed)
        client_write(client);
    client_unref(client);
}

/* "only one command can be active at a time on a single connection" */
static void client_write(ViciClient *client)
{
    Call *call = g_queue_peek_head(&client->calls);
    gsize length = 0;

    if (!client->stream || client->sending || client->waiting || !call)
        return;
    const guint8 *data = vici_writer_finish(call->request, &length);
    if (!data) {
        client_fail_protocol(client, "a request does not fit into VICI");
        return;
    }
    client->sending = g_steal_pointer(&call->request);
    client->waiting = TRUE;
    g_output_stream_write_all_async(g_io_stream_get_output_stream(client->stream), data, length,
                                    G_PRIORITY_DEFAULT, client->cancellable, on_written,
                                    client_ref(client));
}

static void client_use(ViciClient *client, GIOStream *stream)
{
    client->stream = g_object_ref(stream);
    client_read(client);
    client_write(client);
}

static void on_connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
    ViciClient *client = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketConnection) connection =
        g_socket_client_connect_finish(G_SOCKET_CLIENT(source), result, &error);

    if (!connection)
        client_fail(client, error);
    else if (!client->closed)
        client_use(client, G_IO_STREAM(connection));
    client_unref(client);
}

static ViciClient *client_new(const ViciClientEvents *events, gpointer user_data)
{
    ViciClient *client = g_new0(ViciClient, 1);

    client->references = 1;
    client->cancellable = g_cancellable_new();
    client->frames = vici_stream_new();
    client->events = *events;
    client->user_data = user_data;
    g_queue_init(&client->calls);
    return client;
}

ViciClient *vici_client_new(const char *path, const ViciClientEvents *events, gpointer user_data)
{
    ViciClient *client = client_new(events, user_data);
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
    g_autoptr(GSocketClient) connector = g_socket_client_new();

    g_socket_client_connect_async(connector, G_SOCKET_CONNECTABLE(address), client->cancellable,
                                  on_connected, client_ref(client));
    return client;
}

ViciClient *vici_client_new_for_stream(GIOStream *stream, const ViciClientEvents *events,
                                       gpointer user_data)
{
    ViciClient *client = client_new(events, user_data);

    client_use(client, stream);
    return client;
}

static void client_enqueue(ViciClient *client, ViciWriter *request, gboolean is_event,
                           ViciReply reply, gpointer user_data)
{
    Call *call = g_new0(Call, 1);

    call->request = request;
    call->is_event = is_event;
    call->reply = reply;
    call->user_data = user_data;
    g_queue_push_tail(&client->calls, call);
    if (!client->closed)
        client_write(client);
}

void vici_client_call(ViciClient *client, ViciWriter *request, ViciReply reply,
                      gpointer user_data)
{
    client_enqueue(client, request, FALSE, reply, user_data);
}

void vici_client_register(ViciClient *client, const char *event, ViciReply reply,
                          gpointer user_data)
{
    client_enqueue(client, vici_writer_new(VICI_EVENT_REGISTER, event), TRUE, reply, user_data);
}

void vici_client_unregister(ViciClient *client, const char *event, ViciReply reply,
                            gpointer user_data)
{
    client_enqueue(client, vici_writer_new(VICI_EVENT_UNREGISTER, event), TRUE, reply, user_data);
}

void vici_client_finish(ViciClient *client)
{
    if (!client)
        return;
    if (client->closed || g_queue_is_empty(&client->calls)) {
        vici_client_free(client);
        return;
    }
    client->finishing = TRUE;
    memset(&client->events, 0, sizeof client->events);
    for (GList *l = client->calls.head; l; l = l->next)
        ((Call *)l->data)->reply = NULL;
}

void vici_client_free(ViciClient *client)
{
    if (!client)
        return;
    client->closed = TRUE;
    g_cancellable_cancel(client->cancellable);
    client_unref(client);
}
