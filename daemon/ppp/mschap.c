/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hashes and ciphers of MS-CHAP, on nettle's primitives. */
#include "ppp/mschap.h"

#include <nettle/arcfour.h>
#include <nettle/des.h>
#include <nettle/md4.h>
#include <nettle/sha1.h>
#include <string.h>

/* The first backslash: a user name has none. */
const char *mschap_user_part(const char *user)
{
    const char *backslash = strchr(user, '\\');

    return backslash ? backslash + 1 : user;
}

/* UTF-16LE, without a terminator. */
static Secret *to_utf16le(const Secret *password)
{
    const char *text = (const char *)secret_data(password);
    gsize length = secret_length(password);
    gboolean utf8 = g_utf8_validate(text, (gssize)length, NULL);
    /* No byte of UTF-8 or Latin-1 becomes more than one unit. */
    g_autofree guint8 *units = g_malloc(length * 2 + 1);
    gsize n = 0;

    for (gsize i = 0; i < length;) {
        gunichar c = utf8 ? g_utf8_get_char(text + i) : (guint8)text[i];
        guint16 pair[2] = {(guint16)c, 0};
        guint count = 1;

        i += utf8 ? (gsize)g_utf8_skip[(guint8)text[i]] : 1;
        if (c >= 0x10000) {
            pair[0] = (guint16)(0xd800 + ((c - 0x10000) >> 10));
            pair[1] = (guint16)(0xdc00 + ((c - 0x10000) & 0x3ff));
            count = 2;
        }
        for (guint k = 0; k < count; k++) {
            units[n++] = (guint8)pair[k];
            units[n++] = (guint8)(pair[k] >> 8);
        }
    }
    Secret *result = secret_new(units, n);
    explicit_bzero(units, length * 2 + 1);
    return result;
}

/* The context has the password in it. */
static void md4(const guint8 *data, gsize length, guint8 ret_digest[MD4_DIGEST_SIZE])
{
    struct md4_ctx context;

    md4_init(&context);
    md4_update(&context, length, data);
    md4_digest(&context, MD4_DIGEST_SIZE, ret_digest);
    explicit_bzero(&context, sizeof context);
}

/* RFC 2759 §8.3. */
void mschap_password_hash(const Secret *password, guint8 ret_hash[MSCHAP_HASH_SIZE])
{
    g_autoptr(Secret) unicode = to_utf16le(password);

    md4(secret_data(unicode), secret_length(unicode), ret_hash);
}

/* RFC 2759 §8.6 leaves parity to the DES engine; nettle ignores it, others check it. */
void mschap_des_key(const guint8 raw[7], guint8 ret_key[8])
{
    for (guint i = 0; i < 8; i++) {
        /* Bits 7i to 7i + 6 of the raw key, most significant first. */
        guint bits = 0;
        for (guint bit = 7 * i; bit < 7 * i + 7; bit++)
            bits = bits << 1 | ((raw[bit / 8] >> (7 - bit % 8)) & 1);
        guint ones = 0;
        for (guint bit = 0; bit < 7; bit++)
            ones += (bits >> bit) & 1;
        ret_key[i] = (guint8)(bits << 1 | (ones % 2 == 0 ? 1 : 0));
    }
}

/* RFC 2759 §8.6. */
static void des_encrypt_block(const guint8 clear[8], const guint8 raw_key[7], guint8 ret_cipher[8])
{
    struct des_ctx context;
    guint8 key[8];

    mschap_des_key(raw_key, key);
    /* It tells of weak keys by its value, and uses them nevertheless, as the protocol needs. */
    (void)des_set_key(&context, key);
    des_encrypt(&context, 8, ret_cipher, clear);
    explicit_bzero(&context, sizeof context);
    explicit_bzero(key, sizeof key);
}

/* RFC 2759 §8.5: the hash, padded with zeros to 21 bytes, gives three keys. */
static void challenge_response(const guint8 challenge[MSCHAP_CHALLENGE_SIZE],
                               const guint8 hash[MSCHAP_HASH_SIZE],
                               guint8 ret_response[MSCHAP_RESPONSE_SIZE])
{
    guint8 padded[21] = {0};

    memcpy(padded, hash, MSCHAP_HASH_SIZE);
    for (guint i = 0; i < 3; i++)
        des_encrypt_block(challenge, padded + 7 * i, ret_response + 8 * i);
    explicit_bzero(padded, sizeof padded);
}

/* RFC 2433 §A.5: what MS-CHAPv2 does with the hash of three things, its elder does with the
 * challenge itself. */
void mschap_response(const guint8 challenge[MSCHAP_CHALLENGE_SIZE], const Secret *password,
                     guint8 ret_response[MSCHAP_RESPONSE_SIZE])
{
    guint8 hash[MSCHAP_HASH_SIZE];

    mschap_password_hash(password, hash);
    challenge_response(challenge, hash, ret_response);
    explicit_bzero(hash, sizeof hash);
}

