/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "faults.h"
#include "sections.h"

/* Each code has a sentence; a hint never names a command, which a window has not; a remedy leads
 * to a field that the editor shows. */
static void test_all(void)
{
    for (guint i = 0; i < FAILURE_CODE_COUNT; i++) {
        VpnStatus status = {.state = VPN_FAILED,
                            .failure_code = (char *)failure_code_name((FailureCode)i)};
        Fault fault;
        fault_of(&status, &fault);
        g_assert_cmpstr(fault.message, !=, "");
        g_assert_nonnull(fault.hint);
        g_assert_null(strstr(fault.hint, "causeway "));
        if (fault.remedy == FAULT_REMEDY_EDIT || fault.remedy == FAULT_REMEDY_SECRET)
            g_assert_nonnull(section_of(fault.field));
        g_assert_cmpint(fault.remedy == FAULT_REMEDY_SECRET, ==,
                        fault.remedy == FAULT_REMEDY_SECRET &&
                            field_is_secret(field_get(fault.field)));
    }
}

static void test_known(void)
{
    VpnStatus status = {.state = VPN_FAILED, .failure_code = (char *)"authentication-refused"};
    Fault fault;

    fault_of(&status, &fault);
    g_assert_cmpint(fault.remedy, ==, FAULT_REMEDY_SECRET);
    g_assert_cmpint(fault.field, ==, FIELD_PPP_PASSWORD);
}

static FieldId field_of(const char *code, const char *message, FaultRemedy remedy)
{
    VpnStatus status = {.state = VPN_FAILED, .failure_code = (char *)code,
                        .failure_message = (char *)message};
    Fault fault;

    fault_of(&status, &fault);
    g_assert_cmpint(fault.remedy, ==, remedy);
    return fault.field;
}

/* Where the service names what is wrong, the button leads there. */
static void test_named(void)
{
    g_assert_cmpint(field_of("profile-invalid", "x (ppp.user: is missing).", FAULT_REMEDY_EDIT), ==,
                    FIELD_PPP_USER);
    g_assert_cmpint(field_of("profile-invalid", "ipsec.key-passphrase: is empty",
                             FAULT_REMEDY_EDIT), ==, FIELD_IPSEC_KEY_PASSPHRASE);
    g_assert_cmpint(field_of("profile-invalid",
                             "ipv4.method: is disabled and ipv6.method too", FAULT_REMEDY_EDIT),
                    ==, FIELD_IPV4_METHOD);
    const char *code = "no-authentication-method";
    g_assert_cmpint(field_of(code, "x (the gateway asks for PAP).", FAULT_REMEDY_EDIT), ==,
                    FIELD_PPP_REFUSE_PAP);
    g_assert_cmpint(field_of(code, "x (the gateway asks for MS-CHAPv2).", FAULT_REMEDY_EDIT), ==,
                    FIELD_PPP_REFUSE_MSCHAPV2);
    g_assert_cmpint(field_of(code, "x (the gateway asks for CHAP).", FAULT_REMEDY_EDIT), ==,
                    FIELD_PPP_REFUSE_CHAP);
    field_of(code, "x (the gateway asks for EAP).", FAULT_REMEDY_NONE);
}

/* A newer service may know more. */
static void test_unknown(void)
{
    VpnStatus status = {.state = VPN_FAILED, .failure_code = (char *)"from-the-future",
                        .failure_message = (char *)"Its words.", .failure_hint = (char *)"Its hint."};
    Fault fault;

    fault_of(&status, &fault);
    g_assert_cmpstr(fault.message, ==, "Its words.");
    g_assert_cmpstr(fault.hint, ==, "Its hint.");
    g_assert_cmpint(fault.remedy, ==, FAULT_REMEDY_RETRY);
}

static void test_details(void)
{
    VpnStatus status = {.state = VPN_FAILED, .since = 1, .failure_code = (char *)"psk-wrong",
                        .failure_stage = (char *)"ipsec", .failure_message = (char *)"Words (more)."};
    g_autofree char *details = fault_details("office", &status);

    g_assert_cmpstr(details, ==, "office\nipsec: psk-wrong: Words (more).\n1970-01-01T00:00:01Z\n");
    /* Nothing was begun: there is no code. */
    status = (VpnStatus){.state = VPN_FAILED, .failure_stage = (char *)"prepare",
                         .failure_message = (char *)"Words."};
    g_autofree char *refused = fault_details("office", &status);
    g_assert_cmpstr(refused, ==, "office\nprepare: Words.\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gui/faults/all", test_all);
    g_test_add_func("/gui/faults/known", test_known);
    g_test_add_func("/gui/faults/named", test_named);
    g_test_add_func("/gui/faults/unknown", test_unknown);
    g_test_add_func("/gui/faults/details", test_details);
    return g_test_run();
}
