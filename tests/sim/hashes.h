/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a server needs to check a log-in: CHAP (RFC 1994) and MS-CHAPv2 (RFC 2759), written
 * apart from the engine that is under test. */
#pragma once

#include <glib.h>

void hash_chap_md5(guint8 identifier, const char *password, const guint8 *challenge, gsize length,
    guint8 response[16]);
/* RFC 2759 §8.1: what the client has to answer. */
void hash_mschapv2_response(const guint8 authenticator[16], const guint8 peer[16],
    const char *user, const char *password, guint8 response[24]);
/* RFC 2759 §8.7: "S=" and 40 digits. */
char *hash_mschapv2_success(const guint8 authenticator[16], const guint8 peer[16],
    const char *user, const char *password, const guint8 response[24]);
