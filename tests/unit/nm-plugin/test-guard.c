/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was encrypted is not connected in clear because a key was left out. */
#include <glib/gstdio.h>

#include "service/guard.h"

#define UUID "7c1f3f0e-53a9-4c0c-8d6f-0a4c39b6b1de"

static const char *const memory = "[" UUID "]\n"
                                  "gateway=vpn.example.com\n"
                                  "ike=aes256-sha256-modp2048\n"
                                  "esp=aes256-sha1\n";

static void test_guard(void)
{
    static const struct {
        const char *service, *uuid, *gateway, *enabled;
        gboolean refused;
    } rows[] = {
        {NM_SERVICE_L2TP, UUID, "vpn.example.com", NULL, TRUE},
        {NM_SERVICE_L2TP, UUID, "vpn.example.com", "yes", FALSE},
        /* Who says so means it. */
        {NM_SERVICE_L2TP, UUID, "vpn.example.com", "no", FALSE},
        /* Of Causeway's own kind: encrypted where nothing is said. */
        {NM_SERVICE_CAUSEWAY, UUID, "vpn.example.com", NULL, FALSE},
        {NM_SERVICE_L2TP, UUID, "other.example.com", NULL, FALSE},
        {NM_SERVICE_L2TP, "1" UUID, "vpn.example.com", NULL, FALSE},
    };
    g_autofree char *file = NULL;
    int fd = g_file_open_tmp("causeway-guard-XXXXXX", &file, NULL);

    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(file, memory, -1, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(NmSettings) settings = nm_settings_new();
        settings->service = g_strdup(rows[i].service);
        settings->uuid = g_strdup(rows[i].uuid);
        nm_settings_set(settings, "gateway", rows[i].gateway);
        nm_settings_set(settings, "ipsec-enabled", rows[i].enabled);
        g_assert_cmpint(guard_refuses(settings, file), ==, rows[i].refused);
        /* Nothing is remembered yet. */
        g_assert_false(guard_refuses(settings, "/nonexistent/gateways"));
    }
    g_unlink(file);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nm-plugin/guard", test_guard);
    return g_test_run();
}
