/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QR codes in a picture of unknown origin, read in a process of its own (daemon/qr). */
#pragma once

#include <gio/gio.h>

#define QR_PICTURE_MAX (16u << 20) /* bytes */

/* Whether a file begins like a picture that can be read: PNG or JPEG. */
gboolean qr_is_picture(const char *data, gsize length);
void qr_picture_read(GBytes *picture, GCancellable *cancellable, GAsyncReadyCallback callback,
                     gpointer data);
/* GBytes * of each code, at least one. */
GPtrArray *qr_picture_read_finish(GAsyncResult *result, GError **error);
