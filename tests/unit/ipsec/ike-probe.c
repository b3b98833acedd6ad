/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs one negotiation and tells what happens, line by line, with the milliseconds since its
 * start: for cases in the lab.  Arguments are KEY=VALUE:
 *
 *   gateway local psk group local-id remote-id ike esp certificate key ca
 *   port=1701 encapsulate=yes pfs=yes security=strong|compatible|legacy
 *   mode=auto|private|system runtime=/run ike-lifetime esp-lifetime
 *   knock=yes     once established, send an L2TP SCCRQ through it and await the answer
 *   hold=SECONDS  stay that long once established, then stop; 0: stop at once
 *   stop=MSEC     stop that long after the start, whatever the state
 *   times=N       start again N times after the end
 *   second=PORT   a second connection beside it, from that port, with second-psk if that is given
 *
 * Exit status: 0 established and stopped, 3 failed, 4 lost, 5 stopped before it was up. */
#include <gio/gio.h>
#include <glib-unix.h>
#include <string.h>

#include "ipsec/ike.h"

typedef struct {
    GMainLoop *loop;
    guint *running; /* shared by all probes */
    const char *label;
    GHashTable *arguments;
    Ike *ike;
    IkeService *service;
    GSocket *l2tp;
    GSource *answer;
    gint64 start;
    gint status;
    gboolean answered;
    gboolean service_ended;
    guint times;
} Probe;

static const char *argument(Probe *probe, const char *key)
{
    return g_hash_table_lookup(probe->arguments, key);
}

static guint number(Probe *probe, const char *key, guint fallback)
{
    const char *text = argument(probe, key);

    return text ? (guint)g_ascii_strtoull(text, NULL, 10) : fallback;
}

G_GNUC_PRINTF(2, 3) static void say(Probe *probe, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_print("%6d %s%s\n", (int)((g_get_monotonic_time() - probe->start) / 1000), probe->label,
            text);
}

static void on_progress(Ike *ike, const char *text, gpointer user_data)
{
    say(user_data, "progress %s", text);
}

static void say_info(Probe *probe, const char *event, const IkeInfo *info)
{
    say(probe,
        "%s ike=%s%s esp=%s%s nat_local=%d nat_remote=%d encapsulated=%d port=%u local_id=%s "
        "remote_id=%s reqid=%u ike_expires=%u esp_expires=%u shape=%u/%u/%u rtt=%u",
        event, info->ike_suite, info->ike_weak ? "(weak)" : "", info->esp_suite,
        info->esp_weak ? "(weak)" : "", info->nat_local, info->nat_remote, info->encapsulated,
        info->ike_port, info->local_id, info->remote_id, info->reqid, info->ike_expires,
        info->esp_expires, info->esp_iv, info->esp_icv, info->esp_align, info->rtt_msec);
}

static gboolean on_hold_over(gpointer user_data)
{
    Probe *probe = user_data;

    if (!probe->ike)
        return G_SOURCE_REMOVE;
    say(probe, "stopping");
    ike_stop(probe->ike);
    return G_SOURCE_REMOVE;
}

static gboolean on_answer(GSocket *socket, GIOCondition condition, gpointer user_data)
{
    char buffer[2048];
    gssize length = g_socket_receive(socket, buffer, sizeof buffer, NULL, NULL);

    ((Probe *)user_data)->answered = TRUE;
    say(user_data, "knock answered with %d bytes", (int)length);
    return G_SOURCE_CONTINUE;
}

/* RFC 2661 §6.1: Start-Control-Connection-Request with its five mandatory AVPs. */
static void knock(Probe *probe)
{
    static const guint8 sccrq[] = {
        0xc8, 0x02, 0, 64, 0, 0, 0, 0, 0, 0, 0, 0,
        0x80, 0x08, 0, 0, 0, 0, 0, 1,
        0x80, 0x08, 0, 0, 0, 2, 1, 0,
        0x80, 0x0a, 0, 0, 0, 3, 0, 0, 0, 3,
        0x80, 0x08, 0, 0, 0, 9, 0, 77,
        0x80, 0x0a, 0, 0, 0, 7, 'p', 'r', 'b', 'e',
        0x80, 0x08, 0, 0, 0, 10, 0, 4,
    };
    g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string(
        argument(probe, "gateway"), (guint)number(probe, "remote-port", 1701));
    g_autoptr(GError) error = NULL;

    G_STATIC_ASSERT(sizeof sccrq == 64);
    if (g_socket_send_to(probe->l2tp, address, (const char *)sccrq, sizeof sccrq, NULL, &error) <
        0)
        say(probe, "knock: %s", error->message);
}

