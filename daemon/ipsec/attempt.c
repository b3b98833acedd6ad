/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One attempt of a negotiation.  When it fails, the cause decides whether another one with
 * something changed makes sense: the NAT-T port when nobody answered, the next group in
 * aggressive mode, the other stance on perfect forward secrecy in phase 2, the identity that
 * the gateway turned out to have. */
#include "ipsec/negotiation.h"

#include <string.h>

/* How long an attempt may be silent, by what is awaited: long enough for three retransmissions
 * (0.5, 1.4, 3.0 s), short enough that a wrong key is told within ten seconds. */
#define SILENT_GATEWAY_MSEC 5000
#define SILENT_PROOF_MSEC 6000
#define SILENT_MSEC 8000
/* Under an ISAKMP SA that was there before: it may be forgotten at the other end, and PPP's echo
 * takes the tunnel for dead after eight seconds. */
#define SILENT_REUSED_MSEC 2500
/* Once the cause is certain: charon may yet say so itself. */
#define CERTAIN_MSEC 200
/* Making it anew while L2TP waits; its own patience is 31 s. */
#define RECOVER_MSEC 20000

/* ---- one attempt's outcome ---- */

void ike_attempt_next(Ike *ike, const char *text)
{
    ike_progress(ike, text);
    if (ike->state != STATE_CLOSING)
        ike_attempt(ike);
}

/* The identity in "IDir '10.0.0.1' does not match to '192.0.2.1'". */
static char *identity_in(const char *line)
{
    const char *start = line ? strstr(line, "IDir '") : NULL;
    const char *end = start ? strstr(start, "' does not match") : NULL;

    return end ? g_strndup(start + 6, (gsize)(end - start - 6)) : NULL;
}

/* NULL for one that our key cannot be bound to: for "%any", say, which a gateway may call itself,
 * charon would take whichever key it has for everybody. */
static char *learn_identity(const Ike *ike, const char *line)
{
    g_autofree char *identity = identity_in(line);

    return ike_setup_may_own(ike->setup, identity) ? g_steal_pointer(&identity) : NULL;
}

/* Phase 2 was tried at once, and nobody answered. */
static gboolean reused_in_vain(const Ike *ike)
{
    return ike->was_up && ike->cause.point == CAUSE_QUICK && ike->cause.received == 0;
}

void ike_attempt_from_phase_1(Ike *ike, const char *text)
{
    ike->from_phase_1 = TRUE;
    vici_client_call(ike->control, ike_request_terminate(ike->setup), NULL, NULL);
    ike_attempt_next(ike, text);
}

/* What it was tried under was deleted meanwhile: a gateway that deletes everything begins with the
 * child, which is asked for again before the rest has gone. */
static gboolean deleted_meanwhile(const Ike *ike, const Failure *failure)
{
    return ike->was_up && !ike->from_phase_1 && ike->cause.point == CAUSE_QUICK &&
           failure->detail && g_str_has_prefix(failure->detail, CAUSE_DELETED);
}

