/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to be asked for: the connection's needs from the field table, what is known already,
 * and what NetworkManager's hints name. */
#include "details.h"

#include <NetworkManager.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/failure.h"
#include "base/secret.h"
#include "client/sentences.h"

#define HINT_MESSAGE "x-vpn-message:"
#define KEY_NEW_PASSWORD "new-password"

/* --- Reading --------------------------------------------------------------------------------- */

static gboolean read_options(Details *details, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"reprompt", 'r', 0, G_OPTION_ARG_NONE, &details->reprompt, "What is known was refused",
         NULL},
        {"uuid", 'u', 0, G_OPTION_ARG_STRING, &details->uuid, "The connection", "UUID"},
        {"name", 'n', 0, G_OPTION_ARG_STRING, &details->name, "Its name", "NAME"},
        {"service", 's', 0, G_OPTION_ARG_STRING, &details->service, "Its service", "NAME"},
        {"allow-interaction", 'i', 0, G_OPTION_ARG_NONE, &details->interactive, "Ask the user",
         NULL},
        {"external-ui-mode", 0, 0, G_OPTION_ARG_NONE, &details->external,
         "Say what is to be asked, and leave it to the caller", NULL},
        {"hint", 't', 0, G_OPTION_ARG_STRING_ARRAY, &details->hints, "What is asked for", "HINT"},
        {NULL, 0, 0, 0, NULL, NULL, NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new("- ask for a VPN's secrets");

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, error))
        return FALSE;
    if (!details->uuid || !details->name || !details->service) {
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                            "a uuid, a name and a service are needed (-u, -n, -s)");
        return FALSE;
    }
    if (strcmp(details->service, NM_SERVICE_CAUSEWAY) != 0 &&
        strcmp(details->service, NM_SERVICE_L2TP) != 0) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "no secrets are known for the service \"%s\"", details->service);
        return FALSE;
    }
    return TRUE;
}

static void copy_secrets(NmSettings *settings, GHashTable *secrets)
{
    GHashTableIter iterator;
    gpointer key, value;

    g_hash_table_iter_init(&iterator, secrets);
    while (g_hash_table_iter_next(&iterator, &key, &value)) {
        nm_settings_set_secret(settings, key, value);
        explicit_bzero(value, strlen(value));
    }
}

gboolean details_read(Details *details, int argc, char **argv, int input, GError **error)
{
    g_autoptr(GHashTable) data = NULL, secrets = NULL;
    GHashTableIter iterator;
    gpointer key, value;

    if (!read_options(details, argc, argv, error))
        return FALSE;
    if (!nm_vpn_service_plugin_read_vpn_details(input, &data, &secrets)) {
        g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                            "the connection's data did not come on standard input");
        return FALSE;
    }
    details->settings = nm_settings_new();
    details->settings->service = g_strdup(details->service);
    g_hash_table_iter_init(&iterator, data);
    while (g_hash_table_iter_next(&iterator, &key, &value))
        nm_settings_set(details->settings, key, value);
    copy_secrets(details->settings, secrets);
    return TRUE;
}

void details_clear(Details *details)
{
    g_clear_pointer(&details->uuid, g_free);
    g_clear_pointer(&details->name, g_free);
    g_clear_pointer(&details->service, g_free);
    g_clear_pointer(&details->hints, g_strfreev);
    g_clear_pointer(&details->settings, nm_settings_free);
}

/* --- What to ask ------------------------------------------------------------------------------ */

static void question_free(gpointer data)
{
    Question *question = data;

    secret_string_free(question->value);
    g_free(question);
}

static gboolean is_hinted(const Details *details, const char *key)
{
    return details->hints && g_strv_contains((const char *const *)details->hints, key);
}

/* Whether hints name secrets; a message alone does not narrow what is asked. */
static gboolean has_named_hints(const Details *details)
{
    for (char **hint = details->hints; hint && *hint; hint++) {
        if (!g_str_has_prefix(*hint, "x-"))
            return TRUE;
    }
    return FALSE;
}

static gboolean needs(const char **needed, const Field *field)
{
    return g_strv_contains(needed, field_name(field->id));
}

/* Known: from the connection, from the keyring where it is the user's own.  What is never saved
 * is known only from the try before. */
static char *known_value(const Details *details, const char *key, guint flags,
                         DetailsKeyring keyring)
{
    const char *value = g_hash_table_lookup(details->settings->secrets, key);

    if (value)
        return g_strdup(value);
    return keyring && (flags & NM_FLAG_AGENT_OWNED) && !(flags & NM_FLAG_NOT_SAVED)
               ? keyring(details->uuid, key)
               : NULL;
}

