/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causewayd: the privileged service. Reads its settings, takes its name on the bus, and leaves
 * the machine as it found it. */
#include <gio/gio.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "api/api.h"
#include "api/bus_name.h"
#include "api/log.h"
#include "connection/connection.h"
#include "profile/store.h"

#define CONFIGURATION_FILE CAUSEWAY_SYSCONFDIR "/causeway/causeway.conf"

typedef struct {
    char *configuration;
    char *runtime_directory;
    char *profiles;
    char *secrets;
    char *state_file;
    char *tunnel_path;
    char *charon_mode;
    char *charon_path;
    gboolean stay;
    int idle_seconds;
    gboolean version;
} Options;

static void options_clear(Options *options)
{
    g_free(options->configuration);
    g_free(options->runtime_directory);
    g_free(options->profiles);
    g_free(options->secrets);
    g_free(options->state_file);
    g_free(options->tunnel_path);
    g_free(options->charon_mode);
    g_free(options->charon_path);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean parse_arguments(Options *options, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        { "config", 0, 0, G_OPTION_ARG_FILENAME, &options->configuration,
          "Settings of the service (" CONFIGURATION_FILE ")", "FILE" },
        { "runtime-directory", 0, 0, G_OPTION_ARG_FILENAME, &options->runtime_directory,
          "Where running state is kept (/run/causeway)", "DIR" },
        { "profiles", 0, 0, G_OPTION_ARG_FILENAME, &options->profiles,
          "Where profiles are kept (" CAUSEWAY_SYSCONFDIR "/causeway/profiles)", "DIR" },
        { "secrets", 0, 0, G_OPTION_ARG_FILENAME, &options->secrets,
          "Where stored secrets are kept (" CAUSEWAY_SYSCONFDIR "/causeway/secrets)", "DIR" },
        { "state", 0, 0, G_OPTION_ARG_FILENAME, &options->state_file,
          "What worked with which gateway (" CAUSEWAY_LOCALSTATEDIR "/lib/causeway/gateways)", "FILE" },
        { "tunnel", 0, 0, G_OPTION_ARG_FILENAME, &options->tunnel_path,
          "The causeway-tunnel program", "FILE" },
        { "charon", 0, 0, G_OPTION_ARG_STRING, &options->charon_mode,
          "Whose IKE service is used: auto, private or system", "MODE" },
        { "charon-path", 0, 0, G_OPTION_ARG_FILENAME, &options->charon_path,
          "The charon-systemd program", "FILE" },
        { "stay", 0, 0, G_OPTION_ARG_NONE, &options->stay, "Do not exit when idle", NULL },
        { "idle", 0, 0, G_OPTION_ARG_INT, &options->idle_seconds,
          "Exit after so many seconds with nothing to do (60)", "SECONDS" },
        { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL },
        { NULL },
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("- connects this computer to L2TP/IPsec gateways");

    g_option_context_add_main_entries(context, entries, NULL);
    return g_option_context_parse(context, argc, argv, error);
}

#define IDLE_SECONDS 60

/* What the command line does not say, the settings file does; what neither says is built in. */
static void take_default(char **value, GKeyFile *file, const char *group, const char *key,
                         const char *built_in)
{
    if (*value)
        return;
    *value = g_key_file_get_string(file, group, key, NULL);
    if (!*value)
        *value = g_strdup(built_in);
}

static gboolean read_configuration(Options *options, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    const char *path = options->configuration ? options->configuration : CONFIGURATION_FILE;
    g_autoptr(GError) local = NULL;

    if (options->idle_seconds <= 0)
        options->idle_seconds = IDLE_SECONDS;
    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &local) &&
        (options->configuration || !g_error_matches(local, G_FILE_ERROR, G_FILE_ERROR_NOENT))) {
        g_propagate_prefixed_error(error, g_steal_pointer(&local), "%s: ", path);
        return FALSE;
    }
    take_default(&options->runtime_directory, file, "service", "runtime-directory",
                 "/run/causeway");
    take_default(&options->profiles, file, "service", "profiles",
                 CAUSEWAY_SYSCONFDIR "/causeway/profiles");
    take_default(&options->secrets, file, "service", "secrets",
                 CAUSEWAY_SYSCONFDIR "/causeway/secrets");
    take_default(&options->state_file, file, "service", "state",
                 CAUSEWAY_LOCALSTATEDIR "/lib/causeway/gateways");
    take_default(&options->tunnel_path, file, "service", "tunnel",
                 CAUSEWAY_LIBEXECDIR "/causeway-tunnel");
    take_default(&options->charon_mode, file, "ipsec", "charon", "auto");
    take_default(&options->charon_path, file, "ipsec", "charon-path", NULL);
    const char *const modes[] = { "auto", "private", "system", NULL };
    if (!g_strv_contains(modes, options->charon_mode)) {
        g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                    "%s: ipsec.charon: %s is none of auto, private, system", path,
                    options->charon_mode);
        return FALSE;
    }
    return TRUE;
}

/* Calls that wait for a password hold the descriptors that came with them. */
#define DESCRIPTORS 4096

