/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MS-CHAP's arithmetic against the examples of RFC 2433 appendix B and RFC 2759 §9. */
#include <nettle/arcfour.h>
#include <string.h>

#include "ppp/mschap.h"

static void from_hex(const char *text, guint8 *bytes, gsize length)
{
    gsize n = 0;

    for (const char *p = text; *p != '\0'; p++) {
        if (*p == ' ')
            continue;
        g_assert_cmpuint(n, <, length);
        bytes[n++] = (guint8)(g_ascii_xdigit_value(p[0]) << 4 | g_ascii_xdigit_value(p[1]));
        p++;
    }
    g_assert_cmpuint(n, ==, length);
}

static void assert_bytes(const guint8 *bytes, gsize length, const char *text)
{
    g_autofree guint8 *expected = g_malloc(length);

    from_hex(text, expected, length);
    g_assert_cmpmem(bytes, length, expected, length);
}

/* RFC 2759 §9.2. */
static void test_rfc2759_example(void)
{
    g_autoptr(Secret) password = secret_new("clientPass", 10);
    guint8 challenge[16], peer_challenge[16], hash[16], challenge_hash[8], response[24], digest[20];

    from_hex("5B 5D 7C 7D 7B 3F 2F 3E 3C 2C 60 21 32 26 26 28", challenge, 16);
    from_hex("21 40 23 24 25 5E 26 2A 28 29 5F 2B 3A 33 7C 7E", peer_challenge, 16);
    mschapv2_challenge_hash(peer_challenge, challenge, "User", challenge_hash);
    assert_bytes(challenge_hash, 8, "D0 2E 43 86 BC E9 12 26");
    mschap_password_hash(password, hash);
    assert_bytes(hash, 16, "44 EB BA 8D 53 12 B8 D6 11 47 44 11 F5 69 89 AE");
    mschapv2_response(peer_challenge, challenge, "User", password, response, digest);
    assert_bytes(response, 24,
                 "82 30 9E CD 8D 70 8B 5E A0 8F AA 39 81 CD 83 54 42 33 11 4A 3D 85 D6 DF");
    assert_bytes(digest, 20, "407A5589115FD0D6209F510FE9C04566932CDA56");
}

/* RFC 2759 §4: the domain is not hashed. */
static void test_domain(void)
{
    g_autoptr(Secret) password = secret_new("clientPass", 10);
    guint8 challenge[16], peer_challenge[16], response[24], digest[20];

    from_hex("5B 5D 7C 7D 7B 3F 2F 3E 3C 2C 60 21 32 26 26 28", challenge, 16);
    from_hex("21 40 23 24 25 5E 26 2A 28 29 5F 2B 3A 33 7C 7E", peer_challenge, 16);
    mschapv2_response(peer_challenge, challenge, "BIGCO\\User", password, response, digest);
    assert_bytes(response, 24,
                 "82 30 9E CD 8D 70 8B 5E A0 8F AA 39 81 CD 83 54 42 33 11 4A 3D 85 D6 DF");
}

/* RFC 2433 appendix B.2. */
static void test_rfc2433_example(void)
{
    g_autoptr(Secret) password = secret_new("MyPw", 4);
    guint8 challenge[8], hash[16], response[24];

    from_hex("10 2D B5 DF 08 5D 30 41", challenge, 8);
    mschap_password_hash(password, hash);
    assert_bytes(hash, 16, "FC 15 6A F7 ED CD 6C 0E DD E3 33 7D 42 7F 4E AC");
    mschap_response(challenge, password, response);
    assert_bytes(response, 24,
                 "4E 9D 3C 8F 9C FD 38 5D 5B F4 D3 24 67 91 95 6C A4 C3 51 AB 40 9A 3D 61");
}

