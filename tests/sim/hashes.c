/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CHAP and MS-CHAPv2 from the server's side. */
#include "hashes.h"

#include <nettle/des.h>
#include <nettle/md4.h>
#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <string.h>

void hash_chap_md5(guint8 identifier, const char *password, const guint8 *challenge, gsize length,
    guint8 response[16])
{
    struct md5_ctx md5;

    md5_init(&md5);
    md5_update(&md5, 1, &identifier);
    md5_update(&md5, strlen(password), (const guint8 *)password);
    md5_update(&md5, length, challenge);
    md5_digest(&md5, 16, response);
}

/* Passwords of the simulation are ASCII: UTF-16 is a zero byte after each. */
static void password_hash(const char *password, guint8 hash[16])
{
    struct md4_ctx md4;

    md4_init(&md4);
    for (const char *p = password; *p; p++) {
        guint8 unit[2] = { (guint8)*p, 0 };
        md4_update(&md4, 2, unit);
    }
    md4_digest(&md4, 16, hash);
}

static void challenge_hash(const guint8 authenticator[16], const guint8 peer[16],
    const char *user, guint8 hash[8])
{
    struct sha1_ctx sha;

    sha1_init(&sha);
    sha1_update(&sha, 16, peer);
    sha1_update(&sha, 16, authenticator);
    sha1_update(&sha, strlen(user), (const guint8 *)user);
    sha1_digest(&sha, 8, hash);
}

/* 56 bits into eight octets of seven; nettle ignores the parity bit. */
static void des_block(const guint8 key[7], const guint8 in[8], guint8 out[8])
{
    struct des_ctx des;
    guint8 spread[8];
    guint64 bits = 0;

    for (guint i = 0; i < 7; i++)
        bits = bits << 8 | key[i];
    for (guint i = 0; i < 8; i++)
        spread[i] = (guint8)((bits >> (49 - 7 * i) & 0x7f) << 1);
    des_set_key(&des, spread);
    des_encrypt(&des, 8, out, in);
}

void hash_mschapv2_response(const guint8 authenticator[16], const guint8 peer[16],
    const char *user, const char *password, guint8 response[24])
{
    guint8 keys[21] = { 0 };
    guint8 challenge[8];

    challenge_hash(authenticator, peer, user, challenge);
    password_hash(password, keys);
    for (guint i = 0; i < 3; i++)
        des_block(keys + 7 * i, challenge, response + 8 * i);
}

char *hash_mschapv2_success(const guint8 authenticator[16], const guint8 peer[16],
    const char *user, const char *password, const guint8 response[24])
{
    static const char magic1[] = "Magic server to client signing constant";
    static const char magic2[] = "Pad to make it do more than one iteration";
    guint8 hash[16], hash_hash[16], digest[20], challenge[8];
    struct md4_ctx md4;
    struct sha1_ctx sha;
    GString *text = g_string_new("S=");

    password_hash(password, hash);
    md4_init(&md4);
    md4_update(&md4, 16, hash);
    md4_digest(&md4, 16, hash_hash);
    sha1_init(&sha);
    sha1_update(&sha, 16, hash_hash);
    sha1_update(&sha, 24, response);
    sha1_update(&sha, sizeof magic1 - 1, (const guint8 *)magic1);
    sha1_digest(&sha, 20, digest);
    challenge_hash(authenticator, peer, user, challenge);
    sha1_init(&sha);
    sha1_update(&sha, 20, digest);
    sha1_update(&sha, 8, challenge);
    sha1_update(&sha, sizeof magic2 - 1, (const guint8 *)magic2);
    sha1_digest(&sha, 20, digest);
    for (guint i = 0; i < 20; i++)
        g_string_append_printf(text, "%02X", digest[i]);
    return g_string_free(text, FALSE);
}
