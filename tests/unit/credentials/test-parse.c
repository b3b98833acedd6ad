/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that OpenSSL made (data/make), opened; and what is told when they cannot be used. */
#include <glib/gstdio.h>
#include <string.h>

#include "credentials/parse.h"

#define PASSPHRASE "opensesame"
#define DURING 1800000000 /* January 2027: all certificates are valid */
#define BEFORE 1500000000
#define AFTER 4000000000

typedef struct {
    const char *name;
    const char *certificate, *key, *ca; /* files, or NULL */
    const char *passphrase;
    gint64 now;
    CredentialsVerdict verdict;
    const char *words; /* contained in what is told */
    guint own, authorities;
} Row;

static const Row rows[] = {
    { "plain", "client.crt", "client.key", "ca.crt", NULL, DURING, CREDENTIALS_OPENED, NULL, 1, 1 },
    { "traditional", "client.crt", "client-traditional.key", NULL, NULL, DURING,
      CREDENTIALS_OPENED, NULL, 1, 0 },
    { "der", "client.der", "client.key", "ca.crt", NULL, DURING, CREDENTIALS_OPENED, NULL, 1, 1 },
    { "curve", "ec.crt", "ec.key", "ca.crt", NULL, DURING, CREDENTIALS_OPENED, NULL, 1, 1 },
    { "chain", "both.crt", "client.key", NULL, NULL, DURING, CREDENTIALS_OPENED, NULL, 2, 0 },
    /* an encrypted key, with and without what opens it */
    { "pkcs8", "client.crt", "client-aes.key", NULL, PASSPHRASE, DURING, CREDENTIALS_OPENED, NULL,
      1, 0 },
    { "pkcs8-der", "client.crt", "client-aes.der", NULL, PASSPHRASE, DURING, CREDENTIALS_OPENED,
      NULL, 1, 0 },
    { "traditional-aes", "client.crt", "client-traditional-aes.key", NULL, PASSPHRASE, DURING,
      CREDENTIALS_OPENED, NULL, 1, 0 },
    { "not-needed", "client.crt", "client.key", NULL, PASSPHRASE, DURING, CREDENTIALS_OPENED, NULL,
      1, 0 },
    { "pkcs8-missing", "client.crt", "client-aes.key", NULL, NULL, DURING,
      CREDENTIALS_PASSPHRASE_MISSING, NULL, 0, 0 },
    { "pkcs8-wrong", "client.crt", "client-aes.key", NULL, "sesame", DURING,
      CREDENTIALS_PASSPHRASE_WRONG, NULL, 0, 0 },
    { "pkcs8-der-missing", "client.crt", "client-aes.der", NULL, NULL, DURING,
      CREDENTIALS_PASSPHRASE_MISSING, NULL, 0, 0 },
    { "traditional-missing", "client.crt", "client-traditional-aes.key", NULL, NULL, DURING,
      CREDENTIALS_PASSPHRASE_MISSING, NULL, 0, 0 },
    { "traditional-wrong", "client.crt", "client-traditional-aes.key", NULL, "sesame", DURING,
      CREDENTIALS_PASSPHRASE_WRONG, NULL, 0, 0 },
    /* containers: today's ciphers, RC2 with 40 bits, and no passphrase */
    { "container", "client.p12", NULL, NULL, PASSPHRASE, DURING, CREDENTIALS_OPENED, NULL, 1, 1 },
    { "container-old", "client-old.p12", NULL, NULL, PASSPHRASE, DURING, CREDENTIALS_OPENED, NULL,
      1, 1 },
    { "container-open", "client-open.p12", NULL, NULL, NULL, DURING, CREDENTIALS_OPENED, NULL, 1,
      1 },
    /* as NetworkManager-l2tp writes it */
    { "container-thrice", "client.p12", "client.p12", "client.p12", PASSPHRASE, DURING,
      CREDENTIALS_OPENED, NULL, 2, 1 },
    { "container-and-ca", "client.p12", NULL, "ca.crt", PASSPHRASE, DURING, CREDENTIALS_OPENED,
      NULL, 2, 1 },
    { "container-missing", "client.p12", NULL, NULL, NULL, DURING, CREDENTIALS_PASSPHRASE_MISSING,
      NULL, 0, 0 },
    { "container-wrong", "client.p12", NULL, NULL, "sesame", DURING, CREDENTIALS_PASSPHRASE_WRONG,
      NULL, 0, 0 },
    { "container-old-wrong", "client-old.p12", NULL, NULL, "sesame", DURING,
      CREDENTIALS_PASSPHRASE_WRONG, NULL, 0, 0 },
    { "container-without-key", "ca.p12", NULL, NULL, PASSPHRASE, DURING, CREDENTIALS_UNUSABLE,
      "no private key", 0, 0 },
    /* what does not fit */
    { "other-key", "client.crt", "ec.key", NULL, NULL, DURING, CREDENTIALS_UNUSABLE,
      "does not belong", 0, 0 },
    { "no-key", "client.crt", NULL, NULL, NULL, DURING, CREDENTIALS_UNUSABLE, "no private key", 0,
      0 },
    { "no-certificate", NULL, "client.key", NULL, NULL, DURING, CREDENTIALS_UNUSABLE,
      "no certificate", 0, 0 },
    { "key-as-certificate", "client.key", "client.key", NULL, NULL, DURING, CREDENTIALS_UNUSABLE,
      "holds no certificate", 0, 0 },
    { "certificate-as-key", "client.crt", "ca.crt", NULL, NULL, DURING, CREDENTIALS_UNUSABLE,
      "holds no private key", 0, 0 },
    { "key-as-authority", "client.crt", "client.key", "client.key", NULL, DURING,
      CREDENTIALS_UNUSABLE, "authority", 0, 0 },
    { "expired", "client.crt", "client.key", NULL, NULL, AFTER, CREDENTIALS_EXPIRED, "CN=client",
      0, 0 },
    { "expired-container", "client.p12", NULL, NULL, PASSPHRASE, AFTER, CREDENTIALS_EXPIRED,
      "CN=client", 0, 0 },
    { "not-yet-valid", "client.crt", "client.key", NULL, NULL, BEFORE, CREDENTIALS_NOT_YET_VALID,
      "CN=client", 0, 0 },
};

