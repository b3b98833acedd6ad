/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was encrypted does not go on in clear because somebody's editor left a key out. */
#pragma once

#include "profile/nm_settings.h"

/* Whether `settings` say nothing about IPsec, which for a connection of NetworkManager-l2tp's means
 * none, although causewayd remembers in `file` with which suites it spoke to that gateway. */
gboolean guard_refuses(const NmSettings *settings, const char *file);
