/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holds TCP's maximum segment size to what the interface carries (RFC 9293 §3.7.1), for
 * connections that are only forwarded here and whose ends know nothing of the tunnel. */
#pragma once

#include <glib.h>

/* Looks at one IP packet, changes it in place when it is a SYN that promises more than fits,
 * and says whether it did.  partial: the TCP checksum is not complete yet, only the
 * pseudo-header stands in its field. */
gboolean mss_clamp(guint8 *packet, gsize length, guint16 mtu, gboolean partial);
