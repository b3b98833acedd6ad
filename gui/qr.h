/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection as a QR code, for another computer. */
#pragma once

#include "window.h"

/* FALSE when there is too much in the profile for a code. */
gboolean qr_show(CausewayWindow *window, Profile *profile);
