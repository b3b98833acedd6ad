/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the gateways of the lab do not do: answer from another port (RFC 3193 §4.2), while
 * strangers call in between, and begin PPP before their own ICRP.  Messages are written by hand
 * from RFC 2661 §4 and §6; the tunnel is the real process. */
#include <arpa/inet.h>
#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "connection/tunnel_process.h"

#define CONTROL 0xc802 /* T, L, S, version 2 */
#define OUR_TUNNEL 0x1234
#define OUR_SESSION 0x5678
enum { SCCRQ = 1, SCCRP = 2, SCCCN = 3, ICRQ = 10, ICRP = 11, ICCN = 12 };
enum { AVP_TYPE = 0, AVP_VERSION = 2, AVP_FRAMING = 3, AVP_HOST = 7, AVP_TUNNEL = 9, AVP_SESSION = 14 };

static const char *program;

typedef struct {
    guint8 bytes[1500];
    gsize length;
    struct sockaddr_in from;
} Packet;

static void put(Packet *packet, guint value, guint size)
{
    while (size > 0)
        packet->bytes[packet->length++] = (guint8)(value >> 8 * --size);
}

static guint get(const Packet *packet, gsize at)
{
    g_assert_cmpuint(at + 2, <=, packet->length);
    return (guint)(packet->bytes[at] << 8 | packet->bytes[at + 1]);
}

static Packet control(guint tunnel, guint session, guint ns, guint nr, guint type)
{
    Packet packet = { .length = 0 };

    put(&packet, CONTROL, 2);
    put(&packet, 0, 2);
    put(&packet, tunnel, 2);
    put(&packet, session, 2);
    put(&packet, ns, 2);
    put(&packet, nr, 2);
    put(&packet, 0x8008, 2);
    put(&packet, 0, 2);
    put(&packet, AVP_TYPE, 2);
    put(&packet, type, 2);
    return packet;
}

static void avp(Packet *packet, guint attribute, guint value, guint size)
{
    put(packet, 0x8000 | (6 + size), 2);
    put(packet, 0, 2);
    put(packet, attribute, 2);
    put(packet, value, size);
}

/* The value of a two-byte AVP. */
static guint find_avp(const Packet *packet, guint attribute)
{
    for (gsize at = 12; at + 6 <= packet->length; at += get(packet, at) & 0x3ff) {
        if (get(packet, at + 4) == attribute)
            return get(packet, at + 6);
    }
    g_error("no AVP %u", attribute);
}

static guint message_type(const Packet *packet)
{
    gboolean is_control = packet->length >= 20 && packet->bytes[0] & 0x80;

    return is_control ? get(packet, 18) : 0;
}

static int gateway_socket(const char *address)
{
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = inet_addr(address) };
    struct timeval limit = { .tv_sec = 5 };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    g_assert_cmpint(bind(fd, (struct sockaddr *)&in, sizeof in), ==, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return fd;
}

static struct sockaddr_in address_of(int fd)
{
    struct sockaddr_in in;
    socklen_t length = sizeof in;

    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&in, &length), ==, 0);
    return in;
}

static Packet receive(int fd)
{
    Packet packet;
    socklen_t length = sizeof packet.from;
    ssize_t n = recvfrom(fd, packet.bytes, sizeof packet.bytes, 0, (struct sockaddr *)&packet.from,
                         &length);

    g_assert_cmpint(n, >, 0);
    packet.length = (gsize)n;
    return packet;
}

static Packet receive_type(int fd, guint type)
{
    Packet packet;

    do
        packet = receive(fd);
    while (message_type(&packet) != type);
    return packet;
}

static void transmit(int fd, const Packet *packet, const struct sockaddr_in *to)
{
    Packet copy = *packet;

    if (copy.bytes[0] & 0x80) {
        copy.bytes[2] = (guint8)(copy.length >> 8);
        copy.bytes[3] = (guint8)copy.length;
    }
    g_assert_cmpint(sendto(fd, copy.bytes, copy.length, 0, (const struct sockaddr *)to, sizeof *to),
                    ==, (gssize)copy.length);
}

typedef struct {
    TunnelProcess *process;
    int called, answering, stranger;
    struct sockaddr_in laptop;
    guint tunnel, session; /* the laptop's ids */
    guint peer_port;
    guint failures;
} World;

static void on_peer(const struct sockaddr_storage *peer, gpointer user_data)
{
    World *world = user_data;

    world->peer_port = ntohs(((const struct sockaddr_in *)peer)->sin_port);
}

static void on_failed(const Failure *failure, gpointer user_data)
{
    g_error("failed: %s", failure_code_name(failure->code));
}

static Packet sccrp(guint tunnel, guint assigned)
{
    Packet packet = control(tunnel, 0, 0, 1, SCCRP);

    avp(&packet, AVP_VERSION, 0x0100, 2);
    avp(&packet, AVP_FRAMING, 3, 4);
    avp(&packet, AVP_HOST, 0x6c6e73, 3);
    avp(&packet, AVP_TUNNEL, assigned, 2);
    return packet;
}

