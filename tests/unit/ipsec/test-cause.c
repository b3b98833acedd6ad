/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Causes from the log of strongSwan 5.9.8.  The conversations were captured in the lab against
 * Debian's charon as gateway, but for those marked as made by hand after its source. */
#include "ipsec/cause.h"

#include <string.h>

#define MM1 "generating ID_PROT request 0 [ SA V V V V V ]", SENT
#define MM2 RECEIVED, "parsed ID_PROT response 0 [ SA V V V V ]"
#define MM3 "generating ID_PROT request 0 [ KE No NAT-D NAT-D ]", SENT
#define MM4 RECEIVED, "parsed ID_PROT response 0 [ KE No NAT-D NAT-D ]"
#define MM5 "generating ID_PROT request 0 [ ID HASH ]", SENT
#define MM6 RECEIVED, "parsed ID_PROT response 0 [ ID HASH ]"
#define AM1 "generating AGGRESSIVE request 0 [ SA KE No ID V V V V V ]", SENT
#define AM2                                                                                       \
    RECEIVED, "parsed AGGRESSIVE response 0 [ SA KE No ID V V V V NAT-D NAT-D HASH ]"
#define QM1 "generating QUICK_MODE request 2912811652 [ HASH SA No ID ID ]", SENT
#define SENT "sending packet: from 198.51.100.10[500] to 203.0.113.10[500] (500 bytes)"
#define RECEIVED "received packet: from 203.0.113.10[500] to 198.51.100.10[500] (160 bytes)"
#define AGAIN "sending retransmit 1 of request message ID 0, seq 1", SENT

typedef struct {
    const char *what;
    gboolean certificates;
    gboolean timed_out;
    FailureCode code;
    const char *detail; /* contained; NULL: whatever */
    const char *lines[20];
} Row;

