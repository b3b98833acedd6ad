/* SPDX-License-Identifier: GPL-2.0-or-later */
/* up, of a connection that NetworkManager keeps and runs. */
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/failure.h"
#include "cli/nm.h"
#include "cli/prompt.h"

typedef struct {
    Target *target;
    GMainLoop *loop;
    Prompt *prompt;
    gboolean begun; /* it is no more as it was before */
    gboolean over;
    int result;
} Up;

static void end(Up *up, int result)
{
    up->result = result;
    g_main_loop_quit(up->loop);
}

static void on_prompted(const Secret *secret, gpointer data)
{
    Up *up = data;

    vpn_store_answer(up->target->store, up->target->item, secret);
    g_clear_pointer(&up->prompt, prompt_free);
}

static void on_wanted(VpnStore *store, VpnItem *item, const char *field, const char *message,
                      gboolean refused, Up *up)
{
    const Field *row = field_find(field);
    g_autofree char *clean = failure_clean_text((const guint8 *)message, strlen(message));
    g_autofree char *question =
        g_strdup_printf("%s for %s", row ? row->label : "New password", vpn_item_name(item));

    if (item != up->target->item || up->over) {
        vpn_store_answer(store, item, NULL);
        return;
    }
    /* Never two: the second would take the first one's silent terminal for how it was. */
    g_clear_pointer(&up->prompt, prompt_free);
    if (*clean)
        fprintf(stderr, "%s\n", clean);
    up->prompt = prompt_start(question, on_prompted, up);
    if (!up->prompt)
        vpn_store_answer(store, item, NULL);
}

static void on_cancelled(VpnStore *store, VpnItem *item, Up *up)
{
    if (item == up->target->item)
        g_clear_pointer(&up->prompt, prompt_free);
}

static void print_connected(VpnItem *item)
{
    const VpnStatus *status = vpn_item_status(item);
    g_autofree char *name = cli_plain(vpn_item_name(item));

    printf("connected to %s: %s\n", name,
           status->local_addresses && status->local_addresses[0] ? status->local_addresses[0]
                                                                 : "no address");
}

static void on_stopped(GObject *source, GAsyncResult *result, gpointer data)
{
    end(data, EXIT_FAILED);
}

static void on_changed(VpnItem *item, Up *up)
{
    const VpnStatus *status = vpn_item_status(item);

    if (up->over)
        return;
    switch (status->state) {
    case VPN_CONNECTING:
    case VPN_RECONNECTING:
        up->begun = TRUE;
        break;
    case VPN_CONNECTED:
        print_connected(item);
        end(up, EXIT_DONE);
        break;
    case VPN_FAILED:
        if (!up->begun)
            break;
        if (status->failure_stage && *status->failure_stage)
            cli_failure(status->failure_stage, status->failure_code, status->failure_message,
                        status->failure_hint);
        else
            cli_complain("%s", status->failure_message ? status->failure_message : "failed");
        /* It may be waiting for another answer still: somebody else's window would open for that. */
        up->over = TRUE;
        vpn_store_disconnect(up->target->store, item, NULL, on_stopped, up);
        break;
    case VPN_DISCONNECTED:
    case VPN_DISCONNECTING:
        if (!up->begun)
            break;
        cli_complain("NetworkManager has ended the connection");
        end(up, EXIT_FAILED);
        break;
    }
}

static void on_begun(GObject *source, GAsyncResult *result, gpointer data)
{
    Up *up = data;
    g_autoptr(GError) error = NULL;

    if (vpn_store_finish(VPN_STORE(source), result, &error))
        up->begun = TRUE;
    else if (!up->over)
        end(up, cli_error(error));
}

static gboolean on_interrupt(gpointer data)
{
    Up *up = data;

    vpn_store_disconnect(up->target->store, up->target->item, NULL, on_stopped, up);
    return G_SOURCE_CONTINUE;
}

int cli_up(int argc, char **argv)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    /* Without a terminal other programs' agents are asked, those of the desktop for instance. */
    g_autoptr(GHashTable) secrets = isatty(STDIN_FILENO) ? vpn_secrets_new() : NULL;
    Up up = {.loop = loop, .result = EXIT_FAILED};
    int result;

    if (argc != 1 || cli_has_options(argc, argv))
        return cli_usage("up");
    g_autoptr(Target) target = target_open(argv[0], &result);
    if (!target)
        return result;
    if (vpn_item_status(target->item)->state == VPN_CONNECTED) {
        fprintf(stderr, "\"%s\" is connected already\n", argv[0]);
        return EXIT_DONE;
    }
    up.target = target;
    vpn_store_start(target->service);
    while (vpn_store_availability(target->service) == VPN_STORE_STARTING)
        g_main_context_iteration(NULL, TRUE);
    gulong changed = g_signal_connect(target->item, "changed", G_CALLBACK(on_changed), &up);
    g_signal_connect(target->store, "secret-wanted", G_CALLBACK(on_wanted), &up);
    g_signal_connect(target->store, "secret-cancelled", G_CALLBACK(on_cancelled), &up);
    guint interrupted = g_unix_signal_add(SIGINT, on_interrupt, &up);
    guint terminated = g_unix_signal_add(SIGTERM, on_interrupt, &up);
    vpn_store_connect(target->store, target->item, secrets, NULL, on_begun, &up);
    g_main_loop_run(loop);
    g_signal_handler_disconnect(target->item, changed);
    g_clear_pointer(&up.prompt, prompt_free);
    g_source_remove(interrupted);
    g_source_remove(terminated);
    return up.result;
}
