/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent's side of one causeway-tunnel process.
 *
 * The process is named by its pidfd alone, so that no signal ever reaches a stranger that got
 * the same pid.  Its end is reported once the kernel has said how it ended, and after the last
 * of what it had sent was read. */
#include "connection/tunnel_process.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connection/tunnel_spawn.h"

/* How many messages are handled before other sources of the loop get their turn. */
#define MESSAGES_PER_TURN 32
/* The tunnel's own limit and some time for its exit: a second in all. */
#define STOP_LIMIT_MSEC 1000
/* What it may say: a gateway that makes it talk, or has taken it over, must not fill the log,
 * nor keep the daemon and everybody on the bus busy.  A whole connect takes some fifty. */
#define WORDS_AT_ONCE 300
#define WORDS_PER_SECOND 30
#define WORDS_UNHEARD_MAX 3000

struct TunnelProcess {
    grefcount references; /* one is the owner's, one each call into the object holds */
    TunnelProcessEvents events;
    gpointer user_data;
    GMainContext *context;
    GPid pid;
    int socket; /* -1 once the end was seen */
    int pidfd;  /* -1 once the process was waited for */
    GSource *messages;
    GSource *exit;
    GSource *deadline;
    Stage stage;    /* the last one it told, for a failure of our own making */
    int words;      /* that it may still say at once; below zero: that were not heard */
    gint64 refilled;
    gboolean started;      /* by us: it may talk of its peer */
    gboolean path_wanted;  /* by it, which it may be once */
    gboolean path_given;   /* by us: there may be a network on it */
    char *offence;  /* what it was killed for, or NULL */
    gboolean stopping;
    gboolean over; /* no event may be called any more */
};

