/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Suites: users' spellings (from strongSwan's and Libreswan's manuals and from what people post),
 * what is weak, packet shapes (PROTOCOL's overheads come from the RFCs named in proposals.c). */
#include "ipsec/proposals.h"

#include <string.h>

typedef struct {
    const char *text;
    const char *suites; /* joined by blanks */
} Row;

static const Row ike_rows[] = {
    { "aes256-sha1-modp1024", "aes256-sha1-modp1024" },
    { "3des-sha1-modp1024!", "3des-sha1-modp1024" },
    { "aes256-sha1;modp1024", "aes256-sha1-modp1024" },
    { " AES256-SHA2_256;DH14 , 3DES-SHA1;modp1536 ",
      "aes256-sha256-modp2048 3des-sha1-modp1536" },
    { "aes_cbc256-sha2_512-dh20", "aes256-sha512-ecp384" },
    { "aes-256-sha1-modp2048", "aes256-sha1-modp2048" },
    { "aes128+aes256-sha1+sha2-modp2048",
      "aes128-sha1-modp2048 aes128-sha256-modp2048 aes256-sha1-modp2048 aes256-sha256-modp2048" },
    { "aes-sha1-modp2048", "aes256-sha1-modp2048 aes128-sha1-modp2048" },
    { "aes256-sha256-prfsha256-ecp256", "aes256-sha256-ecp256" },
    /* Libreswan fills in what is left out */
    { "3des-sha1", "3des-sha1-modp2048 3des-sha1-modp1024" },
    { "aes256;modp1024", "aes256-sha256-modp1024 aes256-sha1-modp1024" },
    { "aes256-sha1-modp1024,aes256-sha1-modp1024", "aes256-sha1-modp1024" },
    { "aes128-md5-modp768", "aes128-md5-modp768" },
    { "aes256-sha1-modp1024,", "aes256-sha1-modp1024" },
};

static const Row esp_rows[] = {
    { "aes256-sha1", "aes256-sha1" },
    { "aes_gcm256-null", "aes256gcm16" },
    { "aes256gcm128", "aes256gcm16" },
    { "aes_gcm", "aes256gcm16 aes128gcm16" },
    { "aes256gcm16-modp2048", "aes256gcm16-modp2048" },
    { "3des-sha1,aes128-sha1!", "3des-sha1 aes128-sha1" },
    { "aes256-sha2_256;modp2048", "aes256-sha256-modp2048" },
    { "aes256-sha256_96", "aes256-sha256_96" },
    { "aes256", "aes256-sha256 aes256-sha1" },
};

static void check_rows(const Row *rows, gsize length,
                       char **(*parse)(const char *text, GError **error))
{
    for (gsize i = 0; i < length; i++) {
        g_autoptr(GError) error = NULL;
        g_auto(GStrv) suites = parse(rows[i].text, &error);
        g_assert_no_error(error);
        g_autofree char *joined = g_strjoinv(" ", suites);
        g_assert_cmpstr(joined, ==, rows[i].suites);
    }
}

static void test_spellings(void)
{
    check_rows(ike_rows, G_N_ELEMENTS(ike_rows), proposals_parse_ike);
    check_rows(esp_rows, G_N_ELEMENTS(esp_rows), proposals_parse_esp);
}

static void test_refused(void)
{
    static const struct {
        const char *ike, *esp, *named;
    } rows[] = {
        { "aes256-sha3-modp1024", NULL, "\"sha3\"" },
        { "aes256-sha1-modp1000", NULL, "\"modp1000\"" },
        { "aes256gcm16-sha256-modp2048", NULL, "\"aes256gcm16\"" },
        { "aes256-sha256_96-modp2048", NULL, "\"sha256_96\"" },
        { "sha1-modp1024", NULL, "names no encryption" },
        { ",", NULL, "empty" },
        { "  ", NULL, "empty" },
        { "aes256-sh\xc3\xa4-modp1024", NULL, "ASCII" },
        { NULL, "blowfish-sha1", "\"blowfish\"" },
        { NULL, "aes256-sha1\n}", "\"sha1}\"" },
        { "aes128+aes192+aes256+3des-md5+sha1+sha256+sha512-modp1024+modp1536+modp2048+modp3072",
          NULL, "combinations" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(ike_check_proposals(rows[i].ike, rows[i].esp, &error));
        g_assert_nonnull(error);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, rows[i].named));
    }
    g_assert_true(ike_check_proposals(NULL, NULL, NULL));
    g_assert_true(ike_check_proposals("", "", NULL));
}

