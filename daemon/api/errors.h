/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names under which errors travel. */
#pragma once

#include <gio/gio.h>

typedef enum {
    API_ERROR_NOT_AUTHORIZED,
    API_ERROR_NOT_FOUND,
    API_ERROR_INVALID_ARGUMENT,
    API_ERROR_EXISTS,
    API_ERROR_INCOMPLETE,
    API_ERROR_ALREADY_ACTIVE,
    API_ERROR_NOT_ACTIVE,
    API_ERROR_STORAGE,
    API_ERROR_CANCELLED,
    API_ERROR_TOO_MANY,
} ApiError;
#define API_ERROR_COUNT (API_ERROR_TOO_MANY + 1)
#define API_ERROR (api_error_quark())
GQuark api_error_quark(void);

/* Answers with the error, translated if it is a profile's. */
void api_return_error(GDBusMethodInvocation *invocation, const GError *error);
