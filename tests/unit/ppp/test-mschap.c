/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MS-CHAP's arithmetic against the examples of RFC 2433 appendix B and RFC 2759 §9. */
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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp/mschap/rfc2759-9.2", test_rfc2759_example);
    g_test_add_func("/ppp/mschap/domain", test_domain);
    g_test_add_func("/ppp/mschap/rfc2433-b.2", test_rfc2433_example);
    g_test_add_func("/ppp/mschap/des-keys", test_des_keys);
    return g_test_run();
}
