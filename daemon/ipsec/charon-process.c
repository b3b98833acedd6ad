/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A charon of our own. */
#include "ipsec/charon-process.h"

#include <errno.h>
#include <gio/gunixfdmessage.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ipsec/charon-config.h"
#include "ipsec/ike-config.h"

#define IKE_PORT 500
#define NAT_T_PORT 4500
#define STOP_MSEC 3000
#define LOG_BUFFER 4096
#define LINE_MAX_BYTES 400
#define WORDS_MAX 6

struct CharonProcess {
    gint references; /* the owner's, and one for each operation under way */
    gboolean freed;
    gboolean gone;
    CharonProcessEvents events;
    gpointer user_data;
    char *directory;
    char *socket_path;
    char *config_path;
    char *notify_path;
    guint16 port;
    guint16 port_nat_t;
    int notify_fd;
    GSource *notify_source;
    GSource *stop_source;
    GSubprocess *subprocess;
    GBufferedInputStream *log;
    gboolean log_cut; /* what follows up to the line's end is the rest of a long one */
    GQueue words; /* its last lines */
};

/* Those that have ports, or are about to bind them. */
static GSList *running;

static void process_unref(CharonProcess *process);
static void process_read_log(CharonProcess *process);

/* ---- ports ---- */

/* Binds without SO_REUSEADDR: with it we would share a port that another IKE daemon listens on
 * with the same, and take its packets. */
static gboolean bind_port(int family, guint16 port, guint16 *ret_port)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = { .any = { .sa_family = (sa_family_t)family } };
    socklen_t length = family == AF_INET ? sizeof address.v4 : sizeof address.v6;
    const int on = 1;
    int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return family == AF_INET6 && errno == EAFNOSUPPORT;
    if (family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (family == AF_INET)
        address.v4.sin_port = htons(port);
    else
        address.v6.sin6_port = htons(port);
    gboolean free_port = bind(fd, &address.any, length) == 0 &&
                         getsockname(fd, &address.any, &length) == 0;
    if (free_port && ret_port && family == AF_INET)
        *ret_port = ntohs(address.v4.sin_port);
    close(fd);
    return free_port;
}

/* Another of ours may not have bound it yet. */
static gboolean promised(guint16 port)
{
    for (GSList *l = running; l; l = l->next) {
        const CharonProcess *other = l->data;
        if (other->port == port || other->port_nat_t == port)
            return TRUE;
    }
    return FALSE;
}

/* By which NetworkManager puts its plug-ins in order (_sort_files() in nm-vpn-plugin-info.c); 0
 * where there is no such file. */
static time_t plugin_age(const char *name)
{
    g_autofree char *path = g_build_filename("/usr/lib/NetworkManager/VPN", name, NULL);
    GStatBuf info;

    return g_stat(path, &info) == 0 ? MAX(info.st_mtime, info.st_ctime) : 0;
}

/* Where NetworkManager-l2tp serves the connections of its type it may at any time start a charon
 * of its own, which has no other ports than these two and is deaf when they are taken. */
static gboolean ports_are_wanted(void)
{
    return plugin_age("nm-l2tp-service.name") > plugin_age("nm-causeway-service.name");
}

/* `wished` if nobody has or wants it, else one that nobody has: for the gateway we are then
 * behind a NAT. */
static guint16 choose_port(guint16 wished)
{
    guint16 port = 0;

    if (!ports_are_wanted() && !promised(wished) && bind_port(AF_INET, wished, NULL) &&
        bind_port(AF_INET6, wished, NULL))
        return wished;
    for (guint i = 0; i < 8; i++) {
        if (bind_port(AF_INET, 0, &port) && !promised(port) && bind_port(AF_INET6, port, NULL))
            return port;
    }
    return port;
}

/* ---- files ---- */

static const char *const plugin_folders[] = {
    "/usr/lib/ipsec/plugins",        "/usr/lib/strongswan/plugins", "/usr/lib64/strongswan/plugins",
    "/usr/libexec/ipsec/plugins",    "/usr/libexec/strongswan/plugins",
    "/usr/local/lib/ipsec/plugins", NULL,
};

static const char *plugin_folder(void)
{
    for (guint i = 0; plugin_folders[i]; i++) {
        if (g_file_test(plugin_folders[i], G_FILE_TEST_IS_DIR))
            return plugin_folders[i];
    }
    return NULL;
}

