/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DHCPv6 client on virtual time, and what a server or a router says to it, written by hand as
 * RFC 8415 §21 and RFC 8106 §5 draw it. */
#pragma once

#include "dhcp6/message.h"

typedef struct {
    Dhcp6Client *client;
    Entropy *entropy;
    Usec now;
    guint sent;              /* messages so far */
    GByteArray *last;        /* the last one */
    guint told;              /* settings so far */
    Dhcp6Settings settings;  /* the last ones */
} Talk;

#define TALK_SERVER "0003000102005e105300"

Talk *talk_new(void);
void talk_free(Talk *talk);
GByteArray *talk_hex(const char *hex);
/* Takes the client's effects; after every call into it. */
void talk_effects(Talk *talk);
void talk_router(Talk *talk, gboolean managed, gboolean other);
void talk_options(Talk *talk, const char *hex);
/* Lets time pass up to `until`, with every deadline on the way. */
void talk_run(Talk *talk, Usec until);
/* Up to the next message, at most `limit` on.  FALSE: none came. */
gboolean talk_run_to_message(Talk *talk, Usec limit);
guint8 talk_type(const Talk *talk);
/* An option of the last message as hex, or NULL; to be freed. */
char *talk_option(const Talk *talk, guint16 code);
/* Answers the last message by one of that type with its transaction, the client's and the
 * server's identity, and the options given. */
void talk_answer(Talk *talk, guint8 type, const char *options_hex);
void talk_assert_dns(const Talk *talk, const char *addresses);
void talk_assert_search(const Talk *talk, const char *names);
void talk_assert_address(const Talk *talk, const char *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Talk, talk_free)