/* RFC 2759 §9.3, RFC 2433 appendix B.3. */
static void test_des_keys(void)
{
    guint8 raw[7], key[8];

    from_hex("FC 15 6A F7 ED CD 6C", raw, 7);
    mschap_des_key(raw, key);
    assert_bytes(key, 8, "FD 0B 5B 5E 7F 6E 34 D9");
    from_hex("0E DD E3 33 7D 42 7F", raw, 7);
    mschap_des_key(raw, key);
    assert_bytes(key, 8, "0E 6E 79 67 37 EA 08 FE");
}

/* Expected by: printf TEXT | iconv -t UTF-16LE | openssl md4 -provider legacy */
static void test_passwords_in_unicode(void)
{
    static const struct {
        const char *password, *hash;
    } ROWS[] = {
        {"Gr\xc3\xbc\xc3\x9f" "e\xf0\x9f\x98\x80", "f7618333d0e8d2ea517149820d636d4e"},
        /* Not UTF-8, so Latin-1. */
        {"a\xe9\xff", "bbc4a9f79920184d2d50fd342ff89ac8"},
        {"", "31d6cfe0d16ae931b73c59d7e0c089c0"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(ROWS); i++) {
        g_autoptr(Secret) password = secret_new(ROWS[i].password, strlen(ROWS[i].password));
        guint8 hash[16];
        mschap_password_hash(password, hash);
        assert_bytes(hash, 16, ROWS[i].hash);
    }
}

/* The server's side of RFC 2759 §8.9 to §8.13: it knows the old hash, decrypts the new
 * password and checks that the old hash was encrypted with the new one.  The constants are
 * from openssl's md4 and des-ecb. */
static void test_change_password(void)
{
    static const guint8 SEED[ENTROPY_SEED_SIZE] = {7};
    static const char NEW[] = "newPass\xe2\x82\xac" "1";
    g_autoptr(Entropy) entropy = entropy_new(SEED);
    g_autoptr(Secret) old_password = secret_new("clientPass", 10);
    g_autoptr(Secret) new_password = secret_new(NEW, sizeof NEW - 1);
    guint8 old_hash[16], block[516], hash[16];
    struct arcfour_ctx context;

    g_assert_true(mschapv2_change_password(old_password, new_password, entropy, block, hash));
    assert_bytes(hash, 16, "93bb0fe799420f43f57d6303de2fb07a");
    from_hex("44ebba8d5312b8d611474411f56989ae", old_hash, 16);
    arcfour_set_key(&context, 16, old_hash);
    arcfour_crypt(&context, sizeof block, block, block);
    assert_bytes(block + 512, 4, "12 00 00 00");
    assert_bytes(block + 512 - 18, 18, "6e00 6500 7700 5000 6100 7300 7300 ac20 3100");
    /* The rest is noise, not zeros. */
    g_assert_true(memcmp(block, block + 100, 100) != 0);
}

static void test_longest_password(void)
{
    static const guint8 SEED[ENTROPY_SEED_SIZE] = {7};
    g_autoptr(Entropy) entropy = entropy_new(SEED);
    g_autoptr(Secret) old_password = secret_new("x", 1);
    g_autofree char *text = g_strnfill(257, 'a');
    g_autoptr(Secret) longest = secret_new(text, 256);
    g_autoptr(Secret) too_long = secret_new(text, 257);
    guint8 block[516], hash[16];

    g_assert_true(mschapv2_change_password(old_password, longest, entropy, block, hash));
    g_assert_false(mschapv2_change_password(old_password, too_long, entropy, block, hash));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp/mschap/rfc2759-9.2", test_rfc2759_example);
    g_test_add_func("/ppp/mschap/domain", test_domain);
    g_test_add_func("/ppp/mschap/rfc2433-b.2", test_rfc2433_example);
    g_test_add_func("/ppp/mschap/des-keys", test_des_keys);
    g_test_add_func("/ppp/mschap/unicode", test_passwords_in_unicode);
    g_test_add_func("/ppp/mschap/change-password", test_change_password);
    g_test_add_func("/ppp/mschap/longest-password", test_longest_password);
    return g_test_run();
}