/* Also when their folder is not known. */
static gboolean has_plugin(const char *name)
{
    const char *folder = plugin_folder();
    g_autofree char *path = folder ? g_strdup_printf("%s/libstrongswan-%s.so", folder, name) : NULL;

    return !path || g_file_test(path, G_FILE_TEST_EXISTS);
}

/* Those of our list that are installed. */
static char **choose_plugins(gboolean with_tokens)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    const char *const *wanted = charon_config_plugins();

    for (guint i = 0; wanted[i]; i++) {
        if (has_plugin(wanted[i]))
            g_strv_builder_add(builder, wanted[i]);
    }
    if (with_tokens)
        g_strv_builder_add(builder, CHARON_TOKEN_PLUGIN);
    return g_strv_builder_end(builder);
}

/* The kernel's present value; its own default where it cannot be read. */
static guint read_acq_expires(void)
{
    g_autofree char *text = NULL;
    guint64 value = 30;

    if (g_file_get_contents("/proc/sys/net/core/xfrm_acq_expires", &text, NULL, NULL))
        g_ascii_string_to_unsigned(g_strstrip(text), 10, 1, 86400, &value, NULL);
    return (guint)value;
}

static gboolean write_config(CharonProcess *process, const char *token_module)
{
    g_auto(GStrv) plugins = choose_plugins(token_module != NULL);
    CharonConfig config = {
        .socket_path = process->socket_path,
        .port = process->port,
        .port_nat_t = process->port_nat_t,
        .xfrm_acq_expires = read_acq_expires(),
        .plugins = (const char *const *)plugins,
        .token_module = token_module,
    };
    g_autofree char *text = charon_config_text(&config);

    return text && g_file_set_contents_full(process->config_path, text, -1,
                                            G_FILE_SET_CONTENTS_NONE, 0600, NULL);
}

static void remove_folder(const char *folder)
{
    static const char *const names[] = { "strongswan.conf", "notify", "vici", NULL };

    for (guint i = 0; names[i]; i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
}

/* Folders of instances that ended with their parent.  An instance that is still on its way out
 * keeps its open files. */
static void remove_leftovers(const char *directory)
{
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(directory, name, NULL);
        remove_folder(path);
    }
}

/* ---- readiness ---- */

/* sd_notify(3): one datagram, lines of NAME=VALUE. */
static gboolean on_notify(gint fd, GIOCondition condition, gpointer user_data)
{
    CharonProcess *process = user_data;
    char text[4096];
    ssize_t length = recv(fd, text, sizeof text - 1, MSG_DONTWAIT);

    if (length < 0)
        return errno == EAGAIN || errno == EINTR ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
    text[length] = '\0';
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    if (g_strv_contains((const char *const *)lines, "READY=1") && !process->freed)
        process->events.ready(process->user_data);
    return G_SOURCE_CONTINUE;
}

static gboolean open_notify(CharonProcess *process)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    if (strlen(process->notify_path) >= sizeof address.sun_path ||
        strlen(process->socket_path) >= sizeof address.sun_path)
        return FALSE;
    g_strlcpy(address.sun_path, process->notify_path, sizeof address.sun_path);
    process->notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (process->notify_fd < 0 ||
        bind(process->notify_fd, (struct sockaddr *)&address, sizeof address) != 0)
        return FALSE;
    process->notify_source = g_unix_fd_source_new(process->notify_fd, G_IO_IN);
    g_source_set_callback(process->notify_source, G_SOURCE_FUNC(on_notify), process, NULL);
    g_source_attach(process->notify_source, g_main_context_get_thread_default());
    return TRUE;
}

/* ---- log ---- */

static char *process_words(CharonProcess *process)
{
    GString *words = g_string_new(NULL);

    for (GList *l = process->words.head; l; l = l->next)
        g_string_append_printf(words, "%s%s", words->len ? "; " : "", (char *)l->data);
    return g_string_free(words, words->len == 0);
}

/* "07[IKE] <causeway-…|1> …" is of one of our connections, whose negotiation hears it, too. */
static gboolean is_told_elsewhere(const char *line)
{
    return strstr(line, "] <" IKE_CONFIG_NAME_PREFIX) != NULL;
}

