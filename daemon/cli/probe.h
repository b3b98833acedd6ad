/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One IKEv1 question to a gateway, as any program of any user may ask it: is somebody there,
 * and what would be chosen?  No secret is in it. */
#pragma once

#include <gio/gio.h>

#define PROBE_MESSAGE_MAX 1024

typedef enum {
    PROBE_SILENT,      /* nothing came back */
    PROBE_REFUSED,     /* the port is closed: the system was told so */
    PROBE_CHOSEN,      /* a suite was chosen */
    PROBE_NO_PROPOSAL, /* it answers, but takes none of the usual suites */
    PROBE_OTHER,       /* it answers something else */
} ProbeResult;

/* RFC 2409 §5: the first message of main mode, with the suites that gateways in the field take;
 * `encapsulated` puts RFC 3947 §4's marker before it, for port 4500. */
gsize probe_build(guint8 *buffer, gsize size, const guint8 cookie[8], gboolean encapsulated);
/* PROBE_SILENT when it is no answer to that question.  `ret_suite` is static text. */
ProbeResult probe_parse(const guint8 *data, gsize length, const guint8 cookie[8],
                        gboolean encapsulated, const char **ret_suite);
/* Waits at most two and a half seconds. */
ProbeResult probe_ask(GInetAddress *gateway, guint16 port, const char **ret_suite);
