/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of certificates: PEM (RFC 7468), several in one, or DER.  Pure. */
#pragma once

#include <glib.h>

/* Each certificate of the file as DER, of type GBytes; NULL when there is none or one is
 * malformed. */
GPtrArray *pem_certificates(GBytes *file);
/* Whether a private key file needs a passphrase that we cannot use. */
gboolean pem_is_encrypted(GBytes *file);
