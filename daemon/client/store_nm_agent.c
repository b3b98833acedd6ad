/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers NetworkManager's questions for secrets of connections that were started here.
 *
 * NetworkManager asks the agent of the program that started a connection before all others.  It
 * lets no VPN of a user ask anything while it is being connected (ConnectInteractive) unless all
 * agents of that user can pass on what the VPN says (VPN_HINTS), so ours can. */
#include "client/store_nm_agent.h"

#include <string.h>

#include "base/secret.h"

#define IDENTIFIER "org.causeway.Causeway"
#define MESSAGE_HINT "x-vpn-message:"

typedef struct {
    StoreNmAgent *agent;
    NMConnection *connection;
    char *path;
    NMSecretAgentOldGetSecretsFunc callback;
    gpointer data;
} Question;

struct _StoreNmAgent {
    NMSecretAgentOld parent;
    const StoreNmAgentEvents *events; /* NULL: nobody is there any more */
    gpointer data;
    GHashTable *expected;  /* UUID → (key → text) */
    GHashTable *questions; /* UUID → Question */
    GHashTable *nothing;   /* UUIDs of which we ask ourselves */
};

G_DEFINE_TYPE(StoreNmAgent, store_nm_agent, NM_TYPE_SECRET_AGENT_OLD)

static void question_free(gpointer data)
{
    Question *question = data;

    g_object_unref(question->connection);
    g_free(question->path);
    g_free(question);
}

static void reply(Question *question, GHashTable *secrets)
{
    NMSecretAgentOld *agent = NM_SECRET_AGENT_OLD(question->agent);
    GVariantBuilder builder;
    GHashTableIter iter;
    gpointer key, text;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{ss}"));
    g_hash_table_iter_init(&iter, secrets);
    while (g_hash_table_iter_next(&iter, &key, &text))
        g_variant_builder_add(&builder, "{ss}", key, text);
    g_autoptr(GVariant) settings = g_variant_ref_sink(g_variant_new_parsed(
        "{'vpn': {'secrets': <%@a{ss}>}}", g_variant_builder_end(&builder)));
    question->callback(agent, question->connection, settings, NULL, question->data);
}

static void refuse(Question *question, NMSecretAgentError code, const char *message)
{
    g_autoptr(GError) error = g_error_new_literal(NM_SECRET_AGENT_ERROR, (int)code, message);

    question->callback(NM_SECRET_AGENT_OLD(question->agent), question->connection, NULL, error,
                       question->data);
}

/* The first hint is the key that is wanted; a message may stand among them. */
static void ask_person(StoreNmAgent *agent, const char *uuid, const char **hints, gboolean refused)
{
    const char *key = NULL, *message = "";

    for (; hints && *hints; hints++) {
        if (g_str_has_prefix(*hints, MESSAGE_HINT))
            message = *hints + strlen(MESSAGE_HINT);
        else if (!key)
            key = *hints;
    }
    agent->events->ask(uuid, key ? key : "password", message, refused, agent->data);
}

/* A VPN that says what it wants has been given what there was. */
static gboolean is_enough(GHashTable *secrets, const char **hints,
                          NMSecretAgentGetSecretsFlags flags)
{
    gboolean wants_another = hints && *hints &&
                             (flags & NM_SECRET_AGENT_GET_SECRETS_FLAG_ALLOW_INTERACTION);

    return g_hash_table_size(secrets) > 0 && !wants_another &&
           !(flags & NM_SECRET_AGENT_GET_SECRETS_FLAG_REQUEST_NEW);
}

static void get_secrets(NMSecretAgentOld *base, NMConnection *connection, const char *path,
                        const char *setting, const char **hints, NMSecretAgentGetSecretsFlags flags,
                        NMSecretAgentOldGetSecretsFunc callback, gpointer data)
{
    StoreNmAgent *agent = STORE_NM_AGENT(base);
    const char *uuid = nm_connection_get_uuid(connection);
    GHashTable *secrets = uuid ? g_hash_table_lookup(agent->expected, uuid) : NULL;
    Question *question = g_new0(Question, 1);

    *question = (Question){agent, g_object_ref(connection), g_strdup(path), callback, data};
    if (!(flags & NM_SECRET_AGENT_GET_SECRETS_FLAG_ALLOW_INTERACTION) &&
        uuid && g_hash_table_remove(agent->nothing, uuid)) {
        g_autoptr(GHashTable) none = g_hash_table_new(g_str_hash, g_str_equal);
        reply(question, none);
        question_free(question);
    } else if (strcmp(setting, NM_SETTING_VPN_SETTING_NAME) != 0 || !secrets) {
        /* Not of ours: another agent is asked. */
        refuse(question, NM_SECRET_AGENT_ERROR_NO_SECRETS, "Not started here");
        question_free(question);
    } else if (is_enough(secrets, hints, flags)) {
        reply(question, secrets);
        question_free(question);
    } else if (!(flags & NM_SECRET_AGENT_GET_SECRETS_FLAG_ALLOW_INTERACTION) || !agent->events) {
        /* Somebody reads what is stored, we perhaps, and waits for an answer. */
        refuse(question, NM_SECRET_AGENT_ERROR_NO_SECRETS, "Nobody is to be asked");
        question_free(question);
    } else {
        g_hash_table_replace(agent->questions, g_strdup(uuid), question);
        ask_person(agent, uuid, hints,
                   (flags & NM_SECRET_AGENT_GET_SECRETS_FLAG_REQUEST_NEW) != 0);
    }
}

