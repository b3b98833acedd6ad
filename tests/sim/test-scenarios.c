/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Named worlds: what a connect costs, what a lost packet costs, and how things end. */
#include "client.h"
#include "hashes.h"
#include "lns.h"

#define MS USEC_PER_MSEC
#define SEC USEC_PER_SEC
#define ALL_METHODS (PPP_METHOD_PAP | PPP_METHOD_CHAP_MD5 | PPP_METHOD_MSCHAPV2)

typedef struct {
    World *world;
    Lns *lns;
    Client *client;
} Scene;

static const ClientOptions client_defaults = {
    .user = "anna", .password = "correct horse", .methods = ALL_METHODS,
};

static const LnsOptions lns_defaults = {
    .window = 4,
    .keeps_early = TRUE,
    .ppp = { .user = "anna", .password = "correct horse", .method = SERVER_MSCHAPV2,
             .compresses = TRUE },
};

static Scene *scene_new(const ClientOptions *client, const LnsOptions *lns, Usec rtt)
{
    Scene *scene = g_new0(Scene, 1);

    scene->world = world_new(1);
    scene->world->link[TO_LNS].delay = scene->world->link[TO_CLIENT].delay = rtt / 2;
    scene->lns = lns_new(scene->world, lns ? lns : &lns_defaults);
    scene->client = client_new(scene->world, client ? client : &client_defaults);
    return scene;
}

static void scene_free(Scene *scene)
{
    client_free(scene->client);
    lns_free(scene->lns);
    world_free(scene->world);
    g_free(scene);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scene, scene_free)

static void run_for(Scene *scene, Usec time)
{
    Usec until = scene->world->now + time;
    guint steps = 0;

    while (world_step(scene->world, until))
        g_assert_cmpuint(++steps, <, 100000);
}

/* Until the network is up and echoes have come, or the client has failed. */
static void connect_scene(Scene *scene, Usec limit)
{
    Usec until = scene->world->now + limit;
    guint steps = 0;

    client_open(scene->client);
    while (!client_is_content(scene->client) && !scene->client->failure &&
           world_step(scene->world, until))
        g_assert_cmpuint(++steps, <, 100000);
}

static void assert_connected(const Scene *scene)
{
    const Client *client = scene->client;

    if (client->failure)
        g_test_message("failed: %s: %s", failure_code_name(client->failure->code),
            client->failure->detail);
    g_assert_null(client->failure);
    g_assert_true(client_is_content(client));
    g_assert_cmpuint(server_strangers(lns_server(scene->lns)), ==, 0);
}

/* SCCRQ 1, SCCCN + ICRQ 2, ICCN + LCP 3, then the log-in, then IPCP: RFC 2661 and PROTOCOL's
 * table of round trips.  PAP 1 and CHAP 2 begin with our LCP Ack; IPCP 2 because the address is
 * not known before.  The half trips of a gateway that speaks first are in these. */
static void round_trips(ServerMethod method, guint expected)
{
    const Usec rtt = 1000 * MS; /* long enough that nothing else counts */
    LnsOptions options = lns_defaults;
    ClientOptions knowing = client_defaults;

    options.ppp.method = method;
    knowing.rtt = rtt;
    g_autoptr(Scene) scene = scene_new(&knowing, &options, rtt);
    /* No retransmission is wanted here: the SCCRQ's would begin at 1 s, the round trip itself. */
    scene->world->link[TO_LNS].delay -= 1;
    scene->world->loud = g_getenv("SIM_LOUD") != NULL;
    connect_scene(scene, 60 * SEC);
    assert_connected(scene);
    const Client *c = scene->client;
    double unit = (double)rtt;
    g_test_message("tunnel %.2f, call %.2f, network %.2f RTT, %u packets",
        (double)(c->tunnel_at - c->opened_at) / unit, (double)(c->up_at - c->opened_at) / unit,
        (double)(c->network_at - c->opened_at) / unit, scene->world->sent);
    g_assert_cmpuint((guint)((c->tunnel_at - c->opened_at + rtt / 2) / rtt), ==, 1);
    g_assert_cmpuint((guint)((c->up_at - c->opened_at + rtt / 2) / rtt), ==, 2);
    g_assert_cmpuint((guint)((c->network_at - c->opened_at + rtt / 2) / rtt), ==, expected);
}

static void test_round_trips_pap(void)
{
    round_trips(SERVER_PAP, 6);
}

static void test_round_trips_chap(void)
{
    round_trips(SERVER_CHAP_MD5, 7);
}

static void test_round_trips_mschapv2(void)
{
    round_trips(SERVER_MSCHAPV2, 7);
}

