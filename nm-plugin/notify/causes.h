/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why connections failed that NetworkManager has causewayd run: what causewayd said last. */
#pragma once

#include <gio/gio.h>

typedef struct Causes Causes;

typedef struct {
    char *name;    /* the connection's */
    char *code;    /* of base/failure.h; perhaps of another version */
    char *message; /* causewayd's sentence, with the gateway's own words */
    char *hint;
} Cause;

/* Follows causewayd whenever it runs; never starts it. */
Causes *causes_new(GDBusConnection *bus);
void causes_free(Causes *causes);
/* Hands over what is known and forgets it; NULL when nothing is. */
Cause *causes_take(Causes *causes, const char *uuid);
void cause_free(Cause *cause);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Causes, causes_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Cause, cause_free)