static void source_clear(GSource **source)
{
    if (*source)
        g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

static GSource *source_attach(TunnelProcess *process, GSource *source, GSourceFunc callback)
{
    g_source_set_callback(source, callback, process, NULL);
    g_source_attach(source, process->context);
    return source;
}

static void process_unref(TunnelProcess *process)
{
    if (!g_ref_count_dec(&process->references))
        return;
    source_clear(&process->messages);
    source_clear(&process->exit);
    source_clear(&process->deadline);
    if (process->socket >= 0)
        close(process->socket);
    if (process->pidfd >= 0)
        close(process->pidfd);
    g_main_context_unref(process->context);
    g_free(process->offence);
    g_free(process);
}

static void process_kill(TunnelProcess *process)
{
    if (process->pidfd >= 0)
        pidfd_send_signal(process->pidfd, SIGKILL, NULL, 0);
}

/* The verdict comes when the process is gone: exited(). */
static void process_condemn(TunnelProcess *process, const char *offence)
{
    if (!process->offence)
        process->offence = g_strdup(offence);
    source_clear(&process->messages);
    process_kill(process);
}

/* ---- what it says */

/* FALSE: it has used up what it may say. */
static gboolean spend_word(TunnelProcess *process)
{
    gint64 now = g_get_monotonic_time();
    gint64 earned = (now - process->refilled) * WORDS_PER_SECOND / G_USEC_PER_SEC;

    if (earned > 0) {
        process->words = (int)MIN(process->words + earned, WORDS_AT_ONCE);
        process->refilled = now;
    }
    return --process->words >= 0;
}

/* Whether a message comes in its turn (protocol.h says in which order they do).  What is told of
 * a peer before there is one, or of a network on no path, would meet a parent that is not
 * prepared for it. */
static gboolean in_turn(TunnelProcess *process, TunnelMessageType type)
{
    switch (type) {
    case TUNNEL_STAGE:
    case TUNNEL_PEER:
    case TUNNEL_SECRET_WANTED:
    case TUNNEL_REDIRECTED:
        return process->started;
    case TUNNEL_DATA_PATH_WANTED: {
        gboolean first = !process->path_wanted;
        process->path_wanted = TRUE;
        return process->started && first;
    }
    case TUNNEL_MTU:
    case TUNNEL_OPTIONS:
    case TUNNEL_NETWORK_UP:
    case TUNNEL_NETWORK_DOWN:
    case TUNNEL_IPV6_SETTINGS:
        return process->path_given;
    case TUNNEL_READY:
    case TUNNEL_STATISTICS:
    case TUNNEL_LOG:
    case TUNNEL_FAILED:
    case TUNNEL_CLOSED:
        return TRUE;
    case TUNNEL_CONFIGURE:
    case TUNNEL_SOCKET:
    case TUNNEL_START:
    case TUNNEL_KERNEL_PATH:
    case TUNNEL_USER_PATH:
    case TUNNEL_SECRET:
    case TUNNEL_PATH_CHANGED:
    case TUNNEL_STATISTICS_WANTED:
    case TUNNEL_STOP:
    case TUNNEL_IPV6:
        return FALSE;
    }
    return FALSE;
}

/* An event that its owner wants to hear of. */
#define TELL(event, ...)                \
    do {                                \
        if (events->event)              \
            events->event(__VA_ARGS__); \
    } while (0)

/* Its last word. */
static void dispatch_end(TunnelProcess *process, const TunnelMessage *message)
{
    const TunnelProcessEvents *events = &process->events;

    process->over = TRUE;
    if (message->type == TUNNEL_REDIRECTED && events->redirected)
        events->redirected(message->text, process->user_data);
    if (message->type == TUNNEL_FAILED && events->failed)
        events->failed(message->failure, process->user_data);
    if (message->type == TUNNEL_CLOSED && events->closed)
        events->closed(process->user_data);
}

static void dispatch(TunnelProcess *process, const TunnelMessage *message)
{
    const TunnelProcessEvents *events = &process->events;
    gpointer user_data = process->user_data;

    switch (message->type) {
    case TUNNEL_READY:
        TELL(ready, user_data);
        break;
    case TUNNEL_STAGE:
        process->stage = message->stage;
        TELL(stage, message->stage, message->text, user_data);
        break;
    case TUNNEL_PEER:
        TELL(peer, &message->peer, user_data);
        break;
    case TUNNEL_DATA_PATH_WANTED:
        TELL(data_path_wanted, &message->data_path, user_data);
        break;
    case TUNNEL_MTU:
        TELL(mtu, message->mtu, user_data);
        break;
    case TUNNEL_OPTIONS:
        TELL(options, &message->options, user_data);
        break;
    case TUNNEL_NETWORK_UP:
        TELL(network_up, &message->network, user_data);
        break;
    case TUNNEL_NETWORK_DOWN:
        TELL(network_down, user_data);
        break;
    case TUNNEL_SECRET_WANTED:
        TELL(secret_wanted, message->secret_kind, message->failure, user_data);
        break;
    case TUNNEL_IPV6_SETTINGS:
        TELL(ipv6_settings, message->settings, user_data);
        break;
    case TUNNEL_STATISTICS:
        TELL(statistics, &message->statistics, user_data);
        break;
    case TUNNEL_LOG:
        TELL(log, message->text, user_data);
        break;
    case TUNNEL_REDIRECTED:
    case TUNNEL_FAILED:
    case TUNNEL_CLOSED:
        dispatch_end(process, message);
        break;
    case TUNNEL_CONFIGURE:
    case TUNNEL_SOCKET:
    case TUNNEL_START:
    case TUNNEL_KERNEL_PATH:
    case TUNNEL_USER_PATH:
    case TUNNEL_SECRET:
    case TUNNEL_PATH_CHANGED:
    case TUNNEL_STATISTICS_WANTED:
    case TUNNEL_STOP:
    case TUNNEL_IPV6:
        break; /* the decoder lets none of the parent's own messages in */
    }
}

/* FALSE: it was the last. */
static gboolean hear(TunnelProcess *process, const TunnelMessage *message)
{
    if (!spend_word(process)) {
        /* A line of the log is not missed; a change of state would be. */
        if (message->type == TUNNEL_LOG && process->words > -WORDS_UNHEARD_MAX)
            return TRUE;
        process_condemn(process, "it says too much");
        return FALSE;
    }
    if (!in_turn(process, message->type)) {
        process_condemn(process, "it sent a message out of its turn");
        return FALSE;
    }
    dispatch(process, message);
    return TRUE;
}

/* Reads up to `limit` messages.  FALSE: nothing more will come. */
static gboolean read_messages(TunnelProcess *process, guint limit)
{
    for (guint i = 0; i < limit && !process->over; i++) {
        g_auto(TunnelMessage) message;
        TunnelIo result =
            tunnel_message_receive(process->socket, TUNNEL_TO_PARENT, &message);

        switch (result) {
        case TUNNEL_IO_DONE:
            if (!hear(process, &message))
                return FALSE;
            break;
        case TUNNEL_IO_AGAIN:
            return TRUE;
        case TUNNEL_IO_CLOSED:
            return FALSE;
        case TUNNEL_IO_INVALID:
            process_condemn(process, "it sent an invalid message");
            return FALSE;
        }
    }
    return !process->over;
}

static gboolean messages_ready(int fd, GIOCondition condition, gpointer user_data)
{
    TunnelProcess *process = user_data;

    g_ref_count_inc(&process->references);
    gboolean more = read_messages(process, MESSAGES_PER_TURN);
    if (!more) {
        source_clear(&process->messages);
        /* After its last word it may stay and acknowledge what the peer still sends, until it
         * is freed; a process that lives on behind a closed socket is of no use. */
        if (!process->over)
            process_kill(process);
    }
    process_unref(process);
    return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* ---- how it ends */

static char *describe_exit(const siginfo_t *info)
{
    if (info->si_code == CLD_EXITED)
        return g_strdup_printf("it exited with status %d", info->si_status);
    return g_strdup_printf("it was ended by signal %d (%s)", info->si_status,
                           g_strsignal(info->si_status));
}

static gboolean exited(int fd, GIOCondition condition, gpointer user_data)
{
    TunnelProcess *process = user_data;
    siginfo_t info = { 0 };

    g_ref_count_inc(&process->references);
    source_clear(&process->exit);
    source_clear(&process->messages);
    source_clear(&process->deadline);
    waitid(P_PIDFD, (id_t)process->pidfd, &info, WEXITED);
    close(process->pidfd);
    process->pidfd = -1;

    /* What it had still to say; the socket holds a few hundred messages at most. */
    if (!process->offence)
        read_messages(process, G_MAXUINT);
    if (!process->over) {
        process->over = TRUE;
        if (process->stopping && !process->offence) {
            if (process->events.closed)
                process->events.closed(process->user_data);
        } else if (process->events.failed) {
            g_autofree char *end = describe_exit(&info);
            g_autoptr(Failure) failure =
                failure_new(process->stage, FAILURE_TUNNEL_DIED,
                            process->offence ? process->offence : end);
            process->events.failed(failure, process->user_data);
        }
    }
    process_unref(process);
    return G_SOURCE_REMOVE;
}

/* A killed process whose owner is no longer interested. */
static gboolean reap(int fd, GIOCondition condition, gpointer user_data)
{
    siginfo_t info;

    waitid(P_PIDFD, (id_t)fd, &info, WEXITED);
    close(fd);
    return G_SOURCE_REMOVE;
}

void tunnel_process_free(TunnelProcess *process)
{
    if (!process)
        return;
    process->over = TRUE;
    source_clear(&process->messages);
    source_clear(&process->exit);
    source_clear(&process->deadline);
    if (process->pidfd >= 0) {
        process_kill(process);
        GSource *source = g_unix_fd_source_new(process->pidfd, G_IO_IN);
        process->pidfd = -1;
        g_source_set_callback(source, G_SOURCE_FUNC(reap), NULL, NULL);
        g_source_attach(source, process->context);
        g_source_unref(source);
    }
    process_unref(process);
}

/* ---- how it begins */

static gboolean set_error(GError **error, int number, const char *what)
{
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(number), "%s: %s", what,
                g_strerror(number));
    return FALSE;
}

static gboolean start(TunnelProcess *process, const char *program, GError **error)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return set_error(error, errno, "socketpair");
    process->socket = pair[0];

    /* Above the descriptors that the child is given, so that none is overwritten. */
    int child_end = fcntl(pair[1], F_DUPFD_CLOEXEC, TUNNEL_SOCKET_FD + 1);
    int failed = child_end < 0 ? errno : tunnel_spawn(program, child_end, &process->pid);
    close(pair[1]);
    if (child_end >= 0)
        close(child_end);
    if (failed != 0)
        return set_error(error, failed, program);

    process->pidfd = pidfd_open(process->pid, 0);
    if (process->pidfd < 0) {
        failed = errno;
        kill(process->pid, SIGKILL);
        waitpid(process->pid, NULL, 0);
        return set_error(error, failed, "pidfd_open");
    }
    process->messages = source_attach(process, g_unix_fd_source_new(process->socket, G_IO_IN),
                                      G_SOURCE_FUNC(messages_ready));
    process->exit = source_attach(process, g_unix_fd_source_new(process->pidfd, G_IO_IN),
                                  G_SOURCE_FUNC(exited));
    return TRUE;
}

