/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hiding of AVP values (RFC 2661 §4.3). */
#pragma once

#include "base/secret.h"

/* A hidden value is padded to a multiple of 16 bytes, so its length says little. */
#define HIDING_PADDING_MAX 16

/* Writes the hidden form of `value` to `hidden` and returns its length, 0 when it does not fit.
 * `padding` holds HIDING_PADDING_MAX random bytes. */
gsize l2tp_hide(guint16 type, const Secret *secret, const guint8 *vector, gsize vector_length,
    const guint8 *value, gsize length, const guint8 *padding, guint8 *hidden, gsize size);
/* The reverse; `plain` has room for `length` bytes.  FALSE: the length found within does not
 * fit, most likely because the secrets differ. */
gboolean l2tp_unhide(guint16 type, const Secret *secret, const guint8 *vector,
    gsize vector_length, const guint8 *hidden, gsize length, guint8 *plain,
    const guint8 **ret_value, gsize *ret_length);