typedef enum {
    GATEWAY_QUICK,     /* sends again as early as we do */
    GATEWAY_DEFAULT,   /* 1 s for L2TP (RFC 2661 §5.8), 3 s for PPP (RFC 1661 §4.6) */
} GatewayTimers;

/* The time of a connect with one packet lost, and how many packets it took. */
static Usec connect_losing(guint nth, Usec rtt, GatewayTimers timers, gboolean keeps_early,
    guint *ret_packets)
{
    LnsOptions options = lns_defaults;

    options.keeps_early = keeps_early;
    if (timers == GATEWAY_QUICK)
        options.retransmit = options.ppp.restart = MAX(200 * MS, 2 * rtt + 50 * MS);
    g_autoptr(Scene) scene = scene_new(NULL, &options, rtt);
    scene->world->drop_nth = nth;
    scene->world->loud = g_getenv("SIM_LOUD") != NULL;
    connect_scene(scene, 60 * SEC);
    assert_connected(scene);
    *ret_packets = scene->world->sent;
    return scene->client->network_at - scene->client->opened_at;
}

static void one_lost(Usec rtt, GatewayTimers timers, gboolean keeps_early, Usec bound)
{
    guint packets, ignored;
    Usec clean = connect_losing(0, rtt, timers, keeps_early, &packets);
    Usec worst = 0;
    guint worst_at = 0;

    for (guint nth = 1; nth <= packets; nth++) {
        Usec cost = connect_losing(nth, rtt, timers, keeps_early, &ignored);

        cost = cost > clean ? cost - clean : 0;
        if (cost > worst) {
            worst = cost;
            worst_at = nth;
        }
    }
    g_test_message("RTT %u ms: clean %.1f ms; worst loss, packet %u of %u, costs %.1f of %.1f ms",
        (guint)(rtt / MS), (double)clean / 1000, worst_at, packets, (double)worst / 1000,
        (double)bound / 1000);
    g_assert_cmpuint(worst, <=, bound);
}

static const guint rtts[] = { 2, 20, 50, 100, 200 };

/* One lost packet costs at most max(200 ms, 3 RTT), whichever it is and whether the gateway
 * keeps what comes early or drops it. */
static void test_one_lost(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rtts); i++) {
        Usec bound = MAX(200 * MS, 3 * rtts[i] * MS);

        one_lost(rtts[i] * MS, GATEWAY_QUICK, TRUE, bound);
        one_lost(rtts[i] * MS, GATEWAY_QUICK, FALSE, bound);
    }
}

/* With a gateway on the RFCs' default timers, a loss that only its timer can mend costs that:
 * its Configure-Request, or our acknowledgement of it. */
static void test_one_lost_default_timers(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rtts); i++)
        one_lost(rtts[i] * MS, GATEWAY_DEFAULT, TRUE, 3 * SEC + 2 * rtts[i] * MS);
}

/* Of our own packets, each costs no more than that by itself, whatever the gateway's timers.  But
 * what proves the password is repeated late, for the sake of those who would count it twice
 * (chap.c), and before PAP it is the gateway's timer that calls for our Ack again (lcp.c). */
static void ours_lost(ServerMethod method, Usec rtt, guint late_most, Usec late_bound)
{
    LnsOptions lns = lns_defaults;
    ClientOptions knowing = client_defaults;
    Usec clean = 0, bound = MAX(200 * MS, 3 * rtt);
    guint packets = 0, late = 0;

    lns.ppp.method = method;
    knowing.rtt = rtt;
    for (guint nth = 0; nth <= packets; nth++) {
        g_autoptr(Scene) scene = scene_new(&knowing, &lns, rtt);
        scene->world->drop_nth = nth;
        scene->world->loud = g_getenv("SIM_LOUD") != NULL;
        connect_scene(scene, 60 * SEC);
        assert_connected(scene);
        Usec taken = scene->client->network_at - scene->client->opened_at;
        if (nth == 0) {
            clean = taken;
            packets = scene->world->sent;
        } else if (scene->world->dropped == TO_LNS && taken > clean + bound) {
            g_test_message("RTT %u ms: packet %u costs %.1f ms", (guint)(rtt / MS), nth,
                           (double)(taken - clean) / 1000);
            g_assert_cmpuint(taken - clean, <=, late_bound);
            late++;
        }
    }
    g_assert_cmpuint(packets, >, 20);
    g_assert_cmpuint(late, <=, late_most);
}

static void test_one_lost_of_ours(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rtts); i++) {
        ours_lost(SERVER_PAP, rtts[i] * MS, 2, 3 * SEC + 2 * rtts[i] * MS);
        ours_lost(SERVER_CHAP_MD5, rtts[i] * MS, 1, 1500 * MS);
        ours_lost(SERVER_MSCHAPV2, rtts[i] * MS, 1, 1500 * MS);
    }
}

