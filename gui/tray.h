/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An icon in the tray: StatusNotifierItem with a menu by com.canonical.dbusmenu, for KDE, Xfce
 * and GNOME's AppIndicator extension. */
#pragma once

#include "application.h"

typedef struct Tray Tray;

/* Shows itself wherever a tray is or comes. */
Tray *tray_new(CausewayApplication *application);
void tray_free(Tray *tray);
/* Whether there is a tray that shows it. */
gboolean tray_is_shown(Tray *tray);
