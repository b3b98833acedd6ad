/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "edits.h"

static Edits *make(void)
{
    g_autoptr(Profile) profile = profile_new();

    g_assert_true(profile_set_text(profile, FIELD_CONNECTION_NAME, "office", NULL));
    g_assert_true(profile_set_text(profile, FIELD_CONNECTION_GATEWAY, "vpn.example.com", NULL));
    g_assert_true(profile_set_text(profile, FIELD_PPP_USER, "anna", NULL));
    return edits_new(profile);
}

static void test_undo(void)
{
    g_autoptr(Edits) edits = make();
    FieldId id;

    g_assert_false(edits_changed(edits));
    g_assert_false(edits_undo(edits, &id));
    /* Letter by letter is one step. */
    edits_set(edits, FIELD_PPP_USER, "b");
    edits_set(edits, FIELD_PPP_USER, "be");
    edits_set(edits, FIELD_PPP_USER, "ben");
    edits_set(edits, FIELD_PPP_MTU, "1300");
    g_assert_true(edits_changed(edits));
    g_assert_true(edits_undo(edits, &id));
    g_assert_cmpint(id, ==, FIELD_PPP_MTU);
    g_assert_cmpstr(edits_text(edits, FIELD_PPP_MTU), ==, "0");
    g_assert_true(edits_undo(edits, &id));
    g_assert_cmpstr(edits_text(edits, FIELD_PPP_USER), ==, "anna");
    g_assert_false(edits_can_undo(edits));
    g_assert_false(edits_changed(edits));
}

/* What was changed elsewhere meanwhile is not taken back by a change of something else. */
static void test_rebase(void)
{
    g_autoptr(Edits) edits = make();
    g_autoptr(Profile) elsewhere = profile_new();
    g_autofree char *problem = NULL;
    FieldId fault;

    edits_set(edits, FIELD_PPP_MTU, "1300");
    edits_set(edits, FIELD_PPP_USER, "ben");
    g_assert_true(profile_set_text(elsewhere, FIELD_CONNECTION_NAME, "work", NULL));
    g_assert_true(profile_set_text(elsewhere, FIELD_CONNECTION_GATEWAY, "vpn.example.com", NULL));
    g_assert_true(profile_set_text(elsewhere, FIELD_PPP_USER, "carla", NULL));
    g_assert_true(profile_set_text(elsewhere, FIELD_DNS_SEARCH, "corp.example", NULL));
    edits_rebase(edits, elsewhere);
    g_assert_cmpstr(edits_text(edits, FIELD_CONNECTION_NAME), ==, "work");
    g_autoptr(Profile) profile = edits_profile(edits, &fault, &problem);
    g_assert_nonnull(profile);
    g_assert_cmpstr(profile_get_string(profile, FIELD_CONNECTION_NAME), ==, "work");
    g_assert_cmpstr(profile_get_string(profile, FIELD_PPP_USER), ==, "ben");
    g_assert_cmpuint(profile_get_uint(profile, FIELD_PPP_MTU), ==, 1300);
    g_assert_cmpstr(profile_get_strings(profile, FIELD_DNS_SEARCH)[0], ==, "corp.example");
    edits_set(edits, FIELD_PPP_USER, "carla");
    edits_set(edits, FIELD_PPP_MTU, "0");
    g_assert_false(edits_changed(edits));
}

static void test_rest(void)
{
    g_autoptr(Edits) edits = make();
    FieldId id;

    edits_set(edits, FIELD_IPSEC_SECURITY, "legacy");
    edits_rest(edits);
    edits_set(edits, FIELD_IPSEC_SECURITY, "strong");
    g_assert_true(edits_undo(edits, &id));
    g_assert_cmpstr(edits_text(edits, FIELD_IPSEC_SECURITY), ==, "legacy");
}

static void test_problem(void)
{
    g_autoptr(Edits) edits = make();
    g_autofree char *fine = edits_problem(edits, FIELD_PPP_MTU);

    g_assert_null(fine);
    edits_set(edits, FIELD_PPP_MTU, "99");
    g_autofree char *problem = edits_problem(edits, FIELD_PPP_MTU);
    g_assert_cmpstr(problem, ==, "Enter a number from 576 to 1500, or leave this empty.");
    edits_set(edits, FIELD_CONNECTION_GATEWAY, "");
    g_autofree char *missing = edits_problem(edits, FIELD_CONNECTION_GATEWAY);
    g_assert_cmpstr(missing, ==, "“Gateway” is still empty; it is needed to connect.");
}

static void test_profile(void)
{
    g_autoptr(Edits) edits = make();
    g_autofree char *problem = NULL, *other = NULL;
    FieldId fault;

    edits_set(edits, FIELD_PPP_MTU, "1300");
    g_autoptr(Profile) profile = edits_profile(edits, &fault, &problem);
    g_assert_nonnull(profile);
    g_assert_cmpuint(profile_get_uint(profile, FIELD_PPP_MTU), ==, 1300);
    /* Untouched fields are not set to what they show. */
    g_assert_false(profile_is_set(profile, FIELD_PPP_MRU));

    edits_set(edits, FIELD_IPSEC_AUTH, "certificate");
    g_assert_null(edits_profile(edits, &fault, &other));
    g_assert_cmpint(fault, ==, FIELD_IPSEC_CERTIFICATE);
    g_assert_cmpstr(other, ==, "Choose the file with this computer's certificate.");
}

static void test_preview(void)
{
    g_autoptr(Edits) edits = make();

    edits_set(edits, FIELD_PPP_MTU, "99");
    edits_set(edits, FIELD_IPSEC_AUTH, "certificate");
    g_autoptr(Profile) preview = edits_preview(edits);
    g_assert_cmpstr(profile_get_string(preview, FIELD_IPSEC_AUTH), ==, "certificate");
    g_assert_cmpuint(profile_get_uint(preview, FIELD_PPP_MTU), ==, 0);
}

static void test_secret(void)
{
    g_autoptr(Edits) edits = make();
    g_autofree char *problem = NULL;
    FieldId fault;

    g_assert_cmpstr(edits_text(edits, FIELD_PPP_PASSWORD), ==, "");
    edits_set(edits, FIELD_PPP_PASSWORD, "sesame");
    g_assert_true(edits_changed(edits));
    g_autoptr(Profile) profile = edits_profile(edits, &fault, &problem);
    g_assert_cmpuint(secret_length(profile_get_secret(profile, FIELD_PPP_PASSWORD)), ==, 6);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gui/edits/undo", test_undo);
    g_test_add_func("/gui/edits/rebase", test_rebase);
    g_test_add_func("/gui/edits/rest", test_rest);
    g_test_add_func("/gui/edits/problem", test_problem);
    g_test_add_func("/gui/edits/profile", test_profile);
    g_test_add_func("/gui/edits/preview", test_preview);
    g_test_add_func("/gui/edits/secret", test_secret);
    return g_test_run();
}