static GBytes *file(const char *name)
{
    char *data = NULL;
    gsize length = 0;
    g_autofree char *path = name ? g_build_filename(DATA, name, NULL) : NULL;

    if (!name)
        return NULL;
    g_assert_true(g_file_get_contents(path, &data, &length, NULL));
    return g_bytes_new_take(data, length);
}

static guint count(const char *text, const char *words)
{
    guint n = 0;

    for (const char *p = text; p && (p = strstr(p, words)) != NULL; p++)
        n++;
    return n;
}

static void open_row(const Row *row, CredentialsResult *ret_result)
{
    g_autoptr(Secret) passphrase =
        row->passphrase ? secret_new(row->passphrase, strlen(row->passphrase)) : NULL;
    g_auto(CredentialsContents) contents = {
        .certificate = file(row->certificate),
        .private_key = file(row->key),
        .ca = file(row->ca),
        .passphrase = passphrase,
        .now = row->now,
    };

    credentials_parse(&contents, ret_result);
}

static void test_row(gconstpointer data)
{
    const Row *row = data;
    g_auto(CredentialsResult) result = { 0 };
    g_autofree char *expected = NULL;

    open_row(row, &result);
    g_test_message("%s", result.words ? result.words : "");
    g_assert_cmpint(result.verdict, ==, row->verdict);
    if (row->words)
        g_assert_nonnull(strstr(result.words, row->words));
    g_assert_cmpuint(count(result.certificate, "BEGIN CERTIFICATE"), ==, row->own);
    g_assert_cmpuint(count(result.ca, "BEGIN CERTIFICATE"), ==, row->authorities);
    if (row->verdict != CREDENTIALS_OPENED) {
        g_assert_null(result.private_key);
        return;
    }
    /* the very key, and our certificate before any other */
    const char *name = g_str_has_prefix(row->certificate, "ec") ? "ec" : "client";
    g_autofree char *key_path = g_strdup_printf("%s/%s.key", DATA, name);
    g_autofree char *path = g_strdup_printf("%s/%s.crt", DATA, name);
    g_assert_true(g_file_get_contents(path, &expected, NULL, NULL));
    g_assert_true(g_str_has_prefix(result.certificate, expected));
    g_clear_pointer(&expected, g_free);
    g_assert_true(g_file_get_contents(key_path, &expected, NULL, NULL));
    g_assert_cmpuint(count(result.private_key, "BEGIN PRIVATE KEY"), ==, 1);
    /* OpenSSL's RSA keys come as PKCS#8, too: the same bytes.  A curve's key may leave out what
     * is optional (RFC 5915 §3). */
    if (strcmp(name, "client") == 0)
        g_assert_cmpstr(result.private_key, ==, expected);
}

/* Cut off anywhere, or with any byte changed, a file is opened or refused, never more. */
static void test_damaged(void)
{
    static const char *const names[] = { "client.p12", "client-old.p12", "client-aes.der",
                                         "client.der", "client.crt" };
    g_autoptr(Secret) passphrase = secret_new(PASSPHRASE, strlen(PASSPHRASE));
    g_autoptr(GBytes) key = file("client.key");

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GBytes) whole = file(names[i]);
        gsize size = g_bytes_get_size(whole);
        for (gsize at = 0; at < size; at += 61) {
            g_autofree guint8 *copy = g_memdup2(g_bytes_get_data(whole, NULL), size);
            copy[at] ^= (guint8)(1u << at % 8);
            g_autoptr(GBytes) flipped = g_bytes_new(copy, size);
            g_autoptr(GBytes) cut = g_bytes_new_from_bytes(whole, 0, at);
            GBytes *const both[] = { flipped, cut };
            for (guint j = 0; j < G_N_ELEMENTS(both); j++) {
                gboolean is_key = g_str_has_prefix(names[i], "client-aes");
                g_autoptr(GBytes) certificate = file("client.crt");
                CredentialsContents contents = {
                    .certificate = is_key ? certificate : both[j],
                    .private_key = is_key ? both[j] : key,
                    .passphrase = passphrase,
                    .now = DURING,
                };
                g_auto(CredentialsResult) result = { 0 };
                credentials_parse(&contents, &result);
                g_assert_true((result.verdict == CREDENTIALS_OPENED) ==
                              (result.private_key != NULL));
            }
        }
    }
}

