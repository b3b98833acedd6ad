/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a notification says: causewayd's sentence with the gateway's words, or what a connection
 * asks for that is not done. */
#include <string.h>

#include "notice.h"

static void assert_said(const char *code, const char *message, const char *hint,
                        const char *first_line)
{
    Cause cause = {
        .name = (char *)"office",
        .code = (char *)code,
        .message = (char *)message,
        .hint = (char *)hint,
    };
    g_autofree char *text = notice_of_cause(&cause);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    g_assert_cmpstr(lines[0], ==, first_line);
    /* And what to do, in words for windows. */
    g_assert_cmpuint(g_strv_length(lines), ==, 2);
    g_assert_null(strstr(lines[1], "set-secret"));
}

static void test_cause(void)
{
    assert_said("gateway-silent", "The gateway does not answer.", "x",
                "The gateway does not answer.");
    assert_said("authentication-refused",
                "The gateway does not accept this user name and password (E=691 R=0).", "x",
                "The gateway does not accept this user name and password. (E=691 R=0)");
    /* Of another version: its own words. */
    assert_said("moon-phase", "The moon is full.", "Wait.", "The moon is full.");
    assert_said("gateway-silent", "Otherwise.", "x", "Otherwise.");
}

static char *said_of(const char *connection, const char *vpn, char **ret_name)
{
    g_autofree char *text =
        g_strdup_printf("{'connection': {'id': <'office'>%s}, 'vpn': %s}", connection, vpn);
    g_autoptr(GVariant) settings = g_variant_ref_sink(
        g_variant_new_parsed(text));

    return notice_of_settings(settings, ret_name);
}

#define L2TP "'service-type': <'org.freedesktop.NetworkManager.l2tp'>"
#define DATA(more) "{" L2TP ", 'data': <{'gateway': 'vpn.example.com', 'user': 'anna'" more "}>}"

static void test_settings(void)
{
    static const struct {
        const char *connection, *vpn, *begin; /* NULL: nothing is said */
    } rows[] = {
        {"", DATA(", 'ipsec-enabled': 'no'"), NULL},
        {"", DATA(""), "ipsec-enabled: "},
        {"", DATA(", 'require-mppe': 'yes'"), "require-mppe: "},
        {"", "{" L2TP "}", "“Gateway” is still empty"},
        {"", "{'service-type': <'org.freedesktop.NetworkManager.openvpn'>}", NULL},
        {", 'permissions': <['user:anna:', 'user:ben:']>",
         DATA(", 'ipsec-enabled': 'yes', 'machine-auth-type': 'tls', 'machine-ca': '/root/ca'"),
         "machine-ca: "},
        {", 'permissions': <['user:anna:', 'user:ben:']>", DATA(", 'ipsec-enabled': 'no'"), NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = NULL;
        g_autofree char *text = said_of(rows[i].connection, rows[i].vpn, &name);
        g_test_message("%s", text);
        g_assert_cmpint(text != NULL, ==, rows[i].begin != NULL);
        g_assert_true(!text || g_str_has_prefix(text, rows[i].begin));
        g_assert_cmpstr(name, ==, text ? "office" : NULL);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nm-plugin/notice/cause", test_cause);
    g_test_add_func("/nm-plugin/notice/settings", test_settings);
    return g_test_run();
}
