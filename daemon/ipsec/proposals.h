/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cipher suites: what we offer by ourselves, what users write, what is weak, and what a suite
 * means for the size of packets.  Pure.
 *
 * A suite is written as strongSwan does: "aes256-sha256-modp2048" for IKE (cipher, hash, group),
 * "aes256-sha1", "aes256gcm16" or "aes256-sha1-modp2048" (with PFS) for ESP.  One suite names one
 * of each: IKEv1 has no alternatives within a proposal (RFC 2409 §5: transforms are whole
 * suites), and gateways in the field choke on long or oddly ordered lists. */
#pragma once

#include <glib.h>

#include "ipsec/ike.h"

/* Our own ladders, NULL-terminated, strong first; to be freed with g_strfreev(). */
char **proposals_ike(IkeSecurity security);
char **proposals_esp(IkeSecurity security);

/* A user's list, in strongSwan's or Libreswan's spelling ("aes256-sha1;modp1024",
 * "3des-sha1-modp1024!", "aes_gcm256-null", "aes128+aes256-sha1"), as suites.  An IKE proposal
 * without hash or group is completed with the usual ones.  The error names the bad token. */
char **proposals_parse_ike(const char *text, GError **error);
char **proposals_parse_esp(const char *text, GError **error);

/* The list with `first` in front if it is one of it; takes the list over.  Tolerates NULL. */
char **proposals_promote(char **suites, const char *first);
/* The suites of exactly that group; NULL group: those without.  A new list. */
char **proposals_filter_group(char *const *suites, const char *group);
/* The list with "-GROUP" after each suite that has no group.  A new list. */
char **proposals_add_group(char *const *suites, const char *group);
/* "modp2048" of "aes256-sha1-modp2048"; NULL: none.  Points into the suite. */
const char *proposals_group(const char *suite);

/* A suite from the names that charon reports ("AES_CBC", 256, "HMAC_SHA1_96", …); unknown names
 * are taken over in small letters.  `prf` stands in where AEAD needs no integrity. */
char *proposals_name(const char *cipher, guint key_size, const char *integrity, const char *prf,
                     const char *group);

/* Weak by today's measure: DES, 3DES, MD5, groups under 2048 bits or of doubtful origin. */
gboolean proposals_weak(const char *suite);

/* Bytes that an ESP packet of this suite carries before and behind its contents; FALSE for a
 * suite that is not known. */
typedef struct {
    guint iv;
    guint icv;
    guint align; /* the encrypted part is a multiple of it */
} EspShape;
gboolean proposals_esp_shape(const char *suite, EspShape *ret_shape);
