/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gateway's log-in: PAP, CHAP with MD5, MS-CHAPv2. */
#include "server_internal.h"

#include "hashes.h"

#include <string.h>

void login_challenge_again(Server *server)
{
    static const char name[] = "gateway";
    guint8 body[1 + 16 + sizeof name - 1] = { 16 };

    memcpy(body + 1, server->challenge, 16);
    memcpy(body + 17, name, sizeof name - 1);
    server_send(server, CHAP, 1, server->chap_id, body, sizeof body);
    server->challenge_at = server->world->now + server_restart(server);
}

void login_challenge(Server *server)
{
    server->chap_id++;
    server->challenges = 0;
    server->result_length = 0;
    world_fill(server->world, server->challenge, sizeof server->challenge);
    login_challenge_again(server);
}

static void refuse(Server *server, const char *text)
{
    server->refused = TRUE;
    server->terminate_at = server->world->now + server_restart(server);
    if (server->method == SERVER_PAP)
        return;
    server->result_length = strlen(text);
    memcpy(server->result, text, server->result_length);
    server_send(server, CHAP, 4, server->chap_id, server->result, server->result_length);
}

static void accept(Server *server, const char *text)
{
    server->result_length = strlen(text);
    memcpy(server->result, text, server->result_length);
    server_send(server, CHAP, 3, server->chap_id, server->result, server->result_length);
    server->authenticated = TRUE;
    server_network_start(server);
}

static gboolean name_matches(const Server *server, const guint8 *name, gsize length)
{
    return length == strlen(server->options.user) &&
           memcmp(name, server->options.user, length) == 0;
}

static void chap_response(Server *server, Reader *reader)
{
    guint8 expected[24];
    gsize name_length;
    gsize size = reader_u8(reader);
    const guint8 *value = reader_bytes(reader, size);
    const guint8 *name = reader_rest(reader, &name_length);
    const ServerOptions *o = &server->options;

    server->challenge_at = USEC_NEVER;
    if (server->method == SERVER_CHAP_MD5) {
        hash_chap_md5(server->chap_id, o->password, server->challenge, 16, expected);
        if (value && size == 16 && memcmp(value, expected, 16) == 0 &&
            name_matches(server, name, name_length))
            accept(server, "welcome");
        else
            refuse(server, "no");
        return;
    }
    /* RFC 2759 §4: peer challenge, 8 of zero, response, flags. */
    if (value && size == 49)
        hash_mschapv2_response(server->challenge, value, o->user, o->password, expected);
    if (!value || size != 49 || memcmp(value + 24, expected, 24) != 0 ||
        !name_matches(server, name, name_length)) {
        refuse(server, "E=691 R=0 C=00000000000000000000000000000000 V=3 M=no");
        return;
    }
    g_autofree char *proof = hash_mschapv2_success(server->challenge, value, o->user, o->password,
        value + 24);
    g_autofree char *text = g_strconcat(proof, " M=welcome", NULL);
    accept(server, text);
}

void login_chap_input(Server *server, guint8 code, guint8 id, Reader *reader)
{
    if (code != 2 || id != server->chap_id || server->method == SERVER_PAP)
        return;
    /* A repeated response gets the same answer (RFC 1994 §4.2). */
    if (server->result_length > 0)
        server_send(server, CHAP, server->refused ? 4 : 3, id, server->result,
            server->result_length);
    else
        chap_response(server, reader);
}

void login_pap_input(Server *server, guint8 code, guint8 id, Reader *reader)
{
    if (code != 1 || server->method != SERVER_PAP)
        return;
    gsize user_length = reader_u8(reader);
    const guint8 *user = reader_bytes(reader, user_length);
    gsize password_length = reader_u8(reader);
    const guint8 *password = reader_bytes(reader, password_length);
    if (!reader_ok(reader))
        return;
    gboolean right = name_matches(server, user, user_length) &&
                     password_length == strlen(server->options.password) &&
                     memcmp(password, server->options.password, password_length) == 0;
    server_send(server, PAP, right ? 2 : 3, id, (const guint8 *)"\0", 1);
    if (!right) {
        refuse(server, "");
        return;
    }
    server->authenticated = TRUE;
    server_network_start(server);
}