static void take_log_line(CharonProcess *process, const char *line, gsize length)
{
    char *text = failure_clean_text((const guint8 *)line, length);

    if (!is_told_elsewhere(text))
        g_debug("charon: %s", text);
    g_queue_push_tail(&process->words, text);
    if (process->words.length > WORDS_MAX)
        g_free(g_queue_pop_head(&process->words));
}

/* Whole lines; of one that is longer than the buffer, its beginning. */
static void take_log(CharonProcess *process)
{
    gsize left, taken = 0;
    const char *data = g_buffered_input_stream_peek_buffer(process->log, &left);

    while (left > 0) {
        const char *end = memchr(data + taken, '\n', left);
        gsize length = end ? (gsize)(end - data) - taken : left;

        if (!end && left < LOG_BUFFER)
            break;
        if (!process->log_cut)
            take_log_line(process, data + taken, MIN(length, LINE_MAX_BYTES));
        process->log_cut = end == NULL;
        length += end != NULL;
        taken += length;
        left -= length;
    }
    if (taken > 0)
        g_input_stream_skip(G_INPUT_STREAM(process->log), taken, NULL, NULL);
}

static void on_log(GObject *source, GAsyncResult *result, gpointer user_data)
{
    CharonProcess *process = user_data;

    if (g_buffered_input_stream_fill_finish(G_BUFFERED_INPUT_STREAM(source), result, NULL) > 0 &&
        process->log != NULL) {
        take_log(process);
        process_read_log(process);
    }
    process_unref(process);
}

static void process_read_log(CharonProcess *process)
{
    process->references++;
    g_buffered_input_stream_fill_async(process->log, -1, G_PRIORITY_DEFAULT, NULL, on_log, process);
}

/* ---- life ---- */

/* Between fork and exec: only what is async-signal-safe.  If causewayd is killed, charon gets
 * the signal on which it tells its peers and cleans the kernel. */
static void child_setup(gpointer user_data)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    /* charon keeps CAP_NET_ADMIN alone; whoever takes it over by a packet must not get the rest
     * of root's back by an exec. */
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (getppid() != GPOINTER_TO_INT(user_data))
        _exit(1);
}

static void process_drop_sources(CharonProcess *process)
{
    if (process->notify_source)
        g_source_destroy(process->notify_source);
    g_clear_pointer(&process->notify_source, g_source_unref);
    if (process->stop_source)
        g_source_destroy(process->stop_source);
    g_clear_pointer(&process->stop_source, g_source_unref);
    if (process->notify_fd >= 0)
        close(process->notify_fd);
    process->notify_fd = -1;
}

static void process_unref(CharonProcess *process)
{
    if (--process->references > 0)
        return;
    running = g_slist_remove(running, process);
    process_drop_sources(process);
    g_clear_object(&process->subprocess);
    g_clear_object(&process->log);
    g_queue_clear_full(&process->words, g_free);
    g_free(process->directory);
    g_free(process->socket_path);
    g_free(process->config_path);
    g_free(process->notify_path);
    g_free(process);
}

static void on_process_exit(GObject *source, GAsyncResult *result, gpointer user_data)
{
    CharonProcess *process = user_data;

    g_subprocess_wait_finish(G_SUBPROCESS(source), result, NULL);
    process->gone = TRUE;
    running = g_slist_remove(running, process);
    process_drop_sources(process);
    remove_folder(process->directory);
    if (!process->freed) {
        g_autofree char *words = process_words(process);
        process->events.ended(words, process->user_data);
    }
    process_unref(process);
}

static gboolean process_spawn(CharonProcess *process, const char *program, GError **error)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDERR_PIPE |
                                  G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
    char *empty[] = { NULL };

    g_subprocess_launcher_set_environ(launcher, empty);
    g_subprocess_launcher_setenv(launcher, "PATH", "/usr/sbin:/usr/bin:/sbin:/bin", TRUE);
    g_subprocess_launcher_setenv(launcher, "STRONGSWAN_CONF", process->config_path, TRUE);
    g_subprocess_launcher_setenv(launcher, "NOTIFY_SOCKET", process->notify_path, TRUE);
    g_subprocess_launcher_set_cwd(launcher, "/");
    g_subprocess_launcher_set_child_setup(launcher, child_setup, GINT_TO_POINTER(getpid()), NULL);
    process->subprocess = g_subprocess_launcher_spawn(launcher, error, program, NULL);
    if (!process->subprocess)
        return FALSE;
    process->log = G_BUFFERED_INPUT_STREAM(g_buffered_input_stream_new_sized(
        g_subprocess_get_stderr_pipe(process->subprocess), LOG_BUFFER));
    process_read_log(process);
    process->references++;
    g_subprocess_wait_async(process->subprocess, NULL, on_process_exit, process);
    return TRUE;
}