TunnelProcess *tunnel_process_new(const char *program, const TunnelProcessEvents *events,
                                  gpointer user_data, GError **error)
{
    TunnelProcess *process = g_new0(TunnelProcess, 1);

    if (!program)
        program = g_getenv("CAUSEWAY_TUNNEL");
    if (!program)
        program = CAUSEWAY_LIBEXECDIR "/causeway-tunnel";

    g_ref_count_init(&process->references);
    process->events = *events;
    process->user_data = user_data;
    process->context = g_main_context_ref_thread_default();
    process->socket = process->pidfd = -1;
    process->stage = STAGE_L2TP;
    process->words = WORDS_AT_ONCE;
    process->refilled = g_get_monotonic_time();
    if (!start(process, program, error)) {
        process_unref(process);
        return NULL;
    }
    return process;
}

/* ---- what it is told */

static void say(TunnelProcess *process, const TunnelMessage *message)
{
    if (process->over || process->offence)
        return;
    switch (tunnel_message_send(process->socket, message)) {
    case TUNNEL_IO_DONE:
    case TUNNEL_IO_CLOSED: /* exited() will tell */
        break;
    case TUNNEL_IO_AGAIN:
        process_condemn(process, "it stopped reading");
        break;
    case TUNNEL_IO_INVALID:
        process_condemn(process, "it cannot be told what this profile asks for");
        break;
    }
}