/* The gateway has its states only when quick mode's last message has come, which this packet
 * may overtake. */
static gboolean on_knock_again(gpointer user_data)
{
    Probe *probe = user_data;

    if (!probe->answered)
        knock(probe);
    return G_SOURCE_REMOVE;
}

static void on_established(Ike *ike, const IkeInfo *info, gpointer user_data)
{
    Probe *probe = user_data;

    say_info(probe, "established", info);
    probe->status = 0;
    if (argument(probe, "knock")) {
        probe->answered = FALSE;
        knock(probe);
        g_timeout_add(300, on_knock_again, probe);
    }
    g_timeout_add(number(probe, "hold", 0) * 1000 + (argument(probe, "knock") ? 1000 : 0),
                  on_hold_over, probe);
}

static void on_changed(Ike *ike, const IkeInfo *info, gpointer user_data)
{
    say_info(user_data, "changed", info);
    if (argument(user_data, "knock"))
        knock(user_data);
}

static gboolean on_again(gpointer user_data)
{
    Probe *probe = user_data;

    probe->start = g_get_monotonic_time();
    probe->status = 5;
    ike_start(probe->ike);
    return G_SOURCE_REMOVE;
}

static void at_end(Probe *probe)
{
    if (probe->times-- > 1)
        g_idle_add(on_again, probe);
    else if (--*probe->running == 0)
        g_main_loop_quit(probe->loop);
}

static void say_failure(Probe *probe, const char *event, const Failure *failure)
{
    say(probe, "%s %s %s: %s", event, stage_name(failure->stage), failure_code_name(failure->code),
        failure->detail ? failure->detail : "");
}

static void on_lost(Ike *ike, const Failure *failure, gpointer user_data)
{
    Probe *probe = user_data;

    say_failure(probe, "lost", failure);
    probe->status = 4;
    at_end(probe);
}

static void on_failed(Ike *ike, const Failure *failure, gpointer user_data)
{
    Probe *probe = user_data;

    say_failure(probe, "failed", failure);
    probe->status = 3;
    at_end(probe);
}

static void on_stopped(Ike *ike, gpointer user_data)
{
    say(user_data, "stopped");
    at_end(user_data);
}

static GBytes *file_bytes(Probe *probe, const char *key)
{
    const char *path = argument(probe, key);
    char *data = NULL;
    gsize length = 0;

    if (!path)
        return NULL;
    if (!g_file_get_contents(path, &data, &length, NULL))
        g_error("%s cannot be read", path);
    return g_bytes_new_take(data, length);
}

static void open_l2tp(Probe *probe, guint16 port)
{
    g_autoptr(GSocketAddress) address =
        g_inet_socket_address_new_from_string(argument(probe, "local"), port);
    g_autoptr(GError) error = NULL;

    probe->l2tp = g_socket_new(g_socket_address_get_family(address), G_SOCKET_TYPE_DATAGRAM,
                               G_SOCKET_PROTOCOL_UDP, &error);
    if (!probe->l2tp || !g_socket_bind(probe->l2tp, address, FALSE, &error))
        g_error("%s", error->message);
    probe->answer = g_socket_create_source(probe->l2tp, G_IO_IN, NULL);
    g_source_set_callback(probe->answer, G_SOURCE_FUNC(on_answer), probe, NULL);
    g_source_attach(probe->answer, NULL);
}

static IkeSecurity security(Probe *probe)
{
    const char *name = argument(probe, "security");

    if (g_strcmp0(name, "strong") == 0)
        return IKE_SECURITY_STRONG;
    return g_strcmp0(name, "legacy") == 0 ? IKE_SECURITY_LEGACY : IKE_SECURITY_COMPATIBLE;
}

static Ike *make_ike(Probe *probe)
{
    static const IkeEvents events = { on_progress, on_established, on_changed,
                                      on_lost,     on_failed,      on_stopped };
    const char *psk = argument(probe, "psk");
    g_autoptr(Secret) secret = psk ? secret_new(psk, strlen(psk)) : NULL;
    g_autoptr(GBytes) certificate = file_bytes(probe, "certificate");
    g_autoptr(GBytes) key = file_bytes(probe, "key");
    g_autoptr(GBytes) ca = file_bytes(probe, "ca");
    Failure *failure = NULL;
    IkeConfig config = {
        .uuid = argument(probe, "uuid") ? argument(probe, "uuid") : "probe",
        .gateway = argument(probe, "gateway"),
        .local_address = argument(probe, "local"),
        .local_port = (guint16)number(probe, "port", 1701),
        .remote_port = (guint16)number(probe, "remote-port", 1701),
        .reqid = IKE_REQID_FIRST + number(probe, "reqid", 0),
        .auth = certificate ? IKE_AUTH_CERTIFICATE : IKE_AUTH_PSK,
        .psk = secret,
        .group_name = argument(probe, "group"),
        .local_id = argument(probe, "local-id"),
        .remote_id = argument(probe, "remote-id"),
        .certificate = certificate,
        .private_key = key,
        .ca = ca,
        .ike_proposals = argument(probe, "ike"),
        .esp_proposals = argument(probe, "esp"),
        .security = security(probe),
        .force_encapsulation = argument(probe, "encapsulate") != NULL,
        .pfs = argument(probe, "pfs") != NULL,
        .ike_lifetime = number(probe, "ike-lifetime", 0),
        .esp_lifetime = number(probe, "esp-lifetime", 0),
    };
    Ike *ike = ike_new(probe->service, &config, &events, probe, &failure);

    if (!ike) {
        say_failure(probe, "refused", failure);
        failure_free(failure);
    }
    return ike;
}

