/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PEM, DER and PKCS#12 by GnuTLS.
 *
 * Any of the three files may be a PKCS#12 container: NetworkManager-l2tp writes the same one to
 * all three fields.  The key decides which certificate is ours. */
#include "credentials/parse.h"

#include <gnutls/pkcs12.h>
#include <gnutls/x509.h>
#include <string.h>

#define DER_SEQUENCE 0x30
#define CERTIFICATES_MAX 64

typedef struct {
    const char *passphrase; /* NULL: none */
    CredentialsResult *result;
    gnutls_x509_privkey_t key;
    GPtrArray *own;         /* gnutls_x509_crt_t: ours and its chain */
    GPtrArray *authorities;
    gboolean container; /* our certificate comes from one, and so may its authorities */
    gboolean key_on_token;
} Parse;

static void free_certificate(gpointer certificate)
{
    gnutls_x509_crt_deinit(certificate);
}

/* FALSE, to be returned at once. */
static gboolean unusable(Parse *parse, const char *words)
{
    parse->result->verdict = CREDENTIALS_UNUSABLE;
    parse->result->words = g_strdup(words);
    return FALSE;
}

static gboolean refuse(Parse *parse, CredentialsVerdict verdict)
{
    parse->result->verdict = verdict;
    return FALSE;
}

static gnutls_datum_t datum(GBytes *bytes)
{
    gsize size = 0;
    gconstpointer data = g_bytes_get_data(bytes, &size);

    return (gnutls_datum_t){ (unsigned char *)data, (unsigned)size };
}

static gnutls_x509_crt_fmt_t format_of(GBytes *file)
{
    gnutls_datum_t data = datum(file);

    return data.size > 0 && data.data[0] == DER_SEQUENCE ? GNUTLS_X509_FMT_DER
                                                         : GNUTLS_X509_FMT_PEM;
}

/* ---- PKCS#12 ---- */

/* NULL: the file is none. */
static gnutls_pkcs12_t open_container(GBytes *file)
{
    gnutls_datum_t data = datum(file);
    gnutls_pkcs12_t container = NULL;

    if (gnutls_pkcs12_init(&container) < 0)
        return NULL;
    if (gnutls_pkcs12_import(container, &data, format_of(file), 0) >= 0)
        return container;
    gnutls_pkcs12_deinit(container);
    return NULL;
}

/* The passphrase that its MAC confirms: none at all and an empty one differ there (RFC 7292
 * appendix B.1), and programs write either for "none".  FALSE: none of them. */
