/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scripted conversation with a link, in virtual time.
 *
 * Packets are written in hexadecimal as they stand on the wire, from the protocol field on;
 * spaces are free.  Three words help: `id` is the identifier of the packet that the link sent
 * last, `len` the length of the packet from its code on, and "text" in double quotes its
 * bytes.  What the link sends may be matched with `..` for any byte. */
#pragma once

#include "ppp/ppp.h"

typedef struct {
    PppConfig config; /* may be changed before talk_open() */
    Entropy *entropy;
    PppLink *link;
    Usec now;
    guint8 sent[2048]; /* the packet that the link sent last */
    gsize sent_length;
    char *wanted_because; /* code of the failure in the last SECRET_WANTED, or NULL */
    PppNetwork network;   /* of the last NETWORK_UP */
    PppOptions options;   /* of the last OPTIONS */
} Talk;

Talk *talk_new(const char *password);
void talk_free(Talk *talk);
/* Opens the link and expects STAGE ppp; the Configure-Request is left in the queue. */
void talk_open(Talk *talk);
/* Opens, and answers LCP as a peer that asks for `authentication` (hexadecimal option), up to
 * the OPTIONS effect. */
void talk_open_lcp(Talk *talk, const char *authentication);

/* A link whose first Configure-Request has left and can be answered by talk_echo(). */
Talk *talk_requested(void);

/* The peer's packet arrives. */
void talk_hear(Talk *talk, const char *packet);
/* The peer answers the link's last packet with the same body under another code. */
void talk_echo(Talk *talk, guint8 code);
/* The next effect is this packet. */
void talk_sends(Talk *talk, const char *packet);
void talk_stage(Talk *talk, Stage stage);
void talk_options(Talk *talk);
void talk_network_up(Talk *talk);
void talk_network_down(Talk *talk);
/* `detail` NULL: none expected; "*": any. */
void talk_failed(Talk *talk, Stage stage, FailureCode code, const char *detail);
void talk_secret_wanted(Talk *talk, PppSecretKind kind, const char *failure_code);
void talk_closed(Talk *talk);
/* No effect is left. */
void talk_nothing(Talk *talk);
/* Time passes up to the link's deadline, which must be `expected` from now, and it ticks. */
void talk_wait(Talk *talk, Usec expected);
/* Time passes and nothing is due. */
void talk_pass(Talk *talk, Usec time);
/* The link is let in and asks for addresses. */
void talk_network_phase(Talk *talk);
/* A Success or Failure of CHAP with this text, for the packet that the link sent last. */
void talk_verdict(Talk *talk, guint8 code, const char *text);
guint32 talk_address(const char *dotted);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Talk, talk_free)
