/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed messages, by GnuTLS. */
#include "profile/import_cms.h"

#include <gnutls/gnutls.h>
#include <gnutls/pkcs7.h>
#include <gnutls/x509.h>
#include <string.h>

#define NAME_SIZE 512
#define CERTIFICATES_MAX 32

/* Whether the certificate is the one that the signature's issuer and serial number name. */
static gboolean is_signer(gnutls_x509_crt_t certificate,
                          const gnutls_pkcs7_signature_info_st *info)
{
    guint8 serial[128];
    size_t size = sizeof serial;
    gnutls_datum_t issuer = {NULL, 0};

    if (gnutls_x509_crt_get_serial(certificate, serial, &size) < 0 ||
        size != info->signer_serial.size || memcmp(serial, info->signer_serial.data, size) != 0 ||
        gnutls_x509_crt_get_raw_issuer_dn(certificate, &issuer) < 0)
        return FALSE;
    gboolean same = issuer.size == info->issuer_dn.size &&
                    memcmp(issuer.data, info->issuer_dn.data, issuer.size) == 0;
    gnutls_free(issuer.data);
    return same;
}

static char *certificate_name(const gnutls_datum_t *der,
                              const gnutls_pkcs7_signature_info_st *info)
{
    gnutls_x509_crt_t certificate;
    char name[NAME_SIZE];
    size_t size = sizeof name;
    char *result = NULL;

    if (gnutls_x509_crt_init(&certificate) < 0)
        return NULL;
    if (gnutls_x509_crt_import(certificate, der, GNUTLS_X509_FMT_DER) >= 0 &&
        is_signer(certificate, info) &&
        (gnutls_x509_crt_get_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name,
                                       &size) >= 0 ||
         (size = sizeof name, gnutls_x509_crt_get_dn(certificate, name, &size) >= 0)))
        result = g_utf8_make_valid(name, (gssize)strnlen(name, MIN(size, sizeof name)));
    gnutls_x509_crt_deinit(certificate);
    return result;
}

static char *find_signer(gnutls_pkcs7_t message)
{
    gnutls_pkcs7_signature_info_st info;
    int count = gnutls_pkcs7_get_crt_count(message);
    char *name = NULL;

    if (gnutls_pkcs7_get_signature_info(message, 0, &info) < 0)
        return NULL;
    for (int i = 0; i < MIN(count, CERTIFICATES_MAX) && !name; i++) {
        gnutls_datum_t der = {NULL, 0};
        if (gnutls_pkcs7_get_crt_raw2(message, (unsigned)i, &der) < 0)
            break;
        name = certificate_name(&der, &info);
        gnutls_free(der.data);
    }
    gnutls_pkcs7_signature_info_deinit(&info);
    return name;
}

GBytes *cms_open(const guint8 *data, gsize length, char **ret_signer)
{
    gnutls_datum_t input = {(guint8 *)data, (unsigned)length}, content = {NULL, 0};
    gboolean der = length > 2 && data[0] == 0x30;
    gnutls_pkcs7_t message;
    GBytes *result = NULL;

    *ret_signer = NULL;
    if ((!der && (length < 11 || memcmp(data, "-----BEGIN ", 11) != 0)) || length > G_MAXINT ||
        gnutls_pkcs7_init(&message) < 0)
        return NULL;
    if (gnutls_pkcs7_import(message, &input, der ? GNUTLS_X509_FMT_DER : GNUTLS_X509_FMT_PEM) >=
            0 &&
        gnutls_pkcs7_get_embedded_data(message, 0, &content) >= 0) {
        result = g_bytes_new(content.data, content.size);
        explicit_bzero(content.data, content.size);
        gnutls_free(content.data);
        *ret_signer = find_signer(message);
    }
    gnutls_pkcs7_deinit(message);
    return result;
}
