/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sections.h"

/* Every field but those that the service sets stands in exactly one section. */
static void test_all_fields(void)
{
    guint seen[FIELD_COUNT] = {0}, count;
    const Section *sections = sections_get(&count);

    for (guint i = 0; i < count; i++) {
        for (guint j = 0; j < sections[i].count; j++)
            seen[sections[i].fields[j]]++;
    }
    for (guint i = 0; i < FIELD_COUNT; i++) {
        gboolean own = (field_get((FieldId)i)->flags & FIELD_SERVICE) != 0;
        g_assert_cmpuint(seen[i], ==, own ? 0 : 1);
        g_assert_cmpint(section_of((FieldId)i) == NULL, ==, own);
    }
}

static void test_search(void)
{
    const Field *mtu = field_get(FIELD_PPP_MTU);

    g_assert_true(section_field_matches(mtu, ""));
    g_assert_true(section_field_matches(mtu, " "));
    g_assert_true(section_field_matches(mtu, "mtu"));
    g_assert_true(section_field_matches(mtu, "largest PACKET"));
    g_assert_true(section_field_matches(mtu, "ppp.mtu"));
    g_assert_false(section_field_matches(mtu, "certificate"));
}

static gboolean applies(Profile *profile, FieldId id)
{
    return section_field_applies(field_get(id), profile);
}

static void test_applies(void)
{
    g_autoptr(Profile) profile = profile_new();

    g_assert_true(applies(profile, FIELD_IPSEC_PSK));
    g_assert_false(applies(profile, FIELD_IPSEC_CERTIFICATE));
    g_assert_false(applies(profile, FIELD_PPP_REQUIRE_MPPE));
    g_assert_true(profile_set_text(profile, FIELD_IPSEC_AUTH, "certificate", NULL));
    g_assert_false(applies(profile, FIELD_IPSEC_PSK));
    g_assert_true(applies(profile, FIELD_IPSEC_CERTIFICATE));
    g_assert_true(profile_set_text(profile, FIELD_IPSEC_ENABLED, "no", NULL));
    g_assert_false(applies(profile, FIELD_IPSEC_CERTIFICATE));
    g_assert_true(applies(profile, FIELD_IPSEC_ENABLED));
    g_assert_true(applies(profile, FIELD_PPP_MTU));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gui/sections/all-fields", test_all_fields);
    g_test_add_func("/gui/sections/search", test_search);
    g_test_add_func("/gui/sections/applies", test_applies);
    return g_test_run();
}