static IkeServiceMode mode(Probe *probe)
{
    const char *name = argument(probe, "mode");

    if (g_strcmp0(name, "private") == 0)
        return IKE_SERVICE_PRIVATE;
    return g_strcmp0(name, "system") == 0 ? IKE_SERVICE_SYSTEM : IKE_SERVICE_AUTO;
}

static void on_shut_down(gpointer user_data)
{
    Probe *probe = user_data;

    say(probe, "service ended");
    probe->service_ended = TRUE;
    g_main_loop_quit(probe->loop);
}

static gboolean on_signal(gpointer user_data)
{
    Probe *probe = user_data;

    probe->times = 1;
    ike_stop(probe->ike);
    return G_SOURCE_CONTINUE;
}

static void set_argument(Probe *probe, const char *key, const char *value)
{
    g_hash_table_replace(probe->arguments, g_strdup(key), g_strdup(value));
}

static void read_arguments(Probe *probe, char **arguments)
{
    for (; *arguments; arguments++) {
        g_auto(GStrv) pair = g_strsplit(*arguments, "=", 2);
        if (!pair[0] || !pair[1])
            g_error("not KEY=VALUE: %s", *arguments);
        set_argument(probe, pair[0], pair[1]);
    }
}

static void probe_init(Probe *probe, GMainLoop *loop, guint *running, char **arguments)
{
    probe->loop = loop;
    probe->running = running;
    probe->arguments = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    probe->start = g_get_monotonic_time();
    probe->status = 5;
    probe->label = "";
    read_arguments(probe, arguments);
    probe->times = number(probe, "times", 1);
}

static gboolean probe_begin(Probe *probe, IkeService *service)
{
    probe->service = service;
    open_l2tp(probe, (guint16)number(probe, "port", 1701));
    probe->ike = make_ike(probe);
    if (!probe->ike)
        return FALSE;
    g_unix_signal_add(SIGTERM, on_signal, probe);
    if (argument(probe, "stop"))
        g_timeout_add(number(probe, "stop", 0), on_hold_over, probe);
    ++*probe->running;
    ike_start(probe->ike);
    return TRUE;
}

static void probe_clear(Probe *probe)
{
    if (probe->answer) {
        g_source_destroy(probe->answer);
        g_source_unref(probe->answer);
    }
    g_clear_object(&probe->l2tp);
    g_hash_table_unref(probe->arguments);
}

/* The second one differs by its port, its names and perhaps its key. */
static void make_second(Probe *probe)
{
    probe->label = "second ";
    set_argument(probe, "port", argument(probe, "second"));
    set_argument(probe, "uuid", "probe-2");
    set_argument(probe, "reqid", "1");
    if (argument(probe, "second-psk"))
        set_argument(probe, "psk", argument(probe, "second-psk"));
}

int main(int argc, char **argv)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    guint running = 0;
    Probe first = { 0 };
    Probe second = { 0 };

    probe_init(&first, loop, &running, argv + 1);
    probe_init(&second, loop, &running, argv + 1);
    const char *runtime = argument(&first, "runtime");
    IkeService *service = ike_service_new(mode(&first), runtime ? runtime : "/run", NULL);
    if (!probe_begin(&first, service))
        first.status = 3;
    if (argument(&second, "second")) {
        make_second(&second);
        probe_begin(&second, service);
    }
    if (running > 0)
        g_main_loop_run(loop);
    g_clear_pointer(&first.ike, ike_free);
    g_clear_pointer(&second.ike, ike_free);
    ike_service_shutdown(service, on_shut_down, &first);
    if (!first.service_ended)
        g_main_loop_run(loop);
    ike_service_free(service);
    probe_clear(&first);
    probe_clear(&second);
    return first.status;
}
