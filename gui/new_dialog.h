/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A new connection: four fields, done. */
#pragma once

#include "window.h"

/* `profile`: what was imported, or NULL; `warnings` (of char *): what could not be taken over,
 * or NULL. */
void new_dialog_show(CausewayWindow *window, Profile *profile, GPtrArray *warnings);