char *charon_process_find_program(const char *preferred)
{
    static const char *const programs[] = {
        "/usr/sbin/charon-systemd", "/usr/bin/charon-systemd", "/usr/local/sbin/charon-systemd",
        NULL,
    };

    if (preferred)
        return g_file_test(preferred, G_FILE_TEST_IS_EXECUTABLE) ? g_strdup(preferred) : NULL;
    for (guint i = 0; programs[i]; i++) {
        if (g_file_test(programs[i], G_FILE_TEST_IS_EXECUTABLE))
            return g_strdup(programs[i]);
    }
    return NULL;
}

CharonProcess *charon_process_start(const char *program, const char *directory,
                                    const char *token_module,
                                    const CharonProcessEvents *events, gpointer user_data,
                                    Failure **ret_failure)
{
    g_autoptr(GError) error = NULL;

    if (token_module && !has_plugin(CHARON_TOKEN_PLUGIN)) {
        *ret_failure = failure_new(STAGE_PREPARE, FAILURE_CHARON_FAILED,
                                   "strongSwan's plug-in for PKCS#11 tokens is not installed (on "
                                   "Debian: libstrongswan-extra-plugins)");
        return NULL;
    }
    CharonProcess *process = g_new0(CharonProcess, 1);
    process->references = 1;
    process->notify_fd = -1;
    process->events = *events;
    process->user_data = user_data;
    g_mkdir(directory, 0700);
    remove_leftovers(directory);
    process->directory = g_build_filename(directory, "XXXXXX", NULL);
    if (!g_mkdtemp_full(process->directory, 0700)) {
        *ret_failure = failure_new_printf(STAGE_PREPARE, FAILURE_CHARON_FAILED,
                                          "no folder below %s: %s", directory, g_strerror(errno));
        charon_process_free(process);
        return NULL;
    }
    process->socket_path = g_build_filename(process->directory, "vici", NULL);
    process->config_path = g_build_filename(process->directory, "strongswan.conf", NULL);
    process->notify_path = g_build_filename(process->directory, "notify", NULL);
    process->port = choose_port(IKE_PORT);
    process->port_nat_t = choose_port(NAT_T_PORT);
    running = g_slist_prepend(running, process);
    if (!open_notify(process) || !write_config(process, token_module) ||
        !process_spawn(process, program, &error)) {
        *ret_failure = failure_new(STAGE_PREPARE, FAILURE_CHARON_FAILED,
                                   error ? error->message : "its files could not be made");
        remove_folder(process->directory);
        charon_process_free(process);
        return NULL;
    }
    return process;
}

GPid charon_process_pid(CharonProcess *process)
{
    const char *text = process->gone ? NULL : g_subprocess_get_identifier(process->subprocess);

    return text ? (GPid)g_ascii_strtoll(text, NULL, 10) : 0;
}

const char *charon_process_socket_path(CharonProcess *process)
{
    return process->socket_path;
}

guint16 charon_process_port_nat_t(CharonProcess *process)
{
    return process->port_nat_t;
}

static gboolean on_stop_deadline(gpointer user_data)
{
    CharonProcess *process = user_data;

    g_subprocess_force_exit(process->subprocess);
    return G_SOURCE_REMOVE;
}

void charon_process_stop(CharonProcess *process)
{
    if (process->gone || process->stop_source)
        return;
    g_subprocess_send_signal(process->subprocess, SIGTERM);
    process->stop_source = g_timeout_source_new(STOP_MSEC);
    g_source_set_callback(process->stop_source, on_stop_deadline, process, NULL);
    g_source_attach(process->stop_source, g_main_context_get_thread_default());
}

void charon_process_free(CharonProcess *process)
{
    if (!process)
        return;
    process->freed = TRUE;
    if (process->subprocess)
        charon_process_stop(process);
    process_unref(process);
}
