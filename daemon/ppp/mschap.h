/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arithmetic of MS-CHAP and MS-CHAPv2 (RFC 2433 appendix A, RFC 2759 §8).
 *
 * Passwords are UTF-8 here and UTF-16LE inside; one that is not valid UTF-8 is taken as
 * Latin-1.  Intermediate values are wiped; what is returned is the caller's to wipe. */
#pragma once

#include "base/entropy.h"
#include "base/secret.h"

#define MSCHAP_CHALLENGE_SIZE 8    /* MS-CHAP, and the hashed one of MS-CHAPv2 */
#define MSCHAPV2_CHALLENGE_SIZE 16 /* each side's */
#define MSCHAP_HASH_SIZE 16
#define MSCHAP_RESPONSE_SIZE 24
#define MSCHAPV2_DIGEST_SIZE 20
#define MSCHAP_PWBLOCK_SIZE 516
#define MSCHAP_PASSWORD_MAX 256 /* UTF-16 units in a password to be changed */

/* DOMAIN\user: only what follows the backslash is hashed (RFC 2759 §4, §8.2). */
const char *mschap_user_part(const char *user);
void mschap_password_hash(const Secret *password, guint8 ret_hash[MSCHAP_HASH_SIZE]);
/* Seven bytes of key to eight with odd parity (RFC 2759 §9.3). */
void mschap_des_key(const guint8 raw[7], guint8 ret_key[8]);
void mschap_response(const guint8 challenge[MSCHAP_CHALLENGE_SIZE], const Secret *password,
                     guint8 ret_response[MSCHAP_RESPONSE_SIZE]);
void mschapv2_challenge_hash(const guint8 peer_challenge[MSCHAPV2_CHALLENGE_SIZE],
                             const guint8 challenge[MSCHAPV2_CHALLENGE_SIZE], const char *user,
                             guint8 ret_hash[MSCHAP_CHALLENGE_SIZE]);
/* The Response, and the digest that the authenticator has to show in its Success. */
void mschapv2_response(const guint8 peer_challenge[MSCHAPV2_CHALLENGE_SIZE],
                       const guint8 challenge[MSCHAPV2_CHALLENGE_SIZE], const char *user,
                       const Secret *password, guint8 ret_response[MSCHAP_RESPONSE_SIZE],
                       guint8 ret_digest[MSCHAPV2_DIGEST_SIZE]);
/* FALSE when the new password is too long (RFC 2759 §8.9). */
gboolean mschapv2_change_password(const Secret *old_password, const Secret *new_password,
                                  Entropy *entropy, guint8 ret_block[MSCHAP_PWBLOCK_SIZE],
                                  guint8 ret_hash[MSCHAP_HASH_SIZE]);
