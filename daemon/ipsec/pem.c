/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PEM. */
#include "ipsec/pem.h"

#include <string.h>

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"
#define DER_SEQUENCE 0x30

static void bytes_unref(gpointer bytes)
{
    g_bytes_unref(bytes);
}

static GBytes *decode(const char *text, gsize length)
{
    g_autofree char *copy = g_strndup(text, length);
    gsize size = 0;

    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isalnum(copy[i]) && !g_ascii_isspace(copy[i]) && !strchr("+/=", copy[i]))
            return NULL;
    }
    if (length > 1)
        g_base64_decode_inplace(copy, &size);
    if (size == 0 || (guint8)copy[0] != DER_SEQUENCE)
        return NULL;
    return g_bytes_new(copy, size);
}

static gboolean decode_all(GPtrArray *array, const char *text, gsize size)
{
    const char *end = text + size;
    const char *p = text;

    while ((p = g_strstr_len(p, end - p, BEGIN)) != NULL) {
        p += strlen(BEGIN);
        const char *stop = g_strstr_len(p, end - p, END);
        GBytes *der = stop ? decode(p, (gsize)(stop - p)) : NULL;
        if (!der)
            return FALSE;
        g_ptr_array_add(array, der);
        p = stop + strlen(END);
    }
    return array->len > 0;
}

GPtrArray *pem_certificates(GBytes *file)
{
    gsize size = 0;
    const guint8 *data = g_bytes_get_data(file, &size);
    g_autoptr(GPtrArray) array = g_ptr_array_new_with_free_func(bytes_unref);

    if (size > 0 && data[0] == DER_SEQUENCE) {
        g_ptr_array_add(array, g_bytes_ref(file));
        return g_steal_pointer(&array);
    }
    return size > 0 && decode_all(array, (const char *)data, size) ? g_steal_pointer(&array)
                                                                   : NULL;
}

gboolean pem_is_encrypted(GBytes *file)
{
    gsize size = 0;
    const char *data = g_bytes_get_data(file, &size);

    return size > 0 && (g_strstr_len(data, (gssize)size, "-----BEGIN ENCRYPTED PRIVATE KEY-----") ||
                        g_strstr_len(data, (gssize)size, "Proc-Type: 4,ENCRYPTED"));
}