static gboolean confirm_passphrase(Parse *parse, gnutls_pkcs12_t container, const char **ret_one)
{
    const char *candidates[] = { parse->passphrase, NULL, "" };
    guint first = parse->passphrase ? 0 : 1;

    for (guint i = first; i < G_N_ELEMENTS(candidates); i++) {
        int status = gnutls_pkcs12_verify_mac(container, candidates[i]);
        *ret_one = candidates[i];
        /* No MAC at all: opening it will tell. */
        if (status >= 0 || status == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            return TRUE;
    }
    return refuse(parse, parse->passphrase ? CREDENTIALS_PASSPHRASE_WRONG
                                           : CREDENTIALS_PASSPHRASE_MISSING);
}

static void take_all(gnutls_x509_crt_t *list, unsigned count, GPtrArray *array)
{
    for (unsigned i = 0; i < count; i++)
        g_ptr_array_add(array, list[i]);
    gnutls_free(list);
}

/* Hands its key over if `with_key`, its chain to `own`, all others to `others`; either may be
 * NULL. */
static gboolean read_container(Parse *parse, gnutls_pkcs12_t container, gboolean with_key,
                               GPtrArray *own, GPtrArray *others)
{
    g_autoptr(GPtrArray) unwanted = g_ptr_array_new_with_free_func(free_certificate);
    gnutls_x509_privkey_t key = NULL;
    gnutls_x509_crt_t *chain = NULL, *extra = NULL;
    unsigned n_chain = 0, n_extra = 0;
    const char *passphrase = NULL;

    if (!confirm_passphrase(parse, container, &passphrase))
        return FALSE;
    int status = gnutls_pkcs12_simple_parse(container, passphrase ? passphrase : "", &key, &chain,
                                            &n_chain, &extra, &n_extra, NULL,
                                            GNUTLS_PKCS12_SP_INCLUDE_SELF_SIGNED);
    if (status == GNUTLS_E_DECRYPTION_FAILED)
        return refuse(parse, parse->passphrase ? CREDENTIALS_PASSPHRASE_WRONG
                                               : CREDENTIALS_PASSPHRASE_MISSING);
    if (status == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        return unusable(parse, "the PKCS#12 file holds no private key");
    if (status < 0)
        return unusable(parse, gnutls_strerror(status));
    take_all(chain, n_chain, own ? own : others ? others : unwanted);
    /* The key's own certificate, which goes first, vouches for nobody. */
    if (!own && others && n_chain > 0)
        g_ptr_array_remove_index(others, others->len - n_chain);
    take_all(extra, n_extra, others ? others : unwanted);
    if (with_key && key && !parse->key)
        parse->key = g_steal_pointer(&key);
    if (key)
        gnutls_x509_privkey_deinit(key);
    return TRUE;
}

/* ---- certificates ---- */

static gboolean read_certificates(Parse *parse, GBytes *file, GPtrArray *array, const char *words)
{
    gnutls_datum_t data = datum(file);
    gnutls_x509_crt_t *list = NULL;
    unsigned count = 0;

    if (gnutls_x509_crt_list_import2(&list, &count, &data, format_of(file), 0) < 0 || count == 0)
        return unusable(parse, words);
    take_all(list, count, array);
    return array->len <= CERTIFICATES_MAX || unusable(parse, "a file holds too many certificates");
}

static gboolean open_certificate(Parse *parse, GBytes *file)
{
    gnutls_pkcs12_t container = file ? open_container(file) : NULL;

    if (!file)
        return unusable(parse, "no certificate is given");
    if (!container)
        return read_certificates(parse, file, parse->own,
                                 "the certificate's file holds no certificate");
    parse->container = TRUE;
    gboolean ok = read_container(parse, container, TRUE, parse->own, parse->own);
    gnutls_pkcs12_deinit(container);
    if (ok && parse->own->len == 0)
        return unusable(parse, "the PKCS#12 file holds no certificate");
    return ok;
}

static gboolean open_authorities(Parse *parse, GBytes *file)
{
    gnutls_pkcs12_t container = file ? open_container(file) : NULL;

    if (!file)
        return TRUE;
    if (!container)
        return read_certificates(parse, file, parse->authorities,
                                 "the authority's file holds no certificate");
    gboolean ok = read_container(parse, container, FALSE, NULL, parse->authorities);
    gnutls_pkcs12_deinit(container);
    return ok;
}

/* ---- the key ---- */

static gboolean is_encrypted(GBytes *file)
{
    gnutls_datum_t data = datum(file);
    const char *text = (const char *)data.data;

    if (format_of(file) == GNUTLS_X509_FMT_PEM)
        return data.size > 0 && (g_strstr_len(text, data.size, "BEGIN ENCRYPTED PRIVATE KEY") ||
                                 g_strstr_len(text, data.size, "Proc-Type: 4,ENCRYPTED"));
    return gnutls_pkcs8_info(&data, GNUTLS_X509_FMT_DER, NULL, NULL, NULL, NULL, NULL, NULL) >= 0;
}

static gboolean read_key(Parse *parse, GBytes *file)
{
    gboolean encrypted = is_encrypted(file);
    gnutls_datum_t data = datum(file);

    if (encrypted && !parse->passphrase)
        return refuse(parse, CREDENTIALS_PASSPHRASE_MISSING);
    g_clear_pointer(&parse->key, gnutls_x509_privkey_deinit);
    int status = gnutls_x509_privkey_init(&parse->key);
    if (status >= 0)
        status = gnutls_x509_privkey_import2(parse->key, &data, format_of(file),
                                             encrypted ? parse->passphrase : NULL, 0);
    if (status >= 0)
        return TRUE;
    /* What a wrong passphrase decrypts to may look like anything. */
    if (encrypted && status != GNUTLS_E_UNKNOWN_CIPHER_TYPE)
        return refuse(parse, CREDENTIALS_PASSPHRASE_WRONG);
    return unusable(parse, encrypted ? "the private key is encrypted in a way that is not known"
                                     : "the key's file holds no private key");
}

static gboolean open_key(Parse *parse, GBytes *file)
{
    gnutls_pkcs12_t container = NULL;
    gboolean ok = TRUE;

    if (parse->key_on_token)
        return TRUE;
    container = file ? open_container(file) : NULL;
    if (container) {
        g_clear_pointer(&parse->key, gnutls_x509_privkey_deinit);
        ok = read_container(parse, container, TRUE, NULL, NULL);
        gnutls_pkcs12_deinit(container);
    } else if (file) {
        ok = read_key(parse, file);
    }
    if (ok && !parse->key)
        return unusable(parse, "no private key is given");
    return ok;
}

/* ---- do they fit ---- */

static gboolean belongs(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key)
{
    guint8 a[64], b[64];
    size_t a_length = sizeof a, b_length = sizeof b;

    return gnutls_x509_crt_get_key_id(certificate, GNUTLS_KEYID_USE_SHA256, a, &a_length) >= 0 &&
           gnutls_x509_privkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, b, &b_length) >= 0 &&
           a_length == b_length && memcmp(a, b, a_length) == 0;
}

/* Ours goes first; what came with it in a container are its authorities.  Whether it is that of a
 * token's key, the IKE service finds out, which can ask the token. */
static gboolean sort_own(Parse *parse, gboolean others_are_authorities)
{
    guint index = 0;

    while (!parse->key_on_token && index < parse->own->len &&
           !belongs(g_ptr_array_index(parse->own, index), parse->key))
        index++;
    if (index == parse->own->len)
        return unusable(parse, "the private key does not belong to the certificate");
    gpointer ours = g_ptr_array_steal_index(parse->own, index);
    g_ptr_array_insert(parse->own, 0, ours);
    while (others_are_authorities && parse->own->len > 1)
        g_ptr_array_add(parse->authorities, g_ptr_array_steal_index(parse->own, 1));
    return TRUE;
}

static char *subject(gnutls_x509_crt_t certificate)
{
    gnutls_datum_t name = { NULL, 0 };

    if (gnutls_x509_crt_get_dn3(certificate, &name, 0) < 0)
        return g_strdup("");
    char *text = g_utf8_make_valid((const char *)name.data, name.size);
    gnutls_free(name.data);
    return text;
}

static gboolean check_dates(Parse *parse, gint64 now)
{
    gnutls_x509_crt_t ours = g_ptr_array_index(parse->own, 0);
    gint64 begin = gnutls_x509_crt_get_activation_time(ours);
    gint64 end = gnutls_x509_crt_get_expiration_time(ours);

    if (now >= begin && now <= end)
        return TRUE;
    parse->result->words = subject(ours);
    parse->result->time = now < begin ? begin : end;
    return refuse(parse, now < begin ? CREDENTIALS_NOT_YET_VALID : CREDENTIALS_EXPIRED);
}

/* ---- out ---- */

static char *certificates_text(GPtrArray *array)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < array->len; i++) {
        gnutls_datum_t pem = { NULL, 0 };
        if (gnutls_x509_crt_export2(g_ptr_array_index(array, i), GNUTLS_X509_FMT_PEM, &pem) < 0)
            continue;
        g_string_append_len(text, (const char *)pem.data, pem.size);
        gnutls_free(pem.data);
    }
    return g_string_free(text, FALSE);
}

