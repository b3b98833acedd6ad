/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed messages (RFC 5652, PKCS #7): what is inside, and who says to have signed it. */
#pragma once

#include <glib.h>

/* The signed content, or NULL when `data` is no signed message with its content in it.
 * `*ret_signer` is the signer's name, or NULL when none is told.  Nothing is verified: whom to
 * trust for it nobody said. */
GBytes *cms_open(const guint8 *data, gsize length, char **ret_signer);