static void test_messages(void)
{
    g_autoptr(Secret) passphrase = secret_new("a\0b", 3);
    CredentialsRequest request = {
        .user = "anna", .certificate = "/a/b.crt", .ca = "", .passphrase = passphrase, .now = -5
    };
    g_autoptr(GBytes) packed = credentials_request_pack(&request);
    g_auto(CredentialsRequest) back = { 0 };
    CredentialsResult result = { .verdict = CREDENTIALS_EXPIRED, .time = 77, .words = (char *)"x" };
    g_autoptr(GBytes) told = credentials_result_pack(&result);
    g_auto(CredentialsResult) heard = { 0 };

    g_assert_true(credentials_request_unpack(packed, &back));
    g_assert_cmpstr(back.user, ==, "anna");
    g_assert_cmpstr(back.certificate, ==, "/a/b.crt");
    g_assert_null(back.private_key);
    g_assert_cmpstr(back.ca, ==, "");
    g_assert_true(secret_equal(back.passphrase, passphrase));
    g_assert_cmpint(back.now, ==, -5);
    g_assert_true(credentials_result_unpack(told, &heard));
    g_assert_cmpint(heard.verdict, ==, CREDENTIALS_EXPIRED);
    g_assert_cmpint(heard.time, ==, 77);
    g_assert_cmpstr(heard.words, ==, "x");
    /* Cut off anywhere, it is none. */
    for (gsize size = 0; size < g_bytes_get_size(told); size++) {
        g_autoptr(GBytes) part = g_bytes_new_from_bytes(told, 0, size);
        CredentialsResult none = { 0 };
        g_assert_false(credentials_result_unpack(part, &none));
    }
}

static GBytes *read_der(const char *name)
{
    g_autofree char *path = g_build_filename(DATA, name, NULL);
    g_autofree char *text = NULL;
    gsize length = 0;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    char *begin = strchr(strstr(text, "-----BEGIN"), '\n');
    *strstr(begin, "-----END") = '\0';
    guchar *der = g_base64_decode(begin, &length);
    return g_bytes_new_take(der, length);
}

/* Names and addresses beside the subject, as OpenSSL put them there. */
static void test_names(void)
{
    static const struct {
        const char *name;
        gboolean fits;
    } names[] = {
        { "gw.lab", TRUE },          { "GW.lab.", TRUE },        { "a.wild.lab", TRUE },
        { "203.0.113.10", TRUE },    { "2001:db8::10", TRUE },   { "2001:DB8:0::0:10", TRUE },
        { "wild.lab", FALSE },       { "a.b.wild.lab", FALSE },  { "other.lab", FALSE },
        { "203.0.113.11", FALSE },   { "gw.lab.evil", FALSE },   { "Lab", FALSE },
        { "xgw.lab", FALSE },        { "*.wild.lab", FALSE },    { "", FALSE },
    };
    static const guint8 broken[] = { 0x30, 0x82, 0x01 };
    g_autoptr(GPtrArray) candidates = g_ptr_array_new();
    g_autoptr(GBytes) named = read_der("names.crt");
    g_autoptr(GBytes) other = read_der("ca.crt");
    g_autoptr(GBytes) cut = g_bytes_new_static(broken, sizeof broken);

    g_ptr_array_add(candidates, other);
    g_ptr_array_add(candidates, cut);
    g_ptr_array_add(candidates, named);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_auto(CredentialsResult) result = { 0 };
        credentials_match(names[i].name, candidates, &result);
        g_test_message("%s", names[i].name);
        g_assert_cmpint(result.verdict, ==, CREDENTIALS_OPENED);
        if (names[i].fits) {
            /* this one, and it alone */
            g_assert_true(g_str_has_prefix(result.certificate, "-----BEGIN CERTIFICATE-----"));
            g_assert_true(strstr(result.certificate, "-----BEGIN") ==
                          g_strrstr(result.certificate, "-----BEGIN"));
        } else {
            g_assert_cmpstr(result.certificate, ==, "");
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/credentials/", rows[i].name, NULL);
        g_test_add_data_func(path, &rows[i], test_row);
    }
    g_test_add_func("/credentials/names", test_names);
    g_test_add_func("/credentials/damaged", test_damaged);
    g_test_add_func("/credentials/messages", test_messages);
    return g_test_run();
}
