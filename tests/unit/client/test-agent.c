/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What NetworkManager's questions are answered with: asked as libnm passes them on, of an agent
 * that is on no bus. */
#include <string.h>

#include "client/store_nm_agent.h"

#define PATH "/org/freedesktop/NetworkManager/Settings/7"
#define UUID "2d1c3e58-0a4b-4c1f-9b57-8a3f0d6f1e22"
#define INTERACTIVE NM_SECRET_AGENT_GET_SECRETS_FLAG_ALLOW_INTERACTION

typedef struct {
    StoreNmAgent *agent;
    NMConnection *connection;
    GHashTable *secrets;
    /* What the agent said last. */
    guint replies;
    char *password, *new_password;
    GError *error;
    /* What a person was asked last. */
    guint questions, cancelled;
    char *key, *message;
    gboolean refused;
} Fixture;

static void on_ask(const char *uuid, const char *key, const char *message, gboolean refused,
                   gpointer data)
{
    Fixture *f = data;

    g_assert_cmpstr(uuid, ==, UUID);
    f->questions++;
    g_free(f->key);
    g_free(f->message);
    f->key = g_strdup(key);
    f->message = g_strdup(message);
    f->refused = refused;
}

static void on_cancelled(const char *uuid, gpointer data)
{
    g_assert_cmpstr(uuid, ==, UUID);
    ((Fixture *)data)->cancelled++;
}

static const StoreNmAgentEvents events = {on_ask, on_cancelled};

static NMConnection *make_connection(const char *uuid)
{
    NMConnection *connection = nm_simple_connection_new();
    NMSetting *setting = nm_setting_connection_new();

    g_object_set(setting, NM_SETTING_CONNECTION_UUID, uuid, NM_SETTING_CONNECTION_ID, "office",
                 NM_SETTING_CONNECTION_TYPE, NM_SETTING_VPN_SETTING_NAME, NULL);
    nm_connection_add_setting(connection, setting);
    return connection;
}

