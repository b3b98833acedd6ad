/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What IKE proves itself with: a key that is at hand, or files and tokens that another process
 * opens while the gateway's name is being resolved. */
#include "connection/attempt_private.h"

#include <string.h>

static GBytes *take_text(char **text)
{
    gsize length = *text ? strlen(*text) : 0;

    return length > 0 ? credentials_bytes_take(g_steal_pointer(text), length) : NULL;
}

static void replace(GBytes **place, GBytes *bytes)
{
    g_clear_pointer(place, g_bytes_unref);
    *place = bytes;
}

static gboolean wants_passphrase(const CredentialsResult *result)
{
    return result->verdict == CREDENTIALS_PASSPHRASE_MISSING ||
           result->verdict == CREDENTIALS_PASSPHRASE_WRONG ||
           result->verdict == CREDENTIALS_PASSPHRASE_FRESH;
}

/* Its library is foreign to the IKE service: only one that is for this token loads it. */
static void use_token(Attempt *attempt, const CredentialsResult *opened)
{
    IkeMaterial *material = &attempt->material;

    material->token_key = g_strdup(opened->key_id);
    material->token_slot = opened->slot;
    material->token_pin = secret_copy(attempt->key_passphrase);
    attempt->service = ike_service_of_token(
        attempt->services, profile_get_string(attempt->profile, FIELD_CONNECTION_USER),
        opened->module, opened->slot);
    attempt_hold_service(attempt);
}

static void on_opened(const CredentialsResult *result, const Failure *failure, gpointer data)
{
    Attempt *attempt = data;
    /* Ours by now: nobody else reads it after this call. */
    CredentialsResult *opened = (CredentialsResult *)result;

    if (attempt->state != ATTEMPT_PREPARED && attempt->state != ATTEMPT_RUNNING)
        return;
    if (failure && wants_passphrase(result)) {
        attempt_want_passphrase(attempt, failure,
                                result->verdict != CREDENTIALS_PASSPHRASE_MISSING);
        return;
    }
    if (failure) {
        attempt_fail(attempt, failure);
        return;
    }
    replace(&attempt->material.certificate, take_text(&opened->certificate));
    replace(&attempt->material.private_key, take_text(&opened->private_key));
    replace(&attempt->material.ca, take_text(&opened->ca));
    if (*opened->module)
        use_token(attempt, opened);
    attempt->material_ready = TRUE;
    attempt_material_ready(attempt);
}

void attempt_open_credentials(Attempt *attempt)
{
    Profile *profile = attempt->profile;

    settings_ike_material(profile, attempt->psk, &attempt->material);
    if (g_strcmp0(profile_get_string(profile, FIELD_IPSEC_AUTH), "certificate") != 0) {
        attempt->material_ready = TRUE;
        return;
    }
    CredentialsRequest request = {
        .user = profile_get_string(profile, FIELD_CONNECTION_USER),
        .certificate = profile_get_string(profile, FIELD_IPSEC_CERTIFICATE),
        .private_key = profile_get_string(profile, FIELD_IPSEC_KEY),
        .ca = profile_get_string(profile, FIELD_IPSEC_CA),
        .passphrase = attempt->key_passphrase,
        .typed = attempt->passphrase_typed,
        .now = g_get_real_time() / G_USEC_PER_SEC,
    };
    attempt->credentials = credentials_open(NULL, &request, 0, on_opened, attempt);
}

static void on_matched(const CredentialsResult *result, const Failure *failure, gpointer data)
{
    Attempt *attempt = data;
    const char *pem = failure ? "" : result->certificate;
    g_autoptr(GBytes) bytes = *pem ? g_bytes_new(pem, strlen(pem)) : NULL;

    if (failure)
        attempt->events.log(failure->detail, attempt->user_data);
    if (attempt->ike)
        ike_vouch(attempt->ike, bytes);
}

void attempt_vouch(Ike *ike, GPtrArray *certificates, gpointer data)
{
    Attempt *attempt = data;
    CredentialsRequest request = {
        .name = profile_get_string(attempt->profile, FIELD_CONNECTION_GATEWAY),
        .candidates = certificates,
    };

    g_clear_pointer(&attempt->credentials, credentials_free);
    attempt->credentials = credentials_open(NULL, &request, 0, on_matched, attempt);
}
