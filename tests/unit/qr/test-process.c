/* SPDX-License-Identifier: GPL-2.0-or-later */
/* causeway-qr: what it reads in pictures, drawn from libqrencode's codes, and what it does with
 * those that are none.  It runs in its sandbox, as it does for the window. */
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <gio/gio.h>
#include <qrencode.h>
#include <signal.h>
#include <string.h>

#define EXIT_NO_PICTURE 4
#define SCALE 4
#define QUIET 4

/* On white, or a picture with a hole where it is light. */
static GdkPixbuf *draw_code(QRcode *code, gboolean alpha)
{
    g_assert_nonnull(code);
    int size = (code->width + 2 * QUIET) * SCALE;
    GdkPixbuf *picture = gdk_pixbuf_new(GDK_COLORSPACE_RGB, alpha, 8, size, size);
    GdkPixbuf *module;

    gdk_pixbuf_fill(picture, alpha ? 0x00000000 : 0xffffffff);
    for (int y = 0; y < code->width; y++) {
        for (int x = 0; x < code->width; x++) {
            if (!(code->data[y * code->width + x] & 1))
                continue;
            module = gdk_pixbuf_new_subpixbuf(picture, (x + QUIET) * SCALE, (y + QUIET) * SCALE,
                                              SCALE, SCALE);
            gdk_pixbuf_fill(module, 0x000000ff);
            g_object_unref(module);
        }
    }
    QRcode_free(code);
    return picture;
}

static GdkPixbuf *draw(const void *bytes, int length, gboolean alpha)
{
    return draw_code(QRcode_encodeData(length, bytes, 0, QR_ECLEVEL_M), alpha);
}

static GBytes *save(GdkPixbuf *picture, const char *type)
{
    g_autoptr(GError) error = NULL;
    char *data = NULL;
    gsize length = 0;

    gdk_pixbuf_save_to_buffer(picture, &data, &length, type, &error, NULL);
    g_assert_no_error(error);
    return g_bytes_new_take(data, length);
}

/* Its exit code, or -1 when it was killed. */
static int run(GBytes *input, GBytes **ret_output)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) process =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                         TEST_QR, NULL);

    g_assert_no_error(error);
    g_subprocess_communicate(process, input, NULL, ret_output, NULL, &error);
    g_assert_no_error(error);
    return g_subprocess_get_if_exited(process) ? g_subprocess_get_exit_status(process) : -1;
}

/* One code with these bytes. */
static void expect(GBytes *picture, const void *bytes, gsize length)
{
    g_autoptr(GBytes) output = NULL;

    g_assert_cmpint(run(picture, &output), ==, 0);
    gsize size;
    const guint8 *data = g_bytes_get_data(output, &size);
    g_assert_cmpuint(size, ==, 4 + length);
    g_assert_cmpuint((guint)data[2] << 8 | data[3], ==, length);
    g_assert_cmpmem(data + 4, size - 4, bytes, length);
}

static void test_codes(void)
{
    static const char *const kinds[] = {"png", "jpeg"};
    static const char text[] = "[connection]\nname=B\xc3\xbcro \xe4\xb8\xad\ngateway=vpn.example.com\n";
    static const guint8 bytes[] = {0, 255, 1, 0x8f, 0xe4, 0, 'x'};
    g_autofree char *large = g_strnfill(2000, 'x');

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(GdkPixbuf) small = draw(text, (int)strlen(text), FALSE);
        g_autoptr(GBytes) picture = save(small, kinds[i]);
        expect(picture, text, strlen(text));
        g_autoptr(GdkPixbuf) many = draw(large, 2000, FALSE);
        g_autoptr(GBytes) full = save(many, kinds[i]);
        expect(full, large, 2000);
    }
    g_autoptr(GdkPixbuf) binary = draw(bytes, sizeof bytes, TRUE);
    g_autoptr(GBytes) picture = save(binary, "png");
    expect(picture, bytes, sizeof bytes);
}

/* As the window draws them: with the mark of UTF-8, ECI 26. */
static void test_marked(void)
{
    static const char text[] = "[connection]\nname=B\xc3\xbcro \xe4\xb8\xad\n";
    QRinput *input = QRinput_new2(0, QR_ECLEVEL_L);

    g_assert_cmpint(QRinput_appendECIheader(input, 26), ==, 0);
    g_assert_cmpint(QRinput_append(input, QR_MODE_8, (int)strlen(text), (const guint8 *)text), ==,
                    0);
    g_autoptr(GdkPixbuf) drawn = draw_code(QRcode_encodeInput(input), FALSE);
    g_autoptr(GBytes) picture = save(drawn, "png");
    QRinput_free(input);
    expect(picture, text, strlen(text));
}

