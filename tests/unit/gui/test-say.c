/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <gio/gio.h>
#include <locale.h>
#include <string.h>

#include "say.h"

static void check_suite(const char *suite, const char *words, const char *weak)
{
    g_autofree char *said = say_suite(suite), *said_weak = say_suite_weak(suite);

    g_assert_cmpstr(said, ==, words);
    g_assert_cmpstr(said_weak, ==, weak);
}

static void test_suite(void)
{
    check_suite("aes256-sha256-modp2048", "AES 256 bit, SHA-256, Diffie-Hellman 2048 bit", NULL);
    check_suite("3des-sha1-modp1024", "3DES, SHA-1, Diffie-Hellman 1024 bit",
                "3DES, Diffie-Hellman 1024 bit");
    check_suite("aes128gcm16-prfsha256-ecp256", "AES GCM 128 bit, elliptic curve 256 bit", NULL);
    check_suite("aes256-sha1", "AES 256 bit, SHA-1", NULL);
    check_suite("des-md5", "DES, MD5", "DES, MD5");
    check_suite("aes128-sha1-modp2048s256", "AES 128 bit, SHA-1, Diffie-Hellman 2048 bit",
                "Diffie-Hellman 2048 bit");
    check_suite("chacha20poly1305-curve25519", "ChaCha20-Poly1305, Curve25519", NULL);
    check_suite("something-new", "something, new", NULL);
    check_suite("", "", NULL);
    check_suite(NULL, "", NULL);
}

static void check_duration(gint64 seconds, const char *words)
{
    g_autofree char *said = say_duration(seconds);

    g_assert_cmpstr(said, ==, words);
}

static void test_duration(void)
{
    check_duration(-5, "0 seconds");
    check_duration(1, "1 second");
    check_duration(59, "59 seconds");
    check_duration(60, "1 minute");
    check_duration(3599, "59 minutes");
    check_duration(3600, "1 hour");
    check_duration(7500, "2 hours 5 minutes");
    check_duration(86400, "1 day");
    check_duration(86400 * 3 + 3600 * 2 + 59, "3 days 2 hours");
}

/* Every state, stage and icon has words: a new one may not be forgotten. */
static void test_complete(void)
{
    for (guint i = 0; i < VPN_STATE_COUNT; i++) {
        g_assert_cmpstr(say_state((VpnState)i), !=, "");
        g_assert_true(g_str_has_suffix(say_icon((VpnState)i), "-symbolic"));
    }
    for (guint i = 0; i < STAGE_COUNT; i++) {
        g_assert_cmpstr(say_stage((Stage)i), !=, "");
        g_assert_cmpstr(say_stage_doing((Stage)i), !=, "");
    }
    g_assert_cmpstr(say_field("ppp.password"), ==, "Password");
    g_assert_cmpstr(say_field("ppp.new-password"), ==, "New password");
    g_assert_cmpstr(say_field("unheard-of"), ==, "unheard-of");
}

static void test_status(void)
{
    VpnStatus status = {.state = VPN_CONNECTING, .stage = STAGE_AUTHENTICATION};

    g_assert_cmpstr(say_status(&status), ==, "Logging in…");
    status.state = VPN_RECONNECTING;
    g_assert_cmpstr(say_status(&status), ==, "Connection lost, reconnecting…");
}

static void check_error(const char *name, const char *message, const char *words)
{
    g_autoptr(GError) error = g_dbus_error_new_for_dbus_error(name, message);
    g_autofree char *said = say_error(error);

    g_assert_nonnull(strstr(said, words));
    /* For whoever has only a window. */
    g_assert_null(strstr(said, "sudo"));
    g_assert_null(strstr(said, "org."));
}

static void test_error(void)
{
    check_error("org.causeway.Causeway1.Error.NotAuthorized",
                "You may not do this; ask an administrator, or use sudo", "not allowed");
    check_error("org.freedesktop.NetworkManager.PermissionDenied", "Not authorized to control it",
                "not allowed");
    check_error("org.freedesktop.DBus.Error.ServiceUnknown", "The name is not activatable",
                "does not answer");
    check_error("org.freedesktop.DBus.Error.NoReply", "Message recipient disconnected",
                "does not answer");
    check_error("org.causeway.Causeway1.Error.TooMany", "You have too many profiles",
                "You have too many profiles");
}

static void test_unmarked(void)
{
    g_autofree char *body = say_unmarked("R&D <a href='http://192.0.2.1'>more</a> — 1 > 0");
    g_autofree char *same = say_unmarked("Büro “Süd” ’10");

    g_assert_cmpstr(body, ==, "R\uff06D \u2039a href='http://192.0.2.1'\u203amore\u2039/a\u203a — "
                              "1 \u203a 0");
    g_assert_cmpstr(same, ==, "Büro “Süd” ’10");
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gui/say/suite", test_suite);
    g_test_add_func("/gui/say/error", test_error);
    g_test_add_func("/gui/say/duration", test_duration);
    g_test_add_func("/gui/say/complete", test_complete);
    g_test_add_func("/gui/say/status", test_status);
    g_test_add_func("/gui/say/unmarked", test_unmarked);
    return g_test_run();
}
