/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One negotiation's life with charon.
 *
 *   OFF -> WAITING (charon starts) -> LOADING (events, keys, connection) -> INITIATING
 *       -> UP -> (all children gone) -> LOADING -> INITIATING -> UP …
 *   from anywhere: -> CLOSING (terminate, unload) -> OFF, which reports.
 *
 * An attempt is one INITIATING.  When it fails, the cause decides whether another one with
 * something changed makes sense: the NAT-T port when nobody answered, the next group in
 * aggressive mode, the other stance on perfect forward secrecy in phase 2, the identity that
 * the gateway turned out to have.
 *
 * Two connections to charon: `control` for everything, `runner` for the command that blocks
 * while its log streams in. */
#include "ipsec/ike.h"

#include <string.h>

#include "ipsec/cause.h"
#include "ipsec/charon.h"
#include "ipsec/ike-config.h"
#include "ipsec/proposals.h"
#include "ipsec/sa-info.h"
#include "ipsec/vici-client.h"

/* How long an attempt may be silent, by what is awaited: long enough for three retransmissions
 * (1.0, 2.6, 5.2 s), short enough that a wrong key is told within ten seconds. */
#define SILENT_GATEWAY_MSEC 5000
#define SILENT_PROOF_MSEC 6000
#define SILENT_MSEC 8000
/* Once the cause is certain: charon may yet say so itself. */
#define CERTAIN_MSEC 200
#define WHOLE_MSEC 30000
/* Making it anew while L2TP waits; its own patience is 31 s. */
#define RECOVER_MSEC 20000
#define CLOSE_MSEC 2500
/* Quick mode's third message is on the wire some milliseconds after its child is announced. */
#define LAST_MESSAGE_MSEC 50

typedef enum {
    STATE_OFF,
    STATE_WAITING,
    STATE_LOADING,
    STATE_INITIATING,
    STATE_UP,
    STATE_CLOSING,
} State;

typedef enum {
    END_FAILED,
    END_LOST,
    END_STOPPED,
    END_FREED,
} End;

struct Ike {
    IkeService *service;
    IkeSetup *setup;
    IkeEvents events;
    gpointer user_data;
    State state;

    CharonMember *member;
    ViciClient *control;
    ViciClient *runner;
    guint version_major, version_minor; /* charon's */
    gboolean version_known;
    gboolean version_awaited; /* an attempt has failed before a packet was sent: is it that? */

    gboolean was_up;     /* told `established`: an end is `lost`, a success `changed` */
    gboolean pfs;        /* the child of this attempt */
    gboolean pfs_varied; /* both have been tried */
    gboolean nat_t;      /* straight to port 4500 */
    guint group_index;
    gboolean strict;      /* demand the gateway's address as its identity */
    char *learned_id;     /* the one that it has instead */
    Cause cause;
    SaInfo sa;
    gint64 sent_at; /* for the round trip; 0: retransmitted, or nothing sent */

    gboolean logs;         /* charon tells us each packet that it sends */
    gboolean last_message; /* the child is up, quick mode's third message not yet sent */
    gboolean last_made;    /* though made */
    gboolean loaded;
    gboolean listing; /* a list-sas is under way */
    gboolean list_again;
    SaInfo listed;
    char *key_id;

    GSource *silence;
    GSource *whole;
    GSource *due; /* the idle in which something is told from no callback */
    End end;
    Failure *failure;
};

static void ike_attempt(Ike *ike);
static void ike_close(Ike *ike, End end, Failure *failure);

