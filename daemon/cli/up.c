/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that connect and disconnect: up, down. */
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/prompt.h"
#include "client/attempt.h"

typedef struct {
    GMainLoop *loop;
    Attempt *attempt;
    Prompt *prompt;
    const char *name; /* as it was when this began: somebody may give it another one meanwhile */
    gboolean marks; /* on a terminal that can show them */
    gboolean have_stage;
    gboolean password_changed;
    gboolean answered; /* a question */
    Stage stage;
    gint64 stage_begun, begun; /* monotonic, microseconds */
    int result;
} Up;

static const char *stage_words(Stage stage)
{
    switch (stage) {
    case STAGE_PREPARE:
        return "prepared";
    case STAGE_RESOLVE:
        return "gateway found";
    case STAGE_IPSEC:
        return "encrypted (IPsec)";
    case STAGE_L2TP:
        return "tunnel open (L2TP)";
    case STAGE_PPP:
        return "link open (PPP)";
    case STAGE_AUTHENTICATION:
        return "logged in";
    case STAGE_NETWORK:
        return "network set up";
    case STAGE_CONNECTED:
        return "connected";
    }
    g_assert_not_reached();
}

/* The stage that ran until now is done. */
static void print_passed(Up *up)
{
    gint64 now = g_get_monotonic_time();

    if (up->have_stage && up->stage != STAGE_CONNECTED) {
        printf("%s%-20s %6.2f s\n", up->marks ? "✓ " : "", stage_words(up->stage),
               (double)(now - up->stage_begun) / G_USEC_PER_SEC);
        fflush(stdout);
    }
    up->stage_begun = now;
}

static void on_stage(Attempt *attempt, Stage stage, gpointer data)
{
    Up *up = data;

    print_passed(up);
    up->have_stage = TRUE;
    up->stage = stage;
}

static void on_prompted(const Secret *secret, gpointer data)
{
    Up *up = data;

    up->answered = TRUE;
    attempt_answer(up->attempt, secret);
    g_clear_pointer(&up->prompt, prompt_free);
}

static const char *secret_words(const char *name)
{
    const Field *field = field_find(name);

    if (field)
        return field->label;
    return strcmp(name, "ppp.new-password") == 0 ? "New password" : name;
}

static void on_secret_wanted(Attempt *attempt, const char *field, const char *message,
                             gboolean refused, gpointer data)
{
    Up *up = data;
    /* The gateway's words go to a terminal. */
    g_autofree char *clean = failure_clean_text((const guint8 *)message, strlen(message));
    g_autofree char *question = g_strdup_printf("%s for %s", secret_words(field), up->name);

    if (refused && up->answered)
        fprintf(stderr, "That was refused.\n");
    if (*clean)
        fprintf(stderr, "%s\n", clean);
    up->password_changed |= strcmp(field, "ppp.new-password") == 0;
    up->prompt = prompt_start(question, on_prompted, up);
    if (!up->prompt)
        attempt_answer(attempt, NULL);
}

static void on_secret_cancelled(Attempt *attempt, gpointer data)
{
    Up *up = data;

    g_clear_pointer(&up->prompt, prompt_free);
}

static void print_connected(Up *up)
{
    CausewayConnection *connection = attempt_connection(up->attempt);
    const char *const *addresses = causeway_connection_get_local_addresses(connection);

    print_passed(up);
    printf("%sconnected to %s in %.2f s: %s on %s, MTU %u\n", up->marks ? "✓ " : "", up->name,
           (double)(g_get_monotonic_time() - up->begun) / G_USEC_PER_SEC,
           addresses && addresses[0] ? addresses[0] : "no address",
           causeway_connection_get_interface(connection), causeway_connection_get_mtu(connection));
    if (up->password_changed)
        fprintf(stderr, "note: your password was changed; if it is stored here, store the new one: "
                        "causeway set-secret %s ppp.password\n", up->name);
    if (causeway_connection_get_weak(connection))
        fprintf(stderr, "note: the gateway accepts only weak encryption: %s / %s\n",
                causeway_connection_get_ike(connection), causeway_connection_get_esp(connection));
}

static void on_finished(Attempt *attempt, const char *stage, const char *code,
                        const char *message, const char *hint, gpointer data)
{
    Up *up = data;

    g_clear_pointer(&up->prompt, prompt_free);
    if (!code) {
        print_connected(up);
        up->result = EXIT_DONE;
    } else if (strcmp(code, "already-active") == 0) {
        g_autofree char *plain = cli_plain(message);
        fprintf(stderr, "%s\n", plain);
        up->result = EXIT_DONE;
    } else {
        cli_failure(stage, code, message, hint);
        up->result = strcmp(code, "not-authorized") == 0 ? EXIT_NOT_AUTHORIZED : EXIT_FAILED;
    }
    g_main_loop_quit(up->loop);
}

static gboolean on_interrupt(gpointer data)
{
    Up *up = data;

    if (up->attempt)
        attempt_cancel(up->attempt);
    return G_SOURCE_CONTINUE;
}

/* What is known to be missing is asked for before anything is sent: the gateway would not wait
 * for a person.  Without a terminal the service tells what is missing. */
static gboolean ask_missing(CausewayProfile *proxy, const char *name, GPtrArray *fields,
                            GPtrArray *secrets)
{
    g_auto(GStrv) missing = g_strdupv((char **)causeway_profile_get_missing_secrets(proxy));

    for (char **field = missing; field && *field && isatty(STDIN_FILENO); field++) {
        g_autofree char *question = g_strdup_printf("%s for %s", secret_words(*field), name);
        Secret *secret = prompt_ask(question);
        if (!secret)
            return FALSE;
        g_ptr_array_add(fields, g_strdup(*field));
        g_ptr_array_add(secrets, secret);
    }
    g_ptr_array_add(fields, NULL);
    return TRUE;
}