/* HELLOs and echoes for ten minutes, then an orderly end on both sides. */
static void test_stay_and_close(void)
{
    ClientOptions options = client_defaults;

    options.hello = 60 * SEC;
    g_autoptr(Scene) scene = scene_new(&options, NULL, 40 * MS);
    connect_scene(scene, 60 * SEC);
    assert_connected(scene);
    run_for(scene, 600 * SEC);
    assert_connected(scene);
    g_assert_true(lns_is_connected(scene->lns));
    client_close(scene->client);
    run_for(scene, 5 * SEC);
    g_assert_true(scene->client->closed);
    g_assert_null(scene->client->failure);
    g_assert_true(lns_is_stopped(scene->lns));
}

/* The link dies: noticed, named, in bounded time. */
static void test_link_dies(void)
{
    g_autoptr(Scene) scene = scene_new(NULL, NULL, 40 * MS);

    connect_scene(scene, 60 * SEC);
    assert_connected(scene);
    Usec start = scene->world->now;
    scene->world->link[TO_LNS].loss = scene->world->link[TO_CLIENT].loss = 1000;
    while (!scene->client->failure && world_step(scene->world, start + 120 * SEC))
        continue;
    g_assert_nonnull(scene->client->failure);
    g_assert_cmpint(scene->client->failure->code, ==, FAILURE_CONNECTION_LOST);
    g_test_message("noticed after %.1f s", (double)(scene->world->now - start) / 1e6);
    g_assert_cmpuint(scene->world->now - start, <=, 15 * SEC);
}

/* Nothing answers at all. */
static void test_silent(void)
{
    g_autoptr(Scene) scene = scene_new(NULL, NULL, 40 * MS);

    scene->world->link[TO_LNS].loss = 1000;
    connect_scene(scene, 120 * SEC);
    g_assert_nonnull(scene->client->failure);
    g_assert_cmpint(scene->client->failure->code, ==, FAILURE_L2TP_SILENT);
}

static void test_gateway_closes(void)
{
    g_autoptr(Scene) stop = scene_new(NULL, NULL, 40 * MS);
    g_autoptr(Scene) disconnect = scene_new(NULL, NULL, 40 * MS);

    connect_scene(stop, 60 * SEC);
    lns_stop(stop->lns);
    run_for(stop, 1 * SEC);
    g_assert_nonnull(stop->client->failure);
    g_assert_cmpint(stop->client->failure->code, ==, FAILURE_GATEWAY_CLOSED);
    connect_scene(disconnect, 60 * SEC);
    lns_disconnect(disconnect->lns);
    run_for(disconnect, 1 * SEC);
    g_assert_nonnull(disconnect->client->failure);
    g_assert_cmpint(disconnect->client->failure->code, ==, FAILURE_GATEWAY_CLOSED);
    /* The tunnel that is left is cleared by us. */
    g_assert_true(lns_is_stopped(disconnect->lns));
}

/* A lid that is closed: nothing comes in, no timer runs, the clock goes on. */
static void asleep_input(gpointer self, Usec now, const guint8 *packet, gsize length)
{
}

static void asleep_tick(gpointer self, Usec now)
{
}

static Usec asleep_deadline(gpointer self)
{
    return USEC_NEVER;
}

static void sleep_for(Scene *scene, Usec time)
{
    End awake = scene->world->client;

    scene->world->client = (End){ NULL, asleep_input, asleep_tick, asleep_deadline };
    run_for(scene, time);
    scene->world->client = awake;
}

/* An hour's sleep, and the gateway has kept the call: what was connected goes on, after timers
 * have found themselves an hour late. */
static void test_sleep_kept(void)
{
    ClientOptions options = client_defaults;

    options.hello = 30 * SEC;
    g_autoptr(Scene) scene = scene_new(&options, NULL, 40 * MS);
    connect_scene(scene, 60 * SEC);
    run_for(scene, 100 * SEC);
    sleep_for(scene, 3600 * SEC);
    run_for(scene, 100 * SEC);
    assert_connected(scene);
    g_assert_true(lns_is_connected(scene->lns));
}

/* The gateway's HELLOs were not answered: it has cleared the call, and the client finds out as
 * soon as it asks. */
static void test_sleep_lost(void)
{
    ClientOptions options = client_defaults;
    LnsOptions lns = lns_defaults;

    options.hello = 30 * SEC;
    lns.hello = 60 * SEC;
    g_autoptr(Scene) scene = scene_new(&options, &lns, 40 * MS);
    connect_scene(scene, 60 * SEC);
    run_for(scene, 100 * SEC);
    assert_connected(scene);
    sleep_for(scene, 3600 * SEC);
    g_assert_false(lns_is_connected(scene->lns));
    run_for(scene, 15 * SEC);
    g_assert_nonnull(scene->client->failure);
    g_assert_cmpint(scene->client->failure->code, ==, FAILURE_CONNECTION_LOST);
}

