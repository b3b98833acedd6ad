/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AVP hiding (RFC 2661 §4.3) and tunnel authentication (§5.1.1).  The expected bytes were
 * computed with Python's hashlib from the RFC's text, or captured from xl2tpd 1.3.18. */
#include "l2tp/auth.h"
#include "l2tp/hiding.h"
#include "l2tp/l2tp.h"

#include "wire.h"

#include <string.h>

static const struct {
    guint16 type;
    const char *secret, *vector, *value, *padding, *hidden;
} hidings[] = {
    { 9, "sesame", "000102030405060708090a0b0c0d0e0f", "1234",
      "a0a1a2a3a4a5a6a7a8a9aaab00000000", "e13bf5a3cdc4c21b5a4ea47596ab0952" },
    /* Three blocks, and a vector of another length: "a name that needs ..." */
    { 30, "tunnel secret", "fedcba",
      "61206e616d652074686174206e656564732074687265652"
      "0626c6f636b73206f66207468652068617368",
      "50515253000000000000000000000000",
      "7fcc816a7dd4a4526a0700a7dbe54296b4698626d674ad0ac7902c5ce5f9c4ab"
      "4ea060f869682188a7437b20d54a9632" },
    { 35, "x", "000102030405060708090a0b0c0d0e0f", "00000000000000000000",
      "a0a1a2a3000000000000000000000000", "4a1bd1cdcf06af4cc6288384008166d6" },
};

static void test_hide(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(hidings); i++) {
        g_autoptr(Secret) secret = secret_new(hidings[i].secret, strlen(hidings[i].secret));
        g_autoptr(GByteArray) vector = wire_hex(hidings[i].vector);
        g_autoptr(GByteArray) value = wire_hex(hidings[i].value);
        g_autoptr(GByteArray) padding = wire_hex(hidings[i].padding);
        g_autoptr(GByteArray) expected = wire_hex(hidings[i].hidden);
        guint8 hidden[64], plain[64];
        const guint8 *found;
        gsize found_length;

        gsize length = l2tp_hide(hidings[i].type, secret, vector->data, vector->len, value->data,
            value->len, padding->data, hidden, sizeof hidden);
        g_assert_cmpmem(hidden, length, expected->data, expected->len);
        g_assert_true(l2tp_unhide(hidings[i].type, secret, vector->data, vector->len,
            expected->data, expected->len, plain, &found, &found_length));
        g_assert_cmpmem(found, found_length, value->data, value->len);
    }
}

/* Padding is optional (RFC 2661 §4.3). */
static void test_unhide_without_padding(void)
{
    g_autoptr(Secret) secret = secret_new("sesame", 6);
    g_autoptr(GByteArray) vector = wire_hex("000102030405060708090a0b0c0d0e0f");
    g_autoptr(GByteArray) hidden = wire_hex("e13b5978");
    guint8 plain[4];
    const guint8 *found;
    gsize length;

    g_assert_true(l2tp_unhide(9, secret, vector->data, vector->len, hidden->data, hidden->len,
        plain, &found, &length));
    g_assert_cmpmem(found, length, "\xbe\xef", 2);
}

static void test_hide_too_long(void)
{
    g_autoptr(Secret) secret = secret_new("s", 1);
    guint8 value[40] = { 0 }, padding[16] = { 0 }, hidden[40];

    g_assert_cmpuint(l2tp_hide(9, secret, value, 1, value, sizeof value, padding, hidden,
        sizeof hidden), ==, 0);
}

static void test_unhide_wrong_secret(void)
{
    g_autoptr(Secret) secret = secret_new("sesam", 5);
    g_autoptr(GByteArray) vector = wire_hex("000102030405060708090a0b0c0d0e0f");
    g_autoptr(GByteArray) hidden = wire_hex(hidings[0].hidden);
    guint8 plain[16];
    const guint8 *found;
    gsize length;

    g_assert_false(l2tp_unhide(9, secret, vector->data, vector->len, hidden->data, hidden->len,
        plain, &found, &length));
    /* Not even the length's two bytes. */
    g_assert_false(l2tp_unhide(9, secret, vector->data, vector->len, hidden->data, 1, plain,
        &found, &length));
}

static void test_response(void)
{
    static const struct {
        L2tpMessageType message;
        const char *secret;
        guint challenge_length;
        const char *response;
    } vectors[] = {
        { L2TP_SCCRP, "sesame", 16, "0c33536df9c46b916df71f58d211c997" },
        { L2TP_SCCCN, "sesame", 16, "f6977e05fb554196858da39054da01c0" },
        { L2TP_SCCRP, "a longer secret, of 33 characters!", 40,
          "8e37309b07f0d4b63ca1fd1b54f92613" },
    };
    guint8 challenge[40], response[16];

    for (guint8 i = 0; i < sizeof challenge; i++)
        challenge[i] = i;
    for (gsize i = 0; i < G_N_ELEMENTS(vectors); i++) {
        g_autoptr(Secret) secret = secret_new(vectors[i].secret, strlen(vectors[i].secret));
        g_autoptr(GByteArray) expected = wire_hex(vectors[i].response);

        l2tp_auth_response(vectors[i].message, secret, challenge, vectors[i].challenge_length,
            response);
        g_assert_cmpmem(response, sizeof response, expected->data, expected->len);
    }
}