static const AttemptEvents attempt_events = {
    .stage = on_stage,
    .secret_wanted = on_secret_wanted,
    .secret_cancelled = on_secret_cancelled,
    .finished = on_finished,
};

static int connect_profile(Client *client, CausewayProfile *proxy, GPtrArray *fields,
                           GPtrArray *secrets)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(GError) error = NULL;
    g_autofree char *name = cli_plain(causeway_profile_get_name(proxy));
    Up up = {.loop = loop, .name = name, .result = EXIT_FAILED};

    up.marks = isatty(STDOUT_FILENO) && g_get_charset(NULL);
    up.begun = up.stage_begun = g_get_monotonic_time();
    guint interrupted = g_unix_signal_add(SIGINT, on_interrupt, &up);
    guint terminated = g_unix_signal_add(SIGTERM, on_interrupt, &up);
    up.attempt = attempt_start(client, proxy, (const char *const *)fields->pdata,
                               (const Secret *const *)secrets->pdata, &attempt_events, &up,
                               &error);
    if (up.attempt)
        g_main_loop_run(loop);
    else
        up.result = cli_error(error);
    g_clear_pointer(&up.attempt, attempt_free);
    g_source_remove(interrupted);
    g_source_remove(terminated);
    return up.result;
}

int cli_up(int argc, char **argv)
{
    g_autoptr(Client) client = NULL;
    g_autoptr(CausewayProfile) proxy = NULL;
    g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) secrets = g_ptr_array_new_with_free_func((GDestroyNotify)secret_free);
    g_autoptr(GError) error = NULL;
    int result;

    if (argc != 1 || cli_has_options(argc, argv))
        return cli_usage("up");
    client = cli_connect(&result);
    if (!client)
        return result;
    proxy = client_find_profile(client, argv[0], &error);
    if (!proxy) {
        cli_look_elsewhere(client, argv[0]);
        return cli_error(error);
    }
    if (!ask_missing(proxy, argv[0], fields, secrets)) {
        cli_failure(stage_name(STAGE_PREPARE), failure_code_name(FAILURE_SECRET_MISSING),
                    failure_code_message(FAILURE_SECRET_MISSING),
                    failure_code_hint(FAILURE_SECRET_MISSING));
        return EXIT_FAILED;
    }
    if (!client_renew(client, &proxy, &error))
        return cli_error(error);
    return connect_profile(client, proxy, fields, secrets);
}

static void on_gone(GDBusObjectManager *manager, GDBusObject *object, gpointer data)
{
    *(gboolean *)data = TRUE;
}

/* Returns when the machine's network is as it was. */
static gboolean disconnect_and_wait(Client *client, CausewayConnection *connection,
                                    GError **error)
{
    GDBusObjectManager *objects = client_objects(client);
    const char *path = g_dbus_proxy_get_object_path(G_DBUS_PROXY(connection));
    gboolean gone = FALSE;
    gulong handler = g_signal_connect(objects, "object-removed", G_CALLBACK(on_gone), &gone);
    gboolean done = client_disconnect(connection, error);

    while (done) {
        g_autoptr(GDBusObject) object = g_dbus_object_manager_get_object(objects, path);
        /* What was stopped on its way stays as failed, so that one can ask why. */
        if (!object || g_strcmp0(causeway_connection_get_state(connection), "failed") == 0)
            break;
        g_main_context_iteration(NULL, TRUE);
    }
    g_signal_handler_disconnect(objects, handler);
    return done;
}

static int down_all(Client *client)
{
    g_autoptr(GPtrArray) profiles = client_profiles(client);
    g_autoptr(GPtrArray) transients = client_transients(client);
    int result = EXIT_DONE;

    for (guint i = 0; i < profiles->len; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(CausewayConnection) connection = client_find_connection(
            client, causeway_profile_get_uuid(g_ptr_array_index(profiles, i)));
        if (connection && !disconnect_and_wait(client, connection, &error))
            result = cli_error(error);
    }
    for (guint i = 0; i < transients->len; i++) {
        g_autoptr(GError) error = NULL;
        if (!disconnect_and_wait(client, g_ptr_array_index(transients, i), &error))
            result = cli_error(error);
    }
    return result;
}

/* The profile's, or one that NetworkManager has begun; NULL without an error when there is the
 * profile alone. */
static CausewayConnection *find_running(Client *client, const char *name, GError **error)
{
    g_autoptr(GError) missing = NULL;
    g_autoptr(CausewayProfile) proxy = client_find_profile(client, name, &missing);

    if (proxy)
        return client_find_connection(client, causeway_profile_get_uuid(proxy));
    CausewayConnection *transient = client_find_transient(client, name);
    if (!transient)
        g_propagate_error(error, g_steal_pointer(&missing));
    return transient;
}

int cli_down(int argc, char **argv)
{
    gboolean all = cli_take_option(&argc, argv, "--all");
    g_autoptr(Client) client = NULL;
    g_autoptr(GError) error = NULL;
    int result;

    if (argc != (all ? 0 : 1) || cli_has_options(argc, argv))
        return cli_usage("down");
    if (all) {
        client = cli_connect(&result);
        return client ? down_all(client) : result;
    }
    client = cli_connect(&result);
    if (!client)
        return result;
    g_autoptr(CausewayConnection) connection = find_running(client, argv[0], &error);
    if (error)
        return cli_error(error);
    if (!connection) {
        fprintf(stderr, "\"%s\" is not connected\n", argv[0]);
        return EXIT_DONE;
    }
    return disconnect_and_wait(client, connection, &error) ? EXIT_DONE : cli_error(error);
}
