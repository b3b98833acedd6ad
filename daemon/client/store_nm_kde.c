/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What KDE wants of NetworkManager's connections. */
#include "client/store_nm_kde.h"

#include <string.h>

#include "profile/nm_settings.h"

gboolean store_nm_kde_is(const char *desktop)
{
    g_auto(GStrv) names = g_strsplit(desktop ? desktop : "", ":", -1);

    return g_strv_contains((const char *const *)names, "KDE");
}

/* By the other name, a certificate without the gateway's identity would mean any gateway of that
 * authority. */
static gboolean means_the_same(Profile *profile)
{
    return strcmp(profile_get_string(profile, FIELD_IPSEC_AUTH), "certificate") != 0 ||
           profile_get_string(profile, FIELD_IPSEC_REMOTE_ID) != NULL;
}

const char *store_nm_kde_service(const char *desktop, gboolean serves_l2tp, Profile *profile)
{
    return serves_l2tp && store_nm_kde_is(desktop) && means_the_same(profile) ? NM_SERVICE_L2TP
                                                                               : NM_SERVICE_CAUSEWAY;
}
