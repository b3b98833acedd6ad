/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The SAs of a negotiation that has succeeded: when they are there, when they change, and making
 * them anew when the gateway has dropped them. */
#include "ipsec/negotiation.h"

#include <string.h>

#include "ipsec/identity.h"
#include "ipsec/pem.h"

/* Quick mode's third message is on the wire some milliseconds after its child is announced. */
#define LAST_MESSAGE_MSEC 50

/* ---- who the gateway is ---- */

#define VOUCHING_MAX 16
#define CERTIFICATE_MAX 65535

static void refuse_gateway(Ike *ike)
{
    const char *identity = ike->sa.info.remote_id;

    g_clear_pointer(&ike->vouching, g_ptr_array_unref);
    ike_fail(ike, failure_new_printf(STAGE_IPSEC, FAILURE_IDENTITY_MISMATCH,
                                     "it is \"%s\", which does not name %s",
                                     identity ? identity : "", ike->setup->c.gateway_name));
}

static void on_certificates_listed(ViciClient *client, const ViciNode *message, const GError *error,
                                   gpointer user_data)
{
    Ike *ike = user_data;

    if (!ike->vouching || ike->state == STATE_CLOSING)
        return;
    if (error || ike->vouching->len == 0)
        refuse_gateway(ike);
    else
        ike->events.vouch_wanted(ike, ike->vouching, ike->user_data);
}

static void on_list_cert(Ike *ike, const ViciNode *message)
{
    const ViciNode *data = vici_node_child(message, "data");

    if (ike->vouching && data && data->kind == VICI_NODE_VALUE && data->length > 0 &&
        data->length <= CERTIFICATE_MAX && ike->vouching->len < VOUCHING_MAX)
        g_ptr_array_add(ike->vouching, g_bytes_new(data->value, data->length));
}

static void free_bytes(gpointer bytes)
{
    g_bytes_unref(bytes);
}

/* A certificate may tell a gateway's name beside its subject (subjectAltName), while the gateway
 * calls itself by the subject.  charon shows only texts of identities; but it has the certificate
 * with that identity, one at least, and somebody who can read it has to look. */
static void look_into_certificate(Ike *ike)
{
    if (ike->vouching)
        return;
    ike_clear_timer(&ike->silence);
    ike->vouching = g_ptr_array_new_with_free_func(free_bytes);
    vici_client_call(ike->control, ike_request_list_certs(ike->sa.info.remote_id),
                     on_certificates_listed, ike);
}

/* There may be other certificates with this identity, or with one that reads the same.  So phase 1
 * is made again, now with a demand that charon itself sees to: for one of these very ones. */
void ike_vouch(Ike *ike, GBytes *certificates)
{
    if (!ike->vouching || ike->state == STATE_CLOSING || ike->state == STATE_OFF)
        return;
    ike->pinned = certificates ? pem_certificates(certificates) : NULL;
    if (!ike->pinned) {
        refuse_gateway(ike);
        return;
    }
    g_clear_pointer(&ike->vouching, g_ptr_array_unref);
    sa_info_clear(&ike->sa);
    ike_attempt_from_phase_1(ike, "The gateway's certificate names it beside its subject, making "
                                  "sure that it is this one");
}

/* Each user of the gateway has a certificate of the same authority, and could stand in the way as
 * the gateway.  charon makes sure that the identity is that of a certificate; which one, it can
 * only be told in the gateway's own spelling. */
static gboolean is_gateway(Ike *ike)
{
    const char *identity = ike->sa.info.remote_id;

    if (!ike->setup->name_wanted || ike->pinned ||
        identity_is_of(identity, ike->setup->c.gateway_name))
        return TRUE;
    if (identity && ike->events.vouch_wanted)
        look_into_certificate(ike);
    else
        refuse_gateway(ike);
    return FALSE;
}

/* ---- up ---- */