/* Whether something can be changed that the failure depends on; if so it has been. */
static gboolean vary(Ike *ike, const Failure *failure)
{
    if (deleted_meanwhile(ike, failure)) {
        ike_attempt_from_phase_1(ike,
                                 "The gateway has dropped the old keys, beginning with phase 1");
        return TRUE;
    }
    if (failure->code == FAILURE_GATEWAY_SILENT && reused_in_vain(ike)) {
        ike_attempt_from_phase_1(ike, "No answer under the old keys, beginning with phase 1");
        return TRUE;
    }
    if (failure->code == FAILURE_GATEWAY_SILENT && !ike->nat_t) {
        ike->nat_t = TRUE;
        ike_attempt_next(ike, "No answer on UDP port 500, trying port 4500");
        return TRUE;
    }
    if (failure->code == FAILURE_NO_PROPOSAL_IKE && ike->setup->c.group_name &&
        ike_setup_group(ike->setup, ike->group_index + 1)) {
        ike->group_index++;
        ike_attempt_next(ike, "Trying another Diffie-Hellman group");
        return TRUE;
    }
    if (failure->code == FAILURE_NO_PROPOSAL_ESP && ike->setup->own_esp && !ike->pfs_varied) {
        ike->pfs_varied = TRUE;
        ike->pfs = !ike->pfs;
        ike_attempt_next(ike, ike->pfs ? "Trying phase 2 with perfect forward secrecy"
                                       : "Trying phase 2 without perfect forward secrecy");
        return TRUE;
    }
    if (failure->code == FAILURE_IDENTITY_MISMATCH && ike->strict && !ike->learned_id &&
        (ike->learned_id = learn_identity(ike, failure->detail))) {
        ike_attempt_next(ike, "Trying the identity that the gateway has");
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

/* charon's "IDir 'A' does not match to 'B'" for people, who are to copy A. */
static Failure *in_words(Failure *failure)
{
    static const char between[] = "' does not match to '";
    g_autofree char *its = identity_in(failure->detail);
    const char *wanted = its ? strstr(failure->detail, between) : NULL;

    if (!wanted || failure->code != FAILURE_IDENTITY_MISMATCH)
        return failure;
    g_autofree char *other = g_strdup(wanted + strlen(between));
    other[strcspn(other, "'")] = '\0';
    Failure *words = failure_new_printf(failure->stage, failure->code,
                                        "it is \"%s\", and the profile asks for \"%s\"", its,
                                        other);
    failure_free(failure);
    return words;
}

void ike_attempt_failed(Ike *ike, gboolean timed_out)
{
    if (failed_unsent(ike) && !ike->version_known && !timed_out) {
        ike->version_awaited = TRUE;
        return;
    }
    g_autoptr(Failure) failure = lacks_ikev1(ike)
                                     ? failure_new(STAGE_IPSEC, FAILURE_IKE_V1_MISSING, NULL)
                                     : cause_failure(&ike->cause, timed_out);

    ike_clear_timer(&ike->silence);
    g_clear_pointer(&ike->runner, vici_client_free);
    if (!vary(ike, failure))
        ike_fail(ike, in_words(g_steal_pointer(&failure)));
}

static gboolean on_silence(gpointer user_data)
{
    ike_attempt_failed(user_data, TRUE);
    return G_SOURCE_REMOVE;
}

static void watch_silence(Ike *ike)
{
    guint msec = SILENT_MSEC;

    if (ike->cause.rank == 2)
        msec = CERTAIN_MSEC;
    else if (reused_in_vain(ike))
        msec = SILENT_REUSED_MSEC;
    else if (ike->cause.received == 0)
        msec = SILENT_GATEWAY_MSEC;
    else if (ike->cause.point == CAUSE_PROOF)
        msec = SILENT_PROOF_MSEC;
    ike_set_timer(&ike->silence, msec, on_silence, ike);
}

/* ---- what charon says ---- */

/* The least time between a packet of ours and the next of the gateway.  From its first copy on: a
 * loss makes it seem longer, and to a gateway far away there are copies of each. */
static void measure_rtt(Ike *ike, const Cause *before)
{
    gint64 now = g_get_monotonic_time();

    if (!ike->cause.retransmitted && ike->cause.sent > before->sent)
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
    if (!ike->logs)
        ike_progress_charon(ike, text);
}

static void on_initiated(ViciClient *client, const ViciNode *message, const GError *error,
                         gpointer user_data)
{
    Ike *ike = user_data;

    if (ike->state != STATE_INITIATING)
        return;
    if (error)
        ike_attempt_failed(ike, FALSE);
    else if (!ike->last_message)
        ike_list_sas(ike); /* in case that the event has been missed */
}

/* Connects while the configuration is being loaded. */
static void prepare_runner(Ike *ike)
{
    static const ViciClientEvents events = { on_runner_event, ike_on_closed };

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
    ike_set_state(ike, STATE_INITIATING);
    vici_client_call(ike->runner, ike_request_initiate(ike->setup, ike->pfs), on_initiated, ike);
    watch_silence(ike);
}

void ike_attempt(Ike *ike)
{
    gboolean aggressive = ike->setup->c.group_name != NULL;
    IkeAttempt attempt = {
        .nat_t_port = ike->nat_t ? charon_port_nat_t(ike->service) : 0,
        .group = aggressive ? ike_setup_group(ike->setup, ike->group_index) : NULL,
        .remote_id = ike->learned_id,
        .pinned = ike->pinned,
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
        ike_set_timer(&ike->whole, RECOVER_MSEC, ike_on_whole_deadline, ike);
    ike_set_state(ike, STATE_LOADING);
    prepare_runner(ike);
    if (ike->setup->c.auth == IKE_AUTH_PSK)
        vici_client_call(ike->control, ike_request_load_shared(ike->setup, &attempt), NULL, NULL);
    vici_client_call(ike->control, ike_request_load_conn(ike->setup, &attempt), on_conn_loaded,
                     ike);
}
