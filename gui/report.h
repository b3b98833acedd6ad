/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a helper needs to see, without what identifies the person or the company: names, and the
 * addresses of public networks.  Pure. */
#pragma once

#include "client/store.h"

/* `log` (of VpnLogLine) may be NULL.  To be freed. */
char *report_make(VpnItem *item, Profile *profile, GPtrArray *log);