static gboolean holds(char *const *list, const char *suite)
{
    return g_strv_contains((const char *const *)list, suite);
}

/* Everything in a ladder is something that our own parser takes as it stands. */
static void check_ladder(char *const *ladder, char **(*parse)(const char *text, GError **error))
{
    for (guint i = 0; ladder[i]; i++) {
        g_autoptr(GError) error = NULL;
        g_auto(GStrv) again = parse(ladder[i], &error);
        g_assert_no_error(error);
        g_assert_cmpuint(g_strv_length(again), ==, 1);
        g_assert_cmpstr(again[0], ==, ladder[i]);
    }
}

static void test_ladders(void)
{
    g_auto(GStrv) strong = proposals_ike(IKE_SECURITY_STRONG);
    g_auto(GStrv) compatible = proposals_ike(IKE_SECURITY_COMPATIBLE);
    g_auto(GStrv) legacy = proposals_ike(IKE_SECURITY_LEGACY);
    g_auto(GStrv) esp_strong = proposals_esp(IKE_SECURITY_STRONG);
    g_auto(GStrv) esp = proposals_esp(IKE_SECURITY_COMPATIBLE);

    check_ladder(legacy, proposals_parse_ike);
    check_ladder(esp, proposals_parse_esp);
    g_assert_true(g_str_has_prefix(compatible[0], "aes256-"));
    for (guint i = 0; strong[i]; i++)
        g_assert_false(proposals_weak(strong[i]));
    for (guint i = 0; esp_strong[i]; i++)
        g_assert_false(proposals_weak(esp_strong[i]));
    /* weak ones only behind strong ones */
    gboolean weak = FALSE;
    for (guint i = 0; compatible[i]; i++) {
        g_assert_false(weak && !proposals_weak(compatible[i]));
        weak = proposals_weak(compatible[i]);
    }
    g_assert_cmpstr(compatible[g_strv_length(compatible) - 1], ==, "3des-sha1-modp1024");
    /* what must stay reachable, and what Windows Server 2019 and FortiGate take */
    g_assert_true(holds(compatible, "aes256-sha1-modp1024"));
    g_assert_true(holds(compatible, "aes256-sha1-ecp384"));
    g_assert_true(holds(legacy, "aes256-md5-modp1024"));
    g_assert_true(holds(esp, "3des-sha1"));
    g_assert_cmpuint(g_strv_length(compatible), <=, 10);
}

static void test_weak(void)
{
    static const char *const weak[] = { "3des-sha1-modp2048", "aes256-sha1-modp1024",
                                        "aes256-md5-modp2048", "des-sha1-modp2048",
                                        "aes256-sha1-modp1536", "aes256-sha256-modp2048s256",
                                        "3des-sha1", "aes256-md5" };
    static const char *const sound[] = { "aes256-sha256-modp2048", "aes128-sha1", "aes256gcm16",
                                         "aes256-sha1-ecp384" };

    for (gsize i = 0; i < G_N_ELEMENTS(weak); i++)
        g_assert_true(proposals_weak(weak[i]));
    for (gsize i = 0; i < G_N_ELEMENTS(sound); i++)
        g_assert_false(proposals_weak(sound[i]));
}

