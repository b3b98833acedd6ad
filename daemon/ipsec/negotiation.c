/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One negotiation's life with charon: its beginning, its end, and what is left behind: nothing. */
#include "ipsec/negotiation.h"

#include <string.h>

#define WHOLE_MSEC 30000
#define CLOSE_MSEC 2500

void ike_clear_timer(GSource **source)
{
    if (*source)
        g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

void ike_set_timer(GSource **source, guint msec, GSourceFunc function, Ike *ike)
{
    ike_clear_timer(source);
    *source = g_timeout_source_new(msec);
    g_source_set_callback(*source, function, ike, NULL);
    g_source_attach(*source, g_main_context_get_thread_default());
}

void ike_set_state(Ike *ike, State state)
{
    static const char *const names[] = { "off", "waiting", "loading", "initiating", "up",
                                         "closing" };

    g_debug("%s: %s -> %s", ike->setup->name, names[ike->state], names[state]);
    ike->state = state;
}

void ike_progress(Ike *ike, const char *text)
{
    if (ike->events.progress && ike->end != END_FREED)
        ike->events.progress(ike, text, ike->user_data);
}

void ike_progress_charon(Ike *ike, const char *line)
{
    g_autofree char *clean = failure_clean_text((const guint8 *)line, strlen(line));

    /* Its first look for the key is by identities; ours is found by addresses (ike-config.c). */
    if (!strstr(clean, "no shared key found for '"))
        ike_progress(ike, clean);
}

/* ---- the end ---- */

static void ike_destroy(Ike *ike)
{
    ike_clear_timer(&ike->confirm);
    ike_clear_timer(&ike->silence);
    ike_clear_timer(&ike->whole);
    ike_clear_timer(&ike->due);
    g_clear_pointer(&ike->control, vici_client_free);
    g_clear_pointer(&ike->runner, vici_client_free);
    g_clear_pointer(&ike->member, charon_leave);
    sa_info_clear(&ike->sa);
    sa_info_clear(&ike->listed);
    g_array_unref(ike->listed_ikes);
    cause_clear(&ike->cause);
    failure_free(ike->failure);
    ike_setup_free(ike->setup);
    g_free(ike->learned_id);
    g_free(ike->key_id);
    g_clear_pointer(&ike->vouching, g_ptr_array_unref);
    g_clear_pointer(&ike->pinned, g_ptr_array_unref);
    g_free(ike);
}

/* Everything is out of charon, or charon cannot be reached: let go of it and tell. */
static void ike_closed(Ike *ike)
{
    g_autoptr(Failure) failure = g_steal_pointer(&ike->failure);

    ike_clear_timer(&ike->confirm);
    ike_clear_timer(&ike->silence);
    ike_clear_timer(&ike->whole);
    ike_clear_timer(&ike->due);
    g_clear_pointer(&ike->control, vici_client_finish);
    g_clear_pointer(&ike->runner, vici_client_free);
    g_clear_pointer(&ike->member, charon_leave);
    g_clear_pointer(&ike->key_id, g_free);
    g_clear_pointer(&ike->vouching, g_ptr_array_unref);
    g_clear_pointer(&ike->pinned, g_ptr_array_unref);
    ike->loaded = ike->listing = ike->list_again = ike->list_when_up = ike->was_up = FALSE;
    ike->confirming = ike->key_awaited = FALSE;
    ike->deleted_spi = ike->dead_spi = 0;
    ike_set_state(ike, STATE_OFF);
    switch (ike->end) {
    case END_FAILED:
        ike->events.failed(ike, failure, ike->user_data);
        return;
    case END_LOST:
        ike->events.lost(ike, failure, ike->user_data);
        return;
    case END_STOPPED:
        ike->events.stopped(ike, ike->user_data);
        return;
    case END_FREED:
        ike_destroy(ike);
        return;
    }
}

static gboolean on_close_due(gpointer user_data)
{
    ike_closed(user_data);
    return G_SOURCE_REMOVE;
}

static void on_unloaded(ViciClient *client, const ViciNode *message, const GError *error,
                        gpointer user_data)
{
    Ike *ike = user_data;

    if (ike->state == STATE_CLOSING)
        ike_closed(ike);
}

/* Takes out what was put in.  Commands are answered in order: the last answer is the end.
 *
 * Who listens to the log must not just go: for a message that it cannot deliver, charon (5.9.8 as
 * well as 6.0) logs another one, which it cannot deliver either.  It may be busy with these for
 * half a minute, and attends to no new connection. */
static void ike_unload(Ike *ike)
{
    vici_client_call(ike->control, ike_request_terminate(ike->setup), NULL, NULL);
    /* With a token's key its PIN goes, too. */
    if (ike->key_id)
        vici_client_call(ike->control, ike_request_simple("unload-key", "id", ike->key_id), NULL,
                         NULL);
    if (ike->setup->c.auth == IKE_AUTH_PSK)
        vici_client_call(ike->control,
                         ike_request_simple("unload-shared", "id", ike->setup->name), NULL, NULL);
    vici_client_call(ike->control, ike_request_simple("unload-conn", "name", ike->setup->name),
                     ike->logs ? NULL : on_unloaded, ike);
    if (ike->logs)
        vici_client_unregister(ike->control, "log", on_unloaded, ike);
}

/* Takes the failure over. */
static void ike_close(Ike *ike, End end, Failure *failure)
{
    if (ike->state == STATE_CLOSING) {
        /* A stop that comes while a failure is being tidied up wins. */
        ike->end = MAX(ike->end, end);
        failure_free(failure);
        return;
    }
    ike->end = end;
    failure_free(ike->failure);
    ike->failure = failure;
    ike_clear_timer(&ike->confirm);
    ike_clear_timer(&ike->silence);
    ike_clear_timer(&ike->whole);
    g_clear_pointer(&ike->runner, vici_client_free);
    ike_set_state(ike, STATE_CLOSING);
    if (ike->control && ike->loaded) {
        if (!ike->key_awaited)
            ike_unload(ike);
        ike_set_timer(&ike->due, CLOSE_MSEC, on_close_due, ike);
    } else {
        ike_set_timer(&ike->due, 0, on_close_due, ike);
    }
}

void ike_fail(Ike *ike, Failure *failure)
{
    if (ike->state != STATE_CLOSING && ike->state != STATE_OFF)
        ike_close(ike, ike->was_up ? END_LOST : END_FAILED, failure);
    else
        failure_free(failure);
}

void ike_fail_charon(Ike *ike, const char *detail)
{
    ike_fail(ike, failure_new(STAGE_IPSEC, FAILURE_CHARON_FAILED, detail));
}

gboolean ike_on_whole_deadline(gpointer user_data)
{
    Ike *ike = user_data;
    Failure *failure = ike->state == STATE_INITIATING
                           ? cause_failure(&ike->cause, TRUE)
                           : failure_new(STAGE_IPSEC, FAILURE_TIMEOUT, "charon does not answer");

    ike_clear_timer(&ike->whole);
    ike_fail(ike, failure);
    return G_SOURCE_REMOVE;
}

void ike_on_closed(ViciClient *client, const GError *error, gpointer user_data)
{
    Ike *ike = user_data;

    g_clear_pointer(client == ike->control ? &ike->control : &ike->runner, vici_client_free);
    if (ike->state == STATE_CLOSING)
        ike_set_timer(&ike->due, 0, on_close_due, ike);
    else
        ike_fail_charon(ike, error->message);
}

/* ---- the beginning ---- */

static void on_version(ViciClient *client, const ViciNode *message, const GError *error,
                       gpointer user_data)
{
    Ike *ike = user_data;
    const char *version = vici_node_string(message, "version");
    g_auto(GStrv) parts = g_strsplit(version ? version : "", ".", 3);

    if (parts[0] && parts[1]) {
        ike->version_major = (guint)g_ascii_strtoull(parts[0], NULL, 10);
        ike->version_minor = (guint)g_ascii_strtoull(parts[1], NULL, 10);
    }
    ike->version_known = TRUE;
    if (ike->version_awaited && ike->state == STATE_INITIATING)
        ike_attempt_failed(ike, FALSE);
}

static void on_key_loaded(ViciClient *client, const ViciNode *message, const GError *error,
                          gpointer user_data)
{
    Ike *ike = user_data;

    ike->key_awaited = FALSE;
    if (!error)
        ike->key_id = g_strdup(vici_node_string(message, "id"));
    if (ike->state == STATE_CLOSING)
        ike_unload(ike); /* stopped meanwhile */
    else if (error)
        ike_fail(ike, failure_new(STAGE_IPSEC, FAILURE_CERTIFICATE_UNUSABLE, error->message));
}

/* A registration that is refused is a charon that we do not know. */
static void on_registered(ViciClient *client, const ViciNode *message, const GError *error,
                          gpointer user_data)
{
    if (error)
        ike_fail_charon(user_data, "it lacks an event that is needed");
}

static void register_events(Ike *ike, const char *const *names)
{
    for (; *names; names++)
        vici_client_register(ike->control, *names, on_registered, ike);
}

static void on_charon_ready(gpointer user_data)
{
    static const ViciClientEvents events = { ike_on_control_event, ike_on_closed };
    /* Only what the first initiation needs comes before it. */
    static const char *const first[] = { "child-updown", NULL };
    static const char *const log[] = { "log", NULL };
    static const char *const certificates[] = { "list-cert", NULL };
    static const char *const others[] = { "list-sa", "ike-updown", "child-rekey", "ike-rekey",
                                          NULL };
    Ike *ike = user_data;

    if (ike->state != STATE_WAITING)
        return;
    if (ike->setup->c.auth == IKE_AUTH_CERTIFICATE && !charon_is_private(ike->service)) {
        /* charon has no command that takes a single certificate out again. */
        ike_fail(ike, failure_new(STAGE_PREPARE, FAILURE_PROFILE_INVALID,
                                  "certificates need an IKE service of our own: the system's "
                                  "charon would go on trusting them"));
        return;
    }
    ike->control = vici_client_new(charon_socket_path(ike->service), &events, ike);
    ike->loaded = TRUE;
    register_events(ike, first);
    /* Only of our own instance: another's log may be busy with other people's matters. */
    ike->logs = charon_is_private(ike->service);
    if (ike->logs)
        register_events(ike, log);
    ike->key_awaited = ike->setup->c.auth == IKE_AUTH_CERTIFICATE;
    if (ike->key_awaited)
        vici_client_call(ike->control, ike_request_load_key(ike->setup), on_key_loaded, ike);
    /* In the system's charon a key for everybody may be loaded, which would be taken for a
     * gateway of any identity. */
    ike->strict = ike->setup->c.auth == IKE_AUTH_PSK && !ike->setup->c.remote_id &&
                  !charon_is_private(ike->service);
    ike_attempt(ike);
    register_events(ike, others);
    if (ike->setup->name_wanted)
        register_events(ike, certificates);
    vici_client_call(ike->control, ike_request_simple("version", NULL, NULL), on_version, ike);
}

static void on_charon_down(const Failure *failure, gpointer user_data)
{
    Ike *ike = user_data;

    g_clear_pointer(&ike->control, vici_client_free);
    g_clear_pointer(&ike->runner, vici_client_free);
    if (ike->state == STATE_CLOSING)
        ike_set_timer(&ike->due, 0, on_close_due, ike);
    else
        ike_fail(ike, failure_new(STAGE_IPSEC, failure->code, failure->detail));
}

/* ---- interface ---- */

Ike *ike_new(IkeService *service, const IkeConfig *config, const IkeEvents *events,
             gpointer user_data, Failure **ret_failure)
{
    IkeSetup *setup = ike_setup_new(config, ret_failure);

    if (!setup)
        return NULL;
    Ike *ike = g_new0(Ike, 1);
    ike->service = service;
    ike->setup = setup;
    ike->events = *events;
    ike->user_data = user_data;
    ike->listed_ikes = g_array_new(FALSE, FALSE, sizeof(guint64));
    return ike;
}

void ike_start(Ike *ike)
{
    static const CharonEvents events = { on_charon_ready, on_charon_down };

    g_return_if_fail(ike->state == STATE_OFF);
    sa_info_clear(&ike->sa);
    g_clear_pointer(&ike->learned_id, g_free);
    ike->end = END_FAILED;
    ike->pfs = ike->setup->own_esp && (ike->setup->c.pfs || ike_setup_remembers_pfs(ike->setup));
    ike->from_phase_1 = FALSE;
    ike->pfs_varied = ike->nat_t = ike->version_known = ike->version_awaited = FALSE;
    ike->group_index = 0;
    ike_set_state(ike, STATE_WAITING);
    ike_set_timer(&ike->whole, WHOLE_MSEC, ike_on_whole_deadline, ike);
    ike->member = charon_join(ike->service, &events, ike);
}

void ike_stop(Ike *ike)
{
    if (ike->state == STATE_OFF) {
        ike_set_state(ike, STATE_CLOSING);
        ike->end = END_STOPPED;
        ike_set_timer(&ike->due, 0, on_close_due, ike);
        return;
    }
    ike_close(ike, END_STOPPED, NULL);
}

void ike_free(Ike *ike)
{
    if (!ike)
        return;
    if (ike->state == STATE_OFF) {
        ike_destroy(ike);
        return;
    }
    ike_close(ike, END_FREED, NULL);
}
