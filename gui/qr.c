/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection as a QR code: the text of its file, without the secrets. */
#include "qr.h"

#include <glib/gi18n.h>
#include <qrencode.h>

#include "profile/keyfile.h"

#define QUIET 4 /* modules around the code that must be empty */
#define SIZE 280
#define ECI_UTF8 26 /* AIM ECI assignments */

static void draw(GtkDrawingArea *area, cairo_t *cairo, int width, int height, gpointer data)
{
    const QRcode *code = data;
    int modules = code->width + 2 * QUIET;
    double scale = (double)MIN(width, height) / modules;

    /* Black on white in the dark style, too: readers expect it. */
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_translate(cairo, (width - scale * modules) / 2, (height - scale * modules) / 2);
    cairo_scale(cairo, scale, scale);
    cairo_set_antialias(cairo, CAIRO_ANTIALIAS_NONE);
    cairo_set_source_rgb(cairo, 0, 0, 0);
    for (int y = 0; y < code->width; y++) {
        for (int x = 0; x < code->width; x++) {
            if (code->data[y * code->width + x] & 1)
                cairo_rectangle(cairo, x + QUIET, y + QUIET, 1, 1);
        }
    }
    cairo_fill(cairo);
}

static void code_free(gpointer code)
{
    QRcode_free(code);
}

static GtkWidget *make_area(QRcode *code)
{
    GtkWidget *area = g_object_new(GTK_TYPE_DRAWING_AREA, "accessible-role",
                                   GTK_ACCESSIBLE_ROLE_IMG, NULL);

    gtk_drawing_area_set_content_width(GTK_DRAWING_AREA(area), SIZE);
    gtk_drawing_area_set_content_height(GTK_DRAWING_AREA(area), SIZE);
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(area), draw, code, code_free);
    gtk_widget_set_halign(area, GTK_ALIGN_CENTER);
    gtk_widget_set_margin_top(area, 12);
    gtk_widget_set_overflow(area, GTK_OVERFLOW_HIDDEN);
    gtk_widget_add_css_class(area, "qr");
    gtk_accessible_update_property(GTK_ACCESSIBLE(area), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                   _("QR code of the connection"), -1);
    return area;
}

/* It says that its letters are UTF-8: readers that have to guess take them for Chinese ones. */
static QRcode *encode(const char *text, gsize length)
{
    QRinput *input = QRinput_new2(0, QR_ECLEVEL_L);
    QRcode *code = NULL;

    if (QRinput_appendECIheader(input, ECI_UTF8) == 0 &&
        QRinput_append(input, QR_MODE_8, (int)length, (const unsigned char *)text) == 0)
        code = QRcode_encodeInput(input);
    QRinput_free(input);
    return code;
}

gboolean qr_show(CausewayWindow *window, Profile *profile)
{
    g_autoptr(Profile) shared = profile_copy(profile);
    gsize length;

    /* Whose it is here says nothing elsewhere. */
    profile_unset(shared, FIELD_CONNECTION_USER);
    g_autofree char *text = keyfile_format(shared, NULL, &length);
    QRcode *code = encode(text, length);
    if (!code)
        return FALSE;
    GtkWidget *dialog = adw_message_dialog_new(
        GTK_WINDOW(window), profile_get_string(profile, FIELD_CONNECTION_NAME),
        _("The settings of this connection, without its shared key and password."));
    adw_message_dialog_add_response(ADW_MESSAGE_DIALOG(dialog), "close", _("Close"));
    adw_message_dialog_set_extra_child(ADW_MESSAGE_DIALOG(dialog), make_area(code));
    gtk_window_present(GTK_WINDOW(dialog));
    return TRUE;
}
