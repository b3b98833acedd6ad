/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens what a user brought. */
#pragma once

#include "credentials/protocol.h"

/* Always a result, which the caller clears. */
void credentials_parse(const CredentialsRequest *request, CredentialsResult *ret_result);
