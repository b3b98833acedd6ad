/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests and results as bytes. */
#include "credentials/protocol.h"

#include <string.h>

#define REQUEST_TYPE "(xmsmsmsmsmaybmsaay)"
#define RESULT_TYPE "(yxssssssu)"

typedef struct {
    gpointer data;
    gsize length;
} Wiped;

static void wiped_free(gpointer data)
{
    Wiped *wiped = data;

    if (wiped->data)
        explicit_bzero(wiped->data, wiped->length);
    g_free(wiped->data);
    g_free(wiped);
}

GBytes *credentials_bytes_take(gpointer data, gsize length)
{
    Wiped *wiped = g_new(Wiped, 1);

    wiped->data = data;
    wiped->length = length;
    return g_bytes_new_with_free_func(data, length, wiped_free, wiped);
}

gboolean credentials_is_token(const char *name_or_null)
{
    return name_or_null && g_str_has_prefix(name_or_null, CREDENTIALS_TOKEN_SCHEME);
}

/* A floating "may" that borrows the bytes: a copy of GVariant's would not be wiped. */
static GVariant *maybe_secret(const Secret *secret)
{
    GVariant *array = secret ? g_variant_new_from_data(G_VARIANT_TYPE("ay"), secret_data(secret),
                                                       secret_length(secret), TRUE, NULL, NULL)
                             : NULL;

    return g_variant_new_maybe(G_VARIANT_TYPE("ay"), array);
}

static GBytes *variant_to_bytes(GVariant *floating)
{
    g_autoptr(GVariant) value = g_variant_ref_sink(floating);
    gsize size = g_variant_get_size(value);
    gpointer data = g_malloc(size);

    g_variant_store(value, data);
    return credentials_bytes_take(data, size);
}

/* NULL: too large, or not of that type. */
static GVariant *variant_from_bytes(GBytes *bytes, const char *type)
{
    if (g_bytes_get_size(bytes) > CREDENTIALS_MESSAGE_MAX)
        return NULL;
    g_autoptr(GVariant) value =
        g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(type), bytes, FALSE));
    return g_variant_is_normal_form(value) ? g_steal_pointer(&value) : NULL;
}

GBytes *credentials_request_pack(const CredentialsRequest *request)
{
    GVariantBuilder candidates;

    g_variant_builder_init(&candidates, G_VARIANT_TYPE("aay"));
    for (guint i = 0; request->candidates && i < request->candidates->len; i++)
        g_variant_builder_add_value(
            &candidates,
            g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), request->candidates->pdata[i], TRUE));
    return variant_to_bytes(g_variant_new(
        "(xmsmsmsms@maybmsaay)", request->now, request->user, request->certificate,
        request->private_key, request->ca, maybe_secret(request->passphrase),
        request->typed != FALSE, request->name, &candidates));
}

static Secret *read_passphrase(GVariant *maybe)
{
    g_autoptr(GVariant) array = g_variant_get_maybe(maybe);
    gsize length = 0;

    if (!array)
        return NULL;
    gconstpointer data = g_variant_get_fixed_array(array, &length, 1);
    return secret_new(data, length);
}

static void free_bytes(gpointer bytes)
{
    g_bytes_unref(bytes);
}

static GPtrArray *read_candidates(GVariant *array)
{
    GPtrArray *candidates = g_ptr_array_new_with_free_func(free_bytes);

    for (gsize i = 0; i < g_variant_n_children(array); i++) {
        g_autoptr(GVariant) one = g_variant_get_child_value(array, i);
        g_ptr_array_add(candidates, g_variant_get_data_as_bytes(one));
    }
    return candidates;
}

gboolean credentials_request_unpack(GBytes *bytes, CredentialsRequest *ret_request)
{
    g_autoptr(GVariant) tuple = variant_from_bytes(bytes, REQUEST_TYPE);
    g_autoptr(GVariant) passphrase = NULL;
    g_autoptr(GVariant) candidates = NULL;
    CredentialsRequest request = { 0 };

    if (!tuple)
        return FALSE;
    g_variant_get(tuple, "(xmsmsmsms@maybms@aay)", &request.now, &request.user,
                  &request.certificate, &request.private_key, &request.ca, &passphrase,
                  &request.typed, &request.name, &candidates);
    request.candidates = read_candidates(candidates);
    request.passphrase = read_passphrase(passphrase);
    *ret_request = request;
    return TRUE;
}

void credentials_request_clear(CredentialsRequest *request)
{
    g_free((char *)request->user);
    g_free((char *)request->certificate);
    g_free((char *)request->private_key);
    g_free((char *)request->ca);
    secret_free((Secret *)request->passphrase);
    g_free((char *)request->name);
    g_clear_pointer(&request->candidates, g_ptr_array_unref);
    *request = (CredentialsRequest){ 0 };
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

GBytes *credentials_result_pack(const CredentialsResult *result)
{
    return variant_to_bytes(g_variant_new(RESULT_TYPE, (guint8)result->verdict, result->time,
                                          or_empty(result->words), or_empty(result->certificate),
                                          or_empty(result->private_key), or_empty(result->ca),
                                          or_empty(result->module), or_empty(result->key_id),
                                          result->slot));
}

gboolean credentials_result_unpack(GBytes *bytes, CredentialsResult *ret_result)
{
    g_autoptr(GVariant) tuple = variant_from_bytes(bytes, RESULT_TYPE);
    guint8 verdict = 0;

    if (!tuple)
        return FALSE;
    g_variant_get_child(tuple, 0, "y", &verdict);
    if (verdict > CREDENTIALS_UNUSABLE)
        return FALSE;
    ret_result->verdict = (CredentialsVerdict)verdict;
    g_variant_get_child(tuple, 1, "x", &ret_result->time);
    g_variant_get_child(tuple, 2, "s", &ret_result->words);
    g_variant_get_child(tuple, 3, "s", &ret_result->certificate);
    g_variant_get_child(tuple, 4, "s", &ret_result->private_key);
    g_variant_get_child(tuple, 5, "s", &ret_result->ca);
    g_variant_get_child(tuple, 6, "s", &ret_result->module);
    g_variant_get_child(tuple, 7, "s", &ret_result->key_id);
    g_variant_get_child(tuple, 8, "u", &ret_result->slot);
    return TRUE;
}

void credentials_result_clear(CredentialsResult *result)
{
    g_clear_pointer(&result->words, g_free);
    g_clear_pointer(&result->certificate, g_free);
    g_clear_pointer(&result->private_key, secret_string_free);
    g_clear_pointer(&result->ca, g_free);
    g_clear_pointer(&result->module, g_free);
    g_clear_pointer(&result->key_id, g_free);
}
