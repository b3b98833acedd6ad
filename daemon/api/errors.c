/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names under which errors travel. */
#include "api/errors.h"

#include "profile/profile.h"

#define PREFIX "org.causeway.Causeway1.Error."

static const GDBusErrorEntry entries[] = {
    {API_ERROR_NOT_AUTHORIZED, PREFIX "NotAuthorized"},
    {API_ERROR_NOT_FOUND, PREFIX "NotFound"},
    {API_ERROR_INVALID_ARGUMENT, PREFIX "InvalidArgument"},
    {API_ERROR_EXISTS, PREFIX "Exists"},
    {API_ERROR_INCOMPLETE, PREFIX "Incomplete"},
    {API_ERROR_ALREADY_ACTIVE, PREFIX "AlreadyActive"},
    {API_ERROR_NOT_ACTIVE, PREFIX "NotActive"},
    {API_ERROR_STORAGE, PREFIX "Storage"},
    {API_ERROR_CANCELLED, PREFIX "Cancelled"},
    {API_ERROR_TOO_MANY, PREFIX "TooMany"},
};
G_STATIC_ASSERT(G_N_ELEMENTS(entries) == API_ERROR_COUNT);

GQuark api_error_quark(void)
{
    static gsize quark;

    g_dbus_error_register_error_domain("causeway-api-error-quark", &quark, entries,
                                       G_N_ELEMENTS(entries));
    return (GQuark)quark;
}

static ApiError translate(ProfileError code)
{
    switch (code) {
    case PROFILE_ERROR_UNKNOWN_FIELD:
    case PROFILE_ERROR_INVALID_VALUE:
    case PROFILE_ERROR_FORMAT:
        return API_ERROR_INVALID_ARGUMENT;
    case PROFILE_ERROR_INCOMPLETE:
        return API_ERROR_INCOMPLETE;
    case PROFILE_ERROR_NOT_FOUND:
        return API_ERROR_NOT_FOUND;
    case PROFILE_ERROR_EXISTS:
        return API_ERROR_EXISTS;
    case PROFILE_ERROR_UNSAFE_FILE:
    case PROFILE_ERROR_STORAGE:
        return API_ERROR_STORAGE;
    }
    g_assert_not_reached();
}

void api_return_error(GDBusMethodInvocation *invocation, const GError *error)
{
    if (error->domain == PROFILE_ERROR)
        g_dbus_method_invocation_return_error_literal(
            invocation, API_ERROR, translate((ProfileError)error->code), error->message);
    else
        g_dbus_method_invocation_return_gerror(invocation, error);
}
