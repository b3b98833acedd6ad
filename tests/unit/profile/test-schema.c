/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The field table: every row complete, and nothing in it twice. */
#include <string.h>

#include "profile/profile.h"
#include "profile/words.h"

static void test_complete(void)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        g_assert_cmpuint(field->id, ==, i);
        g_assert_nonnull(field->group);
        g_assert_nonnull(field->key);
        g_assert_nonnull(field->default_text);
        g_assert_cmpuint(strlen(field->label), >, 1);
        g_assert_true(g_str_has_suffix(field->help, "."));
        g_assert_cmpuint(field->maximum, >=, field->minimum);
        g_assert_cmpuint(field->maximum, >, 0);
        g_assert_true((field->type == FIELD_TYPE_ENUM) == (field->choices != NULL));
        for (guint j = 0; field->choices && field->choices[j]; j++)
            g_assert_cmpuint(strlen(field_choice_label(field, j)), >, 1);
        if (field->nm_choices)
            g_assert_cmpuint(g_strv_length((char **)field->nm_choices), ==,
                             g_strv_length((char **)field->choices));
        /* Lists and secrets have no default. */
        if (field_is_list(field) || field_is_secret(field))
            g_assert_cmpstr(field->default_text, ==, "");
        if (field->type == FIELD_TYPE_BOOLEAN || field->type == FIELD_TYPE_UINT ||
            field->type == FIELD_TYPE_ENUM)
            g_assert_null(words_problem(field, field->default_text));
        g_assert_true(g_variant_type_string_is_valid(field_variant_type(field)));
    }
}

static void test_unique(void)
{
    for (guint i = 0; i < FIELD_COUNT; i++) {
        const Field *field = field_get((FieldId)i);
        g_assert_true(field_find(field_name(field->id)) == field);
        g_assert_true(field_find_in_group(field->group, field->key) == field);
        if (field->nm_key)
            g_assert_true(field_find_nm(field->nm_key) == field);
        /* Groups stand together, which profile_to_settings() relies on. */
        for (guint j = 0; j + 1 < i; j++)
            if (strcmp(field_get((FieldId)j)->group, field->group) == 0)
                g_assert_cmpstr(field_get((FieldId)(j + 1))->group, ==, field->group);
    }
}

static void test_nm_keys(void)
{
    /* From NetworkManager-l2tp's list of keys; one that is misspelt here would be lost. */
    static const char *const theirs[] = {
        "gateway", "user", "domain", "password", "mtu", "mru", "refuse-pap", "refuse-chap",
        "refuse-mschap", "refuse-mschapv2", "require-mppe", "nopcomp", "noaccomp",
        "lcp-echo-failure", "lcp-echo-interval", "ipsec-enabled", "machine-auth-type",
        "machine-ca", "machine-cert", "machine-key", "machine-certpass", "ipsec-remote-id",
        "ipsec-group-name", "ipsec-psk", "ipsec-ike", "ipsec-esp", "ipsec-ikelifetime",
        "ipsec-salifetime", "ipsec-forceencaps", "ephemeral-port", NULL};
    guint mapped = 0;

    for (guint i = 0; i < FIELD_COUNT; i++)
        mapped += field_get((FieldId)i)->nm_key != NULL;
    for (guint i = 0; theirs[i]; i++)
        g_assert_nonnull(field_find_nm(theirs[i]));
    g_assert_cmpuint(mapped, ==, g_strv_length((char **)theirs));
}

static void test_suggest(void)
{
    g_assert_cmpstr(field_suggest("ppp.pasword"), ==, "ppp.password");
    g_assert_cmpstr(field_suggest("password"), ==, "ppp.password");
    g_assert_cmpstr(field_suggest("ipsec.force_encapsulation"), ==, "ipsec.force-encapsulation");
    g_assert_null(field_suggest("completely-different-thing"));
    g_assert_null(field_suggest(""));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/schema/complete", test_complete);
    g_test_add_func("/schema/unique", test_unique);
    g_test_add_func("/schema/nm-keys", test_nm_keys);
    g_test_add_func("/schema/suggest", test_suggest);
    return g_test_run();
}