static gboolean write_key(Parse *parse)
{
    gnutls_datum_t pem = { NULL, 0 };

    if (parse->key_on_token)
        return TRUE;
    if (gnutls_x509_privkey_export2_pkcs8(parse->key, GNUTLS_X509_FMT_PEM, NULL,
                                          GNUTLS_PKCS_PLAIN, &pem) < 0)
        return unusable(parse, "the private key is of a kind that cannot be used");
    parse->result->private_key = g_strndup((const char *)pem.data, pem.size);
    explicit_bzero(pem.data, pem.size);
    gnutls_free(pem.data);
    return TRUE;
}

static gboolean write_result(Parse *parse)
{
    CredentialsResult *result = parse->result;

    if (!write_key(parse))
        return FALSE;
    result->certificate = certificates_text(parse->own);
    result->ca = certificates_text(parse->authorities);
    return TRUE;
}

void credentials_parse(const CredentialsContents *contents, CredentialsResult *ret_result)
{
    g_autoptr(GPtrArray) own = g_ptr_array_new_with_free_func(free_certificate);
    g_autoptr(GPtrArray) authorities = g_ptr_array_new_with_free_func(free_certificate);
    Parse parse = {
        .passphrase =
            contents->passphrase ? (const char *)secret_data(contents->passphrase) : NULL,
        .result = ret_result,
        .own = own,
        .authorities = authorities,
        .key_on_token = contents->key_on_token,
    };

    *ret_result = (CredentialsResult){ .verdict = CREDENTIALS_OPENED };
    (void)(open_certificate(&parse, contents->certificate) &&
           open_key(&parse, contents->private_key) && open_authorities(&parse, contents->ca) &&
           sort_own(&parse, parse.container && authorities->len == 0) &&
           check_dates(&parse, contents->now) && write_result(&parse));
    g_clear_pointer(&parse.key, gnutls_x509_privkey_deinit);
}