/* The gateway has its child from quick mode's third message on, to which there is no answer: when
 * it is lost, the gateway repeats the second one, by strongSwan's timer after four seconds, and
 * until then drops all that we send. */
#define CONFIRM_MSEC 600
#define CONFIRM_ROUND_TRIPS 6

static gboolean on_confirm_due(gpointer user_data)
{
    Ike *ike = user_data;

    ike_clear_timer(&ike->confirm);
    if (ike->state == STATE_UP) {
        ike->confirming = TRUE;
        ike_list_sas(ike);
    }
    return G_SOURCE_REMOVE;
}

/* Whether the child is renewed.  A quick mode more costs a gateway next to nothing that has only
 * been slow to answer. */
static gboolean renew_unheard(Ike *ike)
{
    gboolean asked = ike->confirming;

    ike->confirming = FALSE;
    if (!asked || ike->state != STATE_UP || !ike->listed.unheard || ike->listed.child_id == 0 ||
        ike->listed.child_id != ike->sa.child_id)
        return FALSE;
    vici_client_call(ike->control, ike_request_rekey_child(ike->sa.child_id), NULL, NULL);
    ike_progress(ike, "Nothing has come through the encrypted connection, renewing it");
    return TRUE;
}

static void ike_is_up(Ike *ike)
{
    gboolean again = ike->was_up;

    if (!is_gateway(ike))
        return;
    ike_clear_timer(&ike->silence);
    ike_clear_timer(&ike->whole);
    ike->last_message = ike->from_phase_1 = FALSE;
    ike_set_state(ike, STATE_UP);
    ike->was_up = TRUE;
    ike->sa.info.aggressive = ike->setup->c.group_name != NULL;
    if (ike->list_when_up)
        ike_list_sas(ike);
    ike->list_when_up = FALSE;
    if (again) {
        ike->events.changed(ike, &ike->sa.info, ike->user_data);
    } else {
        guint msec = MAX(CONFIRM_MSEC, CONFIRM_ROUND_TRIPS * ike->sa.info.rtt_msec);
        ike_set_timer(&ike->confirm, msec, on_confirm_due, ike);
        ike->events.established(ike, &ike->sa.info, ike->user_data);
    }
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
    ike_set_timer(&ike->silence, LAST_MESSAGE_MSEC, on_last_message_due, ike);
}

static void watch_last_message(Ike *ike, const char *text)
{
    /* The log lags behind the other events: earlier packets may still be told of. */
    if (g_str_has_prefix(text, "generating QUICK_MODE") && g_str_has_suffix(text, "[ HASH ]"))
        ike->last_made = TRUE;
    else if (ike->last_made && g_str_has_prefix(text, "sending packet"))
        ike_is_up(ike);
}

/* Two ISAKMP SAs exist while one takes the other's place.  What the gateway deletes through the
 * elder one when charon has put our child below the younger one already, charon leaves as it
 * is: a child that the gateway no longer has, of which no event tells. */
static void watch_deletions(Ike *ike, const char *text)
{
    static const char received[] = "received DELETE for ESP CHILD_SA with SPI ";

    if (g_str_has_prefix(text, received)) {
        ike->deleted_spi = (guint32)g_ascii_strtoull(text + strlen(received), NULL, 16);
    } else if (strcmp(text, "CHILD_SA not found, ignored") == 0) {
        ike->dead_spi = ike->deleted_spi;
        ike->list_when_up = ike->state != STATE_UP;
        if (ike->state == STATE_UP)
            ike_list_sas(ike);
    }
}

/* Once it is up, each packet would be too much: there are some every half minute, for as long as
 * the connection lasts. */
static gboolean is_routine(const char *group, const char *text)
{
    return strcmp(group, "NET") == 0 || strcmp(group, "ENC") == 0 ||
           g_str_has_prefix(text, "sending keep alive") ||
           g_str_has_prefix(text, "sending DPD request");
}