static void test_several(void)
{
    g_autoptr(GdkPixbuf) a = draw("first", 5, FALSE), b = draw("second", 6, FALSE);
    int width = gdk_pixbuf_get_width(a), height = gdk_pixbuf_get_height(a);
    g_autoptr(GdkPixbuf) both = gdk_pixbuf_new(GDK_COLORSPACE_RGB, FALSE, 8, 2 * width, height);
    g_autoptr(GBytes) output = NULL;

    gdk_pixbuf_copy_area(a, 0, 0, width, height, both, 0, 0);
    gdk_pixbuf_copy_area(b, 0, 0, width, height, both, width, 0);
    g_autoptr(GBytes) picture = save(both, "png");
    g_assert_cmpint(run(picture, &output), ==, 0);
    g_assert_cmpuint(g_bytes_get_size(output), ==, 4 + 5 + 4 + 6);
}

static void test_none(void)
{
    g_autoptr(GdkPixbuf) white = gdk_pixbuf_new(GDK_COLORSPACE_RGB, FALSE, 8, 300, 300);
    g_autoptr(GBytes) output = NULL;

    gdk_pixbuf_fill(white, 0xffffffff);
    g_autoptr(GBytes) picture = save(white, "png");
    g_assert_cmpint(run(picture, &output), ==, 0);
    g_assert_cmpuint(g_bytes_get_size(output), ==, 0);
}

/* A head that promises 65535 × 65535 (PNG, ISO/IEC 15948 §11.2.2); other formats; nothing. */
static void test_no_pictures(void)
{
    static const guint8 bomb[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13,
                                  'I', 'H', 'D', 'R', 0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff, 8, 2,
                                  0, 0, 0, 0xf9, 0xa6, 0x21, 0x0d};
    static const struct {
        const void *bytes;
        gsize length;
    } inputs[] = {
        {"", 0}, {"GIF89a\1\0\1\0", 10}, {"<svg xmlns='http://www.w3.org/2000/svg'/>", 41},
        {"\x89PNG\r\n\x1a\n", 8}, {"\xff\xd8\xff", 3}, {bomb, sizeof bomb},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(inputs); i++) {
        g_autoptr(GBytes) input = g_bytes_new(inputs[i].bytes, inputs[i].length);
        g_autoptr(GBytes) output = NULL;
        g_assert_cmpint(run(input, &output), ==, EXIT_NO_PICTURE);
        g_assert_cmpuint(g_bytes_get_size(output), ==, 0);
    }
    g_autofree char *zeros = g_malloc0(20 << 20);
    memcpy(zeros, "\x89PNG\r\n\x1a\n", 8);
    g_autoptr(GBytes) large = g_bytes_new_static(zeros, 20 << 20);
    g_autoptr(GBytes) output = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) process =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                         TEST_QR, NULL);
    /* It reads no further than it would take. */
    g_subprocess_communicate(process, large, NULL, &output, NULL, NULL);
    g_assert_true(g_subprocess_wait(process, NULL, &error));
    g_assert_cmpint(g_subprocess_get_exit_status(process), ==, EXIT_NO_PICTURE);
}

/* Whatever is cut off or turned around, nothing but codes comes out. */
static void test_broken(void)
{
    static const char *const kinds[] = {"png", "jpeg"};

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autoptr(GdkPixbuf) small = draw("hello", 5, FALSE);
        g_autoptr(GBytes) picture = save(small, kinds[i]);
        gsize length;
        const guint8 *data = g_bytes_get_data(picture, &length);
        for (guint step = 1; step < 24; step++) {
            g_autoptr(GBytes) cut = g_bytes_new(data, length * step / 24);
            g_autofree guint8 *turned = g_memdup2(data, length);
            turned[length * step / 24] ^= (guint8)(1 << step % 8);
            g_autoptr(GBytes) other = g_bytes_new(turned, length);
            g_autoptr(GBytes) first = NULL, second = NULL;
            run(cut, &first);
            g_assert_true(run(other, &second) == 0 || g_bytes_get_size(second) == 0);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    signal(SIGPIPE, SIG_IGN); /* as GLib's sockets have it in the window */
    g_test_add_func("/qr/codes", test_codes);
    g_test_add_func("/qr/marked", test_marked);
    g_test_add_func("/qr/several", test_several);
    g_test_add_func("/qr/none", test_none);
    g_test_add_func("/qr/no-pictures", test_no_pictures);
    g_test_add_func("/qr/broken", test_broken);
    return g_test_run();
}
