/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of a request, read before the process gives up its rights. */
#include "credentials/parse.h"
#include "credentials/user_file.h"

/* What is not given is no fault yet. */
static gboolean read_one(const CredentialsRequest *request, const char *field, const char *path,
                         GBytes **ret_bytes, CredentialsResult *result)
{
    g_autoptr(GError) error = NULL;

    if (!path || credentials_is_token(path))
        return TRUE;
    *ret_bytes = user_file_read(request->user, path, &error);
    if (*ret_bytes)
        return TRUE;
    result->verdict = CREDENTIALS_UNUSABLE;
    result->words = g_strdup_printf("%s: %s", field, error->message);
    return FALSE;
}

gboolean credentials_read(const CredentialsRequest *request, CredentialsContents *ret_contents,
                          CredentialsResult *ret_result)
{
    *ret_contents = (CredentialsContents){ .passphrase = request->passphrase, .now = request->now };
    return read_one(request, "ipsec.certificate", request->certificate,
                    &ret_contents->certificate, ret_result) &&
           read_one(request, "ipsec.key", request->private_key, &ret_contents->private_key,
                    ret_result) &&
           read_one(request, "ipsec.ca", request->ca, &ret_contents->ca, ret_result);
}

void credentials_contents_clear(CredentialsContents *contents)
{
    g_clear_pointer(&contents->certificate, g_bytes_unref);
    g_clear_pointer(&contents->private_key, g_bytes_unref);
    g_clear_pointer(&contents->ca, g_bytes_unref);
}