static void on_log(Ike *ike, const ViciNode *message)
{
    const char *text = vici_node_string(message, "msg");
    const char *group = vici_node_string(message, "group");

    if (!text || !group ||
        g_strcmp0(vici_node_string(message, "ikesa-name"), ike->setup->name) != 0)
        return;
    if (ike->state != STATE_UP || !is_routine(group, text))
        ike_progress_charon(ike, text);
    if (ike->last_message && ike->state == STATE_INITIATING)
        watch_last_message(ike, text);
    /* The word that was passed on may have made the user stop it. */
    if (ike->state != STATE_CLOSING && ike->state != STATE_OFF)
        watch_deletions(ike, text);
}

/* charon would take any of them for a new child, also one that waits for its end and that the
 * gateway has forgotten already. */
static void end_elder(Ike *ike)
{
    for (guint i = 0; i < ike->listed_ikes->len; i++) {
        guint64 id = g_array_index(ike->listed_ikes, guint64, i);
        if (id != ike->youngest_ike)
            vici_client_call(ike->control, ike_request_terminate_id("ike-id", id), NULL, NULL);
    }
}

/* Everything that charon has of this connection has been told. */
static void list_complete(Ike *ike)
{
    if (renew_unheard(ike))
        return;
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
        end_elder(ike);
        ike_attempt_next(ike, "The gateway has dropped the encrypted connection, making it anew");
    }
}

/* It must not be taken for the one that packets leave by.  The gateway ignores what we tell it of
 * a child that it does not know. */
static void bury(Ike *ike, guint64 child)
{
    vici_client_call(ike->control, ike_request_terminate_id("child-id", child), NULL, NULL);
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
        ike_list_sas(ike);
    else
        list_complete(ike);
}

/* What remains after an SA has come or gone: charon is asked, rather than its events trusted to
 * add up. */
void ike_list_sas(Ike *ike)
{
    ike->list_again = ike->listing;
    if (ike->listing)
        return;
    ike->listing = TRUE;
    sa_info_clear(&ike->listed);
    g_array_set_size(ike->listed_ikes, 0);
    ike->youngest_ike = 0;
    vici_client_call(ike->control, ike_request_list_sas(ike->setup), on_listed, ike);
}

static void on_list_sa(Ike *ike, const ViciNode *message)
{
    guint64 dead = sa_info_child_of_spi(message, ike->setup->name, ike->dead_spi);
    const ViciNode *sa = vici_node_child(message, ike->setup->name);
    guint64 id = vici_node_number(sa, "uniqueid", G_MAXUINT32, 0);

    if (!ike->listing)
        return;
    g_array_append_val(ike->listed_ikes, id);
    if (g_strcmp0(vici_node_string(sa, "state"), "ESTABLISHED") == 0)
        ike->youngest_ike = MAX(ike->youngest_ike, id);
    sa_info_read(&ike->listed, message, ike->setup->name, ike->setup->c.reqid, ike->dead_spi);
    if (dead != 0)
        bury(ike, dead);
}

void ike_on_control_event(ViciClient *client, const char *name, const ViciNode *message,
                          gpointer user_data)
{
    Ike *ike = user_data;
    gboolean ours = vici_node_child(message, ike->setup->name) != NULL;

    if (strcmp(name, "log") == 0) {
        on_log(ike, message);
    } else if (strcmp(name, "list-cert") == 0) {
        on_list_cert(ike, message);
    } else if (!ours) {
        return;
    } else if (strcmp(name, "list-sa") == 0) {
        on_list_sa(ike, message);
    } else if (ike->state == STATE_UP) {
        ike_list_sas(ike);
    } else if (ike->state == STATE_INITIATING && strcmp(name, "child-updown") == 0 &&
               vici_node_flag(message, "up")) {
        if (sa_info_read(&ike->sa, message, ike->setup->name, ike->setup->c.reqid, 0))
            await_last_message(ike);
    } else if (!vici_node_flag(message, "up")) {
        ike->list_when_up = TRUE;
    }
}
