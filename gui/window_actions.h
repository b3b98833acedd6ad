/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be done in the window with the connection in sight. */
#pragma once

#include "window.h"

void window_actions_add(CausewayWindow *window);
/* Another connection is in sight. */
void window_actions_update(CausewayWindow *window);
/* The editor, at a field. */
void window_actions_edit(CausewayWindow *window, FieldId field);
