/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person typed or pasted as a secret.  Pure. */
#pragma once

#include "base/secret.h"

/* NULL when it is empty.  A line's end comes along with what is pasted, and no gateway has one;
 * spaces may be meant. */
Secret *typed_secret(const char *text);
