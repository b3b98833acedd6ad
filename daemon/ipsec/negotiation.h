/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of a negotiation share: its life (negotiation.c), one attempt (attempt.c), and
 * the SAs that it keeps up (upkeep.c).
 *
 *   OFF -> WAITING (charon starts) -> LOADING (events, keys, connection) -> INITIATING
 *       -> UP -> (all children gone) -> LOADING -> INITIATING -> UP …
 *   from anywhere: -> CLOSING (terminate, unload) -> OFF, which reports.
 *
 * Two connections to charon: `control` for everything, `runner` for the command that blocks
 * while its log streams in. */
#pragma once

#include "ipsec/cause.h"
#include "ipsec/charon.h"
#include "ipsec/ike-config.h"
#include "ipsec/ike.h"
#include "ipsec/sa-info.h"
#include "ipsec/vici-client.h"

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
    gboolean from_phase_1; /* and not under an ISAKMP SA that was there before */
    guint group_index;
    gboolean strict;      /* demand the gateway's address as its identity */
    char *learned_id;     /* the one that it has instead */
    GPtrArray *vouching;  /* certificates with its identity, while it is asked about them */
    GPtrArray *pinned;    /* of which it must have one */
    Cause cause;
    SaInfo sa;
    gint64 sent_at; /* for the round trip; 0: nothing is unanswered */

    gboolean logs;         /* charon tells us each packet that it sends */
    gboolean last_message; /* the child is up, quick mode's third message not yet sent */
    gboolean last_made;    /* though made */
    gboolean loaded;
    gboolean key_awaited; /* being loaded; its name, by which it is taken out, is not known yet */
    gboolean listing; /* a list-sas is under way */
    gboolean list_again;
    gboolean list_when_up; /* something has changed while a child was being made */
    SaInfo listed;
    GArray *listed_ikes;  /* charon's numbers, guint64 */
    guint64 youngest_ike; /* of those that are established */
    guint32 deleted_spi; /* of the child that the gateway spoke of last */
    guint32 dead_spi;    /* of one that it has deleted and charon still has; 0: none */
    char *key_id;

    gboolean confirming; /* the list is asked for to see whether the gateway uses its child */
    GSource *confirm;
    GSource *silence;
    GSource *whole;
    GSource *due; /* the idle in which something is told from no callback */
    End end;
    Failure *failure;
};

/* ---- negotiation.c ---- */

void ike_clear_timer(GSource **source);
void ike_set_timer(GSource **source, guint msec, GSourceFunc function, Ike *ike);
void ike_set_state(Ike *ike, State state);
void ike_progress(Ike *ike, const char *text);
/* A line of charon's log. */
void ike_progress_charon(Ike *ike, const char *line);
/* Tidies up and reports; takes the failure over. */
void ike_fail(Ike *ike, Failure *failure);
void ike_fail_charon(Ike *ike, const char *detail);
void ike_on_closed(ViciClient *client, const GError *error, gpointer user_data);
gboolean ike_on_whole_deadline(gpointer user_data);

/* ---- attempt.c ---- */

/* Loads the configuration as it is now to be varied, and initiates. */
void ike_attempt(Ike *ike);
/* The same after a word to the user, who may have stopped it at that. */
void ike_attempt_next(Ike *ike, const char *text);
/* The same without what there is of phase 1. */
void ike_attempt_from_phase_1(Ike *ike, const char *text);
void ike_attempt_failed(Ike *ike, gboolean timed_out);

/* ---- upkeep.c ---- */

void ike_on_control_event(ViciClient *client, const char *name, const ViciNode *message,
                          gpointer user_data);
/* Asks charon what there is, rather than trusting its events to add up. */
void ike_list_sas(Ike *ike);
