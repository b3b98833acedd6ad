/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a gateway's certificate is for the name that the user typed (RFC 6125 §6). */
#include "credentials/parse.h"

#include <gio/gio.h>
#include <gnutls/x509.h>
#include <string.h>

/* As it stands in certificates: ASCII, without the dot of the root.  NULL for a pattern, which only
 * a certificate may have. */
static char *canonical(const char *name)
{
    if (strchr(name, '*'))
        return NULL;
    g_autofree char *ascii =
        g_hostname_is_ip_address(name) ? g_strdup(name) : g_hostname_to_ascii(name);

    if (ascii && g_str_has_suffix(ascii, "."))
        ascii[strlen(ascii) - 1] = '\0';
    return g_steal_pointer(&ascii);
}

static gboolean is_for(const gnutls_datum_t *der, const char *name)
{
    gnutls_x509_crt_t certificate = NULL;
    gboolean yes = FALSE;

    if (gnutls_x509_crt_init(&certificate) < 0)
        return FALSE;
    if (gnutls_x509_crt_import(certificate, der, GNUTLS_X509_FMT_DER) >= 0)
        yes = gnutls_x509_crt_check_hostname(certificate, name) != 0;
    gnutls_x509_crt_deinit(certificate);
    return yes;
}

static void append_pem(GString *text, const gnutls_datum_t *der)
{
    gnutls_datum_t pem = { NULL, 0 };

    if (gnutls_pem_base64_encode2("CERTIFICATE", der, &pem) < 0)
        return;
    g_string_append_len(text, (const char *)pem.data, pem.size);
    gnutls_free(pem.data);
}

void credentials_match(const char *name, GPtrArray *candidates, CredentialsResult *ret_result)
{
    g_autofree char *wanted = canonical(name);
    GString *text = g_string_new(NULL);

    for (guint i = 0; wanted && i < candidates->len; i++) {
        gsize size = 0;
        gconstpointer data = g_bytes_get_data(candidates->pdata[i], &size);
        gnutls_datum_t der = { (unsigned char *)data, (unsigned)size };
        if (is_for(&der, wanted))
            append_pem(text, &der);
    }
    *ret_result = (CredentialsResult){ .verdict = CREDENTIALS_OPENED,
                                       .certificate = g_string_free(text, FALSE) };
}
