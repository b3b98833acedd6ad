/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The QR codes in a picture, by GdkPixbuf and libzbar. */
#include "qr/codes.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <zbar.h>

static const struct {
    const char *name;
    const char *begin;
    gsize length;
} kinds[] = {
    {"png", "\x89PNG\r\n\x1a\n", 8},
    {"jpeg", "\xff\xd8\xff", 3},
};

/* libzbar opens these for each code, though nothing is to be converted. */
static const char *const charsets[] = {"ISO8859-1", "SJIS", "UTF-8", "BIG-5", "CP437"};

struct Codes {
    iconv_t conversions[G_N_ELEMENTS(charsets)]; /* held, so that they stay loaded */
    GdkPixbufLoader *loaders[G_N_ELEMENTS(kinds)];
    zbar_image_scanner_t *scanner;
    gboolean too_large;
};

static gsize kind_of(const guint8 *data, gsize length)
{
    gsize i = 0;

    while (i < G_N_ELEMENTS(kinds) &&
           (length < kinds[i].length || memcmp(data, kinds[i].begin, kinds[i].length) != 0))
        i++;
    return i;
}

/* The picture's head has been read, and nothing been made for it yet. */
static void on_size(GdkPixbufLoader *loader, int width, int height, gpointer data)
{
    Codes *codes = data;

    codes->too_large |= width <= 0 || height <= 0 ||
                        (guint64)width * (guint64)height > CODES_PIXELS_MAX;
    /* The least that it takes: what comes of it is not looked at. */
    if (codes->too_large)
        gdk_pixbuf_loader_set_size(loader, 1, 1);
}

static int compare_bytes(const void *a, const void *b)
{
    return *(const guint8 *)a - *(const guint8 *)b;
}

/* glibc asks once how much memory there is, for the first array that is larger than a kilobyte. */
static void sort_once(void)
{
    guint8 bytes[4096] = {1};

    qsort(bytes, sizeof bytes, 1, compare_bytes);
}

Codes *codes_new(void)
{
    Codes *codes = g_new0(Codes, 1);

    sort_once();
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        codes->loaders[i] = gdk_pixbuf_loader_new_with_type(kinds[i].name, NULL);
        if (codes->loaders[i])
            g_signal_connect(codes->loaders[i], "size-prepared", G_CALLBACK(on_size), codes);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(charsets); i++)
        codes->conversions[i] = iconv_open("UTF-8", charsets[i]);
    codes->scanner = zbar_image_scanner_create();
    zbar_image_scanner_set_config(codes->scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(codes->scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    zbar_image_scanner_set_config(codes->scanner, ZBAR_QRCODE, ZBAR_CFG_BINARY, 1);
    return codes;
}

/* Shades of grey, a byte each, on white; `ret_size` has width and height. */
static guint8 *grey_of(GdkPixbuf *picture, guint *ret_width, guint *ret_height)
{
    guint width = (guint)gdk_pixbuf_get_width(picture);
    guint height = (guint)gdk_pixbuf_get_height(picture);
    guint channels = (guint)gdk_pixbuf_get_n_channels(picture);
    gsize stride = (gsize)gdk_pixbuf_get_rowstride(picture);
    const guint8 *pixels = gdk_pixbuf_read_pixels(picture);
    guint8 *grey = g_malloc((gsize)width * height);

    for (guint y = 0; y < height; y++) {
        const guint8 *from = pixels + y * stride;
        for (guint x = 0; x < width; x++, from += channels) {
            guint light = (from[0] * 77u + from[1] * 150u + from[2] * 29u) >> 8;
            guint alpha = channels == 4 ? from[3] : 255;
            grey[(gsize)y * width + x] = (guint8)((light * alpha + 255 * (255 - alpha)) / 255);
        }
    }
    *ret_width = width;
    *ret_height = height;
    return grey;
}

static void take_symbols(const zbar_image_t *image, GPtrArray *found)
{
    for (const zbar_symbol_t *symbol = zbar_image_first_symbol(image);
         symbol && found->len < CODES_MAX; symbol = zbar_symbol_next(symbol)) {
        if (zbar_symbol_get_type(symbol) == ZBAR_QRCODE)
            g_ptr_array_add(found, g_bytes_new(zbar_symbol_get_data(symbol),
                                               zbar_symbol_get_data_length(symbol)));
    }
}

static void scan(Codes *codes, GdkPixbuf *picture, GPtrArray *found)
{
    guint width, height;
    g_autofree guint8 *grey = grey_of(picture, &width, &height);
    zbar_image_t *image = zbar_image_create();

    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, width, height);
    zbar_image_set_data(image, grey, (gulong)width * height, NULL);
    if (zbar_scan_image(codes->scanner, image) > 0)
        take_symbols(image, found);
    zbar_image_destroy(image);
}

GPtrArray *codes_read(Codes *codes, const guint8 *data, gsize length)
{
    gsize kind = kind_of(data, length);
    GdkPixbufLoader *loader = kind < G_N_ELEMENTS(kinds) ? codes->loaders[kind] : NULL;

    if (!loader || length > CODES_PICTURE_MAX ||
        !gdk_pixbuf_loader_write(loader, data, length, NULL) ||
        !gdk_pixbuf_loader_close(loader, NULL) || codes->too_large)
        return NULL;
    GdkPixbuf *picture = gdk_pixbuf_loader_get_pixbuf(loader);
    if (!picture || gdk_pixbuf_get_bits_per_sample(picture) != 8)
        return NULL;
    GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    scan(codes, picture, found);
    return found;
}
