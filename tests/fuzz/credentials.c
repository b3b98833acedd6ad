/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What causeway-credentials and causewayd read of each other: the second must take any answer of a
 * first that was taken over.  The first byte says whose message it is. */
#include "credentials/protocol.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void check_text(const char *text)
{
    g_assert_nonnull(text);
    g_assert_true(g_utf8_validate(text, -1, NULL));
}

static void check_result(GBytes *bytes)
{
    g_auto(CredentialsResult) result = { 0 };

    if (!credentials_result_unpack(bytes, &result))
        return;
    g_assert_cmpint(result.verdict, <=, CREDENTIALS_UNUSABLE);
    check_text(result.words);
    check_text(result.certificate);
    check_text(result.private_key);
    check_text(result.ca);
    check_text(result.module);
    check_text(result.key_id);
    g_autoptr(GBytes) packed = credentials_result_pack(&result);
    g_auto(CredentialsResult) again = { 0 };
    g_assert_true(credentials_result_unpack(packed, &again));
    g_assert_cmpstr(again.words, ==, result.words);
    g_assert_cmpuint(again.slot, ==, result.slot);
}

static void check_request(GBytes *bytes)
{
    g_auto(CredentialsRequest) request = { 0 };

    if (!credentials_request_unpack(bytes, &request))
        return;
    g_autoptr(GBytes) packed = credentials_request_pack(&request);
    g_auto(CredentialsRequest) again = { 0 };
    g_assert_true(credentials_request_unpack(packed, &again));
    g_assert_cmpstr(again.certificate, ==, request.certificate);
    g_assert_cmpuint(again.candidates->len, ==, request.candidates->len);
    g_assert_true((again.passphrase != NULL) == (request.passphrase != NULL));
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    if (size == 0)
        return 0;
    g_autoptr(GBytes) bytes = g_bytes_new(data + 1, size - 1);
    if (data[0] & 1)
        check_request(bytes);
    else
        check_result(bytes);
    return 0;
}