/* Secrets live in this process: no core dump, no debugger of another user. */
static void harden(void)
{
    const struct rlimit none = { 0, 0 };
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < DESCRIPTORS) {
        files.rlim_cur = MIN(files.rlim_max, DESCRIPTORS);
        setrlimit(RLIMIT_NOFILE, &files);
    }

    /* GIO's modules (file systems, proxies, settings) are not for a service of root's; and linked
     * with a static GLib, this process would get a second one by them. */
    g_setenv("GIO_MODULE_DIR", "/nonexistent", TRUE);

    /* A child that dies while it is written to is an error there, not the end here. */
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &none);
    umask(077);
}

/* Longer than any polite end takes. */
#define STOP_SECONDS 8

typedef struct {
    GMainLoop *loop;
    ConnectionManager *manager;
    ApiService *service;
    BusName *name;
    GError *error;
} Daemon;

static void quit(gpointer data)
{
    Daemon *daemon = data;

    g_main_loop_quit(daemon->loop);
}

static gboolean on_stop_timeout(gpointer data)
{
    quit(data);
    return G_SOURCE_REMOVE;
}

/* The gateways are told first, for a bounded time; a second signal does not wait for them. */
static gboolean on_signal(gpointer data)
{
    Daemon *daemon = data;
    static gboolean stopping;

    if (stopping) {
        quit(daemon);
        return G_SOURCE_CONTINUE;
    }
    stopping = TRUE;
    g_timeout_add_seconds(STOP_SECONDS, on_stop_timeout, daemon);
    connection_manager_stop(daemon->manager, quit, daemon);
    return G_SOURCE_CONTINUE;
}

static void on_name_lost(gpointer data)
{
    Daemon *daemon = data;

    if (!daemon->error)
        g_set_error(&daemon->error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                    "cannot have the name %s on the system bus: the bus is gone, does not allow "
                    "it, or another causewayd is running", API_BUS_NAME);
    quit(daemon);
}

static void on_released(gpointer data)
{
    Daemon *daemon = data;

    if (api_service_is_idle(daemon->service)) {
        g_message("nothing to do: leaving until somebody calls");
        connection_manager_stop(daemon->manager, quit, daemon);
    } else {
        bus_name_take_back(daemon->name);
    }
}

/* A call that was on its way when the time was over: it is served, and the time begins anew. */
static void on_drained(gpointer data)
{
    Daemon *daemon = data;

    if (api_service_is_idle(daemon->service))
        bus_name_release(daemon->name, on_released);
}

static void on_idle(gpointer data)
{
    Daemon *daemon = data;

    bus_name_drain(daemon->name, on_drained);
}

static gboolean run(Daemon *daemon, GDBusConnection *bus, ProfileStore *store,
                    const Options *options, GError **error)
{
    const ApiSettings settings = {
        .version = CAUSEWAY_VERSION,
        .idle_seconds = options->stay ? 0 : (guint)options->idle_seconds,
        .idle = on_idle,
        .data = daemon,
    };

    daemon->service = api_service_new(bus, store, daemon->manager, &settings, error);
    if (!daemon->service)
        return FALSE;
    guint terminate = g_unix_signal_add(SIGTERM, on_signal, daemon);
    guint interrupt = g_unix_signal_add(SIGINT, on_signal, daemon);
    daemon->name = bus_name_own(bus, API_BUS_NAME, on_name_lost, daemon);
    api_service_autoconnect(daemon->service);
    g_main_loop_run(daemon->loop);
    bus_name_free(daemon->name);
    g_source_remove(terminate);
    g_source_remove(interrupt);
    api_service_free(daemon->service);
    if (!daemon->error)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&daemon->error));
    return FALSE;
}

static gboolean serve(const Options *options, GError **error)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(GDBusConnection) bus = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, error);

    if (!bus)
        return FALSE;
    g_dbus_connection_set_exit_on_close(bus, FALSE);
    g_autoptr(ProfileStore) store =
        profile_store_new(options->profiles, options->secrets, error);
    if (!store)
        return FALSE;
    const ConnectionSettings settings = {
        .runtime_directory = options->runtime_directory,
        .state_file = options->state_file,
        .tunnel_path = options->tunnel_path,
        .charon_mode = options->charon_mode,
        .charon_path = options->charon_path,
        .system_bus = bus,
    };
    Daemon daemon = { .loop = loop, .manager = connection_manager_new(&settings, error) };
    if (!daemon.manager)
        return FALSE;
    gboolean clean = run(&daemon, bus, store, options, error);
    connection_manager_free(daemon.manager);
    return clean;
}

int main(int argc, char **argv)
{
    g_auto(Options) options = { 0 };
    g_autoptr(GError) error = NULL;

    harden();
    g_log_set_writer_func(log_writer, NULL, NULL);
    if (!parse_arguments(&options, &argc, &argv, &error)) {
        g_printerr("causewayd: %s\n", error->message);
        return 2;
    }
    if (options.version) {
        g_print("causewayd " CAUSEWAY_VERSION "\n");
        return EXIT_SUCCESS;
    }
    if (!read_configuration(&options, &error) || !serve(&options, &error)) {
        g_printerr("causewayd: %s\n", error->message);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