/* RFC 2759 §8.2. */
void mschapv2_challenge_hash(const guint8 peer_challenge[MSCHAPV2_CHALLENGE_SIZE],
                             const guint8 challenge[MSCHAPV2_CHALLENGE_SIZE], const char *user,
                             guint8 ret_hash[MSCHAP_CHALLENGE_SIZE])
{
    const char *name = mschap_user_part(user);
    struct sha1_ctx context;

    sha1_init(&context);
    sha1_update(&context, MSCHAPV2_CHALLENGE_SIZE, peer_challenge);
    sha1_update(&context, MSCHAPV2_CHALLENGE_SIZE, challenge);
    sha1_update(&context, strlen(name), (const guint8 *)name);
    sha1_digest(&context, MSCHAP_CHALLENGE_SIZE, ret_hash);
}

/* RFC 2759 §8.7. */
static void authenticator_digest(const guint8 hash[MSCHAP_HASH_SIZE],
                                 const guint8 response[MSCHAP_RESPONSE_SIZE],
                                 const guint8 challenge_hash[MSCHAP_CHALLENGE_SIZE],
                                 guint8 ret_digest[MSCHAPV2_DIGEST_SIZE])
{
    static const char MAGIC_1[] = "Magic server to client signing constant";
    static const char MAGIC_2[] = "Pad to make it do more than one iteration";
    guint8 hash_hash[MSCHAP_HASH_SIZE];
    struct sha1_ctx context;

    md4(hash, MSCHAP_HASH_SIZE, hash_hash);
    sha1_init(&context);
    sha1_update(&context, sizeof hash_hash, hash_hash);
    sha1_update(&context, MSCHAP_RESPONSE_SIZE, response);
    sha1_update(&context, sizeof MAGIC_1 - 1, (const guint8 *)MAGIC_1);
    sha1_digest(&context, MSCHAPV2_DIGEST_SIZE, ret_digest);
    sha1_update(&context, MSCHAPV2_DIGEST_SIZE, ret_digest);
    sha1_update(&context, MSCHAP_CHALLENGE_SIZE, challenge_hash);
    sha1_update(&context, sizeof MAGIC_2 - 1, (const guint8 *)MAGIC_2);
    sha1_digest(&context, MSCHAPV2_DIGEST_SIZE, ret_digest);
    explicit_bzero(hash_hash, sizeof hash_hash);
    explicit_bzero(&context, sizeof context);
}

/* RFC 2759 §8.1, and §8.7 in the same breath: both need the password's hash, which does not
 * stay in memory for the Success to come. */
void mschapv2_response(const guint8 peer_challenge[MSCHAPV2_CHALLENGE_SIZE],
                       const guint8 challenge[MSCHAPV2_CHALLENGE_SIZE], const char *user,
                       const Secret *password, guint8 ret_response[MSCHAP_RESPONSE_SIZE],
                       guint8 ret_digest[MSCHAPV2_DIGEST_SIZE])
{
    guint8 hash[MSCHAP_HASH_SIZE];
    guint8 challenge_hash[MSCHAP_CHALLENGE_SIZE];

    mschap_password_hash(password, hash);
    mschapv2_challenge_hash(peer_challenge, challenge, user, challenge_hash);
    challenge_response(challenge_hash, hash, ret_response);
    authenticator_digest(hash, ret_response, challenge_hash, ret_digest);
    explicit_bzero(hash, sizeof hash);
}

/* RFC 2759 §8.9 to §8.13: the new password under the old hash, and the other way round. */
gboolean mschapv2_change_password(const Secret *old_password, const Secret *new_password,
                                  Entropy *entropy, guint8 ret_block[MSCHAP_PWBLOCK_SIZE],
                                  guint8 ret_hash[MSCHAP_HASH_SIZE])
{
    g_autoptr(Secret) unicode = to_utf16le(new_password);
    gsize size = secret_length(unicode);
    guint8 old_hash[MSCHAP_HASH_SIZE], new_hash[MSCHAP_HASH_SIZE];
    struct arcfour_ctx context;

    if (size > MSCHAP_PASSWORD_MAX * 2)
        return FALSE;
    mschap_password_hash(old_password, old_hash);
    mschap_password_hash(new_password, new_hash);
    entropy_fill(entropy, ret_block, MSCHAP_PASSWORD_MAX * 2);
    memcpy(ret_block + MSCHAP_PASSWORD_MAX * 2 - size, secret_data(unicode), size);
    /* PasswordLength is little-endian, as everything in a PWBLOCK. */
    ret_block[512] = (guint8)size;
    ret_block[513] = (guint8)(size >> 8);
    ret_block[514] = ret_block[515] = 0;
    arcfour_set_key(&context, sizeof old_hash, old_hash);
    arcfour_crypt(&context, MSCHAP_PWBLOCK_SIZE, ret_block, ret_block);
    des_encrypt_block(old_hash, new_hash, ret_hash);
    des_encrypt_block(old_hash + 8, new_hash + 7, ret_hash + 8);
    explicit_bzero(&context, sizeof context);
    explicit_bzero(old_hash, sizeof old_hash);
    explicit_bzero(new_hash, sizeof new_hash);
    return TRUE;
}