static const Row rows[] = {
    { "nobody answers", FALSE, TRUE, FAILURE_GATEWAY_SILENT, NULL, { MM1, AGAIN, AGAIN } },
    { "nobody answers aggressive mode", FALSE, TRUE, FAILURE_GATEWAY_SILENT, "group name",
      { AM1, AGAIN, AGAIN } },
    { "charon itself gave up", FALSE, FALSE, FAILURE_GATEWAY_SILENT, NULL,
      { MM1, AGAIN, "giving up after 6 retransmits",
        "establishing IKE_SA failed, peer not responding" } },
    { "no suite of phase 1", FALSE, FALSE, FAILURE_NO_PROPOSAL_IKE, "NO_PROPOSAL_CHOSEN",
      { MM1, RECEIVED, "parsed INFORMATIONAL_V1 request 1634543522 [ N(NO_PROP) ]",
        "received NO_PROPOSAL_CHOSEN error notify" } },
    { "no suite of phase 1, aggressive", FALSE, FALSE, FAILURE_NO_PROPOSAL_IKE, NULL,
      { AM1, RECEIVED, "parsed INFORMATIONAL_V1 request 2455208754 [ N(NO_PROP) ]",
        "received NO_PROPOSAL_CHOSEN error notify" } },
    { "no suite of phase 2", FALSE, FALSE, FAILURE_NO_PROPOSAL_ESP, NULL,
      { MM1, MM2, MM3, MM4, MM5, MM6, QM1, RECEIVED,
        "parsed INFORMATIONAL_V1 request 3217 [ HASH N(NO_PROP) ]",
        "received NO_PROPOSAL_CHOSEN error notify" } },
    { "wrong key, the gateway answers what we cannot read", FALSE, TRUE, FAILURE_PSK_WRONG,
      "could not decrypt",
      { MM1, MM2, MM3, MM4, MM5, RECEIVED, "invalid HASH_V1 payload length, decryption failed?",
        "could not decrypt payloads", "message parsing failed",
        "ignore malformed INFORMATIONAL request" } },
    { "wrong key, the gateway falls silent", FALSE, TRUE, FAILURE_PSK_WRONG, "fell silent",
      { MM1, MM2, MM3, MM4, MM5, AGAIN, AGAIN } },
    /* by hand */
    { "wrong key, the gateway says that it could not read it", FALSE, FALSE, FAILURE_PSK_WRONG,
      "PAYLOAD_MALFORMED",
      { MM1, MM2, MM3, MM4, MM5, RECEIVED,
        "parsed INFORMATIONAL_V1 request 12 [ N(PLD_MAL) ]",
        "received PAYLOAD_MALFORMED error notify" } },
    { "wrong key in aggressive mode", FALSE, FALSE, FAILURE_PSK_WRONG, "calculated HASH",
      { AM1, AM2, "calculated HASH does not match HASH payload",
        "generating INFORMATIONAL_V1 request 1743616577 [ HASH N(AUTH_FAILED) ]", SENT } },
    { "no aggressive mode, or another group", FALSE, FALSE, FAILURE_IKE_REJECTED,
      "AUTHENTICATION_FAILED",
      { AM1, RECEIVED, "parsed INFORMATIONAL_V1 request 2455208754 [ N(AUTH_FAILED) ]",
        "received AUTHENTICATION_FAILED error notify" } },
    { "another identity", FALSE, FALSE, FAILURE_IDENTITY_MISMATCH, "'203.0.113.10'",
      { MM1, MM2, MM3, MM4, MM5, MM6,
        "IDir '203.0.113.10' does not match to 'strange.example'", "deleting IKE_SA x[1]" } },
    /* by hand */
    { "an identity that the gateway does not know", FALSE, FALSE, FAILURE_IDENTITY_MISMATCH, NULL,
      { MM1, MM2, MM3, MM4, MM5, RECEIVED, "received INVALID_ID_INFORMATION error notify" } },
    /* by hand */
    { "a certificate that the gateway does not trust", TRUE, FALSE, FAILURE_CERTIFICATE_REJECTED,
      NULL,
      { MM1, MM2, MM3, MM4, "generating ID_PROT request 0 [ ID CERT SIG CERTREQ ]", SENT,
        RECEIVED, "received AUTHENTICATION_FAILED error notify" } },
    /* by hand */
    { "a certificate that we do not trust", TRUE, FALSE, FAILURE_CERTIFICATE_REJECTED, "issuer",
      { MM1, MM2, MM3, MM4, "generating ID_PROT request 0 [ ID CERT SIG CERTREQ ]", SENT,
        RECEIVED, "no issuer certificate found for \"O=Lab, CN=gw\"",
        "no trusted RSA public key found for '203.0.113.10'" } },
    /* by hand */
    { "our own certificate has no key", TRUE, FALSE, FAILURE_CERTIFICATE_UNUSABLE, NULL,
      { MM1, MM2, MM3, MM4, "no private key found for 'CN=me'" } },
    /* by hand: strongSwan 6.1 without IKEv1 */
    { "charon without IKEv1", FALSE, FALSE, FAILURE_IKE_V1_MISSING, NULL,
      { "IKE version 1 not supported" } },
    { "the key is found by addresses, not by identities", FALSE, TRUE, FAILURE_PSK_WRONG, "silent",
      { MM1, MM2, MM3, MM4,
        "no shared key found for '198.51.100.10'[198.51.100.10] - '%any'[203.0.113.10]", MM5 } },
    { "no key at all", FALSE, FALSE, FAILURE_SECRET_MISSING, NULL,
      { MM1, MM2, MM3, MM4,
        "no shared key found for '198.51.100.10'[198.51.100.10] - '%any'[203.0.113.10]",
        "no shared key found for 198.51.100.10 - 203.0.113.10" } },
    { "phase 2 unanswered", FALSE, TRUE, FAILURE_TIMEOUT, "phase 2",
      { MM1, MM2, MM3, MM4, MM5, MM6, QM1, AGAIN } },
    { "key exchange unanswered", FALSE, TRUE, FAILURE_TIMEOUT, "key exchange",
      { MM1, MM2, MM3, AGAIN, AGAIN } },
    /* by hand */
    { "the kernel takes no state", FALSE, FALSE, FAILURE_CHARON_FAILED, "in kernel",
      { MM1, MM2, MM3, MM4, MM5, MM6, QM1, RECEIVED,
        "unable to install inbound and outbound IPsec SA (SAD) in kernel" } },
    { "an unknown refusal", FALSE, FALSE, FAILURE_IKE_REJECTED, "SITUATION_NOT_SUPPORTED",
      { MM1, RECEIVED, "received SITUATION_NOT_SUPPORTED error notify" } },
    { "ended without a word", FALSE, FALSE, FAILURE_IKE_REJECTED, NULL, { MM1, MM2 } },
    /* An early guess gives way to the gateway's own word. */
    { "word over guess", FALSE, FALSE, FAILURE_NO_PROPOSAL_IKE, "NO_PROPOSAL",
      { MM1, "error writing to socket: Network is unreachable", AGAIN, RECEIVED,
        "received NO_PROPOSAL_CHOSEN error notify",
        "received INVALID_COOKIE error notify" } },
};