static void clear_source(GSource **source)
{
    if (*source)
        g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

static void set_timer(GSource **source, guint msec, GSourceFunc function, Ike *ike)
{
    clear_source(source);
    *source = g_timeout_source_new(msec);
    g_source_set_callback(*source, function, ike, NULL);
    g_source_attach(*source, g_main_context_get_thread_default());
}

static void set_state(Ike *ike, State state)
{
    static const char *const names[] = { "off", "waiting", "loading", "initiating", "up",
                                         "closing" };

    g_debug("%s: %s -> %s", ike->setup->name, names[ike->state], names[state]);
    ike->state = state;
}

static void progress(Ike *ike, const char *text)
{
    if (ike->events.progress && ike->end != END_FREED)
        ike->events.progress(ike, text, ike->user_data);
}

/* ---- the end ---- */

static void ike_destroy(Ike *ike)
{
    clear_source(&ike->silence);
    clear_source(&ike->whole);
    clear_source(&ike->due);
    g_clear_pointer(&ike->control, vici_client_free);
    g_clear_pointer(&ike->runner, vici_client_free);
    g_clear_pointer(&ike->member, charon_leave);
    sa_info_clear(&ike->sa);
    sa_info_clear(&ike->listed);
    cause_clear(&ike->cause);
    failure_free(ike->failure);
    ike_setup_free(ike->setup);
    g_free(ike->learned_id);
    g_free(ike->key_id);
    g_free(ike);
}

/* Everything is out of charon, or charon cannot be reached: let go of it and tell. */
static void ike_closed(Ike *ike)
{
    g_autoptr(Failure) failure = g_steal_pointer(&ike->failure);

    clear_source(&ike->silence);
    clear_source(&ike->whole);
    clear_source(&ike->due);
    g_clear_pointer(&ike->control, vici_client_free);
    g_clear_pointer(&ike->runner, vici_client_free);
    g_clear_pointer(&ike->member, charon_leave);
    g_clear_pointer(&ike->key_id, g_free);
    ike->loaded = ike->listing = ike->list_again = ike->was_up = FALSE;
    set_state(ike, STATE_OFF);
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

/* Takes out what was put in.  Commands are answered in order: the last answer is the end. */
static void ike_unload(Ike *ike)
{
    vici_client_call(ike->control, ike_request_terminate(ike->setup), NULL, NULL);
    if (ike->key_id)
        vici_client_call(ike->control, ike_request_simple("unload-key", "id", ike->key_id), NULL,
                         NULL);
    if (ike->setup->c.auth == IKE_AUTH_PSK)
        vici_client_call(ike->control,
                         ike_request_simple("unload-shared", "id", ike->setup->name), NULL, NULL);
    vici_client_call(ike->control, ike_request_simple("unload-conn", "name", ike->setup->name),
                     on_unloaded, ike);
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
    clear_source(&ike->silence);
    clear_source(&ike->whole);
    g_clear_pointer(&ike->runner, vici_client_free);
    set_state(ike, STATE_CLOSING);
    if (ike->control && ike->loaded) {
        ike_unload(ike);
        set_timer(&ike->due, CLOSE_MSEC, on_close_due, ike);
    } else {
        set_timer(&ike->due, 0, on_close_due, ike);
    }
}

static void ike_fail(Ike *ike, Failure *failure)
{
    if (ike->state != STATE_CLOSING && ike->state != STATE_OFF)
        ike_close(ike, ike->was_up ? END_LOST : END_FAILED, failure);
    else
        failure_free(failure);
}

static void ike_fail_charon(Ike *ike, const char *detail)
{
    ike_fail(ike, failure_new(STAGE_IPSEC, FAILURE_CHARON_FAILED, detail));
}

/* ---- one attempt's outcome ---- */

static void next_attempt(Ike *ike, const char *text)
{
    progress(ike, text);
    if (ike->state != STATE_CLOSING)
        ike_attempt(ike);
}

/* The identity in "IDir '10.0.0.1' does not match to '192.0.2.1'". */
static char *learn_identity(const char *line)
{
    const char *start = line ? strstr(line, "IDir '") : NULL;
    const char *end = start ? strstr(start, "' does not match") : NULL;

    return end ? g_strndup(start + 6, (gsize)(end - start - 6)) : NULL;
}

/* Whether something can be changed that the failure depends on; if so it has been. */
static gboolean vary(Ike *ike, const Failure *failure)
{
    if (failure->code == FAILURE_GATEWAY_SILENT && !ike->nat_t) {
        ike->nat_t = TRUE;
        next_attempt(ike, "No answer on UDP port 500, trying port 4500");
        return TRUE;
    }
    if (failure->code == FAILURE_NO_PROPOSAL_IKE && ike->setup->c.group_name &&
        ike_setup_group(ike->setup, ike->group_index + 1)) {
        ike->group_index++;
        next_attempt(ike, "Trying another Diffie-Hellman group");
        return TRUE;
    }
    if (failure->code == FAILURE_NO_PROPOSAL_ESP && ike->setup->own_esp && !ike->pfs_varied) {
        ike->pfs_varied = TRUE;
        ike->pfs = !ike->pfs;
        next_attempt(ike, ike->pfs ? "Trying phase 2 with perfect forward secrecy"
                                   : "Trying phase 2 without perfect forward secrecy");
        return TRUE;
    }
    if (failure->code == FAILURE_IDENTITY_MISMATCH && ike->strict && !ike->learned_id &&
        (ike->learned_id = learn_identity(failure->detail))) {
        next_attempt(ike, "Trying the identity that the gateway has");
        return TRUE;
    }
    return FALSE;
}

static gboolean failed_unsent(const Ike *ike)
{
    return ike->cause.sent == 0 && ike->cause.rank == 0;
}

/* strongSwan 6.1 is built without IKEv1 unless asked, and says so where no log reaches us. */
static gboolean lacks_ikev1(const Ike *ike)
{
    return failed_unsent(ike) &&
           (ike->version_major > 6 || (ike->version_major == 6 && ike->version_minor >= 1));
}

static void attempt_failed(Ike *ike, gboolean timed_out)
{
    if (failed_unsent(ike) && !ike->version_known && !timed_out) {
        ike->version_awaited = TRUE;
        return;
    }
    g_autoptr(Failure) failure = lacks_ikev1(ike)
                                     ? failure_new(STAGE_IPSEC, FAILURE_IKE_V1_MISSING, NULL)
                                     : cause_failure(&ike->cause, timed_out);

    clear_source(&ike->silence);
    g_clear_pointer(&ike->runner, vici_client_free);
    if (!vary(ike, failure))
        ike_fail(ike, g_steal_pointer(&failure));
}

static gboolean on_silence(gpointer user_data)
{
    attempt_failed(user_data, TRUE);
    return G_SOURCE_REMOVE;
}

static gboolean on_whole_deadline(gpointer user_data)
{
    Ike *ike = user_data;
    Failure *failure = ike->state == STATE_INITIATING
                           ? cause_failure(&ike->cause, TRUE)
                           : failure_new(STAGE_IPSEC, FAILURE_TIMEOUT, "charon does not answer");

    clear_source(&ike->whole);
    ike_fail(ike, failure);
    return G_SOURCE_REMOVE;
}

static void watch_silence(Ike *ike)
{
    guint msec = SILENT_MSEC;

    if (ike->cause.rank == 2)
        msec = CERTAIN_MSEC;
    else if (ike->cause.received == 0)
        msec = SILENT_GATEWAY_MSEC;
    else if (ike->cause.point == CAUSE_PROOF)
        msec = SILENT_PROOF_MSEC;
    set_timer(&ike->silence, msec, on_silence, ike);
}

/* ---- what charon says ---- */

/* The least time between a packet of ours that was sent once and the next of the gateway. */
static void measure_rtt(Ike *ike, const Cause *before)
{
    gint64 now = g_get_monotonic_time();

    if (ike->cause.retransmitted)
        ike->sent_at = 0;
    else if (ike->cause.sent > before->sent)
        ike->sent_at = now;
    if (ike->cause.received > before->received && ike->sent_at > 0) {
        guint msec = (guint)MIN((now - ike->sent_at + 500) / 1000, 60000);
        if (ike->sa.info.rtt_msec == 0 || msec < ike->sa.info.rtt_msec)
            ike->sa.info.rtt_msec = MAX(msec, 1);
        ike->sent_at = 0;
    }
}

static void on_runner_event(ViciClient *client, const char *name, const ViciNode *message,
                            gpointer user_data)
{
    Ike *ike = user_data;
    const char *text = vici_node_string(message, "msg");
    Cause before = ike->cause;

    if (strcmp(name, "control-log") != 0 || !text || ike->state != STATE_INITIATING)
        return;
    g_autofree char *clean = failure_clean_text((const guint8 *)text, strlen(text));
    cause_line(&ike->cause, clean);
    measure_rtt(ike, &before);
    /* A gateway that could not read the proof repeats its last message: no sign of life. */
    if (ike->cause.point != before.point || ike->cause.rank != before.rank ||
        (ike->cause.received != before.received && ike->cause.point != CAUSE_PROOF))
        watch_silence(ike);
    progress(ike, clean);
}

static void ike_is_up(Ike *ike)
{
    gboolean again = ike->was_up;

    clear_source(&ike->silence);
    clear_source(&ike->whole);
    ike->last_message = FALSE;
    set_state(ike, STATE_UP);
    ike->was_up = TRUE;
    ike->sa.info.aggressive = ike->setup->c.group_name != NULL;
    if (again)
        ike->events.changed(ike, &ike->sa.info, ike->user_data);
    else
        ike->events.established(ike, &ike->sa.info, ike->user_data);
}

static gboolean on_last_message_due(gpointer user_data)
{
    ike_is_up(user_data);
    return G_SOURCE_REMOVE;
}

/* charon announces a child before it sends quick mode's third message.  The gateway drops ESP
 * that overtakes that message, and what was lost with it would cost L2TP a retransmission. */
static void await_last_message(Ike *ike)
{
    if (!ike->logs) {
        ike_is_up(ike);
        return;
    }
    ike->last_message = TRUE;
    ike->last_made = FALSE;
    set_timer(&ike->silence, LAST_MESSAGE_MSEC, on_last_message_due, ike);
}

static void on_log(Ike *ike, const ViciNode *message)
{
    const char *text = vici_node_string(message, "msg");

    if (!ike->last_message || ike->state != STATE_INITIATING || !text ||
        g_strcmp0(vici_node_string(message, "ikesa-name"), ike->setup->name) != 0)
        return;
    /* The log lags behind the other events: earlier packets may still be told of. */
    if (g_str_has_prefix(text, "generating QUICK_MODE") && g_str_has_suffix(text, "[ HASH ]"))
        ike->last_made = TRUE;
    else if (ike->last_made && g_str_has_prefix(text, "sending packet"))
        ike_is_up(ike);
}

static void request_list(Ike *ike);

/* Everything that charon has of this connection has been told. */
static void list_complete(Ike *ike)
{
    if (ike->listed.child_id != 0 && ike->state == STATE_UP &&
        ike->listed.child_id == ike->sa.child_id && ike->listed.ike_id == ike->sa.ike_id)
        return; /* the event that made us ask was its own beginning */
    if (ike->listed.child_id != 0) {
        guint rtt = ike->sa.info.rtt_msec;
        sa_info_clear(&ike->sa);
        ike->sa = ike->listed;
        ike->sa.info.rtt_msec = rtt;
        memset(&ike->listed, 0, sizeof ike->listed);
        ike_is_up(ike);
    } else if (ike->state == STATE_UP) {
        sa_info_clear(&ike->sa);
        ike->pfs_varied = FALSE;
        next_attempt(ike, "The gateway has dropped the encrypted connection, making it anew");
    }
}

static void on_listed(ViciClient *client, const ViciNode *message, const GError *error,
                      gpointer user_data)
{
    Ike *ike = user_data;

    ike->listing = FALSE;
    if (ike->state != STATE_UP && ike->state != STATE_INITIATING)
        return;
    if (error)
        ike_fail_charon(ike, error->message);
    else if (ike->list_again)
        request_list(ike);
    else
        list_complete(ike);
}

/* What remains after an SA has come or gone: charon is asked, rather than its events trusted to
 * add up. */
static void request_list(Ike *ike)
{
    ike->list_again = ike->listing;
    if (ike->listing)
        return;
    ike->listing = TRUE;
    sa_info_clear(&ike->listed);
    vici_client_call(ike->control, ike_request_list_sas(ike->setup), on_listed, ike);
}

static void on_control_event(ViciClient *client, const char *name, const ViciNode *message,
                             gpointer user_data)
{
    Ike *ike = user_data;
    guint32 reqid = ike->setup->c.reqid;
    gboolean ours = vici_node_child(message, ike->setup->name) != NULL;

    if (strcmp(name, "list-sa") == 0) {
        if (ours && ike->listing)
            sa_info_read(&ike->listed, message, ike->setup->name, reqid);
    } else if (ours && strcmp(name, "child-updown") == 0 && vici_node_flag(message, "up") &&
               ike->state == STATE_INITIATING) {
        if (sa_info_read(&ike->sa, message, ike->setup->name, reqid))
            await_last_message(ike);
    } else if (strcmp(name, "log") == 0) {
        on_log(ike, message);
    } else if (ours && ike->state == STATE_UP) {
        request_list(ike);
    }
}

/* ---- one attempt ---- */

static void on_closed(ViciClient *client, const GError *error, gpointer user_data)
{
    Ike *ike = user_data;

    g_clear_pointer(client == ike->control ? &ike->control : &ike->runner, vici_client_free);
    if (ike->state == STATE_CLOSING)
        set_timer(&ike->due, 0, on_close_due, ike);
    else
        ike_fail_charon(ike, error->message);
}

static void on_initiated(ViciClient *client, const ViciNode *message, const GError *error,
                         gpointer user_data)
{
    Ike *ike = user_data;

    if (ike->state != STATE_INITIATING)
        return;
    if (error)
        attempt_failed(ike, FALSE);
    else if (!ike->last_message)
        request_list(ike); /* in case that the event has been missed */
}

/* Connects while the configuration is being loaded. */
static void prepare_runner(Ike *ike)
{
    static const ViciClientEvents events = { on_runner_event, on_closed };

    g_clear_pointer(&ike->runner, vici_client_free);
    ike->runner = vici_client_new(charon_socket_path(ike->service), &events, ike);
    vici_client_register(ike->runner, "control-log", NULL, NULL);
}

static void on_conn_loaded(ViciClient *client, const ViciNode *message, const GError *error,
                           gpointer user_data)
{
    Ike *ike = user_data;

    if (ike->state != STATE_LOADING)
        return;
    if (error) {
        ike_fail_charon(ike, error->message);
        return;
    }
    set_state(ike, STATE_INITIATING);
    vici_client_call(ike->runner, ike_request_initiate(ike->setup, ike->pfs), on_initiated, ike);
    watch_silence(ike);
}

static void ike_attempt(Ike *ike)
{
    gboolean aggressive = ike->setup->c.group_name != NULL;
    IkeAttempt attempt = {
        .nat_t_port = ike->nat_t ? charon_port_nat_t(ike->service) : 0,
        .group = aggressive ? ike_setup_group(ike->setup, ike->group_index) : NULL,
        .remote_id = ike->learned_id,
    };

    if (ike->strict && !ike->learned_id)
        attempt.remote_id = ike->setup->c.gateway;
    /* What an earlier attempt left half done; but its phase 1 serves the other phase 2, too. */
    if (ike->state == STATE_INITIATING && ike->cause.point != CAUSE_QUICK)
        vici_client_call(ike->control, ike_request_terminate(ike->setup), NULL, NULL);
    ike->last_message = FALSE;
    cause_clear(&ike->cause);
    cause_init(&ike->cause, ike->setup->c.auth == IKE_AUTH_CERTIFICATE);
    ike->sent_at = 0;
    if (ike->was_up && !ike->whole)
        set_timer(&ike->whole, RECOVER_MSEC, on_whole_deadline, ike);
    set_state(ike, STATE_LOADING);
    prepare_runner(ike);
    if (ike->setup->c.auth == IKE_AUTH_PSK)
        vici_client_call(ike->control, ike_request_load_shared(ike->setup, &attempt), NULL, NULL);
    vici_client_call(ike->control, ike_request_load_conn(ike->setup, &attempt), on_conn_loaded,
                     ike);
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
        attempt_failed(ike, FALSE);
}

static void on_key_loaded(ViciClient *client, const ViciNode *message, const GError *error,
                          gpointer user_data)
{
    Ike *ike = user_data;

    if (error)
        ike_fail(ike, failure_new(STAGE_IPSEC, FAILURE_CERTIFICATE_UNUSABLE, error->message));
    else
        ike->key_id = g_strdup(vici_node_string(message, "id"));
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
    static const ViciClientEvents events = { on_control_event, on_closed };
    /* Only what the first initiation needs comes before it. */
    static const char *const first[] = { "child-updown", NULL };
    static const char *const log[] = { "log", NULL };
    static const char *const others[] = { "list-sa", "ike-updown", "child-rekey", "ike-rekey",
                                          NULL };
    Ike *ike = user_data;

    if (ike->state != STATE_WAITING)
        return;
    ike->control = vici_client_new(charon_socket_path(ike->service), &events, ike);
    ike->loaded = TRUE;
    register_events(ike, first);
    if (ike->setup->c.auth == IKE_AUTH_CERTIFICATE)
        vici_client_call(ike->control, ike_request_load_key(ike->setup), on_key_loaded, ike);
    /* In the system's charon a key for everybody may be loaded, which would be taken for a
     * gateway of any identity. */
    ike->strict = ike->setup->c.auth == IKE_AUTH_PSK && !ike->setup->c.remote_id &&
                  !charon_is_private(ike->service);
    ike_attempt(ike);
    /* Only of our own instance: another's log may be busy with other people's matters. */
    ike->logs = charon_is_private(ike->service);
    if (ike->logs)
        register_events(ike, log);
    register_events(ike, others);
    vici_client_call(ike->control, ike_request_simple("version", NULL, NULL), on_version, ike);
}

static void on_charon_down(const Failure *failure, gpointer user_data)
{
    Ike *ike = user_data;

    g_clear_pointer(&ike->control, vici_client_free);
    g_clear_pointer(&ike->runner, vici_client_free);
    if (ike->state == STATE_CLOSING)
        set_timer(&ike->due, 0, on_close_due, ike);
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
    return ike;
}

void ike_start(Ike *ike)
{
    static const CharonEvents events = { on_charon_ready, on_charon_down };

    g_return_if_fail(ike->state == STATE_OFF);
    sa_info_clear(&ike->sa);
    g_clear_pointer(&ike->learned_id, g_free);
    ike->end = END_FAILED;
    ike->pfs = ike->setup->c.pfs && ike->setup->own_esp;
    ike->pfs_varied = ike->nat_t = ike->version_known = ike->version_awaited = FALSE;
    ike->group_index = 0;
    set_state(ike, STATE_WAITING);
    set_timer(&ike->whole, WHOLE_MSEC, on_whole_deadline, ike);
    ike->member = charon_join(ike->service, &events, ike);
}

void ike_stop(Ike *ike)
{
    if (ike->state == STATE_OFF) {
        set_state(ike, STATE_CLOSING);
        ike->end = END_STOPPED;
        set_timer(&ike->due, 0, on_close_due, ike);
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