static void world_start(World *world)
{
    static const TunnelProcessEvents events = { .peer = on_peer, .failed = on_failed };
    TunnelConfig config = { .host_name = (char *)"laptop", .user = (char *)"u", .ipv4 = TRUE,
                            .methods = PPP_METHOD_PAP };
    g_autoptr(GError) error = NULL;

    world->called = gateway_socket("127.0.0.1");
    world->answering = gateway_socket("127.0.0.1");
    world->stranger = gateway_socket("127.0.0.2");
    world->process = tunnel_process_new(program, &events, world, &error);
    g_assert_no_error(error);

    struct sockaddr_in gateway = address_of(world->called);
    int fd = gateway_socket("0.0.0.0");
    tunnel_process_configure(world->process, &config);
    tunnel_process_give_socket(world->process, fd, (struct sockaddr *)&gateway);
    close(fd);
    tunnel_process_start(world->process, 0);

    Packet request = receive_type(world->called, SCCRQ);
    world->laptop = request.from;
    world->tunnel = find_avp(&request, AVP_TUNNEL);
}

static void world_end(World *world)
{
    tunnel_process_free(world->process);
    close(world->called);
    close(world->answering);
    close(world->stranger);
}

/* The SCCRP comes from another port; what another address says before it, and what the port that
 * was called says after it, is not heard. */
static void open_tunnel(World *world)
{
    Packet forged = sccrp(world->tunnel, 0x6666), answer = sccrp(world->tunnel, OUR_TUNNEL);

    transmit(world->stranger, &forged, &world->laptop);
    transmit(world->answering, &answer, &world->laptop);
    Packet connected = receive_type(world->answering, SCCCN);
    g_assert_cmphex(get(&connected, 4), ==, OUR_TUNNEL);
    Packet call = receive_type(world->answering, ICRQ);
    world->session = find_avp(&call, AVP_SESSION);
    while (world->peer_port == 0)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(world->peer_port, ==, ntohs(address_of(world->answering).sin_port));
}

static void test_other_port(void)
{
    World world = { 0 };
    Packet stop;

    world_start(&world);
    open_tunnel(&world);
    stop = control(world.tunnel, 0, 1, 3, 4); /* StopCCN, from the old port */
    avp(&stop, AVP_TUNNEL, OUR_TUNNEL, 2);
    avp(&stop, 1, 1, 2);
    transmit(world.called, &stop, &world.laptop);

    /* The call goes on all the same. */
    Packet reply = control(world.tunnel, world.session, 1, 3, ICRP);
    avp(&reply, AVP_SESSION, OUR_SESSION, 2);
    transmit(world.answering, &reply, &world.laptop);
    Packet connected = receive_type(world.answering, ICCN);
    g_assert_cmphex(get(&connected, 6), ==, OUR_SESSION);
    world_end(&world);
}

/* The gateway's Configure-Request overtakes its ICRP: it is acknowledged right behind the ICCN,
 * not three seconds later when it is repeated. */
static void test_early_frame(void)
{
    World world = { 0 };
    Packet early = { .length = 0 };
    gboolean iccn = FALSE, request = FALSE, acknowledged = FALSE;

    world_start(&world);
    open_tunnel(&world);
    put(&early, 0x0002, 2);
    put(&early, world.tunnel, 2);
    put(&early, world.session, 2);
    put(&early, 0xff03c021, 4);
    put(&early, 0x01070004, 4); /* Configure-Request, id 7, no options */
    transmit(world.answering, &early, &world.laptop);

    Packet reply = control(world.tunnel, world.session, 1, 3, ICRP);
    avp(&reply, AVP_SESSION, OUR_SESSION, 2);
    transmit(world.answering, &reply, &world.laptop);
    while (!acknowledged) {
        Packet packet = receive(world.answering);
        if (message_type(&packet) == ICCN)
            iccn = TRUE;
        if (packet.bytes[0] & 0x80)
            continue;
        g_assert_true(iccn); /* no frame before the gateway knows of the call */
        g_assert_cmphex(get(&packet, 2), ==, OUR_TUNNEL);
        g_assert_cmphex(get(&packet, 4), ==, OUR_SESSION);
        g_assert_cmphex(get(&packet, 6), ==, 0xff03);
        g_assert_cmphex(get(&packet, 8), ==, 0xc021);
        request |= packet.bytes[10] == 1;
        acknowledged = packet.bytes[10] == 2 && packet.bytes[11] == 7;
    }
    g_assert_true(request);
    world_end(&world);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_cmpint(argc, ==, 2);
    program = argv[1];
    g_test_add_func("/tunnel/pump/other-port", test_other_port);
    g_test_add_func("/tunnel/pump/early-frame", test_early_frame);
    return g_test_run();
}
