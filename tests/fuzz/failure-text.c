/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever bytes a peer calls its message, what reaches a terminal is short, valid UTF-8
 * without control characters. */
#include <glib.h>
#include <string.h>

#include "base/failure.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autofree char *text = failure_clean_text(data, size);
    g_autoptr(Failure) failure = failure_new_peer(STAGE_PPP, FAILURE_PPP_NEGOTIATION, data, size);

    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_assert_cmpuint(strlen(text), <=, 512);
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        g_assert_false(g_unichar_iscntrl(g_utf8_get_char(p)));
    if (size == 0)
        g_assert_null(failure->detail);
    return 0;
}