static gboolean has_path(gpointer uuid, gpointer question, gpointer path)
{
    return g_strcmp0(((Question *)question)->path, path) == 0;
}

static void cancel_get_secrets(NMSecretAgentOld *base, const char *path, const char *setting)
{
    StoreNmAgent *agent = STORE_NM_AGENT(base);
    Question *question = g_hash_table_find(agent->questions, has_path, (gpointer)path);

    if (!question)
        return;
    g_autofree char *uuid = g_strdup(nm_connection_get_uuid(question->connection));
    refuse(question, NM_SECRET_AGENT_ERROR_AGENT_CANCELED, "Cancelled");
    g_hash_table_remove(agent->questions, uuid);
    if (agent->events)
        agent->events->cancelled(uuid, agent->data);
}

/* The window keeps secrets where a person wants them.  NetworkManager goes on to the next agent,
 * the desktop's own, which keeps what its own windows connect with. */
static void save_secrets(NMSecretAgentOld *base, NMConnection *connection, const char *path,
                         NMSecretAgentOldSaveSecretsFunc callback, gpointer data)
{
    g_autoptr(GError) error = g_error_new_literal(
        NM_SECRET_AGENT_ERROR, NM_SECRET_AGENT_ERROR_FAILED, "Nothing is kept here");

    callback(base, connection, error, data);
}

static void delete_secrets(NMSecretAgentOld *base, NMConnection *connection, const char *path,
                           NMSecretAgentOldDeleteSecretsFunc callback, gpointer data)
{
    callback(base, connection, NULL, data);
}

static void store_nm_agent_finalize(GObject *object)
{
    StoreNmAgent *agent = STORE_NM_AGENT(object);

    g_hash_table_unref(agent->expected);
    g_hash_table_unref(agent->questions);
    g_hash_table_unref(agent->nothing);
    G_OBJECT_CLASS(store_nm_agent_parent_class)->finalize(object);
}

static void store_nm_agent_class_init(StoreNmAgentClass *class)
{
    NMSecretAgentOldClass *base = NM_SECRET_AGENT_OLD_CLASS(class);

    G_OBJECT_CLASS(class)->finalize = store_nm_agent_finalize;
    base->get_secrets = get_secrets;
    base->cancel_get_secrets = cancel_get_secrets;
    base->save_secrets = save_secrets;
    base->delete_secrets = delete_secrets;
}

static void unref_table(gpointer table)
{
    g_hash_table_unref(table);
}

static void store_nm_agent_init(StoreNmAgent *agent)
{
    agent->expected = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref_table);
    agent->nothing = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    agent->questions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, question_free);
}

StoreNmAgent *store_nm_agent_new(const StoreNmAgentEvents *events, gpointer data)
{
    StoreNmAgent *agent = g_object_new(STORE_NM_TYPE_AGENT, NM_SECRET_AGENT_OLD_IDENTIFIER,
                                       IDENTIFIER, NM_SECRET_AGENT_OLD_AUTO_REGISTER, FALSE,
                                       NM_SECRET_AGENT_OLD_CAPABILITIES,
                                       NM_SECRET_AGENT_CAPABILITY_VPN_HINTS, NULL);

    agent->events = events;
    agent->data = data;
    return agent;
}

void store_nm_agent_disown(StoreNmAgent *agent)
{
    agent->events = NULL;
}

void store_nm_agent_forget(StoreNmAgent *agent, const char *uuid)
{
    g_hash_table_remove(agent->expected, uuid);
}

void store_nm_agent_expect(StoreNmAgent *agent, const char *uuid, GHashTable *secrets)
{
    g_hash_table_replace(agent->expected, g_strdup(uuid), g_hash_table_ref(secrets));
}

void store_nm_agent_add_nothing(StoreNmAgent *agent, const char *uuid)
{
    g_hash_table_add(agent->nothing, g_strdup(uuid));
}

void store_nm_agent_answer(StoreNmAgent *agent, const char *uuid, const char *key,
                           const char *text)
{
    Question *question = g_hash_table_lookup(agent->questions, uuid);
    GHashTable *secrets = g_hash_table_lookup(agent->expected, uuid);

    if (!question)
        return;
    if (text && secrets) {
        g_hash_table_replace(secrets, g_strdup(key), g_strdup(text));
        reply(question, secrets);
    } else {
        refuse(question, NM_SECRET_AGENT_ERROR_USER_CANCELED, "Not answered");
    }
    g_hash_table_remove(agent->questions, uuid);
}
