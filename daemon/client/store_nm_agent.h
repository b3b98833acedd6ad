/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers NetworkManager's questions for secrets of connections that were started here. */
#pragma once

#include <libnm/NetworkManager.h>
#include <nm-secret-agent-old.h>

/* libnm has none. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NMSecretAgentOld, g_object_unref)

#define STORE_NM_TYPE_AGENT (store_nm_agent_get_type())
G_DECLARE_FINAL_TYPE(StoreNmAgent, store_nm_agent, STORE_NM, AGENT, NMSecretAgentOld)

typedef struct {
    /* For a secret that is not known, or was `refused`: to be answered by
     * store_nm_agent_answer(). */
    void (*ask)(const char *uuid, const char *key, const char *message, gboolean refused,
                gpointer data);
    /* The question about this connection needs no answer any more. */
    void (*cancelled)(const char *uuid, gpointer data);
} StoreNmAgentEvents;

StoreNmAgent *store_nm_agent_new(const StoreNmAgentEvents *events, gpointer data);
/* Nobody is told of anything any more; NetworkManager may hold the agent for a while yet. */
void store_nm_agent_disown(StoreNmAgent *agent);
/* For questions about this connection: NetworkManager's key → text. */
void store_nm_agent_expect(StoreNmAgent *agent, const char *uuid, GHashTable *secrets);
/* It has ended: its secrets are not kept for anybody who starts it elsewhere. */
void store_nm_agent_forget(StoreNmAgent *agent, const char *uuid);
/* The next question about it is our own, for what the system keeps: we add nothing to that.  Without
 * any agent's answer NetworkManager would give nothing at all. */
void store_nm_agent_add_nothing(StoreNmAgent *agent, const char *uuid);
/* NULL: nobody answers. */
void store_nm_agent_answer(StoreNmAgent *agent, const char *uuid, const char *key,
                           const char *text);