/* What xl2tpd 1.3.18 answered to a challenge of ours, with the secret "sesame". */
static void test_verify_xl2tpd(void)
{
    g_autoptr(Secret) secret = secret_new("sesame", 6);
    g_autoptr(GByteArray) challenge = wire_hex("d519b65d288975aa06e7d0c227eb14c6");
    g_autoptr(GByteArray) response = wire_hex("c454723322fad383a8ff4c4e1b8d5b77");

    g_assert_true(l2tp_auth_verify(L2TP_SCCRP, secret, challenge->data, 16, response->data, 16));
    g_assert_false(l2tp_auth_verify(L2TP_SCCRP, secret, challenge->data, 16, response->data, 15));
    g_assert_false(l2tp_auth_verify(L2TP_SCCCN, secret, challenge->data, 16, response->data, 16));
    g_assert_false(l2tp_auth_verify(L2TP_SCCRP, secret, challenge->data, 16, NULL, 0));
    response->data[15] ^= 1;
    g_assert_false(l2tp_auth_verify(L2TP_SCCRP, secret, challenge->data, 16, response->data, 16));
}

/* The whole exchange: an SCCRQ with a Challenge, which must stand at its end. */
static GByteArray *our_challenge(const Wire *wire)
{
    GByteArray *challenge = g_byte_array_new();
    const guint8 *avp = wire->last->data + wire->last->len - 22;

    g_assert_cmpmem(avp, 6, "\x80\x16\0\0\0\x0b", 6);
    g_byte_array_append(challenge, avp + 6, 16);
    return challenge;
}

/* MD5 by GLib, so not by the library under test: identifier, secret, challenge. */
static char *response_of(guint8 identifier, const char *secret, const GByteArray *challenge)
{
    g_autoptr(GChecksum) md5 = g_checksum_new(G_CHECKSUM_MD5);

    g_checksum_update(md5, &identifier, 1);
    g_checksum_update(md5, (const guchar *)secret, (gssize)strlen(secret));
    g_checksum_update(md5, challenge->data, challenge->len);
    return g_strdup(g_checksum_get_string(md5));
}

static void authenticate(const char *secret, const char *peer_secret, gboolean respond,
    const char *expected)
{
    g_autoptr(Secret) ours = secret ? secret_new(secret, strlen(secret)) : NULL;
    L2tpConfig config = { .host_name = "laptop", .secret = ours };
    g_autoptr(Wire) wire = wire_new(&config);
    g_autoptr(GByteArray) theirs = wire_hex("00112233445566778899");
    GString *avps = g_string_new(WIRE_SCCRP " 8010 0000 000b 00112233445566778899 ");

    wire_open(wire);
    if (respond) {
        g_autoptr(GByteArray) challenge = our_challenge(wire);
        g_autofree char *response = response_of(2, peer_secret, challenge);
        g_autofree char *avp = wire_avp(13, response);
        g_string_append(avps, avp);
    }
    wire->nr = 1;
    g_assert_cmpstr(wire_message(wire, 0, 2, avps->str), ==, expected);
    if (g_str_has_prefix(expected, "TUNNEL_UP")) {
        g_autofree char *response = response_of(3, peer_secret, theirs);
        g_autofree char *avp = wire_avp(13, response);
        g_autoptr(GByteArray) bytes = wire_hex(avp);
        g_assert_cmpmem(wire->first->data + 20, wire->first->len - 20, bytes->data, bytes->len);
    } else {
        /* Result 4: not authorized. */
        g_assert_cmpmem(wire->last->data + 28, 8, "\x80\x08\0\0\0\1\0\4", 8);
    }
    g_string_free(avps, TRUE);
}

static void test_mutual(void)
{
    authenticate("sesame", "sesame", TRUE, "TUNNEL_UP SCCCN(1,1) ICRQ(2,1)");
}

static void test_secret_wrong(void)
{
    authenticate("sesame", "another", TRUE, "FAILED l2tp-secret-wrong StopCCN(1,1)");
}

/* lwIP lets this pass. */
static void test_response_left_out(void)
{
    authenticate("sesame", "sesame", FALSE, "FAILED l2tp-secret-wrong StopCCN(1,1)");
}

static void test_challenged_without_secret(void)
{
    authenticate(NULL, "sesame", FALSE, "FAILED l2tp-secret-wrong StopCCN(1,1)");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/l2tp/secret/hide", test_hide);
    g_test_add_func("/l2tp/secret/unhide-without-padding", test_unhide_without_padding);
    g_test_add_func("/l2tp/secret/hide-too-long", test_hide_too_long);
    g_test_add_func("/l2tp/secret/hidden-with-wrong-secret", test_unhide_wrong_secret);
    g_test_add_func("/l2tp/secret/response", test_response);
    g_test_add_func("/l2tp/secret/verify-xl2tpd", test_verify_xl2tpd);
    g_test_add_func("/l2tp/secret/mutual", test_mutual);
    g_test_add_func("/l2tp/secret/wrong", test_secret_wrong);
    g_test_add_func("/l2tp/secret/response-left-out", test_response_left_out);
    g_test_add_func("/l2tp/secret/challenged-without-secret", test_challenged_without_secret);
    return g_test_run();
}
