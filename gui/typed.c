/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person typed or pasted as a secret. */
#include "typed.h"

#include <string.h>

Secret *typed_secret(const char *text)
{
    gsize length = strlen(text);

    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    return length > 0 ? secret_new(text, length) : NULL;
}
