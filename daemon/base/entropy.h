/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random bytes for the engines, which may not ask the kernel: a ChaCha20 key stream (RFC 8439)
 * under a seed that the driver took from getrandom().  The same seed gives the same bytes, so
 * a failing simulation can be run again. */
#pragma once

#include <glib.h>

#define ENTROPY_SEED_SIZE 32

typedef struct Entropy Entropy;

/* The seed is copied. */
Entropy *entropy_new(const guint8 seed[ENTROPY_SEED_SIZE]);
void entropy_free(Entropy *entropy);
void entropy_fill(Entropy *entropy, void *data, gsize length);
guint16 entropy_u16(Entropy *entropy);
guint32 entropy_u32(Entropy *entropy);
/* Never zero: for identifiers in which zero means none. */
guint16 entropy_u16_nonzero(Entropy *entropy);
guint32 entropy_u32_nonzero(Entropy *entropy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Entropy, entropy_free)