static void test_conversations(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Row *row = &rows[i];
        Cause cause;

        cause_init(&cause, row->certificates);
        for (gsize j = 0; j < G_N_ELEMENTS(row->lines) && row->lines[j]; j++)
            cause_line(&cause, row->lines[j]);
        g_autoptr(Failure) failure = cause_failure(&cause, row->timed_out);
        g_test_message("%s: %s: %s", row->what, failure_code_name(failure->code),
                       failure->detail ? failure->detail : "-");
        g_assert_cmpint(failure->stage, ==, STAGE_IPSEC);
        g_assert_cmpstr(failure_code_name(failure->code), ==, failure_code_name(row->code));
        if (row->detail)
            g_assert_nonnull(strstr(failure->detail, row->detail));
        cause_clear(&cause);
    }
}

static void test_points(void)
{
    static const struct {
        const char *line;
        CausePoint point;
    } steps[] = {
        { "generating ID_PROT request 0 [ SA V V V V V ]", CAUSE_OFFER },
        { "generating ID_PROT request 0 [ KE No NAT-D NAT-D ]", CAUSE_KEYS },
        { "generating ID_PROT request 0 [ ID HASH N(INITIAL_CONTACT) ]", CAUSE_PROOF },
        { "generating QUICK_MODE request 1 [ HASH SA No ID ID NAT-OA NAT-OA ]", CAUSE_QUICK },
        { "generating AGGRESSIVE request 0 [ SA KE No ID V V ]", CAUSE_AGGRESSIVE },
        { "generating AGGRESSIVE request 0 [ HASH NAT-D NAT-D ]", CAUSE_PROOF },
        /* what we answer does not count */
        { "generating INFORMATIONAL_V1 request 7 [ HASH D ]", CAUSE_PROOF },
        { "generating ID_PROT response 0 [ SA V ]", CAUSE_PROOF },
    };
    Cause cause;

    cause_init(&cause, FALSE);
    g_assert_cmpint(cause.point, ==, CAUSE_NOTHING);
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        cause_line(&cause, steps[i].line);
        g_assert_cmpint(cause.point, ==, steps[i].point);
    }
    cause_line(&cause, "sending retransmit 1 of request message ID 0, seq 1");
    g_assert_true(cause.retransmitted);
    cause_line(&cause, RECEIVED);
    g_assert_false(cause.retransmitted);
    g_assert_cmpuint(cause.received, ==, 1);
    cause_clear(&cause);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cause/conversations", test_conversations);
    g_test_add_func("/cause/points", test_points);
    return g_test_run();
}
