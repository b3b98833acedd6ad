/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What IT has sent: a file, the clipboard, or something that is dropped on the window. */
#pragma once

#include "window.h"

void import_view_choose(CausewayWindow *window);
void import_view_paste(CausewayWindow *window);
void import_view_accept_drops(CausewayWindow *window);
