/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a connection to charon's socket ends. */
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/socket.h>

#include "ipsec/vici-client.h"

typedef struct {
    ViciClient *client;
    GSocket *charon;
    ViciStream *frames;
    guint answered, closed;
} World;

static void on_closed(ViciClient *client, const GError *error, gpointer user_data)
{
    ((World *)user_data)->closed++;
}

static void on_answer(ViciClient *client, const ViciNode *message, const GError *error,
                      gpointer user_data)
{
    ((World *)user_data)->answered++;
}

static GSocket *socket_of(int fd)
{
    g_autoptr(GError) error = NULL;
    GSocket *socket = g_socket_new_from_fd(fd, &error);

    g_assert_no_error(error);
    return socket;
}

static void world_begin(World *world)
{
    static const ViciClientEvents events = { NULL, on_closed };
    int ends[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), ==, 0);
    g_autoptr(GSocket) own = socket_of(ends[0]);
    g_autoptr(GSocketConnection) stream = g_socket_connection_factory_create_connection(own);
    *world = (World){ .charon = socket_of(ends[1]), .frames = vici_stream_new() };
    g_socket_set_blocking(world->charon, FALSE);
    world->client = vici_client_new_for_stream(G_IO_STREAM(stream), &events, world);
}

static void world_end(World *world)
{
    g_object_unref(world->charon);
    while (g_main_context_iteration(NULL, FALSE)) {
    }
    vici_stream_free(world->frames);
}

/* What the client does next: a packet's type, or -1 when it closes. */
static int next(World *world)
{
    const guint8 *frame;
    gsize frame_length;
    char buffer[4096];

    while ((frame = vici_stream_next(world->frames, &frame_length)) == NULL) {
        g_autoptr(GError) error = NULL;
        gssize length = g_socket_receive(world->charon, buffer, sizeof buffer, NULL, &error);
        if (length == 0)
            return -1;
        if (length > 0)
            g_assert_true(vici_stream_push(world->frames, (guint8 *)buffer, (gsize)length));
        else
            g_main_context_iteration(NULL, TRUE);
    }
    g_auto(ViciPacket) packet = { .type = VICI_EVENT };
    g_assert_true(vici_packet_parse(frame, frame_length, &packet));
    return packet.type;
}

static void answer(World *world, ViciPacketType type)
{
    g_autoptr(ViciWriter) writer = vici_writer_new(type, NULL);
    gsize length = 0;
    const guint8 *data = vici_writer_finish(writer, &length);

    g_assert_cmpint(g_socket_send(world->charon, (const char *)data, length, NULL, NULL), ==,
                    (gssize)length);
}

/* The last calls are made one after the other, and nobody is told of their answers. */
static void test_finish(void)
{
    World world;

    world_begin(&world);
    vici_client_call(world.client, vici_writer_new(VICI_CMD_REQUEST, "stats"), on_answer, &world);
    vici_client_unregister(world.client, "log", on_answer, &world);
    vici_client_finish(world.client);
    g_assert_cmpint(next(&world), ==, VICI_CMD_REQUEST);
    answer(&world, VICI_CMD_RESPONSE);
    g_assert_cmpint(next(&world), ==, VICI_EVENT_UNREGISTER);
    answer(&world, VICI_EVENT_CONFIRM);
    g_assert_cmpint(next(&world), ==, -1);
    g_assert_cmpuint(world.answered + world.closed, ==, 0);
    world_end(&world);
}

/* With nothing left to say it closes at once. */
static void test_finish_idle(void)
{
    World world;

    world_begin(&world);
    vici_client_call(world.client, vici_writer_new(VICI_CMD_REQUEST, "stats"), on_answer, &world);
    g_assert_cmpint(next(&world), ==, VICI_CMD_REQUEST);
    answer(&world, VICI_CMD_RESPONSE);
    while (world.answered == 0)
        g_main_context_iteration(NULL, TRUE);
    vici_client_finish(world.client);
    g_assert_cmpint(next(&world), ==, -1);
    world_end(&world);
}

/* A charon that ends first ends it, too: nothing is kept, which the sanitizers' build sees. */
static void test_finish_broken(void)
{
    World world;

    world_begin(&world);
    vici_client_call(world.client, vici_writer_new(VICI_CMD_REQUEST, "stats"), on_answer, &world);
    vici_client_finish(world.client);
    g_assert_cmpint(next(&world), ==, VICI_CMD_REQUEST);
    world_end(&world);
    g_assert_cmpuint(world.answered + world.closed, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vici-client/finish", test_finish);
    g_test_add_func("/vici-client/finish-idle", test_finish_idle);
    g_test_add_func("/vici-client/finish-broken", test_finish_broken);
    return g_test_run();
}
