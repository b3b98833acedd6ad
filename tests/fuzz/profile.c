/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever bytes stand in a profile's file: an error with clean words, or a profile that comes
 * back the same from its own text, from the bus and from NetworkManager. */
#include <string.h>

#include "profile/import.h"
#include "profile/keyfile.h"
#include "profile/nm_settings.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void check_same(Profile *a, Profile *b)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        g_autofree char *first = profile_get_text(a, (FieldId)i);
        g_autofree char *second = profile_get_text(b, (FieldId)i);
        g_assert_cmpstr(first, ==, second);
    }
}

/* The way through NetworkManager loses nothing either. */
static void check_nm(Profile *profile)
{
    g_autoptr(NmSettings) settings = nm_settings_new();
    g_auto(NmReport) report = {NULL};
    g_autoptr(GError) error = NULL;

    /* A password of bytes that are no text has no place there. */
    if (!profile_to_nm(profile, settings, &error)) {
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        return;
    }
    nm_report_init(&report);
    g_autoptr(Profile) again = profile_from_nm(settings, &report);
    g_assert_cmpuint(report.warnings->len, ==, 0);
    /* One container for all three is said once. */
    if (!profile_is_set(profile, FIELD_IPSEC_KEY) && !profile_is_set(profile, FIELD_IPSEC_CA) &&
        !profile_get_boolean(profile, FIELD_PPP_REQUIRE_MPPE))
        check_same(profile, again);
    for (guint i = 0; i < FIELD_COUNT; i++) {
        if (field_is_secret(field_get((FieldId)i)) && profile_get_secret(profile, (FieldId)i))
            g_assert_true(secret_equal(profile_get_secret(profile, (FieldId)i),
                                       profile_get_secret(again, (FieldId)i)));
    }
}

static void check_profile(Profile *profile)
{
    gsize length;
    g_autofree char *text = keyfile_format(profile, NULL, &length);
    g_autoptr(GError) error = NULL;
    g_autoptr(Profile) again = keyfile_parse(text, length, "again", NULL, &error);
    g_autoptr(GVariant) settings = g_variant_ref_sink(profile_to_settings(profile));

    g_assert_no_error(error);
    check_same(profile, again);
    g_assert_true(profile_apply_settings(again, settings, &error));
    check_same(profile, again);
    check_nm(profile);
    if (!profile_validate(profile, &error))
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(Profile) profile = profile_import((const char *)data, size, "fuzz", warnings, &error);
    g_autoptr(Profile) secrets = profile_new();

    g_assert_true((profile != NULL) == (error == NULL));
    if (error)
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
    for (guint i = 0; i < warnings->len; i++)
        g_assert_true(g_utf8_validate(g_ptr_array_index(warnings, i), -1, NULL));
    if (profile)
        check_profile(profile);
    /* The other text that is parsed: the file of stored secrets. */
    secrets_parse(secrets, text, strlen(text), warnings);
    return 0;
}
