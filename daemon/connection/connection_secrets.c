/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The secrets of a connection: the profile's, and those that are asked for. */
#include "connection/connection_private.h"

#include <string.h>

#include "credentials/protocol.h"

static void ask_secret(Connection *connection, const char *field, const char *message)
{
    g_free(connection->secret_field);
    g_free(connection->secret_message);
    connection->secret_field = g_strdup(field);
    connection->secret_message = g_strdup(message);
    connection->secret_told = connection->secret_fresh = FALSE;
    connection_tell(connection);
}

void connection_ask_password(Connection *connection, PppSecretKind kind, const Failure *refused)
{
    gboolean expired = kind == PPP_SECRET_NEW_PASSWORD;
    const char *message = NULL;

    /* A stored password that was refused is not the one to try again. */
    g_clear_pointer(&connection->password, secret_free);
    g_clear_pointer(&connection->refusal, failure_free);
    connection->refusal = failure_copy(refused);
    if (refused)
        message = refused->detail ? refused->detail : failure_code_message(refused->code);
    ask_secret(connection, expired ? "ppp.new-password" : "ppp.password", message);
}

static gboolean uses_token(Profile *profile)
{
    return credentials_is_token(profile_get_string(profile, FIELD_IPSEC_CERTIFICATE)) ||
           credentials_is_token(profile_get_string(profile, FIELD_IPSEC_KEY));
}

void connection_ask_passphrase(Connection *connection, const Failure *reason, gboolean fresh)
{
    static const char field[] = "ipsec.key-passphrase";
    const char *words = reason->detail;

    g_clear_pointer(&connection->key_passphrase, secret_free);
    g_clear_pointer(&connection->refusal, failure_free);
    connection->refusal = failure_copy(reason);
    if (words && g_str_has_prefix(words, field))
        words += strlen(field) + strlen(": ");
    ask_secret(connection, field, fresh || uses_token(connection->profile) ? words : NULL);
    connection->secret_fresh = fresh;
}

gboolean connection_have_secrets(Connection *connection)
{
    gboolean psk_used =
        profile_get_boolean(connection->profile, FIELD_IPSEC_ENABLED) &&
        g_strcmp0(profile_get_string(connection->profile, FIELD_IPSEC_AUTH), "psk") == 0;

    if (psk_used && !connection->psk) {
        ask_secret(connection, "ipsec.psk", NULL);
        return FALSE;
    }
    if (profile_get_boolean(connection->profile, FIELD_L2TP_HIDE_AVPS) &&
        !profile_get_secret(connection->profile, FIELD_L2TP_SECRET)) {
        ask_secret(connection, "l2tp.secret", NULL);
        return FALSE;
    }
    /* Asked for before anything is sent: a gateway would not wait. */
    if (!connection->password) {
        ask_secret(connection, "ppp.password", NULL);
        return FALSE;
    }
    return TRUE;
}

static void keep_secret(Secret **place, const Secret *secret)
{
    secret_free(*place);
    *place = secret_copy(secret);
}

/* As long as a stored one may be: what an agent sends was not checked by the profile. */
static gboolean fits(const char *field, const Secret *secret)
{
    const Field *stored = field_find(field);

    return secret_length(secret) <=
           field_get(stored ? stored->id : FIELD_PPP_PASSWORD)->maximum;
}

gboolean connection_wants_fresh_secret(Connection *connection)
{
    return connection->secret_fresh;
}

gboolean connection_secret_is_untried(Connection *connection)
{
    return connection->secret_fresh && connection->refusal &&
           connection->refusal->code == FAILURE_SECRET_MISSING;
}

void connection_secret(Connection *connection, const char *field, const Secret *secret)
{
    if (g_strcmp0(field, connection->secret_field) != 0)
        return;
    g_clear_pointer(&connection->secret_field, g_free);
    if (!secret) {
        /* Nobody has another password: then it was the refusal that ended it. */
        g_autoptr(Failure) failure =
            connection->refusal ? g_steal_pointer(&connection->refusal)
                                : failure_new(connection->stage, FAILURE_SECRET_MISSING, field);
        connection_end(connection, failure);
        return;
    }
    if (!fits(field, secret)) {
        g_autoptr(Failure) failure =
            failure_new_printf(connection->stage, FAILURE_PROFILE_INVALID, "%s: is too long", field);
        connection_end(connection, failure);
        return;
    }
    if (strcmp(field, "l2tp.secret") == 0)
        profile_set_secret(connection->profile, FIELD_L2TP_SECRET, secret, NULL);
    else if (strcmp(field, "ipsec.psk") == 0)
        keep_secret(&connection->psk, secret);
    else if (strcmp(field, "ipsec.key-passphrase") == 0)
        keep_secret(&connection->key_passphrase, secret);
    else
        keep_secret(&connection->password, secret);
    connection->passphrase_typed = connection->secret_fresh;
    if (!connection->attempt)
        connection_begin_attempt(connection);
    else
        attempt_secret(connection->attempt,
                       strcmp(field, "ppp.new-password") == 0 ? PPP_SECRET_NEW_PASSWORD
                                                              : PPP_SECRET_PASSWORD,
                       secret);
}