/* The gateway of these tests against RFC 2759 §9.2, lest both sides make the same mistake. */
static void test_gateway_hashes(void)
{
    static const guint8 authenticator[16] = { 0x5b, 0x5d, 0x7c, 0x7d, 0x7b, 0x3f, 0x2f, 0x3e,
        0x3c, 0x2c, 0x60, 0x21, 0x32, 0x26, 0x26, 0x28 };
    static const guint8 peer[16] = { 0x21, 0x40, 0x23, 0x24, 0x25, 0x5e, 0x26, 0x2a,
        0x28, 0x29, 0x5f, 0x2b, 0x3a, 0x33, 0x7c, 0x7e };
    static const guint8 expected[24] = { 0x82, 0x30, 0x9e, 0xcd, 0x8d, 0x70, 0x8b, 0x5e,
        0xa0, 0x8f, 0xaa, 0x39, 0x81, 0xcd, 0x83, 0x54, 0x42, 0x33, 0x11, 0x4a, 0x3d, 0x85,
        0xd6, 0xdf };
    guint8 response[24];

    hash_mschapv2_response(authenticator, peer, "User", "clientPass", response);
    g_assert_cmpmem(response, 24, expected, 24);
    g_autofree char *success = hash_mschapv2_success(authenticator, peer, "User", "clientPass",
        response);
    g_assert_cmpstr(success, ==, "S=407A5589115FD0D6209F510FE9C04566932CDA56");
}

/* What the configuration of the two makes impossible is named, and soon. */
static void expect_failure(const ClientOptions *client, const LnsOptions *lns, FailureCode code)
{
    g_autoptr(Scene) scene = scene_new(client, lns, 40 * MS);

    connect_scene(scene, 60 * SEC);
    g_assert_nonnull(scene->client->failure);
    g_assert_cmpstr(failure_code_name(scene->client->failure->code), ==, failure_code_name(code));
    g_assert_cmpuint(scene->world->now - scene->client->opened_at, <=, 5 * SEC);
}

static void test_password_wrong(void)
{
    for (ServerMethod method = SERVER_PAP; method <= SERVER_MSCHAPV2; method++) {
        LnsOptions lns = lns_defaults;
        ClientOptions client = client_defaults;

        lns.ppp.method = method;
        client.password = "wrong horse";
        expect_failure(&client, &lns, FAILURE_AUTHENTICATION_REFUSED);
    }
}

static void test_secret_wrong(void)
{
    LnsOptions lns = lns_defaults;
    ClientOptions client = client_defaults;

    lns.secret = "sesame";
    lns.challenge = TRUE;
    expect_failure(&client, &lns, FAILURE_L2TP_SECRET_WRONG);
    client.secret = "other";
    expect_failure(&client, &lns, FAILURE_L2TP_SECRET_WRONG);
    lns.secret = NULL;
    lns.challenge = FALSE;
    expect_failure(&client, &lns, FAILURE_L2TP_SECRET_WRONG);
}

static void test_no_method(void)
{
    LnsOptions lns = lns_defaults;
    ClientOptions client = client_defaults;

    lns.ppp.method = SERVER_PAP;
    client.methods = PPP_METHOD_MSCHAPV2;
    expect_failure(&client, &lns, FAILURE_NO_AUTHENTICATION_METHOD);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/round-trips/pap", test_round_trips_pap);
    g_test_add_func("/sim/round-trips/chap-md5", test_round_trips_chap);
    g_test_add_func("/sim/round-trips/mschapv2", test_round_trips_mschapv2);
    g_test_add_func("/sim/one-lost-packet/quick-gateway", test_one_lost);
    g_test_add_func("/sim/one-lost-packet/default-timers", test_one_lost_default_timers);
    g_test_add_func("/sim/one-lost-packet/of-ours", test_one_lost_of_ours);
    g_test_add_func("/sim/stay-and-close", test_stay_and_close);
    g_test_add_func("/sim/link-dies", test_link_dies);
    g_test_add_func("/sim/sleep/kept", test_sleep_kept);
    g_test_add_func("/sim/sleep/lost", test_sleep_lost);
    g_test_add_func("/sim/gateway-hashes", test_gateway_hashes);
    g_test_add_func("/sim/silent", test_silent);
    g_test_add_func("/sim/gateway-closes", test_gateway_closes);
    g_test_add_func("/sim/password-wrong", test_password_wrong);
    g_test_add_func("/sim/secret-wrong", test_secret_wrong);
    g_test_add_func("/sim/no-method", test_no_method);
    return g_test_run();
}
