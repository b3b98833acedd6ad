/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QR codes in a picture. */
#pragma once

#include <glib.h>

#define CODES_PICTURE_MAX (16u << 20) /* bytes */
#define CODES_PIXELS_MAX (32u << 20)
#define CODES_MAX 16

typedef struct Codes Codes;

/* Fetches from files whatever the libraries want of them; what follows needs none.  It lives as long
 * as its process, which is for one picture. */
Codes *codes_new(void);
/* GBytes * of each; none when there are none.  NULL: this is no picture, or one of bounds. */
GPtrArray *codes_read(Codes *codes, const guint8 *data, gsize length);
