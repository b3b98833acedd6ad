/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last lines of the service's log, kept for "causeway log".  A line belongs to a profile
 * when it carries the field CAUSEWAY_PROFILE with its UUID, or names the UUID:
 *
 *     g_log_structured(G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "CAUSEWAY_PROFILE", uuid,
 *                      "MESSAGE", "IKE established with %s", suite);
 */
#pragma once

#include <gio/gio.h>

#define LOG_LINES_MAX 2048

/* For g_log_set_writer_func(): keeps the line and hands it on to GLib's own writer. */
GLogWriterOutput log_writer(GLogLevelFlags level, const GLogField *fields, gsize count,
                            gpointer data);
/* `listener` is called from the default main context after lines were added; NULL for none. */
void log_listen(void (*listener)(gpointer data), gpointer data);
/* Lines after number `after`, as a(xus); floating.  `uuid` NULL for all.  `*ret_next` is the
 * number of the last line there is. */
GVariant *log_read(const char *uuid, guint64 after, guint64 *ret_next);