static void add_field(GPtrArray *questions, const Details *details, const Field *field,
                      const char *label, gboolean needed, DetailsKeyring keyring)
{
    const char *key = nm_settings_key(field->id);
    guint flags = nm_settings_flags(details->settings, field->id);
    gboolean hinted = is_hinted(details, key), named = has_named_hints(details);

    /* Not needed by the connection, or said to be unnecessary: only when it is asked for. */
    if ((!needed || (flags & NM_FLAG_NOT_REQUIRED)) && !hinted)
        return;
    char *value = known_value(details, key, flags, keyring);
    if (!value && named && !hinted)
        return;
    Question *question = g_new0(Question, 1);
    question->key = key;
    question->label = label;
    question->value = value;
    /* What is asked for by name was refused, or the gateway wants another; the rest stands, also
     * what only the running connection knows. */
    question->ask = named ? hinted : !question->value || details->reprompt;
    question->wrong = details->reprompt && hinted && question->value;
    /* Agents begin their line with the value: what is typed then, unseen, would be put after it. */
    if (named && hinted && details->interactive)
        g_clear_pointer(&question->value, secret_string_free);
    g_ptr_array_add(questions, question);
}

/* Whether the passphrase of a key in a file is needed is seen when that is opened, by the service.
 * What is known of it goes along. */
static void add_known_passphrase(GPtrArray *questions, const Details *details, Profile *profile,
                                 DetailsKeyring keyring)
{
    const char *key = nm_settings_key(FIELD_IPSEC_KEY_PASSPHRASE);
    guint flags = nm_settings_flags(details->settings, FIELD_IPSEC_KEY_PASSPHRASE);

    if (is_hinted(details, key) || profile_key_is_on_token(profile) ||
        !profile_get_boolean(profile, FIELD_IPSEC_ENABLED) ||
        strcmp(profile_get_string(profile, FIELD_IPSEC_AUTH), "certificate") != 0)
        return;
    char *value = known_value(details, key, flags, keyring);
    if (!value)
        return;
    Question *question = g_new0(Question, 1);
    question->key = key;
    question->label = _(field_get(FIELD_IPSEC_KEY_PASSPHRASE)->label);
    question->value = value;
    g_ptr_array_add(questions, question);
}

static const char *label_of(const Field *field, Profile *profile)
{
    return field->id == FIELD_IPSEC_KEY_PASSPHRASE && profile_key_is_on_token(profile)
               ? _("Token PIN") : _(field->label);
}

GPtrArray *details_questions(const Details *details, DetailsKeyring keyring)
{
    GPtrArray *questions = g_ptr_array_new_with_free_func(question_free);
    g_auto(NmReport) report = {NULL};
    g_autoptr(NmSettings) bare = nm_settings_new();
    GHashTableIter iterator;
    gpointer key, value;

    /* Needed, whatever is known. */
    g_hash_table_iter_init(&iterator, details->settings->data);
    while (g_hash_table_iter_next(&iterator, &key, &value))
        nm_settings_set(bare, key, value);
    nm_report_init(&report);
    g_autoptr(Profile) profile = profile_from_nm(bare, &report);
    g_autofree const char **needed = profile_missing_secrets(profile);

    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        if (field_is_secret(field))
            add_field(questions, details, field, label_of(field, profile), needs(needed, field),
                      keyring);
    }
    add_known_passphrase(questions, details, profile, keyring);
    if (is_hinted(details, KEY_NEW_PASSWORD)) {
        Question *question = g_new0(Question, 1);
        question->key = KEY_NEW_PASSWORD;
        question->label = _("New password");
        question->ask = TRUE;
        question->is_new = TRUE;
        g_ptr_array_add(questions, question);
    }
    return questions;
}

gboolean details_any(const GPtrArray *questions)
{
    for (guint i = 0; i < questions->len; i++) {
        if (((const Question *)g_ptr_array_index(questions, i))->ask)
            return TRUE;
    }
    return FALSE;
}

char *details_reason(const Details *details, const GPtrArray *questions)
{
    const char *gateway = g_hash_table_lookup(details->settings->data, "gateway");
    const char *user = g_hash_table_lookup(details->settings->data, "user");

    for (char **hint = details->hints; hint && *hint; hint++) {
        if (g_str_has_prefix(*hint, HINT_MESSAGE)) {
            const char *message = *hint + strlen(HINT_MESSAGE);
            g_autofree char *clean =
                failure_clean_text((const guint8 *)message, strlen(message));
            return sentence_for_message(clean);
        }
    }
    for (guint i = 0; i < questions->len; i++) {
        if (((const Question *)g_ptr_array_index(questions, i))->is_new)
            return g_strdup(_("Your password has expired. Choose a new one."));
    }
    if (details->reprompt)
        return g_strdup(_("The gateway did not accept this. Check it and try again."));
    if (gateway && user)
        /* Translators: a user's name and a gateway's address */
        return g_strdup_printf(_("Log in as %s at %s."), user, gateway);
    return g_strdup(_("The VPN needs this to connect."));
}
