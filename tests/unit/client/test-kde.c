/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kind of VPN a new connection becomes where KDE runs. */
#include "client/store_nm_kde.h"
#include "profile/nm_settings.h"

static void test_desktops(void)
{
    g_assert_true(store_nm_kde_is("KDE"));
    g_assert_true(store_nm_kde_is("neon:KDE"));
    g_assert_false(store_nm_kde_is("GNOME"));
    g_assert_false(store_nm_kde_is("KDE-like"));
    g_assert_false(store_nm_kde_is(""));
    g_assert_false(store_nm_kde_is(NULL));
}

static void test_service(void)
{
    static const struct {
        const char *desktop;
        gboolean serves;
        const char *auth, *remote_id, *service;
    } rows[] = {
        {"KDE", TRUE, "psk", NULL, NM_SERVICE_L2TP},
        /* Somebody else would connect it. */
        {"KDE", FALSE, "psk", NULL, NM_SERVICE_CAUSEWAY},
        {"GNOME", TRUE, "psk", NULL, NM_SERVICE_CAUSEWAY},
        /* By the other name this would mean any gateway. */
        {"KDE", TRUE, "certificate", NULL, NM_SERVICE_CAUSEWAY},
        {"KDE", TRUE, "certificate", "vpn.example.com", NM_SERVICE_L2TP},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) profile = profile_new();
        g_assert_true(profile_set_text(profile, FIELD_IPSEC_AUTH, rows[i].auth, NULL));
        if (rows[i].remote_id)
            g_assert_true(profile_set_text(profile, FIELD_IPSEC_REMOTE_ID, rows[i].remote_id, NULL));
        g_assert_cmpstr(store_nm_kde_service(rows[i].desktop, rows[i].serves, profile), ==,
                        rows[i].service);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/kde/desktops", test_desktops);
    g_test_add_func("/client/kde/service", test_service);
    return g_test_run();
}
