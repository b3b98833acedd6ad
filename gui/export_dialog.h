/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection as a file for another computer or program. */
#pragma once

#include "window.h"

void export_dialog_show(CausewayWindow *window, VpnItem *item, Profile *profile);
