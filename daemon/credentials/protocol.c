/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests and results as bytes. */
#include "credentials/protocol.h"

#include <string.h>

#define REQUEST_TYPE "(xmaymaymaymay)"
#define RESULT_TYPE "(yxssss)"

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

/* A floating "may". */
static GVariant *maybe_bytes(const void *data, gsize length, gboolean given)
{
    GVariant *array = given ? g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, data, length, 1)
                            : NULL;

    return g_variant_new_maybe(G_VARIANT_TYPE("ay"), array);
}

static GVariant *maybe_file(GBytes *bytes)
{
    gsize size = 0;
    gconstpointer data = bytes ? g_bytes_get_data(bytes, &size) : NULL;

    return maybe_bytes(data, size, bytes != NULL);
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
    const Secret *passphrase = request->passphrase;
    GVariant *parts[] = {
        g_variant_new_int64(request->now),
        maybe_file(request->certificate),
        maybe_file(request->private_key),
        maybe_file(request->ca),
        maybe_bytes(passphrase ? secret_data(passphrase) : NULL,
                    passphrase ? secret_length(passphrase) : 0, passphrase != NULL),
    };

    return variant_to_bytes(g_variant_new_tuple(parts, G_N_ELEMENTS(parts)));
}

static GBytes *read_file(GVariant *tuple, gsize index)
{
    g_autoptr(GVariant) maybe = g_variant_get_child_value(tuple, index);
    g_autoptr(GVariant) array = g_variant_get_maybe(maybe);
    gsize length = 0;

    if (!array)
        return NULL;
    gconstpointer data = g_variant_get_fixed_array(array, &length, 1);
    return credentials_bytes_take(g_memdup2(data, length), length);
}

gboolean credentials_request_unpack(GBytes *bytes, CredentialsRequest *ret_request)
{
    g_autoptr(GVariant) tuple = variant_from_bytes(bytes, REQUEST_TYPE);

    if (!tuple)
        return FALSE;
    g_autoptr(GBytes) passphrase = read_file(tuple, 4);
    *ret_request = (CredentialsRequest){
        .certificate = read_file(tuple, 1),
        .private_key = read_file(tuple, 2),
        .ca = read_file(tuple, 3),
        .passphrase = passphrase ? secret_new(g_bytes_get_data(passphrase, NULL),
                                              g_bytes_get_size(passphrase))
                                 : NULL,
    };
    g_variant_get_child(tuple, 0, "x", &ret_request->now);
    return TRUE;
}

void credentials_request_clear(CredentialsRequest *request)
{
    g_clear_pointer(&request->certificate, g_bytes_unref);
    g_clear_pointer(&request->private_key, g_bytes_unref);
    g_clear_pointer(&request->ca, g_bytes_unref);
    secret_free((Secret *)request->passphrase);
    request->passphrase = NULL;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

GBytes *credentials_result_pack(const CredentialsResult *result)
{
    return variant_to_bytes(g_variant_new(RESULT_TYPE, (guint8)result->verdict, result->time,
                                          or_empty(result->words), or_empty(result->certificate),
                                          or_empty(result->private_key), or_empty(result->ca)));
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
    return TRUE;
}

void credentials_result_clear(CredentialsResult *result)
{
    g_clear_pointer(&result->words, g_free);
    g_clear_pointer(&result->certificate, g_free);
    g_clear_pointer(&result->private_key, secret_string_free);
    g_clear_pointer(&result->ca, g_free);
}
