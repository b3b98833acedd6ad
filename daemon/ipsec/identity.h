/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who a gateway with a certificate may be. */
#pragma once

#include <glib.h>

/* Written for the identity that is wanted: whoever has a certificate of the authority. */
#define IDENTITY_ANY "%any"

/* Whether an identity that a certificate has confirmed is that of the gateway which the user
 * typed: this very name or address, or a distinguished name with it as its one common name (where
 * "*.example.com" stands for each name that is one label longer).  `identity` is as charon writes
 * it; NULL is nobody's. */
gboolean identity_is_of(const char *identity, const char *gateway);
