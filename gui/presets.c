/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gateways of a make usually want beyond the four fields. */
#include "presets.h"

#include <glib/gi18n.h>

typedef struct {
    const char *name;
    const char *note;
    struct {
        FieldId field;
        const char *text;
    } settings[3];
} Preset;

#define OLDER_ONES N_("Older ones know only methods that are weak today.")

static const Preset presets[] = {
    {N_("Any"), NULL, {{0}}},
    {"Windows Server (RRAS)",
     N_("Users of a domain log in as DOMAIN\\user; see the Windows domain in the editor."), {{0}}},
    {"MikroTik", NULL, {{FIELD_IPSEC_IKE, "aes256-sha256-modp2048, aes256-sha1-modp1024"}}},
    {"Cisco Meraki", OLDER_ONES, {{FIELD_IPSEC_SECURITY, "legacy"}}},
    {"SonicWall", OLDER_ONES, {{FIELD_IPSEC_SECURITY, "legacy"}}},
    {"WatchGuard", OLDER_ONES, {{FIELD_IPSEC_SECURITY, "legacy"}}},
    {"Zyxel", OLDER_ONES, {{FIELD_IPSEC_SECURITY, "legacy"}}},
    {"UniFi, EdgeOS, VyOS", NULL, {{FIELD_IPSEC_SECURITY, "legacy"}}},
    {"SoftEther", N_("The user name is user@hub."), {{0}}},
};

guint presets_count(void)
{
    return G_N_ELEMENTS(presets);
}

const char *presets_name(guint index)
{
    return _(presets[index].name);
}

const char *presets_note(guint index)
{
    return presets[index].note ? _(presets[index].note) : NULL;
}

void presets_apply(guint index, Profile *profile)
{
    for (gsize i = 0; i < G_N_ELEMENTS(presets[index].settings); i++) {
        const char *text = presets[index].settings[i].text;
        g_autoptr(GError) error = NULL;
        if (text && !profile_set_text(profile, presets[index].settings[i].field, text, &error))
            g_error("%s: %s", presets[index].name, error->message);
    }
}