static void say_plain(TunnelProcess *process, TunnelMessageType type)
{
    TunnelMessage message;

    tunnel_message_init(&message, type);
    say(process, &message);
}

/* In the calls below the message only borrows: it is never cleared. */

void tunnel_process_configure(TunnelProcess *process, const TunnelConfig *config)
{
    TunnelMessage message;

    tunnel_message_init(&message, TUNNEL_CONFIGURE);
    message.config = *config;
    say(process, &message);
}

void tunnel_process_give_socket(TunnelProcess *process, int fd, const struct sockaddr *peer)
{
    TunnelMessage message;

    tunnel_message_init(&message, TUNNEL_SOCKET);
    message.fds[0] = fd;
    memcpy(&message.peer, peer,
           peer->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
    say(process, &message);
}

void tunnel_process_start(TunnelProcess *process, Usec rtt)
{
    TunnelMessage message;

    process->started = TRUE;
    tunnel_message_init(&message, TUNNEL_START);
    message.rtt = MIN(rtt, TUNNEL_RTT_MAX);
    say(process, &message);
}

void tunnel_process_give_kernel_path(TunnelProcess *process, int channel_fd, int unit_fd)
{
    TunnelMessage message;

    process->path_given = TRUE;
    tunnel_message_init(&message, TUNNEL_KERNEL_PATH);
    message.fds[0] = channel_fd;
    message.fds[1] = unit_fd;
    say(process, &message);
}

void tunnel_process_give_tun(TunnelProcess *process, int tun_fd, guint offloads)
{
    TunnelMessage message;

    process->path_given = TRUE;
    tunnel_message_init(&message, TUNNEL_USER_PATH);
    message.fds[0] = tun_fd;
    message.offloads = offloads;
    say(process, &message);
}

void tunnel_process_secret(TunnelProcess *process, PppSecretKind kind, const Secret *secret)
{
    TunnelMessage message;

    tunnel_message_init(&message, TUNNEL_SECRET);
    message.secret_kind = kind;
    message.secret = (Secret *)secret;
    say(process, &message);
}

void tunnel_process_give_ipv6(TunnelProcess *process, const TunnelIpv6 *ipv6, const int fds[2])
{
    TunnelMessage message;

    tunnel_message_init(&message, TUNNEL_IPV6);
    message.ipv6 = *ipv6;
    memcpy(message.fds, fds, sizeof message.fds);
    say(process, &message);
}

void tunnel_process_path_changed(TunnelProcess *process)
{
    say_plain(process, TUNNEL_PATH_CHANGED);
}

void tunnel_process_request_statistics(TunnelProcess *process)
{
    say_plain(process, TUNNEL_STATISTICS_WANTED);
}

static gboolean stop_took_too_long(gpointer user_data)
{
    TunnelProcess *process = user_data;

    source_clear(&process->deadline);
    process_kill(process);
    return G_SOURCE_REMOVE;
}

void tunnel_process_stop(TunnelProcess *process)
{
    if (process->stopping)
        return;
    process->stopping = TRUE;
    say_plain(process, TUNNEL_STOP);
    if (!process->over && !process->deadline)
        process->deadline = source_attach(process, g_timeout_source_new(STOP_LIMIT_MSEC),
                                          stop_took_too_long);
}

GPid tunnel_process_pid(const TunnelProcess *process)
{
    return process->pid;
}