static void test_shapes(void)
{
    static const struct {
        const char *suite;
        guint iv, icv, align;
    } rows[] = {
        { "aes256gcm16", 8, 16, 4 },   { "aes128-sha1", 16, 12, 16 },
        { "aes256-sha256", 16, 16, 16 }, { "aes256-sha512", 16, 32, 16 },
        { "3des-sha1", 8, 12, 8 },     { "aes256-md5", 16, 12, 16 },
        { "aes256-sha1-modp2048", 16, 12, 16 },
    };
    EspShape shape = { 1, 2, 3 };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_true(proposals_esp_shape(rows[i].suite, &shape));
        g_assert_cmpuint(shape.iv, ==, rows[i].iv);
        g_assert_cmpuint(shape.icv, ==, rows[i].icv);
        g_assert_cmpuint(shape.align, ==, rows[i].align);
    }
    shape = (EspShape){ 1, 2, 3 };
    g_assert_false(proposals_esp_shape("twofish-sha1", &shape));
    g_assert_false(proposals_esp_shape("sha1", &shape));
    g_assert_false(proposals_esp_shape("", &shape));
    g_assert_cmpuint(shape.iv, ==, 1);
}

/* Names as charon 5.9.8 reports them in list-sas. */
static void test_reported(void)
{
    g_autofree char *ike =
        proposals_name("AES_CBC", 256, "HMAC_SHA2_256_128", "PRF_HMAC_SHA2_256", "MODP_2048");
    g_autofree char *esp = proposals_name("AES_CBC", 128, "HMAC_SHA1_96", NULL, NULL);
    g_autofree char *gcm = proposals_name("AES_GCM_16", 256, NULL, NULL, NULL);
    g_autofree char *des = proposals_name("3DES_CBC", 0, "HMAC_SHA1_96", NULL, "MODP_1024");
    g_autofree char *new = proposals_name("KUZNYECHIK", 256, "X", NULL, NULL);
    g_autofree char *none = proposals_name(NULL, 0, NULL, NULL, NULL);

    g_assert_cmpstr(ike, ==, "aes256-sha256-modp2048");
    g_assert_cmpstr(esp, ==, "aes128-sha1");
    g_assert_cmpstr(gcm, ==, "aes256gcm16");
    g_assert_cmpstr(des, ==, "3des-sha1-modp1024");
    g_assert_cmpstr(new, ==, "kuznyechik-x");
    g_assert_cmpstr(none, ==, "");
}

static void test_lists(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) list = proposals_parse_ike(
        "aes256-sha1-modp2048,aes256-sha1-modp1024,3des-sha1-modp1024", &error);

    list = proposals_promote(list, "3des-sha1-modp1024");
    g_assert_cmpstr(list[0], ==, "3des-sha1-modp1024");
    g_assert_cmpstr(list[1], ==, "aes256-sha1-modp2048");
    g_assert_cmpstr(list[2], ==, "aes256-sha1-modp1024");
    list = proposals_promote(list, "not-there");
    list = proposals_promote(list, NULL);
    g_assert_cmpuint(g_strv_length(list), ==, 3);
    g_auto(GStrv) filtered = proposals_filter_group(list, "modp1024");
    g_assert_cmpuint(g_strv_length(filtered), ==, 2);
    g_assert_cmpstr(proposals_group("aes256-sha1-modp2048"), ==, "modp2048");
    g_assert_null(proposals_group("aes256-sha1"));
    g_assert_null(proposals_group("aes256gcm16"));
    g_auto(GStrv) esp = proposals_esp(IKE_SECURITY_STRONG);
    g_auto(GStrv) pfs = proposals_add_group(esp, "modp2048");
    g_assert_cmpstr(pfs[0], ==, "aes256gcm16-modp2048");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/proposals/spellings", test_spellings);
    g_test_add_func("/proposals/refused", test_refused);
    g_test_add_func("/proposals/ladders", test_ladders);
    g_test_add_func("/proposals/weak", test_weak);
    g_test_add_func("/proposals/shapes", test_shapes);
    g_test_add_func("/proposals/reported", test_reported);
    g_test_add_func("/proposals/lists", test_lists);
    return g_test_run();
}
