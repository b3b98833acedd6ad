/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Causeway's words for secrets and failures in NetworkManager's. */
#include "words.h"

#include <string.h>

#include "base/failure.h"
#include "profile/nm_settings.h"

/* Who shows a sentence has the catalogue. */
#define N_(text) text
#define NEW_PASSWORD_FIELD "ppp.new-password"
#define NEW_PASSWORD_KEY "new-password"

const char *words_secret_key(const char *field)
{
    const Field *row = field_find(field);

    if (strcmp(field, NEW_PASSWORD_FIELD) == 0)
        return NEW_PASSWORD_KEY;
    return row && field_is_secret(row) ? nm_settings_key(row->id) : NULL;
}

/* Of keys and tokens causewayd speaks itself, and in parts of sentences. */
static char *sentence(const char *words)
{
    return g_strdup_printf("%c%s%s", g_ascii_toupper(*words), *words ? words + 1 : "",
                           g_str_has_suffix(words, ".") ? "" : ".");
}

char *words_question(const char *field, const char *message, gboolean refused_before)
{
    if (message && *message) {
        g_autofree char *clean = failure_clean_text((const guint8 *)message, strlen(message));
        return strcmp(field, field_name(FIELD_IPSEC_KEY_PASSPHRASE)) == 0
                   ? sentence(clean) : g_steal_pointer(&clean);
    }
    if (strcmp(field, NEW_PASSWORD_FIELD) == 0)
        return g_strdup(N_("Your password has expired. Choose a new one."));
    return g_strdup(refused_before ? N_("The gateway did not accept this. Check it and try again.")
                                   : N_("The VPN needs this to connect."));
}

Secret *words_secret(const char *field, const char *text)
{
    const Field *row = field_find(field);
    g_autoptr(NmSettings) settings = nm_settings_new();
    g_auto(NmReport) report = {NULL};

    if (!row || row->id != FIELD_IPSEC_PSK)
        return secret_new(text, strlen(text));
    nm_report_init(&report);
    nm_settings_set_secret(settings, nm_settings_key(row->id), text);
    g_autoptr(Profile) profile = profile_from_nm(settings, &report);
    return secret_copy(profile_get_secret(profile, row->id));
}

const char *words_wrong_secret(const char *code)
{
    static const struct {
        FailureCode code;
        FieldId field;
    } rows[] = {
        {FAILURE_AUTHENTICATION_REFUSED, FIELD_PPP_PASSWORD},
        {FAILURE_PASSWORD_EXPIRED, FIELD_PPP_PASSWORD},
        {FAILURE_PSK_WRONG, FIELD_IPSEC_PSK},
        {FAILURE_L2TP_SECRET_WRONG, FIELD_L2TP_SECRET},
    };
    FailureCode failure;

    if (!failure_code_from_name(code, &failure))
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].code == failure)
            return field_name(rows[i].field);
    }
    return NULL;
}

NMVpnPluginFailure words_failure_reason(const char *stage, const char *code)
{
    FailureCode failure;

    if (!failure_code_from_name(code, &failure))
        return NM_VPN_PLUGIN_FAILURE_CONNECT_FAILED;
    if (strcmp(stage, stage_name(STAGE_AUTHENTICATION)) == 0 || failure == FAILURE_SECRET_MISSING ||
        failure == FAILURE_PSK_WRONG)
        return NM_VPN_PLUGIN_FAILURE_LOGIN_FAILED;
    if (failure == FAILURE_NO_ADDRESS || failure == FAILURE_NETWORK_SETUP)
        return NM_VPN_PLUGIN_FAILURE_BAD_IP_CONFIG;
    return NM_VPN_PLUGIN_FAILURE_CONNECT_FAILED;
}
