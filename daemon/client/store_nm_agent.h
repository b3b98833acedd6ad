/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers NetworkManager's questions for secrets of connections that were started here. */
#pragma once

#include <libnm/NetworkManager.h>
#include <nm-secret-agent-old.h>

/* libnm has none. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NMSecretAgentOld, g_object_unref)

#define STORE_NM_TYPE_AGENT (store_nm_agent_get_type())
G_DECLARE_FINAL_TYPE(StoreNmAgent, store_nm_agent, STORE_NM, AGENT, NMSecretAgentOld)

typedef void (*StoreNmAsk)(const char *uuid, const char *key, const char *message, gpointer data);

/* `ask` is called for a secret that is not known, or was refused: to be answered by
 * store_nm_agent_answer().  NULL where NetworkManager does not run. */
StoreNmAgent *store_nm_agent_new(StoreNmAsk ask, gpointer data);
/* For the next question about this connection: NetworkManager's key → text. */
void store_nm_agent_expect(StoreNmAgent *agent, const char *uuid, GHashTable *secrets);
/* The next question about it is our own, for what the system keeps: we add nothing to that.  Without
 * any agent's answer NetworkManager would give nothing at all. */
void store_nm_agent_add_nothing(StoreNmAgent *agent, const char *uuid);
/* NULL: nobody answers. */
void store_nm_agent_answer(StoreNmAgent *agent, const char *uuid, const char *key,
                           const char *text);
