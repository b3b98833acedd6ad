/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said about a connection that did not come about or broke. */
#include "notice.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/failure.h"
#include "client/sentences.h"
#include "faults.h"
#include "profile/nm_settings.h"

char *notice_of_cause(const Cause *cause)
{
    VpnStatus status = {
        .failure_code = cause->code,
        .failure_message = cause->message,
        .failure_hint = cause->hint,
    };
    Fault fault;

    fault_of(&status, &fault);
    g_autofree char *sentence = sentence_for_message(cause->message);
    return fault.hint && *fault.hint ? g_strconcat(sentence, "\n", fault.hint, NULL)
                                     : g_steal_pointer(&sentence);
}

static NmSettings *read_vpn(GVariant *vpn)
{
    NmSettings *settings = nm_settings_new();
    g_autoptr(GVariantIter) data = NULL;
    const char *key, *value;

    g_variant_lookup(vpn, "service-type", "s", &settings->service);
    g_variant_lookup(vpn, "user-name", "s", &settings->user_name);
    if (g_variant_lookup(vpn, "data", "a{ss}", &data)) {
        while (g_variant_iter_next(data, "{&s&s}", &key, &value))
            nm_settings_set(settings, key, value);
    }
    return settings;
}

/* As in editor/connection.c: whatever is not one user is nobody in particular. */
static void read_permissions(GVariant *about, NmSettings *settings)
{
    g_autofree const char **permissions = NULL;

    if (!g_variant_lookup(about, "permissions", "^a&s", &permissions) || !permissions[0])
        return;
    settings->shared = permissions[1] || !g_str_has_prefix(permissions[0], "user:");
}

char *notice_of_settings(GVariant *all, char **ret_name)
{
    g_autoptr(GVariant) about = g_variant_lookup_value(all, "connection", G_VARIANT_TYPE_VARDICT);
    g_autoptr(GVariant) vpn = g_variant_lookup_value(all, "vpn", G_VARIANT_TYPE_VARDICT);
    g_auto(NmReport) report = {NULL};
    g_autoptr(GError) error = NULL;

    if (!about || !vpn)
        return NULL;
    g_autoptr(NmSettings) settings = read_vpn(vpn);
    if (g_strcmp0(settings->service, NM_SERVICE_CAUSEWAY) != 0 &&
        g_strcmp0(settings->service, NM_SERVICE_L2TP) != 0)
        return NULL;
    read_permissions(about, settings);
    nm_report_init(&report);
    g_autoptr(Profile) profile = profile_from_nm(settings, &report);
    g_autofree char *text = report.refusals->len > 0
                                ? g_strdup(g_ptr_array_index(report.refusals, 0)) : NULL;
    if (!text && !profile_validate(profile, &error)) {
        const Field *field = profile_error_field(error);
        gboolean missing = field->flags & FIELD_REQUIRED && !profile_is_set(profile, field->id);
        text = missing ? sentence_for_missing(field) : sentence_for_rule(field);
    }
    /* causewayd, which knows, cannot be asked who was encrypted; but it has not said why this one
     * ended, so it was not asked to connect it. */
    if (!text && nm_settings_leave_ipsec_open(settings))
        text = g_strdup(nm_settings_left_open());
    if (!text || !g_variant_lookup(about, "id", "s", ret_name))
        return NULL;
    return failure_clean_text((const guint8 *)text, strlen(text));
}