static void set_up(Fixture *f, gconstpointer unused)
{
    f->agent = store_nm_agent_new(&events, f);
    f->connection = make_connection(UUID);
    f->secrets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static void tear_down(Fixture *f, gconstpointer unused)
{
    g_object_unref(f->agent);
    g_object_unref(f->connection);
    g_hash_table_unref(f->secrets);
    g_free(f->password);
    g_free(f->new_password);
    g_clear_error(&f->error);
    g_free(f->key);
    g_free(f->message);
}

static void on_reply(NMSecretAgentOld *agent, NMConnection *connection, GVariant *settings,
                     GError *error, gpointer data)
{
    Fixture *f = data;

    f->replies++;
    g_clear_pointer(&f->password, g_free);
    g_clear_pointer(&f->new_password, g_free);
    g_clear_error(&f->error);
    if (error) {
        f->error = g_error_copy(error);
        return;
    }
    g_assert_true(g_variant_is_of_type(settings, NM_VARIANT_TYPE_CONNECTION));
    g_autoptr(GVariant) vpn = g_variant_lookup_value(settings, "vpn", NM_VARIANT_TYPE_SETTING);
    g_autoptr(GVariant) secrets = g_variant_lookup_value(vpn, "secrets", G_VARIANT_TYPE("a{ss}"));
    g_variant_lookup(secrets, "password", "s", &f->password);
    g_variant_lookup(secrets, "new-password", "s", &f->new_password);
}

static void ask_about(Fixture *f, NMConnection *connection, const char *const *hints,
                      NMSecretAgentGetSecretsFlags flags)
{
    NM_SECRET_AGENT_OLD_GET_CLASS(f->agent)
        ->get_secrets(NM_SECRET_AGENT_OLD(f->agent), connection, PATH, NM_SETTING_VPN_SETTING_NAME,
                      (const char **)hints, flags, on_reply, f);
}

static void ask(Fixture *f, const char *const *hints, NMSecretAgentGetSecretsFlags flags)
{
    ask_about(f, f->connection, hints, flags);
}

static void expect(Fixture *f, const char *password)
{
    if (password)
        g_hash_table_replace(f->secrets, g_strdup("password"), g_strdup(password));
    store_nm_agent_expect(f->agent, UUID, f->secrets);
}

/* One agent that cannot, and NetworkManager lets no VPN of this user ask while it connects. */
static void test_hints(Fixture *f, gconstpointer unused)
{
    NMSecretAgentCapabilities capabilities;

    g_object_get(f->agent, NM_SECRET_AGENT_OLD_CAPABILITIES, &capabilities, NULL);
    g_assert_cmpuint(capabilities, ==, NM_SECRET_AGENT_CAPABILITY_VPN_HINTS);
}

static void test_others(Fixture *f, gconstpointer unused)
{
    g_autoptr(NMConnection) nameless = nm_simple_connection_new();
    g_autoptr(NMConnection) other = make_connection("5f2a0e3c-7d11-4a6b-9d55-0d6f5e1b2c33");

    ask(f, NULL, INTERACTIVE);
    g_assert_error(f->error, NM_SECRET_AGENT_ERROR, NM_SECRET_AGENT_ERROR_NO_SECRETS);
    expect(f, "hunter2");
    ask_about(f, other, NULL, INTERACTIVE);
    g_assert_error(f->error, NM_SECRET_AGENT_ERROR, NM_SECRET_AGENT_ERROR_NO_SECRETS);
    ask_about(f, nameless, NULL, INTERACTIVE);
    g_assert_error(f->error, NM_SECRET_AGENT_ERROR, NM_SECRET_AGENT_ERROR_NO_SECRETS);
    g_assert_cmpuint(f->replies, ==, 3);
    g_assert_cmpuint(f->questions, ==, 0);
}

static void test_known(Fixture *f, gconstpointer unused)
{
    expect(f, "hunter2");
    ask(f, NULL, NM_SECRET_AGENT_GET_SECRETS_FLAG_NONE);
    g_assert_cmpstr(f->password, ==, "hunter2");
    ask(f, NULL, INTERACTIVE);
    g_assert_cmpstr(f->password, ==, "hunter2");
    g_assert_cmpuint(f->questions, ==, 0);
}

/* What a VPN asks for while it is being connected is put to a person, in its own words: an answer
 * that it has had already would be refused again, and again. */
static void test_challenge(Fixture *f, gconstpointer unused)
{
    const char *const hints[] = {"password", "otp-of-others", "x-vpn-message:Token code?", NULL};

    expect(f, "hunter2");
    ask(f, hints, INTERACTIVE);
    g_assert_cmpuint(f->replies, ==, 0);
    g_assert_cmpuint(f->questions, ==, 1);
    g_assert_cmpstr(f->key, ==, "password");
    g_assert_cmpstr(f->message, ==, "Token code?");
    g_assert_false(f->refused);
    store_nm_agent_answer(f->agent, UUID, "password", "424242");
    g_assert_cmpuint(f->replies, ==, 1);
    g_assert_cmpstr(f->password, ==, "424242");
}

static void test_refused(Fixture *f, gconstpointer unused)
{
    expect(f, "hunter2");
    ask(f, NULL, INTERACTIVE | NM_SECRET_AGENT_GET_SECRETS_FLAG_REQUEST_NEW);
    g_assert_cmpuint(f->questions, ==, 1);
    g_assert_true(f->refused);
    store_nm_agent_answer(f->agent, UUID, "password", NULL);
    g_assert_error(f->error, NM_SECRET_AGENT_ERROR, NM_SECRET_AGENT_ERROR_USER_CANCELED);
}

static void test_new_password(Fixture *f, gconstpointer unused)
{
    const char *const hints[] = {"new-password", "x-vpn-message:It has expired.", NULL};

    expect(f, "hunter2");
    ask(f, hints, INTERACTIVE);
    g_assert_cmpstr(f->key, ==, "new-password");
    store_nm_agent_answer(f->agent, UUID, "new-password", "hunter3");
    g_assert_cmpstr(f->password, ==, "hunter2");
    g_assert_cmpstr(f->new_password, ==, "hunter3");
}

static void test_cancel(Fixture *f, gconstpointer unused)
{
    NMSecretAgentOldClass *class = NM_SECRET_AGENT_OLD_GET_CLASS(f->agent);

    expect(f, NULL);
    class->cancel_get_secrets(NM_SECRET_AGENT_OLD(f->agent), PATH, NM_SETTING_VPN_SETTING_NAME);
    g_assert_cmpuint(f->cancelled, ==, 0);
    ask(f, NULL, INTERACTIVE);
    g_assert_cmpuint(f->questions, ==, 1);
    class->cancel_get_secrets(NM_SECRET_AGENT_OLD(f->agent), PATH "0",
                              NM_SETTING_VPN_SETTING_NAME);
    g_assert_cmpuint(f->cancelled, ==, 0);
    class->cancel_get_secrets(NM_SECRET_AGENT_OLD(f->agent), PATH, NM_SETTING_VPN_SETTING_NAME);
    g_assert_cmpuint(f->cancelled, ==, 1);
    g_assert_error(f->error, NM_SECRET_AGENT_ERROR, NM_SECRET_AGENT_ERROR_AGENT_CANCELED);
    store_nm_agent_answer(f->agent, UUID, "password", "too late");
    g_assert_cmpuint(f->replies, ==, 1);
}

/* Who starts it elsewhere later is asked there. */
static void test_forget(Fixture *f, gconstpointer unused)
{
    expect(f, "hunter2");
    store_nm_agent_forget(f->agent, UUID);
    ask(f, NULL, INTERACTIVE);
    g_assert_error(f->error, NM_SECRET_AGENT_ERROR, NM_SECRET_AGENT_ERROR_NO_SECRETS);
}

static void test_disowned(Fixture *f, gconstpointer unused)
{
    expect(f, NULL);
    ask(f, NULL, INTERACTIVE);
    g_assert_cmpuint(f->questions, ==, 1);
    store_nm_agent_disown(f->agent);
    NM_SECRET_AGENT_OLD_GET_CLASS(f->agent)
        ->cancel_get_secrets(NM_SECRET_AGENT_OLD(f->agent), PATH, NM_SETTING_VPN_SETTING_NAME);
    g_assert_cmpuint(f->cancelled, ==, 0);
    ask(f, NULL, INTERACTIVE);
    g_assert_error(f->error, NM_SECRET_AGENT_ERROR, NM_SECRET_AGENT_ERROR_NO_SECRETS);
    g_assert_cmpuint(f->questions, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/client/agent/" name, Fixture, NULL, set_up, func, tear_down)
    ADD("passes-on-what-a-vpn-says", test_hints);
    ADD("answers-for-no-other-connection", test_others);
    ADD("known-secrets-are-given", test_known);
    ADD("a-challenge-is-put-to-a-person", test_challenge);
    ADD("a-refused-one-is-asked-for-again", test_refused);
    ADD("a-new-password", test_new_password);
    ADD("a-question-is-taken-back", test_cancel);
    ADD("nothing-is-kept-of-what-has-ended", test_forget);
    ADD("nobody-is-there-any-more", test_disowned);
#undef ADD
    return g_test_run();
}
